// Numbers that the engine works out for policies that rank by them: from facts, zones, pools, dates
// and earlier decisions. Each decision replays and explains itself when they have changed.
#include <doctest/doctest.h>

#include <thread>

#include "dates_shop.hpp"

namespace earmark {
namespace {

constexpr const char* head = "policy = 'p'\ncurrency = 'EUR'\n";
constexpr const char* monday = "2025-06-30T08:00:00Z";

/// Three nodes, a to c, with hats and mugs; a is 10 km away, b 100, c nobody knows how far.
struct shop : kept_books {
    static constexpr sku_id hat{0}, mug{1};
    static constexpr node_id a{0}, b{1}, c{2};
    int number = 0;

    shop() {
        const command early{{}, {}, at("2025-06-01T00:00:00Z")};
        const std::vector<sku_row> skus{{"hat"}, {"mug", 1, 5}};  // mugs: halves
        REQUIRE(on.load(early, skus).accepted == 2);
        std::vector<node_row> nodes(3);
        nodes[0].key = "a", nodes[1].key = "b", nodes[2].key = "c";
        REQUIRE(on.load(early, nodes).accepted == 3);
        REQUIRE(on.load(early, std::vector<place_row>{{"home", {}}}).accepted == 1);
        const std::vector<distance_row> ways{{"home", "a", 10'000}, {"home", "b", 100'000}};
        REQUIRE(on.load(early, ways).accepted == 2);
        std::vector<stock_row> stock;
        for (const char* node : {"a", "b", "c"}) {
            stock.push_back({"hat", node, {100}});
            stock.push_back({"mug", node, {1'000}});
        }
        REQUIRE(on.load(early, stock).accepted == 6);
    }
    void activate(const std::string& rest) {
        std::vector<std::string> findings;
        const auto done = on.activate({}, head + rest, &findings);
        for (const auto& f : findings) MESSAGE(f);
        REQUIRE(done);
    }
    void fact(std::string key, std::string attribute, std::string value, std::string node = {}) {
        const std::vector<fact_row> rows{
            {std::move(key), std::move(attribute), std::move(value), std::move(node)}};
        const load_report r = on.load({}, rows);
        for (const auto& x : r.rejected) MESSAGE(x.text);
        REQUIRE(r.accepted == 1);
    }
    order_id order(std::vector<order_line> lines, std::span<const order_fact> facts = {}) {
        const std::string key = "o-" + std::to_string(number++);
        const auto placed = on.place_order(
            {key, {}, at(monday)},
            {lines, place_id{0}, *currency::parse("EUR"), 0, none<reservation_id>, facts});
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    order_id hats(std::int64_t n) { return order({{hat, {n}, 100}}); }
    /// Where it is sourced from, one key a part; by node for each of its lines.
    std::string from(order_id o) {
        const auto found = on.source({{}, {}, at(monday)}, o);
        REQUIRE(found);
        std::string keys;
        for (const auto& part : found->chosen.parts) keys += on.node(part.node).key;
        const auto again = on.decision(o);
        REQUIRE(again);
        CHECK(again->chosen.cost == found->chosen.cost);
        CHECK(again->chosen.parts.size() == found->chosen.parts.size());
        CHECK(on.explain(o));
        return keys;
    }
    std::string from(std::int64_t n) { return from(hats(n)); }
};

}  // namespace

TEST_CASE("balance: the node whose rest is the largest part of its target gives") {
    shop s;
    s.activate("rank = ['balance']\n[attributes]\n'stock.target' = 'number'\n");
    CHECK(s.from(1) == "a");  // nobody said a target: the keys decide
    s.fact("hat", "stock.target", "200", "a");
    s.fact("hat", "stock.target", "100", "b");
    s.fact("hat", "stock.target", "50.5", "c");
    CHECK(s.from(40) == "c");  // 60 / 50.5 against 60 / 100 and 59 / 200
    CHECK(s.from(40) == "b");  // 20 / 50.5, 60 / 100
    s.fact("hat", "stock.target", "", "b");
    CHECK(s.from(1) == "c");  // b has none any more: last; 59 / 50.5 against 98 / 200
    CHECK(s.from(order_id{s.order({{shop::mug, {5}, 100}})}) == "a");
}

TEST_CASE(
    "cover: the node whose rest lasts longest gives, and one that nobody asks lasts for ever") {
    shop s;
    s.activate("rank = ['cover']\n[attributes]\n'stock.per_day' = 'number'\n");
    s.fact("hat", "stock.per_day", "10", "a");
    s.fact("hat", "stock.per_day", "2", "b");
    CHECK(s.from(50) == "b");
    CHECK(s.from(46) == "a");  // 54 left for 5.4 days against 4 for 2
    s.fact("hat", "stock.per_day", "0", "c");
    CHECK(s.from(3) == "c");
}

TEST_CASE("stock_out: a unit is taken where it is worth least, and beside costs it is money") {
    shop s;
    const std::string attributes = "[attributes]\n'stock.worth' = 'money'\n";
    s.activate("rank = ['stock_out']\n" + attributes);
    s.fact("hat", "stock.worth", "2.50", "a");
    s.fact("hat", "stock.worth", "-0.10", "c");
    CHECK(s.from(1) == "c");  // a markdown is near there
    s.fact("hat", "stock.worth", "0.40", "c");
    CHECK(s.from(1) == "b");
    s.activate(
        "weights = { cost = 1, stock_out = 1 }\n[costs]\nfixed_per_parcel = '1'\n"
        "per_unit_per_1000_km = '20'\n" +
        attributes);
    // per unit: a 0.20 + 2.50, b 2.00, c as far as the farthest: 2.00 + 0.40
    CHECK(s.from(1) == "b");
    s.fact("hat", "stock.worth", "1.79", "a");
    CHECK(s.from(1) == "a");
}

TEST_CASE("zone: bands of distance, the unknown one beyond") {
    shop s;
    s.activate(
        "rank = ['zone', 'priority']\n[costs.parcel]\nby = 'units'\nzones = ['50 km', '500 km']\n"
        "steps = [{ rates = ['1', '1', '1'] }]\n");
    CHECK(s.from(100) == "a");
    CHECK(s.from(100) == "b");
    CHECK(s.from(100) == "c");
}

TEST_CASE("rotation: nodes take turns, also after a recovery, and a dry run takes none") {
    shop s;
    CHECK(s.on.activate({}, std::string{head} + "rank = ['priority']\n"));
    CHECK(s.from(1) == "a");  // before anybody asked for turns
    s.activate("rank = ['rotation']\n");
    CHECK(s.from(1) == "a");
    CHECK(s.from(1) == "b");
    const order_id dry = s.hats(1);
    for (int i = 0; i < 3; ++i) {
        const auto found = s.on.source({{}, {}, at(monday)}, dry, true);
        REQUIRE(found);
        CHECK(s.on.node(found->chosen.parts.at(0).node).key == "c");
    }
    REQUIRE(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    const auto late = again.source({{}, {}, at(monday)}, dry);
    REQUIRE(late);
    CHECK(again.node(late->chosen.parts.at(0).node).key == "c");
    CHECK(s.from(dry) == "c");
    CHECK(s.on.state_hash() == again.state_hash());
    CHECK(s.from(1) == "a");
    CHECK(s.from(1) == "b");
    CHECK(s.on.state_hash() != again.state_hash());
}

TEST_CASE("rotation: many callers at once, and the journal has the same turns") {
    shop s;
    s.activate("rank = ['rotation']\n");
    std::vector<order_id> orders;
    for (int i = 0; i < 120; ++i) orders.push_back(s.hats(1));
    std::vector<std::thread> callers;
    for (int t = 0; t < 3; ++t)
        callers.emplace_back([&, t] {
            for (std::size_t i = static_cast<std::size_t>(t); i < orders.size(); i += 3)
                CHECK(s.on.source({{}, {}, at(monday)}, orders[i]));
        });
    for (auto& c : callers) c.join();
}  // kept_books recovers and compares

TEST_CASE("parcels by weight: a SKU's, or what the order says of its line, and unknown is heavy") {
    shop s;
    // a: 5.00 up to 1 kg and then 9.00; b and c: 6.00 and 7.00, and each unit 0.01
    s.activate(
        "rank = ['cost']\n[costs]\nper_unit = '0.01'\n[costs.parcel]\nby = 'grams'\n"
        "zones = ['50 km']\nsteps = [{ up_to = 1000, rates = ['5', '6'] },\n"
        "{ rates = ['9', '9.5'] }]\n[attributes]\n'line.grams' = 'number'\n");
    s.fact("mug", "line.grams", "333.4");
    const auto cost = [&](order_id o) {
        s.from(o);
        return s.on.decision(o)->chosen.cost.e4;
    };
    CHECK(cost(s.order({{shop::mug, {25}, 100}})) == 50'000 + 250);  // 833.5 g
    CHECK(cost(s.order({{shop::mug, {30}, 100}})) == 90'000 + 300);  // 1,000.2 g
    CHECK(cost(s.hats(1)) == 90'000 + 100);                          // nobody knows
    const order_fact light[] = {{*s.on.find_attribute("line.grams"), 1, "4"}};
    const order_id told = s.order({{shop::hat, {1}, 100}}, light);
    CHECK(cost(told) == 50'000 + 100);
    s.fact("hat", "line.grams", "5000");
    CHECK(s.on.decision(told)->chosen.cost.e4 == 50'000 + 100);
    CHECK(cost(s.order({{shop::hat, {1}, 100}})) == 90'000 + 100);
}

TEST_CASE("acceptance: a node that rejects half costs twice, from the moment that it is said") {
    shop s;
    s.activate(
        "rank = ['cost']\n[costs]\nfixed_per_parcel = '4'\nper_unit_per_1000_km = '1'\n"
        "by_acceptance = true\n[attributes]\n'node.accepts' = 'number'\n");
    const order_id before = s.hats(1);
    CHECK(s.from(before) == "a");
    s.fact("a", "node.accepts", "0.5");
    CHECK(s.from(1) == "b");
    s.fact("b", "node.accepts", "0.4999");
    CHECK(s.from(1) == "c");
    s.fact("c", "node.accepts", "0.1");
    CHECK(s.from(1) == "a");
    const auto told = s.on.decision(before);
    REQUIRE(told);
    CHECK(told->chosen.cost.e4 == 40'100);  // as it was
    CHECK(s.on.explain(before)->words.find("a ships") != std::string::npos);
}

TEST_CASE("a line that must not be divided waits, and the others are") {
    shop s;
    s.activate(
        "rank = ['priority']\nsplit = { lines = 'by_quantity' }\n"
        "[attributes]\n'line.never_split' = 'flag'\n");
    CHECK(s.from(150) == "ab");
    CHECK(s.from(40) == "b");
    s.fact("hat", "line.never_split", "true");
    const order_id waits = s.hats(101);  // b has 10 and c 100
    CHECK(s.from(waits) == "");
    const order_fact may[] = {{*s.on.find_attribute("line.never_split"), 1, "false"}};
    const order_id both = s.order({{shop::hat, {50}, 100}, {shop::hat, {51}, 100}}, may);
    CHECK(s.from(both) == "");  // lines of one SKU are sourced as one
    s.fact("hat", "line.never_split", "");
    CHECK(s.on.decision(waits)->chosen.parts.empty());
    CHECK(s.from(both) == "bc");
}

TEST_CASE("facts of stock name a SKU and a node, and nothing else does") {
    shop s;
    s.activate("rank = ['priority']\n[attributes]\n'stock.target' = 'number'\n'node.x' = 'text'\n");
    const auto why = [&](const fact_row& row) {
        const load_report r = s.on.load({}, std::vector<fact_row>{row});
        REQUIRE(r.rejected.size() == 1);
        return r.rejected[0].why.code;
    };
    CHECK(why({"hat", "stock.target", "1"}) == error_code::unknown_node);
    CHECK(why({"hat", "stock.target", "1", "z"}) == error_code::unknown_node);
    CHECK(why({"z", "stock.target", "1", "a"}) == error_code::unknown_sku);
    CHECK(why({"a", "node.x", "1", "a"}) == error_code::bad_field);
    CHECK(why({"hat", "stock.target", "many", "a"}) == error_code::bad_number);
    const auto in_a_condition =
        s.on.activate({}, std::string{head} +
                              "rank = ['priority']\n[attributes]\n'stock.target' = 'number'\n"
                              "[[strategy]]\nname = 's'\nwhen = 'stock.target > 1'\n");
    CHECK(in_a_condition.error().code == error_code::bad_policy);
}

TEST_CASE("dates: the soonest at the door, the latest part counts, and a full day is a later one") {
    dates_shop s;
    const auto order = [&](const char* when, std::int64_t hats) {
        order_request r;
        const std::vector<order_line> lines{{dates_shop::hat, {hats}, 0}};
        r.lines = lines;
        r.ship_to = dates_shop::home;
        r.currency = *currency::parse("EUR");
        r.method = s.service("ground");
        const std::string key = "o-" + std::to_string(s.number++);
        const auto placed = s.on.place_order({key, {}, at(when)}, r);
        REQUIRE(placed.first.why.code == error_code::ok);
        const order_id id{placed.first.subject};
        const auto found = s.on.source({{}, {}, at(when)}, id);
        REQUIRE(found);
        REQUIRE(found->chosen.parts.size() == 1);
        CHECK(s.on.decision(id)->chosen.cost == found->chosen.cost);
        CHECK(s.on.explain(id));
        return s.on.node(found->chosen.parts[0].node).key;
    };
    REQUIRE(s.on.activate({}, std::string{head} + "rank = ['delivery_date', 'priority']\n"));
    CHECK(order("2025-06-23T10:00:00Z", 1) == "berlin");  // both today: the key
    CHECK(order("2025-06-23T13:00:00Z", 1) == "ny");      // 15:00 in Berlin is too late there
    pool_row few;
    few.key = "ny-24";
    few.kind = pool_kind::capacity;
    few.amount = {5};
    few.per_unit = {1};
    few.node = "ny";
    few.from = midnight_utc(day("2025-06-24"));
    few.until = midnight_utc(day("2025-06-25"));
    few.day = pool_day::work;
    s.load(std::vector{few});
    CHECK(order("2025-06-24T13:00:00Z", 4) == "ny");
    CHECK(order("2025-06-24T13:30:00Z", 4) == "berlin");  // one left in New York: tomorrow, too
    CHECK(order("2025-06-24T13:40:00Z", 1) == "ny");

    REQUIRE(s.on.activate({}, std::string{head} + "rank = ['load', 'priority']\n"));
    CHECK(order("2025-06-24T13:45:00Z", 1) == "berlin");
}

}  // namespace earmark
