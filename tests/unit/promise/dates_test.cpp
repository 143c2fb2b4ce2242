// The vectors of spec 2d, and a slow counting of days beside the tables.
#include "earmark/promise/dates.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "earmark/core/check.hpp"
#include "earmark/core/time_text.hpp"

namespace earmark {
namespace {

civil_day day(const char* text) { return parse_day(text).value(); }
time_point at(const char* text) { return parse_time(text).value(); }

calendar made(std::string zone, std::uint8_t weekdays, std::string cutoff = {},
              const std::vector<std::string>& holidays = {}) {
    const std::vector<calendar_row> rows{{"c", std::move(zone), weekdays, std::move(cutoff)}};
    std::vector<calendar_day_row> days;
    for (const std::string& h : holidays) days.push_back({"c", h});
    return compile_calendar(rows, days, day("2025-01-01"), day("2026-12-31")).value();
}
const calendar new_york = made("America/New_York", monday_to_friday, "14:00");

}  // namespace

TEST_CASE("spec 2d.1: transit days from the day after, then a day of delivery") {
    const calendar transit = made("UTC", monday_to_friday);
    const calendar delivers = made("UTC", every_day, {}, {"2025-07-01"});
    const calendar neither = made("UTC", monday_to_friday, {}, {"2025-07-01"});
    const civil_day thursday = day("2025-06-26");
    CHECK(delivery_day(thursday, {3, &transit, &delivers}) == day("2025-07-02"));
    CHECK(delivery_day(thursday, {3, &neither, &delivers}) == day("2025-07-02"));
    CHECK(delivery_day(thursday, {0, &neither, nullptr}) == thursday);
    CHECK(delivery_day(thursday, {3, nullptr, nullptr}) == day("2025-06-29"));
}

TEST_CASE("spec 2d.2: after the cut-off, past a pool that is full, over a holiday") {
    const time_point friday = at("2025-06-27T18:30:00Z");  // 14:30 in New York
    const calendar transit = made("UTC", monday_to_friday, {}, {"2025-07-04"});
    const std::int64_t units[] = {2, 100, 100};  // of Monday on: 98 of 100 are used
    const std::int64_t releases[] = {1, 40, 40};
    const civil_day monday = day("2025-06-30"), tuesday = day("2025-07-01");

    const capacity_track three_units[] = {{3, false, monday, units}};
    ship_terms by{&new_york, nullptr, 0, three_units};
    const auto d = promise_dates(friday, by, {3, &transit, nullptr});
    REQUIRE(d);
    CHECK(d->order == day("2025-06-27"));
    CHECK(d->in_time_for == monday);
    CHECK(d->work == tuesday);
    CHECK(d->ship == tuesday);
    CHECK(d->delivery == day("2025-07-07"));  // 2, 3, 7 July
    CHECK(d->order_within == at("2025-07-01T18:00:00Z"));

    const capacity_track one_release[] = {{1, false, monday, releases}};
    by.capacity = one_release;
    CHECK(ship_dates(friday, by)->ship == monday);
}

TEST_CASE("spec 2d: pick pools are of the work date, carrier pools of the ship date") {
    const time_point friday = at("2025-06-27T14:00:00Z");  // 10:00 in New York
    ship_terms by{&new_york, nullptr, 1};
    CHECK(ship_dates(friday, by)->work == day("2025-06-27"));
    CHECK(ship_dates(friday, by)->ship == day("2025-06-30"));
    const std::int64_t full[] = {0};
    const capacity_track pick[] = {{1, false, day("2025-06-27"), full}};
    by.capacity = pick;
    CHECK(ship_dates(friday, by)->work == day("2025-06-30"));
    CHECK(ship_dates(friday, by)->ship == day("2025-07-01"));
    const capacity_track carrier[] = {{1, true, day("2025-06-30"), full}};
    by.capacity = carrier;  // work waits for the carrier
    CHECK(ship_dates(friday, by)->work == day("2025-06-30"));
    CHECK(ship_dates(friday, by)->ship == day("2025-07-01"));
}

TEST_CASE("a carrier that comes on some days ships on those") {
    const calendar mondays = made("UTC", 1);
    const ship_terms by{&new_york, &mondays, 1};
    const auto d = ship_dates(at("2025-06-24T14:00:00Z"), by);  // a Tuesday
    CHECK(d->work == day("2025-06-24"));
    CHECK(d->ship == day("2025-06-30"));
}

TEST_CASE("a chain without a calendar, or with days below none, is misuse") {
    CHECK_THROWS_AS(static_cast<void>(ship_dates({}, {})), misuse);
    CHECK_THROWS_AS(static_cast<void>(ship_dates({}, {&new_york, nullptr, -1})), misuse);
    CHECK_THROWS_AS(static_cast<void>(delivery_day({5}, {-1, nullptr, nullptr})), misuse);
}

TEST_CASE("where no day would do, that is the answer") {
    const std::vector<std::int64_t> full(400, 0);
    const capacity_track pick[] = {{1, false, day("2025-06-01"), full}};
    ship_terms by{&new_york, nullptr, 0, pick, 10};
    const auto d = ship_dates(at("2025-06-23T14:00:00Z"), by);
    CHECK(d.error().code == error_code::no_date);
    CHECK(d.error().refs[0] == 9);  // Monday 23 June to Thursday 3 July
    by.capacity = {};
    CHECK(ship_dates(at("2026-12-31T20:00:00Z"), by).error().code == error_code::no_date);
    const lane_terms far{400, &new_york, nullptr};
    CHECK(promise_dates(at("2026-01-31T20:00:00Z"), by, far).error().code == error_code::no_date);
}

namespace {

/// Days of work at random, as a calendar and as a set.
struct random_days {
    std::set<std::int32_t> days;
    calendar as_calendar;

    random_days(std::mt19937& dice, civil_day from) : as_calendar{calendar::always(from, from)} {
        const std::vector<calendar_row> none{{"c", "UTC", 0}};
        std::vector<calendar_day_row> rows;
        for (std::int32_t n = 0; n < 200; ++n) {
            if (dice() % 3 == 0) continue;
            days.insert(from.n + n);
            rows.push_back({"c", to_string(from + n), true});
        }
        as_calendar = compile_calendar(none, rows, from, from + 199).value();
    }
    [[nodiscard]] std::int32_t first(std::int32_t d) const {
        while (!days.contains(d)) ++d;
        return d;
    }
    [[nodiscard]] std::int32_t after(std::int32_t d, std::int32_t n) const {
        for (; n > 0; --n) d = first(d + 1);
        return d;
    }
};

/// The work day by trying one after the other.
std::int32_t counted_work(std::int32_t today, const ship_terms& by, const random_days& works) {
    const capacity_track& t = by.capacity.front();
    for (std::int32_t work = works.first(today);; work = works.first(work + 1)) {
        const std::int32_t d = t.by_ship_day ? works.after(work, by.processing) : work;
        const std::int32_t i = d - t.first.n;
        if (i < 0 || i >= 60 || t.free[static_cast<std::size_t>(i)] >= t.needs) return work;
    }
}

}  // namespace

TEST_CASE("the chain is what counting days one by one gives") {
    std::mt19937 dice{11};
    const auto below = [&](std::uint32_t n) { return static_cast<std::int32_t>(dice() % n); };
    const civil_day from = day("2025-03-01");
    for (int round = 0; round < 400; ++round) {
        const random_days works{dice, from}, carries{dice, from}, delivers{dice, from};
        std::vector<std::int64_t> free(60);
        for (auto& f : free) f = below(4);
        const capacity_track tracks[] = {{2, below(2) == 0, from + below(20), free}};
        const ship_terms by{&works.as_calendar, nullptr, below(4), tracks, 150};
        const lane_terms over{below(6), &carries.as_calendar, &delivers.as_calendar};
        const civil_day today = from + below(40);

        const std::int32_t work = counted_work(today.n, by, works);
        const std::int32_t ship = works.after(work, by.processing);
        const auto d = promise_dates({std::int64_t{today.n} * 86'400'000'000'000 + 5}, by, over);
        REQUIRE(d);
        CHECK(d->work.n == work);
        CHECK(d->ship.n == ship);
        CHECK(d->delivery.n == delivers.first(carries.after(ship, over.transit)));
        // Whoever orders just before "order within" gets the same days; at it, later ones.
        const auto before = promise_dates({d->order_within.ns - 1}, by, over);
        REQUIRE(before);
        CHECK(before->ship == d->ship);
        const auto late = ship_dates(d->order_within, by);
        if (late) CHECK(late->work > d->work);
    }
}

}  // namespace earmark
