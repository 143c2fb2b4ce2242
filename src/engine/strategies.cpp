// STRATEGIES at work: which of a policy's strategies serves the order on the desk, and from which
// nodes.
#include <algorithm>

#include "earmark/sourcing/filter.hpp"
#include "state_calls.hpp"
#include "strategy_names.hpp"
#include "wanted_value.hpp"

namespace earmark {

void engine::state::ready_filters(desk& d, std::uint32_t version) const {
    filter_memory& m = d.filters;
    const sourcing::policy& whole = policies[version - 1];
    if (m.policy == version && m.facts == names.facts.version() && m.nodes == names.node.size())
        return;
    const auto& declared = bindings[version - 1].of_nodes;
    const std::size_t row = whole.of_nodes().size(), own = row - declared.size();
    m.policy = 0;
    m.nodes = names.node.size();
    m.values.assign(m.nodes * row, {});
    for (std::uint32_t k = 0; k < m.nodes; ++k) {
        const auto values = std::span{m.values}.subspan(k * row, row);
        const node_facts& f = names.node[k];
        values[static_cast<std::size_t>(sourcing::node_attribute::key)] = {true, 0,
                                                                           names.nodes.key(k)};
        values[static_cast<std::size_t>(sourcing::node_attribute::kind)] = {
            true, 0, sourcing::name_of(f.kind)};
        values[static_cast<std::size_t>(sourcing::node_attribute::priority)] = {
            true, std::int64_t{f.priority} * 10'000, {}};
        for (std::size_t a = 0; a < declared.size(); ++a)
            values[own + a] = names.facts.value(declared[a], k);
    }
    const std::size_t words = (m.nodes + 63) / 64;
    m.passes.assign(whole.filters().size(), {});
    for (std::size_t f = 0; f < m.passes.size(); ++f) {
        if (whole.filters()[f].same) continue;
        sourcing::select_nodes({}, names.node, names.metres(none<place_id>), m.passes[f]);
        m.passes[f].resize(words);
        sourcing::filter_nodes(whole.filters()[f], {m.values, row}, {}, m.passes[f]);
    }
    m.facts = names.facts.version();
    m.policy = version;
}

/// Notes which bits went since `before`.
static void note_removed(desk& d, std::uint16_t by, std::span<const std::uint64_t> before,
                         std::span<const std::uint64_t> after) {
    if (std::equal(before.begin(), before.end(), after.begin())) return;
    d.removed_by.push_back(by);
    for (std::size_t w = 0; w < before.size(); ++w) d.removed.push_back(before[w] & ~after[w]);
}

void engine::state::keep_passing(const visit& v, const sourcing::policy& whole,
                                 std::uint16_t filter, std::vector<std::uint64_t>& bits) const {
    desk& d = v.desk;
    const sourcing::filter& f = whole.filters()[filter];
    if (f.when &&
        !f.when->holds({std::span{d.asked}.first(whole.of_orders().size()), d.asked_lines}))
        return;
    d.remaining = bits;
    if (f.same)
        sourcing::filter_nodes(f, {d.filters.values, whole.of_nodes().size()},
                               std::span{d.asked}.first(whole.of_orders().size()), bits);
    else
        for (std::size_t w = 0; w < bits.size(); ++w) bits[w] &= d.filters.passes[filter][w];
    if (f.dates) keep_dates(v, *f.dates, bits);
    if (f.not_rejected) keep_unrejected(d, bits);
    note_removed(d, filter, d.remaining, bits);
}

void engine::state::keep_included(const visit& v, std::vector<std::uint64_t>& bits) const {
    desk& d = v.desk;
    d.removed_by.clear();
    d.removed.clear();
    d.remaining = bits;
    for (const exclusion& e : names.facts.exclusions()) {
        if (e.until <= v.now) break;  // and so are those behind it
        if (e.from <= v.now)
            bits[index_of(e.node) / 64] &= ~(std::uint64_t{1} << index_of(e.node) % 64);
    }
    if (d.leaving != none<node_id>)
        bits[index_of(d.leaving) / 64] &= ~(std::uint64_t{1} << index_of(d.leaving) % 64);
    note_removed(d, sourcing::by_exclusion, d.remaining, bits);
}

/// Where every line is bound to a node, others are not asked.
void engine::state::keep_firm_nodes(desk& d, std::vector<std::uint64_t>& bits) {
    if (!d.all_firm || d.firm.empty()) return;
    d.remaining = bits;
    std::fill(bits.begin(), bits.end(), 0);
    for (const node_id n : d.firm)
        bits[index_of(n) / 64] |= d.remaining[index_of(n) / 64] & std::uint64_t{1}
                                                                      << index_of(n) % 64;
    note_removed(d, sourcing::by_firm, d.remaining, bits);
}

/// A line that is bound to a node goes first there: what it takes, lines of its SKU which may come
/// from elsewhere do not find. True where the plan had promised it twice.
bool engine::state::leave_to_firm(desk& d, const sourcing::policy& by, const sourcing_problem& p,
                                  const plan& found) {
    bool any = false;
    for (const plan_part& firm : found.parts)
        for (const plan_part& other : found.parts) {
            const wanted_line &a = p.lines[firm.wanted], &b = p.lines[other.wanted];
            if (a.firm == none<node_id> || b.firm != none<node_id> || a.sku != b.sku ||
                firm.node != other.node ||
                std::int64_t{firm.n} + other.n <= sourcing::usable(by, p, other.wanted, other.node))
                continue;
            d.free[other.wanted * p.nodes.size() + index_of(other.node)] -= firm.n;
            any = true;
        }
    return any;
}

const plan& engine::state::choose_by(const visit& v, const sourcing::policy& by,
                                     std::uint32_t version, const sourcing_problem& p) {
    keep_floors(v.desk, by);
    const sourcing::decision_versions versions{policy_id{version},
                                               static_cast<std::uint32_t>(p.nodes.size())};
    const auto decide = [&]() -> const plan& {
        return sourcing::decide(by, versions, p, v.desk.solver, v.desk.decided);
    };
    v.desk.touched.clear();
    const plan* found = &decide();
    for (std::size_t round = 0; round < v.desk.firm.size(); ++round) {
        if (!leave_to_firm(v.desk, by, p, *found)) break;
        found = &decide();
    }
    constexpr std::size_t careful = 64;  // rounds; each takes something of a node away
    const bool by_days = names.pools.has_dated();
    for (std::size_t round = 0; by_days && !fits_days(v, by, p, *found, round >= careful); ++round)
        found = &decide();
    v.desk.decided.removed_by = v.desk.removed_by;
    v.desk.decided.removed = v.desk.removed;
    v.desk.decided.restricted = v.desk.restricted;
    v.desk.decided.restricted_nodes = v.desk.restricted_nodes;
    if (!v.desk.touched.empty()) note_full(v.desk, p);
    return *found;
}

engine::state::choice engine::state::choose_without_strategies(const visit& v,
                                                               std::uint32_t version,
                                                               sourcing_problem& p) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    d.removed_by.clear();
    d.removed.clear();
    if (!names.facts.exclusions().empty() || d.leaving != none<node_id> || !d.firm.empty()) {
        sourcing::select_nodes({}, p.nodes, p.metres, d.selected);
        keep_included(v, d.selected);
        keep_firm_nodes(d, d.selected);
        p.selected = d.selected;
    }
    return {whole, choose_by(v, whole, version, p)};
}

/// Decides by one strategy on the desk's `selected` nodes; preferences are given up from the last
/// one on until all is served.
const plan& engine::state::decide_by(const visit& v, std::uint32_t version, std::size_t strategy,
                                     sourcing_problem& p) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    const bool is_none = strategy == whole.strategies().size();
    const auto prefer =
        is_none ? std::span<const std::uint16_t>{} : std::span{whole.strategies()[strategy].prefer};
    const std::size_t rules = d.removed_by.size(), words = d.removed.size();
    const bool open_now = d.open_now, in_time = d.in_time, not_again = d.not_again;
    for (std::size_t kept = prefer.size();; --kept) {
        d.removed_by.resize(rules);
        d.removed.resize(words);
        d.preferred = d.selected;
        d.open_now = open_now;
        d.in_time = in_time;
        d.not_again = not_again;
        for (std::size_t i = 0; i < kept; ++i) keep_passing(v, whole, prefer[i], d.preferred);
        std::copy(d.pictured.begin(), d.pictured.end(), d.free.begin());
        if (d.not_again)
            for (const auto& [w, node] : d.again)
                d.free[w * p.nodes.size() + index_of(node)] = nothing_free;
        p.selected = d.preferred;
        const plan& found =
            choose_by(v, is_none ? whole : whole.strategies()[strategy].by, version, p);
        d.decided.by_strategy = true;
        d.decided.strategy = is_none ? sourcing::no_strategy : static_cast<std::uint16_t>(strategy);
        d.decided.tried = d.tried;
        d.decided.given_up = static_cast<std::uint16_t>(prefer.size() - kept);
        if (found.covers == coverage::full || kept == 0) return found;
    }
}

const plan& engine::state::decide_among(const visit& v, std::uint32_t version, std::size_t strategy,
                                        sourcing_problem& p) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    const sourcing::strategy& s = whole.strategies()[strategy];
    sourcing::select_nodes(s.from, p.nodes, p.metres, d.selected, d.firm);
    keep_included(v, d.selected);
    keep_firm_nodes(d, d.selected);
    d.open_now = d.in_time = d.not_again = false;
    for (const std::uint16_t f : s.require) keep_passing(v, whole, f, d.selected);
    return decide_by(v, version, strategy, p);
}

/// Where no strategy is left.
const plan& engine::state::decide_without(const visit& v, std::uint32_t version,
                                          sourcing_problem& p) {
    desk& d = v.desk;
    d.selected.assign((p.nodes.size() + 63) / 64, 0);
    d.open_now = d.in_time = d.not_again = false;
    d.removed_by.clear();
    d.removed.clear();
    return decide_by(v, version, policies[version - 1].strategies().size(), p);
}

std::optional<sourcing::tried_strategy> engine::state::passed_on(const desk& d,
                                                                 const sourcing::policy& whole,
                                                                 std::size_t strategy,
                                                                 const plan& found) {
    const sourcing::strategy& s = whole.strategies()[strategy];
    const bool has_some = d.decided.count_seen() > 0;  // of a plan that would have been partial
    if (found.covers != coverage::none || !(has_some ? s.next_on_partial : s.next_on_none))
        return {};
    return sourcing::tried_strategy{static_cast<std::uint16_t>(strategy),
                                    has_some ? coverage::partial : coverage::none};
}

engine::state::choice engine::state::choose(const visit& v, std::uint32_t version,
                                            sourcing_problem& p) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    const auto all = whole.strategies();
    if (bindings[version - 1].numbers) fill_numbers(v, whole, p);
    if (all.empty()) return choose_without_strategies(v, version, p);

    d.pictured.assign(d.free.begin(), d.free.end());
    d.tried.clear();
    auto facts = facts_asked(d, version);
    if (!d.in_group.empty()) facts = ask_group(d, whole.of_orders().size());
    if (!whole.filters().empty()) ready_filters(d, version);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const sourcing::strategy& s = all[i];
        if (s.transfers || v.now < s.starts || v.now >= s.ends || (s.when && !s.when->holds(facts)))
            continue;
        const plan& found = decide_among(v, version, i, p);
        const auto passed = passed_on(d, whole, i, found);
        if (!passed) return {s.by, found};
        d.tried.push_back(*passed);
    }
    return {whole, decide_without(v, version, p)};
}

void name_strategies(const sourcing::policy& whole, const sourcing::decision& d,
                     std::string_view& decided, std::vector<std::string_view>& passed_on) {
    if (!d.by_strategy) return;
    const auto all = whole.strategies();
    if (d.strategy < all.size()) decided = all[d.strategy].name();
    for (const sourcing::tried_strategy& t : d.tried) passed_on.push_back(all[t.strategy].name());
}

}  // namespace earmark
