// SPURIOUS REFUSALS. One unit of A, none of B. One thread asks for {A, B} again and again, which
// nobody can grant; another takes A and gives it back. A is never promised to anybody else, so
// every "sold out" that the second thread hears is wrong. Take-then-roll-back says it most of the
// time.
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
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
    std::uint64_t met = 0;  // during which the other thread got on
    std::uint64_t spurious = 0;
};

/// Goes on until `enough` attempts have met the other thread at work, but not for ever: on a busy
/// machine the two may hardly ever run at the same time.
template <class Stock>
tally storm(std::uint64_t enough) {
    using clock = std::chrono::steady_clock;
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
    const auto patience = clock::now() + std::chrono::seconds{20};
    std::uint64_t before = asked.load(std::memory_order_relaxed);
    while (seen.met < enough && clock::now() < patience)
        for (int i = 0; i < 1'000; ++i) {
            const bool took = s.take_a();
            if (took)
                s.give_a();
            else
                ++seen.spurious;
            const std::uint64_t after = asked.load(std::memory_order_relaxed);
            seen.met += after != before;
            ++seen.attempts;
            before = after;
        }
    stop = true;
    return seen;
}

}  // namespace

void count_spurious(report& r, std::uint64_t attempts) {
    const tally ours = storm<our_stock>(attempts);
    const tally theirs = storm<their_stock>(attempts);
    r.context["storm"] =
        fmt::format("{} of {} attempts met the other thread at work; rival {} of {}", ours.met,
                    ours.attempts, theirs.met, theirs.attempts);
    const auto of = [](const tally& t) {
        return yardstick{"of attempts", static_cast<double>(t.attempts)};
    };
    r.rows.push_back({"stock.take4.spurious",
                      static_cast<double>(ours.spurious),
                      "refusals",
                      {},
                      of(ours),
                      goal::value_at_most(0)});
    r.rows.push_back({"rival.rollback.spurious",
                      static_cast<double>(theirs.spurious),
                      "refusals",
                      {},
                      of(theirs),
                      {}});
}

}  // namespace earmark::bench
