// Strategies: read, refused, spelt, and the nodes that they may use.
#include "earmark/core/time_text.hpp"
#include "earmark/sourcing/decision.hpp"
#include "support.hpp"

namespace {

using namespace sourcing_test;

const std::string bare = "policy = 'p'\ncurrency = 'USD'\n";
const std::string costs = "[costs]\nper_unit = '0.5'\n";
const std::string head = bare + "rank = ['parcels']\n" + costs;

std::string complaints(const std::string& strategies, const std::string& before = head) {
    const parsed_policy p = parse_policy(before + strategies, "x.toml");
    std::string out;
    for (const rejected_row& row : p.rejected) out += row.text + '\n';
    return out;
}
bool refused(const std::string& strategies, const std::string& part) {
    const std::string said = complaints(strategies);
    INFO(said);
    return said.find(part) != std::string::npos;
}

const std::string two =
    "[[strategy]]\n"
    "name = 'large'\n"
    "when = 'goods_value >= \"150.00\"'\n"
    "starts = '2026-11-27T00:00:00Z'\n"
    "ends = '2026-11-30'\n"
    "from = ['dc', 'store within 100 mi', 'any within 5 priority 1']\n"
    "rank = ['parcels', 'cost']\n"
    "split = { lines = 'by_quantity', max_parcels = 2 }\n"
    "keep_back = { store = 2 }\n"
    "outcome = { full = 'allocate', partial = 'next', none = 'next' }\n"
    "[[strategy]]\n"
    "name = 'everyone else'\n"
    "rank = ['distance']\n";

}  // namespace

TEST_CASE("a strategy has what it says, and the rest from its policy") {
    const policy p = policy_of(head + two);
    REQUIRE(p.strategies().size() == 2);
    const strategy& large = p.strategies()[0];
    CHECK(large.name() == "large");
    CHECK(large.when->text() == "goods_value >= \"150.00\"");
    CHECK(large.starts == parse_time("2026-11-27T00:00:00Z").value());
    CHECK(large.ends == parse_time("2026-11-30T00:00:00Z").value());
    CHECK(large.from == std::vector<node_selector>{{node_kind::dc, {}, {}},
                                                   {node_kind::store, 160'934, {}},
                                                   {{}, 5'000, 1}});
    CHECK(large.by.terms().rank == std::vector{criterion::parcels, criterion::cost});
    CHECK(large.by.terms().lines == line_split::by_quantity);
    CHECK(large.by.terms().max_parcels == 2);
    CHECK(large.by.terms().partial == on_partial::backorder);  // or the next one
    CHECK(large.by.terms().per_unit == rate_by_kind{5'000, 5'000, 5'000});
    CHECK(large.by.terms().keep_back[1] == 2);
    CHECK(large.next_on_partial);
    CHECK(large.next_on_none);
    const strategy& others = p.strategies()[1];
    CHECK_FALSE(others.when);
    CHECK(others.ends == never);
    CHECK(others.by.terms().rank == std::vector{criterion::distance});
    CHECK(others.by.terms().partial == on_partial::allocate_and_backorder);
    CHECK_FALSE(others.next_on_none);
    CHECK(p.ranks_by(criterion::cost));
    CHECK_FALSE(p.ranks_by(criterion::score));
}

TEST_CASE("the canonical text of a policy with strategies parses to the same policy") {
    const policy p = policy_of(head + two);
    const policy again = policy_of(p.text());
    CHECK(again.text() == p.text());
    CHECK(again.digest() == p.digest());
    CHECK(again.strategies()[0].from == p.strategies()[0].from);
    CHECK(again.strategies()[0].by.digest() == p.strategies()[0].by.digest());
    CHECK(policy_of("distance = 'mi'\n" + head + "[[strategy]]\nname='a'\nfrom=['dc within 1']\n")
              .text()
              .find("dc within 1609 m") != std::string::npos);
}

TEST_CASE("a policy needs no rank of its own where every strategy has one") {
    const policy p = policy_of(bare + costs + two);
    CHECK(p.terms().rank == p.strategies()[0].by.terms().rank);
    CHECK(policy_of(p.text()).text() == p.text());
}

TEST_CASE("a policy is refused where its canonical text could not be read again") {
    const auto when = [](const std::string& condition) {
        return "[[strategy]]\nname = 'a'\nwhen = " + condition + "\n";
    };
    for (const char* control : {"\\u0001", "\\r", "\\u007f", "\\u0000"})
        CHECK(refused(when("\"ship_to == \\\"" + std::string{control} + "\\\"\""),
                      "a control character"));
    CHECK(complaints(when("\"ship_to == \\\"a\\tb\\\"\"")).empty());

    std::string sums = "'goods_value in [\"1\"";
    for (int i = 1; i < 1000; ++i) sums += ",\"1\"";  // "1.00" in full
    CHECK(refused(when(sums + "]'"), "spelt out in full"));

    std::string deep = "lines > 1 or units > 1 and priority > 1";  // or (... and ...)
    for (int i = 0; i < 32; ++i)
        deep = "lines > 1 " + std::string{i % 2 == 0 ? "and (" : "or ("} + deep + ")";
    CHECK(refused(when("'" + deep + "'"), "spelt out in full"));

    std::string many;
    for (int i = 0; i < 256; ++i)
        many += "[[strategy]]\nname='" + std::string(55, 'x') + std::to_string(i) +
                "'\nwhen='lines == " + std::to_string(i) + "'\nfrom=['dc','store']\n";
    CHECK(refused(many, "spelt out in full the policy has"));
}

TEST_CASE("a flat policy is what it was") {
    const policy p = policy_of(head + "[split]\nmax_parcels = 1\n" + "[keep_back]\nstore = 1\n" +
                               "[[strategy]]\nname = 'a'\n");
    CHECK(p.strategies()[0].by.terms().max_parcels == 1);
    CHECK(p.strategies()[0].by.terms().keep_back[1] == 1);
    CHECK(policy_of(policy_text("cheapest")).strategies().empty());
}

TEST_CASE("what is wrong with a strategy is said with its line") {
    const std::string a = "[[strategy]]\nname = 'a'\n";
    CHECK(complaints(a + "when = 'goods_valu > \"1\"'\n") ==
          "x.toml:8:8: in 'when', at its character 1: unknown attribute 'goods_valu'; did you mean "
          "'goods_value'?\n");
    CHECK(refused("[[strategy]]\nrank = ['cost']\n", "x.toml:6"));
    CHECK(refused("[[strategy]]\nrank = ['cost']\n", "has no name"));
    CHECK(refused(a + "outcome = { none = 'next' }\n" + a, "another strategy is called 'a'"));
    CHECK(refused(a + "form = ['dc']\n", "did you mean 'from'?"));
    CHECK(refused(a + "from = []\n", "'from' is a list"));
    for (const char* nodes :
         {"'shop'", "'dc within'", "'dc within x'", "'dc within -5'", "3", "'dc within 5 ft'",
          "'dc priority'", "'dc priority 1.5'", "''", "'dc store'", "'dc within 999999999'"})
        CHECK(refused(a + "from = [" + nodes + "]\n", "these are no nodes"));
    CHECK(refused(a + "starts = 'monday'\n", "RFC 3339"));
    CHECK(refused(a + "starts = '2026-02-01'\nends = '2026-01-01'\n", "ends before it starts"));
    CHECK(refused(a + "when = 3\n", "'when' is a quoted condition"));
    CHECK(refused(a + "outcome = { partial = 'nxt' }\n", "did you mean 'next'?"));
    CHECK(complaints("", "strategy = 3\n" + head).find("write [[strategy]]") != std::string::npos);
    CHECK(complaints(a, bare + costs).find("'rank' is missing here and in the policy") !=
          std::string::npos);
    CHECK(complaints(a + "rank = ['cost']\n", bare).find("the policy has no [costs]") !=
          std::string::npos);
    std::string many = head;
    for (int i = 0; i < 257; ++i) many += "[[strategy]]\nname='" + std::to_string(i) + "'\n";
    CHECK(parse_policy(many).rejected.front().text.find("at most 256") != std::string::npos);
}

TEST_CASE("a strategy that no order comes to is refused") {
    const std::string all = "[[strategy]]\nname = 'all'\n", b = "[[strategy]]\nname = 'b'\n";
    CHECK(refused(all + b, "no order comes to 'b': 'all' serves them before"));
    CHECK(complaints(all + "outcome = { none = 'next' }\n" + b).empty());
    CHECK(complaints(all + "ends = '2030-01-01'\n" + b).empty());
    CHECK(complaints(all + "when = 'lines > 1'\n" + b).empty());
    CHECK(refused(all + "when = 'lines > 1'\n" + b + "when = 'lines>1.0'\n", "no order comes"));
    CHECK(refused(all + "outcome = { none = 'next' }\n", "and is the last; say backorder"));
}

TEST_CASE("a selection is what one of its selectors fits, and an unknown distance fits no ring") {
    std::vector<node_facts> nodes(70);
    std::vector<std::uint32_t> metres(70, 1'000);
    nodes[1].kind = node_kind::store;
    nodes[2].kind = node_kind::store;
    metres[2] = unknown_distance;
    nodes[65].kind = node_kind::store;
    nodes[65].priority = 3;
    metres[65] = 1'001;
    const auto picked = [&](std::vector<node_selector> from) {
        std::vector<std::uint64_t> bits;
        select_nodes(from, nodes, metres, bits);
        std::vector<std::size_t> out;
        for (const std::size_t k : {0U, 1U, 2U, 65U, 69U})
            if ((bits[k / 64] >> k % 64 & 1) != 0) out.push_back(k);
        return out;
    };
    using list = std::vector<std::size_t>;
    CHECK(picked({}) == list{0, 1, 2, 65, 69});
    CHECK(picked({{node_kind::store, {}, {}}}) == list{1, 2, 65});
    CHECK(picked({{node_kind::store, 1'000, {}}}) == list{1});
    CHECK(picked({{node_kind::store, 1'001, {}}, {node_kind::dc, 5, {}}}) == list{1, 65});
    CHECK(picked({{{}, {}, 2}}) == list{0, 1, 2, 69});
    CHECK(picked({{node_kind::vendor, {}, {}}}) == list{});
}

TEST_CASE("a problem's selection is all that the solver, its prices and its records see") {
    dice d{17};
    scratch s;
    for (std::size_t round = 0; round < 400; ++round) {
        const owned_problem some = random_problem(
            d, {1 + d.roll(round % 8 == 0 ? 15 : 5), 1 + d.roll(80), 40, round % 3 == 0, false});
        const policy by = shipped(shipped_names[round % 4]);
        sourcing_problem whole = some.view(), part = whole;
        std::vector<std::uint64_t> bits((whole.nodes.size() + 63) / 64);
        std::vector<granules> masked(whole.free.begin(), whole.free.end());
        for (std::size_t k = 0; k < whole.nodes.size(); ++k) {
            if (d.roll(3) != 0) {
                bits[k / 64] |= std::uint64_t{1} << k % 64;
                continue;
            }
            for (std::size_t l = 0; l < whole.lines.size(); ++l)
                masked[l * whole.nodes.size() + k] = 0;
        }
        part.selected = bits;
        whole.free = masked;
        const plan expected = solve(by, whole, s);
        REQUIRE(same(solve(by, part, s), expected));
        sourcing::decision kept;
        REQUIRE(same(sourcing::decide(by, {}, part, s, kept), expected));
        const decision_facts facts{part.lines, part.nodes, part.metres};
        REQUIRE(same(replay(by, kept, facts, s).value(), expected));
    }
}
