// What the explorer says about threads that wait, stop, spin or give up.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "explore/toys.hpp"
#include "support/explore/explore.hpp"

using namespace earmark::explore;
using namespace earmark::explore::toys;

TEST_CASE("explorer: a compare-and-swap loop is lock-free wherever a thread stops for ever") {
    const freeze_result r = demands<cas_counter>(2, {2, 1, 1}).freeze();
    MESSAGE(r.report());
    CHECK_MESSAGE(r.lock_free(), r.report());
    CHECK(r.points >= 6);
}

TEST_CASE("explorer: a spin lock passes every schedule, and is blocked by its frozen owner") {
    const auto race = demands<spin_lock_counter>(2, {2, 1});
    const result plain = race.run({.preemptions = unbounded});
    CHECK_MESSAGE(plain.passed(), plain.report());
    CHECK(plain.complete);

    const freeze_result r = race.freeze();
    CHECK_FALSE(r.lock_free());
    REQUIRE(r.failure);
    CHECK(r.failure->kind == failure_kind::blocked);
    CHECK(r.failure->sentence ==
          "thread 1 cannot end while thread 0 stands still before its step 2 (2000 steps)");
    // Stopped before the exchange it owns nothing; before the load, the store and the unlock it
    // does.
    for (const freeze_point owner : {freeze_point{0, 2}, {0, 3}, {0, 4}, {1, 2}, {1, 3}, {1, 4}})
        CHECK(std::find(r.blocked.begin(), r.blocked.end(), owner) != r.blocked.end());
    for (const freeze_point before : {freeze_point{0, 1}, {1, 1}})
        CHECK(std::find(r.blocked.begin(), r.blocked.end(), before) == r.blocked.end());

    const result again = race.replay(r.failure->seed);
    REQUIRE_FALSE(again.passed());
    CHECK(again.failure->sentence == r.failure->sentence);
}

TEST_CASE("explorer: a freeze test also makes the check, with the frozen thread at its end") {
    const freeze_result r = demands<rollback_counter>(1, {2, 1}).freeze({.preemptions = 0});
    CHECK_FALSE(r.lock_free());
    CHECK(r.blocked.empty());
    REQUIRE(r.failure);
    CHECK(r.failure->kind == failure_kind::check);
}

TEST_CASE("explorer: the frozen thread goes on once the others have ended, and ends too") {
    struct world {
        env::atomic<int> cell{0};
        std::vector<unsigned> ended;
    };
    const auto body = [](world& w) {
        w.cell.fetch_add(1);
        w.cell.fetch_add(1);
        w.ended.push_back(this_thread());
    };
    const scenario two{[] { return world{}; },
                       {body, body},
                       [](world& w) {
                           expect(w.ended == std::vector<unsigned>{1, 0}, "0 did not end last");
                       }};
    for (const unsigned step : {1U, 2U}) {
        const result r = two.run({.preemptions = unbounded, .freeze = freeze_point{0, step}});
        CHECK_MESSAGE(r.passed(), r.report());
        CHECK(r.frozen == r.executions);
    }
    CHECK(two.run({.freeze = freeze_point{0, 3}}).frozen == 0);
}

TEST_CASE("explorer: a wait that does not pause is reported as endless") {
    struct world {
        env::atomic<bool> ready{false};
    };
    const auto wait = [](world& w) {
        while (!w.ready.load()) {
        }
    };
    const auto set = [](world& w) { w.ready.store(true); };
    const result r = run(
        {.steps = 100}, [] { return world{}; }, {wait, set}, [](world&) {});
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->kind == failure_kind::endless);
}

TEST_CASE("explorer: a wait that pauses ends, and a wait for nothing is endless") {
    struct world {
        env::atomic<bool> ready{false};
    };
    const auto wait = [](world& w) {
        while (!w.ready.load()) env::pause();
    };
    const auto set = [](world& w) { w.ready.store(true); };
    const auto make = [] { return world{}; };
    const auto nothing = [](world&) {};
    const result good = run({.preemptions = unbounded}, make, {wait, set}, nothing);
    CHECK_MESSAGE(good.passed(), good.report());
    CHECK(good.complete);
    const result bad = run({.steps = 50}, make, {wait, wait}, nothing);
    REQUIRE_FALSE(bad.passed());
    CHECK(bad.failure->kind == failure_kind::endless);
    CHECK(bad.failure->sentence.find("thread 0, thread 1 did not end (50 steps)") == 0);
}

TEST_CASE("explorer: stubborn pauses show a bounded retry loop run out of patience") {
    struct world {
        env::atomic<bool> owned{false};
        bool gave_up = false;
    };
    const auto owner = [](world& w) {
        w.owned.store(true);
        w.owned.store(false);
    };
    const auto visitor = [](world& w) {
        for (int tries = 0; tries < 3; ++tries) {
            if (!w.owned.load()) return;
            env::pause();
        }
        w.gave_up = true;
    };
    int gave_up = 0;
    const scenario visit{[] { return world{}; },
                         {owner, visitor},
                         [&gave_up](world& w) { gave_up += w.gave_up ? 1 : 0; }};
    CHECK(visit.run({.preemptions = 1}).complete);
    CHECK(gave_up == 0);  // each pause let the owner move on
    CHECK(visit.run({.preemptions = 1, .stubborn_pauses = 3}).complete);
    CHECK(gave_up > 0);
}

// Both threads: access, pause, access. The pause comes in the same step as the first access, so
// only the start is free: 2 schedules. Allowed to stay once, a thread whose pause comes first goes
// on (then the other runs alone) or hands over to the other, which again has two ways: 3 a start.
TEST_CASE("explorer: pauses make as many schedules as computed by hand") {
    struct world {
        env::atomic<int> cell{0};
    };
    const auto body = [](world& w) {
        w.cell.fetch_add(1);
        env::pause();
        w.cell.fetch_add(1);
    };
    const auto count = [&](unsigned stubborn) {
        const options how{.preemptions = unbounded, .stubborn_pauses = stubborn};
        return run(
                   how, [] { return world{}; }, {body, body}, [](world&) {})
            .executions;
    };
    CHECK(count(0) == 2);
    CHECK(count(1) == 6);
}

// One pauses twice beside a thread of one access. Allowed to stay once in a row, it may stay at its
// first pause or its second, not at both, unless the other had its step in between.
TEST_CASE("explorer: patience is counted anew after another thread's step") {
    struct world {
        env::atomic<int> cell{0};
        std::string order;
    };
    const auto waits = [](world& w) {
        for (const char* const at : {"a", "b"}) {
            w.order += at;
            env::pause();
        }
        w.order += "c";
    };
    const auto steps = [](world& w) {
        for (int i = 0; i < 2; ++i) {
            w.cell.fetch_add(1);
            w.order += ".";
        }
    };
    std::set<std::string> seen;
    const result r = run(
        {.preemptions = unbounded, .stubborn_pauses = 1}, [] { return world{}; }, {waits, steps},
        [&seen](world& w) { seen.insert(w.order); });
    CHECK(r.complete);
    CHECK(seen.count("ab.c.") == 1);
    CHECK(seen.count("a.bc.") == 1);  // a step, then stubborn
    CHECK(seen.count("abc..") == 0);
}

TEST_CASE("explorer: compare_exchange_weak fails spuriously only when asked, only so often") {
    struct world {
        env::atomic<int> cell{0};
        int failures = 0;
    };
    const auto body = [](world& w) {
        int seen = 0;
        while (!w.cell.compare_exchange_weak(seen, 1)) {
            expect(seen == 0, "a spurious failure changed what was expected");
            ++w.failures;
        }
    };
    const auto strong = [](world& w) {
        int seen = 0;
        if (!w.cell.compare_exchange_strong(seen, 1)) ++w.failures;
    };
    int most = 0;
    const auto check = [&most](world& w) { most = std::max(most, w.failures); };
    const auto make = [] { return world{}; };
    CHECK(run({}, make, {body}, check).executions == 1);
    CHECK(most == 0);
    CHECK(run({.spurious_failures = 2}, make, {body}, check).executions == 3);
    CHECK(most == 2);
    most = 0;
    CHECK(run({.spurious_failures = 2}, make, {strong}, check).executions == 1);
    CHECK(most == 0);
}
