// CONFIGURATION of an engine: capacities, fixed at birth. Nothing grows without a bound; at a bound
// a verb answers `out_of_memory`, `key_memory_full` or `journal_full` and has changed nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "earmark/journal/sink.hpp"

namespace earmark {

struct config {
    std::uint32_t max_orders = 1u << 24;        // address space, paid for when used
    std::uint32_t max_reservations = 1u << 22;  // live at once
    std::uint32_t max_cells = 1u << 26;
    std::uint32_t max_keys = 1u << 24;  // idempotency keys that are remembered
    std::size_t ledger_bytes = std::size_t{1} << 36;
    std::size_t ring_bytes = std::size_t{1} << 22;  // records between two flushes; a power of two
    std::size_t retained_bytes = std::size_t{1} << 28;   // of records in memory; older: the sink's
    std::size_t feed_events = std::size_t{1} << 20;      // of our own that a snapshot may look past
    std::size_t crossing_events = std::size_t{1} << 18;  // of thresholds, for crossings()
    std::uint32_t take_limit = 8192;                     // cells in one take, 2 to 8192
    /// How far shipments and counts may bring a cell's goods on hand below zero, in granules: what
    /// a node has shipped is gone whatever the books say. Receipts pay the debt first.
    std::int32_t max_debt = (1 << 22) - 1;
    std::uint32_t max_quarantined = 1u << 14;             // orders that wait for their master data
    std::size_t quarantine_bytes = std::size_t{1} << 24;  // of their texts and reasons
    std::uint32_t max_tombstones = 1u << 16;  // keys that were cancelled before their orders came
    std::uint32_t decide_again = 8;           // how often a decision is made anew on a conflict

    /// Where the journal goes. Null: nowhere (a simulation); acknowledgement is then `memory` only.
    /// A sink that already holds records is folded first: that is recovery.
    std::shared_ptr<journal::sink> sink;
};

}  // namespace earmark
