// A PILE of free nodes that two threads push and pop.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <vector>

#include "earmark/lifecycle/shared_nodes.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

inline constexpr std::uint32_t nodes = 3;
inline constexpr std::uint32_t no_node =
    nodes;  // what a taken node's word says; it has a word as well

template <class Env>
struct pile {
    using word = typename Env::template atomic<std::uint64_t>;
    lifecycle::shared_nodes<Env> list;
    std::array<word, nodes + 1> links{};
    std::array<std::vector<std::uint32_t>, 2> held;

    auto link() {
        return [this](std::uint32_t n) -> word& { return links[n]; };
    }
    pile() {
        for (std::uint32_t n = 0; n < nodes; ++n) list.push(n, link());
    }
    void take(std::size_t me) {
        const std::uint32_t n = list.pop(link());
        if (n == lifecycle::shared_nodes<Env>::nil) return;
        expect(n < nodes, "a node is one of those that were pushed");
        links[n].store(no_node, std::memory_order_relaxed);  // it is the taker's
        held[me].push_back(n);
    }
    void give(std::size_t me) {
        if (held[me].empty()) return;
        const std::uint32_t n = held[me].front();
        held[me].erase(held[me].begin());
        list.push(n, link());
    }
    void each_is_somewhere_once() {
        std::multiset<std::uint32_t> all;
        for (const auto& of : held) all.insert(of.begin(), of.end());
        for (std::uint32_t i = 0; i <= nodes; ++i) {
            const std::uint32_t n = list.pop(link());
            if (n == lifecycle::shared_nodes<Env>::nil) break;
            all.insert(n);
        }
        expect(all == std::multiset<std::uint32_t>{0, 1, 2}, "each node is somewhere, once");
    }
};

template <class Env>
auto two_takers() {
    using world = std::unique_ptr<pile<Env>>;
    return scenario{[] { return std::make_unique<pile<Env>>(); },
                    {[](world& p) {
                         p->take(0);
                         p->give(0);
                         p->take(0);
                     },
                     [](world& p) {
                         p->take(1);
                         p->take(1);
                         p->give(1);
                     }},
                    [](world& p) { p->each_is_somewhere_once(); }};
}

}  // namespace earmark::explore
