#include "earmark/core/errors.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>

#include "earmark/core/result.hpp"

namespace earmark {
namespace {

TEST_CASE("every code of the closed list has one row, found by its number") {
    std::set<std::string_view> names;
    for (const error_row& row : error_rows()) {
        CHECK(&row_of(row.code) == &row);
        CHECK(names.insert(row.name).second);
        CHECK(name_of(row.code) == row.name);
    }
    CHECK(error_rows().front().code == error_code::ok);
}

TEST_CASE("every name is a snake_case word and every sentence fits on two lines") {
    for (const error_row& row : error_rows()) {
        CAPTURE(row.name);
        CHECK(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
              std::string_view::npos);
        CHECK(row.sentence.size() + row.hint.size() < 180);
        CHECK(row.hint.back() != '.');
    }
}

TEST_CASE("the transient codes are those that may succeed with nothing changed") {
    std::set<error_code> transient;
    for (const error_row& row : error_rows())
        if (row.transient) transient.insert(row.code);
    CHECK(transient == std::set<error_code>{error_code::in_progress, error_code::stock_moving,
                                            error_code::no_slot, error_code::reservation_busy,
                                            error_code::order_busy, error_code::journal_full});
    CHECK(is_transient(error_code::order_busy));
    CHECK_FALSE(is_transient(error_code::insufficient));
}

TEST_CASE("an error reads as what was wrong, where, and what to do") {
    CHECK(to_string(fail(error_code::insufficient, 5, 2, 17, 3)) ==
          "insufficient (3001), row 3: 5 asked, 2 free above the floor at node 17; "
          "ask for less, allow a split or another node, or wait for supply");
    error e = fail(error_code::order_busy, 9);
    e.field = 2;
    CHECK(to_string(e) ==
          "order_busy (4004), field 2: another caller is working on order 9; call again");
    CHECK(to_string(error{}) == "ok (0): no error; nothing to do");
}

TEST_CASE("every row makes a sentence, whatever the numbers are") {
    for (const error_row& row : error_rows()) {
        const std::string text = to_string(fail(row.code, INT64_MIN, -1, INT64_MAX, 4'294'967'295));
        CAPTURE(text);
        CHECK(text.find_first_of("{}") == std::string::npos);
        CHECK(text.starts_with(row.name));
    }
}

TEST_CASE("a code from a damaged record is named as such") {
    const auto stray = static_cast<error_code>(4321);
    CHECK(name_of(stray) == "unlisted");
    CHECK_FALSE(is_transient(stray));
    CHECK(to_string(fail(stray)).starts_with("unlisted (4321): "));
}

TEST_CASE("a result holds a value or an error and says which") {
    const result<int> good{7};
    const result<int> bad{fail(error_code::bad_number, 3)};
    CHECK(good.has_value());
    CHECK(*good == 7);
    CHECK(good.error().code == error_code::ok);
    CHECK_FALSE(bad);
    CHECK(bad.error() == fail(error_code::bad_number, 3));
    CHECK_THROWS_AS(static_cast<void>(bad.value()), std::bad_variant_access);
}

}  // namespace
}  // namespace earmark
