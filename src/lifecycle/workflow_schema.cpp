// The schema of workflows, of the reader's own lists of keys.
#include <array>
#include <nlohmann/json.hpp>

#include "earmark/lifecycle/workflow_text.hpp"
#include "workflow_keys.hpp"

namespace earmark::lifecycle {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view word = "^[a-z][a-z0-9_]{0,31}$";
constexpr std::string_view span_of_time =
    "^(P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$";

constexpr std::array<workflow_key, 20> all_keys = {
    workflow_key{"", "workflow", "its name: 1 to 32 small letters, digits or _", ""},
    workflow_key{"", "type", "which orders go by it, once it is active: a type of order",
                 "`sales`"},
    workflow_key{"", "about", "one line for people", "nothing"},
    workflow_key{"", "events", "names of the workflow's own events, at most 64; they only relabel",
                 "none"},
    workflow_key{"", "state", "tables: the workflow's own states, at most 255", "none"},
    workflow_key{"", "step", "tables: which event leads from where to where, at most 4,096", ""},
    workflow_key{"", "timer", "tables: steps that come by themselves, at most 4,096", "none"},
    workflow_key{"state", "name", "its name, which no base state and no other state has", ""},
    workflow_key{"state", "base", "the base state that it is one of", ""},
    workflow_key{"step", "from", "a state, or a list of states", ""},
    workflow_key{"step", "on", "an event of the engine, or one of the workflow's own", ""},
    workflow_key{"step", "to", "a state", ""},
    workflow_key{"step", "when", "facts that all hold: a name, or a list", "nothing is asked"},
    workflow_key{"step", "unless", "facts of which none holds", "nothing is asked"},
    workflow_key{
        "step", "after",
        "a quoted span, `\"48h\"` or `\"P2D\"`: it comes by itself where units have stood so "
        "long, if nobody was sooner",
        "it waits for the event"},
    workflow_key{"step", "does",
                 "`tell_customer`, `tell_node`, `tell_vendor`, `ask_person`: what the host does "
                 "once it is journalled",
                 "nothing"},
    workflow_key{"step", "because", "one line for people: why", "nothing"},
    workflow_key{"timer", "from", "a state, or a list of states", ""},
    workflow_key{"timer", "on", "an event that each of them has steps for", ""},
    workflow_key{"timer", "after", "a quoted span: the `after` of these steps", ""},
};

json text(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

json one_or_list(const json& item) {
    return {{"anyOf", {item, {{"type", "array"}, {"items", item}, {"minItems", 1}}}}};
}

template <class Enum>
json one_of(std::size_t n) {
    json all = json::array();
    for (std::size_t i = 0; i < n; ++i) all.push_back(name_of(static_cast<Enum>(i)));
    return {{"enum", all}};
}

json fact() {
    return {{"anyOf", {one_of<guard_fact>(guard_facts), text("^[a-z0-9_]+(\\.[a-z0-9_]+)+$")}}};
}

json shape_of(std::string_view table, std::string_view key) {
    if (key == "type") return one_of<order_type>(order_types);
    if (key == "base") return one_of<unit_state>(unit_states);
    if (key == "about" || key == "because") return {{"type", "string"}, {"maxLength", 200}};
    if (key == "events" || key == "from") return one_or_list(text(word));
    if (key == "when" || key == "unless") return one_or_list(fact());
    if (key == "after") return text(span_of_time);
    if (key == "does") return one_or_list(one_of<reaction>(reactions));
    if (table.empty() && (key == "state" || key == "step" || key == "timer"))
        return {{"type", "array"},
                {"items", {{"$ref", "#/$defs/" + std::string{key}}}},
                {"minItems", 1},
                {"maxItems", key == "state" ? max_own_states : max_steps}};
    return text(word);
}

json table_of(std::string_view table, detail::names known) {
    json properties = json::object(), required = json::array();
    for (const std::string_view key : known)
        for (const workflow_key& k : all_keys) {
            if (k.table != table || k.key != key) continue;
            json shape = shape_of(table, key);
            std::string doc{k.values};
            if (!k.otherwise.empty()) doc += "; left out: " + std::string{k.otherwise};
            shape["description"] = doc;
            if (k.otherwise.empty()) required.push_back(key);
            properties[std::string{key}] = std::move(shape);
        }
    return {{"type", "object"},
            {"properties", properties},
            {"additionalProperties", false},
            {"required", required}};
}

}  // namespace

std::span<const workflow_key> workflow_keys() { return all_keys; }

std::string workflow_schema() {
    json out = {
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"$id", "urn:earmark:workflow:" + std::to_string(workflow_schema_version)},
        {"title", "A workflow of Earmark, version " + std::to_string(workflow_schema_version)}};
    out.update(table_of("", detail::root_keys));
    out["$defs"] = {{"state", table_of("state", detail::state_keys)},
                    {"step", table_of("step", detail::step_keys)},
                    {"timer", table_of("timer", detail::timer_keys)}};
    return out.dump(1) + '\n';
}

}  // namespace earmark::lifecycle
