// Timers in the naive engine: those of the one workflow that streams have, and since when units
// stand where they are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "earmark/core/time.hpp"
#include "earmark/model/holds.hpp"
#include "earmark/model/state.hpp"

namespace earmark::naive {

/// Units of a line that came into a state at one time.
struct arrival {
    std::uint32_t line = 0;  // from 1
    unit_state state{};
    bool chased = false;
    time_point since{};
    std::int64_t n = 0;
    bool over = false;  // its timer found something in the way
};
struct timer {
    unit_state state{};
    bool chased = false;
    std::int64_t after_s = 0;
    unit_state to{};
    std::optional<hold_step> step{};
};
/// Back-ordered units are chased, and cancelled if that helps nobody; work is released, and what
/// was sent is there.
inline constexpr std::array timers = {
    timer{unit_state::backordered, false, 60, unit_state::backordered, {}},
    timer{unit_state::backordered, true, 90, unit_state::cancelled, hold_step::cancel},
    timer{unit_state::allocated, false, 120, unit_state::released, hold_step::release},
    timer{unit_state::shipped, false, 50, unit_state::delivered, {}},
};

/// By a version of the workflow, which are two.
constexpr std::int64_t after_s(const timer& t, int version) {
    return t.after_s + (version == 2 ? 30 : 0);
}

}  // namespace earmark::naive
