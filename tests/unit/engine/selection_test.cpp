// Selection: which orders fit, and that their sequence is total, stands still and starves nobody.
#include "earmark/engine/selection.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "amend_shop.hpp"
#include "dates_shop.hpp"

namespace earmark {
namespace {

using namespace amending;

struct asked_shop : shop {
    using shop::shop;
    /// The keys of the orders, in sequence.
    std::string list(const order_filter& f = {}, const queue_rules& rules = {},
                     std::size_t limit = 100) const {
        const auto found = select(on, f, rules, limit);
        REQUIRE(found);
        std::string out;
        for (const selected_order& o : found->orders) out += on.order(o.at.order)->key + ' ';
        return out;
    }
    order_id placed(std::uint8_t priority, std::int64_t later_s, const char* day = nullptr) {
        const order_line l{hat, {1}, 500};
        order_request r{{&l, 1}, none<place_id>, *currency::parse("USD"), priority};
        if (day != nullptr) r.deliver_by = *parse_day(day);
        now = now + seconds(later_s);
        return order_id{on.place_order(at("p" + std::to_string(++number)), r).first.subject};
    }
    error_code why(const order_filter& f, const queue_rules& rules = {}) const {
        return select(on, f, rules).error().code;
    }
};

}  // namespace

TEST_CASE("OM-11: escalated, then when it is due, then priority, then when it was placed") {
    asked_shop s;                  // Friday 2027-01-15, 08:00 UTC
    s.placed(0, 0);                // p1, due in 48 hours
    s.placed(0, 0);                // p2, the same
    s.placed(1, 3'600);            // p3, an hour later and an hour more urgent: the same instant
    s.placed(2, 0);                // p4, an hour before them
    s.placed(0, 0, "2027-01-18");  // p5, due on the 16th
    s.placed(250, 0);              // p6, escalated
    s.placed(100, 0);              // p7, due at once
    CHECK(s.list() == "p6 p7 p5 p4 p3 p1 p2 ");
    const auto found = select(s.on, {});
    CHECK(found->matched == 7);
    CHECK(found->orders[0].at.due == s.now);
    CHECK(found->orders[2].at.due == midnight_utc(*parse_day("2027-01-16")));
    CHECK(found->orders[5].at.due == monday + seconds(172'800));
    queue_rules by;
    by.step_s = 0;
    by.lead_days = 0;
    by.escalated_from = 255;
    CHECK(s.list({}, by) == "p1 p2 p6 p7 p4 p3 p5 ");
}

TEST_CASE("OM-11: two reads of a queue agree, and who waits is overtaken for a time only") {
    asked_shop s;
    s.placed(0, 0);
    for (int i = 0; i < 60; ++i) s.placed(10, 3'600);
    const std::string first = s.list();
    s.now = s.now + seconds(86'400);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.list() == first);
    CHECK(first.find("p1 ") == first.find("p12 ") - 3);  // those placed 10 hours later or more
    CHECK(s.list({}, {}, 3) == "p2 p3 p4 ");
    CHECK(select(s.on, {}, {}, 3)->matched == 61);
    CHECK(select(s.on, {}, {}, 0)->orders.empty());
}

TEST_CASE("a filter's state, SKU and node are about the same units") {
    asked_shop s;
    const order_id a = s.sourced({{hat, {2}, 500}, {mug, {1}, 300}});
    const order_id b = s.order({{mug, {1}, 300}});
    CHECK(s.list({.state = unit_state::allocated}) == "o1 ");
    CHECK(s.list({.state = unit_state::open, .sku = mug}) == "o2 ");
    CHECK(s.list({.sku = mug}) == "o1 o2 ");
    CHECK(s.list({.node = north}) == "o1 ");
    CHECK(s.list({.state = unit_state::open, .node = north}) == "");
    CHECK(s.list({.sku = hat, .node = south}) == "");
    CHECK(select(s.on, {.node = north})->orders[0].lines == 2);
    REQUIRE(s.on.release(s.at(), a));
    s.records(a, ship, 2);
    CHECK(select(s.on, {.state = unit_state::released})->orders[0].lines == 1);
    s.records(a, deliver, 2);
    s.records(a, ship, 1, 2);
    s.records(a, deliver, 1, 2);
    CHECK(s.list() == "o2 ");
    CHECK(s.list({.state = unit_state::delivered}) == "o1 ");
    REQUIRE(s.on.cancel(s.at(), {b}));
    CHECK(s.list() == "");
    CHECK(s.list({.state = unit_state::cancelled}) == "o2 ");
}

TEST_CASE("a filter asks for holds, for instants and by condition") {
    asked_shop s;
    const auto risk = *s.on.find_attribute("customer.risk");
    const order_id a = s.order({{hat, {2}, 500}}, {{risk, 0, "7"}});
    s.now = s.now + seconds(10);
    const order_id b = s.order({{mug, {1}, 300}}, {{risk, 0, "2"}});
    const auto number = s.hold(a, "fraud");
    CHECK(s.list({.hold = s.type("fraud")}) == "o1 ");
    CHECK(s.list({.hold = s.type("credit")}) == "");
    CHECK(s.list({.held = true}) == "o1 ");
    CHECK(s.list({.held = false}) == "o2 ");
    CHECK(s.answer(a, number) == ok);
    CHECK(s.list({.hold = s.type("fraud")}) == "");
    CHECK(s.list({.held = true}) == "");
    CHECK(s.list({.placed_from = s.now}) == "o2 ");
    CHECK(s.list({.placed_before = s.now}) == "o1 ");
    CHECK(s.list({.due_before = s.now + seconds(172'800)}) == "o1 ");
    CHECK(s.list({.type = order_type::sales}) == "o1 o2 ");
    CHECK(s.list({.type = order_type::transfer}) == "");
    CHECK(s.list({.where = "customer.risk > 5"}) == "o1 ");
    CHECK(s.list({.where = "any(line.sku == \"mug\")"}) == "o2 ");
    CHECK(s.list({.where = "goods_value >= \"10.00\""}) == "o1 ");
    CHECK(s.list({.where = "goods_value >= \"10.00\"", .held = true}) == "");
    CHECK(b == order_id{1});
}

TEST_CASE("a filter that cannot be read is refused, and says where and why") {
    asked_shop s;
    std::string problem;
    const auto found = select(s.on, {.where = "customer.rsik > 5"}, {}, 1, &problem);
    CHECK(found.error().code == bad_condition);
    CHECK(found.error().refs[0] == 0);
    CHECK(problem.find("customer.risk") != std::string::npos);
    CHECK(select(s.on, {.where = "priority > "}).error().refs[0] == 11);
    CHECK(s.why({.sku = sku_id{99}}) == unknown_sku);
    CHECK(s.why({.node = node_id{99}}) == unknown_node);
    CHECK(s.why({.hold = hold_type_id{99}}) == unknown_hold_type);
    CHECK(s.why({}, {.allowance_s = -1}) == out_of_range);
    CHECK(s.why({}, {.step_s = max_queue_seconds + 1}) == out_of_range);
    CHECK(s.why({}, {.lead_days = 10'001}) == out_of_range);
    CHECK(s.why({}, {.allowance_s = max_queue_seconds, .step_s = max_queue_seconds}) == ok);
}

TEST_CASE("of many orders the first by the sequence are kept, whichever come first") {
    asked_shop s;
    std::uint32_t seed = 7;
    std::vector<queue_key> all;
    for (int i = 0; i < 4'000; ++i) {
        seed = seed * 1'664'525u + 1'013'904'223u;
        const auto priority = static_cast<std::uint8_t>(seed >> 24);
        const order_id o = s.placed(priority, seed >> 8 & 0x3FF);
        all.push_back({priority >= 250,
                       s.now + seconds(std::max(0, 172'800 - 3'600 * int{priority})), priority,
                       s.now, o});
    }
    std::sort(all.begin(), all.end());
    for (const std::size_t limit : {1u, 10u, 1'500u, 3'999u, 5'000u}) {
        const auto found = select(s.on, {}, {}, limit);
        REQUIRE(found->orders.size() == std::min<std::size_t>(limit, 4'000));
        bool same = true;
        for (std::size_t i = 0; i < found->orders.size(); ++i)
            same = same && found->orders[i].at == all[i];
        CHECK(same);
    }
}

TEST_CASE("an order is due at the last cut-off that keeps its last day, by node and service") {
    dates_shop s;
    const auto place = [&](const char* service, const char* by, node_id from) {
        const order_line l{dates_shop::hat, {1}, 0, from};
        order_request r{{&l, 1}, dates_shop::home, *currency::parse("EUR")};
        r.method = s.service(service);
        r.deliver_by = day(by);
        const std::string key = "d" + std::to_string(++s.number);
        return order_id{s.on.place_order({key, {}, at("2025-06-20T10:00:00Z")}, r).first.subject};
    };
    const auto due = [&](order_id o) {
        const auto found = select(s.on, {});
        for (const selected_order& x : found->orders)
            if (x.at.order == o) return to_string(x.at.due);
        return std::string{"none"};
    };
    // Monday 7 July, three days of a carrier that rests on the 4th: it ships on the 1st by 14:00
    // of New York, which is 18:00 UTC; a day earlier is no day of the carrier's.
    const order_id a = place("ground", "2025-07-07", dates_shop::ny);
    CHECK(due(a) == "2025-07-05T00:00:00Z");  // nobody has its goods yet
    REQUIRE(s.on.source({{}, {}, at("2025-06-20T10:00:00Z")}, a));
    CHECK(due(a) == "2025-07-01T18:00:00Z");
    const order_id b = place("ground", "2025-07-06", dates_shop::ny);
    REQUIRE(s.on.source({{}, {}, at("2025-06-20T10:00:00Z")}, b));
    CHECK(due(b) == "2025-06-30T18:00:00Z");
    const order_id c = place("air", "2025-07-02", dates_shop::berlin);
    REQUIRE(s.on.source({{}, {}, at("2025-06-20T10:00:00Z")}, c));
    CHECK(due(c) == "2025-06-27T12:00:00Z");
    const order_id d = place("nowhere", "2025-07-02", dates_shop::berlin);
    REQUIRE(s.on.source({{}, {}, at("2025-06-20T10:00:00Z")}, d));
    CHECK(due(d) == "2025-06-30T00:00:00Z");  // nobody says how long it travels
}

}  // namespace earmark
