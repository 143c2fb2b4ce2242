// THE STANDARD ORDER WORKFLOW as one table that a merchandiser can read. A pair (state, event)
// without a row is refused with `not_allowed`. The table is checked below, at compile time: every
// state can be reached and every state that is not final can be left.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "earmark/model/state.hpp"

namespace earmark::lifecycle {

struct step {
    unit_state from;
    unit_event on;
    unit_state to;
    std::string_view because;
};

namespace detail {
using enum unit_state;
using enum unit_event;
inline constexpr step standard[] = {
    {open, allocate, allocated, "a plan took stock for it"},
    {open, backorder, backordered, "no node had stock; it waits for supply"},
    {open, reserve, reserved, "another order brings it to its node"},
    {open, cancel, cancelled, "nothing was promised yet"},
    {backordered, allocate, allocated, "supply came and a plan took it"},
    {backordered, backorder, backordered, "it waits in another queue"},
    {backordered, reserve, reserved, "another order brings it to its node"},
    {backordered, cancel, cancelled, "nobody has to wait for what he does not want"},
    {reserved, allocate, allocated, "it has come, and lies at its node"},
    {reserved, unallocate, open, "it will not come"},
    {reserved, cancel, cancelled, "what brings it is told"},
    {allocated, unallocate, open, "decided again: the stock goes back first"},
    {allocated, release, released, "the node was told to ship it"},
    {allocated, cancel, cancelled, "the stock goes back to free"},
    {released, unallocate, open, "the node gives it back"},
    {released, ship, shipped, "the parcel left; on-hand falls with it"},
    {released, cancel, cancelled, "until the goods leave; the node is told"},
    {shipped, deliver, delivered, "the customer has it; from here on it is a return"},
};
}  // namespace detail

inline constexpr std::span<const step> standard_workflow{detail::standard};

/// The state after `on`, or nothing where the table has no such row.
[[nodiscard]] constexpr std::optional<unit_state> next(unit_state from, unit_event on) noexcept {
    for (const step& s : standard_workflow)
        if (s.from == from && s.on == on) return s.to;
    return std::nullopt;
}

namespace detail {
/// Of each state, a bit per state that some event leads to: every move asks it.
inline constexpr auto ways_out = [] {
    std::array<std::uint16_t, unit_states> bits{};
    for (const step& s : standard_workflow)
        bits[static_cast<std::size_t>(s.from)] |=
            static_cast<std::uint16_t>(1u << static_cast<unsigned>(s.to));
    return bits;
}();
}  // namespace detail

/// True if some event leads from one state to the other.
[[nodiscard]] constexpr bool leads(unit_state from, unit_state to) noexcept {
    return (detail::ways_out[static_cast<std::size_t>(from)] >> static_cast<unsigned>(to) & 1) != 0;
}

namespace detail {
constexpr bool used(unit_state s) {
    for (const step& r : standard_workflow)
        if (r.from == s || r.to == s) return true;
    return false;
}
constexpr bool sound() {
    for (std::size_t i = 0; i < unit_states; ++i) {
        const auto s = static_cast<unit_state>(i);
        if (!used(s)) continue;  // picked, packed, lost: rooms that are still to come
        bool entered = s == unit_state::open;
        bool left = is_final(s);
        for (const step& r : standard_workflow) {
            entered = entered || r.to == s;
            left = left || r.from == s;
            for (const step& q : standard_workflow)
                if (&r != &q && r.from == q.from && r.on == q.on) return false;  // ambiguous
        }
        if (!entered || !left) return false;
    }
    return true;
}
}  // namespace detail
static_assert(detail::sound(), "a state cannot be reached or left, or a pair has two rows");
static_assert(!next(unit_state::shipped, unit_event::cancel),
              "shipped goods come back as a return, not as a cancel");

}  // namespace earmark::lifecycle
