// THE CELL WORD. Everything that a take must see at one instant fits 64 bits:
//
//   free:24 (excess 2^23) | claimed:1 | slot:7 | sequence:32
//
// `free` counts granules that nobody has been promised. (slot, sequence) is the tag of the
// operation that wrote the word, or, while `claimed`, of the multi-line take that holds it. A tag
// is used once per cell, so equal words are the same word: compare-and-swap cannot be fooled
// (narrow tags lose stock: spec/stock.md, finding 5). A tag returns only after 2^32 operations of
// one slot.
#pragma once

#include <cstdint>

#include "earmark/core/granules.hpp"

namespace earmark::stock {

inline constexpr granules max_on_hand = (1 << 22) - 1;  // per cell
inline constexpr granules max_amount = (1 << 22) - 1;   // per take, give and floor
inline constexpr std::uint32_t max_slots = 127;
inline constexpr std::uint32_t nobody = 127;  // the tag slot of a cell's first word

struct tag {
    std::uint32_t slot = nobody;
    std::uint32_t sequence = 0;
    friend constexpr bool operator==(tag, tag) = default;
};

class word {
public:
    constexpr word() noexcept : word{0, false, {}} {}
    constexpr explicit word(std::uint64_t bits) noexcept : bits_{bits} {}
    constexpr word(granules free, bool claimed, tag by) noexcept
        : bits_{static_cast<std::uint64_t>(static_cast<std::uint32_t>(free + excess)) << 40 |
                mark(claimed, by)} {}

    [[nodiscard]] constexpr granules free() const noexcept {
        return static_cast<granules>(bits_ >> 40) - excess;
    }
    [[nodiscard]] constexpr bool claimed() const noexcept { return (bits_ >> 39 & 1) != 0; }
    [[nodiscard]] constexpr tag by() const noexcept {
        return {static_cast<std::uint32_t>(bits_ >> 32 & 127), static_cast<std::uint32_t>(bits_)};
    }
    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr bool claimed_by(tag t) const noexcept {
        return (bits_ & marks) == mark(true, t);
    }

    friend constexpr bool operator==(word, word) = default;

    /// For sums over many words: the bits above `free_shift`, exclusive-or those of a word with
    /// nothing free, are what is free if none of `odd_bits` is left, that is, if the word is
    /// neither claimed nor below zero.
    static constexpr unsigned free_shift = 40;
    static constexpr std::uint64_t odd_bits = std::uint64_t{1} << 63 | std::uint64_t{1} << 39;

private:
    static constexpr granules excess = 1 << 23;
    static constexpr std::uint64_t marks = (std::uint64_t{1} << 40) - 1;

    static constexpr std::uint64_t mark(bool claimed, tag by) noexcept {
        return static_cast<std::uint64_t>(claimed) << 39 |
               static_cast<std::uint64_t>(by.slot & 127u) << 32 | by.sequence;
    }

    std::uint64_t bits_;
};

static_assert(word{-5, true, {3, 9}}.free() == -5);
static_assert(word{7, false, {127, 0xFFFFFFFF}}.by() == tag{127, 0xFFFFFFFF});

// THE STATUS of a slot's multi-line take: sequence:32 | free seen:17 | line:13 | state:2. The last
// three are written together with the decision, so that a refusal says which line and why.
enum class take_state : std::uint8_t { preparing, undecided, succeeded, failed };

inline constexpr std::uint32_t most_lines = 1u << 13;  // of a take

struct status {
    /// Free units saturate here: they inform, nothing is decided by them.
    static constexpr granules most_free = (1 << 16) - 1;

    std::uint32_t sequence = 0;
    take_state state = take_state::preparing;
    std::uint32_t line = 0;
    granules free = 0;

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
        const granules f = free > most_free ? most_free : free < -most_free ? -most_free : free;
        return static_cast<std::uint64_t>(sequence) << 32 |
               static_cast<std::uint64_t>(static_cast<std::uint32_t>(f + most_free + 1) & 0x1FFFF)
                   << 15 |
               static_cast<std::uint64_t>(line % most_lines) << 2 |
               static_cast<std::uint64_t>(state);
    }
    [[nodiscard]] static constexpr status of(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits >> 32), static_cast<take_state>(bits & 3),
                static_cast<std::uint32_t>(bits >> 2) % most_lines,
                static_cast<granules>(bits >> 15 & 0x1FFFF) - (most_free + 1)};
    }
    [[nodiscard]] constexpr bool is_saturated() const noexcept {
        return free >= most_free || free <= -most_free;
    }
    [[nodiscard]] constexpr bool undecided(std::uint32_t of_sequence) const noexcept {
        return sequence == of_sequence && state == take_state::undecided;
    }
};
static_assert(status::of(status{7, take_state::failed, 8'191, -3}.bits()).free == -3);
static_assert(status::of(status{7, take_state::failed, 8'191, 1 << 20}.bits()).line == 8'191);
static_assert(status::of(status{7, take_state::failed, 0, -70'000}.bits()).is_saturated());

}  // namespace earmark::stock
