// Lines divided over several nodes, against trying everything.
#include <cstdlib>

#include "slow_sourcer.hpp"

namespace {

using namespace sourcing_test;

/// Sums of parts must not be negative here: the solver's divisions are the shortest, while trying
/// everything also finds that a part more lowers a sum.
owned_problem dividable(dice& d, std::uint32_t lines, std::uint32_t nodes) {
    owned_problem p = random_problem(d, {lines, nodes, 35 + d.roll(60), false, false});
    for (node_facts& node : p.nodes) ++node.priority;
    for (granules& free : p.free) free = std::min<granules>(free, static_cast<granules>(d.roll(4)));
    for (wanted_line& line : p.lines) {
        line.n = static_cast<granules>(1 + d.roll(5));
        line.may_split = !d.chance(15);
    }
    return p;
}

policy random_policy(dice& d) {
    using enum criterion;
    policy_terms t = shipped("cheapest").terms();
    const std::vector<std::vector<criterion>> ranks = {
        {cost, parcels, distance},   {parcels, cost},     {distance, cost},
        {criterion::priority, cost}, {parcels, distance}, {cost}};
    t.rank = ranks[d.roll(static_cast<std::uint32_t>(ranks.size()))];
    t.lines = line_split::by_quantity;
    t.max_parcels = d.chance(40) ? static_cast<int>(1 + d.roll(3)) : 0;
    t.extra_parcel = d.chance(30) ? 12'345 : 0;
    t.keep_back = {0, static_cast<std::int64_t>(d.roll(2)), 0};
    if (d.chance(20)) {
        t.weights.clear();
        for (std::size_t i = 0; i < t.rank.size(); ++i)
            t.weights.push_back(static_cast<std::int32_t>(1 + d.roll(50)));
    }
    return policy{t};
}

/// More rounds in `./check --full`.
std::uint32_t rounds(std::uint32_t few, std::uint32_t many) {
    return std::getenv("EARMARK_LONG") != nullptr ? many : few;
}

}  // namespace

TEST_CASE("divided lines are as trying every amount from every node finds them") {
    dice d{21};
    scratch s;
    for (std::uint32_t round = 0; round < rounds(3'000, 60'000); ++round) {
        const owned_problem p = dividable(d, 1 + d.roll(3), 1 + d.roll(4));
        const policy by = random_policy(d);
        const sourcing_problem view = p.view();
        const slow_sourcer slow{by.terms(), view};
        const plan& found = solve(by, view, s);
        CHECK(found.proof == quality::exact);
        const auto mine = slow.value(slow.of(found));
        REQUIRE(mine);
        CHECK(spelled(*mine) == spelled(slow.best_of_all()));
    }
}

TEST_CASE("divided lines are as trying every set of nodes finds them") {
    dice d{22};
    scratch s;
    for (std::uint32_t round = 0; round < rounds(2'000, 60'000); ++round) {
        const owned_problem p = dividable(d, 1 + d.roll(8), 1 + d.roll(round % 10 == 0 ? 10 : 6));
        const policy by = random_policy(d);
        const sourcing_problem view = p.view();
        const slow_sourcer slow{by.terms(), view};
        const plan& found = solve(by, view, s);
        CHECK(found.proof == quality::exact);
        const auto mine = slow.value(slow.of(found));
        REQUIRE(mine);
        CHECK(spelled(*mine) == spelled(slow.best_by_sets()));
        CHECK(found.cost == price(by, view, found.parts));
    }
}

TEST_CASE("divided lines do not depend on the order of nodes in memory, nor their key's width") {
    dice d{23};
    scratch s;
    for (std::uint32_t round = 0; round < 300; ++round) {
        owned_problem p = dividable(d, 1 + d.roll(12), 1 + d.roll(24));
        if (round % 4 == 0)
            for (node_facts& node : p.nodes) node.priority *= 500'000'000;
        const policy by = random_policy(d);
        const std::vector<std::size_t> order = random_order(d, p.nodes.size());
        const plan expected = renamed(solve(by, p.view(), s), order);
        CHECK(same(solve(by, p.permuted(order).view(), s), expected));
    }
}

TEST_CASE("many nodes with a little each: the plan says how far it may be from the best") {
    dice d{24};
    scratch s;
    const policy by = [] {
        policy_terms t = shipped("cheapest").terms();
        t.lines = line_split::by_quantity;
        return policy{t};
    }();
    int told = 0;
    for (int round = 0; round < 60; ++round) {
        owned_problem p = dividable(d, 2, 40);
        for (wanted_line& line : p.lines) line.n = static_cast<granules>(6 + d.roll(10));
        const plan& found = solve(by, p.view(), s);
        if (found.proof == quality::exact) continue;
        ++told;
        CHECK(found.gap.in != plan_term::same);
        CHECK(found.gap.at_least <= found.gap.value);
        if (found.gap.in == plan_term::cost) CHECK(found.gap.value == found.cost.e4);
        // The bound holds for the best plan from any sixteen of the nodes as well.
        const std::vector<std::size_t> some = random_order(d, 40);
        owned_problem few{p.lines, {}, {}, {}, {}};
        for (std::size_t i = 0; i < 16; ++i) {
            few.nodes.push_back(p.nodes[some[i]]);
            few.metres.push_back(p.metres[some[i]]);
        }
        for (std::size_t l = 0; l < p.lines.size(); ++l)
            for (std::size_t i = 0; i < 16; ++i) few.free.push_back(p.free[l * 40 + some[i]]);
        const plan other = solve(by, few.view(), s);
        if (other.covers == coverage::full && found.gap.in == plan_term::cost)
            CHECK(other.cost.e4 >= found.gap.at_least);
    }
    CHECK(told > 20);
}
