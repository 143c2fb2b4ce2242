#include "earmark/core/money.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace earmark {
namespace {

currency cur(const char* code) { return currency::parse(code).value(); }

using amounts = std::vector<std::int64_t>;

amounts shares_of(std::int64_t total, const amounts& weights) {
    amounts shares(weights.size());
    REQUIRE(split(total, weights, shares) == error_code::ok);
    CHECK(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}) == total);
    return shares;
}

TEST_CASE("a currency knows its minor units: none in yen, cents in dollars, fils in dinars") {
    CHECK(cur("JPY").exponent() == 0);
    CHECK(cur("USD").exponent() == 2);
    CHECK(cur("KWD").exponent() == 3);
    CHECK(to_string(money{1250, cur("JPY")}) == "1250 JPY");
    CHECK(to_string(money{-1250, cur("USD")}) == "-12.50 USD");
    CHECK(to_string(money{1250, cur("KWD")}) == "1.250 KWD");
    CHECK(to_string(money{5, {}}) == "5");
}

TEST_CASE("a currency code is three upper-case letters of the published list") {
    for (const char* bad :
         {"", "US", "USDX", "usd", "Usd", "U D", "XXX", "ZZZ", "U\xC3\x9F", "CLF"})
        CHECK(currency::parse(bad).error().code == error_code::bad_currency);
    for (const char* good : {"AED", "EUR", "GBP", "ZWG", "BIF", "XPF", "BHD", "TND"})
        CHECK(cur(good).text() == good);
    CHECK(currency{}.text().empty());
    CHECK(currency::from_code(0xFFFF).text() == "???");
}

TEST_CASE("money is read in the exponent of its currency and no finer") {
    CHECK(parse_money("12.50", cur("USD")).value() == money{1250, cur("USD")});
    CHECK(parse_money("12.5", cur("KWD")).value().minor == 12'500);
    CHECK(parse_money("12.00", cur("JPY")).value().minor == 12);
    CHECK(parse_money("12.5", cur("JPY")).error().code == error_code::too_many_decimals);
    CHECK(parse_money("12.505", cur("USD")).error().code == error_code::too_many_decimals);
    CHECK(parse_money("1e9", cur("USD")).error().code == error_code::bad_number);
    CHECK(parse_money("", cur("USD")).error().code == error_code::bad_number);
    CHECK(parse_money("92233720368547758.08", cur("USD")).error().code == error_code::out_of_range);
}

TEST_CASE("money of two currencies is never added") {
    CHECK(add(money{1, cur("USD")}, money{2, cur("USD")}).value() == money{3, cur("USD")});
    CHECK(add(money{1, cur("USD")}, money{2, cur("EUR")}).error().code ==
          error_code::mixed_currency);
    CHECK(add(money{INT64_MAX, cur("USD")}, money{1, cur("USD")}).error().code ==
          error_code::out_of_range);
}

TEST_CASE("an order discount of 10.00 falls on three lines as 6.05, 2.48 and 1.47") {
    CHECK(shares_of(1000, {5985, 2450, 1450}) == amounts{605, 248, 147});
}

TEST_CASE("20 units over needs of 50 and 20 are shared as 14 and 6") {
    CHECK(shares_of(20, {50, 20}) == amounts{14, 6});
}

TEST_CASE("equal remainders are settled for the lower index") {
    CHECK(shares_of(100, {1, 1, 1}) == amounts{34, 33, 33});
    CHECK(shares_of(2, {1, 1, 1}) == amounts{1, 1, 0});
    CHECK(shares_of(-100, {1, 1, 1}) == amounts{-34, -33, -33});
}

TEST_CASE("a weight of zero gets nothing and a single weight gets all") {
    CHECK(shares_of(7, {0, 3, 0, 4}) == amounts{0, 3, 0, 4});
    CHECK(shares_of(1, {0, 0, 1}) == amounts{0, 0, 1});
    CHECK(shares_of(0, {3, 4}) == amounts{0, 0});
    CHECK(shares_of(-5, {9}) == amounts{-5});
}

TEST_CASE("a split of the largest amounts by the largest weights is exact") {
    CHECK(shares_of(INT64_MAX, {INT64_MAX, INT64_MAX}) ==
          amounts{INT64_MAX / 2 + 1, INT64_MAX / 2});
    CHECK(shares_of(INT64_MIN, {INT64_MAX, INT64_MAX}) == amounts{INT64_MIN / 2, INT64_MIN / 2});
    CHECK(shares_of(INT64_MIN, {1}) == amounts{INT64_MIN});
}

TEST_CASE(
    "a split of 1,000 seeded instances sums to the total within one unit of the exact share") {
    std::uint64_t seed = 42;
    const auto next = [&seed](std::uint64_t below) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::int64_t>((seed >> 33) % below);
    };
    for (int round = 0; round < 1000; ++round) {
        amounts weights(static_cast<std::size_t>(next(12)) + 1);
        for (auto& w : weights) w = next(1000);
        weights[0] += 1;
        const std::int64_t total = next(200'000) - 100'000;
        const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
        const amounts shares = shares_of(total, weights);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const std::int64_t off = shares[i] * sum - total * weights[i];
            CHECK(off < sum);
            CHECK(-off < sum);
        }
    }
}

TEST_CASE("weights that give no proportion are refused") {
    amounts two(2);
    CHECK(split(10, amounts{0, 0}, two) == error_code::bad_number);
    CHECK(split(10, amounts{3, -1}, two) == error_code::bad_number);
    CHECK(split(10, amounts{1, 1, 1}, two) == error_code::bad_number);
    CHECK(split(10, amounts{}, {}) == error_code::bad_number);
}

TEST_CASE("a rate is read to a ten-thousandth of the major unit") {
    CHECK(parse_rate("0.0125").value().e4 == 125);
    CHECK(parse_rate("6").value().e4 == 60'000);
    CHECK(parse_rate("0.00001").error().code == error_code::too_many_decimals);
    CHECK(to_string(rate{125}) == "0.0125");
    CHECK(to_string(rate{-60'000}) == "-6.0000");
}

}  // namespace
}  // namespace earmark
