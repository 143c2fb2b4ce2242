#include "earmark/sourcing/explain.hpp"

#include "earmark/sourcing/alternatives.hpp"
#include "naive_sourcing.hpp"
#include "worked_numbers.hpp"

namespace {

using namespace sourcing_test;

explanation explained(const policy& by, const owned_problem& p, picture known = picture::amounts) {
    scratch s;
    const plan chosen = solve(by, p.view(), s);
    return explain(by, p.view(), chosen, {"A17", example_nodes, example_lines}, s, known);
}

std::string spelled_second(const policy& by, const owned_problem& p) {
    const explanation e = explained(by, p);
    return e.second ? spelled(p, *e.second) : "none";
}

std::set<int> node_set(const std::vector<int>& node_of) {
    std::set<int> nodes{node_of.begin(), node_of.end()};
    nodes.erase(-1);
    return nodes;
}

std::size_t served(const std::vector<int>& node_of) {
    return node_of.size() -
           static_cast<std::size_t>(std::count(node_of.begin(), node_of.end(), -1));
}

}  // namespace

TEST_CASE("the worked example is explained in words that a merchant can read") {
    const explanation e = explained(cost_first(), worked_example());
    CHECK(e.words ==
          "Order A17: 2 parcels for 13.20 USD by the policy 'p'. "
          "N1 ships 2 x A and 1 x C for 7.50 USD (parcel 6.00 USD, goods 1.50 USD, 10 km). "
          "N3 ships 1 x B for 5.70 USD (parcel 4.50 USD, goods 1.20 USD, 30 km). "
          "The next best plan costs 0.50 USD more: N1 ships 2 x A and 1 x C; "
          "N2 ships 1 x B (13.70 USD). "
          "The best plan with N4 costs 4.40 USD more (17.60 USD).");
    CHECK(e.second_proof == quality::exact);
    CHECK(e.second_gap.gap == 5'000);
    REQUIRE(e.parts.size() == 3);
    CHECK(e.parts[1].cost_e4 == 12'000);
    CHECK(e.parts[1].metres == 30'000);
}

TEST_CASE("every node that was not used has a first reason") {
    owned_problem p = worked_example();
    p.node({9, 9, 9}, 1'000, priced_node(node_kind::dc, 1, 1));
    p.nodes[4].active = false;
    p.node({1, 0, 0}, 1'000, priced_node(node_kind::dc, 1, 1));
    p.node({2, 1, 1}, 1'000, priced_node(node_kind::store, 1, 1));
    p.node({2, 1, 1}, 1'000, priced_node(node_kind::vendor, 1, -1));
    p.node({0, 3, 0}, 20'000, priced_node(node_kind::dc, 50'000, 12'000));
    const policy by = policy_of(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n[costs]\n"
        "per_unit = { dc = '1', store = '1' }\n[keep_back]\nstore = 2\n");
    scratch s;
    const plan chosen = solve(by, p.view(), s);
    const explanation e = explain(by, p.view(), chosen, {}, s);
    std::vector<std::string_view> found;
    for (const node_verdict& v : e.nodes) found.push_back(name_of(v.why));
    CHECK(found == std::vector<std::string_view>{"chosen", "chosen", "kept_back", "worse",
                                                 "inactive", "no_stock", "kept_back", "no_rate",
                                                 "later"});
    CHECK(e.nodes[4].text == "node 4 is inactive.");
    CHECK(e.nodes[5].text == "node 5 can give 1 of 2 x line 1.");
    CHECK(e.nodes[6].text == "node 6 has 2 x line 1 but keeps 2 back.");
    CHECK(e.nodes[7].text == "node 7 is a vendor, and the policy has no rate for it.");
}

TEST_CASE("equal plans are told apart by the order of the nodes, and the words say so") {
    owned_problem p;
    p.want({1});
    p.node({1}, 5'000, priced_node(node_kind::dc, 10'000, 0));
    p.node({1}, 5'000, priced_node(node_kind::dc, 10'000, 0));
    const explanation e = explained(cost_first(), p);
    CHECK(e.nodes[1].why == verdict::later);
    CHECK(e.words ==
          "Order A17: 1 parcel for 1.00 USD by the policy 'p'. "
          "N1 ships 1 x A for 1.00 USD (parcel 1.00 USD, goods 0.00 USD, 5.0 km). "
          "The next best plan is equal by every criterion and comes later by the order of the "
          "nodes' names: N2 ships 1 x A (1.00 USD).");
}

TEST_CASE("a plan that is not whole says what waits and why") {
    owned_problem p = worked_example();
    p.stock(1, 1) = p.stock(1, 2) = p.stock(1, 3) = 0;
    CHECK(explained(cost_first(), p)
              .words.find(
                  "Order A17: 1 parcel for 7.50 USD by the policy 'p'; 2 of 3 lines ship in full. "
                  "N1 ships 2 x A and 1 x C for 7.50 USD (parcel 6.00 USD, goods 1.50 USD, 10 km). "
                  "1 x B must wait: no node can serve it.") == 0);
    const policy all = cost_first("", "[outcome]\npartial = 'backorder'\n");
    CHECK(explained(all, p).words.find(
              "Order A17: nothing ships by the policy 'p'; all 3 lines are back-ordered. ") == 0);
    CHECK(explained(all, p).words.find("only when all of it can be served") != std::string::npos);

    owned_problem q;
    q.want({5});
    q.node({3}, 1'000);
    q.node({1}, 1'000);
    CHECK(explained(cost_first(), q)
              .words.find("5 x A must wait: no single node has it (all together have 4).") !=
          std::string::npos);
    const policy split = cost_first("", "[split]\nlines = 'by_quantity'\n");
    CHECK(explained(split, q).words.find("1 x A must wait: all nodes together have 4.") !=
          std::string::npos);
}

TEST_CASE("a record without amounts never claims to know one") {
    owned_problem p;
    p.want({5});
    p.node({5}, 1'000);
    p.node({3}, 1'000);
    CHECK(explained(cost_first(), p).nodes[1].text == "N2 can give 3 of 5 x A.");
    CHECK(explained(cost_first(), p, picture::enough).nodes[1].text ==
          "N2 did not have 5 x A to give.");
}

TEST_CASE("what an extra parcel adds is said") {
    const explanation e = explained(cost_first("extra_parcel = '3.00'\n"), worked_example());
    CHECK(e.words.find("Splitting the order adds 3.00 USD.") != std::string::npos);
    CHECK(e.words.find("2 parcels for 16.20 USD") != std::string::npos);
}

TEST_CASE("amounts are rounded to the currency, but never to nothing") {
    const auto usd = *currency::parse("USD");
    const auto jpy = *currency::parse("JPY");
    const auto kwd = *currency::parse("KWD");
    CHECK(cost_text(132'000, usd) == "13.20 USD");
    CHECK(cost_text(146'249, usd) == "14.62 USD");
    CHECK(cost_text(146'250, usd) == "14.63 USD");
    CHECK(cost_text(-5'000, usd) == "-0.50 USD");
    CHECK(cost_text(49, usd) == "0.0049 USD");
    CHECK(cost_text(50, usd) == "0.01 USD");
    CHECK(cost_text(0, usd) == "0.00 USD");
    CHECK(cost_text(1'234'567, jpy) == "123 JPY");
    CHECK(cost_text(1'235'000, jpy) == "124 JPY");
    CHECK(cost_text(12'345, kwd) == "1.235 KWD");
    CHECK(cost_text(INT64_MIN, usd) == "-922337203685477.58 USD");
}

TEST_CASE("the second best is the best plan with another set of nodes") {
    CHECK(spelled_second(cost_first(), worked_example()) == "A:N1 B:N2 C:N1");
    CHECK(spelled_second(parcels_first(), worked_example()) == "A:N1 B:N3 C:N1");
    owned_problem p;  // dropping the only node would cost 20, adding another one only 3
    p.want({1, 1});
    p.node({1, 1}, 0, priced_node(node_kind::dc, 90'000, 5'000));
    p.node({1, 1}, 0, priced_node(node_kind::dc, 190'000, 5'000));
    p.node({0, 1}, 0, priced_node(node_kind::dc, 30'000, 5'000));
    CHECK(spelled_second(cost_first(), p) == "A:N1 B:N3");
    owned_problem alone;
    alone.want({1});
    alone.node({1}, 0);
    CHECK(spelled_second(cost_first(), alone) == "none");
}

TEST_CASE("the second best and each node's best plan are those of full enumeration") {
    dice d{31};
    scratch s;
    for (int round = 0; round < 250; ++round) {
        const owned_problem p =
            random_problem(d, {1 + d.roll(4), 1 + d.roll(6), 30 + d.roll(60), d.chance(40), false});
        for (const std::string& name : shipped_names) {
            policy_terms t = shipped(name).terms();
            t.max_parcels = round % 3 == 0 ? 2 : 0;
            const policy by{t};
            const sourcing_problem view = p.view();
            const plan chosen = solve(by, view, s);
            const alternatives found = find_alternatives(by, view, chosen, s);
            if (chosen.parts.empty()) {
                CHECK_FALSE(found.second);
                continue;
            }
            CHECK(found.with_proof == quality::exact);
            const naive_sourcer naive{by.terms(), view};
            const std::vector<int> first = naive.assignment(chosen);
            const auto second = naive.best([&](const std::vector<int>& other) {
                return node_set(other) != node_set(first) && served(other) > 0;
            });
            REQUIRE(second.has_value() == found.second.has_value());
            if (second && found.second_proof == quality::exact)
                CHECK(naive.value(naive.assignment(*found.second)) == second->value);
            if (second && served(second->node_of) == served(first))
                CHECK(found.second_proof == quality::exact);
            for (int k = 0; k < static_cast<int>(p.nodes.size()); ++k) {
                if (node_set(first).count(k) != 0) continue;
                const auto with = naive.best([&](const std::vector<int>& other) {
                    return node_set(other).count(k) != 0 && served(other) == served(first);
                });
                const auto& ours = found.with[static_cast<std::size_t>(k)];
                REQUIRE(with.has_value() == ours.has_value());
                if (with) CHECK(naive.value(naive.assignment(*ours)) == with->value);
            }
        }
    }
}

TEST_CASE("large and split orders are explained too, and say that others were estimated") {
    dice d{32};
    scratch s;
    for (int round = 0; round < 40; ++round) {
        const owned_problem p =
            random_problem(d, {5 + d.roll(20), 3 + d.roll(20), 40, d.chance(30), false});
        policy_terms t = shipped("cheapest").terms();
        t.lines = line_split::by_quantity;
        const policy by{t};
        const sourcing_problem view = p.view();
        const plan chosen = solve(by, view, s);
        const explanation e = explain(by, view, chosen, {}, s);
        CHECK(e.nodes.size() == p.nodes.size());
        CHECK_FALSE(e.words.empty());
        if (e.second && chosen.proof == quality::exact) CHECK(e.second_gap.order <= 0);
        if (p.lines.size() > exact_lines && e.second) CHECK(e.second_proof == quality::heuristic);
    }
}
