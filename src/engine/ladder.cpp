// GROUPS of lines of the order on the desk are sourced one after the other: lines that go to one
// place, by one service and day, and of these, under a ladder, those that one strategy fits best.
// The most specific group goes first; what it takes is not there for the ones after it; all of them
// are one commit.
#include "earmark/sourcing/ladder.hpp"

#include <algorithm>
#include <map>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/decision.hpp"
#include "seen_from.hpp"
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
    to.late_days = std::max(to.late_days, more.late_days);
    for (std::size_t c = 0; c < node_columns; ++c)
        to.columns[c] =
            c == date ? std::max(to.columns[c], more.columns[c]) : to.columns[c] + more.columns[c];
}

std::size_t wanted_of(std::span<const wanted_line> all, const wanted_line& of) noexcept {
    const auto is_it = [&](const wanted_line& w) { return same_goods(w, of) && w.own == of.own; };
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

sourcing::order_facts engine::state::ask_group(desk& d, std::size_t row) {
    const std::span<const sourcing::attribute_value> all{d.asked};
    d.asked_lines.clear();
    for (std::size_t l = 0; l < d.in_group.size(); ++l)
        if (d.in_group[l]) d.asked_lines.push_back(all.subspan((l + 1) * row, row));
    return {all.first(row), d.asked_lines};
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

/// Sources the desk's order, all wanted lines of which are on the desk.
class engine::state::grouping {
public:
    grouping(state& s, const visit& v, std::uint32_t version, sourcing_problem& p, sourced& into)
        : s_{s},
          v_{v},
          d_{v.desk},
          version_{version},
          whole_{s.policies[version - 1]},
          row_{whole_.of_orders().size()},
          p_{p},
          into_{into} {}

    error run();

private:
    error of_way(std::span<const std::uint16_t> lines);
    error all_together(std::span<const std::uint16_t> lines);
    error by_ladder(std::span<const std::uint16_t> lines);
    error source(std::size_t strategy);
    [[nodiscard]] bool begin(std::size_t strategy);
    void pass(const sourcing::tried_strategy& by);
    error take_note(const sourcing::policy& by, const plan& found);

    state& s_;
    const visit& v_;
    desk& d_;
    const std::uint32_t version_;
    const sourcing::policy& whole_;
    const std::size_t row_;
    sourcing_problem& p_;
    sourced& into_;
};

/// Marks the lines whose strategy it is. False where there are none.
bool engine::state::grouping::begin(std::size_t strategy) {
    bool any = false;
    d_.group_moves = d_.moves.size();
    d_.in_group.assign(d_.order.lines.size(), false);
    d_.tried.clear();
    for (std::size_t l = 0; l < d_.fits.size(); ++l) {
        if (d_.fits[l] != strategy) continue;
        d_.in_group[l] = any = true;
        for (const passed_lines& p : d_.passed) {
            const auto is_it = [&](const auto& t) { return t.strategy == p.by.strategy; };
            if (std::binary_search(p.lines.begin(), p.lines.end(), l) &&
                std::none_of(d_.tried.begin(), d_.tried.end(), is_it))
                d_.tried.push_back(p.by);
        }
    }
    std::sort(d_.tried.begin(), d_.tried.end(),
              [](const auto& a, const auto& b) { return a.strategy < b.strategy; });
    return any;
}

/// Each line of the group goes to the next strategy that fits it.
void engine::state::grouping::pass(const sourcing::tried_strategy& by) {
    const std::span<const sourcing::attribute_value> all{d_.asked};
    passed_lines passed{by, {}};
    for (std::size_t l = 0; l < d_.fits.size(); ++l) {
        if (d_.fits[l] != by.strategy) continue;
        passed.lines.push_back(static_cast<std::uint16_t>(l));
        d_.fits[l] = sourcing::best_fit(whole_, by.strategy + std::size_t{1}, all.first(row_),
                                        all.subspan((l + 1) * row_, row_), v_.now);
    }
    d_.passed.push_back(std::move(passed));
}

error engine::state::grouping::take_note(const sourcing::policy& by, const plan& found) {
    join_plans(into_.chosen, found, d_.all_wanted, d_.wanted, p_.nodes, into_.groups.empty());
    into_.groups.push_back(group_of(whole_, d_.decided));
    sourcing::encode(d_.decided, d_.decided_groups.emplace_back());
    return s_.allot_and_date(v_, by, p_, found);
}

/// The lines that stand at a strategy, or at none: decided, and taken note of, or passed on.
error engine::state::grouping::source(std::size_t strategy) {
    const bool is_none = strategy == whole_.strategies().size();
    if (const error e = s_.problem(v_, version_, p_); e.code != error_code::ok) return e;
    if (d_.wanted.empty()) return {};
    s_.facts_asked(d_, version_);  // the problem may have read the order's facts anew
    ask_group(d_, row_);
    s_.take_off(d_);
    if (s_.bindings[version_ - 1].numbers) s_.fill_numbers(v_, whole_, p_);
    d_.pictured.assign(d_.free.begin(), d_.free.end());
    const plan& found =
        is_none ? s_.decide_without(v_, version_, p_) : s_.decide_among(v_, version_, strategy, p_);
    if (const auto passed = is_none ? std::nullopt : passed_on(d_, whole_, strategy, found))
        return pass(*passed), error{};
    return take_note(is_none ? whole_ : whole_.strategies()[strategy].by, found);
}

error engine::state::grouping::by_ladder(std::span<const std::uint16_t> lines) {
    s_.facts_asked(d_, version_);
    if (!whole_.filters().empty()) s_.ready_filters(d_, version_);
    const std::span<const sourcing::attribute_value> all{d_.asked};
    d_.fits.assign(d_.order.lines.size(), SIZE_MAX);
    for (const std::uint16_t l : lines)
        d_.fits[l] = sourcing::best_fit(whole_, 0, all.first(row_),
                                        all.subspan((l + std::size_t{1}) * row_, row_), v_.now);
    for (std::size_t i = 0; i <= whole_.strategies().size(); ++i) {
        if (!begin(i)) continue;
        if (const error e = source(i); e.code != error_code::ok) return e;
    }
    return {};
}

error engine::state::grouping::all_together(std::span<const std::uint16_t> lines) {
    d_.group_moves = d_.moves.size();
    d_.in_group.assign(d_.order.lines.size(), false);
    for (const std::uint16_t l : lines) d_.in_group[l] = true;
    if (const error e = s_.problem(v_, version_, p_); e.code != error_code::ok) return e;
    s_.take_off(d_);
    const auto [by, found] = s_.choose(v_, version_, p_);
    if (const error e = take_note(by, found); e.code != error_code::ok) return e;
    return d_.to_bring.empty() ? error{} : s_.bring_rest(v_, version_, p_, into_);
}

error engine::state::grouping::of_way(std::span<const std::uint16_t> lines) {
    const seen_from there{d_.order, lines.front()};
    return whole_.ladder().empty() ? all_together(lines) : by_ladder(lines);
}

error engine::state::grouping::run() {
    d_.all_wanted = d_.wanted;
    d_.passed.clear();
    std::map<std::uint16_t, std::vector<std::uint16_t>> ways;
    for (const member& m : d_.members) ways[d_.order.lines[m.line].own].push_back(m.line);
    for (const auto& [own, lines] : ways)
        if (const error e = of_way(lines); e.code != error_code::ok) return e;
    d_.in_group.clear();
    p_.lines = d_.all_wanted;
    EARMARK_INVARIANT(!into_.groups.empty(), "every line with units to source is in a group");
    into_.strategy = into_.groups.front().strategy;
    into_.passed_on = into_.groups.front().passed_on;
    return {};
}

error engine::state::source_groups(const visit& v, std::uint32_t version, sourcing_problem& p,
                                   sourced& into) {
    return grouping{*this, v, version, p, into}.run();
}

}  // namespace earmark
