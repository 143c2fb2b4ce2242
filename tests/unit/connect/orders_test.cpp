#include "earmark/connect/orders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace earmark::connect {
namespace {

constexpr std::string_view header = "order_key,sku,quantity,unit_price,ship_to,currency\n";

order_file read(std::string_view rows) { return read_orders(std::string{header}.append(rows)); }

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("a quantity of a text keeps its own number of places, without trailing zeros") {
    CHECK(*parse_text_quantity("12") == text_quantity{12, 0});
    CHECK(*parse_text_quantity("12.50") == text_quantity{125, 1});
    CHECK(*parse_text_quantity("12.00") == text_quantity{12, 0});
    CHECK(*parse_text_quantity("-0.125") == text_quantity{-125, 3});
    CHECK(*parse_text_quantity("9000000000.5") == text_quantity{90'000'000'005, 1});
    CHECK(parse_text_quantity("0.0000000001").error().code == error_code::too_many_decimals);
    for (const char* text : {"", ".", "1.", "1e3", "1,000", " 1", "NaN", "99999999999999999999"})
        CHECK_FALSE(parse_text_quantity(text));
}

TEST_CASE("a quantity of a text takes the scale of its SKU exactly, or is refused") {
    CHECK(rescale({125, 1}, 2)->atoms == 1250);
    CHECK(rescale({1250, 3}, 2)->atoms == 125);
    CHECK(rescale({-12, 0}, 0)->atoms == -12);
    CHECK(rescale({125, 2}, 1).error().code == error_code::too_many_decimals);
    CHECK(rescale({INT64_MAX / 5, 0}, 1).error().code == error_code::out_of_range);
}

TEST_CASE("rows of one order are gathered wherever they stand, orders in first-seen order") {
    const order_file f = read(
        "o2,A,1,2.50,Bern,CHF\n"
        "o1,A,3,2.50,Basel,CHF\n"
        "o2,B,2.5,10,Bern,CHF\n");
    REQUIRE_FALSE(f.failure);
    CHECK(f.rows == 3);
    REQUIRE(f.orders.size() == 2);
    const text_order& o = f.orders[0];
    CHECK(o.key == "o2");
    CHECK(o.ship_to == "Bern");
    CHECK(o.currency.text() == "CHF");
    REQUIRE(o.lines.size() == 2);
    CHECK(o.lines[0].sku == "A");
    CHECK(o.lines[0].unit_price_minor == 250);
    CHECK(o.lines[1].amount == text_quantity{25, 1});
    CHECK(o.lines[1].unit_price_minor == 1000);
    CHECK(o.lines[1].row == 3);
    CHECK(f.orders[1].key == "o1");
}

TEST_CASE("line numbers, where given, order the lines and may not repeat") {
    constexpr std::string_view head = "order_key,line,sku,quantity,unit_price,ship_to,currency\n";
    const order_file f = read_orders(std::string{head} +
                                     "o1,20,B,1,1,,EUR\no1,10,A,1,1,,EUR\n"
                                     "o2,1,A,1,1,,EUR\no2,1,B,1,1,,EUR\n");
    REQUIRE(f.orders.size() == 1);
    CHECK(f.orders[0].lines[0].sku == "A");
    CHECK(f.orders[0].lines[0].number == 10);
    CHECK(f.orders[0].lines[1].sku == "B");
    REQUIRE(f.rejected.size() == 1);
    CHECK(f.rejected[0].why.code == error_code::duplicate_row);
    CHECK(f.rejected[0].row == 4);
}

TEST_CASE(
    "time, priority and currency have defaults; an order that needs none of them names none") {
    constexpr std::string_view text = "order_key,sku,quantity,unit_price,ship_to\no1,A,1,1.5,\n";
    order_options options;
    options.currency = *currency::parse("KWD");
    options.placed = time_point{5};
    const order_file f = read_orders(text, options);
    REQUIRE(f.orders.size() == 1);
    CHECK(f.orders[0].currency.text() == "KWD");
    CHECK(f.orders[0].lines[0].unit_price_minor == 1500);
    CHECK(f.orders[0].placed == time_point{5});
    CHECK(f.orders[0].ship_to.empty());
    const order_file none = read_orders(text);
    REQUIRE(none.rejected.size() == 1);
    CHECK(none.rejected[0].why.code == error_code::bad_currency);
}

TEST_CASE("an order with a wrong row is left out whole and named; the others are kept") {
    const order_file f = read(
        "o1,A,1,1,Bern,CHF\n"
        "o2,A,1.x,1,Bern,CHF\n"
        "o1,B,-2,1,Bern,CHF\n"
        "o3,A,1,1,Bern,CHF\n"
        "o1,C,1,1,Bern,CHF\n");
    REQUIRE_FALSE(f.failure);
    REQUIRE(f.orders.size() == 1);
    CHECK(f.orders[0].key == "o3");
    REQUIRE(f.rejected.size() == 2);
    CHECK(says(f.rejected[0].text, "row 2 (line 3), column 3 (quantity), \"1.x\": bad_number"));
    CHECK(f.rejected[1].why.code == error_code::bad_quantity);
    REQUIRE(f.rejected_orders.size() == 2);
    CHECK(f.rejected_orders[0].key == "o1");
    CHECK(f.rejected_orders[0].rows == 3);
    CHECK(f.rejected_orders[0].first.row == 3);
    CHECK(f.rejected_orders[1].key == "o2");
}

TEST_CASE("each kind of wrong field has its own code, row and column") {
    struct row {
        std::string_view text;
        error_code code;
        unsigned field;
    };
    const row rows[] = {
        {",A,1,1,Bern,CHF\n", error_code::empty_key, 1},
        {"o,,1,1,Bern,CHF\n", error_code::empty_key, 2},
        {"o,A,0,1,Bern,CHF\n", error_code::bad_quantity, 3},
        {"o,A,-1,1,Bern,CHF\n", error_code::bad_quantity, 3},
        {"o,A,99999999999999999999,1,Bern,CHF\n", error_code::out_of_range, 3},
        {"o,A,NaN,1,Bern,CHF\n", error_code::bad_number, 3},
        {"o,A,1,1.005,Bern,CHF\n", error_code::too_many_decimals, 4},
        {"o,A,1,-1,Bern,CHF\n", error_code::bad_price, 4},
        {"o,A,1,1,Bern,chf\n", error_code::bad_currency, 6},
        {"o,A,1,1,Bern,\n", error_code::bad_currency, 6},
        {"o,A,1,1,Bern,CHF,x\n", error_code::bad_csv, 7},
        {"o,A,1,1,Bern\n", error_code::bad_csv, 5},
        {"o,A,1,1,\xFF,CHF\n", error_code::bad_utf8, 5},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        const order_file f = read(r.text);
        CHECK_FALSE(f.failure);
        CHECK(f.orders.empty());
        REQUIRE(f.rejected.size() == 1);
        CHECK(f.rejected[0].row == 1);
        CHECK(f.rejected[0].why.code == r.code);
        CHECK(f.rejected[0].why.field == r.field);
    }
    CHECK(read(std::string(300, 'k') + ",A,1,1,,CHF\n").rejected[0].why.code ==
          error_code::key_too_long);
    CHECK(read("o,A,1,1," + std::string(300, 'k') + ",CHF\n").rejected[0].why.code ==
          error_code::key_too_long);
}

TEST_CASE("a row may say where its line goes, how, by when, and with which others") {
    constexpr std::string_view head =
        "order_key,sku,quantity,unit_price,ship_to,currency,method,deliver_by,revision,"
        "line_ship_to,line_method,line_deliver_by,set\n";
    const order_file f = read_orders(std::string{head} +
                                     "o,A,1,1,Bern,CHF,post,2026-12-24,7,,,,\n"
                                     "o,B,1,1,Bern,CHF,post,2026-12-24,7,Basel,,,3\n"
                                     "o,C,1,1,Bern,CHF,post,2026-12-24,7,Basel,,,3\n"
                                     "o,D,1,1,Bern,CHF,post,2026-12-24,7,,air,2026-12-20,\n");
    REQUIRE(f.orders.size() == 1);
    const text_order& o = f.orders[0];
    CHECK(o.method == "post");
    CHECK(to_string(o.deliver_by) == "2026-12-24");
    CHECK(o.revision == 7);
    REQUIRE(o.own.size() == 2);
    CHECK(o.own[0] == text_terms{"Basel", "", no_day});
    CHECK(o.own[1] == text_terms{"", "air", parse_day("2026-12-20").value()});
    CHECK(o.lines[0].own == 0);
    CHECK(o.lines[1].own == 1);
    CHECK(o.lines[2].own == 1);
    CHECK(o.lines[3].own == 2);
    CHECK(o.lines[2].set == 3);
    struct wrong_row {
        std::string_view text;
        error_code code;
        unsigned field;
    };
    const wrong_row rows[] = {
        {"o,A,1,1,Bern,CHF,air,2026-12-24,7,,,,\n", error_code::bad_field, 7},
        {"o,A,1,1,Bern,CHF,post,2026-12-25,7,,,,\n", error_code::bad_field, 8},
        {"o,A,1,1,Bern,CHF,post,2026-12-24,8,,,,\n", error_code::bad_field, 9},
        {"o,A,1,1,Bern,CHF,post,2026-12-24,-1,,,,\n", error_code::out_of_range, 9},
        {"o,A,1,1,Bern,CHF,post,2026-12-24,7,,,24.12.,\n", error_code::bad_time, 12},
        {"o,A,1,1,Bern,CHF,post,2026-12-24,7,,,,65536\n", error_code::out_of_range, 13},
    };
    for (const wrong_row& r : rows) {
        CAPTURE(r.text);
        const order_file bad = read_orders(
            std::string{head} + "o,A,1,1,Bern,CHF,post,2026-12-24,7,,,,\n" + std::string{r.text});
        REQUIRE(bad.rejected.size() == 1);
        CHECK(name_of(bad.rejected[0].why.code) == name_of(r.code));
        CHECK(bad.rejected[0].why.field == r.field);
    }
}

TEST_CASE("the rows of an order must agree on currency, place, time and priority") {
    constexpr std::string_view head =
        "order_key,sku,quantity,unit_price,ship_to,currency,placed_at,priority\n"
        "o,A,1,1,Bern,CHF,2026-01-01,1\n";
    struct row {
        std::string_view text;
        error_code code;
        unsigned field;
    };
    const row rows[] = {
        {"o,B,1,1,Bern,EUR,2026-01-01,1\n", error_code::mixed_currency, 6},
        {"o,B,1,1,Basel,CHF,2026-01-01,1\n", error_code::bad_field, 5},
        {"o,B,1,1,Bern,CHF,2026-01-02,1\n", error_code::bad_field, 7},
        {"o,B,1,1,Bern,CHF,2026-01-01,2\n", error_code::bad_field, 8},
        {"o,B,1,1,Bern,CHF,01.01.2026,1\n", error_code::bad_time, 7},
        {"o,B,1,1,Bern,CHF,2026-01-01,256\n", error_code::out_of_range, 8},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        const order_file f = read_orders(std::string{head}.append(r.text));
        CHECK(f.orders.empty());
        REQUIRE(f.rejected.size() == 1);
        CHECK(f.rejected[0].why.code == r.code);
        CHECK(f.rejected[0].why.field == r.field);
    }
    CHECK(read_orders(std::string{head} + "o,B,1,1,Bern,CHF,2026-01-01 00:00:00Z,1\n")
              .orders[0]
              .lines.size() == 2);
}

TEST_CASE("a broken row takes down the order whose key it still shows") {
    const order_file f = read("o1,A,1,1,Bern,CHF\no1,B,1\no2,A,1,1,Bern,CHF\n");
    REQUIRE(f.orders.size() == 1);
    CHECK(f.orders[0].key == "o2");
    REQUIRE(f.rejected_orders.size() == 1);
    CHECK(f.rejected_orders[0].key == "o1");
    CHECK(f.rejected_orders[0].rows == 2);
}

TEST_CASE("after a failure nothing is left of the file: no half is ever applied") {
    const order_file f = read("o1,A,1,1,Bern,CHF\no2,\"A,1,1,Bern,CHF\n");
    REQUIRE(f.failure);
    CHECK(f.orders.empty());
    CHECK(f.rejected.empty());
    CHECK(says(f.failure->text, "never closed"));
}

TEST_CASE("the number of wrong rows that are listed is bounded") {
    order_options options;
    options.limits.faults = 2;
    std::string text{header};
    for (int i = 0; i < 5; ++i) text += "o,A,x,1,Bern,CHF\n";
    CHECK(read_orders(text, options).failure);
}

}  // namespace
}  // namespace earmark::connect
