// CANONICAL ORDERS AND TABLES as CSV (docs/formats/orders_csv.md). Pure functions from text to
// plain data: names stay text, since only the engine knows which of them exist.
//
// What holds for every reader here: a row is either in the result or in `rejected`; after a
// `failure` (the file cannot be trusted) everything else is empty. Nothing is dropped silently, and
// nothing is repaired.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/connect/csv.hpp"
#include "earmark/core/civil_day.hpp"
#include "earmark/core/money.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::connect {

/// A quantity as written, without trailing zeros: 12.50 is {125, 1}. A text does not know the scale
/// of the SKU, so that the last step is left to whoever does.
struct text_quantity {
    std::int64_t atoms = 0;
    int decimals = 0;  // 0 to max_decimals
    friend constexpr bool operator==(const text_quantity&, const text_quantity&) = default;
};

/// Reads at most max_decimals significant places; as strict as parse_quantity.
[[nodiscard]] result<text_quantity> parse_text_quantity(std::string_view text) noexcept;

/// The same quantity at a SKU's scale, or too_many_decimals or out_of_range. Never rounds.
[[nodiscard]] result<quantity> rescale(text_quantity q, int decimals) noexcept;

struct text_line {
    std::string sku;
    text_quantity amount;               // > 0
    std::int64_t unit_price_minor = 0;  // >= 0, in the order's currency
    std::uint32_t row = 0;              // of the file, from 1
    std::uint32_t number = 0;           // the source's own number of the line; 0: it gave none
    std::uint32_t own = 0;              // of its order's `own`, from 1; 0: as the order says
    std::uint16_t set = 0;              // of lines that are released together; 0: of none
};

/// Keys of a place and of a service, and a last day of delivery; empty: as the order says.
struct text_terms {
    std::string ship_to, method;
    civil_day deliver_by = no_day;
    friend bool operator==(const text_terms&, const text_terms&) = default;
};

struct text_order {
    std::string key;
    std::string ship_to;   // a place's key; empty: unknown
    std::string customer;  // the outside world's key; empty: unknown
    std::string method;    // a service's key; empty: none
    civil_day deliver_by = no_day;
    std::uint64_t revision = 0;
    std::vector<text_terms> own;  // of lines that have some; those that stand together once
    time_point placed;
    earmark::currency currency;
    std::uint8_t priority = 0;
    std::vector<text_line> lines;
};

/// An order with a wrong row. None of its rows is used.
struct rejected_order {
    std::string key;
    std::uint32_t rows = 0;  // of the file that are left out with it
    rejected_row first;      // what was wrong first
};

struct order_file {
    std::vector<text_order> orders;               // in the order of their first rows
    std::vector<rejected_row> rejected;           // every wrong row, ascending
    std::vector<rejected_order> rejected_orders;  // in the order of their first rows
    std::uint32_t rows = 0;                       // of the file, without the header
    std::optional<rejected_row> failure;
};

struct order_options {
    std::optional<earmark::currency> currency;  // of orders that name none
    time_point placed{};                        // of orders that name no time
    csv_limits limits{};
};

/// Columns order_key, sku, quantity, unit_price, ship_to; optional line, currency, placed_at,
/// priority, method, deliver_by, revision, line_ship_to, line_method, line_deliver_by, set. Rows of
/// one order need not be adjacent. O(rows).
[[nodiscard]] order_file read_orders(std::string_view text, const order_options& options = {});

template <class Row>
struct table_file {
    std::vector<Row> rows;               // the good ones, in the order of the file
    std::vector<std::uint32_t> row_of;   // rows[i] stands in row row_of[i] of the file, from 1
    std::vector<rejected_row> rejected;  // the others
    std::optional<rejected_row> failure;
};

/// sku; optional decimals (0), granule (1).
[[nodiscard]] table_file<sku_row> read_skus(std::string_view text, csv_limits limits = {});
/// node; optional kind (dc | store | vendor), latitude, longitude, priority, active (true | false),
/// fixed_per_parcel, per_unit.
[[nodiscard]] table_file<node_row> read_nodes(std::string_view text, csv_limits limits = {});
/// place; optional latitude, longitude.
[[nodiscard]] table_file<place_row> read_places(std::string_view text, csv_limits limits = {});
/// place, node, metres. Whether a pair stands twice is left to the engine.
[[nodiscard]] table_file<distance_row> read_distances(std::string_view text,
                                                      csv_limits limits = {});
/// sku, node, on_hand; optional uom. The scale of a quantity is that of its SKU, so the SKUs come
/// first; of a unit of measure there is a whole number.
[[nodiscard]] table_file<stock_row> read_stock(std::string_view text, std::span<const sku_row> skus,
                                               csv_limits limits = {});

}  // namespace earmark::connect
