// Which hours and which lane hold, beside a search through all rows.
#include "earmark/promise/tables.hpp"

#include <doctest/doctest.h>

#include <map>
#include <tuple>

namespace earmark {
namespace {

struct numbers {
    std::uint32_t seed = 1;
    std::uint32_t below(std::uint32_t n) {
        seed = seed * 1'664'525u + 1'013'904'223u;
        return (seed >> 8) % n;
    }
    /// An id below n, or none.
    template <class Id>
    Id id(std::uint32_t n) {
        const std::uint32_t k = below(n + 1);
        return k == n ? none<Id> : Id(static_cast<std::underlying_type_t<Id>>(k));
    }
};

/// The row that fits with the most that it names: the service first, then the place, then the node;
/// then the nearest ring.
const lane_facts* searched(const std::vector<lane_facts>& all, const date_question& q) {
    const lane_facts* best = nullptr;
    const auto rank = [](const lane_facts& l) {
        return std::tuple{l.service == none<service_id>, l.place == none<place_id>,
                          l.node == none<node_id>, l.up_to};
    };
    for (const lane_facts& l : all) {
        const bool fits = (l.service == none<service_id> || l.service == q.service) &&
                          (l.place == none<place_id> || l.place == q.place) &&
                          (l.node == none<node_id> || l.node == q.node) && q.metres <= l.up_to;
        if (fits && (best == nullptr || rank(l) < rank(*best))) best = &l;
    }
    return best;
}

}  // namespace

TEST_CASE("the lane that holds is the one that names most, in the nearest ring") {
    for (std::uint32_t round = 1; round <= 60; ++round) {
        numbers any{round};
        date_tables tables;
        std::map<std::tuple<service_id, place_id, node_id, std::uint32_t>, lane_facts> rows;
        for (std::uint32_t i = any.below(20); i > 0; --i) {
            lane_facts l{any.id<service_id>(3),
                         any.id<place_id>(3),
                         any.id<node_id>(3),
                         UINT32_MAX,
                         static_cast<std::int32_t>(any.below(9)),
                         none<calendar_id>};
            if (any.below(2) == 0) l.up_to = any.below(4) * 1'000;
            tables.set(l);
            rows.insert_or_assign({l.service, l.place, l.node, l.up_to}, l);
        }
        std::vector<lane_facts> all;
        for (const auto& [key, l] : rows) all.push_back(l);
        CHECK(tables.lanes().size() == all.size());
        for (int i = 0; i < 200; ++i) {
            const std::uint32_t far = any.below(4) == 0 ? UINT32_MAX : any.below(4'000);
            const date_question q{node_id{static_cast<std::uint16_t>(any.below(3))},
                                  any.id<service_id>(3),
                                  any.id<place_id>(3),
                                  far,
                                  {},
                                  {}};
            const lane_facts *const found = tables.lane_of(q), *const wanted = searched(all, q);
            REQUIRE((found == nullptr) == (wanted == nullptr));
            if (found == nullptr) continue;
            CHECK(found->transit == wanted->transit);
            CHECK(found->up_to == wanted->up_to);
        }
    }
}

TEST_CASE("hours of a service hold before those of all, and are replaced by their selectors") {
    date_tables tables;
    const node_id here{1};
    const service_id air{0}, ground{1};
    tables.set(hours_facts{here, none<service_id>, calendar_id{0}, none<calendar_id>, 1});
    CHECK(tables.hours_of(here, air)->processing == 1);
    tables.set(hours_facts{here, air, calendar_id{0}, none<calendar_id>, 2});
    CHECK(tables.hours_of(here, air)->processing == 2);
    CHECK(tables.hours_of(here, ground)->processing == 1);
    CHECK(tables.hours_of(here, none<service_id>)->processing == 1);
    tables.set(hours_facts{here, air, calendar_id{0}, none<calendar_id>, 3});
    CHECK(tables.hours_of(here, air)->processing == 3);
    CHECK(tables.hours().size() == 2);
    CHECK(tables.hours_of(node_id{0}, air) == nullptr);
}

TEST_CASE("a week of work is written back as rows that compile to the same days") {
    const std::vector<calendar_row> rows{{"k", "Europe/Berlin", 0b0011111, "14:05"},
                                         {"k", "Europe/Berlin", 0b0100000, ""}};
    const civil_day first = parse_day("2026-01-01").value(), last = first + 400;
    const auto again = rows_of("k", "Europe/Berlin", week_of(rows));
    CHECK(again.size() == 6);
    CHECK(numbers_of(*compile_calendar(again, {}, first, last)) ==
          numbers_of(*compile_calendar(rows, {}, first, last)));
    const std::vector<calendar_row> idle{{"k", "UTC", 0, ""}};
    const auto closed = rows_of("k", "UTC", week_of(idle));
    CHECK(compile_calendar(closed, {}, first, last)->next(first) == no_day);
}

TEST_CASE("the latest instant is the last that still has it at the door by the day") {
    const civil_day first{20'000};
    std::size_t found = 0, none_found = 0;
    for (std::uint32_t round = 1; round <= 200; ++round) {
        numbers any{round};
        date_tables tables;
        const auto add = [&](const char* key, bool always) {
            calendar_row r;
            r.key = key;
            r.zone = any.below(2) == 0 ? "America/New_York" : "UTC";
            r.weekdays = always ? every_day : static_cast<std::uint8_t>(1 + any.below(0x7F));
            if (any.below(2) == 0) r.cutoff = "14:00";
            auto days = compile_calendar({&r, 1}, {}, first, first + 60);
            REQUIRE(days);
            return tables.set(key, {0, week_of({&r, 1}), std::move(*days)});
        };
        const calendar_id work = add("work", any.below(3) == 0), pickup = add("pickup", false),
                          carrier = add("carrier", false), doors = add("doors", false);
        const auto maybe = [&](calendar_id c) { return any.below(2) == 0 ? c : none<calendar_id>; };
        service_facts by{maybe(carrier), maybe(doors), static_cast<std::int32_t>(any.below(5)) - 1};
        const service_id service = tables.set("ground", by);
        tables.set(hours_facts{node_id{0}, none<service_id>, work, maybe(pickup),
                               static_cast<std::int32_t>(any.below(4))});
        date_question q;
        q.node = node_id{0};
        q.service = service;
        for (std::int32_t d = -2; d < 63; d += 3) {
            const civil_day last = first + d;
            const auto at_the_door = [&](time_point t) {
                q.at = t;
                const auto dates = tables.dates(q);
                return dates && dates->delivery != no_day && dates->delivery <= last;
            };
            const auto latest = tables.latest(q, last);
            (latest ? found : none_found) += 1;
            if (latest) {
                CHECK(at_the_door({latest->ns - 1}));
                CHECK(!at_the_door(*latest));
            } else {
                CHECK(!at_the_door(midnight_utc(first)));
            }
        }
    }
    CHECK(found > 500);
    CHECK(none_found > 500);
    date_tables no_hours;
    CHECK(!no_hours.latest({}, first));
}

}  // namespace earmark
