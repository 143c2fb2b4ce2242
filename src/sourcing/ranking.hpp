// A RANKING is what one policy thinks of the nodes as seen from one place, before any stock is
// looked at: which may be used at all, and which are plainly better than which. It depends on the
// policy, the nodes and the distances only, so it is made once for many orders.
//
// Invariants:
// (1) A lane is a chain: each of its nodes plainly beats all that follow it. So of the nodes that
//     can serve the same lines, only the first in a lane can be in a best plan.
// (2) Every allowed node stands in exactly one lane, once the ranking is sorted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "earmark/model/sourcing.hpp"
#include "earmark/sourcing/policy.hpp"
#include "keys.hpp"

namespace earmark::sourcing::detail {

/// A node's terms: all that a policy compares it by.
struct standing {
    key128 rate = 0;           // per unit, distance included, in 1e-10
    std::int64_t opening = 0;  // fixed_per_parcel and extra_parcel
    std::uint32_t metres = 0;  // 0 where unknown
    std::int32_t priority = 0;
    std::int32_t score = 0;
    std::uint16_t sequence = 0;
    bool unknown = false;  // distance
};

/// Which criteria a policy ranks by.
class ranked_criteria {
public:
    explicit ranked_criteria(const policy_terms& terms) noexcept
        : beyond_{!terms.weights.empty() || !terms.parcels.empty()} {
        for (const criterion c : terms.rank) {
            is_[static_cast<std::size_t>(c)] = true;
            beyond_ |= is_column(c);
        }
    }
    ranked_criteria() = default;
    /// Is there more to compare than what a node's own terms say? Then nothing here decides.
    [[nodiscard]] bool beyond() const noexcept { return beyond_; }
    [[nodiscard]] bool has(criterion c) const noexcept { return is_[static_cast<std::size_t>(c)]; }

    /// True only where every part and every parcel of `a` is better than the same of `b`, whatever
    /// the line: the rates are no higher, and something that never rounds away is lower.
    [[nodiscard]] bool plainly_beats(const standing& a, const standing& b) const noexcept;

private:
    std::array<bool, criteria> is_{};
    bool beyond_ = false;
};

/// A node's terms, but for its score, which is the problem's.
[[nodiscard]] standing standing_of(const policy_terms& terms, const node_facts& node,
                                   std::uint32_t metres, std::uint32_t farthest) noexcept;

class ranking {
public:
    /// Finds what is allowed; no lanes yet. O(nodes).
    void judge(const policy_terms& terms, std::span<const node_facts> nodes,
               std::span<const std::uint32_t> metres);
    /// After judge() of the same: makes the lanes. O(nodes * (log nodes + lanes)).
    void sort(const policy_terms& terms, std::span<const node_facts> nodes,
              std::span<const std::uint32_t> metres);

    [[nodiscard]] bool is_sorted() const noexcept { return !ends_.empty(); }
    [[nodiscard]] std::size_t lanes() const noexcept { return ends_.size(); }
    /// Nodes have places, lane after lane.
    struct stretch {
        std::uint32_t first = 0;
        std::uint32_t end = 0;
    };
    [[nodiscard]] stretch lane(std::size_t i) const noexcept {
        return {i == 0 ? 0 : ends_[i - 1], ends_[i]};
    }
    [[nodiscard]] std::uint16_t at(std::uint32_t place) const noexcept { return nodes_[place]; }
    /// Of an allowed node.
    [[nodiscard]] std::uint32_t place_of(std::size_t node) const noexcept { return places_[node]; }
    /// One bit a node.
    [[nodiscard]] std::span<const std::uint64_t> allowed() const noexcept { return allowed_; }
    /// The distance that costs use where the real one is unknown.
    [[nodiscard]] std::uint32_t farthest() const noexcept { return farthest_; }

private:
    std::vector<std::uint64_t> allowed_;
    std::vector<std::uint16_t> nodes_;   // by place
    std::vector<std::uint16_t> places_;  // by node
    std::vector<std::uint32_t> ends_;    // of each lane, in nodes_
    std::uint32_t farthest_ = 0;
};

/// Rankings of the places that orders come from again and again. One thread's own. What it answers
/// never depends on what it remembers, only how soon.
class ranking_cache {
public:
    /// The ranking for this problem. With scores of its own, which are another problem's tomorrow,
    /// a problem that is ranked by them has no lanes. Sorted from the second look at a place on: an
    /// address that is never seen again is not worth sorting for. Valid until the next call.
    const ranking& of(const policy& by, const sourcing_problem& problem);

private:
    struct entry {
        std::uint64_t view = 0;
        std::uint64_t policy = 0;
        ranking nodes;
    };
    std::vector<std::unique_ptr<entry>> entries_;  // direct-mapped by view
    ranking passing_;
};

/// A cost as it is expected to be where a policy counts on rejections: divided by the part of what
/// is sent to the node that it accepts, half up.
[[nodiscard]] std::int64_t per_acceptance(const policy_terms& terms, const node_facts& node,
                                          std::int64_t cost) noexcept;

/// A node's own rate, else the policy's for its kind, else `unpriced`.
[[nodiscard]] std::int64_t fixed_rate(const policy_terms& terms, const node_facts& node) noexcept;
[[nodiscard]] std::int64_t unit_rate(const policy_terms& terms, const node_facts& node) noexcept;
[[nodiscard]] bool priced(const policy_terms& terms, const node_facts& node) noexcept;

/// Per unit, including the distance, in 1e-10 of the major unit. Requires a priced node.
[[nodiscard]] key128 rate_at(const policy_terms& terms, const node_facts& node,
                             std::uint32_t metres) noexcept;

/// The farthest known distance among active nodes; 0 where none is known.
[[nodiscard]] std::uint32_t farthest_known(std::span<const node_facts> nodes,
                                           std::span<const std::uint32_t> metres) noexcept;

}  // namespace earmark::sourcing::detail
