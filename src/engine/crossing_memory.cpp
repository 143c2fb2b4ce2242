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
    touched_.clear();
    touched_cells_.clear();
    new_cells_.clear();
    floors_changed_ = false;
}

/// What a cell with so much free adds to a level: what available() answers of it.
std::int64_t crossing_memory::share(const threshold& t, node_id at,
                                    std::int64_t free) const noexcept {
    const node_facts& node = names_.node[index_of(at)];
    if (t.node != none<node_id> && t.node != at) return 0;
    if ((t.kind && *t.kind != node.kind) || !node.active) return 0;
    const floor_found found = floors_.find(t.sku, at, node.kind, t.channel, floor_use::selling,
                                           names_.sku[index_of(t.sku)]);
    return found.excluded ? 0 : std::max<std::int64_t>(0, free - found.floor);
}

std::int64_t crossing_memory::level_of(const threshold& t) const noexcept {
    std::int64_t level = 0;
    cells_.each(t.sku, [&](cell_id c, node_id at) {
        if (index_of(c) < made_.size() && made_[index_of(c)])
            level += share(t, at, free_[index_of(c)]);
    });
    return level;
}

void crossing_memory::make_room(cell_id c) {
    if (index_of(c) >= free_.size()) free_.resize(index_of(c) + 1);
    if (index_of(c) >= made_.size()) made_.resize(index_of(c) + 1);
}

void crossing_memory::touch_watchers(sku_id sku) {
    const auto found = of_.find(raw(sku));
    if (found != of_.end())
        touched_.insert(touched_.end(), found->second.begin(), found->second.end());
}

void crossing_memory::cell(const journal::cell_op& c) {
    if (c.free == 0 || !of_.contains(raw(cells_.sku_of(c.cell)))) return;
    if (cells_.section_of(c.cell) != none<section_id>) return;
    touch_watchers(cells_.sku_of(c.cell));
    touched_cells_.push_back(c.cell);
}

void crossing_memory::begin_to_count(cell_id c) noexcept {
    if (made_[index_of(c)]) return;
    made_[index_of(c)] = true;
    free_[index_of(c)] = 0;
    const auto found = of_.find(raw(cells_.sku_of(c)));
    if (found == of_.end()) return;
    for (const std::uint32_t number : found->second)
        watches_[number].level += share(watches_[number].of, cells_.node_of(c), 0);
}

/// Brings the levels that watch a cell to what is free there now.
void crossing_memory::apply(cell_id c) noexcept {
    const std::int64_t now = sums_.books(c).free;
    const node_id at = cells_.node_of(c);
    for (const std::uint32_t number : of_.find(raw(cells_.sku_of(c)))->second) {
        watch& w = watches_[number];
        w.level += share(w.of, at, now) - share(w.of, at, free_[index_of(c)]);
    }
    free_[index_of(c)] = now;
}

bool crossing_memory::intern(journal::intern_kind kind, const journal::intern_table& t) {
    if (kind == journal::intern_kind::cell) {
        if (cells_.section_of(cell_id{t.id}) != none<section_id>) return true;
        make_room(cell_id{t.id});
        new_cells_.push_back(cell_id{t.id});
        touch_watchers(cells_.sku_of(cell_id{t.id}));
    } else if (kind == journal::intern_kind::floor) {
        const auto rule = rule_of(t.fields, names_);
        if (!rule || t.id > floors_.rules().size()) return false;
        floors_.set(t.id, *rule);
        floors_changed_ = true;
    } else if (kind == journal::intern_kind::threshold) {
        const auto of = threshold_of(t.fields, names_);
        if (!of || t.id > watches_.size()) return false;
        set(t.id, *of);
    }
    return true;
}

void crossing_memory::set(std::uint32_t number, const threshold& t) {
    auto& all = of_[raw(t.sku)];
    if (all.empty())  // nothing has watched its cells until now
        cells_.each(t.sku, [&](cell_id c, node_id) {
            make_room(c);
            free_[index_of(c)] = sums_.books(c).free;
        });
    touched_.push_back(number);
    if (number == watches_.size()) watches_.emplace_back();
    watch& w = watches_[number];
    const bool goes_on = w.of.active && t.active && w.of.watches_the_same(t);
    if (!std::ranges::binary_search(all, number))
        all.insert(std::ranges::lower_bound(all, number), number);
    if (const auto old = of_.find(raw(w.of.sku)); w.of.sku != t.sku && old != of_.end())
        std::erase(old->second, number);
    w = {t, level_of(t), goes_on && w.below};
}

void crossing_memory::compare(std::uint32_t number) {
    watch& w = watches_[number];
    if (!w.of.active) return;
    const sku_facts& sku = names_.sku[index_of(w.of.sku)];
    const quantity level{w.level * sku.granule};
    const bool below = level.atoms < atoms_of(w.below ? w.of.high : w.of.low, sku);
    if (below == w.below) return;
    w.below = below;
    events_.push_back(
        {position{at_}, now_, number, w.of.sku, w.of.node, w.of.channel, below, level});
    if (events_.size() <= most_events_) return;
    horizon_ = raw(events_.front().at);
    events_.pop_front();
}

void crossing_memory::end() {
    if (floors_changed_)
        for (std::uint32_t i = 0; i < watches_.size(); ++i) touched_.push_back(i);
    for (const cell_id c : new_cells_) begin_to_count(c);
    for (const cell_id c : touched_cells_) apply(c);
    if (floors_changed_)
        for (watch& w : watches_) w.level = level_of(w.of);
    std::ranges::sort(touched_);
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const std::uint32_t number : touched_) compare(number);
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
    of_.clear();
    for (std::uint32_t i = 0; i < names_.thresholds.size(); ++i) set(i, names_.thresholds[i]);
    floors_changed_ = true;
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
        cells_.each(w.of.sku, [&](cell_id c, node_id at) {
            const bool counts = index_of(c) < made_.size() && made_[index_of(c)];
            if (counts) level += share(w.of, at, sums_.books(c).free);
        });
        if (level != w.level) out.push_back({i, w.level, level});
    }
    return out;
}

}  // namespace earmark
