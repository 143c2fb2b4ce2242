// LINEARIZABILITY: is there an order of the operations that respects real time (what returned
// before another was called comes first) and in which a sequential specification gives each
// operation the result that it had? The search is Wing and Gong's with Lowe's memory: it takes the
// first operation of some thread that nothing must precede, and never visits the same pair of
// (how far each thread is, state) twice. A thread's operations follow each other, so one number per
// thread says which are done.
//
// A specification is a struct:
//     struct cell_spec {
//         using state = int;  // copyable, ==, hash_of
//         using op = int;     // units wanted
//         using ret = bool;   // granted?
//         static bool apply(state& free, const op& n, const ret& granted);  // false: impossible
//         // only for pending operations: every result that they could have had
//         static std::vector<ret> outcomes(const state& free, const op& n);
//         // only for messages
//         static std::string words(const op& n, const std::optional<ret>& granted);
//     };
// apply may leave the state anyhow when it says false.
//
// Cost: on a correct history about one step per operation and thread; on a wrong one exponential in
// the operations that overlap. Memory: one (positions, state) per step.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "support/explore/hash.hpp"

namespace earmark::explore {

template <class S>
concept specification = std::copyable<typename S::state> &&
    std::equality_comparable<typename S::state> &&
    requires(typename S::state& s, const typename S::op& what, const typename S::ret& result) {
    { S::apply(s, what, result) } -> std::convertible_to<bool>;
};

inline constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

/// One operation of a history. Stamps come from one clock; equal stamps count as overlapping.
template <specification S>
struct operation {
    unsigned thread = 0;
    typename S::op what;
    std::optional<typename S::ret> result;  // none: never returned, may have happened or not
    std::uint64_t call = 0;
    std::uint64_t ret = never;
    bool at_the_end = false;  // after every other operation, under any rule
};

enum class real_time : std::uint8_t {
    kept,     // linearizability
    ignored,  // only each thread's own order: sequential consistency
};

struct verdict {
    bool explained = false;
    std::vector<std::size_t> order;  // of the history's operations, when explained
    std::uint64_t visited = 0;       // (positions, state) pairs
};

namespace detail {

template <specification S>
class judge {
public:
    judge(const typename S::state& initial, std::span<const operation<S>> history, real_time rule)
        : history_{history}, rule_{rule}, state_{initial} {
        std::map<unsigned, std::vector<std::size_t>> by_thread;
        for (std::size_t i = 0; i < history.size(); ++i) by_thread[history[i].thread].push_back(i);
        for (auto& [thread, operations] : by_thread) lanes_.push_back(sorted(operations));
        positions_.resize(lanes_.size(), 0);
        for (const operation<S>& o : history) count(o, 1);
    }

    verdict run() {
        verdict v;
        while (open_ > 0) {
            if (!step_forward() && !step_back()) break;
        }
        v.explained = open_ == 0;
        for (const choice& c : path_) v.order.push_back(c.index);
        if (!v.explained) v.order.clear();
        v.visited = seen_.size();
        return v;
    }

private:
    struct choice {
        std::size_t lane;
        std::size_t outcome;  // which of a pending operation's outcomes
        std::size_t index;
        typename S::state before;
    };
    struct position {
        std::vector<std::uint32_t> done;
        typename S::state state;
        friend bool operator==(const position&, const position&) = default;
    };
    struct position_hash {
        std::size_t operator()(const position& p) const {
            return static_cast<std::size_t>(digest{hash_of(p.done)}.add(hash_of(p.state)).value());
        }
    };

    std::vector<std::size_t> sorted(std::vector<std::size_t>& lane) const {
        std::stable_sort(lane.begin(), lane.end(), [this](std::size_t a, std::size_t b) {
            return history_[a].call < history_[b].call;
        });
        for (std::size_t i = 0; i < lane.size(); ++i) {
            const operation<S>& o = history_[lane[i]];
            const bool last = i + 1 == lane.size();
            if (o.ret < o.call || (!last && (!o.result || o.ret > history_[lane[i + 1]].call)))
                throw std::invalid_argument{"history: the operations of thread " +
                                            std::to_string(o.thread) + " overlap each other"};
        }
        return std::move(lane);
    }

    [[nodiscard]] const operation<S>* head(std::size_t lane) const {
        const std::size_t at = positions_[lane];
        return at == lanes_[lane].size() ? nullptr : &history_[lanes_[lane][at]];
    }

    // No operation that is called after this instant may come next.
    [[nodiscard]] std::uint64_t horizon() const {
        std::uint64_t earliest = never;
        if (rule_ == real_time::ignored) return earliest;
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
            const operation<S>* const o = head(lane);
            if (o != nullptr && o->result) earliest = std::min(earliest, o->ret);
        }
        return earliest;
    }

    bool step_forward() {
        const std::uint64_t latest_call = horizon();
        for (; lane_ < lanes_.size(); ++lane_, outcome_ = 0) {
            const operation<S>* const o = head(lane_);
            if (o == nullptr || o->call > latest_call) continue;
            if (o->at_the_end && open_ != last_) continue;
            if (o->result) {
                if (outcome_ == 0 && take(*o, *o->result)) return true;
            } else if (take_pending(*o)) {
                return true;
            }
        }
        return false;
    }

    bool take_pending(const operation<S>& o) {
        if constexpr (requires { S::outcomes(state_, o.what); }) {
            const auto outcomes = S::outcomes(state_, o.what);
            for (; outcome_ < outcomes.size(); ++outcome_)
                if (take(o, outcomes[outcome_])) return true;
        } else {
            throw std::invalid_argument{"history: pending operations need S::outcomes"};
        }
        return false;
    }

    bool take(const operation<S>& o, const typename S::ret& result) {
        typename S::state after = state_;
        if (!S::apply(after, o.what, result)) return false;
        ++positions_[lane_];
        if (!seen_.insert({positions_, after}).second) {
            --positions_[lane_];
            return false;
        }
        const std::size_t index = lanes_[lane_][positions_[lane_] - 1];
        path_.push_back({lane_, outcome_, index, std::exchange(state_, std::move(after))});
        count(o, -1);
        lane_ = outcome_ = 0;
        return true;
    }
    void count(const operation<S>& o, int by) noexcept {
        if (!o.result) return;
        open_ += by;
        if (o.at_the_end) last_ += by;
    }

    bool step_back() {
        if (path_.empty()) return false;
        choice& last = path_.back();
        state_ = std::move(last.before);
        --positions_[last.lane];
        count(history_[last.index], 1);
        lane_ = last.lane;
        outcome_ = last.outcome + 1;
        path_.pop_back();
        return true;
    }

    std::span<const operation<S>> history_;
    real_time rule_;
    typename S::state state_;
    std::vector<std::vector<std::size_t>> lanes_;  // each thread's operations, in order
    std::vector<std::uint32_t> positions_;         // how many of them are done
    std::ptrdiff_t open_ = 0;                      // returned operations that are not done
    std::ptrdiff_t last_ = 0;                      // those of them that are at the end
    std::vector<choice> path_;
    std::size_t lane_ = 0;  // where step_forward goes on to look
    std::size_t outcome_ = 0;
    std::unordered_set<position, position_hash> seen_;  // looked up, never iterated
};

}  // namespace detail

/// Whether some order explains the history. Throws std::invalid_argument where one thread's
/// operations overlap each other.
template <specification S>
[[nodiscard]] verdict linearize(const typename S::state& initial,
                                std::span<const operation<S>> history,
                                real_time rule = real_time::kept) {
    return detail::judge<S>{initial, history, rule}.run();
}

/// One line per operation, in order of their calls.
template <specification S>
[[nodiscard]] std::string to_string(std::vector<operation<S>> history) {
    std::stable_sort(history.begin(), history.end(),
                     [](const auto& a, const auto& b) { return a.call < b.call; });
    std::string all;
    for (const operation<S>& o : history) {
        all += "  thread " + std::to_string(o.thread) + "  ";
        if constexpr (requires { S::words(o.what, o.result); })
            all += S::words(o.what, o.result);
        else
            all += o.result ? "operation" : "pending operation";
        all += "  [" + std::to_string(o.call) + ", ";
        all += (o.ret == never ? "never" : std::to_string(o.ret)) + "]\n";
    }
    return all;
}

}  // namespace earmark::explore
