// COMMANDS TO MANY ORDERS as JSON: the fields of select, bulk and wave.
#pragma once

#include <array>
#include <string_view>

#include "submit_table_fields.hpp"

namespace earmark::submission::of_many {

using namespace tables;

inline constexpr std::string_view states[] = {"open",      "backordered", "reserved", "allocated",
                                              "released",  "picked",      "packed",   "shipped",
                                              "delivered", "lost",        "cancelled"};
inline constexpr std::string_view types[] = {"sales",       "transfer", "purchase", "sample",
                                             "replacement", "draft",    "service",  "make_to_order",
                                             "exchange",    "return"};
inline constexpr std::string_view answers[] = {"accept", "reject"};
inline constexpr std::string_view actions[] = {"hold", "resolve", "source", "release", "cancel"};

inline constexpr std::int64_t most_seconds = 1'000'000'000;

/// Which orders, and in which sequence.
inline constexpr field filter[] = {
    {"where", text, optional, "a condition of the order (docs/formats/policy.md)"},
    {"state", choice, optional, "some of its units are in this state; default: not at their end", 0,
     0, states},
    {"sku", key, optional, "key of a SKU: these units are of it"},
    {"node", key, optional, "key of a node: these units are there"},
    {"type", choice, optional, "only orders of this type", 0, 0, types},
    {"with_hold", key, optional, "type of a hold: an active one of it is on the order"},
    {"held", flag, optional, "does some hold block some step of it?"},
    {"placed_from", time, optional, "placed at this instant or later"},
    {"placed_before", time, optional, "placed before this instant"},
    {"due_before", time, optional, "due before this instant"},
    {"allowance_seconds", whole, optional,
     "without a last day it is due so long after it was placed, default 172800", 0, most_seconds},
    {"step_seconds", whole, optional, "and a step of its priority earlier by so much, default 3600",
     0, most_seconds},
    {"lead_days", whole, optional,
     "with a last day, where no calendar says: due so many days before, default 2", 0, 10'000},
    {"escalated_from", whole, optional, "orders of this priority stand first, default 250", 0, 255},
};

/// `own`, and then the filter's.
template <std::size_t N>
constexpr auto with_filter(const field (&own)[N]) {
    std::array<field, N + std::size(filter)> all{};
    for (std::size_t i = 0; i < N; ++i) all[i] = own[i];
    for (std::size_t i = 0; i < std::size(filter); ++i) all[N + i] = filter[i];
    return all;
}

inline constexpr field own_select[] = {
    {"limit", whole, optional, "orders, default 100", 0, 100'000},
};
inline constexpr field own_bulk[] = {
    {"action", choice, required, "what is done to each order", 0, 0, actions},
    {"orders", keys, optional, "keys of the orders, in place of a filter", 1, most_orders},
    {"hold_type", key, optional, "of hold and resolve: type of the hold"},
    {"answer", choice, optional, "of resolve: accept (the default) or reject", 0, 0, answers},
    {"reason", whole, optional, "a code of the caller's own; hold, resolve and cancel need one", 1,
     255},
    {"limit", whole, optional, "orders, default 10000", 1, 100'000},
};
inline constexpr field own_wave[] = {
    {"max_orders", whole, optional, "orders that are released, default 1000", 0, 100'000},
    {"max_lines", whole, optional, "lines of work in them; default: however many", 1, most},
    {"remorse_seconds", whole, optional, "younger orders wait, unless they are due; default 0", 0,
     most_seconds},
};
inline constexpr auto select_fields = with_filter(own_select);
inline constexpr auto bulk_fields = with_filter(own_bulk);
inline constexpr auto wave_fields = with_filter(own_wave);

}  // namespace earmark::submission::of_many
