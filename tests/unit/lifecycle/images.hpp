// Orders for tests of images: lines of so many units, all of them open, and a way to move them.
#pragma once

#include <initializer_list>

#include "earmark/lifecycle/image.hpp"

namespace earmark::lifecycle {

inline image order_of(std::initializer_list<granules> lines) {
    image o;
    std::uint16_t i = 0;
    for (const granules n : lines) {
        o.lines.push_back({sku_id{i}, n, 100, 0, 0});
        o.buckets.push_back({none<cell_id>, n, i++, unit_state::open, 0, 0});
    }
    return o;
}
inline bucket_move allocate(std::uint16_t line, granules n, std::uint32_t cell) {
    return {0, line, n, unit_state::open, unit_state::allocated, none<cell_id>, cell_id{cell}, 0};
}
/// Of each line in a cell of its own.
inline bucket_move allocate(std::uint16_t line, granules n) { return allocate(line, n, line); }
inline cell_nodes nodes_are_cells() {
    return {nullptr,
            [](const void*, cell_id c) { return node_id{static_cast<std::uint16_t>(raw(c))}; }};
}

}  // namespace earmark::lifecycle
