// THE TABLES that `load` takes as JSON: the fields of their rows.
#pragma once

#include <string_view>

#include "submit_fields.hpp"

namespace earmark::submission::tables {

using enum shape;

inline constexpr std::int64_t most = INT64_MAX;
inline constexpr std::int64_t most_orders = 10'000;

inline constexpr std::string_view node_kinds[] = {"dc", "store", "vendor"};
inline constexpr std::string_view uses[] = {"both", "selling", "sourcing"};
inline constexpr std::string_view pool_kinds[] = {"quota", "capacity", "limit", "credit"};
inline constexpr std::string_view pool_days[] = {"basket", "work", "ship"};
inline constexpr std::string_view pool_counts[] = {"units", "shipments", "orders"};

inline constexpr std::string_view about_section = "key of a section; without one the plain stock";
inline constexpr field sku_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"decimals", whole, optional, "decimal places of its quantities, default 0", 0, max_decimals},
    {"granule", whole, optional, "smallest promise in the last place, default 1", 1, most},
};
inline constexpr field node_fields[] = {
    {"node", key, required, "key of the node"},
    {"kind", choice, optional, "default dc", 0, 0, node_kinds},
    {"latitude", degrees, optional, "WGS 84; leave both out where unknown"},
    {"longitude", degrees, optional, "WGS 84"},
    {"priority", whole, optional, "smaller is tried first by priority policies", INT32_MIN,
     INT32_MAX},
    {"active", flag, optional, "default true"},
    {"fixed_per_parcel", decimal, optional, "cost of a parcel, in place of the policy's"},
    {"per_unit", decimal, optional, "cost of a unit, in place of the policy's"},
};
inline constexpr field place_fields[] = {
    {"place", key, required, "key of the ship-to position"},
    {"latitude", degrees, optional, "WGS 84; leave both out where unknown"},
    {"longitude", degrees, optional, "WGS 84"},
};
inline constexpr std::string_view value_kinds[] = {"text", "number", "money", "flag"};
inline constexpr field attribute_fields[] = {
    {"attribute", key, required, "its name: small letters, digits, _ and dots between words"},
    {"type", choice, required, "what its values are", 0, 0, value_kinds},
};
inline constexpr field fact_fields[] = {
    {"key", key, required,
     "key of a SKU (line. and stock. ones), node (node.) or place (ship_to.)"},
    {"attribute", key, required, "name of a declared attribute"},
    {"value", key, optional, "gold, 12.5, true; without one it has none any more"},
    {"node", key, optional, "key of the node, of stock. ones"},
};
inline constexpr field exclusion_fields[] = {
    {"node", key, required, "key of a node: nothing is sourced from it"},
    {"reason", key, optional, "for people"},
    {"from", time, optional, "first instant; without one always"},
    {"until", time, optional, "first instant after it; without one for good"},
};
inline constexpr field order_fact_fields[] = {
    {"attribute", key, required, "name of a declared attribute"},
    {"line", whole, optional, "number of the line, of line. ones", 1, 5'000},
    {"value", key, required, "gold, 12.5, true"},
};
inline constexpr field distance_fields[] = {
    {"place", key, required, "key of a place that is loaded"},
    {"node", key, required, "key of a node that is loaded"},
    {"metres", whole, required, "in place of the great circle", 0, max_metres},
};
inline constexpr field stock_fields[] = {
    {"sku", key, required, "key of a SKU that is loaded"},
    {"node", key, required, "key of a node that is loaded"},
    {"on_hand", decimal, required, "units that come to what the node has"},
    uom_field,
    {"section", key, optional, about_section},
};
inline constexpr field floor_fields[] = {
    {"rule", key, required, "key of the rule; one that stands there is replaced"},
    {"sku", key, optional, "key of a SKU; without one every SKU"},
    {"node", key, optional, "key of a node; without one every node"},
    {"kind", choice, optional, "nodes of a kind", 0, 0, node_kinds, {}, "node"},
    {"channel", key, optional, "key of a channel; without one every channel"},
    {"use", choice, optional, "default both", 0, 0, uses},
    {"units", whole, optional, "whole units to leave; negative: may be oversold by so many",
     -max_floor_units, max_floor_units},
    {"exclude", flag, optional, "nothing may be promised, default false", 0, 0, {}, {}, "units"},
    {"active", flag, optional, "default true; false takes the rule out of force"},
    {"freeze", flag, optional, "excludes, and stops releases, default false", 0, 0, {}, {}, "use"},
};
inline constexpr field segment_fields[] = {
    {"segment", key, required, "key of the segment; one that stands there is changed"},
    {"channel", key, optional, "key of the channel whose baskets draw from it"},
    {"overflow", keys, optional, "segments to draw from after its own, in order", 1, 16},
    {"overflow_to_all", flag, optional, "and then from what is kept for nobody, default false"},
    {"released", time, optional, "from then on what is unsold is for everybody"},
};
inline constexpr field section_fields[] = {
    {"section", key, required, "key of the section; one that stands there may change the last two"},
    {"segment", key, optional, "key of the segment that it is kept for"},
    {"condition", text, optional, "damaged, quarantine, ...: not sellable"},
    {"lot", text, optional, "its lot"},
    {"owner", text, optional, "whose goods they are"},
    {"expires", time, optional, "not promised for a date from then on"},
    {"frozen", flag, optional, "not promised at any node, default false"},
};
inline constexpr field pool_fields[] = {
    {"pool", key, required, "key of the pool"},
    {"kind", choice, optional, "default quota", 0, 0, pool_kinds},
    {"decimals", whole, optional, "decimal places of its amounts, default 0", 0, max_decimals},
    {"granule", whole, optional, "smallest take in the last place, default 1", 1, most},
    {"amount", decimal, required, "how much there is at first"},
    {"per_unit", decimal, optional, "what one unit of a SKU takes; without it the pool is flat"},
    {"named", flag, optional, "only baskets that name it take from it, default false"},
    {"sku", key, optional, "key of a SKU; without one every SKU"},
    {"node", key, optional, "key of a node; without one every node"},
    {"channel", key, optional, "key of a channel; without one every channel"},
    {"from", time, optional, "first instant of the days that it is about"},
    {"until", time, optional, "first instant after them"},
    {"day", choice, optional, "of a plan's dates; default basket: baskets take", 0, 0, pool_days},
    {"counts", choice, optional, "what takes per_unit, default units", 0, 0, pool_counts},
    {"service", key, optional, "of orders that travel by it"},
};
inline constexpr field unit_fields[] = {
    {"sku", key, required, "key of a SKU that is loaded"},
    {"unit", key, required, "name of the unit of measure"},
    {"holds", decimal, required, "what one of it is, in the SKU's own unit"},
};
inline constexpr field threshold_fields[] = {
    {"threshold", key, required, "key of the threshold; one that stands there is replaced"},
    {"sku", key, optional, "key of the SKU; required, but for a pool"},
    {"node", key, optional, "key of the node; without one all nodes"},
    {"kind", choice, optional, "all nodes of a kind", 0, 0, node_kinds, {}, "node"},
    {"channel", key, optional, "whose floor rules hold"},
    {"section", key, optional, about_section, 0, 0, {}, {}, "channel"},
    {"pool", key, optional, "key of a pool in place of goods", 0, 0, {}, {}, "sku"},
    {"low", whole, optional, "units below which it is low, default 1", 1, max_floor_units},
    {"high", whole, optional, "units at which it is not any more, default low", 1, max_floor_units},
    {"active", flag, optional, "false: kept, and silent"},
};

inline constexpr field restriction_fields[] = {
    {"restriction", key, required, "key of the row; one that stands there is replaced"},
    {"reason", text, optional, "for people"},
    {"item", text, optional, "condition on goods; without one all goods"},
    {"origin", text, optional, "condition on nodes; without one all nodes"},
    {"destination", text, optional, "condition on places; without one all places"},
    {"order", text, optional, "condition on orders; without one all orders"},
    {"services", keys, optional, "keys of services; without them all orders", 1,
     max_restriction_services},
    {"unless_same", keys, optional,
     "a node's attribute and a place's: where both are given and equal it does not hold", 2, 2},
    {"active", flag, optional, "false: kept, and out of force"},
};

inline constexpr field load_skus[] = {rows_of("the SKUs", sku_fields)};
inline constexpr field load_nodes[] = {rows_of("the nodes", node_fields)};
inline constexpr field load_places[] = {rows_of("the places", place_fields)};
inline constexpr field load_distances[] = {rows_of("the distances", distance_fields)};
inline constexpr field load_stock[] = {rows_of("what is added to stock", stock_fields)};
inline constexpr field load_units[] = {rows_of("the units of measure", unit_fields)};
inline constexpr field load_floors[] = {rows_of("the floor rules", floor_fields)};
inline constexpr field load_segments[] = {rows_of("the segments", segment_fields)};
inline constexpr field load_sections[] = {rows_of("the sections", section_fields)};
inline constexpr field load_pools[] = {rows_of("the pools", pool_fields)};
inline constexpr field load_attributes[] = {rows_of("the attributes", attribute_fields)};
inline constexpr field load_facts[] = {rows_of("the facts", fact_fields)};
inline constexpr field load_exclusions[] = {rows_of("the exclusions", exclusion_fields)};
inline constexpr field load_restrictions[] = {rows_of("the restrictions", restriction_fields)};
inline constexpr field load_thresholds[] = {rows_of("the thresholds", threshold_fields)};

}  // namespace earmark::submission::tables
