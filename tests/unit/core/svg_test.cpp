#include "earmark/core/svg.hpp"

#include <doctest/doctest.h>

#include <string>

namespace earmark {
namespace {

TEST_CASE("what is no XML does not come into a picture") {
    CHECK(escaped_xml("a<b>&c") == "a&lt;b&gt;&amp;c");
    CHECK(escaped_xml(std::string_view{"a\0b\x1b\x7f", 5}) ==
          "a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(escaped_xml("caf\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x8E\xA9") ==
          "caf\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x8E\xA9");
}

TEST_CASE("bytes that are no UTF-8 become the sign for that, one each") {
    for (const std::string_view bad :
         {"\x80", "\xC3", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
        const std::string out = escaped_xml(bad);
        CHECK(out.starts_with("\xEF\xBF\xBD"));
        CHECK(out.size() == 3 * bad.size());
    }
}

TEST_CASE("wide letters take two columns") {
    CHECK(columns_of("") == 0);
    CHECK(columns_of("abc") == 3);
    CHECK(columns_of("caf\xC3\xA9") == 4);
    CHECK(columns_of("\xE6\xBC\xA2\xE5\xAD\x97") == 4);
    CHECK(columns_of("\xE2\x80\xA6") == 1);
}

TEST_CASE("a text that is clipped fits, and says that it was") {
    CHECK(clipped("abc", 3) == "abc");
    CHECK(clipped("abcd", 3) == "ab\xE2\x80\xA6");
    CHECK(clipped("abcd", 1) == "\xE2\x80\xA6");
    CHECK(clipped("\xE6\xBC\xA2\xE5\xAD\x97", 3) == "\xE6\xBC\xA2\xE2\x80\xA6");
    for (int columns = 1; columns < 12; ++columns)
        CHECK(columns_of(clipped("\xE6\xBC\xA2 and caf\xC3\xA9", columns)) <= columns);
}

TEST_CASE("a page has its shapes in the order of the calls") {
    svg_page page{10, 20, "Mono"};
    page.begin_group("a < b");
    page.line(1, 2, 3, 4, "stroke=\"red\"");
    page.text(5, 6, 11, "start", "black", "x & y");
    page.end_group();
    CHECK(std::move(page).finish() ==
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"20\" "
          "viewBox=\"0 0 10 20\" font-family=\"Mono\">\n"
          "<rect x=\"0\" y=\"0\" width=\"10\" height=\"20\" fill=\"#ffffff\"/>\n"
          "<g><title>a &lt; b</title>\n"
          "<line x1=\"1\" y1=\"2\" x2=\"3\" y2=\"4\" stroke=\"red\"/>\n"
          "<text x=\"5\" y=\"6\" font-size=\"11\" text-anchor=\"start\" fill=\"black\">"
          "x &amp; y</text>\n"
          "</g>\n</svg>\n");
}

}  // namespace
}  // namespace earmark
