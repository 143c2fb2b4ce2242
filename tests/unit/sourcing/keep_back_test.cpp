// What stays at nodes by class of goods, and nodes that selectors name by their keys.
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/explain.hpp"
#include "earmark/sourcing/lint.hpp"
#include "earmark/sourcing/policy_schema.hpp"
#include "slow_sourcer.hpp"

namespace {

using namespace sourcing_test;

const std::string head =
    "policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[attributes]\n"
    "'line.category' = 'text'\n'line.brand' = 'text'\n'line.hazmat' = 'flag'\n";

policy keeping(const std::string& entries, const std::string& more = "") {
    return policy_of(head + "[keep_back]\n" + entries + more);
}

/// The bit of a class, as a policy numbers them.
std::uint64_t bit(const policy& by, const std::string& attribute, const std::string& value) {
    const auto& all = by.terms().classes;
    const auto at = std::find(all.begin(), all.end(), goods_class{attribute, value});
    REQUIRE(at != all.end());
    return std::uint64_t{1} << (at - all.begin());
}

std::string refused(const std::string& text) {
    const parsed_policy p = parse_policy(text, "t");
    std::string out;
    for (const rejected_row& row : p.rejected) out += row.text + "\n";
    return out;
}

bool says(const std::string& text, const std::string& what) {
    const bool found = text.find(what) != std::string::npos;
    if (!found) MESSAGE(text);
    return found;
}

}  // namespace

TEST_CASE("the most specific entry of keep_back wins, and none add up") {
    const policy by = keeping(
        "store = 2\ndc = 1\n'store + category:outerwear' = 4\n'store + brand:acme' = 1\n"
        "'store + brand:acme + category:outerwear' = 7\n'store + sku:S9' = 0\n"
        "'store + sku:S9 + category:outerwear' = 3\n'store + sku:S9 + brand:acme' = 5\n"
        "'store + sku:S9 + brand:acme + category:outerwear' = 6\n");
    const auto outer = bit(by, "line.category", "outerwear"), acme = bit(by, "line.brand", "acme"),
               s9 = bit(by, "line.sku", "S9");
    const auto kept = [&](node_kind at, std::uint64_t classes) {
        return kept_units(by.terms(), at, classes);
    };
    CHECK(kept(node_kind::store, 0) == 2);
    CHECK(kept(node_kind::dc, outer | acme) == 1);
    CHECK(kept(node_kind::vendor, outer) == 0);
    CHECK(kept(node_kind::store, outer) == 4);
    CHECK(kept(node_kind::store, acme) == 1);  // less than the kind's own: it is more specific
    CHECK(kept(node_kind::store, outer | acme) == 7);
    CHECK(kept(node_kind::store, s9) == 0);
    CHECK(kept(node_kind::store, s9 | outer) == 3);
    CHECK(kept(node_kind::store, s9 | outer | acme) == 6);
    const policy again = policy_of(by.text());
    CHECK(again.text() == by.text());
    CHECK(again.terms().kept == by.terms().kept);
    CHECK(again.terms().classes == by.terms().classes);
}

TEST_CASE("the order of the entries and of their words says nothing") {
    const policy a = keeping("'store + brand:a + category:b' = 3\n'store + brand:a' = 1\n");
    const policy b = keeping("'store + brand:a' = 1\n'store  +  category: b + line.brand:a' = 3\n");
    CHECK(a.digest() == b.digest());
}

TEST_CASE("a strategy keeps back what it says, or nothing, in place of what the policy says") {
    const policy by = keeping("store = 2\n'store + category:outerwear' = 4\n",
                              "[[strategy]]\nname = 'pickup'\nwhen = 'lines > 3'\n"
                              "keep_back = 'none'\n"
                              "[[strategy]]\nname = 'all alike'\nwhen = 'lines > 2'\n"
                              "keep_back = 3\n"
                              "[[strategy]]\nname = 'own'\nwhen = 'lines > 1'\n"
                              "keep_back = { dc = 1, 'dc + brand:acme' = 9 }\n"
                              "[[strategy]]\nname = 'as the policy'\n");
    const auto outer = bit(by, "line.category", "outerwear"), acme = bit(by, "line.brand", "acme");
    const auto kept = [&](std::size_t strategy, node_kind at) {
        return kept_units(by.strategies()[strategy].by.terms(), at, outer | acme);
    };
    for (const node_kind k : {node_kind::dc, node_kind::store, node_kind::vendor}) {
        CHECK(kept(0, k) == 0);
        CHECK(kept(1, k) == 3);
    }
    CHECK(kept(2, node_kind::dc) == 9);
    CHECK(kept(2, node_kind::store) == 0);
    CHECK(kept(3, node_kind::store) == 4);
    const policy again = policy_of(by.text());
    CHECK(again.digest() == by.digest());
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(again.strategies()[i].by.digest() == by.strategies()[i].by.digest());
}

TEST_CASE("entries that say the same, nothing, or what nobody declared are refused with a hint") {
    const auto told = [](const std::string& entries) {
        return refused(head + "[keep_back]\n" + entries);
    };
    CHECK(
        says(told("stor = 2\n"), "t:9:1: unknown key 'stor' in [keep_back]; did you mean 'store'"));
    CHECK(says(told("'shop + category:x' = 2\n"),
               "write for example \"store + category:outerwear\""));
    CHECK(says(told("'store + outerwear' = 2\n"), "unknown key"));
    CHECK(says(told("'store + category:' = 2\n"), "unknown key"));
    CHECK(says(told("'store + size:xl' = 2\n"),
               "'line.size', which is no text that [attributes] declares"));
    CHECK(says(told("'store + hazmat:true' = 2\n"), "'line.hazmat', which is no text"));
    CHECK(says(told("'store + category:a' = 'two'\n"), "is a whole number from 0 to"));
    CHECK(says(told("'store + category:a' = -1\n"), "is a whole number from 0 to"));
    CHECK(says(told("'store + category:a' = 1\n'store + line.category:a' = 2\n"),
               "is for the same goods as another entry"));
    CHECK(says(told("'store + category:a + category:b' = 1\n"), "no goods are of all classes"));
    CHECK(says(told("'store + category:a + category:a' = 1\n"), "no goods are of all classes"));
    CHECK(says(told("'store + category:a' = 1\n'store + brand:b' = 2\n"),
               "neither is more specific; add \"store + brand:b + category:a\""));
    CHECK(told("'store + category:a' = 1\n'store + category:b' = 2\n").empty());
    CHECK(told("'store + category:a' = 1\n'dc + brand:b' = 2\n").empty());
    CHECK(says(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\nkeep_back = 'some'\n"),
               "'keep_back' is a table, a whole number, or \"none\""));
    std::string many;
    for (int i = 0; i < 65; ++i) many += "'store + category:c" + std::to_string(i) + "' = 1\n";
    CHECK(says(told(many), "65 classes of goods; a policy has at most 64"));
}

TEST_CASE("whatever is edited of such entries, what is read reads again as the same policy") {
    dice d{92};
    const std::string text =
        head +
        "[costs]\nlate_per_day = '5.00'\n"
        "[keep_back]\nstore = 2\n'store + category:outerwear' = 4\n"
        "\"dc + brand:a\\\"b + sku:+x\" = 0\n"
        "[[strategy]]\nname = 's'\nwhen = 'lines > 1'\nfrom = ['supplier:acme', 'node:b']\n"
        "keep_back = { dc = 1, 'dc + category:x' = 2 }\n"
        "[[strategy]]\nname = 't'\nkeep_back = 'none'\n";
    (void)policy_of(text);
    const std::vector<std::string> bits{" + ",    ":", "'", "category", "line.",     "store", " ",
                                        "brand:", "=", "4", "none",     "supplier:", "node:"};
    int read = 0;
    for (int round = 0; round < 12'000; ++round) {
        std::string edited = text;
        for (std::uint32_t edits = 1 + d.roll(3); edits > 0; --edits) {
            const std::size_t at = d.roll(static_cast<std::uint32_t>(edited.size()));
            if (d.chance(30))
                edited[at] = static_cast<char>(d.roll(256));
            else if (d.chance(50))
                edited.erase(at, 1 + d.roll(6));
            else
                edited.insert(at, bits[d.roll(static_cast<std::uint32_t>(bits.size()))]);
        }
        const parsed_policy p = parse_policy(edited);
        CHECK(p.value.has_value() == p.rejected.empty());
        if (!p) continue;
        ++read;
        const parsed_policy again = parse_policy(p.value->text());
        CAPTURE(edited);
        REQUIRE(again);
        CHECK(again.value->text() == p.value->text());
    }
    CHECK(read > 300);
}

TEST_CASE("plans that keep classes of goods back are as trying every amount finds them") {
    dice d{91};
    scratch s;
    int kept = 0;
    for (int round = 0; round < 1'500; ++round) {
        owned_problem p =
            random_problem(d, {1 + d.roll(3), 1 + d.roll(4), 60, d.chance(20), d.chance(0)});
        policy_terms t = keeping(
                             "store = 1\ndc = 1\n'store + brand:a' = 0\n'dc + brand:a' = 3\n"
                             "'store + category:b' = 3\n"
                             "'store + brand:a + category:b' = 2\n")
                             .terms();
        for (wanted_line& line : p.lines) line.classes = raw(line.sku) % 4;
        t.rank = {criterion::distance, criterion::parcels};
        t.lines = d.chance(50) ? line_split::by_quantity : line_split::whole;
        for (node_facts& node : p.nodes) ++node.priority;
        const policy by{t};
        const sourcing_problem view = p.view();
        const slow_sourcer slow{by.terms(), view};
        const plan found = solve(by, view, s);
        const auto mine = slow.value(slow.of(found));
        REQUIRE(mine);
        if (found.proof == quality::exact) REQUIRE(spelled(*mine) == spelled(slow.best_of_all()));
        t.kept.clear();
        kept += !same(found, solve(policy{t}, view, s));
        decision made;
        (void)decide(by, {policy_id{1}, 1}, view, s, made);
        owned_problem later = p;  // a record needs no classes: it has what was above what stays
        for (wanted_line& line : later.lines) line.classes = 0;
        const auto again = replay(by, made, {later.lines, later.nodes, later.metres}, s);
        REQUIRE(again);
        CHECK(same(*again, found));
    }
    CHECK(kept > 200);
}

TEST_CASE("what is kept back of a class is told by its own number") {
    scratch s;
    owned_problem p;
    p.want({1});
    node_facts store;
    store.kind = node_kind::store;
    p.node({4}, 1'000, store);
    p.node({9}, 2'000);
    const policy by = keeping("store = 2\n'store + category:outerwear' = 4\n");
    CHECK(raw(solve(by, p.view(), s).parts.at(0).node) == 0);
    p.lines[0].classes = bit(by, "line.category", "outerwear");
    const sourcing_problem view = p.view();
    const plan chosen = solve(by, view, s);
    CHECK(raw(chosen.parts.at(0).node) == 1);
    const std::vector<std::string_view> nodes{"shop", "dc"}, lines{"coat"};
    const auto told = explain(by, view, chosen, {.order = {}, .nodes = nodes, .lines = lines}, s);
    CHECK(told.nodes[0].text == "shop has 4 x coat but keeps 4 back.");
}

TEST_CASE("lint finds entries that say what holds without them, and those that are for nobody") {
    const auto found = [](const std::string& text) {
        std::string out;
        for (const auto& f : lint(head + text).findings)
            out += std::string{f.code} + ": " + f.sentence + "\n";
        return out;
    };
    CHECK(found("[keep_back]\nstore = 2\n'store + category:a' = 3\n").empty());
    CHECK(says(
        found("[keep_back]\nstore = 2\n'store + category:a' = 2\n"),
        "no_effect: \"store + category:a\" keeps 2 back, and so would the entry that is less"));
    CHECK(says(found("[keep_back]\n'store + brand:x + category:a' = 3\n'store + category:a' = 3\n"),
               "no_effect: \"store + brand:x + category:a\" keeps 3 back"));
    CHECK(says(
        found("[keep_back]\n'store + category:a' = 3\n[[strategy]]\nname = 's'\n"
              "from = ['dc']\n"),
        "no_effect: \"store + category:a\" is for each store, and no strategy that it is for"));
    CHECK(found("[keep_back]\n'store + category:a' = 3\n[[strategy]]\nname = 's'\n"
                "from = ['dc', 'store within 9']\n")
              .empty());
    CHECK(says(found("[[strategy]]\nname = 's'\nfrom = ['dc']\n"
                     "keep_back = { 'store + category:a' = 3 }\n"),
               "no_effect: \"store + category:a\" is for each store"));
}

TEST_CASE("a selector names a node by its key, and fits no other") {
    policy by = policy_of(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[[strategy]]\nname = 's'\n"
        "from = ['supplier:acme within 5', 'node:b', 'node:nowhere']\n");
    const std::vector<std::string_view> keys{"b", "acme", "c"};
    std::vector<node_facts> nodes(3);
    nodes[1].kind = node_kind::vendor;
    const std::vector<std::uint32_t> near{9'000, 4'000, 1'000}, far{9'000, 6'000, 1'000};
    std::vector<std::uint64_t> bits;
    const auto picked = [&](std::span<const std::uint32_t> metres) {
        select_nodes(by.strategies()[0].from, nodes, metres, bits);
        return bits.at(0);
    };
    CHECK(picked(near) == 0);  // until somebody says which nodes there are
    by.name_nodes(keys);
    CHECK(picked(near) == 0b011);
    CHECK(picked(far) == 0b001);
    nodes[1].kind = node_kind::store;
    CHECK(picked(near) == 0b001);
    const policy again = policy_of(by.text());
    CHECK(again.digest() == by.digest());
    CHECK(
        says(by.text(), R"(from    = ["supplier:acme within 5000 m", "node:b", "node:nowhere"])"));
    CHECK(says(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[[strategy]]\n"
                       "name = 's'\nfrom = ['supplier:']\n"),
               "t:6:9: these are no nodes"));
    CHECK_FALSE(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[[strategy]]\n"
                        "name = 's'\nfrom = ['supplier:a b']\n")
                    .empty());
}

TEST_CASE("lint says which nodes of 'from' are not there, or are no vendors") {
    const std::string text =
        "policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[[strategy]]\nname = 's'\n"
        "from = ['supplier:acne', 'supplier:b', 'node:b', 'node:x']\n";
    const std::vector<std::string_view> keys{"acme", "b"};
    std::vector<node_facts> nodes(2);
    nodes[0].kind = node_kind::vendor;
    lint_options with;
    with.tables.nodes = nodes;
    with.tables.node_keys = keys;
    std::string told;
    for (const auto& f : lint(text, with).findings)
        if (f.code == "unknown_node") told += to_string(f, "t") + "\n";
    CHECK(told ==
          "t:6:9: error: unknown_node: there is no vendor 'acne'; load it before the policy; did "
          "you mean 'acme'?\n"
          "t:6:26: error: unknown_node: 'b' is a dc, not a vendor; write \"node:b\"\n"
          "t:6:50: error: unknown_node: there is no node 'x'; load it before the policy; did "
          "you mean 'b'?\n");
}
