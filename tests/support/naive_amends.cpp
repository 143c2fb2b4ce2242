// Amendments in the naive engine: a line at a time, on a copy that is thrown away where anything is
// wrong.
#include <algorithm>
#include <array>

#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

/// What may be changed while units are in a state: yes, no, or they have no say.
enum class say { yes, no, none };
say of_more(unit_state s) { return s < unit_state::shipped ? say::yes : say::none; }
say of_terms(unit_state s) {
    return s < unit_state::released ? say::yes : s < unit_state::shipped ? say::no : say::none;
}

std::string content_of(const amend_request& r) {
    std::string out =
        text_of(verb::amend, raw(r.order), r.ship_to ? std::int64_t{raw(*r.ship_to)} : -1,
                r.base_version, r.preview ? 1 : 0);
    for (const line_change& l : r.lines)
        out += text_of(verb::amend, l.line, raw(l.sku), l.unit_price_minor,
                       l.amount ? l.amount->atoms : -77, l.node ? int{raw(*l.node)} : -1,
                       l.ship_to ? std::int64_t{raw(*l.ship_to)} : -1,
                       l.deliver_by ? std::int64_t{l.deliver_by->n} : INT64_MAX, l.set);
    return out;
}

}  // namespace

error_code engine::may(const held_order& o, std::uint32_t line, bool of_line_or_more,
                       bool of_address) const {
    bool any = false, all_own = true, has_units = false;
    for (const auto& [at, n] : o.buckets) {
        const auto& [its_line, state, node] = at;
        if ((line != 0 && line != its_line) || state == unit_state::cancelled) continue;
        has_units = true;
        if (of_address && o.lines[its_line - 1].own.ship_to != none<place_id>) continue;
        all_own = false;
        const say s = of_line_or_more ? of_more(state) : of_terms(state);
        if (s == say::no) return error_code::not_amendable;
        any |= s == say::yes;
    }
    return any || (has_units && all_own) ? error_code::ok : error_code::not_amendable;
}

error_code engine::fewer(held_order& o, std::uint32_t line, std::int64_t n, bool& any_asked) {
    static constexpr std::array removal = {unit_state::backordered, unit_state::open,
                                           unit_state::allocated, unit_state::released};
    const auto from = to_take_back(o, line, removal);
    std::int64_t there = 0;
    for (const taken_back& t : from) there += t.n;
    if (there == 0)  // it may be changed, but its nodes were asked about all of it
        return standing(o, line, none<node_id>, removal).empty() ? error_code::not_amendable
                                                                 : error_code::not_allowed;
    if (there < n) return error_code::too_few_units;
    any_asked |= take_back(o, from, n, 0);
    return error_code::ok;
}

/// Allocated units of a line go along to the node that it is bound to.
error_code engine::follow(held_order& o, std::uint32_t line, node_id node,
                          std::map<cell_key, std::int64_t>& taken) {
    const sku_id sku = o.lines[line - 1].sku;
    const auto buckets = o.buckets;
    for (const auto& [at, n] : buckets) {
        const auto& [its_line, state, its_node] = at;
        if (its_line != line || !holds_stock(state) || its_node == node) continue;
        if (stops(o, line, hold_step::allocate)) return error_code::held;
        const bool has_days = std::ranges::any_of(
            pools_, [](const pool_row& p) { return p.day != pool_day::basket; });
        if (state != unit_state::allocated || !o.pools.empty() || has_days || has_labels_)
            return error_code::firm_elsewhere;
        const cell_key to{sku, node};
        if (!cells_.contains(to)) return error_code::no_cell;
        if (!nodes_.at(node).active) return error_code::excluded;
        const floor_row* const rule = floor_rule_of(to, {}, floor_use::sourcing);
        if (rule != nullptr && rule->exclude) return error_code::excluded;
        taken[to] += n;
        move(o, at, {line, unit_state::open, none<node_id>}, n);
        o.buckets[{line, unit_state::allocated, node}] += n;
        if ((o.buckets[{line, unit_state::open, none<node_id>}] -= n) == 0)
            o.buckets.erase({line, unit_state::open, none<node_id>});
    }
    return error_code::ok;
}

/// What a line says of its own of where it goes and by when.
template <class Refuse>
void engine::send(const held_order& before, const line_change& c, order_line& l,
                  Refuse&& refuse_once) const {
    const auto may_go = [&] { return c.line == 0 || refuse_once(may(before, c.line, false)); };
    if (c.ship_to && *c.ship_to != l.own.ship_to) {
        const bool is_there =
            *c.ship_to == none<place_id> || index_of(*c.ship_to) < place_keys_.size();
        if (refuse_once(is_there ? error_code::ok : error_code::unknown_place) && may_go())
            l.own.ship_to = *c.ship_to;
    }
    if (c.deliver_by && *c.deliver_by != l.own.deliver_by && may_go())
        l.own.deliver_by = *c.deliver_by;
}

/// Of a request: lines that shrink, and the first thing that is wrong.
error_code engine::change_lines(held_order& o, const amend_request& r, bool& shrinks,
                                bool& any_asked, by_line& more, std::vector<order_line>& added) {
    error_code first = error_code::ok;
    const auto refuse_once = [&](error_code e) {
        if (first == error_code::ok) first = e;
        return e == error_code::ok;
    };
    const held_order before = o;
    std::set<std::uint32_t> seen;
    const auto known = [&](node_id n) { return n == none<node_id> || nodes_.contains(n); };
    for (const line_change& c : r.lines) {
        if (c.line == 0) {
            if (!refuse_once(skus_.contains(c.sku) ? error_code::ok : error_code::unknown_sku))
                continue;
            if (c.unit_price_minor < 0) refuse_once(error_code::bad_price);
            const node_id firm = c.node.value_or(none<node_id>);
            if (!known(firm)) refuse_once(error_code::unknown_node);
            if (refuse_once(check_amount(c.sku, c.amount.value_or(quantity{}))) &&
                refuse_once(may(before, 0, true)))
                added.push_back({c.sku, c.amount.value_or(quantity{}), c.unit_price_minor, firm});
            if (first == error_code::ok) added.back().set = c.set;
            if (first == error_code::ok) send(before, c, added.back(), refuse_once);
            continue;
        }
        if (c.line > before.lines.size()) {
            refuse_once(error_code::unknown_line);
            continue;
        }
        if (!seen.insert(c.line).second) {
            refuse_once(error_code::duplicate_row);
            continue;
        }
        order_line& l = o.lines[c.line - 1];
        if (c.node && *c.node != l.node &&
            refuse_once(known(*c.node) ? error_code::ok : error_code::unknown_node) &&
            refuse_once(may(before, c.line, false)))
            l.node = *c.node;
        send(before, c, l, refuse_once);
        if (!c.amount) continue;
        if (c.amount->atoms != 0 && !refuse_once(check_amount(l.sku, *c.amount))) continue;
        const std::int64_t wanted = c.amount->atoms == 0 ? 0 : to_granules(l.sku, *c.amount);
        std::int64_t now = -asked(before, request_kind::cancel, c.line, none<node_id>);
        for (const auto& [at, n] : before.buckets)
            if (std::get<0>(at) == c.line && std::get<1>(at) != unit_state::cancelled) now += n;
        if (wanted > now && refuse_once(may(before, c.line, true))) more[c.line] = wanted - now;
        if (wanted < now && refuse_once(fewer(o, c.line, now - wanted, any_asked))) shrinks = true;
    }
    return first;
}

answer engine::amend(const command& c, const amend_request& r) {
    if (const auto no = ask(c, privilege::amend, raw(r.order)); no != error_code::ok)
        return refuse(no);
    return once(c, content_of(r), [&] {
        if (!orders_.contains(raw(r.order))) return refuse(error_code::unknown_order);
        const held_order before = orders_.at(raw(r.order));
        const stock stock_before = cells_;
        const answer a = amend_now(orders_.at(raw(r.order)), r);
        if (a.code == error_code::ok) return a;
        orders_.at(raw(r.order)) = before;
        cells_ = stock_before;
        return a;
    });
}

/// Each SKU is one demand.
bool engine::too_much(const held_order& o, const by_line& more,
                      const std::vector<order_line>& added) const {
    std::map<sku_id, std::int64_t> wanted;
    for (const auto& [at, n] : o.buckets)
        if (std::get<1>(at) != unit_state::cancelled) wanted[o.lines[std::get<0>(at) - 1].sku] += n;
    for (const auto& [line, n] : more) wanted[o.lines[line - 1].sku] += n;
    for (const order_line& l : added) wanted[l.sku] += to_granules(l.sku, l.amount);
    return std::ranges::any_of(wanted, [](const auto& w) { return w.second > most_granules; });
}

bool engine::cancels_what_is_held(const held_order& before, const held_order& after) const {
    for (std::uint32_t l = 1; l <= after.lines.size(); ++l) {
        const bucket gone{l, unit_state::cancelled, none<node_id>};
        const auto was = before.buckets.contains(gone) ? before.buckets.at(gone) : 0;
        const auto is = after.buckets.contains(gone) ? after.buckets.at(gone) : 0;
        const auto asked_now = asked(after, request_kind::cancel, l, none<node_id>);
        const bool asks_more = asked_now > asked(before, request_kind::cancel, l, none<node_id>);
        if ((is != was || asks_more) && stops(after, l, hold_step::cancel)) return true;
    }
    return false;
}

answer engine::amend_now(held_order& o, const amend_request& r) {
    const held_order before = o;
    const stock stock_before = cells_;
    bool shrinks = false, any_asked = false;
    by_line more;
    std::vector<order_line> added;
    const bool goes = r.ship_to && *r.ship_to != o.ship_to;
    if (r.ship_to && *r.ship_to != none<place_id> && index_of(*r.ship_to) >= place_keys_.size())
        return refuse(error_code::unknown_place);
    if (goes && may(o, 0, false, true) != error_code::ok) return refuse(error_code::not_amendable);
    if (const auto e = change_lines(o, r, shrinks, any_asked, more, added); e != error_code::ok)
        return refuse(e);
    if (too_much(o, more, added)) return refuse(error_code::out_of_range);
    if (shrinks) lift(o, hold_step::cancel, wanted_lines(before));
    if (cancels_what_is_held(before, o)) return refuse(error_code::held);
    std::map<cell_key, std::int64_t> taken;
    for (const line_change& c : r.lines)
        if (c.line != 0 && c.node && *c.node != before.lines[c.line - 1].node &&
            *c.node != none<node_id>)
            if (const auto e = follow(o, c.line, *c.node, taken); e != error_code::ok)
                return refuse(e);
    if (is_restricted(before, o, r, more, added)) return refuse(error_code::shipping_restricted);
    for (const auto& [at, n] : taken) {
        const floor_row* const rule = floor_rule_of(at, {}, floor_use::sourcing);
        const std::int64_t floor = rule == nullptr ? 0 : granules_of(at.first, rule->units);
        const auto left = cells_.at(at).free - stock_before.at(at).free;  // by the same step
        if (n > left && cells_.at(at).free - n < floor) return refuse(error_code::insufficient);
        cells_.at(at).free -= n;
    }
    if (shrinks) settle_pools(o, standing_of(before));
    for (const auto& [line, n] : more) {
        o.buckets[{line, unit_state::open, none<node_id>}] += n;
        const sku_id sku = o.lines[line - 1].sku;
        o.lines[line - 1].amount.atoms += n * skus_.at(sku).granule;
    }
    for (const order_line& l : added) {
        o.lines.push_back(l);
        o.buckets[{static_cast<std::uint32_t>(o.lines.size()), unit_state::open, none<node_id>}] =
            to_granules(l.sku, l.amount);
    }
    if (goes) o.ship_to = *r.ship_to;
    apply_types(o, raw(r.order), &before);
    const bool is_bound = std::ranges::any_of(r.lines, [&](const line_change& c) {
        return c.line != 0 && ((c.node && *c.node != before.lines[c.line - 1].node) ||
                               o.lines[c.line - 1].own != before.lines[c.line - 1].own);
    });
    if (any_asked) return {.what = outcome::asked, .subject = raw(r.order)};
    const bool changes = goes || shrinks || !more.empty() || !added.empty() || is_bound;
    return {.what = changes ? outcome::done : outcome::unchanged, .subject = raw(r.order)};
}

}  // namespace earmark::naive
