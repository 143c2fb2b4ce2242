// A YARD of timers: callers that hang them up in one period while others sweep it, give blocks back
// and take them again.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <vector>

#include "earmark/lifecycle/wheel.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

/// A subject is the number of a timer; each caller counts from a ten of its own.
template <class Env>
struct timer_yard {
    static constexpr time_point soon{600'000'000}, now{700'000'000}, late{800'000'000},
        next{1'000'000'000}, after_next{1'050'000'000}, end{99'000'000'000};  // in three periods
    static constexpr std::uint64_t subjects = 80, prepared = 40;

    lifecycle::slab<Env> chunks{1 << 13, 4, 4};
    lifecycle::wheel<Env> timers{chunks, 4, 4};
    std::array<typename Env::template atomic<int>, subjects> woken{};
    std::array<time_point, subjects> due{};  // of those that hang
    std::array<bool, subjects> hung{};
    std::array<std::uint64_t, 4> hung_by{};

    /// `before`: timers that slot 0 has hung up already.
    explicit timer_yard(std::uint64_t before = 0) {
        for (std::uint64_t s = 0; s < before; ++s) push_as(0, prepared + s, soon);
    }
    void push(std::uint32_t me, time_point deadline = soon) {
        push_as(me, me * 10 + hung_by[me]++, deadline);
    }
    void push_as(std::uint32_t me, std::uint64_t subject, time_point deadline) {
        const auto room = timers.make(me);
        expect(room != lifecycle::wheel<Env>::nil, "there is room for a timer");
        hung[subject] = true;
        due[subject] = deadline;
        timers.push(me, room, subject, deadline);
    }
    void sweep(std::uint32_t me, time_point until = now) {
        const auto deadline_of = [&](std::uint64_t subject) {
            expect(subject < subjects && hung[subject],
                   "a timer has the subject that it was given");
            return due[subject];
        };
        timers.sweep(me, until, deadline_of, [&](std::uint64_t subject) {
            expect(due[subject] <= until, "nothing is woken before it is due");
            woken[subject].fetch_add(1, std::memory_order_relaxed);
            return earmark::never;
        });
    }
    void check() {
        sweep(3, late);
        for (std::uint64_t s = 0; s < subjects; ++s)
            if (hung[s] && due[s] <= late)
                expect(woken[s].load() == 1, "each timer that is due wakes once");
        sweep(3, end);
        for (std::uint64_t s = 0; s < subjects; ++s)
            expect(woken[s].load() == (hung[s] ? 1 : 0), "each timer wakes once, none is lost");
        expect(timers.quiet(end), "a wheel that nobody sweeps is quiet");
        each_block_is_somewhere_once();
    }
    void each_block_is_somewhere_once() {
        std::set<std::uint32_t> seen;
        std::uint64_t count = 0;
        const auto add = [&](lifecycle::chunk c) {
            expect(seen.insert(c.at).second, "a block is in one hand");
            count += c.blocks;
            return true;
        };
        timers.each_block(add);
        chunks.each_free(add);
        expect(count + chunks.wasted() == chunks.carved(), "no block is lost");
    }
};

/// What hangs before anybody begins.
struct yard_setting {
    std::uint64_t soon = 0;
    time_point later = earmark::never;  // of one more
    bool swept = false;
};

/// A scenario of a yard, each body for one thread.
template <class Env>
auto in_a_yard(std::vector<std::function<void(std::unique_ptr<timer_yard<Env>>&)>> bodies,
               yard_setting from) {
    using world = std::unique_ptr<timer_yard<Env>>;
    const auto make = [from] {
        auto y = std::make_unique<timer_yard<Env>>(from.soon);
        if (from.later != earmark::never) y->push_as(0, timer_yard<Env>::subjects - 1, from.later);
        if (from.swept) y->sweep(3);
        return y;
    };
    return scenario{make, std::move(bodies), [](world& y) { y->check(); }};
}

/// One caller hangs up two timers, the other sweeps and hangs up two of its own.
template <class Env>
auto push_beside_sweep() {
    using world = std::unique_ptr<timer_yard<Env>>;
    return in_a_yard<Env>({[](world& y) { y->push(0), y->push(0); },
                           [](world& y) { y->sweep(1), y->push(1), y->push(1); }},
                          {.soon = 1});
}

}  // namespace earmark::explore
