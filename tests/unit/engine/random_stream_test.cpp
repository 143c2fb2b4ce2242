// The real engine beside the naive one over random streams, and the proof that the comparison is
// alive: every planted flaw is caught within a fixed budget of seeds.
#include <doctest/doctest.h>

#include <string>

#include "support/random_stream.hpp"
#include "support/side_by_side.hpp"

namespace streams = earmark::streams;
using earmark::naive::flaw;

namespace {

using tally = std::map<std::string, std::uint32_t>;

std::string first_failure(std::uint64_t seeds, std::uint32_t steps, streams::settings s,
                          tally* seen = nullptr, std::uint64_t first = 1) {
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        const streams::failure f = streams::play_stream(seed, steps, s, seen);
        if (!f.difference.empty()) return streams::to_string(streams::shrink(f, s));
    }
    return {};
}

/// The first seed whose stream shows the flaw, and is clean without it; 0 where none does.
std::uint64_t caught_by_seed(flaw planted, std::uint64_t first = 1) {
    constexpr std::uint64_t budget = 40;
    for (std::uint64_t seed = first; seed < first + budget; ++seed) {
        const streams::failure f = streams::play_stream(seed, 300, {planted, 64, 0, 0, 0});
        if (!f.difference.empty() && streams::replay(seed, f.steps, {}) == "") return seed;
    }
    return 0;
}

// What the streams have to meet, or agreement says little.
const std::string every_outcome[] = {"adjust: done",
                                     "adjust: repeat",
                                     "adjust: duplicate_key",
                                     "adjust: unknown_sku",
                                     "adjust: unknown_node",
                                     "adjust: no_cell",
                                     "adjust: not_a_multiple",
                                     "adjust: stock_overflow",
                                     "adjust: out_of_range",
                                     "reserve: done",
                                     "reserve: partial",
                                     "reserve: repeat",
                                     "reserve: duplicate_key",
                                     "reserve: insufficient",
                                     "reserve: pool_exhausted",
                                     "reserve: bad_pool",
                                     "reserve: unknown_pool",
                                     "change: pool_exhausted",
                                     "move: pool_exhausted",
                                     "adjust: unknown_pool",
                                     "reserve: no_cell",
                                     "reserve: unknown_sku",
                                     "reserve: bad_quantity",
                                     "reserve: not_a_multiple",
                                     "reserve: bad_line_count",
                                     "reserve: out_of_range",
                                     "reserve: reservation_expired",
                                     "reserve: reservation_over",
                                     "reserve: key_too_long",
                                     "change: done",
                                     "change: repeat",
                                     "change: insufficient",
                                     "change: no_cell",
                                     "change: unknown_sku",
                                     "change: bad_line_count",
                                     "change: reservation_over",
                                     "move: done",
                                     "move: repeat",
                                     "move: insufficient",
                                     "move: no_cell",
                                     "move: not_held",
                                     "move: unknown_node",
                                     "move: unknown_sku",
                                     "move: unknown_reservation",
                                     "move: reservation_expired",
                                     "move: reservation_over",
                                     "change: reservation_expired",
                                     "change: unknown_reservation",
                                     "unreserve: done",
                                     "unreserve: repeat",
                                     "unreserve: reservation_over",
                                     "unreserve: reservation_expired",
                                     "place_order: done",
                                     "place_order: repeat",
                                     "place_order: duplicate_key",
                                     "place_order: order_declined",
                                     "place_order: reacquired",
                                     "place_order: reservation_expired",
                                     "place_order: reservation_over",
                                     "cancel: done",
                                     "cancel: repeat",
                                     "cancel: asked",
                                     "cancel: unchanged",
                                     "amend: asked",
                                     "accept: done",
                                     "accept: not_asked",
                                     "confirm_cancel: done",
                                     "confirm_cancel: not_asked",
                                     "refuse_cancel: done",
                                     "cancel: too_few_units",
                                     "cancel: not_allowed",
                                     "cancel: unknown_order",
                                     "cancel: unknown_line",
                                     "cancel: held",
                                     "migrate: done",
                                     "migrate: unchanged",
                                     "migrate: unknown_workflow",
                                     "place_hold: done",
                                     "place_hold: unchanged",
                                     "place_hold: repeat",
                                     "place_hold: not_allowed",
                                     "place_hold: unknown_hold_type",
                                     "resolve_hold: done",
                                     "resolve_hold: repeat",
                                     "resolve_hold: hold_over",
                                     "resolve_hold: unknown_hold",
                                     "source: held",
                                     "release: held",
                                     "ship: held",
                                     "source: done",
                                     "source: partial",
                                     "source: backordered",
                                     "source: unchanged",
                                     "source: repeat",
                                     "source: unknown_order",
                                     "release: done",
                                     "release: unchanged",
                                     "release: repeat",
                                     "ship: done",
                                     "ship: repeat",
                                     "ship: too_few_units",
                                     "ship: not_allowed",
                                     "ship: unknown_line",
                                     "ship: unknown_node",
                                     "deliver: done",
                                     "deliver: too_few_units",
                                     "deliver: not_allowed",
                                     "mark: done",
                                     "mark: repeat",
                                     "mark: too_few_units",
                                     "mark: not_allowed",
                                     "mark: unknown_event",
                                     "text: accepted",
                                     "text: repeat",
                                     "text: conflict",
                                     "text: quarantined",
                                     "text: declined",
                                     "place_order: order_quarantined",
                                     "place_order: tombstoned",
                                     "place_order: order_discarded",
                                     "discard: done",
                                     "discard: not_quarantined",
                                     "cancel: unchanged",
                                     "amend: done",
                                     "amend: unchanged",
                                     "amend: repeat",
                                     "amend: not_amendable",
                                     "amend: too_few_units",
                                     "amend: held",
                                     "amend: firm_elsewhere",
                                     "amend: insufficient",
                                     "amend: no_cell",
                                     "amend: excluded",
                                     "amend: duplicate_row",
                                     "amend: unknown_line",
                                     "amend: unknown_order",
                                     "amend: unknown_place",
                                     "snapshot: done",
                                     "snapshot: stale",
                                     "snapshot: zeroed",
                                     "snapshot: a section",
                                     "snapshot: uncovered",
                                     "snapshot: unknown_sku",
                                     "snapshot: unknown_node",
                                     "snapshot: duplicate_row",
                                     "snapshot: out_of_range",
                                     "delta: done",
                                     "delta: a section",
                                     "delta: late_delta",
                                     "delta: uncovered",
                                     "delta: unknown_sku",
                                     "count: done",
                                     "count: repeat",
                                     "count: duplicate_key",
                                     "count: no_cell",
                                     "count: bad_quantity",
                                     "adjust: not_authorised",
                                     "count: not_authorised",
                                     "cancel: not_authorised",
                                     "amend: not_authorised",
                                     "place_hold: not_authorised",
                                     "resolve_hold: not_authorised",
                                     "source: not_authorised",
                                     "release: not_authorised",
                                     "ship: not_authorised",
                                     "discard: not_authorised",
                                     "privileges: loaded",
                                     "restrictions: loaded",
                                     "place_order: shipping_restricted",
                                     "amend: shipping_restricted",
                                     "release: shipping_restricted",
                                     "advance: done"};

}  // namespace

TEST_CASE("the engine does what the naive engine does, and its journal folds to it: each step") {
    CHECK(first_failure(40, 60, {flaw::none, 1, 1, 0, 0}) == "");
}

TEST_CASE("the engine does what the naive engine does over long streams that meet every outcome") {
    tally seen;
    REQUIRE(first_failure(150, 800, {flaw::none, 64, 64, 0, 0}, &seen) == "");
    for (const std::string& outcome : every_outcome) {
        INFO(outcome);
        CHECK(seen[outcome] > 0);
    }
}

// The seeds of streams::sends_texts().
constexpr std::uint64_t first_of_texts = 67, texts = 13;

TEST_CASE("revisions in and out of order, again and contradicting each other end as they should") {
    tally seen;
    REQUIRE(first_failure(texts, 1'000, {flaw::none, 16, 16, 40, 0}, &seen, first_of_texts) == "");
    for (const std::string outcome :
         {"text: accepted", "text: repeat", "text: amended", "text: unchanged", "text: conflict",
          "text: declined", "text: quarantined"}) {
        INFO(outcome);
        CHECK(seen[outcome] > 10);
    }
}

TEST_CASE("a host that dies and recovers the engine from its journal does not change a stream") {
    CHECK(first_failure(40, 400, {flaw::none, 64, 0, 25, 0}) == "");
}

TEST_CASE(
    "an engine that gives the numbers of ended baskets to new ones does what the naive one does") {
    constexpr std::uint32_t quarantined = 1'024;  // numbers rest until there are more
    tally seen;
    CHECK(first_failure(12, 400, {flaw::none, 64, 64, 0, quarantined + 8}, &seen) == "");
    CHECK(seen["reserve: a number again"] > 50);
    CHECK(seen["change: unknown_reservation"] > 0);
    tally again;
    CHECK(first_failure(6, 200, {flaw::none, 64, 0, 50, quarantined + 200}, &again) == "");
    CHECK(again["reserve: a number again"] > 0);
}

TEST_CASE("the same steps give the same events, byte for byte") {
    const streams::failure f = streams::play_stream(7, 300, {flaw::none, 64, 0, 0, 0});
    REQUIRE(f.difference == "");
    std::uint64_t digest[2] = {0, 1};
    std::uint64_t state[2] = {0, 1};
    for (int run = 0; run < 2; ++run) {
        streams::side_by_side both{streams::make_world(7), {}};
        for (const streams::step& s : f.steps) REQUIRE(both.play(s) == "");
        digest[run] = both.real().event_digest();
        state[run] = both.real().state_hash();
    }
    CHECK(digest[0] == digest[1]);
    CHECK(state[0] == state[1]);
}

TEST_CASE("a planted flaw is caught within forty seeds") {
    CHECK(caught_by_seed(flaw::none) == 0);
    CHECK(caught_by_seed(flaw::cancel_gives_double) != 0);
    CHECK(caught_by_seed(flaw::ship_gives_back) != 0);
    CHECK(caught_by_seed(flaw::expires_late) != 0);
    CHECK(caught_by_seed(flaw::repeat_runs_again) != 0);
    CHECK(caught_by_seed(flaw::forgets_the_floor) != 0);
    CHECK(caught_by_seed(flaw::basket_is_not_merged) != 0);
    CHECK(caught_by_seed(flaw::takes_what_it_can) != 0);
    CHECK(caught_by_seed(flaw::hand_over_takes_again) != 0);
    CHECK(caught_by_seed(flaw::change_gives_first) != 0);
    CHECK(caught_by_seed(flaw::move_forgets_to_give) != 0);
    CHECK(caught_by_seed(flaw::adjust_hides_shortage) != 0);
    CHECK(caught_by_seed(flaw::forgets_keep_back) != 0);
    CHECK(caught_by_seed(flaw::forgets_own_events) != 0);
    CHECK(caught_by_seed(flaw::takes_stale_feeds) != 0);
    CHECK(caught_by_seed(flaw::forgets_floor_rules) != 0);
    CHECK(caught_by_seed(flaw::asks_nobody) != 0);
    CHECK(caught_by_seed(flaw::lets_everybody) != 0);
    CHECK(caught_by_seed(flaw::forgets_origins) != 0);
    CHECK(caught_by_seed(flaw::trusts_repeats) != 0);
    CHECK(caught_by_seed(flaw::suspects_for_ever) != 0);
    CHECK(caught_by_seed(flaw::forgets_when_units_came) != 0);
    CHECK(caught_by_seed(flaw::forgets_pools) != 0);
    CHECK(caught_by_seed(flaw::keeps_pools_for_ever) != 0);
    CHECK(caught_by_seed(flaw::one_hold_opens_all) != 0);
    CHECK(caught_by_seed(flaw::late_create_comes_to_life) != 0);
    CHECK(caught_by_seed(flaw::takes_stale_revisions, first_of_texts) != 0);
}

TEST_CASE("a failing stream shrinks to the few steps that matter") {
    const streams::settings broken{flaw::cancel_gives_double, 64, 0, 0, 0};
    const std::uint64_t seed = caught_by_seed(broken.planted);
    REQUIRE(seed != 0);
    const streams::failure f = streams::shrink(streams::play_stream(seed, 300, broken), broken);
    INFO(streams::to_string(f));
    CHECK(f.steps.size() <= 6);
    CHECK(streams::replay(f.seed, f.steps, broken) == f.difference);
    CHECK(streams::replay(f.seed, f.steps, {}) == "");
}
