// What stands in the way of an amendment, and what has bounds.
#include <doctest/doctest.h>

#include "amend_shop.hpp"

namespace earmark {
namespace {

using namespace amending;

}  // namespace

TEST_CASE("an edit ends by who may end it, while it is one, and what comes after it comes") {
    shop s;
    hold_type_row recheck = holding::type_of("recheck", {hold_step::release});
    recheck.after = {"edit"};
    const hold_type_row closed =
        holding::type_of("closed", {hold_step::cancel, hold_step::allocate});
    REQUIRE(s.on.load(s.at(), std::vector<hold_type_row>{recheck, closed}).accepted == 2);
    const order_id o = s.sourced({{hat, {2}, 500}});
    line_change all_new;
    all_new.sku = mug;
    all_new.amount = quantity{2};
    const std::vector<line_change> lines = {{1, quantity{0}}, all_new};
    amend_request r;
    r.order = o;
    r.lines = lines;
    r.edit = s.hold(o, "edit");
    CHECK(s.on.amend({{}, actor_id{999}, s.now}, r).first.why.code == unknown_actor);
    REQUIRE(s.answer(o, r.edit, false) == ok);  // rejected, it waits for somebody to act
    CHECK(codes(s.on.amend(s.at(), r)) == "hold_over 0, ");
    r.edit = s.hold(o, "edit");
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    const auto view = s.on.order(o);  // all of it is other goods now, and it is checked again
    CHECK(view->holds.back().type == s.type("recheck"));
    CHECK(view->holds.back().blocks);
    // The edit's own hold does not stand in the way of its change, whatever it blocks.
    const order_id p = s.sourced({{hat, {3}, 500}});
    r.order = p;
    const line_change two_south[] = {{1, quantity{2}, south, none<sku_id>, 0}};
    r.lines = two_south;
    r.edit = s.hold(p, "closed");
    CHECK(codes(s.amends(p, {{1, quantity{2}}})) == "held 0, ");
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    CHECK(s.where(p) == "1 allocated south 2, 1 cancelled - 1, ");
    CHECK(!s.on.order(p)->held);
}

TEST_CASE("a hold that an amendment lifts was ended by who amended, now and after a recovery") {
    shop s;
    hold_type_row minor = holding::type_of("minor", {hold_step::cancel, hold_step::release});
    minor.resolve_when = "units < 5";
    REQUIRE(s.on.load(s.at(), std::vector<hold_type_row>{minor}).accepted == 1);
    const order_id o = s.sourced({{hat, {3}, 500}, {mug, {1}, 300}});
    s.hold(o, "minor");
    const line_change fewer{1, quantity{1}};
    amend_request r;
    r.order = o;
    r.lines = {&fewer, 1};
    const actor_id ann = *s.on.actor("ann");
    CHECK(s.on.amend(s.at({}, ann), r).first.what == outcome::done);
    CHECK(s.seen(o, 1).state == hold_state::resolved);
    CHECK(s.seen(o, 1).ended_by == ann);
}

TEST_CASE("units follow their line only as a plan could have put them there") {
    shop s;
    const line_change to_south{1, {}, south, none<sku_id>, 0};
    const order_id held_one = s.sourced({{hat, {1}, 500}});
    s.hold(held_one, "fraud");
    CHECK(codes(s.amends(held_one, {to_south})) == "held 0, ");
    const order_id o = s.sourced({{hat, {1}, 500}});
    exclusion_row flood{"south", "flood", s.now, never};
    REQUIRE(s.on.load(s.at(), std::vector<exclusion_row>{flood}).accepted == 1);
    CHECK(codes(s.amends(o, {to_south})) == "excluded 0, ");
    flood.until = s.now;  // over
    REQUIRE(s.on.load(s.at(), std::vector<exclusion_row>{flood}).accepted == 1);
    CHECK(s.amends(o, {to_south}).first.what == outcome::done);
    // A table that has them left alone leaves them alone.
    REQUIRE(s.on.load(s.at(), std::vector<amend_rule_row>{{change_kind::node, unit_state::released,
                                                           permission::ignore}})
                .accepted == 1);
    const order_id part = s.sourced({{hat, {1}, 500}});
    REQUIRE(s.on.release(s.at(), part));
    CHECK(s.amends(part, 1, 3).first.what == outcome::done);
    CHECK(s.amends(part, {to_south}).first.what == outcome::done);
    CHECK(s.where(part) == "1 open - 2, 1 released north 1, ");
    pool_row hands;  // a node's day: nobody follows past it
    hands.key = "hands";
    hands.kind = pool_kind::capacity;
    hands.node = "south";
    hands.amount = {2};
    hands.per_unit = {1};
    hands.day = pool_day::work;
    const order_id q = s.sourced({{hat, {1}, 500}});
    const auto told = s.on.load(s.at(), std::vector<pool_row>{hands});
    for (const auto& r : told.rejected) MESSAGE(r.text);
    REQUIRE(told.accepted == 1);
    CHECK(codes(s.amends(q, {to_south})) == "firm_elsewhere 0, ");
}

TEST_CASE("two lines of an order trade their nodes though nothing is free at either") {
    shop s;
    const order_id o = s.order({{hat, {9}, 500, north}, {hat, {9}, 500, south}});
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.where(o) == "1 allocated north 9, 2 allocated south 9, ");
    const std::vector<line_change> trade = {{1, {}, south, none<sku_id>, 0},
                                            {2, {}, north, none<sku_id>, 0}};
    CHECK(s.amends(o, trade, true).first.what == outcome::done);
    CHECK(s.amends(o, trade).first.what == outcome::done);
    CHECK(s.where(o) == "1 allocated south 9, 2 allocated north 9, ");
}

TEST_CASE("a hold whose own condition says that it is over does not stop fewer units") {
    shop s;
    hold_type_row until_small = holding::type_of("large", {hold_step::cancel});
    until_small.resolve_when = "units < 9";
    REQUIRE(s.on.load(s.at(), std::vector<hold_type_row>{until_small}).accepted == 1);
    const order_id o = s.sourced({{hat, {9}, 500}});
    s.hold(o, "large");
    CHECK(codes(s.amends(o, 1, 5)) == "held 0, ");
    const order_id p = s.sourced({{hat, {5}, 500}});
    s.hold(p, "large");
    const std::uint32_t seen = s.version(p);
    CHECK(s.amends(p, {{1, quantity{4}}}, true, seen).first.what == outcome::done);
    CHECK(s.on.order(p)->held);
    const auto done = s.amends(p, {{1, quantity{4}}}, false, seen);
    CHECK(done.first.what == outcome::done);
    CHECK(done.version == seen + 1);
    CHECK(!s.on.order(p)->held);
}

TEST_CASE("what may be changed is a table of a host's own") {
    shop s;
    using enum permission;
    CHECK(s.on.may_amend(change_kind::ship_to, unit_state::released) == deny);
    const auto report = s.on.load(
        s.at(),
        std::vector<amend_rule_row>{{change_kind::ship_to, unit_state::released, allow},
                                    {change_kind::decrease, unit_state::released, ignore},
                                    {change_kind::decrease, unit_state::shipped, allow},
                                    {static_cast<change_kind>(99), unit_state::open, allow}});
    CHECK(report.accepted == 2);
    CHECK(report.rejected.size() == 2);
    const order_id o = s.sourced({{hat, {5}, 500}});
    REQUIRE(s.on.release(s.at(), o));
    CHECK(codes(s.amends(o, 1, 4)) == "not_amendable 1, ");
    amend_request r;
    r.order = o;
    r.ship_to = place_id{1};
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    CHECK(s.on.order(o)->ship_to == place_id{1});
}

TEST_CASE("what an order is worth, and how large it is, is what is still wanted of it") {
    shop s;
    hold_type_row large;
    large.key = "large";
    large.apply_when = "goods_value > \"50.00\" or lines > 2 or units > 11";
    REQUIRE(s.on.load(s.at(), std::vector<hold_type_row>{large}).accepted == 1);
    const order_id o = s.order({{hat, {5}, 900}, {mug, {2}, 100}});
    CHECK(s.amends(o, {{1, quantity{1}}, {2, quantity{0}}}).first.what == outcome::done);
    line_change more;
    more.sku = hat;
    more.amount = quantity{4};
    more.unit_price_minor = 900;
    CHECK(s.amends(o, {more}).first.what == outcome::done);  // 45.00, five hats, two lines
    CHECK(s.on.order(o)->holds.empty());
    CHECK(s.amends(o, 1, 2).first.what == outcome::done);
    CHECK(s.on.order(o)->holds.size() == 1);
}

TEST_CASE("a line that shrinks and grows for ever ends at a bound, and its journal still folds") {
    shop s;
    REQUIRE(s.on.load(s.at(), std::vector<sku_row>{{"cable", 6, 1'000'000'000'000}}).accepted == 1);
    const std::int64_t granule = 1'000'000'000'000;
    const order_id o = s.order({{sku_id{2}, {granule}, 0}});
    CHECK(s.amends(o, 1, 4'194'303 * granule).first.what == outcome::done);
    CHECK(s.amends(o, 1, granule).first.what == outcome::done);
    CHECK(s.amends(o, 1, 4'194'303 * granule).first.what == outcome::done);
    CHECK(s.amends(o, 1, granule).first.what == outcome::done);
    CHECK(codes(s.amends(o, 1, 9 * granule)) == "out_of_range 1, ");  // two demands in all
    CHECK(s.on.order(o)->lines[0].ordered.atoms == 8'388'605 * granule);
    line_change more;
    more.sku = sku_id{2};
    more.amount = quantity{4'194'303 * granule};
    CHECK(codes(s.amends(o, {more, more, more})) == "out_of_range 0, ");
}

TEST_CASE("thousands of lines are added, changed and bound in one amendment each") {
    shop s;
    const order_id o = s.order({{hat, {1}, 500}});
    line_change mugs;
    mugs.sku = mug;
    mugs.amount = quantity{1};
    const auto added = s.amends(o, std::vector<line_change>(4'999, mugs));
    CHECK(added.first.lines == 4'999);
    std::vector<line_change> all;
    for (std::uint32_t l = 1; l <= 5'000; ++l)
        all.push_back({l, quantity{1 + l % 3}, south, {}, 0});
    for (line_change& c : all) c.sku = none<sku_id>;
    CHECK(s.amends(o, all).first.lines == 5'000);
    const auto view = s.on.order(o);
    CHECK(view->lines.size() == 5'000);
    CHECK(view->lines[4'999].ordered.atoms == 3);
    CHECK(view->lines[4'999].node == south);
}

TEST_CASE("amendments of what is not there, or too much, change nothing") {
    shop s;
    const order_id o = s.order({{hat, {5}, 500}});
    CHECK(codes(s.amends(order_id{99}, 1, 2)) == "unknown_order 0, ");
    CHECK(codes(s.amends(order_id{99}, {{1, quantity{2}}}, true)) == "unknown_order 0, ");
    CHECK(codes(s.amends(o, {})) == "");
    CHECK(s.amends(o, {}).first.what == outcome::unchanged);
    line_change more;
    more.sku = hat;
    more.amount = quantity{4'194'300};
    CHECK(codes(s.amends(o, {more})) == "out_of_range 0, ");  // of one SKU too much for a cell
    more.unit_price_minor = INT64_MAX;
    more.amount = quantity{1};
    CHECK(codes(s.amends(o, {more})) == "bad_price 0, ");
    more.unit_price_minor = -1;
    CHECK(codes(s.amends(o, {more})) == "bad_price 1, ");
    const std::vector<line_change> many(5'001, line_change{1, quantity{1}});
    CHECK(codes(s.amends(o, many)) == "bad_line_count 0, ");
    const std::vector<line_change> full(5'000, [&] {
        line_change one;
        one.sku = mug;
        one.amount = quantity{1};
        return one;
    }());
    CHECK(codes(s.amends(o, full)) == "bad_line_count 5000, ");
    CHECK(s.where(o) == "1 open - 5, ");
}

}  // namespace earmark
