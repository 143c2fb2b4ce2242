// Given distances: they hold in place of great circles, each pair once, and not behind the back of
// what was decided already.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr place_id home{0}, away{1}, nowhere{2};
constexpr node_id near{0}, far{1};

/// Two nodes on one meridian; `near` is the nearer to `home` by air. `nowhere` has no position.
struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine on{settings(sink)};

    shop() {
        const command c;
        REQUIRE(on.load(c, std::vector<sku_row>{{"mug"}}).accepted == 1);
        REQUIRE(on.load(c, std::vector<node_row>{node("near", 1), node("far", 4)}).accepted == 2);
        const std::vector<place_row> places{
            {"home", geo_point{0, 0}}, {"away", geo_point{5, 0}}, {"nowhere", {}}};
        REQUIRE(on.load(c, places).accepted == 3);
        REQUIRE(on.load(c, std::vector<stock_row>{{"mug", "near", {90}}, {"mug", "far", {90}}})
                    .accepted == 2);
        REQUIRE(on.activate(c, "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n"));
    }
    static config settings(std::shared_ptr<journal::memory_sink> to) {
        config c;
        c.sink = std::move(to);
        return c;
    }
    static node_row node(std::string key, double latitude) {
        node_row r;
        r.key = std::move(key);
        r.at = geo_point{latitude, 0};
        return r;
    }
    std::vector<error_code> give(std::vector<distance_row> rows) {
        std::vector<error_code> refused;
        for (const rejected_row& r : on.load(command{}, rows).rejected) {
            CHECK(r.row >= 1);
            CHECK(r.text.find(rows[r.row - 1].node) != std::string::npos);
            refused.push_back(r.why.code);
        }
        return refused;
    }
    order_id place(place_id to, reservation_id basket = none<reservation_id>) {
        static int number = 0;
        const std::string key = "o" + std::to_string(++number);
        const order_line line{sku_id{0}, {1}, 100};
        const auto p = on.place_order({key}, {{&line, 1}, to, *currency::parse("EUR"), 0, basket});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    node_id ships_from(order_id o, bool dry = false) {
        const auto s = on.source(command{}, o, dry);
        REQUIRE(s);
        REQUIRE(s->by_line.size() == 1);
        return s->by_line[0].node;
    }
    std::uint64_t digest_of_replay() {
        REQUIRE(on.flush(journal::durability::memory));
        const auto copy = std::make_shared<journal::memory_sink>();
        std::uint64_t number = 0;
        for (const auto& batch : sink->batches()) REQUIRE(copy->append(++number, batch));
        const engine again{settings(copy)};
        CHECK(again.check_invariants().empty());
        CHECK(again.distances(home) == on.distances(home));
        return again.state_hash();
    }
};

}  // namespace

TEST_CASE("a given distance holds in place of the great circle, and decides") {
    shop s;
    const auto measured = s.on.distances(home);
    CHECK(measured == std::vector<std::uint32_t>{111'195, 444'780});
    CHECK(s.ships_from(s.place(away)) == far);
    CHECK(s.give({{"home", "near", 500'000}, {"nowhere", "far", 7}}).empty());
    CHECK(s.on.distances(home) == std::vector<std::uint32_t>{500'000, 444'780});
    CHECK(s.on.distances(nowhere) == std::vector<std::uint32_t>{unknown_distance, 7});
    const order_id o = s.place(home);
    CHECK(s.ships_from(o) == far);
    CHECK(s.on.decision(o)->chosen.cost.metres == 444'780);
    CHECK(s.ships_from(s.place(nowhere)) == far);
    CHECK(s.on.state_hash() == s.digest_of_replay());
}

TEST_CASE("a dry run before a distance is given does not live on in what is remembered of nodes") {
    shop s;
    const order_id o = s.place(home);
    CHECK(s.ships_from(o, true) == near);
    CHECK(s.give({{"home", "near", 500'000}}).empty());
    CHECK(s.ships_from(o, true) == far);
    CHECK(s.give({{"home", "far", 600'000}}).empty());
    CHECK(s.ships_from(o) == near);
}

TEST_CASE("rows that cannot be are refused one by one, and change nothing") {
    shop s;
    const std::uint64_t before = s.on.state_hash();
    CHECK(s.give({{"home", "nowhere", 1},
                  {"mars", "near", 1},
                  {"", "near", 1},
                  {"home", "", 1},
                  {"home", "near", -1},
                  {"home", "near", max_metres + 1},
                  {"home", "near", INT64_MIN}}) ==
          std::vector{error_code::unknown_node, error_code::unknown_place,
                      error_code::unknown_place, error_code::unknown_node, error_code::out_of_range,
                      error_code::out_of_range, error_code::out_of_range});
    CHECK(s.on.state_hash() == before);
    CHECK(s.give({{"home", "near", 0}, {"home", "near", 0}, {"home", "far", max_metres}}) ==
          std::vector{error_code::duplicate_row});
    CHECK(s.give({{"home", "near", 5}}) == std::vector{error_code::duplicate_row});
    CHECK(s.on.distances(home) == std::vector<std::uint32_t>{0, 100'000'000});
    CHECK(s.on.state_hash() != before);
    CHECK(s.on.state_hash() == s.digest_of_replay());
}

TEST_CASE(
    "what was decided keeps the distances that it saw; a node that is new may bring its own") {
    shop s;
    const order_id o = s.place(home);
    CHECK(s.ships_from(o) == near);
    CHECK(s.give({{"home", "far", 3}, {"home", "near", 4}}) ==
          std::vector{error_code::distance_used, error_code::distance_used});
    CHECK(s.give({{"away", "near", 3}}).empty());
    const auto said = s.on.explain(o);
    REQUIRE(s.on.load(command{}, std::vector{shop::node("new", 9)}).accepted == 1);
    CHECK(s.give({{"home", "new", 2}}).empty());
    CHECK(s.on.distances(home) == std::vector<std::uint32_t>{111'195, 444'780, 2});
    CHECK(s.on.explain(o)->words == said->words);
    CHECK(s.on.decision(o)->chosen.cost.metres == 111'195);
    CHECK(s.on.state_hash() == s.digest_of_replay());
}

TEST_CASE("units that were handed over with a basket keep the distance of their node") {
    shop s;
    const reserve_line line{sku_id{0}, far, {1}, {}};
    const auto held = s.on.reserve(command{}, {{&line, 1}});
    REQUIRE(held);
    s.place(home, reservation_id{held->subject});
    CHECK(s.give({{"home", "far", 3}}) == std::vector{error_code::distance_used});
    CHECK(s.on.movements({}, 1'000)->rows.back().metres == 444'780);
}

TEST_CASE("a node that is loaded later is measured, also to places that have given distances") {
    shop s;
    CHECK(s.give({{"home", "near", 5}}).empty());
    REQUIRE(s.on.load(command{}, std::vector{shop::node("new", 2)}).accepted == 1);
    CHECK(s.on.distances(home) == std::vector<std::uint32_t>{5, 444'780, 222'390});
    CHECK(s.on.state_hash() == s.digest_of_replay());
}

TEST_CASE("many distances go through several records and parts of a load") {
    shop s;
    std::vector<place_row> places;
    std::vector<distance_row> rows;
    for (int i = 0; i < 500; ++i) {
        places.push_back({"p" + std::to_string(i), {}});
        rows.push_back({places.back().key, i % 2 == 0 ? "near" : "far", i});
    }
    REQUIRE(s.on.load(command{}, places).accepted == 500);
    load_report all;
    while (all.next < rows.size()) {
        const auto part = s.on.load(command{}, std::span<const distance_row>{rows}, {all.next, 2});
        CHECK(part.rejected.empty());
        all.accepted += part.accepted;
        all.next = part.next;
    }
    CHECK(all.accepted == 500);
    CHECK(s.on.distances(*s.on.find_place("p7"))[1] == 7);
    CHECK(s.on.state_hash() == s.digest_of_replay());
}

}  // namespace earmark
