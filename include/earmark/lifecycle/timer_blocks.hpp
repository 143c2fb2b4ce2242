// TIMERS IN BLOCKS. A block is a chunk of four cache lines with up to 26 timers that hang in one
// period (timer_words.hpp), so that a sweep waits for memory once for many of them.
//
// Each caller slot has a ring of lists, one for each period, where its borrower alone hangs timers
// up. A list's head is its first block and how far that is filled; the blocks behind it are full. A
// push fills the next place, then publishes it by one exchange of the head; a sweeper takes the
// list by exchanging the head with nothing. Blocks in which a sweep leaves timers hang in a ring
// that all share, with live bits for the places that count.
//
// Who may call: `slot` is the caller's own.
//
// Invariants
//   (1) A block is in one list, in one sweeper's hand, or free.
//   (2) A borrower who has looked at a head may write once into the block that was open there, a
//       subject and its hint, though a sweeper has taken it: then its exchange of the head fails.
//   (3) So of a block that was open a sweeper writes the two words before the hints only, and frees
//       it for the slot whose it was: when its borrower finds it there, that write is long over.
//   (4) A hint says no later than the deadline that was pushed; in a blind block none is believed.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/lifecycle/slab.hpp"
#include "earmark/lifecycle/slot_set.hpp"
#include "earmark/lifecycle/timer_room.hpp"
#include "earmark/lifecycle/timer_words.hpp"

namespace earmark::lifecycle {

template <class Env = std_env>
class timer_blocks {
public:
    using block = std::uint32_t;
    static constexpr block nil = 0xFFFFFFFF;

    /// `periods` is a power of two.
    timer_blocks(slab<Env>& chunks, std::uint32_t slots, std::uint32_t periods)
        : chunks_{chunks},
          mask_{periods - 1},
          lap_bits_{std::countr_zero(periods)},
          kept_{std::make_unique<atomic<std::uint32_t>[]>(periods)},
          rings_(slots),
          pushers_{slots},
          room_{chunks, slots} {
        for (std::uint32_t i = 0; i < periods; ++i) kept_[i].store(nil, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint32_t hint_of(time_point t) const noexcept {
        return timer_hint::of(t, lap_bits_);
    }
    [[nodiscard]] std::int64_t periods() const noexcept { return std::int64_t{mask_} + 1; }

    /// Room for whatever the next push needs, or nil where memory is short. May allocate.
    [[nodiscard]] block make(std::uint32_t slot) {
        return rings_[slot] || open(slot) ? room_.take(slot) : nil;
    }
    /// Room that was not needed. Lock-free.
    void drop(std::uint32_t slot, block b) noexcept {
        if (b != nil) room_.put(slot, b);
    }

    /// Hangs a timer up, with room from make(). No allocation, no throw; one exchange may fail.
    void push(std::uint32_t slot, block room, std::uint64_t subject, time_point deadline) noexcept {
        auto& head = rings_[slot][timer_hint::period(deadline) & mask_];
        const std::uint32_t hint = hint_of(deadline);
        // Nobody else hangs anything up here; who takes the list makes the exchange fail.
        std::uint64_t seen = head.load(std::memory_order_relaxed);
        if (const timer_place p{next_place(seen)}; p.at != 0 && p.at != timer_place::end) {
            write(chunks_.words(block_of(seen)), p, subject, hint);
            if (p.is_last_of_line() && p.line() + 1 < timer_place::lines)
                chunks_.prefetch(block_of(seen) + p.line() + 1);
            if (head.compare_exchange_strong(seen, seen + 1,
                                             std::memory_order_seq_cst,  // (a) pairs with (b)
                                             std::memory_order_relaxed))
                return drop(slot, room);
        }
        auto* const words = chunks_.words(room);
        write(words, {timer_place::first}, subject, hint);
        do words[0].store(timer_link{block_of(seen), 0, false}.bits(), std::memory_order_relaxed);
        while (!head.compare_exchange_strong(  // fails where a sweeper took the list, hence once
            seen, std::uint64_t{room} << head_bits | (timer_place::first + 1),
            std::memory_order_seq_cst,  // (a)
            std::memory_order_relaxed));
    }

    /// The slots that ever had room for a timer. A slot is there before its first push.
    [[nodiscard]] slot_picture pushers() const noexcept { return pushers_.picture(); }
    /// Whether something hangs in a period.
    [[nodiscard]] bool hangs(const slot_picture& who, std::int64_t period) const noexcept {
        bool any = kept_[period & mask_].load(std::memory_order_seq_cst) != nil;
        who.each([&](std::uint32_t slot) {
            any = any || rings_[slot][period & mask_].load(std::memory_order_seq_cst) != 0;
        });
        return any;
    }

    /// A block in a sweeper's hand.
    struct taken {
        typename slab<Env>::atomic_word* words;
        block at;
        std::uint32_t live;   // a bit for each place that holds a timer
        std::uint32_t owner;  // slot + 1 of who may write into it yet (2), or 0
        bool blind;

        [[nodiscard]] std::uint64_t subject(timer_place p) const noexcept {
            return words[p.subject_word()].load(std::memory_order_relaxed);  // by (b)
        }
        [[nodiscard]] std::uint32_t hint(timer_place p) const noexcept {
            return p.hint_of(words[p.hint_word()].load(
                std::memory_order_relaxed));  // by (b); a late writer (2) changes none that counts
        }
    };
    /// Takes what hangs in a period: f(taken) for each block, the caller's own first.
    template <class F>
    void take(std::uint32_t slot, const slot_picture& who, std::int64_t period, F&& f) {
        const std::size_t at = static_cast<std::size_t>(period & mask_);
        // Its ring may be younger than the picture: this sweep may have hung something up there.
        if (rings_[slot]) take_list(slot, slot, at, f);
        who.each([&](std::uint32_t s) {
            if (s != slot) take_list(slot, s, at, f);
        });
        if (kept_[at].load(std::memory_order_seq_cst) == nil) return;
        block b = kept_[at].exchange(nil, std::memory_order_seq_cst);  // (b)
        while (b != nil) {
            auto* const words = chunks_.words(b);
            const timer_link l =
                timer_link::of(words[0].load(std::memory_order_relaxed));  // by (b)
            const auto owner = static_cast<std::uint32_t>(words[1].load(std::memory_order_relaxed));
            f(taken{words, std::exchange(b, l.next), l.live, owner, l.blind});
        }
    }
    /// The next block of the caller's own list of a period, from `before` on, on its way to the
    /// cache; memory is slower than the look at a block. Nothing is taken, so that what it reads is
    /// believed only as far as there is memory.
    [[nodiscard]] block beckon(block before) const noexcept {
        if (before == nil) return nil;
        const block next =
            timer_link::of(chunks_.word(before, 0).load(std::memory_order_relaxed)).next;
        if (next == nil || !chunks_.stands(next, lines)) return nil;
        chunks_.prefetch(next, lines);
        return next;
    }
    [[nodiscard]] block beckon_first(std::uint32_t slot, std::int64_t period) const noexcept {
        if (!rings_[slot]) return nil;
        const block b = block_of(rings_[slot][period & mask_].load(std::memory_order_relaxed));
        chunks_.prefetch(b, lines);
        return b;
    }
    /// Blocks in hand are a chain. `live`: the places whose timers stay, so far.
    [[nodiscard]] static block hold(const taken& t, std::uint32_t live, bool blind,
                                    block before) noexcept {
        t.words[0].store(timer_link{before, live, blind}.bits(), std::memory_order_relaxed);
        t.words[1].store(t.owner, std::memory_order_relaxed);  // nobody else's, as (3) has it
        return t.at;
    }
    /// One more timer of a block in hand stays.
    void leave(block b, timer_place p) noexcept {
        auto& word = chunks_.word(b, 0);
        word.store(word.load(std::memory_order_relaxed) | timer_link::live_bit(p.at),
                   std::memory_order_relaxed);  // nobody else's
    }
    /// The chain leaves the hand: blocks with timers hang in `period` again, the others are free.
    /// Lock-free.
    void let_go(std::uint32_t slot, block first, std::int64_t period) noexcept {
        while (first != nil) {
            auto* const words = chunks_.words(first);
            timer_link l =
                timer_link::of(words[0].load(std::memory_order_relaxed));  // nobody else's
            const auto owner = static_cast<std::uint32_t>(words[1].load(std::memory_order_relaxed));
            const block b = std::exchange(first, l.next);
            if (l.live != 0)
                keep(b, words[0], l, kept_[period & mask_]);
            else if (owner == 0 || owner == slot + 1 || is_greedy)
                room_.put(slot, b);
            else
                room_.put_back(owner - 1, b);
        }
    }

    /// For the auditor: f(subject) for each timer in a period's lists, while `still()` says that
    /// nobody took any and f answers true. Whether it saw them all.
    template <class Still, class F>
    [[nodiscard]] bool each(std::int64_t period, Still&& still, F&& f) const {
        const auto at = static_cast<std::size_t>(period & mask_);
        bool all = true;
        pushers().each([&](std::uint32_t slot) {
            const std::uint64_t head = rings_[slot][at].load(std::memory_order_acquire);
            all = all && each_in(block_of(head), live_of(head), still, f);
        });
        return all && each_in(kept_[at].load(std::memory_order_acquire), 0, still, f);
    }
    /// While nobody is inside: f(chunk) for each block, while f answers true.
    template <class F>
    void each_block(F&& f) const {
        const auto chain = [&](block b) {
            while (b != nil && f(chunk{b, lines}))
                b = static_cast<block>(chunks_.word(b, 0).load(std::memory_order_acquire));
        };
        for (std::uint32_t i = 0; i <= mask_; ++i) {
            pushers().each([&](std::uint32_t slot) {
                chain(block_of(rings_[slot][i].load(std::memory_order_acquire)));
            });
            chain(kept_[i].load(std::memory_order_acquire));
        }
        room_.each([&](block b) { return f(chunk{b, lines}); });
    }

private:
    template <class T>
    using atomic = typename Env::template atomic<T>;
    /// By period: a list's first block:32 | its next place:5, or 0.
    using ring = std::unique_ptr<atomic<std::uint64_t>[]>;

    static constexpr int head_bits = 5;
    // A test's Env may break (3), to show that the tests would notice.
    static constexpr bool is_greedy = requires { typename Env::canary_any_block; };
    static constexpr std::uint32_t lines = timer_place::lines;

    static block block_of(std::uint64_t head) noexcept {
        return head == 0 ? nil : static_cast<block>(head >> head_bits);
    }
    /// The first free place of a list's first block, or 0.
    static std::uint32_t next_place(std::uint64_t head) noexcept {
        return head & ((1u << head_bits) - 1);
    }
    /// The places that are filled there.
    static std::uint32_t live_of(std::uint64_t head) noexcept {
        return ((1u << next_place(head)) - 1) & timer_place::all;
    }
    static void write(typename slab<Env>::atomic_word* words, timer_place p, std::uint64_t subject,
                      std::uint32_t hint) noexcept {
        auto& hints = words[p.hint_word()];
        words[p.subject_word()].store(subject, std::memory_order_relaxed);  // by (a), as the hint
        hints.store(p.with_hint(hints.load(std::memory_order_relaxed), hint),
                    std::memory_order_relaxed);
    }
    /// The ring of a slot, once.
    [[nodiscard]] bool open(std::uint32_t slot) {
        rings_[slot].reset(new (std::nothrow) atomic<std::uint64_t>[std::size_t{mask_} + 1]());
        if (rings_[slot]) pushers_.add(slot);
        return rings_[slot] != nullptr;
    }
    void keep(block b, typename slab<Env>::atomic_word& word, timer_link l,
              atomic<std::uint32_t>& head) noexcept {
        std::uint32_t seen = head.load(std::memory_order_relaxed);
        do {
            l.next = seen;
            word.store(l.bits(), std::memory_order_relaxed);  // by (a)
        } while (!head.compare_exchange_weak(seen, b,
                                             std::memory_order_seq_cst,  // (a) pairs with (b)
                                             std::memory_order_relaxed));
    }
    template <class F>
    void take_list(std::uint32_t me, std::uint32_t slot, std::size_t period, F& f) {
        auto& head = rings_[slot][period];
        if (head.load(std::memory_order_seq_cst) == 0) return;
        const std::uint64_t seen = head.exchange(0, std::memory_order_seq_cst);  // (b)
        const bool is_open = next_place(seen) != timer_place::end;
        std::uint32_t owner = is_open && slot != me ? slot + 1 : 0, live = live_of(seen);
        for (block b = block_of(seen); b != nil; owner = 0, live = timer_place::all) {
            auto* const words = chunks_.words(b);
            const auto link = words[0].load(std::memory_order_relaxed);  // by (b)
            f(taken{words, std::exchange(b, timer_link::of(link).next), live, owner, false});
        }
    }
    /// `live`: of the first block; of a list that is kept, each block's own.
    template <class Still, class F>
    [[nodiscard]] bool each_in(block b, std::uint32_t live, Still& still, F& f) const {
        for (const bool is_kept = live == 0; b != nil; live = timer_place::all) {
            if (!chunks_.stands(b, lines)) return false;  // a link that is none any more
            const auto* const words = chunks_.words(b);
            const timer_link l = timer_link::of(words[0].load(std::memory_order_acquire));
            std::array<std::uint64_t, timer_place::end> subjects;
            for (std::uint32_t p = timer_place::first; p < timer_place::end; ++p)
                subjects[p] = words[timer_place{p}.subject_word()].load(std::memory_order_acquire);
            if (!still()) return false;
            for (std::uint32_t left = is_kept ? l.live : live; left != 0; left &= left - 1)
                if (!f(subjects[static_cast<std::size_t>(std::countr_zero(left))])) return false;
            b = l.next;
        }
        return true;
    }

    slab<Env>& chunks_;
    std::uint32_t mask_;
    int lap_bits_;
    std::unique_ptr<atomic<std::uint32_t>[]> kept_;  // by period
    std::vector<ring> rings_;                        // by slot; once its borrower asked for room
    slot_set<Env> pushers_;
    timer_room<Env> room_;
};

}  // namespace earmark::lifecycle
