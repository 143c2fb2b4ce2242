// Holds in the engine: placed and answered, and what they stop.
#include "holds_shop.hpp"

namespace earmark::holding {

TEST_CASE("the trace of holds that combine, by what source and release do") {
    shop s{{type_of("FRAUD", {allocate, release, ship}), type_of("PAYMENT", {release, ship}),
            type_of("ADDRESS", {release})}};
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    const auto f = s.hold(o, "FRAUD");
    const auto p = s.hold(o, "PAYMENT");
    const auto a = s.hold(o, "ADDRESS", 2);
    const error why = s.on.source(s.at(), o).error();
    CHECK(why.code == held);
    CHECK(why.refs[0] == f);
    CHECK(why.refs[1] == 0);
    CHECK(why.refs[2] == raw(s.type("FRAUD")));
    CHECK(s.on.describe(why).find("FRAUD") != std::string::npos);
    CHECK(s.answer(o, f) == ok);
    CHECK(s.sources(o) == ok);
    CHECK(s.releases(o) == held);
    const auto f2 = s.hold(o, "FRAUD");  // the card changed
    CHECK(f2 == 4);
    CHECK(s.answer(o, p) == ok);
    CHECK(s.releases(o) == held);
    CHECK(s.answer(o, f2) == ok);
    CHECK(s.releases(o) == ok);
    CHECK(s.units(o, unit_state::released, 1) == 1);
    CHECK(s.units(o, unit_state::allocated, 2) == 1);
    CHECK(s.releases(o) == held);
    CHECK(s.on.order(o)->held);
    CHECK_FALSE(s.on.order(o)->lines[0].held);
    CHECK(s.on.order(o)->lines[1].held);
    CHECK(s.answer(o, a) == ok);
    CHECK_FALSE(s.on.order(o)->held);
    CHECK(s.releases(o) == ok);
    CHECK(s.ships(o) == ok);
}

TEST_CASE("a held line waits, and the others are sourced without it") {
    shop s;
    const order_id o = s.order({{hat, {2}}, {mug, {1}}});
    const auto h = s.hold(o, "fraud", 1);
    CHECK(s.sources(o) == ok);
    CHECK(s.units(o, unit_state::open, 1) == 2);
    CHECK(s.units(o, unit_state::allocated, 2) == 1);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.sources(o) == held);  // nothing else is left of it
    CHECK(s.answer(o, h) == ok);
    CHECK(s.sources(o) == ok);
    CHECK(s.units(o, unit_state::allocated, 1) == 2);
}

TEST_CASE("placing a hold that equals an active one changes nothing, and says which it is") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    CHECK(s.hold(o, "credit") == 1);
    const auto version = s.on.order(o)->version;
    const auto again = s.on.place_hold(s.at(), {o, s.type("credit"), 0, 9, {}});
    REQUIRE(again);
    CHECK(again->what == outcome::unchanged);
    CHECK(again->lines == 1);
    CHECK(s.on.order(o)->version == version);
    CHECK(s.seen(o, 1).reason == 3);
    CHECK(s.hold(o, "credit", 1) == 2);  // on the line it is another one
}

TEST_CASE("a hold under a key is placed once, and the key with other content is a conflict") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    const place_hold_request r{o, s.type("credit"), 0, 0, {}};
    CHECK(s.on.place_hold(s.at("k"), r)->lines == 1);
    CHECK(s.answer(o, 1) == ok);
    const auto again = s.on.place_hold(s.at("k"), r);
    CHECK(again->what == outcome::repeat);
    CHECK(again->lines == 1);
    CHECK(s.on.order(o)->holds.size() == 1);
    CHECK(s.on.place_hold(s.at("k"), {o, s.type("fraud"), 0, 0, {}}).error().code == duplicate_key);
}

TEST_CASE("what cannot be held or answered is refused, and nothing changes") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    const auto place = [&](place_hold_request r) {
        return s.on.place_hold(s.at(), r).error().code;
    };
    CHECK(place({order_id{77}, s.type("fraud"), 0, 0, {}}) == unknown_order);
    CHECK(place({o, hold_type_id{99}, 0, 0, {}}) == unknown_hold_type);
    CHECK(place({o, s.type("fraud"), 2, 0, {}}) == unknown_line);
    CHECK(place({o, s.type("fraud"), 0, 0, monday}) == out_of_range);  // it is over
    CHECK(s.answer(o, 1) == unknown_hold);
    CHECK(s.on.order(o)->holds.empty());
    CHECK(s.hold(o, "fraud") == 1);
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.answer(o, 1) == hold_over);
    REQUIRE(s.on.cancel(s.at(), {o}));
    CHECK(place({o, s.type("fraud"), 0, 0, {}}) == not_allowed);  // nothing is left to hold
}

TEST_CASE("an answer that comes after the cancellation is taken, and moves nothing") {
    shop s;
    const order_id o = s.order({{hat, {2}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "fraud");
    REQUIRE(s.on.cancel(s.at(), {o}));  // a hold does not block it
    CHECK(s.free(hat, north) == 9);
    const auto late = s.on.resolve_hold(s.at(), {o, 1, false, 0});
    REQUIRE(late);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.units(o, unit_state::cancelled) == 2);
}

TEST_CASE("a rejected fraud hold cancels what can be, and stock and exposure go back") {
    shop s;
    pool_row line;
    line.key = "acme";
    line.kind = pool_kind::credit;
    line.amount = {500};
    REQUIRE(s.on.load(s.at(), std::vector<pool_row>{line}).accepted == 1);
    const pool_id acme = *s.on.find_pool("acme");
    reserve_line wants[] = {{hat, north, {3}, {}}, {}};
    wants[1].pool = acme;
    wants[1].amount = {450};
    const auto basket = s.on.reserve(s.at(), {wants});
    REQUIRE(basket);
    const order_line lines[] = {{hat, {3}, 150}};
    order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
    r.reservation = reservation_id{basket->subject};
    const order_id o{s.on.place_order(s.at("credit"), r).first.subject};
    CHECK(s.on.pool(acme)->free.atoms == 50);
    s.hold(o, "credit");
    // While it is held the exposure stands: another order does not pass the same limit.
    wants[1].amount = {51};
    CHECK(s.on.reserve(s.at(), {wants}).error().code == pool_exhausted);
    CHECK(s.releases(o) == held);
    CHECK(s.answer(o, 1, false) == ok);
    CHECK(s.units(o, unit_state::cancelled) == 3);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.on.pool(acme)->free.atoms == 500);
    const hold_view h = s.seen(o, 1);
    CHECK(h.state == hold_state::rejected);
    CHECK_FALSE(h.blocks);
    CHECK(h.ended_reason == 4);
}

TEST_CASE("a rejection that waits goes on blocking until somebody overrules it or cancels") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "address");
    CHECK(s.answer(o, 1, false) == ok);
    CHECK(s.seen(o, 1).state == hold_state::rejected);
    CHECK(s.seen(o, 1).blocks);
    CHECK(s.releases(o) == held);
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.releases(o) == ok);
}

TEST_CASE("a rejected hold stops units that a node has picked or packed until they are cancelled") {
    shop s;
    for (const fact_kind work : {fact_kind::pick, fact_kind::pack}) {
        const order_id o = s.order({{hat, {3}}});
        CHECK(s.sources(o) == ok);
        CHECK(s.releases(o) == ok);
        REQUIRE(
            s.on.record(s.at(), {.kind = fact_kind::pick, .order = o, .line = 1, .amount = {2}}));
        if (work == fact_kind::pack)
            REQUIRE(s.on.record(s.at(), {.kind = work, .order = o, .line = 1, .amount = {2}}));
        s.hold(o, "fraud");
        CHECK(s.answer(o, 1, false) == ok);
        CHECK(s.units(o, unit_state::cancelled) == 1);
        CHECK(s.seen(o, 1).state == hold_state::rejected);
        CHECK(s.seen(o, 1).blocks);
        CHECK(s.ships(o) == held);
        CHECK(s.answer(o, 1, false) == ok);  // nothing has come back yet
        CHECK(s.seen(o, 1).blocks);
        CHECK(s.ships(o) == held);
        REQUIRE(s.on.record(s.at(), {.kind = fact_kind::unpick, .order = o}));
        CHECK(s.ships(o) == held);
        CHECK(s.answer(o, 1, false) == ok);
        CHECK(s.units(o, unit_state::cancelled) == 3);
        CHECK_FALSE(s.seen(o, 1).blocks);
        CHECK(s.answer(o, 1, false) == hold_over);
        CHECK(s.free(hat, north) == 9);
    }
}

TEST_CASE("a rejected hold goes on while another one keeps its units from being cancelled") {
    shop s{{type_of("locked", {cancel, allocate})}};
    const order_id o = s.order({{hat, {2}}, {mug, {1}}});
    s.hold(o, "locked", 1);
    s.hold(o, "fraud");
    CHECK(s.answer(o, 2, false) == ok);
    CHECK(s.units(o, unit_state::cancelled, 2) == 1);
    CHECK(s.units(o, unit_state::open, 1) == 2);
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.sources(o) == held);
    CHECK(s.answer(o, 2, false) == ok);
    CHECK(s.units(o, unit_state::cancelled, 1) == 2);
    CHECK_FALSE(s.seen(o, 2).blocks);
}

TEST_CASE("a rejection is not kept from cancelling by the hold itself") {
    shop s{{type_of("locked", {cancel})}};
    const order_id o = s.order({{hat, {2}}});
    s.hold(o, "locked");
    CHECK(s.answer(o, 1, false) == ok);
    CHECK(s.units(o, unit_state::cancelled) == 2);
    CHECK_FALSE(s.seen(o, 1).blocks);
}

TEST_CASE("a hold on one line rejects that line alone") {
    shop s;
    const order_id o = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "duplicate", 2);
    CHECK(s.answer(o, 1, false) == ok);
    CHECK(s.units(o, unit_state::cancelled) == 1);
    CHECK(s.units(o, unit_state::allocated, 1) == 2);
    CHECK(s.free(mug, north) == 9);
}

TEST_CASE(
    "a hold that is placed when a node has the work already recalls it, and ship is refused") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    CHECK(s.sources(o) == ok);
    CHECK(s.releases(o) == ok);
    s.hold(o, "fraud");
    CHECK(s.seen(o, 1).recalls);
    CHECK(s.units(o, unit_state::released) == 1);  // an overlay, never a state
    CHECK(s.ships(o) == held);
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.ships(o) == ok);
}

TEST_CASE("cancel is blocked only by a type that lists it") {
    shop s{{type_of("locked", {cancel})}};
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    s.hold(o, "locked", 1);
    CHECK(s.on.cancel(s.at(), {o, 1}).error().code == held);
    CHECK(s.on.cancel(s.at(), {o}).error().code == ok);  // what no hold blocks
    CHECK(s.units(o, unit_state::cancelled, 1) == 0);
    CHECK(s.units(o, unit_state::cancelled, 2) == 1);
}

TEST_CASE("an order has at most a thousand holds") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    for (std::uint32_t i = 1; i <= max_holds; ++i) {
        REQUIRE(s.hold(o, "fraud") == i);
        REQUIRE(s.answer(o, i) == ok);
    }
    CHECK(s.on.place_hold(s.at(), {o, s.type("fraud"), 0, 0, {}}).error().code == out_of_range);
}

}  // namespace earmark::holding
