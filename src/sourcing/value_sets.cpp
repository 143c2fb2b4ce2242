#include "value_sets.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "condition_builder.hpp"

namespace earmark::sourcing::detail {
namespace {

using range = std::pair<std::int64_t, std::int64_t>;

constexpr std::int64_t one = 10'000;

/// What is known of an attribute that every order or line has.
struct habit {
    std::string_view name;
    bool always = false;  // given
    bool whole = false;   // a whole number
    std::int64_t least = INT64_MIN, most = INT64_MAX;
};
constexpr std::int64_t most_lines = INT64_MAX / one * one;
constexpr std::int64_t far = std::int64_t{INT32_MAX} * one;
constexpr std::array<habit, 12> habits = {{{"lines", true, true, one, most_lines},
                                           {"units", true, false, 1, INT64_MAX},
                                           {"priority", true, true, -far - one, far},
                                           {"currency", true},
                                           {"goods_value", false, false, 0, INT64_MAX},
                                           {"line.sku", true},
                                           {"line.units", true, false, 1, INT64_MAX},
                                           {"line.unit_price", false, false, 0, INT64_MAX},
                                           {"line.value", false, false, 0, INT64_MAX},
                                           {"node.key", true},
                                           {"node.kind", true},
                                           {"node.priority", true, true, -far - one, far}}};

habit habit_of(const attribute& a) {
    for (const habit& h : habits)
        if (h.name == a.name) return h;
    return {};
}

/// The multiples of one between the ends.
range in_whole_numbers(range r) {
    const std::int64_t up = r.first % one;
    const std::int64_t down = r.second % one;
    r.first += up > 0 ? one - up : -up;
    r.second -= down < 0 ? one + down : down;
    return r;
}

}  // namespace

bool value_set::empty(value_type of) const noexcept {
    if (absent) return false;
    return of == value_type::text ? !others && texts.empty() : ranges.empty();
}

value_set all_values(const attribute& of) {
    const habit h = habit_of(of);
    value_set s;
    s.absent = !h.always;
    if (of.name == "node.kind") {
        s.others = false;
        s.texts = {"dc", "store", "vendor"};
    }
    if (of.type == value_type::flag)
        s.ranges = {{0, 1}};
    else if (of.type != value_type::text)
        s.ranges = {{h.least, h.most}};
    return s;
}

value_set none_of_them(value_type) {
    value_set s;
    s.absent = false;
    s.others = false;
    return s;
}

value_set only(std::string text) {
    value_set s = none_of_them(value_type::text);
    s.texts.push_back(std::move(text));
    return s;
}

value_set only(std::int64_t n) { return from_to(n, n); }

value_set from_to(std::int64_t least, std::int64_t most) {
    value_set s = none_of_them(value_type::number);
    s.ranges.emplace_back(least, most);
    return s;
}

value_set given_values(value_set s) {
    s.absent = false;
    return s;
}

value_set complement(value_type of, const value_set& s) {
    value_set out;
    out.absent = !s.absent;
    if (of == value_type::text) {
        out.others = !s.others;
        out.texts = s.texts;
        return out;
    }
    std::int64_t next = INT64_MIN;
    for (const auto& [least, most] : s.ranges) {
        if (least > next) out.ranges.emplace_back(next, least - 1);
        if (most == INT64_MAX) return out;
        next = most + 1;
    }
    out.ranges.emplace_back(next, INT64_MAX);
    return out;
}

value_set either(value_type of, const value_set& a, const value_set& b) {
    const attribute plain{"", of, false};
    return complement(of, meet(plain, complement(of, a), complement(of, b)));
}

value_set meet(const attribute& of, const value_set& a, const value_set& b) {
    value_set out;
    out.absent = a.absent && b.absent;
    if (of.type == value_type::text) {
        out.others = a.others && b.others;
        const auto into = std::back_inserter(out.texts);
        const auto &x = a.texts, &y = b.texts;
        if (a.others && b.others)
            std::set_union(x.begin(), x.end(), y.begin(), y.end(), into);
        else if (a.others)
            std::set_difference(y.begin(), y.end(), x.begin(), x.end(), into);
        else if (b.others)
            std::set_difference(x.begin(), x.end(), y.begin(), y.end(), into);
        else
            std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), into);
        return out;
    }
    const bool is_whole = habit_of(of).whole;
    for (auto x = a.ranges.begin(), y = b.ranges.begin();
         x != a.ranges.end() && y != b.ranges.end();) {
        range r{std::max(x->first, y->first), std::min(x->second, y->second)};
        if (is_whole && r.first <= r.second) r = in_whole_numbers(r);
        if (r.first <= r.second) out.ranges.push_back(r);
        x->second < y->second ? ++x : ++y;
    }
    return out;
}

namespace {

std::string range_words(const attribute& of, range r, range whole) {
    const auto value = [&](std::int64_t n) { return literal_text(of.type, n, {}); };
    const bool has_least = r.first > whole.first, has_most = r.second < whole.second;
    if (of.type == value_type::flag) return r.first == 1 ? of.name : "not " + of.name;
    if (r.first == r.second) return of.name + " == " + value(r.first);
    if (has_least && has_most)
        return of.name + " from " + value(r.first) + " to " + value(r.second);
    if (has_least) return of.name + " >= " + value(r.first);
    if (has_most) return of.name + " <= " + value(r.second);
    return "any " + of.name;
}

}  // namespace

std::string words_of(const attribute& of, const value_set& s, const value_set& whole) {
    if (s.absent) return of.name + " is not given";
    if (of.type != value_type::text)
        return range_words(of, s.ranges.front(),
                           whole.ranges.empty() ? range{} : whole.ranges.front());
    if (s.others && s.texts.empty()) return "any " + of.name;
    std::string list;
    for (std::size_t i = 0; i < s.texts.size() && i < 4; ++i)
        list += (i == 0 ? "" : ", ") + literal_text(of.type, 0, s.texts[i]);
    if (s.texts.size() > 4) list += ", ...";
    if (s.others) return of.name + " other than " + list;
    return of.name + " == " + literal_text(of.type, 0, s.texts.front());
}

}  // namespace earmark::sourcing::detail
