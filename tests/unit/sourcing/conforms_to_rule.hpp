// WHAT A RULE OF THE HOST'S OWN has to be, as tests that anybody's rule can be put through:
//
//   conforms_to_rule([](const node_facts& node, std::uint32_t metres) -> std::int32_t { ... });
//
// (1) It answers for a node from that node alone, so the order of nodes changes nothing.
// (2) Decisions by it are the best that there are, beside the slow sourcer.
// (3) What was decided replays from its record without the rule.
#pragma once

#include "earmark/sourcing/decision.hpp"
#include "naive_sourcing.hpp"

namespace sourcing_test {

template <class Rule>
std::vector<std::int32_t> scores_by(const Rule& rule, const owned_problem& p) {
    std::vector<std::int32_t> out;
    for (std::size_t k = 0; k < p.nodes.size(); ++k) out.push_back(rule(p.nodes[k], p.metres[k]));
    return out;
}

/// The sequences of the nodes of a plan's parts, which no renumbering changes.
inline std::vector<int> sequences(const plan& chosen, const owned_problem& p) {
    std::vector<int> out;
    for (const plan_part& part : chosen.parts) out.push_back(p.nodes[raw(part.node)].sequence);
    return out;
}

template <class Rule>
void conforms_to_rule(const Rule& rule) {
    dice d{77};
    scratch s;
    policy_terms terms = shipped("cheapest").terms();
    terms.rank = {criterion::score, criterion::cost};
    const policy by{terms};
    decision made;
    for (int round = 0; round < 200; ++round) {
        owned_problem p = random_problem(d, {1 + d.roll(4), 2 + d.roll(5), 60, false, false});
        p.scores = scores_by(rule, p);
        CHECK(p.scores == scores_by(rule, p));
        const plan chosen = decide(by, {policy_id{1}, 1}, p.view(), s, made);

        std::vector<std::size_t> order(p.nodes.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[d.roll(static_cast<std::uint32_t>(i))]);
        owned_problem q = p.permuted(order);
        q.scores = scores_by(rule, q);
        CHECK(sequences(solve(by, q.view(), s), q) == sequences(chosen, p));

        const naive_sourcer naive{terms, p.view()};
        CHECK(naive.assignment(chosen) == naive.best()->node_of);

        std::vector<std::byte> bytes;
        encode(made, bytes);
        const auto read = decode(bytes);
        REQUIRE(read);
        const auto again = replay(by, *read, {p.lines, p.nodes, p.metres}, s);
        REQUIRE(again);
        CHECK(same(*again, chosen));
    }
}

}  // namespace sourcing_test
