// Thresholds: one event per crossing, quiet at the boundary, the same from every journal; and what
// is available of several cells at one instant.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "earmark/engine/engine.hpp"

using namespace earmark;

namespace {

constexpr time_point noon{1'800'000'000'000'000'000};

struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    std::unique_ptr<engine> e;
    position cursor{};

    explicit shop(config c = {}, bool is_stored = true) {
        if (is_stored) c.sink = sink;
        e = std::make_unique<engine>(c);
        const sku_row skus[] = {{"mug", 0, 1}, {"cable", 2, 50}};
        const node_row nodes[] = {{"bonn", node_kind::dc, {}, 0, true, {}, {}},
                                  {"kiel", node_kind::store, {}, 0, true, {}, {}},
                                  {"ulm", node_kind::store, {}, 0, true, {}, {}}};
        const stock_row stock[] = {{"mug", "bonn", {10}},
                                   {"mug", "kiel", {2}},
                                   {"mug", "ulm", {2}},
                                   {"cable", "bonn", {1'000}}};
        REQUIRE(e->load(when(), skus).rejected.empty());
        REQUIRE(e->load(when(), nodes).rejected.empty());
        REQUIRE(e->load(when(), stock).rejected.empty());
    }
    static command when(std::int64_t minute = 0) { return {{}, {}, noon + minutes(minute)}; }
    static threshold_row level(std::string key, std::string sku, std::string node, std::int64_t low,
                               std::int64_t high) {
        threshold_row t;
        t.key = std::move(key);
        t.sku = std::move(sku);
        t.node = std::move(node);
        t.low = low;
        t.high = high;
        return t;
    }
    load_report watch(const threshold_row& t) { return e->load(when(), std::span{&t, 1}); }
    reservation_id hold(std::int64_t n, std::uint16_t node = 0, time_point until = never) {
        const reserve_line line{sku_id{0}, node_id{node}, {n}, {}};
        const auto r = e->reserve(when(), {{&line, 1}, until});
        REQUIRE(r);
        return reservation_id{r->subject};
    }
    /// What has crossed since it was asked last, as "key- level" and "key+ level".
    std::string heard() {
        const auto page = e->crossings(cursor, 100);
        REQUIRE(page);
        cursor = page->next;
        std::string out;
        for (const crossing& c : page->rows)
            out += std::string{e->threshold_key(c.threshold)} + (c.below ? "-" : "+") + " " +
                   std::to_string(c.level.atoms) + ";";
        return out;
    }
};

}  // namespace

TEST_CASE("a level tells once when it falls below low, and once when it is back at high") {
    shop s;
    REQUIRE(s.watch(s.level("few", "mug", "bonn", 4, 7)).rejected.empty());
    CHECK(s.heard().empty());
    s.hold(6);
    CHECK(s.heard().empty());  // 4 is not below 4
    const auto one = s.hold(1);
    CHECK(s.heard() == "few- 3;");
    REQUIRE(s.e->unreserve(s.when(), one));
    s.hold(1);
    REQUIRE(s.e->adjust(s.when(), {sku_id{0}, node_id{0}, {3}, adjust_reason::receipt}));
    CHECK(s.heard().empty());  // 4, 3, 6: between low and high
    REQUIRE(s.e->adjust(s.when(), {sku_id{0}, node_id{0}, {1}, adjust_reason::receipt}));
    CHECK(s.heard() == "few+ 7;");
    CHECK(s.heard().empty());
}

TEST_CASE("a level at the boundary does not flap") {
    shop s;
    REQUIRE(s.watch(s.level("few", "mug", "bonn", 5, 6)).rejected.empty());
    s.hold(5);
    for (int i = 0; i < 100; ++i) {
        const auto r = s.hold(1);
        REQUIRE(s.e->unreserve(s.when(), r));
    }
    CHECK(s.heard() == "few- 4;");
}

TEST_CASE(
    "levels are those of available: floors, channels, kinds, sums with a floor at each node") {
    shop s;
    floor_row keep;
    keep.key = "keep";
    keep.sku = "mug";
    keep.kind = node_kind::store;
    keep.channel = "web";
    keep.units = 1;
    REQUIRE(s.e->load(s.when(), std::span{&keep, 1}).rejected.empty());
    auto all = s.level("all", "mug", "", 12, 12);
    auto web = s.level("web", "mug", "", 12, 12);
    web.channel = "web";
    auto stores = s.level("stores", "mug", "", 4, 4);
    stores.kind = node_kind::store;
    for (const auto& t : {all, web, stores}) REQUIRE(s.watch(t).rejected.empty());
    CHECK(s.heard().empty());  // 14, 12, 4
    const auto r = s.hold(1, 1);
    CHECK(s.heard() == "web- 11;stores- 3;");
    CHECK(s.e->available({sku_id{0}, none<node_id>, s.e->find_channel("web").value()})->atoms ==
          11);
    keep.exclude = true;
    keep.units = 0;
    keep.channel = "";
    REQUIRE(s.e->load(s.when(), std::span{&keep, 1}).rejected.empty());
    CHECK(s.heard() == "all- 10;");
    keep.active = false;
    REQUIRE(s.e->load(s.when(), std::span{&keep, 1}).rejected.empty());
    CHECK(s.heard() == "all+ 13;web+ 13;");
    REQUIRE(s.e->unreserve(s.when(), r));
    CHECK(s.heard() == "stores+ 4;");
}

TEST_CASE("quantities are compared in the SKU's own scale") {
    shop s;
    REQUIRE(s.watch(s.level("reel", "cable", "bonn", 9, 9)).rejected.empty());
    const reserve_line line{sku_id{1}, node_id{0}, {100}, {}};
    REQUIRE(s.e->reserve(s.when(), {{&line, 1}, never}));
    CHECK(s.heard().empty());  // 9.00
    const reserve_line half{sku_id{1}, node_id{0}, {50}, {}};
    REQUIRE(s.e->reserve(s.when(), {{&half, 1}, never}));
    CHECK(s.heard() == "reel- 850;");
}

TEST_CASE("a threshold that is below at once says so; it may be changed, silenced, and moved") {
    shop s;
    REQUIRE(s.watch(s.level("t", "mug", "bonn", 11, 12)).rejected.empty());
    CHECK(s.heard() == "t- 10;");
    REQUIRE(s.watch(s.level("t", "mug", "bonn", 5, 11)).rejected.empty());
    CHECK(s.heard().empty());  // it goes on: below until 11
    REQUIRE(s.watch(s.level("t", "mug", "bonn", 5, 10)).rejected.empty());
    CHECK(s.heard() == "t+ 10;");
    REQUIRE(s.watch(s.level("t", "mug", "kiel", 5, 10)).rejected.empty());
    CHECK(s.heard() == "t- 2;");
    auto silent = s.level("t", "mug", "kiel", 5, 10);
    silent.active = false;
    REQUIRE(s.watch(silent).rejected.empty());
    s.hold(2, 1);
    CHECK(s.heard().empty());
    silent.active = true;
    REQUIRE(s.watch(silent).rejected.empty());
    CHECK(s.heard() == "t- 0;");
}

TEST_CASE("an expiry lets a level come back, at the record that expires it") {
    shop s;
    REQUIRE(s.watch(s.level("few", "mug", "bonn", 4, 8)).rejected.empty());
    s.hold(8, 0, noon + minutes(5));
    CHECK(s.heard() == "few- 2;");
    REQUIRE(s.e->advance(s.when(6)));
    CHECK(s.heard() == "few+ 10;");
}

TEST_CASE("rows that cannot be are rejected, each with its reason") {
    shop s;
    const auto code = [&](const threshold_row& t) {
        const auto r = s.watch(t);
        return r.rejected.empty() ? error_code::ok : r.rejected.front().why.code;
    };
    CHECK(code(s.level("", "mug", "", 1, 1)) == error_code::empty_key);
    CHECK(code(s.level(std::string(256, 'x'), "mug", "", 1, 1)) == error_code::key_too_long);
    CHECK(code(s.level("t", "jug", "", 1, 1)) == error_code::unknown_sku);
    CHECK(code(s.level("t", "mug", "rome", 1, 1)) == error_code::unknown_node);
    CHECK(code(s.level("t", "mug", "", 0, 1)) == error_code::out_of_range);
    CHECK(code(s.level("t", "mug", "", 5, 4)) == error_code::out_of_range);
    CHECK(code(s.level("t", "mug", "", 5, max_floor_units + 1)) == error_code::out_of_range);
    auto both = s.level("t", "mug", "bonn", 1, 1);
    both.kind = node_kind::dc;
    CHECK(code(both) == error_code::bad_field);
    CHECK(s.heard().empty());
}

TEST_CASE("the crossings of a journal are those that the engine told, and pages cut no record") {
    shop s;
    for (int i = 0; i < 4; ++i)
        REQUIRE(s.watch(s.level("t" + std::to_string(i), "mug", "bonn", 3 + i, 6 + i))
                    .rejected.empty());
    for (int i = 0; i < 20; ++i) {
        const auto r = s.hold(9);
        REQUIRE(s.e->unreserve(s.when(), r));
    }
    const auto told = s.e->crossings({}, SIZE_MAX);
    REQUIRE(told);
    CHECK(told->rows.size() == 160);
    REQUIRE(s.e->flush(journal::durability::memory));
    config c;
    c.sink = s.sink;
    engine again{c};
    const auto of_journal = again.crossings({}, SIZE_MAX);
    REQUIRE(of_journal);
    std::vector<crossing> paged;
    for (position at{};;) {
        const auto page = s.e->crossings(at, 3);
        REQUIRE(page);
        if (page->rows.empty()) break;
        CHECK(page->rows.size() == 4);
        paged.insert(paged.end(), page->rows.begin(), page->rows.end());
        at = page->next;
    }
    const std::vector<crossing>* const others[] = {&of_journal->rows, &paged};
    for (const auto* other : others) {
        REQUIRE(other->size() == told->rows.size());
        for (std::size_t i = 0; i < told->rows.size(); ++i) {
            const crossing &a = told->rows[i], &b = (*other)[i];
            CHECK(a.at == b.at);
            CHECK(a.threshold == b.threshold);
            CHECK(a.below == b.below);
            CHECK(a.level == b.level);
        }
    }
}

TEST_CASE("what is not kept any more is said, and a gap in the journal shows as one step") {
    config c;
    c.crossing_events = 8;
    shop s{c};
    REQUIRE(s.watch(s.level("few", "mug", "bonn", 4, 8)).rejected.empty());
    for (int i = 0; i < 10; ++i) REQUIRE(s.e->unreserve(s.when(), s.hold(9)));
    const auto e = s.e->crossings({}, 10).error();
    CHECK(e.code == error_code::cursor_too_old);
    CHECK(s.e->crossings(position{static_cast<std::uint64_t>(e.refs[1])}, 10)->rows.size() == 8);

    config small;
    small.retained_bytes = 1u << 12;
    small.ring_bytes = 1u << 16;
    shop whole{small};
    REQUIRE(whole.watch(whole.level("few", "mug", "bonn", 4, 8)).rejected.empty());
    for (int i = 0; i < 500; ++i) REQUIRE(whole.e->unreserve(whole.when(), whole.hold(9)));
    CHECK(whole.e->crossings({}, 2'000)->rows.size() == 1'000);  // read back from the sink

    shop t{small, false};
    REQUIRE(t.watch(t.level("few", "mug", "bonn", 4, 8)).rejected.empty());
    CHECK(t.heard().empty());
    for (int i = 0; i < 500; ++i) REQUIRE(t.e->unreserve(t.when(), t.hold(9)));
    t.hold(9);
    const auto gap = t.e->crossings(t.cursor, 10).error();
    REQUIRE(gap.code == error_code::cursor_too_old);
    t.cursor = position{static_cast<std::uint64_t>(gap.refs[1])};
    CHECK(t.heard() == "few- 1;");
    REQUIRE(t.e->adjust(t.when(), {sku_id{0}, node_id{0}, {9}, adjust_reason::receipt}));
    CHECK(t.heard() == "few+ 10;");
    CHECK(t.e->audit()->clean());
}

// ---- available_together ------------------------------------------------------------------------

TEST_CASE("together is each answer of available, where nothing moves") {
    shop s;
    floor_row keep;
    keep.key = "keep";
    keep.sku = "mug";
    keep.node = "kiel";
    keep.channel = "web";
    keep.units = 1;
    REQUIRE(s.e->load(s.when(), std::span{&keep, 1}).rejected.empty());
    s.hold(3);
    const channel_id web = s.e->find_channel("web").value();
    const available_request asked[] = {{sku_id{0}},
                                       {sku_id{0}, node_id{1}},
                                       {sku_id{0}, node_id{1}, web},
                                       {sku_id{0}, none<node_id>, web},
                                       {sku_id{1}, node_id{0}},
                                       {sku_id{1}, node_id{2}}};
    const auto all = s.e->available_together(asked);
    REQUIRE(all);
    REQUIRE(all->size() == std::size(asked));
    for (std::size_t i = 0; i < std::size(asked); ++i)
        CHECK((*all)[i] == s.e->available(asked[i]).value());
    CHECK(s.e->available_together({})->empty());
}

TEST_CASE("what cannot be asked together is refused with the row of the question") {
    shop s;
    std::vector<available_request> asked{{sku_id{0}}, {sku_id{9}}};
    const auto unknown = s.e->available_together(asked).error();
    CHECK(unknown.code == error_code::unknown_sku);
    CHECK(unknown.row == 2);
    std::vector<sku_row> skus;
    std::vector<stock_row> stock;
    for (int i = 0; i < 62; ++i) {
        skus.push_back({"x" + std::to_string(i), 0, 1});
        stock.push_back({"x" + std::to_string(i), "bonn", {1}});
    }
    REQUIRE(s.e->load(s.when(), std::span<const sku_row>{skus}).rejected.empty());
    REQUIRE(s.e->load(s.when(), std::span<const stock_row>{stock}).rejected.empty());
    asked.clear();
    for (std::uint32_t i = 0; i < 62; ++i) asked.push_back({sku_id{2 + i}});
    for (int i = 0; i < 3; ++i) asked.push_back({sku_id{0}, node_id{0}});  // one cell, thrice
    asked.push_back({sku_id{1}, node_id{0}});
    CHECK(s.e->available_together(asked)->size() == 66);
    asked.push_back({sku_id{0}, node_id{1}});
    const auto many = s.e->available_together(asked).error();
    CHECK(many.code == error_code::too_many_cells);
    CHECK(many.refs[0] == 65);
    CHECK(many.refs[1] == 64);
    CHECK(many.row == 67);
}

TEST_CASE("a basket over several cells is never seen in part") {
    shop s;
    const stock_row more[] = {{"mug", "bonn", {500'000}}, {"mug", "kiel", {500'008}}};
    REQUIRE(s.e->load(s.when(), more).rejected.empty());
    const auto equal = [&](const std::vector<quantity>& q) { return q[0] == q[1]; };
    const available_request asked[] = {{sku_id{0}, node_id{0}}, {sku_id{0}, node_id{1}}};
    REQUIRE(equal(s.e->available_together(asked).value()));
    std::atomic<int> running{2};
    std::atomic<bool> has_moved{false};  // a loaded machine may let the reader wait
    const auto buy = [&] {
        for (int i = 0; i < 20'000 || (i < 100'000 && !has_moved); ++i) {
            const reserve_line lines[] = {{sku_id{0}, node_id{0}, {1 + i % 3}, {}},
                                          {sku_id{0}, node_id{1}, {1 + i % 3}, {}}};
            (void)s.e->reserve(s.when(), {lines, never});
        }
        --running;
    };
    std::thread buyers[] = {std::thread{buy}, std::thread{buy}};
    int seen = 0;
    std::int64_t last = INT64_MAX;
    bool torn = false, grew = false, moved = false;
    while (running > 0 || seen == 0) {
        const auto q = s.e->available_together(asked);
        if (!q) continue;
        ++seen;
        torn = torn || !equal(*q);
        grew = grew || (*q)[0].atoms > last;
        moved = moved || (last != INT64_MAX && (*q)[0].atoms < last);
        has_moved = moved;
        last = (*q)[0].atoms;
    }
    for (auto& b : buyers) b.join();
    CHECK(!torn);
    CHECK(!grew);
    CHECK(moved);
    CHECK(seen > 0);
}
