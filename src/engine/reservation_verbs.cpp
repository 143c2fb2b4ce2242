// RESERVE, CHANGE, UNRESERVE: baskets, from their birth to any end but an order.
#include <algorithm>

#include "content.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/intake/capture.hpp"
#include "state.hpp"

namespace earmark {
namespace {

constexpr std::size_t max_reserved_cells = 64;
constexpr std::size_t max_reserved_lines = 4 * max_reserved_cells;

/// A floor in granules; it may be negative (oversell depth) and must be a whole number of them.
result<granules> to_floor(quantity q, const sku_facts& of) {
    if (q.atoms % of.granule != 0) return fail(error_code::not_a_multiple, q.atoms, of.granule);
    const std::int64_t n = q.atoms / of.granule;
    if (n > stock::max_amount || n < -stock::max_amount)
        return fail(error_code::out_of_range, q.atoms,
                    (n < 0 ? -stock::max_amount : stock::max_amount) * of.granule);
    return static_cast<granules>(n);
}

digest128 content_of(const command& c, const reserve_request& r) {
    if (c.key.empty()) return {};
    std::vector<std::uint64_t> w{static_cast<std::uint64_t>(verb::reserve),
                                 static_cast<std::uint64_t>(r.deadline.ns), raw(r.supersedes)};
    for (const reserve_line& l : r.lines) {
        w.push_back(static_cast<std::uint64_t>(raw(l.sku)) << 16 | raw(l.node));
        w.push_back(static_cast<std::uint64_t>(l.amount.atoms));
        w.push_back(static_cast<std::uint64_t>(l.floor.atoms));
    }
    return content_digest(std::as_bytes(std::span{w}));
}

/// How a reservation that has ended answers.
error over(reservation_state s, std::int64_t id) {
    return fail(s == reservation_state::expired ? error_code::reservation_expired
                                                : error_code::reservation_over,
                id);
}

}  // namespace

error engine::state::basket_takes(const visit& v, const reserve_request& r) {
    desk& d = v.desk;
    if (r.lines.empty() || r.lines.size() > max_reserved_lines)
        return fail(error_code::bad_line_count, static_cast<std::int64_t>(r.lines.size()),
                    max_reserved_lines);
    const auto at_line = [](error e, std::size_t i) {
        e.row = static_cast<std::uint32_t>(i + 1);
        return e;
    };
    for (std::size_t i = 0; i < r.lines.size(); ++i) {
        const reserve_line& l = r.lines[i];
        if (index_of(l.sku) >= names.sku.size())
            return at_line(fail(error_code::unknown_sku, raw(l.sku)), i);
        if (index_of(l.node) >= names.node.size())
            return at_line(fail(error_code::unknown_node, raw(l.node)), i);
        const sku_facts& facts = names.sku[index_of(l.sku)];
        const auto n = intake::to_granules(l.amount, facts);
        if (!n) return at_line(n.error(), i);
        const auto floor = to_floor(l.floor, facts);
        if (!floor) return at_line(floor.error(), i);
        const auto cell = books.cells.find(l.sku, l.node);
        if (!cell) return at_line(fail(error_code::no_cell, raw(l.sku), raw(l.node)), i);
        d.takes.push_back({*cell, *n, *floor});
    }
    if (const error e = merge_takes(v); e.code != error_code::ok) return e;
    if (d.takes.size() > max_reserved_cells)
        return fail(error_code::too_many_cells, static_cast<std::int64_t>(d.takes.size()),
                    max_reserved_cells);
    return {};
}

/// The caller's own basket that the new one replaces: its units go back in the same step.
error engine::state::basket_gives(const visit& v, reservation_id replaced) {
    desk& d = v.desk;
    if (replaced == none<reservation_id>) return {};
    if (const error e = read_reservation(replaced, d.basket); e.code != error_code::ok) return e;
    if (d.basket.life != reservation_state::active)
        return over(d.basket.life, static_cast<std::int64_t>(raw(replaced)));
    for (const auto& b : d.basket.buckets) d.gives.push_back({b.cell, b.n});
    return {};
}

/// Image and record of a basket under the number `child`.
receipt engine::state::draft_basket(const visit& v, const command& c, const reserve_request& r,
                                    digest128 content, const lifecycle::ledger<>::newborn& child) {
    desk& d = v.desk;
    journal::reservation_op birth{child.index, reservation_state::active, true, r.deadline, {}};
    d.order.clear();
    d.order.kind = subject_kind::reservation;
    d.order.version = child.version;
    d.order.birth = child.version + 1;
    d.order.made = v.now;
    d.order.deadline = r.deadline;
    for (const take_line& t : d.takes) {
        d.order.buckets.push_back(
            {t.cell, t.n, 0, unit_state::reserved, 0, static_cast<std::uint32_t>(t.floor)});
        birth.parts.push_back(t);
    }
    receipt done;
    done.by = verb::reserve;
    done.lines = static_cast<std::uint16_t>(d.takes.size());
    done.subject = static_cast<std::uint64_t>(d.order.birth) << 32 | child.index;
    d.record.begin(verb::reserve, v.now, c.actor);
    remember(d, c, content, done);
    if (r.supersedes != none<reservation_id>) {
        const auto old = static_cast<std::uint32_t>(raw(r.supersedes));
        d.record.reservation({old, reservation_state::cancelled, false, never, {}});
        d.basket_next = d.basket;
        d.basket_next.life = reservation_state::cancelled;
        subject(d, subject_kind::reservation, old, d.basket, d.basket_next, true);
        allocation::net(d.takes, d.gives);
    }
    d.record.reservation(birth);
    record_cells(d);
    subject(d, subject_kind::reservation, child.index, d.order, d.order);
    return done;
}

result<receipt> engine::state::reserve(const visit& v, const command& c, const reserve_request& r) {
    const digest128 content = content_of(c, r);
    const bool ends = r.deadline != never;
    return once(v, c, content, [&]() -> result<receipt> {
        if (r.deadline <= v.now) return fail(error_code::out_of_range, r.deadline.ns, v.now.ns);
        desk& d = v.desk;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            const bool settled = books.timers.quiet(v.now);
            if (const error e = basket_takes(v, r); e.code != error_code::ok) return e;
            if (const error e = basket_gives(v, r.supersedes); e.code != error_code::ok) return e;
            const auto child = books.ledger.conceive(v.slot, subject_kind::reservation);
            const auto timer = ends ? books.timers.make(v.slot) : lifecycle::wheel<>::nil;
            const auto give_back = [&] {
                books.timers.drop(v.slot, timer);
                books.ledger.abandon(v.slot, subject_kind::reservation, child);
            };
            if (!child.exists() || (ends && timer == lifecycle::wheel<>::nil)) {
                give_back();
                return fail(error_code::out_of_memory);
            }
            receipt done;
            const auto draft_and_commit = [&] {
                done = draft_basket(v, c, r, content, child);
                return commit(v);
            };
            const committed answer = or_give_back(draft_and_commit, give_back);
            if (answer.code == error_code::ok) {
                if (ends) books.timers.push(timer, done.subject, r.deadline);
                done.at = position{answer.position};
                return done;
            }
            give_back();
            if (answer.code == error_code::insufficient && settled) return shortage_of(v, answer);
            if (answer.code != error_code::insufficient && answer.code != error_code::order_busy)
                return fail(answer.code);
            counters::bump(counts[v.slot].conflicts);
            sweep(v.slot, v.now);
        }
        return fail(error_code::stock_moving);
    });
}

result<receipt> engine::state::change(const visit& v, const command& c, const change_request& r) {
    const digest128 content = content_of(c, verb::change, raw(r.reservation), r.deadline.ns);
    return once(v, c, content, [&]() -> result<receipt> {
        if (r.deadline <= v.now) return fail(error_code::out_of_range, r.deadline.ns, v.now.ns);
        desk& d = v.desk;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            if (const error e = read_reservation(r.reservation, d.basket); e.code != error_code::ok)
                return e;
            if (d.basket.life != reservation_state::active)
                return over(d.basket.life, static_cast<std::int64_t>(raw(r.reservation)));
            const auto timer =
                r.deadline == never ? lifecycle::wheel<>::nil : books.timers.make(v.slot);
            if (r.deadline != never && timer == lifecycle::wheel<>::nil)
                return fail(error_code::out_of_memory);
            receipt done;
            done.by = verb::change;
            done.subject = raw(r.reservation);
            const auto index = static_cast<std::uint32_t>(raw(r.reservation));
            d.basket_next = d.basket;
            d.basket_next.deadline = r.deadline;
            d.record.begin(verb::change, v.now, c.actor);
            remember(d, c, content, done);
            d.record.timer(index, r.deadline);
            subject(d, subject_kind::reservation, index, d.basket, d.basket_next);
            const committed answer = commit(v);
            if (answer.code == error_code::ok) {
                if (timer != lifecycle::wheel<>::nil)
                    books.timers.push(timer, done.subject, r.deadline);
                done.at = position{answer.position};
                return done;
            }
            books.timers.drop(v.slot, timer);
            if (answer.code != error_code::order_busy) return fail(answer.code);
            counters::bump(counts[v.slot].conflicts);
        }
        return fail(error_code::reservation_busy, static_cast<std::int64_t>(raw(r.reservation)));
    });
}

result<receipt> engine::state::end_reservation(const visit& v, const command& c, reservation_id r) {
    const digest128 content = content_of(c, verb::unreserve, raw(r));
    return once(v, c, content, [&]() -> result<receipt> {
        desk& d = v.desk;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            if (const error e = read_reservation(r, d.basket); e.code != error_code::ok) return e;
            if (d.basket.life != reservation_state::active)
                return over(d.basket.life, static_cast<std::int64_t>(raw(r)));
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
            d.record.reservation({index, reservation_state::cancelled, false, never, {}});
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
    const auto done = state_->stay<result<bool>>(c, [&](const state::visit& v) -> result<bool> {
        for (std::size_t i = 0; i < r.size(); ++i) {
            constexpr std::size_t ahead = 4;
            if (i + ahead < r.size())
                for (const reserve_line& l : r[i + ahead].lines)
                    if (index_of(l.sku) < state_->names.sku.size())
                        if (const auto cell = state_->books.cells.find(l.sku, l.node))
                            state_->books.cells.prefetch(*cell);
            out[i] = state_->reserve(v, c, r[i]);
        }
        return true;
    });
    if (!done) std::fill(out.begin(), out.end(), result<receipt>{done.error()});
}

result<receipt> engine::change(const command& c, const change_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->change(v, c, r); });
}

result<receipt> engine::unreserve(const command& c, reservation_id r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state_->end_reservation(v, c, r); });
}

void engine::unreserve(const command& c, std::span<const reservation_id> r,
                       std::span<result<receipt>> out) {
    EARMARK_CHECK(r.size() == out.size(), "unreserve: one answer for each reservation");
    EARMARK_CHECK(c.key.empty() || r.size() == 1, "unreserve: one key is for one reservation");
    const auto done = state_->stay<result<bool>>(c, [&](const state::visit& v) -> result<bool> {
        for (std::size_t i = 0; i < r.size(); ++i) out[i] = state_->end_reservation(v, c, r[i]);
        return true;
    });
    if (!done) std::fill(out.begin(), out.end(), result<receipt>{done.error()});
}

}  // namespace earmark
