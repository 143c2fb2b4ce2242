// THE KEYS of a policy's tables and the names that they take: what the reader knows, and the only
// list of them.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing::detail {

using names = std::span<const std::string_view>;
template <std::size_t N>
using keys = std::array<std::string_view, N>;

inline constexpr keys<17> root_keys = {"policy", "currency",  "distance",  "rank",       "costs",
                                       "split",  "outcome",   "keep_back", "attributes", "always",
                                       "filter", "strategy",  "weights",   "weighed",    "match",
                                       "ladder", "rejections"};
inline constexpr keys<15> strategy_keys = {"name",      "when",    "starts",  "ends",  "from",
                                           "require",   "prefer",  "rank",    "split", "outcome",
                                           "keep_back", "weights", "weighed", "for",   "transfers"};
inline constexpr keys<1> always_keys = {"require"};
inline constexpr keys<6> filter_keys = {"name", "when", "nodes", "same", "dates", "memory"};
inline constexpr keys<1> memory_names = {"not_rejected_before"};
inline constexpr keys<3> rejection_keys = {"days", "most", "then"};
inline constexpr keys<7> cost_keys = {
    "fixed_per_parcel", "per_unit", "per_unit_per_1000_km", "extra_parcel", "late_per_day",
    "by_acceptance",    "parcel"};
inline constexpr keys<3> parcel_keys = {"by", "zones", "steps"};
inline constexpr keys<2> parcel_step_keys = {"up_to", "rates"};
inline constexpr keys<2> content_names = {"grams", "units"};
inline constexpr keys<5> split_keys = {"lines", "max_parcels", "max_shipments",
                                       "min_shipment_value", "together"};
inline constexpr keys<1> together_names = {"set"};
inline constexpr keys<2> outcome_keys = {"partial", "none"};
inline constexpr keys<3> step_keys = {"full", "partial", "none"};

inline constexpr keys<2> match_names = {"first", "ladder"};
inline constexpr keys<1> full_names = {"allocate"};
inline constexpr keys<9> step_names = {"allocate_and_backorder",
                                       "allocate_and_queue:NAME",
                                       "allocate_and_cancel",
                                       "backorder",
                                       "queue:NAME",
                                       "cancel",
                                       "next",
                                       "transfer",
                                       "transfer_rest"};
inline constexpr keys<5> none_names = {"backorder", "queue:NAME", "cancel", "next", "transfer"};
inline constexpr keys<2> distance_names = {"km", "mi"};
inline constexpr keys<node_kinds> kind_names = {"dc", "store", "vendor"};
inline constexpr keys<criteria> criterion_names = {
    "cost", "parcels",  "distance", "priority", "score",     "zone",
    "load", "rotation", "balance",  "cover",    "stock_out", "delivery_date"};
inline constexpr keys<2> split_names = {"whole", "by_quantity"};

}  // namespace earmark::sourcing::detail
