// TOY COUNTERS with known faults: the canaries of the explorer. Each promises what `counter_spec`
// says, one keeps the promise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/explore/explore.hpp"

namespace earmark::explore::toys {

/// Correct: a refusal and a grant are decided by one word at one instant.
struct cas_counter {
    explicit cas_counter(int n) : free{n} {}
    bool take(int n) noexcept {
        int seen = free.load();
        do {
            if (seen < n) return false;
        } while (!free.compare_exchange_weak(seen, seen - n));
        return true;
    }
    void give(int n) noexcept { free.fetch_add(n); }
    env::atomic<int> free;
};

/// Wrong: what was checked is no longer so when it is acted on. Oversells.
struct check_then_act_counter : cas_counter {
    using cas_counter::cas_counter;
    bool take(int n) noexcept {
        if (free.load() < n) return false;
        free.fetch_sub(n);
        return true;
    }
};

/// Wrong: never oversells, but while a failed take has not rolled back others are turned away.
struct rollback_counter : cas_counter {
    using cas_counter::cas_counter;
    bool take(int n) noexcept {
        if (free.fetch_sub(n) >= n) return true;
        free.fetch_add(n);
        return false;
    }
};

/// Wrong: two gives at once count as one.
struct lost_update_counter : cas_counter {
    using cas_counter::cas_counter;
    void give(int n) noexcept { free.store(free.load() + n); }
};

/// Right results, but whoever stops inside stops all.
struct spin_lock_counter : cas_counter {
    using cas_counter::cas_counter;
    bool take(int n) noexcept {
        while (locked.exchange(true)) env::pause();
        const int seen = free.load();
        if (seen >= n) free.store(seen - n);
        locked.store(false);
        return seen >= n;
    }
    env::atomic<bool> locked{false};
};

/// n > 0 takes n, n < 0 gives -n.
struct counter_spec {
    using state = int;
    using op = int;
    using ret = bool;
    static bool apply(state& free, const op& n, const ret& granted) {
        const bool can = free >= n;
        if (granted) free -= n;
        return can == granted;
    }
    static std::vector<ret> outcomes(const state& free, const op& n) { return {free >= n}; }
    static std::string words(const op& n, const std::optional<ret>& granted) {
        const std::string what = n < 0 ? "give " + std::to_string(-n) : "take " + std::to_string(n);
        return what + (!granted ? " ..." : *granted ? " granted" : " refused");
    }
};

template <class Counter>
struct counter_world {
    explicit counter_world(int n) : counter{n}, log{n} { name(counter.free, "free"); }

    bool take(int n) {
        return log(n, [&] { return counter.take(n); });
    }
    void give(int n) {
        log(-n, [&] {
            counter.give(n);
            return true;
        });
    }

    Counter counter;
    recorder<counter_spec> log;
};

/// Each thread takes its demand from `free` units; the history must be linearizable and the counter
/// must never end below zero.
template <class Counter>
auto demands(int free, const std::vector<int>& units) {
    using world = counter_world<Counter>;
    const auto make = [free] { return world{free}; };
    std::vector<std::function<void(world&)>> bodies;
    for (const int n : units) bodies.push_back([n](world& w) { w.take(n); });
    return scenario{make, std::move(bodies), [](world& w) {
                        expect(w.counter.free.load() >= 0, "oversold");
                        w.log.check();
                    }};
}

}  // namespace earmark::explore::toys
