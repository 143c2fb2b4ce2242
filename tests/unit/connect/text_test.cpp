#include "earmark/connect/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace earmark::connect {
namespace {

constexpr std::size_t sound = std::string_view::npos;

TEST_CASE("well-formed UTF-8 of every length is sound") {
    CHECK(bad_utf8_at("") == sound);
    CHECK(bad_utf8_at("plain ASCII, longer than eight bytes") == sound);
    CHECK(bad_utf8_at("Z\xC3\xBCrich \xE2\x82\xAC \xF0\x9F\x93\xA6 and more text behind") == sound);
    CHECK(bad_utf8_at("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF") == sound);
}

TEST_CASE("malformed UTF-8 is found at its first byte, wherever it stands") {
    struct row {
        std::string text;
        std::size_t at;
    };
    const row rows[] = {
        {"\x80", 0},         // a continuation without a lead
        {"1234567\xA3", 7},  // Latin-1 pound sign at the end
        {"12345678\xA3 4", 8},
        {"ab\xC0\xAF", 2},  // overlong
        {"ab\xE0\x80\xAF", 2},
        {"ab\xED\xA0\x80", 2},      // a surrogate
        {"ab\xF4\x90\x80\x80", 2},  // above U+10FFFF
        {"ab\xF5\x80\x80\x80", 2},
        {"abc\xE2\x82", 3},  // cut off
    };
    for (const row& r : rows) {
        CAPTURE(r.at);
        CHECK(bad_utf8_at(r.text) == r.at);
        CHECK(bad_utf8_at(std::string(64, 'x') + r.text) == 64 + r.at);
    }
}

TEST_CASE(
    "the nearest name forgives case, separators and small slips, and refuses to guess wildly") {
    constexpr std::string_view known[] = {"sku", "quantity", "unit_price", "ship_to"};
    CHECK(nearest("quantitiy", known) == "quantity");
    CHECK(nearest("UnitPrice", known) == "unit_price");
    CHECK(nearest("SKU", known) == "sku");
    CHECK(nearest("shipto", known) == "ship_to");
    CHECK(nearest("price", known) == "unit_price");
    CHECK(nearest("temperature", known).empty());
    CHECK(nearest("", known).empty());
    CHECK(nearest(std::string(100'000, 'q'), known).empty());
}

TEST_CASE("a shown value is short and cannot forge a line of a log") {
    CHECK(shown("1x") == "\"1x\"");
    CHECK(shown("a\nb\x1B[31m") == "\"a?b?[31m\"");
    CHECK(shown("\xA3") == "\"?\"");
    CHECK(shown("Z\xC3\xBCrich") == "\"Z\xC3\xBCrich\"");
    CHECK(shown(std::string(100, 'x')) == '"' + std::string(40, 'x') + "...\"");
}

}  // namespace
}  // namespace earmark::connect
