// THE TRAIL: what the journal says has happened, as rows. A record gives as many rows as it has
// things to tell, and at least one. Of one order, from its birth on, the same rows are its story.
//
// Texts without a lifetime of their own are the engine's and live as long as it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/state.hpp"

namespace earmark {

/// What a row is about: a closed list, in the order in which rows of one record stand.
enum class trail_kind : std::uint8_t {
    captured,     // an order as a whole; `what` its type, `after` where to, how, by when
    said,         // what an order says of itself: `what` the attribute, `after` its value
    placed,       // units of a line that are new, with their order or by an amendment
    amended,      // the order itself: `what` (model/amend.hpp), `before`, `after`
    decided,      // what a decision plans for a line at a node; without a node: nothing at all
    rejected,     // a node gave the line back
    moved,        // units from a state to another
    held,         // a hold was placed
    hold_ended,   // or something else became of it: `what`
    timed,        // a timer of the workflow: `what` the event, `before` its time, `after` what
                  // became of it: took_step, left_to_another, or why it could not be done
    migrated,     // it goes by another version of its workflow: `before`, `after`
    asked,        // a node was asked, or what became of it: `what` work or cancel, `after` which
    linked,       // to a line of another order: `what` is brought_by or brings_for
    reserved,     // a part of a reservation that is born, or that holds it from now on
    reservation,  // one as a whole: `what` is extended, consumed, cancelled or expired
    stock,        // of a SKU at a node: free units and goods on hand that came or went
    counted,      // what was found on a shelf
    loaded,       // a row of a table, a policy, a workflow: `what` the table, `after` its key
    denied,       // a command: `what` the privilege, `after` how often it was by then
    command,      // one that left nothing but itself
};
inline constexpr std::size_t trail_kinds = 20;
[[nodiscard]] std::string_view name_of(trail_kind k) noexcept;

/// One thing that happened. What a kind does not say has its default.
struct trail_row {
    position at{};
    time_point now;
    verb by = verb::none;
    actor_id actor{};
    std::string_view actor_key{};
    std::string command{};  // the command's idempotency key, where it had one
    trail_kind kind = trail_kind::command;

    order_id order = none<order_id>;
    std::string order_key{};
    std::uint32_t version = 0;  // of the order, after the record; before it, one less. In a story
                                // alone: a part of the trail does not know what was before it
    std::uint32_t line = 0;     // 1, 2, ...; 0: the whole order
    sku_id sku = none<sku_id>;
    std::string_view sku_key{};
    int decimals = 0;  // of amounts
    quantity amount{};
    quantity on_hand{};  // of kind stock: by how much goods on hand changed

    unit_state from = unit_state::open;
    unit_state to = unit_state::open;
    std::string_view from_label{};  // the workflow's own names of both, where it has any
    std::string_view to_label{};
    node_id from_node = none<node_id>;  // where moved units were
    std::string_view from_node_key{};
    node_id node = none<node_id>;  // where they are; of other kinds, where it happened
    std::string_view node_key{};

    std::uint8_t reason = 0;  // the caller's own, of a cancellation, a rejection, a hold
    std::uint32_t hold = 0;   // its number in the order
    std::string_view hold_type{};
    time_point until = never;  // of a hold, a reservation, or what a node was asked
    policy_id policy{};
    order_id other = none<order_id>;  // that it is linked to, or is suspected to repeat
    std::string other_key{};
    std::uint32_t other_line = 0;
    reservation_id reservation = none<reservation_id>;
    std::string what{}, before{}, after{};
};

/// Which rows. What is not said lets everything through.
struct trail_query {
    order_id order = none<order_id>;
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;  // before or after
    std::optional<actor_id> actor{};
    std::optional<verb> by{};
    time_point since{std::numeric_limits<std::int64_t>::min()};
    time_point until = never;  // the first instant that is not asked for any more
};

/// Units of a line in one state before the first row.
struct units_before {
    std::uint32_t line = 0;
    std::string_view sku_key{};
    int decimals = 0;
    unit_state state = unit_state::open;
    std::string_view label{};
    node_id node = none<node_id>;
    std::string_view node_key{};
    quantity amount{};
};

/// Everything that happened to one order, oldest first, as of a version of it.
struct told_story {
    order_id order{};
    std::string key{};
    std::uint32_t version = 0;
    /// From its birth on? Else what happened up to `gone_to` is no longer in memory.
    bool whole = true;
    position gone_to{};
    std::vector<units_before> before{};  // of one that is not whole
    std::vector<trail_row> rows{};
};

}  // namespace earmark
