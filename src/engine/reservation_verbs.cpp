// RESERVE, CHANGE, MOVE, UNRESERVE: baskets, from their birth to any end but an order.
#include <algorithm>

#include "alarm.hpp"
#include "content.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/intake/capture.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

void add_lines(std::vector<std::uint64_t>& w, std::span<const reserve_line> lines) {
    for (const reserve_line& l : lines) {
        w.push_back(static_cast<std::uint64_t>(raw(l.sku)) << 16 | raw(l.node));
        w.push_back(static_cast<std::uint64_t>(l.amount.atoms));
        w.push_back(static_cast<std::uint64_t>(l.floor.atoms));
        if (l.pool != none<pool_id>) w.push_back(std::uint64_t{1} << 63 | raw(l.pool));
        if (l.section != none<section_id>) w.push_back(std::uint64_t{1} << 61 | raw(l.section));
    }
}
digest128 content_of(const command& c, const reserve_request& r) {
    if (c.key.empty()) return {};
    std::vector<std::uint64_t> w{static_cast<std::uint64_t>(verb::reserve),
                                 static_cast<std::uint64_t>(r.deadline.ns), raw(r.supersedes)};
    if (r.channel != none<channel_id>) w.push_back(raw(r.channel));
    add_lines(w, r.lines);
    for (const pool_id p : r.pools) w.push_back(std::uint64_t{1} << 62 | raw(p));
    if (r.on) w.push_back(static_cast<std::uint64_t>(r.on->ns));
    if (r.partial) w.push_back(std::uint64_t{1} << 60);
    return content_digest(std::as_bytes(std::span{w}));
}
digest128 content_of(const command& c, const change_request& r) {
    if (c.key.empty()) return {};
    std::vector<std::uint64_t> w{static_cast<std::uint64_t>(verb::change), raw(r.reservation),
                                 static_cast<std::uint64_t>(r.deadline.value_or(never).ns)};
    if (!r.deadline) w.push_back(0);  // tells "as it is" from never
    add_lines(w, r.lines);
    return content_digest(std::as_bytes(std::span{w}));
}

bool by_cell(const lifecycle::bucket& b, cell_id cell) noexcept { return b.cell < cell; }

}  // namespace

/// Image and record of a basket under the number `child`.
receipt engine::state::draft_basket(const visit& v, const command& c, const reserve_request& r,
                                    digest128 content, const lifecycle::ledger<>::newborn& child) {
    desk& d = v.desk;
    journal::reservation_op birth{child.index, reservation_state::active, true, r.deadline,
                                  {},          child.version + 1};
    d.order.clear();
    d.order.kind = subject_kind::reservation;
    d.order.version = child.version;
    d.order.birth = child.version + 1;
    d.order.made = v.now;
    d.order.deadline = r.deadline;
    d.order.channel = r.channel;
    d.order.on = r.on.value_or(v.now);
    for (const take_line& t : d.takes) {
        if (t.n == 0) continue;  // it only looks after a floor
        d.order.buckets.push_back(
            {t.cell, t.n, 0, unit_state::reserved, 0, static_cast<std::uint32_t>(t.floor)});
        birth.parts.push_back(t);
    }
    receipt done;
    done.by = verb::reserve;
    if (d.clipped) done.what = outcome::partial;
    done.lines = static_cast<std::uint16_t>(d.order.buckets.size());
    done.subject = static_cast<std::uint64_t>(d.order.birth) << 32 | child.index;
    d.record.begin(verb::reserve, v.now, c.actor);
    remember(d, c, content, done);
    if (r.supersedes != none<reservation_id>) {
        const auto old = static_cast<std::uint32_t>(raw(r.supersedes));
        d.record.reservation({old, reservation_state::cancelled, false, never, {}, d.basket.birth});
        d.basket_next = d.basket;
        d.basket_next.life = reservation_state::cancelled;
        subject(d, subject_kind::reservation, old, d.basket, d.basket_next, true);
        allocation::net(d.takes, d.gives);
    }
    d.record.reservation(birth);
    if (d.order.channel != none<channel_id> || d.order.on != d.order.made)
        d.record.note(journal::note_kind::basket, child.index,
                      journal::basket_note{d.order.channel, d.order.on}.bytes());
    record_cells(d);
    subject(d, subject_kind::reservation, child.index, d.order, d.order);
    return done;
}

/// What a new basket takes, and what the one that it replaces gives, into the empty desk.
/// stock_moving: what lacks may be there when one looks again.
error engine::state::exchange_of(const visit& v, const reserve_request& r,
                                 std::optional<std::uint64_t> calm) {
    const basket_terms terms{r.channel, r.on.value_or(v.now), r.pools};
    v.desk.partial = r.partial;
    const error dead = basket_gives(v, r.supersedes);  // may expire it
    if (const error e = basket_takes(v, r.lines, terms, false); e.code != error_code::ok) {
        if (e.code == error_code::insufficient && !stays_calm(v, calm))
            return fail(error_code::stock_moving);
        return e;
    }
    if (r.partial && dead.code == error_code::ok)
        if (const error e = clip_basket(v, r, terms); e.code != error_code::ok)
            return stays_calm(v, calm) ? e : fail(error_code::stock_moving);
    if (const error e = bind_pools(v, terms); e.code != error_code::ok) return e;
    if (v.desk.clipped && !stays_calm(v, calm)) return fail(error_code::stock_moving);
    return dead;
}

result<receipt> engine::state::reserve(const visit& v, const command& c, const reserve_request& r) {
    const digest128 content = content_of(c, r);
    return once(v, c, content, [&]() -> result<receipt> {
        if (r.deadline <= v.now) return fail(error_code::out_of_range, r.deadline.ns, v.now.ns);
        desk& d = v.desk;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            const auto calm = books.timers.calm(v.now);
            const error e = exchange_of(v, r, calm);
            if (e.code == error_code::stock_moving) {
                sweep(v.slot, v.now);
                continue;
            }
            if (e.code != error_code::ok) return e;
            const auto child = books.ledger.conceive(v.slot, subject_kind::reservation);
            alarm end{books.timers, v.slot, r.deadline != never};
            const auto give_back = [&] {
                end.take_back();
                books.ledger.abandon(v.slot, subject_kind::reservation, child);
            };
            if (!child.exists() || !end.is_ready()) {
                give_back();
                return fail(error_code::out_of_memory);
            }
            receipt done;
            const auto draft_and_commit = [&] {
                done = draft_basket(v, c, r, content, child);
                end.announce(done.subject, r.deadline);
                return commit(v);
            };
            const committed answer = or_give_back(draft_and_commit, give_back);
            if (answer.code == error_code::ok) {
                end.hang_up();
                done.at = position{answer.position};
                return done;
            }
            give_back();
            if (answer.code == error_code::insufficient && !r.partial &&
                !was_there(d, d.takes[answer.lack.line]) && stays_calm(v, calm))
                return lack_of(v, answer, r.lines);
            if (answer.code != error_code::insufficient && answer.code != error_code::order_busy)
                return fail(answer.code);
            counters::bump(counts[v.slot].conflicts);
            sweep(v.slot, v.now);
        }
        return fail(error_code::stock_moving);
    });
}

/// An insufficient take, with the request's first line of the cell that lacks.
error engine::state::lack_of(const visit& v, const committed& done,
                             std::span<const reserve_line> lines) const noexcept {
    error e = shortage_of(v, done);
    const cell_id cell = v.desk.takes[done.lack.line].cell;
    const auto names_it = [&](const reserve_line& l) {
        return l.pool != none<pool_id> ? names.pools[l.pool].cell == cell
                                       : books.cells.find(l.sku, l.node, l.section) == cell;
    };
    const auto at = std::find_if(lines.begin(), lines.end(), names_it);
    if (at != lines.end()) e.row = static_cast<std::uint32_t>(at - lines.begin() + 1);
    return e;
}

/// Image and record of a live basket that changes.
error engine::state::draft_amendment(const visit& v, const command& c, const amendment& a,
                                     digest128 content, receipt& done) {
    desk& d = v.desk;
    lifecycle::image& next = d.basket_next;
    if (next.buckets.empty()) return fail(error_code::bad_line_count, 0, most_basket_lines);
    if (const error e = fits_basket(next.buckets.size()); e.code != error_code::ok) return e;
    d.takes.clear();
    allocation::differences(d.basket.buckets, next.buckets, d.takes, d.gives);
    for (const take_line& t : d.takes) {
        if (is_pool(t.cell)) continue;
        if (const error e = may_promise(t.cell, next); e.code != error_code::ok) return e;
    }
    done.by = a.by;
    done.subject = raw(a.id);
    done.lines = static_cast<std::uint16_t>(d.takes.size() + d.gives.size());
    const auto index = static_cast<std::uint32_t>(raw(a.id));
    d.record.begin(a.by, v.now, c.actor);
    remember(d, c, content, done);
    if (a.parts) {
        journal::reservation_op op{index,     reservation_state::active, false, next.deadline, {},
                                   next.birth};
        for (const auto& b : next.buckets)
            op.parts.push_back({b.cell, b.n, static_cast<granules>(b.ref)});
        d.record.reservation(op);
    } else {
        d.record.timer(index, next.deadline, next.birth);
    }
    record_cells(d);
    subject(d, subject_kind::reservation, index, d.basket, next);
    return {};
}

result<receipt> engine::state::amend(const visit& v, const command& c, const amendment& a,
                                     digest128 content, decider decide) {
    return once(v, c, content, [&]() -> result<receipt> {
        desk& d = v.desk;
        error_code why = error_code::order_busy;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            const auto calm = books.timers.calm(v.now);
            if (const error e = read_live(v, a.id, d.basket); e.code != error_code::ok) return e;
            d.basket_next = d.basket;
            d.basket_next.deadline = a.deadline.value_or(d.basket.deadline);
            if (const error e = decide(d); e.code != error_code::ok) return e;
            if (const error e = a.parts ? rebind_pools(d) : error{}; e.code != error_code::ok)
                return e;
            receipt done;
            if (const error e = draft_amendment(v, c, a, content, done); e.code != error_code::ok)
                return e;
            // A timer that wakes too early goes on to the deadline: only a sooner one needs its
            // own.
            const time_point deadline = d.basket_next.deadline;
            alarm sooner{books.timers, v.slot, deadline < d.basket.deadline};
            if (!sooner.is_ready()) return fail(error_code::out_of_memory);
            sooner.announce(done.subject, deadline);
            const committed answer = commit(v);
            if (answer.code == error_code::ok) {
                sooner.hang_up();
                done.at = position{answer.position};
                return done;
            }
            sooner.take_back();
            why = answer.code;
            if (why == error_code::insufficient && stays_calm(v, calm))
                return lack_of(v, answer, a.lines);
            if (why != error_code::insufficient && why != error_code::order_busy) return fail(why);
            counters::bump(counts[v.slot].conflicts);
            if (why == error_code::insufficient) sweep(v.slot, v.now);
        }
        return why == error_code::insufficient
                   ? fail(error_code::stock_moving)
                   : fail(error_code::reservation_busy, static_cast<std::int64_t>(raw(a.id)));
    });
}

/// The lines' new amounts, into the desk's basket_next.
error engine::state::new_amounts(const visit& v, std::span<const reserve_line> lines) {
    desk& d = v.desk;
    if (const error e = basket_takes(v, lines, {d.basket.channel, d.basket.on}, true);
        e.code != error_code::ok)
        return e;
    for (const take_line& t : d.takes) allocation::set_part(d.basket_next.buckets, t);
    return {};
}

result<receipt> engine::state::change(const visit& v, const command& c, const change_request& r) {
    const amendment a{verb::change, r.reservation, r.deadline, !r.lines.empty(), r.lines};
    return amend(v, c, a, content_of(c, r), [&](desk&) -> error {
        if (r.deadline && *r.deadline <= v.now)
            return fail(error_code::out_of_range, r.deadline->ns, v.now.ns);
        if (!r.lines.empty()) return new_amounts(v, r.lines);
        if (r.deadline) return {};
        return fail(error_code::bad_line_count, 0, most_basket_lines);
    });
}

/// What a move makes of the desk's basket_next.
error engine::state::moved_parts(const visit& v, const move_request& r) {
    desk& d = v.desk;
    const bool all = r.amount.atoms == 0;
    const auto is_meant = [&](const lifecycle::bucket& b) {
        const sku_id sku = books.cells.sku_of(b.cell);
        return books.cells.node_of(b.cell) == r.from && (r.sku == none<sku_id> || r.sku == sku);
    };
    std::int64_t held = 0;
    for (const lifecycle::bucket& b : d.basket.buckets)
        if (is_meant(b)) held += b.n;
    if (held == 0) return fail(error_code::not_held, r.amount.atoms, 0, raw(r.from));
    granules left = 0;  // of the amount, which its sections give one after the other
    if (!all) {
        const sku_facts& facts = names.sku[index_of(r.sku)];
        const auto n = intake::to_granules(r.amount, facts);
        if (!n) return n.error();
        if (*n > held)
            return fail(error_code::not_held, r.amount.atoms, held * facts.granule, raw(r.from));
        left = *n;
    }
    for (const lifecycle::bucket& b : d.basket.buckets) {
        const granules n = all ? b.n : std::min(left, b.n);
        if (!is_meant(b) || n == 0) continue;
        left -= all ? 0 : n;
        if (const error e = moved_part(d, b, n, r); e.code != error_code::ok) return e;
    }
    return {};
}

/// `n` units of one part, from its cell to the one of the same section at the new node.
error engine::state::moved_part(desk& d, const lifecycle::bucket& b, granules n,
                                const move_request& r) const {
    auto& parts = d.basket_next.buckets;
    const sku_id sku = books.cells.sku_of(b.cell);
    const sku_facts& facts = names.sku[index_of(sku)];
    const auto own = to_floor(r.floor, facts);
    if (!own) return own.error();
    const auto ruled = floor_of(sku, r.to, d.basket.channel, floor_use::selling, *own);
    const granules floor = ruled ? *ruled : *own;
    const auto to = books.cells.find(sku, r.to, books.cells.section_of(b.cell));
    if (!to) return fail(error_code::no_cell, raw(sku), raw(r.to));
    if (*to == b.cell) return {};
    allocation::set_part(parts, {b.cell, b.n - n, static_cast<granules>(b.ref)});
    const auto at = std::lower_bound(parts.begin(), parts.end(), *to, by_cell);
    take_line there{*to, n, floor};
    if (at != parts.end() && at->cell == *to)
        there = {*to, n + at->n, std::max(floor, static_cast<granules>(at->ref))};
    if (there.n > stock::max_amount)
        return fail(error_code::out_of_range, there.n * facts.granule,
                    stock::max_amount * facts.granule);
    allocation::set_part(parts, there);
    return {};
}

result<receipt> engine::state::move(const visit& v, const command& c, const move_request& r) {
    const digest128 content = content_of(c, verb::move, raw(r.reservation), raw(r.from), raw(r.to),
                                         raw(r.sku), r.amount.atoms, r.floor.atoms);
    return amend(v, c, {verb::move, r.reservation, {}, true, {}}, content, [&](desk&) -> error {
        for (const node_id n : {r.from, r.to})
            if (index_of(n) >= names.node.size()) return fail(error_code::unknown_node, raw(n));
        const bool every = r.sku == none<sku_id> && r.amount.atoms == 0;
        if (!every && index_of(r.sku) >= names.sku.size())
            return fail(error_code::unknown_sku, raw(r.sku));
        return moved_parts(v, r);
    });
}

result<receipt> engine::state::end_reservation(const visit& v, const command& c, reservation_id r) {
    const digest128 content = content_of(c, verb::unreserve, raw(r));
    return once(v, c, content, [&]() -> result<receipt> {
        desk& d = v.desk;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            if (const error e = read_live(v, r, d.basket); e.code != error_code::ok) return e;
            receipt done;
            done.by = verb::unreserve;
            done.subject = raw(r);
            done.lines = static_cast<std::uint16_t>(d.basket.buckets.size());
            const auto index = static_cast<std::uint32_t>(raw(r));
            for (const auto& b : d.basket.buckets) d.gives.push_back({b.cell, b.n});
            d.basket_next = d.basket;
            d.basket_next.life = reservation_state::cancelled;
            d.record.begin(verb::unreserve, v.now, c.actor);
            remember(d, c, content, done);
            d.record.reservation(
                {index, reservation_state::cancelled, false, never, {}, d.basket.birth});
            record_cells(d);
            subject(d, subject_kind::reservation, index, d.basket, d.basket_next, true);
            const committed answer = commit(v);
            if (answer.code == error_code::ok) {
                done.at = position{answer.position};
                return done;
            }
            if (answer.code != error_code::order_busy) return fail(answer.code);
            counters::bump(counts[v.slot].conflicts);
        }
        return fail(error_code::reservation_busy, static_cast<std::int64_t>(raw(r)));
    });
}

// ---- the door ----------------------------------------------------------------------------------

result<receipt> engine::reserve(const command& c, const reserve_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->reserve(v, c, r); });
}

void engine::reserve(const command& c, std::span<const reserve_request> r,
                     std::span<result<receipt>> out) {
    EARMARK_CHECK(r.size() == out.size(), "reserve: one answer for each request");
    EARMARK_CHECK(c.key.empty() || r.size() == 1, "reserve: one key is for one request");
    state_->each(c, out, [&](const state::visit& v, std::size_t i) {
        constexpr std::size_t ahead = 4;
        if (i + ahead < r.size())
            for (const reserve_line& l : r[i + ahead].lines)
                if (index_of(l.sku) < state_->names.sku.size())
                    if (const auto cell = state_->books.cells.find(l.sku, l.node))
                        state_->books.cells.prefetch(*cell);
        return state_->reserve(v, c, r[i]);
    });
}

result<receipt> engine::change(const command& c, const change_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->change(v, c, r); });
}

result<receipt> engine::move(const command& c, const move_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->move(v, c, r); });
}

result<receipt> engine::unreserve(const command& c, reservation_id r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->end_reservation(v, c, r); });
}

void engine::change(const command& c, std::span<const change_request> r,
                    std::span<result<receipt>> out) {
    EARMARK_CHECK(r.size() == out.size(), "change: one answer for each request");
    EARMARK_CHECK(c.key.empty() || r.size() == 1, "change: one key is for one request");
    state_->each(c, out, [&](const state::visit& v, std::size_t i) {
        state_->prefetch(r, i);
        return state_->change(v, c, r[i]);
    });
}

void engine::move(const command& c, std::span<const move_request> r,
                  std::span<result<receipt>> out) {
    EARMARK_CHECK(r.size() == out.size(), "move: one answer for each request");
    EARMARK_CHECK(c.key.empty() || r.size() == 1, "move: one key is for one request");
    state_->each(c, out, [&](const state::visit& v, std::size_t i) {
        state_->prefetch(r, i);
        return state_->move(v, c, r[i]);
    });
}

void engine::unreserve(const command& c, std::span<const reservation_id> r,
                       std::span<result<receipt>> out) {
    EARMARK_CHECK(r.size() == out.size(), "unreserve: one answer for each reservation");
    EARMARK_CHECK(c.key.empty() || r.size() == 1, "unreserve: one key is for one reservation");
    state_->each(c, out, [&](const state::visit& v, std::size_t i) {
        return state_->end_reservation(v, c, r[i]);
    });
}

}  // namespace earmark
