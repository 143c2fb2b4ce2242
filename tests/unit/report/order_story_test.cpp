// The picture of a story: by properties, for stories that no engine would tell, too.
#include "earmark/report/order_story.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/svg.hpp"

namespace earmark::report {
namespace {

constexpr std::int64_t minute = 60'000'000'000;

/// What stands in quotes behind `name`.
int number_of(std::string_view element, std::string_view name) {
    const std::size_t at = element.find(name);
    REQUIRE(at != std::string_view::npos);
    const std::string_view digits = element.substr(at + name.size());
    int n = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), n);
    return n;
}

struct box {
    int left = 0, right = 0, top = 0, bottom = 0;
    std::string words;
};

/// Each text as wide as a typewriter writes it: 0.602 of its size a letter.
std::vector<box> texts_of(std::string_view svg) {
    std::vector<box> out;
    for (std::size_t at = svg.find("<text "); at != std::string_view::npos;
         at = svg.find("<text ", at + 1)) {
        const std::string_view element = svg.substr(at, svg.find("</text>", at) - at);
        CHECK(element.find("text-anchor=\"start\"") != std::string_view::npos);
        const int x = number_of(element, "x=\""), y = number_of(element, " y=\"");
        const int size = number_of(element, "font-size=\"");
        const std::string words{element.substr(element.rfind('>') + 1)};
        const int width = (columns_of(words) * size * 602 + 999) / 1000;
        out.push_back({x, x + width, y - size * 8 / 10, y + size * 2 / 10, words});
    }
    return out;
}

bool meet(const box& a, const box& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

void check_drawing(const std::string& svg) {
    const std::vector<box> all = texts_of(svg);
    const int width = number_of(svg, "width=\""), height = number_of(svg, "height=\"");
    for (std::size_t i = 0; i < all.size(); ++i) {
        INFO(all[i].words);
        CHECK(all[i].left >= 0);
        CHECK(all[i].right <= width);
        CHECK(all[i].bottom <= height);
        for (std::size_t j = 0; j < i; ++j) {
            INFO(all[j].words);
            CHECK(!meet(all[i], all[j]));
        }
    }
}

trail_row row(trail_kind kind, std::uint32_t version, std::int64_t at_minute = 0) {
    trail_row r;
    r.kind = kind;
    r.at = position{version * 10};
    r.now = {1'800'000'000'000'000'000 + at_minute * minute};
    r.version = version;
    r.order = order_id{3};
    r.actor_key = "host";
    r.by = verb::place_order;
    return r;
}

trail_row units(trail_kind kind, std::uint32_t version, std::uint32_t line, std::int64_t n) {
    trail_row r = row(kind, version, version);
    r.line = line;
    r.sku = sku_id{line};
    r.sku_key = line == 1 ? "mug" : "bowl";
    r.amount = {n};
    return r;
}

trail_row moved(std::uint32_t version, std::uint32_t line, std::int64_t n, unit_state from,
                unit_state to, std::string_view node = {}) {
    trail_row r = units(trail_kind::moved, version, line, n);
    r.by = verb::source;
    r.from = from;
    r.to = to;
    if (!node.empty()) r.node = node_id{1};
    r.node_key = node;
    return r;
}

trail_row held(std::uint32_t version, std::uint32_t hold, std::string_view type) {
    trail_row r = row(trail_kind::held, version, version);
    r.by = verb::place_hold;
    r.hold = hold;
    r.hold_type = type;
    return r;
}

told_story small() {
    told_story s;
    s.order = order_id{3};
    s.key = "web-1";
    s.rows = {units(trail_kind::placed, 1, 1, 3), held(2, 1, "fraud"),
              moved(3, 1, 2, unit_state::open, unit_state::allocated, "leeds"),
              row(trail_kind::hold_ended, 4, 4)};
    s.rows.back().hold = 1;
    s.rows.back().hold_type = "fraud";
    s.rows.back().what = "resolved";
    s.version = 4;
    return s;
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size()))
        ++n;
    return n;
}

TEST_CASE("the same story gives the same picture, and another one another") {
    told_story s = small();
    const std::string drawn = svg_of(s);
    CHECK(drawn == svg_of(small()));
    s.rows[2].amount = {1};
    CHECK(drawn != svg_of(s));
    check_drawing(drawn);
}

TEST_CASE("a bar for each stretch in which a number of units stood somewhere, and for each hold") {
    const std::string drawn = svg_of(small());
    CHECK(count(drawn, "fill=\"#fdf1d0\"") == 2);  // open: 3, then 1
    CHECK(count(drawn, "fill=\"#dbe9fc\"") == 1);  // allocated: 2
    CHECK(count(drawn, "fill=\"#f6cfc9\"") == 1);  // the hold
    CHECK(count(drawn, "<title>") == 4);           // a column a record, with its sentence
    CHECK(drawn.find("<title>2027-01-15T08:03:00Z, version 3, source by host: 2 of line 1 (mug) "
                     "from open to allocated at leeds.</title>") != std::string::npos);
    std::vector<std::string> words;
    for (const box& b : texts_of(drawn)) words.push_back(b.words);
    for (const char* w : {"Order web-1, version 4", "1 mug", "open", "allocated", "leeds", "3", "2",
                          "1", "hold 1 fraud", "resolved", "2027-01-15", "08:03:00Z"})
        CHECK(std::ranges::count(words, w) == 1);
}

TEST_CASE("keys that mean something to XML do not reach it, and long ones are clipped") {
    told_story s = small();
    const std::string evil(255, '<');
    s.key = "</text><script>&\x01";
    s.rows[0].sku_key = evil;
    s.rows[0].actor_key = evil;
    s.rows[2].node_key = evil;
    s.rows[2].to_label = evil;
    s.rows[1].hold_type = evil;
    s.rows[3].hold_type = evil;
    const std::string drawn = svg_of(s);
    CHECK(drawn.find("<script>") == std::string::npos);
    CHECK(drawn.find('\x01') == std::string::npos);
    CHECK(count(drawn, "<text ") == count(drawn, "</text>"));
}

TEST_CASE("a key cannot write a line of the story, nor steer a terminal") {
    told_story of;
    of.key = "A\n2027-01-15T08:00:00Z, version 9, cancel by admin: forged.\x1b[2J";
    trail_row& r = of.rows.emplace_back();
    r.kind = trail_kind::captured;
    r.by = verb::place_order;
    r.actor_key = "host\r";
    r.command = of.key;
    r.what = "sales";
    const std::string words = text_of(of);
    CHECK(std::ranges::count(words, '\n') == 2);  // the head, and one record
    CHECK(std::ranges::none_of(words, [](char c) { return c == '\r' || c == '\x1b'; }));
    CHECK(words.find("place_order by host? (A?2027") != std::string::npos);
}

TEST_CASE("however long a story is, its picture is bounded and says what it leaves out") {
    told_story s;
    s.key = "long";
    std::uint32_t version = 0;
    for (std::uint32_t line = 1; line <= 50; ++line)
        s.rows.push_back(units(trail_kind::placed, 1, line, 200));
    for (version = 2; version <= 150; ++version)
        s.rows.push_back(
            moved(version, 1 + version % 50, 1, unit_state::open, unit_state::cancelled));
    for (std::uint32_t hold = 1; hold <= 30; ++hold)
        s.rows.push_back(held(version++, hold, "edit"));
    s.version = version - 1;
    const std::string drawn = svg_of(s);
    check_drawing(drawn);
    CHECK(count(drawn, "<title>") == drawn_steps);
    CHECK(count(drawn, "fill=\"#f6cfc9\"") == drawn_holds);
    CHECK(drawn.find("60 records before these; 10 more lines; 10 more holds") != std::string::npos);
    CHECK(sentence_of(std::span{s.rows}.first(50)).ends_with("; and 26 more."));
}

TEST_CASE("no texts overlap in any story") {
    std::mt19937_64 random{7};
    const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    const std::string_view names[] = {"a", "hamburg-store", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
                                      "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", ""};
    for (int turn = 0; turn < 60; ++turn) {
        told_story s;
        s.key = std::string{names[below(5)]};
        s.whole = below(3) != 0;
        const std::uint32_t steps = 1 + below(12);
        for (std::uint32_t v = 1; v <= steps; ++v)
            for (std::uint32_t n = 0; n <= below(4); ++n) {
                trail_row r = moved(v, 1 + below(3), below(2'000'000) + 1,
                                    static_cast<unit_state>(below(unit_states)),
                                    static_cast<unit_state>(below(unit_states)), names[below(5)]);
                r.decimals = 3;
                r.to_label = names[below(5)];
                r.actor_key = names[below(5)];
                r.now.ns += below(2) * 123'456'789;
                s.rows.push_back(r);
                trail_row h = held(v, 1 + below(4), names[below(5)]);
                h.line = below(3);
                if (below(2) == 0) {
                    h.kind = trail_kind::hold_ended;
                    h.what = below(2) == 0 ? "resolved" : "escalated";
                }
                s.rows.push_back(h);
            }
        s.version = steps;
        check_drawing(svg_of(s));
    }
    check_drawing(svg_of({}));
}

TEST_CASE("the trail's frame has a null where a row says nothing") {
    const told_story s = small();
    const vocabulary words = make_vocabulary(std::vector<std::string_view>{"x", "mug", "bowl"});
    const frame f = trail_frame(s.rows, words, words);
    CHECK(f.rows() == 4);
    CHECK(f.word("kind", 0) == "placed");
    CHECK(f.word("sku", 0) == "mug");
    CHECK(f.word("from_state", 0) == "");
    CHECK(f.word("to_state", 2) == "allocated");
    CHECK(f.ints("amount")[2] == 2);
    CHECK(!f.find("amount")->valid()[1]);
    CHECK(f.strings("hold_type")[1] == "fraud");
    CHECK(f.strings("what")[3] == "resolved");
    CHECK(f.small_ints("version")[3] == 4);
    CHECK(!f.find("policy")->valid()[0]);
}

}  // namespace
}  // namespace earmark::report
