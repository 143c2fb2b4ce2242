// Attributes and filters of a policy: read, refused, spelt; and how a decision keeps what they took
// away.
#include "earmark/sourcing/filter.hpp"
#include <array>

#include "earmark/sourcing/decision.hpp"
#include "support.hpp"

namespace {

using namespace sourcing_test;

const std::string head =
    "policy = 'p'\ncurrency = 'USD'\nrank = ['parcels']\n[costs]\nper_unit = '0.5'\n";
const std::string declared =
    "[attributes]\n'customer.tier' = 'text'\n'line.hazmat' = 'flag'\n'node.hazmat' = 'flag'\n"
    "'node.market' = 'text'\n'ship_to.market' = 'text'\n'node.rank' = 'number'\n";
const std::string filters =
    "[[filter]]\nname = 'hazmat'\nwhen = 'any(line.hazmat)'\nnodes = 'node.hazmat'\n"
    "[[filter]]\nname = 'own market'\nsame = ['node.market', 'ship_to.market']\n"
    "[[filter]]\nname = 'quick dcs'\n"
    "nodes = 'node.kind == \"dc\" and node.rank <= 2 or node.priority < 1'\n";
const std::string one = "[[strategy]]\nname = 's'\nprefer = ['own market', 'quick dcs']\n";

bool refused(const std::string& text, const std::string& part) {
    std::string said;
    for (const rejected_row& row : parse_policy(text, "x.toml").rejected) said += row.text + '\n';
    INFO(said);
    return said.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a policy declares attributes, and its filters ask for them") {
    const policy p =
        policy_of(head + declared + "[always]\nrequire = ['hazmat']\n" + filters + one);
    REQUIRE(p.filters().size() == 3);
    CHECK(p.declared().size() == 6);
    CHECK(p.of_orders().size() == order_attributes().size() + 3);
    CHECK(p.of_nodes().size() == node_attributes().size() + 3);
    CHECK(p.filters()[0].when->text() == "any(line.hazmat)");
    CHECK(p.filters()[0].nodes->text() == "node.hazmat");
    REQUIRE(p.filters()[1].same);
    CHECK(p.of_nodes()[p.filters()[1].same->node].name == "node.market");
    CHECK(p.of_orders()[p.filters()[1].same->order].name == "ship_to.market");
    CHECK(p.strategies()[0].require == std::vector<std::uint16_t>{0});
    CHECK(p.strategies()[0].prefer == std::vector<std::uint16_t>{1, 2});
}

TEST_CASE("the canonical text of a policy with filters parses to the same policy") {
    const policy p = policy_of(head + declared + filters + one + "require = ['hazmat']\n");
    const policy again = policy_of(p.text());
    CHECK(again.text() == p.text());
    CHECK(again.digest() == p.digest());
    CHECK(again.strategies()[0].prefer == p.strategies()[0].prefer);
}

TEST_CASE("what cannot be a filter is refused with its place") {
    const auto with = [](const std::string& text) { return head + declared + text + one; };
    CHECK(refused(with("[[filter]]\nname = 'f'\n"), "x.toml:13:1: this filter lets all nodes"));
    CHECK(refused(with("[[filter]]\nnodes = 'node.hazmat'\n"), "this filter has no name"));
    CHECK(refused(with("[[filter]]\nname = 'f'\nnodes = 'line.hazmat'\n"), "in 'nodes'"));
    CHECK(refused(with("[[filter]]\nname = 'f'\nwhen = 'node.hazmat'\nnodes = 'node.hazmat'\n"),
                  "in 'when'"));
    CHECK(refused(with("[[filter]]\nname = 'f'\nsame = ['node.market']\n"), "'same' names a text"));
    CHECK(refused(with("[[filter]]\nname = 'f'\nsame = ['node.market', 'line.sku']\n"),
                  "unknown value 'line.sku' of 'same'"));
    CHECK(refused(with("[[filter]]\nname = 'f'\nsame = ['node.rank', 'ship_to.market']\n"),
                  "unknown value 'node.rank'"));
    CHECK(refused(with("[[filter]]\nname = 'f'\nnodes = 'node.hazmat'\n"
                       "[[filter]]\nname = 'f'\nnodes = 'node.hazmat'\n"),
                  "another filter is called 'f'"));
    CHECK(refused(head + one, "unknown value 'own market' of 'prefer'"));
    CHECK(refused(head + declared + filters + one + "require = ['own market']\n",
                  "need not be preferred"));
    CHECK(refused(head + declared + filters + "[always]\nrequire = ['hazmat']\n",
                  "write a [[strategy]]"));
}

TEST_CASE("what cannot be an attribute is refused with its place") {
    const auto with = [](const std::string& row) { return head + "[attributes]\n" + row; };
    CHECK(refused(with("customer.tier = 'text'\n"), "quote the whole name"));
    CHECK(refused(with("'Tier' = 'text'\n"), "no name of an attribute"));
    CHECK(refused(with("'a..b' = 'text'\n"), "no name of an attribute"));
    CHECK(refused(with("'goods_value' = 'money'\n"), "known without being declared"));
    CHECK(refused(with("'node.kind' = 'text'\n"), "known without being declared"));
    CHECK(refused(with("'tier' = 'txet'\n"), "did you mean 'text'?"));
    CHECK(refused(head + "attributes = 1\n", "unknown key 'attributes' in [costs]"));
}

TEST_CASE("a filter keeps the nodes that fit, and an order without the text fits none") {
    const policy p = policy_of(head + declared + filters + one);
    const std::size_t row = p.of_nodes().size();
    std::vector<attribute_value> values(3 * row);
    const auto at = [&](std::size_t node, std::string_view name) -> attribute_value& {
        for (std::size_t a = 0; a < row; ++a)
            if (p.of_nodes()[a].name == name) return values[node * row + a];
        FAIL("no attribute " << name);
        return values[0];
    };
    at(0, "node.market") = {true, 0, "north"};
    at(1, "node.market") = {true, 0, "south"};
    at(0, "node.hazmat") = {true, 0, {}};
    at(2, "node.hazmat") = {true, 1, {}};
    std::vector<attribute_value> order(p.of_orders().size());
    const auto kept = [&](std::size_t filter) {
        std::vector<std::uint64_t> bits{7};
        filter_nodes(p.filters()[filter], {values, row}, order, bits);
        return bits[0];
    };
    CHECK(kept(0) == 4);
    CHECK(kept(1) == 0);
    order[p.filters()[1].same->order] = {true, 0, "south"};
    CHECK(kept(1) == 2);
    order[p.filters()[1].same->order] = {true, 0, "west"};
    CHECK(kept(1) == 0);
}

TEST_CASE("a decision that names what its policy does not have is a bad record") {
    const policy with = policy_of(head + declared + filters + one);
    const policy without = policy_of(head);
    decision d;
    CHECK(decided_by(without, d));
    d.removed_by = {by_exclusion, 0};
    CHECK_FALSE(decided_by(without, d));
    d.removed_by = {by_exclusion};
    CHECK(decided_by(without, d));
    d.given_up = 1;
    CHECK_FALSE(decided_by(without, d));
    d.by_strategy = true;
    CHECK_FALSE(decided_by(with, d));  // no strategy was left: none gave anything up
    d.strategy = 0;
    CHECK(decided_by(with, d));
    d.given_up = 3;
    CHECK_FALSE(decided_by(with, d));
    d.given_up = 2;
    d.tried = {{7, coverage::none}};
    CHECK_FALSE(decided_by(with, d));
}

TEST_CASE("a decision keeps what filters took away, and damaged bytes are refused") {
    decision d;
    d.by = policy_id{1};
    d.by_strategy = true;
    d.strategy = 0;
    d.wanted = {{0, 2}};
    for (const std::uint16_t nodes : std::array<std::uint16_t, 3>{3, 64, 130}) {
        d.nodes = nodes;
        d.seen.assign((nodes + 63) / 64, 0);
        const std::size_t words = (nodes + 63u) / 64;
        d.removed_by = {by_exclusion, 0, 5};
        d.removed.assign(3 * words, 0);
        d.removed[0] = 1;
        d.removed[words] = nodes == 3 ? 6 : 0x5555'5555'5555'5554;
        d.removed[3 * words - 1] |= std::uint64_t{1} << (nodes - 1) % 64;
        d.given_up = 2;
        std::vector<std::byte> bytes;
        encode(d, bytes);
        const auto back = decode(bytes);
        REQUIRE(back);
        CHECK(back->removed_by == d.removed_by);
        CHECK(back->removed == d.removed);
        CHECK(back->given_up == 2);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            CHECK_FALSE(decode(std::span{bytes}.first(i)));
            auto damaged = bytes;
            for (int bit = 0; bit < 8; ++bit) {
                damaged[i] = bytes[i] ^ static_cast<std::byte>(1 << bit);
                const auto other = decode(damaged);  // what it can be read as, it can be written as
                if (!other) continue;
                std::vector<std::byte> again;
                encode(*other, again);
                CHECK(decode(again));
            }
        }
    }
}
