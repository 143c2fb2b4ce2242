// The canonical text of what plans are compared by and bound to.
#pragma once

#include <string>
#include <vector>

#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing::detail {

/// Money as merchants write it: no trailing zeros, exact.
[[nodiscard]] std::string rate_text(std::int64_t e4);

/// The line `rank = [...]`, or those of the weights; keys are filled up to `width`.
[[nodiscard]] std::string rank_text(const policy_terms& t, std::size_t width);

/// `allocate_and_backorder`, `queue:NAME` and so on.
[[nodiscard]] std::string partial_text(const policy_terms& t);

/// What stands in [costs] below its rates, if anything; then [costs.parcel].
[[nodiscard]] std::string more_costs_text(const policy_terms& t);

/// `max_parcels = 3` and so on: the rules of a split that are not left out.
[[nodiscard]] std::vector<std::string> split_rules(const policy_terms& t);

}  // namespace earmark::sourcing::detail
