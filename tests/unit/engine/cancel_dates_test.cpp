// Auto-cancel dates: holds that block nothing, and cancel when their time is over.
#include <doctest/doctest.h>

#include "amend_shop.hpp"
#include "earmark/engine/selection.hpp"
#include "earmark/engine/worklist.hpp"

namespace earmark {
namespace {

using namespace amending;

hold_type_row cancel_date() {
    hold_type_row r = holding::type_of("cancel date", {});
    r.then = hold_expiry::reject;
    return r;
}

struct dated_shop : shop {
    dated_shop() { load({cancel_date()}); }
};

}  // namespace

TEST_CASE("AM-07b: an order goes on as ever until its auto-cancel date, and then ends") {
    dated_shop s;
    const order_id o = s.sourced({{hat, {3}, 500}, {mug, {2}, 300}});
    s.hold(o, "cancel date", 0, s.now + seconds(100));
    CHECK(!s.on.order(o)->held);
    CHECK(!s.on.order(o)->lines[0].held);
    CHECK(!s.seen(o, 1).blocks);
    CHECK(select(s.on, {.held = true})->orders.empty());
    CHECK(select(s.on, {.hold = s.type("cancel date")})->orders.size() == 1);
    CHECK(worklist(s.on)->rows.empty());
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, ship, 1);
    s.records(o, pick, 1, 2);
    s.now = s.now + seconds(99);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.units(o, unit_state::cancelled) == 0);
    s.now = s.now + seconds(1);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.units(o, unit_state::cancelled) == 3);
    CHECK(s.units(o, unit_state::shipped) == 1);
    CHECK(s.units(o, unit_state::picked) == 1);  // it is in somebody's hand, and goes on
    CHECK(s.free(hat, north) == 8);
    s.records(o, ship, 1, 2);
    CHECK(s.units(o, unit_state::shipped) == 2);
}

TEST_CASE("AM-07b: an auto-cancel date is put off, taken back, and of a line alone") {
    dated_shop s;
    const order_id o = s.sourced({{hat, {3}, 500}, {mug, {2}, 300}});
    s.hold(o, "cancel date", 1, s.now + seconds(100));
    s.hold(o, "cancel date", 1, s.now + seconds(200));  // the later of the two
    const auto second = s.hold(o, "cancel date", 2, s.now + seconds(100));
    CHECK(s.answer(o, second) == ok);
    s.now = s.now + seconds(100);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.units(o, unit_state::cancelled) == 0);
    s.now = s.now + seconds(100);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.units(o, unit_state::cancelled, 1) == 3);
    CHECK(s.units(o, unit_state::allocated, 2) == 2);
}

TEST_CASE("AM-07b: a condition gives orders their auto-cancel date") {
    shop s;
    hold_type_row r = cancel_date();
    r.lasts_s = 60;
    r.apply_when = "lines > 1";
    s.load({r});
    const order_id a = s.order({{hat, {30}, 500}, {mug, {1}, 300}});
    const order_id b = s.order({{hat, {1}, 500}});
    CHECK(s.on.order(a)->holds.size() == 1);
    CHECK(s.on.order(b)->holds.empty());
    CHECK(s.sources(a) == ok);  // what waits does not wait for ever
    CHECK(s.units(a, unit_state::backordered) == 30);
    s.now = s.now + seconds(60);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.units(a, unit_state::cancelled) == 31);
    CHECK(s.units(b, unit_state::open) == 1);
}

TEST_CASE("what blocks nothing, and does nothing, is no type of hold") {
    shop s;
    for (const auto then : {hold_expiry::resolve, hold_expiry::escalate}) {
        hold_type_row r = cancel_date();
        r.then = then;
        const auto report = s.on.load(s.at(), std::vector{r});
        REQUIRE(report.rejected.size() == 1);
        CHECK(report.rejected[0].why.code == bad_hold_type);
    }
    hold_type_row r = cancel_date();
    r.rejected = hold_rejection::wait;
    CHECK(s.on.load(s.at(), std::vector{r}).accepted == 0);
    CHECK(s.on.load(s.at(), std::vector{cancel_date()}).accepted == 1);
    CHECK(s.on.hold_type(s.type("cancel date")).blocks->empty());
}

}  // namespace earmark
