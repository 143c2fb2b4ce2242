#include "earmark/lifecycle/ledger.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "earmark/lifecycle/wheel.hpp"

namespace earmark::lifecycle {
namespace {

image order_of(std::size_t lines, std::int64_t price) {
    image o;
    for (std::size_t i = 0; i < lines; ++i) {
        o.lines.push_back({sku_id{1}, 2, price, 0, 0});
        o.buckets.push_back(
            {none<cell_id>, 2, static_cast<std::uint16_t>(i), unit_state::open, 0, 0});
    }
    return o;
}
rewrite change_of(const ledger<>::newborn& at, const image& next) {
    rewrite r;
    r.index = at.index;
    r.version = at.version;
    r.next = &next;
    return r;
}
bool commit(ledger<>& l, rewrite r) {
    if (!l.prepare(0, r) || !l.own(0, r)) return false;
    l.write(r);
    l.publish(0, r);
    l.recycle(0, r);
    return true;
}

TEST_CASE("a subject is unknown until it is published, and has version 1 then") {
    ledger<> l{100, 100, 1 << 20, 2, 8};
    const auto child = l.conceive(0, subject_kind::order);
    image seen;
    CHECK(l.read(subject_kind::order, child.index, seen) == error_code::unknown_order);
    const image o = order_of(3, 100);
    CHECK(commit(l, change_of(child, o)));
    CHECK(l.read(subject_kind::order, child.index, seen) == error_code::ok);
    CHECK(seen.version == 1);
    CHECK(digest_of(seen, 0) != digest_of(o, 0));  // the version is part of it
    CHECK(seen.lines.size() == 3);
}

TEST_CASE("a commit on an old version is refused, and so is one on an owned subject") {
    ledger<> l{100, 100, 1 << 20, 2, 8};
    const auto child = l.conceive(0, subject_kind::order);
    const image o = order_of(1, 100);
    CHECK(commit(l, change_of(child, o)));
    rewrite stale = change_of(child, o);
    REQUIRE(l.prepare(0, stale));
    CHECK_FALSE(l.own(0, stale));

    rewrite first = change_of({child.index, 1}, o), second = first;
    REQUIRE(l.prepare(0, first));
    REQUIRE(l.prepare(1, second));
    CHECK(l.own(0, first));
    CHECK_FALSE(l.own(1, second));
    image seen;
    CHECK(l.read(subject_kind::order, child.index, seen) == error_code::order_busy);
    l.disown(first);
    CHECK(l.own(1, second));
}

TEST_CASE("an order that grows moves to a larger chunk and keeps its id") {
    ledger<> l{100, 100, 1 << 22, 2, 10};
    const auto child = l.conceive(0, subject_kind::order);
    const image small = order_of(1, 100), large = order_of(200, 7);
    CHECK(commit(l, change_of(child, small)));
    CHECK(commit(l, change_of({child.index, 1}, large)));
    CHECK(commit(l, change_of({child.index, 2}, small)));
    image seen;
    CHECK(l.read(subject_kind::order, child.index, seen) == error_code::ok);
    CHECK(seen.lines.size() == 1);
    CHECK(seen.version == 3);
}

TEST_CASE("lines that stand are kept, also where the buckets need a larger chunk") {
    ledger<> l{100, 100, 1 << 22, 2, 10};
    const auto child = l.conceive(0, subject_kind::order);
    image o = order_of(9, 100);
    CHECK(commit(l, change_of(child, o)));
    const image born = o;
    for (std::uint32_t version = 1; version <= 2; ++version) {
        const granules n =
            version == 1 ? 2 : 1;  // whole in its chunk, then split into a larger one
        for (std::uint16_t line = version == 1 ? 0 : 1; line < (version == 1 ? 1 : 9); ++line)
            REQUIRE(apply(o, {0, line, n, unit_state::open, unit_state::allocated, none<cell_id>,
                              cell_id{7}, 0}) == error_code::ok);
        rewrite r = change_of({child.index, version}, o);
        r.lines_stand = true;
        CHECK(commit(l, r));
        image seen;
        REQUIRE(l.read(subject_kind::order, child.index, seen) == error_code::ok);
        o.version = seen.version;
        CHECK(digest_of(seen, 1) == digest_of(o, 1));
        CHECK(seen.lines.size() == born.lines.size());
        CHECK(seen.lines.back().unit_price_minor == 100);
    }
    CHECK(words_of(o) > words_of(born));
}

TEST_CASE("capacities end in a refusal that changes nothing") {
    ledger<> l{2, 2, 64 * 1024, 1, 4};
    const auto a = l.conceive(0, subject_kind::order);
    const auto b = l.conceive(0, subject_kind::order);
    CHECK(a.exists());
    CHECK(b.exists());
    CHECK_FALSE(l.conceive(0, subject_kind::order).exists());
    l.abandon(0, subject_kind::order, b);
    CHECK(l.conceive(0, subject_kind::order).index == b.index);
    const image huge = order_of(1'000, 1);
    rewrite r = change_of(a, huge);
    CHECK_FALSE(l.prepare(0, r));
}

TEST_CASE("an ended reservation's entry is used again later, under another birth version") {
    ledger<> l{10, 100'000, 1 << 24, 1, 10};
    image held;
    held.kind = subject_kind::reservation;
    std::uint32_t first_index = 0;
    bool seen_again = false;
    for (int i = 0; i < 3'000 && !seen_again; ++i) {
        const auto child = l.conceive(0, subject_kind::reservation);
        if (i == 0) first_index = child.index;
        if (i > 0 && child.index == first_index) {
            seen_again = true;
            CHECK(child.version == 2);
            CHECK(i > 1'000);
        }
        rewrite birth = change_of(child, held);
        birth.kind = subject_kind::reservation;
        REQUIRE(commit(l, birth));
        rewrite end = change_of({child.index, child.version + 1}, held);
        end.kind = subject_kind::reservation;
        end.last = true;
        REQUIRE(commit(l, end));
    }
    CHECK(seen_again);
}

TEST_CASE("chunks and timers that one slot makes and another gives back are used again") {
    slab<> chunks{64 * 1024, 2, 4};  // a thousand blocks
    for (int i = 0; i < 20'000; ++i) {
        const chunk c = chunks.take(0, 3);
        REQUIRE(c.holds());
        chunks.give_back(1, c);
    }
    slab<> for_timers{64 * 1024, 2, 4};
    wheel<> timers{for_timers, 2, 64};
    for (int i = 0; i < 100'000; ++i) {
        const auto t = timers.make(0);
        REQUIRE(t != wheel<>::nil);
        timers.drop(1, t);
    }
}

TEST_CASE("readers beside a writer see whole images of one version") {
    ledger<> l{10, 10, 1 << 24, 3, 10};
    const auto child = l.conceive(0, subject_kind::order);
    image o = order_of(4, 1);
    REQUIRE(commit(l, change_of(child, o)));
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0}, reads{0};
    std::thread reader{[&] {
        image seen;
        while (!stop.load()) {
            if (l.read(subject_kind::order, child.index, seen) != error_code::ok) continue;
            ++reads;
            for (const line& x : seen.lines)
                if (x.unit_price_minor != static_cast<std::int64_t>(seen.version) ||
                    seen.lines.size() != 4 + seen.version % 9)
                    if (seen.version > 1) ++torn;
        }
    }};
    for (std::uint32_t v = 1; v < 20'000; ++v) {
        o = order_of(4 + (v + 1) % 9, v + 1);
        REQUIRE(commit(l, change_of({child.index, v}, o)));
    }
    while (reads.load() == 0) std::this_thread::yield();
    stop.store(true);
    reader.join();
    CHECK(torn.load() == 0);
    CHECK(reads.load() > 0);
}

TEST_CASE("the wheel wakes a timer at its period, keeps the others, and is quiet in between") {
    slab<> chunks{1 << 20, 1, 8};
    wheel<> w{chunks, 1, 16};
    std::vector<std::uint64_t> woken;
    std::vector<std::int64_t> deadline{seconds(5).ns, seconds(1).ns, seconds(60).ns};
    for (std::uint64_t i = 0; i < 3; ++i) w.push(0, w.make(0), i, {deadline[i]});
    const auto at = [&](std::int64_t ns) {
        w.sweep(
            0, {ns}, [&](std::uint64_t i) { return time_point{deadline[i]}; },
            [&](std::uint64_t i) { return woken.push_back(i), never; });
    };
    CHECK(w.quiet({0}));
    at(seconds(1).ns - 1);
    CHECK(woken.empty());
    CHECK_FALSE(w.quiet(time_point{seconds(1).ns}));
    at(seconds(1).ns);
    CHECK(woken == std::vector<std::uint64_t>{1});
    CHECK(w.quiet(time_point{seconds(1).ns}));
    at(seconds(59).ns);
    CHECK(woken == std::vector<std::uint64_t>{1, 0});
    at(seconds(3'600).ns);
    CHECK(woken == std::vector<std::uint64_t>{1, 0, 2});
    CHECK(w.quiet(never + duration{-1}));
}

TEST_CASE("a timer far beyond the ring's span goes round and still wakes exactly once") {
    slab<> chunks{1 << 20, 1, 8};
    wheel<> w{chunks, 1, 4};
    int woken = 0;
    const std::int64_t deadline = seconds(1'000).ns + 17;
    w.push(0, w.make(0), 1, {deadline});
    for (std::int64_t now = 0; now < seconds(1'010).ns; now += seconds(1).ns / 3)
        w.sweep(
            0, {now}, [&](std::uint64_t) { return time_point{deadline}; },
            [&](std::uint64_t) { return ++woken, never; });
    CHECK(woken == 1);
}

TEST_CASE("what is due is woken by deadline and then by number, however it came to hang") {
    slab<> chunks{1 << 20, 1, 8};
    for (const std::int64_t span : {1, 40}) {  // within the ring, and far beyond it
        wheel<> w{chunks, 1, 16};
        std::vector<std::int64_t> deadline;
        std::uint64_t x = 7;
        for (std::uint64_t i = 0; i < 200; ++i) {
            x = x * 6364136223846793005ULL + 1442695040888963407ULL;
            deadline.push_back(static_cast<std::int64_t>(x >> 33) % 20 * seconds(span).ns / 10 + 1);
            w.push(0, w.make(0), i, {deadline[i]});
        }
        std::vector<std::pair<std::int64_t, std::uint64_t>> woken;
        for (const std::int64_t now : {seconds(span).ns, seconds(3 * span).ns})
            w.sweep(
                0, {now}, [&](std::uint64_t i) { return time_point{deadline[i]}; },
                [&](std::uint64_t i) { return woken.emplace_back(deadline[i], i), never; });
        CHECK(woken.size() == 200);
        CHECK(std::is_sorted(woken.begin(), woken.end()));
    }
}

}  // namespace
}  // namespace earmark::lifecycle
