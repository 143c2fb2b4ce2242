// CELL STORAGE. A cell's index never changes and its memory is never moved or freed while the table
// lives, so takes need no reclamation. Cells come in cache-line blocks of eight; a SKU's row is a
// chain of blocks with the node ids beside them, and a new node appends to the last block.
//
// Invariants
//   (1) A cell names one (SKU, node, section), or one pool, for ever; a node stands once in a SKU's
//       row, and once for each section in the row of its sections.
//   (2) Whoever reads `used` of a block sees the node ids and first words of that many cells.
//   (3) on_hand of a cell stays within 0 .. max_on_hand except through `ship` of goods that the
//       books did not know.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/zeroed.hpp"
#include "earmark/stock/leases.hpp"
#include "earmark/stock/word.hpp"

namespace earmark::stock {

inline constexpr std::uint32_t block_cells = 8;
inline constexpr std::uint32_t no_block = 0xFFFFFFFF;

template <class Env = std_env>
class cell_table {
public:
    template <class T>
    using atomic = typename Env::template atomic<T>;

    /// At most `capacity` cells; memory comes in segments of 2^segment_bits cells as they are used.
    /// The lease words of `rules`, one per slot and group, are made at once and zeroed.
    explicit cell_table(std::uint32_t capacity, std::uint32_t segment_bits = 16,
                        const lease_rules& rules = leases_of<Env>, std::uint32_t slots = max_slots)
        : bits_{segment_bits},
          capacity_{capacity},
          segments_(segments_for(capacity) +
                    segments_for(lease_table<Env>::cells_for(rules, slots))),
          leases_{rules, slots, segments_for(capacity) << segment_bits} {
        for (std::size_t i = segments_for(capacity); i < segments_.size(); ++i)
            segments_[i] = std::make_unique<segment>(1u << bits_, lease_words{});
    }

    // ---- building: one thread, nobody else inside
    // ------------------------------------------------

    /// The next SKU, with an empty row. May throw std::bad_alloc, then unchanged.
    void add_sku() { rows_.push_back({}); }

    /// The cell of (sku, node), made with `free` = 0 where there is none yet. Errors: out_of_memory
    /// at the configured capacity. Requires the SKU to be added.
    /// Cells of a section stand in a chain of their own, with blocks of one section each.
    result<cell_id> make(sku_id sku, node_id node, section_id section = none<section_id>) {
        if (const auto found = find(sku, node, section)) return *found;
        const bool is_plain = section == none<section_id>;
        row& of = rows_[index_of(sku)];
        chain& r = is_plain ? of.plain : of.sections;
        std::uint32_t in = is_plain ? r.last : r.first;
        const auto has_room = [&](std::uint32_t i) {
            return meta(i).used.load(std::memory_order_relaxed) < block_cells &&
                   meta(i).section == section;
        };
        while (in != no_block && !has_room(in)) in = is_plain ? no_block : meta(in).next;
        if (in == no_block) {
            const auto fresh = new_block(sku);
            if (!fresh) return fresh.error();
            in = *fresh;
            meta(in).section = section;
            (r.last == no_block ? r.first : meta(r.last).next) = in;
            r.last = in;
        }
        block& b = meta(in);
        const std::uint32_t at = b.used.load(std::memory_order_relaxed);
        b.nodes[at] = node;
        b.used.store(at + 1, std::memory_order_release);  // (2) pairs with the acquire in each()
        ++cells_;
        return cell_id{in * block_cells + at};
    }

    /// The cell of the next pool, which stands in no SKU's row. Errors: as of make().
    result<cell_id> make_pool() {
        if (pools_ % block_cells == 0) {
            const auto fresh = new_block(none<sku_id>);
            if (!fresh) return fresh.error();
            last_pools_ = *fresh;
            meta(last_pools_).next = pools_;
        }
        const std::uint32_t at = pools_++ % block_cells;
        meta(last_pools_).nodes[at] = none<node_id>;
        meta(last_pools_).used.store(at + 1, std::memory_order_release);
        ++cells_;
        return cell_id{last_pools_ * block_cells + at};
    }

    // ---- looking up: any thread
    // ------------------------------------------------------------------

    [[nodiscard]] std::optional<cell_id> find(sku_id sku, node_id node) const noexcept {
        std::optional<cell_id> found;
        each(sku, [&](cell_id cell, node_id at) {
            if (at == node) found = cell;
        });
        return found;
    }

    /// The same of a section of the node; of the plain stock where it is none.
    [[nodiscard]] std::optional<cell_id> find(sku_id sku, node_id node,
                                              section_id section) const noexcept {
        if (section == none<section_id>) return find(sku, node);
        std::optional<cell_id> found;
        each_section(sku, [&](cell_id cell, node_id at, section_id in) {
            if (at == node && in == section) found = cell;
        });
        return found;
    }
    [[nodiscard]] bool has_sections(sku_id sku) const noexcept {
        return rows_[index_of(sku)].sections.first != no_block;
    }
    /// Calls f(cell, node, section) for every cell of a SKU that is not plain stock.
    template <class F>
    void each_section(sku_id sku, F&& f) const {
        for (std::uint32_t i = rows_[index_of(sku)].sections.first; i != no_block;) {
            const block& b = meta(i);
            const std::uint32_t used = b.used.load(std::memory_order_acquire);
            for (std::uint32_t k = 0; k < used; ++k)
                f(cell_id{i * block_cells + k}, b.nodes[k], b.section);
            i = b.next;
        }
    }

    /// Calls f(cell, node, word) for every cell of a SKU, in the order of birth. O(cells of the
    /// SKU).
    template <class F>
    void each_word(sku_id sku, F&& f) const {
        for (std::uint32_t i = rows_[index_of(sku)].plain.first; i != no_block;) {
            const block& b = meta(i);
            const atomic<std::uint64_t>* const words = &at(cell_id{i * block_cells});
            const std::uint32_t used = b.used.load(std::memory_order_acquire);
            const std::uint32_t first = i * block_cells;
            for (std::uint32_t k = 0; k < used; ++k) f(cell_id{first + k}, b.nodes[k], words[k]);
            i = b.next;
        }
    }
    /// The same as f(cell, node).
    template <class F>
    void each(sku_id sku, F&& f) const {
        each_word(sku, [&](cell_id cell, node_id at, const auto&) { f(cell, at); });
    }

    /// The pool that has the cell; none where goods are in it.
    [[nodiscard]] pool_id pool_of(cell_id c) const noexcept {
        const block& b = meta(raw(c) / block_cells);
        return b.sku == none<sku_id> ? pool_id{b.next + raw(c) % block_cells} : none<pool_id>;
    }
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
    [[nodiscard]] std::uint32_t size() const noexcept { return cells_; }
    [[nodiscard]] std::uint32_t blocks() const noexcept { return blocks_; }
    [[nodiscard]] std::uint32_t skus() const noexcept {
        return static_cast<std::uint32_t>(rows_.size());
    }

    /// The claim word of a cell (stock/take.hpp is the only writer). Requires exists(c).
    [[nodiscard]] atomic<std::uint64_t>& at(cell_id c) noexcept {
        return segments_[raw(c) >> bits_]->words[raw(c) & mask()];
    }
    [[nodiscard]] const atomic<std::uint64_t>& at(cell_id c) const noexcept {
        return segments_[raw(c) >> bits_]->words[raw(c) & mask()];
    }
    [[nodiscard]] lease_table<Env>& leases() noexcept { return leases_; }
    [[nodiscard]] const lease_table<Env>& leases() const noexcept { return leases_; }

    /// The first words of a SKU.
    void prefetch(sku_id s) const noexcept {
        const std::uint32_t first = rows_[index_of(s)].plain.first;
        if (first != no_block) __builtin_prefetch(&at(cell_id{first * block_cells}));
    }
    void prefetch(cell_id c) const noexcept { __builtin_prefetch(&at(c), 1); }

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

private:
    struct block {
        std::uint32_t next = no_block;  // of pools: the number of the first
        sku_id sku{};                   // none: of pools
        std::array<node_id, block_cells> nodes{};
        section_id section = none<section_id>;
        atomic<std::uint32_t> used{0};
    };
    struct chain {
        std::uint32_t first = no_block;
        std::uint32_t last = no_block;
    };
    struct row {
        chain plain, sections;
    };
    struct lease_words {};
    struct segment {
        segment(std::uint32_t cells, lease_words) : words{cells} {}
        explicit segment(std::uint32_t cells)
            : words{cells},
              on_hand{std::make_unique<atomic<std::int32_t>[]>(cells)},
              blocks{std::make_unique<block[]>(cells / block_cells)} {
            for (std::uint32_t i = 0; i < cells; ++i) {
                words[i].store(word{}.bits(), std::memory_order_relaxed);
                on_hand[i].store(0, std::memory_order_relaxed);
            }
        }
        zeroed<Env, atomic<std::uint64_t>> words;
        std::unique_ptr<atomic<std::int32_t>[]> on_hand;
        std::unique_ptr<block[]> blocks;
    };

    [[nodiscard]] std::uint32_t segments_for(std::uint32_t cells) const noexcept {
        return (cells >> bits_) + ((cells & mask()) != 0 ? 1 : 0);
    }
    [[nodiscard]] std::uint32_t mask() const noexcept { return (1u << bits_) - 1; }
    [[nodiscard]] block& meta(std::uint32_t i) const noexcept {
        static_assert(block_cells == 8);
        return segments_[i >> (bits_ - 3)]->blocks[i & (mask() >> 3)];
    }
    [[nodiscard]] atomic<std::int32_t>& cold(cell_id c) const noexcept {
        return segments_[raw(c) >> bits_]->on_hand[raw(c) & mask()];
    }
    result<std::uint32_t> new_block(sku_id sku) {
        const std::uint32_t first = blocks_ * block_cells;
        if (first + block_cells > capacity_)
            return fail(error_code::out_of_memory, capacity_, std::int64_t{blocks_} * block_cells);
        auto& segment_at = segments_[first >> bits_];
        if (!segment_at) segment_at = std::make_unique<segment>(1u << bits_);
        meta(blocks_).sku = sku;
        return blocks_++;
    }

    std::uint32_t bits_;
    std::uint32_t capacity_;
    std::uint32_t blocks_ = 0;
    std::uint32_t cells_ = 0;
    std::uint32_t pools_ = 0;
    std::uint32_t last_pools_ = no_block;
    std::vector<row> rows_;  // by SKU
    std::vector<std::unique_ptr<segment>> segments_;
    lease_table<Env> leases_;
};

}  // namespace earmark::stock
