// WHAT STAYS AT NODES: units that a policy does not source, by kind of node and by class of goods.
// The most specific entry holds, and none add up: an entry that says more of the goods goes before
// one that says less. A policy is refused where two entries fit the same goods and neither says
// all that the other says, so one entry at most is the most specific for any goods.
//
//   [keep_back]
//   store = 2
//   "store + category:outerwear" = 4         # goods whose line.category is "outerwear"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "earmark/model/kinds.hpp"

namespace earmark::sourcing {

/// SKUs that have this text of an attribute; what an order says of its line is not asked.
struct goods_class {
    std::string attribute;  // its whole name: `line.category`
    std::string value;
    friend bool operator==(const goods_class&, const goods_class&) = default;
};

/// Units that stay at nodes of a kind, of goods that are of all these classes.
struct kept_goods {
    node_kind kind = node_kind::dc;
    std::uint64_t classes = 0;  // bits of policy_terms::classes; at least one
    std::int64_t units = 0;
    friend bool operator==(const kept_goods&, const kept_goods&) = default;
};

inline constexpr std::size_t max_goods_classes = 64;  // of a policy, with all its strategies
inline constexpr std::size_t max_kept_goods = 256;    // of a policy, or of a strategy

}  // namespace earmark::sourcing
