// Shipments that are more than the sum of their lines, and criteria beyond a node's own facts,
// against trying everything.
#include <cstdlib>

#include "slow_sourcer.hpp"

namespace {

using namespace sourcing_test;

/// What parts add must be whole here: then sums are exact whatever their order.
struct random_numbers {
    std::array<std::vector<std::int32_t>, node_columns> columns;

    random_numbers(dice& d, const owned_problem& p) {
        for (std::vector<std::int32_t>& column : columns) {
            if (d.chance(20)) continue;
            const std::size_t n = d.chance(50) ? p.nodes.size() : p.free.size();
            for (std::size_t i = 0; i < n; ++i)
                column.push_back(static_cast<std::int32_t>(d.roll(5)) - 1);
        }
    }
    [[nodiscard]] sourcing_problem in(const owned_problem& p) const {
        sourcing_problem view = p.view();
        for (std::size_t c = 0; c < node_columns; ++c) view.numbers[c] = columns[c];
        return view;
    }
};

owned_problem bundled(dice& d, std::uint32_t lines, std::uint32_t nodes) {
    owned_problem p = random_problem(d, {lines, nodes, 30 + d.roll(70), d.chance(20), false});
    for (wanted_line& line : p.lines) {
        line.value_e4 = d.roll(5) * 50'000;
        line.grams = d.roll(6) * 300;
        line.set = static_cast<std::uint16_t>(d.chance(25) ? 1 + d.roll(2) : 0);
        line.may_split = !d.chance(20);
    }
    for (node_facts& node : p.nodes)
        if (d.chance(30)) node.accept_ppm = 1 + d.roll(1'000'000);
    if (d.chance(50)) add_scores(d, p);
    return p;
}

parcel_rates random_rates(dice& d) {
    parcel_rates r;
    r.by_grams = d.chance(60);
    const std::size_t steps = 1 + d.roll(3), zones = 1 + d.roll(3);
    for (std::size_t z = 0; z + 1 < zones; ++z)
        r.zones.push_back(static_cast<std::uint32_t>(z) * 700'000 + 400'000);
    for (std::size_t i = 0; i < steps; ++i)
        r.up_to.push_back(
            i + 1 == steps ? INT64_MAX : static_cast<std::int64_t>(i + 1) * (r.by_grams ? 500 : 2));
    for (std::size_t i = 0; i < steps * zones; ++i) {
        const std::int64_t left = i % zones == 0 ? 0 : r.rates[i - 1];
        const std::int64_t above = i < zones ? 0 : r.rates[i - zones];
        r.rates.push_back(std::max(left, above) + d.roll(3) * 20'000);
    }
    return r;
}

std::vector<criterion> random_rank(dice& d) {
    std::vector<criterion> rank;
    for (std::size_t c = 0; c + 1 < criteria; ++c) rank.push_back(static_cast<criterion>(c));
    for (std::size_t i = rank.size(); i > 1; --i)
        std::swap(rank[i - 1], rank[d.roll(static_cast<std::uint32_t>(i))]);
    rank.resize(1 + d.roll(4));
    return rank;
}

policy_terms random_terms(dice& d) {
    policy_terms t = shipped("cheapest").terms();
    t.rank = random_rank(d);
    t.max_parcels = d.chance(30) ? static_cast<int>(1 + d.roll(3)) : 0;
    t.extra_parcel = d.chance(40) ? 12'345 : 0;
    t.keep_back = {0, static_cast<std::int64_t>(d.roll(2)), 0};
    t.min_shipment_value = d.chance(50) ? d.roll(4) * 60'000 : 0;
    if (d.chance(50)) t.parcels = random_rates(d);
    t.by_acceptance = d.chance(30);
    t.together = d.chance(75);
    if (d.chance(25))
        for (std::size_t i = 0; i < t.rank.size(); ++i)
            t.weights.push_back(static_cast<std::int32_t>(1 + d.roll(100)));
    return t;
}

std::uint32_t rounds(std::uint32_t few, std::uint32_t many) {
    return std::getenv("EARMARK_LONG") != nullptr ? many : few;
}

/// Too many lines and nodes for a search to end, and hardly any node that dominates another.
owned_problem hard_problem(dice& d) {
    owned_problem p = random_problem(d, {120, 200, 10, false, false});
    for (std::size_t k = 0; k < p.nodes.size(); ++k) {
        p.nodes[k] = {};
        p.nodes[k].sequence = static_cast<std::uint16_t>(k);
        p.metres[k] = d.roll(3'000'000);
    }
    return p;
}

/// The sentence that a failing round is told by.
std::string round_text(std::uint32_t round, const policy& by) {
    return "round " + std::to_string(round) + '\n' + by.text();
}

}  // namespace

TEST_CASE("shipments with rules and rates are as dealing lines out in every way finds them") {
    dice d{31};
    scratch s;
    for (std::uint32_t round = 0; round < rounds(16'000, 800'000); ++round) {
        const std::uint32_t lines = 1 + d.roll(round % 40 == 0 ? 8 : 5);
        const owned_problem p = bundled(d, lines, 1 + d.roll(round % 40 == 0 ? 12 : 6));
        const random_numbers numbers{d, p};
        const policy by{random_terms(d)};
        const sourcing_problem view = numbers.in(p);
        const slow_sourcer slow{by.terms(), view};
        const plan& found = solve(by, view, s);
        CHECK(found.proof == quality::exact);
        CHECK(found.cost == price(by, view, found.parts));
        const auto mine = slow.value(slow.of(found));
        CAPTURE(round_text(round, by));
        REQUIRE(mine);
        REQUIRE(spelled(*mine) == spelled(slow.best_by_shipments()));
    }
}

TEST_CASE("divided shipments with rules and rates are as trying every amount finds them") {
    dice d{32};
    scratch s;
    std::uint32_t exact = 0;
    const std::uint32_t most = rounds(2'000, 60'000);
    for (std::uint32_t round = 0; round < most; ++round) {
        owned_problem p = bundled(d, 1 + d.roll(3), 1 + d.roll(3));
        for (granules& free : p.free)
            free = std::min<granules>(free, static_cast<granules>(d.roll(3)));
        for (std::size_t l = 0; l < p.lines.size(); ++l)  // lines of one SKU see one stock
            for (std::size_t m = 0; m < l; ++m)
                if (p.lines[m].sku == p.lines[l].sku)
                    for (std::size_t k = 0; k < p.nodes.size(); ++k) p.stock(l, k) = p.stock(m, k);
        const random_numbers numbers{d, p};
        policy_terms t = random_terms(d);
        t.lines = line_split::by_quantity;
        t.min_shipment_value = std::max<std::int64_t>(t.min_shipment_value, 1);
        const policy by{t};
        const sourcing_problem view = numbers.in(p);
        const slow_sourcer slow{by.terms(), view};
        const plan& found = solve(by, view, s);
        exact += found.proof == quality::exact;
        const auto mine = slow.value(slow.of(found));
        CAPTURE(round_text(round, by));
        REQUIRE(mine);
        const terms_value best = slow.best_of_all();
        if (found.proof == quality::exact) REQUIRE(spelled(*mine) == spelled(best));
        REQUIRE(*mine >= best);
    }
    CHECK(exact > most * 9 / 10);
}

TEST_CASE(
    "eleven lines with rules and rates keep them, and say how far they may be from the best") {
    dice d{33};
    scratch s;
    for (std::uint32_t round = 0; round < 12; ++round) {
        const owned_problem p = bundled(d, 11, 2);
        const random_numbers numbers{d, p};
        policy_terms t = random_terms(d);
        t.min_shipment_value = std::max<std::int64_t>(t.min_shipment_value, 1);
        const policy by{t};
        const sourcing_problem view = numbers.in(p);
        const slow_sourcer slow{by.terms(), view};
        const plan& found = solve(by, view, s);
        const auto mine = slow.value(slow.of(found));
        REQUIRE(mine);
        const terms_value best = slow.best_of_all();
        CAPTURE(round_text(round, by));
        if (found.proof == quality::exact) CHECK(spelled(*mine) == spelled(best));
        CHECK(*mine >= best);
        if (found.gap.in == plan_term::unserved) CHECK(best[0] >= found.gap.at_least);
        if (found.gap.in == plan_term::cost) CHECK(found.gap.value == found.cost.e4);
    }
}

TEST_CASE("a delivery date, which is the latest of all parts, is as trying every amount finds it") {
    dice d{34};
    scratch s;
    for (std::uint32_t round = 0; round < rounds(1'500, 60'000); ++round) {
        owned_problem p = bundled(d, 1 + d.roll(4), 1 + d.roll(4));
        const random_numbers numbers{d, p};
        policy_terms t = random_terms(d);
        t.weights.clear();
        t.rank.resize(std::min<std::size_t>(t.rank.size(), 2));
        t.rank.insert(t.rank.begin() + d.roll(static_cast<std::uint32_t>(t.rank.size() + 1)),
                      criterion::delivery_date);
        const policy by{t};
        sourcing_problem view = numbers.in(p);
        std::vector<std::int32_t> dates;
        const std::size_t n = d.chance(50) ? p.nodes.size() : p.free.size();
        for (std::size_t i = 0; i < n; ++i)
            dates.push_back(20'000 + static_cast<std::int32_t>(d.roll(4)));
        view.numbers[static_cast<std::size_t>(node_column::delivery_date)] = dates;
        const slow_sourcer slow{by.terms(), view};
        const plan& found = solve(by, view, s);
        CHECK(found.proof == quality::exact);
        CHECK(found.cost == price(by, view, found.parts));
        const auto mine = slow.value(slow.of(found));
        CAPTURE(round_text(round, by));
        REQUIRE(mine);
        REQUIRE(spelled(*mine) == spelled(slow.best_of_all()));
    }
}

TEST_CASE("a gap says nothing of terms after one that was not proven") {
    dice d{36};
    scratch s;
    int told = 0;
    for (int round = 0; round < 6; ++round) {
        const owned_problem p = hard_problem(d);
        std::vector<std::int32_t> dates;
        for (std::size_t k = 0; k < p.nodes.size(); ++k)
            dates.push_back(20'000 + static_cast<std::int32_t>(d.roll(4)));
        sourcing_problem view = p.view();
        view.numbers[static_cast<std::size_t>(node_column::delivery_date)] = dates;
        policy_terms t = shipped("cheapest").terms();
        t.rank = {criterion::cost};
        const plan before = solve(policy{t}, view, s);
        t.rank = {criterion::cost, criterion::delivery_date, criterion::distance};
        const plan& found = solve(policy{t}, view, s);
        if (before.proof == quality::exact || before.gap.in == plan_term::sequence) continue;
        CHECK(found.proof == quality::heuristic);
        CHECK(found.gap.in != plan_term::metres);
        CHECK(found.gap.in != plan_term::sequence);
        if (found.gap.in != plan_term::same) {
            CHECK(found.gap == before.gap);
            ++told;
        }
    }
    CHECK(told > 1);
}

TEST_CASE("the canonical text of every policy parses to the same policy") {
    dice d{35};
    for (int round = 0; round < 2'000; ++round) {
        policy_terms t = random_terms(d);
        if (!t.weights.empty() && d.chance(50)) t.weighed_mm = weighed_mile;
        const policy by{t};
        const policy again = policy_of(by.text());
        REQUIRE(again.text() == by.text());
        CHECK(again.digest() == by.digest());
        CHECK(again.terms().parcels == t.parcels);
        CHECK(again.terms().min_shipment_value == t.min_shipment_value);
        CHECK(again.terms().together == t.together);
        CHECK(again.terms().by_acceptance == t.by_acceptance);
    }
}
