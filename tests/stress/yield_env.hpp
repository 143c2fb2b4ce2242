// ENVS that give the processor away before one access in so many, at random. On two cores plain
// threads hardly ever meet inside an operation; with this they do, and the tests can ask for it.
#pragma once

#include <sched.h>

#include <cstdint>

#include "support/stepping_env.hpp"

namespace earmark::stress {

template <unsigned one_in>
struct perhaps_yield {
    static void access() noexcept {
        static thread_local std::uint64_t x =
            0x9E3779B97F4A7C15ULL ^ reinterpret_cast<std::uintptr_t>(&x);
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (x % one_in == 0) sched_yield();
    }
};

template <unsigned one_in>
using yielding_env = stepping_env<perhaps_yield<one_in>>;
using yield_env = yielding_env<8>;

}  // namespace earmark::stress
