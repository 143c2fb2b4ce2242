// FAIR SHARE divides what is scarce among claims: to each in proportion to its weight, in whole
// lots, never more than it needs; what rounding leaves goes to the largest remainders. A pure
// function: ring-fences, transfers to stores and back-order queues may use it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/result.hpp"

namespace earmark {

struct share_claim {
    std::int64_t need = 0;  // units, 0 or more; a share never exceeds it
    std::int64_t weight =
        0;  // history, forecast, or the need itself; 0: from what the others leave
};

/// The units of each claim, in the claims' order. Their sum is `supply` or what the claims need, in
/// whole lots of `lot` units, whichever is less: rounding never gives out more than there is.
///
/// Where a claim's share passes its need, what it leaves goes to the others, again by weight;
/// claims of weight 0 share, equally, what is left when all others have their need. The lots that
/// are left over after rounding down go one each to the largest remainders (Hamilton's method); of
/// equal remainders the earlier claim's is first.
///
/// bad_quantity for a number below 0 or a lot below 1, out_of_range for one above 2^53; the error's
/// row is the claim's, from 1. O(n^2) where each claim is full in turn, O(n log n) mostly. Exact:
/// no floating point.
[[nodiscard]] result<std::vector<std::int64_t>> fair_share(std::int64_t supply,
                                                           std::span<const share_claim> claims,
                                                           std::int64_t lot = 1);

}  // namespace earmark
