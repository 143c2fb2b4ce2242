// Hot cells under every interleaving of two threads with at most two preemptions: lease words are
// filled, used and brought home beside takes, baskets, releases, losses, reads and pictures, and
// each history is checked to be that of one number. Again in weak memory.
#include <doctest/doctest.h>

#include "explore/hot_shelf.hpp"

namespace earmark::explore {
namespace {

template <class S>
void complete(const std::string& what, const S& s, unsigned preemptions = 2) {
    const result r = s.run({.preemptions = preemptions});
    CHECK_MESSAGE(r.passed(), what << ": " << r.report());
    CHECK(r.complete);
    const unsigned stale_reads = long_run() ? 2 : 1;
    const result w =
        s.run({.preemptions = preemptions, .weak_memory = true, .stale_reads = stale_reads});
    CHECK_MESSAGE(w.passed(), what << " in weak memory: " << w.report());
    CHECK(w.complete);
    MESSAGE(what << ": " << r.executions << " executions, " << r.histories << " histories; weak "
                 << w.executions);
}

TEST_CASE("hot cells: the lease of another never refuses, and never sells a unit twice") {
    complete("the rest against a lease", hot({3}, one_leased(), {take(1)}, {take(2)}));
    complete("all against a lease", hot({4}, one_leased(), {take(1)}, {take(3)}));
    complete("refill against the rest", hot({5}, one_leased(), {take(1), take(1)}, {take(3)}));
    complete("two leases and the last units", hot({5}, both_leased(), {take(2)}, {take(2)}));
    complete("two leases run dry", hot({5}, both_leased(), {take(1), take(1)}, {take(1), take(1)}));
    complete("two ask for all", hot({5}, both_leased(), {take(3)}, {take(3)}));
}

TEST_CASE("hot cells: releases, losses and reads see one number") {
    complete("give", hot({4}, one_leased(), {give(1), take(1)}, {take(3)}));
    complete("give to the other", hot({3}, one_leased(), {take(1)}, {give(1), take(2)}));
    complete("lose", hot({4}, one_leased(), {take(1)}, {lose(2)}));
    complete("lose all", hot({5}, both_leased(), {take(1), give(1)}, {lose(3)}));
    complete("read", hot({6}, one_leased(), {take(1), take(1)}, {read(0), read(0)}));
    complete("read beside coming home", hot({5}, both_leased(), {take(2)}, {read(0), take(1)}));
}

TEST_CASE("hot cells: floors are exact above and below zero") {
    complete("safety stock", hot({5}, one_leased(), {take(1, 0, 0, 2)}, {take(2, 0, 0, 0)}));
    complete("safety stock, short", hot({4}, one_leased(), {take(1, 0, 0, 3)}, {give(1)}));
    complete("oversell depth", hot({3}, one_leased(), {take(1)}, {take(3, 0, 0, -1)}));
    // Three units in the central word: enough not to come home before anybody asks for more.
    complete("oversell beside a lease", hot({5}, one_leased(), {take(1)}, {take(4, 0, 0, -1)}));
    complete("oversell by a basket", hot({5, 1}, one_leased(), {take(1)}, {take(4, 1, 0, -1)}));
    complete("refill below zero",
             hot({6}, one_leased(), {take(1), take(1, 0, 0, -2), take(1)}, {take(4)}));
    complete("both below zero",
             hot({3}, one_leased(), {take(2, 0, 0, -1)}, {take(2, 0, 0, -2), take(1)}));
    complete("a basket below zero",
             hot({3, 1}, one_leased(), {take(1), take(1)}, {take(3, 1, 0, -1)}));
}

TEST_CASE("hot cells: baskets and pictures see the cell as one number") {
    complete("basket against a lease", hot({4, 1}, one_leased(), {take(1)}, {take(3, 1)}));
    complete("basket against a refill",
             hot({5, 1}, one_leased(), {take(1), take(1)}, {take(2, 1)}));
    complete("baskets from a lease and a refill",
             hot({6, 3}, one_leased(), {take(1, 1), take(1, 1)}, {take(3, 1)}));
    complete("baskets from a lease beside a loss",
             hot({6, 2}, one_leased(), {take(1, 1), take(1, 1)}, {lose(3), take(1)}));
    complete("a basket from a lease that is short elsewhere",
             hot({6, 0}, one_leased(), {take(1, 1), take(1)}, {give(0, 1), take(4)}));
    complete("baskets from two leases",
             hot({9, 3}, both_leased(), {take(1, 1), take(1, 1)}, {take(1, 1), take(4)}));
    complete("two baskets", hot({5, 1}, both_leased(), {take(2, 1)}, {take(1, 1)}));
    complete("picture", hot({4, 1}, one_leased(), {take(1), take(1)}, {picture(true, true)}));
    complete("picture of a basket",
             hot({5, 1}, both_leased(), {take(2, 1)}, {picture(true, true)}));
}

TEST_CASE("hot cells: a cell becomes hot, and cold again, in the middle of anything") {
    complete("hot beside a take", race({4}, {take(1), take(1)}, {lease(0), take(1)}, eager));
    complete("hot beside a loss", race({4}, {lose(2)}, {lease(0), take(1)}, eager));
    complete("hot beside a refusal", race({3}, {take(3)}, {lease(0), take(1), give(1)}, eager));
    complete("hot below zero", race({3}, {take(3, 0, 0, -2)}, {lease(0), take(1)}, eager));
    complete("hot beside a basket", race({3, 1}, {take(3, 1)}, {lease(0), take(1)}, eager));
    complete("two cells of one group",
             hot({5, 4}, one_leased(), {take(1), take(1)}, {lease(1), take(0, 1)}));
    complete("a basket of two cells of one group, whose turns change",
             hot({5, 4}, one_leased(), {take(1, 1)}, {lease(1), take(0, 1)}));
    complete("the same with a lease each",
             hot({6, 4}, both_leased(), {take(1, 1)}, {lease(1), take(1, 1)}));
    complete("both make it hot", race({4}, {lease(0), take(1)}, {lease(0), take(1)}, eager));
}

TEST_CASE("hot cells: wherever one thread stops for ever, the other ends") {
    for (const auto& s : {hot({4}, one_leased(), {take(1)}, {take(3)}),
                          hot({5}, both_leased(), {take(1), take(1)}, {lose(1)}),
                          hot({4, 1}, one_leased(), {take(1), read(0)}, {take(3, 1)}),
                          hot({4, 1}, one_leased(), {take(1)}, {picture(true, true)})}) {
        const freeze_result r = s.freeze({.preemptions = 1});
        CHECK_MESSAGE(r.lock_free(), r.report());
        CHECK(r.points > 0);
    }
}

// ---- canaries ----------------------------------------------------------------------------------

/// Wrong: looks at the central word and its own lease only.
template <class Env>
struct missing_recall : stock::taker<Env> {
    using base = stock::taker<Env>;
    missing_recall(stock::cell_table<Env>& c, stock::slot_table<Env>& s)
        : base{c, s}, claims{c, s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        if (me == 0) return base::take(me, lines);  // whose lease is in the way
        const stock::status s = claims.change(me, lines);
        if (s.state == stock::take_state::succeeded) return std::nullopt;
        return stock::shortage{s.line, s.free};
    }
    stock::claims<Env> claims;
};

/// Wrong: brings lease words home one by one, so that units are in nobody's hand on the way.
template <class Env>
struct plain_recall : stock::taker<Env> {
    using base = stock::taker<Env>;
    plain_recall(stock::cell_table<Env>& c, stock::slot_table<Env>& s)
        : base{c, s}, cells{c}, slots{s}, claims{c, s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        if (me == 0) return base::take(me, lines);  // who uses and refills its lease
        stock::status s = claims.change(me, lines);
        if (s.state == stock::take_state::succeeded) return std::nullopt;
        for (std::uint32_t i = 0; i < slots.size(); ++i) {
            auto& lane = cells.at(cells.leases().lane(lines[0].cell, i));
            stock::word seen{lane.load(std::memory_order_seq_cst)};
            if (seen.claimed() || seen.free() <= 0) continue;
            const granules n = seen.free();
            if (stock::claims<Env>::swap(lane, seen, {0, false, {me, slots[me].fresh()}}))
                base::give(me, lines[0].cell, n);
        }
        s = claims.change(me, lines);
        if (s.state == stock::take_state::succeeded) return std::nullopt;
        return stock::shortage{s.line, s.free};
    }
    stock::cell_table<Env>& cells;
    stock::slot_table<Env>& slots;
    stock::claims<Env> claims;
};

template <class S>
void caught(const S& s) {
    const result r = s.run({.preemptions = 2});
    REQUIRE(r.failure.has_value());
    MESSAGE("caught after " << r.executions << " executions");
}

TEST_CASE("canary missing recall is caught: units in another's lease are called sold out") {
    caught(hot<missing_recall>({4}, one_leased(), {read(0)}, {take(3)}));
}
/// A basket takes two lines from one lease word, the first of a cell whose turn is over.
struct shared_lane_env : env {
    using canary_shared_lane = void;
};

TEST_CASE("canary shared lane is caught: a basket of two cells is paid for once") {
    caught(race<stock::taker, shared_lane_env>({5, 4}, {take(1, 1)}, {lease(1), take(0, 1)}, eager,
                                               one_leased()));
}
TEST_CASE("canary plain recall is caught: a refill beside it makes it refuse without cause") {
    caught(hot<plain_recall>({5}, one_leased(), {take(1), take(1)}, {take(2)}));
}

}  // namespace
}  // namespace earmark::explore
