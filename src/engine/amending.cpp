// AMEND: what an order asks for is another thing from now on, all of it or nothing.
#include "amending.hpp"

#include <algorithm>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/promise/tables.hpp"
#include "gate.hpp"
#include "holder.hpp"
#include "restrictor.hpp"
#include "workflow_door.hpp"

namespace earmark {

namespace {

/// The desk's order without the units that its moves cancel; its buckets stand where they did, and
/// some are empty.
lifecycle::image without_cancelled(const desk& d) {
    lifecycle::image left = d.order;
    for (const bucket_move& m : d.moves)
        for (const lifecycle::bucket& b : buckets_of(d.order, m.line))
            if (m.to == unit_state::cancelled && m.from == b.state && m.from_cell == b.cell &&
                m.from_ref == b.ref)
                left.buckets[static_cast<std::size_t>(&b - d.order.buckets.data())].n -= m.n;
    return left;
}

}  // namespace

void engine::state::amender::check_places() {
    for (const lifecycle::line& l : what_.added)
        if (l.to != none<node_id> && !s_.books.cells.find(l.sku, l.to))
            answer_.violations.push_back(fail(error_code::no_cell, raw(l.sku), raw(l.to)));
}

/// What a change makes true of an order holds it as if it had been placed so.
error engine::state::amender::screen(desk& d) {
    if (!s_.names.holds.applies()) return {};
    lifecycle::image next = without_cancelled(d);
    lifecycle::amend(next, what_);
    return holder{s_}.apply_anew(d, r_.order, std::move(next), s_.names.known(c_.actor), v_.now);
}

/// Is nothing sourced from it for a time?
bool engine::state::amender::is_excluded(node_id n) const {
    const auto all = s_.names.facts.exclusions();
    return std::any_of(all.begin(), all.end(), [&](const exclusion& e) {
        return e.node == n && e.from <= v_.now && v_.now < e.until;
    });
}

/// Units that are somewhere else go along with their line only as a plan could have put them there.
error engine::state::amender::may_follow(const desk& d, const lifecycle::bucket& b, node_id at,
                                         node_id to, bool keeps_pools) const {
    const sku_id sku = d.order.lines[b.line].sku;
    const lifecycle::hold* const held =
        lifecycle::blocker(d.beside.holds, s_.names.holds.terms(), b.line, hold_step::allocate);
    if (held != nullptr)
        return fail(error_code::held, held->number,
                    held->line == lifecycle::the_order ? 0 : held->line + 1, raw(held->type));
    const std::uint32_t link = lifecycle::link_of(b.ref);
    const bool is_for_another = link != 0 && d.beside.links[link - 1].kind == link_kind::brings_for;
    const bool has_days = keeps_pools || s_.names.pools.has_dated();  // they would have to follow
    if (b.state != unit_state::allocated || is_for_another || has_days ||
        !workflow_door::is_usual(d.order))
        return fail(error_code::firm_elsewhere, b.line + 1, raw(to),
                    at == none<node_id> ? -1 : raw(at));
    return is_excluded(to) ? fail(error_code::excluded, raw(sku), raw(to), -1) : error{};
}

/// A bucket's units, to the node that its line is bound to from now on.
error engine::state::amender::follow(desk& d, const lifecycle::bucket& b, node_id node,
                                     bool keeps_pools) {
    const node_id at = b.cell == none<cell_id> ? none<node_id> : s_.books.cells.node_of(b.cell);
    const bool stays = s_.names.amends.of(change_kind::node, b.state) == permission::ignore;
    if (b.n == 0 || !holds_stock(b.state) || at == node || stays) return {};
    if (const error e = may_follow(d, b, at, node, keeps_pools); e.code != error_code::ok) return e;
    const sku_id sku = d.order.lines[b.line].sku;
    const auto cell = s_.books.cells.find(sku, node);
    if (!cell) return fail(error_code::no_cell, raw(sku), raw(node));
    const auto floor = s_.floor_of(sku, node, none<channel_id>, floor_use::sourcing);
    if (!floor) return floor.error();
    d.takes.push_back({*cell, b.n, *floor});
    d.moves.push_back(
        {0, b.line, b.n, b.state, unit_state::open, b.cell, none<cell_id>, 0, b.ref, 0});
    d.moves.push_back(
        {0, b.line, b.n, unit_state::open, unit_state::allocated, none<cell_id>, *cell, 0, 0, 0});
    return {};
}

/// Has it units of pools? Then they would have to follow, too.
result<bool> engine::state::amender::keeps_pools(desk& d) const {
    if (d.order.pools == none<reservation_id>) return false;
    const error e = s_.read_reservation(d.order.pools, d.basket);
    if (e.code == error_code::unknown_reservation) return false;  // its number is another's now
    if (e.code != error_code::ok) return e;
    return d.basket.holds();
}

error engine::state::amender::follow_nodes(desk& d) {
    if (what_.bound.empty()) return {};
    const auto keeps = keeps_pools(d);
    if (!keeps) return keeps.error();
    const lifecycle::image standing = without_cancelled(d);
    for (const auto& bound : what_.bound)
        for (const lifecycle::bucket& b : buckets_of(standing, bound.line))
            if (bound.firm != none<node_id>)
                if (const error e = follow(d, b, bound.firm, *keeps); e.code != error_code::ok)
                    return e;
    return s_.merge_takes(v_);
}

/// Which holds stand in the way once the edit's own is over.
error engine::state::amender::within_holds(desk& d) {
    const auto all = d.beside.holds;
    if (r_.edit != 0) d.beside.holds[r_.edit - 1].state = hold_state::resolved;
    error e = holder{s_}.keep_unheld(d, hold_step::cancel, true);
    if (e.code == error_code::ok) e = follow_nodes(d);
    d.beside.holds = all;
    return e;
}

/// Would the workflow let go what nodes are to be asked about?
error engine::state::amender::may_ask(const desk& d) const {
    if (d.asks.empty()) return {};
    const auto known = workflow_door::known(s_, r_.order, d.order);
    for (const lifecycle::asked& a : d.asks)
        if (const error e = asker{s_}.route(d, a, known); e.code != error_code::ok) return e;
    return {};
}

error engine::state::amender::plan(desk& d) {
    what_ = {};
    answer_ = {};
    answer_.version = d.order.version;
    if (draft_) draft_(d, answer_.violations);
    const bool is_stale = r_.base_version != 0 && r_.base_version != d.order.version;
    if (is_stale)
        answer_.violations.push_back(
            fail(error_code::order_changed, r_.base_version, d.order.version));
    const auto services = static_cast<std::uint32_t>(s_.names.dates().services().size());
    const intake::amend_terms terms{s_.names.sku,
                                    {s_.names.nodes.size(), s_.names.places.size(), services},
                                    s_.names.amends,
                                    s_.nodes_of_cells(),
                                    asker{s_}.consent(d)};
    intake::amend(d.order, r_, terms, what_, d.moves, answer_.violations);
    check_places();
    tell(d);
    const auto go_on = [&](auto&& step) {
        if (!answer_.violations.empty()) return;
        if (const error e = step(); e.code != error_code::ok) answer_.violations.push_back(e);
    };
    const holder holds{s_};
    const resolve_hold_request edit{r_.order, r_.edit, true, r_.reason};
    d.amends = what_.empty() ? nullptr : &what_;
    if (r_.edit != 0) go_on([&] { return holds.may_end_edit(d, c_, edit); });
    if (!d.moves.empty() || !d.asks.empty())
        go_on([&] {
            return holds.lift_on_desk(d, hold_step::cancel, s_.names.known(c_.actor), v_.now);
        });
    go_on([&] { return may_ask(d); });
    go_on([&] { return within_holds(d); });
    go_on([&] { return restrictor{s_, d}.may_become(what_); });
    if (r_.edit != 0) go_on([&] { return holds.end_edit(d, c_, edit, v_.now); });
    go_on([&] { return screen(d); });
    tell(d);
    if (!answer_.violations.empty()) return answer_.violations.front();
    allocation::gives_of(d.moves, d.gives);
    allocation::net(d.takes, d.gives);  // what one line leaves, another one may take
    cold_ = what_.ends_decision() ? d.order.cold : 0xFFFFFFFF;
    cold_bytes_ = d.order.cold_bytes;
    d.number = static_cast<std::uint16_t>(std::min<std::size_t>(answer_.lines.size(), UINT16_MAX));
    return {};
}

/// The lines that change, and the units that leave their state.
void engine::state::amender::tell(const desk& d) {
    answer_.lines.clear();
    answer_.parts.clear();
    struct change {
        granules gone = 0, more = 0;
        bool is_bound = false;
    };
    std::vector<change> of(d.order.lines.size());
    for (const bucket_move& m : d.moves) {
        const node_id at =
            m.from_cell == none<cell_id> ? none<node_id> : s_.books.cells.node_of(m.from_cell);
        const sku_id sku = d.order.lines[m.line].sku;
        answer_.parts.push_back({m.line + 1u, sku, m.from, m.to, at, s_.to_quantity(sku, m.n)});
        if (m.to == unit_state::cancelled) of[m.line].gone += m.n;
    }
    for (const lifecycle::asked& a : d.asks) {
        const sku_id sku = d.order.lines[a.line].sku;
        answer_.parts.push_back({a.line + 1u, sku, unit_state::released, unit_state::cancelled,
                                 a.node, s_.to_quantity(sku, a.n), true});
        of[a.line].gone += a.n;
    }
    for (const auto& m : what_.more) of[m.line].more += m.n;
    for (const auto& b : what_.bound) of[b.line].is_bound = true;
    for (const auto& s : what_.sent)
        if (s.line < of.size()) of[s.line].is_bound = true;
    const auto add = [&](std::size_t line, sku_id sku, granules before, granules after) {
        answer_.lines.push_back({static_cast<std::uint32_t>(line + 1), sku,
                                 s_.to_quantity(sku, before), s_.to_quantity(sku, after)});
    };
    for (std::uint16_t l = 0; l < of.size(); ++l)
        if (of[l].gone != 0 || of[l].more != 0 || of[l].is_bound) {
            const granules before = intake::wanted_of(d.order, l, d.beside.asked);
            add(l, d.order.lines[l].sku, before, before - of[l].gone + of[l].more);
        }
    for (std::size_t i = 0; i < what_.added.size(); ++i)
        add(of.size() + i, what_.added[i].sku, 0, what_.added[i].ordered);
}

/// As the command would be, but nothing is taken.
error engine::state::amender::preview() {
    desk& d = v_.desk;
    d.clear();
    if (const error e = s_.read_order(r_.order, d.order); e.code != error_code::ok) return e;
    if (const error e = s_.read_beside(r_.order, d.order, d.beside); e.code != error_code::ok)
        return e;
    const auto room = [&](desk& on) { return plan(on); };
    error e = workflow_door::decide(s_, d, r_.order, room);
    for (const take_line& t : d.takes)
        if (e.code == error_code::ok && s_.books.stock.free(t.cell) - t.n < t.floor)
            e = fail(error_code::insufficient, s_.to_quantity(t.cell, t.n).atoms,
                     s_.to_quantity(t.cell, s_.books.stock.free(t.cell)).atoms,
                     raw(s_.books.cells.node_of(t.cell)));
    answer_.first.by = verb::amend;
    answer_.first.subject = raw(r_.order);
    answer_.first.lines = d.number;
    if (!d.asks.empty())
        answer_.first.what = outcome::asked;
    else if (d.moves.empty() && d.amends == nullptr && !d.changes_beside)
        answer_.first.what = outcome::unchanged;
    d.clear();
    return e;
}

amended engine::state::amender::declined(error why) {
    answer_.first.what = outcome::declined;
    answer_.first.by = verb::amend;
    answer_.first.subject = raw(r_.order);
    answer_.first.why = why;
    if (answer_.violations.empty()) answer_.violations.push_back(why);
    return std::move(answer_);
}

amended engine::state::amender::run() {
    if (r_.preview) {
        const error e = preview();
        return e.code == error_code::ok ? std::move(answer_) : declined(e);
    }
    const gate at{s_};
    error e = at.pass(v_, c_, verb::amend, {r_.order});
    if (e.code == error_code::ok && r_.edit != 0)
        e = at.pass_answer(v_, c_, verb::amend, r_.order, r_.edit);
    if (e.code != error_code::ok) return declined(e);
    const auto room = [&](desk& d) { return plan(d); };
    const auto done = s_.move_units(v_, c_, verb::amend, r_.order, intake::content_of(r_), room);
    v_.desk.amends = nullptr;  // it is this call's
    if (done.error().code == error_code::not_authorised) {
        answer_.violations.clear();
        return declined(at.deny(v_, c_, verb::amend, r_.order, done.error()));
    }
    if (!done) return declined(done.error());
    answer_.first = *done;
    if (done->what == outcome::repeat) {  // then nothing was planned
        answer_.version =
            s_.books.ledger.header(subject_kind::order, static_cast<std::uint32_t>(raw(r_.order)))
                .version;
        return std::move(answer_);
    }
    drop_cold(s_.books.ledger.chunks(), v_.slot, cold_, cold_bytes_);
    if (done->what != outcome::unchanged) ++answer_.version;
    return std::move(answer_);
}

amended engine::amend(const command& c, const amend_request& r) {
    auto done = state_->stay<result<amended>>(c, [&](const state::visit& v) -> result<amended> {
        return state::amender{*state_, v, c, r}.run();
    });
    if (done) return std::move(*done);
    amended none;
    none.first.what = outcome::declined;
    none.first.by = verb::amend;
    none.first.subject = raw(r.order);
    none.first.why = done.error();
    none.violations.push_back(done.error());
    return none;
}

}  // namespace earmark
