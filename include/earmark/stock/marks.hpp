// MARKS OF EMPTY CELLS. One bit a cell: somebody has looked, and it had nothing to give. Whoever
// wants a picture of a SKU at thousands of nodes passes over marked cells without touching their
// words. An unmarked cell may have units or none.
//
// Invariant
//   (1) While no give of a cell and no mark() of it is at work, a marked cell has no free units.
//
// A give adds units (a) and then looks whether the cell is marked (b). mark() sets the bit (c) and
// then looks at the cell again (d). All four are seq_cst. If (b) does not see the mark, it comes
// before (c) in their one order, so (a) comes before (d): whoever marks sees the units and takes
// the mark away. If (b) sees it, the giver does. Taking units needs no mark: it is made by the next
// one who looks and finds nothing.
//
// While a give is between (a) and (b), or a mark() between (c) and (d), a picture may miss units
// that are there. So a mark never refuses anybody: who would decline looks at the words first.
//
// Who may call: any thread.
#pragma once

#include <cstdint>

#include "earmark/core/env.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/pages.hpp"
#include "earmark/stock/blocks.hpp"

namespace earmark::stock {

template <class Env = std_env>
class empty_marks {
public:
    template <class T>
    using atomic = typename Env::template atomic<T>;

    /// For cells below `capacity`; none is marked. Throws std::bad_alloc.
    explicit empty_marks(std::uint32_t capacity) : words_{capacity / word_bits + 1} {}

    /// Bit k: the k-th cell of a block is marked.
    [[nodiscard]] std::uint32_t of_block(std::uint32_t block) const noexcept {
        const std::uint64_t word = words_[block / blocks_a_word].load(std::memory_order_relaxed);
        return static_cast<std::uint32_t>(word >> block % blocks_a_word * block_cells) & 0xFF;
    }

    /// After every give.
    void gave(cell_id c) noexcept {
        if ((at(c).load(std::memory_order_seq_cst) & bit(c)) != 0) take_away(c);  // (b)
    }
    /// Marks a cell that was seen to be empty. `is_empty()` looks again, by seq_cst loads; what it
    /// says of an empty cell has to be so.
    template <class F>
    void mark(cell_id c, F&& is_empty) noexcept {
        at(c).fetch_or(bit(c), std::memory_order_seq_cst);  // (c)
        if (!is_empty()) take_away(c);                      // (d)
    }
    void take_away(cell_id c) noexcept {
        at(c).fetch_and(~bit(c), std::memory_order_seq_cst);  // nobody waits for it: see (1)
    }
    [[nodiscard]] bool is_marked(cell_id c) const noexcept {
        return (at(c).load(std::memory_order_seq_cst) & bit(c)) != 0;
    }

private:
    static constexpr std::uint32_t word_bits = 64;
    static constexpr std::uint32_t blocks_a_word = word_bits / block_cells;

    [[nodiscard]] atomic<std::uint64_t>& at(cell_id c) const noexcept {
        return words_[raw(c) / word_bits];
    }
    static constexpr std::uint64_t bit(cell_id c) noexcept {
        return std::uint64_t{1} << raw(c) % word_bits;
    }

    zeroed_pages<Env, atomic<std::uint64_t>> words_;
};

}  // namespace earmark::stock
