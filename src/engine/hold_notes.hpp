// NOTES of holds, as the journal has them. Both are about an order, and their ref is the hold's
// number in it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "earmark/lifecycle/holds.hpp"

namespace earmark {

/// A hold was placed: type, line (65535: the order), reason, marks, until, kept until. Who and when
/// are the record's.
[[nodiscard]] std::vector<std::byte> placed_note(const lifecycle::hold& h);
/// Nothing where the bytes are damaged.
[[nodiscard]] bool read_placed_note(std::span<const std::byte> bytes, lifecycle::hold& into);

/// What became of it: lifecycle::hold_event, and the reason of the answer.
[[nodiscard]] std::vector<std::byte> ended_note(lifecycle::hold_event what, std::uint8_t reason);
[[nodiscard]] bool read_ended_note(std::span<const std::byte> bytes, lifecycle::hold_event& what,
                                   std::uint8_t& reason);

/// What a note of the second kind does to an order's holds; the live engine and the fold alike.
/// False where it cannot be.
[[nodiscard]] bool end_hold(std::vector<lifecycle::hold>& all, std::uint32_t number,
                            lifecycle::hold_event what, std::uint8_t reason, actor_id by,
                            time_point at, lifecycle::hold_table types);

}  // namespace earmark
