// BY DATE: a latest date is no sum, so it is found by trying dates. What is more important is
// solved first; the date is the earliest by which a plan is as good in that; and the plan is the
// best of those that arrive by it. Each of these is a problem of sums with less stock, so the
// answer is as exact as they are.
#include <algorithm>

#include "workshop.hpp"

namespace earmark::sourcing::detail {
namespace {

/// The dates of all that could be used, ascending.
std::vector<std::int32_t> dates_of(const board& table) {
    const sourcing_problem& p = table.problem();
    std::vector<std::int32_t> out;
    for (std::uint32_t k = 0; k < p.nodes.size(); ++k)
        for (std::size_t l = 0; l < p.lines.size() && table.allows(k); ++l)
            if (table.usable(l, k) > 0) out.push_back(p.number(node_column::delivery_date, l, k));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

/// `free` of a problem, but for what arrives after a date.
void keep_in_time(const sourcing_problem& p, std::int32_t date, std::vector<granules>& free) {
    free.assign(p.free.begin(), p.free.end());
    for (std::size_t l = 0; l < p.lines.size(); ++l)
        for (std::size_t k = 0; k < p.nodes.size(); ++k)
            if (p.number(node_column::delivery_date, l, k) > date) free[l * p.nodes.size() + k] = 0;
}

}  // namespace

bool is_sure(const plan& p) noexcept {
    return p.proof == quality::exact || p.gap.in == plan_term::sequence;
}

void workshop::solve_by_date(const policy_terms& terms, const ranking& nodes,
                             const sourcing_problem& problem, std::uint32_t without) {
    policy_terms before = terms, others = terms;
    const auto at = std::find(terms.rank.begin(), terms.rank.end(), criterion::delivery_date);
    before.rank.assign(terms.rank.begin(), at);
    others.rank.erase(others.rank.begin() + (at - terms.rank.begin()));
    solve_late(before, nodes, problem, without);
    const plan best = answer;
    bool is_proven = is_sure(best);
    bool quantities = used_quantities;
    const std::vector<std::int32_t> dates = dates_of(table);
    sourcing_problem early = problem;
    const auto is_soon_enough = [&](std::int32_t date) {
        keep_in_time(problem, date, in_time);
        early.free = in_time;
        solve_late(before, nodes, early, without);
        is_proven &= is_sure(answer);
        quantities |= used_quantities;
        return compare_terms(before, problem, answer, best).order <= 0;
    };
    const auto date = std::partition_point(dates.begin(), dates.end(),
                                           [&](std::int32_t d) { return !is_soon_enough(d); });
    if (date != dates.end()) {
        keep_in_time(problem, *date, in_time);
        early.free = in_time;
        solve_late(others, nodes, early, without);
    }
    if (!is_proven) {  // an earlier date might have done, so a gap in what follows says too much
        answer.proof = quality::heuristic;
        const bool holds =
            !is_sure(best) && compare_terms(before, problem, answer, best).order == 0;
        answer.gap = holds ? best.gap : plan_gap{};
    }
    table.look(terms, problem, nodes, without, every);  // for records: all that was there
    used_quantities = used_quantities || quantities;
    answer.cost = price(terms, problem, table.farthest(), answer.parts, node_seen);
}

}  // namespace earmark::sourcing::detail
