// VALUE SETS: arithmetic of what an attribute may be.
#pragma once

#include "cases.hpp"

namespace earmark::sourcing::detail {

/// What the attribute can be at all: an order always has lines, a whole number of them, and so on.
[[nodiscard]] value_set all_values(const attribute& of);
[[nodiscard]] value_set none_of_them(value_type of);
[[nodiscard]] value_set only(std::string text);
[[nodiscard]] value_set only(std::int64_t n);
[[nodiscard]] value_set from_to(std::int64_t least, std::int64_t most);

/// The same without "not given".
[[nodiscard]] value_set given_values(value_set s);
[[nodiscard]] value_set complement(value_type of, const value_set& s);
[[nodiscard]] value_set either(value_type of, const value_set& a, const value_set& b);
/// What both leave; of an attribute that is counted in whole numbers, whole numbers only.
[[nodiscard]] value_set meet(const attribute& of, const value_set& a, const value_set& b);

/// `lines >= 3`; `whole` is what the attribute can be at all.
[[nodiscard]] std::string words_of(const attribute& of, const value_set& s, const value_set& whole);

}  // namespace earmark::sourcing::detail
