// Commands to many orders, and waves of work.
#include "earmark/engine/bulk.hpp"

#include <doctest/doctest.h>

#include "amend_shop.hpp"

namespace earmark {
namespace {

using namespace amending;

struct many_shop : shop {
    using shop::shop;
    /// As "o1 done, o2 held, ".
    std::string told(const bulk_report& r) const {
        CHECK(name_of(r.why.code) == name_of(ok));
        std::string out;
        for (const bulk_row& x : r.rows) out += words(x.order, x.done);
        return out;
    }
    std::string told(const wave_report& r) const {
        CHECK(name_of(r.why.code) == name_of(ok));
        std::string out;
        for (const wave_row& x : r.rows) out += words(x.at.order, x.done);
        return out;
    }
    std::string words(order_id o, const result<receipt>& done) const {
        return on.order(o)->key + ' ' +
               std::string{done ? name_of(done->what) : name_of(done.error().code)} + ", ";
    }
    bulk_report all(bulk_request r, std::string_view key = {}) { return bulk(on, at(key), r); }
    /// An order of so many lines, allocated at the node.
    order_id ready(std::size_t lines, node_id from = north) {
        std::vector<order_line> all(lines, {from == south ? hat : mug, {1}, 500, from});
        return sourced(all);
    }
    wave_report wave(wave_request r = {}, std::string_view key = {}) {
        return release_wave(on, at(key), r);
    }
};

}  // namespace

TEST_CASE("LC-05: each order has its own answer, and one that is refused stops no other") {
    many_shop s;
    const order_id a = s.sourced({{hat, {1}, 500}});
    s.sourced({{hat, {2}, 500}});
    s.order({{mug, {1}, 300}});
    const auto held = s.all({.action = bulk_action::hold,
                             .filter = {.state = unit_state::allocated},
                             .hold = s.type("credit"),
                             .reason = 9});
    CHECK(s.told(held) == "o1 done, o2 done, ");
    CHECK(held.matched == 2);
    CHECK(s.seen(a, 1).reason == 9);
    CHECK(s.told(s.all({.action = bulk_action::release})) == "o1 held, o2 held, o3 unchanged, ");
    const auto freed = s.all({.action = bulk_action::resolve,
                              .filter = {.sku = hat},
                              .hold = s.type("credit"),
                              .reason = 1,
                              .limit = 1});
    CHECK(s.told(freed) == "o1 done, ");
    CHECK(freed.matched == 2);
    const auto released = s.all({.action = bulk_action::release});
    CHECK(s.told(released) == "o1 done, o2 held, o3 unchanged, ");
    CHECK(released.done == 1);
    CHECK(released.unchanged == 1);
    CHECK(released.refused == 1);
    s.records(a, ship);
    CHECK(s.told(s.all({.action = bulk_action::source})) ==
          "o1 unchanged, o2 unchanged, o3 done, ");
    const auto gone =
        s.all({.action = bulk_action::cancel, .filter = {.type = order_type::sales}, .reason = 4});
    CHECK(s.told(gone) == "o1 not_allowed, o2 done, o3 done, ");
    CHECK(s.free(hat, north) == 8);
}

TEST_CASE("LC-05: a reason is given, or nothing is done") {
    many_shop s;
    const order_id a = s.order({{hat, {1}, 500}});
    const auto type = s.type("fraud");
    CHECK(s.all({.action = bulk_action::cancel}).why.code == missing_field);
    const order_filter live{.type = order_type::sales};
    CHECK(s.all({.action = bulk_action::hold, .filter = live, .hold = type}).why.code ==
          missing_field);
    CHECK(s.all({.action = bulk_action::resolve, .hold = type}).why.code == missing_field);
    CHECK(s.all({.action = bulk_action::hold, .filter = live, .reason = 1}).why.code ==
          unknown_hold_type);
    CHECK(s.all({.action = bulk_action::release, .filter = {.where = "?"}}).why.code ==
          bad_condition);
    const std::string key(max_bulk_key_bytes + 1, 'k');
    CHECK(s.all({.action = bulk_action::source}, key).why.code == key_too_long);
    CHECK(s.wave({}, key).why.code == key_too_long);
    CHECK(s.wave({.remorse_s = -1}).why.code == out_of_range);
    CHECK(s.units(a, unit_state::open) == 1);
}

TEST_CASE("LC-05: a command that broke off goes on where it stopped, and does nothing twice") {
    many_shop s;
    std::vector<order_id> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(s.order({{hat, {1}, 500}}));
    bulk_request r{.action = bulk_action::cancel, .reason = 2};
    r.orders = std::span<const order_id>{ids}.first(2);  // it broke off behind the second
    CHECK(s.told(s.all(r, "job 7")) == "o1 done, o2 done, ");
    r.orders = ids;
    CHECK(s.told(s.all(r, "job 7")) == "o1 repeat, o2 repeat, o3 done, ");
    r.reason = 3;
    CHECK(s.told(s.all(r, "job 7")) == "o1 duplicate_key, o2 duplicate_key, o3 duplicate_key, ");
    const order_id unknown{99};
    r.orders = std::span{&unknown, 1};
    CHECK(s.all(r).rows[0].done.error().code == unknown_order);
}

TEST_CASE("LC-05: who does not say which orders does not cancel all of them") {
    many_shop s;
    const order_id a = s.order({{hat, {1}, 500}});
    const auto type = s.type("fraud");
    const auto nobody = s.all({.action = bulk_action::cancel, .reason = 1});
    CHECK(nobody.why.code == missing_field);
    CHECK(nobody.problem.find("which orders") != std::string::npos);
    CHECK(s.all({.action = bulk_action::hold, .hold = type, .reason = 1}).why.code ==
          missing_field);
    bulk_request r{.action = bulk_action::cancel, .reason = 1};
    r.orders = std::span<const order_id>{};  // a list that came out empty
    CHECK(s.told(s.all(r)).empty());
    CHECK(s.units(a, unit_state::open) == 1);
    r.orders.reset();
    r.filter.where = "units >= 1";
    CHECK(s.told(s.all(r)) == "o1 done, ");
}

TEST_CASE("several holds of one type on an order are resolved, and others stay") {
    many_shop s;
    const order_id a = s.order({{hat, {1}, 500}, {mug, {1}, 500}});
    s.hold(a, "fraud");
    s.hold(a, "fraud", 2);
    s.hold(a, "payment");
    const auto r = s.all({.action = bulk_action::resolve, .hold = s.type("fraud"), .reason = 1},
                         "fraud cleared");
    CHECK(s.told(r) == "o1 done, ");
    CHECK(s.seen(a, 1).state == hold_state::resolved);
    CHECK(s.seen(a, 2).state == hold_state::resolved);
    CHECK(s.seen(a, 3).state == hold_state::active);
    const auto again =
        s.all({.action = bulk_action::resolve, .hold = s.type("fraud"), .reason = 1});
    CHECK(s.told(again) == "o1 unchanged, ");
}

TEST_CASE("OM-11b: a wave is bounded, the first order always goes, and none starves") {
    many_shop s;
    s.ready(1);         // o1
    s.ready(4);         // o2: larger than the wave
    s.ready(2);         // o3
    s.ready(1);         // o4
    s.ready(1, south);  // o5
    wave_request r;
    r.max_lines = 3;
    auto w = s.wave(r);
    CHECK(s.told(w) == "o1 done, o3 done, ");  // o2 does not fit, and smaller ones go
    CHECK(w.released == 2);
    CHECK(w.lines == 3);
    CHECK(w.left == 3);
    w = s.wave(r);
    CHECK(s.told(w) == "o2 done, ");  // at the head of the sequence it goes, alone
    CHECK(w.lines == 4);
    CHECK(w.left == 2);
    CHECK(s.told(s.wave({.filter = {.node = south}})) == "o5 done, ");
    CHECK(s.told(s.wave({.max_orders = 0})) == "");
    CHECK(s.told(s.wave({.max_orders = 1})) == "o4 done, ");
    CHECK(s.told(s.wave()) == "");
}

TEST_CASE("OM-11b: what is held takes no room in a wave, and is told") {
    many_shop s;
    const order_id a = s.ready(1);
    s.ready(1);
    s.hold(a, "payment");
    const auto w = s.wave({.max_orders = 1});
    CHECK(s.told(w) == "o1 held, o2 done, ");
    CHECK(w.refused == 1);
    CHECK(w.left == 0);
}

TEST_CASE("OM-11b: what an earlier wave of the same key has released takes no room in this one") {
    many_shop s;
    const order_id a = s.ready(1);
    CHECK(s.told(s.wave({}, "w")) == "o1 done, ");
    REQUIRE(s.on.record(s.at(), {.kind = reject, .order = a, .node = north}));
    REQUIRE(s.on.source(s.at(), a));
    s.ready(1);
    const auto w = s.wave({.max_orders = 1}, "w");
    CHECK(s.told(w) == "o1 repeat, o2 done, ");
    CHECK(w.released == 1);
    CHECK(s.units(a, unit_state::allocated) == 1);
    CHECK(s.told(s.wave({}, "next")) == "o1 done, ");
}

TEST_CASE("a wave for one node leaves what other nodes have of the same orders") {
    many_shop s;
    const order_id o = s.sourced({{mug, {1}, 500, north}, {hat, {2}, 500, south}});
    CHECK(s.told(s.wave({.filter = {.node = south}}, "w1")) == "o1 done, ");
    CHECK(s.units(o, unit_state::released, 2) == 2);
    CHECK(s.units(o, unit_state::allocated, 1) == 1);
    CHECK(s.told(s.wave({.filter = {.node = north}}, "w1")) == "o1 done, ");
    CHECK(s.units(o, unit_state::released) == 3);
    CHECK(s.wave({.filter = {.node = node_id{77}}}).why.code == unknown_node);
    result<receipt> one = fail(order_busy);
    s.on.release(s.at(), {{&o, 1}, node_id{77}}, {&one, 1});
    CHECK(one.error().code == unknown_node);
}

TEST_CASE("AM-07b: a customer's time to change his mind delays release, and never a promise") {
    many_shop s;
    const order_id a = s.ready(1);
    const order_line urgent{mug, {1}, 500};
    order_request r{{&urgent, 1}, none<place_id>, *currency::parse("USD"), 100};  // due at once
    const order_id b{s.on.place_order(s.at("now"), r).first.subject};
    REQUIRE(s.on.source(s.at(), b));
    s.now = s.now + seconds(600);
    const wave_request wave{.remorse_s = 1'800};
    const auto w = s.wave(wave);
    CHECK(s.told(w) == "now done, ");
    CHECK(w.too_young == 1);
    CHECK(s.units(a, unit_state::allocated) == 1);  // its goods are kept all the while
    s.now = s.now + seconds(1'200);
    CHECK(s.told(s.wave(wave)) == "o1 done, ");
}

}  // namespace earmark
