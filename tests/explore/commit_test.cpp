// Whole commits of two threads, interleaved at every access: reservations end exactly once, and the
// journal can be cut anywhere. The table of all of them is played by suite_test.cpp; here are the
// scenarios that have a name, and the houses that are wrong on purpose.
#include <doctest/doctest.h>

#include "explore/plans.hpp"

namespace earmark::explore {
namespace {

void complete(const house_plan& p) {
    const result r = scenario_of(p).run({.preemptions = 2});
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
    MESSAGE(p.name << ": " << r.executions << " executions");
}

/// The plan must fail, by a sentence that begins so.
template <class Env>
void caught(const house_plan& p, const std::string& sentence) {
    const result r = scenario_of<Env>(p).run({.preemptions = 2});
    REQUIRE_MESSAGE(r.failure.has_value(), p.name << ": " << r.report());
    CHECK_MESSAGE(r.failure->sentence.find(sentence) != std::string::npos, r.report());
    MESSAGE("caught after " << r.executions << " executions");
}

/// Commits record and apply in the wrong order.
struct swapped_env : env {
    using canary_swapped_journal = void;
};
/// A shortage is answered without a look at what is due.
struct no_sweep_env : env {
    using canary_no_sweep = void;
};
/// What is due is looked at after the take.
struct late_look_env : env {
    using canary_late_look = void;
};

/// A basket that will be due is not announced before its timer hangs.
struct no_announcement_env : env {
    using canary_no_announcement = void;
};
/// The last unit goes to a basket that is due at once, beside a buyer; more deeds for the first.
house_plan beside_a_brief_one(std::vector<deed> before = {}) {
    house_plan p = plan_of(shape::one, {role::reserve, role::reserve});
    p.name = "one cell: brief | reserve";
    p.from.held = {};
    p.threads[0][0].what = deed::kind::brief;
    p.threads[1].insert(p.threads[1].begin(), before.begin(), before.end());
    return p;
}

}  // namespace

TEST_CASE("confirm against expire is decided exactly once, no unit is lost or doubled (B1)") {
    complete(plan_of(shape::one, {role::confirm, role::expire}));
    complete(plan_of(shape::two, {role::confirm, role::expire}));
}

TEST_CASE("the last unit of two buyers goes to one, the other hears that none is left (B1)") {
    complete(plan_of(shape::one, {role::reserve, role::reserve}));
    complete(plan_of(shape::two, {role::basket, role::basket}));
}

TEST_CASE("expiry that feeds a take: every prefix of the journal is a legal state") {
    complete(plan_of(shape::one, {role::reserve, role::expire}));
    complete(plan_of(shape::opposite, {role::basket, role::expire}));
}

TEST_CASE("a caller that stops before its timer hangs leaves no dead basket in a buyer's way") {
    const house_plan p = beside_a_brief_one();
    complete(p);
    complete(beside_a_brief_one({{deed::kind::expire, {}, 0}}));
    const result weak = scenario_of(p).run({.preemptions = 2, .weak_memory = true});
    CHECK_MESSAGE(weak.passed(), weak.report());
    const freeze_result r = scenario_of(p).freeze({.preemptions = 1});
    CHECK_MESSAGE(r.lock_free(), r.report());
}

TEST_CASE("releases that feed takes on both sides: every prefix of the journal is a legal state") {
    complete(plan_of(shape::opposite, {role::cancel, role::cancel}, {role::basket}));
}

TEST_CASE("a shopper moves the own hold while others take: never two payable holds (B5)") {
    complete(plan_of(shape::two, {role::move, role::reserve}));
    complete(plan_of(shape::two, {role::move, role::confirm}));
}

TEST_CASE("stock that falls below what is promised leaves every verb possible (B16)") {
    house_plan p = plan_of(shape::one, {role::lower, role::cancel}, {role::lower});
    p.from.free = {};  // all of it is promised
    p.from.held[0] = {2, 0, 0};
    complete(p);
    p.threads[1][0].what = deed::kind::confirm;
    complete(p);
}

TEST_CASE("a reader beside a commit sees one version or the other, never a mixture") {
    complete(plan_of(shape::one, {role::read, role::expire}));
    complete(plan_of(shape::two, {role::read, role::confirm}));
}

TEST_CASE("canary swapped journal order is caught: a crash would recover negative stock") {
    caught<swapped_env>(plan_of(shape::one, {role::reserve, role::expire}),
                        "a crash here would recover negative stock");
}
TEST_CASE("canary expiry without sweep is caught: a dead basket turns a buyer away") {
    caught<no_sweep_env>(plan_of(shape::one, {role::reserve, role::expire}), "not linearizable");
}
TEST_CASE("canary no announcement is caught: between take and timer a dead basket turns one away") {
    caught<no_announcement_env>(beside_a_brief_one(), "not linearizable");
}
TEST_CASE("canary late look is caught: a sweep between take and look hides what came back") {
    caught<late_look_env>(plan_of(shape::one, {role::reserve, role::expire}), "not linearizable");
}

}  // namespace earmark::explore
