#include "cases.hpp"

#include <algorithm>
#include <array>

#include "condition_builder.hpp"
#include "value_sets.hpp"

namespace earmark::sourcing::detail {
namespace {

constexpr std::int64_t most_work = 4'000'000;  // about a second at worst
constexpr std::size_t most_cases = 2'048;

}  // namespace

case_maker::case_maker(std::span<const attribute> known, std::string_view currency)
    : known_{known}, currency_{currency}, left_{most_work} {
    for (const attribute& a : known) whole_.push_back(all_values(a));
}

bool case_maker::afford(std::size_t work) {
    left_ -= static_cast<std::int64_t>(work);
    if (left_ < 0) gave_up_ = true;
    return left_ >= 0;
}

std::optional<cases> case_maker::where(const condition& c, bool holds) {
    return where(c, 0, holds);
}

std::optional<cases> case_maker::where(const condition& c, std::size_t at, bool holds) {
    using kind = condition::kind;
    const condition::term& t = c.terms_[at];
    switch (t.is) {
        case kind::neither:
            return where(c, at + 1, !holds);
        case kind::all:
        case kind::some:
            return join(c, at, holds);
        case kind::any:
        case kind::every: {
            possible p;
            p.claims.push_back({&c, at + 1, t.is == kind::every, holds});
            if (contradicts_itself(p.claims.front())) return cases{};
            return cases{std::move(p)};
        }
        default:
            return leaf(c, at, holds);
    }
}

/// `and` where it holds, and `or` where it does not, are all of their terms; else any of them.
std::optional<cases> case_maker::join(const condition& c, std::size_t at, bool holds) {
    const condition::term& t = c.terms_[at];
    const bool is_all = (t.is == condition::kind::all) == holds;
    cases out = is_all ? everything() : cases{};
    for (std::size_t i = at + 1; i < at + t.size; i += c.terms_[i].size) {
        auto part = where(c, i, holds);
        if (!part) return std::nullopt;
        if (is_all) {
            auto joined = both(out, *part);
            if (!joined) return std::nullopt;
            out = std::move(*joined);
        } else {
            if (out.size() + part->size() > most_cases) return too_many_ = true, std::nullopt;
            std::move(part->begin(), part->end(), std::back_inserter(out));
        }
    }
    return out;
}

std::optional<cases> case_maker::leaf(const condition& c, std::size_t at, bool holds) {
    using order = condition::order;
    const condition::term& t = c.terms_[at];
    const value_type type = c.type_[t.attribute];
    const auto literal = [&](std::size_t i) -> const condition::literal& {
        return c.literals_[t.first + i];
    };
    value_set s = given_values(whole_[t.attribute]);
    if (t.is == condition::kind::flag) {
        s = only(1);
    } else if (t.is == condition::kind::one_of) {
        s = none_of_them(type);
        for (std::size_t i = 0; i < t.count; ++i)
            s = either(type, s,
                       type == value_type::text ? only(literal(i).text) : only(literal(i).n));
    } else if (t.is == condition::kind::compare) {
        const std::int64_t n = literal(0).n;
        const bool is_text = type == value_type::text;
        const value_set equal = is_text ? only(literal(0).text) : only(n);
        if (t.by == order::equal) s = equal;
        if (t.by == order::other) s = given_values(complement(type, equal));
        if (t.by == order::less)
            s = n == INT64_MIN ? none_of_them(type) : from_to(INT64_MIN, n - 1);
        if (t.by == order::most) s = from_to(INT64_MIN, n);
        if (t.by == order::more)
            s = n == INT64_MAX ? none_of_them(type) : from_to(n + 1, INT64_MAX);
        if (t.by == order::least) s = from_to(n, INT64_MAX);
    }
    if (!afford(2 + s.texts.size() + s.ranges.size())) return std::nullopt;
    possible p;
    p.values[t.attribute] =
        meet(known_[t.attribute], holds ? s : complement(type, s), whole_[t.attribute]);
    if (p.values[t.attribute].empty(type)) return cases{};
    return cases{std::move(p)};
}

std::optional<cases> case_maker::both(const cases& a, const cases& b) {
    cases out;
    for (const possible& x : a)
        for (const possible& y : b) {
            if (gave_up_) return std::nullopt;
            possible p = x;
            const bool can_be = merge(p, y);
            if (gave_up_) return std::nullopt;
            if (out.size() == most_cases) return too_many_ = true, std::nullopt;
            if (can_be) out.push_back(std::move(p));
        }
    return out;
}

/// False where nothing is left.
bool case_maker::merge(possible& into, const possible& from) {
    for (const auto& [a, s] : from.values) {
        const auto [at, is_new] = into.values.try_emplace(a, s);
        if (!afford(2 + s.texts.size() + s.ranges.size() + at->second.texts.size())) return true;
        if (!is_new) at->second = meet(known_[a], at->second, s);
        if (at->second.empty(known_[a].type)) return false;
    }
    if (!is_coherent(into)) return false;
    for (const line_claim& c : from.claims) {
        for (const line_claim& other : into.claims)
            if (contradict(c, other)) return false;
        into.claims.push_back(c);
    }
    return true;
}

/// Money is given where the order's currency is the policy's.
bool case_maker::is_coherent(const possible& p) const {
    const auto is_currency = [&](const auto& entry) {
        return known_[entry.first].name == "currency" && !known_[entry.first].of_line;
    };
    const auto currency = std::find_if(p.values.begin(), p.values.end(), is_currency);
    if (currency == p.values.end()) return true;
    const value_set& s = currency->second;
    const bool listed = std::binary_search(s.texts.begin(), s.texts.end(), currency_);
    if (listed != s.others) return true;
    return std::all_of(p.values.begin(), p.values.end(), [&](const auto& entry) {
        return known_[entry.first].type != value_type::money || entry.second.absent;
    });
}

bool case_maker::excludes(const line_claim& a, bool a_holds, const line_claim& b, bool b_holds) {
    const auto first = where(*a.of, a.at, a_holds);
    const auto second = first ? where(*b.of, b.at, b_holds) : std::nullopt;
    if (!second) return false;
    const auto together = both(*first, *second);
    return together && together->empty();
}

bool case_maker::contradicts_itself(const line_claim& c) {
    const auto inside = where(*c.of, c.at, c.holds);
    return inside && inside->empty();
}

/// Every order has a line, so every(...) says something of one.
bool case_maker::contradict(const line_claim& a, const line_claim& b) {
    if (a.holds && b.holds) return (a.every || b.every) && excludes(a, true, b, true);
    if (!a.holds && !b.holds) return a.every != b.every && excludes(a, false, b, false);
    const line_claim& yes = a.holds ? a : b;
    const line_claim& no = a.holds ? b : a;
    // Some line is `yes`, or all are; no line is `no`, or one is not.
    if (!yes.every && no.every) return false;
    return excludes(yes, true, no, false);
}

cases case_maker::given(std::string_view attribute_name, std::string_view text) const {
    possible p;
    for (std::size_t a = 0; a < known_.size(); ++a)
        if (known_[a].name == attribute_name)
            p.values[static_cast<std::uint16_t>(a)] = only(std::string{text});
    return {std::move(p)};
}

std::vector<std::size_t> case_maker::dead_alternatives(const condition& c) {
    std::vector<std::size_t> dead;
    if (c.terms_[0].is != condition::kind::some) return dead;
    std::size_t number = 0;
    for (std::size_t i = 1; i < c.terms_[0].size; i += c.terms_[i].size, ++number) {
        const auto part = where(c, i, true);
        if (part && part->empty()) dead.push_back(number);
    }
    return dead;
}

std::string case_maker::words(const possible& p) const {
    std::string out;
    for (const auto& [a, s] : p.values)
        out += (out.empty() ? "" : ", ") + words_of(known_[a], s, whole_[a]);
    for (const line_claim& c : p.claims)
        out += (out.empty() ? "" : ", ") + std::string{c.holds ? "" : "not "} +
               (c.every ? "every(" : "any(") + c.of->words(c.at, known_) + ')';
    return out;
}

}  // namespace earmark::sourcing::detail
