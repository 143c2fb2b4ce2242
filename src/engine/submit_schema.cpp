// THE SCHEMA is written from the forms, so that it cannot differ from what is accepted. A test
// holds the published file against it.
#include <string>

#include <nlohmann/json.hpp>

#include "earmark/core/intern.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/engine/submit.hpp"
#include "submit_forms.hpp"

namespace earmark {
namespace {

using json = nlohmann::ordered_json;
using submission::field;
using submission::form;
using submission::shape;

json object_of(std::span<const field> own, std::span<const field> common, json properties,
               json required);

json key_schema() { return {{"type", "string"}, {"minLength", 1}, {"maxLength", max_key_bytes}}; }

json array_of(const field& f, json items) {
    return {
        {"type", "array"}, {"items", std::move(items)}, {"minItems", f.low}, {"maxItems", f.high}};
}

json schema_of(const field& f) {
    switch (f.is) {
        case shape::text:
            return {{"type", "string"}};
        case shape::key:
            return key_schema();
        case shape::time:
            return {{"type", "string"},
                    {"pattern",
                     "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}"
                     "(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$"}};
        case shape::whole:
            return {{"type", "integer"}, {"minimum", f.low}, {"maximum", f.high}};
        case shape::decimal:
            return {{"type", {"string", "integer"}}, {"pattern", "^[+-]?[0-9]+(\\.[0-9]+)?$"}};
        case shape::degrees:
            return {{"type", {"number", "string"}}};
        case shape::id:
            return {{"type", {"string", "integer"}}, {"pattern", "^[0-9]{1,20}$"}, {"minimum", 0}};
        case shape::flag:
            return {{"type", "boolean"}};
        case shape::choice:
            return {{"enum", f.choices}};
        case shape::keys:
            return array_of(f, key_schema());
        case shape::rows:
            return array_of(f, object_of(f.of, {}, json::object(), json::array()));
        case shape::orders:
            return array_of(f, {{"type", "object"}, {"description", "see order.schema.json"}});
    }
    return {};
}

void add_fields(std::span<const field> fields, json& properties, json& required, json& exclusive) {
    for (const field& f : fields) {
        json one = schema_of(f);
        one["description"] = f.about;
        properties[std::string{f.name}] = std::move(one);
        if (f.required) required.push_back(f.name);
        if (!f.instead_of.empty())
            exclusive.push_back({{"not", {{"required", {f.instead_of, f.name}}}}});
    }
}

json object_of(std::span<const field> own, std::span<const field> common, json properties,
               json required) {
    json exclusive = json::array();
    add_fields(common, properties, required, exclusive);
    add_fields(own, properties, required, exclusive);
    json out = {{"type", "object"},
                {"properties", std::move(properties)},
                {"required", std::move(required)},
                {"additionalProperties", false}};
    if (!exclusive.empty()) out["allOf"] = std::move(exclusive);
    return out;
}

json schema_of(const form& f) {
    json properties = {{"verb", {{"const", f.verb}}}};
    json required = {"verb"};
    if (!f.table.empty()) {
        properties["table"] = {{"const", f.table}};
        required.push_back("table");
    }
    if (f.verb == "place_order") required.push_back("key");
    json out = {{"description", f.about}};
    out.update(object_of(f.fields,
                         f.command ? submission::command_fields() : std::span<const field>{},
                         std::move(properties), std::move(required)));
    return out;
}

}  // namespace

std::string order_schema() {
    json schema = {
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"title", "Earmark: a canonical order"},
        {"description", "What capture() takes. Written from the table of fields in the code."},
    };
    schema.update(object_of(submission::order_form().fields, {}, json::object(), json::array()));
    return schema.dump(2) + '\n';
}

std::string submit_schema() {
    json definitions = json::object();
    json one_of = json::array();
    for (const form& f : submission::forms()) {
        std::string name{f.verb};
        if (!f.table.empty()) name.append("_").append(f.table);
        one_of.push_back({{"$ref", "#/$defs/" + name}});
        definitions[name] = schema_of(f);
    }
    const json schema = {
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"title", "Earmark: one command a line"},
        {"description",
         "What engine.submit() takes. Written from the table of fields in the code."},
        {"type", "object"},
        {"oneOf", std::move(one_of)},
        {"$defs", std::move(definitions)},
    };
    return schema.dump(2) + '\n';
}

}  // namespace earmark
