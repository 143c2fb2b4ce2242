// WHAT A BASKET TAKES: its lines as takes of cells; and where it may be partial, takes that shrink
// to what there is: first to what each cell has, then, line by line, to what the pools of the goods
// have left. The commit takes all of it in one step, or the engine decides again.
#include <algorithm>
#include <numeric>
#include <optional>

#include "earmark/intake/capture.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

constexpr std::size_t most_basket_cells = 64;

/// The largest number up to `most` that fits, where every smaller one does, too.
template <class Fits>
granules largest(granules most, Fits&& fits) {
    if (fits(most)) return most;
    granules good = 0, bad = most;
    while (bad - good > 1) {
        const granules half = good + (bad - good) / 2;
        (fits(half) ? good : bad) = half;
    }
    return good;
}

}  // namespace

error engine::state::fits_basket(std::size_t cells) noexcept {
    if (cells <= most_basket_cells) return {};
    return fail(error_code::too_many_cells, static_cast<std::int64_t>(cells), most_basket_cells);
}

/// The cells of lines with their sums and highest floors, into the desk's takes.
error engine::state::basket_takes(const visit& v, std::span<const reserve_line> lines,
                                  const basket_terms& terms, bool may_be_none) {
    const channel_id channel = terms.channel;
    desk& d = v.desk;
    d.wide.clear();
    if (lines.empty() || lines.size() > most_basket_lines)
        return fail(error_code::bad_line_count, static_cast<std::int64_t>(lines.size()),
                    most_basket_lines);
    if (channel != none<channel_id> && index_of(channel) >= names.floors.channels.size())
        return fail(error_code::unknown_channel, raw(channel));
    const auto read = [&](const reserve_line& l) -> error {
        if (l.pool != none<pool_id>) return flat_take(d, l, may_be_none);
        if (index_of(l.sku) >= names.sku.size()) return fail(error_code::unknown_sku, raw(l.sku));
        if (index_of(l.node) >= names.node.size())
            return fail(error_code::unknown_node, raw(l.node));
        const sku_facts& facts = names.sku[index_of(l.sku)];
        const bool is_none = may_be_none && l.amount.atoms == 0;
        const auto n = is_none ? result<granules>{0} : intake::to_granules(l.amount, facts);
        if (!n) return n.error();
        const auto own = to_floor(l.floor, facts);
        if (!own) return own.error();
        if (l.section != none<section_id>)
            return section_take(d, l, {{}, *n, *own}, terms, may_be_none);
        const auto floor = floor_of(l.sku, l.node, channel, floor_use::selling, *own);
        if (!floor && !may_be_none) return floor.error();  // a change may keep or give back
        const auto row = static_cast<std::uint32_t>(&l - lines.data() + 1);
        if (!may_be_none && books.cells.has_sections(l.sku)) {
            d.wide.push_back({l.sku, l.node, *n, *floor, row});
            return {};
        }
        const auto cell = books.cells.find(l.sku, l.node);
        if (!cell) return fail(error_code::no_cell, raw(l.sku), raw(l.node));
        d.takes.push_back({*cell, *n, floor ? *floor : *own});
        return {};
    };
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (error e = read(lines[i]); e.code != error_code::ok) {
            e.row = static_cast<std::uint32_t>(i + 1);
            if (!d.partial || (e.code != error_code::excluded && e.code != error_code::no_cell))
                return e;
            d.clipped = true;
        }
    if (!d.wide.empty()) {
        names.sections.order({terms.channel, v.now, terms.on}, d.drawn);
        if (const error e = draw_wide(v); e.code != error_code::ok) return e;
    }
    const error clash = merge_takes(v);
    return clash.code == error_code::ok ? fits_basket(d.takes.size()) : clash;
}

/// The caller's own basket that the new one replaces: its units go back in the same step.
error engine::state::basket_gives(const visit& v, reservation_id replaced) {
    desk& d = v.desk;
    if (replaced == none<reservation_id>) return {};
    if (const error e = read_live(v, replaced, d.basket); e.code != error_code::ok) return e;
    for (const auto& b : d.basket.buckets) d.gives.push_back({b.cell, b.n});
    return {};
}

/// How many of a take's units there are, with those that the superseded basket gives back in the
/// same step; what is the caller's own stays so, however low the stock is.
granules engine::state::room_for(const desk& d, const take_line& t) const noexcept {
    granules own = 0;
    for (const give_line& g : d.gives)
        if (g.cell == t.cell) own += g.n;
    return std::max(
        {0, std::min(t.n, own), std::min(t.n, books.stock.free(t.cell) + own - t.floor)});
}

void engine::state::clip_to_stock(desk& d) const {
    std::erase_if(d.takes, [&](take_line& t) {
        const granules room = room_for(d, t);
        if (room == t.n) return false;  // also where it only looks after a floor
        d.clipped = true;
        t.n = room;
        return room == 0;
    });
}

/// The first pool that had nothing at all for goods that were there, with what they asked of it.
std::optional<take_line> engine::state::clip_to_pools(desk& d, std::span<const reserve_line> lines,
                                                      const basket_terms& t) const {
    std::optional<take_line> nothing_of;
    std::vector<std::size_t> order(d.takes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto first_line = [&](std::size_t i) {
        const cell_id cell = d.takes[i].cell;
        return std::find_if(lines.begin(), lines.end(), [&](const reserve_line& l) {
            return l.pool == none<pool_id> && l.sku == books.cells.sku_of(cell) &&
                   l.node == books.cells.node_of(cell);
        });
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return first_line(a) < first_line(b); });
    d.bound.clear();
    for (const std::size_t i : order) {
        take_line& goods = d.takes[i];
        if (is_pool(goods.cell) || goods.n == 0) continue;
        const std::vector<take_line> before = d.bound;
        const granules n = largest(goods.n, [&](granules wanted) {
            d.bound = before;
            if (wanted == 0) return true;
            if (bound_takes(d, {goods.cell, wanted, 0}, t).code != error_code::ok) return false;
            return std::all_of(d.bound.begin(), d.bound.end(), [&](const take_line& b) {
                const auto was = std::find_if(before.begin(), before.end(),
                                              [&](const take_line& x) { return x.cell == b.cell; });
                return (was != before.end() && was->n == b.n) || room_for(d, b) == b.n;
            });
        });
        if (n == goods.n) continue;
        d.clipped = true;
        goods.n = n;
        d.bound = before;
        if (n > 0) {
            static_cast<void>(bound_takes(d, {goods.cell, n, 0}, t));  // it fitted
            continue;
        }
        if (!nothing_of && bound_takes(d, {goods.cell, 1, 0}, t).code == error_code::ok) {
            const auto short_of =
                std::find_if(d.bound.begin(), d.bound.end(),
                             [&](const take_line& b) { return room_for(d, b) < b.n; });
            if (short_of != d.bound.end()) nothing_of = *short_of;
        }
        d.bound = before;
        goods.cell = none<cell_id>;
    }
    std::erase_if(d.takes, [](const take_line& x) { return x.cell == none<cell_id>; });
    return nothing_of;
}

error engine::state::clip_basket(const visit& v, const reserve_request& r,
                                 const basket_terms& t) const {
    desk& d = v.desk;
    if (const error e = check_named(t.named); e.code != error_code::ok) return e;
    clip_to_stock(d);
    std::optional<take_line> bound;  // the pool because of which goods that are there are not had
    if (!names.pools.empty()) bound = clip_to_pools(d, r.lines, t);
    const auto goods = std::find_if(r.lines.begin(), r.lines.end(),
                                    [](const reserve_line& l) { return l.pool == none<pool_id>; });
    const bool wants_goods = goods != r.lines.end();  // then pools alone are nothing
    const auto is_some = [&](const take_line& x) {
        return x.n > 0 && !(wants_goods && is_pool(x.cell));
    };
    if (std::any_of(d.takes.begin(), d.takes.end(), is_some)) return {};
    const reserve_line& first = wants_goods ? *goods : r.lines.front();
    error nothing = fail(error_code::insufficient, first.amount.atoms, 0, raw(first.node));
    if (!wants_goods)
        nothing = fail(error_code::pool_exhausted, first.amount.atoms, 0, raw(first.pool));
    else if (bound)
        nothing = fail(error_code::pool_exhausted, bound->n * scale_of(bound->cell).granule,
                       std::max(0, books.stock.free(bound->cell)) * scale_of(bound->cell).granule,
                       raw(books.cells.pool_of(bound->cell)));
    nothing.row = static_cast<std::uint32_t>(&first - r.lines.data() + 1);
    return nothing;
}

}  // namespace earmark
