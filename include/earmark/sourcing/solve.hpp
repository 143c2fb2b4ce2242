// THE SOLVER: a pure function from a policy and a problem to a plan.
//
// (1) An answer never depends on the order in which nodes lie in memory, only on their facts and
//     their `sequence`.
// (2) A plan that says `exact` is the best there is.
// (3) Plans are ordered by: lines not served in full; lines not served whole from one node; where
//     lines may be split, granules that are missing; the policy's criteria; the first line that
//     differs leaves from the smaller sequence (an unserved line counts as the largest). So there
//     is exactly one best plan.
// (4) The nodes that a line is divided over give in the order of what a unit costs from them, then
//     of their sequence: each all that it has, the last one the rest. `exact` is of such plans. But
//     where parcels are judged as a whole (rates by content, smallest shipments, sets), amounts are
//     free, and of equal plans the one whose smaller sequence gives less comes first; a heuristic
//     plan may divide lines in any way.
//
// Who may call: any thread, each with a scratch of its own.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "earmark/model/sourcing.hpp"
#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing {

namespace detail {
struct workshop;
}

/// Orders of up to so many servable lines are always solved exactly, by the open-node programme.
inline constexpr std::size_t exact_lines = 10;
/// Larger ones are solved exactly where at most so many nodes survive dominance.
inline constexpr std::size_t exact_nodes = 16;
/// A part or a parcel costs at most so much (1/10,000 of the major unit); dearer counts as this.
inline constexpr std::int64_t max_part_cost_e4 = 40'000'000'000'000;

/// A wanted line's goods are worth, and weigh, at most so much (1/10,000; grams).
inline constexpr std::int64_t max_line_total = 100'000'000'000'000;

/// The same line where only so many are wanted of it: value and weight in proportion. Requires
/// all.n > 0.
[[nodiscard]] wanted_line scaled(wanted_line all, granules n) noexcept;

/// Working memory that grows to the largest problem it has met and then stays: after that, solve()
/// allocates nothing for an exact plan of whole lines, where parcels are not judged as a whole and
/// no delivery date ranks.
class scratch {
public:
    scratch();
    ~scratch();
    scratch(scratch&&) noexcept;
    scratch& operator=(scratch&&) noexcept;

    [[nodiscard]] detail::workshop& workshop() noexcept { return *workshop_; }

private:
    std::unique_ptr<detail::workshop> workshop_;
};

/// The best plan under the policy. It lies in `s` until the next call with `s`; copy it to keep it.
/// Throws earmark::misuse where the problem contradicts itself: spans of unequal shape, a line with
/// n <= 0 or granule_e9 <= 0, a value or weight outside 0 to max_line_total, more than 65,535 lines
/// or nodes.
const plan& solve(const policy& by, const sourcing_problem& problem, scratch& s);

/// The same where node `without` may not be used.
const plan& solve_without(const policy& by, const sourcing_problem& problem, node_id without,
                          scratch& s);

/// What these parts cost under the policy. A plan's own cost is this, for its own parts.
[[nodiscard]] plan_cost price(const policy& by, const sourcing_problem& problem,
                              std::span<const plan_part> parts);

/// What one part costs, without its parcel.
[[nodiscard]] std::int64_t price_part(const policy& by, const sourcing_problem& problem,
                                      const plan_part& part);

/// What opening a parcel at a node costs, whatever is in it.
[[nodiscard]] std::int64_t price_parcel(const policy& by, const node_facts& node);

/// What the parcel from a node costs in a plan of these parts, with what it holds.
[[nodiscard]] std::int64_t price_parcel(const policy& by, const sourcing_problem& problem,
                                        std::span<const plan_part> parts, node_id node);

/// Granules of a SKU that the policy itself keeps back at a node.
[[nodiscard]] std::int64_t kept_back(const policy& by, const node_facts& node,
                                     const wanted_line& of) noexcept;

/// Granules of a wanted line that the policy may use at a node; 0 or less: none.
[[nodiscard]] std::int64_t usable(const policy& by, const sourcing_problem& problem,
                                  std::size_t wanted, node_id node) noexcept;

/// Does the policy have every rate that this node needs?
[[nodiscard]] bool is_priced(const policy& by, const node_facts& node) noexcept;

/// How two plans for one problem compare.
struct comparison {
    using reason = plan_term;
    int order = 0;  // negative: `a` is better, 0: they are the same plan
    reason by = reason::same;
    std::int64_t gap = 0;  // b minus a in what decided
};
[[nodiscard]] comparison compare(const policy& by, const sourcing_problem& problem, const plan& a,
                                 const plan& b);

/// Equal in every field.
[[nodiscard]] bool same(const plan& a, const plan& b) noexcept;

}  // namespace earmark::sourcing
