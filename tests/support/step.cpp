#include "step.hpp"

namespace earmark::streams {

namespace {

std::string name(serial s) {
    if (s == nothing) return "none";
    return s == unknown ? "unknown" : "#" + std::to_string(s);
}

std::string time_text(time_point t) { return t == never ? "never" : std::to_string(t.ns); }

std::string node_text(node_id n) {
    return n == none<node_id> ? "any" : "n" + std::to_string(raw(n));
}
std::string own_text(const line_terms& own, std::uint16_t set = 0) {
    std::string out = set == 0 ? "" : " of set " + std::to_string(set);
    if (own.ship_to != none<place_id>) out += " to p" + std::to_string(raw(own.ship_to));
    if (own.deliver_by != no_day) out += " by " + std::to_string(own.deliver_by.n);
    return out;
}
/// A node, and the section of it that a row names.
template <class Row>
std::string place_text(const Row& r) {
    return node_text(r.node) +
           (r.section == none<section_id> ? "" : "/" + std::to_string(raw(r.section)));
}

template <class Items, class Text>
std::string list(const Items& items, Text text) {
    std::string out = "[";
    for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + text(item);
    return out + "]";
}

std::string lines_text(const std::vector<reserve_line>& lines) {
    return list(lines, [](const reserve_line& l) {
        if (l.pool != none<pool_id>)
            return "pool " + std::to_string(raw(l.pool)) + " x" + std::to_string(l.amount.atoms) +
                   " floor " + std::to_string(l.floor.atoms);
        return "s" + std::to_string(raw(l.sku)) + "@" + node_text(l.node) + " x" +
               std::to_string(l.amount.atoms) + " floor " + std::to_string(l.floor.atoms);
    });
}

struct writer {
    std::string operator()(const advance_step&) const { return "advance"; }
    std::string operator()(const restart_step&) const { return "restart"; }
    std::string operator()(const stock_step& s) const {
        return "load stock " + list(s.rows, [](const stock_row& r) {
                   return r.sku + "@" + r.node + " +" + std::to_string(r.on_hand.atoms);
               });
    }
    std::string operator()(const floor_step& s) const {
        return "floors " + list(s.rows, [](const floor_row& r) {
                   return r.key + (r.active ? ": " : " (off): ") + r.sku + "@" + r.node +
                          (r.kind ? " kind " + std::to_string(static_cast<int>(*r.kind)) : "") +
                          " for '" + r.channel + "' use " +
                          std::to_string(static_cast<int>(r.use)) +
                          (r.exclude ? " excluded" : " keep " + std::to_string(r.units));
               });
    }
    std::string operator()(const adjust_request& r) const {
        if (r.pool != none<pool_id>)
            return "adjust pool " + std::to_string(raw(r.pool)) + " by " +
                   std::to_string(r.delta.atoms);
        return "adjust s" + std::to_string(raw(r.sku)) + "@" + place_text(r) + " by " +
               std::to_string(r.delta.atoms);
    }
    std::string operator()(const reserve_step& s) const {
        return "reserve " + list(s.baskets, [](const basket& b) {
                   return lines_text(b.lines) + " until " + time_text(b.deadline) + " supersedes " +
                          name(b.supersedes) + " for '" + b.channel + "' pools " +
                          list(b.pools, [](pool_id p) { return std::to_string(raw(p)); }) +
                          (b.on ? " on " + time_text(*b.on) : "");
               });
    }
    std::string operator()(const change_step& s) const {
        return "change " + name(s.reservation) + " to " + lines_text(s.lines) + " until " +
               (s.deadline ? time_text(*s.deadline) : "as it is");
    }
    std::string operator()(const move_step& s) const {
        return "move " + name(s.reservation) + " from " + node_text(s.from) + " to " +
               node_text(s.to) + " sku " +
               (s.sku == none<sku_id> ? "any" : std::to_string(raw(s.sku))) + " x" +
               std::to_string(s.amount.atoms) + " floor " + std::to_string(s.floor.atoms);
    }
    std::string operator()(const unreserve_step& s) const {
        return "unreserve " + name(s.reservation);
    }
    std::string operator()(const place_step& s) const {
        return "place_order " + list(s.orders, [](const new_order& o) {
                   return "key '" + o.key.substr(0, 20) + "' to p" +
                          std::to_string(raw(o.ship_to)) + " " +
                          list(o.lines,
                               [](const order_line& l) {
                                   return "s" + std::to_string(raw(l.sku)) + " x" +
                                          std::to_string(l.amount.atoms) + " at " +
                                          std::to_string(l.unit_price_minor) +
                                          (l.node == none<node_id> ? "" : " from ") +
                                          (l.node == none<node_id> ? "" : node_text(l.node)) +
                                          own_text(l.own, l.set);
                               }) +
                          (o.node == none<node_id> ? "" : " all from " + node_text(o.node)) +
                          " takes over " + name(o.reservation) +
                          (o.customer.empty() ? "" : " for " + o.customer);
               });
    }
    std::string operator()(const cancel_step& s) const {
        return "cancel " + name(s.order) + " line " + std::to_string(s.line) + " x" +
               std::to_string(s.amount.atoms);
    }
    std::string operator()(const amend_step& s) const {
        return "amend " + name(s.order) +
               (s.ship_to ? " to p" + std::to_string(raw(*s.ship_to)) : "") + " " +
               list(s.lines, [](const line_change& l) {
                   return "line " + std::to_string(l.line) +
                          (l.line == 0 ? " s" + std::to_string(raw(l.sku)) : "") +
                          (l.amount ? " x" + std::to_string(l.amount->atoms) : "") +
                          (l.node ? " from " + node_text(*l.node) : "") +
                          own_text({l.ship_to.value_or(none<place_id>), none<service_id>,
                                    l.deliver_by.value_or(no_day)}) +
                          (l.ship_to == none<place_id> ? " to where the order goes" : "");
               });
    }
    std::string operator()(const text_step& s) const {
        constexpr const char* names[] = {"send", "correct", "place", "replay", "discard", "park"};
        return std::string{names[static_cast<int>(s.does)]} + " text '" + s.key + "' revision " +
               std::to_string(s.revision) + (s.is_known ? " " : " (unknown) ") +
               list(s.lines, [](const order_line& l) {
                   return "s" + std::to_string(raw(l.sku)) + " x" + std::to_string(l.amount.atoms) +
                          " at " + std::to_string(l.unit_price_minor) + own_text(l.own, l.set);
               });
    }
    std::string operator()(const source_step& s) const {
        return (s.dry_run ? "source (dry run) " : "source ") + list(s.orders, name);
    }
    std::string operator()(const release_step& s) const {
        std::string text = "release " + list(s.orders, name);
        if (s.node != none<node_id>) text += " at n" + std::to_string(raw(s.node));
        return text;
    }
    std::string operator()(const count_request& r) const {
        return "count s" + std::to_string(raw(r.sku)) + "@" + place_text(r) + " found " +
               std::to_string(r.found.atoms);
    }
    std::string operator()(const feed_step& s) const {
        return (s.is_delta ? "delta " : "snapshot ") + s.source + " #" +
               std::to_string(s.sequence) + " as of " + std::to_string(s.ago) + " steps ago" +
               (s.basis == feed_basis::available ? ", available" : "") +
               (s.complete ? ", complete " : " ") + list(s.rows, [](const feed_row& r) {
                   return "s" + std::to_string(raw(r.sku)) + "@" + place_text(r) + " " +
                          std::to_string(r.figure.atoms);
               });
    }
    std::string operator()(const held_step& s) const {
        return "place_hold " + std::to_string(raw(s.type)) + " on " + name(s.order) + " line " +
               std::to_string(s.line) + (s.until ? " until " + time_text(*s.until) : "");
    }
    std::string operator()(const answer_step& s) const {
        return (s.accept ? "accept hold " : "reject hold ") + std::to_string(s.hold) + " of " +
               name(s.order);
    }
    std::string operator()(const fact_step& s) const {
        return std::string{name_of(s.kind)} + " " + s.event + " " + name(s.order) + " line " +
               std::to_string(s.line) + " " + node_text(s.node) + " x" +
               std::to_string(s.amount.atoms);
    }
};

}  // namespace

std::string describe(const step& s) {
    return "#" + std::to_string(s.number) + " at " + std::to_string(s.now.ns) + " key '" +
           s.key.substr(0, 20) + "' by " + std::to_string(s.who) + ": " +
           list(s.grants,
                [](const privilege_row& r) {
                    return r.actor + " " + std::string{name_of(r.does)} + " " +
                           std::string{name_of(r.may)} + " '" + r.hold_type + "'";
                }) +
           list(s.restricts,
                [](const naive::restriction& r) {
                    const restriction_row row = naive::row_of(r);
                    std::string out = r.key + (r.active ? ": " : " (off): ");
                    out += row.item + " | " + row.origin + " | " + row.destination + " | ";
                    return out + row.order + (r.across ? " | across" : "");
                }) +
           " " + std::visit(writer{}, s.what);
}

}  // namespace earmark::streams
