#include "earmark/sourcing/policy_schema.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "policy_keys.hpp"

namespace earmark::sourcing {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view money = "quoted money, `\"0.35\"`, or a table of it by kind of node";
constexpr std::string_view as_policy = "as the policy";

constexpr const char* one_name = "[A-Za-z0-9_.-]([A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?";

constexpr std::array all_keys = {
    policy_key{"", "policy", "name: 1 to 64 letters, digits, blanks or any of `- _ .`", "", true},
    policy_key{"", "currency", "ISO 4217 code, `\"USD\"`", "", true},
    policy_key{"", "distance", "`km` or `mi`: the unit of distances without one", "`km`"},
    policy_key{"", "rank", "criteria in order of importance; the first difference decides",
               "refused, unless every strategy has one"},
    policy_key{"", "costs", "table: the rate card", "everything costs 0"},
    policy_key{"", "split", "table: how orders may be split", "whole lines, any number of parcels"},
    policy_key{"", "outcome", "table: what happens where not all is served",
               "what is there ships, the rest waits"},
    policy_key{
        "", "keep_back",
        "table: units that stay at each node, by kind, or by kind and class of goods, `\"store "
        "+ category:outerwear\"`; or a number for every kind, or `none`",
        "0"},
    policy_key{"", "attributes", "table: attributes of a host's own and their types", "none"},
    policy_key{"", "always", "table: filters of every strategy", "none"},
    policy_key{"", "filter", "tables: which nodes may serve which orders", "none"},
    policy_key{"", "strategy", "tables, tried from top to bottom",
               "the policy's own terms serve every order"},
    policy_key{"costs", "fixed_per_parcel", money, "0"},
    policy_key{"costs", "per_unit", money, "0"},
    policy_key{"costs", "per_unit_per_1000_km", money, "0"},
    policy_key{"", "weights",
               "instead of `rank`: criteria with 1 to 10,000 each; one weighted sum decides, with "
               "cost in 1/10,000 and distance in whole kilometres or miles",
               "`rank` decides"},
    policy_key{"", "weighed", "`km` or `mi`: what a weighed distance counts in", "`distance`"},
    policy_key{"", "match",
               "`first`: the first strategy whose conditions hold serves the order; `ladder`: the "
               "most specific one serves each line",
               "`first`"},
    policy_key{"", "ladder",
               "texts of orders and lines, the one that weighs most first: what strategies are for",
               "required of a ladder"},
    policy_key{"", "rejections", "table: what becomes of lines that nodes gave back",
               "nodes that rejected are asked again, unless not_rejected_before is required"},
    policy_key{"rejections", "days",
               "1 to 3,650: how long `not_rejected_before` keeps a line from the node", "for good"},
    policy_key{"rejections", "most",
               "1 to 100: a line that was given back so often is not sourced any more",
               "it is tried for ever"},
    policy_key{"rejections", "then", "`backorder`, `queue:NAME` or `cancel`: what becomes of it",
               "required with `most`"},
    policy_key{"filter", "memory", "`not_rejected_before`: not the nodes that gave the line back",
               "not asked"},
    policy_key{"costs", "extra_parcel", "quoted money for each parcel after the first", "0"},
    policy_key{"costs", "late_per_day",
               "quoted money for each day that the last of an order arrives after the day it is "
               "wanted",
               "0"},
    policy_key{"costs", "by_acceptance",
               "`true`: costs are divided by the part of what is sent to a node that it accepts",
               "`false`"},
    policy_key{"costs", "parcel", "table: what a parcel costs by its content and zone", "0"},
    policy_key{"costs.parcel", "by", "`grams`, or `units`, of what is in a parcel", "`grams`"},
    policy_key{"costs.parcel", "zones",
               "distances that ascend, as `300 km` or numbers in the policy's `distance`",
               "one zone"},
    policy_key{"costs.parcel", "steps", "1 to 64 steps; the last has no end", "", true},
    policy_key{"costs.parcel.steps", "up_to", "1 to 1,000,000,000", "the last step"},
    policy_key{"costs.parcel.steps", "rates",
               "quoted money, one a zone and one beyond; more or farther is never cheaper", "",
               true},
    policy_key{"split", "lines",
               "`whole`, or `by_quantity`: a line is split only where no node has all of it",
               "`whole`"},
    policy_key{"split", "max_parcels", "1 to 1,000", "no limit"},
    policy_key{"split", "max_shipments", "the same as `max_parcels`", "no limit"},
    policy_key{"split", "min_shipment_value",
               "quoted money: goods before tax that every shipment is worth, and the rest as well",
               "no such rule"},
    policy_key{"split", "together",
               "`[\"set\"]`: lines of one relationship set leave from one node or not at all",
               "sets may part"},
    policy_key{
        "outcome", "partial",
        "`allocate_and_backorder`, or `backorder`: all or nothing; in place of `backorder` also "
        "`queue:NAME` or `cancel`",
        "`allocate_and_backorder`"},
    policy_key{"keep_back", "dc", "whole units, 0 to 1,000,000,000", "0"},
    policy_key{"keep_back", "store", "whole units, 0 to 1,000,000,000", "0"},
    policy_key{"keep_back", "vendor", "whole units, 0 to 1,000,000,000", "0"},
    policy_key{"always", "require", "names of filters", "none"},
    policy_key{"filter", "name", "a name of its own, as a policy's", "", true},
    policy_key{"filter", "when", "condition on orders", "every order"},
    policy_key{"filter", "nodes", "condition on nodes", "every node"},
    policy_key{"filter", "same", "two attributes, of the node and of the order, that are equal",
               "not asked"},
    policy_key{"filter", "dates",
               "`open_calendar`: it takes the order for today's work; `delivers_by_promise`: it "
               "would be at the door in time",
               "not asked"},
    policy_key{"strategy", "name", "a name of its own, as a policy's", "", true},
    policy_key{"strategy", "when", "condition on orders", "every order"},
    policy_key{"strategy", "for",
               "of a ladder: table of its attributes and the text that a line has of each",
               "every line"},
    policy_key{"strategy", "starts", "quoted RFC 3339: decisions from then on", "always"},
    policy_key{"strategy", "ends", "quoted RFC 3339: decisions before then", "never"},
    policy_key{"strategy", "from",
               "selectors: a kind, `any`, or a node by its key, `supplier:acme` or `node:berlin`; "
               "then perhaps `within 300 mi` and `priority 1`; or `chosen_store`",
               "all nodes"},
    policy_key{"strategy", "require", "names of filters that always hold", "[always] alone"},
    policy_key{"strategy", "prefer",
               "names of filters that are given up, the last first, where not all is served",
               "none"},
    policy_key{"strategy", "rank", "as the policy's", as_policy},
    policy_key{"strategy", "weights", "as the policy's", as_policy},
    policy_key{"strategy", "weighed", "as the policy's", "`distance`"},
    policy_key{"strategy", "split", "as the policy's", as_policy},
    policy_key{"strategy", "outcome", "table: what happens, and whether the next one is tried",
               as_policy},
    policy_key{"strategy", "keep_back", "as the policy's", as_policy},
    policy_key{
        "strategy", "transfers",
        "`true`: no order comes to it; it finds the nodes that bring goods to the node that a "
        "line is bound to",
        "`false`"},
    policy_key{"strategy.outcome", "full", "`allocate`", "`allocate`"},
    policy_key{"outcome", "none",
               "`backorder`, `queue:NAME` or `cancel`: where no line can be served", "`backorder`"},
    policy_key{
        "strategy.outcome", "partial",
        "as the policy's; or `next`: all of it, or the next strategy; `transfer_rest`: what is "
        "there is allocated, the rest is brought to the line's node; `transfer`: all of it is",
        as_policy},
    policy_key{"strategy.outcome", "none", "as the policy's, or `next`, or `transfer`", as_policy},
};

json text(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }
json one_of(detail::names of) { return {{"enum", of}}; }
json one_of_types() {
    json all = json::array();
    for (std::size_t t = 0; t < value_types; ++t)
        all.push_back(name_of(static_cast<value_type>(t)));
    return {{"enum", all}};
}
json one_of_dates() {
    return {{"enum", {name_of(date_rule::open_calendar), name_of(date_rule::delivers_by_promise)}}};
}
json whole(std::int64_t least, std::int64_t most) {
    return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
json list_of(json items) { return {{"type", "array"}, {"minItems", 1}, {"items", items}}; }
json same_as(std::string_view definition) {
    return {{"$ref", "#/$defs/" + std::string{definition}}};
}

json shape_of_cost(std::string_view key) {
    const json zone = {
        {"anyOf",
         {json{{"type", "integer"}, {"minimum", 0}}, text("^[0-9]+(\\.[0-9]{1,4})? (m|km|mi)$")}}};
    if (key == "extra_parcel" || key == "late_per_day") return same_as("money");
    if (key == "by_acceptance") return {{"type", "boolean"}};
    if (key == "parcel") return same_as("costs.parcel");
    if (key == "by") return one_of(detail::content_names);
    if (key == "zones") return {{"type", "array"}, {"maxItems", max_parcel_zones}, {"items", zone}};
    if (key == "steps") return list_of(same_as("costs.parcel.steps"));
    if (key == "up_to") return whole(1, 1'000'000'000);
    return key == "rates" ? list_of(same_as("money")) : same_as("rates");
}

/// By the type that a key has, whatever its table.
json shape_of(std::string_view table, std::string_view key) {
    if (table == "keep_back") return whole(0, max_keep_back);
    if (table.starts_with("costs")) return shape_of_cost(key);
    if (table == "outcome" && key == "partial")
        return text(std::string{"^(allocate_and_)?(backorder|cancel|queue:"} + one_name + ")$");
    if (table == "outcome") return text(std::string{"^(backorder|cancel|queue:"} + one_name + ")$");
    if (table == "strategy.outcome")
        return key == "full" ? one_of(detail::full_names)
               : key == "partial"
                   ? text(std::string{"^(next|transfer|transfer_rest|(allocate_and_)?(backorder|"
                                      "cancel|queue:"} +
                          one_name + "))$")
                   : text(std::string{"^(next|transfer|backorder|cancel|queue:"} + one_name + ")$");
    if (key == "policy" || key == "name") return same_as("name");
    if (key == "currency") return text("^[A-Z]{3}$");
    if (key == "distance") return one_of(detail::distance_names);
    if (key == "rank") return same_as("rank");
    if (key == "lines") return one_of(detail::split_names);
    if (key == "max_parcels" || key == "max_shipments") return whole(1, max_parcel_limit);
    if (key == "min_shipment_value") return same_as("money");
    if (key == "together")
        return {{"type", "array"},
                {"items", one_of(detail::together_names)},
                {"minItems", 1},
                {"maxItems", 1}};
    if (key == "weighed") return one_of(detail::distance_names);
    if (key == "require" || key == "prefer") return {{"type", "array"}, {"items", same_as("name")}};
    if (key == "dates") return one_of_dates();
    if (key == "memory") return one_of(detail::memory_names);
    if (table == "rejections" && key == "then")
        return text(std::string{"^(backorder|cancel|queue:"} + one_name + ")$");
    if (table == "rejections")
        return whole(1, key == "days" ? max_rejection_days : max_rejection_times);
    if (key == "match") return one_of(detail::match_names);
    if (key == "ladder")
        return {{"type", "array"},
                {"items", {{"type", "string"}}},
                {"minItems", 1},
                {"maxItems", max_ladder},
                {"uniqueItems", true}};
    if (key == "for")
        return {{"type", "object"},
                {"additionalProperties",
                 {{"type", "string"}, {"minLength", 1}, {"maxLength", max_attribute_text}}},
                {"minProperties", 1}};
    if (key == "transfers") return {{"type", "boolean"}};
    if (key == "when" || key == "nodes") return same_as("condition");
    if (key == "starts" || key == "ends") return same_as("instant");
    if (key == "from") return list_of(same_as("selector"));
    if (key == "same")
        return {
            {"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 2}, {"maxItems", 2}};
    if (key == "attributes") return {{"type", "object"}, {"additionalProperties", one_of_types()}};
    if (key == "filter" || key == "strategy") return list_of(same_as(key));
    return same_as(table == "strategy" && key == "outcome" ? "strategy.outcome" : key);
}

const policy_key* find(std::string_view table, std::string_view key) {
    for (const policy_key& k : all_keys)
        if (k.table == table && k.key == key) return &k;
    return nullptr;
}

/// A table with the keys that the reader knows.
json table_of(std::string_view table, detail::names known) {
    json properties = json::object(), required = json::array();
    for (const std::string_view key : known) {
        const policy_key* k = find(table, key);
        json shape = k == nullptr ? json::object() : shape_of(table, key);
        if (k != nullptr) {
            std::string doc{k->values};
            if (!k->otherwise.empty()) doc += "; left out: " + std::string{k->otherwise};
            shape["description"] = doc;
            if (k->required) required.push_back(key);
        }
        properties[std::string{key}] = std::move(shape);
    }
    json out = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!required.empty()) out["required"] = required;
    return out;
}

json definitions() {
    const json money_text = text("^[0-9]{1,10}(\\.[0-9]{1,4})?$");
    json kinds = json::object();
    for (const std::string_view kind : detail::kind_names) kinds[std::string{kind}] = money_text;
    json out = {
        {"name", text(std::string{"^"} + one_name + "$")},
        {"money", money_text},
        {"rates",
         {{"anyOf",
           {money_text,
            {{"type", "object"},
             {"properties", kinds},
             {"minProperties", 1},
             {"additionalProperties", false}}}}}},
        {"rank",
         {{"type", "array"},
          {"minItems", 1},
          {"uniqueItems", true},
          {"items", one_of(detail::criterion_names)}}},
        {"condition", {{"type", "string"}, {"minLength", 1}, {"maxLength", max_condition_bytes}}},
        {"instant", text("^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}"
                         "(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$")},
        {"selector", text("^ *chosen_store *$|^ *(dc|store|vendor|any|(supplier|node):[^ ]+)"
                          "( +within +[0-9]+(\\.[0-9]{1,4})?( +(m|km|mi))?)?"
                          "( +priority +-?[0-9]+)? *$")}};
    json weights = json::object();
    for (const std::string_view c : detail::criterion_names)
        if (c != name_of(criterion::delivery_date)) weights[std::string{c}] = whole(1, max_weight);
    out["weights"] = {{"type", "object"},
                      {"properties", weights},
                      {"minProperties", 1},
                      {"additionalProperties", false}};
    out["costs"] = table_of("costs", detail::cost_keys);
    out["costs.parcel"] = table_of("costs.parcel", detail::parcel_keys);
    out["costs.parcel.steps"] = table_of("costs.parcel.steps", detail::parcel_step_keys);
    out["split"] = table_of("split", detail::split_keys);
    out["outcome"] = table_of("outcome", detail::outcome_keys);
    json kept = table_of("keep_back", detail::kind_names);
    kept["patternProperties"] = {
        {"^ *(dc|store|vendor) *( \\+ *[^ :][^:]*:.*[^ ] *)+$", whole(0, max_keep_back)}};
    out["keep_back"] = {{"anyOf", {json{{"enum", {"none"}}}, whole(0, max_keep_back), kept}}};
    out["always"] = table_of("always", detail::always_keys);
    out["rejections"] = table_of("rejections", detail::rejection_keys);
    out["filter"] = table_of("filter", detail::filter_keys);
    out["strategy.outcome"] = table_of("strategy.outcome", detail::step_keys);
    out["strategy"] = table_of("strategy", detail::strategy_keys);
    return out;
}

}  // namespace

std::span<const policy_key> policy_keys() { return all_keys; }

std::string policy_schema() {
    json out = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                {"$id", "urn:earmark:policy:" + std::to_string(policy_schema_version)},
                {"title",
                 "A sourcing policy of Earmark, version " + std::to_string(policy_schema_version)}};
    out.update(table_of("", detail::root_keys));
    out["$defs"] = definitions();
    return out.dump(1) + '\n';
}

}  // namespace earmark::sourcing
