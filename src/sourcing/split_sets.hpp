// SPLIT SETS: which nodes to open where lines may be divided over several. Once the open nodes are
// known each unit is settled by itself, so the search is over sets of nodes, by branch and bound.
//
// How a divisible line is best served from a set of nodes is worked out beforehand for all sets of
// the nodes that have some of it: the best of serving it from exactly this set and of the best of
// all smaller sets. docs/algorithms/split_sets.md has the argument.
//
// With at most exact_nodes nodes after dominance the search ends and the plan is exact. Otherwise
// only some are searched, those of a greedy plan first, and a bound over all nodes says how far
// the plan may be from the best.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "demand.hpp"
#include "earmark/sourcing/solve.hpp"
#include "unit_values.hpp"

namespace earmark::sourcing::detail {

/// Nodes that are searched where more than exact_nodes are left: the tables of sets take time.
inline constexpr std::size_t searched_nodes = 12;

template <std::size_t Words>
class split_search {
public:
    /// Finds parts for the units of `d`; `start` is a plan that keeps the rules and may be empty.
    /// Lines of one SKU must not compete.
    quality run(demand& d, std::vector<plan_part>& start, plan_gap& gap) {
        demand_ = &d;
        values_.read(d);
        const std::size_t count = d.nodes().size();
        const auto limit = static_cast<std::size_t>(d.terms().max_parcels);
        const value least = count > exact_nodes ? values_.bound() : value{};
        limit_ = std::min({count, exact_nodes, limit == 0 ? count : limit});
        const bool all = narrow(start);
        make_tables();
        search();
        if (!all) compare_start(start);
        start = best_parts_;
        if (all) return quality::exact;
        // Each parcel was counted as if it were not the first.
        const value none = best_parts_.empty() ? value{} : values_.extra();
        gap = gap_between(d.fields(), best_ - none, least - none);
        return quality::heuristic;
    }

private:
    using value = worth<Words>;
    using value_reader = unit_values<Words>;
    using set = std::uint32_t;
    struct amount {
        std::uint32_t c;
        std::int64_t n;
    };
    /// A divisible unit: for each set of the nodes that have some of it, the best and from whom.
    struct table {
        std::size_t unit = 0;
        std::vector<std::uint32_t> nodes;  // candidates, by sequence
        std::vector<value> best;
        std::vector<std::uint16_t> from;
    };
    /// A set of open nodes.
    struct level {
        std::vector<value> key;          // by whole unit
        std::vector<std::uint32_t> who;  // likewise
        std::vector<set> open;           // by table: which of its nodes are open
        value openings, total;
        set nodes = 0;
    };

    bool narrow(const std::vector<plan_part>& start);

    void make_tables();
    void make_table(table& t);
    void divide(const table& t, set from, std::vector<amount>& out) const;
    [[nodiscard]] bool earlier(const table& t, set a, set b);

    void search();
    void greedy();
    void order_nodes();
    void start_empty(level& l) const;
    bool open(level& l, std::size_t d) const;
    void sum(level& l) const;
    [[nodiscard]] bool may_beat(std::size_t from, const level& l) const;
    void branch(std::size_t from, std::size_t depth);
    void offer(const level& l);
    void write(const level& l, std::vector<plan_part>& parts);
    void compare_start(std::vector<plan_part>& start);

    [[nodiscard]] std::size_t units() const noexcept { return demand_->units().size(); }

    demand* demand_ = nullptr;
    value_reader values_;
    std::vector<std::size_t> simple_;  // units that are served whole or not at all
    std::vector<table> tables_;
    std::size_t table_count_ = 0;
    std::vector<std::uint32_t> order_;  // of the search
    std::vector<value> rest_;           // [d][simple]: the best from the nodes from the d-th on
    std::vector<set> rest_open_;        // [d][table]
    std::vector<level> stack_;
    std::size_t limit_ = 0;
    value best_;
    std::vector<plan_part> best_parts_, trial_;
    std::vector<amount> amounts_, others_;
};

/// Keeps searched_nodes nodes: those of `start`, then those that help the plan without them most.
/// True where that is all of them.
template <std::size_t Words>
bool split_search<Words>::narrow(const std::vector<plan_part>& start) {
    const auto nodes = demand_->nodes();
    if (nodes.size() <= exact_nodes) return true;
    struct chosen {
        bool is_used;
        value total;
        std::uint32_t c;
    };
    std::vector<chosen> all;
    for (std::uint32_t c = 0; c < nodes.size(); ++c) {
        const auto here = [&](const plan_part& p) { return raw(p.node) == nodes[c]; };
        value total = values_.opening(c);
        for (std::size_t u = 0; u < units(); ++u) {
            const std::int64_t n = demand_->some(c, u);
            const auto left = static_cast<std::int64_t>(demand_->units()[u].n) - n;
            if (demand_->whole(c, u))
                total = total + values_.whole(c, u);
            else if (n == 0)
                total = total + values_.unserved(u);
            else
                total = total + values_.part(c, u, n) + values_.in(plan_term::missing, left) +
                        values_.in(plan_term::unserved, 1);
        }
        all.push_back({std::any_of(start.begin(), start.end(), here), total, c});
    }
    std::stable_sort(all.begin(), all.end(), [](const chosen& a, const chosen& b) {
        return a.is_used != b.is_used ? a.is_used : a.total < b.total;
    });
    std::vector<std::uint32_t> kept;
    for (std::size_t i = 0; i < searched_nodes; ++i) kept.push_back(all[i].c);
    std::sort(kept.begin(), kept.end());
    values_.keep(kept);
    return false;
}

template <std::size_t Words>
void split_search<Words>::make_tables() {
    simple_.clear();
    table_count_ = 0;
    for (std::size_t u = 0; u < units(); ++u) {
        bool is_whole = true;
        for (std::size_t c = 0; c < demand_->nodes().size(); ++c)
            is_whole &= demand_->some(c, u) == 0 || demand_->whole(c, u);
        if (is_whole) {
            simple_.push_back(u);
            continue;
        }
        if (tables_.size() == table_count_) tables_.emplace_back();
        tables_[table_count_].unit = u;
        make_table(tables_[table_count_++]);
    }
}

/// In the order of what a unit costs; all but the last give what they have.
template <std::size_t Words>
void split_search<Words>::divide(const table& t, set from, std::vector<amount>& out) const {
    out.clear();
    for (std::uint32_t i = 0; i < t.nodes.size(); ++i)
        if ((from >> i & 1) != 0) out.push_back({t.nodes[i], 0});
    std::stable_sort(out.begin(), out.end(), [&](const amount& a, const amount& b) {
        return demand_->rate(a.c) < demand_->rate(b.c);
    });
    std::int64_t left = demand_->units()[t.unit].n;
    for (amount& a : out) {
        a.n = std::min(left, demand_->some(a.c, t.unit));
        left -= a.n;
    }
}

template <std::size_t Words>
bool split_search<Words>::earlier(const table& t, set a, set b) {
    divide(t, a, amounts_);
    divide(t, b, others_);
    const auto by_place = [](const amount& x, const amount& y) { return x.c < y.c; };
    std::sort(amounts_.begin(), amounts_.end(), by_place);
    std::sort(others_.begin(), others_.end(), by_place);
    return std::lexicographical_compare(
        amounts_.begin(), amounts_.end(), others_.begin(), others_.end(),
        [](const amount& x, const amount& y) { return x.c != y.c ? x.c < y.c : x.n < y.n; });
}

template <std::size_t Words>
void split_search<Words>::make_table(table& t) {
    t.nodes.clear();
    set wholes = 0;
    for (std::uint32_t c = 0; c < demand_->nodes().size(); ++c) {
        if (demand_->some(c, t.unit) == 0) continue;
        if (demand_->whole(c, t.unit)) wholes |= set{1} << t.nodes.size();
        t.nodes.push_back(c);
    }
    const std::size_t sets = std::size_t{1} << t.nodes.size();
    t.best.assign(sets, values_.unserved(t.unit));
    t.from.assign(sets, 0);
    for (set s = 1; s < sets; ++s) {
        value& best = t.best[s];
        for (set left = s; left != 0; left &= left - 1) {
            const set less = s & ~(left & ~(left - 1));
            const bool is_tie = t.best[less] == best && t.from[less] != t.from[s];
            if (!(t.best[less] < best) && !(is_tie && earlier(t, t.from[less], t.from[s])))
                continue;
            best = t.best[less];
            t.from[s] = t.from[less];
        }
        if ((s & wholes) != 0 && (s & (s - 1)) != 0) continue;  // whole from one of them is better
        divide(t, s, amounts_);
        if (amounts_.back().n == 0) continue;  // a smaller set does the same
        value mine{};
        std::int64_t left = demand_->units()[t.unit].n;
        for (const amount& a : amounts_) {
            mine = mine + values_.part(a.c, t.unit, a.n);
            left -= a.n;
        }
        if ((s & wholes) == 0) mine = mine + values_.in(plan_term::split, 1);
        if (left > 0)
            mine = mine + values_.in(plan_term::unserved, 1) + values_.in(plan_term::missing, left);
        if (!(mine < best) && !(mine == best && earlier(t, s, t.from[s]))) continue;
        best = mine;
        t.from[s] = static_cast<std::uint16_t>(s);
    }
}

template <std::size_t Words>
void split_search<Words>::start_empty(level& l) const {
    l.key.clear();
    for (const std::size_t u : simple_) l.key.push_back(values_.unserved(u));
    l.who.assign(simple_.size(), no_node);
    l.open.assign(table_count_, 0);
    l.openings = {};
    l.nodes = 0;
    sum(l);
}

template <std::size_t Words>
void split_search<Words>::sum(level& l) const {
    l.total = l.openings;
    for (const value& key : l.key) l.total = l.total + key;
    for (std::size_t t = 0; t < table_count_; ++t) l.total = l.total + tables_[t].best[l.open[t]];
}

/// Opens a node; false where nothing would leave from it.
template <std::size_t Words>
bool split_search<Words>::open(level& l, std::size_t c) const {
    bool used = false;
    for (std::size_t i = 0; i < simple_.size(); ++i) {
        const value& key = values_.whole(c, simple_[i]);
        if (!(key < l.key[i]) && !(key == l.key[i] && c < l.who[i])) continue;
        l.key[i] = key;
        l.who[i] = static_cast<std::uint32_t>(c);
        used = true;
    }
    for (std::size_t t = 0; t < table_count_; ++t) {
        const auto& nodes = tables_[t].nodes;
        const auto at = std::lower_bound(nodes.begin(), nodes.end(), c);
        if (at == nodes.end() || *at != c) continue;
        l.open[t] |= set{1} << (at - nodes.begin());
        used = true;
    }
    l.nodes |= set{1} << c;
    l.openings = l.openings + values_.opening(c);
    sum(l);
    return used;
}

template <std::size_t Words>
void split_search<Words>::search() {
    stack_.resize(std::max(stack_.size(), limit_ + 2));
    start_empty(stack_[0]);
    best_ = stack_[0].total;
    best_parts_.clear();
    greedy();
    order_nodes();
    start_empty(stack_[0]);
    branch(0, 0);
}

/// Opens the node that helps most, as long as one does.
template <std::size_t Words>
void split_search<Words>::greedy() {
    order_.clear();
    level& now = stack_[0];
    level& next = stack_[1];
    while (order_.size() < limit_) {
        value least = now.total;
        std::uint32_t chosen = no_node;
        for (std::uint32_t c = 0; c < demand_->nodes().size(); ++c) {
            if ((now.nodes >> c & 1) != 0) continue;
            next = now;
            open(next, c);
            if (!(next.total < least)) continue;
            least = next.total;
            chosen = c;
        }
        if (chosen == no_node) break;
        open(now, chosen);
        order_.push_back(chosen);
    }
    offer(now);
}

template <std::size_t Words>
void split_search<Words>::order_nodes() {
    const std::size_t count = demand_->nodes().size();
    for (std::uint32_t c = 0; c < count; ++c)
        if ((stack_[0].nodes >> c & 1) == 0) order_.push_back(c);
    rest_.assign((count + 1) * simple_.size(), value_reader::unreachable());
    rest_open_.assign((count + 1) * table_count_, 0);
    for (std::size_t d = count; d-- > 0;) {
        for (std::size_t i = 0; i < simple_.size(); ++i)
            rest_[d * simple_.size() + i] =
                std::min(rest_[(d + 1) * simple_.size() + i], values_.whole(order_[d], simple_[i]));
        for (std::size_t t = 0; t < table_count_; ++t) {
            const auto& nodes = tables_[t].nodes;
            const auto at = std::lower_bound(nodes.begin(), nodes.end(), order_[d]);
            set& mine = rest_open_[d * table_count_ + t];
            mine = rest_open_[(d + 1) * table_count_ + t];
            if (at != nodes.end() && *at == order_[d]) mine |= set{1} << (at - nodes.begin());
        }
    }
}

template <std::size_t Words>
bool split_search<Words>::may_beat(std::size_t from, const level& l) const {
    value bound = l.openings;
    for (std::size_t i = 0; i < simple_.size(); ++i)
        bound = bound + std::min(l.key[i], rest_[from * simple_.size() + i]);
    for (std::size_t t = 0; t < table_count_; ++t)
        bound = bound + tables_[t].best[l.open[t] | rest_open_[from * table_count_ + t]];
    return !(best_ < bound);  // equal may still win the tie
}

template <std::size_t Words>
void split_search<Words>::branch(std::size_t from, std::size_t depth) {
    if (depth == limit_) return;
    for (std::size_t d = from; d < order_.size(); ++d) {
        if (!may_beat(d, stack_[depth])) return;
        level& next = stack_[depth + 1];
        next = stack_[depth];
        if (!open(next, order_[d])) continue;
        offer(next);
        branch(d + 1, depth + 1);
    }
}

template <std::size_t Words>
void split_search<Words>::offer(const level& l) {
    if (best_ < l.total) return;
    write(l, trial_);
    if (l.total == best_ && !comes_before(demand_->problem(), trial_, best_parts_)) return;
    best_ = l.total;
    best_parts_.swap(trial_);
}

template <std::size_t Words>
void split_search<Words>::write(const level& l, std::vector<plan_part>& parts) {
    const auto& p = demand_->problem();
    const auto add = [&](std::uint16_t line, std::uint32_t c, std::int64_t n) {
        parts.push_back(
            {line, static_cast<node_id>(demand_->nodes()[c]), static_cast<granules>(n)});
    };
    parts.clear();
    for (std::size_t i = 0; i < simple_.size(); ++i)
        if (l.who[i] != no_node)
            for (const std::uint16_t line : demand_->units()[simple_[i]].lines)
                add(line, l.who[i], p.lines[line].n);
    for (std::size_t t = 0; t < table_count_; ++t) {
        divide(tables_[t], tables_[t].from[l.open[t]], amounts_);
        for (const amount& a : amounts_)
            add(demand_->units()[tables_[t].unit].lines.front(), a.c, a.n);
    }
    sort_parts(p, parts);
}

template <std::size_t Words>
void split_search<Words>::compare_start(std::vector<plan_part>& start) {
    sort_parts(demand_->problem(), start);
    const value other = values_.of(start);
    if (best_ < other) return;
    if (other == best_ && !comes_before(demand_->problem(), start, best_parts_)) return;
    best_ = other;
    best_parts_ = start;
}

}  // namespace earmark::sourcing::detail
