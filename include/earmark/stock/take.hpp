// THE TAKE: a promise over one or several cells, all or nothing, lock-free and linearizable. The
// argument (P1 to P10) is on docs/algorithms/take.md; the labels below pair as it says. What one
// operation does to several cells at one instant is the business of claims.hpp.
//
// Who may call: the borrower of `me`, one call at a time. Nothing here allocates, throws or waits.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "earmark/stock/cells.hpp"
#include "earmark/stock/claims.hpp"
#include "earmark/stock/leasing.hpp"
#include "earmark/stock/pairs.hpp"

namespace earmark::stock {

inline constexpr std::size_t most_together = 64;  // cells in one picture
inline constexpr std::size_t takes_ahead = 4;     // of a batch, whose cells are asked for

template <class Env = std_env>
class taker {
public:
    taker(cell_table<Env>& cells, slot_table<Env>& slots) noexcept
        : cells_{cells}, slots_{slots}, claims_{cells, slots}, leasing_{cells, slots} {}

    /// Takes line.n units if `free - n >= floor`. One compare-and-swap when alone.
    /// Requires 0 < n <= max_amount and the cell to exist.
    [[nodiscard]] std::optional<shortage> take(std::uint32_t me, const take_line& line) noexcept {
        slot<Env>& s = slots_[me];
        // A caller that comes back to its last cell first tries the word that it left there, which
        // saves waiting for a load of what it has just exchanged. It may be its lease word: what
        // keeps within one word keeps within the sum. A guess refuses nobody.
        if (s.last_cell == raw(line.cell))
            if (word seen{s.last_word}; seen.free() - line.n >= std::max(line.floor, 0)) {
                if (take_from(*s.last_at, seen, me, line)) return std::nullopt;
                leasing_.lost(me, line.cell, seen);
            }
        auto& cell = cells_.at(line.cell);
        for (;;) {
            word seen{cell.load(std::memory_order_seq_cst)};  // (a) a refusal is decided here
            if (seen.claimed()) {
                claims_.finish(me, line.cell, seen);
                continue;
            }
            if (cells_.leases().ever()) return leasing_.take(me, line);
            if (seen.free() - line.n < line.floor) return shortage{0, seen.free()};
            if (take_from(cell, seen, me, line)) return std::nullopt;
            leasing_.lost(me, line.cell, seen);
        }
    }

    /// Takes every line or none. Requires 1 <= lines <= take_limit, ascending and distinct cells,
    /// amounts as above. About 2k + 1 compare-and-swaps.
    [[nodiscard]] std::optional<shortage> take(std::uint32_t me,
                                               std::span<const take_line> lines) noexcept {
        if (lines.size() == 1) return take(me, lines.front());
        if (cells_.leases().ever() && leasing_.take(me, lines)) return std::nullopt;
        for (;;) {
            const status decided = claims_.change(me, lines);
            if (slots_[me].met != nobody_met) leasing_.met(me);
            if (decided.state == take_state::succeeded) return std::nullopt;
            if (!cells_.leases().ever()) return lack_of(decided, lines[decided.line]);
            if (const auto free = leasing_.short_of(me, lines[decided.line]))
                return shortage{decided.line, *free};
        }
    }

    /// Many takes, in order, each all or none on its own: `refused[i]` says why take i was refused,
    /// or nothing. Asks for the cells of the takes that follow while one is made, which is what
    /// cells out of the cache cost (docs/algorithms/take.md). Requires as many places in `refused`,
    /// and of each take what take() requires.
    void take_each(std::uint32_t me, std::span<const std::span<const take_line>> takes,
                   std::span<std::optional<shortage>> refused) noexcept {
        for (std::size_t i = 0; i < std::min(takes_ahead, takes.size()); ++i) prefetch(takes[i]);
        for (std::size_t i = 0; i < takes.size(); ++i) {
            if (i + takes_ahead < takes.size()) prefetch(takes[i + takes_ahead]);
            refused[i] = take(me, takes[i]);
        }
    }

    /// Returns n > 0 units. Commutes with every claim: a claimant only needs `free` not to fall.
    void give(std::uint32_t me, cell_id at, granules n) noexcept {
        if (cells_.leases().ever() && leasing_.give(me, at, n)) return;
        auto& cell = cells_.at(at);
        word seen{cell.load(std::memory_order_relaxed)};  // a guess; the exchange below decides
        for (;;) {
            const tag by = seen.claimed() ? seen.by() : tag{me, slots_[me].fresh()};
            const word next{seen.free() + n, seen.claimed(), by};
            if (claims<Env>::swap(cell, seen, next)) return slots_[me].remember_again(cell, next);
            leasing_.lost(me, at, seen);
        }
    }

    /// Physical truth: n > 0 units are gone whatever was promised. Returns `free` after it, which
    /// may be below any floor. A claimant is finished first, so what it saw stays true for it.
    granules lose(std::uint32_t me, cell_id at, granules n) noexcept {
        auto& cell = cells_.at(at);
        for (;;) {
            word seen = claims_.settled(me, at);  // (a) the next answer holds while it stands
            if (cells_.leases().beside(at)) {
                leasing_.bring_home(me, at);
                continue;
            }
            const granules left = seen.free() - n;
            if (claims<Env>::swap(cell, seen, word{left, false, {me, slots_[me].fresh()}}))
                return left;
        }
    }

    /// Free units at an instant within the call, without the units of a take that has succeeded
    /// and is not cleaned yet. Lock-free; one load where the cell is not claimed.
    [[nodiscard]] granules free(cell_id at) const noexcept { return free(at, cells_.at(at)); }

    /// free() of every cell of a SKU: f(cell, node, free).
    template <class F>
    void each_free(sku_id sku, F&& f) const {
        cells_.each_word(sku, [&](cell_id at, node_id node, const atomic_word& cell) {
            f(at, node, free(at, cell));
        });
    }

    /// What the cells of a SKU have above `floor`: max(0, free() - floor) of each, added up. Some
    /// three instructions a cell where the floor is zero, no take is at work and nothing oversold.
    [[nodiscard]] std::int64_t sum_above(sku_id sku, granules floor) const noexcept {
        std::int64_t sum = 0;
        if (floor == 0 && !cells_.leases().ever()) {
            cells_.each_lines(sku, [&](std::span<const block_words> lines, std::uint32_t last) {
                const bool is_full = last == block_cells;
                sum += above_zero(is_full ? lines : lines.first(lines.size() - 1));
                if (!is_full) sum += above_zero(lines.back(), last);
            });
            after_pairs();
            // After the words, as in free(): had a refill left one of them, this would be true.
            if (!cells_.leases().ever()) return sum;
        }
        sum = 0;
        each_free(sku, [&](cell_id, node_id, granules n) { sum += std::max(0, n - floor); });
        return sum;
    }

    /// Makes a cell hot, as lost swaps do by themselves: callers take from lease words of their own
    /// until its units are scarce or nobody else comes (docs/algorithms/leases.md). A hint.
    void lease(std::uint32_t me, cell_id at) noexcept { leasing_.lease(me, at); }
    [[nodiscard]] bool is_leased(cell_id at) const noexcept { return cells_.leases().beside(at); }

    /// Free units of each cell at ONE instant within the call, for at most `most_together` cells in
    /// any order. False, and `free` is of no use, when cells kept changing for `rounds` looks:
    /// ask again. Finishes the takes that it meets. O(cells) loads a round, two rounds when quiet.
    [[nodiscard]] bool read_together(std::uint32_t me, std::span<const cell_id> cells,
                                     std::span<granules> free, unsigned rounds = 64) noexcept {
        std::array<std::uint64_t, most_together> seen{};
        bool still = false;
        for (unsigned round = 0; round < rounds && !still; ++round) {
            still = round > 0;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                const std::uint64_t now = claims_.settled(me, cells[i]).bits();
                const bool is_hot = cells_.leases().beside(cells[i]);
                if (is_hot) leasing_.bring_home(me, cells[i]);
                still = still && !is_hot && now == seen[i];
                seen[i] = now;
            }
        }
        for (std::size_t i = 0; i < cells.size(); ++i) free[i] = word{seen[i]}.free();
        return still;
    }

private:
    using atomic_word = typename claims<Env>::atomic_word;
    using block_words = typename cell_table<Env>::block_words;

    [[nodiscard]] granules free(cell_id at, const atomic_word& cell) const noexcept {
        const word seen{cell.load(std::memory_order_seq_cst)};  // (a)
        if (cells_.leases().ever()) return leasing_.sum(at);
        return seen.claimed() ? free_of_claimed(at, cell) : seen.free();
    }
    /// Of full blocks. If a word is claimed or below zero, its block is looked at cell by cell.
    [[nodiscard]] std::int64_t above_zero(std::span<const block_words> lines) const noexcept {
        constexpr word zero{0, false, {0, 0}};
        word_pair sum{}, odd{};
        for (const block_words& l : lines)
            for (std::uint32_t k = 0; k < block_cells; k += 2) {
                const word_pair two = load_pair<Env>(l.words[k], l.words[k + 1]) ^ zero.bits();
                odd |= two;
                sum += two >> word::free_shift;
            }
        if (((odd[0] | odd[1]) & word::odd_bits) == 0) [[likely]]
            return static_cast<std::int64_t>(sum[0] + sum[1]);
        if (lines.size() == 1) return above_zero(lines.front(), block_cells);
        std::int64_t one_by_one = 0;
        for (const block_words& l : lines) one_by_one += above_zero(std::span{&l, 1});
        return one_by_one;
    }
    /// Of the first n cells of a block. Kept out of line, as is free_of_claimed(): a sweep over
    /// cells meets them hardly ever.
    [[nodiscard, gnu::noinline]] std::int64_t above_zero(const block_words& l,
                                                         std::uint32_t n) const noexcept {
        std::int64_t sum = 0;
        for (std::uint32_t k = 0; k < n; ++k)
            sum += std::max(0, free(cell_id{raw(l.first) + k}, l.words[k]));
        return sum;
    }
    [[nodiscard, gnu::noinline]] granules free_of_claimed(cell_id at,
                                                          const atomic_word& cell) const noexcept {
        for (;;) {
            const word seen{cell.load(std::memory_order_seq_cst)};  // (a)
            if (!seen.claimed()) return seen.free();
            const auto [state, n] = claims_.fate(seen.by(), at);
            if (state != take_state::succeeded && state != take_state::failed) return seen.free();
            // Decided between the two loads: the word tells only if it still stands.
            if (cell.load(std::memory_order_seq_cst) == seen.bits())
                return seen.free() - (state == take_state::succeeded ? n : 0);
        }
    }

    /// Where the status could not hold what was seen, the cell is looked at again.
    [[nodiscard]] shortage lack_of(const status& decided, const take_line& line) const noexcept {
        if (!decided.is_saturated()) return {decided.line, decided.free};
        return {decided.line, std::min(free(line.cell), line.floor + line.n - 1)};
    }

    /// The first cells of a take; a long one runs ahead of itself.
    void prefetch(std::span<const take_line> lines) const noexcept {
        for (const take_line& l : lines.first(std::min<std::size_t>(lines.size(), 16)))
            cells_.prefetch(l.cell);
    }

    /// One attempt to take a line from an unclaimed word that covers it.
    bool take_from(atomic_word& at, word& seen, std::uint32_t me, const take_line& line) noexcept {
        slot<Env>& s = slots_[me];
        const word next{seen.free() - line.n, false, {me, s.fresh()}};
        if (!claims<Env>::swap(at, seen, next)) return false;
        s.remember(line.cell, at, next);
        return true;
    }

    cell_table<Env>& cells_;
    slot_table<Env>& slots_;
    claims<Env> claims_;
    leasing<Env> leasing_;
};

}  // namespace earmark::stock
