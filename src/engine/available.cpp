// AVAILABLE: the one definition of what may be promised, for reservations, for sourcing and for
// whoever asks, with every term of it.
#include <algorithm>
#include <utility>

#include "loader.hpp"

namespace earmark {
namespace {

constexpr granules nothing = stock::max_on_hand + stock::max_amount;

/// Calls f(cell, node, free) where the question is about.
template <class Books, class F>
void each_asked(const Books& b, const available_request& r, F&& f) {
    if (r.node == none<node_id>)
        return b.stock.each_free(r.sku, [&](cell_id cell, node_id at, granules free) {
            if (r.is_about(at)) f(cell, at, free);
        });
    if (const auto cell = b.cells.find(r.sku, r.node)) f(*cell, r.node, b.stock.free(*cell));
}

}  // namespace

result<granules> engine::state::to_floor(quantity q, const sku_facts& of) {
    if (q.atoms % of.granule != 0) return fail(error_code::not_a_multiple, q.atoms, of.granule);
    const std::int64_t n = q.atoms / of.granule;
    if (n > stock::max_amount || n < -stock::max_amount)
        return fail(error_code::out_of_range, q.atoms,
                    (n < 0 ? -stock::max_amount : stock::max_amount) * of.granule);
    return static_cast<granules>(n);
}

result<granules> engine::state::floor_of(sku_id sku, node_id node, channel_id channel,
                                         floor_use use, granules floor) const noexcept {
    const node_facts& at = names.node[index_of(node)];
    if (!at.active) return fail(error_code::excluded, raw(sku), raw(node), -1);
    if (names.floors.empty()) return floor;
    const auto found =
        names.floors.find(sku, node, at.kind, channel, use, names.sku[index_of(sku)]);
    if (found.excluded) return fail(error_code::excluded, raw(sku), raw(node), found.rule);
    if (!found.exists()) return floor;
    return floor == 0 ? found.floor : std::max(floor, found.floor);
}

void engine::state::keep_floors(desk& d, const sourcing::policy& by) const {
    d.held.clear();
    if (names.floors.empty()) return;
    const std::size_t nodes = names.node.size();
    d.held.assign(d.free.size(), 0);
    for (std::size_t w = 0; w < d.wanted.size(); ++w)
        for (std::size_t n = 0; n < nodes; ++n) {
            const std::size_t at = w * nodes + n;
            if (d.cells[at] == none<cell_id>) continue;
            const node_facts& node = names.node[n];
            const auto found = names.floors.find(
                d.wanted[w].sku, node_id{static_cast<std::uint16_t>(n)}, node.kind,
                none<channel_id>, floor_use::sourcing, names.sku[index_of(d.wanted[w].sku)]);
            if (!found.exists()) continue;
            const std::int64_t kept = sourcing::kept_back(by, node, d.wanted[w]);
            const bool oversells = books.cells.section_of(d.cells[at]) == none<section_id>;
            const std::int64_t more = kept == 0 && oversells
                                          ? found.floor
                                          : std::max<std::int64_t>(0, found.floor - kept);
            d.held[at] = found.excluded ? nothing : static_cast<granules>(more);
            d.free[at] -= d.held[at];
        }
}

error engine::state::check(const available_request& r) const noexcept {
    if (index_of(r.sku) >= names.sku.size()) return fail(error_code::unknown_sku, raw(r.sku));
    if (r.node != none<node_id> && index_of(r.node) >= names.node.size())
        return fail(error_code::unknown_node, raw(r.node));
    if (!r.nodes.empty() && index_of(r.nodes.back()) >= names.node.size())
        return fail(error_code::unknown_node, raw(r.nodes.back()));
    if (std::adjacent_find(r.nodes.begin(), r.nodes.end(), std::greater_equal{}) != r.nodes.end())
        return fail(error_code::bad_field, 5);  // not ascending, each once
    if (r.channel != none<channel_id> && index_of(r.channel) >= names.floors.channels.size())
        return fail(error_code::unknown_channel, raw(r.channel));
    return {};
}

result<std::vector<quantity>> engine::state::available_together(
    const visit& v, std::span<const available_request> r) {
    std::vector<cell_id> cells;
    for (std::size_t i = 0; i < r.size(); ++i) {
        if (error e = check(r[i]); e.code != error_code::ok) {
            e.row = static_cast<std::uint32_t>(i + 1);
            return e;
        }
        books.cells.each(r[i].sku, [&](cell_id c, node_id at) {
            if (r[i].is_about(at)) cells.push_back(c);
        });
        books.cells.each_section(r[i].sku, [&](cell_id c, node_id at, section_id) {
            if (r[i].is_about(at)) cells.push_back(c);
        });
        std::ranges::sort(cells);
        cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
        if (cells.size() > stock::most_together) {
            error e = fail(error_code::too_many_cells, static_cast<std::int64_t>(cells.size()),
                           stock::most_together);
            e.row = static_cast<std::uint32_t>(i + 1);
            return e;
        }
    }
    std::vector<granules> free(cells.size());
    for (std::uint32_t look = 0; look <= settings.decide_again; ++look) {
        sweep(v.slot, v.now);
        const auto calm = books.timers.calm(v.now);
        if (!calm || !books.stock.read_together(v.slot, cells, free)) continue;
        if (!stays_calm(v, calm)) continue;
        std::vector<quantity> out;
        for (const available_request& one : r) {
            const auto free_of = [&](cell_id c) {
                const auto where = std::ranges::lower_bound(cells, c) - cells.begin();
                return free[static_cast<std::size_t>(where)];
            };
            const bool wide = books.cells.has_sections(one.sku);
            std::int64_t sum = wide ? available_in_sections(v, one, 0, free_of) : 0;
            const auto add = [&](cell_id c, node_id at) {
                if (wide || !one.is_about(at)) return;
                const auto kept = floor_of(one.sku, at, one.channel, one.use);
                if (kept) sum += std::max(0, free_of(c) - *kept);
            };
            books.cells.each(one.sku, add);
            out.push_back(to_quantity(one.sku, sum));
        }
        return out;
    }
    return fail(error_code::stock_moving);
}

/// Granules above the floors. Where no rule and no switch can say anything, the words are all that
/// is looked at.
std::int64_t engine::state::sum_of(const visit& v, const available_request& r, granules floor) {
    if (books.cells.has_sections(r.sku))
        return available_in_sections(v, r, floor, [&](cell_id c) { return books.stock.free(c); });
    if (r.node == none<node_id> && r.nodes.empty() && names.promises_everywhere())
        return books.stock.sum_above(r.sku, floor);
    std::int64_t sum = 0;
    each_asked(books, r, [&](cell_id, node_id at, granules free) {
        const auto kept = floor_of(r.sku, at, r.channel, r.use, floor);
        if (kept) sum += std::max(0, free - *kept);
    });
    return sum;
}

result<quantity> engine::state::available(const visit& v, const available_request& r,
                                          granules floor) {
    if (const error e = check(r); e.code != error_code::ok) return e;
    for (std::uint32_t look = 0; look <= settings.decide_again; ++look) {
        sweep(v.slot, v.now);
        const auto calm = books.timers.calm(v.now);
        if (!calm) continue;
        const std::int64_t sum = sum_of(v, r, floor);
        if (stays_calm(v, calm)) return to_quantity(r.sku, sum);
    }
    return fail(error_code::stock_moving);
}

// ---- the door ----------------------------------------------------------------------------------

result<quantity> engine::available(sku_id sku, node_id node, quantity floor) {
    state& s = *state_;
    const command now{{}, {}, this->now()};
    return s.stay<result<quantity>>(now, [&](const state::visit& v) -> result<quantity> {
        granules kept = 0;
        if (floor.atoms != 0) {
            if (index_of(sku) >= s.names.sku.size()) return fail(error_code::unknown_sku, raw(sku));
            const auto n = state::to_floor(floor, s.names.sku[index_of(sku)]);
            if (!n) return n.error();
            kept = *n;
        }
        return s.available(v, {sku, node}, kept);
    });
}

result<quantity> engine::available(const available_request& r) {
    const command now{{}, {}, this->now()};
    return state_->stay<result<quantity>>(
        now, [&](const state::visit& v) { return state_->available(v, r, 0); });
}

void engine::available(std::span<const available_request> r, std::span<result<quantity>> out) {
    EARMARK_CHECK(r.size() == out.size(), "available: one answer for each question");
    state& s = *state_;
    const command now{{}, {}, this->now()};
    const auto done = s.stay<result<bool>>(now, [&](const state::visit& v) -> result<bool> {
        for (std::size_t i = 0; i < r.size(); ++i) {
            constexpr std::size_t ahead = 4;
            if (i + ahead < r.size() && index_of(r[i + ahead].sku) < s.names.sku.size())
                s.books.cells.prefetch(r[i + ahead].sku);
            out[i] = s.available(v, r[i], 0);
        }
        return true;
    });
    if (!done) std::fill(out.begin(), out.end(), result<quantity>{done.error()});
}

result<std::vector<quantity>> engine::available_together(std::span<const available_request> r) {
    using answers = std::vector<quantity>;
    const command now{{}, {}, this->now()};
    return state_->stay<result<answers>>(
        now, [&](const state::visit& v) { return state_->available_together(v, r); });
}

result<channel_id> engine::find_channel(std::string_view key) const {
    return state_->ask<result<channel_id>>([&](const state::visit&) -> result<channel_id> {
        const auto at = state_->names.floors.channels.find(key);
        if (!at) return fail(error_code::unknown_channel, -1);
        return channel_id{static_cast<std::uint16_t>(*at)};
    });
}

}  // namespace earmark
