// The ring with small records, whose credit is a look: two callers that fill it beside a drainer.
// Whatever the interleaving, every record comes out once, whole, at its position.
#include <doctest/doctest.h>

#include <string>

#include "explore/strip.hpp"

namespace earmark::explore {
namespace {

/// An Env whose ring forgets the records that others may be about to append.
struct careless_env : env {
    using canary_no_reserve = void;
};

template <class S>
void complete(const std::string& what, const S& s, const options& how) {
    const result r = s.run(how);
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
    MESSAGE(what << ": " << r.executions << " executions");
}

}  // namespace

TEST_CASE("a ring that is nearly full loses no record, whoever looked for room when") {
    complete("small records", crowd<env>(30, 2), {.preemptions = 2});
    complete("a large one among them", crowd<env>(28, 3), {.preemptions = 2});
}

TEST_CASE("a ring loses no record where memory is weak, full or empty") {
    complete("empty", crowd<env>(0, 3), {.preemptions = 2, .weak_memory = true});
    complete("small records", crowd<env>(30, 2), {.preemptions = 2, .weak_memory = true});
    complete("a large one among them", crowd<env>(28, 3), {.preemptions = 2, .weak_memory = true});
}

TEST_CASE("canary no reserve is caught: two callers that saw the last room overwrite a record") {
    const result r = crowd<careless_env>(30, 2).run({.preemptions = 2});
    REQUIRE(r.failure.has_value());
    MESSAGE("caught after " << r.executions << " executions");
}

}  // namespace earmark::explore
