#include "earmark/sourcing/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "earmark/core/check.hpp"
#include "linter.hpp"

namespace earmark::sourcing {
namespace {

using enum severity;

constexpr std::array<lint_rule, 22> rules = {{
    {"always_holds", warning, false, "A condition holds for every order; leave it out."},
    {"dead_alternative", warning, false, "An alternative of an `or` can never hold."},
    {"dead_next", warning, false,
     "A strategy passes orders on that no later strategy is for: they are back-ordered."},
    {"equal_rules", warning, false,
     "A strategy does again what an earlier one did that passed the order on."},
    {"expired", note, false, "A strategy's time is over."},
    {"missing_rate", warning, false,
     "`from` names a kind of node for which the policy has no rate."},
    {"mixed_units", note, false, "A distance is said in another unit than the policy's."},
    {"never_holds", error, false, "A condition contradicts itself: no order can fit it."},
    {"no_effect", note, false, "A value that can change nothing."},
    {"no_numbers", error, false,
     "The engine refuses it: it would rank by numbers that the policy does not say how to get."},
    {"no_position", warning, true,
     "A node of a distance ring has no known distance to any place, and fits no ring."},
    {"not_decided", note, false,
     "A question was too much work; something may be wrong that is "
     "not listed."},
    {"redundant_selector", warning, false, "An entry of `from` is within another one."},
    {"tie", note, true,
     "Nodes that the rank cannot tell apart: the order of their keys decides between them."},
    {"uncovered_orders", note, false,
     "There are orders that no strategy is for: all of them is back-ordered."},
    {"unknown_node", error, true,
     "`from` names a node that is not there, or a supplier that is no vendor."},
    {"unreachable", error, false,
     "No order comes to a strategy: earlier ones take them all and pass none on."},
    {"unserved_place", warning, true,
     "No strategy that an order to this place can come to has a node for it."},
    {"unused_filter", warning, false, "A filter that no strategy requires or prefers."},
    {"unused_kind", note, true, "There are nodes of a kind that no strategy sources from."},
    {"unused_node", note, true, "An active node that no strategy sources from, for any place."},
    {"windows_overlap", note, false,
     "Two strategies with a time of their own are for the same orders at the same time."},
}};

void check(const lint_tables& t) {
    EARMARK_CHECK(t.nodes.size() == t.node_keys.size() || t.node_keys.empty(),
                  "lint: one key for each node");
    EARMARK_CHECK(t.metres.size() == t.places.size() * t.nodes.size(),
                  "lint: one distance for each place and node");
}

/// The reader's sentence without its place, which is told apart.
lint_finding refused(const rejected_row& row) {
    const auto line = static_cast<std::uint32_t>(row.row);
    const auto column = line == 0 ? 0 : static_cast<std::uint32_t>(row.why.refs[1]);
    const std::string place = line == 0 ? ": " : fmt::format(":{}:{}: ", line, column);
    const std::size_t at = row.text.find(place);
    return {error, name_of(row.why.code),
            line,  column,
            {},    at == std::string::npos ? row.text : row.text.substr(at + place.size()),
            {}};
}

}  // namespace

std::string_view name_of(severity s) noexcept {
    constexpr std::string_view names[] = {"note", "warning", "error"};
    return names[static_cast<std::size_t>(s)];
}

std::span<const lint_rule> lint_rules() { return rules; }

std::string to_string(const lint_finding& f, std::string_view file) {
    std::string where{file};
    if (f.line != 0) where += fmt::format(":{}:{}", f.line, f.column);
    return fmt::format("{}: {}: {}: {}{}{}", where, name_of(f.how), f.code, f.sentence,
                       f.hint.empty() ? "" : "; ", f.hint);
}

std::size_t lint_report::count(severity how) const noexcept {
    return static_cast<std::size_t>(std::count_if(
        findings.begin(), findings.end(), [how](const lint_finding& f) { return f.how == how; }));
}

lint_report lint(std::string_view text, const lint_options& options) {
    check(options.tables);
    parsed_policy parsed = parse_policy(text, options.file);
    lint_report out;
    for (const rejected_row& row : parsed.rejected) out.findings.push_back(refused(row));
    if (parsed) {
        parsed.value->name_nodes(options.tables.node_keys);
        out.findings = detail::linter{*parsed.value, text, options}.run();
    }
    out.value = std::move(parsed.value);
    return out;
}

std::vector<lint_finding> unknown_nodes(const policy& p, std::string_view text,
                                        const lint_options& options) {
    check(options.tables);
    detail::linter in{p, text, options};
    in.look_for_unknown();
    return in.take();
}

namespace detail {

std::vector<lint_finding> linter::run() {
    look_at_conditions();
    look_at_filters();
    look_at_order();
    look_for_gaps();
    look_at_root();
    for (std::size_t i = 0; i < all_.size(); ++i) {
        look_at_terms(i);
        look_at_selectors(i);
        look_at_rates(i);
        look_for_equals(i);
    }
    all_.empty() ? look_at_terms(policy_places::root) : look_at_kept(policy_places::root);
    if (!options_.tables.nodes.empty()) look_at_nodes();
    if (maker_.gave_up() || gave_up_)
        add("not_decided", policy_places::root, {},
            "some questions about conditions were too much work, so findings may be missing",
            "make simpler conditions, or fewer alternatives");
    return take();
}

std::vector<lint_finding> linter::take() {
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
        return a.line != b.line ? a.line < b.line : a.column < b.column;
    });
    return std::move(found_);
}

void linter::add_at(std::string_view code, std::size_t strategy, text_place at,
                    std::string sentence, std::string hint) {
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [code](const lint_rule& r) { return r.code == code; });
    EARMARK_CHECK(rule != rules.end(), "a finding has a rule");
    found_.push_back({rule->how, rule->code, at.line, at.column,
                      strategy < all_.size() ? std::string{all_[strategy].name()} : std::string{},
                      std::move(sentence), std::move(hint)});
}

std::string linter::name(std::size_t strategy) const {
    return '\'' + std::string{all_[strategy].name()} + '\'';
}

}  // namespace detail
}  // namespace earmark::sourcing
