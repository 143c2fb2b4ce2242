// What the lines of an order are worth to the solver, and which leave together.
#pragma once

#include <cstdint>
#include <vector>

#include "earmark/core/money.hpp"
#include "earmark/engine/catalog.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/stock/word.hpp"

namespace earmark {

/// What is free of a line at a node that may not serve it, however low the floor there is.
inline constexpr granules nothing_free = -2 * stock::max_amount;

/// Lines of one set leave together, and so do lines of one SKU that go one way, which are sourced
/// as one. By line, the number of the first line that is bound to it, from 1; 0: none is. Empty
/// where the order has no sets. O(lines log lines).
[[nodiscard]] std::vector<std::uint16_t> sets_of(const lifecycle::image& order);

/// All of a line of an order, as it was ordered: its value in 1/10,000 of the order's currency;
/// the number of its set is the caller's to add. Where the policy counts in another currency, the
/// value is the largest that there is: no rule about small shipments is for such an order.
[[nodiscard]] wanted_line whole_line(const lifecycle::image& order, std::uint16_t line,
                                     std::int64_t granule_e9, currency of_policy);
/// All lines of an order, with their sets: what the facts of its decisions are. out_of_range.
[[nodiscard]] result<std::vector<wanted_line>> whole_lines(const lifecycle::image& order,
                                                           const catalog& names,
                                                           currency of_policy);

}  // namespace earmark
