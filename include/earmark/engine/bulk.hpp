// BULK: one command to many orders, and waves of work. Each order is a step of its own with an
// answer of its own, and either happens wholly or not at all; one that is refused does not stop the
// others. What is done to each is in the journal as if it had been said alone, with who said it and
// why (capabilities LC-05).
//
// With a key each order's step has a key of its own, made of it and the order's number: where a
// command broke off, the same one again does what is left, and nothing twice. The bounds of a wave
// count what this call releases.
//
// Who may call: any thread. O(orders), and what each step costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/intern.hpp"
#include "earmark/engine/selection.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/receipt.hpp"

namespace earmark {

/// `resolve`: every active hold of a type. Others are the verbs of their names; `cancel` is of all
/// that can still be cancelled.
enum class bulk_action : std::uint8_t { hold, resolve, source, release, cancel };
inline constexpr std::size_t bulk_actions = 5;
[[nodiscard]] std::string_view name_of(bulk_action a) noexcept;

inline constexpr std::size_t max_bulk_key_bytes = max_key_bytes - 32;

struct bulk_request {
    bulk_action action{};
    order_filter filter{};  // to hold or to cancel, it has to say something
    /// These, in this sequence, in place of a filter; an empty list is nobody.
    std::optional<std::span<const order_id>> orders{};
    hold_type_id hold = none<hold_type_id>;  // of hold and resolve
    bool accept = true;                      // of resolve
    std::uint8_t reason = 0;                 // the caller's own; hold, resolve and cancel need one
    queue_rules rules{};
    std::size_t limit = 10'000;  // orders
};

/// What became of one order: of several holds, the first refusal, else the last answer.
struct bulk_row {
    order_id order{};
    result<receipt> done;
};

/// `why` is about the command as a whole; nothing was done then: what select() refuses,
/// missing_field (a reason, or which orders), key_too_long (max_bulk_key_bytes), unknown_hold_type.
/// What is transient there and halted end it early: the rows say how far it came.
struct bulk_report {
    error why{};
    std::string problem{};  // of a condition, or what is missing
    std::vector<bulk_row> rows;
    std::size_t matched = 0;  // orders that the filter fits, or that were named
    std::size_t done = 0, unchanged = 0, refused = 0;
};

bulk_report bulk(engine& on, const command& c, const bulk_request& r);

/// A WAVE releases what is due: orders with allocated units, in sequence, as many as fit.
///
/// It is bounded and fair (capabilities OM-11b). An order that does not fit into what is left of
/// the wave is passed over, and smaller ones behind it may go; but the first one always goes, alone
/// if it is larger than the whole wave. The sequence stands still, so whoever is passed over comes
/// to its head. Orders that a hold, a freeze or their workflow keeps are told with the reason, and
/// take no room.
///
/// Units are released wholly by order and node. An order younger than `remorse_s` waits, as its
/// customer may still change his mind; where it is due before, it goes when it is due (AM-07b).
struct wave_request {
    order_filter filter{};  // `state` is allocated, whatever it says; `node`: work for this node
    queue_rules rules{};
    std::size_t max_orders = 1'000;
    std::size_t max_lines = SIZE_MAX;  // lines of work: of each order, those with allocated units
    std::int64_t remorse_s = 0;
};

struct wave_row {
    queue_key at;
    std::uint32_t lines = 0;
    result<receipt> done;
};

struct wave_report {
    error why{};
    std::string problem{};
    std::vector<wave_row> rows;  // released or refused, in sequence; `repeat`: by an earlier wave
                                 // of the same key, and what was allocated since then stays
    std::size_t released = 0, lines = 0, refused = 0;
    std::size_t too_young = 0;  // orders that wait for the end of their time of remorse
    std::size_t left = 0;       // orders that found no room
};

wave_report release_wave(engine& on, const command& c, const wave_request& r);

}  // namespace earmark
