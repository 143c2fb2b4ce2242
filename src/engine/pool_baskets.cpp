// POOLS IN BASKETS AND ORDERS: what goods take from pools, what an order keeps of it, and how it
// comes back or is used up.
#include <algorithm>
#include <tuple>

#include "earmark/allocation/allot.hpp"
#include "earmark/intake/capture.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

constexpr std::size_t max_named = 16;

bool is_settled(unit_state s) noexcept { return s == unit_state::shipped || is_final(s); }

/// Units of an order, or of one of its lines, that are neither gone nor cancelled; and those that
/// were shipped, whatever came later.
struct standing {
    std::int64_t open = 0;
    std::int64_t shipped = 0;
};
standing standing_of(const lifecycle::image& of, std::uint16_t line) noexcept {
    standing sum;
    for (const lifecycle::bucket& b : of.buckets) {
        if (line != lifecycle::no_line && b.line != line) continue;
        if (!is_settled(b.state))
            sum.open += b.n;
        else if (b.state != unit_state::cancelled)
            sum.shipped += b.n;
    }
    return sum;
}
/// Of those that stand open, how many the moves settle.
standing settled_by(std::span<const bucket_move> moves, std::uint16_t line) noexcept {
    standing sum;
    for (const bucket_move& m : moves) {
        if ((line != lifecycle::no_line && m.line != line) || is_settled(m.from)) continue;
        if (!is_settled(m.to)) continue;
        sum.open += m.n;
        if (m.to != unit_state::cancelled) sum.shipped += m.n;
    }
    return sum;
}

/// What is left of a part after the moves. A flat part stays until no unit stands open.
granules left_of(const lifecycle::bucket& part, const standing& before,
                 const standing& settled) noexcept {
    const std::int64_t open = before.open - settled.open;
    if (part.line == lifecycle::no_line) return open == 0 ? 0 : part.n;
    return before.open == 0 ? 0 : static_cast<granules>(part.n * open / before.open);
}

/// Adds a line to the one of its cell.
void add(std::vector<take_line>& to, cell_id cell, std::int64_t n) {
    const auto same =
        std::find_if(to.begin(), to.end(), [&](const auto& t) { return t.cell == cell; });
    if (same == to.end())
        to.push_back({cell, static_cast<granules>(n), 0});
    else
        same->n += static_cast<granules>(n);
}

}  // namespace

error engine::state::flat_take(desk& d, const reserve_line& l, bool may_be_none) const {
    if (!names.pools.exists(l.pool)) return fail(error_code::unknown_pool, raw(l.pool));
    const pool_facts& pool = names.pools[l.pool];
    if (!pool.is_flat()) return fail(error_code::bad_pool, raw(l.pool));
    const bool is_none = may_be_none && l.amount.atoms == 0;
    const auto n = is_none ? result<granules>{0} : intake::to_granules(l.amount, pool.scale);
    if (!n) return n.error();
    const auto floor = to_floor(l.floor, pool.scale);
    if (!floor) return floor.error();
    d.takes.push_back({pool.cell, *n, *floor});
    return {};
}

error engine::state::check_named(std::span<const pool_id> named) const noexcept {
    if (named.size() > max_named)
        return fail(error_code::bad_line_count, static_cast<std::int64_t>(named.size()), max_named);
    for (const pool_id p : named) {
        if (!names.pools.exists(p)) return fail(error_code::unknown_pool, raw(p));
        if (!names.pools[p].named) return fail(error_code::bad_pool, raw(p));
    }
    return {};
}

error engine::state::bound_takes(desk& d, const take_line& goods, const basket_terms& t) const {
    const sku_id sku = books.cells.sku_of(goods.cell);
    const goods_line line{sku, books.cells.node_of(goods.cell), t.channel};
    error too_much;
    const auto take = [&](pool_id p) {
        const pool_facts& pool = names.pools[p];
        const std::int64_t n = pool.share_of(goods.n, names.sku[index_of(sku)]);
        std::int64_t sum = n;
        for (const take_line& b : d.bound)
            if (b.cell == pool.cell) sum = n > stock::max_amount ? n : n + b.n;
        if (sum > stock::max_amount)
            too_much = fail(error_code::out_of_range, sum, stock::max_amount);
        else
            add(d.bound, pool.cell, n);
    };
    names.pools.each_binding(line, t.on, take);
    for (std::size_t i = 0; i < t.named.size(); ++i) {
        const pool_id p = t.named[i];
        const bool again =
            std::find(t.named.begin(), t.named.begin() + static_cast<std::ptrdiff_t>(i), p) !=
            t.named.begin() + static_cast<std::ptrdiff_t>(i);
        if (!again && names.pools[p].is_about(line) && names.pools[p].counts_on(t.on)) take(p);
    }
    return too_much;
}

error engine::state::bind_pools(const visit& v, const basket_terms& t) const {
    if (const error e = check_named(t.named); e.code != error_code::ok) return e;
    if (names.pools.empty()) return {};
    desk& d = v.desk;
    d.bound.clear();
    for (const take_line& goods : d.takes)
        if (!is_pool(goods.cell))
            if (const error e = bound_takes(d, goods, t); e.code != error_code::ok) return e;
    if (d.bound.empty()) return {};
    d.takes.insert(d.takes.end(), d.bound.begin(), d.bound.end());
    if (const error e = merge_takes(v); e.code != error_code::ok) return e;
    return fits_basket(d.takes.size());
}

std::vector<pool_id> engine::state::named_pools_of(const lifecycle::image& basket) const {
    std::vector<pool_id> named;
    for (const lifecycle::bucket& b : basket.buckets)
        if (is_pool(b.cell) && names.pools[books.cells.pool_of(b.cell)].named)
            named.push_back(books.cells.pool_of(b.cell));
    return named;
}

error engine::state::rebind_pools(desk& d) const {
    if (names.pools.empty()) return {};
    lifecycle::image& next = d.basket_next;
    const auto named = named_pools_of(d.basket);
    std::erase_if(next.buckets, [&](const lifecycle::bucket& b) {
        return is_pool(b.cell) && !names.pools[books.cells.pool_of(b.cell)].is_flat();
    });
    d.bound.clear();
    for (const lifecycle::bucket& b : next.buckets)
        if (!is_pool(b.cell))
            if (const error e = bound_takes(d, {b.cell, b.n, 0}, {next.channel, next.on, named});
                e.code != error_code::ok)
                return e;
    for (const take_line& t : d.bound) allocation::set_part(next.buckets, t);
    return {};
}

void engine::state::keep_goods(desk& d) const {
    d.goods.clear();
    for (const lifecycle::bucket& b : d.basket.buckets)
        if (!is_pool(b.cell)) d.goods.push_back(b);
}

void engine::state::keep_pools(desk& d) const {
    for (const lifecycle::bucket& part : d.basket.buckets) {
        if (!is_pool(part.cell)) continue;
        const pool_facts& pool = names.pools[books.cells.pool_of(part.cell)];
        granules left = part.n;
        const auto keep = [&](std::uint16_t line, std::int64_t wanted) {
            const auto n = static_cast<granules>(std::min<std::int64_t>(left, wanted));
            left -= n;
            if (n > 0) d.kept.push_back({part.cell, n, line, unit_state::reserved, 0, 0});
        };
        if (pool.is_flat()) keep(lifecycle::no_line, part.n);
        for (std::uint16_t l = 0; !pool.is_flat() && l < d.order.lines.size(); ++l) {
            const sku_id sku = d.order.lines[l].sku;
            granules n = 0;
            for (const bucket_move& m : d.moves)
                if (m.line == l &&
                    pool.is_about({sku, books.cells.node_of(m.to_cell), d.basket.channel}))
                    n += m.n;
            if (n > 0) keep(l, pool.share_of(n, names.sku[index_of(sku)]));
        }
        if (left > 0) d.gives.push_back({part.cell, left});
    }
    std::sort(d.kept.begin(), d.kept.end(), [](const auto& a, const auto& b) {
        return std::tuple{a.line, a.cell} < std::tuple{b.line, b.cell};
    });
}

void engine::state::record_keeper(desk& d, std::uint32_t order) {
    const std::uint64_t id = raw(d.order.pools);
    const auto holder = static_cast<std::uint32_t>(id >> 32);
    d.record.note(order, journal::note_kind::pools, static_cast<std::uint32_t>(id),
                  std::as_bytes(std::span{&holder, 1}));
}

void engine::state::keep(desk& d, std::uint32_t basket) {
    journal::reservation_op op{basket,        reservation_state::consumed, false, never, {},
                               d.basket.birth};
    for (const lifecycle::bucket& b : d.basket_next.buckets)
        op.parts.push_back({b.cell, b.n, journal::line_and_node(b.line, b.ref)});
    d.record.reservation(op);
    subject(d, subject_kind::reservation, basket, d.basket, d.basket_next, op.parts.empty());
}

error engine::state::take_pools_anew(const visit& v) {
    desk& d = v.desk;
    const auto named = named_pools_of(d.basket);
    for (const lifecycle::bucket& b : d.basket.buckets)
        if (is_pool(b.cell) && names.pools[books.cells.pool_of(b.cell)].is_flat())
            d.takes.push_back({b.cell, b.n, static_cast<granules>(b.ref)});
    if (const error e = bind_pools(v, {d.basket.channel, d.basket.on, named});
        e.code != error_code::ok)
        return e;
    if (const error e = merge_takes(v); e.code != error_code::ok) return e;
    d.basket.buckets.clear();
    for (const take_line& t : d.takes)
        if (is_pool(t.cell))
            d.basket.buckets.push_back({t.cell, t.n, 0, unit_state::reserved, 0, 0});
    keep_pools(d);
    allocation::merge(d.gives);
    allocation::net(d.takes, d.gives);
    return {};
}

void engine::state::keep_anew(const visit& v) {
    desk& d = v.desk;
    lifecycle::image& next = d.basket_next;
    next.clear();
    next.kind = subject_kind::reservation;
    next.version = d.keeper.version;
    next.birth = d.keeper.version + 1;
    next.made = v.now;
    next.channel = d.basket.channel;
    next.on = d.basket.on;
    next.life = reservation_state::consumed;
    next.buckets = d.kept;
    journal::reservation_op op{d.keeper.index, reservation_state::active, true, never, {},
                               next.birth};
    for (const lifecycle::bucket& b : d.kept) op.parts.push_back({b.cell, b.n, 0});
    d.record.reservation(op);
    d.record.note(journal::note_kind::basket, d.keeper.index,
                  journal::basket_note{next.channel, next.on}.bytes());
    op.birth = false;
    op.life = reservation_state::consumed;
    for (std::size_t i = 0; i < d.kept.size(); ++i)
        op.parts[i].floor = journal::line_and_node(d.kept[i].line, d.kept[i].ref);
    d.record.reservation(op);
    subject(d, subject_kind::reservation, d.keeper.index, next, next);
}

std::pair<granules, granules> engine::state::settle_day(const desk& d,
                                                        const lifecycle::bucket& part) const {
    const node_id node{static_cast<std::uint16_t>(part.ref)};
    const auto is_its = [&](std::uint16_t line, unit_state in, cell_id cell) {
        return (part.line == lifecycle::no_line || part.line == line) && holds_stock(in) &&
               (node == none<node_id> || books.cells.node_of(cell) == node);
    };
    std::int64_t before = 0, leave = 0, used = 0, gone = 0;
    for (const lifecycle::bucket& b : d.order.buckets) {
        const bool was_shipped = b.state == unit_state::shipped ||
                                 b.state == unit_state::delivered || b.state == unit_state::lost;
        if (is_its(b.line, b.state, b.cell)) before += b.n;
        if (was_shipped && is_its(b.line, unit_state::allocated, b.cell)) gone += b.n;
    }
    for (const bucket_move& m : d.moves) {
        if (!is_its(m.line, m.from, m.from_cell) || is_its(m.line, m.to, m.to_cell)) continue;
        leave += m.n;
        // Work that was released may have been done, whatever became of it.
        const bool is_used = m.to == unit_state::shipped || m.from != unit_state::allocated;
        if (is_used) used += m.n;
    }
    if (leave == 0) return {0, 0};
    if (part.line == lifecycle::no_line) {
        if (leave < before) return {0, 0};
        return {part.n, used + gone > 0 ? 0 : part.n};
    }
    const auto goes = static_cast<granules>(
        part.n - (before == leave ? 0 : std::int64_t{part.n} * (before - leave) / before));
    return {goes, static_cast<granules>(std::int64_t{goes} * (leave - used) / leave)};
}

result<bool> engine::state::settle_pools(const visit& v) const {
    desk& d = v.desk;
    if (d.order.pools == none<reservation_id> || d.moves.empty()) return false;
    const bool settles = settled_by(d.moves, lifecycle::no_line).open != 0;
    if (!settles && !names.pools.has_dated()) return false;
    const error e = read_reservation(d.order.pools, d.basket);
    if (e.code == error_code::unknown_reservation) return false;  // settled; its number is others'
    if (e.code != error_code::ok) return e;
    if (!d.basket.holds()) return false;  // settled, and not yet another's
    d.basket_next = d.basket;
    bool any = false;
    for (lifecycle::bucket& part : d.basket_next.buckets) {
        if (names.pools[books.cells.pool_of(part.cell)].day != pool_day::basket) {
            const auto [goes, comes_back] = settle_day(d, part);
            any = any || goes > 0;
            part.n -= goes;
            if (comes_back > 0) d.gives.push_back({part.cell, comes_back});
            if (goes > comes_back) d.stock.push_back({part.cell, 0, comes_back - goes});
            continue;
        }
        if (!settles) continue;
        const standing before = standing_of(d.order, part.line);
        const standing settled = settled_by(d.moves, part.line);
        const granules gone = part.n - left_of(part, before, settled);
        if (gone == 0) continue;
        any = true;
        part.n -= gone;
        const bool is_used = part.line == lifecycle::no_line ? before.shipped + settled.shipped > 0
                                                             : settled.shipped > 0;
        if (is_used)
            d.stock.push_back({part.cell, 0, -gone});
        else
            d.gives.push_back({part.cell, gone});
    }
    std::erase_if(d.basket_next.buckets, [](const lifecycle::bucket& b) { return b.n == 0; });
    allocation::merge(d.gives);
    return any;
}

}  // namespace earmark
