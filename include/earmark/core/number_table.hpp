// NUMBERS OF THE OUTSIDE. A host whose keys are 64-bit numbers (an article number, a row of its
// data base) finds the 32-bit handle of a cell, a SKU or an order by them: one access to memory,
// where the text of a key costs a wait for its entry and one for its bytes. The engine knows none
// of this; the table is the host's, who fills it once with handles that never change.
//
// Entries lie in lines of five: eight bytes of number and four of handle each. A number belongs to
// the line that its hash names, or the next ones where that is full; each line counts the entries
// that had to go past it, so a search ends at the first line that nobody went past, and an erased
// entry leaves nothing behind.
//
// Hostile numbers. The hash is (a * number + b) mod 2^128, of which the top bits are used, with a
// and b from the seed: whatever two numbers are, they share a line for one of as many seeds as
// there are lines (Dietzfelbinger 1996), so nobody who does not know the seed can choose numbers
// that crowd. And no number ever lies more than `most_past` lines from its own: an insert that
// would put one there makes the table anew with another seed, and a larger one after that. So no
// search looks at more than `most_past` + 1 lines, whatever happens.
//
// Nothing can be iterated, so neither seed nor order of arrival shows in any answer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace earmark {

/// A growing map from 64-bit numbers to handles. Look-ups may run beside each other; an insert, an
/// erase or a reserve may not run beside anything.
class number_table {
public:
    static constexpr std::uint32_t no_handle = 0xFFFFFFFF;  // never a number's handle
    static constexpr std::uint32_t most_past = 64;

    number_table();  // a seed that nobody can know, from std::random_device where there is one
    explicit number_table(std::uint64_t seed) noexcept;
    ~number_table();
    number_table(number_table&&) noexcept;  // what was moved from is empty
    number_table& operator=(number_table&&) noexcept;

    /// Memory for so many numbers, at most 2^32, so that inserts up to there need none, save
    /// where a seed turns out unlucky (above). May throw std::bad_alloc, then unchanged.
    void reserve(std::size_t numbers);

    struct added {
        std::uint32_t handle;
        bool fresh;  // false: the number stood there before, and keeps the handle that it had
    };
    /// O(1) amortised. Throws misuse where the handle is `no_handle`; may throw std::bad_alloc.
    /// Unchanged in both cases.
    added insert(std::uint64_t number, std::uint32_t handle);
    /// False where there is no such number. O(1).
    bool erase(std::uint64_t number) noexcept;

    /// One line of the cache, as good as always.
    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t number) const noexcept {
        const std::uint32_t handle = look_up(number);
        if (handle == no_handle) return std::nullopt;
        return handle;
    }
    /// The handles of many, `no_handle` where there is no such number: each line is asked for while
    /// the ones before it are looked at. Requires as many places in `handles`.
    void find(std::span<const std::uint64_t> numbers,
              std::span<std::uint32_t> handles) const noexcept {
        constexpr std::size_t ahead = 16;
        for (std::size_t i = 0; i < numbers.size() && i < ahead; ++i) prefetch(numbers[i]);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (i + ahead < numbers.size()) prefetch(numbers[i + ahead]);
            handles[i] = look_up(numbers[i]);
        }
    }
    void prefetch(std::uint64_t number) const noexcept { __builtin_prefetch(&home(number)); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// What the table takes: 16 an entry where it was reserved for a power of two of them, 32 while
    /// it grows; more only where seeds turn out unlucky.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    static constexpr std::size_t entries = 5;
    struct alignas(64) line {
        std::array<std::uint64_t, entries> number;
        std::array<std::uint32_t, entries> handle;  // one more than it is; 0: free
        std::uint32_t past;  // entries of this line or before that lie after it
    };
    class memory;
    __extension__ typedef unsigned __int128 wide;

    /// The line that a number belongs to.
    [[nodiscard]] std::size_t home_of(std::uint64_t number) const noexcept {
        const wide hash = multiplier_ * number + addend_;
        return static_cast<std::size_t>(static_cast<std::uint64_t>(hash >> 64) >> shift_);
    }
    [[nodiscard]] const line& home(std::uint64_t number) const noexcept {
        return lines_[home_of(number)];
    }
    [[nodiscard]] std::uint32_t look_up(std::uint64_t number) const noexcept {
        const std::size_t first = home_of(number);
        for (std::size_t gone = 0; gone <= most_past; ++gone) {
            const line& l = lines_[(first + gone) & mask_];
            // Without a branch for each place, which would be guessed wrong and then hold up what
            // comes after the search until the line is there.
            std::uint32_t found = 0;
            for (std::size_t i = 0; i < entries; ++i)
                found |= l.number[i] == number ? l.handle[i] : 0;
            if (found != 0) return found - 1;
            if (l.past == 0) break;
        }
        return no_handle;
    }

    bool put(std::uint64_t number, std::uint32_t handle) noexcept;
    /// The same numbers in so many lines, or in more, with this seed or another.
    [[nodiscard]] number_table remade(std::size_t lines, std::uint64_t seed) const;
    void swap(number_table& with) noexcept;

    static const std::array<line, 2> nothing;  // what an empty table looks at

    const line* lines_ = nothing.data();
    std::size_t mask_ = 1;  // lines, a power of two, less one
    unsigned shift_ = 63;   // leaves as many bits of a hash
    wide multiplier_, addend_;
    std::size_t size_ = 0;
    std::uint64_t seed_;
    std::unique_ptr<memory> memory_;
};

}  // namespace earmark
