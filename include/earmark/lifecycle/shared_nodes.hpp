// FREE NODES (chunks) that any thread may use again, whoever gave them back.
#pragma once

#include <cstdint>
#include <type_traits>

#include "earmark/core/env.hpp"

namespace earmark::lifecycle {

/// Free nodes as a stack. A node is type-stable memory with a word of its own for the link, so a
/// link that is read too late is some number and no more: the head's tag, new with each exchange,
/// makes the exchange that would use it fail. Lock-free.
template <class Env = std_env>
class shared_nodes {
public:
    static constexpr std::uint32_t nil = 0xFFFFFFFF;

    /// `link(node)` is the node's word, an Env::atomic of at least 32 bits.
    template <class Link>
    void push(std::uint32_t node, Link&& link) noexcept {
        std::uint64_t seen = head_.load(std::memory_order_relaxed);
        do link(node).store(node_of(seen), std::memory_order_relaxed);  // by (a)
        while (!head_.compare_exchange_weak(seen, after(seen, node),
                                            std::memory_order_release,  // (a) pairs with (b)
                                            std::memory_order_relaxed));
    }
    /// nil where there is none.
    template <class Link>
    [[nodiscard]] std::uint32_t pop(Link&& link) noexcept {
        std::uint64_t seen = head_.load(std::memory_order_acquire);  // (b)
        while (node_of(seen) != nil) {
            const std::uint32_t node = node_of(seen);
            const auto next =
                static_cast<std::uint32_t>(link(node).load(std::memory_order_relaxed));
            if (head_.compare_exchange_weak(seen, after(seen, next),
                                            std::memory_order_acquire,  // (b), as is its failure;
                                            std::memory_order_acquire)) {  // a push further down
                if constexpr (std::is_same_v<Env, std_env>)                // is still in sequence
                    if (next != nil) __builtin_prefetch(&link(next), 1);   // the next pop's
                return node;
            }
        }
        return nil;
    }

    /// For the auditor, while nobody is inside: f(node) for each, as long as f answers true.
    template <class Link, class F>
    void each(Link&& link, F&& f) const {
        std::uint32_t node = node_of(head_.load(std::memory_order_acquire));
        while (node != nil && f(node))
            node = static_cast<std::uint32_t>(link(node).load(std::memory_order_relaxed));
    }

private:
    static std::uint32_t node_of(std::uint64_t head) noexcept {
        return static_cast<std::uint32_t>(head);
    }
    static std::uint64_t after(std::uint64_t head, std::uint32_t node) noexcept {
        if constexpr (requires { typename Env::canary_same_tag; })
            return head >> 32 << 32 | node;  // a test's Env, to show that the tests would notice
        return ((head >> 32) + 1) << 32 | node;
    }

    typename Env::template atomic<std::uint64_t> head_{nil};  // tag:32 | node:32
};

}  // namespace earmark::lifecycle
