// A node that closes: what is allocated there is sourced anew from other nodes, and nothing else
// moves.
#include <doctest/doctest.h>

#include <map>

#include "dates_shop.hpp"

namespace earmark {
namespace {

constexpr const char* monday = "2025-06-30T08:00:00Z";

/// Hats and mugs at a, b and c; a is tried first, c last.
struct shop : kept_books {
    static constexpr sku_id hat{0}, mug{1};
    static constexpr node_id a{0}, b{1}, c{2};
    int number = 0;

    explicit shop(std::int64_t each = 10) {
        REQUIRE(on.load({}, std::vector<sku_row>{{"hat"}, {"mug"}}).accepted == 2);
        std::vector<node_row> nodes(3);
        nodes[0].key = "a", nodes[1].key = "b", nodes[2].key = "c";
        for (int i = 0; i < 3; ++i) nodes[static_cast<std::size_t>(i)].priority = i;
        REQUIRE(on.load({}, nodes).accepted == 3);
        std::vector<stock_row> stock;
        for (const char* node : {"a", "b", "c"}) stock.push_back({"hat", node, {each}});
        stock.push_back({"mug", "b", {each}});
        REQUIRE(on.load({}, stock).accepted == 4);
        REQUIRE(on.activate({}, "policy = 'p'\ncurrency = 'EUR'\nrank = ['priority']\n"));
    }
    static command now(std::string_view key = {}) { return {key, {}, at(monday)}; }
    order_id order(std::vector<order_line> lines) {
        const std::string key = "o-" + std::to_string(number++);
        const auto placed =
            on.place_order(now(key), {lines, none<place_id>, *currency::parse("EUR")});
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    order_id sourced_order(std::vector<order_line> lines) {
        const order_id o = order(std::move(lines));
        REQUIRE(on.source(now(), o)->first.what == outcome::done);
        return o;
    }
    result<sourced> leave(order_id o, node_id from, bool dry_run = false,
                          std::string_view key = {}) {
        result<sourced> out = fail(error_code::order_busy);
        on.source(now(key), {{&o, 1}, dry_run, {}, from}, {&out, 1});
        return out;
    }
};

}  // namespace

TEST_CASE("units of a node that closes move to others, those of other nodes stay") {
    shop s;
    const order_id o = s.sourced_order({{shop::hat, {4}, 100}, {shop::mug, {2}, 100}});
    CHECK(s.where(o) == "1 allocated a 4, 2 allocated b 2, ");
    const auto hash = s.on.state_hash();
    const auto told = s.leave(o, shop::a, true);
    REQUIRE(told);
    CHECK(told->first.what == outcome::done);
    REQUIRE(told->chosen.parts.size() == 1);
    CHECK(told->chosen.parts[0].node == shop::b);
    CHECK(s.on.state_hash() == hash);  // nothing has happened

    const auto done = s.leave(o, shop::a);
    REQUIRE(done);
    REQUIRE(done->by_line.size() == 1);
    CHECK(done->by_line[0].node == shop::b);
    CHECK(done->by_line[0].n == 4);
    CHECK(s.where(o) == "1 allocated b 4, 2 allocated b 2, ");
    CHECK(s.free(shop::hat, shop::a) == 10);
    CHECK(s.free(shop::hat, shop::b) == 6);
    CHECK(s.on.explain(o)->rows.at(0).verdict == "excluded");
}

TEST_CASE("what nobody else has waits, and is taken when supply comes") {
    shop s{5};
    const order_id o = s.sourced_order({{shop::mug, {3}, 100}});
    const auto left = s.leave(o, shop::b);
    REQUIRE(left);
    CHECK(left->first.what == outcome::backordered);
    CHECK(s.where(o) == "1 backordered - 3, ");
    CHECK(s.free(shop::mug, shop::b) ==
          5);  // free again: exclude the node, or the next one takes it
    REQUIRE(s.on.load({}, std::vector<stock_row>{{"mug", "c", {3}}}).accepted == 1);
    CHECK(s.leave(o, shop::b)->first.what == outcome::done);
    CHECK(s.where(o) == "1 allocated c 3, ");
}

TEST_CASE("what was released stays with the node, and an order without any there as it is") {
    shop s;
    const order_id o = s.sourced_order({{shop::hat, {4}, 100}});
    REQUIRE(s.on.release(s.now(), o));
    const auto hash = s.on.state_hash();
    CHECK(s.leave(o, shop::a)->first.what == outcome::unchanged);
    CHECK(s.leave(o, shop::b)->first.what == outcome::unchanged);
    CHECK(s.on.state_hash() == hash);
    CHECK(s.leave(o, node_id{3}).error().code == error_code::unknown_node);
    CHECK(s.leave(order_id{99}, shop::a).error().code == error_code::unknown_order);
}

TEST_CASE("under a key it is done once, and another node under that key is another command") {
    shop s;
    const order_id o = s.sourced_order({{shop::hat, {4}, 100}});
    REQUIRE(s.leave(o, shop::a, false, "k"));
    CHECK(s.where(o) == "1 allocated b 4, ");
    CHECK(s.leave(o, shop::a, false, "k")->first.what == outcome::repeat);
    CHECK(s.leave(o, shop::b, false, "k").error().code == error_code::duplicate_key);
    CHECK(s.where(o) == "1 allocated b 4, ");
}

TEST_CASE("what leaves a node gives its slots back, and takes those of the next") {
    shop s;
    std::vector<pool_row> slots;
    for (const char* node : {"a", "b"}) {
        pool_row r;
        r.key = std::string{"slots of "} + node;
        r.kind = pool_kind::capacity;
        r.amount = {6};
        r.per_unit = {1};
        r.node = node;
        r.from = midnight_utc(day("2025-06-30"));
        r.until = midnight_utc(day("2025-07-01"));
        r.day = pool_day::work;
        r.counts = pool_count::units;
        slots.push_back(r);
    }
    REQUIRE(s.on.load({}, std::span<const pool_row>{slots}).accepted == 2);
    const auto left = [&](const char* key) { return s.on.pool(*s.on.find_pool(key))->free.atoms; };
    const order_id o = s.sourced_order({{shop::hat, {4}, 100}});
    CHECK(left("slots of a") == 2);
    REQUIRE(s.leave(o, shop::a));
    CHECK(s.where(o) == "1 allocated b 4, ");
    CHECK(left("slots of a") == 6);
    CHECK(left("slots of b") == 2);
}

TEST_CASE("random closures: no unit is lost, none stays, and the journal has it all") {
    shop s{60};
    std::vector<order_id> orders;
    std::uint32_t dice = 7;
    const auto roll = [&] { return (dice = dice * 1'664'525 + 1'013'904'223) >> 8; };
    for (int i = 0; i < 40; ++i)
        orders.push_back(
            s.order({{shop::hat, {std::int64_t{1} + roll() % 4}, 100}, {shop::mug, {1}, 100}}));
    for (int round = 0; round < 200; ++round) {
        const order_id o = orders[roll() % orders.size()];
        const node_id from{static_cast<std::uint16_t>(roll() % 3)};
        const auto told = s.leave(o, from, true);
        const auto done = s.leave(o, from);
        REQUIRE(told);
        REQUIRE(done);
        CHECK(told->chosen.cost == done->chosen.cost);  // the preview was right
        CHECK(told->first.what == done->first.what);
        const auto after = s.on.order(o);
        for (const bucket_view& k : after->buckets) CHECK(k.node != from);
    }
    CHECK(s.on.check_invariants().empty());
}

TEST_CASE("a held line keeps what it has at the node that closes") {
    shop s;
    const order_id o = s.sourced_order({{shop::hat, {4}, 100}, {shop::mug, {2}, 100}});
    const auto fraud = *s.on.find_hold_type("fraud");
    REQUIRE(s.on.place_hold(s.now(), {o, fraud, 1, 0, {}}));
    for (const bool dry_run : {true, false}) {
        CHECK(s.leave(o, shop::a, dry_run).error().code == error_code::held);
        CHECK(s.where(o) == "1 allocated a 4, 2 allocated b 2, ");
    }
    CHECK(s.free(shop::hat, shop::a) == 6);
    REQUIRE(s.on.resolve_hold(s.now(), {o, 1, true, 0}));
    CHECK(s.leave(o, shop::a)->first.what == outcome::done);
    CHECK(s.where(o) == "1 allocated b 4, 2 allocated b 2, ");
}

}  // namespace earmark
