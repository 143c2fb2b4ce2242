// ENVS that do something before each access of an atomic: `Before::access()`.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

#include "earmark/core/env.hpp"

namespace earmark {

template <class Before>
struct stepping_env {
    template <class T>
    class atomic {
    public:
        atomic() = default;
        atomic(T v) noexcept : of_{v} {}  // NOLINT: as std::atomic
        T load(std::memory_order o = std::memory_order_seq_cst) const noexcept {
            return Before::access(), of_.load(o);
        }
        void store(T v, std::memory_order o = std::memory_order_seq_cst) noexcept {
            Before::access(), of_.store(v, o);
        }
        T exchange(T v, std::memory_order o = std::memory_order_seq_cst) noexcept {
            return Before::access(), of_.exchange(v, o);
        }
        bool compare_exchange_strong(T& e, T v, std::memory_order s, std::memory_order f) noexcept {
            return Before::access(), of_.compare_exchange_strong(e, v, s, f);
        }
        bool compare_exchange_weak(T& e, T v, std::memory_order s, std::memory_order f) noexcept {
            return Before::access(), of_.compare_exchange_weak(e, v, s, f);
        }
        T fetch_add(T v, std::memory_order o) noexcept {
            return Before::access(), of_.fetch_add(v, o);
        }
        T fetch_sub(T v, std::memory_order o) noexcept {
            return Before::access(), of_.fetch_sub(v, o);
        }

    private:
        std::atomic<T> of_{};
    };
    static void pause() noexcept { sched_yield(); }
    static std::uint32_t slot_hint() noexcept { return std_env::slot_hint(); }
};

}  // namespace earmark
