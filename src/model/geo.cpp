#include <algorithm>
#include <cmath>
#include <numbers>

#include "earmark/model/tables.hpp"

namespace earmark {
namespace {

constexpr double earth_radius_metres = 6'371'000.0;

double radians(double degrees) noexcept { return degrees * (std::numbers::pi / 180.0); }

}  // namespace

bool is_valid(geo_point p) noexcept {
    // Written so that NaN, which compares false with everything, is refused.
    return p.latitude >= -90.0 && p.latitude <= 90.0 && p.longitude >= -180.0 &&
           p.longitude <= 180.0;
}

std::uint32_t distance_metres(geo_point a, geo_point b) noexcept {
    const double half_lat = std::sin(radians(b.latitude - a.latitude) / 2);
    const double half_lon = std::sin(radians(b.longitude - a.longitude) / 2);
    const double h = half_lat * half_lat + std::cos(radians(a.latitude)) *
                                               std::cos(radians(b.latitude)) * half_lon * half_lon;
    // Rounding can push h a hair above 1 for antipodes, where asin has no value.
    const double angle = 2 * std::asin(std::sqrt(std::min(1.0, h)));
    return static_cast<std::uint32_t>(std::lround(earth_radius_metres * angle));
}

}  // namespace earmark
