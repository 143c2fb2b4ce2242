// ROWS. The blocks of each SKU, side by side in the order of birth: whoever walks a row knows all
// of its blocks at once and asks for the next ones while it looks at one. A chain of blocks would
// make a cold walk wait for memory once per block.
//
// A row of one block, which most are, lies in the row's own place. A longer one lies in a list that
// has room for the next power of two; one that became too short is kept for other rows. A row costs
// eight bytes beside its list.
//
// Who may call: `add` and `push` one thread, while nobody is inside; `of` any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earmark::stock {

class block_rows {
public:
    /// An empty row, numbered 0, 1, 2, ... May throw std::bad_alloc, then unchanged.
    void add() { rows_.push_back({}); }

    /// Appends a block to a row. O(1) amortised. May throw std::bad_alloc, then unchanged.
    void push(std::size_t row, std::uint32_t block) {
        place& r = rows_[row];
        if (r.count == 0) {
            r.at = block;
        } else if (std::has_single_bit(r.count)) {
            const std::uint32_t old = r.at;
            const std::uint32_t to = borrow(2 * r.count);
            if (r.count == 1) {
                lists_[to] = old;
            } else {
                std::copy_n(lists_.begin() + old, r.count, lists_.begin() + to);
                give_back(old, r.count);
            }
            r.at = to;
        }
        if (r.count != 0) lists_[r.at + r.count] = block;
        ++r.count;
    }

    /// The blocks of a row. Valid until the next push.
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t row) const noexcept {
        const place& r = rows_[row];
        return {r.count > 1 ? lists_.data() + r.at : &r.at, r.count};
    }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

private:
    struct place {
        std::uint32_t at = 0;  // the block itself where there is one; else where its list begins
        std::uint32_t count = 0;
    };

    /// A list for `room` blocks, a power of two.
    std::uint32_t borrow(std::uint32_t room) {
        std::uint32_t& free = free_[static_cast<std::size_t>(std::bit_width(room))];
        if (free != 0) {
            const std::uint32_t at = free - 1;
            free = lists_[at];
            return at;
        }
        const std::size_t at = lists_.size();
        lists_.resize(at + room);
        return static_cast<std::uint32_t>(at);
    }
    void give_back(std::uint32_t at, std::uint32_t room) noexcept {
        std::uint32_t& free = free_[static_cast<std::size_t>(std::bit_width(room))];
        lists_[at] = free;
        free = at + 1;
    }

    std::vector<place> rows_;
    std::vector<std::uint32_t>
        lists_;  // at most twice as long as there are blocks, and what is free
    /// Lists that are free, by the length's bits: where the first one begins, and one more; 0 where
    /// there is none. Its first place says the same of the next one.
    std::array<std::uint32_t, 33> free_{};
};

}  // namespace earmark::stock
