#include "earmark/core/time_text.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace earmark {
namespace {

std::int64_t ns(const char* text) { return parse_time(text).value().ns; }

constexpr std::int64_t s = 1'000'000'000;

TEST_CASE("a time is read as nanoseconds since 1970 in UTC") {
    CHECK(ns("1970-01-01T00:00:00Z") == 0);
    CHECK(ns("1970-01-01 00:00:01Z") == s);
    CHECK(ns("1970-01-02") == 86'400 * s);
    CHECK(ns("1969-12-31T23:59:59.999999999Z") == -1);
    CHECK(ns("2026-11-21T08:30:00Z") == 1'795'249'800 * s);
    CHECK(ns("2000-02-29T12:00:00.5Z") == 951'825'600 * s + s / 2);
}

TEST_CASE("a numeric offset is taken off: half past nine in Berlin is half past eight in UTC") {
    CHECK(ns("2026-11-21T09:30:00+01:00") == ns("2026-11-21T08:30:00Z"));
    CHECK(ns("2026-11-21T03:30:00-05:00") == ns("2026-11-21T08:30:00Z"));
    CHECK(ns("2026-11-21T14:00:00+05:30") == ns("2026-11-21T08:30:00Z"));
    CHECK(ns("2027-01-01T00:30:00+01:00") == ns("2026-12-31T23:30:00Z"));
}

TEST_CASE("a time that was read is written in one form, with a fraction only where there is one") {
    for (const char* text : {"2026-11-21T08:30:00Z", "1969-12-31T23:59:59.999999999Z",
                             "2000-02-29T12:00:00.5Z", "1970-01-01T00:00:00.000000001Z",
                             "1677-09-21T00:12:43.145224192Z", "2262-04-11T23:47:16.854775807Z"}) {
        CHECK(to_string(parse_time(text).value()) == text);
    }
    CHECK(to_string(never) == "2262-04-11T23:47:16.854775807Z");
    CHECK(to_string(time_point{INT64_MIN}) == "1677-09-21T00:12:43.145224192Z");
}

TEST_CASE("years beyond 2038 and 2106 keep their nanoseconds") {
    for (const char* text : {"2038-01-19T03:14:08Z", "2106-02-07T06:28:16.000000001Z"})
        CHECK(to_string(parse_time(text).value()) == text);
}

TEST_CASE("a time outside of 64 bits is refused") {
    for (const char* text : {"2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z",
                             "0000-01-01", "9999-12-31T23:59:59Z"})
        CHECK(parse_time(text).error().code == error_code::bad_time);
}

TEST_CASE("a malformed time is refused at its first wrong byte") {
    struct bad {
        std::string text;
        std::int64_t offset;
    };
    const bad table[] = {
        {"", 0},
        {"26-11-21", 2},
        {"2026/11/21", 4},
        {"2026-13-01", 5},
        {"2026-00-01", 5},
        {"2026-02-30", 8},
        {"2025-02-29", 8},
        {"1900-02-29", 8},
        {"2026-11-21x", 10},
        {"2026-11-21T", 11},
        {"2026-11-21t08:30:00Z", 10},
        {"2026-11-21T24:00:00Z", 11},
        {"2026-11-21T08:60:00Z", 14},
        {"2026-11-21T08:30:60Z", 17},
        {"2026-11-21T08:30Z", 16},
        {"2026-11-21T08:30:00", 19},
        {"2026-11-21T08:30:00z", 19},
        {"2026-11-21T08:30:00.Z", 20},
        {"2026-11-21T08:30:00.1234567890Z", 29},
        {"2026-11-21T08:30:00+1:00", 21},
        {"2026-11-21T08:30:00+24:00", 20},
        {"2026-11-21T08:30:00+01:60", 23},
        {"2026-11-21T08:30:00Z ", 20},
        {"\xEF\xBC\x92"
         "026-11-21",
         0},
        {"2026-11-21T08:30:00\xE2\x88\x92"
         "01:00",
         19},
        {std::string(100'000, '2'), 4},
    };
    for (const bad& row : table) {
        CAPTURE(row.text.substr(0, 40));
        const error e = parse_time(row.text).error();
        CHECK(e.code == error_code::bad_time);
        CHECK(e.refs[0] == row.offset);
    }
}

TEST_CASE("a huge time to live ends at never, it does not wrap into the past") {
    CHECK(time_point{1} + duration{INT64_MAX} == never);
    CHECK(time_point{-1} + duration{INT64_MIN} == time_point{INT64_MIN});
    CHECK(time_point{5} + seconds(1) == time_point{5 + s});
    CHECK(time_point{0} + seconds(INT64_MAX) == never);
    CHECK(time_point{0} + minutes(INT64_MAX / 60) == never);
    CHECK(minutes(15) == seconds(900));
    CHECK(seconds(INT64_MIN).ns == INT64_MIN);
}

}  // namespace
}  // namespace earmark
