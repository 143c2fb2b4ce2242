// The real cell and the real take under every interleaving of two threads with at most two
// preemptions (three for a single cell), each history checked to be linearizable.
#include <doctest/doctest.h>

#include "explore/shelf.hpp"

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

TEST_CASE("a thousand random schedules without a bound on preemptions are linearizable") {
    const auto s = race({2, 1, 1}, {take(1, 1), give(1, 1), take(0, 1, 1)},
                        {take(1, 0, 1), take(1, 1, 0), give(1)});
    const result r = s.run(random_schedules(7, 20'000));
    CHECK_MESSAGE(r.passed(), r.report());
}

TEST_CASE("wherever one thread stops for ever, the others finish their takes") {
    for (const auto& s : {race({1, 1}, {take(1, 1)}, {take(1, 1)}),
                          race({1, 1}, {take(1, 1)}, {take(1), give(1), read(0)})}) {
        const freeze_result r = s.freeze({.preemptions = 1});
        CHECK_MESSAGE(r.lock_free(), r.report());
        CHECK(r.points > 0);
    }
}

// ---- canaries: broken takes that the same scenarios must catch ---------------------------------

/// Wrong: looks at every cell, then takes them.
template <class Env>
struct check_then_take : stock::taker<Env> {
    using base = stock::taker<Env>;
    check_then_take(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        for (const take_line& l : lines)
            if (const granules free = base::free(l.cell); free - l.n < l.floor)
                return stock::shortage{0, free};
        for (const take_line& l : lines) base::lose(me, l.cell, l.n);
        return std::nullopt;
    }
};

/// Wrong: takes one cell after the other and gives back what it got; never oversells, but others
/// are turned away by units that nobody keeps.
template <class Env>
struct take_then_roll_back : stock::taker<Env> {
    using base = stock::taker<Env>;
    take_then_roll_back(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (const auto lack = base::take(me, lines[i])) {
                while (i-- > 0) base::give(me, lines[i].cell, lines[i].n);
                return lack;
            }
        return std::nullopt;
    }
};

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

/// Wrong: every call begins with the same tag again.
template <class Env>
struct narrow_tags : stock::taker<Env> {
    using base = stock::taker<Env>;
    narrow_tags(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s}, slots{s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        slots[me].sequence = 0;
        return base::take(me, lines);
    }
    void give(std::uint32_t me, cell_id at, granules n) {
        slots[me].sequence = 0;
        base::give(me, at, n);
    }
    stock::slot_table<Env>& slots;
};

/// Wrong: who meets a claim waits until its owner is done.
template <class Env>
struct dropped_help : stock::taker<Env> {
    using base = stock::taker<Env>;
    dropped_help(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s}, cells{c} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        for (const take_line& l : lines)
            while (stock::word{cells.at(l.cell).load(std::memory_order_seq_cst)}.claimed())
                Env::pause();
        return base::take(me, lines);
    }
    stock::cell_table<Env>& cells;
};

/// Wrong: a refusal is decided by a load that may be old.
template <class Env>
struct relaxed_refusal : stock::taker<Env> {
    using base = stock::taker<Env>;
    relaxed_refusal(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s}, cells{c} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        for (const take_line& l : lines)
            if (const stock::word seen{cells.at(l.cell).load(std::memory_order_relaxed)};
                !seen.claimed() && seen.free() - l.n < l.floor)
                return stock::shortage{0, seen.free()};
        return base::take(me, lines);
    }
    stock::cell_table<Env>& cells;
};

template <class S>
void caught(const S& s, const std::string& sentence, const options& how = {.preemptions = 2}) {
    const result r = s.run(how);
    REQUIRE_MESSAGE(r.failure.has_value(), r.report());
    CHECK_MESSAGE(r.failure->sentence.find(sentence) == 0, r.report());
    MESSAGE("caught after " << r.executions << " executions");
}

constexpr options weak = {.preemptions = 2, .weak_memory = true};

TEST_CASE("canary check-then-take is caught: it oversells the last unit") {
    caught(race<check_then_take>({1, 1}, {take(1, 1)}, {take(1, 1)}), "not linearizable");
}
TEST_CASE("canary take-then-roll-back is caught: it refuses without cause") {
    caught(race<take_then_roll_back>({1, 0}, {take(1, 1)}, {take(1)}), "not linearizable");
}
TEST_CASE("canary lost release is caught: two units come back and one is there") {
    caught(race<lost_release>({0}, {give(1)}, {give(1)}), "not linearizable");
}
TEST_CASE("canary narrow tags is caught: a claim of a take that has ended takes a second time") {
    const std::vector<shelf_op> owner = {give(0, 1), take(1, 1), give(0, 1)};
    caught(race<narrow_tags>({1, 1}, owner, {take(1)}), "not linearizable");
    complete("the same with tags of 32 bits", race({1, 1}, owner, {take(1)}), 2);
}
TEST_CASE("canary dropped help is caught: whoever stops inside a basket stops the others") {
    const freeze_result r = race<dropped_help>({1, 1}, {take(1, 1)}, {take(1)}).freeze();
    REQUIRE_MESSAGE(r.failure.has_value(), r.report());
    CHECK_MESSAGE(r.failure->kind == failure_kind::blocked, r.report());
    CHECK(race({1, 1}, {take(1, 1)}, {take(1)}).freeze().lock_free());
}
TEST_CASE("canary relaxed refusal load is caught: two callers that fed each other hear of none") {
    const std::vector<shelf_op> left = {give(1), take(0, 1)}, right = {give(0, 1), take(1)};
    caught(race<relaxed_refusal>({0, 0}, left, right), "not sequentially consistent", weak);
    CHECK(race({0, 0}, left, right).run(weak).passed());
}

TEST_CASE("a loss beside a basket, where memory is weak, sees the basket that has claimed") {
    // A loss that loads the word without acquiring it meets a claim whose take it cannot see.
    const result r = race({1, 1}, {take(1, 1)}, {lose(0, 1)}).run(weak);
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
}

}  // namespace
}  // namespace earmark::explore
