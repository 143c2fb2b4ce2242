// THE COMMIT: the only place that applies a change set, always in these seven steps.
//
//   1  secure the record's room and the subjects' memory     the last step that may fail for room
//   2  own every subject at its version, ascending           or none: decide again
//   3  take what shrinks stock                               the instant of the command
//   4  write the next images                                 noexcept
//   5  append ONE record                                     its place in the journal's order
//   6  give what enlarges stock
//   7  publish version + 1 and let go
//
// What shrinks what others may take is applied, then recorded; what enlarges it is recorded, then
// applied. So every prefix of the journal is a legal state: no crash can make a take outlive the
// release that fed it. Between 2 and 7 nothing allocates, calls back, or does I/O.
//
// Who may call: the borrower of slot `me`.
#pragma once

#include <cstring>
#include <span>

#include "earmark/engine/rotation.hpp"
#include "earmark/journal/ring.hpp"
#include "earmark/lifecycle/ledger.hpp"
#include "earmark/lifecycle/wheel.hpp"
#include "earmark/stock/marks.hpp"
#include "earmark/stock/take.hpp"

namespace earmark {

/// Which node a cell is at, as rooms ask it.
[[nodiscard]] inline lifecycle::cell_nodes nodes_of(const stock::cell_table<>& cells) noexcept {
    return {&cells, [](const void* of, cell_id c) {
                return static_cast<const stock::cell_table<>*>(of)->node_of(c);
            }};
}

/// All that a journal can bring back: the engine's state without its names and its ring.
template <class Env = std_env>
struct books {
    books(std::uint32_t slot_count, std::uint32_t take_limit, std::uint32_t max_cells,
          std::uint32_t max_orders, std::uint32_t max_reservations, std::size_t ledger_bytes,
          std::uint32_t cell_segment_bits = 16, std::uint32_t block_segment_bits = 14,
          std::uint32_t periods = 4096, const stock::lease_rules& leases = stock::leases_of<Env>)
        : slots{slot_count, take_limit},
          cells{max_cells, cell_segment_bits, leases, slot_count},
          stock{cells, slots},
          marks{max_cells},
          ledger{max_orders, max_reservations, ledger_bytes, slot_count, block_segment_bits},
          timers{ledger.chunks(), slot_count, periods} {}

    /// Every give goes through here.
    void give(std::uint32_t me, cell_id c, granules n) noexcept {
        stock.give(me, c, n);
        marks.gave(c);
    }

    stock::slot_table<Env> slots;
    stock::cell_table<Env> cells;
    stock::taker<Env> stock;
    stock::empty_marks<Env> marks;
    lifecycle::ledger<Env> ledger;
    lifecycle::wheel<Env> timers;
    rotation turns;
};

/// What a room decided, ready to be applied. Everything outlives the commit.
struct work {
    std::span<const take_line> takes;        // ascending, distinct cells
    std::span<const give_line> gives;        // no cell that is also taken
    std::span<const stock_line> stock;       // a set with a falling `free` has no takes
    std::span<lifecycle::rewrite> subjects;  // ascending (kind, index)
    std::span<std::byte> record;
    std::size_t uncovered_at = 0;  // where the record keeps what only step 3 can know; 0: nowhere
    granules max_debt = stock::max_amount;  // how far below zero shipments may bring on hand
    bool corrects = false;                  // so may `stock` here; else goods that get lost must
                                            // have been there
};

struct committed {
    error_code code =
        error_code::ok;    // ok, journal_full, out_of_memory, order_busy (decide
                           // again), insufficient, stock_overflow, out_of_range, over_debt
    stock::shortage lack;  // with insufficient: index into takes, and what was free
    std::uint64_t position = 0;
    granules uncovered = 0;
};

namespace detail {
/// A test's Env may ask for the steps in the wrong order, to show that the tests would notice.
template <class Env>
inline constexpr bool swapped_journal_order = requires {
    typename Env::canary_swapped_journal;
};
}  // namespace detail

template <class Env = std_env>
class committer {
public:
    committer(books<Env>& b, journal::ring<Env>& r) noexcept : books_{b}, ring_{r} {}

    [[nodiscard]] committed commit(std::uint32_t me, work& w) {
        const std::uint64_t words = journal::ring<Env>::words_for(w.record.size());
        committed done;
        done.code = secure(me, w, words);  // 1
        if (done.code != error_code::ok) return done;
        if (!own(me, w)) {  // 2
            done.code = error_code::order_busy;
        } else {
            enter();
            apply(me, w, done);  // 3 to 7
            leave();
        }
        if (done.code == error_code::ok) {
            for (auto& s : w.subjects) books_.ledger.recycle(me, s);
        } else {
            release_room(me, w, words, w.subjects.size());
        }
        return done;
    }

private:
    error_code secure(std::uint32_t me, work& w, std::uint64_t words) {
        if (!ring_.credit(words)) return error_code::journal_full;
        for (std::size_t i = 0; i < w.subjects.size(); ++i)
            if (!books_.ledger.prepare(me, w.subjects[i])) {
                release_room(me, w, words, i);
                return error_code::out_of_memory;
            }
        return error_code::ok;
    }
    void release_room(std::uint32_t me, work& w, std::uint64_t words,
                      std::size_t prepared) noexcept {
        for (std::size_t i = 0; i < prepared; ++i) books_.ledger.unprepare(me, w.subjects[i]);
        ring_.refund(words);
    }

    bool own(std::uint32_t me, work& w) noexcept {
        for (std::size_t i = 0; i < w.subjects.size(); ++i)
            if (!books_.ledger.own(me, w.subjects[i])) {
                disown(w, i);
                return false;
            }
        return true;
    }
    void disown(work& w, std::size_t owned) noexcept {
        while (owned-- > 0) books_.ledger.disown(w.subjects[owned]);
    }

    void apply(std::uint32_t me, work& w, committed& done) noexcept {
        if (!w.takes.empty() || !w.stock.empty()) shrink(me, w, done);  // 3
        if (done.code != error_code::ok) return disown(w, w.subjects.size());
        if (w.uncovered_at != 0)
            std::memcpy(w.record.data() + w.uncovered_at, &done.uncovered, sizeof done.uncovered);
        for (auto& s : w.subjects) books_.ledger.write(s);  // 4
        if constexpr (detail::swapped_journal_order<Env>) enlarge(me, w);
        done.position = ring_.append(w.record);                             // 5
        if constexpr (!detail::swapped_journal_order<Env>) enlarge(me, w);  // 6
        for (auto& s : w.subjects) books_.ledger.publish(me, s);            // 7
    }

    /// Step 3. On refusal nothing has changed.
    void shrink(std::uint32_t me, const work& w, committed& done) noexcept {
        done.code = count(w);
        if (done.code != error_code::ok) return;
        if (!w.takes.empty())
            if (const auto lack = books_.stock.take(me, w.takes)) {
                for (const stock_line& s : w.stock) books_.cells.add_on_hand(s.cell, -s.on_hand);
                done.code = error_code::insufficient;
                done.lack = *lack;
                return;
            }
        for (const stock_line& s : w.stock) {
            if (s.free >= 0) continue;
            const granules after = books_.stock.lose(me, s.cell, -s.free);
            done.uncovered += std::max(0, -after) - std::max(0, -(after - s.free));
        }
    }

    /// On-hand counts, all or none. Goods that a node has shipped are gone whatever the books say,
    /// down to the debt that is allowed; goods that come must fit, and goods that get lost must
    /// have been there.
    error_code count(const work& w) noexcept {
        for (std::size_t i = 0; i < w.stock.size(); ++i) {
            const stock_line& s = w.stock[i];
            const bool is_lost = s.free < 0 && !w.corrects;
            if (s.on_hand == 0) continue;
            const bool fits = s.on_hand > 0 ? books_.cells.grow_on_hand(s.cell, s.on_hand)
                                            : books_.cells.shrink_on_hand(
                                                  s.cell, -s.on_hand, is_lost ? 0 : -w.max_debt);
            if (fits) continue;
            while (i-- > 0) books_.cells.add_on_hand(w.stock[i].cell, -w.stock[i].on_hand);
            return s.on_hand > 0 ? error_code::stock_overflow
                   : is_lost     ? error_code::out_of_range
                                 : error_code::over_debt;
        }
        return error_code::ok;
    }

    /// Step 6.
    void enlarge(std::uint32_t me, const work& w) noexcept {
        if (w.gives.empty() && w.stock.empty()) return;
        for (const give_line& g : w.gives) books_.give(me, g.cell, g.n);
        for (const stock_line& s : w.stock)
            if (s.free > 0) books_.give(me, s.cell, s.free);
    }

    /// Hooks of a test's Env that watch what happens while subjects are owned.
    static void enter() noexcept {
        if constexpr (requires { Env::owned_begin(); }) Env::owned_begin();
    }
    static void leave() noexcept {
        if constexpr (requires { Env::owned_end(); }) Env::owned_end();
    }

    books<Env>& books_;
    journal::ring<Env>& ring_;
};

}  // namespace earmark
