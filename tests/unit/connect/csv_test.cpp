#include "earmark/connect/csv.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace earmark::connect {
namespace {

constexpr csv_column columns[] = {{"sku"}, {"quantity"}, {"note", false}};

struct outcome_of {
    std::vector<std::vector<std::string>> rows;  // of the three columns
    std::vector<rejected_row> faults;
    std::optional<rejected_row> failure;
};

outcome_of read(std::string_view text, csv_limits limits = {}) {
    csv_reader in{text, columns, limits};
    outcome_of out;
    while (in.next()) {
        if (in.fault() != nullptr)
            out.faults.push_back(*in.fault());
        else
            out.rows.push_back({std::string{in[0]}, std::string{in[1]}, std::string{in[2]}});
    }
    out.failure = in.failure();
    return out;
}

/// What the failure says, or nothing.
std::string words_of(const outcome_of& o) { return o.failure ? o.failure->text : std::string{}; }

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("columns are found by name, in any order; an optional one may be missing") {
    const auto o = read("quantity,sku\n5,A\n6,B");
    REQUIRE_FALSE(o.failure);
    REQUIRE(o.rows.size() == 2);
    CHECK(o.rows[0] == std::vector<std::string>{"A", "5", ""});
    CHECK(o.rows[1] == std::vector<std::string>{"B", "6", ""});
}

TEST_CASE("a field is taken as it stands: blanks, quotes, commas and line ends within quotes") {
    const auto o =
        read("sku,quantity,note\r\n A ,1,\"a \"\"b\"\", c\r\nd\"\r\n\r\n\xC3\xBC,2,\r\n");
    REQUIRE_FALSE(o.failure);
    REQUIRE(o.rows.size() == 2);
    CHECK(o.rows[0] == std::vector<std::string>{" A ", "1", "a \"b\", c\r\nd"});
    CHECK(o.rows[1] == std::vector<std::string>{"\xC3\xBC", "2", ""});
}

TEST_CASE("rows are counted without the header, lines as an editor counts them") {
    constexpr std::string_view text = "sku,quantity\n\"A\nA\",1\n\nB,2\n";
    csv_reader in{text, columns};
    REQUIRE(in.next());
    CHECK(in.row() == 1);
    CHECK(in.line() == 2);
    REQUIRE(in.next());
    CHECK(in.row() == 2);
    CHECK(in.line() == 5);
    CHECK_FALSE(in.next());
    CHECK(in.row() == 2);
}

TEST_CASE("a byte-order mark is no part of the first column's name") {
    CHECK(read("\xEF\xBB\xBFsku,quantity\nA,1\n").rows.size() == 1);
}

TEST_CASE("an empty file, and one of blank lines only, is said to be empty") {
    for (const std::string_view text : {"", "\xEF\xBB\xBF", "\n\r\n\n"}) {
        const auto o = read(text);
        REQUIRE(o.failure);
        CHECK(o.failure->why.code == error_code::empty_input);
    }
    CHECK_FALSE(read("sku,quantity\n").failure);
}

TEST_CASE("an unknown column is an error that names the nearest known one") {
    const auto o = read("sku,quantiy\nA,1\n");
    REQUIRE(o.failure);
    CHECK(o.failure->row == 0);
    CHECK(o.failure->why.code == error_code::unknown_field);
    CHECK(o.failure->why.field == 2);
    CHECK(says(words_of(o), "header (line 1), column 2: \"quantiy\""));
    CHECK(says(words_of(o), "did you mean \"quantity\"?"));
    CHECK(says(words_of(read("sku,quantity,colour\n")), "the columns are sku, quantity, note"));
}

TEST_CASE("a column that stands twice or is missing is an error of the header") {
    const auto twice = read("sku,quantity,sku\nA,1,B\n");
    REQUIRE(twice.failure);
    CHECK(twice.failure->why.code == error_code::bad_csv);
    CHECK(says(words_of(twice), "\"sku\" is there already as column 1"));
    const auto missing = read("sku\nA\n");
    REQUIRE(missing.failure);
    CHECK(missing.failure->why.code == error_code::missing_field);
    CHECK(says(words_of(missing), "\"quantity\""));
}

TEST_CASE("a line of ten megabytes is refused where it starts, before it is parsed") {
    const auto o = read("sku,quantity\nA,1\nB," + std::string(10'000'000, '7') + "\n");
    REQUIRE(o.failure);
    CHECK(o.failure->why.code == error_code::input_too_large);
    CHECK(o.failure->row == 2);
    CHECK(says(words_of(o), "row 2 (line 3)"));
    CHECK(says(words_of(o), "1048576 bytes"));
}

TEST_CASE("a quote that swallows lines meets the same limit as one long line") {
    std::string text = "sku,quantity\nA,1\n\"B,2\n";
    for (int i = 0; i < 100; ++i) text += "C,3\n";
    const auto o = read(text, {.line_bytes = 100});
    REQUIRE(o.failure);
    CHECK(o.failure->why.code == error_code::input_too_large);
    CHECK(says(words_of(o), "row 2 (line 3)"));
}

TEST_CASE("a quote that is never closed is named with the line where its row starts") {
    const auto o = read("sku,quantity\nA,1\n\"B,2\nC,3\n");
    REQUIRE(o.failure);
    CHECK(o.failure->why.code == error_code::bad_csv);
    CHECK(says(words_of(o), "it starts in line 3"));
}

TEST_CASE("a quote within a plain field and text behind a closing quote are errors") {
    for (const std::string_view text : {"sku,quantity\nA\"B,1\n", "sku,quantity\n\"A\"B,1\n"}) {
        const auto o = read(text);
        REQUIRE(o.failure);
        CHECK(o.failure->why.code == error_code::bad_csv);
        CHECK(says(words_of(o), "row 1 (line 2), column 1"));
    }
}

TEST_CASE("NUL bytes are refused with their place, and UTF-16 by its mark") {
    using namespace std::string_view_literals;
    const auto nul = read("sku,quantity\nA,1\nB,\0002\n"sv);
    REQUIRE(nul.failure);
    CHECK(nul.failure->why.code == error_code::bad_csv);
    CHECK(says(words_of(nul), "row 2 (line 3), column 2"));
    CHECK(says(words_of(nul), "byte 3 of line 3 is NUL"));
    const auto wide = read("\xFF\xFEs\0k\0u\0"sv);
    REQUIRE(wide.failure);
    CHECK(says(words_of(wide), "UTF-16"));
}

TEST_CASE("a row with bytes that are not UTF-8 has a fault; the rows around it are read") {
    const auto o = read("sku,quantity,note\nA,1,x\nB,2,\xA3 5\nC,3,y\n");
    REQUIRE_FALSE(o.failure);
    CHECK(o.rows.size() == 2);
    REQUIRE(o.faults.size() == 1);
    CHECK(o.faults[0].row == 2);
    CHECK(o.faults[0].why.code == error_code::bad_utf8);
    CHECK(o.faults[0].why.field == 3);
    CHECK(says(o.faults[0].text, "row 2 (line 3), column 3: byte 1 of \"? 5\" (note)"));
}

TEST_CASE("a row with too few or too many fields has a fault") {
    const auto o = read("sku,quantity\nA\nB,2,3\nC,3\n");
    REQUIRE_FALSE(o.failure);
    CHECK(o.rows.size() == 1);
    REQUIRE(o.faults.size() == 2);
    CHECK(says(o.faults[0].text, "there are 1 fields where the header names 2"));
    CHECK(says(o.faults[1].text, "there are 3 fields where the header names 2"));
}

TEST_CASE("more faults than the limit end the reading") {
    std::string text = "sku,quantity\n";
    for (int i = 0; i < 10; ++i) text += "A\n";
    const auto o = read(text, {.faults = 3});
    REQUIRE(o.failure);
    CHECK(says(words_of(o), "wrong row number 4"));
    CHECK(read("sku,quantity\nA,1\nB,1\n", {.rows = 1}).failure);
}

TEST_CASE("more columns than the limit, and rows that end in mid-line, are refused") {
    CHECK(read("sku,quantity,note\n", {.fields = 2}).failure->why.code ==
          error_code::input_too_large);
    CHECK(says(words_of(read("sku,quantity\rA,1\rB,2\r")), "carriage return"));
}

TEST_CASE("a wrong field is reported with row, line, column, name and value") {
    constexpr std::string_view text = "quantity,sku\n\n5x,A\n";
    csv_reader in{text, columns};
    REQUIRE(in.next());
    const rejected_row r = in.reject(1, fail(error_code::bad_number, 1));
    CHECK(r.row == 1);
    CHECK(r.why.row == 1);
    CHECK(r.why.field == 1);
    CHECK(says(r.text, "row 1 (line 3), column 1 (quantity), \"5x\": bad_number (2001): "));
}

TEST_CASE("every prefix of a file is read or refused, never misread") {
    const std::string text = "sku,quantity,note\nA,1,\"x, \"\"y\"\"\n\"\nB,2,\xC3\xBC\r\n";
    for (std::size_t n = 0; n <= text.size(); ++n) {
        CAPTURE(n);
        const auto o = read(std::string_view{text}.substr(0, n));
        CHECK(o.rows.size() <= 2);
        for (const auto& row : o.rows) CHECK((row[0] == "A" || row[0] == "B"));
    }
}

}  // namespace
}  // namespace earmark::connect
