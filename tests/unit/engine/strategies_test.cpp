// Strategies of a policy: who decides, who passes on, and what is told of it, also after a
// recovery.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1}, tv{2};
constexpr std::string_view ladder = R"(
policy   = "ladder"
currency = "EUR"
rank     = ["parcels", "priority"]

[[strategy]]
name    = "campaign"
ends    = "2027-01-15T08:00:00Z"           # the instant of `monday`
from    = ["vendor"]

[[strategy]]
name    = "large"
when    = 'goods_value >= "100.00" and not any(line.sku == "tv")'
from    = ["dc"]
outcome = { partial = "next", none = "next" }

[[strategy]]
name    = "from near"
when    = 'has(ship_to)'
from    = ["store within 10 km"]
outcome = { partial = "backorder", none = "next" }

[[strategy]]
name    = "two at most"
when    = 'lines <= 2'
split   = { max_parcels = 2 }
)";

/// A DC and two stores, of which the first is near; hats at 60.00, mugs at 5.00, a TV at 500.00.
struct shop : kept_books {
    int number = 0;

    shop() {
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}, {"tv"}}).accepted == 3);
        std::vector<node_row> nodes(3);
        nodes[0].key = "dc";
        nodes[1].key = "near", nodes[2].key = "far";
        nodes[0].at = geo_point{52.0, 8.0};
        nodes[1].at = geo_point{50.0, 8.0};
        nodes[2].at = geo_point{45.0, 8.0};
        nodes[1].kind = nodes[2].kind = node_kind::store;
        REQUIRE(on.load(c, nodes).accepted == 3);
        const place_row home{"home", geo_point{50.01, 8.0}};
        REQUIRE(on.load(c, std::vector{home}).accepted == 1);
        REQUIRE(on.load(c, std::vector<stock_row>{{"hat", "dc", {9}},
                                                  {"hat", "near", {1}},
                                                  {"mug", "near", {9}},
                                                  {"mug", "far", {9}},
                                                  {"tv", "far", {9}}})
                    .accepted == 5);
        std::vector<std::string> findings;
        const auto active = on.activate(c, ladder, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(active);
    }
    order_id order(std::vector<order_line> lines, place_id to = place_id{0},
                   std::string_view money = "EUR") {
        for (order_line& l : lines)
            l.unit_price_minor = l.sku == hat ? 6'000 : l.sku == mug ? 500 : 50'000;
        const std::string key = "o" + std::to_string(++number);
        const auto p =
            on.place_order({key, {}, monday}, {lines, to, currency::parse(money).value(), 0});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    /// The nodes of the plan's parts.
    std::vector<int> sourced(order_id o) {
        const auto s = on.source({{}, {}, monday}, o);
        REQUIRE(s);
        std::vector<int> nodes;
        for (const plan_part& p : s->by_line) nodes.push_back(raw(p.node));
        return nodes;
    }
    std::string told(order_id o) const { return on.explain(o)->words; }
    bool tells(order_id o, std::string_view part) const {
        INFO(told(o));
        return told(o).find(part) != std::string::npos;
    }
};
using nodes = std::vector<int>;

}  // namespace

TEST_CASE("the first strategy whose conditions hold decides") {
    shop s;
    const order_id large = s.order({{hat, {2}}});
    CHECK(s.sourced(large) == nodes{0});
    CHECK(s.tells(large, "The strategy 'campaign' was not for it, or not at that time. "));
    CHECK(s.tells(large, "by the strategy 'large' of the policy 'ladder'"));
    CHECK(s.tells(large, "No other set of its nodes can serve it."));
    CHECK(s.tells(large, "near is none of the nodes that the strategy sources from."));
    const order_id small = s.order({{mug, {2}}});
    CHECK(s.sourced(small) == nodes{1});
    CHECK(s.tells(small, "'large' was not for it (goods_value >= \"100.00\" and not any("));
}

TEST_CASE("an order that a strategy cannot serve goes on where it says so, and stays where not") {
    shop s;
    const order_id split = s.order({{hat, {2}}, {mug, {1}}});  // the DC has no mugs; near one hat
    CHECK(s.sourced(split).empty());
    CHECK(s.tells(split, "'large' could serve a part of it only, and passed the order on."));
    CHECK(s.tells(split, "by the strategy 'from near'"));
    const order_id tvs = s.order({{tv, {1}}});  // nothing of it is near
    CHECK(s.sourced(tvs) == nodes{2});
    CHECK(s.tells(tvs, "'from near' could serve no line of it, and passed the order on."));
    CHECK(s.tells(tvs, "by the strategy 'two at most'"));
    const auto remembered = s.on.decision(tvs);
    CHECK(remembered->strategy == "two at most");
    CHECK(remembered->passed_on == std::vector<std::string_view>{"from near"});
    CHECK(s.on.explain(tvs)->strategy == "two at most");
}

TEST_CASE("where no strategy is left, the order waits, and that is told") {
    shop s;
    const order_id three = s.order({{hat, {1}}, {tv, {1}}, {mug, {1}}}, none<place_id>);
    const auto answer = s.on.source({{}, {}, monday}, three);
    CHECK(answer->first.what == outcome::backordered);
    CHECK(answer->strategy.empty());
    CHECK(s.tells(three, "No strategy was left for it. "));
    CHECK(s.tells(three, "'two at most' was not for it (lines <= 2). "));
    CHECK(s.tells(three, "dc was not asked: no strategy was left."));
    CHECK_FALSE(s.tells(three, "can serve it"));  // nobody looked
    CHECK(s.on.available(hat)->atoms == 10);
}

TEST_CASE("money of another currency is not given") {
    shop s;
    const order_id dollars = s.order({{hat, {2}}}, none<place_id>, "USD");
    CHECK(s.sourced(dollars) == nodes{0});
    CHECK(s.tells(dollars, "by the strategy 'two at most'"));
}

TEST_CASE("decisions of strategies replay and are told alike after a recovery") {
    shop s;
    std::vector<order_id> all{s.order({{hat, {2}}}), s.order({{mug, {1}}}), s.order({{tv, {2}}}),
                              s.order({{hat, {1}}, {tv, {1}}, {mug, {1}}}, none<place_id>)};
    for (const order_id o : all) static_cast<void>(s.sourced(o));
    const auto hash = s.on.state_hash();
    std::vector<std::string> before;
    for (const order_id o : all) before.push_back(s.told(o));
    const auto rows = s.on.decisions({}, 100);
    REQUIRE(rows);
    CHECK(rows->rows.size() == 4);
    REQUIRE(s.on.flush(journal::durability::memory));
    const engine again{s.settings()};
    CHECK(again.state_hash() == hash);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(again.explain(all[i])->words == before[i]);
        const auto d = again.decision(all[i]);
        REQUIRE(d);
        CHECK(d->chosen.parts.empty() == (i == 3));
    }
    CHECK(again.check_invariants().empty());
    CHECK(again.audit()->clean());
}

TEST_CASE("a policy that does not say where its numbers come from is refused in words") {
    shop s;
    std::vector<std::string> findings;
    const auto refused =
        s.on.activate({}, "policy = 'p'\ncurrency = 'EUR'\nrank = ['zone']\n", &findings);
    CHECK(refused.error().code == error_code::bad_policy);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front() ==
          "ranking by 'zone' needs the zones of [costs.parcel]; give them, or rank by 'distance'");
}

}  // namespace earmark
