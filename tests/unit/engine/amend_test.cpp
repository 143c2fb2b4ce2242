// Amendments: what an order asks for changes by units, all of it or nothing, and what nobody spoke
// of stays as it is.
#include <doctest/doctest.h>

#include "amend_shop.hpp"

namespace earmark {
namespace {

using namespace amending;

/// Ten hats: nine are allocated at north, one waits.
order_id in_parts(shop& s) {
    const order_id o = s.sourced({{hat, {9}, 500}});
    REQUIRE(s.on.adjust(s.at(), {hat, south, {-9}, adjust_reason::correction}));
    REQUIRE(s.amends(o, 1, 10).first.what == outcome::done);
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.where(o) == "1 backordered - 1, 1 allocated north 9, ");
    return o;
}

}  // namespace

TEST_CASE("2g: fewer units go from the least committed on, and what is shipped never") {
    shop s;
    const order_id o = in_parts(s);
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, ship, 4);
    REQUIRE(s.where(o) == "1 backordered - 1, 1 released north 5, 1 shipped north 4, ");
    const auto six = s.amends(o, 1, 6);
    CHECK(six.first.what == outcome::done);
    CHECK(s.where(o) == "1 released north 2, 1 shipped north 4, 1 cancelled - 4, ");
    CHECK(s.free(hat, north) == 3);
    REQUIRE(six.lines.size() == 1);
    CHECK(six.lines[0].before.atoms == 10);
    CHECK(six.lines[0].after.atoms == 6);
    REQUIRE(six.parts.size() == 2);
    CHECK(six.parts[0].from == unit_state::backordered);
    CHECK(six.parts[1].from == unit_state::released);
    CHECK(six.parts[1].node == north);
    CHECK(six.parts[1].amount.atoms == 3);
    CHECK(codes(s.amends(o, 1, 3)) == "too_few_units 1, ");  // two can go, the four have gone
    CHECK(s.where(o) == "1 released north 2, 1 shipped north 4, 1 cancelled - 4, ");
    s.records(o, pick);
    CHECK(codes(s.amends(o, 1, 5)) == "not_amendable 1, ");  // what is picked stays
    CHECK(s.amends(o, 1, 6).first.what == outcome::unchanged);
}

TEST_CASE("2g: units more are promised on their own, the others keep promise, price and node") {
    shop s;
    const order_id o = s.sourced({{hat, {5}, 500}});
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, ship, 2);
    CHECK(s.amends(o, 1, 7).first.what == outcome::done);
    CHECK(s.where(o) == "1 open - 2, 1 released north 3, 1 shipped north 2, ");
    const auto view = s.on.order(o);
    CHECK(view->lines[0].ordered.atoms == 7);
    CHECK(view->lines[0].unit_price_minor == 500);
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.where(o) == "1 allocated north 2, 1 released north 3, 1 shipped north 2, ");
    // Down and up again: what was cancelled stays cancelled.
    CHECK(s.amends(o, 1, 5).first.what == outcome::done);
    CHECK(s.amends(o, 1, 6).first.what == outcome::done);
    CHECK(s.where(o) == "1 open - 1, 1 released north 3, 1 shipped north 2, 1 cancelled - 2, ");
    CHECK(s.on.order(o)->lines[0].ordered.atoms == 8);
}

TEST_CASE("lines are added, replaced and grow in one step, or nothing happens at all") {
    shop s;
    const order_id o = s.sourced({{hat, {2}, 500}, {hat, {1}, 500}});
    const std::uint32_t before = s.version(o);
    line_change mugs;
    mugs.sku = mug;
    mugs.amount = quantity{3};
    mugs.unit_price_minor = 700;
    mugs.node = north;
    const auto done = s.amends(o, {{1, quantity{0}}, {2, quantity{4}}, mugs});
    CHECK(done.first.what == outcome::done);
    CHECK(done.first.lines == 3);
    CHECK(done.version == before + 1);
    CHECK(s.where(o) == "1 cancelled - 2, 2 open - 3, 2 allocated north 1, 3 open - 3, ");
    const auto view = s.on.order(o);
    REQUIRE(view->lines.size() == 3);
    CHECK(view->lines[2].sku == mug);
    CHECK(view->lines[2].unit_price_minor == 700);
    CHECK(view->lines[2].node == north);
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.on.order(o)->lowest == unit_state::released);

    mugs.amount = quantity{-1};
    mugs.node = node_id{9};
    line_change unknown = mugs;
    unknown.sku = sku_id{7};
    const auto wrong = s.amends(
        o, {{1, quantity{1}}, {9, quantity{1}}, {2, quantity{1}}, {2, quantity{1}}, mugs, unknown});
    CHECK(wrong.first.what == outcome::declined);
    CHECK(codes(wrong) ==
          "not_amendable 1, unknown_line 2, duplicate_row 4, unknown_node 5, bad_quantity 5, "
          "unknown_sku 6, ");
    CHECK(s.version(o) == wrong.version);
    CHECK(s.on.order(o)->lowest == unit_state::released);
}

TEST_CASE(
    "2g: an order that has left in part takes another address for the rest, until a node has it") {
    shop s;
    const order_id o = s.sourced({{hat, {5}, 500}});
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, ship, 5);
    CHECK(s.amends(o, 1, 8).first.what == outcome::declined);  // it has left
    line_change more;
    more.sku = hat;
    more.amount = quantity{3};
    CHECK(codes(s.amends(o, {more})) == "not_amendable 1, ");
    const order_id p = s.sourced({{hat, {4}, 500}, {hat, {2}, 500}});
    REQUIRE(s.on.release(s.at(), p));
    amend_request r;
    r.order = p;
    r.ship_to = place_id{1};
    CHECK(codes(s.on.amend(s.at(), r)) == "not_amendable 0, ");  // a node works on it
    s.records(p, ship, 0, 1);
    s.records(p, ship, 0, 2);
    CHECK(s.amends(p, 2, 2).first.what == outcome::unchanged);
    const order_id q = s.sourced({{hat, {1}, 500}, {mug, {2}, 500}});
    REQUIRE(s.on.release(s.at(), q));
    s.records(q, ship, 0, 1);
    REQUIRE(s.on.cancel(s.at(), {q, 2}));
    CHECK(s.amends(q, 1, 1).first.what == outcome::unchanged);
    const order_id u = s.order({{mug, {1}, 500}});
    r.order = u;
    r.priority = std::uint8_t{3};
    r.deliver_by = civil_day{20'000};
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    const auto view = s.on.order(u);
    CHECK(view->ship_to == place_id{1});
    CHECK(view->deliver_by == civil_day{20'000});
    r.ship_to = place_id{7};
    r.deliver_by = civil_day{200'000};
    r.method = service_id{4};
    CHECK(codes(s.on.amend(s.at(), r)) == "unknown_place 0, unknown_service 0, out_of_range 0, ");
}

TEST_CASE(
    "a decision about an order that goes elsewhere since then is not explained as this one's") {
    shop s;
    const order_id o = s.sourced({{hat, {2}, 500}});
    REQUIRE(s.on.explain(o));
    CHECK(s.amends(o, 1, 3).first.what == outcome::done);
    CHECK(s.on.explain(o));  // it decided about the first two
    amend_request r;
    r.order = o;
    r.ship_to = place_id{1};
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    CHECK(s.on.explain(o).error().code == no_decision);
    CHECK(s.where(o) == "1 open - 1, 1 allocated north 2, ");
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.on.explain(o));
}

TEST_CASE("what is allocated follows its line to another node in one step, or nothing moves") {
    shop s;
    const order_id o = s.sourced({{hat, {4}, 500}, {mug, {1}, 500}});
    line_change to_south{1, {}, south, none<sku_id>, 0};
    CHECK(s.amends(o, {to_south}, true).first.what == outcome::done);
    CHECK(s.where(o) == "1 allocated north 4, 2 allocated north 1, ");
    const auto done = s.amends(o, {to_south});
    CHECK(done.first.what == outcome::done);
    CHECK(s.where(o) == "1 allocated south 4, 2 allocated north 1, ");
    CHECK(s.free(hat, north) == 9);
    CHECK(s.free(hat, south) == 5);
    const order_id rest = s.sourced({{hat, {9}, 500}});
    CHECK(s.where(rest) == "1 allocated north 9, ");
    CHECK(codes(s.amends(rest, {to_south})) == "insufficient 0, ");
    CHECK(codes(s.amends(rest, {to_south}, true)) == "insufficient 0, ");
    CHECK(s.where(rest) == "1 allocated north 9, ");
    CHECK(s.on.order(rest)->lines[0].node == none<node_id>);
    // With fewer units it fits; those that go are not taken along.
    to_south.amount = quantity{5};
    CHECK(s.amends(rest, {to_south}).first.what == outcome::done);
    CHECK(s.where(rest) == "1 allocated south 5, 1 cancelled - 4, ");
    line_change mug_to_south{2, {}, south, none<sku_id>, 0};
    CHECK(codes(s.amends(o, {mug_to_south})) == "no_cell 0, ");
    REQUIRE(s.on.release(s.at(), o));
    CHECK(codes(s.amends(o, {{1, {}, north, none<sku_id>, 0}})) == "not_amendable 1, ");
}

TEST_CASE(
    "a change for a version that is not the last one is a conflict, told with what it would do") {
    shop s;
    const order_id o = s.sourced({{hat, {5}, 500}});
    const std::uint32_t seen = s.version(o);
    CHECK(s.amends(o, {{1, quantity{4}}}, false, seen).first.what == outcome::done);
    const auto late = s.amends(o, {{1, quantity{2}}}, false, seen);
    CHECK(late.first.what == outcome::declined);
    CHECK(codes(late) == "order_changed 0, ");
    CHECK(late.first.why.refs[0] == seen);
    CHECK(late.first.why.refs[1] == s.version(o));
    CHECK(late.version == s.version(o));
    REQUIRE(late.lines.size() == 1);
    CHECK(late.lines[0].before.atoms == 4);  // it was five when the change was thought of
    CHECK(late.lines[0].after.atoms == 2);
    CHECK(s.where(o) == "1 allocated north 4, 1 cancelled - 1, ");
}

TEST_CASE(
    "a staged edit holds the order, is previewed, and is one with its commit; time rolls it back") {
    shop s;
    const order_id o = s.sourced({{hat, {5}, 500}});
    const auto edit = s.on.place_hold(
        s.at(), {o, *s.on.find_hold_type("edit"), 0, 0, time_point{monday.ns + 60'000'000'000}});
    REQUIRE(edit);
    CHECK(s.on.release(s.at(), o).error().code == held);
    amend_request r;
    r.order = o;
    r.edit = edit->lines;
    const line_change two[] = {{1, quantity{2}}};
    r.lines = two;
    r.preview = true;
    const std::uint32_t before = s.version(o);
    CHECK(s.on.amend(s.at(), r).lines[0].after.atoms == 2);
    CHECK(s.version(o) == before);
    CHECK(s.on.order(o)->held);
    r.preview = false;
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    CHECK(s.version(o) == before + 1);  // the change and the end of the hold are one commit
    CHECK(!s.on.order(o)->held);
    CHECK(s.on.release(s.at(), o));

    const order_id p = s.sourced({{hat, {5}, 500}});
    const auto second = s.on.place_hold(
        s.at(), {p, *s.on.find_hold_type("edit"), 0, 0, time_point{monday.ns + 60'000'000'000}});
    s.now = time_point{monday.ns + 61'000'000'000};
    r.order = p;
    r.edit = second->lines;
    CHECK(codes(s.on.amend(s.at(), r)) == "hold_over 0, ");
    CHECK(s.where(p) == "1 allocated north 5, ");
    CHECK(s.on.release(s.at(), p));  // the hold went with its time
}

TEST_CASE(
    "the same command again answers the first time; a hold that blocks cancel blocks fewer units") {
    shop s;
    const order_id o = s.sourced({{hat, {5}, 500}});
    amend_request r;
    r.order = o;
    const line_change seven[] = {{1, quantity{7}}};
    r.lines = seven;
    CHECK(s.on.amend(s.at("a"), r).first.what == outcome::done);
    CHECK(s.on.amend(s.at("a"), r).first.what == outcome::repeat);
    CHECK(s.on.order(o)->lines[0].ordered.atoms == 7);
    const line_change eight[] = {{1, quantity{8}}};
    r.lines = eight;
    CHECK(s.on.amend(s.at("a"), r).first.why.code == duplicate_key);
    hold_type_row locked;
    locked.key = "locked";
    locked.blocks = {{hold_step::cancel}};
    REQUIRE(s.on.load(s.at(), std::vector<hold_type_row>{locked}).accepted == 1);
    REQUIRE(s.on.place_hold(s.at(), {o, *s.on.find_hold_type("locked")}));
    CHECK(codes(s.amends(o, 1, 3)) == "held 0, ");
    CHECK(s.amends(o, 1, 8).first.what == outcome::done);
}

TEST_CASE("an amendment is screened as a new order is: what it makes true holds the order, once") {
    shop s;
    hold_type_row large;
    large.key = "large";
    large.apply_when = "goods_value > \"50.00\"";
    hold_type_row many;
    many.key = "many";
    many.scope = hold_scope::line;
    many.apply_when = "any(line.units > 5)";
    const auto report = s.on.load(s.at(), std::vector<hold_type_row>{large, many});
    for (const auto& r : report.rejected) MESSAGE(r.text);
    REQUIRE(report.accepted == 2);
    const order_id o = s.sourced({{hat, {2}, 500}, {mug, {7}, 100}});
    REQUIRE(s.on.order(o)->holds.size() == 1);  // the mugs are many
    REQUIRE(s.on.resolve_hold(s.at(), {o, 1}));
    CHECK(s.amends(o, 1, 3).first.what == outcome::done);
    CHECK(s.on.order(o)->holds.size() == 1);  // nothing that was not so before
    line_change more;
    more.sku = hat;
    more.amount = quantity{6};
    more.unit_price_minor = 900;
    CHECK(s.amends(o, {more}, true).first.what == outcome::done);
    CHECK(s.on.order(o)->holds.size() == 1);
    CHECK(s.amends(o, {more}).first.what == outcome::done);
    const auto view = s.on.order(o);
    REQUIRE(view->holds.size() == 3);
    CHECK(s.on.hold_type(view->holds[1].type).key == "large");
    CHECK(view->holds[1].line == 0);
    CHECK(s.on.hold_type(view->holds[2].type).key == "many");
    CHECK(view->holds[2].line == 3);
    CHECK(view->held);
}

}  // namespace earmark
