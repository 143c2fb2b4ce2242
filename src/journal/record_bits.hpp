// THE BITS of a record, for its writer and its reader.
#pragma once

#include <cstdint>

#include "earmark/model/change_set.hpp"
#include "earmark/model/state.hpp"

namespace earmark::journal::bits {

// Flags beside the op in a record's first byte of an op.
inline constexpr unsigned with_order = 0x08;   // move, post, note: another order than the op before
inline constexpr unsigned with_reason = 0x10;  // move
inline constexpr unsigned with_refs = 0x20;    // move: of its units, before and after
inline constexpr unsigned with_cells = 0x40;   // move: the cell before, the cell after
inline constexpr unsigned with_free = 0x08;    // cell
inline constexpr unsigned with_on_hand = 0x10;  // cell
inline constexpr unsigned life_shift = 3;       // reservation: two bits
inline constexpr unsigned is_birth = 0x20;      // reservation, active
inline constexpr unsigned with_parts = 0x20;    // reservation, consumed
inline constexpr unsigned no_deadline = 0x40;   // reservation births and parts, timers
inline constexpr unsigned at_deadline = 0x40;   // reservation ends: it was known, and follows
inline constexpr unsigned with_holder = 0x80;   // reservation, timer: not the number's first

constexpr std::uint64_t zigzag(std::int64_t n) noexcept {
    return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t n) noexcept {
    return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

/// Units in these states are or were in a cell, so a move names it: a bit a state, asked twice of
/// every move.
inline constexpr std::uint32_t with_cell = [] {
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < unit_states; ++i) {
        const auto s = static_cast<unit_state>(i);
        const bool had =
            s == unit_state::shipped || s == unit_state::delivered || s == unit_state::lost;
        if (had || holds_stock(s)) bits |= 1u << i;
    }
    return bits;
}();
constexpr bool names_cell(unit_state s) noexcept {
    return (with_cell >> static_cast<unsigned>(s) & 1) != 0;
}

/// Mostly a move's cells are told by one number: the one that it keeps, leaves or comes to.
constexpr bool tells_both_cells(const bucket_move& m) noexcept {
    const bool from = names_cell(m.from), to = names_cell(m.to);
    return (from && m.from_cell == none<cell_id>) || (to && m.to_cell == none<cell_id>) ||
           (from && to && m.from_cell != m.to_cell);
}

}  // namespace earmark::journal::bits
