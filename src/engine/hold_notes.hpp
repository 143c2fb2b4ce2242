// NOTES of holds, as the journal has them. Both are about an order, and their ref is the hold's
// number in it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "earmark/lifecycle/holds.hpp"

namespace earmark {

/// A hold was placed: type, line (65535: the order), reason, marks, until, kept until; of a
/// suspicion the number of the order that is repeated, plus one. Who and when are the record's.
[[nodiscard]] std::vector<std::byte> placed_note(const lifecycle::hold& h);
/// Nothing where the bytes are damaged.
[[nodiscard]] bool read_placed_note(std::span<const std::byte> bytes, lifecycle::hold& into);

/// What became of one.
struct hold_change {
    lifecycle::hold_event what{};
    std::uint8_t reason = 0;   // of an answer
    time_point until = never;  // of one that is extended
};
/// lifecycle::hold_event, the reason; of one that is extended until when.
[[nodiscard]] std::vector<std::byte> ended_note(const hold_change& of);
[[nodiscard]] bool read_ended_note(std::span<const std::byte> bytes, hold_change& into);

/// What a note of the second kind does to an order's holds; the live engine and the fold alike.
/// False where it cannot be.
[[nodiscard]] bool change_hold(std::vector<lifecycle::hold>& all, std::uint32_t number,
                               const hold_change& to, actor_id by, time_point at,
                               lifecycle::hold_table types);

}  // namespace earmark
