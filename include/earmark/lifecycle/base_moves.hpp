// WHAT THE ENGINE CAN DO with units, from base state to base state. A workflow takes of these what
// it wants, and adds guards, labels and reasons; it cannot add a move.
#pragma once

#include <optional>
#include <span>

#include "earmark/model/state.hpp"

namespace earmark::lifecycle {

struct base_move {
    unit_state from;
    unit_event on;
    unit_state to;
};
namespace detail {
using enum unit_state;
using enum unit_event;
inline constexpr base_move moves_of_units[] = {
    {open, allocate, allocated},
    {open, backorder, backordered},
    {open, cancel, cancelled},
    {open, fulfil, delivered},
    {open, reserve, reserved},
    {backordered, allocate, allocated},
    {backordered, backorder, backordered},
    {backordered, reserve, reserved},
    {backordered, cancel, cancelled},
    {reserved, allocate, allocated},
    {reserved, unallocate, open},
    {reserved, cancel, cancelled},
    {allocated, unallocate, open},
    {allocated, release, released},
    {allocated, cancel, cancelled},
    {released, unallocate, open},
    {released, pick, picked},
    {released, pack, packed},
    {released, ship, shipped},
    {released, cancel, cancelled},
    {picked, pack, packed},
    {picked, ship, shipped},
    {picked, unpick, released},
    {picked, lose, lost},
    {packed, ship, shipped},
    {packed, unpick, released},
    {packed, lose, lost},
    {shipped, deliver, delivered},
    {shipped, lose, lost},
};
}  // namespace detail
inline constexpr std::span<const base_move> base_moves{detail::moves_of_units};

/// The event that leads units from one base state to the other, or nothing.
[[nodiscard]] constexpr std::optional<unit_event> event_of(unit_state from,
                                                           unit_state to) noexcept {
    for (const base_move& m : base_moves)
        if (m.from == from && m.to == to) return m.on;
    return std::nullopt;
}

}  // namespace earmark::lifecycle
