// What must hold between two problems, whatever their best plans are: no oracle, so any size.
#include <optional>
#include <thread>

#include "earmark/sourcing/decision.hpp"
#include "support.hpp"

namespace {

using namespace sourcing_test;

/// Rates and distances by which every unit costs a whole number of 1/10,000.
policy whole_rates(std::vector<criterion> rank, line_split lines = line_split::whole) {
    policy_terms t = shipped("cheapest").terms();
    t.rank = std::move(rank);
    t.per_unit_per_1000_km = {10'000, 10'000, 10'000};
    t.per_unit = {3'500, 11'000, 10'000};
    t.extra_parcel = 2'500;
    t.lines = lines;
    return policy{t};
}

/// Nodes of one active kind each, at known distances of whole hundreds of metres.
owned_problem plain_problem(dice& d, std::uint32_t lines, std::uint32_t nodes,
                            std::uint32_t dense) {
    owned_problem p = random_problem(d, {lines, nodes, dense, false, false});
    for (std::size_t k = 0; k < nodes; ++k) {
        node_facts f;
        f.kind = static_cast<node_kind>(d.roll(3));
        f.priority = static_cast<std::int32_t>(d.roll(4));
        f.sequence = p.nodes[k].sequence;
        p.nodes[k] = f;
        p.metres[k] = 100 * (1 + d.roll(d.chance(50) ? 8 : 30'000));
    }
    return p;
}

const std::vector<std::vector<criterion>> ranks = {
    {criterion::cost},
    {criterion::cost, criterion::parcels, criterion::distance},
    {criterion::parcels, criterion::cost},
    {criterion::distance, criterion::parcels},
    {criterion::priority, criterion::cost}};

/// Problems of every size that the solver treats differently; f(problem, policy).
template <class F>
void each_problem(std::uint64_t seed, int rounds, F&& f) {
    dice d{seed};
    for (int round = 0; round < rounds; ++round) {
        const std::uint32_t lines = 1 + d.roll(round % 4 == 0 ? 14 : 5);
        const owned_problem p = plain_problem(d, lines, 2 + d.roll(60), 10 + d.roll(80));
        for (const auto& rank : ranks) f(d, p, whole_rates(rank));
    }
}

bool uses(const plan& p, std::size_t node) {
    return std::any_of(p.parts.begin(), p.parts.end(),
                       [&](const plan_part& x) { return index_of(x.node) == node; });
}

}  // namespace

TEST_CASE("more stock never makes the best plan worse") {
    scratch s;
    each_problem(51, 150, [&](dice& d, const owned_problem& p, const policy& by) {
        const plan before = solve(by, p.view(), s);
        owned_problem more = p;
        for (granules& free : more.free) free += d.chance(20) ? 1 + static_cast<int>(d.roll(3)) : 0;
        const plan& after = solve(by, more.view(), s);
        if (before.proof == quality::exact && after.proof == quality::exact)
            CHECK(compare(by, more.view(), after, before).order <= 0);
    });
}

TEST_CASE("without a node that it does not use, a plan is the same") {
    scratch s;
    each_problem(52, 150, [&](dice& d, const owned_problem& p, const policy& by) {
        const plan all = solve(by, p.view(), s);
        const std::size_t node = d.roll(static_cast<std::uint32_t>(p.nodes.size()));
        if (all.proof != quality::exact || uses(all, node)) return;
        CHECK(same(solve_without(by, p.view(), static_cast<node_id>(node), s), all));
    });
}

TEST_CASE("a rule that takes a node away changes nothing of what is seen of the others") {
    scratch s;
    each_problem(53, 80, [&](dice& d, const owned_problem& p, const policy& by) {
        const std::size_t nodes = p.nodes.size();
        const std::size_t node = d.roll(static_cast<std::uint32_t>(nodes));
        std::vector<std::uint64_t> selected((nodes + 63) / 64, ~std::uint64_t{0});
        decision all, without;
        sourcing_problem view = p.view();
        view.selected = selected;
        decide(by, {}, view, s, all);
        selected[node / 64] &= ~(std::uint64_t{1} << node % 64);
        decide(by, {}, view, s, without);
        for (std::size_t at = 0; at < p.free.size(); ++at) {
            const auto bit = [at](const decision& x) { return x.seen[at / 64] >> at % 64 & 1; };
            CHECK(bit(without) == (at % nodes == node ? 0 : bit(all)));
        }
    });
}

TEST_CASE("where all costs are seven times as high, the plan is the same and costs as much more") {
    scratch s;
    each_problem(54, 150, [&](dice&, const owned_problem& p, const policy& by) {
        constexpr std::int64_t times = 7;
        policy_terms t = by.terms();
        for (rate_by_kind* rates : {&t.fixed_per_parcel, &t.per_unit, &t.per_unit_per_1000_km})
            for (std::int64_t& rate : *rates) rate *= times;
        t.extra_parcel *= times;
        const plan cheap = solve(by, p.view(), s);
        plan dear = solve(policy{t}, p.view(), s);
        CHECK(dear.cost.e4 == cheap.cost.e4 * times);
        if (cheap.proof != quality::exact) return;
        dear.cost.e4 = cheap.cost.e4;
        CHECK(same(dear, cheap));
    });
}

TEST_CASE("a node that another one beats in everything changes nothing") {
    scratch s;
    each_problem(55, 150, [&](dice& d, const owned_problem& p, const policy& by) {
        const plan before = solve(by, p.view(), s);
        if (before.proof != quality::exact) return;
        const std::size_t nodes = p.nodes.size(),
                          better = d.roll(static_cast<std::uint32_t>(nodes));
        owned_problem q = p;
        std::vector<granules> stock;
        for (std::size_t l = 0; l < p.lines.size(); ++l)
            stock.push_back(std::max(0, p.free[l * nodes + better] - static_cast<int>(d.roll(2))));
        node_facts worse = p.nodes[better];
        worse.priority += static_cast<int>(d.roll(2));
        q.node(stock, p.metres[better] + 100 * d.roll(3), worse);
        q.nodes.back().sequence = 60'000;
        CHECK(same(solve(by, q.view(), s), before));
    });
}

TEST_CASE("a looser limit of parcels never makes the best plan worse") {
    scratch s;
    each_problem(56, 80, [&](dice&, const owned_problem& p, const policy& by) {
        policy_terms t = by.terms();
        std::optional<plan> tighter;
        for (const int limit : {1, 2, 3, 5, 0}) {
            t.max_parcels = limit;
            const plan now = solve(policy{t}, p.view(), s);
            const bool proved = now.proof == quality::exact;
            if (tighter && proved) CHECK(compare(by, p.view(), now, *tighter).order <= 0);
            if (proved) tighter = now;
        }
    });
}

TEST_CASE("a line that is asked for as two is served no worse") {
    scratch s;
    each_problem(57, 150, [&](dice& d, const owned_problem& p, const policy& by) {
        owned_problem q = p;
        const std::size_t l = d.roll(static_cast<std::uint32_t>(p.lines.size()));
        const granules n = p.lines[l].n, first = n / 2;
        const plan one = solve(by, p.view(), s);
        if (first == 0 || one.covers != coverage::full || one.proof != quality::exact) return;
        const std::size_t nodes = p.nodes.size();
        q.lines[l].n = first;
        q.lines.push_back(p.lines[l]);
        q.lines.back().n = n - first;
        q.lines.back().line = static_cast<std::uint16_t>(p.lines.size());
        for (std::size_t k = 0; k < nodes; ++k) q.free.push_back(p.free[l * nodes + k]);
        const plan& two = solve(by, q.view(), s);
        CHECK(two.covers == coverage::full);
        if (two.proof != quality::exact) return;
        // The distance and the priority of a part count once for each line, so only these compare.
        if (by.terms().rank.front() == criterion::cost) CHECK(two.cost.e4 <= one.cost.e4);
        if (by.terms().rank.front() == criterion::parcels)
            CHECK(two.cost.parcels <= one.cost.parcels);
    });
}

TEST_CASE("lines in another order are served as well by every criterion") {
    scratch s;
    each_problem(58, 150, [&](dice& d, const owned_problem& p, const policy& by) {
        const std::vector<std::size_t> order = random_order(d, p.lines.size());
        owned_problem q{{}, p.nodes, p.metres, {}, {}};
        const std::size_t nodes = p.nodes.size();
        for (const std::size_t l : order) {
            q.lines.push_back(p.lines[l]);
            q.lines.back().line = static_cast<std::uint16_t>(q.lines.size() - 1);
            for (std::size_t k = 0; k < nodes; ++k) q.free.push_back(p.free[l * nodes + k]);
        }
        const plan straight = solve(by, p.view(), s);
        const plan& turned = solve(by, q.view(), s);
        if (straight.proof != quality::exact || turned.proof != quality::exact) return;
        plan back = turned;  // as the first problem would name it
        for (plan_part& part : back.parts)
            part.wanted = static_cast<std::uint16_t>(order[part.wanted]);
        const comparison c = compare(by, p.view(), straight, back);
        CHECK((c.by == plan_term::same || c.by == plan_term::sequence));
        CHECK(c.order <=
              0);  // of equal plans the one whose first line leaves from the earlier node
    });
}

TEST_CASE("solvers in several threads decide as one does") {
    std::vector<owned_problem> problems;
    std::vector<plan> expected;
    const policy by = whole_rates(ranks[1]);
    scratch s;
    dice d{59};
    for (int i = 0; i < 200; ++i) {
        problems.push_back(plain_problem(d, 1 + d.roll(9), 2 + d.roll(60), 10 + d.roll(80)));
        expected.push_back(solve(by, problems.back().view(), s));
    }
    for (std::size_t threads = 1; threads <= 4; ++threads) {
        std::vector<std::size_t> wrong(threads);
        {
            std::vector<std::jthread> all;
            for (std::size_t t = 0; t < threads; ++t)
                all.emplace_back([&, t] {
                    scratch own;
                    for (std::size_t i = t; i < problems.size(); i += threads)
                        wrong[t] += !same(solve(by, problems[i].view(), own), expected[i]);
                });
        }
        for (const std::size_t n : wrong) CHECK(n == 0);
    }
}
