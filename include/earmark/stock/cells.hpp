// CELL STORAGE. A cell's index never changes and its memory is never moved or freed while the table
// lives (blocks.hpp), so takes need no reclamation. Cells come in cache-line blocks of eight, with
// the node ids beside them; a SKU's row is a list of blocks (rows.hpp), and a new node appends to
// the last one.
//
// Invariants
//   (1) A cell names one (SKU, node, section), or one pool, for ever; a node stands once in a SKU's
//       row, and once for each section in the row of its sections.
//   (2) Whoever reads `used` of a block sees the node ids and first words of that many cells.
//   (3) on_hand of a cell stays within 0 .. max_on_hand except through `ship` of goods that the
//       books did not know.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/stock/blocks.hpp"
#include "earmark/stock/leases.hpp"
#include "earmark/stock/rows.hpp"

namespace earmark::stock {

inline constexpr std::size_t blocks_ahead = 16;  // of a row, which are asked for during a walk

template <class Env = std_env>
class cell_table : public cell_store<Env> {
    using store = cell_store<Env>;
    using store::keep_block, store::meta, store::next_block;

public:
    using block = typename store::block;
    using store::prefetch;
    template <class T>
    using atomic = typename store::template atomic<T>;

    /// At most `capacity` cells (cell_store says where they come from), and the lease words of
    /// `rules`, one per slot and group. Throws std::bad_alloc.
    explicit cell_table(std::uint32_t capacity, std::uint32_t segment_bits = 16,
                        const lease_rules& rules = leases_of<Env>, std::uint32_t slots = max_slots)
        : store{capacity, segment_bits, lease_table<Env>::cells_for(rules, slots)},
          leases_{rules, slots, store::first_lane()} {}

    // ---- building: one thread, nobody else inside ----------------------------------------------

    /// The next SKU, with an empty row. May throw std::bad_alloc, then unchanged.
    void add_sku() { rows_.add(); }

    /// The cell of (sku, node), made with `free` = 0 where there is none yet. Errors: out_of_memory
    /// at the configured capacity. May throw std::bad_alloc, then unchanged. Requires the SKU to be
    /// added. Cells of a section stand in a chain of their own, with blocks of one section each.
    result<cell_id> make(sku_id sku, node_id node, section_id section = none<section_id>) {
        if (const auto found = find(sku, node, section)) return *found;
        std::uint32_t in = section == none<section_id> ? last_of(sku) : last_of(sku, section);
        if (in == no_block) {
            const auto fresh = next_block();
            if (!fresh) return fresh.error();
            in = *fresh;
            if (section == none<section_id>)
                rows_.push(index_of(sku), in);
            else
                append(sku, in);
            meta(in).sku = sku;
            meta(in).section = section;
            keep_block();
        }
        block& b = meta(in);
        const std::uint32_t at = b.used.load(std::memory_order_relaxed);
        b.nodes[at] = node;
        b.used.store(at + 1, std::memory_order_release);  // (2) pairs with the acquire of walks
        ++cells_;
        return cell_id{in * block_cells + at};
    }

    /// The cell of the next pool, which stands in no SKU's row. Errors: as of make().
    result<cell_id> make_pool() {
        if (pools_ % block_cells == 0) {
            const auto fresh = next_block();
            if (!fresh) return fresh.error();
            last_pools_ = *fresh;
            meta(last_pools_).sku = none<sku_id>;
            meta(last_pools_).next = pools_;
            keep_block();
        }
        const std::uint32_t at = pools_++ % block_cells;
        meta(last_pools_).nodes[at] = none<node_id>;
        meta(last_pools_).used.store(at + 1, std::memory_order_release);
        ++cells_;
        return cell_id{last_pools_ * block_cells + at};
    }

    // ---- looking up: any thread ----------------------------------------------------------------

    /// Looks at node ids alone. O(cells of the SKU), up to the one that is looked for.
    [[nodiscard]] std::optional<cell_id> find(sku_id sku, node_id node) const noexcept {
        const auto row = rows_.of(index_of(sku));
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i + blocks_ahead < row.size()) __builtin_prefetch(&meta(row[i + blocks_ahead]));
            const block& b = meta(row[i]);
            const std::uint32_t used = b.used.load(std::memory_order_acquire);
            for (std::uint32_t k = 0; k < used; ++k)
                if (b.nodes[k] == node) return cell_id{row[i] * block_cells + k};
        }
        return std::nullopt;
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
        return sections_of(sku).first != no_block;
    }
    /// Calls f(cell, node, section) for every cell of a SKU that is not plain stock.
    template <class F>
    void each_section(sku_id sku, F&& f) const {
        for (std::uint32_t i = sections_of(sku).first; i != no_block;) {
            const block& b = meta(i);
            const std::uint32_t used = b.used.load(std::memory_order_acquire);
            for (std::uint32_t k = 0; k < used; ++k)
                f(cell_id{i * block_cells + k}, b.nodes[k], b.section);
            i = b.next;
        }
    }

    /// The words of a block.
    struct block_words {
        const atomic<std::uint64_t>* words;
        cell_id first;
    };
    /// Calls f(lines, n) for the blocks of a SKU in the order of birth, up to `blocks_ahead` at a
    /// time. The last of them has n cells, all others are full. While f looks at some blocks the
    /// words of the next ones are asked for. O(blocks of the SKU).
    template <class F>
    void each_lines(sku_id sku, F&& f) const {
        const auto row = rows_.of(index_of(sku));
        std::array<block_words, 2 * blocks_ahead> lines;
        const auto ask = [&](std::size_t from) {
            block_words* to = lines.data() + from % lines.size();
            for (const std::uint32_t i : row.subspan(from, batch_of(row, from))) {
                *to = {&this->at(cell_id{i * block_cells}), cell_id{i * block_cells}};
                __builtin_prefetch(to++->words);
            }
        };
        if (!row.empty()) ask(0);
        for (std::size_t from = 0; from < row.size(); from += blocks_ahead) {
            const std::size_t n = batch_of(row, from), next = from + n;
            if (next < row.size()) ask(next);
            f(std::span<const block_words>{lines.data() + from % lines.size(), n},
              next < row.size() ? block_cells
                                : meta(row.back()).used.load(std::memory_order_acquire));
        }
    }
    /// Calls f(block, its first cell, how many cells it has) for the blocks of a SKU in the order
    /// of birth, and touches none of their words. O(blocks of the SKU).
    template <class F>
    void each_block(sku_id sku, F&& f) const {
        const auto row = rows_.of(index_of(sku));
        for (std::size_t i = 0; i < row.size(); ++i) {
            const block& b = meta(row[i]);
            const bool is_last = i + 1 == row.size();
            f(b, cell_id{row[i] * block_cells},
              is_last ? b.used.load(std::memory_order_acquire) : block_cells);
        }
    }
    /// Calls f(cell, node, word) for every cell of a SKU, in the order of birth. O(its cells).
    template <class F>
    void each_word(sku_id sku, F&& f) const {
        each_lines(sku, [&](std::span<const block_words> lines, std::uint32_t last) {
            for (const block_words& l : lines)
                __builtin_prefetch(&meta(raw(l.first) / block_cells));
            for (const block_words& l : lines) {
                const block& b = meta(raw(l.first) / block_cells);
                const std::uint32_t n = &l == &lines.back() ? last : block_cells;
                for (std::uint32_t k = 0; k < n; ++k)
                    f(cell_id{raw(l.first) + k}, b.nodes[k], l.words[k]);
            }
        });
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
    [[nodiscard]] std::uint32_t size() const noexcept { return cells_; }
    [[nodiscard]] std::uint32_t skus() const noexcept {
        return static_cast<std::uint32_t>(rows_.size());
    }

    [[nodiscard]] lease_table<Env>& leases() noexcept { return leases_; }
    [[nodiscard]] const lease_table<Env>& leases() const noexcept { return leases_; }

    /// The first words of a SKU.
    void prefetch(sku_id s) const noexcept {
        const auto row = rows_.of(index_of(s));
        if (!row.empty()) __builtin_prefetch(&this->at(cell_id{row.front() * block_cells}));
    }

private:
    struct chain {
        std::uint32_t first = no_block;
        std::uint32_t last = no_block;
    };

    [[nodiscard]] chain sections_of(sku_id sku) const noexcept {
        return index_of(sku) < sections_.size() ? sections_[index_of(sku)] : chain{};
    }
    static std::size_t batch_of(std::span<const std::uint32_t> row, std::size_t from) noexcept {
        return std::min(blocks_ahead, row.size() - from);
    }
    [[nodiscard]] bool has_room(std::uint32_t i) const noexcept {
        return meta(i).used.load(std::memory_order_relaxed) < block_cells;
    }
    /// The block of plain cells that has room for one more, or no_block.
    [[nodiscard]] std::uint32_t last_of(sku_id sku) const noexcept {
        const auto row = rows_.of(index_of(sku));
        return !row.empty() && has_room(row.back()) ? row.back() : no_block;
    }
    /// The same of a section.
    [[nodiscard]] std::uint32_t last_of(sku_id sku, section_id section) const noexcept {
        std::uint32_t in = sections_of(sku).first;
        while (in != no_block && (meta(in).section != section || !has_room(in))) in = meta(in).next;
        return in;
    }
    void append(sku_id sku, std::uint32_t i) {
        if (index_of(sku) >= sections_.size()) sections_.resize(rows_.size());
        chain& c = sections_[index_of(sku)];
        (c.last == no_block ? c.first : meta(c.last).next) = i;
        c.last = i;
    }

    std::uint32_t cells_ = 0;
    std::uint32_t pools_ = 0;
    std::uint32_t last_pools_ = no_block;
    block_rows rows_;              // by SKU, of plain cells
    std::vector<chain> sections_;  // by SKU, as far as any has sections
    lease_table<Env> leases_;
};

}  // namespace earmark::stock
