// ROTATION: when each node was last chosen by a decision, as positions of the journal. Kept only
// from the first policy on that ranks by it, so that nobody else pays.
//
// Who may call: choose() and turns(), any caller while the engine is not taken; start(), only while
// it is.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"

namespace earmark {

class rotation {
public:
    /// May throw std::bad_alloc, then unchanged.
    void start() {
        if (!last_) last_ = std::make_unique<std::atomic<std::uint64_t>[]>(most_nodes);
    }
    [[nodiscard]] bool is_kept() const noexcept { return last_ != nullptr; }

    /// By a decision at this position. Lock-free; the latest one holds, whoever comes first.
    void choose(node_id n, std::uint64_t position) noexcept {
        if (!last_) return;
        auto& last = last_[index_of(n)];
        std::uint64_t known = last.load(std::memory_order_relaxed);
        while (known < position &&
               !last.compare_exchange_weak(known, position, std::memory_order_relaxed)) {
        }
    }

    /// By node: 0 where it never was chosen, else as many as were, in the order of their last
    /// times, up to it. O(nodes log nodes).
    void turns(std::vector<std::int32_t>& into) const {
        std::vector<std::pair<std::uint64_t, std::size_t>> chosen;
        for (std::size_t k = 0; last_ && k < into.size(); ++k)
            if (const auto at = last_[k].load(std::memory_order_relaxed); at != 0)
                chosen.push_back({at, k});
        std::sort(chosen.begin(), chosen.end());
        std::fill(into.begin(), into.end(), 0);
        for (std::size_t i = 0; i < chosen.size(); ++i)
            into[chosen[i].second] = static_cast<std::int32_t>(i) + 1;
    }

private:
    static constexpr std::size_t most_nodes = 65'536;
    std::unique_ptr<std::atomic<std::uint64_t>[]> last_;  // by node
};

}  // namespace earmark
