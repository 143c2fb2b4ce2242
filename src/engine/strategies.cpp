// STRATEGIES at work: which of a policy's strategies serves the order on the desk.
#include <algorithm>

#include "state_calls.hpp"
#include "strategy_names.hpp"

namespace earmark {
namespace {

using sourcing::attribute_value;
using sourcing::order_attribute;
__extension__ using wide = __int128;

constexpr std::size_t attributes = static_cast<std::size_t>(order_attribute::line_value) + 1;

attribute_value number(wide e4) noexcept {
    const bool fits = e4 <= INT64_MAX && e4 >= INT64_MIN;
    return {fits, fits ? static_cast<std::int64_t>(e4) : 0};
}

/// Minor units times 10^-exponent, in 1/10,000.
wide in_e4(wide minor, int exponent) noexcept {
    for (; exponent < 4; ++exponent) minor *= 10;
    return minor;
}

/// Units times 10^9 in 1/10,000, rounded down.
wide units_e4(wide granules_n, std::int64_t granule_e9) noexcept {
    return granules_n * granule_e9 / 100'000;
}

}  // namespace

sourcing::order_facts engine::state::facts_asked(desk& d, const sourcing::policy& of) const {
    const auto set = [&](std::size_t first, order_attribute a, attribute_value to) {
        d.asked[first * attributes + static_cast<std::size_t>(a)] = to;
    };
    const auto& lines = d.order.lines;
    d.asked.assign((1 + lines.size()) * attributes, {});
    d.asked_lines.clear();
    const auto money = currency::from_code(d.order.currency);
    const bool is_priced = money == of.currency();
    wide value = 0, units = 0;
    for (std::size_t l = 0; l < lines.size(); ++l) {
        const auto granule = names.granule_e9(lines[l].sku);
        const wide n = granule ? units_e4(lines[l].ordered, *granule) : 0;
        const wide price = in_e4(lines[l].unit_price_minor, money.exponent());
        const wide goods = price * n / 10'000;
        units += n;
        value += goods;
        const std::size_t row = l + 1;
        set(row, order_attribute::line_sku, {true, 0, names.skus.key(raw(lines[l].sku))});
        set(row, order_attribute::line_units, number(n));
        if (is_priced) set(row, order_attribute::line_unit_price, number(price));
        if (is_priced) set(row, order_attribute::line_value, number(goods));
    }
    d.asked_currency = money.text();
    if (is_priced) set(0, order_attribute::goods_value, number(value));
    set(0, order_attribute::units, number(units));
    set(0, order_attribute::lines, number(wide{lines.size()} * 10'000));
    set(0, order_attribute::priority, number(wide{d.order.priority} * 10'000));
    set(0, order_attribute::currency, {true, 0, d.asked_currency});
    if (d.order.ship_to != none<place_id>)
        set(0, order_attribute::ship_to, {true, 0, names.places.key(raw(d.order.ship_to))});
    const std::span<const attribute_value> all{d.asked};
    for (std::size_t l = 1; l <= lines.size(); ++l)
        d.asked_lines.push_back(all.subspan(l * attributes, attributes));
    return {all.first(attributes), d.asked_lines};
}

const plan& engine::state::choose_by(const visit& v, const sourcing::policy& by,
                                     std::uint32_t version, const sourcing_problem& p) {
    keep_floors(v.desk, by);
    return sourcing::decide(by, {policy_id{version}, static_cast<std::uint32_t>(p.nodes.size())}, p,
                            v.desk.solver, v.desk.decided);
}

engine::state::choice engine::state::choose(const visit& v, std::uint32_t version,
                                            sourcing_problem& p) {
    desk& d = v.desk;
    const sourcing::policy& whole = policies[version - 1];
    const auto all = whole.strategies();
    if (all.empty()) return {whole, choose_by(v, whole, version, p)};

    d.pictured.assign(d.free.begin(), d.free.end());
    d.tried.clear();
    const auto facts = facts_asked(d, whole);
    const auto decide = [&](std::size_t i, const sourcing::policy& by) -> const plan& {
        std::copy(d.pictured.begin(), d.pictured.end(), d.free.begin());
        p.selected = d.selected;
        const plan& found = choose_by(v, by, version, p);
        d.decided.by_strategy = true;
        d.decided.strategy = i < all.size() ? static_cast<std::uint16_t>(i) : sourcing::no_strategy;
        d.decided.tried = d.tried;
        return found;
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        const sourcing::strategy& s = all[i];
        if (v.now < s.starts || v.now >= s.ends || (s.when && !s.when->holds(facts))) continue;
        sourcing::select_nodes(s.from, p.nodes, p.metres, d.selected);
        const plan& found = decide(i, s.by);
        const bool has_some = d.decided.count_seen() > 0;  // of a plan that would have been partial
        const bool passes_on =
            found.covers == coverage::none && (has_some ? s.next_on_partial : s.next_on_none);
        if (!passes_on) return {s.by, found};
        d.tried.push_back(
            {static_cast<std::uint16_t>(i), has_some ? coverage::partial : coverage::none});
    }
    d.selected.assign((p.nodes.size() + 63) / 64, 0);
    return {whole, decide(all.size(), whole)};
}

void name_strategies(const sourcing::policy& whole, const sourcing::decision& d,
                     std::string_view& decided, std::vector<std::string_view>& passed_on) {
    if (!d.by_strategy) return;
    const auto all = whole.strategies();
    if (d.strategy < all.size()) decided = all[d.strategy].name();
    for (const sourcing::tried_strategy& t : d.tried) passed_on.push_back(all[t.strategy].name());
}

}  // namespace earmark
