// FLOOR RULES: what may not be promised although it is there. Safety stock, a store's minimum for
// walk-in customers, an oversell depth, and the freeze of a node or a SKU are one thing: a rule
// that says how far `free` may be taken down, for whom.
//
// Rules do not stack. Of all that fit, exactly one holds, and answers name it:
//   1. an exclusion before every floor;
//   2. a rule that names the SKU before one that does not;
//   3. then a rule that names the node, then one that names its kind, then neither;
//   4. then a rule that names the channel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark {

/// What a rule holds for. Selling: `reserve` with a channel, and `available`. Sourcing: `source`,
/// which knows no channel, so rules that name one do not hold there.
enum class floor_use : std::uint8_t { both, selling, sourcing };

/// A rule as the outside world has it. Empty selectors fit everything. A row whose key stands there
/// already takes that rule's place; another rule with the same selectors and use is refused.
struct floor_row {
    std::string key;                  // the rule's id, in every answer that it decided
    std::string sku, node, channel;   // channels are made by the rules that name them
    std::optional<node_kind> kind{};  // instead of a node
    floor_use use = floor_use::both;
    std::int64_t units = 0;  // whole units to leave; below 0: how deep it may be oversold.
                             // In granules a floor is rounded up, an oversell depth down.
    bool exclude = false;    // nothing at all may be promised; `units` stays 0
    bool active = true;      // false: the rule is kept, and out of force
    /// A freeze (quality, recall) of a SKU, a node or both: excludes, and what was allocated there
    /// is not released either. For all uses and channels.
    bool freeze = false;
};
inline constexpr std::int64_t max_floor_units = 1'000'000'000;

/// What is asked of `available`: one SKU, at one node, at some, or at all.
struct available_request {
    sku_id sku{};
    node_id node = none<node_id>;           // none: `nodes`
    channel_id channel = none<channel_id>;  // none: rules that name no channel
    floor_use use = floor_use::selling;     // or sourcing; `both` asks as selling does
    std::span<const node_id> nodes{};       // a group, ascending, each once; empty: all. Each has
                                            // its own floor before the sum.

    [[nodiscard]] bool is_about(node_id n) const noexcept {
        if (node != none<node_id>) return n == node;
        return nodes.empty() || std::binary_search(nodes.begin(), nodes.end(), n);
    }
};

/// Every term of what is available of a SKU at a node, or why it is nothing. In atoms.
///   on_hand = free + reserved + allocated + released   (of one instant in a quiet engine only)
///   available = 0 where a rule excludes it or the node is inactive, else max(0, free - floor); of
///   several sections that are drawn from, the sum is, and what the plain stock cannot keep of the
///   floor the next ones do
struct available_terms {
    node_id node{};
    quantity on_hand;
    quantity free;       // promised to nobody; negative: uncovered promises
    quantity reserved;   // in live reservations
    quantity allocated;  // in orders
    quantity released;   // in orders
    quantity floor;      // of the rule that holds; 0 without one
    std::string rule;    // its key, or empty
    bool excluded = false;
    bool active = true;  // of the node; an inactive one is not sold from
    quantity available;
    section_id section = none<section_id>;  // none: the plain stock
    bool drawn = true;  // false: a section that this question does not draw from
};

}  // namespace earmark
