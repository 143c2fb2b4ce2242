// MOVEMENTS: the journal as figures read it. One row per quantity that went from one state to
// another, with names resolved to ids, and one row per decision with what it planned.
#pragma once

#include <cstdint>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/model/state.hpp"
#include "earmark/model/tables.hpp"

namespace earmark {

/// `amount` of a line went from one state to another. A line that is captured is a movement too:
/// `born`, from open to open, with its price; and so are units that an amendment adds to one.
struct movement {
    position at{};
    time_point now;
    verb by = verb::none;
    actor_id actor{};
    order_id order{};
    std::uint32_t line = 0;  // 1, 2, ...
    sku_id sku{};
    quantity amount;
    bool born = false;
    unit_state from = unit_state::open;
    unit_state to = unit_state::open;
    node_id node = none<node_id>;             // where the units are or were; none: at no node
    std::uint8_t reason = 0;                  // of a cancellation, the caller's code
    std::int64_t unit_price_minor = 0;        // of a birth
    std::uint32_t metres = unknown_distance;  // from the node to the order's place
    order_type type = order_type::sales;      // of the order
};

/// A reservation whose deadline passed gave `amount` back at a node: a row for each of its cells,
/// in one record. The units are free from that record on, at or after the deadline.
struct expiry {
    position at{};
    time_point now;  // engine time of the command that found it due
    reservation_id reservation{};
    time_point deadline;
    sku_id sku{};
    node_id node{};
    quantity amount;
};

/// What one decision planned.
struct decided {
    position at{};
    time_point now;
    order_id order{};
    policy_id by{};
    quality proof = quality::exact;
    std::int64_t wanted_e9 = 0;  // units over all its lines, times 10^9
    std::int64_t allocated_e9 = 0;
    plan_cost cost;
};

/// A stretch of the journal, read as rows. A record gives no row, one, or many.
template <class Row>
struct page_of {
    std::vector<Row> rows;
    position next{};
};

}  // namespace earmark
