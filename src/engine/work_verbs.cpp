// SOURCE, RELEASE, RECORD, ADVANCE: decide where units come from, and move them on.
#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/fulfilment/work.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/sourcing/decision.hpp"
#include "gate.hpp"
#include "holder.hpp"
#include "restrictor.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"
#include "wanted_value.hpp"
#include "workflow_door.hpp"

namespace earmark {

namespace {

/// The usual order has few lines, each of another SKU, in line order: numbers them where they
/// stand. False where it is not such an order.
bool numbered_apart(std::vector<member>& members) noexcept {
    constexpr std::size_t few = 8;
    if (members.size() > few) return false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if (members[j].sku == members[i].sku) return false;
        members[i].wanted = static_cast<std::uint16_t>(i);
    }
    return true;
}

/// Lines of one SKU want the same units, so they are one wanted line: demand is summed before it is
/// compared with stock. Groups stand in the order of their first lines, members in line order.
void group_by_sku(std::vector<member>& members) {
    if (numbered_apart(members)) return;
    std::sort(members.begin(), members.end(), [](const member& a, const member& b) {
        return std::tuple{a.sku, a.firm, a.own, a.line} < std::tuple{b.sku, b.firm, b.own, b.line};
    });
    const auto same_goods = [&](std::size_t i) {
        return i > 0 && members[i].sku == members[i - 1].sku &&
               members[i].firm == members[i - 1].firm && members[i].own == members[i - 1].own;
    };
    for (std::size_t i = 0; i < members.size(); ++i)
        members[i].wanted = same_goods(i) ? members[i - 1].wanted : members[i].line;
    std::sort(members.begin(), members.end(), [](const member& a, const member& b) {
        return std::pair{a.wanted, a.line} < std::pair{b.wanted, b.line};
    });
    std::uint16_t group = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0 && !same_goods(i)) ++group;
        members[i].wanted = group;
    }
}

/// What the wanted lines are worth, and which of them leave together.
void judge_whole(desk& d, currency of_policy) {
    const std::vector<std::uint16_t> sets = sets_of(d.order);
    for (wanted_line& w : d.wanted) {
        const node_id firm = w.firm;  // what is to be brought is bound to none
        w = sourcing::scaled(whole_line(d.order, w.line, w.granule_e9, of_policy), w.n);
        w.firm = firm;
        if (!sets.empty()) w.set = sets[w.line];
    }
}

/// Which nodes the wanted lines are bound to.
void note_firm(desk& d) {
    d.firm.clear();
    d.all_firm = true;
    for (const wanted_line& w : d.wanted)
        if (w.firm != none<node_id>)
            d.firm.push_back(w.firm);
        else
            d.all_firm = false;
    std::sort(d.firm.begin(), d.firm.end());
    d.firm.erase(std::unique(d.firm.begin(), d.firm.end()), d.firm.end());
}

/// A line that is bound to a node finds nothing anywhere else, and none of what it is to bring
/// where that is to go.
void keep_bound(desk& d, std::size_t nodes) {
    for (std::size_t w = 0; w < d.wanted.size(); ++w) {
        const node_id to =
            d.bring_to != none<node_id> ? d.bring_to : d.order.lines[d.wanted[w].line].to;
        if (to != none<node_id>) d.free[w * nodes + index_of(to)] = nothing_free;
        if (d.wanted[w].firm == none<node_id>) continue;
        const std::size_t at = index_of(d.wanted[w].firm);
        for (std::size_t k = 0; k < nodes; ++k)
            if (k != at) d.free[w * nodes + k] = nothing_free;
    }
}

/// Its node has as much of a line as it can make.
void have_made(desk& d, std::size_t nodes) {
    for (std::size_t w = 0; w < d.wanted.size(); ++w)
        d.free[w * nodes + index_of(d.wanted[w].firm)] = stock::max_amount;
}

/// The lines of the desk's order, or of the group at hand, that have units to source.
void gather_members(desk& d) {
    const auto& by = lifecycle::rules_of(d.order);
    d.members.clear();
    d.barred = false;
    for (const auto& b : d.order.buckets) {
        if (b.state != unit_state::open && b.state != unit_state::backordered) continue;
        if (!d.in_group.empty() && !d.in_group[b.line]) continue;
        if (!d.on_hold.empty() && d.on_hold[b.line]) continue;
        const bool waits_for_works = is_made(d.order.type) && !d.to_make;
        if (waits_for_works || !by.leads_to(lifecycle::state_of(b), unit_state::allocated)) {
            d.barred = true;
            continue;
        }
        const lifecycle::line& of = d.order.lines[b.line];
        if (d.members.empty() || d.members.back().line != b.line)
            d.members.push_back({of.sku, b.line, 0, 0,
                                 d.bring_to == none<node_id> ? of.firm : none<node_id>, of.own});
        d.members.back().n += b.n;
    }
    group_by_sku(d.members);
}

/// Was another caller faster?
bool is_worth_again(error_code e) noexcept {
    return e == error_code::stock_moving || e == error_code::order_busy;
}

/// Of units that no plan serves some may wait, be cancelled, or stay as they are where their
/// workflow has no step for either.
outcome outcome_of(const desk& d, const plan& chosen) noexcept {
    if (chosen.covers == coverage::full) return outcome::done;
    if (chosen.covers == coverage::partial) return outcome::partial;
    const auto waits = [](const auto& b) { return b.state == unit_state::backordered; };
    if (std::any_of(d.order.buckets.begin(), d.order.buckets.end(), waits))
        return outcome::backordered;
    return d.moves.empty() ? outcome::unchanged : outcome::cancelled;
}

/// What a key stands for; a command without one is compared with nothing.
digest128 content_of(const command& c, std::span<const std::uint64_t> words) noexcept {
    return c.key.empty() ? digest128{} : content_digest(std::as_bytes(words));
}

/// Of the scores, for a command that is remembered.
std::uint64_t digest_of(const command& c, std::span<const std::int32_t> scores) noexcept {
    digest d;
    if (!c.key.empty())
        for (const std::int32_t score : scores) d.add(static_cast<std::uint32_t>(score));
    return d.value();
}

/// An answer for an order that says nothing yet, with the memory of the one that stands there.
sourced emptied(result<sourced>& old, order_id of) {
    sourced fresh;
    fresh.first.by = verb::source;
    fresh.first.subject = raw(of);
    if (!old) return fresh;
    fresh.chosen.parts = std::move(old->chosen.parts);
    fresh.by_line = std::move(old->by_line);
    fresh.passed_on = std::move(old->passed_on);
    fresh.groups.clear();
    fresh.chosen.parts.clear();
    fresh.by_line.clear();
    fresh.passed_on.clear();
    return fresh;
}

}  // namespace

/// A picture of stock for the order on the desk: what is wanted, and what each node has. Decided on
/// unowned; the take finds out whether it still holds.
error engine::state::problem(const visit& v, std::uint32_t version, sourcing_problem& p,
                             picture of) {
    desk& d = v.desk;
    const sourcing::policy* const by = version == 0 ? nullptr : &policies[version - 1];
    d.wanted.clear();
    gather_members(d);
    for (const member& m : d.members) {
        if (m.wanted < d.wanted.size()) {
            const std::int64_t sum = d.wanted[m.wanted].n + m.n;
            if (sum > stock::max_amount)  // place_order refuses it, an older journal may have it
                return fail(error_code::out_of_range, sum, stock::max_amount);
            d.wanted[m.wanted].n = static_cast<granules>(sum);
            continue;
        }
        const auto e9 = names.granule_e9(m.sku);
        if (!e9) return e9.error();
        d.wanted.push_back(
            {m.line, m.sku, static_cast<granules>(m.n), *e9, 0, 0, 0, true, m.firm, m.own});
    }
    if (by != nullptr && by->judges_shipments()) judge_whole(d, by->currency());
    const bool accepts = by != nullptr && by->terms().by_acceptance;
    if (by != nullptr && (bindings[version - 1].weighs || bindings[version - 1].keeps_whole))
        add_line_facts(d, bindings[version - 1]);
    if (by != nullptr && !by->terms().classes.empty()) add_classes(d, *by, bindings[version - 1]);
    note_firm(d);
    const std::size_t nodes = names.node.size();
    d.free.assign(d.wanted.size() * nodes, 0);
    d.cells.assign(d.wanted.size() * nodes, none<cell_id>);
    const bool by_marks = of == picture::unmarked_cells && names.floors.empty() &&
                          names.sections.empty();  // either may give where a cell is empty
    d.passed_over = false;
    for (std::size_t w = 0; w < d.wanted.size(); ++w)
        by_marks ? see_unmarked(d, w) : see_cells(d, w);
    add_sections(d, v.now);
    const bool brings = d.bring_to != none<node_id> || d.order.type != order_type::sales;
    if (d.to_make) have_made(d, nodes);
    if (!d.firm.empty() || brings) keep_bound(d, nodes);
    restrictor{*this, d}.bar();
    d.again.clear(), d.over.clear();
    if (d.order.beside != no_chunk && by != nullptr) note_rejected(d, by->rejections(), v.now);
    for (std::size_t w = 0; w < d.wanted.size() && !d.over.empty(); ++w)
        if (d.is_over(w)) std::fill_n(d.free.data() + w * nodes, nodes, nothing_free);
    p = {d.wanted,
         accepts ? accepting(d) : std::span<const node_facts>{names.node},
         names.metres(d.order.ship_to),
         d.free,
         accepts ? 0 : names.view_from(d.order.ship_to),
         p.scores};
    return {};
}

/// The order's, onto the desk; of a dry run as if it had left the node that it is to leave.
error engine::state::problem_of(const visit& v, std::uint32_t version, const source_one& ask,
                                sourcing_problem& p) {
    desk& d = v.desk;
    if (const error e = read_order(ask.id, d.order); e.code != error_code::ok) return e;
    if (const error e = read_beside(ask.id, d.order, d.beside); e.code != error_code::ok) return e;
    d.linked_before = d.beside.links.size();
    if (ask.dry_run) holder{*this}.pretend_to_lift(d, hold_step::allocate, v.now);
    holder{*this}.note_held(d);
    d.leaving = ask.leaving;
    d.sourced_id = ask.id;
    if (d.order.pools != none<reservation_id> || !workflow_door::is_usual(d.order))
        d.before = d.order;
    d.known = workflow_door::known(*this, ask.id, d.order);
    if (ask.dry_run && ask.leaving != none<node_id>) {
        plan_leaving(d, ask.leaving);
        if (const error r = workflow_door::route(*this, d, ask.id); r.code != error_code::ok)
            return r;
        for (const bucket_move& m : std::exchange(d.moves, {}))
            EARMARK_INVARIANT(lifecycle::apply(d.order, m) == error_code::ok,
                              "what is allocated can be open again");
    }
    const error e = problem(v, version, p, picture::unmarked_cells);
    if (e.code == error_code::ok && d.wanted.empty() && d.barred)
        return fail(error_code::not_allowed, 0,
                    static_cast<std::int64_t>(lifecycle::status_of(d.order).lowest));
    return e.code == error_code::ok && d.wanted.empty() ? holder{*this}.waits_for(d) : e;
}

/// One decision and one attempt to take it. True when the answer stands; false: decide again.
bool engine::state::decide(const visit& v, const command& c, const source_one& ask,
                           digest128 content, result<sourced>& answer) {
    desk& d = v.desk;
    d.clear();
    const std::uint32_t version = active_policy.load(std::memory_order_acquire);
    if (version == 0) return answer = fail(error_code::no_policy), true;
    if (ask.scores.empty() && policies[version - 1].ranks_by(sourcing::criterion::score))
        return answer = fail(error_code::no_scores), true;
    const auto calm = books.timers.calm(v.now);
    sourcing_problem p;
    p.scores = ask.scores;
    error e = problem_of(v, version, ask, p);
    if (e.code != error_code::ok) return answer = e, e.code != error_code::order_busy;
    sourced found = emptied(answer, ask.id);
    if (d.wanted.empty()) {
        found.first.what = outcome::unchanged;
        return answer = only_remembered(v, c, content, std::move(found)), true;
    }
    if (policies[version - 1].ladder().empty() && d.order.own.empty()) {
        const auto [by, chosen] = choose(v, version, p);
        if (chosen.covers != coverage::full && finds_hidden(d))
            return answer = fail(error_code::stock_moving), false;
        e = allot_and_date(v, by, p, chosen);
        found.chosen = chosen;
        name_strategies(policies[version - 1], d.decided, found.strategy, found.passed_on);
        if (e.code == error_code::ok && !d.to_bring.empty())
            e = source_transfers(v, version, p, found);
    } else {
        e = source_groups(v, version, p, found);
    }
    if (e.code != error_code::ok) return answer = e, !is_worth_again(e.code);
    const plan& chosen = found.chosen;
    tell_parts(d, found);
    found.first.lines = static_cast<std::uint16_t>(chosen.parts.size());
    found.first.what = outcome_of(d, chosen);
    if (ask.dry_run) return answer = only_remembered(v, c, content, std::move(found)), true;
    if (chosen.parts.empty() && !stays_calm(v, calm))  // units may have come back
        return answer = fail(error_code::stock_moving), false;
    if (d.moves.empty())  // it waits as it did before
        return answer = only_remembered(v, c, content, std::move(found)), true;

    const auto done = book(v, c, content, found.first);
    found.first.at = position{done.position};
    if (done.code == error_code::ok)
        return tell_bringers(d, found), answer = std::move(found), true;
    const bool again = done.code == error_code::insufficient || done.code == error_code::order_busy;
    answer = fail(done.code == error_code::insufficient ? error_code::stock_moving : done.code,
                  static_cast<std::int64_t>(raw(ask.id)));
    return !again;
}

/// An answer that changes nothing: under a key it is recorded, so that it is known after a
/// recovery.
result<sourced> engine::state::only_remembered(const visit& v, const command& c, digest128 content,
                                               sourced found) {
    if (c.key.empty()) return found;
    v.desk.clear();
    v.desk.record.begin(verb::source, v.now, c.actor);
    remember(v.desk, c, content, found.first);
    const committed done = commit(v);
    if (done.code != error_code::ok) return fail(done.code);
    found.first.at = position{done.position};
    return found;
}

/// What may not be sourced keeps what it has.
void engine::state::plan_leaving(desk& d, node_id from) const {
    for (const lifecycle::bucket& b : d.order.buckets)
        if (b.state == unit_state::allocated && books.cells.node_of(b.cell) == from &&
            (d.on_hold.empty() || !d.on_hold[b.line]))
            d.moves.push_back({0, b.line, b.n, unit_state::allocated, unit_state::open, b.cell,
                               none<cell_id>, 0, b.ref, 0});
    allocation::gives_of(d.moves, d.gives);
}

void engine::state::source(const visit& v, const command& c, const source_one& ask,
                           result<sourced>& answer) {
    if (!ask.dry_run) {
        const error e =
            gate{*this}.pass(v, c, verb::source, {.order = ask.id, .node = ask.leaving});
        if (e.code != error_code::ok) return void(answer = e);
    }
    const bool leaves = ask.leaving != none<node_id>;
    const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::source), raw(ask.id),
                                   ask.dry_run, digest_of(c, ask.scores), raw(ask.leaving)};
    const std::size_t said = leaves ? 5 : ask.scores.empty() ? 3 : 4;
    const auto content = content_of(c, std::span{words}.first(said));
    const auto first = once(v, c, content, [&]() -> result<receipt> {
        if (!ask.dry_run) holder{*this}.lift(v, ask.id, hold_step::allocate);
        if (leaves && !ask.dry_run) {  // a step of its own: whoever calls again goes on from there
            const auto plan = [&](desk& d) {
                holder{*this}.note_held(d);
                return plan_leaving(d, ask.leaving), error{};
            };
            const auto left = move_units(v, {{}, c.actor, c.now}, verb::source, ask.id, {}, plan);
            if (!left) return left.error();
        }
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            if (decide(v, c, ask, content, answer)) break;
            counters::bump(counts[v.slot].conflicts);
            sweep(v.slot, v.now);
        }
        if (!answer) return answer.error();
        return answer->first;
    });
    if (!first)
        answer = first.error();
    else if (first->what == outcome::repeat)
        answer = sourced{*first, {}, {}};
}

// ---- the door ----------------------------------------------------------------------------------

void engine::source(const command& c, const source_request& r, std::span<result<sourced>> out) {
    EARMARK_CHECK(r.orders.size() == out.size(), "source: one answer for each order");
    EARMARK_CHECK(c.key.empty() || r.orders.size() == 1, "source: one key is for one order");
    const auto done = state_->stay<result<bool>>(c, [&](const state::visit& v) -> result<bool> {
        const std::size_t each = r.scores.empty() ? 0 : state_->names.node.size();
        EARMARK_CHECK(r.scores.size() == r.orders.size() * each,
                      "source: one score for each order and node, or none");
        if (r.leaving != none<node_id> && index_of(r.leaving) >= state_->names.node.size())
            return fail(error_code::unknown_node, raw(r.leaving));
        for (std::size_t i = 0; i < r.orders.size(); ++i) {
            constexpr std::size_t ahead = 4;
            if (i + ahead < r.orders.size())
                state_->books.ledger.prefetch(subject_kind::order,
                                              static_cast<std::uint32_t>(raw(r.orders[i + ahead])));
            state_->source(v, c,
                           {r.orders[i], r.dry_run, r.scores.subspan(i * each, each), r.leaving},
                           out[i]);
        }
        return true;
    });
    if (!done) std::fill(out.begin(), out.end(), result<sourced>{done.error()});
}

result<sourced> engine::source(const command& c, order_id order, bool dry_run) {
    result<sourced> answer = fail(error_code::stock_moving);
    source(c, {{&order, 1}, dry_run}, {&answer, 1});
    return answer;
}

void engine::release(const command& c, const release_request& r, std::span<result<receipt>> out) {
    EARMARK_CHECK(r.orders.size() == out.size(), "release: one answer for each order");
    EARMARK_CHECK(c.key.empty() || r.orders.size() == 1, "release: one key is for one order");
    state& s = *state_;
    const auto decide = [&](desk& d) -> error {
        fulfilment::release(d.order, r.node, s.nodes_of_cells(), d.moves);
        const fulfilment::planned_sets sets{d.order, d.moves};
        state::holder by{s};
        error e = by.keep_unheld(d, hold_step::release, false);
        if (e.code == error_code::ok) e = by.keep_unfrozen(d);
        if (e.code == error_code::ok) e = state::restrictor{s, d}.keep_allowed();
        if (e.code == error_code::ok) e = sets.keep_whole(d.order, d.moves);
        if (e.code == error_code::ok) state::asker{s}.ask_for_work(d);
        return e;
    };
    const bool is_whole = r.node == none<node_id>;
    const auto done = s.stay<result<bool>>(c, [&](const state::visit& v) -> result<bool> {
        if (!is_whole && index_of(r.node) >= s.names.node.size())
            return fail(error_code::unknown_node, raw(r.node));
        const state::gate at{s};
        for (std::size_t i = 0; i < r.orders.size(); ++i) {
            const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::release),
                                           raw(r.orders[i]), raw(r.node)};
            const auto content = content_of(c, std::span{words}.first(is_whole ? 2 : 3));
            const error e = at.pass(v, c, verb::release, {.order = r.orders[i], .node = r.node});
            out[i] = e.code != error_code::ok ? result<receipt>{e}
                                              : s.move_units(v, c, verb::release, r.orders[i],
                                                             content, decide, hold_step::release);
        }
        return true;
    });
    if (!done) std::fill(out.begin(), out.end(), result<receipt>{done.error()});
}

result<receipt> engine::release(const command& c, order_id order) {
    result<receipt> answer = fail(error_code::order_busy);
    release(c, {{&order, 1}}, {&answer, 1});
    return answer;
}

result<receipt> engine::advance(const command& c) {
    const auto before = state_->total(&counters::expired);
    return state_->stay<result<receipt>>(c, [&](const state::visit& v) -> result<receipt> {
        const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::advance)};
        const auto content = content_of(c, words);
        return state_->once(v, c, content, [&]() -> result<receipt> {
            state_->sweep(v.slot, v.now);
            receipt done;
            done.by = verb::advance;
            constexpr std::uint64_t most = std::numeric_limits<std::uint16_t>::max();
            done.lines = static_cast<std::uint16_t>(
                std::min(most, state_->total(&counters::expired) - before));
            done.at = position{state_->log->records().tail()};
            if (c.key.empty()) return done;
            v.desk.clear();
            v.desk.record.begin(verb::advance, v.now, c.actor);
            state::remember(v.desk, c, content, done);
            const committed answer = state_->commit(v);
            if (answer.code != error_code::ok) return fail(answer.code);
            done.at = position{answer.position};
            return done;
        });
    });
}

}  // namespace earmark
