// Late days that cost money: of the plan as a whole, in every method of the solver, in records,
// words and answers to "what if".
#include <cstdlib>

#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/explain.hpp"
#include "earmark/sourcing/lint.hpp"
#include "earmark/sourcing/what_if.hpp"
#include "slow_sourcer.hpp"

namespace {

using namespace sourcing_test;

constexpr std::int32_t wanted_on = 20'516;  // 2026-03-04
constexpr auto dates = static_cast<std::size_t>(node_column::delivery_date);

/// A problem with a day for each node, or for each line at each node.
struct dated {
    owned_problem p;
    std::vector<std::int32_t> days;
    civil_day due{wanted_on};

    [[nodiscard]] sourcing_problem view() const {
        sourcing_problem out = p.view();
        out.numbers[dates] = days;
        out.due = due;
        return out;
    }
};

dated random_dated(dice& d, std::uint32_t lines, std::uint32_t nodes) {
    dated out{random_problem(d, {lines, nodes, 40 + d.roll(60), d.chance(20), false}), {}};
    const std::size_t n = d.chance(50) ? out.p.nodes.size() : out.p.free.size();
    for (std::size_t i = 0; i < n; ++i)
        out.days.push_back(d.chance(10) ? no_day.n
                                        : wanted_on - 2 + static_cast<std::int32_t>(d.roll(6)));
    for (wanted_line& line : out.p.lines) {
        line.grams = d.roll(6) * 300;
        line.value_e4 = d.roll(5) * 50'000;
        line.may_split = !d.chance(20);
    }
    for (node_facts& node : out.p.nodes) ++node.priority;  // parts never lower a sum
    if (d.chance(10)) out.due = no_day;
    return out;
}

policy random_policy(dice& d) {
    using enum criterion;
    policy_terms t = shipped("cheapest").terms();
    const std::vector<std::vector<criterion>> ranks = {{cost, parcels, distance},
                                                       {parcels, cost},
                                                       {cost, delivery_date},
                                                       {delivery_date, cost},
                                                       {parcels, cost, delivery_date, distance},
                                                       {criterion::priority, cost, parcels},
                                                       {distance}};
    t.rank = ranks[d.roll(static_cast<std::uint32_t>(ranks.size()))];
    const bool has_date = std::find(t.rank.begin(), t.rank.end(), delivery_date) != t.rank.end();
    if (!has_date && d.chance(30))
        for (std::size_t i = 0; i < t.rank.size(); ++i)
            t.weights.push_back(static_cast<std::int32_t>(1 + d.roll(9)));
    t.late_per_day = d.roll(4) * 15'000;
    t.extra_parcel = d.chance(50) ? 12'345 : 0;
    t.lines = d.chance(40) ? line_split::by_quantity : line_split::whole;
    t.max_parcels = d.chance(20) ? static_cast<int>(1 + d.roll(3)) : 0;
    t.partial = d.chance(20) ? on_partial::backorder : on_partial::allocate_and_backorder;
    if (d.chance(20)) t.min_shipment_value = d.roll(3) * 50'000;
    if (d.chance(20)) {
        t.parcels.up_to = {500, INT64_MAX};
        t.parcels.rates = {30'000, 50'000};
    }
    return policy{t};
}

/// Two nodes that have it all: the near one is three days late, the far one in time.
dated two_nodes() {
    dated out;
    out.p.want({2, 1});
    out.p.node({5, 5}, 10'000);
    out.p.node({5, 5}, 900'000);
    out.days = {wanted_on + 3, wanted_on};
    return out;
}

policy late_policy(const std::string& per_day, const std::string& more = "") {
    return policy_of(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['cost', 'parcels']\n[costs]\n"
        "per_unit_per_1000_km = '10'\nfixed_per_parcel = '1'\nextra_parcel = '3'\n"
        "late_per_day = '" +
        per_day + "'\n" + more);
}

std::string nodes_of(const plan& p) {
    std::string out;
    for (const plan_part& part : p.parts) out += std::to_string(raw(part.node));
    return out;
}

std::uint32_t rounds(std::uint32_t few, std::uint32_t many) {
    return std::getenv("EARMARK_LONG") != nullptr ? many : few;
}

}  // namespace

TEST_CASE("a late day costs what the policy says, up to where it is cheaper to be in time") {
    scratch s;
    const dated of = two_nodes();
    const plan cheap = solve(late_policy("0"), of.view(), s);
    CHECK(nodes_of(cheap) == "00");
    CHECK(cheap.cost.e4 == 13'000);  // a parcel, and three units over 10 km
    CHECK(cheap.cost.late_days == 0);
    const plan late = solve(late_policy("8.89"), of.view(), s);
    CHECK(nodes_of(late) == "00");
    CHECK(late.cost.e4 == 13'000 + 3 * 88'900);
    CHECK(late.cost.late_days == 3);
    CHECK(late.proof == quality::exact);
    const plan in_time = solve(late_policy("8.91"), of.view(), s);
    CHECK(nodes_of(in_time) == "11");
    CHECK(in_time.cost.e4 == 10'000 + 270'000);
    CHECK(in_time.cost.late_days == 0);
}

TEST_CASE("an order is late once, whatever number of its parcels is late") {
    scratch s;
    dated of;
    of.p.want({1, 1});
    of.p.node({1, 0}, 10'000);
    of.p.node({0, 1}, 10'000);
    of.days = {wanted_on + 2, wanted_on + 1};
    const plan& found = solve(late_policy("5"), of.view(), s);
    CHECK(found.cost.parcels == 2);
    CHECK(found.cost.late_days == 2);
    CHECK(found.cost.e4 == 2 * 10'000 + 30'000 + 2 * 1'000 + 2 * 50'000);
}

TEST_CASE("a day that nobody knows is as late as can be, and no day that is wanted is never late") {
    scratch s;
    dated of = two_nodes();
    of.days = {no_day.n, wanted_on + 1};
    CHECK(nodes_of(solve(late_policy("8"), of.view(), s)) == "11");
    of.days = {no_day.n, no_day.n};
    const plan unknown = solve(late_policy("8"), of.view(), s);
    CHECK(unknown.cost.late_days == max_late_days);
    CHECK(unknown.covers == coverage::full);  // dear, but served
    of.due = no_day;
    CHECK(solve(late_policy("8"), of.view(), s).cost.late_days == 0);
}

TEST_CASE("plans where late days cost are as trying every amount finds them") {
    dice d{81};
    scratch s;
    int late = 0, sooner = 0;
    for (std::uint32_t round = 0; round < rounds(3'000, 60'000); ++round) {
        const dated of = random_dated(d, 1 + d.roll(3), 1 + d.roll(4));
        const policy by = random_policy(d);
        const sourcing_problem view = of.view();
        const slow_sourcer slow{by.terms(), view};
        const plan found = solve(by, view, s);
        CAPTURE(round);
        CAPTURE(by.text());
        CHECK(found.cost == price(by, view, found.parts));
        const auto mine = slow.value(slow.of(found));
        REQUIRE(mine);
        const bool may_be_cleared = by.terms().partial == on_partial::backorder;
        const terms_value best = slow.best_of_all();
        if (found.proof == quality::exact && !may_be_cleared)
            REQUIRE(spelled(*mine) == spelled(best));
        if (!may_be_cleared) REQUIRE(*mine >= best);
        if (may_be_cleared && best[0] == 0 && found.proof == quality::exact)
            REQUIRE(spelled(*mine) == spelled(best));
        late += found.cost.late_days > 0;
        policy_terms patient = by.terms();
        patient.late_per_day = 0;
        sooner += nodes_of(found) != nodes_of(solve(policy{patient}, view, s));
    }
    CHECK(late > 300);
    CHECK(sooner > 100);
}

TEST_CASE("eight lines at eight nodes: no plan of the lines by hand beats one that says exact") {
    dice d{82};
    scratch s;
    for (std::uint32_t round = 0; round < 120; ++round) {
        const dated of = random_dated(d, 8, 8);
        policy_terms t = random_policy(d).terms();
        t.partial = on_partial::allocate_and_backorder;
        const policy by{t};
        const sourcing_problem view = of.view();
        const slow_sourcer slow{by.terms(), view};
        const plan found = solve(by, view, s);
        const auto mine = slow.value(slow.of(found));
        REQUIRE(mine);
        if (found.proof != quality::exact) continue;
        for (int tries = 0; tries < 200; ++tries) {
            auto x = slow.of(found);
            for (int moves = 0; moves < 3; ++moves) {
                auto& line = x[d.roll(8)];
                const std::size_t to = d.roll(8);
                std::int64_t all = 0;
                for (std::int64_t& n : line) all += std::exchange(n, 0);
                line[to] = all;
            }
            if (const auto other = slow.value(x)) CHECK(*other >= *mine);
        }
    }
}

TEST_CASE("a plan that may be late does not depend on the order of the nodes in memory") {
    dice d{83};
    scratch s;
    for (int round = 0; round < 300; ++round) {
        dated of = random_dated(d, 1 + d.roll(12), 1 + d.roll(14));
        of.days.resize(of.p.nodes.size(), wanted_on);
        const policy by = random_policy(d);
        const auto order = random_order(d, of.p.nodes.size());
        dated other{of.p.permuted(order), {}, of.due};
        for (const std::size_t k : order) other.days.push_back(of.days[k]);
        const plan expected = renamed(solve(by, of.view(), s), order);
        CHECK(same(solve(by, other.view(), s), expected));
    }
}

TEST_CASE("a decision in which late days cost replays bit for bit, by its own record") {
    dice d{84};
    scratch s;
    decision made;
    int with_day = 0;
    for (int round = 0; round < 2'000; ++round) {
        const dated of = random_dated(d, 1 + d.roll(5), 1 + d.roll(9));
        const policy by = random_policy(d);
        const plan chosen = decide(by, {policy_id{1}, 1}, of.view(), s, made);
        std::vector<std::byte> bytes;
        encode(made, bytes);
        with_day += bytes.front() == std::byte{5};
        CHECK((bytes.front() == std::byte{5}) == (by.terms().late_per_day > 0 && of.due != no_day));
        const auto read = decode(bytes);
        REQUIRE(read);
        CHECK(read->due == made.due);
        const decision_facts facts{of.p.lines, of.p.nodes, of.p.metres};
        const auto again = replay(by, *read, facts, s);
        REQUIRE(again);
        CHECK(same(*again, chosen));
        std::vector<std::byte> twice;
        encode(*read, twice);
        CHECK(twice == bytes);
        bytes[d.roll(static_cast<std::uint32_t>(bytes.size()))] ^=
            static_cast<std::byte>(1U << d.roll(8));
        const auto touched = decode(bytes);
        if (touched) {
            std::vector<std::byte> written;
            encode(*touched, written);
            CHECK(decode(written));
        }
    }
    CHECK(with_day > 800);
}

TEST_CASE("an explanation says what late days cost, of the plan and of those that lost") {
    scratch s;
    const dated of = two_nodes();
    const sourcing_problem view = of.view();
    const std::vector<std::string_view> nodes{"near", "far"}, lines{"A", "B"};
    const explain_names names{.order = "7", .nodes = nodes, .lines = lines};
    const policy patient = late_policy("5");
    auto told = explain(patient, view, solve(patient, view, s), names, s);
    CHECK(
        told.words.find("The last of it arrives 3 days after 2026-03-04, which adds 15.00 USD.") !=
        std::string::npos);
    const policy strict = late_policy("20");
    told = explain(strict, view, solve(strict, view, s), names, s);
    CHECK(told.words.find("late") != std::string::npos);
    CHECK(told.nodes[0].text.find("60.00 USD of it for 3 days late") != std::string::npos);
    dated unknown = of;
    unknown.days = {no_day.n, no_day.n};
    told = explain(patient, unknown.view(), solve(patient, unknown.view(), s), names, s);
    CHECK(told.words.find("Nobody knows the day on which the last of it arrives, which counts as "
                          "365 days after 2026-03-04 and adds 1825.00 USD.") != std::string::npos);
}

TEST_CASE("a node that lost for being late is told by which day it would have won") {
    scratch s;
    const dated of = two_nodes();
    const policy by = late_policy("10");  // 26.70 dearer on its way: two late days are not too many
    const auto answer = what_if(by, of.view(), node_id{0}, {}, true, s);
    CHECK_FALSE(answer.ships);
    const auto at = std::find_if(answer.wins.begin(), answer.wins.end(),
                                 [](const win& w) { return w.by == lever::delivery; });
    REQUIRE(at != answer.wins.end());
    CHECK(at->enough);
    CHECK(at->now == wanted_on + 3);
    CHECK(at->needed == wanted_on + 2);
    const std::vector<std::string_view> nodes{"near", "far"}, lines{"A", "B"};
    CHECK(to_string(*at, by, of.view(), node_id{0}, {.order = {}, .nodes = nodes, .lines = lines},
                    picture::amounts) ==
          "It would ship if near delivered by 2026-03-06, and not by 2026-03-07 (21.30 USD).");
    dated changed = of;
    changed.days[0] = wanted_on + 2;
    CHECK(nodes_of(solve(by, changed.view(), s)) == "00");
}

TEST_CASE("late_per_day is money like any other, and is said by the canonical text") {
    const policy by = late_policy("5.25");
    CHECK(by.terms().late_per_day == 52'500);
    const policy again = policy_of(by.text());
    CHECK(again.digest() == by.digest());
    CHECK(again.terms().late_per_day == 52'500);
    CHECK(late_policy("0").text() == late_policy("0.00").text());
    const auto bare = parse_policy(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n[costs]\nlate_per_day = 5\n");
    REQUIRE(bare.rejected.size() == 1);
    CHECK(bare.rejected[0].row == 5);
    CHECK(bare.rejected[0].text.find("money is quoted text") != std::string::npos);
    const auto unused =
        lint("policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n[costs]\nlate_per_day = '5'\n");
    REQUIRE(unused.findings.size() == 1);
    CHECK(unused.findings[0].code == "no_effect");
    CHECK(unused.findings[0].line == 5);
}
