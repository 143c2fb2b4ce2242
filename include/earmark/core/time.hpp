// TIME is an input. The core never reads a clock: every command carries its instant, in nanoseconds
// since 1970-01-01T00:00:00Z, and engine time is the maximum seen.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace earmark {

/// A span of time in nanoseconds.
struct duration {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(duration, duration) = default;
};

/// An instant in nanoseconds UTC. Leap seconds are not counted (POSIX time).
struct time_point {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(time_point, time_point) = default;
};

inline constexpr time_point never{std::numeric_limits<std::int64_t>::max()};

namespace detail {
constexpr duration times(std::int64_t n, std::int64_t ns) noexcept {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(n, ns, &product)) return {n > 0 ? INT64_MAX : INT64_MIN};
    return {product};
}
}  // namespace detail

/// Saturate, as the sum below does.
constexpr duration seconds(std::int64_t n) noexcept { return detail::times(n, 1'000'000'000); }
constexpr duration minutes(std::int64_t n) noexcept { return detail::times(n, 60'000'000'000); }

/// Saturates at `never`, so that a huge time to live cannot wrap into the past.
constexpr time_point operator+(time_point t, duration d) noexcept {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(t.ns, d.ns, &sum)) return d.ns > 0 ? never : time_point{INT64_MIN};
    return {sum};
}

}  // namespace earmark
