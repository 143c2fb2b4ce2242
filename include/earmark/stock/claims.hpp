// CLAIMS: how one operation changes the words of several cells at one instant, lock-free. The
// argument is on docs/algorithms/take.md; the labels below pair as it says.
//
// The operation publishes its lines in its slot, claims each cell in ascending order without
// changing `free`, decides by one compare-and-swap of its status, and then cleans each cell.
// Whoever meets a claimed cell finishes that operation first, so nobody waits for anybody.
//
// Who may call: the borrower of `me`, one call at a time. Nothing here allocates, throws or waits.
//
// Every write of a cell word is a seq_cst read-modify-write and every deciding load is seq_cst: a
// refusal must have been true at an instant within the call, and only the single order S of seq_cst
// operations makes "the value that I read" a value of that instant. On x86-64 it costs nothing over
// acquire and release: the loads are plain, the exchanges are locked either way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "earmark/model/change_set.hpp"
#include "earmark/stock/slots.hpp"

namespace earmark::stock {

template <class Env>
class cell_table;  // included where this is used: headers nest six deep at most

template <class Env>
class claims {
public:
    using atomic_word = typename Env::template atomic<std::uint64_t>;

    claims(cell_table<Env>& cells, slot_table<Env>& slots) noexcept
        : cells_{cells}, slots_{slots} {}

    /// Subtracts line.n from every line's cell if each has `free - n >= floor`, else from none.
    /// What became of it: `succeeded`, or `failed` with the first line that was short.
    /// Requires 1 <= lines <= take_limit, ascending and distinct cells. 2k + 1 compare-and-swaps
    /// when alone.
    [[nodiscard]] status change(std::uint32_t me, std::span<const take_line> lines) noexcept {
        slot<Env>& s = slots_[me];
        const tag mine{me, publish(s, lines)};
        decide_own(s, mine, lines);
        const status decided = status::of(s.status.load(std::memory_order_acquire));
        const bool won = decided.state == take_state::succeeded;
        for (const take_line& l : lines) clean(l.cell, mine, won ? l.n : 0);
        return decided;
    }

    /// The cell's word when no take claims it.
    [[nodiscard]] word settled(std::uint32_t me, cell_id at) noexcept {
        for (;;) {
            const word seen{cells_.at(at).load(std::memory_order_seq_cst)};  // (a)
            if (!seen.claimed()) return seen;
            finish(me, at, seen);
        }
    }

    /// Finishes whichever operation has claimed `at`, then removes its claim from this cell.
    void finish(std::uint32_t me, cell_id at, word seen) noexcept {
        const tag by = seen.by();
        slot<Env>& s = slots_[by.slot];
        constexpr bool helps = !requires { typename Env::canary_dropped_help; };
        if (helps && is_undecided(s, by.sequence)) {
            ++slots_[me].helps;
            decide(me, by.slot, by.sequence);
        }
        const auto [state, n] = fate(by, at);
        clean(at, by, state == take_state::succeeded ? n : 0);
    }

    struct fate_of {
        take_state state;
        granules n;
        friend bool operator==(const fate_of&, const fate_of&) = default;
    };

    /// What became of an operation, and how much of it concerns cell `at`. A slot that has gone on
    /// to another sequence cleaned all cells of a take that succeeded (slots (4)), so a claim that
    /// is still seen belongs to one that failed.
    [[nodiscard]] fate_of fate(tag by, cell_id at) const noexcept {
        slot<Env>& s = slots_[by.slot];
        const status first =
            status::of(s.status.load(std::memory_order_seq_cst));  // (a) of (f): a read is one of
                                                                   // its instant, too
        if (first.sequence != by.sequence) return {take_state::failed, 0};
        if (first.state != take_state::succeeded) return {first.state, 0};
        const granules n = amount_at(s, at);
        const status again = status::of(s.status.load(std::memory_order_acquire));  // slots (3)
        if (again.sequence != by.sequence) return {take_state::failed, 0};
        return {take_state::succeeded, n};
    }

    /// Puts `next` where `seen` still stands; else `seen` becomes what stands there.
    static bool swap(atomic_word& cell, word& seen, word next) noexcept {
        std::uint64_t expected = seen.bits();
        const bool done = cell.compare_exchange_strong(
            expected, next.bits(),
            std::memory_order_seq_cst,   // (b) in S with (a); releases the descriptor to (e)
            std::memory_order_relaxed);  //     a lost race publishes nothing; callers look again
        if (!done) seen = word{expected};
        return done;
    }

private:
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

    /// What the slot's lines, ascending as they are, say of a cell; whatever they say where its
    /// borrower has gone on meanwhile, as fate() finds out.
    [[nodiscard]] static granules amount_at(slot<Env>& s, cell_id at) noexcept {
        constexpr std::uint32_t few = 16;
        std::uint32_t first = 0, last = s.count.load(std::memory_order_acquire);
        while (last - first > few) {
            const std::uint32_t middle = first + (last - first) / 2;
            const auto target = s.lines[middle].target.load(std::memory_order_acquire);  // (d)
            (target >> 32 <= raw(at) ? first : last) = middle;
        }
        granules n = 0;
        for (std::uint32_t i = first; i < last; ++i) {
            const std::uint64_t target = s.lines[i].target.load(std::memory_order_acquire);  // (d)
            if (target >> 32 == raw(at)) n = static_cast<granules>(target & 0xFFFFFFFF);
        }
        return n;
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
                slots_[me].met = raw(line.cell);
                finish(me, line.cell, seen);
                continue;
            }
            // After (a), never before it: if the take succeeds later, it must claim this very word,
            // and then our exchange fails; so a late claim can only belong to a failed take (P6).
            if (!is_undecided(s, by.sequence)) return false;
            if (seen.free() - line.n < std::max(line.floor, 0) && falls_short(seen, line)) {
                settle(s, by.sequence, {by.sequence, take_state::failed, i, seen.free()});
                return false;
            }
            if (swap(cell, seen, word{seen.free(), true, by})) return true;
            slots_[me].met = raw(line.cell);
        }
    }

    /// Whether an unclaimed word that leaves less than zero, or than its floor, is short of a line.
    /// Plain lines may not take the central word below zero while lease words are open: leases
    /// (4). Looked up after the word was loaded, it holds as long as the word stands: leases (5).
    [[nodiscard, gnu::noinline]] bool falls_short(word seen, const take_line& line) const noexcept {
        const granules left = seen.free() - line.n;
        if (line.floor >= least_exact) return exactly(left) != line.floor;
        return left < line.floor || (line.n > 0 && cells_.leases().beside(line.cell));
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
