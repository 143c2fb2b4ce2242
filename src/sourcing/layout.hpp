// LAYOUT: where each criterion lies in a key, for one problem and one policy.
//
//   high  [unserved lines] [the criteria in the policy's order] [digit of line 0] ... [of line n-1]
//
// A digit is the sequence of the node that a line leaves from; all ones: from none.
#pragma once

#include "board.hpp"
#include "keys.hpp"

namespace earmark::sourcing::detail {

struct bit_span {
    unsigned at = 0;
    unsigned width = 0;
};

struct layout {
    bit_span unserved, cost, parcels, unknown, metres, priority, score, weighted;
    std::array<bit_span, measures> columns;  // by measure, from in_zone on
    unsigned digit = 0;                      // width of one
    unsigned bits = 0;                       // of the whole key

    [[nodiscard]] unsigned digit_at(std::size_t slot, std::size_t slots) const noexcept {
        return static_cast<unsigned>(slots - 1 - slot) * digit;
    }
    [[nodiscard]] std::uint64_t no_digit() const noexcept {
        return (std::uint64_t{1} << digit) - 1;
    }
};

/// For plans that carry their lines' digits (small problems).
[[nodiscard]] layout with_digits(const board& b);
/// For plans that may leave lines unserved and carry no digits (large problems).
[[nodiscard]] layout with_unserved(const board& b);

/// What a sum of money adds beside a part's.
template <class Key>
Key money_key(const layout& l, const policy_terms& terms, std::int64_t cost) noexcept {
    if (l.weighted.width != 0) {
        const std::int64_t all = weighed_parcel(terms, cost) - weighed_parcel(terms, 0);
        return lifted<Key>(static_cast<std::uint64_t>(all), l.weighted.at);
    }
    return l.cost.width == 0 ? Key{} : lifted<Key>(static_cast<std::uint64_t>(cost), l.cost.at);
}

/// What opening a parcel adds to a plan's key.
template <class Key>
Key opening_key(const layout& l, const policy_terms& terms, const candidate& c) noexcept {
    if (l.weighted.width != 0)
        return lifted<Key>(static_cast<std::uint64_t>(weighed_parcel(terms, c.opening)),
                           l.weighted.at);
    const Key parcel = lifted<Key>(l.parcels.width != 0, l.parcels.at);
    return l.cost.width == 0
               ? parcel
               : parcel + lifted<Key>(static_cast<std::uint64_t>(c.opening), l.cost.at);
}

/// What every part of a candidate adds, whatever its line. Priorities and scores count from the
/// lowest of the problem, which shifts all plans that serve equally many lines by the same amount.
template <class Key>
Key node_key(const layout& l, const candidate& c, const ceilings& most) noexcept {
    const auto above = [](std::int32_t value, std::int32_t low) {
        return static_cast<std::uint64_t>(std::int64_t{value} - low);
    };
    Key key = lifted<Key>(l.unknown.width != 0 && c.unknown, l.unknown.at);
    if (l.metres.width != 0) key = key + lifted<Key>(c.metres, l.metres.at);
    if (l.priority.width != 0)
        key = key + lifted<Key>(above(c.priority, most.priority_low), l.priority.at);
    if (l.score.width != 0) key = key + lifted<Key>(above(c.score, most.score_low), l.score.at);
    return key;
}

/// What a part costs.
template <class Key>
Key cost_key(const layout& l, std::int64_t cost) noexcept {
    return l.cost.width == 0 ? Key{} : lifted<Key>(static_cast<std::uint64_t>(cost), l.cost.at);
}

/// What slot s from candidate c adds, where the policy looks beyond a node's own terms.
template <class Key>
Key part_key_beyond(const layout& l, const board& b, std::size_t c, std::size_t s) noexcept {
    const part_measures& m = b.measured(c, s);
    const ceilings& most = b.limits();
    if (!b.terms().weights.empty()) {
        if (l.weighted.width == 0) return Key{};
        const std::int64_t above = weighed_part(b.terms(), m) - most.weighed_low;
        return lifted<Key>(static_cast<std::uint64_t>(above), l.weighted.at);
    }
    Key key = node_key<Key>(l, b.candidates()[c], most) + cost_key<Key>(l, m[in_cost]);
    for (std::size_t i = in_zone; i < measures; ++i)
        if (l.columns[i].width != 0)
            key =
                key + lifted<Key>(static_cast<std::uint64_t>(m[i] - most.low[i]), l.columns[i].at);
    return key;
}

/// What slot s from candidate c adds. `base` is node_key() of c.
template <class Key>
Key part_key(const layout& l, const board& b, std::size_t c, std::size_t s,
             const Key& base) noexcept {
    return b.beyond() ? part_key_beyond<Key>(l, b, c, s) : base + cost_key<Key>(l, b.cost(c, s));
}

}  // namespace earmark::sourcing::detail
