// PLACE_ORDER and CANCEL.
#include <algorithm>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/intake/cancel.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/promise/tables.hpp"
#include "gate.hpp"
#include "holder.hpp"
#include "linking.hpp"
#include "order_timers.hpp"
#include "restrictor.hpp"
#include "revising.hpp"
#include "state_calls.hpp"
#include "suspecting.hpp"
#include "timekeeper.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

placed declined(error why) {
    placed p;
    p.first.what = outcome::declined;
    p.first.by = verb::place_order;
    p.first.why = why;
    p.violations.push_back(why);
    return p;
}

/// The order on the desk as the journal will know it.
void record_birth(desk& d, const command& c, const order_request& r, digest128 content,
                  const receipt& first) {
    journal::intern_order& o = d.birth;
    o.index = static_cast<std::uint32_t>(first.subject);
    o.key = c.key;
    o.content = content;
    o.what = first.what;
    o.ship_to = r.ship_to;
    o.currency = r.currency.code();
    o.priority = r.priority;
    o.lines.clear();
    for (const auto& l : d.order.lines) o.lines.push_back({l.sku, l.ordered, l.unit_price_minor});
    d.record.intern(o);
    record_terms(d.record, o.index, d.order);
}

/// The moves of the order's basket, by the workflow that it is to go by.
template <class State>
error route_newborn(const State& s, desk& d) {
    const auto known = workflow_door::known(s, d.order, d.facts, false);
    return lifecycle::route(d.order, d.moves, known);
}

/// Commits the order on the desk, under its number, with the holds that types place on it.
template <class State, class F>
committed commit_held(State& s, const typename State::visit& v, actor_id by, std::uint32_t child,
                      F&& draft_and_commit) {
    typename State::holder holds{s};
    auto others = suspecting::newborn(s, v.desk, child, v.now);
    const error wrong = holds.apply(v.desk, others, s.names.known(by), v.now);
    if (wrong.code != error_code::ok) return {wrong.code, {}, 0, 0};
    others.remember();
    v.desk.order.beside = no_chunk;  // of an attempt before
    timekeeper::follow_birth(v.desk, v.now);
    const committed done = holds.alarmed(v, child, never, draft_and_commit);
    if (done.code == error_code::ok) others.stays();
    return done;
}

}  // namespace

void engine::state::capture(desk& d, const command& c, const order_request& r) const {
    const auto services = static_cast<std::uint32_t>(names.dates().services().size());
    d.violations.clear();
    intake::capture(c, r, names.sku, {names.nodes.size(), names.places.size(), services}, d.order,
                    d.violations);
    const auto is_known = [&](place_id to, service_id by) {
        return (to == none<place_id> || index_of(to) < names.places.size()) &&
               (by == none<service_id> || index_of(by) < services);
    };
    const bool is_shipped =
        d.order.lines.size() == r.lines.size() && is_known(d.order.ship_to, d.order.method) &&
        std::ranges::all_of(d.order.own,
                            [&](const line_terms& t) { return is_known(t.ship_to, t.method); });
    const std::size_t wrong = d.violations.size();
    keep_facts(r.facts, r.lines.size(), names.facts, d.facts, d.violations);
    d.order.workflow = names.workflows.active(d.order.type);
    d.order.rules = names.workflows.rules(d.order.workflow);
    if (is_shipped && d.violations.size() == wrong) {
        const restrictor::placing its_facts{d};
        restrictor{*this, d}.refuse_lines(d.violations);
    }
    if (r.to == none<node_id> || !d.violations.empty()) return;
    for (std::size_t l = 0; l < r.lines.size(); ++l)  // what comes must find its place
        if (!books.cells.find(r.lines[l].sku, r.to)) {
            d.violations.push_back(fail(error_code::no_cell, raw(r.lines[l].sku), raw(r.to)));
            d.violations.back().row = static_cast<std::uint32_t>(l + 1);
        }
}

placed engine::state::place(const visit& v, const command& c, const order_request& r) {
    if (c.key.empty()) return declined(fail(error_code::empty_key));
    if (c.key.size() > max_key_bytes)
        return declined(
            fail(error_code::key_too_long, static_cast<std::int64_t>(c.key.size()), max_key_bytes));
    if (!names.waiting.empty())
        if (const error e = names.waiting.refusal(c.key); e.code != error_code::ok)
            return declined(e);
    return place_new(v, c, r, true);
}

placed engine::state::place_new(const visit& v, const command& c, const order_request& r,
                                bool remembers_refusal) {
    const digest128 content = intake::content_of(r);
    const auto key = keys.begin(v.slot, intake::key_space::order, c.key, content);
    switch (key.state) {
        case intake::claim_state::repeat: {
            counters::bump(counts[v.slot].repeats);
            if (key.first.what == outcome::declined) {
                placed p = declined(key.first.why);
                p.first = key.first;
                capture(v.desk, c, r);  // the same content: found again
                const auto is_why = [&](const error& e) { return e.code == key.first.why.code; };
                if (std::ranges::any_of(v.desk.violations, is_why))  // else tables have changed
                    p.violations = v.desk.violations;
                return p;
            }
            placed p;
            p.first = key.first;
            p.first.what = outcome::repeat;
            return p;
        }
        case intake::claim_state::conflict:
            if (key.first.why.code == error_code::order_discarded) return declined(key.first.why);
            return declined(
                fail(error_code::duplicate_key, static_cast<std::int64_t>(raw(key.first.at))));
        case intake::claim_state::pending:
            return declined(fail(error_code::in_progress));
        case intake::claim_state::full:
            return declined(fail(error_code::key_memory_full));
        case intake::claim_state::fresh:
            break;
    }
    pending_key held{keys, key};
    capture(v.desk, c, r);
    if (!v.desk.violations.empty() && !remembers_refusal) {
        placed p = declined(v.desk.violations.front());
        p.violations = v.desk.violations;
        return p;
    }
    if (!v.desk.violations.empty()) return refuse(v, c, content, held);

    receipt first;
    const error e = try_place(v, c, r, content, key, first);
    if (e.code != error_code::ok) return declined(e);
    held.finish(first);
    counters::bump(counts[v.slot].orders);
    placed p;
    p.first = first;
    return p;
}

/// A declined order is remembered: asking again with the same content gets the same answer.
placed engine::state::refuse(const visit& v, const command& c, digest128 content,
                             pending_key& held) {
    desk& d = v.desk;
    d.clear();
    placed p;
    p.first.what = outcome::declined;
    p.first.by = verb::place_order;
    p.first.lines = static_cast<std::uint16_t>(d.violations.size());
    p.first.why = d.violations.front();
    p.violations = d.violations;
    d.record.begin(verb::place_order, v.now, c.actor);
    remember(d, c, content, p.first);
    const committed done = commit(v);
    if (done.code != error_code::ok) return declined(fail(done.code));
    p.first.at = position{done.position};
    held.finish(p.first);
    counters::bump(counts[v.slot].declined);
    return p;
}

/// Image and record of an order under the number `child`, with the moves of its basket.
receipt engine::state::draft_order(const visit& v, const command& c, const order_request& r,
                                   digest128 content, const intake::claim& key, std::uint32_t child,
                                   bool reacquired) {
    desk& d = v.desk;
    d.order.version = 0;
    d.order.birth = 1;
    d.order.made = v.now;
    d.order.remembered = key.block + 1;
    const reservation_id keeper =
        d.keeper.exists()
            ? reservation_id{std::uint64_t{d.keeper.version + 1} << 32 | d.keeper.index}
            : r.reservation;
    d.order.pools = d.kept.empty() ? none<reservation_id> : keeper;
    const bool is_basket = !d.moves.empty();  // then the order as it came is kept for a retry
    if (is_basket) d.next = d.order;
    for (const bucket_move& m : d.moves)
        EARMARK_INVARIANT(lifecycle::apply(d.next, m) == error_code::ok,
                          "a basket hands over only units that its order has open");
    receipt first;
    first.what = reacquired ? outcome::reacquired : outcome::done;
    first.by = verb::place_order;
    first.lines = static_cast<std::uint16_t>(d.order.lines.size());
    first.subject = child;

    d.record.begin(verb::place_order, v.now, c.actor);
    if (r.reservation != none<reservation_id> && !reacquired) {
        const auto basket = static_cast<std::uint32_t>(raw(r.reservation));
        d.basket_next = d.basket;
        d.basket_next.life = reservation_state::consumed;
        d.basket_next.buckets = d.kept;
        keep(d, basket);
    }
    if (d.keeper.exists()) keep_anew(v);
    record_birth(d, c, r, content, first);
    if (!d.facts.empty()) d.record.note(child, journal::note_kind::facts, 0, d.facts);
    for (const order_note& n : d.notes) d.record.note(child, n.kind, n.ref, n.bytes);
    for (const bucket_move& m : d.moves) d.record.move(child, m);
    if (d.order.pools != none<reservation_id>) record_keeper(d, child);
    record_cells(d);
    subject(d, subject_kind::order, child, d.order, is_basket ? d.next : d.order);
    return first;
}

/// The order's own facts go beside it. False where there is no room.
bool engine::state::store_facts(const visit& v) {
    desk& d = v.desk;
    if (d.facts.empty()) return true;
    d.order.facts = store_cold(books.ledger.chunks(), v.slot, d.facts);
    return d.order.facts != 0xFFFFFFFF;
}

void engine::state::drop_facts(const visit& v) noexcept {
    desk& d = v.desk;
    drop_cold(books.ledger.chunks(), v.slot, d.order.facts,
              static_cast<std::uint32_t>(d.facts.size()));
    d.order.facts = 0xFFFFFFFF;
}

error engine::state::try_place(const visit& v, const command& c, const order_request& r,
                               digest128 content, const intake::claim& key, receipt& first) {
    desk& d = v.desk;
    for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
        d.clear();
        const auto calm = books.timers.calm(v.now);
        d.kept.clear(), d.keeper = {};
        bool reacquired = false;
        if (r.reservation != none<reservation_id>)
            if (const error e = take_over(v, r, reacquired); e.code != error_code::ok) return e;
        if (const error e = route_newborn(*this, d); e.code != error_code::ok) return e;
        const auto child = books.ledger.conceive(v.slot, subject_kind::order);
        if (!child.exists()) return fail(error_code::out_of_memory);
        const auto give_back = [&] {
            books.ledger.abandon(v.slot, subject_kind::order, child);
            books.ledger.abandon(v.slot, subject_kind::reservation, d.keeper);
            drop_facts(v);
        };
        const auto draft_and_commit = [&] {
            if (reacquired && !d.kept.empty()) {
                d.keeper = books.ledger.conceive(v.slot, subject_kind::reservation);
                if (!d.keeper.exists()) return committed{error_code::out_of_memory, {}, 0, 0};
            }
            if (!store_facts(v)) return committed{error_code::out_of_memory, {}, 0, 0};
            if (r.revision != 0) keep_revision(d, r.revision, content);
            return commit_held(*this, v, c.actor, child.index, [&] {
                first = draft_order(v, c, r, content, key, child.index, reacquired);
                return commit(v);
            });
        };
        const committed done = or_give_back(draft_and_commit, give_back);
        if (done.code == error_code::ok) {
            first.at = position{done.position};
            return {};
        }
        give_back();
        if (done.code == error_code::insufficient && stays_calm(v, calm)) {
            const error lack = shortage_of(v, done);
            return fail(error_code::reservation_expired,
                        static_cast<std::int64_t>(raw(r.reservation)), lack.refs[0], lack.refs[1]);
        }
        if (done.code != error_code::insufficient && done.code != error_code::order_busy)
            return fail(done.code);
        counters::bump(counts[v.slot].conflicts);
        sweep(v.slot, v.now);
    }
    return fail(error_code::reservation_busy, static_cast<std::int64_t>(raw(r.reservation)));
}

/// Moves for the units that a basket brings. A live basket is consumed; an expired one is taken
/// anew, exactly the units that the order wants.
error engine::state::take_over(const visit& v, const order_request& r, bool& reacquired) {
    desk& d = v.desk;
    if (const error e = read_due(v, r.reservation, d.basket); e.code != error_code::ok) return e;
    const auto life = d.basket.life;
    if (life == reservation_state::consumed || life == reservation_state::cancelled)
        return fail(error_code::reservation_over, static_cast<std::int64_t>(raw(r.reservation)));
    keep_goods(d);
    d.skus.clear();
    for (const auto& b : d.goods) d.skus.push_back(books.cells.sku_of(b.cell));
    allocation::hand_over(d.goods, d.skus, d.order, d.moves, d.gives);
    for (const bucket_move& m : d.moves) {
        const node_id firm = d.order.lines[m.line].firm, at = books.cells.node_of(m.to_cell);
        if (firm != none<node_id> && firm != at)
            return fail(error_code::firm_elsewhere, m.line + 1, raw(firm), raw(at));
    }
    {
        const restrictor::placing its_facts{d};
        if (const error e = restrictor{*this, d}.may_leave(d.moves); e.code != error_code::ok)
            return e;
    }
    reacquired = life == reservation_state::expired;
    if (!reacquired) {
        keep_pools(d);
        return {};
    }
    return take_anew(v, r);
}

/// What the moves bring, and what goes with it of pools.
error engine::state::take_anew(const visit& v, const order_request& r) {
    desk& d = v.desk;
    d.gives.clear();
    for (const bucket_move& m : d.moves) {
        // A new promise: what was frozen meanwhile gives none.
        if (may_promise(m.to_cell, d.basket).code != error_code::ok)
            return fail(error_code::reservation_expired,
                        static_cast<std::int64_t>(raw(r.reservation)),
                        to_quantity(books.cells.sku_of(m.to_cell), m.n).atoms, 0);
        const auto part =
            std::find_if(d.basket.buckets.begin(), d.basket.buckets.end(),
                         [&](const lifecycle::bucket& b) { return b.cell == m.to_cell; });
        d.takes.push_back({m.to_cell, m.n, static_cast<granules>(part->ref)});
    }
    if (const error e = merge_takes(v); e.code != error_code::ok) return e;
    return names.pools.empty() ? error{} : take_pools_anew(v);
}

/// One attempt. order_busy: decide again.
error engine::state::try_move(const visit& v, const command& c, digest128 content, decider decide,
                              receipt& done) {
    desk& d = v.desk;
    const order_id id{done.subject};
    d.clear();
    if (const error e = read_order(id, d.order); e.code != error_code::ok) return e;
    if (const error e = read_beside(id, d.order, d.beside); e.code != error_code::ok) return e;
    const time_point due = next_deadline(d.order, d.beside);
    if (const error e = workflow_door::decide(*this, d, id, decide); e.code != error_code::ok)
        return e;
    linking links{*this, v};
    if (const error e = links.follow(id); e.code != error_code::ok) return e;
    done.lines = d.number != 0 ? d.number : static_cast<std::uint16_t>(d.moves.size());
    const bool asks = !d.asks.empty() || !d.answers.empty();
    const bool changes = d.changes_beside || d.amends != nullptr || asks;
    if (!d.asks.empty() && d.asks.front().kind == request_kind::cancel) done.what = outcome::asked;
    if (d.moves.empty() && !changes) {
        done.what = outcome::unchanged;
        if (c.key.empty()) return {};  // a key is remembered, and so recorded
    }
    const auto settles = settle_pools(v);
    if (!settles) return fail(error_code::order_busy);  // the order is another one now
    workflow_door::apply(d);
    if (d.amends != nullptr) lifecycle::amend(d.order, *d.amends);
    if (const error e = asker{*this}.settle(d, names.known(c.actor), v.now);
        e.code != error_code::ok)
        return e;
    timekeeper::follow(d, d.order, v.now);
    const auto index = static_cast<std::uint32_t>(raw(id));
    d.record.begin(done.by, v.now, c.actor);
    remember(d, c, content, done);
    if (*settles) keep(d, static_cast<std::uint32_t>(raw(d.order.pools)));
    const committed answer = holder{*this}.alarmed(v, index, due, [&] {
        for (const bucket_move& m : d.moves) d.record.move(index, m);
        if (d.amends != nullptr)
            d.record.note(index, journal::note_kind::amended, 0, lifecycle::bytes_of(*d.amends));
        for (const order_note& n : d.notes) d.record.note(index, n.kind, n.ref, n.bytes);
        record_cells(d);
        if (!d.moves.empty() || changes) subject(d, subject_kind::order, index, d.order, d.order);
        links.record();
        return commit(v);
    });
    done.at = position{answer.position};
    if (answer.code == error_code::insufficient) return shortage_of(v, answer);
    return answer.code == error_code::ok ? error{} : fail(answer.code);
}

result<receipt> engine::state::move_units(const visit& v, const command& c, verb by, order_id id,
                                          digest128 content, decider decide,
                                          std::optional<hold_step> step) {
    return once(v, c, content, [&]() -> result<receipt> {
        if (step) holder{*this}.lift(v, id, *step);
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            receipt done;
            done.by = by;
            done.subject = raw(id);
            const error e = try_move(v, c, content, decide, done);
            if (e.code == error_code::ok) return done;
            if (e.code != error_code::order_busy) return e;
            counters::bump(counts[v.slot].conflicts);
        }
        return fail(error_code::order_busy, static_cast<std::int64_t>(raw(id)));
    });
}

result<receipt> engine::state::cancel(const visit& v, const command& c, const cancel_request& r) {
    if (const error e = gate{*this}.pass(v, c, verb::cancel, {r.order}); e.code != error_code::ok)
        return e;
    const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::cancel), raw(r.order), r.line,
                                   static_cast<std::uint64_t>(r.amount.atoms), r.reason};
    const auto content = content_digest(std::as_bytes(std::span{words}));
    const auto decide = [&](desk& d) -> error {
        granules wanted = 0;
        if (r.amount.atoms != 0) {
            if (r.line == 0 || r.line > d.order.lines.size())
                return fail(error_code::unknown_line, r.line,
                            static_cast<std::int64_t>(d.order.lines.size()));
            const auto& facts = names.sku[index_of(d.order.lines[r.line - 1].sku)];
            const auto n = intake::to_granules(r.amount, facts);
            if (!n) return n.error();
            wanted = *n;
        }
        error e = intake::cancel(d.order, static_cast<std::int64_t>(r.line) - 1, wanted, r.reason,
                                 nodes_of_cells(), d.moves, asker{*this}.consent(d));
        if (e.code == error_code::ok && !d.asks.empty()) {
            const auto known = workflow_door::known(*this, r.order, d.order);
            for (const lifecycle::asked& a : d.asks)
                if (e = asker{*this}.route(d, a, known); e.code != error_code::ok) return e;
        }
        if (e.code == error_code::ok)
            e = holder{*this}.keep_unheld(d, hold_step::cancel, r.line != 0);
        if (e.code == error_code::ok) allocation::gives_of(d.moves, d.gives);
        return e;
    };
    return move_units(v, c, verb::cancel, r.order, content, decide, hold_step::cancel);
}

// ---- the door ----------------------------------------------------------------------------------

placed engine::place_order(const command& c, const order_request& r) {
    placed answer;
    place_order({&c, 1}, {&r, 1}, {&answer, 1});
    return answer;
}

void engine::place_order(std::span<const command> c, std::span<const order_request> r,
                         std::span<placed> out) {
    EARMARK_CHECK(c.size() == r.size() && r.size() == out.size(),
                  "place_order: one command, one order and one answer each");
    if (c.empty()) return;
    const auto done =
        state_->stay<result<bool>>(c.front(), [&](const state::visit& first) -> result<bool> {
            state::visit v = first;
            for (std::size_t i = 0; i < r.size(); ++i) {
                constexpr std::size_t ahead = 4;
                if (i + ahead < r.size())
                    state_->keys.prefetch(intake::key_space::order, c[i + ahead].key);
                if (c[i].now > v.now) {
                    v.now = state_->move_time(c[i].now);
                    state_->sweep(v.slot, v.now);
                }
                out[i] = state_->place(v, c[i], r[i]);
            }
            return true;
        });
    if (!done) std::fill(out.begin(), out.end(), declined(done.error()));
}

result<receipt> engine::cancel(const command& c, const cancel_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->cancel(v, c, r); });
}

}  // namespace earmark
