// Reads a policy's TOML. Every key is looked at even after a finding, so that a merchant gets the
// whole list at once; the policy exists only where the list is empty.
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "earmark/sourcing/policy.hpp"
#include "policy_text.hpp"

namespace earmark::sourcing {
namespace {

using detail::findings;
using detail::hint_for;
using detail::shown;
using detail::text_place;
using names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 7> root_keys = {"policy", "currency", "rank",     "costs",
                                                       "split",  "outcome",  "keep_back"};
constexpr std::array<std::string_view, 4> cost_keys = {"fixed_per_parcel", "per_unit",
                                                       "per_unit_per_1000_km", "extra_parcel"};
constexpr std::array<std::string_view, 2> split_keys = {"lines", "max_parcels"};
constexpr std::array<std::string_view, 1> outcome_keys = {"partial"};
constexpr std::array<std::string_view, node_kinds> kind_names = {"dc", "store", "vendor"};
constexpr std::array<std::string_view, criteria> criterion_names = {"cost", "parcels", "distance",
                                                                    "priority", "score"};
constexpr std::array<std::string_view, 2> split_names = {"whole", "by_quantity"};
constexpr std::array<std::string_view, 2> partial_names = {"allocate_and_backorder", "backorder"};

text_place place(const toml::source_region& s) { return {s.begin.line, s.begin.column}; }

std::string quoted(std::string_view text) { return '\'' + shown(text) + '\''; }

class reader {
public:
    explicit reader(findings& found) : found_{found} {}

    policy_terms read(const toml::table& root) {
        check_keys(root, root_keys, "");
        read_name(root);
        read_currency(root);
        read_rank(root);
        read_costs(root);
        if (const toml::table* split = section(root, "split", split_keys)) {
            terms_.lines = static_cast<line_split>(choice(*split, "lines", split_names));
            terms_.max_parcels =
                static_cast<int>(whole_number(*split, "max_parcels", 1, max_parcel_limit));
        }
        if (const toml::table* outcome = section(root, "outcome", outcome_keys))
            terms_.partial = static_cast<on_partial>(choice(*outcome, "partial", partial_names));
        if (const toml::table* kept = section(root, "keep_back", kind_names))
            for (std::size_t k = 0; k < node_kinds; ++k)
                terms_.keep_back[k] = whole_number(*kept, kind_names[k], 0, max_keep_back);
        return terms_;
    }

private:
    void refuse(error_code code, const toml::node& at, const std::string& sentence) {
        found_.add(code, place(at.source()), sentence);
    }
    void miss(std::string_view name, const std::string& example) {
        found_.add(error_code::missing_field, {},
                   quoted(name) + " is missing; write for example " + example);
    }

    void check_keys(const toml::table& table, names known, const std::string& where) {
        for (const auto& [key, value] : table)
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                found_.add(error_code::unknown_field, place(key.source()),
                           "unknown key " + quoted(key.str()) + where + hint_for(key.str(), known));
    }

    const toml::table* section(const toml::table& root, std::string_view name, names known) {
        const toml::node* node = root.get(name);
        if (node == nullptr) return nullptr;
        const toml::table* table = node->as_table();
        if (table == nullptr) {
            refuse(
                error_code::bad_field, *node,
                quoted(name) + " is a table; write [" + std::string{name} + "] and its keys below");
        } else {
            check_keys(*table, known, " in [" + std::string{name} + "]");
        }
        return table;
    }

    /// The index of a text among `known`; 0 where it is absent or wrong.
    std::size_t choice(const toml::table& table, std::string_view name, names known) {
        const toml::node* node = table.get(name);
        return node == nullptr ? 0 : index_of(*node, name, known).value_or(0);
    }

    std::optional<std::size_t> index_of(const toml::node& node, std::string_view name,
                                        names known) {
        const auto text = node.value_exact<std::string_view>();
        const auto* const at =
            text ? std::find(known.data(), known.data() + known.size(), *text) : nullptr;
        if (text && at != known.data() + known.size())
            return static_cast<std::size_t>(at - known.data());
        refuse(
            error_code::bad_field, node,
            text ? "unknown value " + quoted(*text) + " of " + quoted(name) + hint_for(*text, known)
                 : quoted(name) + " takes quoted text" + hint_for("", known));
        return std::nullopt;
    }

    std::int64_t whole_number(const toml::table& table, std::string_view name, std::int64_t least,
                              std::int64_t most) {
        const toml::node* node = table.get(name);
        if (node == nullptr) return 0;
        const auto value = node->value_exact<std::int64_t>();
        if (value && *value >= least && *value <= most) return *value;
        refuse(value ? error_code::out_of_range : error_code::bad_field, *node,
               quoted(name) + " is a whole number from " + std::to_string(least) + " to " +
                   std::to_string(most) + ", without quotes");
        return 0;
    }

    void read_name(const toml::table& root) {
        const toml::node* node = root.get("policy");
        if (node == nullptr) return miss("policy", "policy = \"cheapest\"");
        const auto text = node->value_exact<std::string_view>();
        if (text) terms_.name = *text;
        if (!detail::is_policy_name(terms_.name))
            refuse(error_code::bad_field, *node,
                   "'policy' is a quoted name of 1 to 64 letters, digits, blanks or any of - _ .");
    }

    void read_currency(const toml::table& root) {
        const toml::node* node = root.get("currency");
        if (node == nullptr) return miss("currency", "currency = \"USD\"");
        const auto text = node->value_exact<std::string_view>();
        const auto parsed = currency::parse(text.value_or(""));
        if (parsed) {
            terms_.currency = *parsed;
        } else {
            refuse(error_code::bad_currency, *node,
                   (text ? quoted(*text) + " is no currency that we know"
                         : std::string{"'currency' takes quoted text"}) +
                       "; write its ISO 4217 code, for example currency = \"USD\"");
        }
    }

    void read_rank(const toml::table& root) {
        const toml::node* node = root.get("rank");
        const std::string example = "rank = [\"cost\", \"parcels\", \"distance\"]";
        if (node == nullptr) return miss("rank", example);
        const toml::array* list = node->as_array();
        if (list == nullptr || list->empty())
            return refuse(error_code::bad_field, *node,
                          "'rank' is a list of at least one name; write for example " + example);
        for (const toml::node& entry : *list) {
            const auto index = index_of(entry, "rank", criterion_names);
            if (!index) continue;
            const auto c = static_cast<criterion>(*index);
            if (std::find(terms_.rank.begin(), terms_.rank.end(), c) != terms_.rank.end()) {
                refuse(error_code::duplicate_row, entry,
                       quoted(name_of(c)) + " stands twice in 'rank'; the second can never decide");
            } else {
                terms_.rank.push_back(c);
            }
        }
    }

    void read_costs(const toml::table& root) {
        const toml::table* costs = section(root, "costs", cost_keys);
        const bool needed =
            std::find(terms_.rank.begin(), terms_.rank.end(), criterion::cost) != terms_.rank.end();
        if (needed && root.get("costs") == nullptr)
            return miss("costs",
                        "[costs] and below it fixed_per_parcel = \"8.759\"; 'rank' uses cost");
        if (costs == nullptr) return;
        if (needed && costs->empty())
            refuse(error_code::missing_field, *costs,
                   "[costs] is empty but 'rank' uses cost; write for example per_unit = \"0.35\"");
        terms_.fixed_per_parcel = rates(*costs, "fixed_per_parcel");
        terms_.per_unit = rates(*costs, "per_unit");
        terms_.per_unit_per_1000_km = rates(*costs, "per_unit_per_1000_km");
        if (const toml::node* extra = costs->get("extra_parcel"))
            terms_.extra_parcel = rate(*extra, "extra_parcel");
    }

    /// One rate for all kinds of node, or a table of them; a kind that is left out is unpriced.
    rate_by_kind rates(const toml::table& costs, std::string_view name) {
        rate_by_kind out{};
        const toml::node* node = costs.get(name);
        if (node == nullptr) return out;
        const toml::table* kinds = node->as_table();
        if (kinds == nullptr) {
            out.fill(rate(*node, name));
            return out;
        }
        check_keys(*kinds, kind_names, " in " + quoted(name));
        if (kinds->empty())
            refuse(error_code::missing_field, *kinds,
                   quoted(name) + " names no kind of node; write for example { dc = \"0.35\" }");
        for (std::size_t k = 0; k < node_kinds; ++k) {
            const toml::node* entry = kinds->get(kind_names[k]);
            out[k] = entry == nullptr ? unpriced : rate(*entry, name);
        }
        return out;
    }

    std::int64_t rate(const toml::node& node, std::string_view name) {
        const auto text = node.value_exact<std::string_view>();
        if (!text) {
            refuse(error_code::bad_price, node,
                   "a bare value for " + quoted(name) +
                       "; money is quoted text, write for example \"0.35\"");
            return 0;
        }
        const auto parsed = parse_rate(*text);
        if (!parsed) {
            refuse(parsed.error().code, node,
                   quoted(*text) + " is no amount for " + quoted(name) +
                       "; digits with at most 4 decimals, for example \"0.35\"");
            return 0;
        }
        if (parsed->e4 >= 0 && parsed->e4 <= max_rate_e4) return parsed->e4;
        refuse(error_code::bad_price, node,
               quoted(name) + " is from 0 to 1,000,000,000; " + quoted(*text) + " is outside");
        return 0;
    }

    findings& found_;
    policy_terms terms_;
};

}  // namespace

parsed_policy parse_policy(std::string_view text, std::string_view file) {
    findings found{shown(file)};
    parsed_policy out;
    if (detail::is_harmless(text, found)) {
        const toml::parse_result parsed = toml::parse(text);
        if (parsed) {
            policy_terms terms = reader{found}.read(parsed.table());
            if (found.empty()) out.value.emplace(std::move(terms));
        } else {
            found.add(error_code::bad_policy, place(parsed.error().source()),
                      std::string{parsed.error().description()} + "; this is not valid TOML");
        }
    }
    out.rejected = found.take();
    return out;
}

}  // namespace earmark::sourcing
