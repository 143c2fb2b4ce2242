// ORDERS as JSON: the fields of the verbs that take some, and of a canonical order.
#pragma once

#include <array>
#include <string_view>

#include "submit_table_fields.hpp"

namespace earmark::submission::of_orders {

using namespace tables;

inline constexpr std::string_view placed_types[] = {
    "sales", "draft", "transfer", "purchase", "service", "sample", "replacement", "make_to_order"};
inline constexpr field order_line_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"quantity", decimal, required, "units ordered"},
    uom_field,
    {"unit_price", decimal, required, "of the SKU's own unit, in the order's currency, before tax"},
    {"node", key, optional, "key of the node it is bound to: it comes from there, or it waits"},
    own_place_field,
    own_method_field,
    own_day_field,
    {"set", whole, optional, "lines of one number are released together", 1, 65'535},
};
inline constexpr field place_fields[] = {
    {"currency", text, required, "ISO 4217 code of all prices of the order"},
    {"ship_to", key, optional, "key of a place; without one distances are unknown"},
    {"priority", whole, optional, "default 0", 0, 255},
    {"reservation", id, optional, "basket to hand over"},
    {"method", key, optional, "key of the service by which it travels"},
    {"deliver_by", time, optional, "the last day of delivery that was asked for, a date"},
    {"node", key, optional, "key of the node that lines are bound to which name none"},
    {"type", choice, optional, "default sales", 0, 0, placed_types},
    {"to", key, optional, "of a transfer or a purchase: key of the node that its goods go to"},
    {"lines",
     rows,
     required,
     "the lines, numbered 1, 2, ... in this order",
     1,
     5'000,
     {},
     order_line_fields},
    {"facts", rows, optional, "what policies may ask of it", 1, 10'000, {}, order_fact_fields},
};
inline constexpr field cancel_fields[] = {
    {"order", key, required, "key of the order"},
    {"line", whole, optional, "its number; without one the whole order", 1, 5'000},
    {"quantity", decimal, optional, "units of the line; without it all that still can be"},
    {"reason", whole, optional, "a code of the caller's own, default 0", 0, 255},
    {"park",
     flag,
     optional,
     "keep it for an order that has not come yet, default false",
     0,
     0,
     {},
     {},
     "line"},
};

/// The key, the instant and the revision of an order, and then what place_order takes.
inline constexpr auto canonical_fields = [] {
    constexpr std::size_t own = 3;
    std::array<field, std::size(place_fields) + own> all{};
    all[0] = {"key", key, required, "the order's own key: it is placed once under it"};
    all[1] = {"placed_at", time, optional, "when it was placed; without one now"};
    all[2] = {"revision", whole,
              optional,   "of this text: a higher one amends the order that is placed; default 0",
              0,          static_cast<std::int64_t>(max_revision)};
    for (std::size_t i = 0; i < std::size(place_fields); ++i) all[i + own] = place_fields[i];
    return all;
}();

inline constexpr field actor_field = {"actor", key, optional,
                                      "who gives the command; without one the host itself"};
inline constexpr field now_field = {"now", time, optional,
                                    "instant of the command; without one engine time stands still"};

inline constexpr field capture_fields[] = {
    {"orders", orders, required, "canonical orders", 1, most_orders},
    {"dry_run", flag, optional, "look at all of them and change nothing, default false"},
    {"quarantine", flag, optional, "keep what waits for master data only, default false"},
    {"correct", flag, optional, "they take the place of those in quarantine, default false"},
    actor_field,
    now_field,
};
inline constexpr field replay_fields[] = {
    {"order", key, optional, "key of the order; without one all that wait"},
    actor_field,
    now_field,
};
inline constexpr field discard_fields[] = {
    {"order", key, required, "key of the order"},
    {"reason", whole, optional, "a code of the caller's own, default 0", 0, 255},
};
inline constexpr field page_fields[] = {
    {"after", key, optional, "the last key of the page before"},
    {"limit", whole, optional, "default 100", 1, 10'000},
};

}  // namespace earmark::submission::of_orders
