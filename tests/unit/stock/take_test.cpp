#include "earmark/stock/take.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace earmark::stock {
namespace {

/// A row of cells with stock, and a slot.
struct shelf {
    explicit shelf(std::vector<granules> stock, std::uint32_t slots = 4,
                   std::uint32_t take_limit = 8, std::uint32_t cells_at_most = 1'024)
        : table{cells_at_most, 6}, callers{slots, take_limit}, take{table, callers} {
        table.add_sku();
        for (std::size_t i = 0; i < stock.size(); ++i) {
            const cell_id c = *table.make(sku_id{0}, node_id{static_cast<std::uint16_t>(i)});
            cells.push_back(c);
            if (stock[i] > 0) take.give(0, c, stock[i]);
        }
    }
    [[nodiscard]] take_line line(std::size_t i, granules n, granules floor = 0) const {
        return {cells[i], n, floor};
    }
    cell_table<> table;
    slot_table<> callers;
    taker<> take;
    std::vector<cell_id> cells;
};

TEST_CASE("a cell word keeps its four fields apart at their limits") {
    for (const granules free : {-(1 << 23) + 1, -1, 0, 1, (1 << 23) - 1})
        for (const bool claimed : {false, true}) {
            const word w{free, claimed, {126, 0xFFFFFFFE}};
            CHECK(w.free() == free);
            CHECK(w.claimed() == claimed);
            CHECK(w.by() == tag{126, 0xFFFFFFFE});
        }
}

TEST_CASE("a take of one line takes all or nothing") {
    shelf s{{5}};
    CHECK_FALSE(s.take.take(0, s.line(0, 3)).has_value());
    const auto lack = s.take.take(0, s.line(0, 3));
    REQUIRE(lack.has_value());
    CHECK(lack->free == 2);
    CHECK(s.take.free(s.cells[0]) == 2);
}

TEST_CASE(
    "a floor is an argument of the take: safety stock stays, oversell depth goes below zero") {
    shelf s{{5}};
    CHECK(s.take.take(0, s.line(0, 3, 3)).has_value());
    CHECK_FALSE(s.take.take(0, s.line(0, 2, 3)).has_value());
    CHECK_FALSE(s.take.take(0, s.line(0, 5, -2)).has_value());
    CHECK(s.take.free(s.cells[0]) == -2);
    CHECK(s.take.take(0, s.line(0, 1, -2)).has_value());
}

TEST_CASE("a caller that comes back to a cell takes and refuses by what is there now") {
    shelf s{{3}};
    CHECK_FALSE(s.take.take(0, s.line(0, 3)).has_value());
    s.take.give(1, s.cells[0], 2);  // caller 0 remembers none
    CHECK_FALSE(s.take.take(0, s.line(0, 1)).has_value());
    CHECK_FALSE(s.take.take(1, s.line(0, 1)).has_value());  // caller 0 remembers one
    const auto lack = s.take.take(0, s.line(0, 1));
    REQUIRE(lack.has_value());
    CHECK(lack->free == 0);
    s.take.give(0, s.cells[0], 1);
    CHECK_FALSE(s.take.take(0, s.line(0, 1)).has_value());
    CHECK(s.take.free(s.cells[0]) == 0);
}

TEST_CASE("a take of several lines names the first line that was short and changes no cell") {
    shelf s{{5, 0, 7}};
    const take_line lines[] = {s.line(0, 5), s.line(1, 1), s.line(2, 7)};
    const auto lack = s.take.take(0, lines);
    REQUIRE(lack.has_value());
    CHECK(lack->line == 1);
    CHECK(lack->free == 0);
    CHECK(s.take.free(s.cells[0]) == 5);
    CHECK(s.take.free(s.cells[2]) == 7);
    s.take.give(0, s.cells[1], 1);
    CHECK_FALSE(s.take.take(0, lines).has_value());
    for (const cell_id c : s.cells) CHECK(s.take.free(c) == 0);
}

TEST_CASE("a batch makes each take on its own, in order, and says which were refused") {
    shelf s{{2, 2, 0, 9}};
    const std::vector<take_line> made[] = {{s.line(0, 1), s.line(1, 1)},
                                           {s.line(0, 1), s.line(2, 1)},
                                           {s.line(1, 2)},
                                           {s.line(0, 1), s.line(1, 1)},
                                           {s.line(0, 1)},
                                           {s.line(3, 9)}};
    const std::vector<std::span<const take_line>> takes(std::begin(made), std::end(made));
    std::vector<std::optional<shortage>> refused(takes.size(), shortage{});
    s.take.take_each(0, takes, refused);
    const bool expected[] = {false, true, true, false, true, false};
    for (std::size_t i = 0; i < takes.size(); ++i) CHECK(refused[i].has_value() == expected[i]);
    CHECK(refused[1]->line == 1);
    CHECK(refused[2]->free == 1);
    for (const cell_id c : s.cells) CHECK(s.take.free(c) == 0);
    s.take.take_each(0, {}, {});
}

TEST_CASE(
    "a take of as many cells as the limit allows is whole, also when its last cell is short") {
    for (const std::size_t count : {1'024u, 8'191u, 8'192u}) {
        shelf s{std::vector<granules>(count, 2), 2, 8'192, 16'384};
        std::vector<take_line> lines;
        for (std::size_t i = 0; i < count; ++i) lines.push_back(s.line(i, 1));
        CHECK_FALSE(s.take.take(0, lines).has_value());
        lines.back().n = 2;
        const auto lack = s.take.take(1, lines);
        REQUIRE(lack.has_value());
        CHECK(lack->line == count - 1);
        CHECK(lack->free == 1);
        for (const cell_id c : s.cells) CHECK(s.take.free(c) == 1);
    }
}

TEST_CASE("a refusal says what was free, also where that is more than a status holds") {
    for (const granules free : {65'534, 65'535, 65'536, 1'000'000, -70'000}) {
        shelf s{{9, std::max(free, 0)}};
        if (free < 0) (void)s.take.lose(0, s.cells[1], -free);
        std::vector<take_line> lines{s.line(0, 1), s.line(1, std::max(free, 0) + 1)};
        const auto lack = s.take.take(1, lines);
        REQUIRE(lack.has_value());
        CHECK(lack->line == 1);
        CHECK(lack->free == free);
        CHECK(s.take.free(s.cells[0]) == 9);
    }
}

TEST_CASE("a picture of 64 cells shows each of them, in the order asked") {
    std::vector<granules> stock(64);
    for (std::size_t i = 0; i < stock.size(); ++i) stock[i] = static_cast<granules>(i * i);
    shelf s{stock};
    std::vector<cell_id> asked(s.cells.rbegin(), s.cells.rend());
    std::vector<granules> free(asked.size(), -1);
    REQUIRE(s.take.read_together(0, asked, free));
    for (std::size_t i = 0; i < asked.size(); ++i) CHECK(free[i] == stock[63 - i]);
    CHECK(s.take.read_together(0, {}, {}));
}

TEST_CASE("a picture that was looked at only once is not called one") {
    shelf s{{1, 2}};
    std::vector<granules> free(2);
    CHECK_FALSE(s.take.read_together(0, s.cells, free, 1));
    CHECK(s.take.read_together(0, s.cells, free, 2));
}

TEST_CASE("a physical decrease goes below any floor and says where it ends") {
    shelf s{{5}};
    CHECK(s.take.lose(0, s.cells[0], 8) == -3);
    CHECK(s.take.free(s.cells[0]) == -3);
    s.take.give(0, s.cells[0], 4);
    CHECK(s.take.free(s.cells[0]) == 1);
}

TEST_CASE("the sum of a row is that of its cells above the floor, however long the row is") {
    for (const std::size_t nodes : {0u, 1u, 7u, 8u, 9u, 128u, 129u, 255u, 256u, 257u, 1000u}) {
        CAPTURE(nodes);
        std::vector<granules> stock(nodes);
        for (std::size_t i = 0; i < nodes; ++i) stock[i] = static_cast<granules>(i * 37 % 101);
        shelf s{stock};
        for (std::size_t i = 0; i < nodes; i += 13)  // some are oversold
            CHECK(s.take.lose(0, s.cells[i], stock[i] + 5) == -5);
        for (std::size_t i = 5; i < nodes; i += 17)  // some are in a word's last place
            if (s.take.free(s.cells[i]) >= 0) s.take.give(0, s.cells[i], max_amount - 200);
        for (const granules floor : {-6, -1, 0, 1, 50, max_amount}) {
            std::int64_t sum = 0;
            for (const cell_id c : s.cells) sum += std::max(0, s.take.free(c) - floor);
            CHECK(s.take.sum_above(sku_id{0}, floor) == sum);
        }
    }
}

TEST_CASE("rows of several SKUs grow side by side and keep their blocks in the order of birth") {
    block_rows rows;
    std::vector<std::vector<std::uint32_t>> twin(9);
    for (std::size_t r = 0; r < twin.size(); ++r) rows.add();
    std::uint32_t block = 0;
    for (std::size_t round = 0; round < 70; ++round)
        for (std::size_t r = 0; r < twin.size(); ++r) {
            if (round % (r + 1) != 0) continue;  // of different lengths at any time
            rows.push(r, block);
            twin[r].push_back(block++);
        }
    CHECK(rows.size() == twin.size());
    for (std::size_t r = 0; r < twin.size(); ++r) {
        const auto row = rows.of(r);
        CHECK(std::vector<std::uint32_t>(row.begin(), row.end()) == twin[r]);
    }
}

TEST_CASE("words of different cells have different places, also where lines change places") {
    std::vector<bool> taken(8 * shuffled_cells);
    for (std::uint32_t c = 0; c < taken.size(); ++c) {
        REQUIRE(place_of(c) < taken.size());
        CHECK_FALSE(taken[place_of(c)]);
        taken[place_of(c)] = true;
        CHECK(place_of(c) % block_cells == c % block_cells);
        CHECK(place_of(c) / shuffled_cells == c / shuffled_cells);
    }
}

TEST_CASE("a node stands once in a SKU's row, and its cell never changes") {
    cell_table<> table{64, 4};
    table.add_sku();
    table.add_sku();
    std::vector<cell_id> made;
    for (std::uint16_t n = 0; n < 20; ++n) made.push_back(*table.make(sku_id{1}, node_id{n}));
    for (std::uint16_t n = 0; n < 20; ++n) {
        CHECK(*table.make(sku_id{1}, node_id{n}) == made[n]);
        CHECK(*table.find(sku_id{1}, node_id{n}) == made[n]);
        CHECK(table.node_of(made[n]) == node_id{n});
        CHECK(table.sku_of(made[n]) == sku_id{1});
    }
    CHECK_FALSE(table.find(sku_id{0}, node_id{0}).has_value());
    CHECK(table.size() == 20);
}

TEST_CASE("a cell table at its capacity says so and stays whole") {
    cell_table<> table{16, 3};
    for (int i = 0; i < 3; ++i) table.add_sku();
    CHECK(table.make(sku_id{0}, node_id{0}).has_value());
    CHECK(table.make(sku_id{1}, node_id{0}).has_value());
    const auto third = table.make(sku_id{2}, node_id{0});
    CHECK(third.error().code == error_code::out_of_memory);
    CHECK(table.make(sku_id{0}, node_id{1}).has_value());  // the block has room
    CHECK_FALSE(table.find(sku_id{2}, node_id{0}).has_value());
}

TEST_CASE("a thousand borrowers share the slots; none is lost and none is given twice") {
    slot_table<> slots{3, 2};
    CHECK(slots.borrow() != nobody);
    CHECK(slots.borrow() != nobody);
    const std::uint32_t last = slots.borrow();
    CHECK(last != nobody);
    CHECK(slots.borrow() == nobody);
    slots.give_back(last);
    CHECK(slots.borrow() == last);
}

TEST_CASE("a grace period passes when everybody who was inside has left once") {
    slot_table<> slots{3, 2};
    const std::uint32_t a = slots.borrow();
    const auto ticket = slots.inside();
    CHECK_FALSE(slots.passed(ticket));
    const std::uint32_t b = slots.borrow();  // came later: of no concern
    slots.give_back(a);
    CHECK(slots.passed(ticket));
    CHECK_FALSE(slots.passed(slots.inside()));
    CHECK(slots.passed(slots.inside(b)));  // but for oneself
    slots.give_back(b);
    CHECK(slots.passed(slots.inside()));
}

TEST_CASE("threads that fight over baskets in opposite order lose and invent no unit") {
    constexpr granules units = 64;
    constexpr int rounds = 20'000;
    shelf s{{units, units, units}, 8};
    std::vector<std::thread> threads;
    std::vector<std::int64_t> held(4 * 3);
    for (std::uint32_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            std::uint64_t x = t + 1;
            for (int i = 0; i < rounds; ++i) {
                x = x * 6364136223846793005ULL + 1442695040888963407ULL;
                const auto skip = static_cast<std::size_t>(x >> 33) % 3;
                std::vector<take_line> lines;
                for (std::size_t c = 0; c < 3; ++c)
                    if (c != skip)
                        lines.push_back(s.line(c, 1 + static_cast<granules>(x >> 40) % 20));
                if (s.take.take(t, lines)) continue;
                for (const take_line& l : lines) s.take.give(t, l.cell, l.n);
            }
        });
    for (auto& t : threads) t.join();
    for (const cell_id c : s.cells) CHECK(s.take.free(c) == units);
}

}  // namespace
}  // namespace earmark::stock
