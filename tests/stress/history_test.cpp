// Real threads on the real take, perturbed so that they meet, each call written down and the whole
// judged: is there an order of the calls that respects real time and the strict specification?
#include "stress/history.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "earmark/stock/take.hpp"
#include "stress/dice.hpp"
#include "stress/yield_env.hpp"
#include "support/broken_takes.hpp"

namespace earmark::stress {
namespace {

constexpr std::uint32_t threads = 3;
constexpr std::size_t clusters = 4, cluster_cells = 3, cells = clusters * cluster_cells;

using often = yielding_env<32>;  // enough to meet, and ten million calls come to an end

/// Calls of all threads. The thread sanitizer makes each ten times as slow.
std::uint64_t operations() {
    if (const char* given = std::getenv("EARMARK_STRESS_OPERATIONS"))
        return std::strtoull(given, nullptr, 10);
    const bool is_long = std::getenv("EARMARK_LONG") != nullptr;
#if defined(__SANITIZE_THREAD__)
    return is_long ? 1'000'000 : 100'000;
#else
    return is_long ? 10'000'000 : 200'000;
#endif
}

template <template <class> class Taker>
class bench_of_cells {
public:
    bench_of_cells() {
        table_.add_sku();
        for (std::uint16_t c = 0; c < cells; ++c) {
            cells_.push_back(*table_.make(sku_id{0}, node_id{c}));
            taker_.give(threads, cells_.back(), 4);
        }
    }
    [[nodiscard]] std::vector<int> free() const {
        std::vector<int> all;
        for (const cell_id c : cells_) all.push_back(taker_.free(c));
        return all;
    }
    /// One thread's calls of a round: what it holds it gives back, so that stock stays scarce and
    /// never runs out.
    void work(std::uint32_t me, dice& d, std::size_t calls, std::vector<stock_call>& done) {
        done.clear();
        std::vector<std::vector<take_line>> held;
        while (done.size() + most_cells * (held.size() + 1) < calls) {
            const auto cluster = d.roll(clusters) * cluster_cells;
            const std::uint32_t what = d.roll(8);
            if (what == 0) {
                read(cluster + d.roll(cluster_cells), done);
            } else if (what == 1) {
                const std::size_t c = cluster + d.roll(cluster_cells);
                lose(me, c, done);
                give(me, {cells_[c], 1, 0}, done);
            } else if (take(me, cluster, d, held, done) && held.size() > 2) {
                for (const take_line& l : held.front()) give(me, l, done);
                held.erase(held.begin());
            }
        }
        for (const auto& lines : held)
            for (const take_line& l : lines) give(me, l, done);
    }

private:
    static stock_call call(verb_of_stock what, std::size_t cell, int n) {
        stock_call c;
        c.what = what;
        c.count = 1;
        c.cells[0] = static_cast<std::uint16_t>(cell);
        c.n[0] = static_cast<std::int16_t>(n);
        return c;
    }
    template <class F>
    static void timed(stock_call& c, std::vector<stock_call>& done, F&& f) {
        c.from = tick();
        f();
        c.to = tick();
        done.push_back(c);
    }
    bool take(std::uint32_t me, std::size_t cluster, dice& d,
              std::vector<std::vector<take_line>>& held, std::vector<stock_call>& done) {
        stock_call c;
        std::vector<take_line> lines;
        for (std::size_t i = d.roll(cluster_cells); i < cluster_cells; i += 1 + d.roll(2)) {
            const int n = 1 + static_cast<int>(d.roll(3));
            c.cells[c.count] = static_cast<std::uint16_t>(cluster + i);
            c.n[c.count++] = static_cast<std::int16_t>(n);
            lines.push_back({cells_[cluster + i], n, 0});
        }
        timed(c, done, [&] { c.granted = !taker_.take(me, lines).has_value(); });
        if (c.granted) held.push_back(std::move(lines));
        return c.granted;
    }
    void give(std::uint32_t me, const take_line& l, std::vector<stock_call>& done) {
        stock_call c = call(verb_of_stock::give, raw(l.cell) - raw(cells_[0]), l.n);
        timed(c, done, [&] { taker_.give(me, l.cell, l.n); });
    }
    void lose(std::uint32_t me, std::size_t cell, std::vector<stock_call>& done) {
        stock_call c = call(verb_of_stock::lose, cell, 1);
        timed(c, done, [&] { taker_.lose(me, cells_[cell], 1); });
    }
    void read(std::size_t cell, std::vector<stock_call>& done) {
        stock_call c = call(verb_of_stock::read, cell, 1);
        timed(c, done, [&] { c.seen = taker_.free(cells_[cell]); });
    }

    stock::cell_table<often> table_{64, 6};
    stock::slot_table<often> slots_{threads + 1, 8};
    Taker<often> taker_{table_, slots_};
    std::vector<cell_id> cells_;
};

struct judged {
    std::uint64_t calls = 0;
    std::uint64_t parts = 0;
    meetings met;
    std::optional<std::string> wrong;
};

/// Rounds of all threads until so many calls were made or one round has no explanation.
template <template <class> class Taker>
judged judge(std::uint64_t calls) {
    constexpr std::size_t a_round = 2'000;  // of each thread
    bench_of_cells<Taker> bench;
    std::vector<dice> seeds;
    for (std::uint32_t t = 0; t < threads; ++t) seeds.push_back({t * 7919 + 3});
    judged all;
    while (all.calls < calls && !all.wrong) {
        round_of_calls r;
        r.before = bench.free();
        r.threads.resize(threads);
        for (auto& done : r.threads) done.reserve(a_round + 64);
        std::vector<std::thread> workers;
        for (std::uint32_t t = 0; t < threads; ++t)
            workers.emplace_back([&, t] { bench.work(t, seeds[t], a_round, r.threads[t]); });
        for (auto& w : workers) w.join();
        r.after = bench.free();
        std::vector<std::vector<span_of_time>> spans(threads);
        for (std::uint32_t t = 0; t < threads; ++t)
            for (const stock_call& c : r.threads[t]) spans[t].push_back({c.from, c.to});
        const meetings m = meetings_of(spans);
        all.met.met += m.met;
        all.met.all += m.all;
        all.calls += m.all;
        const parts_of_round parts{r};
        all.parts += parts.size();
        all.wrong = parts.first_unexplained();
    }
    return all;
}

}  // namespace

TEST_CASE("millions of calls of perturbed threads are linearizable to the strict specification") {
    const judged j = judge<stock::taker>(operations());
    CHECK_MESSAGE(!j.wrong, *j.wrong);
    CHECK(j.calls >= operations());
    CHECK(j.met.share() >= least_overlap);
    MESSAGE(j.calls << " calls in " << j.parts << " histories, overlap " << j.met.share());
}

TEST_CASE("the same threads on broken takes have histories that nothing explains") {
    const judged sold = judge<broken::check_then_take>(operations());
    REQUIRE_MESSAGE(sold.wrong, "check-then-take oversells, and nobody noticed");
    MESSAGE("check-then-take: seen within " << sold.calls << " calls");
    const judged refused = judge<broken::take_then_roll_back>(operations());
    REQUIRE_MESSAGE(refused.wrong, "take-then-roll-back refuses without cause, unnoticed");
    MESSAGE("take-then-roll-back: seen within " << refused.calls << " calls");
}

TEST_CASE("the checker of histories refuses what cannot have been") {
    const auto call = [](verb_of_stock what, std::uint16_t cell, std::int16_t n, bool granted,
                         std::int64_t from, std::int64_t to) {
        stock_call c;
        c.what = what;
        c.count = 1;
        c.cells[0] = cell;
        c.n[0] = n;
        c.granted = granted;
        c.from = from;
        c.to = to;
        return c;
    };
    using enum verb_of_stock;
    const auto explained = [](const round_of_calls& r) {
        return !parts_of_round{r}.first_unexplained();
    };
    // One unit, two takes beside each other: one of them.
    round_of_calls r{{1, 0}, {0, 0}, {{call(take, 0, 1, true, 1, 4)}, {}}};
    r.threads[1] = {call(take, 0, 1, false, 2, 3)};
    CHECK(explained(r));
    r.threads[1][0].granted = true;  // both
    CHECK_FALSE(explained(r));
    r.threads[1][0].granted = false;
    r.threads[0][0].granted = false;  // none
    r.after = {1, 0};
    CHECK_FALSE(explained(r));
    // A give that had returned is seen by a later take.
    r = {{0, 0}, {1, 0}, {{call(give, 0, 1, true, 1, 2)}, {call(take, 0, 1, false, 3, 4)}}};
    CHECK_FALSE(explained(r));
    r.threads[1][0].from = 2;  // beside it: it may have been refused before
    CHECK(explained(r));
    // What is free afterwards is part of the history.
    r.after = {0, 0};
    CHECK_FALSE(explained(r));
    // A basket connects its cells: all or nothing.
    stock_call basket = call(take, 0, 1, true, 1, 2);
    basket.count = 2;
    basket.cells[1] = 1;
    basket.n[1] = 1;
    CHECK(explained({{1, 1}, {0, 0}, {{basket}}}));
    CHECK_FALSE(explained({{1, 1}, {0, 1}, {{basket}}}));
    CHECK(parts_of_round{{{1, 1, 1}, {0, 0, 1}, {{basket}}}}.size() == 2);
}

}  // namespace earmark::stress
