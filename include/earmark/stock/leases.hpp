// LEASES: which cells are hot, and the lease words of each. A hot cell's units lie in its own word,
// the central one, and in one lease word per caller slot, so that callers need not meet. The
// argument is on docs/algorithms/leases.md; stock/leasing.hpp moves the units.
//
// A cell may use one group of lease words only, found by its number; two hot cells with the same
// group take turns. Lease words are cells of the cell table beyond all others, so that one claim
// protocol serves both.
//
// Invariants
//   (1) A lease word is closed (below zero, the group's generation) or open (zero or more).
//       Bringing the units home closes all words of a group at one instant and begins a generation.
//   (2) Only the borrower of slot s opens or refills word s of a group.
//   (3) Open words are of the cell that the group is bound to. A group is bound to another cell
//       only after all its words were closed.
//   (4) While a lease word is open, the central word is not below zero.
//   (5) A lease word is opened only by an operation that changes the central word.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "earmark/core/env.hpp"
#include "earmark/core/granules.hpp"
#include "earmark/core/ids.hpp"

namespace earmark::stock {

/// When a cell is leased, and how much of it. Nothing here can make an answer wrong.
struct lease_rules {
    std::uint32_t groups = 0;    // cells that can be hot at a time; 0: none ever is
    std::uint32_t losses = 16;   // so many lost swaps on a cell, within
    std::uint32_t window = 256;  // so many attempts of one slot, make it hot
    granules share = 8;          // a refill takes one part in `share` of what is free,
    granules most = 64;          // and at most what so many takes ask for;
    granules least = 4;          // where that is less than `least` takes, the cell is hot no more
    std::uint32_t lonely = 16;   // nor after so many refills in a row with nobody else there
};
inline constexpr lease_rules usual_leases{.groups = 64};
/// Production leases hot cells; a test's Env does where the test asks for it.
template <class Env>
inline constexpr lease_rules leases_of =
    std::is_same_v<Env, std_env> ? usual_leases : lease_rules{};

/// A closed lease word's `free` in a generation. Zeroed memory is closed in generation 0.
constexpr granules closed_in(std::uint32_t generation) noexcept {
    return static_cast<granules>(generation) - (1 << 23);
}

/// What a group is bound to: cell + 1 (0: none), whether its units are to come home, generation.
class binding {
public:
    constexpr explicit binding(std::uint64_t bits = 0) noexcept : bits_{bits} {}

    [[nodiscard]] constexpr bool holds(cell_id c) const noexcept {
        return bits_ >> 32 == std::uint64_t{raw(c)} + 1;
    }
    [[nodiscard]] constexpr bool is_free() const noexcept { return bits_ >> 32 == 0; }
    [[nodiscard]] constexpr cell_id cell() const noexcept {
        return cell_id{static_cast<std::uint32_t>((bits_ >> 32) - 1)};
    }
    [[nodiscard]] constexpr bool closing() const noexcept { return (bits_ & to_close) != 0; }
    [[nodiscard]] constexpr std::uint32_t generation() const noexcept {
        return static_cast<std::uint32_t>(bits_) & last_generation;
    }
    [[nodiscard]] constexpr std::uint32_t next_generation() const noexcept {
        return (generation() + 1) & last_generation;
    }

    [[nodiscard]] constexpr binding bound_to(cell_id c) const noexcept {
        return binding{(std::uint64_t{raw(c)} + 1) << 32 | generation()};
    }
    [[nodiscard]] constexpr binding told_to_close() const noexcept {
        return binding{bits_ | to_close};
    }
    [[nodiscard]] constexpr binding let_go() const noexcept { return binding{next_generation()}; }

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
    friend constexpr bool operator==(binding, binding) = default;

private:
    static constexpr std::uint32_t last_generation = (1u << 22) - 1;
    static constexpr std::uint64_t to_close = 1u << 31;
    std::uint64_t bits_;
};

template <class Env = std_env>
class lease_table {
public:
    /// `lanes` lease words a group, whose cells begin at `first`.
    lease_table(const lease_rules& rules, std::uint32_t lanes, std::uint32_t first)
        : rules_{rules},
          lanes_{lanes},
          first_{first},
          bindings_{std::make_unique<atomic_binding[]>(rules.groups + std::size_t{1})} {}

    static constexpr std::uint32_t stride = 8;  // lease words are a cache line apart
    static constexpr std::uint32_t cells_for(const lease_rules& rules,
                                             std::uint32_t lanes) noexcept {
        return rules.groups * lanes * stride;
    }

    [[nodiscard]] const lease_rules& rules() const noexcept { return rules_; }
    [[nodiscard]] std::uint32_t lanes() const noexcept { return lanes_; }
    [[nodiscard]] cell_id lane(cell_id of, std::uint32_t i) const noexcept {
        return lane_of(group_of(of), i);
    }
    /// The groups by number, for the auditor.
    [[nodiscard]] binding group(std::uint32_t i) const noexcept {
        return binding{bindings_[i].load(std::memory_order_seq_cst)};  // (g)
    }
    [[nodiscard]] cell_id lane_of(std::uint32_t group, std::uint32_t i) const noexcept {
        return cell_id{first_ + (group * lanes_ + i) * stride};
    }

    [[nodiscard]] bool is_lane(cell_id c) const noexcept { return raw(c) >= first_; }

    /// False as long as no cell was ever hot. Requires an acquire of a word before it: whoever sees
    /// a word that a refill has left sees true.
    [[nodiscard]] bool ever() const noexcept {
        if constexpr (!std::is_same_v<Env, std_env>)
            if (rules_.groups == 0) return false;      // no choice point where there is no choice
        return ever_.load(std::memory_order_relaxed);  // (h)
    }
    [[nodiscard]] binding of(cell_id c) const noexcept {
        return binding{bindings_[group_of(c)].load(std::memory_order_seq_cst)};  // (g)
    }
    /// Whether units of the cell may lie in lease words. What it says holds from an (a) before it
    /// for as long as that word stands, by (5).
    [[nodiscard]] bool beside(cell_id c) const noexcept { return ever() && of(c).holds(c); }

    /// Binds a free group to `c`; false if somebody was faster.
    bool bind(binding seen, cell_id c) noexcept {
        ever_.store(true, std::memory_order_relaxed);  // (h) before (g) and every refill
        return change(c, seen, seen.bound_to(c));
    }
    /// No new refills from here on.
    void close(binding seen) const noexcept { change(seen.cell(), seen, seen.told_to_close()); }
    /// Requires every word of the group to have been closed in the next generation.
    void let_go(binding seen) const noexcept { change(seen.cell(), seen, seen.let_go()); }

private:
    using atomic_binding = typename Env::template atomic<std::uint64_t>;

    [[nodiscard]] std::uint32_t group_of(cell_id c) const noexcept {
        return static_cast<std::uint32_t>(
            (raw(c) * std::uint64_t{0x9E3779B9} & 0xFFFFFFFF) * rules_.groups >> 32);
    }
    bool change(cell_id c, binding seen, binding next) const noexcept {
        std::uint64_t expected = seen.bits();
        return bindings_[group_of(c)].compare_exchange_strong(
            expected, next.bits(),
            std::memory_order_seq_cst,   // (g) in S with the words
            std::memory_order_relaxed);  //     somebody else did it; callers look again
    }

    typename Env::template atomic<bool> ever_{false};
    lease_rules rules_;
    std::uint32_t lanes_;
    std::uint32_t first_;
    std::unique_ptr<atomic_binding[]> bindings_;
};

}  // namespace earmark::stock
