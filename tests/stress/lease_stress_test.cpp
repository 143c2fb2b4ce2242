// Real threads on one hot cell, perturbed so that they meet: it becomes hot and cold again and
// again, and sells exactly what it has.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "earmark/stock/take.hpp"
#include "stress/yield_env.hpp"

namespace earmark::stress {
namespace {

int rounds() {
    const char* given = std::getenv("EARMARK_STRESS_ROUNDS");
    return given != nullptr ? std::atoi(given) : 20'000;
}

/// Two cells that share one group of lease words; little contention makes them hot.
struct counter {
    stock::cell_table<yield_env> table{
        64, 6, {.groups = 1, .losses = 2, .share = 4, .most = 8, .least = 1, .lonely = 8}, 8};
    stock::slot_table<yield_env> slots{8, 8};
    stock::taker<yield_env> take{table, slots};
    cell_id hot{0}, other{1};

    explicit counter(granules stock) {
        table.add_sku();
        for (std::uint16_t i = 0; i < 2; ++i) {
            REQUIRE(table.make(sku_id{0}, node_id{i}).has_value());
            take.give(0, cell_id{i}, stock);
        }
    }
};

template <class F>
void run(std::uint32_t threads, F&& body) {
    std::vector<std::thread> workers;
    for (std::uint32_t t = 0; t < threads; ++t) workers.emplace_back([&body, t] { body(t); });
    for (auto& w : workers) w.join();
}

TEST_CASE("a hot cell sells out exactly: every unit is granted once, then nobody gets any") {
    const granules stock = rounds();
    counter c{stock};
    std::atomic<granules> granted{0};
    std::atomic<std::uint64_t> hot_looks{0};
    run(4, [&](std::uint32_t t) {
        granules mine = 0;
        for (std::uint64_t i = 0; !c.take.take(t, {c.hot, 1, 0}); ++i) {
            ++mine;
            if (i % 64 == 0 && c.take.is_leased(c.hot)) ++hot_looks;
        }
        granted += mine;
    });
    CHECK(granted.load() == stock);
    CHECK(c.take.free(c.hot) == 0);
    MESSAGE("leased at " << hot_looks.load() << " looks");
    CHECK(hot_looks.load() > 0);
}

TEST_CASE("nobody is refused without cause: what two callers hold between them is always there") {
    constexpr granules each = 7;
    constexpr std::uint32_t callers = 3;
    counter c{each * static_cast<granules>(callers)};  // enough for all of them at any time
    std::atomic<int> without_cause{0}, short_reads{0};
    std::atomic<std::uint64_t> pictures{0};
    run(callers, [&](std::uint32_t t) {
        for (int i = 0; i < rounds() / 4; ++i) {
            if (i % 16 == 0) c.take.lease(t, i % 32 == 0 ? c.hot : c.other);
            const granules n = 1 + (i + static_cast<granules>(t)) % each;
            const take_line both[] = {{c.hot, n, 0}, {c.other, n, 0}};
            const bool basket = i % 3 == 0;
            if (basket ? c.take.take(t, both).has_value() : c.take.take(t, both[0]).has_value())
                ++without_cause;
            if (c.take.free(c.hot) < 0) ++short_reads;
            granules free[2];
            const cell_id asked[] = {c.hot, c.other};
            if (i % 64 == 0 && c.take.read_together(t, asked, free)) {
                ++pictures;
                if (free[0] < 0 || free[1] < 0 || free[0] > free[1]) ++short_reads;
            }
            // The other cell first: at no instant has the hot cell more than the other one.
            if (basket) c.take.give(t, c.other, n);
            c.take.give(t, c.hot, n);
        }
    });
    CHECK(without_cause.load() == 0);
    CHECK(short_reads.load() == 0);
    CHECK(pictures.load() > 0);
    CHECK(c.take.free(c.hot) == each * static_cast<granules>(callers));
    CHECK(c.take.free(c.other) == each * static_cast<granules>(callers));
}

TEST_CASE("losses, floors below zero and releases of a hot cell add up to the unit") {
    constexpr granules stock = 500;
    counter c{stock};
    std::atomic<std::int64_t> taken{0};
    run(4, [&](std::uint32_t t) {
        std::int64_t mine = 0;
        for (int i = 0; i < rounds() / 4; ++i) {
            if (i % 32 == 0) c.take.lease(t, c.hot);
            const granules floor = i % 4 == 0 ? -20 : i % 4 == 1 ? 10 : 0;
            if (!c.take.take(t, {c.hot, 1 + i % 5, floor})) mine += 1 + i % 5;
            if (i % 7 == 0) c.take.lose(t, c.hot, 3), mine += 3;
            if (mine > 100) c.take.give(t, c.hot, 60), mine -= 60;
        }
        taken += mine;
    });
    CHECK(c.take.free(c.hot) == stock - taken.load());
    CHECK(c.take.free(c.other) == stock);
}

}  // namespace
}  // namespace earmark::stress
