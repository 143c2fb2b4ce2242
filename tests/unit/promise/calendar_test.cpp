#include "earmark/promise/calendar.hpp"

#include <doctest/doctest.h>

#include "earmark/core/time_text.hpp"

namespace earmark {
namespace {

civil_day day(const char* text) { return parse_day(text).value(); }
time_point at(const char* text) { return parse_time(text).value(); }

calendar made(const std::vector<calendar_row>& rows,
              const std::vector<calendar_day_row>& days = {}) {
    return compile_calendar(rows, days, day("2025-01-01"), day("2026-12-31")).value();
}
error why(const std::vector<calendar_row>& rows, const std::vector<calendar_day_row>& days = {}) {
    return compile_calendar(rows, days, day("2025-01-01"), day("2025-12-31")).error();
}

}  // namespace

TEST_CASE("dates are days since 1970, as text and back") {
    CHECK(day("1970-01-01").n == 0);
    CHECK(day("2025-07-01").n == 20'270);
    CHECK(weekday_of(day("2025-06-27")) == 4);  // a Friday
    CHECK(weekday_of(day("1969-12-29")) == 0);
    for (std::int32_t n = -800; n < 30'000; n += 13)
        CHECK(parse_day(to_string(civil_day{n})).value().n == n);
    for (const char* text : {"", "2025-7-01", "2025-02-29", "2025-13-01", "2025-07-01T", "x"})
        CHECK(parse_day(text).error().code == error_code::bad_time);
}

TEST_CASE("a cut-off is exclusive, and of the local clock") {
    const calendar c = made({{"ny", "America/New_York", monday_to_friday, "14:00"}});
    CHECK(c.cutoff(day("2025-06-27")) == at("2025-06-27T18:00:00Z"));
    CHECK(c.taken_on(at("2025-06-27T17:59:59.999999999Z")) == day("2025-06-27"));
    CHECK(c.taken_on(at("2025-06-27T18:00:00Z")) == day("2025-06-30"));  // 14:00:00 misses
    CHECK(c.taken_on(at("2025-06-28T12:00:00Z")) == day("2025-06-30"));
    CHECK(c.day_of(at("2025-06-28T03:59:59Z")) == day("2025-06-27"));  // 23:59:59 there
    CHECK(c.day_of(at("2025-06-28T04:00:00Z")) == day("2025-06-28"));
}

TEST_CASE("spec 2d.3: daylight saving moves the cut-off in UTC") {
    const calendar c = made({{"berlin", "Europe/Berlin", monday_to_friday, "14:00"}});
    CHECK(c.taken_on(at("2025-03-28T12:30:00Z")) == day("2025-03-28"));  // 13:30 local passes
    CHECK(c.taken_on(at("2025-03-31T12:30:00Z")) == day("2025-04-01"));  // 14:30 local misses
    CHECK(c.cutoff(day("2025-03-28")) == at("2025-03-28T13:00:00Z"));
    CHECK(c.cutoff(day("2025-03-31")) == at("2025-03-31T12:00:00Z"));
}

TEST_CASE("a cut-off in the hour that is skipped or comes twice has one instant") {
    const calendar c = made({{"berlin", "Europe/Berlin", every_day, "02:30"}});
    CHECK(c.cutoff(day("2025-03-30")) == at("2025-03-30T01:00:00Z"));  // after the gap
    CHECK(c.cutoff(day("2025-10-26")) == at("2025-10-26T00:30:00Z"));  // the first of two
    const calendar whole = made({{"berlin", "Europe/Berlin", every_day}});
    CHECK(whole.begin_of(day("2025-03-31")).ns - whole.begin_of(day("2025-03-30")).ns ==
          std::int64_t{23} * 3'600'000'000'000);
}

TEST_CASE("dates differ from their weekdays, and weekdays from each other") {
    const calendar c = made({{"dc", "UTC", 0x0F, "18:00"}, {"dc", "UTC", 0x10, "12:00"}},
                            {{"dc", "2025-12-25"}, {"dc", "2025-12-21", true, "10:00"}});
    CHECK_FALSE(c.works(day("2025-12-25")));
    CHECK(c.works(day("2025-12-21")));  // a Sunday
    CHECK(c.cutoff(day("2025-12-21")) == at("2025-12-21T10:00:00Z"));
    CHECK(c.cutoff(day("2025-12-26")) == at("2025-12-26T12:00:00Z"));
    CHECK(c.after(day("2025-12-24"), 1) == day("2025-12-26"));
    CHECK(c.next(day("2025-12-27")) == day("2025-12-29"));
    CHECK(c.after(day("2025-12-20"), 4) == day("2025-12-26"));  // Sunday 21, 22, 23, 24, Friday 26
}

TEST_CASE("a calendar knows its span only") {
    const calendar c = made({{"dc", "UTC"}});
    CHECK(c.last() == day("2026-12-31"));
    CHECK(c.next(day("2026-12-31")) == day("2026-12-31"));
    CHECK(c.after(day("2026-12-31"), 1) == no_day);
    CHECK(c.next(no_day) == no_day);
    CHECK(c.taken_on(at("2027-01-01T00:00:00Z")) == no_day);
    CHECK(c.taken_on(at("2024-06-01T00:00:00Z")) == day("2025-01-01"));
    CHECK_FALSE(c.works(day("2027-01-01")));
    CHECK_FALSE(c.works(day("2024-12-31")));
    const calendar a = calendar::always(day("2025-01-01"), day("2025-01-31"));
    CHECK(a.after(day("2025-01-01"), 30) == day("2025-01-31"));
    CHECK(a.taken_on(at("2025-01-05T23:59:59Z")) == day("2025-01-05"));
}

TEST_CASE("every instant has a day, over years of changing clocks") {
    for (const char* zone : {"Australia/Lord_Howe", "America/New_York", "Asia/Kolkata", "UTC",
                             "Pacific/Apia", "Africa/Casablanca"}) {
        const calendar c = made({{"z", zone, every_day}});
        for (civil_day d = c.first(); d <= c.last(); d = d + 1) {
            const std::int64_t begin = c.begin_of(d).ns, end = c.begin_of(d + 1).ns;
            REQUIRE(end - begin >= std::int64_t{22} * 3'600'000'000'000);
            REQUIRE(end - begin <= std::int64_t{26} * 3'600'000'000'000);
            REQUIRE(c.day_of({begin}) == d);
            REQUIRE(c.day_of({end - 1}) == d);
        }
    }
}

TEST_CASE("what is no calendar is refused with its row") {
    CHECK(why({}).refs[0] == 1);
    CHECK(why({{"a", "Europe/Atlantis"}}).refs[0] == 1);
    CHECK(why({{"a", "../../etc/passwd"}}).refs[0] == 1);
    CHECK(why({{"a", "UTC", 1}, {"a", "Europe/Berlin", 2}}).row == 2);
    CHECK(why({{"a", "UTC", 1}, {"a", "UTC", 3}}).refs[0] == 2);
    CHECK(why({{"a", "UTC", 0x80}}).refs[0] == 2);
    for (const char* cut : {"14", "14:60", "24:01", "2:00", "14.00", "99:00", "-1:00"})
        CHECK(why({{"a", "UTC", 1, cut}}).refs[0] == 3);
    CHECK(why({{"a"}}, {{"a", "2025-02-30"}}).refs[0] == 4);
    CHECK(why({{"a"}}, {{"a", "2025-02-20"}, {"a", "2025-02-20"}}).row == 2);
    CHECK(why({{"a", "UTC", 1}, {"b", "UTC", 2}}).refs[0] == 6);
    CHECK(why({{"a"}}, {{"b", "2025-02-20"}}).refs[0] == 6);
    const std::vector<calendar_row> rows{{"a"}};
    const auto spans = [&](civil_day first, civil_day last) {
        return compile_calendar(rows, {}, first, last);
    };
    CHECK(spans({10}, {9}).error().refs[0] == 5);
    CHECK(spans({0}, {max_calendar_days}).error().refs[0] == 5);
    CHECK(spans({0}, {max_calendar_days - 1}));
    CHECK(spans({INT32_MIN}, {INT32_MAX}).error().refs[0] == 5);
}

TEST_CASE("a calendar goes through its numbers unchanged, also over days that a zone left out") {
    for (const char* zone : {"America/New_York", "Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu",
                             "Australia/Lord_Howe", "UTC"}) {
        const std::vector<calendar_row> rows{{"k", zone, 0b0101111, "02:30"}, {"k", zone, 64, ""}};
        const calendar c = compile_calendar(rows, {}, day("2009-01-01"), day("2028-12-31")).value();
        const auto numbers = numbers_of(c);
        const auto again = calendar_of(numbers);
        REQUIRE(again);
        CHECK(numbers_of(*again) == numbers);
        for (civil_day d = c.first(); d <= c.last(); d = d + 1) {
            CHECK(again->begin_of(d) == c.begin_of(d));
            CHECK(again->works(d) == c.works(d));
            CHECK(again->cutoff(d) == c.cutoff(d));
            CHECK(again->next(d) == c.next(d));
        }
    }
}

TEST_CASE("numbers that are none of a calendar are refused") {
    const auto good = numbers_of(made({{"k", "Europe/Berlin", monday_to_friday, "14:00"}}));
    CHECK(!calendar_of({}));
    CHECK(!calendar_of(std::span{good}.first(2)));
    for (std::size_t i = 0; i < good.size(); i += 7)
        for (const std::int64_t wrong : {INT64_MIN, std::int64_t{-1} << 40, INT64_MAX}) {
            auto bad = good;
            bad[i] = wrong;
            CHECK(!calendar_of(bad));
        }
    CHECK(!calendar_of(std::vector<std::int64_t>(max_calendar_days + 3, 0)));
}

TEST_CASE("days that change leave the others as they were compiled") {
    const std::vector<calendar_row> rows{{"k", "Europe/Berlin", monday_to_friday, "14:00"}};
    const calendar c = made(rows);
    const std::vector<calendar_day_row> days{
        {"k", "2025-12-24", true, "10:00"}, {"k", "2025-12-25"}, {"k", "2025-12-28", true}};
    const calendar changed = with_days(c, rows, days).value();
    CHECK(numbers_of(changed) == numbers_of(made(rows, days)));
    const auto one_day = [&](const calendar_day_row& d) { return with_days(c, rows, {&d, 1}); };
    CHECK(one_day({"k", "2028-01-01"}).error().refs[0] == 5);
    CHECK(one_day({"k", "2025-02-30"}).error().refs[0] == 4);
    CHECK(one_day({"k", "2025-02-03", true, "9"}).error().refs[0] == 3);
}

}  // namespace earmark
