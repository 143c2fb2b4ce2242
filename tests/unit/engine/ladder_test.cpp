// Ladders in the engine: lines of one order are sourced in groups, each by the strategy that fits
// it best, in one commit that is told, replayed and recovered as one.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id item1{0}, tv{1}, radio{2};
constexpr place_id new_york{0}, los_angeles{1}, san_francisco{2};
// Each rule has nodes of its own, so the node says which rule it was.
constexpr std::string_view rules = R"(
policy   = "ladder"
currency = "USD"
rank     = ["priority", "parcels"]
match    = "ladder"
ladder   = ["line.sku", "line.class", "ship_to.city", "ship_to.state"]

[attributes]
"line.class"    = "text"
"ship_to.city"  = "text"
"ship_to.state" = "text"
"node.rule"     = "text"

[[filter]]
name  = "one"
nodes = 'node.rule == "1"'
[[filter]]
name  = "two"
nodes = 'node.rule == "2"'
[[filter]]
name  = "three"
nodes = 'node.rule == "3"'
[[filter]]
name  = "four"
nodes = 'node.rule == "4"'
[[filter]]
name  = "five"
nodes = 'node.rule == "5"'

[[strategy]]
name    = "rule 1"
for     = { "line.sku" = "ITEM1" }
require = ["one"]
[[strategy]]
name    = "rule 2"
for     = { "line.class" = "TV" }
require = ["two"]
outcome = { partial = "next", none = "next" }
[[strategy]]
name    = "rule 3"
for     = { "line.sku" = "ITEM1", "ship_to.state" = "California" }
require = ["three"]
[[strategy]]
name    = "rule 4"
for     = { "ship_to.state" = "California" }
require = ["four"]
[[strategy]]
name    = "rule 5"
for     = { "line.sku" = "ITEM1", "ship_to.city" = "San Francisco" }
require = ["five"]
)";

bool is(const plan_part& p, std::uint16_t wanted, node_id node, granules n) {
    return p.wanted == wanted && p.node == node && p.n == n;
}
bool same(const std::vector<plan_part>& a, const std::vector<plan_part>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return is(x, y.wanted, y.node, y.n); });
}

struct shop : kept_books {
    int number = 0;

    explicit shop(std::string_view policy = rules, std::int64_t each = 9) {
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"ITEM1"}, {"tv"}, {"radio"}}).accepted == 3);
        std::vector<node_row> nodes;
        std::vector<stock_row> stock;
        for (const char* key : {"N1", "N2", "N3", "N4", "N5"}) {
            nodes.push_back({});
            nodes.back().key = key;
            for (const char* sku : {"ITEM1", "tv", "radio"}) stock.push_back({sku, key, {each}});
        }
        REQUIRE(on.load(c, nodes).accepted == 5);
        REQUIRE(on.load(c, stock).accepted == 15);
        std::vector<place_row> places(3);
        places[0].key = "New York", places[1].key = "Los Angeles", places[2].key = "San Francisco";
        REQUIRE(on.load(c, places).accepted == 3);
        std::vector<std::string> findings;
        const auto active = on.activate(c, policy, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(active);
        const std::vector<fact_row> facts{{"ITEM1", "line.class", "TV"},
                                          {"tv", "line.class", "TV"},
                                          {"Los Angeles", "ship_to.city", "Los Angeles"},
                                          {"Los Angeles", "ship_to.state", "California"},
                                          {"San Francisco", "ship_to.city", "San Francisco"},
                                          {"San Francisco", "ship_to.state", "California"},
                                          {"New York", "ship_to.state", "New York"}};
        REQUIRE(on.load(c, facts).accepted == facts.size());
        if (!on.find_attribute("node.rule")) return;
        std::vector<fact_row> of_nodes;
        for (const char* n : {"1", "2", "3", "4", "5"})
            of_nodes.push_back({std::string{"N"} + n, "node.rule", n});
        REQUIRE(on.load(c, of_nodes).accepted == 5);
    }
    order_id order(std::vector<order_line> lines, place_id to) {
        const std::string key = "o" + std::to_string(++number);
        const auto p =
            on.place_order({key, {}, monday}, {lines, to, currency::parse("USD").value(), 0});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    sourced source(order_id o) {
        const auto s = on.source({{}, {}, monday}, o);
        REQUIRE(s);
        return *s;
    }
    /// The node from which the first line ships.
    std::string node_of(std::vector<order_line> lines, place_id to) {
        const auto s = source(order(std::move(lines), to));
        return s.by_line.empty() ? "" : std::string{on.node(s.by_line.front().node).key};
    }
};

}  // namespace

TEST_CASE("the rule-ladder vectors hold through the engine") {
    shop s;
    CHECK(s.node_of({{item1, {1}}}, new_york) == "N1");
    CHECK(s.node_of({{item1, {1}}}, los_angeles) == "N3");
    CHECK(s.node_of({{item1, {1}}}, san_francisco) == "N5");
    CHECK(s.node_of({{radio, {1}}}, los_angeles) == "N4");
    CHECK(s.node_of({{tv, {1}}}, los_angeles) == "N2");
    CHECK(s.node_of({{radio, {1}}}, new_york) == "");  // no rule is for it
}

TEST_CASE("an order whose lines fit different rules is sourced in groups, in one commit") {
    shop s;
    const order_id o = s.order({{radio, {1}}, {item1, {2}}, {tv, {1}}}, los_angeles);
    const auto before = s.on.head();
    const sourced done = s.source(o);
    CHECK(done.first.what == outcome::done);
    CHECK(raw(s.on.head()) > raw(before));
    REQUIRE(s.on.poll(before, 10)->size() == 1);
    CHECK(s.on.poll(before, 10)->front().moves == 3);

    REQUIRE(done.groups.size() == 3);
    CHECK(done.groups[0].strategy == "rule 3");
    CHECK(done.groups[0].lines == std::vector<std::uint16_t>{1});
    CHECK(done.groups[1].strategy == "rule 2");
    CHECK(done.groups[1].lines == std::vector<std::uint16_t>{2});
    CHECK(done.groups[2].strategy == "rule 4");
    CHECK(done.groups[2].lines == std::vector<std::uint16_t>{0});
    CHECK(done.strategy == "rule 3");
    CHECK(done.chosen.covers == coverage::full);
    CHECK(done.chosen.cost.parcels == 3);
    // The plan's wanted goods are the order's, in the order of their first lines.
    REQUIRE(done.chosen.parts.size() == 3);
    CHECK(is(done.chosen.parts[0], 0, node_id{3}, 1));
    CHECK(is(done.chosen.parts[1], 1, node_id{2}, 2));
    CHECK(is(done.chosen.parts[2], 2, node_id{1}, 1));

    const auto again = s.on.decision(o);
    REQUIRE(again);
    CHECK(same(again->chosen.parts, done.chosen.parts));
    CHECK(again->chosen.cost == done.chosen.cost);
    CHECK(again->groups.size() == 3);
    const auto rows = s.on.decisions({}, 100);
    REQUIRE(rows);
    CHECK(rows->rows.size() == 3);  // one for each group
}

TEST_CASE("a ladder tells which rule won, and why") {
    shop s;
    const order_id o = s.order({{radio, {1}}, {item1, {1}}}, los_angeles);
    CHECK(s.source(o).groups.size() == 2);
    const auto told = s.on.explain(o);
    REQUIRE(told);
    INFO(told->words);
    const auto says = [&](std::string_view part) {
        return told->words.find(part) != std::string::npos;
    };
    CHECK(
        says("ITEM1: 'rule 3' is the most specific strategy that fits (line.sku == \"ITEM1\" and "
             "ship_to.state == \"California\"). More specific, but not for it at that time: "
             "'rule 5' (line.sku == \"ITEM1\" and ship_to.city == \"San Francisco\"). It goes "
             "before 'rule 1', 'rule 4', which fit, too. "));
    CHECK(
        says("\nradio: 'rule 4' is the most specific strategy that fits (ship_to.state == "
             "\"California\")."));
    CHECK(says("by the strategy 'rule 4' of the policy 'ladder'"));
    REQUIRE(told->rows.size() == 10);  // five nodes, twice
    CHECK(told->rows[0].group == 0);
    CHECK(told->rows[5].group == 1);
    CHECK(told->groups[1].strategy == "rule 4");
}

TEST_CASE("what a rule of a ladder passes on goes to the next one that fits") {
    shop s;
    // N2 has 9 TVs; rule 2 takes all of the line or passes it on.
    const order_id o = s.order({{tv, {10}}, {radio, {1}}}, los_angeles);
    const sourced done = s.source(o);
    REQUIRE(done.groups.size() == 1);  // the TVs have joined the radio at rule 4
    CHECK(done.groups[0].strategy == "rule 4");
    CHECK(done.groups[0].lines == std::vector<std::uint16_t>{0, 1});
    CHECK(done.groups[0].passed_on == std::vector<std::string_view>{"rule 2"});
    CHECK(done.first.what == outcome::partial);  // 9 TVs are not 10
    CHECK(s.on.explain(o)->words.find("'rule 2' could serve no line of it, and passed the order "
                                      "on. 'rule 4' is the most specific strategy that is left") !=
          std::string::npos);
    const order_id far = s.order({{tv, {10}}}, new_york);
    const sourced none = s.source(far);
    CHECK(none.first.what == outcome::backordered);
    CHECK(none.groups[0].strategy.empty());
    CHECK(none.groups[0].passed_on == std::vector<std::string_view>{"rule 2"});
}

TEST_CASE("groups of one SKU do not take the same units twice") {
    constexpr std::string_view by_gift = R"(
policy   = "gifts"
currency = "USD"
rank     = ["priority"]
match    = "ladder"
ladder   = ["line.wrap"]
[attributes]
"line.wrap"  = "text"
"line.class" = "text"
"ship_to.city" = "text"
"ship_to.state" = "text"
[[strategy]]
name = "gifts"
for  = { "line.wrap" = "gift" }
[[strategy]]
name = "plain"
)";
    shop s{by_gift, 1};  // one of each at each of five nodes
    const auto wrap = s.on.find_attribute("line.wrap").value();
    const std::vector<order_line> lines{{tv, {1}}, {tv, {1}}};
    const std::vector<order_fact> facts{{wrap, 2, "gift"}};
    order_request r{lines, new_york, currency::parse("USD").value(), 0};
    r.facts = facts;
    const auto p = s.on.place_order({"two", {}, monday}, r);
    REQUIRE(p.first.what == outcome::done);
    const sourced done = s.source(order_id{p.first.subject});
    REQUIRE(done.groups.size() == 2);
    CHECK(done.groups[0].strategy == "gifts");
    CHECK(done.first.what == outcome::done);
    REQUIRE(done.by_line.size() == 2);
    CHECK(is(done.by_line[0], 1, node_id{0}, 1));  // the gift has the first node's unit
    CHECK(is(done.by_line[1], 0, node_id{1}, 1));
    REQUIRE(done.chosen.parts.size() == 2);  // of one wanted SKU
    CHECK(done.chosen.parts[0].wanted == 0);
    CHECK(done.chosen.parts[1].wanted == 0);
    CHECK(s.on.available(tv)->atoms == 3);
}

TEST_CASE("decisions of a ladder are the same after a recovery") {
    shop s;
    std::vector<order_id> all{s.order({{radio, {1}}, {item1, {2}}, {tv, {1}}}, los_angeles),
                              s.order({{item1, {1}}}, san_francisco),
                              s.order({{radio, {1}}, {tv, {1}}}, new_york)};
    std::vector<std::string> told;
    for (const order_id o : all) {
        static_cast<void>(s.source(o));
        told.push_back(s.on.explain(o)->words);
    }
    const auto hash = s.on.state_hash();
    REQUIRE(s.on.flush(journal::durability::memory));
    const engine again{s.settings()};
    CHECK(again.state_hash() == hash);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(again.explain(all[i])->words == told[i]);
    CHECK(again.order(all[2])->lowest == unit_state::backordered);
}

TEST_CASE("a dry run of a ladder changes nothing, and a promise asks it, too") {
    shop s;
    const order_id o = s.order({{radio, {1}}, {item1, {1}}}, los_angeles);
    const auto hash = s.on.state_hash();
    const auto dry = s.on.source({{}, {}, monday}, o, true);
    REQUIRE(dry);
    CHECK(dry->groups.size() == 2);
    CHECK(s.on.state_hash() == hash);
    const std::vector<order_line> lines{{radio, {1}}, {item1, {1}}};
    promise_request q;
    q.order.lines = lines;
    q.order.ship_to = los_angeles;
    q.order.currency = currency::parse("USD").value();
    q.at = monday;
    const auto promised = s.on.promise(q);
    REQUIRE(promised);
    CHECK(same(promised->chosen.parts, dry->chosen.parts));
    const auto changes = s.on.what_if(o, node_id{0});
    CHECK(changes.error().code == error_code::no_decision);
    CHECK(s.source(o).groups.size() == 2);
    CHECK(s.on.what_if(o, node_id{2})->ships);
    CHECK_FALSE(s.on.what_if(o, node_id{0})->ships);
}

}  // namespace earmark
