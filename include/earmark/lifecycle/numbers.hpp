// NUMBERS of one kind of subject (orders, reservations) that were given before and may be given
// again, whichever thread ended what they stood for. A number rests until `resting` others have
// ended after it, so that its end can still be asked for; the one that rested longest comes first.
//
// Between slots numbers go in batches, through one queue. One caller at a time has the queue in
// hand; whoever finds it taken goes on without and comes back later: nobody waits. With one calling
// thread that never happens, so that the numbers it gets are a function of its commands alone.
//
// Who may call: the borrower of `slot`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <new>
#include <optional>
#include <vector>

#include "earmark/core/env.hpp"

namespace earmark::lifecycle {

template <class Env = std_env>
class numbers {
public:
    /// Of at most `capacity` numbers.
    numbers(std::uint32_t capacity, std::uint32_t slots)
        : batch_{std::clamp<std::size_t>(capacity / (8 * slots), 1, most_batch)}, slots_(slots) {}

    /// A number that has rested, if there is one. May throw std::bad_alloc, then nothing is lost.
    [[nodiscard]] std::optional<std::uint32_t> take(std::uint32_t slot, std::size_t resting) {
        auto& ready = slots_[slot].ready;
        if (ready.empty()) refill(slot, resting);
        if (ready.empty()) return {};
        const std::uint32_t n = ready.front();
        ready.pop_front();
        return n;
    }
    /// Where no fresh number is left: any that has ended, however short its rest. None only if none
    /// is there, or another caller had the queue in hand at every look. May throw std::bad_alloc.
    [[nodiscard]] std::optional<std::uint32_t> take_any(std::uint32_t slot) {
        constexpr int looks = 64;
        for (int look = 0; look < looks; ++look) {
            hand_over(slot);
            if (const auto n = take(slot, 0)) return n;
            if (size_.load(std::memory_order_relaxed) == 0) break;
            Env::pause();
        }
        return {};
    }
    /// A number that became nothing: the slot's next one. Where memory is short it is not used
    /// again.
    void put_unused(std::uint32_t slot, std::uint32_t n) noexcept {
        try {
            slots_[slot].ready.push_front(n);
        } catch (const std::bad_alloc&) {
        }
    }
    /// A number whose subject has ended. Where memory is short it is not used again.
    void put_ended(std::uint32_t slot, std::uint32_t n) noexcept {
        auto& ended = slots_[slot].ended;
        try {
            ended.push_back(n);
            if (ended.size() >= batch_) hand_over(slot);
        } catch (const std::bad_alloc&) {
        }
    }

    /// For the auditor, while nobody is inside: f(number) for each that may be given again.
    template <class F>
    void each(F&& f) const {
        for (const std::uint32_t n : queue_) f(n);
        for (const hand& h : slots_) {
            for (const std::uint32_t n : h.ready) f(n);
            for (const std::uint32_t n : h.ended) f(n);
        }
    }

private:
    template <class T>
    using atomic = typename Env::template atomic<T>;
    static constexpr std::size_t most_batch = 64;

    struct alignas(64) hand {
        std::deque<std::uint32_t> ready;   // may be given, the first one first
        std::vector<std::uint32_t> ended;  // on their way into the queue
    };
    class grip {
    public:
        explicit grip(numbers& of) noexcept
            : of_{of}, held_{of.busy_.exchange(1, std::memory_order_acquire) == 0} {  // with (a)
            if constexpr (requires { Env::in_hand(&of_); })
                if (held_) Env::in_hand(&of_);  // a test's Env: who had the queue before is done
        }
        ~grip() {
            if (!held_) return;
            of_.size_.store(of_.queue_.size(), std::memory_order_relaxed);  // a hint to look
            of_.busy_.store(0, std::memory_order_release);                  // (a)
        }
        grip(const grip&) = delete;
        grip& operator=(const grip&) = delete;
        [[nodiscard]] bool held() const noexcept { return held_; }

    private:
        numbers& of_;
        bool held_;
    };

    void hand_over(std::uint32_t slot) {
        auto& ended = slots_[slot].ended;
        if (ended.empty()) return;
        const grip mine{*this};
        if (!mine.held()) return;
        queue_.insert(queue_.end(), ended.begin(), ended.end());
        ended.clear();
    }
    void refill(std::uint32_t slot, std::size_t resting) {
        if (size_.load(std::memory_order_relaxed) <= resting) return;
        const grip mine{*this};
        if (!mine.held()) return;
        for (std::size_t n = 0; n < batch_ && queue_.size() > resting; ++n) {
            slots_[slot].ready.push_back(queue_.front());
            queue_.pop_front();
        }
    }

    std::size_t batch_;
    atomic<std::uint32_t> busy_{0};
    atomic<std::size_t> size_{0};
    std::deque<std::uint32_t> queue_;  // in the hand of the grip
    std::vector<hand> slots_;
};

}  // namespace earmark::lifecycle
