// LATE PLANS: money for each day that the last part of a plan arrives after the day on which the
// order is wanted. An order is late once, however many parcels are late with it, so the money is of
// no node and of no line, and no sum over parts has it. It is found by trying days instead: the
// best plan without that money; then, while it is late, the best of those that arrive at least a
// day earlier. A best plan of all is the best of those that arrive by its own day, for what arrives
// by then costs no more for being late. So the answer is as exact as the plans that were tried.
#include <algorithm>

#include "workshop.hpp"

namespace earmark::sourcing::detail {
namespace {

/// `free` of a problem, but for what would be at least so many days late.
void keep_sooner(const sourcing_problem& p, std::int32_t days, std::vector<granules>& free) {
    free.assign(p.free.begin(), p.free.end());
    for (std::size_t l = 0; l < p.lines.size(); ++l)
        for (std::size_t k = 0; k < p.nodes.size(); ++k)
            if (late_days(p, l, k) >= days) free[l * p.nodes.size() + k] = 0;
}

/// What goes before the cost, which earlier days cannot make better.
policy_terms before_cost(const policy_terms& terms) {
    policy_terms out = terms;
    out.weights.clear();
    const auto at = std::find(terms.rank.begin(), terms.rank.end(), criterion::cost);
    out.rank.assign(terms.rank.begin(), terms.weights.empty() ? at : terms.rank.begin());
    return out;
}

}  // namespace

std::int32_t late_days(const sourcing_problem& p, std::size_t wanted, std::size_t node) noexcept {
    const std::int64_t late = p.number(node_column::delivery_date, wanted, node) - p.due.n;
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(late, 0, max_late_days));
}

bool counts_late(const policy_terms& terms, const sourcing_problem& p) noexcept {
    return terms.late_per_day > 0 && p.due != no_day && !p.of(node_column::delivery_date).empty();
}

std::int64_t late_cost(const policy_terms& terms, std::int32_t days) noexcept {
    return terms.late_per_day * days;
}

void workshop::solve_late(const policy_terms& terms, const ranking& nodes,
                          const sourcing_problem& problem, std::uint32_t without) {
    solve_sums(terms, nodes, problem, without);
    const bool may_gain = answer.cost.late_days > 0 && counts_late(terms, problem) &&
                          ranked_criteria{terms}.has(criterion::cost);
    if (!may_gain) return;
    const policy_terms before = before_cost(terms);
    plan best = answer;
    bool is_proven = is_sure(best), is_exact = best.proof == quality::exact;
    bool quantities = used_quantities;
    sourcing_problem sooner = problem;
    while (answer.cost.late_days > 0) {
        keep_sooner(problem, answer.cost.late_days, not_late);
        sooner.free = not_late;
        solve_sums(terms, nodes, sooner, without);
        is_proven &= is_sure(answer);
        is_exact &= answer.proof == quality::exact;
        quantities |= used_quantities;
        if (compare_terms(before, problem, answer, best).order > 0) break;
        const int order = compare_terms(terms, problem, answer, best).order;
        if (order < 0 || (order == 0 && comes_before(problem, answer.parts, best.parts)))
            best = answer;
    }
    answer = best;
    if (!is_exact) {  // another plan might have been best by its own day
        answer.proof = quality::heuristic;
        answer.gap = {is_proven ? plan_term::sequence : plan_term::same, 0, 0};
    }
    table.look(terms, problem, nodes, without, every);  // for records: all that was there
    used_quantities = quantities;
}

}  // namespace earmark::sourcing::detail
