#include "earmark/core/check.hpp"
#include "support.hpp"

namespace {

using namespace sourcing_test;

const std::string good =
    "policy = 'p'\n"       // 1
    "currency = 'USD'\n"   // 2
    "rank = ['cost']\n"    // 3
    "[costs]\n"            // 4
    "per_unit = '0.5'\n";  // 5

/// The sentences for a text, one a line.
std::string complaints(const std::string& text) {
    const parsed_policy p = parse_policy(text, "x.toml");
    CHECK(p.value.has_value() == p.rejected.empty());
    std::string out;
    for (const rejected_row& row : p.rejected) {
        CHECK(row.why.code != error_code::ok);
        CHECK(row.why.row == row.row);
        out += row.text + '\n';
    }
    return out;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the shipped policies say what their names promise") {
    using enum criterion;
    CHECK(shipped("nearest").terms().rank == std::vector{distance, cost});
    CHECK(shipped("cheapest").terms().rank == std::vector{cost, parcels, distance});
    CHECK(shipped("fewest_packages").terms().rank == std::vector{parcels, cost, distance});
    CHECK(shipped("priority").terms().rank == std::vector{criterion::priority, cost, distance});
    for (const std::string& name : shipped_names) {
        const policy by = shipped(name);
        CHECK(by.name() == name);
        CHECK(by.currency().text() == "USD");
        CHECK(by.terms().fixed_per_parcel == rate_by_kind{87'590, 87'590, 87'590});
        CHECK(by.terms().per_unit == rate_by_kind{4'230, 4'230, 4'230});
        CHECK(by.terms().per_unit_per_1000_km == rate_by_kind{3'360, 3'360, 3'360});
    }
}

TEST_CASE("a policy's canonical text parses to the same policy") {
    std::vector<policy> all;
    for (const std::string& name : shipped_names) all.push_back(shipped(name));
    all.push_back(
        policy_of("policy = 'Winter 2026-a_b.c'\ncurrency = 'KWD'\nrank = ['priority', 'parcels']\n"
                  "[costs]\nper_unit = { dc = '0.35', store = '1.10' }\nextra_parcel = '3'\n"
                  "fixed_per_parcel = '1000000000'\n"
                  "[split]\nlines = 'by_quantity'\nmax_parcels = 3\n"
                  "[outcome]\npartial = 'backorder'\n[keep_back]\nstore = 2\n"));
    for (const policy& by : all) {
        const policy again = policy_of(by.text());
        CHECK(again.text() == by.text());
        CHECK(again.digest() == by.digest());
        CHECK(again.name() == by.name());
    }
    CHECK(all[4].terms().per_unit == rate_by_kind{3'500, 11'000, unpriced});
    CHECK(all[4].terms().keep_back[1] == 2);
    CHECK(all[4].terms().lines == line_split::by_quantity);
    CHECK(all[4].terms().partial == on_partial::backorder);
}

TEST_CASE("the canonical text is this text, for ever: digests depend on it") {
    CHECK(policy_of(good).text() ==
          "policy   = \"p\"\ncurrency = \"USD\"\nrank     = [\"cost\"]\n\n[costs]\n"
          "fixed_per_parcel     = \"0\"\nper_unit             = \"0.5\"\n"
          "per_unit_per_1000_km = \"0\"\nextra_parcel         = \"0\"\n"
          "\n[split]\nlines = \"whole\"\n\n[outcome]\npartial = \"allocate_and_backorder\"\n"
          "\n[keep_back]\ndc = 0\nstore = 0\nvendor = 0\n");
    CHECK(shipped("cheapest").digest() != shipped("nearest").digest());
    CHECK(policy_of(good).digest() == policy_of("# a comment\n" + good + "\n").digest());
}

TEST_CASE("a bare number is refused as money, with the line and what to write") {
    const std::string said = complaints(
        "policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n[costs]\n"
        "per_unit = 0.35\nfixed_per_parcel = 8\n");
    CHECK(has(said,
              "x.toml:5:12: a bare value for 'per_unit'; money is quoted text, "
              "write for example \"0.35\""));
    CHECK(has(said, "x.toml:6:20: a bare value for 'fixed_per_parcel'"));
}

TEST_CASE("an unknown key is refused with the nearest known name") {
    CHECK(has(complaints(good + "per_unti = '1'\n"),
              "x.toml:6:1: unknown key 'per_unti' in [costs]; did you mean 'per_unit'?"));
    CHECK(has(complaints("ranks = ['cost']\n" + good),
              "x.toml:1:1: unknown key 'ranks'; did you mean 'rank'?"));
    CHECK(has(complaints(good + "[colour]\n"),
              "; known are policy, currency, distance, rank, costs"));
    CHECK(has(complaints(good + "[keep_back]\nstores = 1\n"), "did you mean 'store'?"));
    CHECK(has(complaints("policy='p'\ncurrency='USD'\nrank=['price']\n"),
              "unknown value 'price' of 'rank'; known are cost, parcels, distance, priority"));
    CHECK(has(complaints("policy='p'\ncurrency='USD'\nrank=['parcel']\n"),
              "x.toml:3:7: unknown value 'parcel' of 'rank'; did you mean 'parcels'?"));
    CHECK(has(complaints(good + "[split]\nlines = 'hole'\n"), "did you mean 'whole'?"));
}

TEST_CASE("all findings are reported at once, in the order of the text") {
    const parsed_policy p = parse_policy(
        "currency = 'EURO'\n"
        "rank = ['cost', 'cost', 'speed']\n"
        "[costs]\n"
        "per_unit = '-1'\n"
        "extra_parcel = '1.23456'\n"
        "[split]\n"
        "max_parcels = 0\n"
        "[outcome]\n"
        "partial = 3\n"
        "[keep_back]\n"
        "dc = -1\n"
        "attic = 1\n");
    std::vector<std::uint32_t> lines;
    std::vector<error_code> codes;
    for (const rejected_row& row : p.rejected) {
        lines.push_back(row.row);
        codes.push_back(row.why.code);
    }
    CHECK(lines == std::vector<std::uint32_t>{0, 1, 2, 2, 4, 5, 7, 9, 11, 12});
    using enum error_code;
    CHECK(codes == std::vector{missing_field, bad_currency, duplicate_row, bad_field, bad_price,
                               too_many_decimals, out_of_range, bad_field, out_of_range,
                               unknown_field});
}

TEST_CASE("what a policy cannot do without is asked for") {
    CHECK(has(complaints("rank = ['parcels']\n"), "'policy' is missing"));
    CHECK(has(complaints("policy = 'p'\nrank = ['parcels']\n"), "'currency' is missing"));
    CHECK(has(complaints("policy = 'p'\ncurrency = 'USD'\n"), "'rank' is missing"));
    CHECK(has(complaints("policy = 'p'\ncurrency = 'USD'\nrank = []\n"), "at least one name"));
    CHECK(
        has(complaints("policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n"), "'costs' is missing"));
    CHECK(has(complaints("policy = 'p'\ncurrency = 'USD'\nrank = ['cost']\n[costs]\n"),
              "[costs] is empty"));
    CHECK(complaints("policy = 'p'\ncurrency = 'USD'\nrank = ['parcels']\n").empty());
}

TEST_CASE("wrong currencies, names and tables are refused") {
    CHECK(has(complaints("policy='p'\ncurrency='USX'\nrank=['parcels']\n"),
              "x.toml:2:10: 'USX' is no currency that we know"));
    CHECK(has(complaints("policy='p'\ncurrency=840\nrank=['parcels']\n"), "quoted text"));
    CHECK(has(complaints("policy=' p'\ncurrency='USD'\nrank=['parcels']\n"), "a quoted name"));
    CHECK(has(complaints("policy='" + std::string(65, 'p') + "'\ncurrency='USD'\nrank=['cost']\n"),
              "1 to 64 letters"));
    CHECK(has(complaints(good + "[split]\nlines = true\n"), "'lines' takes quoted text"));
    CHECK(has(complaints("split = 3\n" + good), "'split' is a table; write [split]"));
    CHECK(has(complaints("policy='p'\ncurrency='USD'\nrank='cost'\n"), "'rank' is a list"));
    CHECK(has(complaints("policy='p'\ncurrency='USD'\nrank=[3]\n"), "takes quoted text"));
    CHECK(has(complaints(good + "fixed_per_parcel = {}\n"), "names no kind of node"));
    CHECK(has(complaints(good + "fixed_per_parcel = { shop = '1' }\n"),
              "unknown key 'shop' in 'fixed_per_parcel'"));
    CHECK(has(complaints(good + "fixed_per_parcel = '1000000000.01'\n"), "is from 0 to"));
    CHECK(has(complaints(good + "fixed_per_parcel = '99999999999999999999'\n"), "is no amount"));
    CHECK(has(complaints(good + "fixed_per_parcel = '1,50'\n"), "is no amount"));
}

TEST_CASE("duplicate keys and broken syntax are refused with their line") {
    CHECK(has(complaints(good + "per_unit = '0.6'\n"), "x.toml:6:"));
    CHECK(has(complaints(good + "[costs]\n"), "x.toml:6:"));
    CHECK(has(complaints("policy = 'p\n"), "this is not valid TOML"));
    CHECK(has(complaints("policy = 'p' 'q'\n"), "x.toml:1:"));
    CHECK(has(complaints("policy = \"\xFF\"\n"), "this is not valid TOML"));
}

TEST_CASE("hostile texts are refused before they are parsed") {
    CHECK(has(complaints(std::string(1 << 20, 'x')), "the text has 1048576 bytes"));
    CHECK(has(complaints(""), "the text is empty"));
    CHECK(has(complaints(" \n\t\r\n"), "the text is empty"));
    CHECK(has(complaints("a = " + std::string(60'000, '[')), "nest too deep"));
    CHECK(has(complaints("a = " + std::string(30'000, '{')), "nest too deep"));
    std::string dots = "a";
    for (int i = 0; i < 30'000; ++i) dots += ".a";
    CHECK(has(complaints(dots + " = 1\n"), "too many dots"));
    CHECK(has(complaints("[" + dots + "]\n"), "too many dots"));
    CHECK(has(complaints(good + "x = \"\"\"\n[[[[[[[[[[\n\"\"\"\n"), "multi-line string"));
    CHECK(has(complaints(good + "x = '''"), "multi-line string"));
    CHECK(has(complaints(good + std::string{'\0'}), "control character"));
    CHECK(complaints("# [[[[[[[[[[[[[[[[[[[ .................. \"\"\"\n" + good).empty());
    std::string nested = "a = 1\n";
    for (int i = 0; i < 9; ++i) nested.insert(4, "[");
    CHECK(has(complaints(nested), "x.toml:1:13: values nest too deep"));
    for (const char* header :
         {"[>costs]", "[", " [ ]", "[[ ]]", "[[=x]]", "[.a]", "[#]", "[[[", "\r[>a]"}) {
        INFO(header);
        CHECK(
            has(complaints(good + header), ": a table without a name; write for example [costs]"));
    }
    CHECK(has(complaints("\xEF\xBB\xBF[>a]"), ": a table without a name"));
    CHECK(complaints("currency = 'USD'\nrank = [\n  'parcels'\n]\npolicy = 'p'\n").empty());
}

TEST_CASE("random edits of a policy never crash the reader") {
    dice d{7};
    const std::string text = shipped("cheapest").text() + "[keep_back.x]\na.b.c = { q = ['''\n";
    for (int round = 0; round < 3'000; ++round) {
        std::string edited = text;
        for (std::uint32_t edits = 1 + d.roll(5); edits > 0; --edits) {
            const std::size_t at = d.roll(static_cast<std::uint32_t>(edited.size()));
            if (d.chance(50)) {
                edited[at] = static_cast<char>(d.roll(256));
            } else {
                edited.erase(at, d.roll(20));
                if (edited.empty()) edited = "=";
            }
        }
        const parsed_policy p = parse_policy(edited);
        CHECK(p.value.has_value() == p.rejected.empty());
    }
}

TEST_CASE("terms outside of their bounds are misuse") {
    const policy_terms terms = shipped("cheapest").terms();
    const auto with = [&](auto change) {
        policy_terms t = terms;
        change(t);
        return policy{t};
    };
    CHECK_NOTHROW(with([](policy_terms&) {}));
    CHECK_THROWS_AS(with([](policy_terms& t) { t.name = "a\"b"; }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.currency = {}; }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.rank.clear(); }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.rank.push_back(criterion::cost); }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.per_unit[1] = -2; }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.extra_parcel = -1; }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.max_parcels = 1'001; }), misuse);
    CHECK_THROWS_AS(with([](policy_terms& t) { t.keep_back[0] = -1; }), misuse);
}
