// THE WHEEL wakes what is due. Time is cut into periods of 2^28 ns (0.27 s); a timer hangs in the
// slot of its period, round a ring that spans about 18 minutes; what lies further goes round again.
// Pushing is one compare-and-swap, a sweep takes whole lists. A timer is only a hint to look at a
// reservation: whether it is due is read from the reservation itself, so nothing is ever removed.
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
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/core/time.hpp"
#include "earmark/lifecycle/shared_nodes.hpp"
#include "earmark/lifecycle/slab.hpp"

namespace earmark::lifecycle {

template <class Env = std_env>
class wheel {
public:
    static constexpr int period_bits = 28;

    /// `periods` is a power of two.
    wheel(slab<Env>& chunks, std::uint32_t slots, std::uint32_t periods = 4096)
        : chunks_{chunks},
          mask_{periods - 1},
          heads_{std::make_unique<atomic<std::uint32_t>[]>(periods)},
          free_(slots, free_list{}),
          coming_(slots) {
        for (std::uint32_t i = 0; i < periods; ++i) heads_[i].store(nil, std::memory_order_relaxed);
    }

    /// A timer that is in no list yet.
    using timer = std::uint32_t;
    static constexpr timer nil = 0xFFFFFFFF;

    /// Room for a timer, or nil where memory is short. May allocate.
    [[nodiscard]] timer make(std::uint32_t slot) {
        free_list& own = free_[slot];
        if (own.first == nil) {
            if (const timer other = shared_.pop(link()); other != nil) return other;
            const chunk c = chunks_.take(slot, 1);
            if (!c.holds()) return nil;
            for (std::uint32_t k = 0; k < 4; ++k) drop(slot, c.at * 4 + k);
        }
        const timer t = own.first;
        own.first = next_of(t);
        --own.held;
        return t;
    }
    /// A timer that is done with: to the slot's own list, or where that is long to the one that all
    /// share. Lock-free.
    void drop(std::uint32_t slot, timer t) noexcept {
        if (t == nil) return;
        free_list& own = free_[slot];
        if (own.held == keeps) return shared_.push(t, link());
        set_next(t, own.first);
        own.first = t;
        ++own.held;
    }

    /// Hangs a timer up. Neither allocates nor throws. Lock-free.
    void push(timer t, std::uint64_t subject, time_point deadline) noexcept {
        chunks_.word(t / 4, t % 4 * 2).store(subject, std::memory_order_relaxed);  // by (a)
        auto& head = heads_[period(deadline) & mask_];
        std::uint32_t seen = head.load(std::memory_order_relaxed);
        do set_next(t, seen);
        while (!head.compare_exchange_weak(seen, t,
                                           std::memory_order_seq_cst,  // (a) pairs with (b)
                                           std::memory_order_relaxed));
        lower(deadline);  // after the push: a sweep in between leaves a bound that is too low, no
                          // more
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

    /// Looks at every timer of the periods up to `now`: deadline_of(subject) answers when it is
    /// due, `never` when the timer is done with; what is due is woken by deadline, then by subject:
    /// wake(subject) answers the time at which to look again, or `never`. Where memory is short
    /// they are woken as they come. O(n log n) for the n timers of a period, or of all periods
    /// where more passed than the ring has; plus the periods passed.
    template <class Deadline, class Wake>
    void sweep(std::uint32_t slot, time_point now, Deadline&& deadline_of, Wake&& wake) {
        if (!due(now)) return;
        sweeps_.fetch_add(one_began | 1, std::memory_order_seq_cst);
        const std::int64_t bound = next_due_.exchange(never.ns, std::memory_order_seq_cst);
        const std::int64_t last = period(now);
        std::int64_t from = period({bound});
        const bool laps = last - from > static_cast<std::int64_t>(mask_);  // rounds lie mixed
        if (laps) from = last - mask_;
        for (std::int64_t p = from; p <= last; ++p) {
            gather(slot, p, now, deadline_of, wake);
            if (!laps) wake_gathered(slot, wake);
        }
        wake_gathered(slot, wake);
        if (last < period(never) && alive_at_all()) lower({(last + 1) << period_bits});
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
        const std::int64_t first = asleep ? 0 : period(bound);
        bool all = static_cast<std::uint32_t>(before) == 0;
        for (std::int64_t i = 0; i <= mask_ && all; ++i) {
            timer t = heads_[(first + i) & mask_].load(std::memory_order_acquire);
            for (; t != nil && all; t = next_of(t))
                all = f(chunks_.word(t / 4, t % 4 * 2).load(std::memory_order_relaxed),
                        asleep ? never : time_point{(first + i) << period_bits}) &&
                      sweeps_.load(std::memory_order_seq_cst) == before;
        }
        return all && sweeps_.load(std::memory_order_seq_cst) == before;
    }
    /// While nobody is inside: f(timer) for each, hung up or free, as long as f answers true. Four
    /// share a block.
    template <class F>
    void each_timer(F&& f) const {
        for (std::uint32_t i = 0; i <= mask_; ++i)
            for (timer t = heads_[i].load(std::memory_order_acquire); t != nil && f(t);)
                t = next_of(t);
        for (const free_list& own : free_)
            for (timer t = own.first; t != nil && f(t);) t = next_of(t);
        shared_.each(link(), f);
    }

private:
    template <class T>
    using atomic = typename Env::template atomic<T>;
    static constexpr std::uint32_t keeps = 256;
    static constexpr std::uint64_t one_began = std::uint64_t{1} << 32;
    struct waiting {
        time_point deadline;
        std::uint64_t subject;
        timer at;
        friend bool operator<(const waiting& a, const waiting& b) noexcept {
            return a.deadline != b.deadline ? a.deadline < b.deadline : a.subject < b.subject;
        }
    };
    struct alignas(64) free_list {
        std::uint32_t first = nil;
        std::uint32_t held = 0;
        std::vector<waiting> due;  // gathered by this slot's sweep
    };

    struct alignas(64) coming {
        atomic<std::uint64_t> subject{0};
        atomic<std::int64_t> deadline{never.ns};
        bool listed = false;  // the borrower's
    };

    static std::int64_t period(time_point t) noexcept { return t.ns >> period_bits; }

    [[nodiscard]] auto link() const noexcept {
        return [this](timer t) ->
               typename slab<Env>::atomic_word& { return chunks_.word(t / 4, t % 4 * 2 + 1); };
    }
    [[nodiscard]] std::uint32_t next_of(timer t) const noexcept {
        return static_cast<std::uint32_t>(
            chunks_.word(t / 4, t % 4 * 2 + 1).load(std::memory_order_relaxed));  // by (a)
    }
    void set_next(timer t, std::uint32_t next) noexcept {
        chunks_.word(t / 4, t % 4 * 2 + 1).store(next, std::memory_order_relaxed);  // by (a)
    }

    /// What is due of one period's list; the rest goes back to where it belongs.
    template <class Deadline, class Wake>
    void gather(std::uint32_t slot, std::int64_t p, time_point now, Deadline& deadline_of,
                Wake& wake) {
        timer t = heads_[p & mask_].exchange(nil, std::memory_order_seq_cst);  // (b)
        while (t != nil) {
            const timer after = next_of(t);
            const std::uint64_t subject =
                chunks_.word(t / 4, t % 4 * 2).load(std::memory_order_relaxed);
            const time_point due = deadline_of(subject);
            if (due == never || due > now)
                hang(slot, t, subject, due);
            else if (!remember(slot, {due, subject, t}))
                hang(slot, t, subject, wake(subject));
            t = after;
        }
    }
    template <class Wake>
    void wake_gathered(std::uint32_t slot, Wake& wake) {
        auto& due = free_[slot].due;
        std::sort(due.begin(), due.end());
        for (const waiting& w : due) hang(slot, w.at, w.subject, wake(w.subject));
        due.clear();
    }
    [[nodiscard]] bool remember(std::uint32_t slot, const waiting& w) noexcept {
        try {
            free_[slot].due.push_back(w);
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
    void hang(std::uint32_t slot, timer t, std::uint64_t subject, time_point again) noexcept {
        if (again == never)
            drop(slot, t);
        else
            push(t, subject, again);
    }
    // Of a push and a sweep beside it one sees the other, in the single order of seq_cst
    // operations: the push is an exchange of a head, then a look at next_due; the sweep an exchange
    // of next_due, then a look at the heads. An older value in either look would leave a timer
    // without a bound.

    /// Cheap and conservative: once anything was ever pushed there may be something left.
    [[nodiscard]] bool alive_at_all() const noexcept {
        for (std::uint32_t i = 0; i <= mask_; ++i)
            if (heads_[i].load(std::memory_order_seq_cst) != nil) return true;
        return false;
    }
    void lower(time_point to) noexcept {
        std::int64_t seen = next_due_.load(std::memory_order_seq_cst);
        while (to.ns < seen &&
               !next_due_.compare_exchange_weak(seen, to.ns, std::memory_order_seq_cst,
                                                std::memory_order_seq_cst)) {
        }
    }

    slab<Env>& chunks_;
    std::uint32_t mask_;
    atomic<std::int64_t> next_due_{never.ns};
    atomic<std::uint64_t> sweeps_{0};  // ever begun:32 | under way:32
    std::unique_ptr<atomic<std::uint32_t>[]> heads_;
    std::vector<free_list> free_;
    std::vector<coming> coming_;  // by slot
    std::array<atomic<std::uint64_t>, 2> announcers_{};
    shared_nodes<Env> shared_;
};

}  // namespace earmark::lifecycle
