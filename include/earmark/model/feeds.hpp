// FEEDS: what other systems say about stock, and which promises it leaves without goods.
//
// A source (a warehouse system, a till) numbers its messages. A snapshot says what is there as the
// source saw it, and `as_of`, our last event that the source had booked; what we did after that is
// added again, so a figure that is older than a shipment does not bring the goods back. A delta
// says what changed. A message that comes late changes nothing.
//
// A row or a count that names a section (model/sections.hpp) speaks of that section's stock, one
// that names none of the plain stock, and neither says anything of the other.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/state.hpp"
#include "earmark/model/tables.hpp"

namespace earmark {

/// What a source's figures count.
enum class feed_basis : std::uint8_t {
    on_hand,    // goods at the node, promised or not
    available,  // goods less the promises that the source had booked by `as_of` (a net feed)
};

/// In a snapshot, how much there is; in a delta, by how much it changed.
struct feed_row {
    sku_id sku{};
    node_id node{};
    quantity figure;
    section_id section = none<section_id>;  // none: the plain stock
};

struct snapshot_request {
    std::string_view source;     // its name, 1 to 255 bytes
    std::uint64_t sequence = 0;  // of the message, given by the source: 1 or more, ascending
    position as_of{};            // our last event that the source had booked; at most head()
    feed_basis basis = feed_basis::on_hand;
    bool complete = false;  // what is covered and not named is zero
    std::span<const feed_row> rows;
    // A complete one covers, of every SKU, the plain stock or the section that a row names, at that
    // row's node; and beside them the plain stock at `nodes`, and `sections` at all these nodes.
    std::span<const node_id> nodes{};
    std::span<const section_id> sections{};
};

struct delta_request {
    std::string_view source;
    std::uint64_t sequence = 0;
    std::span<const feed_row> rows;
};

/// What somebody found on the shelf, against what the books say at that moment.
struct count_request {
    sku_id sku{};
    node_id node{};
    quantity found;
    section_id section = none<section_id>;  // none: the plain stock
};

/// Units of one promise behind which there are no goods.
struct uncovered_promise {
    sku_id sku{};  // none, and no node, where it is a pool that has too little
    node_id node{};
    order_id order = none<order_id>;  // or else a reservation
    reservation_id reservation = none<reservation_id>;
    std::uint32_t line = 0;  // of the order, from 1
    unit_state state = unit_state::reserved;
    time_point made;  // when the order was placed or the reservation made
    quantity amount;
    pool_id pool = none<pool_id>;
    section_id section = none<section_id>;  // whose goods were promised; none: the plain stock
};

/// What a feed changed in one cell.
struct feed_change {
    std::uint32_t row = 0;  // from 1; 0: a cell that a complete snapshot does not name
    sku_id sku{};
    node_id node{};
    quantity adjustment;
    quantity shortfall;  // promised units without goods, after it
    section_id section = none<section_id>;
};

struct feed_report {
    error why;                           // not ok: nothing of the message was taken
    std::uint32_t accepted = 0;          // rows, also those that changed nothing
    std::uint32_t stale = 0;             // rows older than what the source has said of the cell
    std::uint32_t zeroed = 0;            // cells that a complete snapshot does not name
    std::vector<feed_change> changes;    // by row, those of row 0 last
    std::vector<rejected_row> rejected;  // row 0 with why: a cell that is not named, or the rest
    std::vector<uncovered_promise> uncovered;  // of the cells in `changes`, as uncovered() has them
    position at{};                             // of the last record
};

/// A count, as the journal has it.
struct counted {
    position at{};
    time_point now;
    actor_id actor{};
    sku_id sku{};
    node_id node{};
    quantity record;  // on hand in the books at that moment
    quantity found;
    section_id section = none<section_id>;
};

}  // namespace earmark
