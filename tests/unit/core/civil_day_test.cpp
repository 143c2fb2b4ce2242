#include "earmark/core/civil_day.hpp"

#include <doctest/doctest.h>

namespace earmark {

TEST_CASE("weekdays are read as people write them, and written one way") {
    CHECK(parse_weekdays("mon-fri") == monday_to_friday);
    CHECK(parse_weekdays("daily") == every_day);
    CHECK(parse_weekdays("sat-mon") == 0b1100001);
    CHECK(parse_weekdays("mon, wed-thu,  sun") == 0b1001101);
    CHECK(parse_weekdays("fri") == 0b10000);
    for (const char* text : {"", " ", "mon-", "-mon", "mo", "Mon", "mon-fri-sun", "mon;tue"})
        CHECK(!parse_weekdays(text));
    for (unsigned days = 1; days <= every_day; ++days) {
        const auto one = static_cast<std::uint8_t>(days);
        CHECK(parse_weekdays(weekdays_text(one)) == one);
    }
}

TEST_CASE("a date has an instant where there are instants only") {
    CHECK(midnight_utc(parse_day("1970-01-02").value()) == time_point{86'400'000'000'000});
    CHECK(midnight_utc({-farthest_day - 10}) < midnight_utc({farthest_day + 10}));
}

}  // namespace earmark
