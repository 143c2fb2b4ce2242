#include "filter_reader.hpp"

#include <algorithm>

namespace earmark::sourcing::detail {
namespace {

constexpr keys<2> date_rules = {"open_calendar", "delivers_by_promise"};
constexpr keys<value_types> type_names = {"text", "number", "money", "flag"};

bool is_among(std::string_view name, std::span<const attribute> all) {
    return std::any_of(all.begin(), all.end(), [&](const attribute& a) { return a.name == name; });
}

}  // namespace

std::optional<condition> read_condition(toml_reader& in, const toml::table& from,
                                        std::string_view key, std::span<const attribute> known) {
    const toml::node* node = from.get(key);
    if (node == nullptr) return {};
    const auto text = node->value_exact<std::string_view>();
    if (!text) {
        in.refuse(error_code::bad_field, *node,
                  quoted(key) + " is a quoted condition; write for example when = 'lines > 1'");
        return {};
    }
    parsed_condition parsed = parse_condition(*text, known);
    if (!parsed) {
        const toml::source_position at = node->source().begin;
        in.found().add(error_code::bad_policy, {at.line, at.column},
                       "in " + quoted(key) + ", at its character " + std::to_string(parsed.at + 1) +
                           ": " + parsed.problem);
    }
    return std::move(parsed.value);
}

void filter_reader::read(const toml::table& root) {
    read_attributes(root);
    of_orders_ = known_attributes(order_attributes(), declared_, false);
    of_nodes_ = known_attributes(node_attributes(), declared_, true);
    read_filters(root);
    read_rejections(root);
    if (const toml::table* always = in_.section(root, "always", always_keys))
        always_ = named(*always, "require");
    if (const toml::node* always = root.get("always"); always && root.get("strategy") == nullptr)
        in_.refuse(error_code::bad_policy, *always,
                   "[always] is for strategies, and there is none; write a [[strategy]]");
}

void filter_reader::read_rejections(const toml::table& root) {
    const toml::table* from = in_.section(root, "rejections", rejection_keys);
    if (from == nullptr) return;
    rejections_.days =
        static_cast<std::int32_t>(in_.whole_number(*from, "days", 1, max_rejection_days));
    rejections_.most =
        static_cast<std::int32_t>(in_.whole_number(*from, "most", 1, max_rejection_times));
    const toml::node* then = from->get("then");
    if ((then == nullptr) == from->contains("most"))
        in_.refuse(error_code::missing_field, *from,
                   "'most' says how often, and 'then' what becomes of the line: write both, for "
                   "example most = 3 and then = \"queue:customer care\"");
    if (then != nullptr &&
        (!read_unserved(then->value_exact<std::string_view>().value_or(""), rejections_.then) ||
         rejections_.then.does == unserved::deed::transfer))
        (void)in_.index_of(*then, "then", names{none_names}.first(3));
}

void filter_reader::read_attributes(const toml::table& root) {
    const toml::node* node = root.get("attributes");
    if (node == nullptr) return;
    const toml::table* table = node->as_table();
    if (table == nullptr)
        return in_.refuse(error_code::bad_field, *node,
                          "'attributes' is a table; write [attributes] and below it "
                          "\"customer.tier\" = \"text\"");
    if (table->size() > max_attributes)
        return in_.refuse(
            error_code::out_of_range, *node,
            "a policy declares at most " + std::to_string(max_attributes) + " attributes");
    for (const auto& [key, type] : *table) read_attribute(key.str(), type);
    std::sort(declared_.begin(), declared_.end(),
              [](const attribute& a, const attribute& b) { return a.name < b.name; });
}

void filter_reader::read_attribute(std::string_view name, const toml::node& type) {
    if (type.is_table())  // customer.tier = "text" is a table of TOML
        return in_.refuse(error_code::bad_field, type,
                          "quote the whole name of an attribute: \"" + shown(name) + ".name\"");
    if (!is_attribute_name(name))
        return in_.refuse(error_code::bad_attribute, type,
                          quoted(name) +
                              " is no name of an attribute; write small letters, "
                              "digits and _, with dots between words");
    if (is_among(name, order_attributes()) || is_among(name, node_attributes()))
        return in_.refuse(error_code::bad_attribute, type,
                          quoted(name) + " is known without being declared; take it out");
    const auto which = in_.index_of(type, name, type_names);
    if (!which) return;
    declared_.push_back(
        {std::string{name}, static_cast<value_type>(*which), owner_of(name) == attribute_of::line});
}

void filter_reader::read_filters(const toml::table& root) {
    const toml::node* node = root.get("filter");
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty() || !list->is_array_of_tables())
        return in_.refuse(error_code::bad_field, *node,
                          "filters are tables; write [[filter]] for each");
    if (list->size() > max_filters)
        return in_.refuse(error_code::out_of_range, *node,
                          "a policy has at most " + std::to_string(max_filters) + " filters");
    for (const toml::node& one : *list) read_filter(*one.as_table());
}

void filter_reader::read_filter(const toml::table& from) {
    in_.check_keys(from, filter_keys, " in [[filter]]");
    filter f;
    f.name = filter_name(from);
    f.when = read_condition(in_, from, "when", of_orders_);
    f.nodes = read_condition(in_, from, "nodes", of_nodes_);
    f.same = read_same(from);
    if (const toml::node* dates = from.get("dates"))
        if (const auto which = in_.index_of(*dates, "dates", date_rules))
            f.dates = static_cast<date_rule>(*which);
    if (const toml::node* memory = from.get("memory"))
        f.not_rejected = in_.index_of(*memory, "memory", memory_names).has_value();
    if (!from.contains("nodes") && !from.contains("same") && !from.contains("dates") &&
        !from.contains("memory"))
        in_.refuse(error_code::missing_field, from,
                   "this filter lets all nodes through; write for example nodes = "
                   "'node.kind == \"dc\"', or same = [\"node.market\", \"ship_to.market\"]");
    filters_.push_back(std::move(f));  // also a wrong one: others may name it
}

std::string filter_reader::filter_name(const toml::table& from) {
    const toml::node* node = from.get("name");
    if (node == nullptr) {
        in_.refuse(error_code::missing_field, from,
                   "this filter has no name; write for example name = \"hazmat\"");
        return {};
    }
    std::string name{node->value_exact<std::string_view>().value_or("")};
    if (!is_policy_name(name))
        in_.refuse(error_code::bad_field, *node,
                   "'name' is quoted text of 1 to 64 letters, digits, blanks or any of - _ .");
    for (const filter& f : filters_)
        if (f.name == name)
            in_.refuse(error_code::duplicate_row, *node,
                       "another filter is called " + quoted(name) + "; give each its own name");
    return name;
}

std::optional<filter::pair> filter_reader::read_same(const toml::table& from) {
    const toml::node* node = from.get("same");
    if (node == nullptr) return {};
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() != 2) {
        in_.refuse(error_code::bad_field, *node,
                   "'same' names a text of nodes and one of orders; write for example same = "
                   "[\"node.market\", \"ship_to.market\"]");
        return {};
    }
    const auto of_node = text_attribute((*list)[0], of_nodes_);
    const auto of_order = text_attribute((*list)[1], of_orders_);
    if (!of_node || !of_order) return {};
    return filter::pair{*of_node, *of_order};
}

std::optional<std::uint16_t> filter_reader::text_attribute(const toml::node& entry,
                                                           std::span<const attribute> known) {
    std::vector<std::string_view> texts;
    for (const attribute& a : known)
        if (a.type == value_type::text && !a.of_line) texts.push_back(a.name);
    const auto at = in_.index_of(entry, "same", texts);
    if (!at) return {};
    const auto is_it = [&](const attribute& a) { return a.name == texts[*at]; };
    const auto found = std::find_if(known.begin(), known.end(), is_it);
    return static_cast<std::uint16_t>(found - known.begin());
}

/// A rule of dates, or of memory, is a filter of its own name, without being written as one.
void filter_reader::add_own_rule(const toml::node& entry) {
    const auto name = entry.value_exact<std::string_view>();
    const auto is_it = [&](const filter& f) { return f.name == *name; };
    if (!name || filters_.size() >= max_filters ||
        std::any_of(filters_.begin(), filters_.end(), is_it))
        return;
    for (const date_rule r : {date_rule::open_calendar, date_rule::delivers_by_promise})
        if (*name == name_of(r)) filters_.push_back({std::string{*name}, {}, {}, {}, r});
    if (*name == memory_names[0]) filters_.push_back({std::string{*name}, {}, {}, {}, {}, true});
}

std::vector<std::uint16_t> filter_reader::named(const toml::table& from, std::string_view key) {
    std::vector<std::uint16_t> out;
    const toml::node* node = from.get(key);
    if (node == nullptr) return out;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty()) {
        in_.refuse(error_code::bad_field, *node,
                   quoted(key) + " is a list of filters; write for example " + std::string{key} +
                       " = [\"hazmat\"]");
        return out;
    }
    for (const toml::node& entry : *list) add_own_rule(entry);
    std::vector<std::string_view> names_known;
    for (const filter& f : filters_) names_known.push_back(f.name);
    for (const toml::node& entry : *list) {
        const auto which = in_.index_of(entry, key, names_known);
        if (!which) continue;
        const auto f = static_cast<std::uint16_t>(*which);
        if (std::find(out.begin(), out.end(), f) != out.end())
            in_.refuse(error_code::duplicate_row, entry,
                       quoted(names_known[f]) + " stands twice in " + quoted(key));
        else
            out.push_back(f);
    }
    return out;
}

}  // namespace earmark::sourcing::detail
