// Pools that have a day: what a plan takes of them with its goods, on which day, how it comes back
// or is used up, and who gets the last slot.
#include <doctest/doctest.h>

#include <thread>

#include "dates_shop.hpp"

namespace earmark {
namespace {

/// Only New York has goods.
struct shop : dates_shop {
    shop() {
        REQUIRE(on.adjust({}, {hat, berlin, {-1'000}, adjust_reason::count}));
        load(std::vector<hours_row>{{"ny", "air", "ny", {}, 1}});
    }
    static pool_row slot(std::string key, const char* of, std::int64_t amount, pool_count counts,
                         pool_day when = pool_day::work) {
        pool_row r;
        r.key = std::move(key);
        r.kind = pool_kind::capacity;
        r.amount = {amount};
        r.per_unit = {1};
        r.node = "ny";
        r.from = midnight_utc(day(of));
        r.until = midnight_utc(day(of) + 1);
        r.day = when;
        r.counts = counts;
        return r;
    }
    void slots(const std::vector<pool_row>& rows) { load(rows); }
    [[nodiscard]] std::int64_t free(std::string_view key) const {
        return on.pool(*on.find_pool(key))->free.atoms;
    }
    [[nodiscard]] std::int64_t amount(std::string_view key) const {
        return on.pool(*on.find_pool(key))->amount.atoms;
    }
    order_id order(const char* when, std::int64_t hats, std::int64_t mugs = 0,
                   std::string_view by = "ground") {
        std::vector<order_line> lines{{hat, {hats}, 0}};
        if (mugs > 0) lines.push_back({mug, {mugs}, 0});
        order_request r{lines, home, *currency::parse("EUR")};
        r.method = service(by);
        const std::string key = "o-" + std::to_string(number++);
        const auto placed = on.place_order({key, {}, at(when)}, r);
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    order_id sourced_order(const char* when, std::int64_t hats, std::int64_t mugs = 0,
                           std::string_view by = "ground") {
        const order_id o = order(when, hats, mugs, by);
        const auto found = on.source({{}, {}, at(when)}, o);
        REQUIRE(found);
        CHECK(found->first.what == outcome::done);
        return o;
    }
};
constexpr const char* friday = "2025-06-27T18:30:00Z";   // 14:30 there: too late for the day
constexpr const char* morning = "2025-06-27T14:00:00Z";  // 10:00 there
using enum pool_count;

/// Nine of each kind a day; their keys.
std::vector<std::string> twelve_days(shop& s) {
    std::vector<pool_row> rows;
    std::vector<std::string> keys;
    for (int d = 0; d < 12; ++d) {
        const civil_day on = day("2025-06-23") + d;
        for (const pool_count what : {units, shipments, orders}) {
            keys.push_back(to_string(on) + std::string{name_of(what)});
            rows.push_back(shop::slot(keys.back(), to_string(on).c_str(), 9, what,
                                      what == orders ? pool_day::ship : pool_day::work));
        }
    }
    s.slots(rows);
    return keys;
}

}  // namespace

TEST_CASE("work goes to the first day on which its pool has room for all of it") {
    shop s;
    s.slots({shop::slot("mon", "2025-06-30", 100, units)});
    s.sourced_order(friday, 98);
    CHECK(s.free("mon") == 2);
    const auto asked = s.ask(friday, "ground", 3);
    CHECK(asked->whole.ship == day("2025-07-01"));
    CHECK(asked->whole.delivery == day("2025-07-07"));  // 2, 3, and over the 4th and the weekend
    CHECK(asked->whole.order_within == at("2025-07-01T18:00:00Z"));
    CHECK(s.ask(friday, "ground", 3, true)->whole.ship == day("2025-06-30"));
    s.sourced_order(friday, 3);
    CHECK(s.free("mon") == 2);  // on Tuesday there is no limit
    CHECK(s.ask(friday, "ground", 2)->whole.ship == day("2025-06-30"));
}

TEST_CASE("an order of three units is one release of forty") {
    shop s;
    s.slots({shop::slot("mon", "2025-06-30", 40, shipments)});
    for (int i = 0; i < 39; ++i) s.sourced_order(friday, 1);
    CHECK(s.free("mon") == 1);
    CHECK(s.ask(friday, "ground", 3)->whole.ship == day("2025-06-30"));
    CHECK(s.ask(friday, "ground", 3)->whole.delivery == day("2025-07-03"));
    s.sourced_order(friday, 3);
    CHECK(s.ask(friday, "ground", 3)->whole.ship == day("2025-07-01"));
}

TEST_CASE("a pool of shipments counts a parcel, one of orders an order, one of units its units") {
    shop s;
    s.slots({shop::slot("parcels", "2025-06-30", 40, shipments),
             shop::slot("orders", "2025-06-30", 40, orders),
             shop::slot("units", "2025-06-30", 40, units)});
    const order_id o = s.sourced_order(friday, 5, 2);
    CHECK(s.free("parcels") == 39);
    CHECK(s.free("orders") == 39);
    CHECK(s.free("units") == 33);
    REQUIRE(s.on.cancel({}, {o, 2, {}, 0}));  // a line less: its units come back, the parcel goes
    CHECK(s.free("parcels") == 39);
    CHECK(s.free("units") == 35);
    REQUIRE(s.on.cancel({}, {o, 0, {}, 0}));
    CHECK(s.free("parcels") == 40);
    CHECK(s.free("orders") == 40);
    CHECK(s.free("units") == 40);
}

TEST_CASE("what is sourced later of an order is another parcel and the same order") {
    shop s;
    s.slots({shop::slot("parcels", "2025-06-30", 40, shipments),
             shop::slot("orders", "2025-06-30", 40, orders)});
    const order_id o = s.order(friday, 1'001);
    REQUIRE(s.on.activate({}, R"(policy = "p"
currency = "EUR"
rank = ["priority"]
split = { lines = "by_quantity" })"));
    CHECK(s.on.source({}, o)->first.what == outcome::partial);
    REQUIRE(s.on.adjust({}, {shop::hat, shop::ny, {5}, adjust_reason::receipt}));
    CHECK(s.on.source({}, o)->first.what == outcome::done);
    CHECK(s.free("parcels") == 38);
    CHECK(s.free("orders") == 39);
}

TEST_CASE("picks are of the work day, the carrier's of the ship day: all are taken, or none") {
    shop s;
    s.slots({shop::slot("pick fri", "2025-06-27", 5, units),
             shop::slot("pick mon", "2025-06-30", 5, units),
             shop::slot("carrier mon", "2025-06-30", 5, units, pool_day::ship),
             shop::slot("carrier tue", "2025-07-01", 5, units, pool_day::ship)});
    s.sourced_order(morning, 3, 0, "air");  // picked on Friday, a day of processing
    CHECK(s.free("pick fri") == 2);
    CHECK(s.free("carrier mon") == 2);
    s.sourced_order(morning, 3, 0, "air");
    CHECK(s.free("pick fri") == 2);
    CHECK(s.free("pick mon") == 2);
    CHECK(s.free("carrier mon") == 2);
    CHECK(s.free("carrier tue") == 2);
}

TEST_CASE("what was shipped never comes back to its day") {
    shop s;
    s.slots({shop::slot("fri", "2025-06-27", 10, units)});
    const order_id o = s.sourced_order(morning, 5);
    REQUIRE(s.on.release({}, o));
    REQUIRE(s.on.record({}, {fact_kind::ship, o}));
    CHECK(s.free("fri") == 5);
    CHECK(s.amount("fri") == 5);
    CHECK(s.ask(morning, "ground", 6)->whole.work == day("2025-06-30"));
    CHECK(s.ask(morning, "ground", 5)->whole.work == day("2025-06-27"));
}

TEST_CASE("what is cancelled before its release comes back, after it it does not") {
    shop s;
    s.slots({shop::slot("fri", "2025-06-27", 10, units), shop::slot("o", "2025-06-27", 9, orders)});
    const order_id a = s.sourced_order(morning, 4), b = s.sourced_order(morning, 3);
    REQUIRE(s.on.cancel({}, {a, 1, {1}, 0}));
    CHECK(s.free("fri") == 4);
    REQUIRE(s.on.release({}, b));
    REQUIRE(s.on.cancel({}, {b, 0, {}, 0}));
    CHECK(s.free("fri") == 4);
    CHECK(s.free("o") == 7);
    CHECK(s.amount("o") == 8);
    REQUIRE(s.on.cancel({}, {a, 0, {}, 0}));
    CHECK(s.free("fri") == 7);
    CHECK(s.free("o") == 8);
}

TEST_CASE("a node whose days are all full serves nothing, or as much as fits") {
    shop s;
    pool_row all = shop::slot("all", "2025-06-27", 3, units);
    all.until = midnight_utc(day("2026-12-31"));
    s.slots({all});
    const order_id o = s.order(morning, 5);
    CHECK(s.on.source({}, o)->first.what == outcome::backordered);
    CHECK(s.free("all") == 3);
    REQUIRE(s.on.activate({}, R"(policy = "p"
currency = "EUR"
rank = ["priority"]
split = { lines = "by_quantity" })"));
    const auto some = s.on.source({}, o);
    CHECK(some->first.what == outcome::partial);
    CHECK(some->by_line[0].n == 3);
    CHECK(s.free("all") == 0);
    CHECK(s.on.decision(o)->chosen.parts[0].n == 3);  // the record has what it saw
    REQUIRE(s.on.adjust({}, {{}, {}, {2}, adjust_reason::correction, *s.on.find_pool("all")}));
    CHECK(s.on.source({}, o)->first.what == outcome::done);
}

TEST_CASE("of two lines that do not both fit, the first is served") {
    shop s;
    pool_row all = shop::slot("all", "2025-06-27", 3, units);
    all.until = midnight_utc(day("2026-12-31"));
    s.slots({all});
    const order_id o = s.order(morning, 2, 2);
    const auto some = s.on.source({}, o);
    CHECK(some->first.what == outcome::partial);
    REQUIRE(some->by_line.size() == 1);
    CHECK(s.free("all") == 1);
}

TEST_CASE("a pool of a service is for orders that travel by it") {
    shop s;
    pool_row air = shop::slot("air", "2025-06-27", 10, units);
    air.service = "air";
    s.slots({air});
    s.sourced_order(morning, 2);
    CHECK(s.free("air") == 10);
    s.sourced_order(morning, 2, 0, "air");
    CHECK(s.free("air") == 8);
}

TEST_CASE("a node without hours works by the days of UTC") {
    shop s;
    pool_row r = shop::slot("fri", "2025-06-27", 4, units);
    r.node = "berlin";
    std::vector<node_row> nodes(1);
    nodes[0].key = "shed";
    REQUIRE(s.on.load({}, nodes).accepted == 1);
    REQUIRE(s.on.load({}, std::vector<stock_row>{{"mug", "shed", {9}}}).accepted == 1);
    r.node = "shed";
    s.slots({r});
    REQUIRE(s.on.adjust({}, {shop::mug, shop::ny, {-1'000}, adjust_reason::count}));
    const std::vector<order_line> lines{{shop::mug, {3}, 0}};
    for (const auto& [key, left] : {std::pair{"a", 1}, std::pair{"b", 1}}) {
        const auto placed = s.on.place_order({key, {}, at("2025-06-27T23:59:59Z")},
                                             {lines, shop::home, *currency::parse("EUR")});
        REQUIRE(s.on.source({}, order_id{placed.first.subject}));
        CHECK(s.free("fri") == left);  // the second goes to Saturday
    }
}

TEST_CASE("pools of days that cannot be are refused") {
    shop s;
    const auto code = [&](const pool_row& r) {
        const auto report = s.tried(std::vector{r});
        return report.rejected.empty() ? error_code::ok : report.rejected[0].why.code;
    };
    pool_row r = shop::slot("p", "2025-06-27", 4, units);
    r.named = true;
    CHECK(code(r) == error_code::bad_field);
    r.named = false;
    r.per_unit = {};
    CHECK(code(r) == error_code::bad_field);
    r.per_unit = {1};
    r.channel = "web";
    CHECK(code(r) == error_code::bad_field);
    r.channel = {};
    r.service = "x";
    CHECK(code(r) == error_code::unknown_service);
    r.service = "air";
    r.day = pool_day::basket;
    CHECK(code(r) == error_code::bad_field);
}

TEST_CASE("sixteen at once, ten slots: ten have the day and six the next") {
    shop s;
    s.slots(
        {shop::slot("fri", "2025-06-27", 10, units), shop::slot("mon", "2025-06-30", 99, units)});
    std::vector<order_id> all;
    for (int i = 0; i < 16; ++i) all.push_back(s.order(morning, 1));
    {
        std::vector<std::jthread> threads;
        for (const order_id o : all)
            threads.emplace_back([&s, o] {
                for (int i = 0; i < 1'000; ++i) {
                    const auto found = s.on.source({}, o);
                    if (found) return;
                    CHECK(is_transient(found.error().code));
                }
                FAIL("an order was never sourced");
            });
    }
    CHECK(s.free("fri") == 0);
    CHECK(s.free("mon") == 93);
}

TEST_CASE("what an order has of its basket's pools and of its days is kept together") {
    shop s;
    pool_row quota = shop::slot("quota", "2025-06-27", 50, units, pool_day::basket);
    quota.from = time_point{INT64_MIN};
    quota.until = never;
    s.slots({quota, shop::slot("fri", "2025-06-27", 10, units),
             shop::slot("parcels", "2025-06-27", 10, shipments)});
    const reserve_line two{shop::hat, shop::ny, {2}, {}};
    const auto basket = s.on.reserve({{}, {}, at(morning)}, {{&two, 1}});
    REQUIRE(basket);
    CHECK(s.free("quota") == 48);
    CHECK(s.free("fri") == 10);  // a basket has no slot
    const std::vector<order_line> lines{{shop::hat, {5}, 0}, {shop::mug, {1}, 0}};
    order_request r{lines, shop::home, *currency::parse("EUR")};
    r.reservation = reservation_id{basket->subject};
    const order_id o{s.on.place_order({"both", {}, at(morning)}, r).first.subject};
    CHECK(s.on.source({}, o)->first.what == outcome::done);
    CHECK(s.free("fri") == 6);  // three hats that were open, and the mug
    CHECK(s.free("parcels") == 9);
    REQUIRE(s.on.cancel({}, {o, 2, {}, 0}));
    CHECK(s.free("fri") == 7);
    REQUIRE(s.on.cancel({}, {o, 0, {}, 0}));
    CHECK(s.free("fri") == 10);
    CHECK(s.free("parcels") == 10);
    CHECK(s.free("quota") == 50);
}

TEST_CASE("whatever is ordered, cancelled, released and shipped, slots are free, held or used") {
    shop s;
    const std::vector<std::string> keys = twelve_days(s);
    std::uint32_t seed = 7;
    const auto any = [&](std::uint32_t n) {
        seed = seed * 1'664'525u + 1'013'904'223u;
        return (seed >> 8) % n;
    };
    std::vector<order_id> all;
    std::vector<bool> released;
    time_point now = at("2025-06-23T08:00:00Z");
    for (int step = 0; step < 400; ++step) {
        now = now + minutes(any(40));
        const command c{{}, {}, now};
        const std::uint32_t which = all.empty() ? 0 : any(static_cast<std::uint32_t>(all.size()));
        switch (any(6)) {
            case 0:
            case 1:
            case 2:
                all.push_back(s.order(to_string(now).c_str(), 1 + any(4), any(3)));
                released.push_back(false);
                REQUIRE(s.on.source(c, all.back()));
                break;
            case 3:
                if (!all.empty())
                    static_cast<void>(s.on.cancel(c, {all[which], any(2), {any(2)}, 0}));
                break;
            case 4:
                if (!all.empty())
                    released[which] = released[which] | bool{s.on.release(c, all[which])};
                break;
            default:
                if (!all.empty()) static_cast<void>(s.on.record(c, {fact_kind::ship, all[which]}));
        }
        if (step % 40 == 0) CHECK(s.on.check_invariants() == std::vector<std::string>{});
        for (const std::string& key : keys) CHECK(s.free(key) >= 0);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!released[i]) static_cast<void>(s.on.cancel({}, {all[i], 0, {}, 0}));
    for (const order_id o : all) static_cast<void>(s.on.record({}, {fact_kind::ship, o}));
    std::int64_t gone = 0;
    for (const std::string& key : keys) {
        CHECK(s.free(key) == s.amount(key));  // nobody holds a slot any more
        gone += 9 - s.amount(key);
    }
    CHECK(gone > 0);
}

TEST_CASE("an order whose slots have all been given back takes others in a keeper of its own") {
    shop s;
    s.slots({shop::slot("friday", "2025-06-27", 9, units)});
    REQUIRE(s.on.adjust({}, {shop::hat, shop::ny, {-996}, adjust_reason::count}));  // 4 are left
    const order_id o = s.order(morning, 4, 2);
    REQUIRE(s.on.adjust({}, {shop::mug, shop::ny, {-1'000}, adjust_reason::count}));
    CHECK(s.on.source({{}, {}, at(morning)}, o)->first.what == outcome::partial);
    CHECK(s.free("friday") == 5);
    REQUIRE(s.on.cancel({{}, {}, at(morning)}, {o, 1, {4}, 0}));
    CHECK(s.free("friday") == 9);
    const order_id other = s.sourced_order(morning, 1);  // may have the number that was given back
    REQUIRE(s.on.adjust({}, {shop::mug, shop::ny, {2}, adjust_reason::receipt}));
    CHECK(s.on.source({{}, {}, at(morning)}, o)->first.what == outcome::done);
    CHECK(s.free("friday") == 6);
    REQUIRE(s.on.cancel({{}, {}, at(morning)}, {other, 0, {}, 0}));
    CHECK(s.free("friday") == 7);
    REQUIRE(s.on.cancel({{}, {}, at(morning)}, {o, 0, {}, 0}));
    CHECK(s.free("friday") == 9);
}

}  // namespace earmark
