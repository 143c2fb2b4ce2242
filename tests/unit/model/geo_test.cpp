#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "earmark/model/tables.hpp"

namespace earmark {
namespace {

constexpr geo_point berlin{52.52, 13.405};
constexpr geo_point paris{48.8566, 2.3522};

TEST_CASE("Berlin to Paris is 877 km along the great circle, both ways the same metre") {
    CHECK(distance_metres(berlin, paris) / 1000 == 877);
    CHECK(distance_metres(berlin, paris) == distance_metres(paris, berlin));
}

TEST_CASE("a place is no distance from itself, and a pole from the other is half a circle") {
    CHECK(distance_metres(berlin, berlin) == 0);
    constexpr std::uint32_t half_circle = 20'015'087;  // pi x 6,371,000
    CHECK(distance_metres({90, 0}, {-90, 0}) == half_circle);
    CHECK(distance_metres({0, 0}, {0, 180}) == half_circle);
    CHECK(distance_metres({37.5, -122.25}, {-37.5, 57.75}) == half_circle);
}

TEST_CASE("a degree along the equator is 111,195 metres, also across the date line") {
    CHECK(distance_metres({0, 10}, {0, 11}) == 111'195);
    CHECK(distance_metres({0, 179.5}, {0, -179.5}) == 111'195);
    CHECK(distance_metres({0, -180}, {0, 180}) == 0);
}

TEST_CASE("a position is valid within its bounds and never where it is not a number") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(is_valid({0, 0}));
    CHECK(is_valid({90, 180}));
    CHECK(is_valid({-90, -180}));
    for (const geo_point p :
         {geo_point{90.0000001, 0}, geo_point{0, -180.0000001}, geo_point{nan, 0},
          geo_point{0, nan}, geo_point{inf, 0}, geo_point{0, -inf}})
        CHECK_FALSE(is_valid(p));
}

}  // namespace
}  // namespace earmark
