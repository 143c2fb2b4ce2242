#include "terms_reader.hpp"

#include "parcel_reader.hpp"

#include <algorithm>

namespace earmark::sourcing::detail {
void terms_reader::read_split(const toml::table& from, policy_terms& into) {
    const toml::table* split = in_.section(from, "split", split_keys);
    if (split == nullptr) return;
    into.lines = static_cast<line_split>(in_.choice(*split, "lines", split_names));
    const bool twice = split->get("max_parcels") != nullptr;
    const toml::node* shipments = split->get("max_shipments");
    if (twice && shipments != nullptr)
        in_.refuse(error_code::duplicate_row, *shipments,
                   "'max_shipments' and 'max_parcels' say the same; keep one");
    into.max_parcels = static_cast<int>(
        in_.whole_number(*split, twice ? "max_parcels" : "max_shipments", 1, max_parcel_limit));
    const toml::node* least = split->get("min_shipment_value");
    into.min_shipment_value = least == nullptr ? 0 : rate(*least, "min_shipment_value");
    read_together(*split, into);
}

void terms_reader::read_together(const toml::table& split, policy_terms& into) {
    into.together = false;
    const toml::node* node = split.get("together");
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() != 1)
        return in_.refuse(error_code::bad_field, *node,
                          "'together' lists what leaves together; write together = [\"set\"]");
    into.together = in_.index_of(*list->get(0), "together", together_names).has_value();
}

bool terms_reader::read_partial(const toml::table& outcome, bool may_pass, policy_terms& into) {
    const toml::node* node = outcome.get("partial");
    if (node == nullptr) return false;
    constexpr std::string_view some = "allocate_and_";
    std::string_view text = node->value_exact<std::string_view>().value_or("");
    into.partial = on_partial::backorder;
    into.rest = {};
    if (text == "next" && may_pass) return true;
    if (text.starts_with(some)) {
        into.partial = on_partial::allocate_and_backorder;
        text.remove_prefix(some.size());
    }
    const bool brings_rest = text == "transfer_rest";
    if (brings_rest) {
        into.partial = on_partial::allocate_and_backorder;
        text = "transfer";
    }
    const bool is_read = read_unserved(text, into.rest);
    const bool twice = brings_rest || into.partial == on_partial::backorder;  // how it is written
    const bool brings = into.rest.does == unserved::deed::transfer;
    if (!is_read || (brings && !(may_pass && twice)))
        (void)in_.index_of(*node, "partial",
                           may_pass ? names{step_names} : names{step_names}.first(6));
    return false;
}

bool terms_reader::read_none(const toml::table& outcome, bool may_pass, policy_terms& into) {
    const toml::node* node = outcome.get("none");
    if (node == nullptr) return false;
    const auto text = node->value_exact<std::string_view>().value_or("");
    into.none = {};
    if (text == "next" && may_pass) return true;
    if (!read_unserved(text, into.none) ||
        (into.none.does == unserved::deed::transfer && !may_pass))
        (void)in_.index_of(*node, "none",
                           may_pass ? names{none_names} : names{none_names}.first(3));
    return false;
}

void terms_reader::read_rank(const toml::table& from, std::string_view unit, policy_terms& into) {
    const toml::node* node = from.get("rank");
    if (from.get("weights") != nullptr) {
        if (node != nullptr)
            in_.refuse(error_code::bad_field, *node,
                       "'rank' and 'weights' exclude each other: the first difference decides, or "
                       "one weighted sum");
        return read_weights(from, unit, into);
    }
    if (const toml::node* weighed = from.get("weighed"))
        in_.refuse(error_code::bad_field, *weighed, "'weighed' says nothing without 'weights'");
    const std::string example = "rank = [\"cost\", \"parcels\", \"distance\"]";
    if (node == nullptr) return has_strategies_ ? void() : in_.miss("rank", example);
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty())
        return in_.refuse(error_code::bad_field, *node,
                          "'rank' is a list of at least one name; write for example " + example);
    into.rank.clear();
    into.weights.clear();
    into.weighed_mm = weighed_km;
    for (const toml::node& entry : *list) {
        const auto index = in_.index_of(entry, "rank", criterion_names);
        if (!index) continue;
        const auto c = static_cast<criterion>(*index);
        if (std::find(into.rank.begin(), into.rank.end(), c) != into.rank.end()) {
            in_.refuse(error_code::duplicate_row, entry,
                       quoted(name_of(c)) + " stands twice in 'rank'; the second can never decide");
        } else {
            into.rank.push_back(c);
        }
    }
}

void terms_reader::read_weights(const toml::table& from, std::string_view unit,
                                policy_terms& into) {
    const toml::node& node = *from.get("weights");
    const toml::table* table = node.as_table();
    if (table == nullptr || table->empty())
        return in_.refuse(error_code::bad_field, node,
                          "'weights' is a table of criteria; write for example weights = "
                          "{ priority = 1, distance = 100 }");
    in_.check_keys(*table, criterion_names, " in 'weights'");
    into.rank.clear();
    into.weights.clear();
    for (std::size_t c = 0; c < criteria; ++c) {
        const toml::node* entry = table->get(criterion_names[c]);
        if (entry == nullptr) continue;
        if (static_cast<criterion>(c) == criterion::delivery_date) {
            in_.refuse(error_code::bad_field, *entry,
                       "'delivery_date' is the latest of a plan and cannot be weighed; rank by it");
            continue;
        }
        into.rank.push_back(static_cast<criterion>(c));
        into.weights.push_back(
            static_cast<std::int32_t>(in_.whole_number(*table, criterion_names[c], 1, max_weight)));
    }
    const bool says = from.get("weighed") != nullptr;
    const std::string_view of =
        says ? distance_names[in_.choice(from, "weighed", distance_names)] : unit;
    const bool has_distance = table->get("distance") != nullptr;
    into.weighed_mm = has_distance && of == "mi" ? weighed_mile : weighed_km;
}

void terms_reader::read_costs(const toml::table& root, std::string_view unit, policy_terms& into) {
    const toml::table* costs = in_.section(root, "costs", cost_keys);
    has_costs_ = costs != nullptr && !costs->empty();
    const bool needed =
        std::find(into.rank.begin(), into.rank.end(), criterion::cost) != into.rank.end();
    if (needed && root.get("costs") == nullptr)
        return in_.miss("costs",
                        "[costs] and below it fixed_per_parcel = \"8.759\"; 'rank' uses cost");
    if (costs == nullptr) return;
    if (needed && costs->empty())
        in_.refuse(error_code::missing_field, *costs,
                   "[costs] is empty but 'rank' uses cost; write for example per_unit = \"0.35\"");
    into.fixed_per_parcel = rates(*costs, "fixed_per_parcel");
    into.per_unit = rates(*costs, "per_unit");
    into.per_unit_per_1000_km = rates(*costs, "per_unit_per_1000_km");
    if (const toml::node* extra = costs->get("extra_parcel"))
        into.extra_parcel = rate(*extra, "extra_parcel");
    if (const toml::node* late = costs->get("late_per_day"))
        into.late_per_day = rate(*late, "late_per_day");
    if (const toml::node* expected = costs->get("by_acceptance")) {
        const auto value = expected->value_exact<bool>();
        if (!value)
            in_.refuse(error_code::bad_field, *expected, "'by_acceptance' is true or false");
        into.by_acceptance = value.value_or(false);
    }
    if (const toml::table* parcel = in_.section(*costs, "parcel", parcel_keys))
        parcel_reader{in_, *this, unit}.read(*parcel, into.parcels);
}

/// One rate for all kinds of node, or a table of them; a kind that is left out is unpriced.
rate_by_kind terms_reader::rates(const toml::table& costs, std::string_view name) {
    rate_by_kind out{};
    const toml::node* node = costs.get(name);
    if (node == nullptr) return out;
    const toml::table* kinds = node->as_table();
    if (kinds == nullptr) {
        out.fill(rate(*node, name));
        return out;
    }
    in_.check_keys(*kinds, kind_names, " in " + quoted(name));
    if (kinds->empty())
        in_.refuse(error_code::missing_field, *kinds,
                   quoted(name) + " names no kind of node; write for example { dc = \"0.35\" }");
    for (std::size_t k = 0; k < node_kinds; ++k) {
        const toml::node* entry = kinds->get(kind_names[k]);
        out[k] = entry == nullptr ? unpriced : rate(*entry, name);
    }
    return out;
}

std::int64_t terms_reader::rate(const toml::node& node, std::string_view name) {
    const auto text = node.value_exact<std::string_view>();
    if (!text) {
        in_.refuse(error_code::bad_price, node,
                   "a bare value for " + quoted(name) +
                       "; money is quoted text, write for example \"0.35\"");
        return 0;
    }
    const auto parsed = parse_rate(*text);
    if (!parsed) {
        in_.refuse(parsed.error().code, node,
                   quoted(*text) + " is no amount for " + quoted(name) +
                       "; digits with at most 4 decimals, for example \"0.35\"");
        return 0;
    }
    if (parsed->e4 >= 0 && parsed->e4 <= max_rate_e4) return parsed->e4;
    in_.refuse(error_code::bad_price, node,
               quoted(name) + " is from 0 to 1,000,000,000; " + quoted(*text) + " is outside");
    return 0;
}

}  // namespace earmark::sourcing::detail
