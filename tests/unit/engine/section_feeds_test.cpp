// Feeds, counts and thresholds that name a section: each speaks of its own cell and of no other.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr sku_id hat{0}, mug{1};
constexpr node_id dc{0}, store{1};
constexpr section_id plain = none<section_id>;
constexpr time_point monday{1'800'000'000'000'000'000};

section_row section(std::string key, std::string condition = {}, time_point expires = never) {
    section_row r;
    r.key = std::move(key);
    r.condition = std::move(condition);
    r.expires = expires;
    return r;
}

/// Ten hats at the DC, four of them kept for `vip`, two damaged; a lot that is good for a minute.
struct shop : kept_books {
    position cursor{};

    shop() {
        REQUIRE(on.load(at(), std::vector<sku_row>{{"hat"}, {"mug", 0, 6}}).accepted == 2);
        std::vector<node_row> nodes(2);
        nodes[0].key = "dc";
        nodes[1].key = "store";
        REQUIRE(on.load(at(), nodes).accepted == 2);
        const std::vector<section_row> sections{section("vip"), section("bad", "damaged"),
                                                section("lot", {}, monday + minutes(1))};
        REQUIRE(on.load(at(), sections).accepted == 3);
        REQUIRE(on.load(at(), std::vector<stock_row>{{"hat", "dc", {10}},
                                                     {"hat", "dc", {4}, {}, "vip"},
                                                     {"hat", "dc", {2}, {}, "bad"},
                                                     {"hat", "dc", {3}, {}, "lot"}})
                    .accepted == 4);
    }
    static command at(std::int64_t minute = 0) { return {{}, {}, monday + minutes(minute)}; }
    [[nodiscard]] section_id id(std::string_view key) const { return *on.find_section(key); }
    /// On hand and free of a section of hats.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> books(section_id s, node_id n = dc) const {
        const auto all = on.sections(hat);
        REQUIRE(all);
        for (const section_view& v : *all)
            if (v.section == s && v.node == n) return {v.on_hand.atoms, v.free.atoms};
        return {-1, -1};
    }
    [[nodiscard]] std::int64_t on_hand(section_id s, node_id n = dc) const {
        return books(s, n).first;
    }
    feed_report says(std::uint64_t sequence, std::vector<feed_row> rows, position as_of,
                     feed_basis basis = feed_basis::on_hand) {
        return on.snapshot(at(), {"wms", sequence, as_of, basis, false, rows});
    }
    result<receipt> take(std::int64_t n, section_id s, time_point until = never) {
        const reserve_line line{hat, dc, {n}, {}, none<pool_id>, s};
        return on.reserve(at(), {{&line, 1}, until});
    }
    load_report watch(const threshold_row& t) { return on.load(at(), std::span{&t, 1}); }
    /// What has crossed since it was asked last; a new engine of the same journal hears the same.
    std::string heard() {
        const auto text = [](const engine& e, position from, position* next) {
            const auto page = e.crossings(from, 100);
            REQUIRE(page);
            if (next != nullptr) *next = page->next;
            std::string out;
            for (const crossing& c : page->rows)
                out += std::string{e.threshold_key(c.threshold)} + (c.below ? "-" : "+") + " " +
                       std::to_string(c.level.atoms) + ";";
            return out;
        };
        const position from = cursor;
        const std::string live = text(on, from, &cursor);
        CHECK(on.flush(journal::durability::memory));
        CHECK(text(engine{settings()}, from, nullptr) == live);
        return live;
    }
};

threshold_row few(std::string key, std::string in, std::int64_t low, std::int64_t high) {
    threshold_row t;
    t.key = std::move(key);
    t.sku = "hat";
    t.section = std::move(in);
    t.low = low;
    t.high = high;
    return t;
}

TEST_CASE("a row that names a section states that section's stock, and nothing of the others") {
    shop s;
    const auto r =
        s.says(1, {{hat, dc, {6}, s.id("vip")}, {hat, dc, {1}, s.id("bad")}}, s.on.head());
    CHECK(r.why.code == error_code::ok);
    CHECK(r.accepted == 2);
    REQUIRE(r.changes.size() == 2);
    CHECK(r.changes[0].section == s.id("vip"));
    CHECK(r.changes[0].adjustment.atoms == 2);
    CHECK(r.changes[1].section == s.id("bad"));
    CHECK(r.changes[1].adjustment.atoms == -1);
    CHECK(s.on_hand(plain) == 10);
    CHECK(s.on_hand(s.id("vip")) == 6);
    CHECK(s.on_hand(s.id("bad")) == 1);
    const auto whole = s.says(2, {{hat, dc, {8}}}, s.on.head());
    CHECK(whole.changes.at(0).section == plain);
    CHECK(s.on_hand(plain) == 8);
    CHECK(s.on_hand(s.id("vip")) == 6);
}

TEST_CASE("how far a source has spoken is kept for each section") {
    shop s;
    const section_id vip = s.id("vip");
    CHECK(s.says(7, {{hat, dc, {9}}}, s.on.head()).accepted == 1);
    CHECK(s.says(3, {{hat, dc, {5}, vip}}, s.on.head()).accepted == 1);  // the first of this cell
    CHECK(s.says(3, {{hat, dc, {1}, vip}}, s.on.head()).stale == 1);
    CHECK(s.says(6, {{hat, dc, {1}}}, s.on.head()).stale == 1);
    const feed_row two[] = {{hat, dc, {-1}, vip}, {hat, dc, {-1}}};
    const auto d = s.on.delta(s.at(), {"wms", 5, two});
    CHECK(d.accepted == 1);
    REQUIRE(d.rejected.size() == 1);
    CHECK(d.rejected[0].row == 2);
    CHECK(d.rejected[0].why.code == error_code::late_delta);
    CHECK(s.on_hand(vip) == 4);
    CHECK(s.on_hand(plain) == 9);
}

TEST_CASE("what we moved between sections after as_of is added again on both sides") {
    shop s;
    const section_id vip = s.id("vip");
    const position before = s.on.head();
    REQUIRE(s.on.transfer(s.at(), {hat, dc, plain, vip, {3}}));
    const auto r = s.says(1, {{hat, dc, {10}}, {hat, dc, {4}, vip}}, before);
    CHECK(r.accepted == 2);
    CHECK(r.changes.empty());  // the source has not seen the transfer
    CHECK(s.on_hand(plain) == 7);
    CHECK(s.on_hand(vip) == 7);
}

TEST_CASE("a net feed of a section is less the promises of that section") {
    shop s;
    const section_id vip = s.id("vip");
    const position before = s.on.head();
    REQUIRE(s.take(3, vip));
    CHECK(s.says(1, {{hat, dc, {4}, vip}}, before, feed_basis::available).changes.empty());
    const auto r = s.says(2, {{hat, dc, {-1}, vip}}, s.on.head(), feed_basis::available);
    CHECK(r.changes.at(0).adjustment.atoms == -2);
    CHECK(r.changes.at(0).shortfall.atoms == 1);
    CHECK(s.books(vip) == std::pair<std::int64_t, std::int64_t>{2, -1});
    REQUIRE(r.uncovered.size() == 1);
    CHECK(r.uncovered[0].section == vip);
    CHECK(r.uncovered[0].amount.atoms == 1);
    CHECK(s.on.uncovered(hat)->at(0).section == vip);
}

TEST_CASE("a section's cell that is not there yet is made by its first row") {
    shop s;
    const section_id vip = s.id("vip");
    const auto r = s.says(1, {{hat, store, {5}, vip}, {mug, dc, {12}, vip}}, s.on.head());
    CHECK(r.accepted == 2);
    CHECK(s.on_hand(vip, store) == 5);
    CHECK(s.on_hand(plain, store) == -1);  // the plain stock was not spoken of
}

TEST_CASE("a complete snapshot covers the stock that it names, and what it lists besides") {
    shop s;
    const section_id vip = s.id("vip"), bad = s.id("bad"), lot = s.id("lot");
    const std::vector<stock_row> more{{"mug", "dc", {6}}, {"mug", "dc", {6}, {}, "bad"}};
    REQUIRE(s.on.load(s.at(), more).accepted == 2);
    std::vector<feed_row> rows{{hat, dc, {1}, bad}};
    const auto says = [&](std::uint64_t sequence, std::vector<node_id> nodes,
                          std::vector<section_id> sections) {
        return s.on.snapshot(s.at(), {"wms", sequence, s.on.head(), feed_basis::on_hand, true, rows,
                                      nodes, sections});
    };
    auto r = says(1, {}, {});
    CHECK(r.zeroed == 1);  // mugs that are bad; nobody spoke of plain stock, `vip` and `lot`
    CHECK(s.on_hand(plain) == 10);
    CHECK(s.on_hand(vip) == 4);
    r = says(2, {}, {lot});
    CHECK(r.zeroed == 2);
    CHECK(s.on_hand(lot) == 0);
    CHECK(s.on_hand(vip) == 4);
    CHECK(s.on_hand(plain) == 10);
    r = says(3, {dc}, {});
    CHECK(r.zeroed == 3);  // bad mugs again, and plain hats and mugs
    CHECK(s.on_hand(plain) == 0);
    CHECK(s.on_hand(vip) == 4);
    rows = {{hat, dc, {2}}};
    r = says(4, {}, {});
    CHECK(r.zeroed == 1);  // plain mugs; it says nothing of what is bad
    CHECK(s.on_hand(bad) == 1);
    CHECK(s.on_hand(plain) == 2);
}

TEST_CASE("what cannot be said of a section is refused: rows one by one, a list as a whole") {
    shop s;
    const section_id vip = s.id("vip"), nowhere{77};
    const position head = s.on.head();
    const auto r =
        s.says(1, {{hat, dc, {1}, nowhere}, {hat, dc, {5}, vip}, {hat, dc, {6}, vip}}, head);
    CHECK(r.accepted == 1);
    REQUIRE(r.rejected.size() == 2);
    CHECK(r.rejected[0].why.code == error_code::unknown_section);
    CHECK(r.rejected[1].why.code == error_code::duplicate_row);
    CHECK(r.rejected[1].text.find("in 'vip'") != std::string::npos);
    const section_id list[] = {vip, nowhere};
    const feed_row row{hat, dc, {1}};
    const auto whole =
        s.on.snapshot(s.at(), {"wms", 2, head, feed_basis::on_hand, true, {&row, 1}, {}, list});
    CHECK(whole.why.code == error_code::unknown_section);
    CHECK(s.on_hand(plain) == 10);
}

TEST_CASE("a count of a section brings that section to what was found") {
    shop s;
    const section_id vip = s.id("vip");
    REQUIRE(s.take(3, vip));
    std::vector<uncovered_promise> left;
    const auto r = s.on.count({"c1", {}, monday}, {hat, dc, {2}, vip}, &left);
    REQUIRE(r);
    CHECK(r->why.refs[0] == 4);
    CHECK(r->uncovered == 1);
    CHECK(left.at(0).section == vip);
    CHECK(s.on_hand(vip) == 2);
    CHECK(s.on_hand(plain) == 10);
    CHECK(s.on.count({"c1", {}, monday}, {hat, dc, {2}, vip})->what == outcome::repeat);
    CHECK(s.on.count({"c1", {}, monday}, {hat, dc, {2}}).error().code == error_code::duplicate_key);
    REQUIRE(s.on.count(s.at(), {hat, dc, {9}}));
    const auto page = s.on.counts({}, 1'000);
    REQUIRE(page);
    REQUIRE(page->rows.size() == 2);
    CHECK(page->rows[0].section == vip);
    CHECK(page->rows[0].record.atoms == 4);
    CHECK(page->rows[1].section == plain);
    CHECK(s.on.count(s.at(), {hat, store, {1}, vip}).error().code == error_code::no_cell);
    CHECK(s.on.count(s.at(), {hat, dc, {1}, section_id{9}}).error().code ==
          error_code::unknown_section);
}

TEST_CASE("a threshold of a section hears of that section alone, above no floor rule") {
    shop s;
    floor_row keep;
    keep.key = "keep";
    keep.sku = "hat";
    keep.units = 3;
    REQUIRE(s.on.load(s.at(), std::span{&keep, 1}).accepted == 1);
    REQUIRE(s.watch(few("vips", "vip", 3, 4)).rejected.empty());
    REQUIRE(s.watch(few("all", "", 5, 6)).rejected.empty());
    const auto held = s.take(2, s.id("vip"));
    REQUIRE(held);
    CHECK(s.heard() == "vips- 2;");
    REQUIRE(s.on.count(s.at(), {hat, dc, {7}}));  // plain: 7, less 3
    CHECK(s.heard() == "all- 4;");
    REQUIRE(s.on.unreserve(s.at(), reservation_id{held->subject}));
    CHECK(s.heard() == "vips+ 4;");
    const crossing last = s.on.crossings({}, 100)->rows.back();
    CHECK(last.section == s.id("vip"));
    CHECK(last.sku == hat);
}

TEST_CASE("a section that is frozen or expired has nothing for a threshold") {
    shop s;
    REQUIRE(s.watch(few("lots", "lot", 2, 3)).rejected.empty());
    CHECK(s.heard().empty());
    section_row lot = section("lot", {}, monday + minutes(1));
    lot.frozen = true;
    REQUIRE(s.on.load(s.at(), std::span{&lot, 1}).accepted == 1);
    CHECK(s.heard() == "lots- 0;");
    lot.frozen = false;
    REQUIRE(s.on.load(s.at(), std::span{&lot, 1}).accepted == 1);
    CHECK(s.heard() == "lots+ 3;");
    REQUIRE(s.on.adjust(s.at(2), {hat, store, {1}}).error().code == error_code::no_cell);
    CHECK(s.heard().empty());  // the minute has passed, and no record has said so
    REQUIRE(s.on.adjust(s.at(2), {hat, dc, {1}}));
    CHECK(s.heard() == "lots- 0;");
    lot.expires = monday + minutes(9);
    REQUIRE(s.on.load(s.at(2), std::span{&lot, 1}).accepted == 1);
    CHECK(s.heard() == "lots+ 3;");
}

TEST_CASE("a threshold that moves to another section begins anew") {
    shop s;
    REQUIRE(s.watch(few("one", "vip", 5, 5)).rejected.empty());
    CHECK(s.heard() == "one- 4;");
    REQUIRE(s.watch(few("one", "vip", 5, 6)).rejected.empty());
    CHECK(s.heard().empty());
    REQUIRE(s.watch(few("one", "lot", 5, 6)).rejected.empty());
    CHECK(s.heard() == "one- 3;");
    REQUIRE(s.take(1, s.id("vip")));
    CHECK(s.heard().empty());
}

TEST_CASE("a threshold of a pool warns when it is nearly gone") {
    shop s;
    pool_row picks;
    picks.key = "picks";
    picks.kind = pool_kind::capacity;
    picks.decimals = 1;
    picks.amount = {60};
    picks.per_unit = {15};
    picks.node = "dc";
    REQUIRE(s.on.load(s.at(), std::span{&picks, 1}).accepted == 1);
    threshold_row t;
    t.key = "nearly";
    t.pool = "picks";
    t.low = 2;
    t.high = 4;
    REQUIRE(s.watch(t).rejected.empty());
    REQUIRE(s.take(2, plain));
    CHECK(s.heard().empty());  // 3.0
    const auto held = s.take(1, plain);
    REQUIRE(held);
    CHECK(s.heard() == "nearly- 15;");
    const crossing x = s.on.crossings({}, 9)->rows.back();
    CHECK(x.pool == *s.on.find_pool("picks"));
    CHECK(x.sku == none<sku_id>);
    REQUIRE(s.on.unreserve(s.at(), reservation_id{held->subject}));
    REQUIRE(s.on.adjust(s.at(), {{}, {}, {10}, adjust_reason::correction, x.pool}));
    CHECK(s.heard() == "nearly+ 40;");
}

TEST_CASE("thresholds of sections and pools that cannot be are rejected") {
    shop s;
    pool_row picks;
    picks.key = "picks";
    REQUIRE(s.on.load(s.at(), std::span{&picks, 1}).accepted == 1);
    const auto why = [&](auto&& change) {
        threshold_row t = few("x", "", 1, 1);
        change(t);
        const auto r = s.watch(t);
        return r.rejected.empty() ? error_code::ok : r.rejected[0].why.code;
    };
    CHECK(why([](auto& t) { t.section = "nowhere"; }) == error_code::unknown_section);
    CHECK(why([](auto& t) { t.section = "bad"; }) == error_code::bad_field);
    CHECK(why([](auto& t) { t.section = "vip", t.channel = "web"; }) == error_code::bad_field);
    CHECK(why([](auto& t) { t.pool = "picks"; }) == error_code::bad_field);
    CHECK(why([](auto& t) { t.sku = {}, t.pool = "nowhere"; }) == error_code::unknown_pool);
    CHECK(why([](auto& t) { t.sku = {}, t.pool = "picks", t.node = "dc"; }) ==
          error_code::bad_field);
    CHECK(why([](auto& t) { t.sku = {}; }) == error_code::unknown_sku);
    CHECK(why([](auto& t) { t.sku = {}, t.pool = "picks"; }) == error_code::ok);
}

TEST_CASE("after a gap in the records, levels of sections are those of the books") {
    config c;
    c.retained_bytes = 1;
    c.max_cells = 256;
    engine on{c};
    const command at{{}, {}, monday};
    REQUIRE(on.load(at, std::vector<sku_row>{{"hat"}}).accepted == 1);
    std::vector<node_row> nodes(1);
    nodes[0].key = "dc";
    REQUIRE(on.load(at, nodes).accepted == 1);
    REQUIRE(on.load(at, std::vector<section_row>{section("vip")}).accepted == 1);
    REQUIRE(on.load(at, std::vector<stock_row>{{"hat", "dc", {4}, {}, "vip"}}).accepted == 1);
    const threshold_row t = few("vips", "vip", 3, 4);
    REQUIRE(on.load(at, std::span{&t, 1}).accepted == 1);
    for (int i = 0; i < 20'000; ++i) {
        REQUIRE(
            on.adjust(at, {hat, dc, {1}, adjust_reason::correction, none<pool_id>, section_id{0}}));
        REQUIRE(on.adjust(
            at, {hat, dc, {-1}, adjust_reason::correction, none<pool_id>, section_id{0}}));
    }
    position cursor = on.crossings(on.head(), 9)->next;
    REQUIRE(on.adjust(at, {hat, dc, {-2}, adjust_reason::damage, none<pool_id>, section_id{0}}));
    const auto page = on.crossings(cursor, 9);
    REQUIRE(page);
    REQUIRE(page->rows.size() == 1);
    CHECK(page->rows[0].level.atoms == 2);
}

TEST_CASE("a part of a reservation says what it is of") {
    shop s;
    pool_row credit;
    credit.key = "credit";
    credit.amount = {9};
    REQUIRE(s.on.load(s.at(), std::span{&credit, 1}).accepted == 1);
    const reserve_line lines[] = {{hat, dc, {1}, {}},
                                  {hat, dc, {2}, {}, none<pool_id>, s.id("vip")},
                                  {{}, {}, {3}, {}, *s.on.find_pool("credit")}};
    const auto r = s.on.reserve(s.at(), {lines});
    REQUIRE(r);
    const auto view = s.on.reservation(reservation_id{r->subject});
    REQUIRE(view);
    REQUIRE(view->parts.size() == 3);
    int goods = 0;
    for (const bucket_view& b : view->parts) {
        if (b.pool != none<pool_id>) {
            CHECK(b.sku == none<sku_id>);
            CHECK(b.amount.atoms == 3);
            continue;
        }
        ++goods;
        CHECK(b.sku == hat);
        CHECK(b.node == dc);
        CHECK(b.amount.atoms == (b.section == plain ? 1 : 2));
    }
    CHECK(goods == 2);
}

}  // namespace
}  // namespace earmark
