// What a policy says of late days, of what stays at nodes, and of nodes by their keys, in a live
// engine: from the tables to the plan, its words, and the same after a restart.
#include <doctest/doctest.h>

#include <algorithm>

#include "dates_shop.hpp"
#include "earmark/engine/submit.hpp"
#include "earmark/report/frame.hpp"

namespace earmark {
namespace {

constexpr const char* noon = "2025-06-27T12:30:00Z";  // Berlin is too late, New York early

/// Both have hats, and neither costs more: the first by name has the order, unless it is late.
struct late_shop : dates_shop {
    explicit late_shop(const std::string& more = "") {
        go_by({},
              "policy = 'late'\ncurrency = 'EUR'\nrank = ['cost', 'priority']\n[costs]\n"
              "fixed_per_parcel = '4'\nextra_parcel = '3'\nlate_per_day = '5'\n" +
                  more);
    }
    order_id order(const char* by, std::int64_t hats = 1, std::int64_t mugs = 0) {
        std::vector<order_line> lines{{hat, {hats}, 0}};
        if (mugs > 0) lines.push_back({mug, {mugs}, 0});
        order_request r{lines, home, *currency::parse("EUR")};
        r.method = service("ground");
        if (by != nullptr) r.deliver_by = day(by);
        const auto placed = on.place_order({"o-" + std::to_string(number++), {}, at(noon)}, r);
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    plan source(order_id o) {
        const auto found = on.source({}, o);
        REQUIRE(found);
        const auto again = on.decision(o);
        REQUIRE(again);
        CHECK(again->chosen.cost == found->chosen.cost);  // from the record alone
        return found->chosen;
    }
    std::string told(order_id o) {
        const auto t = on.explain(o);
        REQUIRE(t);
        return t->words;
    }
};

bool says(const std::string& text, const std::string& what) {
    const bool found = text.find(what) != std::string::npos;
    if (!found) MESSAGE(text);
    return found;
}

}  // namespace

TEST_CASE(
    "a late day weighs as much as the policy says, by the day that delivers_by_promise uses") {
    late_shop s;
    const order_id tight = s.order("2025-07-02"), wide = s.order("2025-07-03"),
                   open = s.order(nullptr);
    const plan in_time = s.source(tight);
    CHECK(in_time.parts[0].node == late_shop::ny);
    CHECK(in_time.cost.late_days == 0);
    CHECK(in_time.cost.e4 == 40'000);
    CHECK(s.source(wide).parts[0].node == late_shop::berlin);
    CHECK(s.source(open).parts[0].node == late_shop::berlin);
    const auto rows = s.on.explain(tight)->rows;
    CHECK(std::any_of(rows.begin(), rows.end(), [](const auto& r) {
        return r.node == late_shop::berlin &&
               r.reason.find("5.00 EUR of it for 1 day late") != std::string::npos;
    }));
    const auto what = s.on.what_if(tight, late_shop::berlin);
    REQUIRE(what);
    CHECK(says(what->words, "if berlin delivered by 2025-07-02, and not by 2025-07-03"));
}

TEST_CASE("a plan that is late for all of its nodes says for how many days, and what they cost") {
    late_shop s;
    const order_id o = s.order("2025-07-01");
    const plan late = s.source(o);
    CHECK(late.parts[0].node == late_shop::ny);
    CHECK(late.cost.late_days == 1);
    CHECK(late.cost.e4 == 90'000);
    CHECK(says(s.told(o), "The last of it arrives 1 day after 2025-07-01, which adds 5.00 EUR."));
}

TEST_CASE("late days and extra parcels are weighed against each other, exactly") {
    late_shop s;  // mugs are in New York alone, which is two days late here
    const order_id both = s.order("2025-06-30", 1, 1);
    const plan one = s.source(both);  // the hat in time would not make the order so
    CHECK(one.cost.parcels == 1);
    CHECK(one.cost.late_days == 2);
    CHECK(one.cost.e4 == 40'000 + 100'000);
    CHECK(one.proof == quality::exact);
}

TEST_CASE("an amended day counts from the next decision on, and old decisions keep their own") {
    late_shop s;
    const order_id o = s.order("2025-07-02");
    const plan before = s.source(o);
    amend_request r;
    r.order = o;
    r.deliver_by = day("2025-07-04");
    REQUIRE(s.on.amend({}, r).first.why.code == error_code::ok);
    const auto again = s.on.decision(o);
    REQUIRE(again);
    CHECK(again->chosen.cost == before.cost);
    CHECK(again->chosen.parts[0].node == before.parts[0].node);
}

TEST_CASE("the table of decisions has the late days of each") {
    late_shop s;
    (void)s.source(s.order("2025-07-01"));
    (void)s.source(s.order("2025-07-04"));
    const auto decided = s.on.table("decisions");
    REQUIRE(decided);
    const auto* const column = decided->find("late_days");
    REQUIRE(column != nullptr);
    const auto days = std::get<report::numbers<std::int32_t>>(column->values).values();
    CHECK(std::vector<std::int32_t>(days.begin(), days.end()) == std::vector<std::int32_t>{1, 0});
}

TEST_CASE("the answer of submit names late days where there are any") {
    late_shop s;
    const auto place = [&](const char* key, const char* by) {
        return submit(s.on, std::string{R"({"verb":"place_order","key":")"} + key +
                                R"(","ship_to":"home","method":"ground","currency":"EUR",)" +
                                R"("now":"2025-06-27T12:30:00Z","deliver_by":")" + by +
                                R"(","lines":[{"sku":"hat","quantity":"1","unit_price":"1"}]})");
    };
    REQUIRE(says(place("x", "2025-07-01"), R"("ok":true)"));
    REQUIRE(says(place("y", "2025-07-04"), R"("ok":true)"));
    CHECK(says(submit(s.on, R"({"verb":"source","orders":["x"]})"), R"("late_days":1)"));
    CHECK(submit(s.on, R"({"verb":"source","orders":["y"]})").find("late_days") ==
          std::string::npos);
}

namespace {

struct kept_shop : kept_books {
    static constexpr sku_id coat{0}, mug{1};
    static constexpr node_id leeds{0}, hub{1}, acme{2};
    int number = 0;

    explicit kept_shop(const std::string& policy) {
        stock_up({}, {{"coat"}, {"mug"}},
                 {node("leeds", 0, node_kind::store), node("hub", 1),
                  node("acme", 2, node_kind::vendor)},
                 {{"coat", "leeds", {5}},
                  {"coat", "hub", {9}},
                  {"mug", "leeds", {5}},
                  {"mug", "hub", {9}},
                  {"coat", "acme", {50}}});
        REQUIRE(on.load({}, std::vector<place_row>{{"home", {}}}).accepted == 1);
        go_by({}, "policy = 'p'\ncurrency = 'GBP'\nrank = ['priority']\n" + policy);
    }
    order_id order(sku_id of, std::int64_t n, const std::string& category = "") {
        std::vector<order_line> lines{{of, {n}, 0}};
        std::vector<order_fact> facts;
        if (!category.empty()) facts.push_back({*on.find_attribute("line.category"), 1, category});
        order_request r{lines, place_id{0}, *currency::parse("GBP")};
        r.facts = facts;
        const auto placed = on.place_order({"o-" + std::to_string(number++), {}, {}}, r);
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    std::string from(sku_id of, std::int64_t n, const std::string& category = "") {
        const order_id o = order(of, n, category);
        REQUIRE(on.source({}, o));
        REQUIRE(on.explain(o));
        return where(o);
    }
};

constexpr const char* by_class =
    "[attributes]\n'line.category' = 'text'\n"
    "[keep_back]\nstore = 2\n'store + category:outerwear' = 4\n"
    "[[strategy]]\nname = 'small'\nwhen = 'units < 2'\nkeep_back = 'none'\n"
    "[[strategy]]\nname = 'all others'\n";

}  // namespace

TEST_CASE("a store keeps more of a class of goods, as long as its facts say so") {
    kept_shop s{by_class};
    CHECK(s.from(kept_shop::mug, 3) == "1 allocated leeds 3, ");  // two stay
    CHECK(s.from(kept_shop::coat, 3) == "1 allocated leeds 3, ");
    REQUIRE(s.on.load({}, std::vector<stock_row>{{"coat", "leeds", {3}}}).accepted == 1);
    REQUIRE(
        s.on.load({}, std::vector<fact_row>{{"coat", "line.category", "outerwear", {}}}).accepted ==
        1);
    CHECK(s.from(kept_shop::coat, 3) == "1 allocated hub 3, ");    // four of five stay
    CHECK(s.from(kept_shop::coat, 1) == "1 allocated leeds 1, ");  // its strategy keeps none
}

TEST_CASE("what an order says of its own line does not change what stays for others") {
    kept_shop s{by_class};
    REQUIRE(
        s.on.load({}, std::vector<fact_row>{{"coat", "line.category", "outerwear", {}}}).accepted ==
        1);
    CHECK(s.from(kept_shop::coat, 2, "socks") == "1 allocated hub 2, ");
    CHECK(s.from(kept_shop::mug, 3, "outerwear") == "1 allocated leeds 3, ");
}

TEST_CASE("a vendor is named by its key, and others of its kind are not asked") {
    kept_shop s{"[[strategy]]\nname = 's'\nfrom = ['supplier:acme']\n"};
    CHECK(s.from(kept_shop::coat, 2) == "1 allocated acme 2, ");
    CHECK(s.from(kept_shop::mug, 1) == "1 backordered - 1, ");
    s.go_by({},
            "policy = 'q'\ncurrency = 'GBP'\nrank = ['priority']\n[[strategy]]\nname = 's'\n"
            "from = ['node:hub']\n");
    CHECK(s.from(kept_shop::coat, 2) == "1 allocated hub 2, ");
}

TEST_CASE("a node that is not there is refused with its place, and nothing of the policy stays") {
    kept_shop s{by_class};
    const auto before = s.on.state_hash();
    const auto told = [&](const char* from) {
        std::vector<std::string> findings;
        const auto done = s.on.activate(
            {},
            std::string{"policy = 'q'\ncurrency = 'GBP'\nrank = ['priority']\n[attributes]\n"
                        "'line.new' = 'text'\n[[strategy]]\nname = 's'\nfrom = ['dc', '"} +
                from + "']\n",
            &findings);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == error_code::bad_policy);
        CHECK(done.error().row == 8);
        REQUIRE(findings.size() == 1);
        return findings[0];
    };
    CHECK(says(told("supplier:acne"),
               "policy.toml:8:15: error: unknown_node: there is no vendor 'acne'; load it before "
               "the policy; did you mean 'acme'?"));
    CHECK(says(told("supplier:hub"), "'hub' is a dc, not a vendor; write \"node:hub\""));
    CHECK(says(told("node:nowhere"), "there is no node 'nowhere'"));
    CHECK(s.on.state_hash() == before);
    CHECK_FALSE(s.on.find_attribute("line.new"));
}

TEST_CASE("after a restart a policy still knows the nodes that it names") {
    kept_shop s{"[[strategy]]\nname = 's'\nfrom = ['supplier:acme', 'node:hub']\n"};
    const order_id o = s.order(kept_shop::coat, 2);
    CHECK(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    REQUIRE(again.halted() == "");
    const auto found = again.source({}, o, true);
    REQUIRE(found);
    REQUIRE(found->chosen.parts.size() == 1);
    CHECK(found->chosen.parts[0].node == kept_shop::hub);
}

}  // namespace earmark
