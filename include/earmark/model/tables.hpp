// THE TABLES that a host loads before the first order: SKUs, nodes, places, opening stock. A row is
// text and numbers as the outside world has them; `engine::load` checks every row, takes the good
// ones and returns the others with row number, reason and hint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "earmark/core/money.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/result.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark {

struct sku_row {
    std::string key;
    int decimals = 0;          // scale of its quantities, 0 to max_decimals
    std::int64_t granule = 1;  // smallest promise, in atoms; cells count granules
};

/// WGS 84 degrees, as given. Integer metres are made of it once, at load.
struct geo_point {
    double latitude = 0;
    double longitude = 0;
};

struct node_row {
    std::string key;
    node_kind kind = node_kind::dc;
    std::optional<geo_point> at{};  // unknown ranks last, never as 0
    std::int32_t priority = 0;      // smaller is tried first by `priority` policies
    bool active = true;
    std::optional<rate> fixed_per_parcel{};  // overrides the policy's rate card for this node
    std::optional<rate> per_unit{};
};

/// A ship-to position: a city, a metro, a customer's address. Orders name places by key.
struct place_row {
    std::string key;
    std::optional<geo_point> at{};
};

/// How far a place is from a node by road, or by whatever a host measures, in place of the great
/// circle between their positions.
struct distance_row {
    std::string place;
    std::string node;
    std::int64_t metres = 0;  // 0 to max_metres
};
inline constexpr std::int64_t max_metres = 100'000'000;

/// Opening stock: sets nothing, adds `on_hand` to what the node has.
struct stock_row {
    std::string sku;
    std::string node;
    quantity on_hand;
    std::string unit{};  // of measure, of which `on_hand` is then a whole number; empty: the SKU's
    std::string section{};  // empty: the plain stock
};

/// A unit of measure of a SKU: one `unit` is `holds` of it (a case of 12, a metre of 100 cm).
struct unit_row {
    std::string sku;
    std::string unit;
    quantity holds;
};

/// A row that was not taken, and why.
struct rejected_row {
    std::uint32_t row = 0;  // counted from 1, without a header
    error why;
    std::string text;  // the sentence, with the row's own keys in it
};

/// Which rows of a table a call loads. Going on at load_report::next makes the journal of one call.
struct load_part {
    static constexpr std::size_t rows_per_record = 64;  // good ones
    std::size_t first = 0;                              // counted from 0
    std::size_t records = SIZE_MAX;                     // at least 1
};

struct load_report {
    std::size_t next = 0;  // the first row that was not looked at; the table's size: none
    std::uint32_t accepted = 0;
    std::vector<rejected_row> rejected;
};

/// What the rest of the house needs of a SKU row.
struct sku_facts {
    int decimals = 0;
    std::int64_t granule = 1;  // atoms
};

/// What one unit of measure of a SKU is.
struct unit_facts {
    std::string name;
    std::int64_t atoms = 1;
};

/// Coordinates as integers of 1e-7 degrees, so that a journal holds them exactly.
struct coordinates {
    bool known = false;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
};

/// Great-circle distance on a sphere of 6,371,000 m, rounded to the nearest metre (haversine).
/// Requires both points to be valid. Floating point; called only while tables are loaded.
[[nodiscard]] std::uint32_t distance_metres(geo_point a, geo_point b) noexcept;
[[nodiscard]] bool is_valid(geo_point p) noexcept;

/// The distance of a place or node without coordinates.
inline constexpr std::uint32_t unknown_distance = 0xFFFFFFFF;

}  // namespace earmark
