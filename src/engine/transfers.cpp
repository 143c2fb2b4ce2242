// TRANSFERS: units that a strategy leaves for other orders to bring to the node that their line is
// bound to. From where they come is decided as anything else is, by the policy's strategies of
// transfers; each node that sends makes an order of its own (linking.hpp), in the same commit.
#include <algorithm>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/decision.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"

namespace earmark {

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

/// Finds who brings what.
class engine::state::bringing {
public:
    bringing(state& s, const visit& v, std::uint32_t version, sourcing_problem& p, sourced& into)
        : s_{s},
          v_{v},
          d_{v.desk},
          version_{version},
          whole_{s.policies[version - 1]},
          p_{p},
          into_{into} {}

    /// The lines of the desk's group, which are bound to one node: each strategy of transfers finds
    /// what it can of what those before it have left. What none finds waits, as the policy's own
    /// outcome says.
    error to(node_id node);

private:
    error look();
    error allot(const sourcing::policy& by, const plan& found);

    state& s_;
    const visit& v_;
    desk& d_;
    std::uint32_t version_;
    const sourcing::policy& whole_;
    sourcing_problem& p_;
    sourced& into_;
};

/// What the lines of the group still want, and who but the node itself has it.
error engine::state::bringing::look() {
    if (const error e = s_.problem(v_, version_, p_); e.code != error_code::ok) return e;
    s_.facts_asked(d_, version_);
    s_.take_off(d_);
    if (s_.bindings[version_ - 1].numbers) s_.fill_numbers(v_, whole_, p_);
    d_.pictured.assign(d_.free.begin(), d_.free.end());
    return {};
}

/// A decision about some of it, as a group of its own.
error engine::state::bringing::allot(const sourcing::policy& by, const plan& found) {
    auto bound = d_.wanted;
    for (wanted_line& w : bound) w.firm = d_.bring_to;
    join_plans(into_.chosen, found, d_.all_wanted, bound, p_.nodes, false);
    into_.groups.push_back(group_of(whole_, d_.decided));
    sourcing::encode(d_.decided, d_.decided_groups.emplace_back());
    return s_.allot(v_, by, p_, found);
}

error engine::state::bringing::to(node_id node) {
    const auto all = whole_.strategies();
    d_.bring_to = node;
    d_.group_moves = d_.moves.size();
    d_.tried.clear();
    d_.leaves_open = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const sourcing::strategy& s = all[i];
        if (!s.transfers || v_.now < s.starts || v_.now >= s.ends) continue;
        if (const error e = look(); e.code != error_code::ok) return e;
        if (d_.wanted.empty()) break;
        if (s.when && !s.when->holds(s_.facts_asked(d_, version_))) continue;
        const plan& found = s_.decide_among(v_, version_, i, p_);
        if (found.covers == coverage::none) {
            d_.tried.push_back({static_cast<std::uint16_t>(i), coverage::none});
            continue;
        }
        if (const error e = allot(s.by, found); e.code != error_code::ok) return e;
        d_.tried.clear();
    }
    d_.leaves_open = false;
    if (const error e = look(); e.code != error_code::ok) return e;
    if (d_.wanted.empty()) return {};
    return allot(whole_, s_.decide_without(v_, version_, p_));
}

/// The lines that a strategy has left for others to bring.
error engine::state::bring_rest(const visit& v, std::uint32_t version, sourcing_problem& p,
                                sourced& into) {
    desk& d = v.desk;
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
        if (const error e = bringing{*this, v, version, p, into}.to(to); e.code != error_code::ok)
            return e;
    }
    d.bring_to = none<node_id>;
    into.chosen.covers = covered(std::span<const wanted_line>{d.all_wanted}, into.chosen);
    return {};
}

error engine::state::source_transfers(const visit& v, std::uint32_t version, sourcing_problem& p,
                                      sourced& into) {
    desk& d = v.desk;
    d.all_wanted = d.wanted;
    into.groups.push_back(group_of(policies[version - 1], d.decided));
    sourcing::encode(d.decided, d.decided_groups.emplace_back());
    if (const error e = bring_rest(v, version, p, into); e.code != error_code::ok) return e;
    d.in_group.clear();
    p.lines = d.all_wanted;
    return {};
}

}  // namespace earmark
