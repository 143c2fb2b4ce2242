// CHANGE SETS. A room decides and returns one of these; only engine/commit applies it. Everything
// that the record will say is known here, before any order is owned, so that nothing is computed,
// allocated or asked between the take and the record.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/granules.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/state.hpp"

namespace earmark {

/// Takes `n` granules if `free - n >= floor`, else nothing of the whole change set happens. One of
/// none only looks that the floor is there.
struct take_line {
    cell_id cell{};
    granules n = 0;
    granules floor = 0;
};

struct give_line {
    cell_id cell{};
    granules n = 0;
};

/// Physical change: goods came in or left. `free` and on-hand move by their own amounts; a negative
/// `free` may go below any floor (the goods are gone whatever was promised).
struct stock_line {
    cell_id cell{};
    granules free = 0;
    granules on_hand = 0;
};

/// What carries a header word: both are chunks of the one ledger, numbered apart.
enum class subject_kind : std::uint8_t { order, reservation };

/// A subject that the commit must own, all or none, in ascending (kind, index).
struct subject_ref {
    subject_kind kind = subject_kind::order;
    std::uint32_t index = 0;    // in the kind's directory
    std::uint32_t version = 0;  // as decided on; another version means decide again
};

/// Moves `n` granules of a line between two buckets of one subject. A bucket that is left empty
/// goes; equal ones (line, state, cell, ref) merge.
struct bucket_move {
    std::uint16_t subject = 0;  // index into change_set::subjects
    std::uint16_t line = 0;     // 0-based
    granules n = 0;
    unit_state from = unit_state::open;
    unit_state to = unit_state::open;
    cell_id from_cell = none<cell_id>;
    cell_id to_cell = none<cell_id>;
    std::uint8_t reason = 0;
    std::uint32_t from_ref = 0;  // of an order's units (lifecycle/image.hpp)
    std::uint32_t to_ref = 0;
};

struct change_set {
    verb by = verb::none;
    actor_id actor{};
    time_point now{};
    std::vector<subject_ref> subjects;  // ascending index
    std::vector<take_line> takes;
    std::vector<bucket_move> moves;
    std::vector<give_line> gives;
    std::vector<stock_line> stock;  // decreases run with the takes, increases with the gives

    void clear() noexcept {
        by = verb::none;
        subjects.clear();
        takes.clear();
        moves.clear();
        gives.clear();
        stock.clear();
    }
};

}  // namespace earmark
