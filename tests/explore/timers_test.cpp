// Timers in blocks: who hangs one up beside a sweep, whose blocks come back, and what is kept.
#include <doctest/doctest.h>

#include <string>

#include "explore/gate.hpp"
#include "explore/timer_yard.hpp"

namespace earmark::explore {
namespace {

/// An Env in which a sweeper keeps a block that its owner may write into yet.
struct greedy_env : env {
    using canary_any_block = void;
};

}  // namespace

TEST_CASE("timers beside sweeps wake once each, and every block is somewhere, in any memory") {
    for (const gate_scenario& s : timer_gate()) {
        const result r = s.run();
        CHECK_MESSAGE(r.passed(), s.name << ": " << r.report());
        CHECK(r.complete);
        MESSAGE(s.name << ": " << r.executions << " executions");
    }
}

TEST_CASE("who hangs a timer up waits for nobody: a sweeper stopped anywhere, or the other way") {
    const freeze_result r = push_beside_sweep<env>().freeze({.preemptions = 1});
    CHECK_MESSAGE(r.lock_free(), r.report());
    MESSAGE(r.executions << " executions");
}

TEST_CASE("canary any block is caught: a late write into a block that another took for its own") {
    const result r = push_beside_sweep<greedy_env>().run({.preemptions = 2});
    REQUIRE(r.failure.has_value());
    MESSAGE("caught after " << r.executions << " executions: " << r.report());
}

}  // namespace earmark::explore
