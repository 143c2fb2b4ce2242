// REJECTIONS: which nodes gave which lines of an order back, and when. They lie beside
// the order (beside.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// A line and a node, once; as it lies in memory.
struct rejection {
    std::uint16_t line = 0;  // from 0
    node_id node{};
    std::uint8_t times = 0;  // stays at 255
    std::uint8_t reason = 0;
    std::uint16_t spare = 0;
    time_point at;  // the last time
};
static_assert(sizeof(rejection) == 16);

inline constexpr std::size_t max_rejections = 50'000;  // of one order

/// Notes one more. False where there are too many.
[[nodiscard]] bool add_rejection(std::vector<rejection>& all, std::uint16_t line, node_id node,
                                 std::uint8_t reason, time_point at);

/// The bytes of a note: the reason, and each line (2, low byte first), ascending. And back: false
/// where they are damaged, or say a line that the order does not have.
[[nodiscard]] std::vector<std::byte> rejection_note(std::uint8_t reason,
                                                    std::span<const std::uint16_t> lines);
[[nodiscard]] bool read_rejection_note(std::span<const std::byte> bytes, std::size_t lines,
                                       std::uint8_t& reason, std::vector<std::uint16_t>& into);

}  // namespace earmark
