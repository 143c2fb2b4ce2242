// Reads a policy's TOML. Every key is looked at even after a finding, so that a merchant gets the
// whole list at once; the policy exists only where the list is empty.
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "earmark/core/time_text.hpp"
#include "earmark/sourcing/policy.hpp"
#include "policy_text.hpp"
#include "strategy_text.hpp"

namespace earmark::sourcing {
namespace {

using detail::findings;
using detail::hint_for;
using detail::shown;
using detail::text_place;
using names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 9> root_keys = {
    "policy", "currency", "distance", "rank", "costs", "split", "outcome", "keep_back", "strategy"};
constexpr std::array<std::string_view, 9> strategy_keys = {
    "name", "when", "starts", "ends", "from", "rank", "split", "outcome", "keep_back"};
constexpr std::array<std::string_view, 4> cost_keys = {"fixed_per_parcel", "per_unit",
                                                       "per_unit_per_1000_km", "extra_parcel"};
constexpr std::array<std::string_view, 2> split_keys = {"lines", "max_parcels"};
constexpr std::array<std::string_view, 1> outcome_keys = {"partial"};
constexpr std::array<std::string_view, 3> step_keys = {"full", "partial", "none"};
constexpr std::array<std::string_view, 1> full_names = {"allocate"};
constexpr std::array<std::string_view, 3> step_names = {"allocate_and_backorder", "backorder",
                                                        "next"};
constexpr std::array<std::string_view, 2> none_names = {"backorder", "next"};
constexpr std::array<std::string_view, 2> distance_names = {"km", "mi"};
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
        unit_ = distance_names[choice(root, "distance", distance_names)];
        has_strategies_ = root.get("strategy") != nullptr;
        read_rank(root, terms_);
        read_costs(root);
        read_split(root, terms_);
        if (const toml::table* outcome = section(root, "outcome", outcome_keys))
            terms_.partial = static_cast<on_partial>(choice(*outcome, "partial", partial_names));
        read_keep_back(root, terms_);
        return terms_;
    }

    /// After read(): a strategy is read where the policy's own terms are known.
    std::vector<strategy> strategies(const toml::table& root, bool are_terms_good) {
        std::vector<strategy> all;
        const toml::node* node = root.get("strategy");
        if (node == nullptr) return all;
        const toml::array* list = node->as_array();
        if (list == nullptr || list->empty() || !list->is_array_of_tables()) {
            refuse(error_code::bad_field, *node,
                   "strategies are tables; write [[strategy]] for each");
            return all;
        }
        if (list->size() > max_strategies) {
            refuse(error_code::out_of_range, *node,
                   "a policy has at most " + std::to_string(max_strategies) + " strategies");
            return all;
        }
        for (std::size_t i = 0; i < list->size(); ++i)
            read_strategy(*(*list)[i].as_table(), are_terms_good, all);
        for (std::size_t i = 0; i < all.size() && all.size() == list->size(); ++i)
            check_reached(*(*list)[i].as_table(), all, i);
        return all;
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

    void read_split(const toml::table& from, policy_terms& into) {
        const toml::table* split = section(from, "split", split_keys);
        if (split == nullptr) return;
        into.lines = static_cast<line_split>(choice(*split, "lines", split_names));
        into.max_parcels =
            static_cast<int>(whole_number(*split, "max_parcels", 1, max_parcel_limit));
    }

    void read_keep_back(const toml::table& from, policy_terms& into) {
        const toml::table* kept = section(from, "keep_back", kind_names);
        if (kept == nullptr) return;
        for (std::size_t k = 0; k < node_kinds; ++k)
            into.keep_back[k] = whole_number(*kept, kind_names[k], 0, max_keep_back);
    }

    void read_rank(const toml::table& from, policy_terms& into) {
        const toml::node* node = from.get("rank");
        const std::string example = "rank = [\"cost\", \"parcels\", \"distance\"]";
        if (node == nullptr) return has_strategies_ ? void() : miss("rank", example);
        const toml::array* list = node->as_array();
        if (list == nullptr || list->empty())
            return refuse(error_code::bad_field, *node,
                          "'rank' is a list of at least one name; write for example " + example);
        into.rank.clear();
        for (const toml::node& entry : *list) {
            const auto index = index_of(entry, "rank", criterion_names);
            if (!index) continue;
            const auto c = static_cast<criterion>(*index);
            if (std::find(into.rank.begin(), into.rank.end(), c) != into.rank.end()) {
                refuse(error_code::duplicate_row, entry,
                       quoted(name_of(c)) + " stands twice in 'rank'; the second can never decide");
            } else {
                into.rank.push_back(c);
            }
        }
    }

    // ---- strategies ----------------------------------------------------------------------------

    void read_strategy(const toml::table& from, bool are_terms_good, std::vector<strategy>& all) {
        const std::size_t before = found_.size();
        check_keys(from, strategy_keys, " in [[strategy]]");
        policy_terms terms = terms_;
        terms.name = strategy_name(from, all);
        read_rank(from, terms);
        if (terms.rank.empty())
            refuse(error_code::missing_field, from,
                   "'rank' is missing here and in the policy; write for example rank = [\"cost\"]");
        const bool by_cost =
            std::find(terms.rank.begin(), terms.rank.end(), criterion::cost) != terms.rank.end();
        if (by_cost && !has_costs_)
            refuse(error_code::missing_field, from,
                   "this strategy ranks by cost, and the policy has no [costs]");
        read_split(from, terms);
        read_keep_back(from, terms);
        bool next_on_partial = false, next_on_none = false;
        read_steps(from, terms, next_on_partial, next_on_none);
        auto when = read_when(from);
        const time_point starts = instant(from, "starts", {INT64_MIN});
        const time_point ends = instant(from, "ends", never);
        if (starts >= ends)
            refuse(error_code::out_of_range, from, "this strategy ends before it starts");
        auto nodes = read_from(from);
        if (found_.size() != before || !are_terms_good) return;
        all.push_back({policy{std::move(terms)}, std::move(when), starts, ends, std::move(nodes),
                       next_on_partial, next_on_none});
    }

    std::string strategy_name(const toml::table& from, const std::vector<strategy>& all) {
        const toml::node* node = from.get("name");
        if (node == nullptr) {
            refuse(error_code::missing_field, from,
                   "this strategy has no name; write for example name = \"gold customers\"");
            return {};
        }
        std::string name{node->value_exact<std::string_view>().value_or("")};
        if (!detail::is_policy_name(name))
            refuse(error_code::bad_field, *node,
                   "'name' is quoted text of 1 to 64 letters, digits, blanks or any of - _ .");
        for (const strategy& s : all)
            if (s.name() == name)
                refuse(error_code::duplicate_row, *node,
                       "another strategy is called " + quoted(name) + "; give each its own name");
        return name;
    }

    void read_steps(const toml::table& from, policy_terms& terms, bool& next_on_partial,
                    bool& next_on_none) {
        const toml::table* outcome = section(from, "outcome", step_keys);
        if (outcome == nullptr) return;
        choice(*outcome, "full", full_names);
        if (outcome->get("partial") != nullptr) {
            const std::size_t step = choice(*outcome, "partial", step_names);
            next_on_partial = step == 2;
            terms.partial = step == 0 ? on_partial::allocate_and_backorder : on_partial::backorder;
        }
        next_on_none = choice(*outcome, "none", none_names) == 1;
    }

    std::optional<condition> read_when(const toml::table& from) {
        const toml::node* node = from.get("when");
        if (node == nullptr) return {};
        const auto text = node->value_exact<std::string_view>();
        if (!text) {
            refuse(error_code::bad_field, *node,
                   "'when' is a quoted condition; write for example when = 'lines > 1'");
            return {};
        }
        parsed_condition parsed = parse_condition(*text, order_attributes());
        if (!parsed) {
            const toml::source_position at = node->source().begin;
            found_.add(error_code::bad_policy, {at.line, at.column},
                       "in 'when', at its character " + std::to_string(parsed.at + 1) + ": " +
                           parsed.problem);
        }
        return std::move(parsed.value);
    }

    time_point instant(const toml::table& from, std::string_view name, time_point otherwise) {
        const toml::node* node = from.get(name);
        if (node == nullptr) return otherwise;
        const auto text = node->value_exact<std::string_view>();
        const auto at =
            text ? parse_time(*text) : result<time_point>{fail(error_code::bad_time, 0)};
        if (at) return *at;
        refuse(error_code::bad_time, *node,
               quoted(name) + " is quoted RFC 3339; write for example \"2026-11-27T00:00:00Z\"");
        return otherwise;
    }

    std::vector<node_selector> read_from(const toml::table& from) {
        std::vector<node_selector> out;
        const toml::node* node = from.get("from");
        if (node == nullptr) return out;
        const std::string example = "from = [\"dc\", \"store within 300\", \"any priority 1\"]";
        const toml::array* list = node->as_array();
        if (list == nullptr || list->empty()) {
            refuse(error_code::bad_field, *node, "'from' is a list; write for example " + example);
            return out;
        }
        for (const toml::node& entry : *list) {
            const auto text = entry.value_exact<std::string_view>();
            const auto one = text ? detail::read_selector(*text, unit_) : std::nullopt;
            if (one)
                out.push_back(*one);
            else
                refuse(error_code::bad_field, entry,
                       "these are no nodes; write a kind (dc, store, vendor) or any, then perhaps "
                       "within a distance and a priority: " +
                           example);
        }
        return out;
    }

    /// A strategy that no order comes to is a mistake.
    void check_reached(const toml::table& from, const std::vector<strategy>& all, std::size_t i) {
        for (std::size_t k = 0; k < i; ++k) {
            const strategy& s = all[k];
            const bool same_orders =
                !s.when || (all[i].when && all[i].when->text() == s.when->text());
            const bool all_the_time = s.starts <= all[i].starts && s.ends >= all[i].ends;
            if (same_orders && all_the_time && !s.next_on_partial && !s.next_on_none)
                return refuse(error_code::bad_policy, from,
                              "no order comes to " + quoted(all[i].name()) + ": " +
                                  quoted(s.name()) + " serves them before, and passes none on");
        }
        if (i + 1 == all.size() && (all[i].next_on_partial || all[i].next_on_none))
            refuse(error_code::bad_policy, from,
                   quoted(all[i].name()) + " passes orders on, and is the last; say backorder");
    }

    void read_costs(const toml::table& root) {
        const toml::table* costs = section(root, "costs", cost_keys);
        has_costs_ = costs != nullptr && !costs->empty();
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
    std::string_view unit_ = "km";
    bool has_strategies_ = false;
    bool has_costs_ = false;
};

}  // namespace

parsed_policy parse_policy(std::string_view text, std::string_view file) {
    findings found{shown(file)};
    parsed_policy out;
    if (detail::is_harmless(text, found)) {
        const toml::parse_result parsed = toml::parse(text);
        if (parsed) {
            reader read{found};
            policy_terms terms = read.read(parsed.table());
            auto strategies = read.strategies(parsed.table(), found.empty());
            if (terms.rank.empty() && !strategies.empty())  // it ranks nothing by itself
                terms.rank = strategies.front().by.terms().rank;
            if (found.empty()) out.value.emplace(std::move(terms), std::move(strategies));
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
            found.add(error_code::bad_policy, place(parsed.error().source()),
                      std::string{parsed.error().description()} + "; this is not valid TOML");
        }
    }
    out.rejected = found.take();
    return out;
}

}  // namespace earmark::sourcing
