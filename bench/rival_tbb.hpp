// oneTBB's concurrent_hash_map from a 64-bit key to free units. An accessor locks its element, so
// a take of several lines holds them all, in ascending order of cells.
#pragma once

#include <oneapi/tbb/concurrent_hash_map.h>

#include <array>
#include <cstdint>
#include <span>

#include "rivals.hpp"

namespace earmark::bench {

class tbb_map_stock {
public:
    void add(cell_id c, std::int64_t n) {
        map::accessor at;
        free_.insert(at, mutex_map_stock::key_of(c));
        at->second += n;
    }
    [[nodiscard]] bool take(std::span<const take_line> lines) {
        std::array<map::accessor, 8> held;
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (!free_.find(held[i], mutex_map_stock::key_of(lines[i].cell)) ||
                held[i]->second - lines[i].n < lines[i].floor)
                return false;
        for (std::size_t i = 0; i < lines.size(); ++i) held[i]->second -= lines[i].n;
        return true;
    }
    [[nodiscard]] bool take(std::uint64_t key) {
        map::accessor at;
        if (!free_.find(at, key) || at->second < 1) return false;
        --at->second;
        return true;
    }

private:
    using map = tbb::concurrent_hash_map<std::uint64_t, std::int64_t>;
    map free_;
};

}  // namespace earmark::bench
