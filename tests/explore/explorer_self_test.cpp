// The explorer explored: counts that can be computed by hand, faults that it must find, and what it
// must not report.
#include <doctest/doctest.h>

#include <array>
#include <exception>
#include <memory>
#include <stdexcept>

#include "explore/toys.hpp"
#include "support/explore/explore.hpp"

using namespace earmark::explore;
using namespace earmark::explore::toys;

namespace {

// Threads that make `accesses` each, all on their own location.
std::uint64_t schedules(unsigned threads, int accesses, unsigned preemptions) {
    struct world {
        std::array<env::atomic<int>, max_threads> cells;
    };
    const auto body = [accesses](world& w) {
        for (int i = 0; i < accesses; ++i) w.cells[this_thread()].fetch_add(1);
    };
    const auto make = [] { return world{}; };
    const std::vector<std::function<void(world&)>> bodies(threads, body);
    const result r = run({.preemptions = preemptions}, make, bodies, [](world&) {});
    REQUIRE(r.complete);
    CHECK(r.steps == r.executions * threads * static_cast<std::uint64_t>(accesses));
    return r.executions;
}

}  // namespace

// Two threads of n steps: a schedule is a sequence of r >= 2 runs that alternate between the
// threads; every run but the last and the one before it ends by a preemption. A thread of n steps
// is cut into k runs in C(n-1, k-1) ways. For n = 3 and r = 2, 3, 4, 5, 6 that makes
// 2, 4, 8, 4 and 2 schedules with 0, 1, 2, 3 and 4 preemptions.
TEST_CASE("explorer: schedules of two threads are as many as computed by hand") {
    CHECK(schedules(2, 1, unbounded) == 2);
    CHECK(schedules(2, 2, 0) == 2);
    CHECK(schedules(2, 2, 1) == 2 + 2);
    CHECK(schedules(2, 2, unbounded) == 6);
    CHECK(schedules(2, 3, 0) == 2);
    CHECK(schedules(2, 3, 1) == 2 + 4);
    CHECK(schedules(2, 3, 2) == 2 + 4 + 8);
    CHECK(schedules(2, 3, 3) == 2 + 4 + 8 + 4);
    CHECK(schedules(2, 3, 4) == 20);
    CHECK(schedules(2, 3, unbounded) == 20);
    CHECK(schedules(2, 6, unbounded) == 924);
}

TEST_CASE("explorer: unbounded schedules are the multinomial, unpreempted ones the factorial") {
    CHECK(schedules(3, 2, unbounded) == 90);
    CHECK(schedules(3, 3, unbounded) == 1680);
    CHECK(schedules(3, 4, 0) == 6);
    CHECK(schedules(4, 4, 0) == 24);
    CHECK(schedules(1, 5, unbounded) == 1);
}

TEST_CASE("explorer: a correct compare-and-swap loop passes, complete at every bound") {
    const auto race = demands<cas_counter>(2, {2, 1, 1});
    std::uint64_t before = 0;
    for (const unsigned bound : {1U, 2U, 3U, unbounded}) {
        const result r = race.run({.preemptions = bound});
        MESSAGE("preemptions " << static_cast<int>(bound) << ": " << r.report());
        CHECK(r.passed());
        CHECK(r.complete);
        CHECK(r.executions > before);
        before = r.executions;
    }
}

TEST_CASE("explorer: check-then-act is caught overselling") {
    const result r = demands<check_then_act_counter>(2, {2, 1, 1}).run();
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->kind == failure_kind::check);
    CHECK(r.failure->sentence == "oversold");
    CHECK_FALSE(r.complete);
    MESSAGE(r.report());
}

TEST_CASE("explorer: take-then-roll-back is caught turning a buyer away without cause") {
    // 1 unit; one asks for 2 and must be refused, the other asks for 1 and must get it.
    const result r = demands<rollback_counter>(1, {2, 1}).run({.preemptions = 1});
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence.find("not linearizable") == 0);
    CHECK(r.failure->sentence.find("take 1 refused") != std::string::npos);
    MESSAGE(r.report());
}

TEST_CASE("explorer: a load and a store in place of an addition are caught losing an update") {
    using world = counter_world<lost_update_counter>;
    const auto give = [](world& w) { w.give(1); };
    const scenario both{[] { return world{0}; },
                        {give, give},
                        [](world& w) { expect(w.counter.free.load() == 2, "an update was lost"); }};
    CHECK(both.run({.preemptions = 0}).passed());
    const result r = both.run({.preemptions = 1});
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence == "an update was lost");
}

TEST_CASE("explorer: an observation at the end belongs to the history") {
    using world = counter_world<lost_update_counter>;
    const auto give = [](world& w) { w.give(1); };
    const result r = run(
        {}, [] { return world{0}; }, {give, give},
        [](world& w) {
            w.take(2);  // refused only if an update was lost
            w.log.check();
        });
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence.find("take 2 refused") != std::string::npos);
}

// The reader remembers what its first read saw and returns it again. Only a write that lies wholly
// between the two reads shows it; so the second read must not count as called before its access.
TEST_CASE("explorer: an operation is called when it makes its first access, not before") {
    struct cell_spec {
        using state = int;
        using op = bool;  // write 1, or read
        using ret = int;
        static bool apply(state& value, const op& write, const ret& seen) {
            if (write) value = 1;
            return write || seen == value;
        }
    };
    struct world {
        env::atomic<int> cell{0};
        recorder<cell_spec> log{0};
    };
    const auto write = [](world& w) {
        w.log(true, [&] {
            w.cell.store(1);
            return 0;
        });
    };
    const auto read_twice = [](world& w) {
        const int first = w.log(false, [&] { return w.cell.load(); });
        w.log(false, [&] {
            w.cell.load();
            return first;
        });
    };
    const result r = run(
        {}, [] { return world{}; }, {write, read_twice}, [](world& w) { w.log.check(); });
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence.find("not linearizable") == 0);
    // Read, write, read: every operation has returned before the next is called.
    CHECK(r.failure->trace.find("   2  thread 0  store") != std::string::npos);
}

// Two gives of two accesses each: 6 schedules, but only "first A", "first B" and "both at once".
TEST_CASE("explorer: schedules that no observer can tell apart are one history") {
    struct two_step_counter : cas_counter {
        using cas_counter::cas_counter;
        void give(int n) noexcept {
            free.load();
            free.fetch_add(n);
        }
    };
    using world = counter_world<two_step_counter>;
    const auto give = [](world& w) { w.give(1); };
    const result r = run(
        {.preemptions = unbounded}, [] { return world{0}; }, {give, give},
        [](world& w) { w.log.check(); });
    CHECK(r.executions == 6);
    CHECK(r.histories == 3);
}

TEST_CASE("explorer: random schedules find the planted faults") {
    const options how = random_schedules(7, 10'000);
    CHECK(demands<cas_counter>(2, {2, 1, 1}).run(how).passed());
    CHECK_FALSE(demands<check_then_act_counter>(2, {2, 1, 1}).run(how).passed());
    CHECK_FALSE(demands<rollback_counter>(1, {2, 1}).run(how).passed());
}

TEST_CASE("explorer: the same scenario gives the same counts every time") {
    const auto race = demands<cas_counter>(2, {2, 1, 1});
    for (const options& how : {options{.preemptions = 3}, random_schedules(1, 5'000)}) {
        const result a = race.run(how);
        const result b = race.run(how);
        CHECK(a.executions == b.executions);
        CHECK(a.steps == b.steps);
        CHECK(a.histories == b.histories);
        CHECK(a.longest == b.longest);
    }
    const auto wrong = demands<rollback_counter>(1, {2, 1});
    CHECK(wrong.run().failure->seed == wrong.run().failure->seed);
}

TEST_CASE("explorer: a printed seed replays the failure, whatever found it") {
    const auto wrong = demands<rollback_counter>(1, {2, 1});
    for (const options& how : {options{}, random_schedules(3, 10'000)}) {
        const result found = wrong.run(how);
        REQUIRE_FALSE(found.passed());
        const result again = wrong.replay(found.failure->seed);
        CHECK(again.executions == 1);
        REQUIRE_FALSE(again.passed());
        CHECK(again.failure->sentence == found.failure->sentence);
        CHECK(again.failure->trace == found.failure->trace);
        CHECK(again.failure->seed == found.failure->seed);
    }
    CHECK(wrong.replay("p0/").passed());
}

TEST_CASE("explorer: a trace tells threads, operations, locations and values in order") {
    const result r = demands<rollback_counter>(1, {2, 1}).run({.preemptions = 1});
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->trace ==
          "   1  thread 0  fetch_sub         free          seq_cst  1 -> -1\n"
          "   2  thread 1  fetch_sub         free          seq_cst  -1 -> -2\n"
          "   3  thread 1  fetch_add         free          seq_cst  -2 -> -1\n"
          "      thread 1  ends\n"
          "   4  thread 0  fetch_add         free          seq_cst  -1 -> 1\n"
          "      thread 0  ends\n");
}

TEST_CASE("explorer: a seed that is no seed is refused with the byte that is wrong") {
    const auto race = demands<cas_counter>(1, {1, 1});
    CHECK_THROWS_AS((void)race.replay("p2"), std::invalid_argument);
    CHECK_THROWS_AS((void)race.replay("p2,q1/0"), std::invalid_argument);
    CHECK_THROWS_AS((void)race.replay("p2/0g"), std::invalid_argument);
    CHECK_THROWS_WITH((void)race.replay("px/"),
                      "seed 'px/', byte 1: expected a number; copy the seed that the failure "
                      "printed");
    const options how{.preemptions = unbounded,
                      .steps = 5,
                      .stubborn_pauses = 1,
                      .spurious_failures = 2,
                      .weak_memory = true,
                      .freeze = freeze_point{1, 4}};
    const std::string seed = to_seed({how, {0, 1, 15, 0, 0}});
    CHECK(seed == "p-,n5,y1,s2,w2.3,f1.4/01f");
    CHECK(to_seed(parse_seed(seed)) == seed);
}

TEST_CASE("explorer: a scenario that depends on more than its schedule is reported") {
    int calls = 0;
    struct world {
        env::atomic<int> cell{0};
    };
    const auto body = [&calls](world& w) {
        if (++calls % 5 == 0) return;
        w.cell.fetch_add(1);
        w.cell.fetch_add(1);
    };
    const result r = run(
        {}, [] { return world{}; }, {body, body}, [](world&) {});
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->kind == failure_kind::not_deterministic);
}

TEST_CASE("explorer: another question, other ways to go on and answers left over are divergence") {
    const auto diverges = [](auto second_time) {
        every_schedule choices;
        choices.advance();
        CHECK(choices.choose(2, 7) == 0);
        CHECK_FALSE(choices.diverged());
        choices.advance();
        second_time(choices);
        return choices.diverged();
    };
    CHECK_FALSE(diverges([](strategy& s) { CHECK(s.choose(2, 7) == 1); }));
    CHECK(diverges([](strategy& s) { (void)s.choose(2, 8); }));
    CHECK(diverges([](strategy& s) { (void)s.choose(3, 7); }));
    CHECK(diverges([](strategy&) {}));
}

TEST_CASE("explorer: a budget that runs out leaves the exploration incomplete") {
    const auto race = demands<cas_counter>(2, {2, 1, 1});
    const std::uint64_t all = race.run({.preemptions = 1}).executions;
    const result cut = race.run({.preemptions = 1, .executions = all - 1});
    CHECK_FALSE(cut.complete);
    CHECK(cut.executions == all - 1);
    CHECK(race.run({.preemptions = 1, .executions = all}).complete);
}

TEST_CASE("explorer: what a body throws is the failure, and the other threads still unwind") {
    struct world {
        std::shared_ptr<int> kept = std::make_shared<int>(0);
        env::atomic<int> cell{0};
    };
    std::weak_ptr<int> watched;
    const auto throws = [](world& w) {
        w.cell.store(1);
        throw std::runtime_error{"no luck"};
    };
    const auto holds = [&watched](world& w) {
        const std::shared_ptr<int> mine = w.kept;
        watched = mine;
        for (int i = 0; i < 5; ++i) w.cell.store(i);
    };
    const result r = run(
        {}, [] { return world{}; }, {holds, throws}, [](world&) {});
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence == "thread 1: no luck");
    CHECK(watched.expired());
}

TEST_CASE("explorer: threads may be switched while one unwinds and another handles an exception") {
    struct world {
        env::atomic<int> inside{0};
        bool counted_right = true;
    };
    struct guard {
        explicit guard(world& w) : in{w} { in.inside.fetch_add(1); }
        ~guard() {
            in.inside.fetch_sub(1);
            if (std::uncaught_exceptions() != 1) in.counted_right = false;
        }
        guard(const guard&) = delete;
        guard& operator=(const guard&) = delete;
        world& in;
    };
    const auto body = [](world& w) {
        try {
            const guard g{w};
            throw static_cast<int>(this_thread());
        } catch (const int&) {
            w.inside.load();
            try {
                throw;
            } catch (const int& current) {
                expect(current == static_cast<int>(this_thread()), "another's exception");
            }
        }
        expect(std::uncaught_exceptions() == 0, "an exception is still in flight");
    };
    const result r = run(
        {.preemptions = unbounded}, [] { return world{}; }, {body, body},
        [](world& w) {
            expect(w.inside.load() == 0, "a guard was skipped");
            expect(w.counted_right, "a guard saw another thread's exception in flight");
        });
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
}

TEST_CASE("explorer: explorations do not nest, and need one to eight threads") {
    const auto race = demands<cas_counter>(1, {1});
    const result nested = run(
        {}, [] { return 0; }, {[](int&) {}}, [&](int&) { (void)race.run(); });
    REQUIRE_FALSE(nested.passed());
    CHECK(nested.failure->sentence == "an exploration may not start within another one");
    CHECK_FALSE(demands<cas_counter>(1, {}).run().passed());
    CHECK_FALSE(demands<cas_counter>(1, std::vector<int>(9, 1)).run().passed());
    CHECK(demands<cas_counter>(1, std::vector<int>(8, 1)).run({.executions = 10}).passed());
}
