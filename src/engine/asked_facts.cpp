// WHAT CONDITIONS ASK of the order on the desk: what Earmark knows, and what its host declared.
#include <algorithm>

#include "earmark/engine/fold.hpp"
#include "earmark/promise/tables.hpp"
#include "earmark/sourcing/numbers.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

using sourcing::attribute_value;
using sourcing::order_attribute;
__extension__ using wide = __int128;

attribute_value number(wide e4) noexcept {
    const bool fits = e4 <= INT64_MAX && e4 >= INT64_MIN;
    return {fits, fits ? static_cast<std::int64_t>(e4) : 0, {}};
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

template <class State>
void own_facts(const State& s, desk& d, const asked_of& of) {
    const catalog& names = s.names;
    const std::size_t row_size = of.all.size();
    const auto set = [&](std::size_t row, order_attribute a, attribute_value to) {
        d.asked[row * row_size + static_cast<std::size_t>(a)] = to;
    };
    const auto& lines = d.order.lines;
    const auto money = currency::from_code(d.order.currency);
    const bool is_priced = money == of.money;
    wide value = 0, units = 0;
    std::int64_t lines_wanted = 0;
    for (std::size_t l = 0; l < lines.size(); ++l) {
        granules wanted = 0;  // as the order stands now
        for (const lifecycle::bucket& b : buckets_of(d.order, static_cast<std::uint32_t>(l)))
            if (b.state != unit_state::cancelled) wanted += b.n;
        lines_wanted += wanted > 0;
        const auto granule = names.granule_e9(lines[l].sku);
        const wide n = granule ? units_e4(wanted, *granule) : 0;
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
    set(0, order_attribute::lines, number(wide{lines_wanted} * 10'000));
    set(0, order_attribute::priority, number(wide{d.order.priority} * 10'000));
    set(0, order_attribute::currency, {true, 0, d.asked_currency});
    if (d.order.ship_to != none<place_id>)
        set(0, order_attribute::ship_to, {true, 0, names.places.key(raw(d.order.ship_to))});
    if (d.order.method != none<service_id>)
        set(0, order_attribute::method,
            {true, 0, names.dates().service_keys.key(raw(d.order.method))});
}

/// A line has what the order says of it, else what its SKU has.
template <class State>
void declared_facts(const State& s, desk& d, const asked_of& of) {
    const catalog& names = s.names;
    const std::span<const attribute_id> declared = of.declared;
    const std::size_t row_size = of.all.size(), own = row_size - declared.size();
    d.asked_bytes = d.placing ? d.facts : load_facts(s.books.ledger.chunks(), d.order.facts);
    const bool is_sound = read_facts(d.asked_bytes, d.order.lines.size(), names.facts, d.values);
    EARMARK_INVARIANT(is_sound, "an order's facts are read as they were kept");
    for (std::size_t a = 0; a < declared.size(); ++a) {
        const attribute_id id = declared[a];
        const attribute_of owner = names.facts.owner(id);
        if (owner == attribute_of::place && d.order.ship_to != none<place_id>)
            d.asked[own + a] = names.facts.value(id, raw(d.order.ship_to));
        for (std::size_t l = 0; owner == attribute_of::line && l < d.order.lines.size(); ++l)
            d.asked[(l + 1) * row_size + own + a] =
                names.facts.value(id, raw(d.order.lines[l].sku));
        const bool is_other_money = of.all[own + a].type == value_type::money &&
                                    currency::from_code(d.order.currency) != of.money;
        for (const order_value& v : d.values)
            if (v.attribute == id)
                d.asked[v.line * row_size + own + a] = {!is_other_money, v.n, v.text};
    }
}

}  // namespace

sourcing::order_facts engine::state::facts_asked(desk& d, std::uint32_t version) const {
    const sourcing::policy& of = policies[version - 1];
    return facts_asked(d, {of.of_orders(), bindings[version - 1].of_orders, of.currency()});
}

sourcing::order_facts engine::state::facts_asked(desk& d, const asked_of& of) const {
    const std::size_t row_size = of.all.size(), lines = d.order.lines.size();
    d.asked.assign((1 + lines) * row_size, {});
    d.asked_lines.clear();
    own_facts(*this, d, of);
    if (!of.declared.empty()) declared_facts(*this, d, of);
    const std::span<const attribute_value> all{d.asked};
    for (std::size_t l = 1; l <= lines; ++l)
        d.asked_lines.push_back(all.subspan(l * row_size, row_size));
    return {all.first(row_size), d.asked_lines};
}

std::optional<engine::state::binding> engine::state::bind(const sourcing::policy& p) const {
    bool all_known = true;
    const auto ids = [&](std::span<const sourcing::attribute> all, std::size_t own) {
        std::vector<attribute_id> out;
        for (const auto& a : all.subspan(own)) {
            const auto id = names.facts.find(a.name);
            all_known = all_known && id && names.facts.type(*id) == a.type;
            if (all_known) out.push_back(*id);
        }
        return out;
    };
    binding made{ids(p.of_orders(), sourcing::order_attributes().size()),
                 ids(p.of_nodes(), sourcing::node_attributes().size())};
    made.weighs = !p.terms().parcels.empty() && p.terms().parcels.by_grams;
    made.keeps_whole = sourcing::declares(p, sourcing::line_never_split);
    made.numbers = p.terms().late_per_day > 0;
    for (std::size_t c = 0; c < node_columns; ++c)
        made.numbers |= p.ranks_by(sourcing::criterion_of(static_cast<node_column>(c)));
    for (const sourcing::goods_class& c : p.terms().classes)
        made.classes.push_back(names.facts.find(c.attribute));
    return all_known ? std::optional{std::move(made)} : std::nullopt;
}

}  // namespace earmark
