// Whole commits of two threads, interleaved at every access: reservations end exactly once, and the
// journal can be cut anywhere.
#include <doctest/doctest.h>

#include "explore/counter_house.hpp"

namespace earmark::explore {
namespace {

using house = counter_house<env>;

template <class S>
result complete(const std::string& what, const S& s, unsigned preemptions = 2) {
    const result r = s.run({.preemptions = preemptions});
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
    MESSAGE(what << ": " << r.executions << " executions");
    return r;
}

template <class World>
struct ended : World {
    using World::World;
    error_code answer[2] = {error_code::ok, error_code::ok};
};

TEST_CASE(
    "confirm against expire is decided exactly once, and units are neither lost nor doubled") {
    using world = ended<house>;
    const scenario s{
        [] {
            return world{1, 1};
        },
        {[](world& w) { w.answer[0] = w.end(0, 0, reservation_state::consumed, false); },
         [](world& w) { w.answer[1] = w.end(1, 0, reservation_state::expired, true); }},
        [](world& w) {
            const bool confirmed = w.answer[0] == error_code::ok;
            const bool expired = w.answer[1] == error_code::ok;
            expect(confirmed != expired, "exactly one of them wins");
            expect(
                w.life(0) == (confirmed ? reservation_state::consumed : reservation_state::expired),
                "the state is the winner's");
            expect(w.b.stock.free(w.cell) == (expired ? 1 : 0), "the unit is where it belongs");
            w.every_prefix_is_legal();
        }};
    complete("confirm against expire", s);
}

TEST_CASE("expiry that feeds a take: every prefix of the journal is a legal state") {
    using world = ended<house>;
    const scenario s{[] {
                         return world{1, 1};
                     },
                     {[](world& w) { w.end(0, 0, reservation_state::expired, true); },
                      [](world& w) { w.answer[1] = w.take(1, 1); }},
                     [](world& w) {
                         expect(w.b.stock.free(w.cell) == (w.answer[1] == error_code::ok ? 0 : 1),
                                "the unit is free or taken");
                         w.every_prefix_is_legal();
                     }};
    complete("expiry feeds a take", s);
}

TEST_CASE("releases that feed takes on both sides: every prefix of the journal is a legal state") {
    const scenario s{[] {
                         return house{2, 2};
                     },
                     {[](house& w) {
                          w.end(0, 0, reservation_state::cancelled, true);
                          (void)w.take(0, 1);
                      },
                      [](house& w) {
                          w.end(1, 1, reservation_state::cancelled, true);
                          (void)w.take(1, 2);
                      }},
                     [](house& w) { w.every_prefix_is_legal(); }};
    complete("releases feed takes", s);
}

TEST_CASE("canary swapped journal order is caught: a crash would recover negative stock") {
    using broken_house = counter_house<swapped_env>;
    const scenario s{[] {
                         return broken_house{1, 1};
                     },
                     {[](broken_house& w) { w.end(0, 0, reservation_state::expired, true); },
                      [](broken_house& w) { (void)w.take(1, 1); }},
                     [](broken_house& w) { w.every_prefix_is_legal(); }};
    const result r = s.run({.preemptions = 2});
    REQUIRE(r.failure.has_value());
    MESSAGE("caught after " << r.executions << " executions");
}

TEST_CASE("a reader beside a commit sees one version or the other, never a mixture") {
    const scenario s{
        [] {
            return house{1, 1};
        },
        {[](house& w) { w.end(0, 0, reservation_state::expired, true); },
         [](house& w) {
             lifecycle::image seen;
             if (w.b.ledger.read(subject_kind::reservation, w.index[0], seen) != error_code::ok)
                 return;
             expect((seen.version == 1) == (seen.life == reservation_state::active),
                    "life and version belong together");
             expect(seen.buckets.size() == 1, "the parts are whole");
         }},
        [](house& w) { w.every_prefix_is_legal(); }};
    complete("reader beside a commit", s);
}

}  // namespace
}  // namespace earmark::explore
