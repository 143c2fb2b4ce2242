// SECTIONS IN USE: a line that several sections serve, for baskets, for plans and for whoever asks.
#include <algorithm>

#include "earmark/intake/capture.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// Lines of one SKU at one node are one demand; the highest floor counts.
error merge_wide(std::vector<wide_line>& lines, const catalog& names) {
    std::stable_sort(lines.begin(), lines.end(), [](const wide_line& a, const wide_line& b) {
        return std::pair{a.sku, a.node} < std::pair{b.sku, b.node};
    });
    std::size_t kept = 0;
    for (const wide_line& l : lines) {
        if (kept == 0 || lines[kept - 1].sku != l.sku || lines[kept - 1].node != l.node) {
            lines[kept++] = l;
            continue;
        }
        wide_line& into = lines[kept - 1];
        if (l.n > stock::max_amount - into.n) {
            const std::int64_t granule = names.sku[index_of(l.sku)].granule;
            return fail(error_code::out_of_range, (std::int64_t{into.n} + l.n) * granule,
                        stock::max_amount * granule);
        }
        into.n += l.n;
        into.floor = std::max(into.floor, l.floor);
    }
    lines.resize(kept);
    return {};
}

}  // namespace

void engine::state::cells_drawn(const desk& d, sku_id sku, node_id node,
                                std::vector<draw>& into) const {
    for (const section_id s : d.drawn)
        if (const auto cell = books.cells.find(sku, node, s))
            into.push_back({*cell, s == none<section_id>, 0, 0, 0});
}

/// All cells of the wide lines, line by line, with what they have free at one instant.
error engine::state::picture_of_wide(const visit& v, std::vector<std::size_t>& ends) {
    desk& d = v.desk;
    d.draws.clear();
    for (const wide_line& l : d.wide) {
        const std::size_t first = d.draws.size();
        cells_drawn(d, l.sku, l.node, d.draws);
        ends.push_back(d.draws.size());
        if (d.draws.size() > first || d.partial) continue;
        error none_there = fail(error_code::no_cell, raw(l.sku), raw(l.node));
        none_there.row = l.row;
        return none_there;
    }
    if (const error e = fits_basket(d.draws.size()); e.code != error_code::ok) return e;
    d.together.clear();
    for (const draw& x : d.draws) d.together.push_back(x.cell);
    d.together_free.resize(d.together.size());
    if (!books.stock.read_together(v.slot, d.together, d.together_free))
        return fail(error_code::stock_moving);
    for (std::size_t i = 0; i < d.draws.size(); ++i) {
        granules& free = d.draws[i].free;
        free = d.together_free[i];
        for (const give_line& g : d.gives)  // comes back in the same step
            if (g.cell == d.draws[i].cell) free += g.n;
        for (const take_line& t : d.takes)  // lines that name this section come first
            if (t.cell == d.draws[i].cell) {
                free -= d.partial ? std::clamp(free - t.floor, 0, t.n) : t.n;  // what it will get
                d.draws[i].least = std::max(d.draws[i].least, t.floor);
            }
    }
    return {};
}

error engine::state::draw_wide(const visit& v) {
    desk& d = v.desk;
    if (const error e = merge_wide(d.wide, names); e.code != error_code::ok) return e;
    std::vector<std::size_t> ends;
    if (const error e = picture_of_wide(v, ends); e.code != error_code::ok) return e;
    std::size_t first = 0;
    for (std::size_t w = 0; w < d.wide.size(); first = ends[w++]) {
        const wide_line& l = d.wide[w];
        const std::span over{d.draws.data() + first, ends[w] - first};
        std::int64_t room = divide(over, l.n, l.floor);
        if (room < l.n && d.partial) {
            d.clipped = true;
            room = divide(over, static_cast<granules>(std::max<std::int64_t>(0, room)), l.floor);
        } else if (room < l.n) {
            const std::int64_t granule = names.sku[index_of(l.sku)].granule;
            error lack = fail(error_code::insufficient, l.n * granule, room * granule, raw(l.node));
            lack.row = l.row;
            return lack;
        }
        for (const draw& x : over)
            if (x.n > 0 || x.floor > 0) d.takes.push_back({x.cell, x.n, x.floor});
    }
    return {};
}

bool engine::state::was_there(const desk& d, const take_line& t) const noexcept {
    if (d.wide.empty()) return false;
    const auto at = std::find(d.together.begin(), d.together.end(), t.cell);
    if (at == d.together.end()) return false;
    return d.together_free[static_cast<std::size_t>(at - d.together.begin())] >= t.n + t.floor;
}

error engine::state::may_promise(cell_id c, const lifecycle::image& basket) const noexcept {
    const sku_id sku = books.cells.sku_of(c);
    const node_id node = books.cells.node_of(c);
    const auto floor = floor_of(sku, node, basket.channel, floor_use::selling);
    if (!floor) return floor.error();
    const section_id section = books.cells.section_of(c);
    if (section == none<section_id> || names.sections[section].gives_on(basket.on)) return {};
    return fail(error_code::excluded, raw(sku), raw(node), -1);
}

error engine::state::section_take(desk& d, const reserve_line& l, take_line asked,
                                  const basket_terms& t, bool may_be_none) const {
    if (!names.sections.exists(l.section)) return fail(error_code::unknown_section, raw(l.section));
    // No rule's floor is the section's, but what a rule freezes is frozen here, too.
    const auto rule = floor_of(l.sku, l.node, t.channel, floor_use::selling);
    if (!rule && !may_be_none) return rule.error();
    if (!names.sections[l.section].gives_on(t.on) && !may_be_none)
        return fail(error_code::excluded, raw(l.sku), raw(l.node), -1);
    const auto cell = books.cells.find(l.sku, l.node, l.section);
    if (!cell) return fail(error_code::no_cell, raw(l.sku), raw(l.node));
    asked.cell = *cell;
    d.takes.push_back(asked);
    return {};
}

void engine::state::add_sections(desk& d, time_point now) const {
    d.more.clear();
    if (names.sections.empty()) return;
    names.sections.order({none<channel_id>, now, now}, d.drawn);
    const std::size_t nodes = names.node.size();
    for (std::size_t w = 0; w < d.wanted.size(); ++w) {
        const sku_id sku = d.wanted[w].sku;
        if (!books.cells.has_sections(sku)) continue;
        for (std::size_t n = 0; n < nodes; ++n) {
            d.draws.clear();
            cells_drawn(d, sku, node_id{static_cast<std::uint16_t>(n)}, d.draws);
            const std::size_t at = w * nodes + n;
            for (const draw& x : d.draws) {
                if (x.is_plain) continue;
                const granules free = books.stock.free(x.cell);
                d.free[at] += free;
                if (d.cells[at] == none<cell_id>) d.cells[at] = x.cell;
                d.more.push_back({at, x.cell, free});
            }
        }
    }
}

bool engine::state::divide_part(desk& d, std::size_t at, granules n, std::int64_t floor) const {
    const auto kept = static_cast<granules>(
        std::clamp<std::int64_t>(floor, -stock::max_amount, stock::max_amount));
    granules of_more = 0;
    d.draws.assign(1, {d.cells[at], true, 0, n, kept});
    for (const more_cells& m : d.more) {
        if (m.at != at) continue;
        if (m.cell == d.cells[at]) d.draws.clear();  // there is no plain stock
        d.draws.push_back({m.cell, false, m.free, 0, 0});
        of_more += m.free;
    }
    if (d.draws.size() == 1 && d.draws.front().is_plain) return true;
    const granules all = d.free[at] + (d.held.empty() ? 0 : d.held[at]);
    if (d.draws.front().is_plain) d.draws.front().free = all - of_more;
    return divide(d.draws, n, kept) >= n;
}

std::int64_t engine::state::available_in_sections(const visit& v, const available_request& r,
                                                  granules floor,
                                                  const std::function<granules(cell_id)>& free_of) {
    desk& d = v.desk;
    const bool sells = r.use != floor_use::sourcing;
    names.sections.order({sells ? r.channel : none<channel_id>, v.now, v.now}, d.drawn);
    std::int64_t sum = 0;
    for (std::size_t n = 0; n < names.node.size(); ++n) {
        const node_id node{static_cast<std::uint16_t>(n)};
        if (!r.is_about(node)) continue;
        const auto kept = floor_of(r.sku, node, r.channel, r.use, floor);
        if (!kept) continue;
        d.draws.clear();
        cells_drawn(d, r.sku, node, d.draws);
        for (draw& x : d.draws) x.free = free_of(x.cell);
        sum += divide(d.draws, INT32_MAX, *kept);
    }
    return sum;
}

}  // namespace earmark
