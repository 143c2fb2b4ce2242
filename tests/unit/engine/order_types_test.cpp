// Orders that are no plain sales: offers that wait for a yes, and what needs no goods.
#include <doctest/doctest.h>

#include "amend_shop.hpp"
#include "earmark/engine/bulk.hpp"
#include "earmark/engine/worklist.hpp"

namespace earmark {
namespace {

using namespace amending;

struct typed_shop : shop {
    order_id placed(order_type type, std::vector<order_line> lines) {
        order_request r{lines, none<place_id>, *currency::parse("USD")};
        r.type = type;
        const auto p = on.place_order(at("t" + std::to_string(++number)), r);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    void says(order_id o, std::string_view event) {
        const auto done = on.record(at(), {.kind = mark, .order = o, .event = event});
        CHECK(name_of(done.error().code) == name_of(ok));
    }
    std::string label(order_id o) const { return std::string{on.order(o)->buckets[0].label}; }
};

}  // namespace

TEST_CASE("OM-04: a draft is promised nothing and sent nowhere until it is confirmed") {
    typed_shop s;
    const order_id o = s.placed(order_type::draft, {{hat, {2}, 500}, {mug, {1}, 300}});
    CHECK(s.sources(o) == not_allowed);
    CHECK(s.on.release(s.at(), o)->what == outcome::unchanged);
    CHECK(s.ships(o) == not_allowed);
    CHECK(s.free(hat, north) == 9);
    CHECK(s.amends(o, 1, 3).first.what == outcome::done);  // an offer is worked on
    s.says(o, "confirm");
    CHECK(s.label(o) == "confirmed");
    CHECK(s.sources(o) == ok);
    CHECK(s.units(o, unit_state::allocated) == 4);
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.ships(o) == ok);
    CHECK(s.on.order(o)->type == order_type::draft);
}

TEST_CASE("OM-04: a draft may be changed back, and forgotten") {
    typed_shop s;
    const order_id o = s.placed(order_type::draft, {{hat, {2}, 500}});
    s.says(o, "confirm");
    s.says(o, "reopen");
    CHECK(s.sources(o) == not_allowed);
    REQUIRE(s.on.cancel(s.at(), {o}));
    CHECK(s.units(o, unit_state::cancelled) == 2);
    CHECK(s.on.record(s.at(), {.kind = mark, .order = o, .event = "confirm"}).error().code != ok);
}

TEST_CASE("OM-06b: a service is never sourced, and closes when it is done") {
    typed_shop s;
    const order_id o = s.placed(order_type::service, {{hat, {1}, 500}, {mug, {2}, 0}});
    CHECK(s.sources(o) == not_allowed);
    s.says(o, "appoint");
    CHECK(s.label(o) == "appointed");
    REQUIRE(s.on.record(s.at(), {.kind = fulfil, .order = o, .line = 1}));
    CHECK(s.on.order(o)->lowest == unit_state::open);
    REQUIRE(s.on.record(s.at(), {.kind = fulfil, .order = o}));
    CHECK(s.on.order(o)->lowest == unit_state::delivered);
    CHECK(s.free(hat, north) == 9);
    CHECK(worklist(s.on)->rows.empty());
}

TEST_CASE("OM-06b: among many orders a service is left alone by sourcing, and told") {
    typed_shop s;
    s.placed(order_type::service, {{hat, {1}, 500}});
    s.order({{hat, {1}, 500}});
    const auto done = bulk(s.on, s.at(), {.action = bulk_action::source});
    REQUIRE(done.rows.size() == 2);
    CHECK(done.rows[0].done.error().code == not_allowed);
    CHECK(done.rows[1].done->what == outcome::done);
}

TEST_CASE("OM-04: an offer and a service hand no basket over, and go nowhere else") {
    typed_shop s;
    const reserve_line l{hat, north, {1}, {}};
    reserve_request basket;
    basket.lines = {&l, 1};
    const auto held = s.on.reserve(s.at(), basket);
    REQUIRE(held);
    const order_line line{hat, {1}, 500};
    for (const order_type type : {order_type::draft, order_type::service}) {
        order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
        const std::string name{name_of(type)};
        r.type = type;
        r.to = south;
        CHECK(s.on.place_order(s.at("a" + name), r).first.why.code == bad_order_type);
        r.to = none<node_id>;
        r.reservation = reservation_id{held->subject};
        CHECK(s.on.place_order(s.at("b" + name), r).first.why.code == bad_order_type);
    }
    CHECK(s.on.reservation(reservation_id{held->subject})->state == reservation_state::active);
    for (const order_type type : {order_type::exchange, order_type::return_}) {
        order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
        const std::string name{name_of(type)};
        r.type = type;
        CHECK(s.on.place_order(s.at("c" + name), r).first.why.code == bad_order_type);
    }
}

}  // namespace earmark
