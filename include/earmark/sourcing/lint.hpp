// LINT: what is wrong with a policy beyond what the reader refuses, found before it is activated.
// Strategies that no order comes to, conditions that never hold, nodes and places that nobody
// serves, ties that only the order of the nodes decides.
//
// (1) What a finding says of conditions is certain: "never" and "no order" are proved, over ranges
//     of numbers and money and sets of texts (src/sourcing/cases.hpp). What is not proved is not
//     found; where the work was too much, a finding of its own (not_decided) says so.
// (2) What a finding says of nodes holds for the tables that were given.
// (3) Findings depend on the policy and the tables alone, and come in the order of the text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/model/sourcing.hpp"
#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing {

/// note: worth knowing. warning: surely not meant. error: the policy cannot be read, or a part of
/// it can never do anything.
enum class severity : std::uint8_t { note, warning, error };
[[nodiscard]] std::string_view name_of(severity s) noexcept;

/// A kind of finding.
struct lint_rule {
    std::string_view code;  // never_holds
    severity how = severity::note;
    bool needs_nodes = false;  // asked only where nodes are given
    std::string_view doc;      // one sentence
};
/// Every rule, by code.
[[nodiscard]] std::span<const lint_rule> lint_rules();

struct lint_finding {
    severity how = severity::note;
    std::string_view code;  // of lint_rules(), or of docs/errors.md where the text is refused
    std::uint32_t line = 0, column = 0;  // from 1; 0: nowhere in particular
    std::string strategy;                // empty: the policy itself
    std::string sentence;
    std::string hint;
};

/// `policy.toml:12:3: warning: unreachable: ... hint`
[[nodiscard]] std::string to_string(const lint_finding& f, std::string_view file);

/// What the policy is to be used with; all spans may be empty and outlive the call.
struct lint_tables {
    std::span<const node_facts> nodes;
    std::span<const std::string_view> node_keys;  // as many
    std::span<const std::string_view> places;
    std::span<const std::uint32_t> metres;  // places x nodes; unknown_distance where unknown
};

struct lint_options {
    std::string_view file = "policy.toml";  // only named in sentences
    lint_tables tables{};
    std::optional<time_point> now{};  // to find strategies whose time is over
};

struct lint_report {
    std::optional<policy> value;  // none where the text is refused
    std::vector<lint_finding> findings;

    [[nodiscard]] std::size_t count(severity how) const noexcept;
};

/// Of lint(), what an engine refuses for the nodes that it has: those that `from` names by keys and
/// that are not there, or that are no vendors. `text` is what `p` was read from; the tables have
/// nodes and their keys.
[[nodiscard]] std::vector<lint_finding> unknown_nodes(const policy& p, std::string_view text,
                                                      const lint_options& options);

/// Reads the policy as parse_policy() does, and looks for more. Throws earmark::misuse where the
/// tables do not fit each other. O(strategies^2) cases at worst, cut off after about a second, and
/// O(strategies x places x nodes log nodes).
[[nodiscard]] lint_report lint(std::string_view text, const lint_options& options = {});

}  // namespace earmark::sourcing
