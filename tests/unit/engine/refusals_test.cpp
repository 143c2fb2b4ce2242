// Refusals: the numbers of an error are those that its sentence speaks of, and a command that runs
// out of memory anywhere is refused as a whole.
#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/journal/sink.hpp"
#include "unit/allocations.hpp"

namespace earmark {
namespace {

constexpr std::int64_t most = 4'194'303;  // granules of one cell
constexpr time_point noon{1'800'000'000'000'000'000};

/// A SKU counted in pieces and one in steps of 0.50, at two nodes.
struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e{settings(sink)};
    sku_id piece{0}, metre{1};
    node_id here{0}, there{1};
    currency euro = *currency::parse("EUR");
    reservation_id basket = none<reservation_id>;  // the last one that was made

    static config settings(std::shared_ptr<journal::sink> to) {
        config c;
        c.max_orders = c.max_keys = 256;
        c.max_reservations = 1024;
        c.max_cells = 64;
        c.ledger_bytes = std::size_t{1} << 22;
        c.ring_bytes = std::size_t{1} << 16;
        c.retained_bytes = std::size_t{1} << 16;
        c.sink = std::move(to);
        return c;
    }
    shop() {
        const sku_row skus[] = {{"piece", 0, 1}, {"metre", 2, 50}};
        const node_row nodes[] = {{"here", node_kind::dc, {}, 0, true, {}, {}},
                                  {"there", node_kind::store, {}, 0, true, {}, {}}};
        const stock_row stock[] = {{"piece", "here", {3}}, {"metre", "here", {500}}};
        REQUIRE(e.load(now(), skus).rejected.empty());
        REQUIRE(e.load(now(), nodes).rejected.empty());
        REQUIRE(e.load(now(), stock).rejected.empty());
        REQUIRE(e.activate(now(),
                           "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"parcels\"]\n"
                           "[split]\nlines = \"by_quantity\"\n"));
    }
    static command now(std::string_view key = {}) { return {key, {}, noon}; }

    error adjust(sku_id s, std::int64_t n) { return e.adjust(now(), {s, here, {n}}).error(); }
    error reserve(std::vector<reserve_line> lines, time_point deadline = never) {
        return e.reserve(now(), {lines, deadline}).error();
    }
    placed place(std::string_view key, const std::vector<order_line>& lines) {
        return e.place_order(now(key), {lines, none<place_id>, euro, 0, none<reservation_id>});
    }
    error loaded(const sku_row& row) {
        const load_report r = e.load(now(), std::span{&row, 1});
        return r.rejected.empty() ? error{} : r.rejected.front().why;
    }
};

/// An error of out_of_range whose sentence names these two numbers.
void check_range(const error& e, std::int64_t value, std::int64_t bound) {
    CAPTURE(to_string(e));
    CHECK(e.code == error_code::out_of_range);
    CHECK(to_string(e).find(": the value " + std::to_string(value) +
                            " is out of range, the bound is " + std::to_string(bound) + "; ") !=
          std::string::npos);
}

TEST_CASE("a row of the table of SKUs that is out of range is told the bound that it breaks") {
    shop s;
    check_range(s.loaded({"x", -1, 1}), -1, 0);
    check_range(s.loaded({"x", 10, 1}), 10, 9);
    check_range(s.loaded({"x", 0, 0}), 0, 1);
    check_range(s.loaded({"x", 9, 1'000'000'000'001}), 1'000'000'000'001, 1'000'000'000'000);
    check_range(s.loaded({"x", 0, 9'223'372'037}), 9'223'372'037, 9'223'372'036);
    CHECK(s.loaded({"x", 0, 9'223'372'036}).code == error_code::ok);
}

TEST_CASE("a SKU with the largest granule that can be loaded can be ordered and sourced") {
    shop s;
    const sku_row row{"pallet", 0, 9'223'372'036};
    REQUIRE(s.loaded(row).code == error_code::ok);
    const stock_row stock{"pallet", "here", {row.granule}};
    REQUIRE(s.e.load(s.now(), std::span{&stock, 1}).rejected.empty());
    REQUIRE(s.place("o", {{sku_id{2}, {row.granule}, 0}}).first.what == outcome::done);
    const auto done = s.e.source(s.now(), order_id{0});
    REQUIRE(done);
    CHECK(done->first.what == outcome::done);
    CHECK(s.e.explain(order_id{0}));
}

TEST_CASE("an adjustment that is out of range keeps its sign") {
    shop s;
    check_range(s.adjust(s.piece, -5), -5, -3);  // more than was ever there
    check_range(s.adjust(s.piece, most + 1), most + 1, most);
    check_range(s.adjust(s.piece, -most - 1), -most - 1, -most);
    check_range(s.adjust(s.piece, INT64_MIN), INT64_MIN, -most);
    check_range(s.adjust(s.metre, INT64_MIN), INT64_MIN, -most * 50);
    CHECK(s.adjust(s.metre, -25) == fail(error_code::not_a_multiple, -25, 50));
    CHECK(s.adjust(s.piece, most) == fail(error_code::stock_overflow, most, 3));
}

TEST_CASE("a basket that is out of range is told in atoms") {
    shop s;
    check_range(s.reserve({{s.metre, s.here, {50}, {-50 * most - 50}}}), -50 * most - 50,
                -50 * most);
    check_range(s.reserve({{s.metre, s.here, {50}, {50 * most + 50}}}), 50 * most + 50, 50 * most);
    check_range(s.reserve({{s.metre, s.here, {50 * most}, {}}, {s.metre, s.here, {50}, {}}}),
                50 * most + 50, 50 * most);
    check_range(s.reserve({{s.piece, s.here, {1}, {}}}, noon), noon.ns, noon.ns);
    CHECK(s.reserve(std::vector<reserve_line>(257, {s.piece, s.here, {1}, {}})) ==
          fail(error_code::bad_line_count, 257, 256));
}

TEST_CASE(
    "lines of one SKU that together want more than a cell can count are refused at placement") {
    shop s;
    const placed p = s.place(
        "o",
        {{s.metre, {50 * most}, 0}, {s.piece, {most}, 0}, {s.metre, {50}, 0}, {s.metre, {50}, 0}});
    CHECK(p.first.what == outcome::declined);
    REQUIRE(p.violations.size() == 1);
    CHECK(p.violations[0] == fail(error_code::out_of_range, 50 * most + 50, 50 * most, 0, 3));
    CHECK(s.e.orders() == 0);

    // Exactly as much as fits is placed, and sourced.
    REQUIRE(s.place("all", {{s.piece, {most - 1}, 0}, {s.piece, {1}, 0}, {s.metre, {50}, 0}})
                .first.what == outcome::done);
    const auto done = s.e.source(s.now(), order_id{0});
    REQUIRE(done);
    CHECK(done->first.what == outcome::partial);
}

TEST_CASE("an order whose value does not fit is told the line with which it does not") {
    shop s;
    const placed p = s.place("o", {{s.piece, {1}, 500}, {s.piece, {3}, INT64_MAX / 2}});
    REQUIRE(p.violations.size() == 1);
    CHECK(p.violations[0] == fail(error_code::bad_price, INT64_MAX / 2, 0, 0, 2));
}

TEST_CASE("a fact that names a node which was never loaded is unknown_node, not not_allowed") {
    shop s;
    REQUIRE(s.place("o", {{s.piece, {1}, 0}}).first.what == outcome::done);
    REQUIRE(s.e.source(s.now(), order_id{0}));
    REQUIRE(s.e.release(s.now(), order_id{0}));
    for (const fact_kind kind : {fact_kind::ship, fact_kind::deliver}) {
        CHECK(s.e.record(s.now(), {kind, order_id{0}, 0, node_id{2}, {}}).error() ==
              fail(error_code::unknown_node, 2));
        CHECK(s.e.record(s.now(), {kind, order_id{0}, 0, s.there, {}}).error().code ==
              error_code::not_allowed);
    }
    CHECK(s.e.record(s.now(), {fact_kind::ship, order_id{0}, 0, s.here, {}}));
}

/// What the fold of the journal says, and the live engine.
void check_fold(shop& s) {
    REQUIRE(s.e.flush(journal::durability::memory));
    auto copy = std::make_shared<journal::memory_sink>();
    std::uint64_t number = 0;
    for (const auto& b : s.sink->batches()) REQUIRE(copy->append(++number, b));
    engine folded{shop::settings(copy)};
    CHECK(folded.halted() == "");
    CHECK(folded.state_hash() == s.e.state_hash());
    CHECK(folded.event_digest() == s.e.event_digest());
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a command that runs out of memory anywhere has done nothing, and can be given again") {
    using verb_of = std::function<error_code(shop&, std::string_view key)>;
    const auto code_of = [](const auto& r) { return r.error().code; };
    const reserve_line two{sku_id{0}, node_id{0}, {2}, {}};
    const order_line lines[] = {{sku_id{0}, {2}, 100}, {sku_id{1}, {100}, 100}};
    const order_id first{0};
    const std::array<verb_of, 10> verbs = {
        [&](shop& s, std::string_view key) {
            return code_of(s.e.adjust(s.now(key), {s.piece, s.here, {1}}));
        },
        [&](shop& s, std::string_view key) {
            const auto r = s.e.reserve(s.now(key), {{&two, 1}, noon + minutes(5)});
            if (r) s.basket = reservation_id{r->subject};
            return code_of(r);
        },
        [&](shop& s, std::string_view key) {
            return code_of(s.e.change(s.now(key), {s.basket, noon + minutes(9)}));
        },
        [&](shop& s, std::string_view key) { return code_of(s.e.unreserve(s.now(key), s.basket)); },
        [&](shop& s, std::string_view key) {
            return s.e
                .place_order(s.now(key), {lines, none<place_id>, s.euro, 0, none<reservation_id>})
                .first.why.code;
        },
        [&](shop& s, std::string_view key) { return code_of(s.e.source(s.now(key), first)); },
        [&](shop& s, std::string_view key) { return code_of(s.e.release(s.now(key), first)); },
        [&](shop& s, std::string_view key) {
            return code_of(s.e.record(s.now(key), {fact_kind::ship, first, 1, none<node_id>, {1}}));
        },
        [&](shop& s, std::string_view key) {
            return code_of(s.e.cancel(s.now(key), {first, 0, {}, 0}));
        },
        [&](shop& s, std::string_view key) {
            return code_of(s.e.advance({key, {}, noon + minutes(20)}));
        }};
    int refused = 0;
    for (std::size_t failing = 0; failing < verbs.size(); ++failing) {
        for (std::int64_t n = 0; n < 200; ++n) {
            CAPTURE(failing);
            CAPTURE(n);
            shop s;
            bool failed = false;
            for (std::size_t v = 0; v < verbs.size(); ++v) {
                const std::string key = "k" + std::to_string(v);
                if (v == failing) {
                    const std::uint64_t before = s.e.state_hash();
                    error_code why = error_code::ok;
                    failed = allocations::fail_one(n, [&] { why = verbs[v](s, key); });
                    if (why != error_code::ok) {
                        const bool of_keys = why == error_code::key_memory_full;
                        CHECK((of_keys || why == error_code::out_of_memory));
                        CHECK(s.e.state_hash() == before);
                        ++refused;
                    }
                    REQUIRE(s.e.halted() == "");
                }
                CHECK(verbs[v](s, key) == error_code::ok);
            }
            check_fold(s);
            if (!failed) break;
        }
    }
    CHECK(refused > 20);
}

TEST_CASE("a basket that was given back is given back, also without memory for its number") {
    shop s;
    const reserve_line two{s.piece, s.here, {2}, {}};
    for (int i = 0; i < 600; ++i) {
        const auto made = s.e.reserve(s.now(), {{&two, 1}, never});
        REQUIRE(made);
        const reservation_id id{made->subject};
        error_code why = error_code::ok;
        allocations::fail_one(0, [&] { why = s.e.unreserve(s.now(), id).error().code; });
        const auto seen = s.e.reservation(id);
        REQUIRE(seen);
        CHECK(seen->state ==
              (why == error_code::ok ? reservation_state::cancelled : reservation_state::active));
        if (why != error_code::ok) REQUIRE(s.e.unreserve(s.now(), id));
    }
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("baskets that cannot expire for want of memory expire when there is some") {
    const command later{{}, {}, noon + minutes(6)};
    bool was_short = true;
    for (std::int64_t n = 0; was_short && n < 1'000; ++n) {
        INFO(n);
        shop s;
        for (int i = 0; i < 3; ++i)
            REQUIRE(s.reserve({{s.piece, s.here, {1}, {}}}, noon + minutes(5)).code ==
                    error_code::ok);
        was_short = allocations::fail_one(n, [&] { (void)s.e.advance(later); });
        REQUIRE(s.e.advance(later));
        CHECK(s.e.available(s.piece, s.here)->atoms == 3);
        const reserve_line all{s.piece, s.here, {4}, {}};  // refused for good, not "for now"
        CHECK(s.e.reserve(later, {{&all, 1}, never}).error().code == error_code::insufficient);
    }
    CHECK_FALSE(was_short);
}

TEST_CASE(
    "a table that runs out of memory is taken whole, or the engine halts and can be recovered") {
    for (std::int64_t n = 0; n < 500; ++n) {
        CAPTURE(n);
        shop s;
        std::vector<sku_row> rows;
        for (int i = 0; i < 70; ++i) rows.push_back({"sku " + std::to_string(i), 0, 1});
        load_report r;
        bool left_by_exception = false;
        const bool failed = allocations::fail_one(n, [&] {
            try {
                r = s.e.load(s.now(), rows);
            } catch (const std::bad_alloc&) {
                left_by_exception = true;
            }
        });
        CHECK_FALSE(left_by_exception);
        if (!failed) {
            CHECK(r.accepted == 70);
            break;
        }
        REQUIRE(s.e.flush(journal::durability::memory));
        engine recovered{shop::settings(s.sink)};
        CHECK(recovered.halted() == "");
        CHECK(recovered.skus() - 2 == r.accepted);
        if (s.e.halted().empty()) CHECK(recovered.state_hash() == s.e.state_hash());
    }
}

TEST_CASE("nodes that come in any order, the last refused, rank as the journal's fold ranks them") {
    shop s;
    std::vector<node_row> rows;
    for (const char* key : {"c", "a", "b", "a"})
        rows.push_back({key, node_kind::dc, {}, 0, true, {}, {}});
    const load_report r = s.e.load(s.now(), rows);
    CHECK(r.accepted == 3);
    REQUIRE(r.rejected.size() == 1);
    CHECK(r.rejected.front().row == 4);
    REQUIRE(s.e.flush(journal::durability::memory));
    CHECK(engine{shop::settings(s.sink)}.state_hash() == s.e.state_hash());
}

}  // namespace
}  // namespace earmark
