// AGEING AND EXCEPTIONS: how long units have stood where they stand, and which of them for too
// long. A fold over movements. Units that enter a state first leave it first, since units of one
// line, state and node are not told apart; every unit that is not final is in exactly one row.
//
// Who may call: one thread at a time; const members from several at once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/model/state.hpp"

namespace earmark::report {

/// Why units wait, read off the state that they are in. A closed list.
enum class wait_reason : std::uint8_t {
    not_sourced,    // open: no decision was asked for yet
    no_stock,       // back-ordered: sourcing found none
    not_released,   // allocated: the node was not told
    not_shipped,    // released, picked or packed: the node has not shipped
    not_delivered,  // shipped: no delivery was reported
    no_node,        // reserved from a group or a supply
};
inline constexpr std::size_t wait_reasons = 6;
[[nodiscard]] std::string_view name_of(wait_reason r) noexcept;
/// Requires a state that is not final.
[[nodiscard]] wait_reason reason_of(unit_state s) noexcept;

/// Whether units in this state are told apart by their node.
[[nodiscard]] constexpr bool stands_at_node(unit_state s) noexcept {
    return holds_stock(s) || s == unit_state::shipped;
}

/// Units in one state and age band. Ages are whole instants: from <= age < to.
struct age_row {
    unit_state state = unit_state::open;
    wait_reason reason = wait_reason::not_sourced;
    duration from, to;        // of the band; the last one is open: to is INT64_MAX
    std::int64_t units = 0;   // in 10^-decimals
    std::int64_t orders = 0;  // with such units
    time_point oldest = never;
};

/// Units that have stood still for longer than their state allows.
struct exception_row {
    wait_reason reason = wait_reason::not_sourced;
    unit_state state = unit_state::open;
    order_id order{};
    std::uint32_t line = 0;
    sku_id sku{};
    node_id node = none<node_id>;
    std::int64_t units = 0;
    time_point since;
    duration age;
    verb by = verb::none;  // what brought them there
    actor_id actor{};
};

class ageing {
public:
    /// As fact_maker.
    ageing(int decimals, std::span<const int> sku_decimals);

    /// SKUs that came later.
    void know(std::span<const int> sku_decimals) {
        sku_decimals_.assign(sku_decimals.begin(), sku_decimals.end());
    }

    /// Errors: bad_record (refs: position) for units that were never there, unknown_sku,
    /// too_many_decimals, out_of_range. Nothing is changed then. O(log units standing).
    [[nodiscard]] error add(const movement& m);

    /// Ascending by state and band; rows without units are left out. `bands` are the upper ends,
    /// ascending (misuse otherwise). Units that came after `as_of` have age 0.
    [[nodiscard]] std::vector<age_row> table(time_point as_of,
                                             std::span<const duration> bands) const;

    /// Age >= limits[state], the oldest first, then by order, line, state and node. A negative
    /// limit: this state is never late.
    [[nodiscard]] std::vector<exception_row> exceptions(
        time_point as_of, const std::array<duration, unit_states>& limits) const;

private:
    struct stand {
        time_point since;
        std::int64_t units = 0;
        verb by = verb::none;
        actor_id actor{};
    };
    using place = std::tuple<order_id, std::uint32_t, unit_state, node_id>;
    struct pile {
        sku_id sku{};
        std::vector<stand> stands;  // the oldest first
    };

    int decimals_;
    std::vector<int> sku_decimals_;
    std::map<place, pile> piles_;
};

}  // namespace earmark::report
