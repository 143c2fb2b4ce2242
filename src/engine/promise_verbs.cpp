// PROMISE: when an order would be at the door. The order is made on the desk as place_order makes
// it, decided as source decides it, and forgotten.
#include <algorithm>
#include <map>

#include "dating.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// All parts together: the last of each day, and the first instant at which one would be later.
date_chain whole_of(std::span<const date_chain> parts) noexcept {
    date_chain all = parts.front();
    for (const date_chain& p : parts) {
        all.order = std::max(all.order, p.order);
        all.in_time_for = std::max(all.in_time_for, p.in_time_for);
        all.work = std::max(all.work, p.work);
        all.ship = std::max(all.ship, p.ship);
        all.delivery = std::max(all.delivery, p.delivery);
        all.order_within = std::min(all.order_within, p.order_within);
    }
    return all;
}

}  // namespace

/// The first wanted line of each way that lines of the order go.
static std::vector<wanted_line> ways_of(std::span<const wanted_line> all) {
    std::vector<wanted_line> out;
    for (const wanted_line& w : all)
        if (std::ranges::none_of(out, [&](const auto& x) { return x.own == w.own; }))
            out.push_back(w);
    return out;
}

/// When these goods would be at the door, all of them; `has` is by wanted line.
template <class Dating>
result<date_chain> dates_of(const desk& d, const sourcing_problem& p, node_id from,
                            std::span<const wanted_line> ways, std::span<const granules> has,
                            Dating& by) {
    std::vector<date_chain> all;
    std::vector<dating_goods> of;
    const bool any = std::ranges::any_of(has, [](granules n) { return n > 0; });
    for (const wanted_line& way : ways) {
        of.clear();
        for (std::size_t w = 0; w < p.lines.size(); ++w)
            if (p.lines[w].own == way.own && has[w] > 0) of.push_back({p.lines[w].sku, has[w]});
        if (any && of.empty()) continue;
        by.go(terms_of(d.order, way.line));
        const auto found = by.dates(from, of, true);
        if (!found) return found;
        all.push_back(*found);
    }
    return whole_of(all);
}

/// What each node would do alone.
void engine::state::ask_nodes(const visit& v, const sourcing_problem& p, dating& by,
                              promised& into) const {
    const std::vector<wanted_line> ways = ways_of(p.lines);
    std::vector<granules> has(p.lines.size());
    for (std::size_t k = 0; k < p.nodes.size(); ++k) {
        promise_option o;
        o.node = node_id{static_cast<std::uint16_t>(k)};
        bool any = false;
        for (std::size_t w = 0; w < p.lines.size(); ++w) {
            const auto floor =
                floor_of(p.lines[w].sku, o.node, none<channel_id>, floor_use::sourcing);
            const std::int64_t above = std::int64_t{v.desk.free[w * p.nodes.size() + k]} -
                                       (floor ? *floor : stock::max_amount);
            const auto free =
                static_cast<granules>(std::clamp<std::int64_t>(above, 0, stock::max_amount));
            has[w] = std::min(free, p.lines[w].n);
            any = any || free > 0;
            if (free >= p.lines[w].n) ++o.lines;
        }
        const bool has_hours = names.dates().hours_of(o.node, v.desk.order.method) != nullptr;
        if (!p.nodes[k].active || (!has_hours && !any)) continue;
        const auto found = dates_of(v.desk, p, o.node, ways, has, by);
        found ? void(o.dates = *found) : void(o.why = found.error());
        into.options.push_back(o);
    }
}

/// What the active policy would choose, and when its parts would arrive.
void engine::state::ask_policy(const visit& v, sourcing_problem& p, dating& by, promised& into) {
    const std::uint32_t version = active_policy.load(std::memory_order_acquire);
    const bool is_scored =
        version != 0 && policies[version - 1].ranks_by(sourcing::criterion::score);
    if (version == 0 || is_scored)
        return void(into.why = fail(is_scored ? error_code::no_scores : error_code::no_policy));
    if (policies[version - 1].ladder().empty() && v.desk.order.own.empty()) {
        into.chosen = choose(v, version, p).second;
    } else {
        sourced found;
        if (const error e = source_groups(v, version, p, found); e.code != error_code::ok)
            return void(into.why = e);
        into.chosen = std::move(found.chosen);
    }
    std::vector<dating::goods> of;
    std::map<std::pair<node_id, std::uint16_t>, date_chain> by_node;
    for (const plan_part& first : into.chosen.parts) {
        const std::uint16_t own = p.lines[first.wanted].own;
        date_chain& dates = by_node[{first.node, own}];
        const auto is_its = [&](const plan_part& x) {
            return x.node == first.node && p.lines[x.wanted].own == own;
        };
        const auto& all = into.chosen.parts;
        if (&*std::find_if(all.begin(), all.end(), is_its) == &first) {
            of.clear();
            for (const plan_part& x : all)
                if (is_its(x)) of.push_back({p.lines[x.wanted].sku, x.n});
            by.go(lifecycle::terms_of(v.desk.order, p.lines[first.wanted].line));
            const auto found = by.dates(first.node, of, true);
            if (!found) return void(into.why = found.error());
            by.take(first.node, of, *found);
            dates = *found;
        }
        into.parts.push_back(dates);
    }
    if (!into.parts.empty()) into.whole = whole_of(into.parts);
}

result<promised> engine::state::promise(const visit& v, bool infinite) {
    sourcing_problem p;
    const std::uint32_t version = active_policy.load(std::memory_order_acquire);
    if (const error e = problem(v, version, p); e.code != error_code::ok) return e;
    promised found;
    for (const wanted_line& w : v.desk.wanted) found.lines.push_back(w.line);
    dating by{*this, v.desk.order, v.now, infinite};
    if (v.desk.to_make) by.to_make();
    ask_nodes(v, p, by, found);
    ask_policy(v, p, by, found);
    return found;
}

result<promised> engine::promise(const promise_request& r) {
    state& s = *state_;
    return s.stay<result<promised>>({}, [&](const state::visit& here) -> result<promised> {
        const state::visit v{here.slot, here.desk, r.at.value_or(here.now)};
        desk& d = v.desk;
        if (r.order.reservation != none<reservation_id>) return fail(error_code::bad_field);
        d.clear();
        d.infinite = r.infinite;
        s.capture(d, {}, r.order);
        if (!d.violations.empty()) return d.violations.front();
        d.to_make = is_made(d.order.type);
        if (!s.store_facts(v)) return fail(error_code::out_of_memory);
        const auto give_back = [&] { s.drop_facts(v); };
        const auto found = or_give_back([&] { return s.promise(v, r.infinite); }, give_back);
        give_back();
        return found;
    });
}

}  // namespace earmark
