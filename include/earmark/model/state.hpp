// BASE STATES of a unit: a closed list. A hold is an overlay and never a state; a pre-order is a
// reservation on a supply. The order of the list is the order of progress, and derived statuses
// (lowest, highest) are read off it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace earmark {

enum class unit_state : std::uint8_t {
    open,         // captured; no stock is promised yet
    backordered,  // sourcing found no stock; waits for supply
    reserved,     // promised from a group or a supply, no node yet
    allocated,    // promised from a node: units of its cell are earmarked
    released,     // the node was told to do the work
    picked,
    packed,
    shipped,
    delivered,
    lost,
    cancelled,
};
inline constexpr std::size_t unit_states = 11;

/// What moves units from state to state.
enum class unit_event : std::uint8_t {
    allocate,
    backorder,
    unallocate,
    release,
    ship,
    deliver,
    cancel,
    reserve,  // another order brings them
    pick,
    pack,
    unpick,  // back to the shelf, picked or packed
    lose,
    fulfil,  // what needs no goods is done
};
inline constexpr std::size_t unit_events = 13;

[[nodiscard]] std::string_view name_of(unit_state s) noexcept;
[[nodiscard]] std::string_view name_of(unit_event e) noexcept;

/// Three ways out of `active`, and none back.
enum class reservation_state : std::uint8_t { active, consumed, cancelled, expired };
[[nodiscard]] std::string_view name_of(reservation_state s) noexcept;

/// Units in these states are earmarked in a cell: they were taken from `free` and are on hand.
constexpr bool holds_stock(unit_state s) noexcept {
    return s == unit_state::reserved || s == unit_state::allocated || s == unit_state::released ||
           s == unit_state::picked || s == unit_state::packed;
}
constexpr bool is_final(unit_state s) noexcept {
    return s == unit_state::delivered || s == unit_state::lost || s == unit_state::cancelled;
}

}  // namespace earmark
