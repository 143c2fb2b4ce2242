// The specification's example of a policy: which of its lines are read as they stand.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support.hpp"

namespace {

using namespace sourcing_test;

std::vector<std::string> example() {
    const char* shared = std::getenv("EARMARK_SHARED");
    if (shared == nullptr) return {};
    std::ifstream in{std::string{shared} + "/spec/policy-example.toml"};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
}

/// `8:1 pick_per_unit`: where a finding is, and what it is about.
std::string told(const rejected_row& row) {
    const std::size_t from = row.text.find('\'');
    return std::to_string(row.row) + ' ' +
           row.text.substr(from + 1, row.text.find('\'', from + 1) - from - 1);
}

}  // namespace

TEST_CASE("of the specification's example these lines are not read, and all others are") {
    const std::vector<std::string> lines = example();
    if (lines.empty()) {
        MESSAGE("skipped: EARMARK_SHARED does not name the folder with spec/policy-example.toml");
        return;
    }
    std::string all;
    for (const rejected_row& row : parse_policy(joined(lines), "t").rejected)
        all += told(row) + ", ";
    CHECK(all ==
          "7 rate_card, 8 pick_per_unit, 11 unfilled_unit, 15 store + category:outerwear, "
          "18 active, 18 capacity, 18 hazmat, 20 rank, 29 when, ");
}

TEST_CASE("with what it leaves to a host said, the specification's example is a policy") {
    std::vector<std::string> lines = example();
    if (lines.empty()) {
        MESSAGE("skipped: EARMARK_SHARED does not name the folder with spec/policy-example.toml");
        return;
    }
    lines[3] += "\nrank = [\"cost\"]";         // of the strategy that names none
    lines[6] = "fixed_per_parcel = \"6.50\"";  // a rate card is a table of the policy here
    lines[7].replace(0, 13, "per_unit     ");  // picking is what a unit costs
    lines[10].clear();                         // what is not served ranks before all costs
    lines[17] = "require = [\"open_calendar\", \"hazmat\", \"not_rejected_before\"]";
    lines.emplace_back(
        "[attributes]\n\"customer.tier\" = \"text\"\n\"line.category\" = \"text\"\n"
        "\"node.hazmat\" = \"flag\"\n[[filter]]\nname = \"hazmat\"\nnodes = \"node.hazmat\"\n"
        "[[strategy]]\nname = \"brings\"\nfrom = [\"dc\"]\ntransfers = true");
    const policy by = policy_of(joined(lines));
    const policy_terms& t = by.terms();
    CHECK(t.late_per_day == 50'000);
    CHECK(t.extra_parcel == 30'000);
    const std::uint64_t outerwear = 1;
    CHECK(t.classes == std::vector<goods_class>{{"line.category", "outerwear"}});
    CHECK(kept_units(t, node_kind::store, 0) == 2);
    CHECK(kept_units(t, node_kind::store, outerwear) == 4);
    REQUIRE(by.strategies().size() == 4);
    CHECK(kept_units(by.strategies()[0].by.terms(), node_kind::store, outerwear) == 0);
    CHECK(kept_units(by.strategies()[2].by.terms(), node_kind::store, outerwear) == 4);
    CHECK(to_string(by.strategies()[2].from[2]) == "supplier:acme");
}
