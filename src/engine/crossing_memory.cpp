#include "crossing_memory.hpp"

#include <algorithm>

#include "earmark/engine/fold.hpp"

namespace earmark {
namespace {

std::int64_t atoms_of(std::int64_t units, const sku_facts& of) noexcept {
    for (int d = 0; d < of.decimals; ++d) units *= 10;  // at most 10^9 of both
    return units;
}

}  // namespace

void crossing_memory::begin(std::uint64_t at, time_point now) noexcept {
    at_ = at;
    now_ = now;
    latest_ = std::max(latest_, now);
    touched_.clear();
    touched_cells_.clear();
    new_cells_.clear();
    terms_changed_ = next_expiry_ <= latest_;
}

template <class F>
void crossing_memory::each_cell(const threshold& t, F&& f) const {
    if (t.pool != none<pool_id>) return f(names_.pools[t.pool].cell);
    if (t.section == none<section_id>) return cells_.each(t.sku, [&](cell_id c, node_id) { f(c); });
    cells_.each_section(t.sku, [&](cell_id c, node_id, section_id in) {
        if (in == t.section) f(c);
    });
}

const sku_facts& crossing_memory::scale_of(const threshold& t) const noexcept {
    return t.pool != none<pool_id> ? names_.pools[t.pool].scale : names_.sku[index_of(t.sku)];
}

/// What a cell with so much free adds to a level: what available() answers of it.
std::int64_t crossing_memory::share(const threshold& t, cell_id c,
                                    std::int64_t free) const noexcept {
    if (t.pool != none<pool_id>) return std::max<std::int64_t>(0, free);
    const node_id at = cells_.node_of(c);
    const node_facts& node = names_.node[index_of(at)];
    if (t.node != none<node_id> && t.node != at) return 0;
    if ((t.kind && *t.kind != node.kind) || !node.active) return 0;
    if (t.section != none<section_id>) {
        const section_terms& in = sections_[index_of(t.section)];
        return in.frozen || in.expires <= latest_ ? 0 : std::max<std::int64_t>(0, free);
    }
    const floor_found found = floors_.find(t.sku, at, node.kind, t.channel, floor_use::selling,
                                           names_.sku[index_of(t.sku)]);
    return found.excluded ? 0 : std::max<std::int64_t>(0, free - found.floor);
}

std::int64_t crossing_memory::level_of(const threshold& t) const noexcept {
    std::int64_t level = 0;
    each_cell(t, [&](cell_id c) {
        if (index_of(c) < made_.size() && made_[index_of(c)])
            level += share(t, c, free_[index_of(c)]);
    });
    return level;
}

void crossing_memory::make_room(cell_id c) {
    if (index_of(c) >= free_.size()) free_.resize(index_of(c) + 1);
    if (index_of(c) >= made_.size()) made_.resize(index_of(c) + 1);
}

void crossing_memory::touch_watchers(cell_id of) {
    const auto found = of_.find(watched(of));
    if (found != of_.end())
        touched_.insert(touched_.end(), found->second.begin(), found->second.end());
}

void crossing_memory::cell(const journal::cell_op& c) {
    if (c.free == 0 || !of_.contains(watched(c.cell))) return;
    touch_watchers(c.cell);
    touched_cells_.push_back(c.cell);
}

void crossing_memory::begin_to_count(cell_id c) noexcept {
    if (made_[index_of(c)]) return;
    made_[index_of(c)] = true;
    free_[index_of(c)] = 0;
    const auto found = of_.find(watched(c));
    if (found == of_.end()) return;
    for (const std::uint32_t number : found->second)
        watches_[number].level += share(watches_[number].of, c, 0);
}

/// Brings the levels that watch a cell to what is free there now.
void crossing_memory::apply(cell_id c) noexcept {
    const std::int64_t now = sums_.books(c).free;
    for (const std::uint32_t number : of_.find(watched(c))->second) {
        watch& w = watches_[number];
        w.level += share(w.of, c, now) - share(w.of, c, free_[index_of(c)]);
    }
    free_[index_of(c)] = now;
}

bool crossing_memory::intern(journal::intern_kind kind, const journal::intern_table& t) {
    if (kind == journal::intern_kind::cell) {
        make_room(cell_id{t.id});
        new_cells_.push_back(cell_id{t.id});
        touch_watchers(cell_id{t.id});
    } else if (kind == journal::intern_kind::floor) {
        const auto rule = rule_of(t.fields, names_);
        if (!rule || t.id > floors_.rules().size()) return false;
        floors_.set(t.id, *rule);
        terms_changed_ = true;
    } else if (kind == journal::intern_kind::section) {
        return set_section(t.id, t.fields);
    } else if (kind == journal::intern_kind::threshold) {
        const auto of = threshold_of(t.fields, names_);
        if (!of || t.id > watches_.size()) return false;
        set(t.id, *of);
    }
    return true;
}

/// Of the fields of a section's row only what can change.
bool crossing_memory::set_section(std::uint32_t number, std::span<const std::int64_t> fields) {
    if (number > sections_.size() || fields.size() != 3) return false;
    if (number == sections_.size()) sections_.emplace_back();
    sections_[number] = {time_point{fields[1]}, fields[2] != 0};
    return terms_changed_ = true;
}

void crossing_memory::look_for_next_expiry() noexcept {
    next_expiry_ = never;
    for (const section_terms& in : sections_)
        if (in.expires > latest_) next_expiry_ = std::min(next_expiry_, in.expires);
}

void crossing_memory::set(std::uint32_t number, const threshold& t) {
    auto& all = of_[watched(t)];
    if (all.empty())  // nothing has watched its cells until now
        each_cell(t, [&](cell_id c) {
            make_room(c);
            free_[index_of(c)] = sums_.books(c).free;
            if (t.pool != none<pool_id>) made_[index_of(c)] = true;
        });
    touched_.push_back(number);
    if (number == watches_.size()) watches_.emplace_back();
    watch& w = watches_[number];
    const bool goes_on = w.of.active && t.active && w.of.watches_the_same(t);
    if (!std::ranges::binary_search(all, number))
        all.insert(std::ranges::lower_bound(all, number), number);
    const auto old = of_.find(watched(w.of));
    if (watched(w.of) != watched(t) && old != of_.end()) std::erase(old->second, number);
    w = {t, level_of(t), goes_on && w.below};
}

void crossing_memory::compare(std::uint32_t number) {
    watch& w = watches_[number];
    if (!w.of.active) return;
    const sku_facts& scale = scale_of(w.of);
    const quantity level{w.level * scale.granule};
    const bool below = level.atoms < atoms_of(w.below ? w.of.high : w.of.low, scale);
    if (below == w.below) return;
    events_.push_back({position{at_}, now_, number, w.of.sku, w.of.node, w.of.channel, below, level,
                       w.of.section, w.of.pool});
    w.below = below;  // after it: where memory was short, the record is folded again
    if (events_.size() <= most_events_) return;
    horizon_ = raw(events_.front().at);
    events_.pop_front();
}

void crossing_memory::end() {
    if (terms_changed_)
        for (std::uint32_t i = 0; i < watches_.size(); ++i) touched_.push_back(i);
    for (const cell_id c : new_cells_) begin_to_count(c);
    for (const cell_id c : touched_cells_) apply(c);
    if (terms_changed_)
        for (watch& w : watches_) w.level = level_of(w.of);
    std::ranges::sort(touched_);
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const std::uint32_t number : touched_) compare(number);
    if (terms_changed_) look_for_next_expiry();
}

void crossing_memory::restart(std::uint64_t at, time_point now) {
    events_.clear();
    horizon_ = at - 1;
    begin(at, now);
    for (std::uint32_t i = 0; i < cells_.blocks() * stock::block_cells; ++i) {
        if (!cells_.exists(cell_id{i})) continue;
        make_room(cell_id{i});
        made_[i] = true;
    }
    floors_ = {};
    for (std::uint32_t i = 0; i < names_.floors.rules().size(); ++i)
        floors_.set(i, names_.floors.rules()[i]);
    sections_.clear();
    for (std::size_t i = 0; i < names_.sections.size(); ++i) {
        const auto& section = names_.sections[section_id{static_cast<std::uint16_t>(i)}];
        sections_.push_back({section.expires, section.frozen});
    }
    of_.clear();
    for (std::uint32_t i = 0; i < names_.thresholds.size(); ++i) set(i, names_.thresholds[i]);
    terms_changed_ = true;
    end();
}

result<page_of<crossing>> crossing_memory::after(position cursor, std::size_t limit) const {
    if (raw(cursor) < horizon_)
        return fail(error_code::cursor_too_old, static_cast<std::int64_t>(raw(cursor)),
                    static_cast<std::int64_t>(horizon_));
    page_of<crossing> page;
    page.next = cursor;
    if (limit == 0) return page;
    auto from = std::ranges::upper_bound(events_, cursor, {}, &crossing::at);
    for (; from != events_.end(); ++from) {
        if (page.rows.size() >= limit && from->at != page.rows.back().at) break;
        page.rows.push_back(*from);
        page.next = from->at;
    }
    if (from == events_.end()) page.next = std::max(cursor, position{sums_.seen()});
    return page;
}

std::vector<crossing_memory::unsound_level> crossing_memory::unsound() const {
    std::vector<unsound_level> out;
    for (std::uint32_t i = 0; i < watches_.size(); ++i) {
        const watch& w = watches_[i];
        std::int64_t level = 0;
        each_cell(w.of, [&](cell_id c) {
            const bool counts = index_of(c) < made_.size() && made_[index_of(c)];
            if (counts) level += share(w.of, c, sums_.books(c).free);
        });
        if (level != w.level) out.push_back({i, w.level, level});
    }
    return out;
}

}  // namespace earmark
