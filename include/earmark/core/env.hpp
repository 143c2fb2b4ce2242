// ENV is the seam through which the lock-free structures reach the machine. Production takes
// std::atomic and compiles every hook away; the explorer (tests/support/explore) takes its own
// atomics, so that every access is a choice point. Nothing else differs between the two builds.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace earmark {

struct std_env {
    template <class T>
    using atomic = std::atomic<T>;

    /// Called where another thread may profitably run; a hook for tests, nothing here.
    static void pause() noexcept {}

    /// Where a caller starts to look for a free slot. One thread always gives the same number, so
    /// that a lone caller always has the same slot, however deep its stack: the place of its errno.
    static std::uint32_t slot_hint() noexcept {
        const auto at = reinterpret_cast<std::uintptr_t>(&errno);
        return static_cast<std::uint32_t>(((at >> 6) * 0x9E3779B97F4A7C15ULL) >> 40);
    }
};

}  // namespace earmark
