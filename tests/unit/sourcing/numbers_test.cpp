// Numbers beside scores: what the engine makes of its tables, and how decisions keep them.
#include "earmark/sourcing/numbers.hpp"

#include "earmark/sourcing/decision.hpp"

#include "slow_sourcer.hpp"

namespace {

using namespace sourcing_test;

constexpr std::int64_t unit = 1'000'000'000;  // granule_e9 of whole units

/// A problem with a number in every column, by node or by line.
struct numbered {
    owned_problem p;
    std::array<std::vector<std::int32_t>, node_columns> columns;

    numbered(dice& d, std::uint32_t lines, std::uint32_t nodes)
        : p{random_problem(d, {lines, nodes, 20 + d.roll(70), d.chance(40), d.chance(30)})} {
        for (auto& column : columns) {
            const std::size_t n = d.chance(50) ? p.nodes.size() : p.free.size();
            for (std::size_t i = 0; i < n; ++i)
                column.push_back(static_cast<std::int32_t>(d.roll(9)));
        }
        for (wanted_line& line : p.lines) line.grams = d.roll(6) * 300;
        for (wanted_line& line : p.lines) line.may_split = !d.chance(20);
        for (node_facts& node : p.nodes)
            if (d.chance(40)) node.accept_ppm = 1 + d.roll(1'000'000);
    }
    [[nodiscard]] sourcing_problem view() const {
        sourcing_problem out = p.view();
        for (std::size_t c = 0; c < node_columns; ++c) out.numbers[c] = columns[c];
        return out;
    }
};

policy random_policy(dice& d) {
    policy_terms t = shipped("cheapest").terms();
    t.rank.clear();
    for (int i = 0; i < 3; ++i) {
        const auto c = static_cast<criterion>(d.roll(criteria));
        if (c != criterion::score && std::find(t.rank.begin(), t.rank.end(), c) == t.rank.end())
            t.rank.push_back(c);
    }
    if (t.rank.empty()) t.rank = {criterion::rotation};
    t.lines = d.chance(40) ? line_split::by_quantity : line_split::whole;
    t.by_acceptance = d.chance(40);
    if (d.chance(40)) {
        t.parcels.by_grams = d.chance(70);
        t.parcels.up_to = {500, INT64_MAX};
        t.parcels.rates = {30'000, 50'000};
    }
    return policy{t};
}

}  // namespace

TEST_CASE("a decision by numbers replays without them, before and after it was written down") {
    dice d{71};
    scratch s;
    decision made;
    int with_numbers = 0;
    for (int round = 0; round < 3'000; ++round) {
        const numbered of{d, 1 + d.roll(5), 1 + d.roll(9)};
        const policy by = random_policy(d);
        const plan chosen = decide(by, {policy_id{1}, 1}, of.view(), s, made);
        owned_problem later = of.p;  // the host has changed its facts meanwhile
        for (wanted_line& line : later.lines) line.grams = 1, line.may_split = true;
        for (node_facts& node : later.nodes) node.accept_ppm = 999;
        const decision_facts facts{later.lines, later.nodes, later.metres};
        std::vector<std::byte> bytes;
        encode(made, bytes);
        with_numbers += bytes.front() == std::byte{3};
        const auto read = decode(bytes);
        REQUIRE(read);
        CHECK(read->columns == made.columns);
        CHECK(read->grams == made.grams);
        CHECK(read->accepts == made.accepts);
        CHECK(read->undivided == made.undivided);
        for (const decision& x : {made, *read}) {
            const auto again = replay(by, x, facts, s);
            REQUIRE(again);
            CHECK(same(*again, chosen));
        }
        std::vector<std::byte> twice;
        encode(*read, twice);
        CHECK(twice == bytes);
    }
    CHECK(with_numbers > 1'500);
}

TEST_CASE("bytes of a decision by numbers that were touched are refused or are another decision") {
    dice d{72};
    scratch s;
    decision made;
    int refused = 0;
    for (int round = 0; round < 4'000; ++round) {
        const numbered of{d, 1 + d.roll(4), 1 + d.roll(9)};
        decide(random_policy(d), {policy_id{1}, 1}, of.view(), s, made);
        std::vector<std::byte> bytes;
        encode(made, bytes);
        if (d.chance(30))
            bytes.resize(d.roll(static_cast<std::uint32_t>(bytes.size())));
        else
            bytes[d.roll(static_cast<std::uint32_t>(bytes.size()))] ^=
                static_cast<std::byte>(1U << d.roll(8));
        const auto read = decode(bytes);
        if (!read) {
            CHECK(read.error().code == error_code::bad_record);
            ++refused;
            continue;
        }
        std::vector<std::byte> again;  // where it reads, it reads as it is written
        encode(*read, again);
        CHECK(decode(again));
    }
    CHECK(refused > 1'000);
}

TEST_CASE("zones are counted from the nearest, and what is not known lies beyond") {
    const std::vector<std::uint32_t> zones{50'000, 300'000};
    CHECK(zone_of(zones, 0) == 0);
    CHECK(zone_of(zones, 50'000) == 0);
    CHECK(zone_of(zones, 50'001) == 1);
    CHECK(zone_of(zones, 300'001) == 2);
    CHECK(zone_of(zones, unknown_distance) == 2);
}

TEST_CASE("balance is what would be left for each unit of the target") {
    CHECK(balance_of(10, unit, 10 * 10'000) == 9'000);           // once its target
    CHECK(balance_of(5, unit, 10 * 10'000) == 9'500);            // half of it: behind the other
    CHECK(balance_of(300, unit, 10 * 10'000) == 0);              // 30 times, as good as 10 times
    CHECK(balance_of(0, unit, 10 * 10'000) == 10'000);           // nothing would be left
    CHECK(balance_of(300, unit, 0) == worst_balance);            // nobody said a target
    CHECK(balance_of(-4, unit, 10 * 10'000) == 10'000);          // it gives a part only
    CHECK(balance_of(1'000, unit / 100, 10 * 10'000) == 9'000);  // 1,000 hundredths
    CHECK(balance_of(INT32_MAX, INT64_MAX, 1) == 0);
}

TEST_CASE("cover is the days that the rest would last") {
    CHECK(cover_of(30, unit, 2 * 10'000) == 10'000 - 150);  // 15.0 days
    CHECK(cover_of(1, unit, 3 * 10'000) == 10'000 - 3);     // 0.33 days
    CHECK(cover_of(30, unit, 0) == 0);                      // nobody wants it
    CHECK(cover_of(30, unit, -1) == worst_cover);           // nobody knows
    CHECK(cover_of(2'000'000, unit, 10'000) == 0);          // 1,000 days and more are equal
}

TEST_CASE("worth, weight and acceptance keep their bounds") {
    CHECK(worth_of(3, unit, 25'000) == 75'000);
    CHECK(worth_of(3, unit, -25'000) == -75'000);  // better sold here: a markdown is near
    CHECK(worth_of(INT32_MAX, INT64_MAX, INT64_MAX) == INT32_MAX);
    CHECK(worth_of(INT32_MAX, INT64_MAX, -INT64_MAX) == -INT32_MAX);
    CHECK(grams_of(3, unit, 2'500'000) == 750);  // 250 g each
    CHECK(grams_of(1, unit, 1) == 1);            // never lighter than it is
    CHECK(grams_of(0, unit, 2'500'000) == 0);
    CHECK(grams_of(3, unit, -1) == max_line_total);
    CHECK(grams_of(INT32_MAX, INT64_MAX, INT64_MAX) == max_line_total);
    CHECK(accept_ppm_of(10'000) == 1'000'000);
    CHECK(accept_ppm_of(2'500) == 250'000);
    CHECK(accept_ppm_of(0) == 1);
    CHECK(accept_ppm_of(99'999) == 1'000'000);
}

TEST_CASE("what a policy lacks for its numbers is said with what to write") {
    const std::string head = "policy = 'p'\ncurrency = 'EUR'\n";
    const auto told = [&](const std::string& rest) {
        const auto by = parse_policy(head + rest);
        REQUIRE(by);
        const auto missing = missing_for_numbers(*by.value);
        return missing.what + "|" + missing.hint;
    };
    const std::string grams = "[costs.parcel]\nby = 'grams'\nsteps = [{ rates = ['1'] }]\n";
    CHECK(told("rank = ['priority']\n") == "|");
    CHECK(told("rank = ['balance']\n") ==
          "ranking by 'balance' needs the attribute 'stock.target'|declare it in [attributes] as "
          "\"number\" and load facts of it");
    CHECK(told("rank = ['cover']\n").find("'stock.per_day'") != std::string::npos);
    CHECK(
        told("rank = ['stock_out']\n[attributes]\n'stock.worth' = 'number'\n").find("\"money\"") !=
        std::string::npos);
    CHECK(told("rank = ['stock_out']\n[attributes]\n'stock.worth' = 'money'\n") == "|");
    CHECK(told("rank = ['zone']\n").find("zones of [costs.parcel]") != std::string::npos);
    CHECK(told("rank = ['cost']\n" + grams).find("'line.grams'") != std::string::npos);
    CHECK(told("rank = ['cost']\n[costs]\nper_unit = '1'\nby_acceptance = true\n")
              .find("'node.accepts'") != std::string::npos);
    CHECK(told("[[strategy]]\nname = 's'\nrank = ['cover']\n").find("'stock.per_day'") !=
          std::string::npos);
}
