// KINDS: the closed lists that commands, rows, problems, records and views share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace earmark {

/// Names are the verbs of C++, Python, JSON and the journal.
enum class verb : std::uint8_t {
    none,
    load,
    activate,
    advance,
    adjust,
    reserve,
    change,
    unreserve,
    place_order,
    cancel,
    source,
    release,
    ship,     // record(ship)
    deliver,  // record(deliver)
    expire,   // not called: what the passing of time does to a reservation
    move,     // of a reservation's units, from node to node
    snapshot,
    delta,
    count,
    transfer,  // between sections of a node's stock
    reject,    // record(reject)
};
inline constexpr std::size_t verbs = 21;
[[nodiscard]] std::string_view name_of(verb v) noexcept;

/// Why stock changed outside of orders. Part of the journal.
enum class adjust_reason : std::uint8_t { receipt, count, damage, theft, correction };

enum class node_kind : std::uint8_t { dc, store, vendor };

}  // namespace earmark
