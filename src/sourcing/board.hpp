// THE BOARD is one problem as one policy sees it: which nodes may serve which lines whole, and what
// each such pair costs. Everything that depends on the policy's tables is settled here, once per
// problem, so that the searches behind it only add and compare.
//
// Invariants:
// (1) `slots` are the wanted lines that at least one allowed node can serve whole, ascending.
// (2) `candidates` are the nodes that can serve at least one slot, in the order of the problem;
//     those that another node plainly dominates may be missing, which never changes the best plan.
// (3) cost(c, s) is the part's cost in 1/10,000, or -1 where candidate c cannot serve slot s whole.
// (4) With at most 32 wanted lines, bit s of a candidate's `reach` says cost(c, s) >= 0.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/model/sourcing.hpp"
#include "earmark/sourcing/policy.hpp"
#include "keys.hpp"
#include "measures.hpp"
#include "ranking.hpp"

namespace earmark::sourcing::detail {

inline constexpr std::uint32_t no_node = 0xFFFFFFFF;
inline constexpr std::size_t reach_bits = 32;

struct candidate : standing {
    std::uint32_t node = 0;
    std::uint32_t reach = 0;
    bool contested = false;  // lines of one SKU compete for its units: not all can be served
};

/// What the sums of a problem can reach; the widths of a key's fields follow from it.
struct ceilings {
    std::uint64_t part = 0;     // dearest part
    std::uint64_t opening = 0;  // dearest parcel
    std::uint32_t metres = 0;   // farthest known candidate
    bool unknown = false;
    std::int32_t priority_low = 0;
    std::int32_t priority_high = 0;
    std::int32_t score_low = 0;
    std::int32_t score_high = 0;
    std::uint16_t sequence = 0;   // largest
    part_measures low{}, high{};  // of parts, where the policy looks beyond a node's own terms
    std::int64_t weighed_low = 0, weighed_high = 0;
    bool measured = false;

    /// As new; the measures' own are set by the first of them.
    void reset() noexcept {
        part = opening = 0;
        metres = 0;
        unknown = measured = false;
        sequence = 0;
        priority_low = priority_high = score_low = score_high = 0;
    }
};

class board {
public:
    /// Reads a problem. `ranks` is of the same policy, nodes and distances and outlives the board's
    /// use. O(lines x nodes) to see who has enough; after that, where `ranks` is sorted, only the
    /// first few nodes of each lane are looked at. `without` may not be used (no_node: all may).
    /// `every` keeps all candidates, for questions about plans that are not the best.
    void look(const policy_terms& terms, const sourcing_problem& problem, const ranking& ranks,
              std::uint32_t without, bool every = false);

    [[nodiscard]] const policy_terms& terms() const noexcept { return *terms_; }
    [[nodiscard]] const sourcing_problem& problem() const noexcept { return *problem_; }
    [[nodiscard]] std::span<const std::uint16_t> slots() const noexcept { return slots_; }
    [[nodiscard]] std::span<const candidate> candidates() const noexcept { return candidates_; }
    [[nodiscard]] const ceilings& limits() const noexcept { return limits_; }

    [[nodiscard]] std::int64_t cost(std::size_t c, std::size_t s) const noexcept {
        return costs_[c * slots_.size() + s];
    }
    /// Do columns, weights or parcel rates count? Then measured() is there.
    [[nodiscard]] bool beyond() const noexcept { return ranked_.beyond(); }
    [[nodiscard]] const part_measures& measured(std::size_t c, std::size_t s) const noexcept {
        return measures_[c * slots_.size() + s];
    }
    /// Is a plan more than the sum of its parts?
    [[nodiscard]] bool bundled() const noexcept { return bundled_; }
    [[nodiscard]] const wanted_line& wanted(std::size_t slot) const noexcept {
        return problem_->lines[slots_[slot]];
    }
    [[nodiscard]] bool shares_skus() const noexcept { return shared_; }
    /// The first slot with the same SKU.
    [[nodiscard]] std::size_t first_of_sku(std::size_t slot) const noexcept {
        return shared_ ? first_of_sku_[slot] : slot;
    }

    /// May the policy use this node at all?
    [[nodiscard]] bool allows(std::uint32_t node) const noexcept {
        return node != without_ && (ranks_->allowed()[node / 64] >> node % 64 & 1) != 0 &&
               problem_->selects(static_cast<node_id>(node));
    }
    /// One bit a node: has it enough for all of a wanted line, after what is kept back?
    [[nodiscard]] std::span<const std::uint64_t> enough(std::size_t wanted) const noexcept {
        return std::span{enough_}.subspan(wanted * words_, words_);
    }
    /// Granules of a wanted line above what is kept back; of a selected node.
    [[nodiscard]] std::int64_t usable(std::size_t wanted, std::uint32_t node) const noexcept {
        if (!problem_->selects(static_cast<node_id>(node))) return 0;
        const std::int64_t free = problem_->free[wanted * problem_->nodes.size() + node];
        if (!keeps_back_) return free;
        return free - kept_[wanted][static_cast<std::size_t>(problem_->nodes[node].kind)];
    }
    /// What `n` granules of a wanted line cost from a node.
    [[nodiscard]] std::int64_t part_cost(std::size_t wanted, std::uint32_t node,
                                         std::int64_t n) const noexcept;
    /// What a parcel from a node costs, as if it were not the first.
    [[nodiscard]] std::int64_t opening(std::uint32_t node) const noexcept;
    /// The distance that costs use where the real one is unknown.
    [[nodiscard]] std::uint32_t farthest() const noexcept { return ranks_->farthest(); }

private:
    void keep_back();
    void find_enough();
    [[nodiscard]] std::uint64_t enough_above_kept(std::size_t l, std::size_t first,
                                                  std::size_t count) const noexcept;
    void find_slots();
    [[nodiscard]] bool are_apart() const noexcept;
    void find_shared_skus();
    void find_candidates();
    void find_places();
    [[nodiscard]] std::uint32_t next_place(std::uint32_t at, std::uint32_t end) const noexcept;
    void walk_lanes();
    void add_candidate(std::uint32_t node, std::uint32_t reach);
    [[nodiscard]] std::uint32_t reach_of(std::uint32_t node) const noexcept;
    void drop_dominated();
    [[nodiscard]] bool plainly_beats(const candidate& a, const candidate& b) const noexcept {
        return (b.reach & ~a.reach) == 0 && ranked_.plainly_beats(a, b);
    }
    void set_costs(std::size_t c);
    void set_measures(std::size_t c);
    void close_sets();
    void mark_contested(std::size_t c);
    void note(const candidate& c) noexcept;

    const policy_terms* terms_ = nullptr;
    const sourcing_problem* problem_ = nullptr;
    const ranking* ranks_ = nullptr;
    std::uint32_t without_ = no_node;
    bool shared_ = false;
    bool keeps_back_ = false;
    bool bundled_ = false;
    ceilings limits_;
    ranked_criteria ranked_;
    std::size_t words_ = 0;                                   // of 64 nodes
    std::vector<std::uint64_t> enough_;                       // by wanted line, `words_` each
    std::vector<std::array<std::int64_t, node_kinds>> kept_;  // by wanted line, granules
    std::vector<std::uint64_t> usable_, some_;  // nodes that may be used; that can serve any slot
    std::vector<std::uint64_t> places_;         // of the ranking, that are worth a look
    std::vector<std::uint16_t> slots_;
    std::vector<std::uint32_t> first_of_sku_, by_sku_;
    std::vector<std::int64_t> asked_;  // by slot: granules of its SKU, at the first slot of it
    std::vector<candidate> candidates_;
    std::vector<std::uint32_t> best_;  // candidates that are not plainly dominated
    std::vector<std::int64_t> costs_;
    std::vector<part_measures> measures_;
};

/// Cost of `n` granules of `granule_e9` at `rate_e10` per unit, in 1/10,000, half up, at most
/// max_part_cost_e4. Requires n, granule_e9 > 0.
[[nodiscard]] std::int64_t cost_of(std::int64_t n, std::int64_t granule_e9,
                                   key128 rate_e10) noexcept;

/// Granules of a line that stay at nodes of a kind, rounded up.
[[nodiscard]] std::int64_t kept_granules(std::int64_t units, std::int64_t granule_e9) noexcept;

}  // namespace earmark::sourcing::detail
