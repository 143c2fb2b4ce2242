// WORKSHOP: all memory of one solver, and the searches that use it. Grows, never shrinks.
#pragma once

#include <cstdint>
#include <vector>

#include "board.hpp"
#include "fill.hpp"
#include "many_lines.hpp"
#include "open_node.hpp"
#include "ranking.hpp"
#include "shipment_search.hpp"
#include "split_sets.hpp"

namespace earmark::sourcing::detail {

struct workshop {
    ranking_cache ranks;
    board table;
    open_node_programme<key128> few;
    open_node_programme<key320> few_wide;
    open_node_programme<key1024> few_widest;
    many_line_search<key128> many;
    many_line_search<key320> many_wide;
    many_line_search<key1024> many_widest;
    filler fill;
    demand wants;
    split_search<1> splits;
    split_search<16> splits_wide;
    unit_values<1> values;
    unit_values<16> values_wide;
    shipment_search<1> shipments;
    shipment_search<16> shipments_wide;
    assignment found;
    std::vector<std::uint8_t> node_seen;
    std::vector<granules> in_time;   // what is free of what arrives by a date
    std::vector<granules> not_late;  // likewise, of what arrives sooner than a late plan
    plan answer;
    bool used_quantities = false;  // more than "has enough: yes or no" decided
    bool by_date = false;          // the last problem was, or might be, solved date by date
    bool every = false;            // keep what best_with() needs; set before solve()

    /// Solves into `answer`.
    void solve(const policy& by, const sourcing_problem& problem, std::uint32_t without);

    /// After solve() with `every`, where by_programme(): writes the best plan that serves as many
    /// lines whole and uses `node` into `with`. False where there is none.
    [[nodiscard]] bool best_with(std::uint32_t node, plan& with);

    /// Was the last problem solved by the open-node programme alone?
    [[nodiscard]] bool by_programme() const noexcept;

private:
    /// Solves by sums alone.
    void solve_sums(const policy_terms& terms, const ranking& nodes,
                    const sourcing_problem& problem, std::uint32_t without);
    /// Solves where late days may cost, too.
    void solve_late(const policy_terms& terms, const ranking& nodes,
                    const sourcing_problem& problem, std::uint32_t without);
    /// Solves where the latest delivery date of the parts ranks, too.
    void solve_by_date(const policy_terms& terms, const ranking& nodes,
                       const sourcing_problem& problem, std::uint32_t without);
    quality choose();
    void run_programme();
    void pick_one();
    void write_parts(plan& p) const;
    [[nodiscard]] bool may_divide(const plan& p) const;
    quality divide(plan& p);
    quality ship(plan& p);
    void finish(plan& p, quality proof);
};

/// compare() without the last tie-break.
[[nodiscard]] comparison compare_terms(const policy_terms& terms, const sourcing_problem& problem,
                                       const plan& a, const plan& b);

/// Nothing is better in any term but the tie-break.
[[nodiscard]] bool is_sure(const plan& p) noexcept;

/// Throws earmark::misuse where a problem contradicts itself.
void check(const sourcing_problem& problem);

/// Cost of parts from priced nodes. `farthest` stands in for an unknown distance, `seen` is working
/// memory.
[[nodiscard]] plan_cost price(const policy_terms& terms, const sourcing_problem& problem,
                              std::uint32_t farthest, std::span<const plan_part> parts,
                              std::vector<std::uint8_t>& seen);

}  // namespace earmark::sourcing::detail
