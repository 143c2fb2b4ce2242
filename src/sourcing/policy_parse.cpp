// Reads a policy's TOML: its own keys. Every key is looked at even after a finding, so that a
// merchant gets the whole list at once; the policy exists only where the list is empty.
#include <algorithm>

#include "strategy_reader.hpp"

namespace earmark::sourcing {
namespace {

using detail::quoted;

void read_name(detail::toml_reader& in, const toml::table& root, policy_terms& into) {
    const toml::node* node = root.get("policy");
    if (node == nullptr) return in.miss("policy", "policy = \"cheapest\"");
    const auto text = node->value_exact<std::string_view>();
    if (text) into.name = *text;
    if (!detail::is_policy_name(into.name))
        in.refuse(error_code::bad_field, *node,
                  "'policy' is a quoted name of 1 to 64 letters, digits, blanks or any of - _ .");
}

void read_currency(detail::toml_reader& in, const toml::table& root, policy_terms& into) {
    const toml::node* node = root.get("currency");
    if (node == nullptr) return in.miss("currency", "currency = \"USD\"");
    const auto text = node->value_exact<std::string_view>();
    const auto parsed = currency::parse(text.value_or(""));
    if (parsed) {
        into.currency = *parsed;
    } else {
        in.refuse(error_code::bad_currency, *node,
                  (text ? quoted(*text) + " is no currency that we know"
                        : std::string{"'currency' takes quoted text"}) +
                      "; write its ISO 4217 code, for example currency = \"USD\"");
    }
}

policy_terms read_terms(detail::toml_reader& in, detail::terms_reader& terms,
                        const toml::table& root, std::string_view unit) {
    policy_terms out;
    in.check_keys(root, detail::root_keys, "");
    read_name(in, root, out);
    read_currency(in, root, out);
    terms.read_rank(root, unit, out);
    terms.read_costs(root, unit, out);
    terms.read_split(root, out);
    if (const toml::table* outcome = in.section(root, "outcome", detail::outcome_keys)) {
        (void)terms.read_partial(*outcome, false, out);
        (void)terms.read_none(*outcome, false, out);
    }
    terms.read_keep_back(root, out);
    return out;
}

std::optional<policy> read_policy(detail::findings& found, const toml::table& root) {
    detail::toml_reader in{found};
    detail::terms_reader terms{in, root.get("strategy") != nullptr};
    terms.find_classes(root);
    const auto unit = detail::distance_names[in.choice(root, "distance", detail::distance_names)];
    policy_terms usual = read_terms(in, terms, root, unit);
    detail::filter_reader filters{in};
    filters.read(root);
    detail::ladder_reader ladder{in, filters.of_orders()};
    ladder.read(root);
    detail::strategy_reader read{in, terms, filters, ladder, usual, unit};
    auto strategies = read.read(root, found.empty());
    if (usual.rank.empty() && !strategies.empty())  // it ranks nothing by itself
        usual.rank = strategies.front().by.terms().rank, usual.weights.clear();
    if (!found.empty()) return {};
    policy_rules rules = filters.take();
    rules.strategies = std::move(strategies);
    rules.ladder = ladder.names();
    return policy{std::move(usual), std::move(rules)};
}

}  // namespace

parsed_policy parse_policy(std::string_view text, std::string_view file) {
    detail::findings found{detail::shown(file)};
    parsed_policy out;
    if (detail::is_harmless(text, found)) {
        const toml::parse_result parsed = toml::parse(text);
        if (parsed) {
            out.value = read_policy(found, parsed.table());
            // A journal keeps the canonical text and reads it again.
            if (out.value && out.value->text().size() > max_policy_bytes) {
                found.add(error_code::input_too_large, {},
                          "spelt out in full the policy has " +
                              std::to_string(out.value->text().size()) + " bytes; at most " +
                              std::to_string(max_policy_bytes) +
                              ": make fewer strategies of it, or shorter lists");
                out.value.reset();
            }
        } else {
            found.add(error_code::bad_policy, detail::place_of(parsed.error().source()),
                      std::string{parsed.error().description()} + "; this is not valid TOML");
        }
    }
    out.rejected = found.take();
    return out;
}

}  // namespace earmark::sourcing
