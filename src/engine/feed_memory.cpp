#include "feed_memory.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"

namespace earmark {

void feed_memory::begin(std::uint64_t at, verb by) noexcept {
    if (at != at_) folded_ = 0;
    at_ = at;
    op_ = 0;
    own_ = by != verb::snapshot && by != verb::delta;
}

void feed_memory::cell(const journal::cell_op& c) {
    if (passed_over()) return;
    if (raw(c.cell) >= sums_.size()) sums_.resize(raw(c.cell) + std::size_t{1});
    if (own_ && (c.on_hand != 0 || c.free != 0)) {
        events_.push_back({at_, c.cell, c.on_hand, c.free});
        if (events_.size() > most_events_) {
            horizon_ = events_.front().at;
            events_.pop_front();
        }
    }
    cell_sums& sum = sums_[raw(c.cell)];
    sum.on_hand += c.on_hand;
    sum.free += c.free;
    folded_ = op_;
}

bool feed_memory::feed(const journal::intern_table& t) {
    if (passed_over()) return true;
    if (t.fields.size() != 2 || t.fields[0] < 1 || t.fields[1] < as_before) return false;
    if (t.id > names_.size() || t.key.empty() == (t.id == names_.size())) return false;
    if (!t.key.empty() && names_.find(t.key)) return false;
    mark_cells(t);
    folded_ = op_;
    return true;
}

/// All of it, or where memory is refused nothing.
void feed_memory::mark_cells(const journal::intern_table& t) {
    std::vector<std::uint64_t> fresh;
    fresh.reserve(t.distances.size());
    try {
        for (const std::uint32_t c : t.distances) {
            const std::uint64_t key = key_of(feed_source{t.id}, cell_id{c});
            if (marks_.try_emplace(key).second) fresh.push_back(key);
        }
        if (!t.key.empty()) names_.insert(t.key);
    } catch (...) {
        for (const std::uint64_t key : fresh) marks_.erase(key);
        throw;
    }
    for (const std::uint32_t c : t.distances) {
        feed_mark& m = marks_.find(key_of(feed_source{t.id}, cell_id{c}))->second;
        m.sequence = static_cast<std::uint64_t>(t.fields[0]);
        if (t.fields[1] != as_before) m.as_of = static_cast<std::uint64_t>(t.fields[1]);
    }
}

void feed_memory::restart(std::uint64_t at, std::vector<cell_sums> books) {
    sums_ = std::move(books);
    events_.clear();
    seen_ = at;
    horizon_ = at;
}

std::unordered_map<std::uint32_t, cell_sums> feed_memory::own_after(std::uint64_t as_of) const {
    std::unordered_map<std::uint32_t, cell_sums> sums;
    const auto first = std::upper_bound(events_.begin(), events_.end(), as_of,
                                        [](std::uint64_t at, const event& e) { return at < e.at; });
    std::for_each(first, events_.end(), [&](const event& e) {
        cell_sums& sum = sums[raw(e.cell)];
        sum.on_hand += e.on_hand;
        sum.free += e.free;
    });
    return sums;
}

feed_source feed_memory::source_of(std::string_view name) const noexcept {
    const auto found = names_.find(name);
    return found ? feed_source{*found} : none<feed_source>;
}

feed_mark feed_memory::mark(feed_source s, cell_id c) const noexcept {
    const auto found = marks_.find(key_of(s, c));
    return found == marks_.end() ? feed_mark{} : found->second;
}

journal::intern_table feed_memory::op_of(feed_source s, std::string_view name,
                                         std::span<const std::int64_t> fields,
                                         std::span<const std::uint32_t> cells) const {
    const bool fresh = s == none<feed_source>;
    return {fresh ? names_.size() : raw(s), fresh ? name : std::string_view{}, fields, cells};
}

bool feed_memory::in_order() const noexcept {
    std::uint64_t before = horizon_;
    for (const event& e : events_) {
        if (e.at < before || e.at > seen_) return false;
        before = e.at;
    }
    return true;
}

std::uint64_t feed_memory::digest() const {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < names_.size(); ++i)
        sum += earmark::digest{11}.add(i).add(names_.key(i)).value();
    for (const auto& [key, m] : marks_)
        sum += earmark::digest{12}.add(key).add(m.sequence).add(m.as_of).value();
    return sum;
}

}  // namespace earmark
