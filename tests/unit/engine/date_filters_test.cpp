// Filters by dates: strategies that source only from nodes that work today, or that keep the
// order's last day.
#include <doctest/doctest.h>

#include <algorithm>

#include "dates_shop.hpp"

namespace earmark {
namespace {

constexpr const char* in_time = R"(
policy   = "dates"
currency = "EUR"
rank     = ["priority"]

[[strategy]]
name    = "in time"
require = ["delivers_by_promise"]
outcome = { none = "next" }

[[strategy]]
name    = "late"
when    = 'units > 5'
)";

/// Berlin comes first by name, and closes five hours before New York.
struct shop : dates_shop {
    explicit shop(const char* policy) {
        std::vector<std::string> findings;
        const auto active = on.activate({}, policy, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(active);
    }
    order_id order(const char* when, const char* by, std::int64_t hats = 1) {
        const std::vector<order_line> lines{{hat, {hats}, 0}};
        order_request r{lines, home, *currency::parse("EUR")};
        r.method = service("ground");
        if (by != nullptr) r.deliver_by = day(by);
        const auto placed = on.place_order({"o-" + std::to_string(number++), {}, at(when)}, r);
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    sourced source(order_id o) {
        const auto found = on.source({}, o);
        REQUIRE(found);
        const auto again = on.decision(o);
        REQUIRE(again);
        CHECK(again->chosen.parts.size() == found->chosen.parts.size());
        return *found;
    }
    std::string verdict(order_id o, node_id n) {
        const auto told = on.explain(o);
        REQUIRE(told);
        for (const auto& row : told->rows)
            if (row.node == n) return row.verdict + ": " + row.reason;
        return {};
    }
};
constexpr const char* noon = "2025-06-27T12:30:00Z";  // Berlin is too late, New York early

}  // namespace

TEST_CASE("only nodes that are at the door in time serve the order") {
    shop s{in_time};
    const order_id tight = s.order(noon, "2025-07-02"), wide = s.order(noon, "2025-07-03"),
                   open = s.order(noon, nullptr);
    CHECK(s.source(tight).chosen.parts[0].node == shop::ny);
    CHECK(s.source(wide).chosen.parts[0].node == shop::berlin);
    CHECK(s.source(open).chosen.parts[0].node == shop::berlin);
    CHECK(s.verdict(tight, shop::berlin) ==
          "filtered: The filter 'delivers_by_promise' does not let berlin through.");
}

TEST_CASE("what nobody can deliver in time waits, or goes on to the next strategy") {
    shop s{in_time};
    const order_id few = s.order(noon, "2025-07-01"), many = s.order(noon, "2025-07-01", 6);
    CHECK(s.source(few).first.what == outcome::backordered);
    CHECK(s.source(many).chosen.parts[0].node == shop::berlin);
}

TEST_CASE("a filter may say its rule of dates, with conditions of its own") {
    shop s{R"(
policy   = "dates"
currency = "EUR"
rank     = ["priority"]

[[filter]]
name  = "today"
when  = 'units < 3'
dates = "open_calendar"

[[strategy]]
name    = "all"
require = ["today"]
)"};
    const order_id one = s.order(noon, nullptr), three = s.order(noon, nullptr, 3);
    CHECK(s.source(one).chosen.parts[0].node == shop::ny);
    CHECK(s.source(three).chosen.parts[0].node == shop::berlin);
    const order_id night = s.order("2025-06-27T19:00:00Z", nullptr);
    CHECK(s.source(night).first.what == outcome::backordered);
}

TEST_CASE("a preference of dates is given up where it leaves something unserved") {
    shop s{R"(
policy   = "dates"
currency = "EUR"
rank     = ["priority"]

[[strategy]]
name   = "all"
prefer = ["delivers_by_promise"]
)"};
    CHECK(s.source(s.order(noon, "2025-07-02")).chosen.parts[0].node == shop::ny);
    CHECK(s.source(s.order(noon, "2025-06-01")).chosen.parts[0].node == shop::berlin);
}

TEST_CASE("a day whose pool is full is no day to deliver from") {
    shop s{R"(
policy   = "dates"
currency = "EUR"
rank     = ["priority"]

[[strategy]]
name    = "in time"
require = ["delivers_by_promise"]
)"};
    pool_row fri;
    fri.key = "fri";
    fri.amount = {3};
    fri.per_unit = {1};
    fri.node = "ny";
    fri.day = pool_day::work;
    fri.from = midnight_utc(day("2025-06-27"));
    fri.until = midnight_utc(day("2025-06-28"));
    s.load(std::vector{fri});
    const order_id a = s.order(noon, "2025-07-02", 2), b = s.order(noon, "2025-07-02", 2),
                   c = s.order(noon, "2025-07-02", 1);
    CHECK(s.source(a).chosen.parts[0].node == shop::ny);
    CHECK(s.source(b).first.what == outcome::backordered);  // on Monday it would be late
    CHECK(s.verdict(b, shop::ny) ==
          "no_capacity: ny has not enough room for it on any of its days.");
    CHECK(s.source(c).chosen.parts[0].node == shop::ny);
    REQUIRE(s.on.cancel({}, {a, 0, {}, 0}));
    CHECK(s.source(b).chosen.parts[0].node == shop::ny);
}

TEST_CASE("the rules of dates are spelled in one way, and others are named") {
    std::vector<std::string> findings;
    shop s{in_time};
    CHECK(!s.on.activate({}, R"(policy = "p"
currency = "EUR"
rank = ["priority"]
[[filter]]
name = "x"
dates = "opn_calendar"
[[strategy]]
name = "s"
require = ["x", "delivers_by_promis"]
)",
                         &findings));
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].find("did you mean 'open_calendar'?") != std::string::npos);
}

}  // namespace earmark
