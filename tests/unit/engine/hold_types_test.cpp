// Types of holds in the engine: what places and ends holds by itself, who may answer, and freezes
// of what may not leave.
#include "holds_shop.hpp"

namespace earmark::holding {

TEST_CASE("six types are known from the start, and rows change them") {
    shop s;
    CHECK(s.on.hold_types() == 6);
    for (const char* key : {"fraud", "credit", "payment", "address", "duplicate", "edit"})
        CHECK(s.on.hold_type(s.type(key)).key == key);
    CHECK(s.on.hold_type(s.type("fraud")).blocks ==
          std::vector<hold_step>{allocate, release, pick, pack, ship});
    CHECK(s.on.hold_type(s.type("payment")).blocks ==
          std::vector<hold_step>{release, pick, pack, ship});
    const order_id o = s.order({{hat, {1}}});
    s.hold(o, "payment");
    CHECK(s.sources(o) == ok);
    s.load({type_of("payment", {cancel})});  // also for the holds that stand
    CHECK(s.releases(o) == ok);
    CHECK(s.on.cancel(s.at(), {o}).error().code == held);
    CHECK(s.on.find_hold_type("Payment").error().code == unknown_hold_type);
}

TEST_CASE("only those who may answer a type do") {
    shop s;
    hold_type_row fraud;
    fraud.key = "fraud";
    fraud.answers = {"risk team"};
    s.load({fraud});
    const actor_id risk = *s.on.actor("risk team"), clerk = *s.on.actor("clerk");
    const order_id o = s.order({{hat, {1}}});
    s.hold(o, "fraud");
    CHECK(s.answer(o, 1) == not_authorised);
    const error no = s.on.resolve_hold(s.at({}, clerk), {o, 1, true, 0}).error();
    CHECK(no.code == not_authorised);
    CHECK(no.refs[0] == raw(clerk));
    CHECK(s.seen(o, 1).state == hold_state::active);
    CHECK(s.answer(o, 1, true, risk) == ok);
    CHECK(s.seen(o, 1).ended_by == risk);
}

TEST_CASE("types place holds by themselves, on the order or on each line that fits") {
    hold_type_row risky, hazmat;
    risky.key = "fraud";
    risky.apply_when = "customer.new and goods_value > \"100.00\"";
    hazmat.key = "hazmat papers";
    hazmat.scope = hold_scope::line;
    hazmat.apply_when = "any(line.hazmat)";
    shop s{{risky, hazmat}};
    const attribute_id fresh = *s.on.find_attribute("customer.new"),
                       danger = *s.on.find_attribute("line.hazmat");
    const order_id plain = s.order({{hat, {1}, 20'000}});
    CHECK_FALSE(s.on.order(plain)->held);
    const order_id cheap = s.order({{hat, {1}, 10'000}}, {{fresh, 0, "true"}});
    CHECK_FALSE(s.on.order(cheap)->held);
    const order_id both =
        s.order({{hat, {1}, 10'001}, {mug, {1}}}, {{fresh, 0, "true"}, {danger, 2, "true"}});
    const auto view = s.on.order(both);
    REQUIRE(view->holds.size() == 2);
    CHECK(view->holds[0].type == s.type("fraud"));
    CHECK(view->holds[0].line == 0);
    CHECK(view->holds[1].type == s.type("hazmat papers"));
    CHECK(view->holds[1].line == 2);
    CHECK(view->holds[1].since == monday);
    CHECK(s.sources(both) == held);
    CHECK(s.answer(both, 1) == ok);
    CHECK(s.sources(both) == ok);
    CHECK(s.units(both, unit_state::open, 2) == 1);
}

TEST_CASE("an order that brings its basket is held from its first instant, and keeps the goods") {
    hold_type_row all;
    all.key = "review";
    all.apply_when = "lines >= 1";
    shop s{{all}};
    const reserve_line wants[] = {{hat, north, {2}, {}}};
    const auto basket = s.on.reserve(s.at(), {wants});
    const order_line lines[] = {{hat, {2}}};
    order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
    r.reservation = reservation_id{basket->subject};
    const order_id o{s.on.place_order(s.at("b"), r).first.subject};
    CHECK(s.units(o, unit_state::allocated) == 2);
    CHECK(s.free(hat, north) == 7);
    CHECK(s.releases(o) == held);
}

TEST_CASE("the resolution of one type places another, in the same step") {
    hold_type_row second;
    second.key = "second look";
    second.after = {"fraud"};
    shop s{{second}};
    const order_id o = s.order({{hat, {1}}});
    s.hold(o, "fraud", 1);
    CHECK(s.answer(o, 1) == ok);
    REQUIRE(s.on.order(o)->holds.size() == 2);
    CHECK(s.seen(o, 2).type == s.type("second look"));
    CHECK(s.seen(o, 2).line == 1);
    CHECK(s.answer(o, 2) == ok);
    CHECK(s.on.order(o)->holds.size() == 2);
    s.hold(o, "fraud");
    CHECK(s.answer(o, 3, false) == ok);  // a rejection places none
    CHECK(s.on.order(o)->holds.size() == 3);
}

TEST_CASE("types that would place each other for ever are refused while they are loaded") {
    shop s;
    hold_type_row a, b, self;
    a.key = "a";
    b.key = "b";
    b.after = {"a"};
    s.load({a, b});
    a.after = {"b"};
    auto report = s.on.load(s.at(), std::vector<hold_type_row>{a});
    CHECK(report.accepted == 0);
    REQUIRE(report.rejected.size() == 1);
    CHECK(report.rejected[0].why.code == hold_cycle);
    CHECK(report.rejected[0].text.find("a -> b -> a") != std::string::npos);
    self.key = "self";
    self.after = {"self"};
    report = s.on.load(s.at(), std::vector<hold_type_row>{self});
    CHECK(report.rejected[0].why.code == hold_cycle);
    CHECK(s.on.find_hold_type("self").error().code == unknown_hold_type);
}

TEST_CASE("a row that cannot be a type is refused, and says why") {
    shop s;
    hold_type_row r;
    const auto refused = [&] {
        const auto report = s.on.load(s.at(), std::vector<hold_type_row>{r});
        REQUIRE(report.rejected.size() == 1);
        return report.rejected[0].why;
    };
    CHECK(refused().code == empty_key);
    r.key = "x";
    r.blocks.emplace();
    CHECK(refused().code == bad_hold_type);
    r.blocks.reset();
    r.apply_when = "goods_valeu > 3";
    CHECK(refused().code == bad_hold_type);
    r.apply_when.clear();
    r.after = {"nobody"};
    CHECK(refused().code == unknown_hold_type);
    r.after.clear();
    r.lasts_s = -1;
    CHECK(refused().code == out_of_range);
    CHECK(s.on.hold_types() == 6);
}

TEST_CASE("at the end of its time a hold resolves, rejects or stays and is marked") {
    hold_type_row resolves, rejects, stays;
    resolves.key = "edit";
    resolves.blocks = {release};
    resolves.lasts_s = 60;
    resolves.then = hold_expiry::resolve;
    rejects.key = "unpaid";
    rejects.lasts_s = 120;
    rejects.then = hold_expiry::reject;
    stays.key = "review";
    stays.lasts_s = 30;
    shop s{{resolves, rejects, stays}};
    const order_id o = s.order({{hat, {2}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "edit");
    s.hold(o, "unpaid");
    s.hold(o, "review");
    s.hold(o, "fraud");  // never by itself
    CHECK(s.seen(o, 1).until == monday + seconds(60));
    CHECK(s.seen(o, 4).until == never);
    s.now = monday + seconds(60);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.seen(o, 1).state == hold_state::resolved);
    CHECK(s.seen(o, 1).ended == s.now);
    CHECK(s.seen(o, 2).state == hold_state::active);
    CHECK(s.seen(o, 3).escalated);
    CHECK(s.seen(o, 3).state == hold_state::active);
    CHECK(s.releases(o) == held);
    s.now = monday + seconds(120);
    CHECK(s.free(hat, north) == 7);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.seen(o, 2).state == hold_state::rejected);
    CHECK(s.units(o, unit_state::cancelled) == 2);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.answer(o, 2) == hold_over);  // the late answer of somebody who was asked
    CHECK(s.on.expiries(position{}, 1'000)->rows.empty());  // those are of reservations
}

TEST_CASE("an answer that does not come in time stops what is picked from being shipped") {
    hold_type_row screening;
    screening.key = "screening";
    screening.lasts_s = 60;
    screening.then = hold_expiry::reject;
    shop s{{screening}};
    const order_id o = s.order({{hat, {2}}});
    CHECK(s.sources(o) == ok);
    CHECK(s.releases(o) == ok);
    REQUIRE(s.on.record(s.at(), {.kind = fact_kind::pick, .order = o, .line = 1, .amount = {1}}));
    s.hold(o, "screening");
    s.now = monday + seconds(60);
    CHECK(s.ships(o) == held);
    CHECK(s.units(o, unit_state::cancelled) == 1);
    CHECK(s.seen(o, 1).state == hold_state::rejected);
    CHECK(s.answer(o, 1) == ok);  // it was late, and overrules
    CHECK(s.ships(o) == ok);
}

TEST_CASE("any command expires holds that are due, before it does its own work") {
    shop s;
    const order_id o = s.order({{hat, {1}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "edit", 0, monday + seconds(10));
    CHECK(s.releases(o) == held);
    s.now = monday + seconds(10);
    CHECK(s.releases(o) == ok);
}

TEST_CASE("deadlines of holds survive a recovery") {
    shop s;
    hold_type_row r;
    r.key = "screening";
    r.lasts_s = 3'600;
    r.then = hold_expiry::reject;
    s.load({r});
    const order_id o = s.order({{hat, {4}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "screening");
    REQUIRE(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    REQUIRE(again.halted() == "");
    CHECK(again.available(hat, north)->atoms == 5);
    REQUIRE(again.advance({{}, {}, monday + seconds(3'600)}));
    CHECK(again.available(hat, north)->atoms == 9);
    CHECK(again.order(o)->holds[0].state == hold_state::rejected);
    CHECK(again.check_invariants().empty());
}

TEST_CASE("a type that keeps stock for a time gives it back then, and the hold stays") {
    hold_type_row r;
    r.key = "slow";
    r.keeps_s = 60;
    shop s{{r}};
    const order_id o = s.order({{hat, {2}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "slow");
    CHECK(s.free(hat, north) == 7);
    s.now = monday + seconds(60);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.free(hat, north) == 9);
    CHECK(s.units(o, unit_state::open) == 2);
    CHECK(s.seen(o, 1).gave_back);
    CHECK(s.seen(o, 1).state == hold_state::active);
    CHECK(s.sources(o) == held);
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.sources(o) == ok);
    r.keeps_s = 0;
    s.load({r});
    s.hold(o, "slow");  // at once
    CHECK(s.units(o, unit_state::open) == 2);
    CHECK(s.seen(o, 2).gave_back);
}

TEST_CASE("stock that a hold has given back is not taken again for it, whatever its type blocks") {
    hold_type_row r = type_of("slow payer", {release});
    r.keeps_s = 60;
    shop s{{r}};
    const order_id o = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "slow payer", 1);
    s.now = monday + seconds(60);
    CHECK(s.sources(o) == held);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.units(o, unit_state::allocated, 2) == 1);
    const reserve_line wants[] = {{hat, north, {9}, {}}};
    CHECK(s.on.reserve(s.at(), {wants}));  // by somebody who pays
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.sources(o) == ok);
    CHECK(s.free(hat, south) == 7);
}

TEST_CASE("a type that keeps no stock gives back what an order brings, with the next command") {
    hold_type_row r = type_of("cash first", {release});
    r.apply_when = "lines >= 1";
    r.keeps_s = 0;
    shop s{{r}};
    const reserve_line wants[] = {{hat, north, {2}, {}}};
    const auto basket = s.on.reserve(s.at(), {wants});
    const order_line lines[] = {{hat, {2}}};
    order_request o{lines, none<place_id>, currency::parse("USD").value(), 0};
    o.reservation = reservation_id{basket->subject};
    const order_id brings{s.on.place_order(s.at("b"), o).first.subject};
    CHECK(s.units(brings, unit_state::allocated) == 2);
    CHECK(s.sources(brings) == held);
    CHECK(s.units(brings, unit_state::open) == 2);
    CHECK(s.seen(brings, 1).gave_back);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.sources(s.order({{hat, {1}}})) == held);  // one that brings nothing takes nothing
}

TEST_CASE("who may not answer says no end of a hold's time that answers it") {
    hold_type_row screening, review;
    screening.key = "screening";
    screening.answers = {"risk team"};
    screening.lasts_s = 3'600;
    screening.then = hold_expiry::resolve;
    review.key = "review";
    review.answers = {"risk team"};
    shop s{{screening, review}};
    const actor_id risk = *s.on.actor("risk team"), clerk = *s.on.actor("clerk");
    const order_id o = s.order({{hat, {1}}});
    const place_hold_request soon{o, s.type("screening"), 0, 0, monday + seconds(1)};
    const error no = s.on.place_hold(s.at({}, clerk), soon).error();
    CHECK(no.code == not_authorised);
    CHECK(no.refs[0] == raw(clerk));
    CHECK(no.refs[1] == static_cast<std::int64_t>(privilege::resolve_hold));
    CHECK(s.on.describe(no).find("screening") != std::string::npos);
    CHECK(s.on.order(o)->holds.empty());
    CHECK(s.on.place_hold(s.at({}, clerk), {o, s.type("screening"), 0, 0, {}}));
    CHECK(s.seen(o, 1).until == monday + seconds(3'600));
    CHECK(s.on.place_hold(s.at({}, risk), {o, s.type("screening"), 1, 0, monday + seconds(1)}));
    // Of one that stays the end of its time answers nothing.
    CHECK(s.on.place_hold(s.at({}, clerk), {o, s.type("review"), 0, 0, monday + seconds(1)}));
}

TEST_CASE("placing a hold that equals an active one lets it last to the later deadline") {
    hold_type_row r = type_of("screening", {release});
    r.lasts_s = 60;
    r.then = hold_expiry::resolve;
    shop s{{r, type_of("review", {release})}};
    const order_id o = s.order({{hat, {1}}});
    CHECK(s.sources(o) == ok);
    CHECK(s.hold(o, "screening") == 1);
    s.now = monday + seconds(59);
    const auto again = s.on.place_hold(s.at(), {o, s.type("screening"), 0, 9, {}});
    REQUIRE(again);
    CHECK(again->what == outcome::done);
    CHECK(again->lines == 1);
    CHECK(s.seen(o, 1).until == monday + seconds(119));
    CHECK(s.seen(o, 1).reason == 3);
    const auto sooner =
        s.on.place_hold(s.at(), {o, s.type("screening"), 0, 9, monday + seconds(80)});
    CHECK(sooner->what == outcome::unchanged);
    s.now = monday + seconds(60);
    CHECK(s.releases(o) == held);
    s.now = monday + seconds(119);
    CHECK(s.releases(o) == ok);

    s.hold(o, "review", 0, s.now + seconds(10));
    s.now = s.now + seconds(10);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.seen(o, 2).escalated);
    CHECK(s.hold(o, "review", 0, s.now + seconds(10)) == 2);  // it is looked at again
    CHECK_FALSE(s.seen(o, 2).escalated);
    s.now = s.now + seconds(10);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.seen(o, 2).escalated);
}

TEST_CASE("a hold lifts by itself when its condition holds as it would stop a step") {
    hold_type_row r;
    r.key = "papers";
    r.blocks = {release};
    r.resolve_when = "not any(line.hazmat)";
    shop s{{r}};
    REQUIRE(s.on.load(s.at(), std::vector<fact_row>{{"hat", "line.hazmat", "true", {}}}).accepted ==
            1);
    const order_id o = s.order({{hat, {1}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "papers");
    CHECK(s.releases(o) == held);
    REQUIRE(
        s.on.load(s.at(), std::vector<fact_row>{{"hat", "line.hazmat", "false", {}}}).accepted ==
        1);
    CHECK(s.seen(o, 1).state == hold_state::active);
    CHECK(s.releases(o) == ok);
    CHECK(s.seen(o, 1).state == hold_state::resolved);
}

TEST_CASE("a freeze of a SKU at a node stops reserve, source and release at once") {
    shop s;
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    CHECK(s.sources(o) == ok);
    floor_row recall;
    recall.key = "recall";
    recall.sku = "hat";
    recall.node = "north";
    recall.freeze = true;
    REQUIRE(s.on.load(s.at(), std::vector<floor_row>{recall}).accepted == 1);
    const reserve_line wants[] = {{hat, north, {1}, {}}};
    CHECK(s.on.reserve(s.at(), {wants}).error().code == excluded);
    const order_id other = s.order({{hat, {1}}});
    CHECK(s.sources(other) == ok);
    CHECK(s.on.order(other)->buckets[0].node == south);
    CHECK(s.releases(o) == ok);
    CHECK(s.units(o, unit_state::allocated, 1) == 1);  // not told to anybody
    CHECK(s.units(o, unit_state::released, 2) == 1);
    const error why = s.on.release(s.at(), o).error();
    CHECK(why.code == excluded);
    CHECK(s.on.describe(why).find("recall") != std::string::npos);
    recall.active = false;
    REQUIRE(s.on.load(s.at(), std::vector<floor_row>{recall}).accepted == 1);
    CHECK(s.releases(o) == ok);
    CHECK(s.units(o, unit_state::released, 1) == 1);
    recall.channel = "web";
    CHECK(s.on.load(s.at(), std::vector<floor_row>{recall}).rejected[0].why.code == bad_field);
}

TEST_CASE("a frozen lot is not released either, wherever it is") {
    shop s;
    section_row lot;
    lot.key = "lot 7";
    lot.lot = "7";
    REQUIRE(s.on.load(s.at(), std::vector<section_row>{lot}).accepted == 1);
    REQUIRE(
        s.on.load(s.at(), std::vector<stock_row>{{"mug", "south", {5}, {}, "lot 7"}}).accepted ==
        1);
    REQUIRE(s.on.adjust(s.at(), {mug, north, {-9}, adjust_reason::damage}));
    const order_id o = s.order({{mug, {2}}});
    CHECK(s.sources(o) == ok);
    lot.frozen = true;
    REQUIRE(s.on.load(s.at(), std::vector<section_row>{lot}).accepted == 1);
    CHECK(s.releases(o) == excluded);
    lot.frozen = false;
    REQUIRE(s.on.load(s.at(), std::vector<section_row>{lot}).accepted == 1);
    CHECK(s.releases(o) == ok);
}

}  // namespace earmark::holding
