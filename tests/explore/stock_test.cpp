// The real cell and the real take under every interleaving of two threads with at most two
// preemptions (three for a single cell), each history checked to be linearizable.
#include <doctest/doctest.h>

#include "explore/shelf.hpp"
#include "support/broken_takes.hpp"

namespace earmark::explore {
namespace {

template <class S>
void complete(const std::string& what, const S& s, unsigned preemptions) {
    const result r = s.run({.preemptions = preemptions});
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
    MESSAGE(what << ": " << r.executions << " executions, " << r.histories << " histories");
}

TEST_CASE("one cell: takes, releases, losses and reads of two threads are linearizable") {
    complete("last unit", race({1}, {take(1)}, {take(1)}), 3);
    complete("take, give", race({1}, {take(1), give(1)}, {take(1), give(1)}), 3);
    complete("floors", race({3}, {take(1, 0, 0, 2)}, {take(2, 0, 0, 0), give(1)}), 3);
    complete("lose", race({2}, {take(1), take(1)}, {lose(1), give(1)}), 3);
    complete("read", race({2}, {read(0), read(0)}, {take(1), give(2)}), 3);
    complete("back to its cell", race({2}, {take(1), take(1)}, {take(1), give(1)}), 3);
}

TEST_CASE("two cells: baskets are whole, and nobody is refused without cause") {
    complete("same order", race({1, 1}, {take(1, 1)}, {take(1, 1)}), 2);
    complete("basket against single", race({1, 1}, {take(1, 1)}, {take(1), give(1)}), 2);
    complete("short of one", race({1, 0}, {take(1, 1)}, {take(1), give(1)}), 2);
    complete("fed while it asks", race({1, 0}, {take(1, 1)}, {give(0, 1), take(1)}), 2);
    complete("lost while it asks", race({2, 1}, {take(1, 1)}, {lose(1), take(1)}), 2);
    complete("read beside it", race({1, 1}, {take(1, 1), give(1, 0)}, {read(0), read(1)}), 2);
    complete("twice", race({2, 2}, {take(1, 1), take(1, 1)}, {take(2), take(0, 1)}), 2);
}

TEST_CASE("three cells: baskets that overlap in any way finish each other and stay whole") {
    complete("chain", race({1, 1, 1}, {take(1, 1, 0)}, {take(0, 1, 1)}), 2);
    complete("all", race({1, 1, 1}, {take(1, 1, 1)}, {take(1, 0, 1)}), 2);
    complete("reuse of the descriptor",
             race({2, 2, 2}, {take(1, 1, 0), take(0, 1, 1)}, {take(1, 0, 1)}), 2);
}

TEST_CASE("a picture of several cells is of one instant, beside takes, releases and losses") {
    complete("basket", race({1, 1}, {picture(true, true)}, {take(1, 1), give(0, 1)}), 2);
    complete("basket, then again",
             race({2, 2}, {picture(true, true), picture(true, true)}, {take(1, 1), take(1, 1)}), 2);
    complete("one cell after the other",
             race({1, 1}, {picture(true, true)}, {take(1), take(0, 1), give(1)}), 2);
    complete("loses", race({2, 1}, {picture(true, true)}, {lose(1), take(1, 1)}), 2);
    complete("three cells",
             race({1, 1, 1}, {picture(true, true, true), take(1)}, {take(1, 0, 1), give(0, 1)}), 2);
    complete("back to what it was", race({1, 1}, {picture(true, true)}, {take(1), give(1)}), 3);
}

TEST_CASE("a thousand random schedules without a bound on preemptions are linearizable") {
    const auto s = race({2, 1, 1}, {take(1, 1), give(1, 1), take(0, 1, 1)},
                        {take(1, 0, 1), take(1, 1, 0), give(1)});
    const result r = s.run(random_schedules(7, 20'000));
    CHECK_MESSAGE(r.passed(), r.report());
}

TEST_CASE("wherever one thread stops for ever, the others finish their takes") {
    for (const auto& s : {race({1, 1}, {take(1, 1)}, {take(1, 1)}),
                          race({1, 1}, {take(1, 1)}, {take(1), give(1), read(0)}),
                          race({1, 1}, {take(1, 1)}, {picture(true, true)})}) {
        const freeze_result r = s.freeze({.preemptions = 1});
        CHECK_MESSAGE(r.lock_free(), r.report());
        CHECK(r.points > 0);
    }
}

// ---- canaries: broken takes that the same scenarios must catch ---------------------------------

using broken::check_then_take;
using broken::take_then_roll_back;

/// Wrong: a release is a load and a store.
template <class Env>
struct lost_release : stock::taker<Env> {
    using base = stock::taker<Env>;
    lost_release(stock::cell_table<Env>& c, stock::slot_table<Env>& s)
        : base{c, s}, cells{c}, slots{s} {}
    void give(std::uint32_t me, cell_id at, granules n) {
        const stock::word seen{cells.at(at).load(std::memory_order_seq_cst)};
        cells.at(at).store(stock::word{seen.free() + n, false, {me, slots[me].fresh()}}.bits(),
                           std::memory_order_seq_cst);
    }
    stock::cell_table<Env>& cells;
    stock::slot_table<Env>& slots;
};

/// Wrong: a picture is one read after the other.
template <class Env>
struct one_after_the_other : stock::taker<Env> {
    using base = stock::taker<Env>;
    one_after_the_other(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s} {}
    bool read_together(std::uint32_t, std::span<const cell_id> cells, std::span<granules> free) {
        for (std::size_t i = 0; i < cells.size(); ++i) free[i] = base::free(cells[i]);
        return true;
    }
};

/// Wrong: refuses from a load that may be old.
template <class Env>
struct relaxed_refusal : stock::taker<Env> {
    using base = stock::taker<Env>;
    relaxed_refusal(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s}, cells{c} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        const take_line& l = lines[0];
        const stock::word seen{cells.at(l.cell).load(std::memory_order_relaxed)};
        if (seen.free() - l.n < l.floor) return stock::shortage{0, seen.free()};
        return base::take(me, lines);
    }
    stock::cell_table<Env>& cells;
};
/// Tags come round at once.
struct narrow_env : env {
    using canary_narrow_tags = void;
};
/// A claim that is met is taken off before its take is decided.
struct no_help_env : env {
    using canary_dropped_help = void;
};

template <class S>
void caught(const S& s, options how = {.preemptions = 2}) {
    const result r = s.run(how);
    REQUIRE(r.failure.has_value());
    CHECK_FALSE(r.passed());
    MESSAGE("caught after " << r.executions << " executions");
}

TEST_CASE("canary check-then-take is caught: it oversells the last unit") {
    caught(race<check_then_take>({1, 1}, {take(1, 1)}, {take(1, 1)}));
}
TEST_CASE("canary take-then-roll-back is caught: it refuses without cause") {
    caught(race<take_then_roll_back>({1, 0}, {take(1, 1)}, {take(1)}));
}
TEST_CASE("canary narrow tags is caught: a late helper claims a cell for a take that is over") {
    caught(race<stock::taker, narrow_env>({1, 0}, {give(0, 1), take(1, 1), give(0, 1)}, {take(1)}));
}
TEST_CASE("canary dropped help is caught: a basket keeps what another has taken from it") {
    caught(race<stock::taker, no_help_env>({1, 1}, {take(1, 1)}, {take(1)}));
}
TEST_CASE("canary relaxed refusal is caught: two that fed each other are both refused") {
    const auto s = race<relaxed_refusal>({0, 0}, {give(1), take(0, 1)}, {give(0, 1), take(1)});
    caught(s, {.preemptions = 2, .weak_memory = true});
    const auto sound = race({0, 0}, {give(1), take(0, 1)}, {give(0, 1), take(1)});
    CHECK(sound.run({.preemptions = 2, .weak_memory = true}).passed());
}
TEST_CASE("canary lost release is caught: two units come back and one is there") {
    caught(race<lost_release>({0}, {give(1)}, {give(1)}));
}

TEST_CASE("canary one-after-the-other is caught: half a basket is in its picture") {
    caught(race<one_after_the_other>({1, 1}, {picture(true, true)}, {take(1, 1)}));
}

}  // namespace
}  // namespace earmark::explore
