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
    place_hold,
    resolve_hold,
    pick,    // record(pick)
    pack,    // record(pack)
    lose,    // record(lose)
    unpick,  // record(unpick)
    fulfil,  // record(fulfil)
    mark,    // record(mark): an event of an order's own workflow
    amend,
    quarantine,  // an order is kept for its master data, or was tried again
    discard,
    accept,          // record(accept): a node does the work that it was asked to do
    confirm_cancel,  // record(confirm_cancel): a node agrees that units are taken back
    refuse_cancel,   // record(refuse_cancel): it does not
    make,            // record(make): goods that were ordered to be made are there
    migrate,         // an order goes by another version of its workflow
};
inline constexpr std::size_t verbs = 37;
[[nodiscard]] std::string_view name_of(verb v) noexcept;

/// Is it about one order, or about one reservation? Those that are neither are about tables, stock
/// or time.
[[nodiscard]] constexpr bool is_of_reservation(verb v) noexcept {
    return v == verb::reserve || v == verb::change || v == verb::unreserve || v == verb::expire ||
           v == verb::move;
}
[[nodiscard]] constexpr bool is_of_order(verb v) noexcept {
    if (is_of_reservation(v)) return false;
    return (v >= verb::place_order && v <= verb::deliver) ||
           (v >= verb::reject && v < verb::quarantine) || (v > verb::discard && v <= verb::migrate);
}

/// Why stock changed outside of orders. Part of the journal.
enum class adjust_reason : std::uint8_t { receipt, count, damage, theft, correction };

/// What an order is. A transfer brings goods from a node to another, a purchase from a vendor to a
/// node; both may be made for an order that waits for them.
enum class order_type : std::uint8_t {
    sales,
    draft,
    transfer,
    purchase,
    make_to_order,
    service,
    sample,       // at no price
    replacement,  // at no price, for what was sent before
    exchange,
    return_,
};
inline constexpr std::size_t order_types = 10;
[[nodiscard]] std::string_view name_of(order_type t) noexcept;
/// Its goods are made by the node of each line once they are ordered: no plan takes stock for it.
[[nodiscard]] constexpr bool is_made(order_type t) noexcept {
    return t == order_type::make_to_order;
}

enum class node_kind : std::uint8_t { dc, store, vendor };

}  // namespace earmark
