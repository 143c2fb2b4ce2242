// TRANSFERS: units that a strategy leaves for other orders to bring to the node that their line is
// bound to. From where they come is decided as anything else is, by the policy's strategies of
// transfers; each node that sends makes an order of its own (linking.hpp), in the same commit.
#include <algorithm>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/decision.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"

namespace earmark {
namespace {

/// Is all served that was wanted?
coverage covered(std::span<const wanted_line> all, const plan& by) {
    std::int64_t wanted = 0, served = 0;
    for (const wanted_line& w : all) wanted += w.n;
    for (const plan_part& p : by.parts) served += p.n;
    return served == wanted ? coverage::full : served > 0 ? coverage::partial : coverage::none;
}

}  // namespace

/// What a cell has of a part, over the lines that want it.
void engine::state::bring(desk& d, const plan_part& part, const draw& from) const {
    std::int64_t left = from.n;
    for (const member& m : d.members) {
        if (m.wanted != part.wanted) continue;
        for (const unit_state was : {unit_state::backordered, unit_state::open}) {
            const auto n =
                static_cast<granules>(std::min(left, lifecycle::units_in(d.order, m.line, was)));
            if (n <= 0) continue;
            left -= n;
            const auto fits = [&](const brought_part& b) {
                return d.beside.links[b.link - 1].line == m.line && b.from == part.node;
            };
            const auto known = std::find_if(d.brought.begin(), d.brought.end(), fits);
            std::uint32_t number = 0;
            if (known != d.brought.end()) {
                number = known->link;
            } else {
                d.beside.links.push_back({0, 0, m.line, 0, link_kind::brought_by, 0, d.bring_to});
                number = static_cast<std::uint32_t>(d.beside.links.size());
            }
            if (known != d.brought.end() && known->cell == from.cell)
                known->n += n;
            else
                d.brought.push_back({number, part.node, d.bring_to, from.cell, n});
            move_on_desk(d, {0, m.line, n, was, unit_state::reserved, none<cell_id>, none<cell_id>,
                             0, 0, lifecycle::ref_of(0, number)});
        }
    }
}

/// The lines on the desk that are bound to one node: decided by the first strategy of transfers
/// that finds something. What none finds waits, as the policy's own outcome says.
error engine::state::bring_to(const visit& v, std::uint32_t version, node_id to,
                              sourcing_problem& p, sourced& into) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    d.bring_to = to;
    d.group_moves = d.moves.size();
    if (const error e = problem(v, version, p); e.code != error_code::ok) return e;
    const auto facts = facts_asked(d, version);
    take_off(d);
    const std::size_t nodes = p.nodes.size();
    for (std::size_t w = 0; w < d.wanted.size(); ++w) d.free[w * nodes + index_of(to)] = 0;
    if (bindings[version - 1].numbers) fill_numbers(v, whole, p);
    d.pictured.assign(d.free.begin(), d.free.end());
    d.tried.clear();
    const auto all = whole.strategies();
    const plan* found = nullptr;
    std::size_t by = all.size();
    for (std::size_t i = 0; i < all.size() && by == all.size(); ++i) {
        const sourcing::strategy& s = all[i];
        if (!s.transfers || v.now < s.starts || v.now >= s.ends ||
            (s.when && !s.when->holds(facts)))
            continue;
        found = &decide_among(v, version, i, p);
        if (found->covers != coverage::none)
            by = i;
        else
            d.tried.push_back({static_cast<std::uint16_t>(i), coverage::none});
    }
    if (by == all.size()) found = &decide_without(v, version, p);
    auto bound = d.wanted;
    for (wanted_line& w : bound) w.firm = to;
    join_plans(into.chosen, *found, d.all_wanted, bound, p.nodes, false);
    into.groups.push_back(group_of(whole, d.decided));
    sourcing::encode(d.decided, d.decided_groups.emplace_back());
    return allot(v, by == all.size() ? whole : all[by].by, p, *found);
}

error engine::state::source_transfers(const visit& v, std::uint32_t version, sourcing_problem& p,
                                      sourced& into) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    d.all_wanted = d.wanted;
    into.groups.push_back(group_of(whole, d.decided));
    sourcing::encode(d.decided, d.decided_groups.emplace_back());
    const auto lines = std::exchange(d.to_bring, {});
    std::vector<node_id> targets;
    for (const std::uint16_t l : lines) targets.push_back(d.order.lines[l].firm);
    std::sort(targets.begin(), targets.end(), [&](node_id a, node_id b) {
        return names.node[index_of(a)].sequence < names.node[index_of(b)].sequence;
    });
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    for (const node_id to : targets) {
        d.in_group.assign(d.order.lines.size(), false);
        for (const std::uint16_t l : lines) d.in_group[l] = d.order.lines[l].firm == to;
        if (const error e = bring_to(v, version, to, p, into); e.code != error_code::ok) return e;
    }
    d.bring_to = none<node_id>;
    d.in_group.clear();
    p.lines = d.all_wanted;
    into.chosen.covers = covered(d.all_wanted, into.chosen);
    return {};
}

}  // namespace earmark
