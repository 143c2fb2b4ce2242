#include "naive_restrictions.hpp"

#include <algorithm>

#include "naive_engine.hpp"

namespace earmark::naive {

bool is_hazmat(sku_id s) { return raw(s) % 2 == 1; }

std::string country_of(node_id n) {
    constexpr const char* all[] = {"DE", "CH", ""};
    return all[raw(n) % 3];
}

std::string country_of(place_id p) {
    constexpr const char* all[] = {"DE", "CH", "", "DE"};
    return p == none<place_id> ? "" : all[raw(p) % 4];
}

restriction_row row_of(const restriction& r) {
    restriction_row out{r.key, "because", {}, {}, {}, {}};
    const auto also = [](std::string& to, const std::string& more) {
        to += (to.empty() ? "" : " and ") + more;
    };
    if (r.sku) also(out.item, "line.sku == \"s" + std::to_string(raw(*r.sku)) + "\"");
    if (r.hazmat) also(out.item, "line.hazmat");
    if (r.node) also(out.origin, "node.key == \"n" + std::to_string(raw(*r.node)) + "\"");
    constexpr const char* kinds[] = {"dc", "store", "vendor"};
    if (r.kind)
        also(out.origin,
             std::string{"node.kind == \""} + kinds[static_cast<std::size_t>(*r.kind)] + "\"");
    if (r.place) out.destination = "ship_to == \"p" + std::to_string(raw(*r.place)) + "\"";
    if (r.priority) out.order = "priority == " + std::to_string(*r.priority);
    if (r.across) out.unless_same = {"node.country", "ship_to.country"};
    out.active = r.active;
    return out;
}

// ---- in the engine ------------------------------------------------------------------------------

void engine::load(const command& c, const restriction& r) {
    tick(c.now);
    restrictions_[r.key] = r;
}

bool engine::is_restricted(const order_line& l, place_id ship_to, std::uint8_t priority,
                           node_id from) const {
    if (l.own.ship_to != none<place_id>) ship_to = l.own.ship_to;
    const auto forbids = [&](const restriction& r) {
        if (flaw_ == flaw::forgets_origins && r.names_origin()) return false;
        if (!r.active || (r.sku && *r.sku != l.sku) || (r.hazmat && !is_hazmat(l.sku)))
            return false;
        if ((r.place && *r.place != ship_to) || (r.priority && *r.priority != priority))
            return false;
        if ((r.node && *r.node != from) || (r.kind && *r.kind != nodes_.at(from).kind))
            return false;
        const std::string here = country_of(from), there = country_of(ship_to);
        return !r.across || here.empty() || here != there;
    };
    return std::ranges::any_of(restrictions_, [&](const auto& r) { return forbids(r.second); });
}

/// It may leave from no node, or not from its own.
bool engine::is_restricted(const order_line& l, place_id ship_to, std::uint8_t priority) const {
    if (l.node != none<node_id>)
        return nodes_.contains(l.node) && is_restricted(l, ship_to, priority, l.node);
    return std::ranges::all_of(
        nodes_, [&](const auto& n) { return is_restricted(l, ship_to, priority, n.first); });
}

/// Would an amendment leave units where they may not leave from? `made` is what it makes of the
/// order, but for its address and units that are more.
bool engine::is_restricted(const held_order& before, const held_order& made, const amend_request& r,
                           const by_line& more, const std::vector<order_line>& added) const {
    held_order next = made;
    next.ship_to = r.ship_to.value_or(before.ship_to);
    std::set<std::uint32_t> about;
    for (const line_change& c : r.lines)
        if (c.line != 0 && ((c.node && *c.node != before.lines[c.line - 1].node) ||
                            made.lines[c.line - 1].own != before.lines[c.line - 1].own))
            about.insert(c.line);
    for (std::uint32_t l = 1; next.ship_to != before.ship_to && l <= next.lines.size(); ++l)
        about.insert(l);
    const auto may_not = [&](std::uint32_t line) {
        return is_restricted(next.lines[line - 1], next.ship_to, next.priority);
    };
    for (const auto& [at, n] : next.buckets) {
        const auto& [line, state, node] = at;
        if (n == 0 || !about.contains(line)) continue;
        if ((state == unit_state::open || state == unit_state::backordered) && may_not(line))
            return true;
        if ((state == unit_state::allocated || state == unit_state::released) &&
            is_restricted(next.lines[line - 1], next.ship_to, next.priority, node))
            return true;
    }
    for (const auto& [line, n] : more)
        if (may_not(line)) return true;
    return std::ranges::any_of(
        added, [&](const order_line& l) { return is_restricted(l, next.ship_to, next.priority); });
}

}  // namespace earmark::naive
