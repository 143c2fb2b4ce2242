#include "earmark/sourcing/solve.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"
#include "workshop.hpp"

namespace earmark::sourcing {

namespace detail {

/// From so many lines on, branch and bound usually proves the plan well before the programme has
/// filled its tables. Measured; it decides the time only, never the plan.
constexpr std::size_t search_from = 7;

void check(const sourcing_problem& problem) {
    constexpr std::size_t most = 65'535;
    const std::size_t lines = problem.lines.size();
    const std::size_t nodes = problem.nodes.size();
    EARMARK_CHECK(lines <= most && nodes <= most,
                  "a sourcing problem has more than 65,535 lines or nodes; split it");
    EARMARK_CHECK(problem.metres.size() == nodes,
                  "a sourcing problem needs one distance per node; use unknown_distance");
    EARMARK_CHECK(problem.free.size() == lines * nodes,
                  "a sourcing problem needs one free amount per line and node");
    EARMARK_CHECK(problem.scores.empty() || problem.scores.size() == nodes,
                  "a sourcing problem needs one score per node, or none at all");
    EARMARK_CHECK(problem.selected.empty() || problem.selected.size() == (nodes + 63) / 64,
                  "a sourcing problem selects nodes with one bit for each, or all of them");
    for (const wanted_line& line : problem.lines)
        EARMARK_CHECK(line.n > 0 && line.granule_e9 > 0,
                      "a wanted line needs a positive amount and a positive granule");
}

void workshop::solve(const policy& by, const sourcing_problem& problem, std::uint32_t without) {
    check(problem);
    table.look(by.terms(), problem, ranks.of(by, problem), without, every);
    answer.parts.clear();
    found.clear();
    const quality proof = table.slots().empty() ? quality::exact : choose();
    write_parts(answer);
    used_quantities = table.shares_skus();
    finish(answer, proof);
}

quality workshop::choose() {
    const std::size_t lines = table.slots().size();
    const layout open = with_unserved(table);
    const bool is_narrow = open.bits <= key_bits<key128>;
    if (lines > exact_lines)
        return is_narrow ? many.run(table, open, found) : many_wide.run(table, open, found);
    const std::size_t steps = std::size_t{2} << lines;
    const bool try_search = lines >= search_from && is_narrow && !every;
    if (!try_search || !many.run_within(steps, table, open, found)) run_programme();
    return quality::exact;
}

void workshop::run_programme() {
    const layout l = with_digits(table);
    if (l.bits <= key_bits<key128>) {
        few.run(table, l, found);
    } else {
        few_wide.run(table, l, found);
    }
}

bool workshop::by_programme() const noexcept {
    return table.slots().size() <= exact_lines && !table.slots().empty();
}

void workshop::write_parts(plan& p) const {
    p.parts.clear();
    for (std::size_t s = 0; s < found.size(); ++s)
        if (found[s] != no_candidate)
            p.parts.push_back({table.slots()[s],
                               static_cast<node_id>(table.candidates()[found[s]].node),
                               table.wanted(s).n});
}

/// Splits what is left where the policy allows it, then settles coverage, order and cost.
void workshop::finish(plan& p, quality proof) {
    const sourcing_problem& problem = table.problem();
    const policy_terms& terms = table.terms();
    const std::size_t whole = p.parts.size();
    bool is_full = whole == problem.lines.size();
    if (!is_full && terms.lines == line_split::by_quantity) {
        used_quantities = true;
        fill.fill(table, p.parts);
        std::int64_t missing = 0;
        for (const wanted_line& line : problem.lines) missing += line.n;
        for (const plan_part& part : p.parts) missing -= part.n;
        is_full = missing == 0;
        if (p.parts.size() > whole) proof = quality::heuristic;
    }
    if (!is_full && terms.partial == on_partial::backorder) p.parts.clear();
    const auto sequence = [&](const plan_part& part) {
        return problem.nodes[index_of(part.node)].sequence;
    };
    std::sort(p.parts.begin(), p.parts.end(), [&](const plan_part& a, const plan_part& b) {
        return a.wanted != b.wanted ? a.wanted < b.wanted : sequence(a) < sequence(b);
    });
    p.covers = p.parts.empty() && !problem.lines.empty() ? coverage::none
               : is_full                                 ? coverage::full
                                                         : coverage::partial;
    p.proof = proof;
    p.cost = price(terms, problem, table.farthest(), p.parts, node_seen);
}

bool workshop::best_with(std::uint32_t node, plan& with) {
    const auto candidates = table.candidates();
    for (std::uint32_t c = 0; c < candidates.size(); ++c) {
        if (candidates[c].node != node) continue;
        const bool narrow = with_digits(table).bits <= key_bits<key128>;
        if (!(narrow ? few.best_with(c, found) : few_wide.best_with(c, found))) return false;
        write_parts(with);
        finish(with, quality::exact);
        return true;
    }
    return false;
}

}  // namespace detail

scratch::scratch() : workshop_{std::make_unique<detail::workshop>()} {}
scratch::~scratch() = default;
scratch::scratch(scratch&&) noexcept = default;
scratch& scratch::operator=(scratch&&) noexcept = default;

const plan& solve(const policy& by, const sourcing_problem& problem, scratch& s) {
    s.workshop().solve(by, problem, detail::no_node);
    return s.workshop().answer;
}

const plan& solve_without(const policy& by, const sourcing_problem& problem, node_id without,
                          scratch& s) {
    s.workshop().solve(by, problem, raw(without));
    return s.workshop().answer;
}

}  // namespace earmark::sourcing
