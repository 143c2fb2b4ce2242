#include "earmark/lifecycle/steps.hpp"

#include <algorithm>

#include "earmark/lifecycle/base_moves.hpp"

namespace earmark::lifecycle {
namespace {

error refusal(const image& of, std::uint16_t line, const answer& a) noexcept {
    if (a.is == verdict::guard)
        return fail(error_code::guard_not_met, line + 1, a.missing, a.in_the_way);
    return fail(error_code::not_allowed, line + 1,
                static_cast<std::int64_t>(status_of(of, line).lowest));
}

/// A relabel stays in its base. Back-ordered units may stay there by an event of the engine, too,
/// from queue to queue; then nobody has said yet which label they get.
bool relabels(const bucket_move& m) noexcept {
    return m.from == m.to && (m.from != unit_state::backordered ||
                              sub_state_of(m.from_ref) != sub_state_of(m.to_ref));
}

}  // namespace

fact_bits guard_facts_of(const image& of, std::uint16_t line, unit_state from, std::uint32_t ref,
                         fact_bits known) {
    bool whole_line = true, whole_order = true;
    for (const bucket& b : of.buckets) {
        if (b.state == unit_state::cancelled) continue;
        whole_line = whole_line && (b.line != line || b.state == from);
        whole_order = whole_order && b.state >= from;
    }
    const lifecycle::line& l = of.lines[line];
    const auto add = [&known](guard_fact f, bool holds) {
        if (holds) known |= bit(f);
    };
    add(guard_fact::whole_line, whole_line);
    add(guard_fact::whole_order, whole_order);
    add(guard_fact::firm, l.firm != none<node_id>);
    add(guard_fact::together, l.group != 0);
    add(guard_fact::dated, terms_of(of, line).deliver_by != no_day);
    add(guard_fact::urgent, of.priority != 0);
    add(guard_fact::linked, link_of(ref) != 0);
    return known;
}

error route(const image& of, std::span<bucket_move> moves, fact_bits known) {
    const workflow& by = rules_of(of);
    for (bucket_move& m : moves) {
        const state_key from{m.from, sub_state_of(m.from_ref)};
        if (by.is_plain()) {
            if (!by.leads_to(from, m.to)) return refusal(of, m.line, {});
            continue;
        }
        if (relabels(m)) continue;
        const auto on = event_of(m.from, m.to);
        if (!on) return refusal(of, m.line, {});
        const answer a = by.ask(from, *on, guard_facts_of(of, m.line, m.from, m.from_ref, known));
        if (a.is != verdict::possible) return refusal(of, m.line, a);
        m.to_ref = ref_of(a.by->to.sub, link_of(m.to_ref));
    }
    return {};
}

error relabel(const image& of, event_key on, std::int64_t line, granules wanted,
              const cell_nodes& at, node_id node, fact_bits known,
              std::vector<bucket_move>& moves) {
    const workflow& by = rules_of(of);
    const auto lines = static_cast<std::int64_t>(of.lines.size());
    if (line >= lines) return fail(error_code::unknown_line, line + 1, lines);
    granules moved = 0;
    answer refused;
    for (const bucket& b : of.buckets) {
        if ((line >= 0 && b.line != line) || (node != none<node_id> && at(b.cell) != node))
            continue;
        const granules n = wanted == 0 ? b.n : std::min(b.n, wanted - moved);
        if (n == 0) break;  // what is left need not go, so nothing asks whether it could
        const answer a = by.ask(state_of(b), on, guard_facts_of(of, b.line, b.state, b.ref, known));
        if (a.is == verdict::guard) return refusal(of, b.line, a);
        if (a.is != verdict::possible) continue;
        moves.push_back({0, b.line, n, b.state, b.state, b.cell, b.cell, b.reason, b.ref,
                         ref_of(a.by->to.sub, link_of(b.ref))});
        moved += n;
    }
    if (moved == 0)
        return fail(error_code::not_allowed, line + 1,
                    static_cast<std::int64_t>(status_of(of, line).lowest));
    if (moved < wanted) return fail(error_code::too_few_units, wanted, moved, line + 1);
    return {};
}

std::vector<possible_step> allowed(const image& of, fact_bits known,
                                   std::span<const std::uint32_t> held) {
    const workflow& by = rules_of(of);
    std::vector<possible_step> out;
    const auto add = [&](const bucket& b, granules n) {
        const fact_bits facts = guard_facts_of(of, b.line, b.state, b.ref, known);
        for (std::size_t e = 0; e < by.events(); ++e) {
            event_key on;
            on.n = static_cast<std::uint8_t>(e);
            const bool stops = b.line < held.size() && e < unit_events && (held[b.line] >> e & 1);
            out.push_back({b.line, state_of(b), n, on, by.ask(state_of(b), on, facts), stops});
        }
    };
    std::vector<bucket> groups;  // buckets of one state may lie in many cells
    for (const bucket& b : of.buckets) {
        const auto is_its = [&](const bucket& g) {
            return g.line == b.line && state_of(g) == state_of(b);
        };
        const auto at = std::find_if(groups.begin(), groups.end(), is_its);
        if (at == groups.end())
            groups.push_back(b);
        else
            at->n += b.n;
    }
    for (const bucket& g : groups) add(g, g.n);
    return out;
}

}  // namespace earmark::lifecycle
