// PLANS AND THEIR DAYS: a plan takes from the pools of the days on which its work is done, all or
// none, in the step that takes its goods. The solver knows no pools, so a plan that wants more of a
// node than any of its days has room for is decided again with less of that node.
#include <algorithm>
#include <tuple>

#include "dating.hpp"
#include "earmark/allocation/allot.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

using goods = dating_goods;

/// What a plan takes from a node, in the order of its parts.
void goods_of(const plan& of, const sourcing_problem& p, node_id from, std::vector<goods>& into) {
    into.clear();
    for (const plan_part& part : of.parts)
        if (part.node == from) into.push_back({p.lines[part.wanted].sku, part.n});
}

/// Calls f(node) for each node of a plan, once, in the order of its parts; stops where f says
/// false.
template <class F>
bool each_node(const plan& of, F&& f) {
    for (std::size_t i = 0; i < of.parts.size(); ++i) {
        const auto is_its = [&](const plan_part& x) { return x.node == of.parts[i].node; };
        const auto first = of.parts.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::none_of(of.parts.begin(), first, is_its) && !f(of.parts[i].node)) return false;
    }
    return true;
}

}  // namespace

/// One that knows what the order on the desk has taken already.
engine::state::dating engine::state::dating_of(const visit& v) const {
    desk& d = v.desk;
    dating by{*this, d.order, v.now, d.infinite};
    by.limit(d.open_now, d.in_time ? d.order.deliver_by : no_day);
    for (const take_line& t : d.takes)  // of groups of lines that were decided before
        if (is_pool(t.cell)) by.has_taken(t.cell, t.n);
    if (!names.pools.has_dated() || d.order.pools == none<reservation_id>) return by;
    if (read_reservation(d.order.pools, d.basket).code != error_code::ok) return by;
    for (const lifecycle::bucket& b : d.basket.buckets) by.has_taken(b.cell);
    return by;
}

void engine::state::keep_dates(const visit& v, sourcing::date_rule rule,
                               std::vector<std::uint64_t>& bits) const {
    desk& d = v.desk;
    if (rule == sourcing::date_rule::open_calendar)
        d.open_now = true;
    else if (d.order.deliver_by == no_day)
        return;
    else
        d.in_time = true;
    const dating by = dating_of(v);
    const std::size_t nodes = names.node.size();
    for (std::size_t k = 0; k < nodes; ++k) {
        if ((bits[k / 64] >> k % 64 & 1) == 0) continue;
        bool any = false, has_some = false;
        for (std::size_t w = 0; w < d.wanted.size() && !any; ++w) {
            if (d.pictured[w * nodes + k] <= 0) continue;
            has_some = true;
            const goods least{d.wanted[w].sku, 1};
            any = bool{by.dates(node_id{static_cast<std::uint16_t>(k)}, {&least, 1})};
        }
        if (has_some && !any) bits[k / 64] &= ~(std::uint64_t{1} << k % 64);
    }
}

void engine::state::note_full(desk& d, const sourcing_problem& p) {
    const std::size_t words = (p.nodes.size() + 63) / 64, first = d.decided.removed.size();
    d.decided.removed.resize(first + words);
    bool any = false;
    for (const node_id n : d.touched) {
        const auto is_its = [&](const plan_part& x) { return x.node == n; };
        if (std::any_of(d.decided.parts.begin(), d.decided.parts.end(), is_its)) continue;
        any = true;
        d.decided.removed[first + index_of(n) / 64] |= std::uint64_t{1} << index_of(n) % 64;
    }
    if (any)
        d.decided.removed_by.push_back(sourcing::by_capacity);
    else
        d.decided.removed.resize(first);
}

/// Takes from the desk's `free` what no day of a node has room for. True where the plan fits.
bool engine::state::fits_days(const visit& v, const sourcing::policy& by, const sourcing_problem& p,
                              const plan& found, bool all_of_it) {
    desk& d = v.desk;
    dating dates = dating_of(v);
    std::vector<goods> of;
    return each_node(found, [&](node_id from) {
        goods_of(found, p, from, of);
        if (const auto days = dates.dates(from, of)) {
            dates.take(from, of, *days);
            return true;
        }
        d.touched.push_back(from);
        if (all_of_it) {
            for (std::size_t w = 0; w < p.lines.size(); ++w)
                d.free[w * p.nodes.size() + index_of(from)] = 0;
            return false;
        }
        keep_what_fits(d, by, p, found, from, dates);
        return false;
    });
}

/// Of the first part of the plan that its node has no day for, together with the parts before it,
/// as much as fits.
void engine::state::keep_what_fits(desk& d, const sourcing::policy& by, const sourcing_problem& p,
                                   const plan& found, node_id from, const dating& dates) const {
    std::vector<goods> of;
    for (const plan_part& part : found.parts) {
        if (part.node != from) continue;
        of.push_back({p.lines[part.wanted].sku, part.n});
        if (dates.dates(from, of)) continue;
        granules fits = 0, too_many = part.n;
        while (too_many - fits > 1) {
            of.back().n = fits + (too_many - fits) / 2;
            (dates.dates(from, of) ? fits : too_many) = of.back().n;
        }
        const std::size_t at = part.wanted * p.nodes.size() + index_of(from);
        const std::int64_t kept = d.free[at] - sourcing::usable(by, p, part.wanted, from);
        d.free[at] =
            fits == 0 ? 0
                      : static_cast<granules>(std::clamp<std::int64_t>(fits + kept, 0, d.free[at]));
        return;
    }
}

/// The plan's units of pools: into the desk's `dated` and takes. stock_moving where the days are
/// others than when it was decided.
error engine::state::take_days(const visit& v, const sourcing_problem& p, const plan& chosen) {
    desk& d = v.desk;
    dating by = dating_of(v);
    std::vector<goods> of;
    const bool all = each_node(chosen, [&](node_id from) {
        goods_of(chosen, p, from, of);
        const auto days = by.dates(from, of);
        if (days) by.take(from, of, *days);
        return bool{days};
    });
    if (!all) return fail(error_code::stock_moving);
    for (const dating::claim& c : by.claims()) divide_claim(d, c.pool, c.node, c.n);
    std::sort(d.dated.begin(), d.dated.end(), [](const auto& a, const auto& b) {
        return std::tuple{a.line, a.cell, a.ref} < std::tuple{b.line, b.cell, b.ref};
    });
    return d.dated.empty() ? error{} : merge_takes(v);
}

/// What is counted in units is of the lines whose units it is; else of none.
void engine::state::divide_claim(desk& d, pool_id p, node_id from, std::int64_t n) const {
    const pool_facts& pool = names.pools[p];
    d.takes.push_back({pool.cell, static_cast<granules>(n), 0});
    const auto put = [&](std::uint16_t line, node_id at, std::int64_t share) {
        if (share > 0)
            d.dated.push_back(
                {pool.cell, static_cast<granules>(share), line, unit_state::reserved, 0, raw(at)});
    };
    if (pool.counts == pool_count::orders) return put(lifecycle::no_line, pool.node, n);
    if (pool.counts == pool_count::shipments) return put(lifecycle::no_line, from, n);
    for (const wanted_line& w : d.wanted) {
        if (!pool.is_about({w.sku, from, none<channel_id>, d.order.method})) continue;
        std::int64_t so_far = 0, counted = 0;
        for (std::uint16_t l = 0; l < d.order.lines.size(); ++l) {
            if (d.order.lines[l].sku != w.sku) continue;
            for (const bucket_move& m : std::span{d.moves}.subspan(d.group_moves))
                if (m.line == l && m.to == unit_state::allocated &&
                    books.cells.node_of(m.to_cell) == from)
                    so_far += m.n;
            const std::int64_t share = so_far == 0 ? 0
                                                   : pool.share_of(static_cast<granules>(so_far),
                                                                   names.sku[index_of(w.sku)]);
            put(l, from, share - counted);
            counted = share;
        }
    }
}

/// Who keeps the desk's `dated` for its order: the reservation that keeps what it has of pools
/// already, or a new one. Into the desk's record and subjects.
error_code engine::state::keep_days(const visit& v, bool settled) {
    desk& d = v.desk;
    if (settled) {
        add_parts(d.basket_next.buckets, d.dated);
        keep(d, static_cast<std::uint32_t>(raw(d.order.pools)));
        return error_code::ok;
    }
    if (d.order.pools != none<reservation_id>) {
        const error e = read_reservation(d.order.pools, d.basket);
        if (e.code == error_code::ok && d.basket.holds()) {  // else it is settled, and nobody's
            d.basket_next = d.basket;
            add_parts(d.basket_next.buckets, d.dated);
            keep(d, static_cast<std::uint32_t>(raw(d.order.pools)));
            return error_code::ok;
        }
        if (e.code != error_code::ok && e.code != error_code::unknown_reservation)
            return error_code::order_busy;
    }
    d.keeper = books.ledger.conceive(v.slot, subject_kind::reservation);
    if (!d.keeper.exists()) return error_code::out_of_memory;
    d.basket.clear();
    d.basket.on = v.now;
    d.kept.clear();
    add_parts(d.kept, d.dated);
    keep_anew(v);
    d.order.pools = reservation_id{std::uint64_t{d.keeper.version + 1} << 32 | d.keeper.index};
    return error_code::ok;
}

/// Parts of one pool, line and node are one; they stand in the order of images.
void engine::state::add_parts(std::vector<lifecycle::bucket>& to,
                              std::span<const lifecycle::bucket> more) {
    for (const lifecycle::bucket& b : more) {
        const auto key = [](const lifecycle::bucket& x) {
            return std::tuple{x.line, x.state, x.cell, x.ref};
        };
        const auto at = std::lower_bound(
            to.begin(), to.end(), b, [&](const auto& x, const auto& y) { return key(x) < key(y); });
        if (at != to.end() && key(*at) == key(b))
            at->n += b.n;
        else
            to.insert(at, b);
    }
}

}  // namespace earmark
