// VIEWS: consistent copies for readers. A view is a picture of one instant; it does not change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/money.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/asked.hpp"
#include "earmark/model/holds.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/model/state.hpp"
#include "earmark/model/tables.hpp"

namespace earmark {

struct sku_view {
    std::string_view key;  // valid as long as the engine
    int decimals = 0;
    std::int64_t granule = 1;
};

struct node_view {
    std::string_view key;
    node_kind kind = node_kind::dc;
    bool active = true;
    std::int32_t priority = 0;
    coordinates at{};
    rate fixed_per_parcel{-1};  // its own; negative: the policy's
    rate per_unit{-1};
};

/// A SKU at a node where it was ever stocked.
struct stock_view {
    sku_id sku{};
    node_id node{};
    quantity on_hand;
    quantity free;                          // promised to nobody; negative: uncovered promises
    quantity reserved;                      // in live reservations
    quantity allocated;                     // in orders
    quantity released;                      // in orders
    section_id section = none<section_id>;  // none: the plain stock
};

/// Units of a line in one state at one node (none<node_id> where no stock is behind them).
struct bucket_view {
    std::uint32_t line = 0;  // 1, 2, ...
    unit_state state = unit_state::open;
    node_id node = none<node_id>;
    quantity amount;
    pool_id pool = none<pool_id>;  // of a reservation's part: units of a pool, in its scale
    section_id section = none<section_id>;  // of the node's stock; none: the plain one
    sku_id sku = none<sku_id>;              // of the line; of a reservation's part, none: a pool
    std::string_view queue{};               // of back-ordered units, where a policy put them into
                                            // one; lives as long as the engine
    std::string_view label{};  // its workflow's own name of the state, where it has one
};

struct line_view {
    sku_id sku{};
    quantity ordered;
    std::int64_t unit_price_minor = 0;
    unit_state lowest = unit_state::open;  // of its units; cancelled ones count only if all are
    unit_state highest = unit_state::open;
    node_id node = none<node_id>;       // its firm node
    bool held = false;                  // some hold on it, or on its order, blocks some step
    place_id ship_to = none<place_id>;  // where it goes, how and by when: its own, or the order's
    service_id method = none<service_id>;
    civil_day deliver_by = no_day;
    std::uint16_t set = 0;  // 0: of none
};

/// What an order, or a line of it, said of itself.
struct fact_view {
    attribute_id attribute{};
    std::uint32_t line = 0;  // 0: of the order
    std::string value;       // as it is given, in its one spelling: 12.5, true, gold
};

/// Units of a line that a node gave back.
struct rejection_view {
    std::uint32_t line = 0;  // 1, 2, ...
    node_id node{};
    std::uint8_t times = 0;   // up to 255
    std::uint8_t reason = 0;  // of the last time, as is `at`
    time_point at;
};

/// What an order, by a line, waits for from another, or brings to it.
struct link_view {
    std::uint32_t line = 0;  // 1, 2, ...
    order_id other{};
    std::uint32_t other_line = 0;
    bool brings = false;  // for the other; false: it is brought by the other
    node_id node{};       // where the units come to
};

struct order_view {
    order_id id{};
    std::string key;
    std::uint32_t version = 0;
    time_point placed;
    place_id ship_to = none<place_id>;
    earmark::currency currency;
    std::uint8_t priority = 0;
    policy_id decided_by{};  // 0: no sourcing decision yet
    order_type type = order_type::sales;
    node_id to = none<node_id>;  // of a transfer or a purchase
    service_id method = none<service_id>;
    civil_day deliver_by = no_day;
    std::uint64_t revision = 0;  // of its text; 0: none
    std::uint16_t workflow = 0;  // the version that it goes by; 0: the standard one of its type
    std::vector<line_view> lines;
    std::vector<bucket_view> buckets;
    std::vector<fact_view> facts;            // by line, then by attribute
    std::vector<rejection_view> rejections;  // by line, then by node
    std::vector<link_view> links;            // in the order in which they were made
    std::vector<hold_view> holds;            // by number, also those that have ended
    std::vector<request_view> requests;      // that nodes have not answered: by kind, line, node
    bool held = false;                       // some hold on it, or on a line, blocks some step
    unit_state lowest = unit_state::open;
    unit_state highest = unit_state::open;
};

struct reservation_view {
    reservation_id id{};
    reservation_state state = reservation_state::active;
    time_point deadline = never;
    std::vector<bucket_view> parts;  // line is the position in the reservation, from 1
};

/// Lines that one strategy of a ladder decided about, together.
struct line_group {
    std::string_view strategy{};                // empty: none was left for them
    std::vector<std::string_view> passed_on{};  // those that had some of them before
    std::vector<std::uint16_t> lines{};         // of the order, from 0; of one SKU, the first
};

/// Units of a line that another order brings from a node to the one that the line is bound to.
struct brought_view {
    std::uint32_t line = 0;  // 1, 2, ...
    sku_id sku{};
    node_id from{};
    node_id to{};
    quantity amount;
    granules n = 0;                // the same
    order_id by = none<order_id>;  // the transfer or purchase; of a dry run none is made
};

/// What `source` answers for one order. The plan's wanted lines are the order's distinct SKUs that
/// still want units, in the order of their first lines; `by_line` spreads the same parts over the
/// order's own lines (wanted is the line, 0-based).
struct sourced {
    receipt first;
    plan chosen;
    std::vector<plan_part> by_line;
    // Of a policy with strategies: the one that decided, empty where none was left, and those that
    // passed the order on before. Of a ladder those of the first group. The names live as long as
    // the engine.
    std::string_view strategy{};
    std::vector<std::string_view> passed_on{};
    std::vector<line_group> groups{};  // of a ladder, the most specific strategy first, or of what
                                       // is to be brought behind what was there; else empty
    std::vector<brought_view> brought{};
};

/// A decision in words and as a table.
struct explanation {
    struct row {
        node_id node{};
        std::string verdict;  // name_of(sourcing::verdict): chosen, inactive, no_stock, worse...
        std::string reason;
        std::uint32_t group = 0;  // of `groups`
    };
    std::string words;
    std::vector<row> rows;        // one per node, in the node's sequence; of each group in turn
    std::string_view strategy{};  // as in `sourced`
    std::vector<std::string_view> passed_on{};
    std::vector<line_group> groups{};
};

/// What would have made a node ship some of an order: one change at a time, and the smallest.
struct what_if_view {
    struct change {
        std::string_view lever;  // name_of(sourcing::lever), which says what the numbers are
        std::uint32_t line = 0;  // of the order, from 1; 0: all, or not of lines
        std::int64_t now = 0, needed = 0;  // stock at least, all others at most
        bool enough = false;               // false: not even `needed`, the end of its range
        bool alone = true;                 // false: beside the changes before it
        bool exact = true;                 // false: the plans are heuristic; less may do
        std::int64_t cost_e4 = 0;          // of the plan that would have been best
        std::string text;
    };
    bool ships = false;  // it does, so nothing has to change
    std::vector<change> changes;
    std::string words;
};

/// One record, for readers outside. `text` is made by describe() only when asked.
struct event {
    position at{};
    verb by = verb::none;
    time_point now;
    actor_id actor{};
    std::uint64_t subject = 0;  // raw order_id or reservation_id; 0 where there is none
    std::uint16_t moves = 0;
    std::int64_t units = 0;  // granules moved
    bool declined = false;   // a remembered "no"
};

}  // namespace earmark
