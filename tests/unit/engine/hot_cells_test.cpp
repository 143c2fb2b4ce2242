// A hot cell under the commit and under the engine: hash, fold, balance and invariants see one
// number, wherever its units lie.
#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

#include "earmark/engine/commit.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/journal/record.hpp"
#include "earmark/journal/sink.hpp"

namespace earmark {
namespace {

constexpr time_point noon{1'800'000'000'000'000'000};

/// Commits of two callers on one cell that is leased.
struct books_of_one_cell {
    books<> b{4, 8, 64, 16, 16, 1 << 20, 6, 8, 16};
    journal::ring<> ring{1 << 16};
    committer<> commits{b, ring};
    journal::writer record;
    cell_id cell{};

    books_of_one_cell() {
        b.cells.add_sku();
        cell = *b.cells.make(sku_id{0}, node_id{0});
        b.cells.add_on_hand(cell, 1'000);
        b.stock.give(0, cell, 1'000);
        b.stock.lease(0, cell);
        for (const std::uint32_t me : {0u, 1u}) REQUIRE(take(me, 1).code == error_code::ok);
        REQUIRE(b.stock.is_leased(cell));
        REQUIRE(stock::word{b.cells.at(cell).load()}.free() < 900);  // some lie in leases
    }
    committed commit(std::uint32_t me, std::span<const take_line> takes,
                     std::span<const stock_line> stock) {
        record.begin(verb::adjust, {}, {});
        record.intern(journal::intern_key{"k", {}, {}});
        work w{};
        w.takes = takes;
        w.stock = stock;
        w.record = record.editable();
        w.uncovered_at = record.uncovered_at();
        return commits.commit(me, w);
    }
    committed take(std::uint32_t me, granules n) {
        const take_line line{cell, n, 0};
        return commit(me, {&line, 1}, {});
    }
    committed lose(std::uint32_t me, granules n) {
        const stock_line line{cell, -n, -n};
        return commit(me, {}, {&line, 1});
    }
};

TEST_CASE("a commit takes what lies in another caller's lease, and is refused by the sum alone") {
    books_of_one_cell w;
    const committed refused = w.take(1, 999);
    CHECK(refused.code == error_code::insufficient);
    CHECK(refused.lack.free == 998);
    CHECK(w.take(1, 998).code == error_code::ok);
    CHECK(w.b.stock.free(w.cell) == 0);
    CHECK(w.take(0, 1).code == error_code::insufficient);
}

TEST_CASE("a loss says what it uncovers of the sum, not of the central word") {
    books_of_one_cell w;
    CHECK(w.lose(1, 990).uncovered == 0);
    CHECK(w.lose(0, 10).uncovered == 2);
    CHECK(w.b.stock.free(w.cell) == -2);
}

/// The engine with one SKU, and a second thread that takes every other turn.
struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e{settings(sink)};

    static config settings(std::shared_ptr<journal::sink> to) {
        config c;
        c.max_orders = c.max_keys = 16;
        c.max_reservations = 4'096;
        c.max_cells = 64;
        c.ledger_bytes = std::size_t{1} << 22;
        c.sink = std::move(to);
        return c;
    }
    explicit shop(std::int64_t stocked) {
        const sku_row mug{"mug", 0, 1};
        const node_row bonn{"bonn", node_kind::dc, {}, 0, true, {}, {}};
        const stock_row stock{"mug", "bonn", {stocked}};
        REQUIRE(e.load({{}, {}, noon}, {&mug, 1}).rejected.empty());
        REQUIRE(e.load({{}, {}, noon}, {&bonn, 1}).rejected.empty());
        REQUIRE(e.load({{}, {}, noon}, {&stock, 1}).rejected.empty());
    }
    bool hold() {
        const reserve_line one{sku_id{0}, node_id{0}, {1}, {}};
        return e.reserve({{}, {}, noon}, {{&one, 1}, never}).has_value();
    }
};

TEST_CASE("an engine whose callers fight over a cell sells it out exactly and can be recovered") {
    constexpr int stocked = 1'000;
    shop s{stocked};
    int held = 0;
    for (int turn = 0; turn < stocked + 10; ++turn) {
        bool got = false;
        if (turn % 2 == 0)
            got = s.hold();
        else
            std::thread{[&] { got = s.hold(); }}.join();
        held += got ? 1 : 0;
        if (turn % 100 != 0) continue;
        CHECK(s.e.available(sku_id{0})->atoms == stocked - held);
        CHECK(s.e.balance_report().free == stocked - held);
        CHECK(s.e.check_invariants().empty());
    }
    CHECK(held == stocked);
    REQUIRE(s.e.flush(journal::durability::memory));
    auto copy = std::make_shared<journal::memory_sink>();
    std::uint64_t number = 0;
    for (const auto& b : s.sink->batches()) REQUIRE(copy->append(++number, b));
    const engine again{shop::settings(copy)};
    CHECK(again.state_hash() == s.e.state_hash());
}

}  // namespace
}  // namespace earmark
