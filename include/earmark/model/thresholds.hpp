// THRESHOLDS: levels of what is available, at which channels want to hear. One event per crossing:
// `below` when it falls under `low`, and the other way round when it comes to `high` or more. What
// lies between leaves the threshold as it is, so that a level at the boundary does not flap.
//
// A level is what available() answers for selling: of a SKU at a node, at all nodes of a kind, or
// at all nodes, each above its own floor before the sum. Sections other than the plain stock are
// not counted, but a threshold may be about one of them instead: then its level is what a line that
// names the section could have, which no floor rule keeps anything of, and 0 while it is frozen or
// once it is expired. A threshold of a pool watches what is free of it.
//
// Crossings are folded from the journal's records, one after the other, so a replay finds the same
// ones: a basket whose deadline has passed counts as held until the record that expires it, and a
// section that is expired counts until the first record from then on.
//
// They are folded when they are asked for, so that other verbs pay nothing for them. Where there is
// no sink, ask before the journal has grown by config::retained_bytes, or the stretch that is not
// kept any more shows as one step, and cursors before it are too old. The newest
// config::crossing_events are kept.
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
/// about the same stock it goes on from where it is, about other stock it begins anew. A new
/// threshold begins as not below, so one that is below at once is a crossing. Rejected with
/// empty_key, key_too_long, unknown_sku, unknown_node, unknown_section, unknown_pool, bad_field
/// (both a node and a kind; a section and a channel; a section with a condition, of which nothing
/// is ever promised; a pool and anything else), or out_of_range (low below 1, high below low, or
/// either above 1,000,000,000).
struct threshold_row {
    std::string key;      // in every event
    std::string sku;      // required, but for a pool
    std::string node;     // empty: all nodes, or those of `kind`
    std::string channel;  // whose floor rules hold; empty: rules that name none
    std::optional<node_kind> kind{};
    std::int64_t low = 1;   // whole units, 1 or more
    std::int64_t high = 1;  // `low` or more
    bool active = true;     // false: it is kept, and tells nothing
    std::string section{};  // empty: the plain stock
    std::string pool{};     // instead of a SKU; `low` and `high` are whole units of its scale
};

/// A threshold with its keys resolved.
struct threshold {
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;
    channel_id channel = none<channel_id>;
    std::optional<node_kind> kind{};
    std::int64_t low = 1;
    std::int64_t high = 1;
    bool active = true;
    section_id section = none<section_id>;
    pool_id pool = none<pool_id>;  // then there is no SKU

    [[nodiscard]] bool watches_the_same(const threshold& o) const noexcept {
        return sku == o.sku && node == o.node && channel == o.channel && kind == o.kind &&
               section == o.section && pool == o.pool;
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
    section_id section = none<section_id>;
    pool_id pool = none<pool_id>;  // then there is no SKU, and the level is in the pool's scale
};

}  // namespace earmark
