// ALTERNATIVES: what else could have been done, for explanations. Asked for rarely, so it may take
// much longer than solving; it allocates.
#pragma once

#include <optional>
#include <vector>

#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing {

struct alternatives {
    /// The best plan that uses another set of nodes than the chosen one. It may leave more lines
    /// unserved, where nothing else is left.
    std::optional<plan> second;
    /// exact: no plan lies between the chosen one and `second`.
    quality second_proof = quality::exact;

    /// By node: the best plan that uses it and serves as many lines; none for the nodes of the
    /// chosen plan and for those that no such plan can use.
    std::vector<std::optional<plan>> with;
    /// heuristic: a better plan with the node may exist.
    quality with_proof = quality::exact;
};

/// Exact for plans by whole lines with at most exact_lines servable lines. Else the second best is
/// the best of the plans without one of the chosen nodes, and `with` moves lines of the chosen plan
/// to the node: both say heuristic.
[[nodiscard]] alternatives find_alternatives(const policy& by, const sourcing_problem& problem,
                                             const plan& chosen, scratch& s);

}  // namespace earmark::sourcing
