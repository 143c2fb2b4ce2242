// ROWS: tables of the caller as rows of the engine.
#pragma once

#include <vector>

#include "columns.hpp"
#include "earmark/model/floors.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/sections.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/model/thresholds.hpp"

namespace earmark::python {

[[nodiscard]] std::vector<sku_row> read_skus(const any_table& table);
[[nodiscard]] std::vector<node_row> read_nodes(const any_table& table);
[[nodiscard]] std::vector<place_row> read_places(const any_table& table);
[[nodiscard]] std::vector<distance_row> read_distances(const any_table& table);
[[nodiscard]] std::vector<stock_row> read_stock(const any_table& table);
[[nodiscard]] std::vector<floor_row> read_floors(const any_table& table);
[[nodiscard]] std::vector<threshold_row> read_thresholds(const any_table& table);
[[nodiscard]] std::vector<unit_row> read_units(const any_table& table);
[[nodiscard]] std::vector<pool_row> read_pools(const any_table& table);
[[nodiscard]] std::vector<segment_row> read_segments(const any_table& table);
[[nodiscard]] std::vector<section_row> read_sections(const any_table& table);

}  // namespace earmark::python
