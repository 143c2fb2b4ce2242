#include "ladder_reader.hpp"

#include <algorithm>

#include "ladder_text.hpp"

namespace earmark::sourcing::detail {
namespace {

constexpr const char* example = "ladder = [\"line.sku\", \"ship_to\"]";

}  // namespace

void ladder_reader::read(const toml::table& root) {
    is_ladder_ = in_.choice(root, "match", match_names) == 1;
    const toml::node* node = root.get("ladder");
    if (!is_ladder_) {
        if (node != nullptr)
            in_.refuse(error_code::bad_policy, *node,
                       "a ladder decides only where match = \"ladder\" is said");
        return;
    }
    if (root.get("strategy") == nullptr)
        in_.refuse(error_code::bad_policy, *root.get("match"),
                   "a ladder chooses among strategies, and there is none; write a [[strategy]]");
    const toml::array* list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr || list->empty() || list->size() > max_ladder)
        return in_.refuse(node == nullptr ? error_code::missing_field : error_code::bad_field,
                          node == nullptr ? *root.get("match") : *node,
                          "a ladder names 1 to " + std::to_string(max_ladder) +
                              " attributes, the one that weighs most first; write for example " +
                              example);
    for (const toml::node& entry : *list) read_name(entry);
}

void ladder_reader::read_name(const toml::node& entry) {
    std::vector<std::string_view> texts;
    for (const attribute& a : known_)
        if (a.type == value_type::text) texts.push_back(a.name);
    const auto at = in_.index_of(entry, "ladder", texts);
    if (!at) return;
    if (std::find(names_.begin(), names_.end(), texts[*at]) != names_.end())
        in_.refuse(error_code::duplicate_row, entry,
                   quoted(texts[*at]) + " stands twice in the ladder");
    names_.emplace_back(texts[*at]);
}

std::vector<std::string> ladder_reader::wants(const toml::table& strategy) {
    std::vector<std::string> out(names_.size());
    const toml::node* node = strategy.get("for");
    if (const toml::node* when = strategy.get("when"); when != nullptr && is_ladder_)
        in_.refuse(error_code::bad_policy, *when,
                   "a ladder chooses by what a strategy is 'for'; write for example for = { "
                   "\"line.sku\" = \"ITEM1\" }, and name the attribute in 'ladder'");
    if (node == nullptr) return out;
    if (!is_ladder_) {
        in_.refuse(error_code::bad_policy, *node,
                   "'for' is of ladders; write 'when', or match = \"ladder\" at the top");
        return out;
    }
    const toml::table* table = node->as_table();
    if (table == nullptr || table->empty()) {
        in_.refuse(error_code::bad_field, *node,
                   "'for' is a table of texts; write for example for = { \"line.sku\" = "
                   "\"ITEM1\" }, or leave it out for every line");
        return out;
    }
    for (const auto& [name, value] : *table) read_want(name.str(), value, out);
    return out;
}

void ladder_reader::read_want(std::string_view name, const toml::node& value,
                              std::vector<std::string>& into) {
    if (value.is_table())  // line.sku = "ITEM1" is a table of TOML
        return in_.refuse(error_code::bad_field, value,
                          "quote the whole name of an attribute: \"" + shown(name) + ".name\"");
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at == names_.end()) {
        const std::vector<std::string_view> known{names_.begin(), names_.end()};
        return in_.refuse(error_code::unknown_field, value,
                          quoted(name) + " is not in the policy's ladder" + hint_for(name, known));
    }
    const auto text = value.value_exact<std::string_view>();
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    if (!text || text->empty() || text->size() > max_attribute_text ||
        std::any_of(text->begin(), text->end(), is_control))
        return in_.refuse(error_code::bad_field, value,
                          quoted(name) + " takes plain quoted text of 1 to " +
                              std::to_string(max_attribute_text) +
                              " bytes; leave it out where any will do");
    into[static_cast<std::size_t>(at - names_.begin())] = *text;
}

void ladder_reader::check_equal(const toml::array& list, const std::vector<strategy>& all) {
    for (std::size_t i = 0; is_ladder_ && i < all.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
            if (!are_equal_rules(all[k], all[i])) continue;
            in_.refuse(error_code::duplicate_row, list[i],
                       quoted(all[i].name()) + " is for the same lines as " +
                           quoted(all[k].name()) + " of line " +
                           std::to_string(place_of(list[k].source()).line) +
                           ", and a ladder cannot choose between them; let them differ in 'for', "
                           "or in their time");
            break;
        }
}

}  // namespace earmark::sourcing::detail
