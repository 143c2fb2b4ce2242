// One scale for the units of all SKUs.
#pragma once

#include <cstdint>

#include "earmark/core/result.hpp"

namespace earmark::report {

inline std::int64_t power_of_ten(int n) noexcept {
    std::int64_t p = 1;
    for (int i = 0; i < n; ++i) p *= 10;
    return p;
}

/// n * 10^to / 10^from. too_many_decimals where a remainder is finer than the scale, out_of_range.
inline error rescale(std::int64_t n, int from, int to, std::int64_t& out) noexcept {
    if (from > to) {
        const std::int64_t by = power_of_ten(from - to);
        out = n / by;
        return n % by == 0 ? error{} : fail(error_code::too_many_decimals, n);
    }
    if (__builtin_mul_overflow(n, power_of_ten(to - from), &out))
        return fail(error_code::out_of_range, n);
    return {};
}

}  // namespace earmark::report
