// LADDERS as text, and their order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing::detail {

/// A bit for each attribute that a strategy says, the highest for the one that weighs most.
[[nodiscard]] std::uint32_t specificity(const strategy& s) noexcept;

/// Are both for the same lines, at an instant at least?
[[nodiscard]] bool are_equal_rules(const strategy& a, const strategy& b) noexcept;

/// The most specific first; the same for every order of the text.
void sort_ladder(std::vector<strategy>& all);

/// The top keys of the canonical text; empty without a ladder.
[[nodiscard]] std::string ladder_text(const policy& p);
/// The line `for = {...}` of a strategy; empty where it says nothing.
[[nodiscard]] std::string for_text(const policy& p, const strategy& s);

}  // namespace earmark::sourcing::detail
