// The solver against the slow sourcer, on random problems with many ties.
#include "naive_sourcing.hpp"

namespace {

using namespace sourcing_test;

/// All shipped policies, and variants that reach the corners of the schema.
std::vector<policy> policies() {
    std::vector<policy> all;
    for (const std::string& name : shipped_names) all.push_back(shipped(name));
    for (const auto& rank : std::vector<std::vector<criterion>>{
             {criterion::parcels},
             {criterion::distance},
             {criterion::cost},
             {criterion::priority, criterion::distance},
             {criterion::score, criterion::cost},
             {criterion::parcels, criterion::score},
             {criterion::distance, criterion::parcels, criterion::priority, criterion::cost}}) {
        policy_terms t = shipped("cheapest").terms();
        t.rank = rank;
        t.extra_parcel = 12'345;
        t.max_parcels = rank.size() % 2 == 0 ? 2 : 0;
        t.per_unit = {3'500, 11'000, unpriced};
        t.keep_back = {0, 1, 0};
        all.emplace_back(t);
    }
    return all;
}

void check_against(const naive_sourcer& naive, const plan& p, const objective& expected) {
    const std::vector<int> node_of = naive.assignment(p);
    CHECK(p.proof == quality::exact);
    REQUIRE(naive.fits(node_of));
    CHECK(naive.value(node_of) == expected);
}

/// The key with 320 bits does the work where sequences are wide and numbers large.
void widen(owned_problem& p) {
    for (node_facts& node : p.nodes) {
        node.sequence = static_cast<std::uint16_t>(65'000 + node.sequence);
        node.priority *= 900'000'000;
    }
}

}  // namespace

TEST_CASE("the solver finds what full enumeration finds, for every policy") {
    dice d{1};
    scratch s;
    const std::vector<policy> all = policies();
    for (int round = 0; round < 400; ++round) {
        owned_problem p = random_problem(
            d, {1 + d.roll(5), 1 + d.roll(6), 30 + d.roll(60), d.chance(40), d.chance(30)});
        if (round % 2 == 0) add_scores(d, p);
        for (const policy& by : all) {
            const sourcing_problem view = p.view();
            const naive_sourcer naive{by.terms(), view};
            check_against(naive, solve(by, view, s), naive.best()->value);
        }
    }
}

TEST_CASE("the wide keys find what the narrow ones find") {
    dice d{2};
    scratch s;
    const std::vector<policy> all = policies();
    for (int round = 0; round < 150; ++round) {
        owned_problem p =
            random_problem(d, {1 + d.roll(4), 1 + d.roll(5), 30 + d.roll(60), d.chance(40), false});
        widen(p);
        for (const policy& by : all) {
            const sourcing_problem view = p.view();
            const naive_sourcer naive{by.terms(), view};
            check_against(naive, solve(by, view, s), naive.best()->value);
        }
    }
}

TEST_CASE("eight to ten lines are solved as by trying every set of nodes") {
    dice d{3};
    scratch s;
    const std::vector<policy> all = policies();
    for (int round = 0; round < 25; ++round) {
        owned_problem p =
            random_problem(d, {8 + d.roll(3), 8, 30 + d.roll(60), false, d.chance(30)});
        if (round % 5 == 0) widen(p);
        for (const policy& by : all) {
            const sourcing_problem view = p.view();
            const naive_sourcer naive{by.terms(), view};
            if (by.terms().max_parcels == 0)
                check_against(naive, solve(by, view, s), naive.best_by_sets().value);
        }
    }
}

TEST_CASE("more than ten lines are solved as by trying every set of nodes, and say exact") {
    dice d{4};
    scratch s;
    const std::vector<policy> all = policies();
    for (int round = 0; round < 25; ++round) {
        owned_problem p =
            random_problem(d, {11 + d.roll(10), 7, 30 + d.roll(60), false, d.chance(30)});
        if (round % 5 == 0) widen(p);
        for (const policy& by : all) {
            const sourcing_problem view = p.view();
            const naive_sourcer naive{by.terms(), view};
            if (by.terms().max_parcels == 0)
                check_against(naive, solve(by, view, s), naive.best_by_sets().value);
        }
    }
}

TEST_CASE("a plan does not depend on the order of the nodes in memory") {
    dice d{5};
    scratch s;
    std::vector<policy> all = policies();
    policy_terms split = shipped("cheapest").terms();
    split.lines = line_split::by_quantity;
    all.emplace_back(split);
    split.rank = {criterion::parcels, criterion::cost};
    split.max_parcels = 3;
    all.emplace_back(split);
    for (int round = 0; round < 300; ++round) {
        const std::uint32_t lines = 1 + d.roll(round % 10 == 0 ? 14 : 5);
        const owned_problem p =
            random_problem(d, {lines, 1 + d.roll(20), 20 + d.roll(60), d.chance(40), d.chance(30)});
        const std::vector<std::size_t> order = random_order(d, p.nodes.size());
        const owned_problem q = p.permuted(order);
        for (const policy& by : all) {
            const plan expected = renamed(solve(by, p.view(), s), order);
            CHECK(same(solve(by, q.view(), s), expected));
        }
    }
}

TEST_CASE("what a plan takes fits in the stock, adds up, and costs what price() says") {
    dice d{6};
    scratch s;
    policy_terms split = shipped("cheapest").terms();
    split.lines = line_split::by_quantity;
    split.keep_back = {1, 0, 0};
    const policy by{split};
    for (int round = 0; round < 500; ++round) {
        const owned_problem p = random_problem(
            d, {1 + d.roll(13), 1 + d.roll(9), 20 + d.roll(60), d.chance(40), false});
        const sourcing_problem view = p.view();
        const plan& found = solve(by, view, s);
        std::map<std::pair<std::uint32_t, std::uint16_t>, std::int64_t> taken;
        std::vector<std::int64_t> served(p.lines.size(), 0);
        for (const plan_part& part : found.parts) {
            CHECK(part.n > 0);
            served[part.wanted] += part.n;
            std::int64_t& sum = taken[{raw(p.lines[part.wanted].sku), raw(part.node)}];
            sum += part.n;
            CHECK(sum <= usable(by, view, part.wanted, part.node));
            CHECK(p.nodes[index_of(part.node)].active);
        }
        bool full = true;
        for (std::size_t l = 0; l < served.size(); ++l) {
            CHECK(served[l] <= p.lines[l].n);
            full &= served[l] == p.lines[l].n;
        }
        CHECK((found.covers == coverage::full) == full);
        CHECK(found.cost == price(by, view, found.parts));
    }
}

TEST_CASE("a solver that knows the place decides as one that does not") {
    dice d{5};
    scratch s;
    const std::vector<policy> all = policies();
    for (std::uint32_t round = 0; round < 120; ++round) {
        owned_problem p = random_problem(
            d, {1 + d.roll(round % 6 == 0 ? 40 : 6), 1 + d.roll(150), 50, d.chance(30), true});
        if (round % 5 == 0) widen(p);
        if (round % 4 == 0) add_scores(d, p);
        // Many views share a slot of the cache, and all policies share all views.
        const std::uint64_t name = 1 + std::uint64_t{round % 3} * 4'096;
        const std::uint64_t view_of = name + (std::uint64_t{round / 3} << 33);
        for (int look = 0; look < 4; ++look) {
            const std::uint32_t density = 1 + d.roll(90);
            for (granules& free : p.free)
                free = d.chance(density) ? static_cast<granules>(d.roll(6)) : 0;
            for (const policy& by : all) {
                sourcing_problem problem = p.view();
                scratch fresh;
                const plan expected = solve(by, problem, fresh);
                problem.view = view_of;
                CHECK(same(solve(by, problem, s), expected));
                CHECK(same(solve(by, problem, s), expected));
                const auto without =
                    static_cast<node_id>(d.roll(static_cast<std::uint32_t>(p.nodes.size())));
                const plan other = solve_without(by, p.view(), without, fresh);
                CHECK(same(solve_without(by, problem, without, s), other));
            }
        }
    }
}
