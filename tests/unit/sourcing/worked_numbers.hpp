// The worked example of multi-line sourcing: lines A x 2, B x 1, C x 1 and four nodes.
#pragma once

#include <array>

#include "support.hpp"

namespace sourcing_test {

inline constexpr std::array<std::string_view, 4> example_nodes = {"N1", "N2", "N3", "N4"};
inline constexpr std::array<std::string_view, 3> example_lines = {"A", "B", "C"};

inline node_facts priced_node(node_kind kind, std::int64_t fixed_e4, std::int64_t unit_e4) {
    node_facts f;
    f.kind = kind;
    f.fixed_per_parcel.e4 = fixed_e4;
    f.per_unit.e4 = unit_e4;
    return f;
}

inline owned_problem worked_example() {
    owned_problem p;
    p.want({2, 1, 1});
    p.node({10, 0, 5}, 10'000, priced_node(node_kind::dc, 60'000, 5'000));
    p.node({1, 3, 0}, 20'000, priced_node(node_kind::store, 50'000, 12'000));
    p.node({2, 1, 0}, 30'000, priced_node(node_kind::store, 45'000, 12'000));
    p.node({2, 1, 1}, 40'000, priced_node(node_kind::dc, 140'000, 9'000));
    return p;
}

/// By cost, then parcels; `more` is further TOML.
inline policy cost_first(const std::string& costs = "", const std::string& more = "") {
    return policy_of(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['cost', 'parcels', 'distance']\n"
        "[costs]\nper_unit = '0'\n" +
        costs + more);
}
inline policy parcels_first(const std::string& more = "") {
    return policy_of(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['parcels', 'cost']\n"
        "[costs]\nper_unit = '0'\n" +
        more);
}

/// `A:N1 B:N3 C:N1`, with amounts where a line is split.
inline std::string spelled(const owned_problem& problem, const plan& p) {
    std::string out;
    for (const plan_part& part : p.parts) {
        out += (out.empty() ? "" : " ") + std::string{example_lines.at(part.wanted)} + ':';
        if (part.n != problem.lines[part.wanted].n) out += std::to_string(part.n) + 'x';
        out += example_nodes.at(index_of(part.node));
    }
    return out;
}

}  // namespace sourcing_test
