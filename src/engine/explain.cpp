// EXPLAIN: from the decision record that an order carries back to words. The solver runs again on
// what it saw then; nothing of today's stock is looked at.
#include "earmark/sourcing/explain.hpp"

#include <algorithm>
#include <utility>

#include "earmark/engine/fold.hpp"
#include "earmark/sourcing/decision.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"
#include "wanted_value.hpp"

namespace earmark {
namespace {

constexpr int looks = 8;

/// By node: the filter, or the exclusion, that took it away.
struct taken_nodes {
    std::vector<std::string_view> by_filter, by_exclusion, by_capacity, by_firm;
};
taken_nodes taken_away(const sourcing::policy& whole, const sourcing::decision& d) {
    taken_nodes out;
    out.by_filter.resize(d.nodes);
    out.by_exclusion.resize(d.nodes);
    out.by_capacity.resize(d.nodes);
    out.by_firm.resize(d.nodes);
    for (std::size_t i = 0; i < d.removed_by.size(); ++i)
        for (std::size_t k = 0; k < d.nodes; ++k) {
            if ((d.removed_row(i)[k / 64] >> k % 64 & 1) == 0) continue;
            if (d.removed_by[i] == sourcing::by_exclusion)
                out.by_exclusion[k] = "the host took it out for that time";
            else if (d.removed_by[i] == sourcing::by_firm)
                out.by_firm[k] = "every line is bound to another node";
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

/// `hat, mug and tv`.
std::string named(std::span<const std::string_view> keys) {
    std::string out;
    for (std::size_t i = 0; i < keys.size(); ++i)
        out += (i == 0 ? "" : i + 1 == keys.size() ? " and " : ", ") + std::string{keys[i]};
    return out;
}

/// The lines that are bound to a node, and what spoke against it where they wait.
std::string bound_told(const sourcing_problem& p, const plan& chosen,
                       const sourcing::explanation& told, std::span<const std::string_view> skus,
                       std::span<const std::string_view> nodes) {
    std::string out;
    for (std::size_t w = 0; w < p.lines.size(); ++w) {
        const node_id firm = p.lines[w].firm;
        if (firm == none<node_id> || index_of(firm) >= nodes.size()) continue;
        out += ' ' + std::string{skus[w]} + " is bound to " + std::string{nodes[index_of(firm)]};
        const bool ships = std::any_of(chosen.parts.begin(), chosen.parts.end(),
                                       [&](const plan_part& x) { return x.wanted == w; });
        const auto why = std::find_if(told.nodes.begin(), told.nodes.end(),
                                      [&](const auto& n) { return n.node == firm; });
        const bool says_why = !ships && why->why != sourcing::verdict::chosen;
        out += ships ? "." : says_why ? " and waits for it: " + why->text : " and waits for it.";
    }
    return out;
}

/// Why a wanted line may not leave from a node, by lines x nodes; empty: it may, or all may.
std::vector<std::string_view> restrictions_of(const sourcing::decision& d, const catalog& names) {
    std::vector<std::string_view> out;
    if (d.restricted.empty()) return out;
    out.resize(d.wanted.size() * d.nodes);
    d.each_restricted([&](const auto& r, std::span<const std::uint16_t> nodes) {
        for (const std::uint16_t k : nodes)
            out[r.wanted * std::size_t{d.nodes} + k] = names.restrictions.keys.key(r.by);
    });
    return out;
}

/// Which restriction keeps which goods from which nodes.
std::string restrictions_told(const sourcing::decision& d, const catalog& names,
                              std::span<const std::string_view> skus,
                              std::span<const std::string_view> nodes) {
    constexpr std::size_t most_named = 5;
    std::string out;
    d.each_restricted([&](const auto& r, std::span<const std::uint16_t> at) {
        std::vector<std::string_view> keys;
        for (const std::uint16_t k : at.first(std::min(at.size(), most_named)))
            keys.push_back(nodes[k]);
        std::string others;
        if (at.size() > most_named) others = std::to_string(at.size() - most_named) + " others";
        if (!others.empty()) keys.emplace_back(others);
        out += ' ' + std::string{skus[r.wanted]} + " may not be shipped from " + named(keys) +
               ": restricted: " + std::string{names.restrictions.keys.key(r.by)};
        const std::string& why = names.restrictions[r.by].reason;
        if (!why.empty()) out.append(" (").append(why).append(")");
        out += '.';
    });
    return out;
}

/// What a decision wanted, in its order.
std::vector<wanted_line> wanted_of(const remembered_decision& one) {
    std::vector<wanted_line> out;
    for (const sourcing::decided_line& w : one.decided.wanted) out.push_back(one.lines[w.line]);
    return out;
}

/// What the order wanted: the distinct goods of its groups, in the order of their first lines.
std::vector<wanted_line> wanted_of(std::span<const remembered_decision> all) {
    std::vector<wanted_line> out;
    for (const remembered_decision& one : all)
        for (const wanted_line& w : wanted_of(one)) out.push_back(w);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    const auto is_again = [&](const wanted_line& w) {
        return &*std::find_if(out.begin(), out.end(), [&](const auto& x) {
            return same_goods(x, w) && x.own == w.own;
        }) != &w;
    };
    std::vector<wanted_line> first;
    for (const wanted_line& w : out)
        if (!is_again(w)) first.push_back(w);
    return first;
}

}  // namespace

result<std::vector<remembered_decision>> engine::state::recall(const visit& v, order_id id) {
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
    auto all = sourcing::decode_all(bytes);
    if (!all) return all.error();
    std::vector<remembered_decision> out;
    for (sourcing::decision& decided : *all) {
        const auto version = raw(decided.by);
        if (version == 0 || version > policies.size()) return fail(error_code::bad_record);
        const sourcing::policy& whole = policies[version - 1];
        const auto by = sourcing::decided_by(whole, decided);
        if (!by) return by.error();
        auto lines = whole_lines(d.order, names, whole.currency());
        if (!lines) return lines.error();
        for (const sourcing::decided_line& w : decided.wanted)
            if (w.line >= lines->size()) return fail(error_code::bad_record, raw(decided.by));
        for (const sourcing::restricted_goods& r : decided.restricted)
            if (r.by >= names.restrictions.size())
                return fail(error_code::bad_record, raw(decided.by));
        if (decided.nodes > names.node.size())  // they are added, never taken away
            return fail(error_code::bad_record, raw(decided.by));
        const auto& wanted = decided.wanted;
        const line_terms goes = wanted.empty() ? line_terms{d.order.ship_to}
                                               : lifecycle::terms_of(d.order, wanted.front().line);
        out.push_back({&whole, *by, std::move(decided), std::move(*lines), goes.ship_to});
    }
    return out;
}

sourcing::decision_facts engine::state::facts_of(const remembered_decision& r) const {
    const std::size_t nodes = r.decided.nodes;
    return {r.lines, std::span{names.node}.first(nodes), names.metres(r.ship_to).first(nodes)};
}

/// One decision in words, and its nodes.
error engine::state::explain(const visit& v, const remembered_decision& recalled,
                             explanation& into) {
    desk& d = v.desk;
    const sourcing::policy& by = *recalled.by;
    const sourcing::decision& decided = recalled.decided;
    const auto facts = facts_of(recalled);
    const auto chosen = sourcing::replay(by, decided, facts, d.solver);
    if (!chosen) return chosen.error();

    const sourcing::recorded_problem recorded{by, decided, facts};
    sourcing_problem problem = recorded.view();
    sourcing::selected_by(*recalled.whole, decided, facts, d.selected);
    problem.selected = d.selected;
    const std::string order_key = keys.key_of(d.order.remembered - 1);
    const auto node_keys = keys_of(names.nodes, decided.nodes);
    std::vector<std::string_view> sku_keys;
    for (const auto& w : problem.lines) sku_keys.push_back(names.skus.key(raw(w.sku)));
    const bool by_strategy = decided.strategy != sourcing::no_strategy;
    const auto gone = taken_away(*recalled.whole, decided);
    const auto barred = restrictions_of(decided, names);
    const auto told = sourcing::explain(
        by, problem, *chosen,
        {order_key, node_keys, sku_keys, by_strategy ? recalled.whole->name() : std::string_view{},
         gone.by_filter, gone.by_exclusion, gone.by_capacity, gone.by_firm, barred},
        d.solver, decided.amounts ? sourcing::picture::amounts : sourcing::picture::enough);
    const bool is_ladder = !recalled.whole->ladder().empty();
    const bool brings = sourcing::is_bringing(*recalled.whole, decided);
    const auto group = static_cast<std::uint32_t>(into.groups.size());
    into.words += into.words.empty() ? "" : "\n";
    const bool is_way = !d.order.own.empty();
    if (is_ladder || is_way) into.words += named(sku_keys);
    if (is_way && recalled.ship_to != none<place_id>)
        into.words.append(" to ").append(names.places.key(raw(recalled.ship_to)));
    if (is_ladder || is_way) into.words += ": ";
    if (brings) into.words += "To be brought: ";
    into.words += sourcing::strategies_told(*recalled.whole, decided) + told.words;
    into.words += restrictions_told(decided, names, sku_keys, node_keys);
    if (!brings) into.words += bound_told(problem, *chosen, told, sku_keys, node_keys);
    if (group == 0) name_strategies(*recalled.whole, decided, into.strategy, into.passed_on);
    for (const auto& n : told.nodes)
        into.rows.push_back({n.node, std::string{sourcing::name_of(n.why)}, n.text, group});
    into.groups.push_back(group_of(*recalled.whole, decided));
    return {};
}

/// What is on its way, and by which orders.
void engine::state::tell_links(const desk& d, std::string& words) const {
    for (std::size_t k = 0; k < d.beside.links.size(); ++k) {
        const link& l = d.beside.links[k];
        std::int64_t n = 0;
        for (const lifecycle::bucket& b : d.order.buckets)
            if (b.line == l.line && b.state == unit_state::reserved &&
                lifecycle::link_of(b.ref) == k + 1)
                n += b.n;
        lifecycle::image by;
        if (n == 0 || l.kind != link_kind::brought_by ||
            read_order(order_id{l.order}, by).code != error_code::ok)
            continue;
        const sku_id sku = d.order.lines[l.line].sku;
        words += ' ' + to_string(to_quantity(sku, n), names.sku[index_of(sku)].decimals) + " x " +
                 std::string{names.skus.key(raw(sku))} + " of line " + std::to_string(l.line + 1) +
                 " are brought to " + std::string{names.nodes.key(raw(l.node))} +
                 " by the order '" + std::string{keys.key_of(by.remembered - 1)} + "'.";
    }
}

result<explanation> engine::state::explain(const visit& v, order_id id) {
    const auto recalled = recall(v, id);
    if (!recalled) return recalled.error();
    explanation answer;
    for (const remembered_decision& one : *recalled)
        if (const error e = explain(v, one, answer); e.code != error_code::ok) return e;
    if (recalled->size() == 1 && recalled->front().whole->ladder().empty()) answer.groups.clear();
    const error e = read_beside(id, v.desk.order, v.desk.beside);
    if (e.code != error_code::ok) return e;
    const sourcing::rejection_terms& terms = recalled->front().whole->rejections();
    for (std::size_t l = 0; terms.most != 0 && l < v.desk.order.lines.size(); ++l) {
        std::int64_t times = 0;
        for (const rejection& r : v.desk.beside.rejections) times += r.line == l ? r.times : 0;
        if (times >= terms.most)
            answer.words += " Line " + std::to_string(l + 1) + " was given back " +
                            std::to_string(times) + " times and is not sourced any more (" +
                            to_string(terms.then) + ").";
    }
    for (const rejection& r : v.desk.beside.rejections)
        answer.words += ' ' + std::string{names.nodes.key(raw(r.node))} + " has given " +
                        std::string{names.skus.key(raw(v.desk.order.lines[r.line].sku))} +
                        " of line " + std::to_string(r.line + 1) + " back" +
                        (r.times > 1 ? ", " + std::to_string(r.times) + " times" : "") + '.';
    tell_links(v.desk, answer.words);
    return answer;
}

result<sourced> engine::state::decision(const visit& v, order_id id) {
    const auto recalled = recall(v, id);
    if (!recalled) return recalled.error();
    sourced answer;
    const auto all = wanted_of(std::span<const remembered_decision>{*recalled});
    bool is_first = true;
    for (const remembered_decision& one : *recalled) {
        const auto facts = facts_of(one);
        const auto chosen = sourcing::replay(*one.by, one.decided, facts, v.desk.solver);
        if (!chosen) return chosen.error();
        if (one.whole->ladder().empty() && recalled->size() == 1) {
            answer.chosen = std::move(*chosen);
        } else {
            const auto of_group = wanted_of(one);
            join_plans(answer.chosen, *chosen, all, of_group, facts.nodes, is_first);
            answer.groups.push_back(group_of(*one.whole, one.decided));
        }
        if (std::exchange(is_first, false))
            name_strategies(*one.whole, one.decided, answer.strategy, answer.passed_on);
    }
    std::vector<sourcing::decided_line> wanted;  // what is brought was wanted before
    for (const remembered_decision& one : *recalled)
        if (!sourcing::is_bringing(*one.whole, one.decided))
            wanted.insert(wanted.end(), one.decided.wanted.begin(), one.decided.wanted.end());
    if (recalled->size() > 1)
        answer.chosen.covers =
            covered(std::span<const sourcing::decided_line>{wanted}, answer.chosen);
    answer.first.by = verb::source;
    answer.first.subject = raw(id);
    answer.first.what = answer.chosen.covers == coverage::full      ? outcome::done
                        : answer.chosen.covers == coverage::partial ? outcome::partial
                                                                    : outcome::backordered;
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
