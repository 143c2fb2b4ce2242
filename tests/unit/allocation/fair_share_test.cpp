#include "earmark/allocation/fair_share.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace earmark {
namespace {

using shares = std::vector<std::int64_t>;

shares fair(std::int64_t supply, const std::vector<share_claim>& claims, std::int64_t lot = 1) {
    return fair_share(supply, claims, lot).value();
}
/// Claims that weigh what they need.
std::vector<share_claim> needs(std::initializer_list<std::int64_t> n) {
    std::vector<share_claim> out;
    for (const std::int64_t each : n) out.push_back({each, each});
    return out;
}

}  // namespace

TEST_CASE("what is scarce is divided in proportion, and rounding gives out no more than there is") {
    CHECK(fair(100, needs({100, 50, 50})) == shares{50, 25, 25});
    CHECK(fair(10, needs({10, 10, 10})) == shares{4, 3, 3});  // 3 1/3 each: the first of equals
    CHECK(fair(11, needs({10, 10, 10})) == shares{4, 4, 3});
    CHECK(fair(7, needs({1, 2, 11})) == shares{1, 1, 5});  // 0.5, 1.0, 5.5
    CHECK(fair(0, needs({3, 4})) == shares{0, 0});
    CHECK(fair(5, {}) == shares{});
}

TEST_CASE("nobody gets more than it needs, and what one leaves goes to the others") {
    CHECK(fair(100, needs({10, 20})) == shares{10, 20});
    CHECK(fair(100, {{10, 90}, {80, 5}, {80, 5}}) == shares{10, 45, 45});
    CHECK(fair(10, {{5, 1}, {5, 0}, {5, 0}}) == shares{5, 3, 2});  // weight 0 waits for the rest
    CHECK(fair(4, {{5, 1}, {5, 0}}) == shares{4, 0});
}

TEST_CASE("shares are whole lots") {
    CHECK(fair(100, needs({60, 60, 60}), 24) == shares{48, 24, 24});
    CHECK(fair(23, needs({60, 60}), 24) == shares{0, 0});
    CHECK(fair(100, needs({23, 60}), 24) == shares{0, 48});  // 23 is no whole lot
}

TEST_CASE("numbers that cannot be are refused with their claim") {
    CHECK(fair_share(-1, {}).error().code == error_code::bad_quantity);
    CHECK(fair_share(1, {}, 0).error().code == error_code::bad_quantity);
    const std::vector<share_claim> bad{{1, 1}, {1, -1}, {std::int64_t{1} << 60, 1}};
    CHECK(fair_share(1, std::span{bad}.first(2)).error().row == 2);
    CHECK(fair_share(1, std::span{bad}.subspan(2)).error().code == error_code::out_of_range);
    const std::int64_t most = std::int64_t{1} << 53;
    CHECK(fair(most, {{most, most}, {most, most}}) == shares{most / 2, most / 2});
}

TEST_CASE("every division keeps to supply, need, lot and proportion") {
    std::mt19937 dice{7};
    const auto below = [&](std::uint32_t n) { return static_cast<std::int64_t>(dice() % n); };
    for (int round = 0; round < 4'000; ++round) {
        std::vector<share_claim> claims(static_cast<std::size_t>(1 + below(6)));
        for (share_claim& c : claims) c = {below(40), below(4) == 0 ? 0 : below(30)};
        const std::int64_t supply = below(120), lot = 1 + below(5);
        const shares got = fair(supply, claims, lot);
        std::int64_t sum = 0, needed = 0;
        for (std::size_t i = 0; i < claims.size(); ++i) {
            sum += got[i];
            needed += claims[i].need / lot * lot;
            CHECK(got[i] >= 0);
            CHECK(got[i] <= claims[i].need);
            CHECK(got[i] % lot == 0);
        }
        CHECK(sum == std::min(supply / lot * lot, needed));
        // Who has less than its need and weighs no less than another has no fewer lots.
        for (std::size_t i = 0; i < claims.size(); ++i)
            for (std::size_t k = 0; k < claims.size(); ++k)
                if (claims[i].weight >= claims[k].weight && claims[i].need >= claims[k].need)
                    CHECK(got[i] + lot >= got[k]);
    }
}

}  // namespace earmark
