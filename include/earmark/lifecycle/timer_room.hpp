// ROOM FOR TIMERS: free blocks for lifecycle/timer_blocks.hpp. Each caller slot has a bag of them;
// what is more than a bag goes to a list that all share, by fifteens: one free block names fourteen
// others, so that whoever takes them waits for memory once.
//
// Who may call: `slot` is the caller's own.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/lifecycle/shared_nodes.hpp"
#include "earmark/lifecycle/timer_words.hpp"

namespace earmark::lifecycle {

template <class Env>
class slab;  // included where this is used: headers nest six deep at most

template <class Env = std_env>
class timer_room {
public:
    using block = std::uint32_t;
    static constexpr block nil = 0xFFFFFFFF;

    timer_room(slab<Env>& chunks, std::uint32_t slots) : chunks_{chunks}, owned_(slots) {}

    /// A block, or nil where memory is short. May allocate.
    [[nodiscard]] block take(std::uint32_t slot) {
        owned& own = owned_[slot];
        if (own.count == 0) refill(slot, own);
        return own.count == 0 ? nil : own.bag[--own.count];
    }
    /// A block that nobody writes into any more. Lock-free.
    void put(std::uint32_t slot, block b) noexcept {
        owned& own = owned_[slot];
        if (own.count == own.bag.size()) spill(own);
        own.bag[own.count++] = b;
    }
    /// A block that the borrower of another slot may write into yet: it is free for that slot.
    void put_back(std::uint32_t to, block b) noexcept {
        auto& returned = owned_[to].returned;
        std::uint32_t seen = returned.load(std::memory_order_relaxed);
        do chunks_.word(b, 0).store(seen, std::memory_order_relaxed);  // by (a)
        while (!returned.compare_exchange_weak(seen, b,
                                               std::memory_order_release,  // (a) pairs with (b)
                                               std::memory_order_relaxed));
    }

    /// For the auditor, while nobody is inside: f(block) for each, as long as f answers true.
    template <class F>
    void each(F&& f) const {
        for (const owned& own : owned_) {
            for (std::uint32_t i = 0; i < own.count; ++i)
                if (!f(own.bag[i])) return;
            for (block b : {own.first, own.returned.load(std::memory_order_acquire)})
                while (b != nil && f(b)) b = next_of(b);
        }
        shared_.each(link(), [&](block b) {
            bool all = f(b);
            for (std::uint32_t i = 0; i < named; ++i) all = all && f(name(b, i));
            return all;
        });
    }

private:
    static constexpr std::uint32_t lines = timer_place::lines;
    static constexpr std::uint32_t named = 14;  // blocks whose names fit into another one

    struct alignas(64) owned {
        std::uint32_t count = 0;
        block first = nil;  // of those that others gave back
        std::array<block, std::size_t{2} * (named + 1)> bag;
        alignas(64) typename Env::template atomic<std::uint32_t> returned{nil};
    };

    void refill(std::uint32_t slot, owned& own) {
        if (own.first == nil && own.returned.load(std::memory_order_relaxed) != nil)
            own.first = own.returned.exchange(nil, std::memory_order_acquire);  // (b)
        if (own.first != nil) {
            own.bag[own.count++] = std::exchange(own.first, next_of(own.first));
            return chunks_.prefetch(own.first, lines);
        }
        if (const block b = shared_.pop(link()); b != nil) {
            own.bag[own.count++] = b;
            for (std::uint32_t i = 0; i < named; ++i) {
                own.bag[own.count] = name(b, i);
                chunks_.prefetch(own.bag[own.count++], 1);
            }
            return;
        }
        if (const auto c = chunks_.take(slot, lines); c.holds()) own.bag[own.count++] = c.at;
    }
    void spill(owned& own) noexcept {
        const block b = own.bag[--own.count];
        auto* const words = chunks_.words(b);
        for (std::uint32_t i = 0; i < named; i += 2) {
            const std::uint64_t low = own.bag[--own.count], high = own.bag[--own.count];
            words[1 + i / 2].store(high << 32 | low, std::memory_order_relaxed);  // by the list's
        }
        shared_.push(b, link());
    }
    /// The block that a block of the shared list names.
    [[nodiscard]] block name(block b, std::uint32_t i) const noexcept {
        return static_cast<block>(chunks_.word(b, 1 + i / 2).load(std::memory_order_relaxed) >>
                                  i % 2 * 32);
    }
    [[nodiscard]] auto link() const noexcept {
        return [this](block b) -> typename slab<Env>::atomic_word& { return chunks_.word(b, 0); };
    }
    [[nodiscard]] block next_of(block b) const noexcept {
        return static_cast<block>(chunks_.word(b, 0).load(std::memory_order_relaxed));  // by (b)
    }

    slab<Env>& chunks_;
    std::vector<owned> owned_;  // by slot
    shared_nodes<Env> shared_;
};

}  // namespace earmark::lifecycle
