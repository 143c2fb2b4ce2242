// The corners of the two searches: limits of parcels and shared SKUs on larger orders.
#include "earmark/sourcing/alternatives.hpp"
#include "naive_sourcing.hpp"

namespace {

using namespace sourcing_test;

policy limited(std::vector<criterion> rank, int max_parcels) {
    policy_terms t = shipped("cheapest").terms();
    t.rank = std::move(rank);
    t.max_parcels = max_parcels;
    return policy{t};
}

}  // namespace

TEST_CASE("seven lines that share SKUs, in few parcels, are solved as by full enumeration") {
    dice d{11};
    scratch s;
    for (int round = 0; round < 40; ++round) {
        const owned_problem p = random_problem(d, {7, 4, 40 + d.roll(50), true, false});
        for (const int limit : {0, 1, 2, 3}) {
            const policy by = limited({criterion::cost, criterion::parcels}, limit);
            const sourcing_problem view = p.view();
            const naive_sourcer naive{by.terms(), view};
            const plan& found = solve(by, view, s);
            CHECK(found.proof == quality::exact);
            CHECK(naive.value(naive.assignment(found)) == naive.best()->value);
        }
    }
}

TEST_CASE("eleven lines in few parcels are solved as by full enumeration where they say exact") {
    dice d{12};
    scratch s;
    int exact = 0;
    for (int round = 0; round < 20; ++round) {
        const owned_problem p = random_problem(d, {11, 2, 60 + d.roll(40), round % 2 == 0, false});
        const policy by = limited({criterion::parcels, criterion::cost}, round % 3);
        const sourcing_problem view = p.view();
        const naive_sourcer naive{by.terms(), view};
        const plan& found = solve(by, view, s);
        const std::vector<int> node_of = naive.assignment(found);
        CHECK(naive.fits(node_of));
        const objective best = naive.best()->value;
        CHECK(naive.value(node_of) >= best);
        if (found.proof != quality::exact) continue;
        ++exact;
        CHECK(naive.value(node_of) == best);
    }
    CHECK(exact >= 12);
}

TEST_CASE("a search that was cut short says heuristic, and gives the same plan again") {
    // 80 lines, each at its own scattered few of 120 nodes with one rate: nothing dominates.
    constexpr std::uint16_t lines = 80, nodes = 120;
    dice d{13};
    owned_problem p;
    for (std::uint16_t l = 0; l < lines; ++l) p.lines.push_back({l, sku_id{l}, 1, 1'000'000'000});
    for (std::uint16_t k = 0; k < nodes; ++k) {
        p.nodes.push_back({});
        p.nodes.back().sequence = k;
        p.metres.push_back(1'000 * d.roll(1'000));
    }
    for (std::size_t i = 0; i < lines * nodes; ++i) p.free.push_back(d.chance(12) ? 1 : 0);
    const policy by = shipped("fewest_packages");
    scratch s;
    const plan first = solve(by, p.view(), s);
    CHECK(first.covers == coverage::full);
    CHECK(first.proof == quality::heuristic);
    CHECK(first.gap.in == plan_term::parcels);
    CHECK(first.gap.value == first.cost.parcels);
    CHECK(first.gap.at_least >= 2);
    CHECK(first.gap.at_least < first.gap.value);
    CHECK(same(solve(by, p.view(), s), first));
    const std::vector<std::size_t> order = random_order(d, nodes);
    CHECK(same(solve(by, p.permuted(order).view(), s), renamed(first, order)));
}

TEST_CASE("sixteen nodes are always searched to the end") {
    dice d{14};
    scratch s;
    for (int round = 0; round < 5; ++round) {
        const owned_problem p = random_problem(d, {30, 16, 35, false, false});
        const plan& found = solve(shipped("fewest_packages"), p.view(), s);
        CHECK(found.proof == quality::exact);
    }
}

TEST_CASE(
    "the bound of a search that was cut short holds for every plan that another policy finds") {
    dice d{15};
    scratch s;
    int told = 0;
    for (int round = 0; round < 6; ++round) {
        owned_problem p = random_problem(d, {120, 200, 10, false, false});
        for (node_facts& node : p.nodes) node = {};  // one rate: hardly any dominates another
        for (std::size_t k = 0; k < p.nodes.size(); ++k) {
            p.nodes[k].sequence = static_cast<std::uint16_t>(k);
            p.metres[k] = 1'000 * d.roll(3'000);
        }
        const plan found = solve(shipped("cheapest"), p.view(), s);
        if (found.proof == quality::exact || found.gap.in != plan_term::cost) continue;
        ++told;
        CHECK(found.gap.value == found.cost.e4);
        CHECK(found.gap.at_least > found.cost.e4 / 2);
        for (const char* other : {"nearest", "fewest_packages", "priority"}) {
            const plan by_other = solve(shipped(other), p.view(), s);
            CHECK(by_other.cost.e4 >= found.gap.at_least);
        }
    }
    CHECK(told > 2);
}

TEST_CASE("no plan that the programme finds is better than what the search over sets finds") {
    // Nodes of one kind and hardly any tie: dominance and bounds have much to do, and little to
    // say.
    dice d{16};
    scratch s;
    for (int round = 0; round < 30; ++round) {
        owned_problem p =
            random_problem(d, {7 + d.roll(4), 20 + d.roll(60), 8 + d.roll(60), false, false});
        for (node_facts& node : p.nodes) {
            node.kind = d.chance(20) ? node_kind::dc : node_kind::store;
            node.active = true;
            node.fixed_per_parcel = node.per_unit = rate{-1};
        }
        for (std::uint32_t& metres : p.metres) metres = d.roll(3'000'000);
        for (const std::string& name : shipped_names) {
            const policy by = shipped(name);
            const plan found = solve(by, p.view(), s);
            REQUIRE(found.proof == quality::exact);
            const alternatives others = find_alternatives(by, p.view(), found, s);
            REQUIRE(others.with_proof == quality::exact);
            for (const auto& other : others.with)
                if (other) CHECK(compare(by, p.view(), found, *other).order < 0);
        }
    }
}
