// OPTIONS of an exploration: how far it looks, and what counts as going on for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace earmark::explore {

inline constexpr unsigned unbounded = std::numeric_limits<unsigned>::max();
inline constexpr unsigned max_threads = 8;

/// `thread` stops for ever before its step number `step` (steps count from 1).
struct freeze_point {
    unsigned thread = 0;
    unsigned step = 1;
    friend bool operator==(const freeze_point&, const freeze_point&) = default;
};

struct options {
    /// How often a thread may be interrupted that could go on. A switch because a thread ended,
    /// paused or was frozen is free. With `unbounded`, all schedules.
    unsigned preemptions = 2;

    /// Steps (accesses and pauses of all threads) after which an execution counts as endless.
    unsigned steps = 2'000;

    /// The exploration stops here, incomplete. The number of executions of a random one.
    std::uint64_t executions = 10'000'000;

    /// A thread that pauses lets another thread take a step, if one can. With n > 0 it may also go
    /// on at once, up to n times in a row: needed to see a bounded retry loop run out of patience.
    unsigned stubborn_pauses = 0;

    /// How many compare_exchange_weak of one execution may fail although they could succeed.
    unsigned spurious_failures = 0;

    /// Loads may return older values where C++ allows it (memory.hpp): at most `stale_reads` loads
    /// of an execution do, and each is at most `staleness` values behind.
    bool weak_memory = false;
    unsigned stale_reads = 2;
    unsigned staleness = 3;

    /// Set: draw schedules from this seed instead of enumerating them.
    std::optional<std::uint64_t> random_seed = std::nullopt;

    /// Set: this thread stops there; the others must end without it (see scenario::freeze).
    std::optional<freeze_point> freeze = std::nullopt;
};

/// Random schedules without a bound on preemptions.
inline options random_schedules(std::uint64_t seed, std::uint64_t executions) {
    options how;
    how.preemptions = unbounded;
    how.executions = executions;
    how.random_seed = seed;
    return how;
}

}  // namespace earmark::explore
