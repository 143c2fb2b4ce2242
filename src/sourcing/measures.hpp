// MEASURES: what one part and one parcel add to a plan, as plain numbers. This is the only place
// that says so: prices, keys and searches all ask here.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/model/sourcing.hpp"
#include "earmark/sourcing/policy.hpp"
#include "ranking.hpp"

namespace earmark::sourcing::detail {

/// What sums over parts. The columns follow in their own order, but for the delivery date.
enum measure : std::uint8_t { in_cost, in_unknown, in_metres, in_priority, in_score, in_zone };
inline constexpr std::size_t measures = in_zone + node_columns - 1;
using part_measures = std::array<std::int64_t, measures>;

/// A problem with what is worked out once for it.
struct measured {
    const policy_terms& terms;
    const sourcing_problem& problem;
    std::uint32_t farthest;  // stands in for an unknown distance in costs
};

/// Of `n` granules of a wanted line from a node. Requires a priced node.
[[nodiscard]] part_measures measure_part(const measured& of, std::size_t wanted, std::size_t node,
                                         std::int64_t n) noexcept;

/// What a part adds to the one sum of a policy with weights.
[[nodiscard]] std::int64_t weighed_part(const policy_terms& terms, const part_measures& m) noexcept;
/// What a parcel adds to it that costs so much.
[[nodiscard]] std::int64_t weighed_parcel(const policy_terms& terms, std::int64_t cost) noexcept;

/// What so much more money adds to it, whatever it is for.
[[nodiscard]] std::int64_t weighed_money(const policy_terms& terms, std::int64_t cost) noexcept;

/// Do late days of a plan cost anything?
[[nodiscard]] bool counts_late(const policy_terms& terms, const sourcing_problem& p) noexcept;
/// Days after the one that was asked for, up to max_late_days. Requires a column of dates.
[[nodiscard]] std::int32_t late_days(const sourcing_problem& p, std::size_t wanted,
                                     std::size_t node) noexcept;
/// What they cost.
[[nodiscard]] std::int64_t late_cost(const policy_terms& terms, std::int32_t days) noexcept;

/// The set that a line leaves with; 0: none.
[[nodiscard]] inline std::uint16_t set_of(const policy_terms& terms,
                                          const wanted_line& line) noexcept {
    return terms.together ? line.set : std::uint16_t{0};
}

/// Grams or units of `n` granules of a line, as the parcel rates count them; rounded up.
[[nodiscard]] std::int64_t content_of(const parcel_rates& rates, const wanted_line& line,
                                      std::int64_t n) noexcept;
/// Goods value of `n` granules of a line, rounded down.
[[nodiscard]] std::int64_t value_of(const wanted_line& line, std::int64_t n) noexcept;

/// What a parcel with such a content costs from a node that far away. 0 without rates.
[[nodiscard]] std::int64_t rate_of_parcel(const parcel_rates& rates, std::uint32_t metres,
                                          std::int64_t content) noexcept;
/// The same for a node of an acceptance.
[[nodiscard]] std::int64_t rate_of_parcel(const policy_terms& terms, const node_facts& node,
                                          std::uint32_t metres, std::int64_t content) noexcept;

/// Do costs of parcels depend on what is in them, or may a shipment be too small, or do lines stay
/// together? Then a plan is more than the sum of its parts.
[[nodiscard]] bool is_bundled(const policy_terms& terms, const sourcing_problem& problem) noexcept;

/// Whether parts keep to the stock, the limit of parcels, the smallest shipment, the sets, and
/// lines that may not be split.
[[nodiscard]] bool keeps_rules(const policy_terms& terms, const sourcing_problem& problem,
                               std::span<const plan_part> parts);

}  // namespace earmark::sourcing::detail
