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

/// The first cell of the shelf stands in a full block, the others of which are empty; reading it is
/// adding that row up. The second is of another SKU.
class wide_shelf {
public:
    explicit wide_shelf(std::array<int, shelf_cells> stock) : log_{stock} {
        table_.add_sku(), table_.add_sku();
        for (std::uint16_t n = 0; n < stock::block_cells; ++n)
            cells_[0] = table_.make(sku_id{0}, node_id{n}).value();
        cells_[1] = table_.make(sku_id{1}, node_id{0}).value();
        for (std::size_t c = 0; c < cells_.size(); ++c) take_.give(2, cells_[c], stock[c]);
    }
    shelf_ret call(const shelf_op& o) {
        return log_(o, [&] { return perform(this_thread(), o); });
    }
    void check() {
        call(read(0));
        log_.check();
    }

private:
    shelf_ret perform(std::uint32_t me, const shelf_op& o) {
        if (o.what == shelf_op::kind::read)
            return {true, static_cast<int>(take_.sum_above(sku_id{0}, 0)), {}};
        if (o.what == shelf_op::kind::give) {
            take_.give(me, cells_[0], o.amounts[0]);
            return {};
        }
        const std::array<take_line, 2> lines{
            {{cells_[0], o.amounts[0], o.floor}, {cells_[1], o.amounts[1], o.floor}}};
        return {!take_.take(me, std::span{lines}.first(o.amounts[1] > 0 ? 2 : 1)).has_value()};
    }

    stock::cell_table<env> table_{16, 4, {}, 3};
    stock::slot_table<env> slots_{3, 4};
    stock::taker<env> take_{table_, slots_};
    std::array<cell_id, 2> cells_{};
    recorder<shelf_spec> log_;
};

TEST_CASE("a row that is added up shows each cell at an instant, whatever claims it meets") {
    const auto beside = [](std::array<int, shelf_cells> stock, std::vector<shelf_op> ops) {
        return scenario{
            [stock] { return std::make_unique<wide_shelf>(stock); },
            {[ops](std::unique_ptr<wide_shelf>& w) {
                 for (const shelf_op& o : ops) w->call(o);
             },
             [](std::unique_ptr<wide_shelf>& w) { w->call(read(0)), w->call(read(0)); }},
            [](std::unique_ptr<wide_shelf>& w) { w->check(); }};
    };
    complete("takes", beside({2, 0, 0}, {take(1), give(1)}), 2);
    complete("a basket", beside({2, 1, 0}, {take(1, 1)}), 2);
    complete("a basket that is refused", beside({2, 0, 0}, {take(1, 1)}), 2);
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
