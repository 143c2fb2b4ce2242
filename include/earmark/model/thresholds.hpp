// THRESHOLDS: levels of what is available, at which channels want to hear. One event per crossing:
// `below` when it falls under `low`, and the other way round when it comes to `high` or more. What
// lies between leaves the threshold as it is, so that a level at the boundary does not flap.
//
// A level is what available() answers for selling: of a SKU at a node, at all nodes of a kind, or
// at all nodes, each above its own floor before the sum. Crossings are folded from the journal's
// records, one after the other, so a replay finds the same ones: a basket whose deadline has passed
// counts as held until the record that expires it. Sections other than the plain stock are not
// counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark {

/// A threshold as the outside world has it. A row whose key stands there already takes its place:
/// with the same SKU, node, kind and channel it goes on from where it is, with others it begins
/// anew. A new threshold begins as not below, so one that is below at once is a crossing. Rejected
/// with empty_key, key_too_long, unknown_sku, unknown_node, bad_field (both a node and a kind), or
/// out_of_range (low below 1, high below low, or either above 1,000,000,000).
struct threshold_row {
    std::string key;      // in every event
    std::string sku;      // required
    std::string node;     // empty: all nodes, or those of `kind`
    std::string channel;  // whose floor rules hold; empty: rules that name none
    std::optional<node_kind> kind{};
    std::int64_t low = 1;   // whole units, 1 or more
    std::int64_t high = 1;  // `low` or more
    bool active = true;     // false: it is kept, and tells nothing
};

/// A threshold with its keys resolved.
struct threshold {
    sku_id sku{};
    node_id node = none<node_id>;
    channel_id channel = none<channel_id>;
    std::optional<node_kind> kind{};
    std::int64_t low = 1;
    std::int64_t high = 1;
    bool active = true;

    [[nodiscard]] bool watches_the_same(const threshold& o) const noexcept {
        return sku == o.sku && node == o.node && channel == o.channel && kind == o.kind;
    }
};

/// A level has crossed a threshold, by the record at `at`.
struct crossing {
    position at{};
    time_point now;
    std::uint32_t threshold = 0;  // its number: engine::threshold_key()
    sku_id sku{};
    node_id node = none<node_id>;
    channel_id channel = none<channel_id>;
    bool below = false;  // else it has come back to `high` or more
    quantity level;      // after that record
};

}  // namespace earmark
