#include "earmark/sourcing/condition.hpp"

#include <algorithm>

#include "condition_builder.hpp"

namespace earmark::sourcing {

bool condition::holds(const order_facts& of) const noexcept { return holds(0, of.order, {}, of); }

bool condition::holds(std::size_t at, values own, values line,
                      const order_facts& of) const noexcept {
    const term& t = terms_[at];
    switch (t.is) {
        case kind::all:
        case kind::some:
        case kind::neither:
            return joins(at, own, line, of);
        case kind::any:
            return std::any_of(of.lines.begin(), of.lines.end(),
                               [&](values l) { return holds(at + 1, own, l, of); });
        case kind::every:
            return !of.lines.empty() &&
                   std::all_of(of.lines.begin(), of.lines.end(),
                               [&](values l) { return holds(at + 1, own, l, of); });
        default:
            break;
    }
    const values from = of_line_[t.attribute] ? line : own;
    return t.attribute < from.size() && from[t.attribute].given && fits(t, from[t.attribute]);
}

/// Terms that join others: `not` joins one.
bool condition::joins(std::size_t at, values own, values line,
                      const order_facts& of) const noexcept {
    const term& t = terms_[at];
    const bool stops_at = t.is != kind::all;
    for (std::size_t i = at + 1; i < at + t.size; i += terms_[i].size)
        if (holds(i, own, line, of) == stops_at) return t.is == kind::some;
    return t.is != kind::some;
}

bool condition::fits(const term& t, const attribute_value& v) const noexcept {
    if (t.is == kind::has) return true;
    if (t.is == kind::flag) return v.n != 0;
    const bool is_text = type_[t.attribute] == value_type::text;
    const auto equal = [&](const literal& l) { return is_text ? l.text == v.text : l.n == v.n; };
    const auto first = literals_.begin() + t.first;
    if (t.is == kind::one_of) return std::any_of(first, first + t.count, equal);
    switch (t.by) {
        case order::equal:
            return equal(*first);
        case order::other:
            return !equal(*first);
        case order::less:
            return v.n < first->n;
        case order::most:
            return v.n <= first->n;
        case order::more:
            return v.n > first->n;
        case order::least:
            return v.n >= first->n;
    }
    return false;
}

// ---- the one spelling --------------------------------------------------------------------------

namespace {
/// `any(` and what is in it.
std::string around(std::string_view opening, std::string_view inner) {
    std::string out{opening};
    out += inner;
    return out += ')';
}
}  // namespace

std::string condition::words(std::size_t at, std::span<const attribute> known) const {
    constexpr std::string_view signs[] = {"==", "!=", "<", "<=", ">", ">="};
    const term& t = terms_[at];
    const auto value = [&](const literal& l) {
        return detail::literal_text(type_[t.attribute], l.n, l.text);
    };
    const auto inside = [&](std::string_view between) {
        std::string all;
        for (std::size_t i = at + 1; i < at + t.size; i += terms_[i].size)
            all += (i == at + 1 ? std::string{} : std::string{between}) + words(i, known);
        return all;
    };
    const std::string& name = known[t.attribute].name;
    switch (t.is) {
        case kind::all:
            return around("(", inside(" and "));
        case kind::some:
            return around("(", inside(" or "));
        case kind::neither:
            return "not " + inside("");
        case kind::any:
            return around("any(", inside(""));
        case kind::every:
            return around("every(", inside(""));
        case kind::has:
            return around("has(", name);
        case kind::flag:
            return name;
        case kind::compare:
            return name + " " + std::string{signs[static_cast<std::size_t>(t.by)]} + " " +
                   value(literals_[t.first]);
        case kind::one_of:
            break;
    }
    std::string list;
    for (std::size_t i = t.first; i < std::size_t{t.first} + t.count; ++i)
        list += (list.empty() ? "" : ", ") + value(literals_[i]);
    return name + " in [" + list + "]";
}

}  // namespace earmark::sourcing
