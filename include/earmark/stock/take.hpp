// THE TAKE: a promise over one or several cells, all or nothing, lock-free and linearizable. The
// argument (P1 to P10) is on docs/algorithms/take.md; the labels below pair as it says.
//
// A multi-line take publishes its lines in its slot, claims each cell in ascending order without
// changing `free`, decides by one compare-and-swap of its status, and then cleans each cell.
// Whoever meets a claimed cell finishes that take first, so nobody waits for anybody.
//
// Who may call: the borrower of `me`, one call at a time. Nothing here allocates, throws or waits.
//
// Every write of a cell word is a seq_cst read-modify-write and every deciding load is seq_cst: a
// refusal must have been true at an instant within the call, and only the single order S of seq_cst
// operations makes "the value that I read" a value of that instant. On x86-64 it costs nothing over
// acquire and release: the loads are plain, the exchanges are locked either way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "earmark/model/change_set.hpp"
#include "earmark/stock/cells.hpp"
#include "earmark/stock/slots.hpp"

namespace earmark::stock {

/// Why a take was refused: the line (its place in the sorted take) and what was free there.
struct shortage {
    std::uint32_t line = 0;
    granules free = 0;
};

template <class Env = std_env>
class taker {
public:
    taker(cell_table<Env>& cells, slot_table<Env>& slots) noexcept : cells_{cells}, slots_{slots} {}

    /// Takes line.n units if `free - n >= floor`. One compare-and-swap when alone.
    /// Requires 0 < n <= max_amount and the cell to exist.
    [[nodiscard]] std::optional<shortage> take(std::uint32_t me, const take_line& line) noexcept {
        auto& cell = cells_.at(line.cell);
        slot<Env>& s = slots_[me];
        // A caller that comes back to its last cell first tries the word that it left there, which
        // saves waiting for a load of what it has just exchanged. A guess refuses nobody.
        if (s.last_cell == raw(line.cell))
            if (word seen{s.last_word}; covers(seen, line) && take_from(cell, seen, me, s, line))
                return std::nullopt;
        for (;;) {
            word seen{cell.load(std::memory_order_seq_cst)};  // (a) a refusal is decided here
            if (seen.claimed()) {
                finish(me, line.cell, seen);
                continue;
            }
            if (!covers(seen, line)) return shortage{0, seen.free()};
            if (take_from(cell, seen, me, s, line)) return std::nullopt;
        }
    }

    /// Takes every line or none. Requires 1 <= lines <= take_limit, ascending and distinct cells,
    /// amounts as above. About 2k + 1 compare-and-swaps.
    [[nodiscard]] std::optional<shortage> take(std::uint32_t me,
                                               std::span<const take_line> lines) noexcept {
        if (lines.size() == 1) return take(me, lines.front());
        slot<Env>& s = slots_[me];
        const tag mine{me, publish(s, lines)};
        decide_own(s, mine, lines);
        const status decided = status::of(s.status.load(std::memory_order_acquire));
        const bool won = decided.state == take_state::succeeded;
        for (const take_line& l : lines) clean(l.cell, mine, won ? l.n : 0);
        if (won) return std::nullopt;
        return shortage{decided.line, decided.free};
    }

    /// Returns n > 0 units. Commutes with every claim: a claimant only needs `free` not to fall.
    void give(std::uint32_t me, cell_id at, granules n) noexcept {
        auto& cell = cells_.at(at);
        word seen{cell.load(std::memory_order_relaxed)};  // a guess; the exchange below decides
        for (;;) {
            const tag by = seen.claimed() ? seen.by() : tag{me, slots_[me].fresh()};
            if (swap(cell, seen, word{seen.free() + n, seen.claimed(), by})) return;
        }
    }

    /// Physical truth: n > 0 units are gone whatever was promised. Returns `free` after it, which
    /// may be below any floor. A claimant is finished first, so what it saw stays true for it.
    granules lose(std::uint32_t me, cell_id at, granules n) noexcept {
        auto& cell = cells_.at(at);
        for (;;) {
            word seen{
                cell.load(std::memory_order_seq_cst)};  // (a) finish() reads what (b) released
            if (seen.claimed()) {
                finish(me, at, seen);
                continue;
            }
            const granules left = seen.free() - n;
            if (swap(cell, seen, word{left, false, {me, slots_[me].fresh()}})) return left;
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

private:
    using atomic_word = typename Env::template atomic<std::uint64_t>;

    [[nodiscard]] granules free(cell_id at, const atomic_word& cell) const noexcept {
        const word seen{cell.load(std::memory_order_seq_cst)};  // (a)
        return seen.claimed() ? free_of_claimed(at, cell) : seen.free();
    }
    /// Kept out of line: a sweep over cells meets it hardly ever.
    [[nodiscard, gnu::noinline]] granules free_of_claimed(cell_id at,
                                                          const atomic_word& cell) const noexcept {
        for (;;) {
            const word seen{cell.load(std::memory_order_seq_cst)};  // (a)
            if (!seen.claimed()) return seen.free();
            const auto [state, n] = fate(seen.by(), at);
            if (state != take_state::succeeded && state != take_state::failed) return seen.free();
            // Decided between the two loads: the word tells only if it still stands.
            if (cell.load(std::memory_order_seq_cst) == seen.bits())
                return seen.free() - (state == take_state::succeeded ? n : 0);
        }
    }

    struct fate_of {
        take_state state;
        granules n;
    };

    static bool covers(word seen, const take_line& line) noexcept {
        return seen.free() - line.n >= line.floor;
    }
    /// One attempt to take a line from an unclaimed word that covers it.
    static bool take_from(atomic_word& cell, word& seen, std::uint32_t me, slot<Env>& s,
                          const take_line& line) noexcept {
        const word next{seen.free() - line.n, false, {me, s.fresh()}};
        if (!swap(cell, seen, next)) return false;
        s.last_cell = raw(line.cell);
        s.last_word = next.bits();
        return true;
    }

    static bool swap(atomic_word& cell, word& seen, word next) noexcept {
        std::uint64_t expected = seen.bits();
        const bool done = cell.compare_exchange_strong(
            expected, next.bits(),
            std::memory_order_seq_cst,   // (b) in S with (a); releases the descriptor to (e)
            std::memory_order_relaxed);  //     a lost race publishes nothing; callers look again
        if (!done) seen = word{expected};
        return done;
    }

    [[nodiscard]] std::uint32_t publish(slot<Env>& s, std::span<const take_line> lines) noexcept {
        const std::uint32_t sequence = s.fresh();
        s.status.store(status{sequence, take_state::preparing}.bits(),
                       std::memory_order_relaxed);  // (c) ordered before (d) by their release
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::uint64_t target = static_cast<std::uint64_t>(raw(lines[i].cell)) << 32 |
                                         static_cast<std::uint32_t>(lines[i].n);
            s.lines[i].target.store(target, std::memory_order_release);  // (d) a reader that sees
            s.lines[i].floor.store(lines[i].floor, std::memory_order_release);  // it sees (c) too
        }
        s.count.store(static_cast<std::uint32_t>(lines.size()), std::memory_order_release);  // (d)
        s.status.store(status{sequence, take_state::undecided}.bits(),
                       std::memory_order_release);  // (e) from here on others may finish it
        return sequence;
    }

    /// decide() for the owner: its lines need not be read back from where it has published them,
    /// and belong to its sequence as long as it is here.
    void decide_own(slot<Env>& s, tag mine, std::span<const take_line> lines) noexcept {
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (!claim(mine.slot, s, mine, static_cast<std::uint32_t>(i), lines[i])) return;
        settle(s, mine.sequence, {mine.sequence, take_state::succeeded});
    }

    /// Brings take (owner, sequence) to its decision, or returns because somebody did. Claims in
    /// ascending order of cells, so that takes which finish each other cannot go round in a circle.
    void decide(std::uint32_t me, std::uint32_t owner, std::uint32_t sequence) noexcept {
        slot<Env>& s = slots_[owner];
        const std::uint32_t count = s.count.load(std::memory_order_acquire);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint64_t target = s.lines[i].target.load(std::memory_order_acquire);  // (d)
            const granules floor = s.lines[i].floor.load(std::memory_order_acquire);         // (d)
            if (!is_undecided(s, sequence)) return;  // else the fields are this take's: slots (3)
            const take_line line{cell_id{static_cast<std::uint32_t>(target >> 32)},
                                 static_cast<granules>(target & 0xFFFFFFFF), floor};
            if (!claim(me, s, {owner, sequence}, i, line)) return;
        }
        settle(s, sequence, {sequence, take_state::succeeded});
    }

    /// Puts the claim of take `by`, whose slot is `s`, on one cell. False when the take is decided,
    /// by us or by somebody else.
    bool claim(std::uint32_t me, slot<Env>& s, tag by, std::uint32_t i,
               const take_line& line) noexcept {
        auto& cell = cells_.at(line.cell);
        for (;;) {
            word seen{cell.load(std::memory_order_seq_cst)};  // (a)
            if (seen.claimed_by(by)) return true;
            if (seen.claimed()) {
                finish(me, line.cell, seen);
                continue;
            }
            // After (a), never before it: if the take succeeds later, it must claim this very word,
            // and then our exchange fails; so a late claim can only belong to a failed take (P6).
            if (!is_undecided(s, by.sequence)) return false;
            if (seen.free() - line.n < line.floor) {
                settle(s, by.sequence, {by.sequence, take_state::failed, i, seen.free()});
                return false;
            }
            if (swap(cell, seen, word{seen.free(), true, by})) return true;
        }
    }

    /// Finishes whichever take has claimed `at`, then removes its claim from this cell.
    void finish(std::uint32_t me, cell_id at, word seen) noexcept {
        const tag by = seen.by();
        slot<Env>& s = slots_[by.slot];
        if (is_undecided(s, by.sequence)) {
            ++slots_[me].helps;
            decide(me, by.slot, by.sequence);
        }
        const auto [state, n] = fate(by, at);
        clean(at, by, state == take_state::succeeded ? n : 0);
    }

    /// What became of a take, and how much of it concerns cell `at`. A slot that has gone on to
    /// another sequence cleaned all cells of a take that succeeded (slots (4)), so a claim that is
    /// still seen belongs to one that failed.
    [[nodiscard]] fate_of fate(tag by, cell_id at) const noexcept {
        slot<Env>& s = slots_[by.slot];
        const status first =
            status::of(s.status.load(std::memory_order_acquire));  // pairs with (e), (f)
        if (first.sequence != by.sequence) return {take_state::failed, 0};
        if (first.state != take_state::succeeded) return {first.state, 0};
        const std::uint32_t count = s.count.load(std::memory_order_acquire);
        granules n = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint64_t target = s.lines[i].target.load(std::memory_order_acquire);  // (d)
            if (target >> 32 == raw(at)) n = static_cast<granules>(target & 0xFFFFFFFF);
        }
        const status again = status::of(s.status.load(std::memory_order_acquire));  // slots (3)
        if (again.sequence != by.sequence) return {take_state::failed, 0};
        return {take_state::succeeded, n};
    }

    void clean(cell_id at, tag by, granules n) noexcept {
        auto& cell = cells_.at(at);
        word seen{cell.load(std::memory_order_relaxed)};  // a guess; the exchange decides
        while (seen.claimed_by(by))
            if (swap(cell, seen, word{seen.free() - n, false, by})) return;
    }

    static bool is_undecided(const slot<Env>& s, std::uint32_t sequence) noexcept {
        return s.status.load(std::memory_order_seq_cst) ==
               status{sequence, take_state::undecided}.bits();  // published so, word for word
    }

    static void settle(slot<Env>& s, std::uint32_t sequence, status verdict) noexcept {
        std::uint64_t expected = status{sequence, take_state::undecided}.bits();
        s.status.compare_exchange_strong(expected, verdict.bits(),
                                         std::memory_order_seq_cst,   // (f) the instant of the take
                                         std::memory_order_relaxed);  //     somebody else decided
    }

    cell_table<Env>& cells_;
    slot_table<Env>& slots_;
};

}  // namespace earmark::stock
