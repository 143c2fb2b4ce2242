#include "earmark/lifecycle/wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "unit/allocations.hpp"

namespace earmark::lifecycle {
namespace {

constexpr std::int64_t period = std::int64_t{1} << timer_hint::period_bits;

std::uint64_t draw(std::uint64_t& x, std::uint64_t below) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    return x % below;
}

/// A wheel beside a map that says when each subject is due.
struct bench_clock {
    using due = std::pair<std::int64_t, std::uint64_t>;

    slab<> chunks;
    wheel<> timers;
    std::map<std::uint64_t, std::int64_t> deadlines;
    std::vector<due> woken;

    explicit bench_clock(std::size_t bytes = 1 << 22, std::uint32_t periods = 16)
        : chunks{bytes, 2, 10}, timers{chunks, 2, periods} {}

    [[nodiscard]] bool push(std::uint64_t subject, std::int64_t deadline, std::uint32_t slot = 0) {
        const auto room = timers.make(slot);
        if (room == wheel<>::nil) return false;
        deadlines[subject] = deadline;
        timers.push(slot, room, subject, {deadline});
        return true;
    }
    void sweep(std::int64_t now, std::uint32_t slot = 0) {
        woken.clear();
        timers.sweep(
            slot, {now},
            [&](std::uint64_t s) {
                const auto at = deadlines.find(s);
                return at == deadlines.end() ? never : time_point{at->second};
            },
            [&](std::uint64_t s) {
                const auto at = deadlines.find(s);  // gone: another timer of it has woken it
                if (at == deadlines.end()) return never;
                woken.emplace_back(at->second, s);
                deadlines.erase(at);
                return never;
            });
    }
    /// What a sweep must wake, in its order.
    [[nodiscard]] std::vector<due> due_by(std::int64_t now) const {
        std::vector<due> all;
        for (const auto& [subject, deadline] : deadlines)
            if (deadline <= now) all.emplace_back(deadline, subject);
        std::sort(all.begin(), all.end());
        return all;
    }
    void sweep_and_check(std::int64_t now, std::uint32_t slot = 0) {
        const auto expected = due_by(now);
        sweep(now, slot);
        REQUIRE(woken == expected);
        REQUIRE(timers.quiet({now}));
    }
};

}  // namespace

TEST_CASE("a sweep of a slot that never pushed wakes what it hangs up itself") {
    bench_clock c;
    REQUIRE(c.push(7, 2 * period + 5));
    c.deadlines[7] = 7 * period + 3;  // later by now: a deadline that grows has no timer of its own
    c.sweep_and_check(9 * period, 1);
    CHECK(c.deadlines.empty());
}

TEST_CASE("timers fill memory to its last block, go off, and fill it again") {
    for (int round = 0; round < 2; ++round) {
        bench_clock c{1 << 10, 64};
        for (int again = 0; again < 2; ++again) {
            std::uint64_t n = 0;
            while (c.push(n, period + static_cast<std::int64_t>(n))) ++n;
            CHECK(n >= 26);
            c.sweep_and_check(3 * period, static_cast<std::uint32_t>(round));
        }
    }
}

TEST_CASE("a wheel wakes what a sorted list would, through laps, jumps and changed deadlines") {
    bench_clock c;
    std::uint64_t x = 88'172'645'463'325'252, next = 0;
    std::int64_t now = 5 * period;
    for (int step = 0; step < 3'000; ++step) {
        for (std::uint64_t i = draw(x, 12); i > 0; --i) {
            const auto laps = draw(x, 8) == 0 ? 40 : 3;  // most are near
            const auto ahead =
                static_cast<std::int64_t>(draw(x, static_cast<std::uint64_t>(laps * period)));
            REQUIRE(c.push(next++, now + 1 + ahead, static_cast<std::uint32_t>(draw(x, 2))));
        }
        if (!c.deadlines.empty()) {  // longer: its timer finds out; sooner: a timer of its own
            auto at = c.deadlines.lower_bound(draw(x, next));
            if (at == c.deadlines.end()) at = c.deadlines.begin();
            const auto other = now + 1 + static_cast<std::int64_t>(draw(x, 20 * period));
            if (other < at->second)
                REQUIRE(c.push(at->first, other));
            else
                at->second = other;
        }
        const bool jumps = draw(x, 50) == 0;
        now += static_cast<std::int64_t>(draw(x, jumps ? 100 * period : period / 2));
        c.sweep_and_check(now, static_cast<std::uint32_t>(draw(x, 2)));
    }
    CHECK(c.chunks.carved() < 2'000);
}

TEST_CASE("a jump of some laps wakes all that is due, also what a hint takes for later") {
    for (const std::int64_t laps : {1, 2, 3, 4}) {
        bench_clock c;
        for (std::uint64_t i = 0; i < 200; ++i)
            REQUIRE(c.push(i, static_cast<std::int64_t>(i) * period / 100 + period));
        c.sweep_and_check(laps * 16 * period + period + 1);
        c.sweep_and_check(laps * 16 * period + 40 * period);
        CHECK(c.deadlines.empty());
    }
}

TEST_CASE("timers of one instant wake by number, and a thousand in order cost no sorting") {
    bench_clock c;
    for (std::uint64_t i = 0; i < 1'000; ++i) REQUIRE(c.push(997 * i % 1'000, period + 5));
    c.sweep_and_check(2 * period);
    for (std::uint64_t i = 0; i < 1'000; ++i)
        REQUIRE(c.push(i, 2 * period + static_cast<std::int64_t>(i)));
    c.sweep_and_check(3 * period);
}

TEST_CASE("a sweep within a period wakes what is due to the nanosecond, and is quiet after it") {
    bench_clock c;
    for (std::uint64_t i = 0; i < 500; ++i)
        REQUIRE(c.push(i, period + static_cast<std::int64_t>(i * 131 % 500)));  // one hint for all
    for (std::int64_t now = period - 1; now < period + 500; now += 7) c.sweep_and_check(now);
    c.sweep_and_check(period + 500);
    CHECK(c.deadlines.empty());
}

TEST_CASE("what cannot be woken yet is looked at again by the next sweep, whoever sweeps") {
    bench_clock c;
    for (std::uint64_t i = 0; i < 60; ++i) REQUIRE(c.push(i, period + 1, 1));
    const std::int64_t now = period + 10;
    int looks = 0;
    const auto due_at = [&](std::uint64_t) { return time_point{period + 1}; };
    const auto busy = [&](std::uint64_t) { return ++looks, time_point{now}; };
    c.timers.sweep(0, {now}, due_at, busy);
    CHECK(looks == 60);
    CHECK_FALSE(c.timers.quiet({now}));
    c.timers.sweep(1, {now + 1}, due_at, busy);
    CHECK(looks == 120);
    c.sweep_and_check(now + 3 * period);
    CHECK(c.deadlines.empty());
}

TEST_CASE("where memory is used up a push is refused beforehand, and what hangs still wakes") {
    bench_clock c{64 * 1024, 4'096};  // 256 blocks
    std::uint64_t count = 0;
    while (c.push(count, static_cast<std::int64_t>(count + 1) * period)) ++count;
    CHECK(count > 100);
    REQUIRE(c.timers.make(1) == wheel<>::nil);
    for (auto& [subject, deadline] : c.deadlines) deadline += 3 * period;  // no room to move to
    for (std::int64_t now = 0; now < static_cast<std::int64_t>(count + 8) * period;
         now += period / 2)
        c.sweep_and_check(now, 1);
    CHECK(c.deadlines.empty());
    REQUIRE(c.push(1, 1'000 * period));
}

TEST_CASE("a sweep that finds no memory wakes what is due as it comes, each once") {
    bench_clock c;
    for (std::uint64_t i = 0; i < 100; ++i)
        REQUIRE(c.push(i, 2 * period - 1 - 3 * std::int64_t(i)));
    const auto due_at = [&](std::uint64_t s) { return time_point{c.deadlines.at(s)}; };
    std::vector<int> woken(100);
    const auto wake = [&](std::uint64_t s) { return ++woken[s], never; };
    CHECK(allocations::fail_one(0, [&] { c.timers.sweep(0, {3 * period}, due_at, wake); }));
    CHECK(std::count(woken.begin(), woken.end(), 1) == 100);
    CHECK(c.timers.quiet({never.ns - 1}));
}

TEST_CASE("one slot pushes and another sweeps, for ever, in memory for what hangs at a time") {
    bench_clock c{1 << 22, 64};
    std::uint64_t next = 0;
    std::int64_t now = 0;
    for (int round = 0; round < 300; ++round) {
        for (int i = 0; i < 200; ++i, ++next)
            REQUIRE(
                c.push(next, now + 1 + static_cast<std::int64_t>(next * 7919 % 40) * period, 0));
        now += period;
        c.sweep_and_check(now, 1);
    }
    CHECK(c.chunks.carved() < 4 * 1'000);
    std::vector<bool> held(c.chunks.carved());
    std::uint64_t count = 0;
    const auto add = [&](chunk b) {
        for (std::uint32_t i = 0; i < b.blocks; ++i) {
            CHECK_FALSE(held[b.at + i]);
            held[b.at + i] = true;
        }
        count += b.blocks;
        return true;
    };
    c.timers.each_block(add);
    c.chunks.each_free(add);
    CHECK(count + c.chunks.wasted() == c.chunks.carved());
}

TEST_CASE("the auditor sees each timer that hangs, and a period no later than its deadline") {
    bench_clock c;
    for (std::uint64_t i = 0; i < 300; ++i)
        REQUIRE(c.push(i, period + static_cast<std::int64_t>(i) * period / 50,
                       static_cast<std::uint32_t>(i % 2)));
    c.sweep_and_check(2 * period + period / 3);  // leaves some where they hang
    std::map<std::uint64_t, std::int64_t> seen;
    CHECK(c.timers.each([&](std::uint64_t s, time_point wakes) {
        seen[s] = wakes.ns;
        return true;
    }));
    CHECK(seen.size() == c.deadlines.size());
    for (const auto& [subject, deadline] : c.deadlines) {
        REQUIRE(seen.count(subject) == 1);
        CHECK(seen[subject] <= deadline);
    }
}

}  // namespace earmark::lifecycle
