// The vectors of the specification's multi-line sourcing, by mode, and what a merchant may write.
#include "worked_numbers.hpp"

namespace {

using namespace sourcing_test;

std::string solved(const policy& by, const owned_problem& p) {
    scratch s;
    const plan& found = solve(by, p.view(), s);
    CHECK(found.proof == quality::exact);
    return spelled(p, found);
}

/// Lines worth 30.00 (two units), 12.00 and 25.00.
owned_problem with_values() {
    owned_problem p = worked_example();
    p.lines[0].value_e4 = 300'000;
    p.lines[1].value_e4 = 120'000;
    p.lines[2].value_e4 = 250'000;
    return p;
}

const std::string from_twenty = "[split]\nmin_shipment_value = '20.00'\n";

std::string complaint(const std::string& text) {
    const parsed_policy p = parse_policy(text, "x");
    CHECK_FALSE(p);
    return p.rejected.empty() ? "" : p.rejected.front().text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const std::string head = "policy = 'p'\ncurrency = 'USD'\n";

}  // namespace

TEST_CASE("mode cost: P = 0 takes two parcels for 13.20, P = 3.00 still does for 16.20") {
    const owned_problem p = worked_example();
    scratch s;
    CHECK(solved(cost_first(), p) == "A:N1 B:N3 C:N1");
    const policy three = cost_first("extra_parcel = '3.00'\n");
    CHECK(solved(three, p) == "A:N1 B:N3 C:N1");
    CHECK(solve(three, p.view(), s).cost.e4 == 162'000);
}

TEST_CASE("mode cost: P = 4.40 is a tie at 17.60 that fewer parcels win, P = 5.00 takes N4") {
    const owned_problem p = worked_example();
    CHECK(solved(cost_first("extra_parcel = '4.40'\n"), p) == "A:N4 B:N4 C:N4");
    CHECK(solved(cost_first("extra_parcel = '5.00'\n"), p) == "A:N4 B:N4 C:N4");
}

TEST_CASE("mode min_shipments takes one parcel from N4 at 17.60") {
    CHECK(solved(parcels_first(), worked_example()) == "A:N4 B:N4 C:N4");
}

TEST_CASE("mode date_first: the latest date, then parcels, then cost") {
    owned_problem p = worked_example();
    const policy by = policy_of(head +
                                "rank = ['delivery_date', 'parcels', 'cost']\n[costs]\n"
                                "per_unit = '0'\n");
    const auto dated = [&](std::vector<std::int32_t> days) {
        scratch s;
        sourcing_problem view = p.view();
        view.numbers[static_cast<std::size_t>(node_column::delivery_date)] = days;
        const plan& found = solve(by, view, s);
        CHECK(found.proof == quality::exact);
        CHECK(found.cost.columns[static_cast<std::size_t>(node_column::delivery_date)] == 2);
        return spelled(p, found);
    };
    CHECK(dated({2, 2, 2, 3}) == "A:N1 B:N3 C:N1");  // N4 alone would be a day later
    CHECK(dated({2, 2, 3, 3}) == "A:N1 B:N2 C:N1");  // and so would N3
}

TEST_CASE("greedy trap: the cheapest node line by line gives 14.60, the best plan is 13.20") {
    scratch s;
    CHECK(solve(cost_first(), worked_example().view(), s).cost.e4 == 132'000);
}

TEST_CASE("maxSplit trap: one shipment at most leaves N4, and no complete plan without its C") {
    owned_problem p = worked_example();
    const policy by = cost_first("", "[split]\nmax_shipments = 1\n");
    CHECK(by.terms().max_parcels == 1);
    CHECK(has(by.text(), "max_parcels = 1"));  // one spelling
    CHECK(solved(by, p) == "A:N4 B:N4 C:N4");
    p.stock(2, 3) = 0;
    scratch s;
    CHECK(solve(by, p.view(), s).covers == coverage::partial);
    const policy all =
        cost_first("", "[split]\nmax_shipments = 1\n[outcome]\npartial = 'backorder'\n");
    CHECK(solve(all, p.view(), s).covers == coverage::none);
}

TEST_CASE("threshold trap: no shipment below 20.00, so A and B leave from N3 for 14.60 in all") {
    const owned_problem p = with_values();
    CHECK(solved(cost_first(), p) == "A:N1 B:N3 C:N1");
    const policy by = cost_first("", from_twenty);
    CHECK(solved(by, p) == "A:N3 B:N3 C:N1");
    scratch s;
    CHECK(solve(by, p.view(), s).cost.e4 == 146'000);
}

TEST_CASE("threshold trap: what is left over must be worth 20.00 as well") {
    owned_problem p = with_values();
    for (std::size_t k = 0; k < 4; ++k) p.stock(1, k) = 0;  // nobody has B, worth 12.00
    const policy by = cost_first("", from_twenty);
    // A and C alone would leave B behind, which can never be shipped: so something stays with it.
    CHECK(solved(by, p) == "C:N1");
    p.lines[1].value_e4 = 200'000;
    CHECK(solved(by, p) == "A:N1 C:N1");
}

TEST_CASE("IBM's weights: node 1 and distance 100 make 6,001 and 8,002, so the nearer wins") {
    owned_problem p;
    p.want({1});
    p.node({1}, 96'561);   // 60 miles
    p.node({1}, 128'748);  // 80 miles
    p.nodes[0].priority = 1;
    p.nodes[1].priority = 2;
    const auto weighed = [](int node, int distance) {
        return policy_of(head + "distance = 'mi'\nweights = { priority = " + std::to_string(node) +
                         ", distance = " + std::to_string(distance) + " }\n");
    };
    scratch s;
    const policy by = weighed(1, 100);
    CHECK(solved(by, p) == "A:N1");
    CHECK(solve(by, p.view(), s).cost.weighted == 6'001);
    CHECK(solve_without(by, p.view(), node_id{0}, s).cost.weighted == 8'002);
    // The other way round the more important node wins, though it is farther: 180 against 260.
    std::swap(p.metres[0], p.metres[1]);
    const policy other = weighed(100, 1);
    CHECK(solved(other, p) == "A:N1");
    CHECK(solve(other, p.view(), s).cost.weighted == 180);
    CHECK(solve_without(other, p.view(), node_id{0}, s).cost.weighted == 260);
}

TEST_CASE("lines of a set leave from one node or not at all") {
    owned_problem p = worked_example();
    p.lines[1].set = p.lines[2].set = 7;
    CHECK(solved(cost_first(), p) == "A:N1 B:N3 C:N1");  // the policy does not ask for it
    const policy by = cost_first("", "[split]\ntogether = ['set']\n");
    CHECK(solved(by, p) == "A:N4 B:N4 C:N4");
    p.stock(2, 3) = 0;
    CHECK(solved(by, p) == "A:N3");
}

TEST_CASE(
    "a parcel's rate depends on what is in it: four pounds in one are cheaper than two of two") {
    owned_problem p;
    p.want({1, 1});
    for (wanted_line& line : p.lines) line.grams = 900;
    p.node({1, 1}, 100'000, priced_node(node_kind::dc, 0, 0));
    p.node({1, 1}, 900'000, priced_node(node_kind::dc, 0, 0));
    const policy by = policy_of(head +
                                "rank = ['cost']\n[costs.parcel]\nzones = [300]\nsteps = [\n"
                                "  { up_to = 1000, rates = ['4.10', '6.00'] },\n"
                                "  { up_to = 2000, rates = ['12.00', '13.00'] },\n"
                                "  { rates = ['20.00', '20.00'] } ]\n");
    scratch s;
    const plan two = solve(by, p.view(), s);
    CHECK(spelled(p, two) == "A:N1 B:N2");  // 4.10 and 6.00; together 12.00
    CHECK(two.cost.e4 == 101'000);
    p.lines[1].grams = 100;
    const plan one = solve(by, p.view(), s);
    CHECK(spelled(p, one) == "A:N1 B:N1");
    CHECK(one.cost.e4 == 41'000);
}

TEST_CASE("a node that rejects half of what it gets costs twice as much") {
    owned_problem p;
    p.want({1});
    p.node({1}, 0, priced_node(node_kind::dc, 50'000, 10'000));
    p.node({1}, 0, priced_node(node_kind::dc, 80'000, 10'000));
    p.nodes[0].accept_ppm = 500'000;
    CHECK(solved(cost_first(), p) == "A:N1");
    const policy by = cost_first("by_acceptance = true\n");
    CHECK(solved(by, p) == "A:N2");
    scratch s;
    CHECK(solve_without(by, p.view(), node_id{1}, s).cost.e4 == 120'000);
}

TEST_CASE("more stock never makes the cheapest plan dearer") {
    dice d{41};
    scratch s;
    const policy by = shipped("cheapest");
    for (int round = 0; round < 500; ++round) {
        owned_problem p = random_problem(d, {1 + d.roll(12), 1 + d.roll(15), 50, false, false});
        const plan before = solve(by, p.view(), s);
        if (before.proof != quality::exact || before.covers != coverage::full) continue;
        for (int more = 0; more < 3; ++more)
            p.free[d.roll(static_cast<std::uint32_t>(p.free.size()))] += 2;
        const plan after = solve(by, p.view(), s);
        CHECK(after.covers == coverage::full);
        CHECK(after.cost.e4 <= before.cost.e4);
    }
}

TEST_CASE("what a merchant cannot mean is refused, with what to write instead") {
    const std::string costs = "[costs]\nper_unit = '1'\n";
    const auto said = [&](const std::string& text, const std::string& part) {
        return has(complaint(head + text), part);
    };
    CHECK(said("rank = ['cost']\nweights = { cost = 1 }\n" + costs, "exclude each other"));
    CHECK(said("weights = { cost = 0 }\n" + costs, "from 1 to 10000"));
    CHECK(said("weights = { cost = 10001 }\n" + costs, "from 1 to 10000"));
    CHECK(said("weights = { delivery_date = 1 }\n", "cannot be weighed"));
    CHECK(said("weights = { speed = 1 }\n", "unknown key 'speed'"));
    CHECK(said("weights = 3\n", "a table of criteria"));
    CHECK(said("rank = ['cost']\nweighed = 'mi'\n" + costs, "without 'weights'"));
    const std::string split = "rank = ['cost']\n" + costs + "[split]\n";
    CHECK(said(split + "max_shipments = 2\nmax_parcels = 2\n", "keep one"));
    CHECK(said(split + "min_shipment_value = 20\n", "money is quoted text"));
    CHECK(said(split + "together = 'set'\n", "together = [\"set\"]"));
    CHECK(said(split + "together = ['order']\n", "unknown value 'order'"));
    const std::string parcel = "rank = ['cost']\n[costs.parcel]\n";
    CHECK(said(parcel + "by = 'grams'\n", "1 to 64 steps"));
    CHECK(said(parcel + "steps = [ { rates = ['1', '2'] } ]\n", "one for what is beyond"));
    CHECK(said(parcel + "steps = [ { up_to = 5, rates = ['1'] } ]\n", "the last has no end"));
    CHECK(said(parcel + "steps = [ { up_to = 5, rates = ['2'] }, { rates = ['1'] } ]\n",
               "never cheaper"));
    CHECK(said(parcel + "zones = [300, 200]\nsteps = [ { rates = ['1', '2', '3'] } ]\n", "ascend"));
}
