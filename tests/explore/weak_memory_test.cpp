// The weak-memory model on the classic litmus tests: what C++ forbids is not seen, what it allows
// (and the model claims to cover) is seen.
#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <string>

#include "explore/toys.hpp"
#include "support/explore/explore.hpp"

using namespace earmark::explore;
using namespace earmark::explore::toys;

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

constexpr options weak{.preemptions = unbounded, .weak_memory = true, .stale_reads = unbounded};

// Two locations and what the threads saw.
struct litmus {
    env::atomic<int> x{0};
    env::atomic<int> y{0};
    std::string a = "-";
    std::string b = "-";
};

using body = std::function<void(litmus&)>;

std::set<std::string> outcomes(const std::vector<body>& bodies, const options& how = weak) {
    std::set<std::string> seen;
    const result r = run(
        how, [] { return litmus{}; }, bodies, [&seen](litmus& w) { seen.insert(w.a + "," + w.b); });
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
    return seen;
}

std::string read(const env::atomic<int>& at, std::memory_order order) {
    return std::to_string(at.load(order));
}

}  // namespace

TEST_CASE("weak memory: store buffering is seen with release and acquire, not with seq_cst") {
    const auto buffer = [](std::memory_order store, std::memory_order load) {
        return outcomes({[=](litmus& w) {
                             w.x.store(1, store);
                             w.a = read(w.y, load);
                         },
                         [=](litmus& w) {
                             w.y.store(1, store);
                             w.b = read(w.x, load);
                         }});
    };
    CHECK(buffer(release, acquire) == std::set<std::string>{"0,0", "0,1", "1,0", "1,1"});
    CHECK(buffer(seq_cst, seq_cst) == std::set<std::string>{"0,1", "1,0", "1,1"});
    CHECK(buffer(seq_cst, acquire).count("0,0") == 1);
    CHECK(buffer(release, seq_cst).count("0,0") == 1);
}

TEST_CASE("weak memory: a published value is complete only with release and acquire") {
    const auto publish = [](std::memory_order store, std::memory_order load) {
        return outcomes({[=](litmus& w) {
                             w.x.store(1, relaxed);
                             w.y.store(1, store);
                         },
                         [=](litmus& w) {
                             w.a = read(w.y, load);
                             w.b = read(w.x, relaxed);
                         }});
    };
    CHECK(publish(release, acquire) == std::set<std::string>{"0,0", "0,1", "1,1"});
    CHECK(publish(relaxed, acquire).count("1,0") == 1);
    CHECK(publish(release, relaxed).count("1,0") == 1);
    CHECK(publish(seq_cst, seq_cst).count("1,0") == 0);
}

TEST_CASE("weak memory: a read-modify-write passes a release on, a plain store does not") {
    const auto chain = [](bool as_update) {
        return outcomes({[](litmus& w) {
                             w.x.store(1, relaxed);
                             w.y.store(1, release);
                         },
                         [=](litmus& w) {
                             if (as_update)
                                 w.y.fetch_add(1, relaxed);
                             else
                                 w.y.store(2, relaxed);
                         },
                         [](litmus& w) {
                             w.a = read(w.y, acquire);
                             w.b = read(w.x, relaxed);
                         }});
    };
    CHECK(chain(true).count("2,0") == 0);
    CHECK(chain(false).count("2,0") == 1);
}

TEST_CASE("weak memory: one location is coherent: no thread reads backwards") {
    const auto seen = outcomes({[](litmus& w) {
                                    w.x.store(1, relaxed);
                                    w.x.store(2, relaxed);
                                },
                                [](litmus& w) {
                                    w.a = read(w.x, relaxed);
                                    w.b = read(w.x, relaxed);
                                }});
    CHECK(seen == std::set<std::string>{"0,0", "0,1", "0,2", "1,1", "1,2", "2,2"});
}

TEST_CASE("weak memory: two readers may disagree about independent writes, unless all is seq_cst") {
    const auto disagree = [](std::memory_order store, std::memory_order load) {
        const options bounded{.preemptions = 2, .weak_memory = true};
        const auto seen = outcomes(
            {[=](litmus& w) { w.x.store(1, store); }, [=](litmus& w) { w.y.store(1, store); },
             [=](litmus& w) {
                 w.a = read(w.x, load);
                 w.a += read(w.y, load);
             },
             [=](litmus& w) {
                 w.b = read(w.y, load);
                 w.b += read(w.x, load);
             }},
            bounded);
        return seen.count("10,10") == 1;
    };
    CHECK(disagree(release, acquire));
    CHECK_FALSE(disagree(seq_cst, seq_cst));
}

TEST_CASE("weak memory: causality is transitive through a third thread") {
    const auto relay = [](std::memory_order store, std::memory_order load) {
        return outcomes({[=](litmus& w) { w.x.store(1, store); },
                         [=](litmus& w) {
                             if (w.x.load(load) == 1) w.y.store(1, store);
                         },
                         [=](litmus& w) {
                             w.a = read(w.y, load);
                             w.b = read(w.x, relaxed);
                         }});
    };
    CHECK(relay(release, acquire).count("1,0") == 0);
    CHECK(relay(relaxed, relaxed).count("1,0") == 1);
}

TEST_CASE("weak memory: load buffering is never seen (a stated limit)") {
    const auto seen = outcomes({[](litmus& w) {
                                    w.a = read(w.x, relaxed);
                                    w.y.store(1, relaxed);
                                },
                                [](litmus& w) {
                                    w.b = read(w.y, relaxed);
                                    w.x.store(1, relaxed);
                                }});
    CHECK(seen.count("1,1") == 0);
}

TEST_CASE("weak memory: a read-modify-write reads the newest value, a failed exchange may not") {
    const auto add = [](litmus& w) { w.x.fetch_add(1, relaxed); };
    const result sum = run(
        weak, [] { return litmus{}; }, {add, add, add},
        [](litmus& w) { expect(w.x.load() == 3, "an addition was lost"); });
    CHECK_MESSAGE(sum.passed(), sum.report());

    const auto seen = outcomes({[](litmus& w) {
                                    w.x.store(1, relaxed);
                                    w.y.store(1, relaxed);
                                },
                                [](litmus& w) {
                                    w.a = read(w.y, relaxed);
                                    int expected = 7;
                                    w.x.compare_exchange_strong(expected, 8, acq_rel, relaxed);
                                    w.b = std::to_string(expected);
                                }});
    CHECK(seen == std::set<std::string>{"0,0", "0,1", "1,0", "1,1"});
    const auto taken = outcomes({[](litmus& w) {
                                     w.x.store(1, relaxed);
                                     w.y.store(1, relaxed);
                                 },
                                 [](litmus& w) {
                                     w.a = read(w.y, relaxed);
                                     int expected = 1;
                                     const bool done = w.x.compare_exchange_strong(expected, 8);
                                     w.b = done ? "done" : std::to_string(expected);
                                 }});
    CHECK(taken == std::set<std::string>{"0,0", "0,done", "1,done", "1,0"});
}

TEST_CASE("weak memory: an exchange never succeeds on a value that is not the newest") {
    const auto store = [](litmus& w) {
        w.x.store(1, relaxed);
        w.x.store(2, relaxed);
    };
    const auto swap = [](litmus& w) {
        int expected = 1;
        w.x.compare_exchange_strong(expected, 8, acq_rel, relaxed);
    };
    const result r = run(
        weak, [] { return litmus{}; }, {store, swap},
        [](litmus& w) { expect(w.x.load() == 2, "2 was overwritten"); });
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
}

// Without preemptions: the reader first, or after the writer, when each read has two answers.
TEST_CASE("weak memory: stale reads are as many as the budget allows") {
    const auto count = [](unsigned budget) {
        options how = weak;
        how.preemptions = 0;
        how.stale_reads = budget;
        const auto write = [](litmus& w) {
            w.x.store(1, relaxed);
            w.y.store(1, relaxed);
        };
        const auto read_both = [](litmus& w) {
            w.x.load(relaxed);
            w.y.load(relaxed);
        };
        return run(
                   how, [] { return litmus{}; }, {write, read_both}, [](litmus&) {})
            .executions;
    };
    CHECK(count(0) == 1 + 1);
    CHECK(count(1) == 1 + 3);
    CHECK(count(2) == 1 + 4);
}

TEST_CASE("weak memory: bounds on stale reads bound what is seen") {
    const std::vector<body> bodies = {[](litmus& w) {
                                          for (int i = 1; i <= 4; ++i) w.x.store(i, relaxed);
                                          w.y.store(1, release);
                                      },
                                      [](litmus& w) {
                                          w.a = read(w.y, relaxed);
                                          w.b = read(w.x, relaxed);
                                      }};
    options how = weak;
    how.staleness = 1;
    CHECK(outcomes(bodies, how).count("1,3") == 1);
    CHECK(outcomes(bodies, how).count("1,2") == 0);
    how.stale_reads = 0;
    CHECK(outcomes(bodies, how).count("1,3") == 0);
}

TEST_CASE("weak memory: plain data behind a flag races unless the flag releases and acquires") {
    struct world {
        env::atomic<bool> ready{false};
        var<int> payload{0};
    };
    const auto publish = [](std::memory_order store, std::memory_order load) {
        const auto writer = [=](world& w) {
            w.payload.set(42);
            w.ready.store(true, store);
        };
        const auto reader = [=](world& w) {
            if (w.ready.load(load)) expect(w.payload.get() == 42, "an unfinished payload was seen");
        };
        return run(
            weak, [] { return world{}; }, {writer, reader}, [](world&) {});
    };
    const result right = publish(release, acquire);
    CHECK_MESSAGE(right.passed(), right.report());
    CHECK(right.complete);
    for (const auto& wrong : {publish(relaxed, acquire), publish(release, relaxed)}) {
        REQUIRE_FALSE(wrong.passed());
        CHECK(wrong.failure->sentence.find("data race: a read and a write") == 0);
    }
}

TEST_CASE("weak memory: a read-modify-write that acquires receives, one that does not races") {
    struct world {
        env::atomic<int> turn{0};
        var<int> payload{0};
    };
    const auto hand_over = [](std::memory_order order) {
        const auto owner = [](world& w) {
            w.payload.set(42);
            w.turn.fetch_add(1, release);
        };
        const auto next = [=](world& w) {
            if (w.turn.fetch_add(1, order) == 1) w.payload.set(43);
        };
        return run(
            weak, [] { return world{}; }, {owner, next}, [](world&) {});
    };
    CHECK(hand_over(acquire).passed());
    CHECK(hand_over(acq_rel).passed());
    const result wrong = hand_over(release);
    REQUIRE_FALSE(wrong.passed());
    CHECK(wrong.failure->sentence.find("data race: two writes") == 0);
}

TEST_CASE("weak memory: data written after a release is not published by it") {
    struct world {
        env::atomic<bool> ready{false};
        var<int> payload{0};
    };
    const auto writer = [](world& w) {
        w.ready.store(true, release);
        w.payload.set(42);
    };
    const auto reader = [](world& w) {
        if (w.ready.load(acquire)) (void)w.payload.get();
    };
    CHECK_FALSE(run(
                    weak, [] { return world{}; }, {writer, reader}, [](world&) {})
                    .passed());
}

TEST_CASE("weak memory: the planted faults are found, and the correct counter passes") {
    const auto right =
        demands<cas_counter>(2, {2, 1, 1}).run({.preemptions = 2, .weak_memory = true});
    CHECK_MESSAGE(right.passed(), right.report());
    CHECK(right.complete);
    MESSAGE(right.report());
    const result wrong = demands<check_then_act_counter>(2, {2, 1}).run({.weak_memory = true});
    REQUIRE_FALSE(wrong.passed());
    CHECK(
        demands<check_then_act_counter>(2, {2, 1}).replay(wrong.failure->seed).failure->sentence ==
        wrong.failure->sentence);
}

TEST_CASE("weak memory: an atomic that is built where another one stood starts afresh") {
    struct world {
        alignas(env::atomic<int>) std::byte room[sizeof(env::atomic<int>)];
    };
    const auto body = [](world& w) {
        auto* const first = new (w.room) env::atomic<int>{1};
        first->store(2, relaxed);
        auto* const second = new (w.room) env::atomic<int>{10};
        expect(second->load(relaxed) == 10, "a value of another object's life was read");
    };
    CHECK(run(
              weak, [] { return world{}; }, {body}, [](world&) {})
              .passed());
}
