// SECTIONS: a node's stock of a SKU in parts that are not alike. A section is kept for a segment,
// in a condition, of a lot, of an owner; what belongs to none of them is the plain stock. Units go
// from section to section by `transfer`, never by writing a number.
//
// What is drawn from what, at one node, in this order:
//   for nobody in particular   plain stock, then sections of no segment, then those of segments
//                              that have been released;
//   for a segment              its own sections, then what its overflow lists.
// Within one of these, sections go by number (the order of loading). A section is passed over while
// it is frozen, once it is `expires`, and for good if it has a condition: only what has none is
// sellable. Several sections are one stock: a line is taken from as many as it needs, in one step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// A row whose key stands there already changes it. A ring-fence for a channel, a market, a class.
struct segment_row {
    std::string key;
    std::string channel{};                // whose baskets draw from it; a new one is made
    std::vector<std::string> overflow{};  // segments to draw from when its own is used up, in
                                          // order; the empty key is the stock of no segment
    time_point released = never;          // from then on what is unsold is for everybody
};

/// A row whose key stands there already may change `frozen` and `expires`, and nothing else.
struct section_row {
    std::string key;
    std::string segment{};    // empty: of no segment
    std::string condition{};  // damaged, quarantine, ...; empty: sellable
    std::string lot{};
    std::string owner{};
    time_point expires = never;  // not promised for a date from then on
    bool frozen = false;         // not promised, in every node at once
};

/// Moves units of a SKU at a node from one section to another (none: the plain stock). Into a
/// condition it is physical truth and may uncover promises; else it takes only what is free above
/// the floor of reservations without a channel.
struct transfer_request {
    sku_id sku{};
    node_id node{};
    section_id from = none<section_id>;
    section_id to = none<section_id>;
    quantity amount;
};

/// A section of a SKU at a node where it was ever stocked; none is the plain stock.
struct section_view {
    node_id node{};
    section_id section = none<section_id>;
    quantity on_hand;
    quantity free;
};

}  // namespace earmark
