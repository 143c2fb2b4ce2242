// RESTRICTIONS say what may not be shipped: which goods, from which nodes, to which places, by
// which services, for whom. Hazardous goods that may not fly, goods that an age must be proven for,
// embargoes, parties that nobody may deliver to.
//
//   key          lithium-air
//   item         line.lithium                           # what its SKU has, or its order says
//   services     air, express
//   reason       No lithium batteries by air
//
//   key          export
//   item         line.controlled
//   unless_same  node.country, ship_to.country          # not across a border
//
//   key          denied-parties
//   order        customer.denied
//
// A row holds for a line and a node where all that it says fits; what it does not say fits
// everything. Rows add up: what any of them forbids is forbidden, under every policy. They are
// asked
//
//   when an order is placed or amended   what may leave from no node at all is refused, and so is a
//                                        basket, or units, at a node that they may not leave from
//   whenever it is sourced               nodes give nothing to lines that may not leave from there,
//                                        also after a rejection, and to another address
//   when units are released              those that may not leave (any more) stay allocated
//
// Units that were released go on: what has happened is recorded, whatever a table says later.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace earmark {

/// A row takes the place of that of its key. Conditions are those of policies
/// (sourcing/condition.hpp); what was not given compares with nothing.
struct restriction_row {
    std::string key;
    std::string reason;       // for people; at most max_attribute_text bytes
    std::string item;         // of goods: line.sku, and attributes of lines. Where an order says
                              // something of a line itself, it is enough that either fits: an order
                              // cannot talk its goods out of what their SKU is.
    std::string origin;       // of nodes: node.key, node.kind, node.priority, attributes of nodes
    std::string destination;  // of places: ship_to, and attributes of places
    std::string order;        // of orders: all that a strategy's `when` may ask
    std::vector<std::string> services{};  // keys; an order that names none of them is free of it
    /// Two attributes of one type, a node's and a place's: it does not hold where both are given
    /// and equal. Empty: it holds whatever they are.
    std::vector<std::string> unless_same{};
    bool active = true;  // false: the row is kept, and out of force
};

inline constexpr std::size_t max_restrictions = 1'024;
inline constexpr std::size_t max_restriction_services = 64;
inline constexpr std::size_t max_restriction_bytes = 8'192;  // of a row's conditions, spelt out

}  // namespace earmark
