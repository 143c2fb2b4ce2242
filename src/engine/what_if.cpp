// WHAT IF, of a decision's record: the picture that it was made of, with one thing changed.
#include "earmark/sourcing/what_if.hpp"

#include "earmark/sourcing/explain.hpp"

#include "state_calls.hpp"

namespace earmark {
namespace {

/// Everything that the levers are asked of; views into an engine that is being visited.
struct picture_of {
    const sourcing::policy& by;
    sourcing_problem problem;
    sourcing::explain_names names;
    sourcing::picture known;
};

/// What of the wanted lines restrictions keep from leaving at the node, in words; and bits of
/// lines x nodes.
std::string barred_at(const sourcing::decision& d, const catalog& names, node_id node,
                      std::span<const std::string_view> skus, std::vector<std::uint64_t>& bits,
                      std::size_t& lines) {
    std::string out;
    bits.assign(d.restricted.empty() ? 0 : (d.wanted.size() * d.nodes + 63) / 64, 0);
    d.each_restricted([&](const auto& r, std::span<const std::uint16_t> nodes) {
        for (const std::uint16_t k : nodes) {
            const std::size_t at = r.wanted * std::size_t{d.nodes} + k;
            bits[at / 64] |= std::uint64_t{1} << at % 64;
            if (k != raw(node)) continue;
            ++lines;
            if (!out.empty()) out += ' ';
            out.append(names.nodes.key(raw(node))).append(" may not ship ").append(skus[r.wanted]);
            out.append(": restricted: ").append(names.restrictions.keys.key(r.by)).append(".");
        }
    });
    return out;
}

what_if_view told(const sourcing::what_if_answer& found, const picture_of& p, node_id node,
                  std::string_view name) {
    what_if_view out;
    out.ships = found.ships;
    if (found.ships) out.words = std::string{name} + " ships some of it already.";
    for (const sourcing::win& w : found.wins) {
        what_if_view::change c;
        c.lever = name_of(w.by);
        if (w.by == sourcing::lever::stock && w.wanted != sourcing::all_lines)
            c.line = p.problem.lines[w.wanted].line + 1U;
        c.now = w.now;
        c.needed = w.needed;
        c.enough = w.enough;
        c.alone = w.alone;
        c.exact = w.proof == quality::exact;
        c.cost_e4 = w.cost_e4;
        c.text = to_string(w, p.by, p.problem, node, p.names, p.known);
        out.words += (out.words.empty() ? "" : " ") + c.text;
        out.changes.push_back(std::move(c));
    }
    return out;
}

}  // namespace

result<what_if_view> engine::state::what_if(const visit& v, const remembered_decision& recalled,
                                            node_id node) const {
    desk& d = v.desk;
    const sourcing::decision& decided = recalled.decided;
    if (raw(node) >= decided.nodes) return fail(error_code::unknown_node, raw(node));
    if (decided.by_strategy && decided.strategy == sourcing::no_strategy)
        return what_if_view{.ships = false,
                            .changes = {},
                            .words = "No strategy was left for the order, so no node could ship."};
    for (std::size_t i = 0; i < decided.removed_by.size(); ++i)
        if (decided.removed_by[i] == sourcing::by_firm &&
            (decided.removed_row(i)[raw(node) / 64] >> raw(node) % 64 & 1) != 0)
            return what_if_view{
                .ships = false, .changes = {}, .words = "Every line is bound to another node."};
    const auto facts = facts_of(recalled);
    const sourcing::recorded_problem recorded{*recalled.by, decided, facts};
    picture_of p{*recalled.by,
                 recorded.view(),
                 {},
                 decided.amounts ? sourcing::picture::amounts : sourcing::picture::enough};
    sourcing::selected_by(*recalled.whole, decided, facts, d.selected);
    p.problem.selected = d.selected;
    std::vector<std::string_view> nodes, lines;
    for (std::uint32_t k = 0; k < decided.nodes; ++k) nodes.push_back(names.nodes.key(k));
    for (const wanted_line& w : p.problem.lines) lines.push_back(names.skus.key(raw(w.sku)));
    p.names = {{}, nodes, lines, {}};
    std::vector<std::uint64_t> bits;
    std::size_t barred = 0;
    const std::string restricted = barred_at(decided, names, node, lines, bits, barred);
    if (barred == p.problem.lines.size() && barred != 0)
        return what_if_view{.ships = false, .changes = {}, .words = restricted};
    p.problem.barred = bits;
    std::span<const sourcing::node_selector> from;
    if (decided.by_strategy) from = recalled.whole->strategies()[decided.strategy].from;
    const auto found = sourcing::what_if(p.by, p.problem, node, from, false, d.solver);
    what_if_view out = told(found, p, node, nodes[raw(node)]);
    if (!restricted.empty()) out.words += (out.words.empty() ? "" : " ") + restricted;
    return out;
}

/// Of the groups of a ladder one after the other: what would change any of them.
result<what_if_view> engine::state::what_if(const visit& v, order_id id, node_id node) {
    const auto recalled = recall(v, id);
    if (!recalled) return recalled.error();
    what_if_view out;
    for (const remembered_decision& one : *recalled) {
        auto more = what_if(v, one, node);
        if (!more || recalled->size() == 1) return more;
        out.ships = out.ships || more->ships;
        out.words += (out.words.empty() ? "" : " ") + more->words;
        for (auto& change : more->changes) out.changes.push_back(std::move(change));
    }
    if (out.ships) out.changes.clear();
    return out;
}

result<what_if_view> engine::what_if(order_id id, node_id node) const {
    return state_->ask<result<what_if_view>>(
        [&](const state::visit& v) { return state_->what_if(v, id, node); });
}

}  // namespace earmark
