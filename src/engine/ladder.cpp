// LADDERS at work: the lines of the order on the desk are sourced in groups, each by the strategy
// that fits its lines best. The most specific group goes first; what it takes is not there for the
// ones after it; all of them are one commit.
#include "earmark/sourcing/ladder.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/decision.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"

namespace earmark {
namespace {

void add(plan_cost& to, const plan_cost& more) noexcept {
    constexpr auto date = static_cast<std::size_t>(node_column::delivery_date);
    to.e4 += more.e4;
    to.parcels += more.parcels;
    to.metres += more.metres;
    to.unknown += more.unknown;
    to.priority += more.priority;
    to.score += more.score;
    to.weighted += more.weighted;
    for (std::size_t c = 0; c < node_columns; ++c)
        to.columns[c] =
            c == date ? std::max(to.columns[c], more.columns[c]) : to.columns[c] + more.columns[c];
}

std::size_t wanted_of(std::span<const wanted_line> all, const wanted_line& of) noexcept {
    const auto is_it = [&](const wanted_line& w) { return w.sku == of.sku && w.firm == of.firm; };
    return static_cast<std::size_t>(std::find_if(all.begin(), all.end(), is_it) - all.begin());
}

}  // namespace

void join_plans(plan& into, const plan& group, std::span<const wanted_line> all,
                std::span<const wanted_line> of_group, std::span<const node_facts> nodes,
                bool is_first) {
    if (is_first) {
        into.covers = group.covers;
        into.proof = quality::exact;
        into.cost = {};
        into.gap = {};
        into.parts.clear();
    }
    if (into.covers != group.covers) into.covers = coverage::partial;
    if (group.proof == quality::heuristic) into.proof = quality::heuristic;
    add(into.cost, group.cost);
    for (plan_part part : group.parts) {
        part.wanted = static_cast<std::uint16_t>(wanted_of(all, of_group[part.wanted]));
        const auto same = std::find_if(into.parts.begin(), into.parts.end(), [&](const auto& x) {
            return x.wanted == part.wanted && x.node == part.node;
        });
        same == into.parts.end() ? into.parts.push_back(part) : void(same->n += part.n);
    }
    std::sort(into.parts.begin(), into.parts.end(), [&](const plan_part& a, const plan_part& b) {
        return a.wanted != b.wanted
                   ? a.wanted < b.wanted
                   : nodes[index_of(a.node)].sequence < nodes[index_of(b.node)].sequence;
    });
}

line_group group_of(const sourcing::policy& whole, const sourcing::decision& d) {
    line_group out;
    name_strategies(whole, d, out.strategy, out.passed_on);
    for (const sourcing::decided_line& w : d.wanted) out.lines.push_back(w.line);
    return out;
}

/// Conditions ask of the group's lines.
void engine::state::ask_group(desk& d, std::size_t row) {
    const std::span<const sourcing::attribute_value> all{d.asked};
    d.asked_lines.clear();
    for (std::size_t l = 0; l < d.in_group.size(); ++l)
        if (d.in_group[l]) d.asked_lines.push_back(all.subspan((l + 1) * row, row));
}

/// Marks the lines whose strategy it is. False where there are none.
bool engine::state::begin_group(desk& d, std::size_t strategy) {
    bool any = false;
    d.group_moves = d.moves.size();
    d.in_group.assign(d.order.lines.size(), false);
    d.tried.clear();
    for (std::size_t l = 0; l < d.fits.size(); ++l) {
        if (d.fits[l] != strategy) continue;
        d.in_group[l] = any = true;
        for (const passed_lines& p : d.passed) {
            const auto is_it = [&](const auto& t) { return t.strategy == p.by.strategy; };
            if (std::binary_search(p.lines.begin(), p.lines.end(), l) &&
                std::none_of(d.tried.begin(), d.tried.end(), is_it))
                d.tried.push_back(p.by);
        }
    }
    std::sort(d.tried.begin(), d.tried.end(),
              [](const auto& a, const auto& b) { return a.strategy < b.strategy; });
    return any;
}

/// Each line of the group goes to the next strategy that fits it.
void engine::state::pass_lines(const visit& v, const sourcing::policy& whole,
                               const sourcing::tried_strategy& by) const {
    desk& d = v.desk;
    const std::size_t row = whole.of_orders().size();
    const std::span<const sourcing::attribute_value> all{d.asked};
    passed_lines passed{by, {}};
    for (std::size_t l = 0; l < d.fits.size(); ++l) {
        if (d.fits[l] != by.strategy) continue;
        passed.lines.push_back(static_cast<std::uint16_t>(l));
        d.fits[l] = sourcing::best_fit(whole, by.strategy + std::size_t{1}, all.first(row),
                                       all.subspan((l + 1) * row, row), v.now);
    }
    d.passed.push_back(std::move(passed));
}

/// Units that groups before have taken are not there for this one.
void engine::state::take_off(desk& d) const {
    const std::size_t nodes = names.node.size();
    for (const take_line& t : d.takes) {
        if (is_pool(t.cell)) continue;
        const std::size_t node = index_of(books.cells.node_of(t.cell));
        for (std::size_t w = 0; w < d.wanted.size(); ++w) {
            const std::size_t at = w * nodes + node;
            const auto section =
                std::find_if(d.more.begin(), d.more.end(),
                             [&](const more_cells& m) { return m.at == at && m.cell == t.cell; });
            if (section != d.more.end()) section->free -= t.n;
            if (section != d.more.end() || d.cells[at] == t.cell) d.free[at] -= t.n;
        }
    }
}

error engine::state::allot_and_date(const visit& v, const sourcing::policy& by,
                                    const sourcing_problem& p, const plan& chosen) {
    const error e = allot(v, by, p, chosen);
    return e.code == error_code::ok && names.pools.has_dated() ? take_days(v, p, chosen) : e;
}

/// The lines that stand at a strategy, or at none: decided, and taken note of, or passed on.
error engine::state::source_group(const visit& v, std::uint32_t version, std::size_t strategy,
                                  sourcing_problem& p, sourced& into) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    const bool is_none = strategy == whole.strategies().size();
    if (const error e = problem(v, version, p); e.code != error_code::ok) return e;
    if (d.wanted.empty()) return {};
    facts_asked(d, version);  // the problem may have read the order's facts anew
    ask_group(d, whole.of_orders().size());
    take_off(d);
    if (bindings[version - 1].numbers) fill_numbers(v, whole, p);
    d.pictured.assign(d.free.begin(), d.free.end());
    const plan& found =
        is_none ? decide_without(v, version, p) : decide_among(v, version, strategy, p);
    if (const auto passed = is_none ? std::nullopt : passed_on(d, whole, strategy, found)) {
        pass_lines(v, whole, *passed);
        return {};
    }
    join_plans(into.chosen, found, d.all_wanted, d.wanted, p.nodes, into.groups.empty());
    into.groups.push_back(group_of(whole, d.decided));
    sourcing::encode(d.decided, d.decided_groups.emplace_back());
    return allot_and_date(v, is_none ? whole : whole.strategies()[strategy].by, p, found);
}

error engine::state::source_groups(const visit& v, std::uint32_t version, sourcing_problem& p,
                                   sourced& into) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    const std::size_t row = whole.of_orders().size();
    facts_asked(d, version);
    if (!whole.filters().empty()) ready_filters(d, version);
    const std::span<const sourcing::attribute_value> all{d.asked};
    d.all_wanted = d.wanted;
    d.passed.clear();
    d.fits.assign(d.order.lines.size(), SIZE_MAX);
    for (const member& m : d.members)
        d.fits[m.line] = sourcing::best_fit(
            whole, 0, all.first(row), all.subspan((m.line + std::size_t{1}) * row, row), v.now);
    for (std::size_t i = 0; i <= whole.strategies().size(); ++i) {
        if (!begin_group(d, i)) continue;
        if (const error e = source_group(v, version, i, p, into); e.code != error_code::ok)
            return e;
    }
    d.in_group.clear();
    p.lines = d.all_wanted;
    EARMARK_INVARIANT(!into.groups.empty(), "every line with units to source is in a group");
    into.strategy = into.groups.front().strategy;
    into.passed_on = into.groups.front().passed_on;
    return {};
}

}  // namespace earmark
