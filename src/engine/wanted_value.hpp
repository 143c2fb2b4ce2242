// What the lines of an order are worth to the solver, and which leave together.
#pragma once

#include <cstdint>

#include "earmark/core/money.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/stock/word.hpp"

namespace earmark {

/// What is free of a line at a node that may not serve it, however low the floor there is.
inline constexpr granules nothing_free = -2 * stock::max_amount;

/// All of a line of an order, as it was ordered: its value in 1/10,000 of the order's currency and
/// the number of its set. Where the policy counts in another currency, the value is the largest
/// that there is: no rule about small shipments is for such an order.
[[nodiscard]] wanted_line whole_line(const lifecycle::image& order, std::uint16_t line,
                                     std::int64_t granule_e9, currency of_policy);

}  // namespace earmark
