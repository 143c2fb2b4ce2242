// Firm nodes: a line that names one comes from there or waits; nothing moves it, and what spoke
// against it is told. Pickup in a store is such an order.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
constexpr node_id dc{0}, north{1}, south{2};
constexpr std::string_view pickup = R"(
policy   = "pickup"
currency = "USD"
rank     = ["priority"]

[attributes]
"node.counter" = "flag"

[[filter]]
name  = "has a counter"
nodes = 'node.counter'

[[strategy]]
name      = "pickup"
when      = 'method == "pickup"'
from      = ["chosen_store"]
require   = ["has a counter"]

[[strategy]]
name      = "everyone else"
from      = ["dc", "store"]
)";

struct shop : kept_books {
    int number = 0;
    service_id by_hand{};

    explicit shop(std::string_view policy = pickup) {
        const command c{{}, {}, monday};
        stock_up(
            c, {{"hat"}, {"mug"}},
            {node("dc"), node("north", 0, node_kind::store), node("south", 0, node_kind::store)},
            {{"hat", "dc", {9}},
             {"hat", "north", {2}},
             {"hat", "south", {2}},
             {"mug", "south", {2}}});
        REQUIRE(on.load(c, std::vector<place_row>{{"home"}}).accepted == 1);
        by_hand = service(c, "pickup");
        go_by(c, policy);
        if (on.find_attribute("node.counter"))
            REQUIRE(on.load(c, std::vector<fact_row>{{"north", "node.counter", "true"},
                                                     {"dc", "node.counter", "true"}})
                        .accepted == 2);
    }
    placed place(std::vector<order_line> lines, node_id all = none<node_id>,
                 bool is_pickup = false) {
        order_request r{lines, place_id{0}, currency::parse("USD").value(), 0};
        r.node = all;
        if (is_pickup) r.method = by_hand;
        const std::string key = "o" + std::to_string(++number);
        return on.place_order({key, {}, monday}, r);
    }
    order_id order(std::vector<order_line> lines, node_id all = none<node_id>,
                   bool is_pickup = false) {
        const placed p = place(std::move(lines), all, is_pickup);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    /// Where its parts come from, by line.
    std::vector<int> sourced(order_id o) {
        const auto s = on.source({{}, {}, monday}, o);
        REQUIRE(s);
        std::vector<int> nodes;
        for (const plan_part& p : s->by_line) nodes.push_back(raw(p.node));
        return nodes;
    }
    bool tells(order_id o, std::string_view part) const {
        const std::string words = on.explain(o)->words;
        INFO(words);
        return words.find(part) != std::string::npos;
    }
    std::string verdict(order_id o, node_id n) const {
        const auto told = on.explain(o);
        for (const auto& row : told->rows)
            if (row.node == n) return row.verdict;
        return {};
    }
};
using nodes = std::vector<int>;

order_line line(sku_id sku, std::int64_t n, node_id node = none<node_id>) {
    return {sku, {n}, 1'000, node};
}

}  // namespace

TEST_CASE("a firm line comes from its node, others from the best one") {
    shop s;
    const order_id o = s.order({line(hat, 1, south), line(mug, 1)});
    CHECK(s.sourced(o) == nodes{2, 2});
    CHECK(s.on.order(o)->lines[0].node == south);
    CHECK(s.on.order(o)->lines[1].node == none<node_id>);
    CHECK(s.tells(o, "hat is bound to south."));
    const order_id apart = s.order({line(hat, 1, north), line(hat, 1, south), line(hat, 1)});
    CHECK(s.sourced(apart) == nodes{1, 2, 0});  // of one SKU, three demands
    CHECK(s.on.order(apart)->lowest == unit_state::allocated);
    CHECK(s.on.explain(apart)->rows.size() == 3);
}

TEST_CASE("a firm line waits for its node where others have plenty") {
    shop s;
    const order_id o = s.order({line(hat, 3, north)});
    CHECK(s.sourced(o).empty());
    CHECK(s.tells(o, "hat is bound to north and waits for it: "));
    CHECK(s.verdict(o, dc) == "bound");
    CHECK(s.verdict(o, north) == "no_stock");
    CHECK(s.on.what_if(o, dc)->words == "Every line is bound to another node.");
    const auto more = s.on.what_if(o, north);
    REQUIRE(!more->changes.empty());
    CHECK(more->changes[0].lever == "stock");
    CHECK(more->changes[0].needed == 3);
    // It stays so, whatever else comes; what comes to its node serves it.
    REQUIRE(s.on.adjust({{}, {}, monday}, {hat, south, {9}, adjust_reason::receipt}));
    CHECK(s.sourced(o).empty());
    REQUIRE(s.on.adjust({{}, {}, monday}, {hat, north, {1}, adjust_reason::receipt}));
    CHECK(s.sourced(o) == nodes{1});
}

TEST_CASE("an order for pickup comes from the chosen store alone, or says what spoke against it") {
    shop s;
    const order_id good = s.order({line(hat, 1)}, north, true);
    CHECK(s.sourced(good) == nodes{1});
    CHECK(s.tells(good, "by the strategy 'pickup' of the policy 'pickup'"));
    // South has the mug and no counter: the filter takes the only node away, and that is told.
    const order_id bad = s.order({line(mug, 1)}, south, true);
    CHECK(s.sourced(bad).empty());
    CHECK(s.tells(bad,
                  "mug is bound to south and waits for it: The filter 'has a counter' does "
                  "not let south through."));
    CHECK(s.verdict(bad, south) == "filtered");
    CHECK(s.verdict(bad, north) == "not_selected");
    // A pickup that names no store has none.
    const order_id lost = s.order({line(hat, 1)}, none<node_id>, true);
    CHECK(s.sourced(lost).empty());
    const order_id sent = s.order({line(hat, 1)});
    CHECK(s.sourced(sent) == nodes{0});
    CHECK(s.tells(sent, "'pickup' was not for it (method == \"pickup\"). "));
}

TEST_CASE("a policy without strategies keeps to firm nodes, too") {
    shop s{"policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n"};
    const order_id o = s.order({line(hat, 1, south)});
    CHECK(s.sourced(o) == nodes{2});
    CHECK(s.verdict(o, dc) == "bound");
}

TEST_CASE("a node that is not there is refused, with its line") {
    shop s;
    const placed p = s.place({line(hat, 1), line(hat, 1, node_id{7})}, node_id{9});
    CHECK(p.first.what == outcome::declined);
    REQUIRE(p.violations.size() == 2);
    CHECK(p.violations[0].code == error_code::unknown_node);
    CHECK(p.violations[0].row == 0);
    CHECK(p.violations[1].code == error_code::unknown_node);
    CHECK(p.violations[1].row == 2);
    CHECK(s.on.orders() == 0);
}

TEST_CASE("the node is a part of an order's content") {
    shop s;
    const std::vector<order_line> at_north{line(hat, 1, north)}, at_south{line(hat, 1, south)},
        anywhere{line(hat, 1)};
    const auto usd = currency::parse("USD").value();
    const command c{"one", {}, monday};
    CHECK(s.on.place_order(c, {at_north, place_id{0}, usd}).first.what == outcome::done);
    CHECK(s.on.place_order(c, {at_north, place_id{0}, usd}).first.what == outcome::repeat);
    CHECK(s.on.place_order(c, {at_south, place_id{0}, usd}).first.why.code ==
          error_code::duplicate_key);
    CHECK(s.on.place_order(c, {anywhere, place_id{0}, usd}).first.why.code ==
          error_code::duplicate_key);
}

TEST_CASE("a basket at another node than the firm one is refused, and stays as it is") {
    shop s;
    const reserve_line goods{hat, south, {1}, {}};
    const auto basket = s.on.reserve({{}, {}, monday}, {{&goods, 1}});
    REQUIRE(basket);
    order_request r;
    const std::vector<order_line> lines{line(hat, 1, north)};
    r.lines = lines;
    r.currency = currency::parse("USD").value();
    r.reservation = reservation_id{basket->subject};
    const placed p = s.on.place_order({"o", {}, monday}, r);
    CHECK(p.first.what == outcome::declined);
    CHECK(p.first.why.code == error_code::firm_elsewhere);
    CHECK(s.on.describe(p.first.why).find("line 1 is bound to node") != std::string::npos);
    CHECK(s.on.reservation(reservation_id{basket->subject})->state == reservation_state::active);
    CHECK(s.on.orders() == 0);
}

TEST_CASE("firm nodes and what they decided are the same after a recovery") {
    shop s;
    const std::vector<order_id> all{
        s.order({line(hat, 1, south), line(mug, 1)}), s.order({line(hat, 5, north)}),
        s.order({line(mug, 1)}, south, true), s.order({line(hat, 1)}, north, true)};
    std::vector<std::string> told;
    for (const order_id o : all) {
        static_cast<void>(s.sourced(o));
        told.push_back(s.on.explain(o)->words);
    }
    const auto hash = s.on.state_hash();
    REQUIRE(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    CHECK(again.state_hash() == hash);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(again.explain(all[i])->words == told[i]);
        CHECK(again.decision(all[i])->chosen.parts.size() ==
              s.on.decision(all[i])->chosen.parts.size());
    }
    CHECK(again.order(all[1])->lines[0].node == north);
    const auto still = again.source({{}, {}, monday}, all[1]);
    CHECK(still->by_line.empty());
}

TEST_CASE("firm nodes come in as JSON, and are shown again") {
    shop s;
    const auto answer = s.on.submit(
        R"({"verb": "place_order", "key": "j", "currency": "USD", "node": "north",
            "lines": [{"sku": "hat", "quantity": "1", "unit_price": "2.00"},
                      {"sku": "mug", "quantity": "1", "unit_price": "2.00", "node": "south"}]})");
    CHECK(answer.find(R"("ok":true)") != std::string::npos);
    const auto shown = s.on.submit(R"({"verb": "order", "order": "j"})");
    INFO(shown);
    CHECK(shown.find(R"("highest":"open","node":"north")") != std::string::npos);
    CHECK(shown.find(R"("highest":"open","node":"south")") != std::string::npos);
    const auto refused = s.on.submit(
        R"({"verb": "place_order", "key": "k", "currency": "USD",
            "lines": [{"sku": "hat", "quantity": "1", "unit_price": "2.00", "node": "west"}]})");
    CHECK(refused.find(R"("path":"/lines/0/node")") != std::string::npos);
    CHECK(refused.find("unknown_node") != std::string::npos);
}

}  // namespace earmark
