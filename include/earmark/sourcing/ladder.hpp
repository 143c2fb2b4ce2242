// LADDERS choose a strategy for each line by how specific it is: of those that fit, the one that
// says the attribute that weighs most; where several say it, the next attribute decides, and so on.
// What a strategy does not say fits every line.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing {

/// The first strategy from `from` on that is for a line at an instant, and so the most specific of
/// them; strategies().size() where there is none. `order` and `line` are rows of of_orders().
/// O(strategies x attributes). Requires a ladder.
[[nodiscard]] std::size_t best_fit(const policy& p, std::size_t from,
                                   std::span<const attribute_value> order,
                                   std::span<const attribute_value> line, time_point now) noexcept;

/// What a strategy of a ladder wants, as a condition: `line.sku == "ITEM1" and ship_to == "home"`;
/// empty: nothing.
[[nodiscard]] std::string wants_text(const policy& p, const strategy& s);

}  // namespace earmark::sourcing
