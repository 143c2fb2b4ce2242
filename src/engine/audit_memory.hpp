// WHAT AN AUDIT REMEMBERS between two slices: how far it has come, and what it has seen of what did
// not add up.
#pragma once

#include <cstdint>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/engine/audit.hpp"
#include "earmark/model/state.hpp"
#include "feed_memory.hpp"

namespace earmark {

/// Everything about a cell in one look. Two equal looks, between which every caller has left the
/// engine, are of one instant: what takes and gives leaves another stamp, what ships another
/// on_hand, and what hands units over another holder.
struct cell_evidence {
    std::uint64_t stamp = 0;    // the cell's word, or a digest of all its words where it is leased
    std::uint64_t holders = 0;  // sum of digests of (who, version, amount)
    std::int64_t promised = 0;
    granules free = 0;
    granules on_hand = 0;
    bool steady = false;  // its words stood still while they were read
    bool claimed = false;

    [[nodiscard]] bool balanced() const noexcept { return on_hand == free + promised; }
    friend bool operator==(const cell_evidence&, const cell_evidence&) = default;
};

struct suspect_cell {
    cell_id cell{};
    cell_evidence before;
    cell_evidence now;
    cell_sums sums;         // of the journal, between the two
    bool has_sums = false;  // and `before` is not what they say
};

/// An order or reservation that could not be read, and its header word then.
struct unread {
    subject_kind kind = subject_kind::order;
    std::uint32_t index = 0;
    std::uint64_t header = 0;  // after the attempt
    bool in_hand = false;      // somebody owned it meanwhile
};

/// A live reservation that wants a timer, or was to have been swept.
struct awaited {
    std::uint32_t index = 0;
    std::uint32_t version = 0;
    std::uint32_t birth = 0;
    time_point deadline = never;
};

enum class audit_stage : std::uint8_t {
    begin,
    cells,
    orders,
    reservations,
    keys,
    tables,
    settle,  // every caller leaves once
    sums,
    settle_again,
    timers,
    again_cells,
    again_orders,
    again_reservations,
    judge,
    memory,  // exact audits
    done,
};

struct audit_memory {
    audit_stage at = audit_stage::begin;
    std::uint32_t next = 0;  // within the stage
    bool exact = false;
    audit_report report;

    std::vector<std::uint32_t> inside_at_begin;  // epochs of all slots
    std::vector<std::uint32_t> inside;           // of those that a stage waits for
    std::uint32_t patience = 0;
    bool unsettled = false;  // somebody did not leave

    std::vector<cell_evidence> cells;  // by number; of the first look only
    std::vector<suspect_cell> suspects;
    std::vector<unread> busy;        // in the first look
    std::vector<unread> busy_again;  // in the one at hand
    std::vector<awaited> due, overdue;
    std::vector<awaited> due_orders, overdue_orders;  // the same, of orders
    std::vector<awaited> unkeyed;                     // orders whose keys are not done yet
    struct pending_key {
        std::uint32_t entry;
        std::uint64_t bits;
    };
    std::vector<pending_key> pending;
    bool sums_read = true;
    std::uint32_t row_cells = 0;
};

}  // namespace earmark
