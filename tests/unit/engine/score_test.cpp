// A host's own criterion: scores come with the call, decide, and are kept with the decision.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/journal/sink.hpp"

using namespace earmark;

namespace {

constexpr const char* by_score =
    "policy = \"mine\"\ncurrency = \"EUR\"\nrank = [\"score\", \"distance\"]\n";
constexpr const char* by_distance =
    "policy = \"nearest\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n";

/// Three nodes, the nearest first, with ten mugs each.
struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e{config_of(sink)};
    int orders = 0;

    static config config_of(std::shared_ptr<journal::sink> sink) {
        config c;
        c.max_orders = c.max_reservations = c.max_keys = 64;
        c.max_cells = 64;
        c.ledger_bytes = std::size_t{1} << 22;
        c.sink = std::move(sink);
        return c;
    }

    explicit shop(const char* policy) {
        const std::array skus{sku_row{"mug", 0, 1}};
        std::vector<node_row> nodes;
        std::vector<stock_row> stock;
        for (const char* key : {"near", "middle", "far"}) {
            const double latitude = 48.0 + static_cast<double>(nodes.size());
            nodes.push_back({key, node_kind::dc, geo_point{latitude, 11}, 0, true, {}, {}});
            stock.push_back({"mug", key, {10}});
        }
        const std::array places{place_row{"home", geo_point{48, 11}}};
        REQUIRE(e.load({}, skus).rejected.empty());
        REQUIRE(e.load({}, nodes).rejected.empty());
        REQUIRE(e.load({}, places).rejected.empty());
        REQUIRE(e.load({}, stock).rejected.empty());
        REQUIRE(e.activate({}, policy));
    }

    order_id order(std::int64_t n) {
        const std::array lines{order_line{sku_id{0}, {n}, 500}};
        const std::string key = "o" + std::to_string(++orders);
        const placed p = e.place_order(
            {key, {}, {}}, {lines, place_id{0}, *currency::parse("EUR"), 0, none<reservation_id>});
        REQUIRE(p.first.why.code == error_code::ok);
        return order_id{p.first.subject};
    }

    std::vector<result<sourced>> source(const std::vector<order_id>& ids,
                                        const std::vector<std::int32_t>& scores,
                                        std::string_view key = {}) {
        std::vector<result<sourced>> out(ids.size(), fail(error_code::order_busy));
        e.source({key, {}, {}}, {ids, false, scores}, out);
        return out;
    }
    std::string node_of(const result<sourced>& s) {
        REQUIRE(s);
        REQUIRE(s->chosen.parts.size() == 1);
        return std::string{e.node(s->chosen.parts[0].node).key};
    }
};

}  // namespace

TEST_CASE("scores decide, each order by its own row, and ties go on to the next criterion") {
    shop s{by_score};
    const std::vector<order_id> ids{s.order(1), s.order(1), s.order(1)};
    const auto out = s.source(ids, {5, 4, 3,    // far
                                    9, -2, 9,   // middle
                                    7, 7, 7});  // equal: the nearest
    CHECK(s.node_of(out[0]) == "far");
    CHECK(s.node_of(out[1]) == "middle");
    CHECK(s.node_of(out[2]) == "near");
    CHECK(out[1]->chosen.cost.score == -2);
    CHECK(out[1]->chosen.proof == quality::exact);
}

TEST_CASE("an explanation knows the scores of its decision, also after a recovery") {
    shop s{by_score};
    const order_id id = s.order(2);
    s.source({id}, {30, 10, 20});
    const auto why = s.e.explain(id);
    REQUIRE(why);
    CHECK(why->words.find("middle ships") != std::string::npos);
    CHECK(why->words.find("score that is higher by 10") != std::string::npos);
    REQUIRE(s.e.flush(journal::durability::memory));
    engine again{shop::config_of(s.sink)};
    CHECK(again.state_hash() == s.e.state_hash());
    CHECK(again.explain(id)->words == why->words);
}

TEST_CASE("a policy by score without scores is refused, one without looks at none") {
    shop scored{by_score};
    const order_id id = scored.order(1);
    CHECK(scored.source({id}, {})[0].error().code == error_code::no_scores);
    CHECK_THROWS_AS(scored.source({id}, {1, 2}), misuse);  // three nodes
    CHECK(scored.node_of(scored.source({id}, {3, 2, 1})[0]) == "far");

    shop plain{by_distance};
    CHECK(plain.node_of(plain.source({plain.order(1)}, {3, 2, 1})[0]) == "near");
}

TEST_CASE("the same key with other scores is another command") {
    shop s{by_score};
    const order_id id = s.order(1);
    REQUIRE(s.source({id}, {1, 2, 3}, "k")[0]);
    CHECK(s.source({id}, {1, 2, 3}, "k")[0]->first.what == outcome::repeat);
    CHECK(s.source({id}, {3, 2, 1}, "k")[0].error().code == error_code::duplicate_key);
}

TEST_CASE("a host that makes scores sees the distances that sourcing sees") {
    const shop s{by_distance};
    const auto metres = s.e.distances(place_id{0});
    REQUIRE(metres.size() == 3);
    CHECK(metres[0] == 0);
    CHECK(metres[1] == distance_metres({48, 11}, {49, 11}));
    CHECK(s.e.distances(none<place_id>) == std::vector<std::uint32_t>(3, unknown_distance));
    CHECK_THROWS_AS(static_cast<void>(s.e.distances(place_id{1})), misuse);
}
