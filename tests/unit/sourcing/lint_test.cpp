// The linter: each rule finds what it is about, at its place, and nothing else.
#include "earmark/sourcing/lint.hpp"

#include "earmark/core/check.hpp"
#include "support.hpp"

namespace {

using namespace sourcing_test;

const std::string head =
    "policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n"
    "[costs]\nper_unit = { dc = '0.5', store = '1' }\n";  // 5 lines

std::string rule(const std::string& name, const std::string& rest = {}) {
    return "[[strategy]]\nname = '" + name + "'\n" + rest;
}

/// `line:column code strategy`, a finding a row.
std::string found(const std::string& text, const lint_options& with = {}) {
    std::string out;
    for (const lint_finding& f : lint(text, with).findings) {
        CHECK_FALSE(f.sentence.empty());
        out += std::to_string(f.line) + ':' + std::to_string(f.column) + ' ' + std::string{f.code} +
               (f.strategy.empty() ? "" : ' ' + f.strategy) + '\n';
    }
    return out;
}

std::string told(const std::string& text, const lint_options& with = {}) {
    std::string out;
    for (const lint_finding& f : lint(text, with).findings) out += to_string(f, "p.toml") + '\n';
    return out;
}

bool has(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

/// Two DCs and two stores; places north and south, the second store without a position.
struct tables {
    std::vector<node_facts> nodes{4};
    std::vector<std::string_view> keys{"dc1", "dc2", "near", "lost"};
    std::vector<std::string_view> places{"north", "south"};
    std::vector<std::uint32_t> metres{100'000, 100'000, 5'000,   unknown_distance,
                                      100'000, 200'000, 900'000, unknown_distance};
    tables() {
        nodes[2].kind = nodes[3].kind = node_kind::store;
        for (std::uint16_t k = 0; k < 4; ++k) nodes[k].sequence = k;
    }
    [[nodiscard]] lint_options options() const {
        return {.file = "p.toml", .tables = {nodes, keys, places, metres}, .now = {}};
    }
};

}  // namespace

TEST_CASE("the shipped policies have no findings") {
    for (const std::string& name : shipped_names) CHECK(found(shipped(name).text()) == "");
}

TEST_CASE("lint: what the reader refuses is an error at its place, with the reader's sentence") {
    const std::string text = told("policy = 'p'\ncurrency = 'USD'\nrank = ['cots']\n");
    CHECK(has(text, "p.toml:3:9: error: bad_field: unknown value 'cots' of 'rank'; did you mean"));
    CHECK(lint("").findings.front().how == severity::error);
    CHECK_FALSE(lint("").value.has_value());
}

TEST_CASE("lint: a condition that contradicts itself, and one that every order fits") {
    CHECK(found(head + rule("a", "when = 'units > 5 and units < 3'\n") + rule("b")) ==
          "8:8 never_holds a\n");
    CHECK(has(told(head + rule("a", "when = 'lines > 1 and lines < 2'\n") + rule("b")),
              "p.toml:8:8: error: never_holds: no order can fit lines > 1 and lines < 2; "));
    for (const char* never :
         {"ship_to == \"x\" and ship_to == \"y\"", "ship_to != \"x\" and not has(ship_to)",
          "currency == \"EUR\" and goods_value >= \"1\"", "any(line.units < 1) and lines < 1",
          "every(line.sku == \"a\") and any(line.sku == \"b\")", "not has(currency)",
          "any(line.units > 5 and line.units < 3)", "priority > 1 and priority < 2",
          "ship_to in [\"a\", \"b\"] and not ship_to in [\"a\", \"b\", \"c\"] and has(ship_to)",
          "every(line.units > 2) and not any(line.units > 1)"})
        CHECK_MESSAGE(
            has(found(head + rule("a", "when = '" + std::string{never} + "'\n") + rule("b")),
                "never_holds a"),
            never);
    for (const char* can :
         {"units > 5 and units < 5.5", "any(line.sku == \"a\") and any(line.sku == \"b\")",
          "not any(line.sku == \"a\") and not every(line.sku == \"b\")", "not has(ship_to)",
          "currency == \"USD\" and goods_value >= \"1\"", "goods_value != \"5.00\""})
        CHECK_MESSAGE(
            found(head + rule("a", "when = '" + std::string{can} + "'\n") + rule("b")).empty(),
            can);
    CHECK(has(found(head + rule("a", "when = 'lines >= 1 or has(ship_to)'\n")),
              "8:8 always_holds a"));
}

TEST_CASE("lint: an alternative that can never hold") {
    const std::string text =
        told(head + rule("a", "when = 'units > 5 or (lines > 3 and lines < 4)'\n") + rule("b"));
    CHECK(has(text, "8:8: warning: dead_alternative: the 2. alternative of"));
}

TEST_CASE("lint: a strategy that earlier ones leave nothing to") {
    const std::string more = "when = 'goods_value >= \"100.00\"'\n";
    const std::string most = "when = 'goods_value > \"150.00\" and units > 2'\n";
    CHECK(found(head + rule("a", more) + rule("b", most) + rule("c")) == "9:1 unreachable b\n");
    CHECK(found(head + rule("a", most) + rule("b", more) + rule("c")).empty());
    CHECK(found(head + rule("a", more + "outcome = { partial = 'next', none = 'next' }\n") +
                rule("b", most) + rule("c"))
              .empty());
    const std::string together =
        told(head + rule("few", "when = 'lines <= 2'\n") + rule("many", "when = 'lines > 2'\n") +
             rule("rest", "split = { max_parcels = 2 }\n"));
    CHECK(has(together, "12:1: error: unreachable: no order comes to 'rest': 'few', 'many' take"));
}

TEST_CASE("lint: a strategy that has a time of its own blocks only while it lasts") {
    const std::string window = "starts = '2026-11-01T00:00:00Z'\nends = '2026-12-01T00:00:00Z'\n";
    CHECK(found(head + rule("a", "when = 'units > 1'\n" + window) +
                rule("b", "when = 'units > 2'\n") + rule("c"))
              .empty());
    const std::string later = "starts = '2026-11-20T00:00:00Z'\nends = '2027-01-01T00:00:00Z'\n";
    const std::string text = told(head + rule("a", "when = 'units > 1'\n" + window) +
                                  rule("b", "when = 'units > 2'\n" + later) + rule("c"));
    CHECK(has(text, "from 2026-11-20T00:00:00Z to 2026-12-01T00:00:00Z an order may be for 'a'"));
    lint_options now;
    now.now = time_point{2'000'000'000'000'000'000};
    CHECK(has(found(head + rule("a", window) + rule("b"), now), "expired a"));
}

TEST_CASE("lint: passing on to nobody, and doing the same again") {
    CHECK(has(found(head + rule("a", "when = 'lines > 2'\noutcome = { none = 'next' }\n") +
                    rule("b", "when = 'lines < 2'\n")),
              "9:11 dead_next a"));
    CHECK(has(
        found(head + rule("a", "from = ['dc']\noutcome = { partial = 'next', none = 'next' }\n") +
              rule("b", "from = ['dc']\noutcome = { partial = 'next', none = 'next' }\n") +
              rule("c")),
        "10:1 equal_rules b"));
}

TEST_CASE("lint: orders that no strategy is for are told by an example") {
    const std::string text = told(head + rule("a", "when = 'lines > 2'\n"));
    CHECK(has(text,
              "p.toml: note: uncovered_orders: an order can fit no strategy, for example one "
              "with lines <= 2; "));
    CHECK(has(told(head + rule("a", "when = 'any(line.sku == \"tv\")'\n")),
              "an order may fit no strategy, for example one with not any(line.sku == \"tv\")"));
}

TEST_CASE("lint: selectors, units, rates and values without effect") {
    CHECK(found(head + rule("a", "from = ['dc', 'dc within 300', 'any priority 1']\n")) ==
          "8:15 redundant_selector a\n");
    CHECK(has(found(head + rule("a", "from = ['dc', 'dc']\n")), "8:15 redundant_selector a"));
    CHECK(has(found(head + rule("a", "from = ['store within 300 mi']\n")), "8:9 mixed_units a"));
    CHECK(has(told(head + rule("a", "from = ['vendor']\n")),
              "[costs] has no per_unit for a vendor, so only one with a rate of its own can be "
              "used"));
    const std::string one = "split = { lines = 'by_quantity', max_parcels = 1 }\n";
    CHECK(has(found(head + rule("a", one + "outcome = { partial = 'next' }\n") + rule("b")),
              "8:9 no_effect a"));
    CHECK(has(found(head + rule("a", one + "outcome = { partial = 'backorder' }\n")),
              "8:9 no_effect a"));
    CHECK_FALSE(has(found(head + rule("a", one)), "no_effect"));  // a part of a line ships
    CHECK(has(found(head + rule("a", "from = ['dc']\nkeep_back = { store = 2 }\n")),
              "9:13 no_effect a"));
    CHECK(has(found(head + rule("a", "rank = ['parcels']\n")), "3:8 no_effect"));
}

TEST_CASE("lint: filters that nobody uses, or that can let nothing through") {
    const std::string text =
        head + "[attributes]\n'line.hazmat' = 'flag'\n'node.hazmat' = 'flag'\n" +
        "[[filter]]\nname = 'hazmat'\nwhen = 'any(line.hazmat)'\nnodes = 'node.hazmat'\n" +
        "[[filter]]\nname = 'odd'\nwhen = 'lines < 1'\nnodes = 'has(node.hazmat)'\n" +
        "[[filter]]\nname = 'none'\nnodes = 'node.kind == \"shop\"'\n";
    CHECK(found(text + rule("a", "require = ['hazmat']\nprefer = ['none']\n")) ==
          "13:1 unused_filter\n15:8 never_holds\n19:9 never_holds\n");
    CHECK(found(text.substr(0, text.find("[[filter]]\nname = 'odd'")) +
                rule("a", "when = 'any(line.hazmat)'\nrequire = ['hazmat']\n") + rule("b"))
              .empty());
}

TEST_CASE("lint: ties, rings, places and nodes are found in the tables") {
    const tables t;
    const std::string text =
        told(head + rule("a", "from = ['dc', 'store within 20']\n"), t.options());
    CHECK(has(text, "tie: the rank cannot tell dc1 and dc2 apart from north and at 1 more places"));
    CHECK(has(text, "no_position: no distance is known of lost, so \"store within 20\" never "));
    CHECK(has(text, "unused_node: no strategy sources from lost, whatever the place"));
    CHECK(has(told(head + rule("a", "from = ['store within 20']\n"), t.options()),
              "unserved_place: no strategy has an active node with a rate for south"));
    CHECK(has(told(head + rule("a", "from = ['store within 20']\n"), t.options()),
              "unused_kind: there are 2 of the kind dc, and no strategy sources from it"));
    const std::string by_place = head +
                                 rule("n", "when = 'ship_to == \"north\"'\nfrom = ['dc']\n") +
                                 rule("s", "from = ['vendor']\n");
    CHECK(has(told(by_place, t.options()), "has an active node with a rate for south;"));
    CHECK_FALSE(has(told(by_place, t.options()), "a rate for north"));
    tables apart;
    apart.metres[0] = 99'000;
    CHECK_FALSE(has(
        found(head + rule("a", "rank = ['distance']\nfrom = ['dc within 150']\n"), apart.options()),
        "tie"));
}

TEST_CASE("lint: a parcel's zone, and what a node accepts, tell nodes apart") {
    const std::string zones =
        "[costs.parcel]\nby = 'units'\nzones = ['50 km']\nsteps = [{ rates = ['1', '2'] }]\n";
    const std::string from = "from = ['dc']\n";
    tables t;
    t.metres = {10'000, 90'000, 0, 0, 10'000, 90'000, 0, 0};
    CHECK(has(found(head + rule("a", from), t.options()), "tie"));
    CHECK_FALSE(has(found(head + zones + rule("a", from), t.options()), "tie"));
    const std::string accepting = head + "by_acceptance = true\n" + rule("a", from);
    CHECK(has(found(accepting, t.options()), "tie"));
    t.nodes[0].accept_ppm = 900'000;
    CHECK_FALSE(has(found(accepting, t.options()), "tie"));
}

TEST_CASE("lint: tables that do not fit each other are misuse") {
    tables t;
    t.metres.pop_back();
    CHECK_THROWS_AS(static_cast<void>(lint(head, t.options())), misuse);
}

TEST_CASE("lint: every rule has a name of its own, in order, and a sentence") {
    std::string_view last;
    for (const lint_rule& r : lint_rules()) {
        CHECK(last < r.code);
        CHECK(r.doc.ends_with('.'));
        last = r.code;
    }
}

TEST_CASE("lint: what is too large or too much is refused or left open, quickly") {
    std::string condition = "lines == 1";
    while (condition.size() < 1'000'000) condition += " or units == 2";
    CHECK(has(told(head + rule("a", "when = '" + condition + "'\n")), "input_too_large"));
    std::string many = head;
    for (int i = 0; i < 10'000; ++i) many += rule("s" + std::to_string(i));
    CHECK(has(told(many), "error: input_too_large"));
    CHECK(has(told(head + "extra_parcel = nan\n"), "error: bad_price"));

    // (a or b) and (c or d) and ...: 2^40 cases.
    std::string wide;
    for (int i = 0; i < 40; ++i)
        wide += std::string{i == 0 ? "" : " and "} + "(any(line.units == " + std::to_string(i + 1) +
                ") or any(line.sku == \"" + std::to_string(i) + "\"))";
    const auto report = lint(head + rule("a", "when = '" + wide + "'\n") + rule("b"));
    CHECK(report.value.has_value());
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings.front().code == "not_decided");
}

TEST_CASE("random edits of a policy with strategies never crash the linter") {
    dice d{11};
    const tables t;
    const std::string text =
        head +
        rule("a",
             "when = 'any(line.sku in [\"x\"]) and not (units > 1 or lines < 4)'\n"
             "from = ['dc', 'store within 300 mi priority 2']\noutcome = { none = 'next' }\n") +
        rule("b", "when = 'goods_value >= \"15.00\" and priority > 2'\nrank = ['distance']\n") +
        rule("c", "starts = '2026-11-01T00:00:00Z'\nends = '2026-12-01T00:00:00Z'\n");
    int good = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string edited = text;
        for (std::uint32_t edits = d.roll(4); edits > 0; --edits) {
            const std::size_t at = d.roll(static_cast<std::uint32_t>(edited.size()));
            if (d.chance(60)) {
                edited[at] = "0123456789<>=andorit '\"["[d.roll(23)];
            } else {
                edited.erase(at, d.roll(8));
                if (edited.empty()) edited = "=";
            }
        }
        const auto report = lint(edited, t.options());
        CHECK(report.value.has_value() ==
              (report.count(severity::error) == 0 || parse_policy(edited).value.has_value()));
        good += report.value.has_value();
    }
    CHECK(good > 300);
}
