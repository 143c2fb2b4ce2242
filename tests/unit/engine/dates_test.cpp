// Calendars, services, hours and lanes through the engine: promises, what a journal keeps of them,
// and what is refused.
#include "earmark/model/dates.hpp"

#include <doctest/doctest.h>

#include "dates_shop.hpp"

namespace earmark {
namespace {

using shop = dates_shop;

error why(shop& s, const calendar_row& r) {
    const auto report = s.tried(std::vector{r});
    REQUIRE(report.rejected.size() == 1);
    CHECK(report.accepted == 0);
    return report.rejected[0].why;
}

}  // namespace

TEST_CASE("a promise follows the node's clock, its cut-off and the carrier's days") {
    shop s;
    const date_chain early = s.dates(shop::ny, "2025-06-27T17:59:59.999999999Z", "ground");
    CHECK(early.ship == day("2025-06-27"));
    CHECK(early.order_within == at("2025-06-27T18:00:00Z"));
    CHECK(early.delivery == day("2025-07-02"));                                   // 30, 1, 2
    const date_chain late = s.dates(shop::ny, "2025-06-27T18:00:00Z", "ground");  // 14:00:00
    CHECK(late.order == day("2025-06-27"));
    CHECK(late.ship == day("2025-06-30"));
    CHECK(late.order_within == at("2025-06-30T18:00:00Z"));
    CHECK(late.delivery == day("2025-07-03"));
}

TEST_CASE("a holiday blocks transit or delivery, as its calendar says") {
    shop s;
    s.load(std::vector<calendar_day_row>{{"carrier", "2025-07-01"}});
    // Shipped Thursday 26 June, three days in transit: Wednesday 2 July, either way.
    CHECK(s.dates(shop::ny, "2025-06-26T10:00:00Z", "ground").delivery == day("2025-07-02"));
    s.load(std::vector<calendar_row>{shop::row("carrier", "UTC", "")});  // its holidays go with it
    CHECK(s.dates(shop::ny, "2025-06-26T10:00:00Z", "ground").delivery == day("2025-07-01"));
    s.load(std::vector<service_row>{{"ground", "carrier", "doors", 3}});
    CHECK(s.dates(shop::ny, "2025-06-26T10:00:00Z", "ground").delivery == day("2025-07-02"));
    s.load(std::vector<calendar_day_row>{{"carrier", "2025-07-04"}});
    CHECK(s.dates(shop::ny, "2025-07-01T10:00:00Z", "ground").delivery == day("2025-07-07"));
}

TEST_CASE("clocks are put on and a cut-off goes with them") {
    shop s;
    CHECK(s.dates(shop::berlin, "2025-03-28T12:30:00Z", "air").in_time_for == day("2025-03-28"));
    CHECK(s.dates(shop::berlin, "2025-03-31T12:30:00Z", "air").in_time_for == day("2025-04-01"));
    CHECK(s.dates(shop::berlin, "2025-10-24T12:30:00Z", "air").in_time_for == day("2025-10-27"));
    CHECK(s.dates(shop::berlin, "2025-10-27T12:30:00Z", "air").in_time_for == day("2025-10-27"));
}

TEST_CASE("processing days are days of work, and a service may have hours of its own") {
    shop s;
    s.load(std::vector<hours_row>{{"ny", "air", "ny", {}, 1}});
    const date_chain air = s.dates(shop::ny, "2025-06-27T14:00:00Z", "air");
    CHECK(air.work == day("2025-06-27"));
    CHECK(air.ship == day("2025-06-30"));
    CHECK(air.delivery == day("2025-07-03"));  // 1, 2, 3: the door's holiday is no day of transit
    CHECK(s.dates(shop::ny, "2025-06-27T14:00:00Z", "ground").ship == day("2025-06-27"));
}

TEST_CASE("of several lanes the narrowest holds, and of rings the nearest that reaches") {
    shop s;
    const command c{};
    std::vector<node_row> nodes(1);
    nodes[0].key = "leeds";
    nodes[0].at = geo_point{50.0, 0.0};
    REQUIRE(s.on.load(c, nodes).accepted == 1);
    REQUIRE(s.on.load(c, std::vector<place_row>{{"near", geo_point{50.5, 0.0}},  // 55.6 km
                                                {"far", geo_point{55.0, 0.0}}})  // 556 km
                .accepted == 2);
    REQUIRE(s.on.load(c, std::vector<stock_row>{{"hat", "leeds", {5}}}).accepted == 1);
    s.load(std::vector<hours_row>{{"leeds", {}, "berlin"}});
    s.load(std::vector<lane_row>{{{}, {}, {}, {}, 9, {}},
                                 {{}, "leeds", {}, 100'000, 1, {}},
                                 {{}, "leeds", {}, 1'000'000, 4, {}},
                                 {"air", {}, "far", {}, 2, {}}});
    const auto days = [&](const char* place, std::string_view by) {
        const std::vector<order_line> lines{{shop::hat, {1}, 0}};
        promise_request r;
        r.order = {lines, *s.on.find_place(place), *currency::parse("EUR")};
        if (!by.empty()) r.order.method = s.service(by);
        r.at = at("2025-03-03T09:00:00Z");
        const auto found = s.on.promise(r);
        REQUIRE(found);
        const promise_option& o = found->options.back();
        REQUIRE(o.why.code == error_code::ok);
        return o.dates.delivery.n - o.dates.ship.n;
    };
    CHECK(days("near", {}) == 1);
    CHECK(days("far", {}) == 4);
    CHECK(days("home", {}) == 9);  // of unknown distance: in no ring
    CHECK(days("far", "air") == 2);
    CHECK(days("near", "air") == 1);
    s.load(std::vector<lane_row>{{{}, "leeds", {}, 100'000, 3, {}}});  // in place of the first ring
    CHECK(days("near", {}) == 3);
}

TEST_CASE("a promise names the plan's dates, and says why there are none") {
    shop s;
    const position head = s.on.head();
    const auto found = s.ask("2025-06-27T12:00:00Z", "ground");
    REQUIRE(found);
    CHECK(found->options.size() == 2);
    REQUIRE(found->parts.size() == 1);
    CHECK(found->why.code == error_code::ok);
    CHECK(found->chosen.parts[0].node == shop::berlin);  // "berlin" stands before "ny"
    CHECK(found->whole == found->parts[0]);
    CHECK(found->whole.ship == day("2025-06-30"));  // 14:00 in Berlin is the cut-off
    CHECK(s.on.head() == head);

    const auto none = s.ask("2025-06-27T12:00:00Z", "nowhere");
    REQUIRE(none);
    CHECK(none->options[0].why.code == error_code::no_hours);
    CHECK(none->why.code == error_code::no_hours);
    const auto never_there = s.ask("2026-06-27T12:00:00Z", "ground");
    CHECK(never_there->options[0].why.code == error_code::no_date);
    CHECK(s.ask("2025-06-27T12:00:00Z", "ground", 5'000)->chosen.covers == coverage::none);
    CHECK(s.ask("2025-06-27T12:00:00Z", "ground", 0).error().code == error_code::bad_quantity);
}

TEST_CASE("two nodes' parts are promised together: the last day, the first cut-off") {
    shop s;
    const std::vector<order_line> lines{{shop::hat, {1}, 0}, {shop::mug, {1}, 0}};
    promise_request r;
    r.order = {lines, shop::home, *currency::parse("EUR"), 0};
    r.order.method = s.service("ground");
    r.at = at("2025-06-27T12:30:00Z");  // in Berlin too late, in New York early
    REQUIRE(s.on.activate({}, "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"priority\"]\n"));
    REQUIRE(s.on.adjust({}, {shop::hat, shop::ny, {-1'000}, adjust_reason::count}));
    const auto found = s.on.promise(r);
    REQUIRE(found);
    REQUIRE(found->parts.size() == 2);
    CHECK(found->whole.ship == day("2025-06-30"));
    CHECK(found->whole.order_within == at("2025-06-27T18:00:00Z"));
    CHECK(found->whole.delivery == day("2025-07-03"));
}

TEST_CASE("a calendar that cannot be is refused, and what stands stays") {
    shop s;
    const date_chain before = s.dates(shop::ny, "2025-06-27T12:00:00Z", "ground");
    calendar_row r = shop::row("ny", "Europe/Nowhere", "14:00");
    CHECK(why(s, r).refs[0] == 1);
    r.zone = "America/New_York";
    r.weekdays = 0xFF;
    CHECK(why(s, r).refs[0] == 2);
    r.weekdays = monday_to_friday;
    r.cutoff = "25:00";
    CHECK(why(s, r).refs[0] == 3);
    r.cutoff = "";
    r.last = day("2050-01-01");
    CHECK(why(s, r).refs[0] == 5);
    r.last = no_day;
    CHECK(why(s, r).refs[0] == 5);
    r.key = std::string(256, 'k');
    CHECK(why(s, r).code == error_code::key_too_long);
    const auto days = s.tried(std::vector<calendar_day_row>{
        {"ny", "2025-06-27"}, {"no such", "2025-06-27"}, {"ny", "2027-01-01"}});
    CHECK(days.accepted == 0);
    REQUIRE(days.rejected.size() == 2);
    CHECK(days.rejected[0].row == 3);  // and with it what else was said of that calendar
    CHECK(days.rejected[1].why.code == error_code::unknown_calendar);
    CHECK(s.dates(shop::ny, "2025-06-27T12:00:00Z", "ground") == before);
}

TEST_CASE("rows of dates that name what is not there are refused one by one") {
    shop s;
    const auto code = [&](const auto& row) {
        const auto report = s.tried(std::vector{row});
        return report.rejected.empty() ? error_code::ok : report.rejected[0].why.code;
    };
    CHECK(code(service_row{"", {}, {}, 1}) == error_code::empty_key);
    CHECK(code(service_row{"s", "x", {}, 1}) == error_code::unknown_calendar);
    CHECK(code(service_row{"s", {}, {}, 1'001}) == error_code::out_of_range);
    CHECK(code(hours_row{"x", {}, "ny"}) == error_code::unknown_node);
    CHECK(code(hours_row{"ny", "x", "ny"}) == error_code::unknown_service);
    CHECK(code(hours_row{"ny", {}, ""}) == error_code::unknown_calendar);
    CHECK(code(hours_row{"ny", {}, "ny", {}, -1}) == error_code::out_of_range);
    CHECK(code(lane_row{"x", {}, {}, {}, 1, {}}) == error_code::unknown_service);
    CHECK(code(lane_row{{}, "x", {}, {}, 1, {}}) == error_code::unknown_node);
    CHECK(code(lane_row{{}, {}, "x", {}, 1, {}}) == error_code::unknown_place);
    CHECK(code(lane_row{{}, {}, {}, -1, 1, {}}) == error_code::out_of_range);
    CHECK(code(lane_row{{}, {}, {}, {}, -1, {}}) == error_code::out_of_range);
    CHECK(code(lane_row{{}, {}, {}, {}, 1, "x"}) == error_code::unknown_calendar);
}

TEST_CASE("an order keeps its method and its day, also in a journal, and they are its content") {
    shop s;
    const std::vector<order_line> lines{{shop::hat, {1}, 0}};
    order_request r{lines, shop::home, *currency::parse("EUR")};
    const auto plain = s.on.place_order({"o-1", {}, {}}, r);
    r.method = s.service("air");
    r.deliver_by = day("2025-07-02");
    const auto dated = s.on.place_order({"o-2", {}, {}}, r);
    REQUIRE(dated.first.why.code == error_code::ok);
    CHECK(s.on.place_order({"o-2", {}, {}}, r).first.what == outcome::repeat);
    const auto seen = s.on.order(order_id{dated.first.subject});
    CHECK(seen->method == r.method);
    CHECK(seen->deliver_by == r.deliver_by);
    CHECK(s.on.order(order_id{plain.first.subject})->method == none<service_id>);
    r.deliver_by = day("2025-07-03");
    CHECK(s.on.place_order({"o-2", {}, {}}, r).first.why.code == error_code::duplicate_key);
    r.method = service_id{9};
    const auto wrong = s.on.place_order({"o-3", {}, {}}, r);
    CHECK(wrong.violations[0].code == error_code::unknown_service);
    REQUIRE(s.on.flush(journal::durability::memory));
    const engine again{s.settings()};
    CHECK(again.order(order_id{dated.first.subject})->deliver_by == day("2025-07-02"));
    CHECK(again.order(order_id{dated.first.subject})->method == s.service("air"));
}

TEST_CASE("a recovered engine promises the same, from what was compiled") {
    shop s;
    s.load(std::vector<calendar_day_row>{{"ny", "2025-12-24", true, "10:00"}});
    s.load(std::vector<lane_row>{{"ground", "ny", "home", 5'000, 2, "doors"}});
    REQUIRE(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    const std::vector<order_line> lines{{shop::hat, {1}, 0}};
    promise_request r;
    r.order = {lines, shop::home, *currency::parse("EUR")};
    r.order.method = s.service("ground");
    for (std::int32_t h = 0; h < 24 * 300; h += 13) {
        r.at = at("2025-01-02T00:00:00Z") + seconds(std::int64_t{h} * 3'600);
        const auto live = s.on.promise(r), later = again.promise(r);
        REQUIRE(live->options.size() == later->options.size());
        for (std::size_t i = 0; i < live->options.size(); ++i) {
            CHECK(live->options[i].dates == later->options[i].dates);
            CHECK(live->options[i].why.code == later->options[i].why.code);
        }
    }
}

}  // namespace earmark
