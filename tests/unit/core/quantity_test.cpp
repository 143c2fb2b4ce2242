#include "earmark/core/quantity.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace earmark {
namespace {

quantity q(const char* text, int decimals = 2) { return parse_quantity(text, decimals).value(); }

struct bad_text {
    std::string text;
    error_code code;
    std::int64_t offset;
};

TEST_CASE("quantities with decimals subtract exactly: 8.5 - 9.33 - 0.17 is -1") {
    const auto first = subtract(q("8.5"), q("9.33"));
    REQUIRE(first);
    const auto second = subtract(*first, q("0.17"));
    REQUIRE(second);
    CHECK(*second == q("-1"));
    CHECK(to_string(*second, 2) == "-1.00");
}

TEST_CASE("a quantity that was read is written with all places of its scale") {
    CHECK(to_string(q("7", 0), 0) == "7");
    CHECK(to_string(q("7"), 2) == "7.00");
    CHECK(to_string(q("-0.05"), 2) == "-0.05");
    CHECK(to_string(q("+3.1"), 2) == "3.10");
    CHECK(to_string(q("-0"), 2) == "0.00");
    CHECK(to_string(quantity{INT64_MIN}, 0) == "-9223372036854775808");
    CHECK(to_string(quantity{INT64_MIN}, 9) == "-9223372036.854775808");
}

TEST_CASE("a quantity reads the whole range of 64 bits but the value that has no negative") {
    CHECK(q("9223372036854775807", 0).atoms == INT64_MAX);
    CHECK(q("-9223372036854775807", 0).atoms == -INT64_MAX);
    CHECK(q("9223372036.854775807", 9).atoms == INT64_MAX);
    for (const char* text : {"9223372036854775808", "-9223372036854775808", "99999999999999999999"})
        CHECK(parse_quantity(text, 0).error().code == error_code::out_of_range);
    CHECK(parse_quantity("9223372036.854775808", 9).error().code == error_code::out_of_range);
    CHECK(parse_quantity("-99999999999999999999", 0).error() ==
          fail(error_code::out_of_range, INT64_MIN, -INT64_MAX));
    CHECK((-q("9223372036854775807", 0)).atoms == -INT64_MAX);
}

TEST_CASE("zeros beyond the scale are read, other digits beyond it are refused") {
    CHECK(q("12.5000000000000000000000").atoms == 1250);
    CHECK(q("3.000", 0).atoms == 3);
    const error e = parse_quantity("12.5001", 2).error();
    CHECK(e.code == error_code::too_many_decimals);
    CHECK(e.refs[0] == 5);
    CHECK(e.refs[1] == 2);
}

TEST_CASE("hostile texts are no quantities, and the error names the first wrong byte") {
    const std::string unicode_digit = "1\xD9\xA1";  // ARABIC-INDIC DIGIT ONE after an ASCII one
    const bad_text table[] = {
        {"", error_code::bad_number, 0},
        {"-", error_code::bad_number, 1},
        {"+-1", error_code::bad_number, 1},
        {"--1", error_code::bad_number, 1},
        {"1e9", error_code::bad_number, 1},
        {"0x10", error_code::bad_number, 1},
        {"NaN", error_code::bad_number, 0},
        {"inf", error_code::bad_number, 0},
        {" 1", error_code::bad_number, 0},
        {"1 ", error_code::bad_number, 1},
        {"1,000", error_code::bad_number, 1},
        {"1.", error_code::bad_number, 2},
        {".5", error_code::bad_number, 0},
        {"1.2.3", error_code::bad_number, 3},
        {"1.5-", error_code::bad_number, 3},
        {unicode_digit, error_code::bad_number, 1},
        {"\xEF\xBC\x91", error_code::bad_number, 0},  // FULLWIDTH DIGIT ONE
        {std::string("1\0", 2), error_code::bad_number, 1},
    };
    for (const bad_text& row : table) {
        CAPTURE(row.text);
        const error e = parse_quantity(row.text, 2).error();
        CHECK(e.code == row.code);
        CHECK(e.refs[0] == row.offset);
    }
}

TEST_CASE("a text of 100,000 characters is read in one pass or refused") {
    const std::string zeros(100'000, '0');
    CHECK(q((zeros + "7").c_str(), 0).atoms == 7);
    CHECK(q(("7." + zeros).c_str()).atoms == 700);
    CHECK(parse_quantity(std::string(100'000, '9'), 0).error().code == error_code::out_of_range);
    const error e = parse_quantity(zeros + "x", 0).error();
    CHECK(e.code == error_code::bad_number);
    CHECK(e.refs[0] == 100'000);
}

TEST_CASE("a scale outside of 0 to 9 is refused") {
    CHECK(parse_quantity("1", -1).error().code == error_code::out_of_range);
    CHECK(parse_quantity("1", max_decimals + 1).error().code == error_code::out_of_range);
}

TEST_CASE("sums and differences that do not fit are refused, never wrapped") {
    const quantity most{INT64_MAX};
    CHECK(add(most, quantity{1}).error().code == error_code::out_of_range);
    CHECK(subtract(-most, quantity{1}).error().code == error_code::out_of_range);
    CHECK(subtract(quantity{0}, quantity{INT64_MIN}).error().code == error_code::out_of_range);
    CHECK(add(most, -most).value().atoms == 0);
}

TEST_CASE("units of measure convert exactly, and what does not divide is refused") {
    CHECK(convert(quantity{36}, 1, 12).value().atoms == 3);    // 36 pieces are 3 dozen
    CHECK(convert(quantity{-3}, 12, 1).value().atoms == -36);  // and back
    CHECK(convert(quantity{INT64_MAX}, INT64_MAX, INT64_MAX).value().atoms == INT64_MAX);
    const error e = convert(quantity{37}, 1, 12).error();
    CHECK(e.code == error_code::not_a_multiple);
    CHECK(e.refs[0] == 37);
    CHECK(e.refs[1] == 12);
    CHECK(convert(quantity{INT64_MAX}, 2, 1).error().code == error_code::out_of_range);
    CHECK(convert(quantity{1}, 1, 0).error().code == error_code::out_of_range);
    CHECK(convert(quantity{1}, 1, -12).error().code == error_code::out_of_range);
}

}  // namespace
}  // namespace earmark
