// Shipping restrictions (CV-07): item x origin x destination x carrier, asked at capture and
// whenever an order is sourced.
#include "earmark/engine/restrictions.hpp"

#include <string>
#include <vector>

#include "restrictions_shop.hpp"

namespace earmark::restricting {

TEST_CASE("a node that may not ship the goods to the place is no candidate, under every policy") {
    shop s;
    s.restrict(shop::export_row());
    CHECK(s.sourced(s.order({{battery, {1}}}, cancun)) == "mex ");
    CHECK(s.sourced(s.order({{battery, {1}}}, home)) == "dc ");
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun)) == "dc ");
    s.go_by(shop::now(), R"(
policy = "strategies"
currency = "USD"
rank = ["priority"]
[[strategy]]
name = "near"
from = ["dc"]
outcome = { partial = "next", none = "next" }
[[strategy]]
name = "all"
)");
    CHECK(s.sourced(s.order({{battery, {1}}}, cancun)) == "mex ");
    s.go_by(shop::now(), R"(
policy = "ladder"
currency = "USD"
rank = ["priority"]
match = "ladder"
ladder = ["line.sku"]
[[strategy]]
name = "batteries"
for = { "line.sku" = "battery" }
[[strategy]]
name = "rest"
)");
    CHECK(s.sourced(s.order({{battery, {1}}, {hat, {1}}}, cancun)) == "mex dc ");
}

TEST_CASE("the new origin is checked when an order is sourced again, not the destination alone") {
    shop s;
    restriction_row r = shop::row("no batteries from stores");
    r.item = "line.lithium";
    r.origin = "node.kind == \"store\"";
    s.restrict(r);
    const order_id o = s.order({{battery, {1}}});
    CHECK(s.sourced(o) == "dc ");
    REQUIRE(s.on.release(shop::now(), o));
    fact no{fact_kind::reject, o, 1, dc, {1}};
    REQUIRE(s.on.record(shop::now(), no));
    s.restrict({.key = "mexico is closed for lithium",
                .reason = {},
                .item = "line.lithium",
                .origin = "node.country == \"MX\"",
                .destination = {},
                .order = {}});
    REQUIRE(s.on.load(shop::now(), std::vector<exclusion_row>{{"dc", "flood", monday}}).accepted ==
            1);
    CHECK(s.sourced(o) == "");  // north has it, and may not
    CHECK(s.where(o) == "1 backordered - 1, ");
    CHECK(s.verdict(o, "north") ==
          "restricted: north may not ship battery: restricted: no batteries from stores.");
    s.restrict({.key = "mexico is closed for lithium",
                .reason = {},
                .item = "line.lithium",
                .origin = {},
                .destination = {},
                .order = {},
                .active = false});
    CHECK(s.sourced(o) == "mex ");
}

TEST_CASE("one line may leave from where another may not") {
    shop s;
    s.restrict(shop::export_row());
    const order_id o = s.order({{hat, {1}}, {battery, {1}}}, cancun);
    CHECK(s.sourced(o) == "dc mex ");
    const auto told = s.on.explain(o);
    INFO(told->words);
    CHECK(told->words.find("battery may not be shipped from dc and north: restricted: export (no "
                           "lithium across a border).") != std::string::npos);
}

TEST_CASE("a decision says what was restricted, and goes on saying it when the rows are others") {
    shop s;
    s.restrict(shop::export_row());
    const order_id o = s.order({{battery, {1}}}, cancun);
    REQUIRE(s.sourced(o) == "mex ");
    const std::string before = s.on.explain(o)->words;
    CHECK(s.verdict(o, "dc") == "restricted: dc may not ship battery: restricted: export.");
    CHECK(s.on.what_if(o, dc)->words == "dc may not ship battery: restricted: export.");
    CHECK(s.on.what_if(o, dc)->changes.empty());
    const auto plan = s.on.decision(o);
    REQUIRE(plan);
    REQUIRE(plan->chosen.parts.size() == 1);
    CHECK(plan->chosen.parts[0].node == mex);
    restriction_row off = shop::export_row();
    off.active = false;
    s.restrict(off);
    CHECK(s.on.explain(o)->words == before);
    CHECK(s.on.decision(o)->chosen.parts[0].node == mex);
    CHECK(s.sourced(s.order({{battery, {1}}}, cancun)) == "dc ");
}

TEST_CASE("what no node may ship is refused at capture, beside all else that is wrong") {
    shop s;
    restriction_row embargo = shop::row("embargo");
    embargo.destination = "ship_to.country in [\"CU\"]";
    embargo.reason = "31 CFR 515";
    s.restrict(embargo);
    const placed p = s.place({{hat, {1}}, {battery, {1}, -1}}, cuba);
    CHECK(shop::codes(p) == "bad_price 2, shipping_restricted 1, shipping_restricted 2, ");
    CHECK(p.first.what == outcome::declined);
    CHECK(s.on.describe(p.violations[1]).find("[restriction 'embargo'] [reason '31 CFR 515']") !=
          std::string::npos);
    CHECK(p.violations[1].refs[1] == 1);
    CHECK(p.violations[1].refs[2] == -1);
    CHECK(shop::codes(s.place({{hat, {1}}}, home)) == "");
}

TEST_CASE("an order that some node may ship is taken; one whose own node may not is refused") {
    shop s;
    s.restrict(shop::export_row());
    CHECK(shop::codes(s.place({{battery, {1}}}, cancun)) == "");
    order_request from_dc;
    from_dc.node = dc;
    const placed p = s.place({{battery, {1}}}, cancun, from_dc);
    REQUIRE(shop::codes(p) == "shipping_restricted 1, ");
    CHECK(p.violations[0].refs[2] == raw(dc));
    CHECK(s.on.describe(p.violations[0]).find("[node 'dc']") != std::string::npos);
    CHECK(shop::codes(s.place({{battery, {1}}}, cuba)) == "shipping_restricted 1, ");
}

TEST_CASE("several rows that leave no node together refuse the line, too") {
    shop s;
    restriction_row us = shop::row("not from the US"), mx = shop::row("not from Mexico");
    us.origin = "node.country == \"US\"";
    mx.origin = "node.country == \"MX\"";
    us.destination = mx.destination = "ship_to == \"cuba\"";
    s.restrict(us);
    CHECK(s.sourced(s.order({{hat, {1}}}, cuba)) == "mex ");
    s.restrict(mx);
    CHECK(shop::codes(s.place({{hat, {1}}}, cuba)) == "shipping_restricted 1, ");
}

TEST_CASE("a row of services holds for orders that travel by them") {
    shop s;
    restriction_row r = shop::row("no lithium by air");
    r.item = "line.lithium";
    r.services = {"air"};
    s.restrict(r);
    order_request by_air, by_ground;
    by_air.method = s.air;
    by_ground.method = s.ground;
    CHECK(shop::codes(s.place({{battery, {1}}}, home, by_air)) == "shipping_restricted 1, ");
    CHECK(shop::codes(s.place({{battery, {1}}}, home, by_ground)) == "");
    CHECK(shop::codes(s.place({{battery, {1}}})) == "");
    CHECK(shop::codes(s.place({{hat, {1}}}, home, by_air)) == "");
}

TEST_CASE("a party that nobody may deliver to is known by what the order says") {
    shop s;
    restriction_row r = shop::row("denied");
    r.order = "customer.denied";
    s.restrict(r);
    const std::vector<order_fact> denied{
        {s.on.find_attribute("customer.denied").value(), 0, "true"}};
    order_request from_one;
    from_one.facts = denied;
    CHECK(shop::codes(s.place({{hat, {1}}}, home, from_one)) == "shipping_restricted 1, ");
    CHECK(shop::codes(s.place({{hat, {1}}})) == "");
    r.origin = "node.key == \"dc\"";
    s.restrict(r);
    CHECK(s.sourced(s.order({{hat, {1}}}, home, from_one)) == "north ");
    CHECK(s.sourced(s.order({{hat, {1}}})) == "dc ");
}

TEST_CASE("an order cannot talk its goods out of what their SKU is, but may say that they are it") {
    shop s;
    s.restrict(shop::export_row());
    const attribute_id lithium = s.on.find_attribute("line.lithium").value();
    const std::vector<order_fact> none_of_it{{lithium, 1, "false"}},
        all_of_it{{lithium, 1, "true"}};
    order_request says_no, says_yes;
    says_no.facts = none_of_it;
    says_yes.facts = all_of_it;
    CHECK(s.sourced(s.order({{battery, {1}}}, cancun, says_no)) == "mex ");
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun, says_yes)) == "mex ");
    CHECK(s.sourced(s.order({{hat, {1}}, {hat, {1}}}, cancun, says_yes)) == "mex mex ");
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun)) == "dc ");
}

TEST_CASE("a basket at a node that may not ship to the order's place is refused, and stays") {
    shop s;
    s.restrict(shop::export_row());
    const std::vector<reserve_line> one{{battery, dc, {1}, {}}};
    const auto held = s.on.reserve(shop::now(), {one});
    REQUIRE(held);
    order_request r;
    r.reservation = reservation_id{held->subject};
    const placed p = s.place({{battery, {1}}}, cancun, r);
    CHECK(shop::codes(p) == "shipping_restricted 1, ");
    CHECK(p.violations[0].refs[2] == raw(dc));
    CHECK(s.on.reservation(r.reservation)->state == reservation_state::active);
    REQUIRE(s.on.move(shop::now(), {r.reservation, dc, mex}));
    CHECK(shop::codes(s.place({{battery, {1}}}, cancun, r)) == "");
}

TEST_CASE("what is allocated where a later row forbids it is not released, and may be moved") {
    shop s;
    const order_id o = s.order({{battery, {1}}, {hat, {1}}}, cancun);
    REQUIRE(s.sourced(o) == "dc dc ");
    s.restrict(shop::export_row());
    REQUIRE(s.on.release(shop::now(), o));  // the hat
    CHECK(s.where(o) == "1 allocated dc 1, 2 released dc 1, ");
    const auto again = s.on.release(shop::now(), o);
    CHECK(again.error().code == shipping_restricted);
    CHECK(again.error().refs[1] == 1);
    CHECK(again.error().refs[2] == raw(dc));
    const auto moved = [&] {
        std::vector<result<sourced>> out(1, sourced{});
        s.on.source(shop::now(), {.orders = {&o, 1}, .leaving = dc}, out);
        return out[0];
    }();
    REQUIRE(moved);
    CHECK(s.where(o) == "1 allocated mex 1, 2 released dc 1, ");
    CHECK(s.on.release(shop::now(), o));
}

TEST_CASE("what was released goes on: it has left the house's hands") {
    shop s;
    const order_id o = s.order({{battery, {1}}}, cancun);
    REQUIRE(s.sourced(o) == "dc ");
    REQUIRE(s.on.release(shop::now(), o));
    s.restrict(shop::export_row());
    CHECK(s.on.record(shop::now(), {fact_kind::ship, o, 1, dc, {1}}));
}

TEST_CASE("an amendment that leaves units where they may not leave from is refused as a whole") {
    shop s;
    s.restrict(shop::export_row());
    const order_id o = s.order({{battery, {1}}});
    REQUIRE(s.sourced(o) == "dc ");
    amend_request to;
    to.order = o;
    to.ship_to = cancun;
    const amended no = s.on.amend(shop::now(), to);
    REQUIRE(no.violations.size() == 1);
    CHECK(no.violations[0].code == shipping_restricted);
    CHECK(no.violations[0].refs[2] == raw(dc));
    CHECK(s.on.order(o)->ship_to == home);
    const std::vector<line_change> bound{{1, {}, mex}};
    to.lines = bound;
    CHECK(s.on.amend(shop::now(), to).violations.empty());  // the units go along
    CHECK(s.where(o) == "1 allocated mex 1, ");
    const std::vector<line_change> back{{1, {}, dc}};
    amend_request home_again;
    home_again.order = o;
    home_again.lines = back;
    CHECK(s.on.amend(shop::now(), home_again).violations.at(0).code == shipping_restricted);
    const std::vector<line_change> more{{0, quantity{1}, dc, battery, 0}};
    home_again.lines = more;
    CHECK(s.on.amend(shop::now(), home_again).violations.at(0).code == shipping_restricted);
}

TEST_CASE("a line that may leave from nowhere any more gets no more units, and may have fewer") {
    shop s;
    const order_id o = s.order({{battery, {2}}}, cuba);
    s.restrict(shop::export_row());
    amend_request r;
    r.order = o;
    const std::vector<line_change> more{{1, quantity{3}}}, fewer{{1, quantity{1}}};
    r.lines = more;
    CHECK(s.on.amend(shop::now(), r).violations.at(0).code == shipping_restricted);
    r.lines = fewer;
    CHECK(s.on.amend(shop::now(), r).violations.empty());
}

TEST_CASE("a promise names no node that may not ship, and refuses what capture refuses") {
    shop s;
    s.restrict(shop::export_row());
    const std::vector<order_line> lines{{battery, {1}}};
    promise_request asked;
    asked.order = {lines, cuba, *currency::parse("USD")};
    CHECK(s.on.promise(asked).error().code == shipping_restricted);
}

TEST_CASE("rows that cannot be are refused with what is wrong, and the others are taken") {
    shop s;
    std::vector<restriction_row> rows(9, shop::row("r"));
    rows[0].item = "line.lithium";
    rows[1].item = "line.lithum";
    rows[2].item = "line.lithium and ship_to == \"cuba\"";
    rows[3].origin = "node.country = \"US\"";
    rows[4].services = {"rocket"};
    rows[5].unless_same = {"ship_to.country", "node.country"};
    rows[6].unless_same = {"node.country"};
    rows[7].key.clear();
    const auto report = s.on.load(shop::now(), rows);
    CHECK(report.accepted == 1);
    REQUIRE(report.rejected.size() == 8);
    std::string codes;
    for (const rejected_row& r : report.rejected)
        codes += std::string{name_of(r.why.code)} + ' ' + std::to_string(r.why.refs[0]) + ' ' +
                 std::to_string(r.why.refs[1]) + ", ";
    CHECK(codes ==
          "bad_restriction 3 0, bad_restriction 3 17, bad_restriction 4 13, "
          "unknown_service -1 0, bad_restriction 8 0, bad_restriction 8 0, "
          "empty_key 0 0, bad_restriction 0 0, ");
    CHECK(report.rejected[0].text.find("did you mean 'line.lithium'") != std::string::npos);
    const auto all = restrictions(s.on);
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    CHECK(all->at(0).item == "line.lithium");
}

TEST_CASE("there are at most so many rows, and a key's row takes the place of the one before") {
    shop s;
    std::vector<restriction_row> rows;
    for (std::size_t i = 0; i <= max_restrictions; ++i) {
        rows.push_back(shop::row("r" + std::to_string(i)));
        rows.back().destination = "ship_to == \"p" + std::to_string(i) + "\"";
    }
    const auto report = s.on.load(shop::now(), rows);
    CHECK(report.accepted == max_restrictions);
    REQUIRE(report.rejected.size() == 1);
    CHECK(report.rejected[0].why.code == out_of_range);
    rows[0].destination = "ship_to == \"cuba\"";
    CHECK(s.on.load(shop::now(), std::span{rows}.first(1)).accepted == 1);
    CHECK(restrictions(s.on)->size() == max_restrictions);
    CHECK(shop::codes(s.place({{hat, {1}}}, cuba)) == "shipping_restricted 1, ");
    rows[0].active = false;
    CHECK(s.on.load(shop::now(), std::span{rows}.first(1)).accepted == 1);
    CHECK(shop::codes(s.place({{hat, {1}}}, cuba)) == "");
}

TEST_CASE("who may not load tables may not load restrictions") {
    shop s;
    REQUIRE(
        s.on.load(shop::now(), std::vector<privilege_row>{{"boss", privilege::load}}).accepted ==
        1);
    const command by{{}, s.on.actor("clerk").value(), monday};
    const std::vector<restriction_row> rows{shop::export_row()};
    const auto report = s.on.load(by, rows);
    CHECK(report.accepted == 0);
    REQUIRE(report.rejected.size() == 1);
    CHECK(report.rejected[0].why.code == not_authorised);
}

TEST_CASE("facts that are loaded later are what restrictions ask from then on") {
    shop s;
    s.restrict(shop::export_row());
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun)) == "dc ");
    REQUIRE(s.on.load(shop::now(), std::vector<fact_row>{{"hat", "line.lithium", "true"},
                                                         {"north", "node.country", "MX"}})
                .accepted == 2);
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun)) == "north ");
    std::vector<node_row> fresh{kept_books::node("yuc", -1)};
    REQUIRE(s.on.load(shop::now(), fresh).accepted == 1);
    REQUIRE(s.on.load(shop::now(), std::vector<stock_row>{{"hat", "yuc", {5}}}).accepted == 1);
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun)) == "north ");  // nobody knows where it is
    REQUIRE(s.on.load(shop::now(), std::vector<fact_row>{{"yuc", "node.country", "MX"}}).accepted ==
            1);
    CHECK(s.sourced(s.order({{hat, {1}}}, cancun)) == "yuc ");
}

TEST_CASE("goods are not brought to a node that may not ship them on") {
    shop s;
    s.go_by(shop::now(), R"(
policy = "pickup"
currency = "USD"
rank = ["priority"]
[split]
lines = "by_quantity"
[[strategy]]
name = "pickup"
outcome = { partial = "transfer_rest", none = "transfer" }
[[strategy]]
name = "to the node"
transfers = true
from = ["dc"]
)");
    order_request from_north;
    from_north.node = north;
    const order_id may = s.order({{battery, {6}}}, home, from_north);
    const order_id may_not = s.order({{battery, {6}}}, cancun, from_north);
    s.restrict(shop::export_row());
    REQUIRE(s.on.source(shop::now(), may_not));
    CHECK(s.where(may_not) == "1 backordered - 6, ");
    REQUIRE(s.on.source(shop::now(), may));
    CHECK(s.where(may).find("reserved") != std::string::npos);
}

}  // namespace earmark::restricting
