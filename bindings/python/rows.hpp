// ROWS: tables of the caller as rows of the engine.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "columns.hpp"
#include "earmark/model/dates.hpp"
#include "earmark/model/floors.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/sections.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/model/thresholds.hpp"

namespace earmark::python {

/// The columns of a table, of which no other may be there.
[[nodiscard]] columns read(const py::object& table, std::initializer_list<std::string_view> known);
/// Texts of a column that may be left out, and may have nulls: empty ones.
[[nodiscard]] std::vector<std::string> optional_texts(const columns& c, std::string_view name,
                                                      std::size_t n);
/// What stands between the commas of a text, without the blanks around it.
[[nodiscard]] std::vector<std::string> words_between_commas(std::string_view text);
/// The enumerator that a text names; BadInput says what it is of, and which there are.
template <class Enum>
[[nodiscard]] Enum named(std::string_view name, std::size_t count, const std::string& what) {
    std::string known;
    for (std::size_t i = 0; i < count; ++i) {
        const auto e = static_cast<Enum>(i);
        if (name == name_of(e)) return e;
        known += (i == 0 ? "" : ", ") + std::string{name_of(e)};
    }
    bad_input(what + ": " + std::string{name} + "; give one of " + known);
}
/// The same of a row's text.
template <class Enum>
[[nodiscard]] Enum named(std::string_view name, std::size_t count, const char* column,
                         std::size_t row) {
    return named<Enum>(name, count,
                       "column '" + std::string{column} + "', row " + std::to_string(row + 1));
}
/// Of a dict of place, method and deliver_by; None: as the order says.
[[nodiscard]] std::uint16_t set_of(const py::dict& of);
[[nodiscard]] line_terms own_terms(const engine& e, const py::dict& of);
/// Lines (sku key, amount[, price_minor[, firm node[, own terms]]]) of one order.
[[nodiscard]] std::vector<order_line> order_lines(const engine& e, const py::iterable& lines);

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
[[nodiscard]] std::vector<calendar_row> read_calendars(const any_table& table);
[[nodiscard]] std::vector<calendar_day_row> read_calendar_days(const any_table& table);
[[nodiscard]] std::vector<service_row> read_services(const any_table& table);
[[nodiscard]] std::vector<hours_row> read_hours(const any_table& table);
[[nodiscard]] std::vector<lane_row> read_lanes(const any_table& table);
[[nodiscard]] std::vector<section_row> read_sections(const any_table& table);

}  // namespace earmark::python
