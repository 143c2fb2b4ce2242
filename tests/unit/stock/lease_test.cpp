#include "earmark/stock/leases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "earmark/stock/take.hpp"

namespace earmark::stock {
namespace {

constexpr cell_id gloves{0}, hats{1};

/// Two cells that may be hot, with one group of lease words, or as many as the rules say.
struct counter {
    explicit counter(granules stock, std::uint32_t slots = 4, lease_rules rules = {.groups = 1})
        : table{64, 6, rules, slots}, callers{slots, 8}, take{table, callers} {
        table.add_sku();
        for (std::uint16_t i = 0; i < 2; ++i) {
            REQUIRE(table.make(sku_id{0}, node_id{i}).has_value());
            take.give(0, cell_id{i}, stock);
        }
    }
    /// Takes until the caller is refused, and says how many it got.
    granules empty(std::uint32_t me, cell_id cell, granules n = 1, granules floor = 0) {
        granules got = 0;
        while (!take.take(me, {cell, n, floor})) got += n;
        return got;
    }
    [[nodiscard]] granules central(cell_id c) const {
        return word{table.at(c).load(std::memory_order_seq_cst)}.free();
    }
    cell_table<> table;
    slot_table<> callers;
    taker<> take;
};

/// Caller 0 took one unit and has some more in its lease.
void lease_to_caller_0(counter& c, cell_id at = gloves) {
    c.take.lease(3, at);
    REQUIRE(c.take.is_leased(at));
    REQUIRE_FALSE(c.take.take(0, {at, 1, 0}).has_value());
}

TEST_CASE("a caller that is alone never makes a cell hot") {
    counter c{100'000};
    for (int i = 0; i < 20'000; ++i) {
        REQUIRE_FALSE(c.take.take(0, {gloves, 3, 0}).has_value());
        c.take.give(0, gloves, 1);
    }
    CHECK_FALSE(c.table.leases().ever());
}

TEST_CASE("callers that get in each other's way make a cell hot, and the sum stays what it is") {
    counter c{10'000};
    granules left = 10'000;
    for (int i = 0; i < 200; ++i) {
        REQUIRE_FALSE(c.take.take(static_cast<std::uint32_t>(i % 2), {gloves, 1, 0}).has_value());
        --left;
        CHECK(c.take.free(gloves) == left);
    }
    CHECK(c.take.is_leased(gloves));
    CHECK_FALSE(c.take.is_leased(hats));
    CHECK(c.central(gloves) < left);
    granules seen = 0;
    std::int64_t sum = 0;
    c.take.each_free(sku_id{0}, [&](cell_id cell, node_id, granules n) {
        if (cell == gloves) seen = n;
        sum += n;
    });
    CHECK(seen == left);
    CHECK(c.take.sum_above(sku_id{0}, 0) == sum);
}

TEST_CASE("losses that lie far apart do not make a cell hot") {
    counter c{100'000};
    for (std::uint32_t i = 0; i < 400; ++i)
        for (int k = 0; k < 100; ++k)  // the first is in the way of the other caller's next
            REQUIRE_FALSE(c.take.take(i % 2, {gloves, 1, 0}).has_value());
    CHECK_FALSE(c.table.leases().ever());
}

TEST_CASE("a leased cell sells exactly what it has, whoever asks") {
    counter c{1'000};
    lease_to_caller_0(c);
    CHECK(c.empty(1, gloves) == 999);
    CHECK(c.empty(0, gloves) == 0);
    CHECK(c.take.free(gloves) == 0);
    const auto lack = c.take.take(2, {gloves, 1, 0});
    REQUIRE(lack.has_value());
    CHECK(lack->free == 0);
}

TEST_CASE("a refusal of a leased cell names its sum and leaves it leased") {
    counter c{1'000};
    lease_to_caller_0(c);
    const auto lack = c.take.take(1, {gloves, 1'000, 0});
    REQUIRE(lack.has_value());
    CHECK(lack->free == 999);
    CHECK(c.take.is_leased(gloves));
    const take_line basket[] = {{gloves, 1'000, 0}, {hats, 1, 0}};
    const auto short_of = c.take.take(1, basket);
    REQUIRE(short_of.has_value());
    CHECK(short_of->line == 0);
    CHECK(short_of->free == 999);
}

TEST_CASE("a basket, a loss and a picture count what lies in leases") {
    counter c{1'000};
    lease_to_caller_0(c);
    const take_line basket[] = {{gloves, 990, 0}, {hats, 1, 0}};
    CHECK_FALSE(c.take.take(1, basket).has_value());
    CHECK(c.take.free(gloves) == 9);
    CHECK_FALSE(c.take.is_leased(gloves));

    counter d{1'000};
    lease_to_caller_0(d);
    CHECK(d.take.lose(1, gloves, 1'100) == -101);
    CHECK(d.take.take(0, {gloves, 1, 0}).has_value());

    counter e{1'000};
    lease_to_caller_0(e);
    const cell_id both[] = {gloves, hats};
    granules free[2];
    REQUIRE(e.take.read_together(1, both, free));
    CHECK(free[0] == 999);
    CHECK(free[1] == 1'000);
}

TEST_CASE("a basket takes its hot line from the caller's lease, refilled where it is empty") {
    counter c{1'000};
    lease_to_caller_0(c);
    const take_line basket[] = {{gloves, 3, 0}, {hats, 1, 0}};
    const granules before = c.central(gloves);
    CHECK_FALSE(c.take.take(0, basket).has_value());
    CHECK(c.central(gloves) == before);
    CHECK_FALSE(c.take.take(1, basket).has_value());  // its lease is not open yet
    const granules after = c.central(gloves);
    CHECK(after < before);
    CHECK_FALSE(c.take.take(1, basket).has_value());
    CHECK(c.central(gloves) == after);
    CHECK(c.take.free(gloves) == 990);
    CHECK(c.take.free(hats) == 997);
    const take_line too_many[] = {{gloves, 3, 0}, {hats, 998, 0}};
    const auto lack = c.take.take(1, too_many);
    REQUIRE(lack.has_value());
    CHECK(lack->line == 1);
    CHECK(lack->free == 997);
}

TEST_CASE("floors of a leased cell are floors of the sum") {
    counter c{1'000};
    lease_to_caller_0(c);
    CHECK(c.empty(1, gloves, 1, 500) == 499);
    CHECK(c.take.take(0, {gloves, 1, 500}).has_value());
    CHECK_FALSE(c.take.take(0, {gloves, 1, 499}).has_value());
    CHECK(c.empty(0, gloves, 1, -7) == 506);
    CHECK(c.empty(1, gloves, 1, -7) == 0);
    CHECK(c.take.free(gloves) == -7);
    c.take.lease(3, gloves);
    CHECK_FALSE(c.take.is_leased(gloves));  // nothing to share out
}

TEST_CASE("what goes back goes into the caller's own lease, and others may have it") {
    counter c{1'000};
    lease_to_caller_0(c);
    const granules before = c.central(gloves);
    CHECK_FALSE(c.take.take(0, {gloves, 1, 0}).has_value());
    c.take.give(0, gloves, 1);
    CHECK(c.central(gloves) == before);
    CHECK(c.take.free(gloves) == 999);
    c.take.give(1, gloves, 5);  // it has none
    CHECK(c.central(gloves) == before + 5);
    CHECK(c.empty(2, gloves) == 1'004);
}

TEST_CASE("a cell is hot no more when its units are scarce, or when nobody else comes") {
    counter c{100};
    lease_to_caller_0(c);
    while (c.take.free(gloves) > 20) CHECK_FALSE(c.take.take(0, {gloves, 1, 0}).has_value());
    CHECK_FALSE(c.take.is_leased(gloves));
    CHECK(c.central(gloves) == c.take.free(gloves));

    counter d{100'000};
    lease_to_caller_0(d);
    for (int i = 0; i < 10'000 && d.take.is_leased(gloves); ++i)
        CHECK_FALSE(d.take.take(0, {gloves, 1, 0}).has_value());
    CHECK_FALSE(d.take.is_leased(gloves));
    CHECK(d.take.free(gloves) > 90'000);
}

TEST_CASE("two hot cells with one group of lease words take turns and stay apart") {
    counter c{1'000};
    for (int turn = 0; turn < 50; ++turn) {
        lease_to_caller_0(c, gloves);
        lease_to_caller_0(c, hats);
        CHECK_FALSE(c.take.is_leased(gloves));
    }
    CHECK(c.take.free(gloves) == 950);
    CHECK(c.take.free(hats) == 950);
}

TEST_CASE("every slot's lease comes home in one step") {
    counter c{4'000'000, max_slots};
    c.take.lease(0, gloves);
    for (std::uint32_t s = 0; s < max_slots; ++s)
        CHECK_FALSE(c.take.take(s, {gloves, 1, 0}).has_value());
    CHECK(c.central(gloves) == 4'000'000 - 127 * 65);
    CHECK(c.take.lose(5, gloves, 1) == 4'000'000 - 128);
    CHECK(c.central(gloves) == 4'000'000 - 128);
}

TEST_CASE("a table without leases never makes a cell hot") {
    counter c{1'000, 4, {}};
    c.take.lease(0, gloves);
    for (int i = 0; i < 500; ++i)
        CHECK_FALSE(c.take.take(static_cast<std::uint32_t>(i % 2), {gloves, 1, 0}).has_value());
    CHECK_FALSE(c.take.is_leased(gloves));
}

TEST_CASE("threads that empty, lose and refill a hot cell neither lose nor invent a unit") {
    constexpr granules stock = 200'000;
    counter c{stock, 8, {.groups = 1, .share = 4}};
    std::atomic<granules> got{0}, lost{0};
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            granules mine = 0;
            for (int i = 0;; ++i) {
                const granules n = 1 + (i + static_cast<granules>(t)) % 3;
                if (i % 300 == 0) c.take.lease(t, gloves);
                const take_line basket[] = {{gloves, n, 0}, {hats, 1, -max_amount}};
                const bool refused = i % 5 == 0 ? c.take.take(t, basket).has_value()
                                                : c.take.take(t, {gloves, n, 0}).has_value();
                if (refused && n == 1) break;
                if (refused) continue;
                mine += n;
                if (i % 7 == 0) c.take.give(t, gloves, n), mine -= n;
                if (i % 1'000 == 0) c.take.lose(t, gloves, 1), ++lost;
                if (i % 100 == 0) CHECK(c.take.free(gloves) <= stock);
            }
            got += mine;
        });
    for (auto& t : threads) t.join();
    const granules over = std::max(0, -c.take.free(gloves));  // lost after the last was sold
    CHECK(got.load() + lost.load() - over + std::max(0, c.take.free(gloves)) == stock);
    CHECK(c.table.leases().ever());
}

}  // namespace
}  // namespace earmark::stock
