#include "earmark/core/check.hpp"
#include "worked_numbers.hpp"

namespace {
using namespace sourcing_test;

std::string solved(const policy& by, const owned_problem& p) {
    scratch s;
    return spelled(p, solve(by, p.view(), s));
}
std::int64_t cost_of(const policy& by, const owned_problem& p) {
    scratch s;
    return solve(by, p.view(), s).cost.e4;
}
}  // namespace

TEST_CASE("the worked example: the cheapest plan costs 13.20, not the greedy 14.60") {
    const owned_problem p = worked_example();
    scratch s;
    const plan found = solve(cost_first(), p.view(), s);
    CHECK(spelled(p, found) == "A:N1 B:N3 C:N1");
    CHECK(found.cost.e4 == 132'000);
    CHECK(found.cost.parcels == 2);
    CHECK(found.cost.metres == 10'000 + 30'000 + 10'000);
    CHECK(found.covers == coverage::full);
    CHECK(found.proof == quality::exact);
}

TEST_CASE("the worked example: every plan of its table costs what the table says") {
    const owned_problem p = worked_example();
    const policy by = cost_first();
    const auto priced = [&](int a, int b, int c) {
        const std::array<plan_part, 3> parts = {{{0, static_cast<node_id>(a - 1), 2},
                                                 {1, static_cast<node_id>(b - 1), 1},
                                                 {2, static_cast<node_id>(c - 1), 1}}};
        return price(by, p.view(), parts).e4;
    };
    CHECK(priced(1, 3, 1) == 132'000);
    CHECK(priced(1, 2, 1) == 137'000);
    CHECK(priced(3, 3, 1) == 146'000);
    CHECK(priced(4, 4, 4) == 176'000);
    CHECK(priced(3, 2, 1) == 196'000);
}

TEST_CASE("the worked example: fewest parcels are one, from N4 at 17.60") {
    const owned_problem p = worked_example();
    CHECK(solved(parcels_first(), p) == "A:N4 B:N4 C:N4");
    CHECK(cost_of(parcels_first(), p) == 176'000);
}

TEST_CASE("a price for each extra parcel tips the worked example at 4.40") {
    const owned_problem p = worked_example();
    const auto with = [](const std::string& extra) {
        return cost_first("extra_parcel = '" + extra + "'\n");
    };
    CHECK(solved(with("3.00"), p) == "A:N1 B:N3 C:N1");
    CHECK(cost_of(with("3.00"), p) == 162'000);
    CHECK(solved(with("4.3999"), p) == "A:N1 B:N3 C:N1");
    // Both cost 17.60: fewer parcels win.
    CHECK(solved(with("4.40"), p) == "A:N4 B:N4 C:N4");
    CHECK(solved(with("5.00"), p) == "A:N4 B:N4 C:N4");
}

TEST_CASE("a limit of one parcel allows N4 only") {
    const owned_problem p = worked_example();
    CHECK(solved(cost_first("", "[split]\nmax_parcels = 1\n"), p) == "A:N4 B:N4 C:N4");
}

TEST_CASE("where no complete plan fits the limit, the policy says what happens") {
    owned_problem p = worked_example();
    p.stock(2, 3) = 0;  // N4 loses its unit of C
    const std::string limit = "[split]\nmax_parcels = 1\n";
    scratch s;
    const plan some = solve(cost_first("", limit), p.view(), s);
    CHECK(some.covers == coverage::partial);
    CHECK(some.proof == quality::exact);
    CHECK(spelled(p, some) == "A:N1 C:N1");  // two lines for 7.50; A and B from N3 cost 8.10
    CHECK(some.cost.e4 == 75'000);
    const plan none =
        solve(cost_first("", limit + "[outcome]\npartial = 'backorder'\n"), p.view(), s);
    CHECK(none.covers == coverage::none);
    CHECK(none.parts.empty());
    CHECK(none.cost == plan_cost{});
}

TEST_CASE("a line that no node has is left, the others ship") {
    owned_problem p = worked_example();
    for (std::size_t k = 0; k < 4; ++k) p.stock(1, k) = 0;
    scratch s;
    const plan found = solve(cost_first(), p.view(), s);
    CHECK(found.covers == coverage::partial);
    CHECK(spelled(p, found) == "A:N1 C:N1");
}

TEST_CASE("nothing to serve gives coverage none, no lines give coverage full") {
    owned_problem p = worked_example();
    for (granules& free : p.free) free = -3;
    scratch s;
    CHECK(solve(cost_first(), p.view(), s).covers == coverage::none);
    CHECK(solve(cost_first(), {{}, p.nodes, p.metres, {}}, s).covers == coverage::full);
    CHECK(solve(cost_first(), owned_problem{p.lines, {}, {}, {}, {}}.view(), s).covers ==
          coverage::none);
}

TEST_CASE("a node's own rate goes before the policy's, and a kind without a rate is not used") {
    owned_problem p;
    p.want({1});
    p.node({5}, 0, priced_node(node_kind::vendor, 10'000, -1));
    p.node({5}, 0, priced_node(node_kind::store, -1, -1));
    p.node({5}, 0, priced_node(node_kind::dc, -1, 20'000));
    const policy by = policy_of(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n[costs]\n"
        "fixed_per_parcel = '3'\nper_unit = { dc = '0.5', store = '1' }\n");
    scratch s;
    const plan found = solve(by, p.view(), s);
    CHECK(found.parts.at(0).node ==
          node_id{1});  // 3 + 1; the DC costs 3 + 2, the vendor is unknown
    CHECK(found.cost.e4 == 40'000);
    CHECK_FALSE(is_priced(by, p.nodes[0]));
}

TEST_CASE("units that are kept back are not there") {
    owned_problem p;
    p.want({2});
    p.node({3}, 1'000, priced_node(node_kind::store, 0, 0));
    p.node({2}, 9'000, priced_node(node_kind::dc, 0, 0));
    CHECK(solved(cost_first(), p) == "A:N1");
    CHECK(solved(cost_first("", "[keep_back]\nstore = 1\n"), p) == "A:N1");
    CHECK(solved(cost_first("", "[keep_back]\nstore = 2\n"), p) == "A:N2");
    p.lines[0].granule_e9 = 300'000'000;  // granules of 0.3: 2 units are 6.67 of them, so 7
    p.stock(0, 0) = 8;
    CHECK(solved(cost_first("", "[keep_back]\nstore = 2\n"), p) == "A:N2");
    p.stock(0, 0) = 9;
    CHECK(solved(cost_first("", "[keep_back]\nstore = 2\n"), p) == "A:N1");
}

TEST_CASE("an unknown distance ranks behind every known one") {
    owned_problem p;
    p.want({1});
    p.node({1}, unknown_distance);
    p.node({1}, 19'000'000);
    CHECK(solved(shipped("nearest"), p) == "A:N2");
    CHECK(solved(shipped("cheapest"), p) == "A:N2");  // equal cost; the distance decides
    scratch s;
    p.stock(0, 1) = 0;
    const plan far = solve(shipped("cheapest"), p.view(), s);
    CHECK(far.cost.unknown == 1);
    CHECK(far.cost.metres == 0);
    // In costs the farthest known distance stands in: 8.759 + 0.423 + 0.336 * 19.
    CHECK(far.cost.e4 == 87'590 + 4'230 + 63'840);
}

TEST_CASE("more unknown distances are worse than any number of metres") {
    owned_problem p;
    p.want({1, 1});
    p.node({1, 1}, unknown_distance);
    p.node({1, 0}, 20'000'000);
    CHECK(solved(shipped("nearest"), p) == "A:N2 B:N1");
}

TEST_CASE("a part's cost is rounded once, half up") {
    owned_problem p;
    p.want({1});
    p.node({5}, 500'000);
    const auto cost = [&](const std::string& km_rate, granules n, std::int64_t granule_e9) {
        p.lines[0].n = n;
        p.lines[0].granule_e9 = granule_e9;
        return cost_of(cost_first("per_unit_per_1000_km = '" + km_rate + "'\n"), p);
    };
    CHECK(cost("0.0001", 1, 1'000'000'000) == 1);  // 0.5 of the smallest step
    CHECK(cost("0.0003", 3, 1'000'000'000) == 5);  // 4.5, not three times 2
    CHECK(cost("0.0001", 1, 999'999'999) == 0);    // just below the half
    CHECK(cost("0.0001", 2, 250'000'000) == 0);    // half a unit
    CHECK(cost("0.0004", 5, 500'000'000) == 5);    // 2.5 units
}

TEST_CASE("ties go to the node of the smaller sequence, line by line") {
    owned_problem p;
    p.want({1, 1, 1});
    for (int k = 0; k < 4; ++k) p.node({1, 1, 1}, 0, priced_node(node_kind::dc, 0, 0));
    p.nodes[0].sequence = 9;
    const policy by =
        policy_of("policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[costs]\nper_unit = '1'\n");
    CHECK(solved(by, p) == "A:N2 B:N2 C:N2");
    p.stock(0, 1) = 0;
    CHECK(solved(by, p) == "A:N3 B:N2 C:N2");
}

TEST_CASE("of two plans that serve one line each, the one that serves the first line is better") {
    owned_problem p;
    p.want({1, 1});
    p.node({0, 1}, 0, priced_node(node_kind::dc, 0, 0));
    p.node({1, 0}, 0, priced_node(node_kind::dc, 0, 0));
    const policy by =
        policy_of("policy = 'p'\ncurrency = 'USD'\nrank = ['parcels']\n[split]\nmax_parcels = 1\n");
    CHECK(solved(by, p) == "A:N2");
}

TEST_CASE("two lines of one SKU share the node's units") {
    owned_problem p;
    p.want({2, 2, 1});
    p.lines[1].sku = p.lines[0].sku;
    p.node({3, 3, 1}, 1'000, priced_node(node_kind::dc, 10'000, 0));
    p.node({4, 4, 0}, 1'000, priced_node(node_kind::dc, 50'000, 0));
    CHECK(solved(cost_first(), p) == "A:N1 B:N2 C:N1");  // N1 has 3, not 4
    p.stock(0, 0) = p.stock(1, 0) = 4;
    CHECK(solved(cost_first(), p) == "A:N1 B:N1 C:N1");
    p.stock(0, 0) = p.stock(1, 0) = 3;
    p.stock(0, 1) = p.stock(1, 1) = 2;
    CHECK(solved(cost_first(), p) == "A:N1 B:N2 C:N1");
}

TEST_CASE("a line is split by quantity only where no node has it whole") {
    owned_problem p;
    p.want({5, 1});
    p.node({3, 1}, 1'000, priced_node(node_kind::dc, 10'000, 1'000));
    p.node({4, 0}, 2'000, priced_node(node_kind::dc, 20'000, 1'000));
    scratch s;
    const plan whole = solve(cost_first(), p.view(), s);
    CHECK(spelled(p, whole) == "B:N1");
    CHECK(whole.covers == coverage::partial);
    const policy split = cost_first("", "[split]\nlines = 'by_quantity'\n");
    const plan found = solve(split, p.view(), s);
    CHECK(spelled(p, found) == "A:3xN1 A:2xN2 B:N1");  // N1 is open already
    CHECK(found.covers == coverage::full);
    CHECK(found.proof == quality::exact);
    CHECK(found.cost == price(split, p.view(), found.parts));
    p.stock(0, 1) = 5;
    const plan again = solve(split, p.view(), s);
    CHECK(spelled(p, again) == "A:N2 B:N1");
    CHECK(again.proof == quality::exact);
}

TEST_CASE("a split by quantity keeps to the limit of parcels and gives what there is") {
    owned_problem p;
    p.want({9});
    for (const granules n : {2, 3, 1}) p.node({n}, 1'000, priced_node(node_kind::dc, 10'000, 0));
    scratch s;
    const auto split = [&](const std::string& limit) {
        return solve(cost_first("", "[split]\nlines = 'by_quantity'\n" + limit), p.view(), s);
    };
    CHECK(spelled(p, split("")) == "A:2xN1 A:3xN2 A:1xN3");
    CHECK(split("").covers == coverage::partial);
    CHECK(spelled(p, split("max_parcels = 2\n")) == "A:2xN1 A:3xN2");
    CHECK(split("max_parcels = 1\n[outcome]\npartial = 'backorder'\n").parts.empty());
}

TEST_CASE("huge amounts and rates cost the ceiling, not a wrapped number") {
    owned_problem p;
    p.want({2'000'000'000, 2'000'000'000});
    for (wanted_line& line : p.lines) line.granule_e9 = INT64_MAX;
    p.node({2'000'000'000, 2'000'000'000}, 0xFFFFFFFE);
    p.nodes[0].fixed_per_parcel.e4 = INT64_MAX;
    p.nodes[0].per_unit.e4 = INT64_MAX;
    const policy by = cost_first("per_unit_per_1000_km = '1000000000'\n");
    CHECK(cost_of(by, p) == 3 * max_part_cost_e4);
    p.lines[0].granule_e9 = p.lines[1].granule_e9 = 1'000'000'000;
    CHECK(cost_of(by, p) == 3 * max_part_cost_e4);
}

TEST_CASE("a problem that contradicts itself is misuse") {
    owned_problem p = worked_example();
    scratch s;
    const policy by = cost_first();
    sourcing_problem view = p.view();
    view.free = view.free.first(11);
    CHECK_THROWS_AS(solve(by, view, s), misuse);
    view = p.view();
    view.metres = view.metres.first(3);
    CHECK_THROWS_AS(solve(by, view, s), misuse);
    p.lines[0].n = 0;
    CHECK_THROWS_AS(solve(by, p.view(), s), misuse);
    p.lines[0] = {0, sku_id{1}, 1, 0};
    CHECK_THROWS_AS(solve(by, p.view(), s), misuse);
}

TEST_CASE("Shopify's published stock: one location if possible, then by priority") {
    // Hats, shirts, mugs, shoes; New York, Los Angeles, Chicago, Pittsburgh, by priority.
    const std::array<std::array<granules, 4>, 4> stock = {
        {{5, 1, 0, 0}, {0, 5, 1, 0}, {1, 0, 5, 1}, {10, 10, 10, 10}}};
    const policy by = policy_of("policy = 'p'\ncurrency = 'USD'\nrank = ['parcels', 'priority']\n");
    const auto place = [&](const std::vector<std::pair<std::size_t, granules>>& order) {
        owned_problem p;
        std::vector<granules> amounts;
        for (const auto& [goods, n] : order) amounts.push_back(n);
        p.want(amounts);
        for (std::size_t k = 0; k < 4; ++k) {
            std::vector<granules> has;
            for (const auto& [goods, n] : order) has.push_back(stock.at(k).at(goods));
            node_facts f;
            f.priority = static_cast<std::int32_t>(k) + 1;
            p.node(has, 1'000, f);
        }
        scratch s;
        const plan found = solve(by, p.view(), s);
        return found.parts.empty() ? -1 : static_cast<int>(raw(found.parts[0].node));
    };
    CHECK(place({{0, 1}, {1, 1}}) == 0);  // 1 hat + 1 shirt: New York
    CHECK(place({{0, 1}, {2, 1}}) == 2);  // 1 hat + 1 mug: Chicago
    CHECK(place({{1, 6}}) == 3);          // 6 shirts: Pittsburgh
    CHECK(place({{3, 20}}) == -1);        // 20 shoes: here nothing is oversold, the order waits
}

TEST_CASE("IBM's two nodes: the nearer wins by distance, the more important by priority") {
    // Its weights 1:100 and 100:1 make one criterion outweigh the other; here the rank says which.
    owned_problem p;
    p.want({1});
    p.node({1}, 60 * 1'609);
    p.node({1}, 80 * 1'609);
    p.nodes[0].priority = 1;
    p.nodes[1].priority = 2;
    CHECK(solved(shipped("nearest"), p) == "A:N1");
    std::swap(p.metres[0], p.metres[1]);
    CHECK(solved(shipped("priority"), p) == "A:N1");
    CHECK(solved(shipped("nearest"), p) == "A:N2");
}
