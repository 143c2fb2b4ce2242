// DECIMALS: the one reader and the one writer behind quantity, money and rate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/core/result.hpp"

namespace earmark::detail {

/// The largest magnitude on both sides of zero, so that every value that was read can be negated.
inline constexpr std::int64_t max_decimal = INT64_MAX;

/// Reads `-12.50` as an integer count of 10^-decimals. The grammar is [+-]digits[.digits], in
/// ASCII. Linear in the text, allocates nothing. Requires 0 <= decimals <= 18.
[[nodiscard]] result<std::int64_t> parse_decimal(std::string_view text, int decimals) noexcept;

/// Writes all `decimals` places: 850 with two is `8.50`.
[[nodiscard]] std::string write_decimal(std::int64_t value, int decimals);

/// The error of a value that does not fit a symmetric 64-bit integer; it is named as the nearest
/// number that can be told.
[[nodiscard]] constexpr error too_wide(bool negative) noexcept {
    return negative ? fail(error_code::out_of_range, INT64_MIN, -max_decimal)
                    : fail(error_code::out_of_range, INT64_MAX, max_decimal);
}

}  // namespace earmark::detail
