// How much threads met. A stress test whose operations hardly overlap shows nothing, so each
// asserts a least share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace earmark::stress {

inline constexpr double least_overlap = 0.05;

struct span_of_time {
    std::int64_t from, to;
};

inline std::int64_t tick() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// Operations that lay, in part, beside an operation of another thread, and all of them.
struct meetings {
    std::uint64_t met = 0, all = 0;
    [[nodiscard]] double share() const {
        return all == 0 ? 0 : static_cast<double>(met) / static_cast<double>(all);
    }
};

/// Each thread's spans stand in their order.
inline meetings meetings_of(const std::vector<std::vector<span_of_time>>& threads) {
    meetings m;
    for (std::size_t t = 0; t < threads.size(); ++t)
        for (const span_of_time& mine : threads[t]) {
            ++m.all;
            for (std::size_t o = 0; o < threads.size(); ++o) {
                if (o == t) continue;
                const auto other =
                    std::partition_point(threads[o].begin(), threads[o].end(),
                                         [&](const span_of_time& s) { return s.to < mine.from; });
                if (other == threads[o].end() || other->from > mine.to) continue;
                ++m.met;
                break;
            }
        }
    return m;
}

}  // namespace earmark::stress
