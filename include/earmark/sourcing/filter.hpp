// FILTERS at work: which of the nodes that a strategy names may serve an order.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing {

/// What a policy may ask of each node: a row of policy::of_nodes() for each.
struct node_values {
    std::span<const attribute_value> all;
    std::size_t attributes = 0;  // of a row

    [[nodiscard]] std::span<const attribute_value> of(std::size_t node) const noexcept {
        return all.subspan(node * attributes, attributes);
    }
};

/// Takes away the bits of the nodes that the filter does not let through; whether it is for the
/// order at all was asked before. `order`: the order's own row of policy::of_orders().
/// O(nodes x terms).
void filter_nodes(const filter& f, const node_values& nodes, std::span<const attribute_value> order,
                  std::span<std::uint64_t> bits);

}  // namespace earmark::sourcing
