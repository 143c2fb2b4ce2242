// SPURIOUS REFUSALS. One unit of A, none of B. One thread asks for {A, B} again and again, which
// nobody can grant; another takes A and gives it back. A is never promised to anybody else, so every
// "sold out" that the second thread hears is wrong. Take-then-roll-back says it most of the time.
#include <array>
#include <atomic>
#include <thread>

#include "earmark/stock/take.hpp"
#include "rivals.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr cell_id a{0}, b{1};
constexpr std::array<take_line, 2> both{take_line{a, 1, 0}, take_line{b, 1, 0}};

struct our_stock {
    our_stock() : slots{2, 4}, cells{8}, stock{cells, slots} {
        cells.add_sku();
        for (const std::uint16_t n : {std::uint16_t{0}, std::uint16_t{1}})
            (void)cells.make(sku_id{0}, node_id{n});
        stock.give(0, a, 1);
    }
    bool take_a() { return !stock.take(0, both[0]); }
    void give_a() { stock.give(0, a, 1); }
    bool take_both() { return !stock.take(1, both); }

    stock::slot_table<> slots;
    stock::cell_table<> cells;
    stock::taker<> stock;
};

struct their_stock {
    their_stock() { stock.give(a, 1); }
    bool take_a() { return stock.take(both[0]); }
    void give_a() { stock.give(a, 1); }
    bool take_both() { return stock.take(both); }

    rollback_stock stock{2};
};

struct tally {
    std::uint64_t attempts = 0;
    std::uint64_t spurious = 0;
};

/// Both threads go on until each has tried `least` times, so that they meet.
template <class Stock>
tally storm(std::uint64_t least) {
    Stock s;
    tally seen;
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> asked{0};
    std::jthread asker{[&] {
        while (!stop.load(std::memory_order_relaxed)) {
            if (s.take_both()) std::terminate();  // B was never there
            asked.fetch_add(1, std::memory_order_relaxed);
        }
    }};
    while (seen.attempts < least || asked.load(std::memory_order_relaxed) < least) {
        ++seen.attempts;
        if (s.take_a())
            s.give_a();
        else
            ++seen.spurious;
    }
    stop = true;
    return seen;
}

}  // namespace

void count_spurious(report& r, std::uint64_t attempts) {
    const tally ours = storm<our_stock>(attempts);
    const tally theirs = storm<their_stock>(attempts);
    const auto of = [](const tally& t) {
        return yardstick{"attempts", static_cast<double>(t.attempts)};
    };
    r.rows.push_back({"stock.take4.spurious", static_cast<double>(ours.spurious), "refusals", {},
                      of(ours), goal::value_at_most(0)});
    r.rows.push_back({"rival.rollback.spurious", static_cast<double>(theirs.spurious), "refusals",
                      {}, of(theirs), {}});
}

}  // namespace earmark::bench
