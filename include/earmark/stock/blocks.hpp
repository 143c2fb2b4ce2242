// BLOCKS AND SEGMENTS. Eight cells of one SKU are a block: their words are a cache line, what else
// is known of them lies apart. Memory for blocks comes in segments, which are never moved.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/pages.hpp"
#include "earmark/core/result.hpp"
#include "earmark/stock/word.hpp"

namespace earmark::stock {

inline constexpr std::uint32_t block_cells = 8;
inline constexpr std::uint32_t no_block = 0xFFFFFFFF;

/// What is known of eight cells beside their words.
template <class Env>
struct cell_block {
    std::uint32_t next = no_block;  // of a section; of pools: the number of the first
    sku_id sku{};                   // none: of pools
    std::array<node_id, block_cells> nodes{};
    section_id section = none<section_id>;
    typename Env::template atomic<std::uint32_t> used{0};
};

/// All that is kept of `cells`, a multiple of eight, beside their words. May throw std::bad_alloc.
template <class Env>
struct cell_segment {
    template <class T>
    using atomic = typename Env::template atomic<T>;

    explicit cell_segment(std::uint32_t cells)
        : on_hand{std::make_unique<atomic<std::int32_t>[]>(cells)},
          blocks{std::make_unique<cell_block<Env>[]>(cells / block_cells)} {
        for (std::uint32_t i = 0; i < cells; ++i) on_hand[i].store(0, std::memory_order_relaxed);
    }

    std::unique_ptr<atomic<std::int32_t>[]> on_hand;
    std::unique_ptr<cell_block<Env>[]> blocks;
};

inline constexpr std::uint32_t shuffled_cells = 512;  // 4 KiB of words

/// Where a cell's word lies. The blocks of a SKU that was stocked node by node are as many blocks
/// apart as there are SKUs; with a round number of SKUs all would fall into the same few sets of a
/// cache. So the lines of each 4 KiB change places, in each of them differently.
constexpr std::uint32_t place_of(std::uint32_t cell) noexcept {
    return cell ^ (cell / shuffled_cells * 0x9E3779B9u >> 26) * block_cells;
}

template <class Env>
class cell_store {
public:
    template <class T>
    using atomic = typename Env::template atomic<T>;
    using block = cell_block<Env>;

    /// The claim word of a cell (stock/take.hpp is the only writer). Requires exists(c).
    [[nodiscard]] atomic<std::uint64_t>& at(cell_id c) noexcept {
        return words_[is_real ? place_of(raw(c)) : raw(c)];
    }
    [[nodiscard]] const atomic<std::uint64_t>& at(cell_id c) const noexcept {
        return words_[is_real ? place_of(raw(c)) : raw(c)];
    }
    void prefetch(cell_id c) const noexcept { __builtin_prefetch(&at(c), 1); }

    // Of a cell that exists.
    /// None of a pool's cell; so is its node.
    [[nodiscard]] sku_id sku_of(cell_id c) const noexcept { return meta(raw(c) / block_cells).sku; }
    [[nodiscard]] section_id section_of(cell_id c) const noexcept {
        return meta(raw(c) / block_cells).section;
    }
    [[nodiscard]] node_id node_of(cell_id c) const noexcept {
        return meta(raw(c) / block_cells).nodes[raw(c) % block_cells];
    }
    [[nodiscard]] bool exists(cell_id c) const noexcept {
        const std::uint32_t i = raw(c) / block_cells;
        return i < blocks_ && raw(c) % block_cells < meta(i).used.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::uint32_t blocks() const noexcept { return blocks_; }

    /// Goods at the node, promised or not. Relaxed everywhere: a sum that orders nothing.
    [[nodiscard]] granules on_hand(cell_id c) const noexcept {
        return cold(c).load(std::memory_order_relaxed);
    }
    void add_on_hand(cell_id c, granules n) noexcept {
        cold(c).fetch_add(n, std::memory_order_relaxed);
    }
    /// Adds n > 0 unless it would pass max_on_hand.
    [[nodiscard]] bool grow_on_hand(cell_id c, granules n) noexcept {
        granules seen = cold(c).load(std::memory_order_relaxed);
        do {
            if (n > max_on_hand - seen) return false;
        } while (!cold(c).compare_exchange_weak(seen, seen + n, std::memory_order_relaxed,
                                                std::memory_order_relaxed));
        return true;
    }

    /// Takes n >= 0 off unless it would fall below `least` <= 0.
    [[nodiscard]] bool shrink_on_hand(cell_id c, granules n, granules least = 0) noexcept {
        granules seen = cold(c).load(std::memory_order_relaxed);
        do {
            if (std::int64_t{seen} - n < least) return false;
        } while (!cold(c).compare_exchange_weak(seen, seen - n, std::memory_order_relaxed,
                                                std::memory_order_relaxed));
        return true;
    }

protected:
    /// Room for `capacity` cells, and for words of `lanes` more that follow them and are all zero.
    /// Address space for words is taken at once, everything else in segments of 2^segment_bits
    /// cells as they are used. Throws std::bad_alloc.
    cell_store(std::uint32_t capacity, std::uint32_t segment_bits, std::uint32_t lanes)
        : bits_{segment_bits},
          capacity_{capacity},
          segments_((capacity >> bits_) + ((capacity & mask()) != 0 ? 1 : 0)),
          words_{(segments_.size() << bits_) + lanes + (is_real ? shuffled_cells : 0)} {}

    /// The first cell beyond all that there can be.
    [[nodiscard]] std::uint32_t first_lane() const noexcept {
        return static_cast<std::uint32_t>(segments_.size() << bits_);
    }
    [[nodiscard]] block& meta(std::uint32_t i) const noexcept {
        static_assert(block_cells == 8);
        return segments_[i >> (bits_ - 3)]->blocks[i & (mask() >> 3)];
    }
    /// The number of the block that keep_block() makes, whose memory stands then. Errors:
    /// out_of_memory at the capacity. May throw std::bad_alloc.
    result<std::uint32_t> next_block() {
        const std::uint32_t first = blocks_ * block_cells;
        if (first + block_cells > capacity_)
            return fail(error_code::out_of_memory, capacity_, std::int64_t{blocks_} * block_cells);
        auto& segment_at = segments_[first >> bits_];
        if (!segment_at) {
            segment_at = std::make_unique<cell_segment<Env>>(1u << bits_);
            for (std::uint32_t i = first; i < first + (1u << bits_); ++i)
                at(cell_id{i}).store(word{}.bits(), std::memory_order_relaxed);
            words_.in_use(first, std::size_t{first} + (1u << bits_));
        }
        return blocks_;
    }
    void keep_block() noexcept { ++blocks_; }

private:
    static constexpr bool is_real = std::is_same_v<Env, std_env>;

    [[nodiscard]] std::uint32_t mask() const noexcept { return (1u << bits_) - 1; }
    [[nodiscard]] atomic<std::int32_t>& cold(cell_id c) const noexcept {
        return segments_[raw(c) >> bits_]->on_hand[raw(c) & mask()];
    }

    std::uint32_t bits_;
    std::uint32_t capacity_;
    std::uint32_t blocks_ = 0;
    std::vector<std::unique_ptr<cell_segment<Env>>> segments_;
    zeroed_pages<Env, atomic<std::uint64_t>> words_;
};

}  // namespace earmark::stock
