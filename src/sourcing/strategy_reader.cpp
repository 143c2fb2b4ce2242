#include "strategy_reader.hpp"

#include <algorithm>

#include "strategy_text.hpp"

namespace earmark::sourcing::detail {
std::vector<strategy> strategy_reader::read(const toml::table& root, bool are_terms_good) {
    std::vector<strategy> all;
    const toml::node* node = root.get("strategy");
    if (node == nullptr) return all;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty() || !list->is_array_of_tables()) {
        in_.refuse(error_code::bad_field, *node,
                   "strategies are tables; write [[strategy]] for each");
        return all;
    }
    if (list->size() > max_strategies) {
        in_.refuse(error_code::out_of_range, *node,
                   "a policy has at most " + std::to_string(max_strategies) + " strategies");
        return all;
    }
    for (std::size_t i = 0; i < list->size(); ++i)
        read_strategy(*(*list)[i].as_table(), are_terms_good, all);
    if (all.size() != list->size()) return all;
    ladder_.check_equal(*list, all);
    check_transfers(*list, all);
    for (std::size_t i = 0; i < all.size() && !ladder_.is_ladder(); ++i)
        check_reached(*(*list)[i].as_table(), all, i);
    return all;
}

void strategy_reader::read_strategy(const toml::table& from, bool are_terms_good,
                                    std::vector<strategy>& all) {
    const std::size_t before = in_.found().size();
    in_.check_keys(from, strategy_keys, " in [[strategy]]");
    policy_terms terms = usual_;
    terms.name = strategy_name(from, all);
    terms_.read_rank(from, unit_, terms);
    if (terms.rank.empty())
        in_.refuse(error_code::missing_field, from,
                   "'rank' is missing here and in the policy; write for example rank = [\"cost\"]");
    const bool by_cost =
        std::find(terms.rank.begin(), terms.rank.end(), criterion::cost) != terms.rank.end();
    if (by_cost && !terms_.has_costs())
        in_.refuse(error_code::missing_field, from,
                   "this strategy ranks by cost, and the policy has no [costs]");
    terms_.read_split(from, terms);
    terms_.read_keep_back(from, terms);
    bool next_on_partial = false, next_on_none = false;
    read_steps(from, terms, next_on_partial, next_on_none);
    auto when = read_condition(in_, from, "when", filters_.of_orders());
    auto wants = ladder_.wants(from);
    auto require = read_required(from);
    auto prefer = filters_.named(from, "prefer");
    for (const std::uint16_t f : prefer)
        if (std::find(require.begin(), require.end(), f) != require.end())
            in_.refuse(error_code::duplicate_row, from,
                       "a filter that is required need not be preferred, too");
    const time_point starts = in_.instant(from, "starts", {INT64_MIN});
    const time_point ends = in_.instant(from, "ends", never);
    if (starts >= ends)
        in_.refuse(error_code::out_of_range, from, "this strategy ends before it starts");
    auto nodes = read_from(from);
    const bool transfers = read_transfers(from);
    if (in_.found().size() != before || !are_terms_good) return;
    all.push_back({policy{std::move(terms)}, std::move(when), starts, ends, std::move(nodes),
                   std::move(require), std::move(prefer), next_on_partial, next_on_none,
                   std::move(wants), static_cast<std::uint16_t>(all.size()), transfers});
}

bool strategy_reader::read_transfers(const toml::table& from) {
    const toml::node* node = from.get("transfers");
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value)
        in_.refuse(error_code::bad_field, *node, "'transfers' is true or false, without quotes");
    if (value.value_or(false) && from.get("outcome") != nullptr)
        in_.refuse(error_code::bad_policy, *from.get("outcome"),
                   "what a strategy of transfers does not find waits; leave 'outcome' out");
    if (value.value_or(false) && ladder_.is_ladder())
        in_.refuse(error_code::bad_policy, *node,
                   "a ladder brings no goods to nodes; write match = \"first\" and 'when'");
    return value.value_or(false);
}

/// What is to be brought needs a strategy that says from where.
void strategy_reader::check_transfers(const toml::array& list, const std::vector<strategy>& all) {
    const auto brings = [](const strategy& s) {
        return s.by.terms().rest.does == unserved::deed::transfer ||
               s.by.terms().none.does == unserved::deed::transfer;
    };
    const bool any =
        std::any_of(all.begin(), all.end(), [](const strategy& s) { return s.transfers; });
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (brings(all[i]) && !any)
            in_.refuse(error_code::bad_policy, list[i],
                       quoted(all[i].name()) +
                           " has goods brought to a node, and nothing says from where; add a "
                           "[[strategy]] with transfers = true");
        if (brings(all[i]) && ladder_.is_ladder())
            in_.refuse(error_code::bad_policy, list[i],
                       "a ladder brings no goods to nodes; say \"backorder\"");
    }
}

std::string strategy_reader::strategy_name(const toml::table& from,
                                           const std::vector<strategy>& all) {
    const toml::node* node = from.get("name");
    if (node == nullptr) {
        in_.refuse(error_code::missing_field, from,
                   "this strategy has no name; write for example name = \"gold customers\"");
        return {};
    }
    std::string name{node->value_exact<std::string_view>().value_or("")};
    if (!is_policy_name(name))
        in_.refuse(error_code::bad_field, *node,
                   "'name' is quoted text of 1 to 64 letters, digits, blanks or any of - _ .");
    for (const strategy& s : all)
        if (s.name() == name)
            in_.refuse(error_code::duplicate_row, *node,
                       "another strategy is called " + quoted(name) + "; give each its own name");
    return name;
}

void strategy_reader::read_steps(const toml::table& from, policy_terms& terms,
                                 bool& next_on_partial, bool& next_on_none) {
    const toml::table* outcome = in_.section(from, "outcome", step_keys);
    if (outcome == nullptr) return;
    in_.choice(*outcome, "full", full_names);
    next_on_partial = terms_.read_partial(*outcome, true, terms);
    next_on_none = terms_.read_none(*outcome, true, terms);
}

/// Those of every strategy, and its own.
std::vector<std::uint16_t> strategy_reader::read_required(const toml::table& from) {
    std::vector<std::uint16_t> out{filters_.always().begin(), filters_.always().end()};
    for (const std::uint16_t f : filters_.named(from, "require"))
        if (std::find(out.begin(), out.end(), f) == out.end()) out.push_back(f);
    return out;
}

std::vector<node_selector> strategy_reader::read_from(const toml::table& from) {
    std::vector<node_selector> out;
    const toml::node* node = from.get("from");
    if (node == nullptr) return out;
    const std::string example = "from = [\"dc\", \"store within 300\", \"any priority 1\"]";
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty()) {
        in_.refuse(error_code::bad_field, *node, "'from' is a list; write for example " + example);
        return out;
    }
    for (const toml::node& entry : *list) {
        const auto text = entry.value_exact<std::string_view>();
        const auto one = text ? read_selector(*text, unit_) : std::nullopt;
        if (one)
            out.push_back(*one);
        else
            in_.refuse(error_code::bad_field, entry,
                       "these are no nodes; write a kind (dc, store, vendor) or any, then perhaps "
                       "within a distance and a priority; one by its key, supplier:acme or "
                       "node:berlin; or chosen_store: " +
                           example);
    }
    return out;
}

/// A strategy that no order comes to is a mistake.
void strategy_reader::check_reached(const toml::table& from, const std::vector<strategy>& all,
                                    std::size_t i) {
    for (std::size_t k = 0; k < i; ++k) {
        const strategy& s = all[k];
        if (s.transfers || all[i].transfers) continue;
        const bool same_orders = !s.when || (all[i].when && all[i].when->text() == s.when->text());
        const bool all_the_time = s.starts <= all[i].starts && s.ends >= all[i].ends;
        if (same_orders && all_the_time && !s.next_on_partial && !s.next_on_none)
            return in_.refuse(error_code::bad_policy, from,
                              "no order comes to " + quoted(all[i].name()) + ": " +
                                  quoted(s.name()) + " serves them before, and passes none on");
    }
    if (i + 1 == all.size() && (all[i].next_on_partial || all[i].next_on_none))
        in_.refuse(error_code::bad_policy, from,
                   quoted(all[i].name()) + " passes orders on, and is the last; say backorder");
}

}  // namespace earmark::sourcing::detail
