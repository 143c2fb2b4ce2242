// HOW LONG UNITS HAVE STOOD in states that they leave by themselves. Units have no names, so what
// is kept are arrivals: so many units of a line that came into a state at one time. What leaves is
// of the arrival that has stood longest; what takes the place of units that leave in the same step
// has their time. More than `most_arrivals` of a line and a state are told apart no more: the two
// that came last count as one that came with the later, so that nothing ever happens too early.
//
// Arrivals are what time and the order's buckets say, and nobody else: whoever has moved units
// calls follow(), the live engine and the fold alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "earmark/core/time.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/lifecycle/workflow.hpp"

namespace earmark::lifecycle {

/// An arrival.
struct standing {
    std::int64_t since = 0;  // ns
    granules n = 0;
    std::uint32_t passed_s = 0;  // timers up to this age have had their turn
    std::uint32_t told_s = 0;    // the last of them that something stood in the way of; 0: none
    std::uint16_t line = 0;      // 0-based
    unit_state base = unit_state::open;
    std::uint8_t sub = 0;

    [[nodiscard]] constexpr state_key state() const noexcept { return {base, sub}; }
    friend constexpr bool operator==(const standing&, const standing&) = default;
};

inline constexpr std::size_t most_arrivals = 4;  // of a line in a state
inline constexpr std::size_t max_standing = most_arrivals * max_buckets;

/// What became of a timer of an arrival.
enum class turn : std::uint8_t {
    took_step,        // the units have gone on
    left_to_another,  // the guard of another step of the event holds, which is not this timer's
    told,             // something stands in the way: the units stay, and the timer is over
};
inline constexpr std::size_t turns = 3;

/// A timer: after how long which event takes units from a state.
struct due_timer {
    state_key from{};
    event_key on{};
    std::uint32_t after_s = 0;
    time_point at = never;
};

/// When an arrival is as old.
[[nodiscard]] constexpr time_point age(const standing& s, std::uint32_t after_s) noexcept {
    const std::int64_t ns = std::int64_t{after_s} * 1'000'000'000;
    return s.since > never.ns - ns ? never : time_point{s.since + ns};
}
/// Is it that timer's turn?
[[nodiscard]] constexpr bool is_due(const standing& s, const due_timer& t,
                                    time_point now) noexcept {
    return s.state() == t.from && s.passed_s < t.after_s && age(s, t.after_s) <= now;
}

/// Brings the arrivals in line with where the order's units stand. Whether that changed any.
[[nodiscard]] bool follow(std::vector<standing>& all, const image& of, time_point now);

/// The first timer of any arrival; `at` is never where there is none.
[[nodiscard]] due_timer next_timer(const image& of, std::span<const standing> all) noexcept;
/// The same of one line's units in a state, by an event.
[[nodiscard]] due_timer next_timer(const image& of, std::span<const standing> all,
                                   std::uint16_t line, state_key from, event_key on) noexcept;

/// Units of a line whose turn it is by then.
[[nodiscard]] granules units_due(std::span<const standing> all, std::uint16_t line,
                                 const due_timer& t, time_point now) noexcept;
/// What became of them. False where it is nobody's turn.
[[nodiscard]] bool pass(std::vector<standing>& all, std::uint16_t line, const due_timer& t,
                        turn what, time_point now);

/// The first thing that cannot be, as a sentence, or nullptr.
[[nodiscard]] const char* unsound(std::span<const standing> all, const image& of);

}  // namespace earmark::lifecycle
