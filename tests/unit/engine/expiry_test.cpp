// Expiry: exact to the instant for many live reservations, told as rows, once each and in an order
// that does not depend on who swept; and decided once where a confirm meets it.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "support/engine_inside.hpp"

using namespace earmark;

namespace {

constexpr time_point noon{1'800'000'000'000'000'000};
constexpr std::uint32_t cells = 64;

/// `cells` SKUs at one node, with `each` units.
struct shop {
    shop(std::uint32_t reservations, std::int64_t each, std::shared_ptr<journal::sink> to = {})
        : e{settings(reservations, std::move(to))} {
        std::vector<sku_row> skus;
        std::vector<stock_row> stock;
        for (std::uint32_t i = 0; i < cells; ++i) skus.push_back({std::to_string(i), 0, 1});
        for (const sku_row& s : skus) stock.push_back({s.key, "n", {each}});
        const node_row node{"n", node_kind::dc, {}, 0, true, {}, {}};
        REQUIRE(e.load({}, skus).rejected.empty());
        REQUIRE(e.load({}, std::span{&node, 1}).rejected.empty());
        REQUIRE(e.load({}, stock).rejected.empty());
    }
    static config settings(std::uint32_t reservations, std::shared_ptr<journal::sink> to) {
        config c;
        c.max_reservations = reservations;
        c.max_orders = c.max_keys = 1 << 16;
        c.max_cells = 1 << 10;
        c.sink = std::move(to);
        return c;
    }
    reservation_id hold(std::uint32_t sku, std::int64_t n, time_point deadline) {
        const reserve_line line{sku_id{sku}, node_id{0}, {n}, {}};
        const auto r = e.reserve({{}, {}, noon}, {{&line, 1}, deadline});
        REQUIRE(r);
        return reservation_id{r->subject};
    }
    std::vector<expiry> expiries(position after) {
        std::vector<expiry> all;
        for (;;) {
            const auto page = e.expiries(after, 1'000);
            REQUIRE(page);
            all.insert(all.end(), page->rows.begin(), page->rows.end());
            if (page->next == after) return all;
            after = page->next;
        }
    }
    engine e;
};

/// Deadlines spread over an hour: three times round the wheel.
time_point deadline_of(std::uint32_t i) {
    return noon + seconds(60) + duration{(i * 2'654'435'761u) * std::int64_t{838}};
}

}  // namespace

TEST_CASE(
    "many live reservations expire at their instants, each once, by deadline and then by id") {
    const bool all = std::getenv("EARMARK_LONG") != nullptr;
    const std::uint32_t many = all ? 1'000'000 : 20'000;
    shop s{many, many / cells + 1};
    std::vector<time_point> deadlines;
    for (std::uint32_t i = 0; i < many; ++i) {
        deadlines.push_back(deadline_of(i));
        s.hold(i % cells, 1, deadlines.back());
    }
    std::sort(deadlines.begin(), deadlines.end());
    const auto live_at = [&](time_point t) {  // live exactly if now < deadline
        return deadlines.end() - std::upper_bound(deadlines.begin(), deadlines.end(), t);
    };
    std::uint64_t told = 0;
    position after = s.e.head();
    for (std::uint32_t k = 0; k <= 24; ++k) {
        const std::size_t at = std::min<std::size_t>(k * std::size_t{many} / 24, many - 1);
        for (const std::int64_t early : {1, 0}) {
            const time_point now{deadlines[at].ns - early};
            REQUIRE(s.e.advance({{}, {}, now}));
            REQUIRE(s.e.balance_report().reserved == live_at(now));
        }
        const auto rows = s.expiries(after);
        after = s.e.head();
        told += rows.size();
        CHECK(std::is_sorted(rows.begin(), rows.end(), [](const expiry& a, const expiry& b) {
            return std::pair{a.deadline, raw(a.reservation)} <
                   std::pair{b.deadline, raw(b.reservation)};
        }));
        for (const expiry& x : rows) REQUIRE(x.deadline <= x.now);
    }
    CHECK(told == many);
    CHECK(s.e.status().expired == many);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE(
    "an expiry is told with its reservation, its deadline, and every cell that it gave back") {
    shop s{256, 10};
    const std::array basket{reserve_line{sku_id{3}, node_id{0}, {2}, {}},
                            reserve_line{sku_id{5}, node_id{0}, {4}, {}}};
    std::uint64_t last = 0;
    for (int round = 0; round < 1'100; ++round) {  // so that numbers come round again
        const time_point now = noon + seconds(round);
        const auto r = s.e.reserve({{}, {}, now}, {basket, now + duration{7}});
        REQUIRE(r);
        CHECK(r->subject != last);
        last = r->subject;
        const position before = s.e.head();
        REQUIRE(s.e.advance({{}, {}, now + duration{9}}));
        const auto rows = s.expiries(before);
        REQUIRE(rows.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK(raw(rows[i].reservation) == last);
            CHECK(rows[i].deadline == now + duration{7});
            CHECK(rows[i].now == now + duration{9});
            CHECK(rows[i].sku == basket[i].sku);
            CHECK(rows[i].amount == basket[i].amount);
        }
        const auto events = s.e.poll(before, 10);
        REQUIRE(events);
        CHECK(events->front().subject == last);
    }
    CHECK((last >> 32) > 1);
}

TEST_CASE("an engine that was recovered expires in the same order as the one that went on") {
    const auto sink = std::make_shared<journal::memory_sink>();
    shop s{256, 100, sink};
    for (std::uint32_t i = 0; i < 200; ++i) {
        const auto r = s.hold(i % cells, 1, noon + seconds(60 + (i * 37) % 50));
        if (i % 3 == 0)
            REQUIRE(s.e.change({{}, {}, noon}, {r, noon + seconds(4'000 - (i * 7) % 11), {}}));
    }
    REQUIRE(s.e.advance({{}, {}, noon + seconds(70)}));
    REQUIRE(s.e.advance({{}, {}, noon + seconds(3'000)}));
    REQUIRE(s.e.flush(journal::durability::memory));
    const auto copy = std::make_shared<journal::memory_sink>();
    std::uint64_t number = 0;
    for (const auto& batch : sink->batches()) REQUIRE(copy->append(++number, batch));
    engine again{shop::settings(256, copy)};
    for (engine* e : {&s.e, &again}) REQUIRE(e->advance({{}, {}, noon + seconds(5'000)}));
    CHECK(s.e.event_digest() == again.event_digest());
    CHECK(s.e.state_hash() == again.state_hash());
}

TEST_CASE("a confirm that meets an expiry is decided once: an order with the units, or none") {
    const bool all = std::getenv("EARMARK_LONG") != nullptr;
    const int rounds = all ? 20'000 : 1'000;
    shop s{1 << 12, 1};
    int confirmed = 0, taken_anew = 0;
    for (int i = 0; i < rounds; ++i) {
        const time_point now = noon + seconds(2 * i);
        const reserve_line one{sku_id{0}, node_id{0}, {1}, {}};
        const auto r = s.e.reserve({{}, {}, now}, {{&one, 1}, now + seconds(1)});
        REQUIRE(r);
        std::atomic<int> ready{0};
        placed p;
        const auto meet = [&] {
            ++ready;
            while (ready.load() < 2) std::this_thread::yield();
        };
        std::thread sweeper{[&] {
            meet();
            while (!s.e.advance({{}, {}, now + seconds(1)})) std::this_thread::yield();
        }};
        meet();
        const order_line line{sku_id{0}, {1}, 100};
        const std::string key = std::to_string(i);
        do
            p = s.e.place_order({key, {}, now}, {{&line, 1},
                                                 none<place_id>,
                                                 currency::parse("EUR").value(),
                                                 0,
                                                 reservation_id{r->subject}});
        while (is_transient(p.first.why.code));
        sweeper.join();
        const auto end = s.e.reservation(reservation_id{r->subject}).value().state;
        REQUIRE((p.first.what == outcome::done || p.first.what == outcome::reacquired));
        REQUIRE((end == reservation_state::consumed) == (p.first.what == outcome::done));
        ++(p.first.what == outcome::done ? confirmed : taken_anew);
        const balance b = s.e.balance_report();
        REQUIRE(b.allocated == 1);
        REQUIRE(b.reserved == 0);
        REQUIRE(s.e.cancel({{}, {}, now + seconds(1)}, {order_id{p.first.subject}, 0, {}, 0}));
    }
    MESSAGE("confirmed " << confirmed << ", expired first " << taken_anew);
    for (const std::string& broken : s.e.check_invariants()) FAIL_CHECK(broken);
}

TEST_CASE("a caller that has stopped beside its announcement keeps nobody from an answer") {
    shop s{1 << 12, 10};
    auto& in = engine_inside::of(s.e);
    const time_point due = noon + minutes(1);
    const auto stopped = [&](reservation_id id) {
        const std::uint32_t slot = in.books.slots.borrow();
        in.books.timers.announce(slot, raw(id), due);
        return slot;
    };
    const reservation_id over = s.hold(0, 4, due), later = s.hold(0, 3, due + minutes(9));
    const auto slot = in.books.slots.borrow();
    const auto child = in.books.ledger.conceive(slot, subject_kind::reservation);
    const reservation_id unborn{std::uint64_t{child.version + 1} << 32 | child.index};
    for (const reservation_id id : {over, later, unborn}) stopped(id);
    const auto lost = [](std::uint64_t) { return never; };  // as if no timer had been hung up yet
    in.books.timers.sweep(slot, noon + minutes(99), lost, lost);

    REQUIRE(s.e.advance({{}, {}, due}));
    for (int i = 0; i < 3; ++i) {
        CHECK(s.e.available(sku_id{0}, node_id{0})->atoms == 7);
        const reserve_line many{sku_id{0}, node_id{0}, {8}, {}};
        CHECK(s.e.reserve({{}, {}, due}, {{&many, 1}, never}).error().code ==
              error_code::insufficient);
    }
    CHECK(s.e.reservation(later)->state == reservation_state::active);
    REQUIRE(s.e.advance({{}, {}, due + minutes(9)}));
    CHECK(s.e.available(sku_id{0}, node_id{0})->atoms == 10);
}
