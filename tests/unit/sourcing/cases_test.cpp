// Cases against the condition itself: an order fits a condition if it fits one of its cases.
#include "cases.hpp"

#include "support.hpp"

namespace {

using namespace sourcing_test;
using sourcing::detail::case_maker;
using sourcing::detail::cases;
using sourcing::detail::possible;
using sourcing::detail::value_set;

/// Attributes without habits, so that random facts need none.
const std::vector<attribute> known = {{"x", value_type::number},
                                      {"m", value_type::money},
                                      {"t", value_type::text},
                                      {"f", value_type::flag},
                                      {"l.n", value_type::number, true}};

struct facts {
    std::vector<attribute_value> own;
    std::vector<std::vector<attribute_value>> lines;
    std::vector<std::span<const attribute_value>> spans;

    explicit facts(dice& d) {
        own = row(d);
        for (std::uint32_t n = 1 + d.roll(3); n > 0; --n) lines.push_back(row(d));
        for (const auto& l : lines) spans.emplace_back(l);
    }
    static std::vector<attribute_value> row(dice& d) {
        constexpr std::string_view texts[] = {"a", "b", "c"};
        std::vector<attribute_value> v(known.size());
        for (std::size_t i = 0; i < v.size(); ++i) {
            if (d.chance(20)) continue;
            v[i] = {true, i == 3 ? std::int64_t{d.roll(2)} : std::int64_t{d.roll(4)} * 10'000,
                    texts[d.roll(3)]};
        }
        return v;
    }
    [[nodiscard]] order_facts view() const { return {own, spans}; }
};

std::string random_condition(dice& d, int depth, bool in_line) {
    const std::string n = std::to_string(d.roll(4));
    const std::string t{"abc"[d.roll(3)]};
    constexpr const char* signs[] = {"==", "!=", "<", "<=", ">", ">="};
    const std::string sign = signs[d.roll(6)];
    if (depth == 0 || d.chance(25)) {
        switch (d.roll(in_line ? 8 : 6)) {
            case 0:
                return "x " + sign + " " + n;
            case 1:
                return "m " + sign + " \"" + n + ".00\"";
            case 2:
                return "t " + std::string{d.chance(50) ? "==" : "!="} + " \"" + t + "\"";
            case 3:
                return d.chance(50) ? "f" : "has(t)";
            case 4:
                return "t in [\"a\", \"" + t + "\"]";
            case 5:
                return "f == " + std::string{d.chance(50) ? "true" : "false"};
            default:
                return "l.n " + sign + " " + n;
        }
    }
    const std::string a = random_condition(d, depth - 1, in_line);
    const std::string b = random_condition(d, depth - 1, in_line);
    switch (d.roll(in_line ? 3 : 5)) {
        case 0:
            return "(" + a + " and " + b + ")";
        case 1:
            return "(" + a + " or " + b + ")";
        case 2:
            return "not (" + a + ")";
        case 3:
            return "any(" + random_condition(d, depth - 1, true) + ")";
        default:
            return "every(" + random_condition(d, depth - 1, true) + ")";
    }
}

bool admits(const possible& p, const facts& of) {
    for (const auto& [a, s] : p.values) {
        const attribute_value& v = of.own[a];
        if (!v.given) {
            if (!s.absent) return false;
            continue;
        }
        bool in = false;
        if (known[a].type == value_type::text)
            in =
                std::binary_search(s.texts.begin(), s.texts.end(), std::string{v.text}) != s.others;
        else
            for (const auto& [least, most] : s.ranges) in |= least <= v.n && v.n <= most;
        if (!in) return false;
    }
    return true;
}

bool admits(const cases& all, const facts& of) {
    return std::any_of(all.begin(), all.end(), [&](const possible& p) { return admits(p, of); });
}

}  // namespace

TEST_CASE("an order fits a condition only if it fits one of its cases, and without lines if") {
    dice d{5};
    int never = 0, without_lines = 0;
    for (int round = 0; round < 4'000; ++round) {
        const auto parsed = parse_condition(random_condition(d, 1 + round % 4, false), known);
        REQUIRE(parsed);
        case_maker maker{known, "USD"};
        const auto holds = maker.where(*parsed.value, true),
                   fails = maker.where(*parsed.value, false);
        REQUIRE((holds && fails));
        never += holds->empty();
        const std::string& text = parsed.value->text();
        const bool exact =
            text.find("any(") == std::string::npos && text.find("every(") == std::string::npos;
        without_lines += exact;
        for (int i = 0; i < 20; ++i) {
            const facts f{d};
            const bool truth = parsed.value->holds(f.view());
            INFO(text);
            CHECK((!truth || admits(*holds, f)));
            CHECK((truth || admits(*fails, f)));
            if (exact) CHECK(admits(*holds, f) == truth);
        }
    }
    CHECK(never > 20);
    CHECK(without_lines > 1'000);
}

TEST_CASE("two conditions that share no case are never both true") {
    dice d{6};
    int apart = 0;
    for (int round = 0; round < 4'000; ++round) {
        const auto a = parse_condition(random_condition(d, 2, false), known);
        const auto b = parse_condition(random_condition(d, 2, false), known);
        REQUIRE((a && b));
        case_maker maker{known, "USD"};
        const auto x = maker.where(*a.value, true), y = maker.where(*b.value, true);
        REQUIRE((x && y));
        const auto both = maker.both(*x, *y);
        REQUIRE(both);
        apart += both->empty();
        for (int i = 0; i < 30 && both->empty(); ++i) {
            const facts f{d};
            INFO(a.value->text());
            INFO(b.value->text());
            CHECK_FALSE((a.value->holds(f.view()) && b.value->holds(f.view())));
        }
    }
    CHECK(apart > 200);
}
