// QUANTITIES are signed 64-bit integers, counted in the smallest unit that the SKU's scale allows:
// with two decimals, 8.5 is 850. So 8.5 - 9.33 - 0.17 is exactly -1, and nothing is ever rounded.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/core/granules.hpp"
#include "earmark/core/result.hpp"

namespace earmark {

/// A count of a SKU's base unit times 10^decimals. Only quantities of one SKU may be compared. No
/// function below returns INT64_MIN, so that what it returns has a negative.
struct quantity {
    std::int64_t atoms = 0;

    friend constexpr auto operator<=>(quantity, quantity) = default;
    friend constexpr quantity operator-(quantity q) noexcept { return {-q.atoms}; }
};

/// Sum or difference; out_of_range where it does not fit.
[[nodiscard]] result<quantity> add(quantity a, quantity b) noexcept;
[[nodiscard]] result<quantity> subtract(quantity a, quantity b) noexcept;

/// a * numerator / denominator exactly (units of measure); not_a_multiple where it does not divide.
/// Requires denominator > 0.
[[nodiscard]] result<quantity> convert(quantity a, std::int64_t numerator,
                                       std::int64_t denominator) noexcept;

inline constexpr int max_decimals = 9;

/// Reads `-12.50` with at most `decimals` significant places. Strict: ASCII digits, one point, an
/// optional sign; no exponent, no thousands mark, no blanks. Trailing zeros beyond the scale are
/// fine, other digits are too_many_decimals. Errors carry the offset of the first wrong byte.
[[nodiscard]] result<quantity> parse_quantity(std::string_view text, int decimals) noexcept;

[[nodiscard]] std::string to_string(quantity q, int decimals);

}  // namespace earmark
