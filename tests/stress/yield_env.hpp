// ENVS that give the processor away before one access in so many, at random. On two cores plain
// threads hardly ever meet inside an operation; with this they do, and the tests can ask for it.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

#include "earmark/core/env.hpp"

namespace earmark::stress {

template <unsigned one_in>
void perhaps_yield() noexcept {
    static thread_local std::uint64_t x =
        0x9E3779B97F4A7C15ULL ^ reinterpret_cast<std::uintptr_t>(&x);
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    if (x % one_in == 0) sched_yield();
}

template <unsigned one_in>
struct yielding_env {
    template <class T>
    class atomic {
    public:
        atomic() = default;
        atomic(T v) noexcept : of_{v} {}  // NOLINT: as std::atomic
        T load(std::memory_order o = std::memory_order_seq_cst) const noexcept {
            return perhaps_yield<one_in>(), of_.load(o);
        }
        void store(T v, std::memory_order o = std::memory_order_seq_cst) noexcept {
            perhaps_yield<one_in>(), of_.store(v, o);
        }
        T exchange(T v, std::memory_order o = std::memory_order_seq_cst) noexcept {
            return perhaps_yield<one_in>(), of_.exchange(v, o);
        }
        bool compare_exchange_strong(T& e, T v, std::memory_order s, std::memory_order f) noexcept {
            return perhaps_yield<one_in>(), of_.compare_exchange_strong(e, v, s, f);
        }
        bool compare_exchange_weak(T& e, T v, std::memory_order s, std::memory_order f) noexcept {
            return perhaps_yield<one_in>(), of_.compare_exchange_weak(e, v, s, f);
        }
        T fetch_add(T v, std::memory_order o) noexcept {
            return perhaps_yield<one_in>(), of_.fetch_add(v, o);
        }
        T fetch_sub(T v, std::memory_order o) noexcept {
            return perhaps_yield<one_in>(), of_.fetch_sub(v, o);
        }

    private:
        std::atomic<T> of_{};
    };
    static void pause() noexcept { sched_yield(); }
    static std::uint32_t slot_hint() noexcept { return std_env::slot_hint(); }
};
using yield_env = yielding_env<8>;

}  // namespace earmark::stress
