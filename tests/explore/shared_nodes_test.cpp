// Free nodes that threads push and pop beside each other: a node is in one hand or in the list.
#include <doctest/doctest.h>

#include <string>

#include "explore/pile.hpp"

namespace earmark::explore {
namespace {

/// An Env whose list does not tell a head that came back from one that never left.
struct forgetful_env : env {
    using canary_same_tag = void;
};

}  // namespace

TEST_CASE("a free node is never in two hands, and none is lost, also where memory is weak") {
    for (const bool weak : {false, true}) {
        const result r = two_takers<env>().run({.preemptions = 3, .weak_memory = weak});
        CHECK_MESSAGE(r.passed(), r.report());
        CHECK(r.complete);
        MESSAGE(std::string{weak ? "weak" : "strong"} << " memory: " << r.executions
                                                      << " executions");
    }
}

TEST_CASE("canary same tag is caught: a head that came back hands a node out twice") {
    const result r = two_takers<forgetful_env>().run({.preemptions = 3});
    REQUIRE(r.failure.has_value());
    MESSAGE("caught after " << r.executions << " executions");
}

}  // namespace earmark::explore
