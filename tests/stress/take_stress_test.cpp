// Real threads on the real take, perturbed so that they meet, each run asserting that they did.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "earmark/stock/take.hpp"
#include "stress/dice.hpp"
#include "stress/overlap.hpp"
#include "stress/yield_env.hpp"

namespace earmark::stress {
namespace {

double overlap(const std::vector<std::vector<span_of_time>>& threads) {
    return meetings_of(threads).share();
}

int rounds() {
    const char* given = std::getenv("EARMARK_STRESS_ROUNDS");
    return given != nullptr ? std::atoi(given) : 20'000;
}

struct shelf {
    stock::cell_table<yield_env> table{64, 6};
    stock::slot_table<yield_env> slots{8, 8};
    stock::taker<yield_env> take{table, slots};
    std::vector<cell_id> cells;

    shelf(std::size_t n, granules stock) {
        table.add_sku();
        for (std::uint16_t i = 0; i < n; ++i) {
            cells.push_back(*table.make(sku_id{0}, node_id{i}));
            take.give(0, cells.back(), stock);
        }
    }
};

TEST_CASE("baskets, releases and losses of perturbed threads conserve every unit") {
    constexpr std::size_t cells = 8, threads = 3;
    constexpr granules stock = 12;
    shelf s{cells, stock};
    std::vector<std::vector<span_of_time>> spans(threads);
    std::vector<std::vector<std::int64_t>> lost(threads, std::vector<std::int64_t>(cells));
    std::atomic<int> below{0}, granted{0};
    std::vector<std::thread> workers;
    for (std::uint32_t t = 0; t < threads; ++t)
        workers.emplace_back([&, t] {
            dice d{t + 1};
            std::vector<std::vector<take_line>> held;
            for (int i = 0; i < rounds(); ++i) {
                std::vector<take_line> lines;
                for (std::size_t c = d.roll(cells); c < cells && lines.size() < 4;
                     c += 1 + d.roll(3))
                    lines.push_back({s.cells[c], 1 + static_cast<granules>(d.roll(4)), 0});
                const std::int64_t from = tick();
                const bool got = !s.take.take(t, lines).has_value();
                spans[t].push_back({from, tick()});
                if (got) {
                    ++granted;
                    held.push_back(lines);
                }
                if (d.roll(16) == 0) {
                    const std::size_t c = d.roll(cells);
                    s.take.lose(t, s.cells[c], 1);
                    s.take.give(t, s.cells[c], 1);
                }
                while (held.size() > 2) {
                    for (const take_line& l : held.front()) s.take.give(t, l.cell, l.n);
                    held.erase(held.begin());
                }
            }
            for (const auto& h : held)
                for (const take_line& l : h) s.take.give(t, l.cell, l.n);
        });
    for (auto& w : workers) w.join();
    for (const cell_id c : s.cells) CHECK(s.take.free(c) == stock);
    CHECK(below.load() == 0);
    CHECK(granted.load() > 0);
    const double met = overlap(spans);
    MESSAGE("overlap " << met << ", granted " << granted.load());
    CHECK(met >= least_overlap);
}

TEST_CASE("the last units of a basket: exactly as many are granted as there are") {
    constexpr granules stock = 50;
    shelf s{3, stock};
    std::atomic<int> granted{0}, refused{0};
    std::vector<std::vector<span_of_time>> spans(4);
    std::vector<std::thread> workers;
    for (std::uint32_t t = 0; t < 4; ++t)
        workers.emplace_back([&, t] {
            const take_line basket[] = {{s.cells[0], 1, 0}, {s.cells[1], 1, 0}, {s.cells[2], 1, 0}};
            for (int i = 0; i < rounds() / 4; ++i) {
                const std::int64_t from = tick();
                (s.take.take(t, basket) ? refused : granted)++;
                spans[t].push_back({from, tick()});
            }
        });
    for (auto& w : workers) w.join();
    CHECK(granted.load() == stock);
    CHECK(refused.load() == 4 * (rounds() / 4) - stock);
    for (const cell_id c : s.cells) CHECK(s.take.free(c) == 0);
    const double met = overlap(spans);
    MESSAGE("overlap " << met);
    CHECK(met >= least_overlap);
}

TEST_CASE(
    "nobody is refused without cause: a basket that never fits does not disturb a single take") {
    shelf s{2, 0};
    s.take.give(0, s.cells[0], 1);
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> disturbed{0}, baskets{0};
    std::thread basket{[&] {
        const take_line lines[] = {{s.cells[0], 1, 0}, {s.cells[1], 1, 0}};
        while (!stop.load()) {
            if (!s.take.take(1, lines)) ++disturbed;  // the second cell is empty for ever
            ++baskets;
        }
    }};
    std::uint64_t without_cause = 0;
    for (int i = 0; i < rounds() || baskets.load() < 1'000; ++i) {
        if (s.take.take(2, take_line{s.cells[0], 1, 0}))
            ++without_cause;
        else
            s.take.give(2, s.cells[0], 1);
    }
    stop.store(true);
    basket.join();
    CHECK(without_cause == 0);
    CHECK(disturbed.load() == 0);
}

}  // namespace
}  // namespace earmark::stress
