// Free nodes that threads push and pop beside each other: a node is in one hand or in the list.
#include "earmark/lifecycle/shared_nodes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "support/explore/explore.hpp"

namespace earmark::explore {
namespace {

/// An Env whose list does not tell a head that came back from one that never left.
struct forgetful_env : env {
    using canary_same_tag = void;
};

constexpr std::uint32_t nodes = 3;
constexpr std::uint32_t no_node = nodes;  // what a taken node's word says; it has a word as well

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

}  // namespace

TEST_CASE("a free node is never in two hands, and none is lost, also where memory is weak") {
    for (const bool weak : {false, true}) {
        const result r = two_takers<env>().run({.preemptions = 3, .weak_memory = weak});
        CHECK_MESSAGE(r.passed(), r.report());
        CHECK(r.complete);
        MESSAGE(std::string{weak ? "weak" : "strong"} << " memory: " << r.executions
                                                      << " executions");
    }
}

TEST_CASE("canary same tag is caught: a head that came back hands a node out twice") {
    const result r = two_takers<forgetful_env>().run({.preemptions = 3});
    REQUIRE(r.failure.has_value());
    MESSAGE("caught after " << r.executions << " executions");
}

}  // namespace earmark::explore
