// RIVALS: the two usual ways to take several units or none, on the same cells and orders.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "earmark/core/digest.hpp"
#include "earmark/model/change_set.hpp"

namespace earmark::bench {

/// Compare-and-swap line by line in ascending order; what was taken goes back where a later line is
/// short. Fast, and wrong at the edge: between the two it says "sold out" of stock that nobody
/// took.
class rollback_stock {
public:
    explicit rollback_stock(std::size_t cells)
        : free_{std::make_unique<std::atomic<std::int64_t>[]>(cells)} {}

    [[nodiscard]] bool take(std::span<const take_line> lines) noexcept {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (take(lines[i])) continue;
            while (i-- > 0) give(lines[i].cell, lines[i].n);
            return false;
        }
        return true;
    }
    [[nodiscard]] bool take(const take_line& l) noexcept {
        auto& cell = free_[index_of(l.cell)];
        std::int64_t seen = cell.load(std::memory_order_relaxed);  // decided by the exchange
        do {
            if (seen - l.n < l.floor) return false;
        } while (!cell.compare_exchange_weak(seen, seen - l.n, std::memory_order_seq_cst,
                                             std::memory_order_relaxed));
        return true;
    }
    void give(cell_id c, std::int64_t n) noexcept {
        free_[index_of(c)].fetch_add(n, std::memory_order_seq_cst);
    }
    void prefetch(cell_id c) const noexcept { __builtin_prefetch(&free_[index_of(c)], 1); }

private:
    std::unique_ptr<std::atomic<std::int64_t>[]> free_;
};

/// One mutex and a hash map from a 64-bit key of (SKU, node) to free units.
class mutex_map_stock {
public:
    explicit mutex_map_stock(std::size_t cells) { free_.reserve(cells); }

    [[nodiscard]] static std::uint64_t key_of(cell_id c) noexcept { return mix(raw(c)); }

    void add(cell_id c, std::int64_t n) { free_[key_of(c)] += n; }

    [[nodiscard]] bool take(std::span<const take_line> lines) {
        const std::lock_guard hold{lock_};
        std::int64_t* found[8] = {};
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto at = free_.find(key_of(lines[i].cell));
            if (at == free_.end() || at->second - lines[i].n < lines[i].floor) return false;
            found[i] = &at->second;
        }
        for (std::size_t i = 0; i < lines.size(); ++i) *found[i] -= lines[i].n;
        return true;
    }
    [[nodiscard]] bool take(std::uint64_t key) {
        const std::lock_guard hold{lock_};
        const auto at = free_.find(key);
        if (at == free_.end() || at->second < 1) return false;
        --at->second;
        return true;
    }

    [[nodiscard]] std::int64_t free(std::uint64_t key) {
        const std::lock_guard hold{lock_};
        const auto at = free_.find(key);
        return at == free_.end() ? 0 : at->second;
    }

private:
    std::mutex lock_;
    std::unordered_map<std::uint64_t, std::int64_t> free_;
};

}  // namespace earmark::bench
