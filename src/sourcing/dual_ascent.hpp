// DUAL ASCENT: a bound below every way to open nodes and give each unit to one of them. Each unit
// bids for being served: its bid rises from its cheapest node's price to the next dearer one's, as
// long as the bids above a node's prices do not exceed what opening it takes. No set of open nodes
// costs less than the sum of the bids (linear programming duality; D. Erlenkotter, 1978).
//
// It only adds, subtracts and compares, so it holds for any objective that is one integer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace earmark::sourcing::detail {

template <class Value>
class dual_ascent {
public:
    /// Forgets everything; the nodes cost `openings`.
    void start(const std::vector<Value>& openings) {
        left_ = openings;
        units_ = 0;
        sum_ = Value{};
    }
    /// A unit that costs at most `most`: what it takes not to serve it.
    void begin_unit(const Value& most) {
        if (bids_.size() == units_) bids_.emplace_back();
        bids_[units_].prices.clear();
        bids_[units_].most = most;
        ++units_;
    }
    /// What the last unit costs from a node.
    void price(std::uint32_t node, const Value& value) {
        if (value < bids_[units_ - 1].most) bids_[units_ - 1].prices.push_back({value, node});
    }
    /// The bound. O(prices * (log prices + rounds)).
    Value run() {
        for (std::size_t u = 0; u < units_; ++u) {
            bid& b = bids_[u];
            std::stable_sort(b.prices.begin(), b.prices.end(),
                             [](const offer& x, const offer& y) { return x.value < y.value; });
            b.level = b.prices.empty() ? b.most : b.prices.front().value;
            sum_ = sum_ + b.level;
        }
        bool raised = true;
        while (raised) {
            raised = false;
            for (std::size_t u = 0; u < units_; ++u) raised |= raise(bids_[u]);
        }
        return sum_;
    }

private:
    struct offer {
        Value value;
        std::uint32_t node;
    };
    struct bid {
        std::vector<offer> prices;
        Value most{}, level{};
    };

    /// To the next price, or until a node that it pays for has no more room.
    bool raise(bid& b) {
        if (!(b.level < b.most)) return false;
        std::size_t reached = 0;
        while (reached < b.prices.size() && !(b.level < b.prices[reached].value)) ++reached;
        const Value next = reached < b.prices.size() ? b.prices[reached].value : b.most;
        Value step = next - b.level;
        for (std::size_t i = 0; i < reached; ++i) step = std::min(step, left_[b.prices[i].node]);
        if (!(Value{} < step)) return false;
        for (std::size_t i = 0; i < reached; ++i)
            left_[b.prices[i].node] = left_[b.prices[i].node] - step;
        b.level = b.level + step;
        sum_ = sum_ + step;
        return true;
    }

    std::vector<bid> bids_;
    std::size_t units_ = 0;
    std::vector<Value> left_;  // of each node's opening
    Value sum_{};
};

}  // namespace earmark::sourcing::detail
