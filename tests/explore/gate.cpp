#include "explore/gate.hpp"

#include "explore/hot_shelf.hpp"
#include "explore/key_desk.hpp"
#include "explore/pile.hpp"
#include "explore/plans.hpp"
#include "explore/strip.hpp"
#include "explore/timer_yard.hpp"
#include "explore/worlds.hpp"

namespace earmark::explore {

namespace {

template <class World>
using body = std::function<void(std::unique_ptr<World>&)>;

/// A scenario of a world that lives on the heap, with a check of its own where it has one.
template <class World>
auto of(std::vector<body<World>> bodies) {
    return scenario{[] { return std::make_unique<World>(); }, std::move(bodies),
                    [](std::unique_ptr<World>& w) {
                        if constexpr (requires { w->check(); }) w->check();
                    }};
}

/// A key whose command was refused before: free for whoever comes first.
struct vacant_world : map_world {
    vacant_world() { keys.forget(keys.begin(2, key_space::order, "A", {0, 9})); }
};

/// Two callers that each append a large record.
auto two_large(int records) {
    using world = std::unique_ptr<strip<env>>;
    const auto append = [](world& s) { (void)s->append(this_thread(), 1 + this_thread(), 3); };
    return scenario{[records] {
                        auto s = std::make_unique<strip<env>>();
                        s->fill(records);
                        return s;
                    },
                    {append, append},
                    [](world& s) { s->all_came_out(); }};
}

void add_slots(std::vector<gate_scenario>& all) {
    using hall = std::unique_ptr<counter_hall>;
    const auto visit = [](hall& h) { h->visit(), h->visit(); };
    const auto work = [](hall& h) { h->work(); };
    add_both(all, "slots: three visitors", of<counter_hall>({visit, visit, visit}), 2, 1);
    add_both(all, "slots: alone", of<counter_hall>({work, [](hall& h) { h->work_alone(); }}), 3);
    add_both(all, "slots: two alone",
             of<counter_hall>({[](hall& h) { h->work_alone(); }, [](hall& h) { h->work_alone(); }}),
             3);
    add_both(all, "slots: grace", of<counter_hall>({work, [](hall& h) { h->let_go(); }}), 3);
}

void add_lifecycle(std::vector<gate_scenario>& all) {
    using desk = std::unique_ptr<number_desk>;
    const auto turn = [](desk& d) {
        const unsigned me = this_thread();
        d->end(me), d->take(me), d->end(me), d->take_any(me);
    };
    add_both(all, "numbers: two", of<number_desk>({turn, turn}), 3);
    const auto swap = [](desk& d) {
        const unsigned me = this_thread();
        d->end(me), d->take(me);
    };
    add_both(all, "numbers: three", of<number_desk>({swap, swap, swap}), 2, 1);
    using yard = std::unique_ptr<chunk_yard>;
    const auto dig = [](yard& y) {
        const unsigned me = this_thread();
        y->take(me, 2), y->give_back(me), y->take(me, 2), y->take(me, 3);
    };
    add_both(all, "chunks: two", of<chunk_yard>({dig, dig}), 3);
    using order = std::unique_ptr<order_desk>;
    const auto grow = [](order& o) { (void)o->rewrite(this_thread(), 1, 4); };
    const auto grow_and_shrink = [](order& o) {
        if (o->rewrite(this_thread(), 1, 4)) (void)o->rewrite(this_thread(), 2, 1);
    };
    const auto copy = [](order& o) { o->read(); };
    add_both(all, "orders: grow and copy", of<order_desk>({grow, copy}), 1);
    add_both(all, "orders: two grow", of<order_desk>({grow, grow_and_shrink}), 1, 1);
    add_both(all, "orders: shrink and copy", of<order_desk>({grow_and_shrink, copy}), 1);
}

void add_timers(std::vector<gate_scenario>& all) {
    using tower = std::unique_ptr<clock_tower>;
    const auto sweep = [](tower& t) { t->sweep(this_thread()); };
    const auto ask = [](tower& t) { t->ask(); };
    const auto late = [](tower& t) {
        t->push(this_thread(), 2, clock_tower::now);
        t->sweep(this_thread());
    };
    const auto hang = [](tower& t) { t->push(this_thread(), 3, clock_tower::later); };
    add_both(all, "timers: sweep and ask", of<clock_tower>({sweep, ask}), 3);
    add_both(all, "timers: two sweep, one asks", of<clock_tower>({sweep, sweep, ask}), 2, 1);
    add_both(all, "timers: push and sweep", of<clock_tower>({late, sweep}), 2);
    add_both(all, "timers: two push", of<clock_tower>({late, hang}), 2);
    const scenario bounds{
        [] { return std::make_unique<clock_tower>(clock_tower::hung_before::none); },
        {[](tower& t) { t->push(this_thread(), 2, clock_tower::now); }, hang},
        [](tower& t) { t->check(); }};
    add_both(all, "timers: two bounds", bounds, 2);
    const scenario earlier{
        [] { return std::make_unique<clock_tower>(clock_tower::hung_before::one); },
        {sweep,
         [](tower& t) {
             t->push(this_thread(), 2, clock_tower::past);
             t->sweep(this_thread());
         }},
        [](tower& t) { t->check(); }};
    add_both(all, "timers: an earlier one", earlier, 2);
    add_both(all, "nodes", two_takers<env>(), 3);
}

/// Rings in which one caller asks for a large record and the other fills up with small ones: who
/// looked for room counts what the other asked for before, and what it has appended.
void add_rings(std::vector<gate_scenario>& all) {
    add_both(all, "ring: small", crowd<env>(30, 2), 2);
    add_both(all, "ring: large", crowd<env>(28, 3), 2);
    add_both(all, "ring: empty", crowd<env>(0, 3), 2);
    add_both(all, "ring: two large", two_large(0), 2, 1);
    add_both(all, "ring: two large in little room", two_large(27), 2, 1);
    using world = std::unique_ptr<strip<env>>;
    const auto smalls = [](int count) {
        return [count](world& s) {
            for (int i = 0; i < count; ++i) (void)s->append(this_thread(), 50 + this_thread());
        };
    };
    const auto large = [](world& s) { (void)s->append(this_thread(), 90, 3); };
    const auto beside = [&](int filled, int count) {
        return scenario{[filled] {
                            auto s = std::make_unique<strip<env>>();
                            s->fill(filled);
                            return s;
                        },
                        {large, smalls(count)},
                        [](world& s) { s->all_came_out(); }};
    };
    add_both(all, "ring: a large one asked for, then small ones", beside(28, 3), 1, 3);
    add_both(all, "ring: small ones appended, then a large one", beside(27, 4), 1, 1);
}

void add_keys(std::vector<gate_scenario>& all) {
    const auto call = [](const char* key, std::uint64_t content, bool succeeds) {
        return [=](map_world& w) { w.call(this_thread(), key, content, succeeds); };
    };
    const auto race = [](std::vector<std::function<void(map_world&)>> bodies) {
        return scenario{[] { return map_world{}; }, std::move(bodies),
                        [](map_world& w) { w.is_sound(); }};
    };
    add_both(all, "keys: same", race({call("A", 1, true), call("A", 1, true)}), 2);
    add_both(all, "keys: other content", race({call("A", 1, true), call("A", 2, true)}), 2);
    add_both(all, "keys: one fails", race({call("A", 1, false), call("A", 2, true)}), 2);
    add_both(all, "keys: both fail", race({call("A", 1, false), call("A", 1, false)}), 2);
    add_both(all, "keys: two", race({call("A", 1, true), call("B", 1, true)}), 2);
    const auto again = [](map_world& w) { w.call(this_thread(), "A", 1 + this_thread(), true); };
    const scenario vacant{
        [] { return vacant_world{}; }, {again, again}, [](vacant_world& w) { w.is_sound(); }};
    add_both(all, "keys: vacant", vacant, 2);
    // The one that comes too late gives its room back while the other makes room for the next key.
    const scenario counted{[] { return map_world{}; },
                           {[](map_world& w) { w.call(0, "A", 1), w.call(0, "B", 1); },
                            [](map_world& w) { w.call(1, "A", 1); }},
                           [](map_world& w) { expect(w.keys.size() == 2, "each key is counted"); }};
    add(all, "keys: counted", counted, {.preemptions = 3});
    add_both(all, "keys: found", race({call("A", 1, true), [](map_world& w) { w.look("A"); }}), 2);
}

}  // namespace

std::vector<gate_scenario> small_gate() {
    std::vector<gate_scenario> all;
    add_slots(all);
    add_lifecycle(all);
    add_timers(all);
    add_keys(all);
    add_rings(all);
    return all;
}

std::vector<gate_scenario> timer_gate() {
    std::vector<gate_scenario> all;
    using yard = timer_yard<env>;
    using world = std::unique_ptr<yard>;
    const auto play = [&](const std::string& name, const auto& s, unsigned preemptions = 2) {
        add_both(all, "timers in blocks: " + name, s, preemptions, 1);
    };
    const auto push = [](world& y) { y->push(this_thread()), y->push(this_thread()); };
    const auto sweep = [](world& y) { y->sweep(this_thread()); };
    const auto both = [](world& y) { y->push(this_thread()), y->sweep(this_thread()); };
    play("push beside a sweep", push_beside_sweep<env>());
    play("two sweep, one pushes", in_a_yard<env>({sweep, sweep, push}, {.soon = 2}));
    play("all push and sweep", in_a_yard<env>({both, both}, {.soon = 1}));
    // The block comes back to who hung it up, and is used again while the next sweep runs.
    play("a block comes back", in_a_yard<env>({[](world& y) { y->push(0), y->push(0), y->push(0); },
                                               [](world& y) { y->sweep(1), y->sweep(1); }},
                                              {.soon = 1}));
    // The last place of a block, and the first of the next.
    constexpr auto full = lifecycle::timer_place::end - lifecycle::timer_place::first;
    play("a block is full", in_a_yard<env>({push, sweep}, {.soon = full - 1}));
    play("a full one is taken", in_a_yard<env>({push, both}, {.soon = full}), 1);
    // What is not due stays in its block, which two sweepers may meet.
    const auto later = [](world& y) { y->push(this_thread(), yard::late), y->push(this_thread()); };
    const auto late = [](world& y) { y->sweep(this_thread(), yard::late); };
    const auto again = [](world& y) {
        y->push(this_thread()), y->sweep(this_thread(), yard::late);
    };
    const auto keep = [](world& y) {
        y->push(this_thread(), yard::late), y->push(this_thread()), y->sweep(this_thread());
    };
    play("some stay", in_a_yard<env>({later, [=](world& y) { sweep(y), late(y); }}, {.soon = 1}));
    play("two keep", in_a_yard<env>({keep, keep}, {}));
    play("two take what is kept",
         in_a_yard<env>({again, late}, {.soon = 1, .later = yard::late, .swept = true}));
    play("kept beside a push", in_a_yard<env>({sweep, again}, {.soon = 1, .later = yard::late}), 3);
    play("kept beside a push before it",
         in_a_yard<env>({[](world& y) { y->sweep(this_thread(), yard::next); }, both},
                        {.soon = 1, .later = yard::after_next}),
         3);
    return all;
}

std::vector<gate_scenario> take_gate() {
    std::vector<gate_scenario> all;
    const auto fed = [](std::vector<shelf_op> left, std::vector<shelf_op> right) {
        return scenario_of(shelf_plan{"", shape::two, {0, 0, 2}, {left, right}});
    };
    add_both(all, "fed by each other", fed({give(1), take(0, 1)}, {give(0, 1), take(1)}), 2);
    add_both(all, "baskets fed", fed({give(1), take(0, 1, 1)}, {give(0, 1), take(1, 0, 1)}), 2);
    add_both(all, "fed and read", fed({give(1), read(1)}, {give(0, 1), read(0)}), 2);
    // The next take of a slot has other lines: a helper must not mix them up with the last one's.
    const auto reuse = [](std::vector<shelf_op> owner, std::vector<shelf_op> helper) {
        return scenario_of(shelf_plan{"", shape::opposite, {3, 3, 3}, {owner, helper}});
    };
    add_both(all, "reuse, other cells", reuse({take(1, 1), take(0, 1, 1)}, {take(1)}), 2);
    add_both(all, "reuse, other amounts", reuse({take(1, 1), take(2, 2)}, {take(1)}), 2);
    add_both(all, "reuse, read", reuse({take(1, 1), take(2, 2)}, {read(1)}), 2);
    // What each has given is there before it looks at what the other gives: in a picture, too.
    add_both(all, "fed and pictured",
             fed({give(1), picture(false, true)}, {give(0, 1), picture(true, false)}), 1);
    // A decision that one has seen in one cell, the others see in the other.
    add(all, "read while it is decided, weak",
        scenario_of(shelf_plan{"",
                               shape::opposite,
                               {1, 1, 0},
                               {{take(1, 1)}, {read(1), read(2)}, {give(0, 0, 1), read(1)}}}),
        {.preemptions = 2, .weak_memory = true, .stale_reads = 1});
    // Two verdicts: the helper saw a cell short that somebody feeds.
    add(all, "fed while it is helped",
        scenario_of(shelf_plan{"", shape::two, {1, 0, 0}, {{take(1, 1)}, {take(1)}, {give(0, 1)}}}),
        {.preemptions = 3});
    for (const shelf_plan& p : shelf_plans(2)) add_both(all, p.name, scenario_of(p), 2, 2);
    return all;
}

std::vector<gate_scenario> lease_gate() {
    std::vector<gate_scenario> all;
    const auto play = [&](const std::string& name, const auto& s) {
        add_both(all, "leases: " + name, s, 2, 1);
    };
    play("all against a lease", hot({4}, one_leased(), {take(1)}, {take(3)}));
    play("refill against the rest", hot({5}, one_leased(), {take(1), take(1)}, {take(3)}));
    play("two leases run dry", hot({5}, both_leased(), {take(1), take(1)}, {take(1), take(1)}));
    play("give", hot({4}, one_leased(), {give(1), take(1)}, {take(3)}));
    play("lose", hot({4}, one_leased(), {take(1)}, {lose(2)}));
    play("lose all", hot({5}, both_leased(), {take(1), give(1)}, {lose(3)}));
    play("read", hot({6}, one_leased(), {take(1), take(1)}, {read(0), read(0)}));
    play("read beside coming home", hot({5}, both_leased(), {take(2)}, {read(0), take(1)}));
    play("oversell", hot({5}, one_leased(), {take(1)}, {take(4, 0, 0, -1)}));
    play("basket", hot({6, 3}, one_leased(), {take(1, 1), take(1, 1)}, {take(3, 1)}));
    add_both(all, "leases: taken and read",
             hot({4, 0}, one_leased(), {take(1), read(1)}, {give(0, 1), read(0)}), 1, 2);
    play("picture", hot({4, 1}, one_leased(), {take(1), take(1)}, {picture(true, true)}));
    play("hot beside a take", race({4}, {take(1), take(1)}, {lease(0), take(1)}, eager));
    play("hot beside a loss", race({4}, {lose(2)}, {lease(0), take(1)}, eager));
    play("hot beside a refusal", race({3}, {take(3)}, {lease(0), take(1), give(1)}, eager));
    play("hot below zero", race({3}, {take(3, 0, 0, -2)}, {lease(0), take(1)}, eager));
    play("two cells of one group",
         hot({5, 4}, one_leased(), {take(1), take(1)}, {lease(1), take(0, 1)}));
    play("both make it hot", race({4}, {lease(0), take(1)}, {lease(0), take(1)}, eager));
    return all;
}

std::vector<gate_scenario> commit_gate() {
    std::vector<gate_scenario> all;
    // Goods that do not get lost after all come back beside others that come in.
    house_plan undone = plan_of(shape::one, {role::lower, role::raise});
    undone.threads[0][0].n = {-1, 0, -9};
    add_both(all, "undone", scenario_of(undone), 2, 1);
    // A basket that is due at once, stopped anywhere between its take and its timer.
    house_plan brief = plan_of(shape::one, {role::reserve, role::reserve});
    brief.from.held = {};
    brief.threads[0][0].what = deed::kind::brief;
    add_both(all, "brief", scenario_of(brief), 2, 2);
    for (const house_plan& p : house_plans(2)) add_both(all, p.name, scenario_of(p), 1, 1);
    return all;
}

}  // namespace earmark::explore
