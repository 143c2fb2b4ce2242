// WORDS of a block of timers (lifecycle/timer_blocks.hpp), and how time is cut into periods.
//
// A block has four lines of eight words:
//
//   line 0          next block:32 | live:28 | blind:1, owner, hints, 5 subjects
//   lines 1 to 3    hints, 7 subjects
//
// Places are counted as if each line had seven: the first is place 2.
#pragma once

#include <cstdint>

#include "earmark/core/time.hpp"

namespace earmark::lifecycle {

/// What a block keeps of a deadline beside the subject: the lap, and a 256th of the period.
class timer_hint {
public:
    static constexpr int period_bits = 28, offset_bits = 8, bits = offset_bits + 1;

    static constexpr std::int64_t period(time_point t) noexcept { return t.ns >> period_bits; }
    static constexpr time_point begin_of(std::int64_t period) noexcept {
        return {period << period_bits};
    }
    static constexpr time_point end_of(std::int64_t period) noexcept {  // its last instant
        return {period << period_bits | ((std::int64_t{1} << period_bits) - 1)};
    }
    /// `lap_bits`: periods of a lap, as a power of two. Of the lap it tells odd from even.
    static constexpr std::uint32_t of(time_point deadline, int lap_bits) noexcept {
        const auto ns = static_cast<std::uint64_t>(deadline.ns);
        const auto offset = ns >> (period_bits - offset_bits) & ((1u << offset_bits) - 1);
        const auto lap = ns >> (period_bits + lap_bits) & 1;
        return static_cast<std::uint32_t>(lap << offset_bits | offset);
    }
    /// Whether a deadline of this lap with this hint comes after whatever has the hint `reached`.
    static constexpr bool is_later(std::uint32_t hint, std::uint32_t reached) noexcept {
        return hint > reached && hint >> offset_bits == reached >> offset_bits;
    }
    /// The earliest deadline in a period that has this hint.
    static constexpr time_point earliest(std::int64_t period, std::uint32_t hint) noexcept {
        const std::int64_t offset = hint & ((1u << offset_bits) - 1);
        return {begin_of(period).ns | offset << (period_bits - offset_bits)};
    }
};

/// Where a timer is in its block.
struct timer_place {
    static constexpr std::uint32_t lines = 4, first = 2, end = 7 * lines;
    static constexpr std::uint32_t all = (1u << end) - (1u << first);  // a bit for each

    std::uint32_t at;

    [[nodiscard]] constexpr std::uint32_t line() const noexcept { return at / 7; }
    [[nodiscard]] constexpr bool is_last_of_line() const noexcept { return at % 7 == 6; }
    [[nodiscard]] constexpr std::uint32_t subject_word() const noexcept {
        return 8 * line() + 1 + at % 7;
    }
    [[nodiscard]] constexpr std::uint32_t hint_word() const noexcept {
        return line() == 0 ? 2 : 8 * line();
    }
    [[nodiscard]] constexpr std::uint32_t hint_of(std::uint64_t word) const noexcept {
        return static_cast<std::uint32_t>(word >> at % 7 * timer_hint::bits &
                                          ((1u << timer_hint::bits) - 1));
    }
    [[nodiscard]] constexpr std::uint64_t with_hint(std::uint64_t word,
                                                    std::uint64_t hint) const noexcept {
        const auto by = at % 7 * timer_hint::bits;
        return (word & ~(((std::uint64_t{1} << timer_hint::bits) - 1) << by)) | hint << by;
    }
};

/// What is done to be ready for a timer that a sweep will look at: nothing.
struct unprepared_sweep {
    void operator()(std::uint64_t) const noexcept {}
};

/// The first word of a block.
struct timer_link {
    std::uint32_t next;
    std::uint32_t live;  // a bit for each place whose timer counts; a list's own blocks have none
    bool blind;

    [[nodiscard]] static constexpr std::uint64_t live_bit(std::uint32_t place) noexcept {
        return std::uint64_t{1} << (32 + place);
    }
    [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
        return next | std::uint64_t{live} << 32 | std::uint64_t{blind} << 60;
    }
    [[nodiscard]] static constexpr timer_link of(std::uint64_t b) noexcept {
        return {static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(b >> 32 & 0xFFFFFFF),
                (b >> 60 & 1) != 0};
    }
};

}  // namespace earmark::lifecycle
