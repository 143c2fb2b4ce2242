// A real thread that stops inside a call, before each of its accesses in turn: the others finish
// its take and go on. The explorer does the same in every schedule (tests/explore/stock_test.cpp).
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "earmark/stock/take.hpp"
#include "support/stepping_env.hpp"

namespace earmark {
namespace {

/// Where the one thread that counts its accesses stops.
struct barrier {
    std::atomic<bool> is_there{false}, may_go{false};
};
thread_local int accesses_left = -1;  // negative: this thread never stops
thread_local barrier* stop_at = nullptr;

struct perhaps_stop {
    static void access() noexcept {
        if (accesses_left < 0 || accesses_left-- != 0) return;
        stop_at->is_there = true;
        stop_at->is_there.notify_all();
        stop_at->may_go.wait(false);
    }
};
using stopping_env = stepping_env<perhaps_stop>;

constexpr granules stock = 5;

struct shelf {
    stock::cell_table<stopping_env> table{64, 6};
    stock::slot_table<stopping_env> slots{2, 8};
    stock::taker<stopping_env> take{table, slots};
    std::vector<cell_id> cells;

    shelf() {
        table.add_sku();
        for (std::uint16_t i = 0; i < 3; ++i) {
            cells.push_back(*table.make(sku_id{0}, node_id{i}));
            take.give(1, cells.back(), stock);
        }
    }
    [[nodiscard]] std::vector<take_line> basket(granules n) const {
        std::vector<take_line> lines;
        for (const cell_id c : cells) lines.push_back({c, n, 0});
        return lines;
    }
};

/// Everything that another caller may want of the cells. What it took and did not give back.
granules every_verb(shelf& s) {
    CHECK_FALSE(s.take.take(1, take_line{s.cells[0], 1, 0}));
    CHECK_FALSE(s.take.take(1, s.basket(2)));
    CHECK(s.take.take(1, s.basket(stock)));  // too many, whatever the other comes to
    s.take.give(1, s.cells[0], 1);
    s.take.lose(1, s.cells[1], 1);
    s.take.give(1, s.cells[1], 1);
    std::array<granules, 3> free{};
    CHECK(s.take.read_together(1, s.cells, free));
    for (std::size_t i = 0; i < free.size(); ++i) {
        CHECK(free[i] == s.take.free(s.cells[i]));
        CHECK(free[i] == free[0]);  // the stopped basket is whole, or not there
    }
    return 2;
}

TEST_CASE("a thread that stops inside a take is finished by the others, wherever it stops") {
    int places = 0;
    for (bool stopped = true; stopped; ++places) {
        CAPTURE(places);
        REQUIRE(places < 200);
        shelf s;
        barrier here;
        std::optional<stock::shortage> lack;
        std::thread other{[&] {
            stop_at = &here;
            accesses_left = places;
            lack = s.take.take(0, s.basket(1));
            accesses_left = -1;
            if (!here.is_there.exchange(true)) stopped = false;
            here.is_there.notify_all();
        }};
        here.is_there.wait(false);
        const granules kept = every_verb(s);
        here.may_go = true;
        here.may_go.notify_all();
        other.join();
        CHECK_FALSE(lack);
        for (const cell_id c : s.cells) CHECK(s.take.free(c) == stock - kept - 1);
    }
    CHECK(places > 15);
}

}  // namespace
}  // namespace earmark
