// LINKS: which orders bring units for which. A link stands beside both: beside the order that waits
// as one to what it waits for, and beside the other as one back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"

namespace earmark {

enum class link_kind : std::uint8_t {
    brought_by,  // its units come by the other order
    brings_for,  // its units are for the other order
};

/// From one line to a line of another order; as it lies in memory. What it is about is said by the
/// units that name it (lifecycle::link_of), by its number, from 1.
struct link {
    std::uint32_t order = 0;       // the other's number
    std::uint32_t number = 0;      // of the link that leads back, beside the other
    std::uint16_t line = 0;        // of this order, from 0
    std::uint16_t other_line = 0;  // of the other
    link_kind kind = link_kind::brought_by;
    std::uint8_t spare = 0;
    node_id node{};  // where the units come to
};
static_assert(sizeof(link) == 16);

/// The bytes of a note that makes the link whose number comes next; the other order is the note's
/// number. And back: false where they are damaged.
[[nodiscard]] std::vector<std::byte> link_note(const link& l);
[[nodiscard]] bool read_link_note(std::span<const std::byte> bytes, link& into);

inline constexpr std::size_t max_links = 50'000;  // of one order

}  // namespace earmark
