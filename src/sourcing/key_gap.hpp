// KEY GAP: what a bound on a plan's key says in the terms of the order.
#pragma once

#include "board.hpp"
#include "layout.hpp"

namespace earmark::sourcing::detail {

/// A field of a key as a term: what the key leaves out is `base` and `each` for every served line.
struct key_term {
    bit_span span;
    plan_term term = plan_term::same;
    std::int64_t base = 0, each = 0;
};

/// The criteria of a layout, the most important first.
[[nodiscard]] std::vector<key_term> key_terms(const layout& l, const board& b);

/// Of a plan with the key `mine`, where no plan's key is less than `least`; both of a layout with
/// unserved lines.
template <class Key>
plan_gap gap_between(const layout& l, const board& b, const Key& mine, const Key& least) {
    const auto lines = static_cast<std::int64_t>(b.problem().lines.size());
    const auto slots = static_cast<std::int64_t>(b.slots().size());
    const auto unserved = static_cast<std::int64_t>(field(mine, l.unserved.at, l.unserved.width));
    const auto least_unserved =
        static_cast<std::int64_t>(field(least, l.unserved.at, l.unserved.width));
    if (least_unserved < unserved)
        return {plan_term::unserved, lines - slots + unserved, lines - slots + least_unserved};
    const std::int64_t served = slots - unserved;
    for (const key_term& t : key_terms(l, b)) {
        if (t.span.width > 63) return {};
        const auto have = static_cast<std::int64_t>(field(mine, t.span.at, t.span.width));
        const auto bound = static_cast<std::int64_t>(field(least, t.span.at, t.span.width));
        const std::int64_t more = served == 0 ? 0 : t.base + t.each * served;
        if (bound < have) return {t.term, have + more, bound + more};
    }
    return {plan_term::sequence, 0, 0};
}

}  // namespace earmark::sourcing::detail
