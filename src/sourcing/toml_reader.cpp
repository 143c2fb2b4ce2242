#include "toml_reader.hpp"

#include <algorithm>

#include "earmark/core/time_text.hpp"

namespace earmark::sourcing::detail {

text_place place_of(const toml::source_region& s) { return {s.begin.line, s.begin.column}; }

std::string quoted(std::string_view text) { return '\'' + shown(text) + '\''; }

void toml_reader::refuse(error_code code, const toml::node& at, const std::string& sentence) {
    found_.add(code, place_of(at.source()), sentence);
}
void toml_reader::miss(std::string_view name, const std::string& example) {
    found_.add(error_code::missing_field, {},
               quoted(name) + " is missing; write for example " + example);
}

void toml_reader::check_keys(const toml::table& table, names known, const std::string& where) {
    for (const auto& [key, value] : table)
        if (std::find(known.begin(), known.end(), key.str()) == known.end())
            found_.add(error_code::unknown_field, place_of(key.source()),
                       "unknown key " + quoted(key.str()) + where + hint_for(key.str(), known));
}

const toml::table* toml_reader::section(const toml::table& root, std::string_view name,
                                        names known) {
    const toml::node* node = root.get(name);
    if (node == nullptr) return nullptr;
    const toml::table* table = node->as_table();
    if (table == nullptr) {
        refuse(error_code::bad_field, *node,
               quoted(name) + " is a table; write [" + std::string{name} + "] and its keys below");
    } else {
        check_keys(*table, known, " in [" + std::string{name} + "]");
    }
    return table;
}

std::size_t toml_reader::choice(const toml::table& table, std::string_view name, names known) {
    const toml::node* node = table.get(name);
    return node == nullptr ? 0 : index_of(*node, name, known).value_or(0);
}

std::optional<std::size_t> toml_reader::index_of(const toml::node& node, std::string_view name,
                                                 names known) {
    const auto text = node.value_exact<std::string_view>();
    const auto* const at =
        text ? std::find(known.data(), known.data() + known.size(), *text) : nullptr;
    if (text && at != known.data() + known.size())
        return static_cast<std::size_t>(at - known.data());
    refuse(error_code::bad_field, node,
           text ? "unknown value " + quoted(*text) + " of " + quoted(name) + hint_for(*text, known)
                : quoted(name) + " takes quoted text" + hint_for("", known));
    return std::nullopt;
}

std::int64_t toml_reader::whole_number(const toml::table& table, std::string_view name,
                                       std::int64_t least, std::int64_t most) {
    const toml::node* node = table.get(name);
    if (node == nullptr) return 0;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most) return *value;
    refuse(value ? error_code::out_of_range : error_code::bad_field, *node,
           quoted(name) + " is a whole number from " + std::to_string(least) + " to " +
               std::to_string(most) + ", without quotes");
    return 0;
}

time_point toml_reader::instant(const toml::table& from, std::string_view name,
                                time_point otherwise) {
    const toml::node* node = from.get(name);
    if (node == nullptr) return otherwise;
    const auto text = node->value_exact<std::string_view>();
    const auto at = text ? parse_time(*text) : result<time_point>{fail(error_code::bad_time, 0)};
    if (at) return *at;
    refuse(error_code::bad_time, *node,
           quoted(name) + " is quoted RFC 3339; write for example \"2026-11-27T00:00:00Z\"");
    return otherwise;
}

}  // namespace earmark::sourcing::detail
