#include "earmark/lifecycle/workflow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"

namespace earmark::lifecycle {
namespace {

using enum unit_state;
using enum unit_event;

/// The way that a workflow would be asked without an index: through its steps, one by one.
const step* slow_find(const definition& d, state_key from, event_key on, fact_bits facts) {
    for (const step& s : d.steps)
        if (s.from == from && s.on == on && (s.needs & ~facts) == 0 && (s.forbids & facts) == 0)
            return &s;
    return nullptr;
}

std::vector<flaw> flaws(std::span<const step> steps, std::span<const own_state> states = {},
                        std::span<const std::string_view> events = {}) {
    const loaded_workflow of{{"t", "", states, events, {}, steps}, order_type::sales};
    std::vector<flaw> out;
    check(of.view(), [&](const flaw& f) { out.push_back(f); });
    return out;
}
bool has(const std::vector<flaw>& all, defect what) {
    return std::any_of(all.begin(), all.end(), [&](const flaw& f) { return f.what == what; });
}

TEST_CASE("a step takes two look-ups in a table of 16-byte rows") {
    static_assert(sizeof(row) == 16);
    CHECK(sales_workflow.next(released, pick) == state_key{picked});
    CHECK_FALSE(sales_workflow.next(delivered, cancel).has_value());
    CHECK(sales_workflow.leads(packed, shipped));
    CHECK_FALSE(sales_workflow.leads(open, shipped));
    CHECK(sales_workflow.rows(open, allocate).size() == 1);
    CHECK(sales_workflow.rows_from(shipped).size() == 2);
}

TEST_CASE("every pair of state and event is a step or is refused, and ends absorb") {
    for (const workflow* w : standard_workflows()) {
        CAPTURE(w->name());
        for (std::size_t i = 0; i < w->states(); ++i)
            for (std::size_t e = 0; e < w->events(); ++e) {
                event_key on;
                on.n = static_cast<std::uint8_t>(e);
                const state_key from = w->state(i);
                const step* slow = slow_find(w->written(), from, on, 0);
                const answer a = w->ask(from, on);
                CHECK((a.is == verdict::possible) == (slow != nullptr));
                if (slow != nullptr) CHECK(w->next(from, on) == slow->to);
                if (is_final(from.base)) CHECK(a.is == verdict::no_step);
            }
        for (const row& r : w->rows()) CHECK_FALSE(w->because(r).empty());
    }
}

TEST_CASE("every move of a standard workflow is one that the engine has an event for") {
    for (const workflow* w : standard_workflows())
        for (const row& r : w->rows())
            if (!r.on.is_own()) CHECK(event_key{*event_of(r.from.base, r.to.base)} == r.on);
}

TEST_CASE("a draft takes no step of fulfilment until it is confirmed") {
    const auto confirm = *find_event(draft_workflow, "confirm");
    const auto confirmed = *find_state(draft_workflow, "confirmed");
    for (const unit_event e : {allocate, backorder, release, pick, pack, ship, deliver})
        CHECK_FALSE(draft_workflow.next(open, e).has_value());
    CHECK(draft_workflow.next(open, confirm) == confirmed);
    CHECK(draft_workflow.next(confirmed, allocate) == state_key{allocated});
}

TEST_CASE("a service is never sourced and closes when it is done") {
    for (const row& r : service_workflow.rows()) CHECK_FALSE(holds_stock(r.to.base));
    CHECK(service_workflow.next(open, fulfil) == state_key{delivered});
}

TEST_CASE("what is made to order waits in no queue for stock, and stops before it is cancelled") {
    const auto in_production = *find_state(made_workflow, "in_production");
    for (const state_key from : {state_key{open}, in_production}) {
        CHECK(made_workflow.next(from, allocate) == state_key{allocated});
        CHECK_FALSE(made_workflow.next(from, backorder).has_value());
        CHECK_FALSE(made_workflow.next(from, reserve).has_value());
    }
    CHECK_FALSE(made_workflow.next(in_production, cancel).has_value());
    CHECK(made_workflow.next(in_production, *find_event(made_workflow, "stop")) == state_key{open});
}

TEST_CASE("a state that no steps lead to is found") {
    const step steps[] = {
        {open, cancel, cancelled}, {picked, ship, shipped}, {shipped, deliver, delivered}};
    const auto found = flaws(steps);
    CHECK(has(found, defect::unreachable));
    const own_state states[] = {{open, "never"}};
    CHECK(has(flaws(std::span{steps}.first(1), states), defect::unreachable));
}

TEST_CASE("a state that no steps lead out of to an end is found") {
    const step steps[] = {{open, cancel, cancelled},
                          {open, backorder, backordered},
                          {backordered, backorder, backordered}};
    const auto found = flaws(steps);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == defect::dead_end);
    CHECK(found[0].state == state_key{backordered});
    CHECK(has(flaws({}), defect::dead_end));
}

TEST_CASE("a dead end is found for orders whose facts will never let them out, and for no others") {
    constexpr fact_bits firm = bit(guard_fact::firm), dated = bit(guard_fact::dated),
                        urgent = bit(guard_fact::urgent), own = 1u << guard_facts;
    const auto dead = [](std::span<const step> steps) {
        std::vector<flaw> out;
        for (const flaw& f : flaws(steps))
            if (f.what == defect::dead_end) out.push_back(f);
        return out;
    };
    const step prepaid[] = {{open, allocate, allocated, "", dated},
                            {open, cancel, cancelled, "", 0, urgent},
                            {open, fulfil, delivered, "", urgent},
                            {allocated, cancel, cancelled, "", own}};
    auto found = dead(prepaid);
    REQUIRE(found.size() == 1);
    CHECK(found[0].state == state_key{allocated});
    CHECK(found[0].has == 0);
    CHECK(found[0].lacks == own);
    const step two_facts[] = {{open, cancel, cancelled, "", firm},
                              {open, fulfil, delivered, "", 0, dated | firm}};
    found = dead(two_facts);
    REQUIRE(found.size() == 1);
    CHECK(found[0].has == dated);
    CHECK(found[0].lacks == firm);
    const step only_some_come_here[] = {{open, allocate, allocated, "", own},
                                        {open, cancel, cancelled},
                                        {allocated, cancel, cancelled, "", own}};
    CHECK(flaws(only_some_come_here).empty());
    // An amendment may change on the way what let them in; a rejection is never taken back.
    const step amended[] = {{open, allocate, allocated, "", urgent},
                            {open, cancel, cancelled},
                            {allocated, cancel, cancelled, "", urgent}};
    found = dead(amended);
    REQUIRE(found.size() == 1);
    CHECK(found[0].state == state_key{allocated});
    CHECK(found[0].lacks == urgent);
    const step rejected[] = {{open, cancel, cancelled, "", 0, bit(guard_fact::rejected)},
                             {open, allocate, allocated, "", 0, bit(guard_fact::rejected)},
                             {allocated, unallocate, open}};
    REQUIRE(!dead(rejected).empty());
    CHECK(dead(rejected)[0].has == bit(guard_fact::rejected));
    const step may_come_true[] = {{open, cancel, cancelled, "", bit(guard_fact::whole_line)},
                                  {open, allocate, allocated},
                                  {allocated, unallocate, open}};
    CHECK(flaws(may_come_true).empty());
    const step nobody_comes_here[] = {{open, allocate, allocated, "", own},
                                      {open, cancel, cancelled},
                                      {allocated, release, released, "", 0, own},
                                      {allocated, cancel, cancelled},
                                      {released, cancel, cancelled}};
    CHECK(has(flaws(nobody_comes_here), defect::unreachable));
}

TEST_CASE("two rows whose guards can hold together are found, and others are not") {
    constexpr fact_bits firm = bit(guard_fact::firm), dated = bit(guard_fact::dated);
    const own_state states[] = {{open, "a"}};
    const step both[] = {{open, cancel, cancelled, "", firm},
                         {open, cancel, cancelled, "", dated},
                         {open, fulfil, delivered}};
    CHECK(has(flaws(both), defect::two_hold));
    const step apart[] = {{open, cancel, cancelled, "", firm},
                          {open, cancel, cancelled, "", 0, firm}};
    CHECK(flaws(apart).empty());
    const step never[] = {{open, cancel, cancelled, "", firm, firm}, {open, fulfil, delivered}};
    CHECK(has(flaws(never), defect::never_holds));
    const step half[] = {{open, cancel, cancelled, "", firm},
                         {open, cancel, cancelled, "", dated, firm},
                         {open, fulfil, delivered}};
    CHECK(flaws(half).empty());
    (void)states;
}

TEST_CASE("a ring of steps that come by themselves is found, one that waits for an event is not") {
    const own_state states[] = {{open, "checked"}};
    const std::string_view events[] = {"check", "again"};
    const state_key checked{open, 1};
    step steps[] = {{open, event_key::own(0), checked, "", 0, 0, 0, 60},
                    {checked, event_key::own(1), open, "", 0, 0, 0, 60},
                    {open, cancel, cancelled}};
    const auto found = flaws(steps, states, events);
    CHECK(found.size() == 2);
    CHECK(has(found, defect::runs_in_a_ring));
    steps[1].after_s = 0;
    CHECK(flaws(steps, states, events).empty());
}

TEST_CASE("two timers of a state that tie are found, and what time cannot bring") {
    step steps[] = {{open, allocate, allocated, "", 0, 0, 0, 60},
                    {open, cancel, cancelled, "", 0, 0, 0, 60},
                    {allocated, cancel, cancelled}};
    auto found = flaws(steps);
    CHECK(found.size() == 2);
    CHECK(has(found, defect::tie));
    CHECK(has(found, defect::not_by_time));
    steps[0].after_s = 0;
    CHECK(flaws(steps).empty());
}

TEST_CASE("moves of stock that the engine does not have are found, so are steps out of an end") {
    const step jump[] = {{open, ship, shipped}, {shipped, deliver, delivered}};
    CHECK(has(flaws(jump), defect::no_such_move));
    const step back[] = {{open, cancel, cancelled}, {cancelled, unallocate, open}};
    CHECK(has(flaws(back), defect::leaves_an_end));
    const std::string_view events[] = {"leap"};
    const step own[] = {{open, event_key::own(0), delivered}, {open, cancel, cancelled}};
    CHECK(has(flaws(own, {}, events), defect::other_base));
    const step same[] = {{open, event_key::own(0), open}, {open, cancel, cancelled}};
    CHECK(has(flaws(same, {}, events), defect::goes_nowhere));
}

TEST_CASE("why a step is not possible: there is none, or facts are missing or in the way") {
    constexpr fact_bits firm = bit(guard_fact::firm), dated = bit(guard_fact::dated);
    const step steps[] = {{open, cancel, cancelled, "", firm, dated}};
    const loaded_workflow of{{"t", "", {}, {}, {}, steps}, order_type::sales};
    CHECK(of.view().ask(open, ship).is == verdict::no_step);
    const answer a = of.view().ask(open, cancel, dated);
    CHECK(a.is == verdict::guard);
    CHECK(a.missing == firm);
    CHECK(a.in_the_way == dated);
    CHECK(of.view().ask(open, cancel, firm).is == verdict::possible);
}

/// Random tables, good and bad: the index gives what a walk through the steps gives.
TEST_CASE("the index answers as the steps do, whatever the table") {
    std::mt19937_64 dice{7};
    const auto roll = [&](std::size_t n) { return static_cast<std::size_t>(dice() % n); };
    for (int round = 0; round < 300; ++round) {
        std::vector<own_state> states(roll(12));
        for (own_state& s : states) s = {static_cast<unit_state>(roll(unit_states)), "s"};
        const std::vector<std::string_view> events(roll(5), "e");
        const workflow shape{{"t", "", states, events, {}, {}}, {}, {}};
        std::vector<step> steps(1 + roll(60));
        for (step& s : steps) {
            s = {shape.state(roll(shape.states())),
                 {},
                 shape.state(roll(shape.states())),
                 "",
                 static_cast<fact_bits>(dice() & dice() & dice() & 0xFF),
                 static_cast<fact_bits>(dice() & dice() & dice() & 0xFF)};
            s.on.n = static_cast<std::uint8_t>(roll(shape.events()));
            s.forbids &= static_cast<fact_bits>(~s.needs);  // the other way it is refused
        }
        const loaded_workflow of{{"t", "", states, events, {}, steps}, order_type::sales};
        for (int question = 0; question < 200; ++question) {
            const state_key from = shape.state(roll(shape.states()));
            event_key on;
            on.n = static_cast<std::uint8_t>(roll(shape.events()));
            const auto facts = static_cast<fact_bits>(dice());
            const step* const slow = slow_find(of.view().written(), from, on, facts);
            const row* const r = of.view().find(from, on, facts);
            REQUIRE((slow == nullptr) == (r == nullptr));
            if (r != nullptr) CHECK(&of.view().written().steps[r->written] == slow);
        }
        for (const step& s : steps) CHECK(of.view().leads(s.from, s.to));
        std::size_t rows = 0;
        for (std::size_t i = 0; i < shape.states(); ++i)
            rows += of.view().rows_from(shape.state(i)).size();
        CHECK(rows == steps.size());
    }
}

}  // namespace
}  // namespace earmark::lifecycle
