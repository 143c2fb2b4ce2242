#include "earmark/sourcing/decision.hpp"

#include "earmark/core/check.hpp"
#include "worked_numbers.hpp"

namespace {

using namespace sourcing_test;

constexpr decision_versions versions{policy_id{7}, 12};

decision_facts facts_of(const owned_problem& p) { return {p.lines, p.nodes, p.metres}; }

std::vector<std::byte> encoded(const decision& d) {
    std::vector<std::byte> bytes;
    encode(d, bytes);
    return bytes;
}

bool equal(const decision& a, const decision& b) {
    return a.by == b.by && a.policy_digest == b.policy_digest && a.tables == b.tables &&
           a.nodes == b.nodes && a.amounts == b.amounts && a.covers == b.covers &&
           a.proof == b.proof && a.wanted == b.wanted && a.seen == b.seen && a.seen_n == b.seen_n &&
           a.scores == b.scores && encoded(a) == encoded(b);
}

std::vector<policy> policies() {
    std::vector<policy> all;
    for (const std::string& name : shipped_names) {
        policy_terms t = shipped(name).terms();
        all.emplace_back(t);
        t.lines = line_split::by_quantity;
        t.keep_back = {0, 1, 2};
        t.max_parcels = 3;
        all.emplace_back(t);
        t.rank.push_back(criterion::score);
        std::rotate(t.rank.begin(), t.rank.end() - 1, t.rank.end());
        all.emplace_back(t);
    }
    return all;
}

}  // namespace

TEST_CASE("a decision replays to the same plan, before and after it was written down") {
    dice d{21};
    scratch s;
    const std::vector<policy> all = policies();
    decision made;
    for (int round = 0; round < 400; ++round) {
        owned_problem p = random_problem(d, {1 + d.roll(round % 8 == 0 ? 15 : 5), 1 + d.roll(12),
                                             20 + d.roll(70), d.chance(40), d.chance(30)});
        if (round % 2 == 0) add_scores(d, p);
        for (const policy& by : all) {
            const plan chosen = decide(by, versions, p.view(), s, made);
            const auto again = replay(by, made, facts_of(p), s);
            REQUIRE(again);
            CHECK(same(*again, chosen));
            const auto read = decode(encoded(made));
            REQUIRE(read);
            CHECK(equal(*read, made));
            const auto from_bytes = replay(by, *read, facts_of(p), s);
            REQUIRE(from_bytes);
            CHECK(same(*from_bytes, chosen));
        }
    }
}

TEST_CASE("three lines at fifty nodes take 37 bytes beside the parts of the plan") {
    dice d{22};
    scratch s;
    decision made;
    const policy by = shipped("cheapest");
    for (int round = 0; round < 50; ++round) {
        const owned_problem p = random_problem(d, {3, 50, 5 + d.roll(90), false, false});
        const plan& chosen = decide(by, versions, p.view(), s, made);
        const std::size_t parts = 3 * chosen.parts.size();  // line, node, amount: a byte each
        CHECK(encoded(made).size() <= 37 + parts);
    }
}

TEST_CASE("where few nodes of many have stock, they are listed") {
    dice d{23};
    scratch s;
    decision made;
    owned_problem p = random_problem(d, {2, 1'000, 0, false, false});
    for (const std::size_t k : {3U, 500U, 999U}) p.stock(0, k) = p.stock(1, k) = 9;
    decide(shipped("nearest"), versions, p.view(), s, made);
    CHECK(made.count_seen() == 6);
    CHECK(encoded(made).size() < 45);  // the bits alone would take 250
    CHECK(equal(*decode(encoded(made)), made));
}

TEST_CASE("a decision of the worked example is these bytes") {
    const owned_problem p = worked_example();
    scratch s;
    decision made;
    decide(cost_first(), {policy_id{300}, 1}, p.view(), s, made);
    made.policy_digest = 0x0102030405060708;
    std::string hex;
    for (const std::byte b : encoded(made)) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += digits[static_cast<std::size_t>(b >> 4)];
        hex += digits[static_cast<std::size_t>(b & std::byte{15})];
    }
    // format, flags (consecutive), policy 300, digest, tables 1, nodes 4, lines 3: 2 1 1,
    // stock A 1011 B 0111 C 1001 (low bit first), 3 parts.
    CHECK(hex ==
          "01"
          "10"
          "ac02"
          "0807060504030201"
          "01"
          "04"
          "03"
          "020101"
          "ed09"
          "03"
          "000000"
          "010200"
          "010000");
}

TEST_CASE("another policy or other tables are refused, not replayed") {
    const owned_problem p = worked_example();
    scratch s;
    decision made;
    decide(cost_first(), versions, p.view(), s, made);
    CHECK(replay(parcels_first(), made, facts_of(p), s).error().code == error_code::bad_record);
    decision_facts facts = facts_of(p);
    facts.nodes = facts.nodes.first(3);
    CHECK_THROWS_AS(static_cast<void>(replay(cost_first(), made, facts, s)), misuse);
    facts = facts_of(p);
    facts.lines = facts.lines.first(2);
    CHECK_THROWS_AS(static_cast<void>(replay(cost_first(), made, facts, s)), misuse);
}

TEST_CASE("a record that names a filter or a strategy that its policy has not is refused") {
    const policy plain = cost_first();
    decision d;
    CHECK(decided_by(plain, d));
    d.removed_by = {by_exclusion, by_capacity};
    CHECK(decided_by(plain, d));
    d.removed_by = {0};
    CHECK(decided_by(plain, d).error().code == error_code::bad_record);
    d.removed_by.clear();
    d.given_up = 1;
    CHECK(decided_by(plain, d).error().code == error_code::bad_record);
    const policy one = *parse_policy(
                            "policy = 'p'\ncurrency = 'EUR'\nrank = ['priority']\n[[strategy]]\n"
                            "name = 's'\nwhen = 'lines > 1'\n")
                            .value;
    decision none_left;
    none_left.by_strategy = true;
    none_left.tried = {{0, coverage::none}};
    CHECK(decided_by(one, none_left));
    none_left.tried = {{1, coverage::none}};
    CHECK(decided_by(one, none_left).error().code == error_code::bad_record);
}

TEST_CASE("a part of an order's lines is recorded with their numbers") {
    owned_problem p = worked_example();
    owned_problem rest = p;
    rest.lines = {p.lines[2], p.lines[0]};  // in another order, one line less
    rest.lines[1].n = 1;
    rest.free.assign(8, 9);
    scratch s;
    decision made;
    const plan chosen = decide(cost_first(), versions, rest.view(), s, made);
    const auto read = decode(encoded(made));
    REQUIRE(read);
    CHECK(read->wanted == std::vector<decided_line>{{2, 1}, {0, 1}});
    CHECK(same(*replay(cost_first(), *read, facts_of(p), s), chosen));
}

TEST_CASE("no cut or changed record crashes the reader") {
    dice d{24};
    scratch s;
    decision made;
    const policy split = policies().at(1);
    for (int round = 0; round < 60; ++round) {
        const owned_problem p = random_problem(d, {4, 9, 40, true, false});
        decide(split, versions, p.view(), s, made);
        const std::vector<std::byte> bytes = encoded(made);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut)
            CHECK(decode(std::span{bytes}.first(cut)).error().code == error_code::bad_record);
        std::vector<std::byte> longer = bytes;
        longer.push_back(std::byte{0});
        CHECK(decode(longer).error().code == error_code::bad_record);
        for (int edit = 0; edit < 200; ++edit) {
            std::vector<std::byte> changed = bytes;
            changed[d.roll(static_cast<std::uint32_t>(bytes.size()))] =
                static_cast<std::byte>(d.roll(256));
            const auto read = decode(changed);
            if (!read) continue;
            for (const plan_part& part : read->parts) {
                CHECK(part.wanted < read->wanted.size());
                CHECK(raw(part.node) < read->nodes);
            }
        }
    }
}

TEST_CASE("a decision keeps which restriction kept which line from which nodes, in format 4") {
    decision made;
    made.nodes = 70;
    made.wanted = {{0, 1}, {1, 2}};
    made.seen.assign(3, 0);
    made.restricted = {{0, 3, 2}, {1, 3, 1}, {1, 500, 9}};
    made.restricted_nodes = {0, 69, 5, 10, 11, 12, 13, 14, 15, 16, 17, 68};
    const std::vector<std::byte> bytes = encoded(made);
    CHECK(bytes[0] == std::byte{4});
    const auto read = decode(bytes);
    REQUIRE(read);
    CHECK(read->restricted == made.restricted);
    CHECK(read->restricted_nodes == made.restricted_nodes);
    CHECK(encoded(*read) == bytes);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        CHECK(decode(std::span{bytes}.first(cut)).error().code == error_code::bad_record);
    dice d{25};
    for (int edit = 0; edit < 4'000; ++edit) {
        std::vector<std::byte> changed = bytes;
        changed[d.roll(static_cast<std::uint32_t>(bytes.size()))] =
            static_cast<std::byte>(d.roll(256));
        const auto other = decode(changed);
        if (!other) continue;
        std::size_t nodes = 0;
        for (const restricted_goods& r : other->restricted) {
            CHECK(r.wanted < other->wanted.size());
            nodes += r.count;
        }
        CHECK(nodes == other->restricted_nodes.size());
        for (const std::uint16_t k : other->restricted_nodes) CHECK(k < other->nodes);
    }
}
