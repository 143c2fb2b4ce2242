#include "earmark/lifecycle/steps.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "images.hpp"

namespace earmark::lifecycle {
namespace {

constexpr std::string_view guarded = R"(workflow = "guarded"
events = ["check"]
state = [ { name = "checked", base = "open" } ]
step = [
  { from = "open", on = "check", to = "checked", unless = "order.blocked" },
  { from = "checked", on = "allocate", to = "allocated" },
  { from = ["open", "checked"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "unallocate", to = "checked" },
  { from = "allocated", on = "release", to = "released", when = "whole_order" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
]
)";

void go(image& o, std::vector<bucket_move>& moves) {
    for (const bucket_move& m : moves) REQUIRE(apply(o, m) == error_code::ok);
    moves.clear();
    REQUIRE(unsound(o) == nullptr);
}

TEST_CASE("a move gets the state that the workflow gives it, and what it has not is refused") {
    const auto loaded = parse_workflow(guarded);
    REQUIRE(loaded);
    image o = order_of({4, 2});
    o.rules = &loaded.value->view();
    const event_key check = *find_event(*o.rules, "check");
    std::vector<bucket_move> moves{allocate(0, 4)};
    CHECK(route(o, moves, 0).code == error_code::not_allowed);
    moves.clear();
    CHECK(draw(o, 0, unit_state::open, unit_state::allocated, -1, nodes_are_cells(), none<node_id>,
               false, moves) == 0);

    REQUIRE(relabel(o, check, 0, 3, nodes_are_cells(), none<node_id>, 0, moves).code ==
            error_code::ok);
    go(o, moves);
    CHECK(o.buckets.size() == 3);
    CHECK(status_of(o).highest == unit_state::open);
    moves.push_back(allocate(0, 3));
    moves[0].from_ref = ref_of(1, 0);
    REQUIRE(route(o, moves, 0).code == error_code::ok);
    go(o, moves);

    REQUIRE(draw(o, 0, unit_state::allocated, unit_state::open, -1, nodes_are_cells(),
                 none<node_id>, false, moves) == 3);
    REQUIRE(route(o, moves, 0).code == error_code::ok);
    CHECK(sub_state_of(moves[0].to_ref) == 1);
    go(o, moves);
    CHECK(units_in(o, 0, unit_state::open) == 4);
}

TEST_CASE("a guard that does not hold is refused with the facts that it asks for") {
    const auto loaded = parse_workflow(guarded);
    REQUIRE(loaded);
    image o = order_of({4, 2});
    o.rules = &loaded.value->view();
    const event_key check = *find_event(*o.rules, "check");
    std::vector<bucket_move> moves;
    const fact_bits blocked = 1u << guard_facts;
    const error stopped =
        relabel(o, check, -1, 0, nodes_are_cells(), none<node_id>, blocked, moves);
    CHECK(stopped.code == error_code::guard_not_met);
    CHECK(stopped.refs[0] == 1);
    CHECK(stopped.refs[2] == blocked);
    moves.clear();
    REQUIRE(relabel(o, check, -1, 0, nodes_are_cells(), none<node_id>, 0, moves).code ==
            error_code::ok);
    go(o, moves);
    moves.push_back(allocate(0, 4));
    moves[0].from_ref = ref_of(1, 0);
    REQUIRE(route(o, moves, 0).code == error_code::ok);
    go(o, moves);
    CHECK(draw(o, 0, unit_state::allocated, unit_state::released, -1, nodes_are_cells(),
               none<node_id>, true, moves) == 4);
    const error waits = route(o, moves, 0);
    CHECK(waits.code == error_code::guard_not_met);
    CHECK(waits.refs[1] == bit(guard_fact::whole_order));
}

constexpr std::string_view chasing = R"(workflow = "chasing"
events = ["chase"]
state = [ { name = "chased", base = "backordered" } ]
step = [
  { from = "open", on = "backorder", to = "backordered" },
  { from = "backordered", on = "chase", to = "chased", unless = "order.quiet" },
  { from = ["backordered", "chased"], on = "backorder", to = "backordered" },
  { from = ["open", "backordered", "chased"], on = "cancel", to = "cancelled" },
]
)";

TEST_CASE("an own event relabels units that wait, and is no step from queue to queue") {
    const auto loaded = parse_workflow(chasing);
    REQUIRE(loaded);
    image o = order_of({4});
    o.rules = &loaded.value->view();
    o.buckets[0].state = unit_state::backordered;
    std::vector<bucket_move> moves;
    REQUIRE(relabel(o, event_key::own(0), 0, 3, nodes_are_cells(), none<node_id>, 0, moves).code ==
            error_code::ok);
    REQUIRE(route(o, moves, 0).code == error_code::ok);
    go(o, moves);
    REQUIRE(o.buckets.size() == 2);
    CHECK(state_of(o.buckets[1]) == state_key{unit_state::backordered, 1});
    CHECK(o.buckets[1].n == 3);
}

TEST_CASE("a relabel asks nothing of units that it does not want") {
    const auto loaded = parse_workflow(R"(workflow = "step_by_step"
events = ["check"]
state = [ { name = "checked", base = "released" }, { name = "late", base = "open" } ]
step = [
  { from = "open", on = "check", to = "late" },
  { from = ["open", "late"], on = "allocate", to = "allocated" },
  { from = ["open", "late", "released", "checked"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "release", to = "released" },
  { from = "released", on = "check", to = "checked", when = "whole_line" },
]
)");
    REQUIRE(loaded);
    image o = order_of({4});
    o.rules = &loaded.value->view();
    o.buckets[0].n = 1;
    o.buckets.push_back({cell_id{0}, 3, 0, unit_state::released, 0, 0});
    std::vector<bucket_move> moves;
    const auto check = [&](granules n) {
        moves.clear();
        return relabel(o, event_key::own(0), 0, n, nodes_are_cells(), none<node_id>, 0, moves).code;
    };
    CHECK(check(1) == error_code::ok);
    CHECK(moves.size() == 1);
    CHECK(check(2) == error_code::guard_not_met);
    CHECK(check(0) == error_code::guard_not_met);
}

TEST_CASE("what may be done, and why the rest may not: the state, a guard, or a hold") {
    const auto loaded = parse_workflow(guarded);
    REQUIRE(loaded);
    image o = order_of({4});
    o.rules = &loaded.value->view();
    const std::uint32_t no_cancel[] = {1u << static_cast<unsigned>(unit_event::cancel)};
    const auto all = allowed(o, 1u << guard_facts, no_cancel);
    CHECK(all.size() == o.rules->events());
    const auto of = [&](event_key on) {
        return *std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.on == on; });
    };
    CHECK(of(unit_event::ship).is.is == verdict::no_step);
    CHECK(of(unit_event::cancel).is.is == verdict::possible);
    CHECK(of(unit_event::cancel).held);
    CHECK(of(event_key::own(0)).is.in_the_way == 1u << guard_facts);
    for (const auto& s : all) CHECK(s.n == 4);
}

TEST_CASE("an order of a type goes by the standard workflow of its type") {
    image o = order_of({1});
    std::vector<bucket_move> moves{allocate(0, 1)};
    CHECK(route(o, moves, 0).code == error_code::ok);
    for (const order_type t : {order_type::draft, order_type::service, order_type::return_}) {
        o.type = t;
        CHECK(route(o, moves, 0).code == error_code::not_allowed);
        CHECK(apply(o, moves[0]) == error_code::not_allowed);
    }
}

TEST_CASE("what guards ask is read off the order") {
    image o = order_of({4, 2});
    o.lines[1].firm = node_id{3};
    o.lines[1].group = 7;
    const auto facts = [&](std::uint16_t line, unit_state from) {
        return guard_facts_of(o, line, from, 0, 0);
    };
    const fact_bits both = bit(guard_fact::whole_line) | bit(guard_fact::whole_order);
    CHECK(facts(0, unit_state::open) == both);
    CHECK(facts(1, unit_state::open) == (both | bit(guard_fact::firm) | bit(guard_fact::together)));
    REQUIRE(apply(o, allocate(0, 3)) == error_code::ok);
    CHECK((facts(0, unit_state::allocated) & both) == 0);
    REQUIRE(apply(o, allocate(0, 1)) == error_code::ok);
    CHECK((facts(0, unit_state::allocated) & both) == bit(guard_fact::whole_line));
    o.priority = 1;
    o.deliver_by = {5};
    CHECK((facts(0, unit_state::open) & (bit(guard_fact::urgent) | bit(guard_fact::dated))) ==
          (bit(guard_fact::urgent) | bit(guard_fact::dated)));
    CHECK((guard_facts_of(o, 0, unit_state::open, ref_of(0, 2), 0) & bit(guard_fact::linked)) != 0);
}

}  // namespace
}  // namespace earmark::lifecycle
