// DAYS OF A CALENDAR ON A WALL: dates without a time zone, and days of a week.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "earmark/core/day.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// The dates that a table may name: 1723 to 2216, within which nanoseconds do not overflow.
inline constexpr std::int32_t farthest_day = 90'000;

/// Reads `2025-07-01`. bad_time with the offset of the first wrong byte.
[[nodiscard]] result<civil_day> parse_day(std::string_view text);
[[nodiscard]] std::string to_string(civil_day d);
/// Midnight UTC of the date: its stand-in where a column has instants only.
[[nodiscard]] constexpr time_point midnight_utc(civil_day d) noexcept {
    return {d.n * std::int64_t{86'400'000'000'000}};
}
/// 0 is Monday.
[[nodiscard]] constexpr int weekday_of(civil_day d) noexcept { return ((d.n + 3) % 7 + 7) % 7; }

/// Days of a week: bit 0 is Monday.
inline constexpr std::uint8_t monday_to_friday = 0x1F, every_day = 0x7F;
/// Reads `mon-fri`, `sat, sun`, `mon wed-fri` or `daily`; nothing where it is none of these.
[[nodiscard]] std::optional<std::uint8_t> parse_weekdays(std::string_view text);
[[nodiscard]] std::string weekdays_text(std::uint8_t days);

}  // namespace earmark
