// EXPLAIN: from the decision record that an order carries back to words. The solver runs again on
// what it saw then; nothing of today's stock is looked at.
#include "earmark/sourcing/explain.hpp"

#include "earmark/engine/fold.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"
#include "wanted_value.hpp"

namespace earmark {
namespace {

constexpr int looks = 8;

/// The lines of an order as the solver knew them.
result<std::vector<wanted_line>> lines_of(const lifecycle::image& order, const catalog& names,
                                          currency of_policy) {
    std::vector<wanted_line> lines;
    for (const auto& l : order.lines) {
        const auto e9 = names.granule_e9(l.sku);
        if (!e9) return e9.error();
        lines.push_back(
            whole_line(order, static_cast<std::uint16_t>(lines.size()), *e9, of_policy));
    }
    return lines;
}

/// By node: the filter, or the exclusion, that took it away.
struct taken_nodes {
    std::vector<std::string_view> by_filter, by_exclusion, by_capacity;
};
taken_nodes taken_away(const sourcing::policy& whole, const sourcing::decision& d) {
    taken_nodes out;
    out.by_filter.resize(d.nodes);
    out.by_exclusion.resize(d.nodes);
    out.by_capacity.resize(d.nodes);
    for (std::size_t i = 0; i < d.removed_by.size(); ++i)
        for (std::size_t k = 0; k < d.nodes; ++k) {
            if ((d.removed_row(i)[k / 64] >> k % 64 & 1) == 0) continue;
            if (d.removed_by[i] == sourcing::by_exclusion)
                out.by_exclusion[k] = "the host took it out for that time";
            else if (d.removed_by[i] == sourcing::by_capacity)
                out.by_capacity[k] = "not enough room for it on any of its days";
            else
                out.by_filter[k] = whole.filters()[d.removed_by[i]].name;
        }
    return out;
}

std::vector<std::string_view> keys_of(const key_table& table, std::size_t count) {
    std::vector<std::string_view> keys;
    for (std::uint32_t i = 0; i < count; ++i) keys.push_back(table.key(i));
    return keys;
}

}  // namespace

result<remembered_decision> engine::state::recall(const visit& v, order_id id) {
    desk& d = v.desk;
    std::vector<std::byte> bytes;
    for (int look = 0;; ++look) {
        if (const error e = read_order(id, d.order); e.code != error_code::ok) return e;
        if (d.order.cold == 0xFFFFFFFF)
            return fail(error_code::no_decision, static_cast<std::int64_t>(raw(id)));
        bytes = load_cold(books.ledger.chunks(), d.order.cold, d.order.cold_bytes);
        // The chunk may have gone to somebody else meanwhile: the version tells.
        if (books.ledger.at(subject_kind::order, static_cast<std::uint32_t>(raw(id))).version ==
            d.order.version)
            break;
        if (look == looks) return fail(error_code::order_busy, static_cast<std::int64_t>(raw(id)));
    }
    auto decided = sourcing::decode(bytes);
    if (!decided) return decided.error();
    const auto version = raw(decided->by);
    if (version == 0 || version > policies.size()) return fail(error_code::bad_record);
    const sourcing::policy& whole = policies[version - 1];
    const auto by = sourcing::decided_by(whole, *decided);
    if (!by) return by.error();
    auto lines = lines_of(d.order, names, whole.currency());
    if (!lines) return lines.error();
    for (const sourcing::decided_line& w : decided->wanted)
        if (w.line >= lines->size()) return fail(error_code::bad_record, raw(decided->by));
    EARMARK_INVARIANT(decided->nodes <= names.node.size(), "nodes are added, never taken away");
    return remembered_decision{&whole, *by, std::move(*decided), std::move(*lines),
                               d.order.ship_to};
}

sourcing::decision_facts engine::state::facts_of(const remembered_decision& r) const {
    const std::size_t nodes = r.decided.nodes;
    return {r.lines, std::span{names.node}.first(nodes), names.metres(r.ship_to).first(nodes)};
}

result<explanation> engine::state::explain(const visit& v, order_id id) {
    desk& d = v.desk;
    const auto recalled = recall(v, id);
    if (!recalled) return recalled.error();
    const sourcing::policy& by = *recalled->by;
    const sourcing::decision& decided = recalled->decided;
    const auto facts = facts_of(*recalled);
    const auto chosen = sourcing::replay(by, decided, facts, d.solver);
    if (!chosen) return chosen.error();

    const sourcing::recorded_problem recorded{by, decided, facts};
    sourcing_problem problem = recorded.view();
    sourcing::selected_by(*recalled->whole, decided, facts.nodes, facts.metres, d.selected);
    problem.selected = d.selected;
    const std::string order_key = keys.key_of(d.order.remembered - 1);
    const auto node_keys = keys_of(names.nodes, decided.nodes);
    std::vector<std::string_view> sku_keys;
    for (const auto& w : problem.lines) sku_keys.push_back(names.skus.key(raw(w.sku)));
    const bool by_strategy = decided.strategy != sourcing::no_strategy;
    const auto gone = taken_away(*recalled->whole, decided);
    const auto told = sourcing::explain(
        by, problem, *chosen,
        {order_key, node_keys, sku_keys, by_strategy ? recalled->whole->name() : std::string_view{},
         gone.by_filter, gone.by_exclusion, gone.by_capacity},
        d.solver, decided.amounts ? sourcing::picture::amounts : sourcing::picture::enough);
    explanation answer{sourcing::strategies_told(*recalled->whole, decided) + told.words, {}};
    name_strategies(*recalled->whole, decided, answer.strategy, answer.passed_on);
    for (const auto& n : told.nodes)
        answer.rows.push_back({n.node, std::string{sourcing::name_of(n.why)}, n.text});
    return answer;
}

result<sourced> engine::state::decision(const visit& v, order_id id) {
    const auto recalled = recall(v, id);
    if (!recalled) return recalled.error();
    auto chosen =
        sourcing::replay(*recalled->by, recalled->decided, facts_of(*recalled), v.desk.solver);
    if (!chosen) return chosen.error();
    sourced answer;
    answer.first.by = verb::source;
    answer.first.subject = raw(id);
    answer.first.what = chosen->covers == coverage::full      ? outcome::done
                        : chosen->covers == coverage::partial ? outcome::partial
                                                              : outcome::backordered;
    answer.chosen = std::move(*chosen);
    name_strategies(*recalled->whole, recalled->decided, answer.strategy, answer.passed_on);
    return answer;
}

result<explanation> engine::explain(order_id id) const {
    return state_->ask<result<explanation>>(
        [&](const state::visit& v) { return state_->explain(v, id); });
}

result<sourced> engine::decision(order_id id) const {
    return state_->ask<result<sourced>>(
        [&](const state::visit& v) { return state_->decision(v, id); });
}

}  // namespace earmark
