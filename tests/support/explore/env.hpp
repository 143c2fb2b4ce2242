// The explorer's ENV: what core/env.hpp's std_env is in production.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "support/explore/atomic.hpp"
#include "support/explore/scheduler.hpp"

namespace earmark::explore {

/// The number of the logical thread that runs; 0 on the main context.
[[nodiscard]] inline unsigned this_thread() noexcept {
    const scheduler* const s = scheduler::running();
    return s == nullptr ? 0 : s->thread();
}

struct env {
    template <class T>
    using atomic = explore::atomic<T>;

    /// Entries of the ledger come in eights: a world is made anew for every execution.
    static constexpr std::uint32_t ledger_entry_bits = 3;

    /// Another thread takes a step first, if one can.
    static void pause() noexcept {
        if (scheduler* const s = scheduler::running()) s->pause();
    }
    /// The caller has plain data to itself; a race if the one before is not known to be done.
    static void in_hand(const void* what) noexcept {
        if (scheduler* const s = scheduler::running()) s->in_hand(what);
    }
    /// Deterministic: each thread begins to look at its own number.
    static std::uint32_t slot_hint() noexcept { return this_thread(); }
};

/// In traces, the bytes of `object` are called `name` (a part of it: `name+offset`). Call it where
/// the object has its final address: in the world's constructor, or in a body.
template <class T>
void name(const T& object, std::string_view name, describe_bits describe = nullptr) {
    scheduler* const s = scheduler::attached();
    if (s == nullptr || !s->tracing()) return;
    s->events().name(&object, sizeof object, name, std::move(describe));
}

}  // namespace earmark::explore
