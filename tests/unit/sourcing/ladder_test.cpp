// Ladders: the most specific strategy serves a line, wherever it stands, and equal ones are an
// error.
#include "earmark/sourcing/ladder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "earmark/sourcing/lint.hpp"

namespace earmark::sourcing {
namespace {

// The rules of spec/semantics.md 2b, in the order in which they are numbered there.
constexpr std::string_view ladder_of_ibm = R"(
policy   = "ladder"
currency = "USD"
rank     = ["priority"]
match    = "ladder"
ladder   = ["line.sku", "line.class", "ship_to.city", "ship_to.state"]

[attributes]
"line.class"    = "text"
"ship_to.city"  = "text"
"ship_to.state" = "text"

[[strategy]]
name = "rule 1"
for  = { "line.sku" = "ITEM1" }

[[strategy]]
name = "rule 2"
for  = { "line.class" = "TV" }

[[strategy]]
name = "rule 3"
for  = { "line.sku" = "ITEM1", "ship_to.state" = "California" }

[[strategy]]
name = "rule 4"
for  = { "ship_to.state" = "California" }

[[strategy]]
name = "rule 5"
for  = { "line.sku" = "ITEM1", "ship_to.city" = "San Francisco" }
)";

std::string first_finding(std::string_view text) {
    const parsed_policy p = parse_policy(text, "p.toml");
    return p.rejected.empty() ? "" : p.rejected.front().text;
}

std::string changed(std::string_view what, std::string_view to) {
    std::string text{ladder_of_ibm};
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), to);
}

struct buyer {
    policy p = *parse_policy(ladder_of_ibm).value;

    /// The name of the rule that serves a line, from a strategy on.
    std::string rule(std::string_view sku, std::string_view item_class, std::string_view city,
                     std::string_view state, std::size_t from = 0) const {
        std::vector<attribute_value> order(p.of_orders().size()), line(p.of_orders().size());
        const auto set = [&](auto& row, std::string_view name, std::string_view value) {
            const auto all = p.of_orders();
            const auto at = std::find_if(all.begin(), all.end(),
                                         [&](const attribute& a) { return a.name == name; });
            if (!value.empty()) row[static_cast<std::size_t>(at - all.begin())] = {true, 0, value};
        };
        set(line, "line.sku", sku);
        set(line, "line.class", item_class);
        set(order, "ship_to.city", city);
        set(order, "ship_to.state", state);
        const std::size_t i = best_fit(p, from, order, line, {});
        return i == p.strategies().size() ? "none" : std::string{p.strategies()[i].name()};
    }
};

}  // namespace

TEST_CASE("the rule-ladder vectors of semantics 2b") {
    const buyer b;
    CHECK(b.rule("ITEM1", "TV", "New York", "New York") == "rule 1");
    CHECK(b.rule("ITEM1", "TV", "Los Angeles", "California") == "rule 3");
    CHECK(b.rule("ITEM1", "TV", "San Francisco", "California") == "rule 5");
    CHECK(b.rule("ITEM2", "radio", "Los Angeles", "California") == "rule 4");
    CHECK(b.rule("ITEM2", "TV", "Los Angeles", "California") == "rule 2");  // sourcing.md 7
    CHECK(b.rule("ITEM2", "radio", "New York", "New York") == "none");
    CHECK(b.rule("ITEM2", "", "", "") == "none");  // what is not known fits only what says nothing
}

TEST_CASE("the strategies of a ladder are tried from the most specific one on") {
    const buyer b;
    std::vector<std::string> names;
    for (const strategy& s : b.p.strategies()) names.emplace_back(s.name());
    CHECK(names == std::vector<std::string>{"rule 5", "rule 3", "rule 1", "rule 2", "rule 4"});
    CHECK(b.rule("ITEM1", "TV", "San Francisco", "California", 1) == "rule 3");
    CHECK(b.rule("ITEM1", "TV", "San Francisco", "California", 2) == "rule 1");
    CHECK(b.rule("ITEM1", "TV", "San Francisco", "California", 3) == "rule 2");
    CHECK(wants_text(b.p, b.p.strategies()[0]) ==
          R"(line.sku == "ITEM1" and ship_to.city == "San Francisco")");
}

TEST_CASE("a ladder is the same however its strategies stand in the text") {
    const std::string text{ladder_of_ibm};
    const std::size_t first = text.find("[[strategy]]"),
                      second = text.find("[[strategy]]", first + 1);
    const std::string moved =
        text.substr(0, first) + text.substr(second) + text.substr(first, second - first);
    const policy a = *parse_policy(text).value, b = *parse_policy(moved).value;
    CHECK(a.text() == b.text());
    CHECK(a.digest() == b.digest());
    const policy again = *parse_policy(a.text()).value;
    CHECK(again.text() == a.text());
    CHECK(a.text().find("match    = \"ladder\"\nladder   = [\"line.sku\", ") != std::string::npos);
}

TEST_CASE("two equal rules of a ladder are refused with their places") {
    const std::string text = changed(R"(for  = { "ship_to.state" = "California" })",
                                     R"(for  = { "line.class" = "TV" })");
    const std::string told = first_finding(text);
    INFO(told);
    CHECK(told.find("p.toml:25:1: 'rule 4' is for the same lines as 'rule 2' of line 17") == 0);
    CHECK(told.find("let them differ in 'for', or in their time") != std::string::npos);
    CHECK_FALSE(parse_policy(text));
    SUBCASE("but not where they are never in force together") {
        const std::string apart =
            changed(R"(for  = { "ship_to.state" = "California" })",
                    "for  = { \"line.class\" = \"TV\" }\nstarts = \"2027-01-01T00:00:00Z\"");
        CHECK_FALSE(parse_policy(apart));
        std::string both = apart;
        const std::string rule2 = "for  = { \"line.class\" = \"TV\" }\n";
        both.replace(both.find(rule2), rule2.size(), rule2 + "ends = \"2027-01-01T00:00:00Z\"\n");
        CHECK(parse_policy(both));
    }
    SUBCASE("and two that say nothing are equal, too") {
        CHECK(first_finding(text.substr(0, text.find("[[strategy]]")) +
                            "[[strategy]]\nname = \"a\"\n[[strategy]]\nname = \"b\"\n")
                  .find("'b' is for the same lines as 'a'") != std::string::npos);
    }
}

TEST_CASE("what is no ladder is refused in words") {
    const auto says = [](std::string_view what, std::string_view to, std::string_view part) {
        const std::string told = first_finding(changed(what, to));
        INFO(told);
        return told.find(part) != std::string::npos;
    };
    const std::string_view list =
        R"(ladder   = ["line.sku", "line.class", "ship_to.city", "ship_to.state"])";
    const std::string_view rule4 = R"(for  = { "ship_to.state" = "California" })";
    CHECK(says(list, "", "a ladder names 1 to 16 attributes"));
    CHECK(says(list, "ladder = []", "a ladder names 1 to 16 attributes"));
    CHECK(says(list, R"(ladder = ["line.skn"])", "did you mean 'line.sku'?"));
    CHECK(says(list, R"(ladder = ["line.sku", "line.sku"])", "stands twice in the ladder"));
    CHECK(says(list, R"(ladder = ["units"])", "unknown value 'units' of 'ladder'"));
    CHECK(says(R"(match    = "ladder")", "", "only where match = \"ladder\" is said"));
    CHECK(says(R"(match    = "ladder")", "match = \"lader\"", "did you mean 'ladder'?"));
    CHECK(says(rule4, R"(when = 'lines > 1')", "a ladder chooses by what a strategy is 'for'"));
    CHECK(says(rule4, R"(for = { "ship_to.stat" = "X" })", "did you mean 'ship_to.state'?"));
    CHECK(says(rule4, R"(for = { ship_to.state = "X" })", "quote the whole name of an attribute"));
    CHECK(says(rule4, R"(for = { "ship_to.state" = "" })", "leave it out where any will do"));
    CHECK(says(rule4, R"(for = { "ship_to.state" = 7 })", "takes plain quoted text"));
    CHECK(says(rule4, R"(for = { "ship_to.state" = "a\u0007" })", "takes plain quoted text"));
    CHECK(says(rule4, "for = \"California\"", "'for' is a table of texts"));
    CHECK(first_finding("policy = \"p\"\ncurrency = \"USD\"\nrank = [\"parcels\"]\n"
                        "match = \"ladder\"\nladder = [\"line.sku\"]\n")
              .find("there is none; write a [[strategy]]") != std::string::npos);
    CHECK(first_finding("policy = \"p\"\ncurrency = \"USD\"\nrank = [\"parcels\"]\n[[strategy]]\n"
                        "name = \"a\"\nfor = { \"line.sku\" = \"b\" }\n")
              .find("'for' is of ladders; write 'when'") != std::string::npos);
}

TEST_CASE("the linter knows ladders: gaps are told, and no rule is called unreachable") {
    const auto codes = [](std::string_view text) {
        std::vector<std::string> out;
        for (const lint_finding& f : lint(text).findings)
            out.push_back(std::string{f.code} + ' ' + std::to_string(f.line));
        return out;
    };
    CHECK(codes(ladder_of_ibm) == std::vector<std::string>{"uncovered_orders 0"});
    const std::string full = std::string{ladder_of_ibm} + "[[strategy]]\nname = \"others\"\n";
    CHECK(codes(full).empty());
    // A blank rule that stands first takes nothing from those below it.
    std::string first{ladder_of_ibm};
    first.insert(first.find("[[strategy]]"), "[[strategy]]\nname = \"others\"\n");
    CHECK(codes(first).empty());
    // Places are those of the text, not of the order in which strategies are tried.
    std::string odd{full};
    odd.replace(odd.find("name = \"rule 4\""), 15, "name = \"rule 4\"\nfrom = [\"dc\", \"any\"]");
    const auto report = lint(odd);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings.front().code == "redundant_selector");
    CHECK(report.findings.front().strategy == "rule 4");
    CHECK(report.findings.front().line == 27);
    // What a less specific rule passes on fits nobody where nothing is wider.
    std::string dead{ladder_of_ibm};
    dead.replace(dead.find("name = \"rule 4\""), 15,
                 "name = \"rule 4\"\noutcome = { none = \"next\" }");
    const auto found = codes(dead);
    CHECK(std::find(found.begin(), found.end(), "dead_next 27") != found.end());
}

}  // namespace earmark::sourcing
