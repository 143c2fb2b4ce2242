// Orders whose take touches as many cells as one take may, and one more.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/journal/sink.hpp"

namespace earmark {
namespace {

/// SKUs with stock at one node, and orders of the first `count` of them.
struct wide_shop {
    engine e;
    std::size_t made = 0;

    static config settings(std::uint32_t take_limit) {
        config c;
        c.take_limit = take_limit;
        c.max_orders = c.max_keys = 64;
        c.max_reservations = 64;
        c.max_cells = 64 * 1024;
        c.ledger_bytes = std::size_t{1} << 24;
        c.ring_bytes = c.retained_bytes = std::size_t{1} << 22;
        c.sink = std::make_shared<journal::memory_sink>();
        return c;
    }
    static command now(std::string_view key = {}) {
        return {key, {}, time_point{1'800'000'000'000'000'000}};
    }
    explicit wide_shop(std::size_t skus, std::uint32_t take_limit = config{}.take_limit)
        : e{settings(take_limit)} {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < skus; ++i) names.push_back("s" + std::to_string(i));
        std::vector<sku_row> rows;
        std::vector<stock_row> stock;
        for (const std::string& name : names) {
            rows.push_back({name, 0, 1});
            stock.push_back({name, "here", {3}});
        }
        const node_row here{"here", node_kind::dc, {}, 0, true, {}, {}};
        REQUIRE(e.load(now(), rows).rejected.empty());
        REQUIRE(e.load(now(), std::span{&here, 1}).rejected.empty());
        REQUIRE(e.load(now(), stock).rejected.empty());
        REQUIRE(e.activate(now(), "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"parcels\"]\n"));
    }
    result<sourced> order(const std::vector<order_line>& lines) {
        const std::string key = "o" + std::to_string(made);
        const placed p = e.place_order(
            now(key), {lines, none<place_id>, *currency::parse("EUR"), 0, none<reservation_id>});
        REQUIRE(p.first.what == outcome::done);
        return e.source(now(), order_id{static_cast<std::uint32_t>(made++)});
    }
    result<sourced> order(std::size_t count) {
        std::vector<order_line> lines;
        for (std::uint32_t i = 0; i < count; ++i) lines.push_back({sku_id{i}, {1}, 0});
        return order(lines);
    }
};

TEST_CASE("an order of 5,000 lines goes its way whole, from one node, in one take each time") {
    wide_shop s{5'000};
    for (int i = 0; i < 3; ++i) {
        const auto done = s.order(5'000u);
        REQUIRE_MESSAGE(done, to_string(done.error()));
        CHECK(done->chosen.parts.size() == 5'000);
        const order_id o{static_cast<std::uint32_t>(i)};
        REQUIRE(s.e.release(wide_shop::now(), o));
        REQUIRE(s.e.record(wide_shop::now(), {.kind = fact_kind::ship, .order = o}));
        REQUIRE(s.e.record(wide_shop::now(), {.kind = fact_kind::deliver, .order = o}));
    }
    CHECK(s.e.available(sku_id{4'999})->atoms == 0);
    CHECK(s.order(5'000u)->first.what == outcome::backordered);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("an order of as many cells as a take may have is taken whole, one more refused whole") {
    wide_shop s{1'025, 1'024};
    for (const std::size_t cells : {1'023u, 1'024u}) {
        const auto done = s.order(cells);
        REQUIRE_MESSAGE(done, to_string(done.error()));
        CHECK(done->first.what == outcome::done);
        CHECK(done->chosen.parts.size() == cells);
    }
    CHECK(s.order(1'025u).error() == fail(error_code::take_too_large, 1'025, 1'024));
    CHECK(s.e.available(sku_id{0})->atoms == 1);
    CHECK(s.e.available(sku_id{1'024})->atoms == 3);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("an order that names one SKU on every line asks its cell once for the sum") {
    wide_shop s{1};
    const auto done = s.order(std::vector<order_line>(3, {sku_id{0}, {1}, 0}));
    REQUIRE(done);
    CHECK(done->chosen.parts.size() == 1);
    CHECK(s.e.available(sku_id{0})->atoms == 0);
    CHECK(s.order(std::vector<order_line>(5'000, {sku_id{0}, {1}, 0}))->first.what ==
          outcome::backordered);
    CHECK(s.e.check_invariants().empty());
}

}  // namespace
}  // namespace earmark
