// MAKING A WORKFLOW of a definition: rows in the order of states and events, and a cell for each
// pair. The same for tables of the compiler and for those that are read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "earmark/lifecycle/workflow.hpp"

namespace earmark::lifecycle {

[[nodiscard]] constexpr std::size_t cells_of(const definition& d) noexcept {
    return (unit_states + d.states.size()) * (unit_events + d.events.size());
}

/// Fills rows (as many as the definition has steps) and cells (cells_of). Requires that steps name
/// states and events that there are. O(steps + cells).
constexpr void fill_index(const definition& d, std::span<row> rows,
                          std::span<std::uint32_t> cells) noexcept {
    const workflow shape{d, {}, {}};  // knows how states are numbered
    const auto cell_of = [&](const step& s) -> std::uint32_t& {
        return cells[shape.index(s.from) * shape.events() + s.on.n];
    };
    for (std::uint32_t& c : cells) c = 0;
    for (const step& s : d.steps) ++cell_of(s);
    std::uint32_t first = 0;
    for (std::uint32_t& c : cells) {
        const std::uint32_t rows_of_cell = c;
        c = first << 16;
        first += rows_of_cell;
    }
    for (std::size_t i = 0; i < d.steps.size(); ++i) {
        const step& s = d.steps[i];
        std::uint32_t& c = cell_of(s);
        rows[(c >> 16) + (c & 0xFFFF)] = {s.from,
                                          s.to,
                                          s.on,
                                          s.does,
                                          static_cast<std::uint16_t>(i),
                                          static_cast<fact_bits>(s.needs | s.forbids),
                                          s.needs,
                                          s.after_s};
        ++c;
    }
}

namespace detail {
template <const definition& D>
struct tables {
    std::array<row, D.steps.size()> rows{};
    std::array<std::uint32_t, cells_of(D)> cells{};

    constexpr tables() noexcept { fill_index(D, rows, cells); }
};
template <const definition& D>
inline constexpr tables<D> tables_of{};
}  // namespace detail

/// The workflow of a definition that the compiler knows.
template <const definition& D>
inline constexpr workflow indexed{D, detail::tables_of<D>.rows, detail::tables_of<D>.cells};

}  // namespace earmark::lifecycle
