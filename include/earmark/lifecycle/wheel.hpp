// THE WHEEL wakes what is due. Time is cut into periods of 2^28 ns (0.27 s); a timer hangs in the
// slot of its period, round a ring that spans about 18 minutes; what lies further goes round again.
// Pushing is one compare-and-swap, a sweep takes whole lists (timer_blocks.hpp). A timer is only a
// hint to look at a reservation: whether it is due is read from the reservation itself, so nothing
// is ever removed.
// What is due is woken by deadline and then by number, however its timers came to hang.
//
// Invariants
//   (1) next_due <= the deadline of every timer in the wheel, or a sweep is under way.
//   (2) A timer is in exactly one list, or in the hands of a sweep that `sweeps` counts.
//
// Hence a caller that finds next_due > now while no sweep is under way knows that everything due by
// now has been looked at and is over. "While": no sweep before the load of next_due, and none that
// began until after it; a sweep may hang up again what it could not finish. What is free is looked
// at after that: a look before it may have missed what a sweep was about to give back.
//
// A subject is committed before its timer hangs, and its caller may stop in between. So the
// deadline is announced in the caller's slot before the commit, until the timer hangs: whoever is
// short of the subject's units has seen them taken (stock's (b)), and so the announcement or the
// timer.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/core/time.hpp"
#include "earmark/lifecycle/slab.hpp"
#include "earmark/lifecycle/timer_blocks.hpp"
#include "earmark/lifecycle/wake_order.hpp"

namespace earmark::lifecycle {

template <class Env = std_env>
class wheel {
public:
    /// `periods` is a power of two.
    wheel(slab<Env>& chunks, std::uint32_t slots, std::uint32_t periods = 4096)
        : blocks_{chunks, slots, periods}, orders_(slots), coming_(slots) {}

    /// Room for a timer that does not hang yet.
    using timer = std::uint32_t;
    static constexpr timer nil = timer_blocks<Env>::nil;

    /// Room for a timer, or nil where memory is short; may allocate. drop() takes it back.
    [[nodiscard]] timer make(std::uint32_t slot) { return blocks_.make(slot); }
    void drop(std::uint32_t slot, timer t) noexcept { blocks_.drop(slot, t); }

    /// Hangs a timer up, with room from make(). Neither allocates nor throws. Lock-free.
    void push(std::uint32_t slot, timer t, std::uint64_t subject, time_point deadline) noexcept {
        blocks_.push(slot, t, subject, deadline);
        lower(deadline);  // after it: a sweep in between leaves a bound that is too low, no more
    }

    /// A subject is about to be committed, and its timer to be pushed after it.
    void announce(std::uint32_t slot, std::uint64_t subject, time_point deadline) noexcept {
        coming& c = coming_[slot];
        if (!c.listed)  // the slot's bit, added once
            announcers_[slot / 64].fetch_add(std::uint64_t{1} << slot % 64,
                                             std::memory_order_relaxed);  // by stock's (b)
        c.listed = true;
        // Whoever must see them does by stock's (b). Whoever sees them in place of what the slot
        // announced before sees that timer: (d), after its push.
        c.subject.store(subject, std::memory_order_release);
        c.deadline.store(deadline.ns, std::memory_order_release);
    }
    /// Its timer hangs, or it came to nothing.
    void withdraw(std::uint32_t slot) noexcept {
        coming_[slot].deadline.store(never.ns, std::memory_order_release);  // (c) after the push
    }
    /// Calls f(subject) for what is announced and due. O(slots that ever announced something).
    template <class F>
    void each_announced(time_point now, F&& f) const {
        for (std::size_t w = 0; w * 64 < coming_.size(); ++w)
            for (std::uint64_t left = announcers_[w].load(std::memory_order_relaxed); left != 0;
                 left &= left - 1) {
                const auto slot = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
                const coming& c = coming_[slot];
                if (c.deadline.load(std::memory_order_acquire) > now.ns) continue;  // (c), (d)
                f(c.subject.load(std::memory_order_acquire));  // (d), or a later announcement's
            }
    }

    [[nodiscard]] bool due(time_point now) const noexcept {
        return next_due_.load(std::memory_order_seq_cst) <= now.ns;
    }
    /// If everything due by `now` has been looked at, and given back what it held: the number of
    /// sweeps so far. No sweep was between two looks that answer the same.
    [[nodiscard]] std::optional<std::uint64_t> calm(time_point now) const noexcept {
        const std::uint64_t before = sweeps_.load(std::memory_order_seq_cst);
        if (static_cast<std::uint32_t>(before) != 0 || due(now) ||
            sweeps_.load(std::memory_order_seq_cst) != before)
            return {};
        return before;
    }
    [[nodiscard]] bool quiet(time_point now) const noexcept { return calm(now).has_value(); }
    /// Looks at every timer that may be due by `now`: deadline_of(subject) answers when it is due,
    /// `never` when the timer is done with; what is due is woken by deadline, then by subject:
    /// wake(subject) answers when to look again, or `never`. soon(subject): these will be asked.
    /// Where memory is short they are woken as they come. O(n) for the n timers of a period whose
    /// deadlines are spread, O(n log n) at worst, or of all periods where more passed than the ring
    /// has; plus the periods passed, for each slot that ever pushed.
    template <class Deadline, class Wake, class Soon = unprepared_sweep>
    void sweep(std::uint32_t slot, time_point now, Deadline&& deadline_of, Wake&& wake,
               Soon&& soon = {}) {
        if (!due(now)) return;
        sweeps_.fetch_add(one_began | 1, std::memory_order_seq_cst);
        const std::int64_t bound = next_due_.exchange(never.ns, std::memory_order_seq_cst);
        const std::int64_t last = timer_hint::period(now), ring = blocks_.periods();
        const std::int64_t first = timer_hint::period({bound});
        const bool laps = last - first >= ring;
        round r{slot, now, last, laps, blocks_.pushers(), orders_[slot], never, nil, nil};
        for (std::int64_t p = laps ? last - ring + 1 : first; p <= last; ++p) {
            gather(r, p, deadline_of, wake, soon);
            if constexpr (std::is_same_v<Env, std_env>) r.next = blocks_.beckon_first(slot, p + 1);
            if (!laps || p == last) wake_gathered(r, p, deadline_of, wake);
        }
        lower(std::min(r.bound, next_hung(r)));
        sweeps_.fetch_sub(1, std::memory_order_seq_cst);
    }

    /// For the auditor: f(subject, begin of the period in which it wakes) for every timer that hung
    /// up before the call. False where a sweep took some of them in hand meanwhile, or f had
    /// enough: what was seen is true, and not all. O(timers + periods).
    template <class F>
    [[nodiscard]] bool each(F&& f) const {
        const std::uint64_t before = sweeps_.load(std::memory_order_seq_cst);
        const time_point bound{next_due_.load(std::memory_order_seq_cst)};
        const bool asleep = bound == never;  // whatever hangs there, nobody will look
        const std::int64_t first = asleep ? 0 : timer_hint::period(bound);
        const auto still = [&] { return sweeps_.load(std::memory_order_seq_cst) == before; };
        bool all = static_cast<std::uint32_t>(before) == 0;
        for (std::int64_t i = 0; i < blocks_.periods() && all; ++i) {
            const time_point wakes = asleep ? never : timer_hint::begin_of(first + i);
            all = blocks_.each(first + i, still,
                               [&](std::uint64_t subject) { return f(subject, wakes); });
        }
        return all && still();
    }
    /// While nobody is inside: f(chunk) for each that is the wheel's, as long as f answers true.
    template <class F>
    void each_block(F&& f) const {
        blocks_.each_block(f);
    }

private:
    template <class T>
    using atomic = typename Env::template atomic<T>;
    using taken = typename timer_blocks<Env>::taken;
    static constexpr std::uint64_t one_began = std::uint64_t{1} << 32;
    static constexpr std::int64_t outlook = 64;     // periods that a sweep looks ahead for the next
    struct alignas(64) slot_order : wake_order {};  // of a slot's sweeps
    /// One sweep.
    struct round {
        std::uint32_t slot;
        time_point now;
        std::int64_t home;  // the period of now, where blocks hang in which timers stay
        bool laps;          // rounds lie mixed: no hint tells which one it is of
        slot_picture pushers;
        wake_order& due;
        time_point bound;  // of what stays there
        timer hand;        // blocks in hand
        timer next;        // of the period that follows, on its way to the cache
    };

    struct alignas(64) coming {
        atomic<std::uint64_t> subject{0};
        atomic<std::int64_t> deadline{never.ns};
        bool listed = false;  // the borrower's
    };

    /// Takes what hangs in a period in hand, and remembers what may be due.
    template <class Deadline, class Wake, class Soon>
    void gather(round& r, std::int64_t p, Deadline& deadline_of, Wake& wake, Soon& soon) {
        blocks_.take(r.slot, r.pushers, p, [&](const taken& t) {
            const bool blind = t.blind || p != r.home || r.laps;
            std::uint32_t stays = blind ? 0 : not_yet(r, t);
            const std::uint32_t looks = t.live & ~stays;
            if (r.due.reserve(timer_place::end)) {
                waiting_timer* to = r.due.begin_adding();
                each_of(t, looks, [&](timer_place k, std::uint64_t subject) {
                    soon(subject);
                    to->subject = subject;
                    to->block = t.at;
                    to->place = k.at;
                    ++to;
                });
                r.due.added(to);
            } else {
                each_of(t, looks, [&](timer_place k, std::uint64_t subject) {
                    const time_point deadline = deadline_of(subject);
                    if (stays_hung(r, subject, deadline > r.now ? deadline : wake(subject)))
                        stays |= 1u << k.at;
                });
            }
            r.hand = blocks_.hold(t, stays, blind, r.hand);
        });
    }
    /// f(place, subject), the last that came first.
    template <class F>
    static void each_of(const taken& t, std::uint32_t places, F&& f) {
        while (places != 0) {
            const timer_place k{static_cast<std::uint32_t>(std::bit_width(places)) - 1};
            places ^= 1u << k.at;
            f(k, t.subject(k));
        }
    }
    /// Of a block of this period, the places whose hints say that they are not due yet.
    [[nodiscard]] std::uint32_t not_yet(round& r, const taken& t) const {
        const std::uint32_t reached = blocks_.hint_of(r.now);
        std::uint32_t stays = 0;
        for (std::uint32_t left = t.live; left != 0; left &= left - 1) {
            const timer_place k{static_cast<std::uint32_t>(std::countr_zero(left))};
            const std::uint32_t hint = t.hint(k);
            if (!timer_hint::is_later(hint, reached)) continue;
            r.bound = std::min(r.bound, timer_hint::earliest(r.home, hint));
            stays |= 1u << k.at;
        }
        return stays;
    }
    /// Wakes what is due of what was gathered up to a period, and lets the blocks go. What came to
    /// be due in a later one, which this sweep comes to yet, waits there for its turn.
    template <class Deadline, class Wake>
    void wake_gathered(round& r, std::int64_t p, Deadline& deadline_of, Wake& wake) {
        std::size_t count = 0, looks = 0;
        const auto next = [&] {  // a block for some sixteen timers
            if (++looks % 16 == 0) r.next = blocks_.beckon(r.next);
        };
        for (const waiting_timer& w : r.due.all()) {
            next();
            const time_point deadline = deadline_of(w.subject);
            const bool is_later = timer_hint::period(deadline) > p;
            if (deadline <= r.now && !(is_later && hangs_at(r.slot, w.subject, deadline))) {
                waiting_timer& is_due = r.due.all()[count++];
                if (&is_due != &w) is_due = w;
                is_due.deadline = deadline;
            } else if (deadline > r.now && stays_hung(r, w.subject, deadline)) {
                blocks_.leave(w.block, {w.place});
            }
        }
        r.due.keep(count);
        r.due.each_in_order([&](const waiting_timer& w) {
            next();
            if (stays_hung(r, w.subject, wake(w.subject))) blocks_.leave(w.block, {w.place});
        });
        r.due.keep(0);
        blocks_.let_go(r.slot, std::exchange(r.hand, nil), r.home);
    }
    /// Whether a timer that is to be looked at `again` stays in its block, which then hangs in the
    /// period of now: where memory is short it is looked at too early, and no worse.
    [[nodiscard]] bool stays_hung(round& r, std::uint64_t subject, time_point again) {
        if (again == never) return false;
        if (timer_hint::period(again) > r.home && hangs_at(r.slot, subject, again)) {
            lower(again);
            return false;
        }
        r.bound = std::min(
            r.bound, std::clamp(again, timer_hint::begin_of(r.home), timer_hint::end_of(r.home)));
        return true;
    }
    /// Hangs it up anew, unless memory is short. The bound is the caller's.
    [[nodiscard]] bool hangs_at(std::uint32_t slot, std::uint64_t subject, time_point to) {
        const timer room = make(slot);
        if (room != nil) blocks_.push(slot, room, subject, to);
        return room != nil;
    }
    /// When the next sweep is due for what hangs beyond this one, or for a look further.
    [[nodiscard]] time_point next_hung(const round& r) const noexcept {
        const std::int64_t end = timer_hint::period(never), ring = blocks_.periods();
        const std::int64_t to = r.home + std::min({ring, outlook, end - r.home});
        for (std::int64_t p = r.home + 1; p <= to; ++p)
            if (blocks_.hangs(r.pushers, p)) return timer_hint::begin_of(p);
        return ring <= outlook || to == end ? never : timer_hint::begin_of(to + 1);
    }
    // Of a push and a sweep beside it one sees the other, in the single order of seq_cst
    // operations: the push exchanges a head, then looks at next_due; the sweep exchanges next_due,
    // then looks at the heads. An older value in either look would leave a timer without a bound.

    void lower(time_point to) noexcept {
        std::int64_t seen = next_due_.load(std::memory_order_seq_cst);
        while (to.ns < seen &&
               !next_due_.compare_exchange_weak(seen, to.ns, std::memory_order_seq_cst,
                                                std::memory_order_seq_cst)) {
        }
    }

    timer_blocks<Env> blocks_;
    atomic<std::int64_t> next_due_{never.ns};
    atomic<std::uint64_t> sweeps_{0};  // ever begun:32 | under way:32
    std::vector<slot_order> orders_;   // by slot
    std::vector<coming> coming_;       // by slot
    std::array<atomic<std::uint64_t>, 2> announcers_{};
};

}  // namespace earmark::lifecycle
