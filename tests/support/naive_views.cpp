// What the naive engine shows: recounted from its maps at every question.
#include <algorithm>

#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

/// The lowest and the highest state among units that are not cancelled, or cancelled for all.
struct status {
    bool seen = false;
    unit_state lowest = unit_state::cancelled;
    unit_state highest = unit_state::cancelled;

    void add(unit_state s) {
        if (s == unit_state::cancelled) return;
        lowest = seen ? std::min(lowest, s) : s;
        highest = seen ? std::max(highest, s) : s;
        seen = true;
    }
};

}  // namespace

std::int64_t engine::available(sku_id s, node_id n, std::int64_t floor_atoms,
                               const std::string& channel) const {
    const std::int64_t granule = skus_.at(s).granule;
    std::int64_t sum = 0;
    for (const auto& [at, c] : cells_) {
        if (at.first != s || (n != none<node_id> && n != at.second)) continue;
        const auto floor = floor_of(at, channel, floor_atoms / granule);
        if (floor) sum += std::max<std::int64_t>(0, c.free - *floor);
    }
    return sum * granule;
}

std::vector<request_view> engine::requests_of(const held_order& o) const {
    std::vector<request_view> out;
    for (const asked_node& a : o.asked) {
        const std::int64_t atoms = a.n * skus_.at(o.lines[a.line - 1].sku).granule;
        out.push_back({a.kind, a.line, a.node, {atoms}, a.until, a.then, a.reason, {}});
    }
    return out;
}

order_view engine::order(order_id id) const {
    const held_order& o = orders_.at(raw(id));
    order_view view;
    view.id = id;
    view.key = o.key;
    view.placed = o.placed;
    view.ship_to = o.ship_to;
    view.currency = o.currency;
    status whole;
    for (std::uint32_t line = 1; line <= o.lines.size(); ++line) {
        const order_line& l = o.lines[line - 1];
        status its;
        for (const auto& [at, n] : o.buckets) {
            if (std::get<0>(at) != line) continue;
            its.add(std::get<1>(at));
            whole.add(std::get<1>(at));
            const std::int64_t granule = skus_.at(l.sku).granule;
            const bool waits = std::get<1>(at) == unit_state::backordered;
            const std::int64_t plain = waits ? unlabelled(o, line) : n;
            const auto add = [&](std::int64_t some, std::string_view label) {
                if (some == 0) return;
                view.buckets.push_back(
                    {line, std::get<1>(at), std::get<2>(at), quantity{some * granule}});
                view.buckets.back().label = label;
            };
            add(plain, {});
            add(n - plain, "chased");
        }
        const line_terms goes = joined(l.own, {o.ship_to, none<service_id>, o.deliver_by});
        view.lines.push_back({l.sku, l.amount, l.unit_price_minor, its.lowest, its.highest,
                              none<node_id>, false, goes.ship_to, goes.method, goes.deliver_by,
                              l.set});
    }
    view.requests = requests_of(o);
    view.revision = o.revision;
    for (const kept_hold& k : o.holds) {
        view.holds.push_back(k.seen);
        bool& blocks = view.holds.back().blocks;
        const auto& steps = hold_types_[index_of(k.seen.type)].blocks;
        const bool stops_none = steps && steps->empty() && !k.seen.gave_back;
        blocks = blocks && !stops_none && is_ahead(o, k.seen.line);
        view.held = view.held || blocks;
        for (std::uint32_t line = 1; line <= o.lines.size(); ++line)
            if (blocks && (k.seen.line == 0 || k.seen.line == line) && is_ahead(o, line))
                view.lines[line - 1].held = true;
    }
    view.lowest = whole.lowest;
    view.highest = whole.highest;
    return view;
}

reservation_view engine::reservation(reservation_id id) const {
    const held_reservation& r = reservations_.at(raw(id));
    reservation_view view{id, r.state, r.deadline, {}};
    std::uint32_t line = 0;
    for (const auto& [at, w] : r.parts) {
        const quantity amount{w.n * granule_at(at)};
        const pool_id p = is_pool(at) ? pool_id{raw(at.first) - first_pool} : none<pool_id>;
        view.parts.push_back({++line, unit_state::reserved, at.second, amount, p});
    }
    return view;
}

totals engine::balance() const {
    totals t;
    for (const auto& [at, c] : cells_) {
        if (is_pool(at)) continue;
        ++t.cells;
        t.on_hand += c.on_hand;
        t.free += c.free;
    }
    for (const auto& [id, r] : reservations_)
        for (const auto& [at, w] : r.parts)
            if (r.state == reservation_state::active && !is_pool(at)) t.reserved += w.n;
    t.earmarked = t.reserved;
    for (const auto& [id, o] : orders_)
        for (const auto& [at, n] : o.buckets) {
            t.ordered += n;
            t.in[std::get<1>(at)] += n;
            if (holds_stock(std::get<1>(at))) t.earmarked += n;
        }
    return t;
}

}  // namespace earmark::naive
