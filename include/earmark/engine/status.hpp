// STATUS: what a host may look at while the engine runs, as plain structs.
#pragma once

#include <cstdint>

#include "earmark/core/ids.hpp"

namespace earmark {

/// Counters since birth. Taken without stopping anybody; each is exact, the set is not a snapshot.
struct metrics {
    std::uint64_t orders = 0;
    std::uint64_t declined = 0;
    std::uint64_t repeats = 0;
    std::uint64_t takes = 0;
    std::uint64_t refused_takes = 0;
    std::uint64_t conflicts = 0;  // decisions made again
    std::uint64_t expired = 0;
    std::uint64_t records = 0;
    std::uint64_t record_bytes = 0;
    std::uint64_t batches = 0;
};

/// Units of goods (pools are none) by where they are, in granules. In a sound engine
/// on_hand = free + earmarked, and earmarked = reserved_soft + in the buckets of orders.
struct balance {
    std::int64_t cells = 0;
    std::int64_t on_hand = 0;
    std::int64_t free = 0;
    std::int64_t earmarked = 0;
    std::int64_t reserved = 0;  // live reservations
    std::int64_t open = 0;
    std::int64_t backordered = 0;
    std::int64_t allocated = 0;
    std::int64_t released = 0;
    std::int64_t picked = 0;
    std::int64_t packed = 0;
    std::int64_t shipped = 0;
    std::int64_t delivered = 0;
    std::int64_t lost = 0;
    std::int64_t cancelled = 0;
    std::int64_t ordered = 0;
};

}  // namespace earmark
