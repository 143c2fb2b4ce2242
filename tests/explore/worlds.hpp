// WORLDS for the small parts: caller slots, numbers, chunks and timers, each with what must be true
// of it whatever the interleaving and however weak the memory.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "earmark/lifecycle/ledger.hpp"
#include "earmark/lifecycle/numbers.hpp"
#include "earmark/lifecycle/slab.hpp"
#include "earmark/lifecycle/wheel.hpp"
#include "earmark/stock/slots.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

/// Callers that borrow slots. What a slot's borrower leaves there is plain data.
struct counter_hall {
    stock::slot_table<env> slots{2, 2};
    std::array<var<int>, 2> left{};
    std::array<env::atomic<int>, 2> inside{};
    env::atomic<int> closed{0};
    var<int> ledger{0};

    /// Borrows, works on what is in the slot, gives back.
    void visit() {
        const std::uint32_t at = slots.borrow();
        if (at == stock::nobody) return;
        expect(inside[at].exchange(1, std::memory_order_relaxed) == 0, "a slot has one borrower");
        left[at].set(left[at].get() + 1);
        inside[at].store(0, std::memory_order_relaxed);
        slots.give_back(at);
    }
    /// Works on the ledger unless the hall is closed.
    void work() {
        const std::uint32_t at = slots.borrow();
        if (at == stock::nobody) return;
        if (closed.load(std::memory_order_seq_cst) == 0) ledger.set(ledger.get() + 1);
        slots.give_back(at);
    }
    /// Closes the hall and works on the ledger if nobody else is in it.
    void work_alone() {
        const std::uint32_t at = slots.borrow();
        if (at == stock::nobody) return;
        closed.store(1, std::memory_order_seq_cst);
        if (slots.passed(slots.inside(at))) ledger.set(ledger.get() + 1);
        slots.give_back(at);
    }
    /// Closes the hall, lets go of the ledger once who was inside has left.
    void let_go() {
        closed.store(1, std::memory_order_seq_cst);
        const auto ticket = slots.inside();
        for (int look = 0; look < 3; ++look) {
            if (slots.passed(ticket)) return ledger.set(-1);
            env::pause();
        }
    }
};

/// Callers that end subjects and take their numbers again.
struct number_desk {
    static constexpr std::uint32_t count = 4;
    std::unique_ptr<lifecycle::numbers<env>> numbers =
        std::make_unique<lifecycle::numbers<env>>(count, 4);
    std::array<std::vector<std::uint32_t>, 4> held{{{0, 1}, {2}, {3}, {}}};

    void end(std::uint32_t me) {
        if (held[me].empty()) return;
        numbers->put_ended(me, held[me].back());
        held[me].pop_back();
    }
    void take(std::uint32_t me) {
        if (const auto n = numbers->take(me, 0)) held[me].push_back(*n);
    }
    void take_any(std::uint32_t me) {
        if (const auto n = numbers->take_any(me)) held[me].push_back(*n);
    }
    void check() {
        for (std::uint32_t me = 0; me < 4; ++me)
            for (std::uint32_t i = 0; i < count; ++i) take_any(me);
        std::vector<std::uint32_t> all;
        for (const auto& of : held) all.insert(all.end(), of.begin(), of.end());
        std::sort(all.begin(), all.end());
        expect(all == std::vector<std::uint32_t>{0, 1, 2, 3}, "each number is somewhere, once");
    }
};

/// Callers that take chunks, write them full and give them back.
struct chunk_yard {
    lifecycle::slab<env> chunks{1 << 10, 4, 2};  // segments of four blocks
    std::array<std::vector<lifecycle::chunk>, 4> held;

    void take(std::uint32_t me, std::uint32_t blocks) {
        const lifecycle::chunk c = chunks.take(me, blocks);
        if (!c.holds()) return;
        held[me].push_back(c);
        for (std::uint32_t i = 0; i < c.blocks; ++i)
            chunks.word(c.at + i, 0).store(mark(me, c.at + i), std::memory_order_relaxed);
    }
    void give_back(std::uint32_t me) {
        if (held[me].empty()) return;
        const lifecycle::chunk c = held[me].back();
        held[me].pop_back();
        is_mine(me, c);
        chunks.give_back(me, c);
    }
    void check() {
        for (std::uint32_t me = 0; me < held.size(); ++me)
            for (const lifecycle::chunk c : held[me]) is_mine(me, c);
    }
    void is_mine(std::uint32_t me, lifecycle::chunk c) {
        for (std::uint32_t i = 0; i < c.blocks; ++i)
            expect(chunks.word(c.at + i, 0).load(std::memory_order_relaxed) == mark(me, c.at + i),
                   "a chunk is in one hand");
    }
    static std::uint64_t mark(std::uint32_t me, std::uint32_t block) {
        return std::uint64_t{1'000} * (me + 1) + block;
    }
};

/// One order that grows and shrinks out of its chunk, and whoever copies it.
struct order_desk {
    lifecycle::ledger<env> ledger{2, 2, 1 << 12, 4, 4};
    std::uint32_t index = 0;

    order_desk() {
        index = ledger.conceive(3, subject_kind::order).index;
        expect(rewrite(3, 0, 1), "the order is born");
    }
    static lifecycle::image image_of(std::uint32_t version, std::uint16_t lines) {
        lifecycle::image of;
        of.birth = 1;
        of.made = {version};
        for (std::uint16_t l = 0; l < lines; ++l) {
            of.lines.push_back({sku_id{0}, static_cast<granules>(version), 0, 0, 0});
            of.buckets.push_back(
                {none<cell_id>, static_cast<granules>(version), l, unit_state::open, 0, 0});
        }
        return of;
    }
    bool rewrite(std::uint32_t me, std::uint32_t from, std::uint16_t lines) {
        const lifecycle::image next = image_of(from + 1, lines);
        lifecycle::rewrite r;
        r.index = index;
        r.version = from;
        r.next = &next;
        if (!ledger.prepare(me, r)) return false;
        if (!ledger.own(me, r)) return ledger.unprepare(me, r), false;
        ledger.write(r);
        ledger.publish(me, r);
        return true;
    }
    void read() {
        lifecycle::image seen;
        if (ledger.read(subject_kind::order, index, seen) != error_code::ok) return;
        expect(seen.made.ns == seen.version, "a copy is of the version that its header said");
        expect(seen.lines.size() == (seen.version == 2 ? 4 : 1), "a copy is of one version");
        for (const auto& l : seen.lines)
            expect(l.ordered == static_cast<granules>(seen.version), "a line is of the version");
        for (const auto& part : seen.buckets)
            expect(part.n == static_cast<granules>(seen.version), "a bucket is of the version");
    }
};

/// Sweepers, callers that hang timers up, and somebody who asks whether all that is due is done.
struct clock_tower {
    static constexpr time_point now{1'000'000'000}, past{500'000'000}, later{8'600'000'000};
    static constexpr std::uint64_t subjects = 4;
    lifecycle::slab<env> chunks{1 << 12, 4, 4};
    lifecycle::wheel<env> timers{chunks, 4, 4};
    std::array<env::atomic<int>, subjects> woken{};
    std::array<bool, subjects> hung{};
    std::array<time_point, subjects> due{};  // belongs to whoever has the subject's timer

    enum class hung_before { none, one, two };
    explicit clock_tower(hung_before what = hung_before::two) {
        if (what == hung_before::two) push(3, 0, past);
        if (what != hung_before::none) push(3, 1, now);
    }
    void push(std::uint32_t me, std::uint64_t subject, time_point deadline) {
        const auto t = timers.make(me);
        expect(t != lifecycle::wheel<env>::nil, "there is room for a timer");
        hung[subject] = true;
        due[subject] = deadline;
        timers.push(me, t, subject, deadline);
    }
    void sweep(std::uint32_t me, time_point until = now) {
        const auto deadline_of = [&](std::uint64_t subject) {
            expect(subject < subjects, "a timer has the subject that it was given");
            return due[subject];
        };
        timers.sweep(me, until, deadline_of, [&](std::uint64_t subject) {
            expect(due[subject] <= until, "nothing is woken before it is due");
            woken[subject].fetch_add(1, std::memory_order_relaxed);
            if (subject != 2 || until != now) return earmark::never;
            return due[subject] = later;  // that one has more time
        });
    }
    /// The first two were due before anybody began.
    void ask() {
        if (!timers.quiet(now)) return;
        for (std::uint64_t s = 0; s < 2; ++s)
            expect(woken[s].load(std::memory_order_relaxed) == 1, "quiet is when all due is done");
    }
    void check() {
        sweep(3);
        for (std::uint64_t s = 0; s < 3; ++s)
            if (hung[s]) expect(woken[s].load() >= 1, "a sweep wakes all that is due");
        expect(timers.quiet(now), "a wheel that nobody sweeps is quiet");
        sweep(3, {99'000'000'000});
        for (std::uint64_t s = 0; s < subjects; ++s)
            if (hung[s])
                expect(woken[s].load() == (s == 2 ? 2 : 1), "each timer wakes once, none is lost");
    }
};

}  // namespace earmark::explore
