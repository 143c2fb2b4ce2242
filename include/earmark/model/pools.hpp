// POOLS: what is scarce and is not goods on a shelf. A channel's quota for a week, a node's pick
// capacity on a work date, how much one customer may buy of an offer, a credit line: each is one
// cell like any other, so a basket takes from shelves and pools in the same step, or from nothing.
//
// A pool is taken from in one of three ways:
//   it binds    `per_unit` is set: every basket whose lines fit its selectors takes so much for
//               each unit, whether it asks for it or not; of several that fit, from all;
//   by name     `per_unit` is set and `named`: only a basket that names it does;
//   flat        no `per_unit`: a line of the basket names the pool and the amount.
//
// A pool with a `day` of work or of shipping is what a node or a carrier can do on that day. No
// basket takes from it: `source` does, in the step that takes the goods, from the pools of the day
// on which the plan's dates (model/dates.hpp) have the work done, in units, shipments or orders.
// What is cancelled or sourced again before its release gives it back; what was released uses it
// up, and what is shipped does. Its days are dates on the node's wall: `from` and `until` are the
// midnights UTC of the first, and of the one after the last.
//
// What a basket took goes to the order that takes the basket over. A part that binds belongs to the
// order's lines and shrinks with them: cancelled units give it back, shipped units use it up. A
// flat part is given back when the whole order is cancelled, else used up with its last unit.
//
// Of a basket that has expired, an order takes what it wants anew, all or nothing: of the goods as
// many units as it wants, of the pools that bind now what these take, of those that the basket had
// named the same, and its flat parts whole. The day and the channel are still the basket's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// What a pool stands for. Told to people; all are taken from alike.
enum class pool_kind : std::uint8_t { quota, capacity, limit, credit };
[[nodiscard]] std::string_view name_of(pool_kind k) noexcept;

/// Which day of a plan it is about; `basket`: baskets take from it, on their own day.
enum class pool_day : std::uint8_t { basket, work, ship };
[[nodiscard]] std::string_view name_of(pool_day d) noexcept;
/// What takes `per_unit` once.
enum class pool_count : std::uint8_t { units, shipments, orders };
[[nodiscard]] std::string_view name_of(pool_count c) noexcept;

struct pool_row {
    std::string key;
    pool_kind kind = pool_kind::quota;
    int decimals = 0;                // scale of its amounts, 0 to max_decimals
    std::int64_t granule = 1;        // smallest take, in atoms; what is taken is rounded up to it
    quantity amount;                 // how much there is at first; adjust() changes it
    quantity per_unit{};             // taken for one whole unit of a SKU; 0: a flat pool
    bool named = false;              // only baskets that name it take from it
    std::string sku, node, channel;  // lines that it is about; empty fits everything. Not of a flat
                                     // pool. A channel that no rule has named yet is made.
    time_point from{INT64_MIN};      // the days that it is about: those of baskets whose `on` lies
    time_point until = never;        // in [from, until)
    pool_day day = pool_day::basket;
    pool_count counts = pool_count::units;  // of a `day` only, as is the service
    std::string service{};                  // of orders that travel by it; empty: by any
};

/// A pool as it stands.
struct pool_view {
    std::string_view key;  // valid as long as the engine
    pool_kind kind = pool_kind::quota;
    int decimals = 0;
    quantity amount;  // free and taken; what was used up is not in it any more
    quantity free;    // below 0: less was left by an adjustment than had been promised
    time_point from, until;
};

}  // namespace earmark
