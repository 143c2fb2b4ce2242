// A DATE ON THE WALL.
#pragma once

#include <compare>
#include <cstdint>

namespace earmark {

/// Days since 1970-01-01, of no time zone.
struct civil_day {
    std::int32_t n = 0;
    friend constexpr auto operator<=>(civil_day, civil_day) = default;
};
constexpr civil_day operator+(civil_day d, std::int32_t days) noexcept { return {d.n + days}; }
inline constexpr civil_day no_day{INT32_MAX};

}  // namespace earmark
