// PAIRS OF WORDS, for sums over thousands of them. Two words are loaded one after the other, each
// as an atomic load that is seq_cst, and then worked on together.
//
// On x86-64 both loads go straight into one register. An aligned load of eight bytes is one access
// there whatever register it fills, and loads keep their order, so these are the instructions of
// two seq_cst loads (Intel's manual, volume 3, "Guaranteed atomic operations" and "Memory
// ordering"). No compiler makes them from std::atomic, which it loads into integer registers, and
// to move words over would cost more than to add them up there. Elsewhere, under the explorer and
// under the thread sanitizer they are loads of std::atomic.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "earmark/core/env.hpp"

#if defined(__SANITIZE_THREAD__)
#define EARMARK_PAIRS_BY_ATOMICS
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define EARMARK_PAIRS_BY_ATOMICS
#endif
#endif
#if !defined(__x86_64__)
#define EARMARK_PAIRS_BY_ATOMICS
#endif

namespace earmark::stock {

using word_pair = std::uint64_t __attribute__((vector_size(16)));

/// The bits of two words, `a` loaded first.
template <class Env>
[[nodiscard]] inline word_pair load_pair(
    const typename Env::template atomic<std::uint64_t>& a,
    const typename Env::template atomic<std::uint64_t>& b) noexcept {
#ifndef EARMARK_PAIRS_BY_ATOMICS
    if constexpr (std::is_same_v<Env, std_env>) {
        word_pair both;
        asm volatile("movq %1, %0\n\tmovhps %2, %0" : "=x"(both) : "m"(a), "m"(b));  // (a), (a)
        return both;
    }
#endif
    const std::uint64_t first = a.load(std::memory_order_seq_cst);   // (a)
    const std::uint64_t second = b.load(std::memory_order_seq_cst);  // (a)
    return word_pair{first, second};
}

/// Keeps the compiler from moving a later load before the pairs, as an acquire load would.
inline void after_pairs() noexcept { asm volatile("" ::: "memory"); }

}  // namespace earmark::stock
