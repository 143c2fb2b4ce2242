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
        openings_ = openings;
        closed_.assign(openings.size(), 0);
        units_ = 0;
    }
    /// A unit that costs at most `most`: what it takes not to serve it.
    void begin_unit(const Value& most) {
        if (bids_.size() == units_) bids_.emplace_back();
        bid& b = bids_[units_++];
        b.prices.clear();
        b.dearer.clear();
        b.most = most;
    }
    /// What the last unit costs from a node.
    void price(std::uint32_t node, const Value& value) {
        bid& b = bids_[units_ - 1];
        if (!(value < b.most)) return;
        b.dearer.push_back({value, node});
        std::push_heap(b.dearer.begin(), b.dearer.end(), is_dearer);
    }

    // ---- what is decided of nodes; all may open at first ---------------------------------------
    /// It is open: its opening is paid for by somebody else.
    void open(std::uint32_t node) { openings_[node] = Value{}; }
    void close(std::uint32_t node) { closed_[node] = 1; }
    /// As before open() or close().
    void undecide(std::uint32_t node, const Value& opening) {
        openings_[node] = opening;
        closed_[node] = 0;
    }

    /// The bound, without what is open already. O(prices looked at * (log prices + rounds)).
    Value run() {
        left_ = openings_;
        sum_ = Value{};
        for (std::size_t u = 0; u < units_; ++u) begin(bids_[u]);
        bool raised = true;
        while (raised) {
            raised = false;
            for (std::size_t u = 0; u < units_; ++u) raised |= raise(bids_[u]);
        }
        return sum_;
    }
    /// After run(): what opening a node takes beyond the bids for it. So much above the bound is
    /// every plan that opens it.
    [[nodiscard]] const Value& left(std::uint32_t node) const noexcept { return left_[node]; }
    /// After run(): a unit's bid.
    [[nodiscard]] const Value& level(std::size_t unit) const noexcept { return bids_[unit].level; }

private:
    struct offer {
        Value value;
        std::uint32_t node;
    };
    struct bid {
        std::vector<offer> prices;  // ascending, as far as any run has asked
        std::vector<offer> dearer;  // the others: a heap, the cheapest first
        Value most{}, level{};
        std::size_t reached = 0;  // prices that are at most the level
        bool stands = false;      // a node that it pays for has no more room
    };
    static constexpr std::size_t stride = 8;
    static bool is_dearer(const offer& a, const offer& b) noexcept { return b.value < a.value; }

    void begin(bid& b) {
        std::size_t i = 0;
        const offer* o = offer_at(b, i);
        while (o != nullptr && closed_[o->node] != 0) o = offer_at(b, ++i);
        b.level = o == nullptr ? b.most : o->value;
        b.reached = 0;
        b.stands = false;
        sum_ = sum_ + b.level;
    }
    /// The i-th cheapest offer, or nothing.
    const offer* offer_at(bid& b, std::size_t i) {
        if (i == b.prices.size()) {
            if (b.dearer.empty()) return nullptr;
            std::pop_heap(b.dearer.begin(), b.dearer.end(), is_dearer);
            b.prices.push_back(b.dearer.back());
            b.dearer.pop_back();
        }
        return &b.prices[i];
    }
    /// To a next price, or until a node that it pays for has no more room. A bid that pays for many
    /// goes past some prices at once, so that the work is not their number squared.
    bool raise(bid& b) {
        if (b.stands || !(b.level < b.most)) return false;
        Value to = b.most;
        std::size_t past = b.reached / stride, i = 0;
        const offer* o = nullptr;
        for (; (o = offer_at(b, i)) != nullptr && o->value < to; ++i) {
            if (closed_[o->node] != 0) continue;
            const Value& from = std::max(b.level, o->value);
            to = std::min(to, from + left_[o->node]);
            if (b.level < o->value && past-- == 0) to = std::min(to, o->value);
        }
        b.stands = !(b.level < to);
        if (b.stands) return false;
        b.reached = 0;
        for (; b.reached < i; ++b.reached) {
            const offer& paid = b.prices[b.reached];
            if (closed_[paid.node] == 0 && paid.value < to)
                left_[paid.node] = left_[paid.node] - (to - std::max(b.level, paid.value));
        }
        sum_ = sum_ + (to - b.level);
        b.level = to;
        return true;
    }

    std::vector<bid> bids_;
    std::size_t units_ = 0;
    std::vector<Value> openings_, left_;
    std::vector<std::uint8_t> closed_;
    Value sum_{};
};

}  // namespace earmark::sourcing::detail
