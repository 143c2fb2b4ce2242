#include "earmark/sourcing/policy.hpp"

#include <algorithm>
#include <utility>

#include "earmark/core/check.hpp"
#include "earmark/core/digest.hpp"
#include "keep_back_reader.hpp"
#include "ladder_text.hpp"
#include "policy_text.hpp"
#include "strategy_text.hpp"
#include "terms_text.hpp"

namespace earmark::sourcing {
namespace {

constexpr std::array kinds = {node_kind::dc, node_kind::store, node_kind::vendor};

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

std::string key_of(std::string_view name) {
    std::string text{name};
    text.resize(std::max<std::size_t>(text.size(), 20), ' ');
    return text + " = ";
}

void write_rates(std::string& out, std::string_view name, const rate_by_kind& rates) {
    out += key_of(name);
    if (rates[0] != unpriced && rates[0] == rates[1] && rates[1] == rates[2]) {
        out += quoted(detail::rate_text(rates[0])) + '\n';
        return;
    }
    std::string entries;
    for (std::size_t k = 0; k < node_kinds; ++k)
        if (rates[k] != unpriced)
            entries += (entries.empty() ? " " : ", ") + std::string{name_of(kinds[k])} + " = " +
                       quoted(detail::rate_text(rates[k]));
    out += '{' + entries + " }\n";
}

std::string canonical(const policy_terms& t, const std::string& ladder) {
    std::string out = "policy   = " + quoted(t.name) + '\n';
    out += "currency = " + quoted(t.currency.text()) + '\n' + ladder;
    out += detail::rank_text(t, 9) + "\n[costs]\n";
    write_rates(out, "fixed_per_parcel", t.fixed_per_parcel);
    write_rates(out, "per_unit", t.per_unit);
    write_rates(out, "per_unit_per_1000_km", t.per_unit_per_1000_km);
    out += key_of("extra_parcel") + quoted(detail::rate_text(t.extra_parcel)) + '\n';
    out += detail::more_costs_text(t) + "\n[split]\nlines = " + quoted(name_of(t.lines)) + '\n';
    for (const std::string& rule : detail::split_rules(t)) out += rule + '\n';
    out += "\n[outcome]\npartial = " + quoted(detail::partial_text(t)) + '\n';
    if (t.none != unserved{}) out += "none = " + quoted(to_string(t.none)) + '\n';
    out += "\n[keep_back]\n";
    for (const std::string& entry : detail::keep_back_entries(t)) out += entry + '\n';
    return out;
}

bool is_rank(const std::vector<criterion>& rank) noexcept {
    if (rank.empty() || rank.size() > criteria) return false;
    for (auto c = rank.begin(); c != rank.end(); ++c)
        if (static_cast<std::size_t>(*c) >= criteria || std::find(rank.begin(), c, *c) != c)
            return false;
    return true;
}

bool are_ascending(const auto& values) noexcept {
    return std::adjacent_find(values.begin(), values.end(),
                              [](auto a, auto b) { return a >= b; }) == values.end();
}

/// Heavier is never cheaper, farther is never cheaper.
bool rises(const parcel_rates& r) noexcept {
    const std::size_t zones = r.zones.size() + 1;
    for (std::size_t i = 0; i < r.rates.size(); ++i)
        if ((i % zones != 0 && r.rates[i] < r.rates[i - 1]) ||
            (i >= zones && r.rates[i] < r.rates[i - zones]))
            return false;
    return true;
}

void check_parcels(const parcel_rates& r) {
    if (r.empty()) {
        EARMARK_CHECK(r.zones.empty() && r.rates.empty(), "parcel rates need a step");
        return;
    }
    EARMARK_CHECK(r.up_to.size() <= max_parcel_steps && r.zones.size() <= max_parcel_zones,
                  "parcel rates have at most 64 steps and 32 zones");
    EARMARK_CHECK(r.rates.size() == r.up_to.size() * (r.zones.size() + 1),
                  "parcel rates have one rate for each step and zone");
    EARMARK_CHECK(are_ascending(r.up_to) && are_ascending(r.zones) && r.up_to.front() > 0 &&
                      r.up_to.back() == INT64_MAX,
                  "the steps and zones of parcel rates ascend, and the last step has no end");
    for (const std::int64_t rate : r.rates)
        EARMARK_CHECK(rate >= 0 && rate <= max_rate_e4, "parcel rates are 0 to 1,000,000,000");
    EARMARK_CHECK(rises(r), "a heavier or farther parcel is never cheaper");
}

void check_weights(const policy_terms& t) {
    if (t.weights.empty()) return;
    EARMARK_CHECK(t.weights.size() == t.rank.size(), "a policy weighs all its criteria or none");
    for (const std::int32_t weight : t.weights)
        EARMARK_CHECK(weight >= 1 && weight <= max_weight, "weights are 1 to 10,000");
    EARMARK_CHECK(std::find(t.rank.begin(), t.rank.end(), criterion::delivery_date) == t.rank.end(),
                  "a delivery date is the latest of a plan's parts and cannot be weighed");
    EARMARK_CHECK(t.weighed_mm == weighed_km || t.weighed_mm == weighed_mile,
                  "a weighed distance counts in kilometres or in miles");
}

void check_kept(const policy_terms& t) {
    for (const std::int64_t units : t.keep_back)
        EARMARK_CHECK(units >= 0 && units <= max_keep_back,
                      "a policy keeps back 0 to 1,000,000,000 units");
    EARMARK_CHECK(t.classes.size() <= max_goods_classes && t.kept.size() <= max_kept_goods,
                  "a policy knows at most 64 classes of goods, and 256 entries that name some");
    for (const kept_goods& k : t.kept)
        EARMARK_CHECK(k.classes != 0 && k.units >= 0 && k.units <= max_keep_back &&
                          (t.classes.size() == 64 || k.classes >> t.classes.size() == 0),
                      "what is kept back of classes is 0 to 1,000,000,000 units of known ones");
}

void check(const policy_terms& t) {
    EARMARK_CHECK(detail::is_policy_name(t.name),
                  "a policy's name is 1 to 64 letters, digits, blanks or any of - _ .");
    EARMARK_CHECK(t.currency != currency{}, "a policy needs a currency");
    EARMARK_CHECK(is_rank(t.rank), "a policy ranks by at least one criterion, each at most once");
    for (const rate_by_kind* rates : {&t.fixed_per_parcel, &t.per_unit, &t.per_unit_per_1000_km})
        for (const std::int64_t rate : *rates)
            EARMARK_CHECK(rate == unpriced || (rate >= 0 && rate <= max_rate_e4),
                          "a policy's rates are 0 to 1,000,000,000");
    EARMARK_CHECK(t.extra_parcel >= 0 && t.extra_parcel <= max_rate_e4,
                  "a policy's extra_parcel is 0 to 1,000,000,000");
    EARMARK_CHECK(t.late_per_day >= 0 && t.late_per_day <= max_rate_e4,
                  "a policy's late_per_day is 0 to 1,000,000,000");
    EARMARK_CHECK(t.max_parcels >= 0 && t.max_parcels <= max_parcel_limit,
                  "a policy's max_parcels is 1 to 1,000, or 0 for no limit");
    EARMARK_CHECK(t.min_shipment_value >= 0 && t.min_shipment_value <= max_rate_e4,
                  "a policy's smallest shipment is worth 0 to 1,000,000,000");
    check_weights(t);
    check_parcels(t.parcels);
    check_kept(t);
}

void check_rules(std::span<const attribute> declared, std::span<const filter> filters) {
    EARMARK_CHECK(declared.size() <= max_attributes, "a policy declares at most 256 attributes");
    for (const attribute& a : declared)
        EARMARK_CHECK(
            is_attribute_name(a.name) && a.of_line == (owner_of(a.name) == attribute_of::line),
            "an attribute's name is of small letters, and says whose it is");
    EARMARK_CHECK(filters.size() <= max_filters, "a policy has at most 64 filters");
    for (const filter& f : filters) {
        const auto same = [&](const filter& o) { return o.name == f.name; };
        EARMARK_CHECK(detail::is_policy_name(f.name) &&
                          std::count_if(filters.begin(), filters.end(), same) == 1,
                      "each filter needs a name of its own");
        EARMARK_CHECK(f.nodes || f.same || f.dates || f.not_rejected,
                      "a filter says which nodes it lets through");
    }
}

std::vector<std::uint16_t> ladder_of(std::span<const std::string> names,
                                     std::span<const attribute> known) {
    std::vector<std::uint16_t> out;
    for (const std::string& name : names) {
        const auto is_it = [&](const attribute& a) { return a.name == name; };
        const auto at = std::find_if(known.begin(), known.end(), is_it);
        EARMARK_CHECK(at != known.end() && at->type == value_type::text,
                      "a ladder goes by texts of orders and lines");
        out.push_back(static_cast<std::uint16_t>(at - known.begin()));
        EARMARK_CHECK(std::count(out.begin(), out.end(), out.back()) == 1,
                      "each attribute stands once in a ladder");
    }
    EARMARK_CHECK(out.size() <= max_ladder, "a ladder has at most 16 attributes");
    return out;
}

std::vector<std::string> queues_of(const policy_terms& own, std::span<const strategy> all,
                                   const rejection_terms& rejections) {
    std::vector<std::string> out;
    const auto add = [&](const policy_terms& t) {
        for (const unserved* u : {&t.rest, &t.none})
            if (u->does == unserved::deed::queue) out.push_back(u->queue);
    };
    add(own);
    if (rejections.then.does == unserved::deed::queue) out.push_back(rejections.then.queue);
    for (const strategy& s : all) add(s.by.terms());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

void check_ladder(std::span<const strategy> all, std::size_t attributes) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        EARMARK_CHECK(all[i].wants.size() == attributes && (attributes == 0 || !all[i].when),
                      "a strategy of a ladder wants a text, or any, of each of its attributes");
        for (std::size_t k = 0; k < i && attributes != 0; ++k)
            EARMARK_CHECK(!detail::are_equal_rules(all[k], all[i]),
                          "a ladder has no two equal rules");
    }
}

}  // namespace

std::string_view name_of(criterion c) noexcept {
    switch (c) {
        case criterion::cost:
            return "cost";
        case criterion::parcels:
            return "parcels";
        case criterion::distance:
            return "distance";
        case criterion::priority:
            return "priority";
        case criterion::score:
            return "score";
        case criterion::zone:
            return "zone";
        case criterion::load:
            return "load";
        case criterion::rotation:
            return "rotation";
        case criterion::balance:
            return "balance";
        case criterion::cover:
            return "cover";
        case criterion::stock_out:
            return "stock_out";
        case criterion::delivery_date:
            return "delivery_date";
    }
    return "?";
}

std::string_view name_of(line_split s) noexcept {
    return s == line_split::whole ? "whole" : "by_quantity";
}

std::string_view name_of(on_partial p) noexcept {
    return p == on_partial::backorder ? "backorder" : "allocate_and_backorder";
}

std::string_view name_of(node_kind k) noexcept {
    switch (k) {
        case node_kind::dc:
            return "dc";
        case node_kind::store:
            return "store";
        case node_kind::vendor:
            return "vendor";
    }
    return "?";
}

bool policy::ranks_by(criterion c) const noexcept {
    return std::find(terms_.rank.begin(), terms_.rank.end(), c) != terms_.rank.end() ||
           std::any_of(strategies_.begin(), strategies_.end(),
                       [c](const strategy& s) { return s.by.ranks_by(c); });
}

void policy::name_nodes(std::span<const std::string_view> keys) {
    for (strategy& s : strategies_)
        for (node_selector& one : s.from) {
            const auto at = std::find(keys.begin(), keys.end(), one.key);
            if (!one.key.empty() && at != keys.end())
                one.node = static_cast<node_id>(at - keys.begin());
        }
}

policy::policy(policy_terms terms) : policy{std::move(terms), policy_rules{}} {}

policy::policy(policy_terms terms, policy_rules rules)
    : terms_{std::move(terms)},
      strategies_{std::move(rules.strategies)},
      filters_{std::move(rules.filters)},
      declared_{std::move(rules.attributes)},
      of_orders_{known_attributes(order_attributes(), declared_, false)},
      of_nodes_{known_attributes(node_attributes(), declared_, true)} {
    check(terms_);
    detail::sort_kept(terms_.kept);
    check_rules(declared_, filters_);
    rejections_ = rules.rejections;
    EARMARK_CHECK(rejections_.days >= 0 && rejections_.days <= max_rejection_days,
                  "a rejection is remembered for up to 3,650 days, or for good");
    EARMARK_CHECK(rejections_.most >= 0 && rejections_.most <= max_rejection_times,
                  "a line is tried until it was given back up to 100 times, or always");
    EARMARK_CHECK(strategies_.size() <= max_strategies, "a policy has at most 256 strategies");
    ladder_ = ladder_of(rules.ladder, of_orders_);
    check_ladder(strategies_, ladder_.size());
    if (!ladder_.empty()) detail::sort_ladder(strategies_);
    text_ = canonical(terms_, detail::ladder_text(*this)) + detail::rules_text(*this);
    for (const strategy& s : strategies_) {
        EARMARK_CHECK(s.by.strategies().empty() && s.by.currency() == terms_.currency,
                      "a strategy has no strategies of its own, and the policy's currency");
        const auto same = [&](const strategy& o) { return o.name() == s.name(); };
        EARMARK_CHECK(std::count_if(strategies_.begin(), strategies_.end(), same) == 1,
                      "each strategy needs a name of its own");
        for (const auto* list : {&s.require, &s.prefer})
            for (const std::uint16_t f : *list)
                EARMARK_CHECK(f < filters_.size(), "a strategy asks a filter that the policy has");
        text_ += detail::strategy_text(*this, s);
    }
    queues_ = queues_of(terms_, strategies_, rejections_);
    EARMARK_CHECK(queues_.size() <= max_queues, "a policy has at most 255 queues");
    digest_ = earmark::digest{}.add(text_).value();
    const auto judges = [](const policy_terms& t) {
        return t.min_shipment_value != 0 || t.together;
    };
    judges_shipments_ =
        judges(terms_) || std::any_of(strategies().begin(), strategies().end(),
                                      [&](const strategy& s) { return judges(s.by.terms()); });
}

}  // namespace earmark::sourcing
