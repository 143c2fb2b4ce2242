// A RECORDER sits in a scenario's world and keeps the history of one execution. Its check() asks
// whether the history is linearizable; histories that have the same operations, results and
// real-time order are judged once per exploration.
//
// Under options.weak_memory there is no one clock that all threads agree on, so check() asks for
// each thread's own order only, and that what the check itself does comes last.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <typeinfo>
#include <utility>
#include <vector>

#include "support/explore/failure.hpp"
#include "support/explore/linearize.hpp"
#include "support/explore/scheduler.hpp"

namespace earmark::explore {

template <specification S>
class recorder {
public:
    /// Requires an exploration that is going on: make it in the world.
    explicit recorder(typename S::state initial = {}) : initial_{std::move(initial)} {
        expect(scheduler::attached() != nullptr, "a recorder lives in a scenario's world");
    }

    /// Calls `call()` and keeps that `what` was asked and what came back.
    template <class Call>
    typename S::ret operator()(typename S::op what, Call&& call) {
        scheduler& s = *scheduler::attached();
        const unsigned me = s.thread();
        std::vector<line>& lane = lanes_[me];
        const std::size_t first_access = s.accesses(me);
        const std::size_t at = lane.size();
        lane.push_back({std::move(what), std::nullopt, first_access, 0, 0});
        typename S::ret result = std::forward<Call>(call)();
        line& mine = lane[at];
        mine.call = s.time_of(me, first_access);
        mine.ret = s.tick();
        mine.result = result;
        return result;
    }

    /// Calls `call()`, which returns pairs of an operation and its result: what one call did in
    /// several instants. Each lies within the call; their order among each other is open.
    template <class Call>
    void parts(Call&& call) {
        scheduler& s = *scheduler::attached();
        const unsigned me = s.thread();
        const std::size_t first_access = s.accesses(me);
        const auto done = std::forward<Call>(call)();
        const std::uint32_t begin = s.time_of(me, first_access);
        const std::uint32_t end = s.tick();
        std::size_t lane = me;
        for (const auto& [what, result] : done) {
            expect(lane < lanes_.size(), "a call has at most six parts");
            lanes_[lane].push_back({what, result, first_access, begin, end});
            lane += max_threads + 1;
        }
    }

    /// Throws check_failed unless some order explains what the operations returned.
    void check() {
        scheduler& s = *scheduler::attached();
        const real_time rule = s.weak() == nullptr ? real_time::kept : real_time::ignored;
        if (!s.judged_histories().insert(fingerprint(rule)).second) return;
        const std::vector<operation<S>> all = history();
        if (linearize<S>(initial_, all, rule).explained) return;
        fail((rule == real_time::kept ? "not linearizable:\n" : "not sequentially consistent:\n") +
             to_string<S>(all));
    }

    [[nodiscard]] std::vector<operation<S>> history() const {
        std::vector<operation<S>> all;
        for (unsigned t = 0; t < lanes_.size(); ++t) {
            for (const line& l : lanes_[t]) {
                const std::uint64_t ret = l.result ? l.ret : never;
                const bool checks = t % (max_threads + 1) == max_threads;  // when all have ended
                all.push_back({t, l.what, l.result, l.result ? l.call : 0, ret, checks});
            }
        }
        return all;
    }

private:
    struct line {
        typename S::op what;
        std::optional<typename S::ret> result;
        std::size_t first_access;
        std::uint32_t call;
        std::uint32_t ret;
    };
    struct stamp {
        std::uint32_t at;
        bool is_call;
        std::uint32_t* epoch;
    };

    // Only whether a return precedes a call matters, so stamps are reduced to epochs: a new epoch
    // begins with a call that follows a return.
    [[nodiscard]] std::uint64_t fingerprint(real_time rule) const {
        std::vector<std::uint32_t> epochs;
        if (rule == real_time::kept) epochs = reduce();
        digest d{typeid(S).hash_code()};
        d.add(hash_of(initial_));
        std::size_t next = 0;
        for (const std::vector<line>& lane : lanes_) {
            d.add(lane.size());
            for (const line& l : lane) {
                d.add(hash_of(l.what)).add(hash_of(l.result));
                if (rule == real_time::ignored) continue;
                d.add(epochs[next]).add(epochs[next + 1]);
                next += 2;
            }
        }
        return d.value();
    }

    [[nodiscard]] std::vector<std::uint32_t> reduce() const {
        std::size_t count = 0;
        for (const std::vector<line>& lane : lanes_) count += 2 * lane.size();
        std::vector<std::uint32_t> epochs(count, 0);
        std::vector<stamp> stamps;
        stamps.reserve(count);
        std::uint32_t* next = epochs.data();
        for (const std::vector<line>& lane : lanes_) {
            for (const line& l : lane) {
                stamps.push_back({l.call, true, next++});
                stamps.push_back({l.ret, false, next++});
            }
        }
        std::sort(stamps.begin(), stamps.end(),
                  [](const stamp& a, const stamp& b) { return a.at < b.at; });
        std::uint32_t epoch = 0;
        bool after_return = false;
        for (const stamp& s : stamps) {
            if (s.is_call && after_return) ++epoch;
            after_return = !s.is_call;
            *s.epoch = epoch;
        }
        return epochs;
    }

    typename S::state initial_;
    // By thread, the main context last; then the same for second parts, third parts, ...
    std::array<std::vector<line>, 6 * (max_threads + 1)> lanes_;
};

}  // namespace earmark::explore
