// MANY LINES: which nodes to open, where an order has more lines than the open-node programme can
// hold. Once the open nodes are known, each line goes to the best of them, so the search is over
// sets of nodes: a greedy start (add, then drop), then branch and bound.
//
// The bound of a branch is a dual ascent over the nodes that are open and those that may still open
// (dual_ascent.hpp). It also closes nodes: what opening one takes beyond the bids for it comes on
// top of the bound, and where that is more than the best plan known, no better plan opens it.
// Nothing is closed or cut off that might be as good: the tie-break decides there.
//
// With at most exact_nodes candidates after dominance the search always ends, and the plan is
// exact. With more it stops after a fixed number of bounds (never after a time) and says heuristic
// unless it was through.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "board.hpp"
#include "dual_ascent.hpp"
#include "earmark/sourcing/solve.hpp"
#include "key_gap.hpp"
#include "keys.hpp"
#include "layout.hpp"
#include "open_node.hpp"

namespace earmark::sourcing::detail {

/// Branches looked at where more than exact_nodes candidates are left: a bound takes longer where
/// there are more lines.
constexpr std::size_t search_steps(std::size_t lines) noexcept {
    return std::clamp<std::size_t>(60'000 / (lines + 1), 256, 4'096);
}

template <class Key>
class many_line_search {
public:
    /// Solves the board's slots; l = with_unserved(b). Requires l.bits <= key_bits<Key>.
    quality run(const board& b, const layout& l, assignment& found) {
        read(b, l);
        search(search_steps(lines_));
        quality proof = through_ ? quality::exact : quality::heuristic;
        const Key least = least_;
        if (!fits_together()) {  // two lines were promised the same units: settle that, then again
            settle_contests();
            search(search_steps(lines_));
            proof = quality::heuristic;
        }
        found.assign(best_.who.begin(), best_.who.end());
        gap_ = proof == quality::exact ? plan_gap{} : gap_between(l, b, best_.total, least);
        return proof;
    }
    /// After run(): how far its plan may be from the best.
    [[nodiscard]] const plan_gap& gap() const noexcept { return gap_; }

    /// The same in at most `steps`; false, and `found` is untouched, where that was not enough to
    /// prove a plan.
    bool run_within(std::size_t steps, const board& b, const layout& l, assignment& found) {
        read(b, l);
        search(steps);
        if (!through_ || !fits_together()) return false;
        found.assign(best_.who.begin(), best_.who.end());
        return true;
    }

private:
    /// A set of open nodes: per slot the best key among them and who gives it.
    struct opened_set {
        std::vector<Key> key;
        std::vector<std::uint32_t> who;
        Key openings{};
        Key total{};
    };

    void read(const board& b, const layout& l);
    void prune();
    [[nodiscard]] bool dominates(std::uint32_t a, std::uint32_t b) const noexcept;
    void search(std::size_t steps);
    void start_empty(opened_set& set) const;
    bool open(opened_set& set, std::uint32_t c) const;
    void sum(opened_set& set) const;
    [[nodiscard]] bool is_better(const opened_set& a, const opened_set& b) const;
    void greedy();
    bool add_one();
    bool drop_one();
    void rebuild(opened_set& set, const std::vector<std::uint32_t>& nodes) const;
    void ask_for_bids();
    void narrow();
    void walk(std::size_t steps);
    void branch(std::size_t depth, Key least);
    bool opens(std::size_t depth, std::uint32_t c);
    void close_hopeless(const Key& bound);
    void close(std::uint32_t c);
    [[nodiscard]] std::uint32_t most_wanted() const;
    [[nodiscard]] bool fits_together() const;
    void settle_contests();

    [[nodiscard]] const Key& part(std::uint32_t c, std::size_t s) const noexcept {
        return parts_[c * lines_ + s];
    }
    [[nodiscard]] std::uint16_t sequence(std::uint32_t c) const noexcept {
        return c == no_candidate ? std::uint16_t{0xFFFF} : board_->candidates()[c].sequence;
    }

    const board* board_ = nullptr;
    std::size_t lines_ = 0;
    std::size_t limit_ = 0;  // parcels
    Key unserved_{};
    std::vector<Key> openings_, parts_;
    std::vector<std::uint32_t> offered_;  // nodes that may be in a best plan, by sequence
    std::vector<std::uint32_t> greedy_, trial_nodes_;
    opened_set best_, trial_;
    plan_gap gap_;

    // ---- the tree ----
    dual_ascent<Key> ascent_;
    std::size_t steps_ = 0;
    std::size_t most_steps_ = 0;
    bool through_ = true;
    Key least_{};                        // no plan has a smaller key
    Key least_unseen_{};                 // of the branches that were not looked at
    std::vector<opened_set> stack_;      // by the number of open nodes
    std::vector<std::uint8_t> decided_;  // by node
    std::vector<std::uint32_t> closed_;  // in the order of closing
};

template <class Key>
void many_line_search<Key>::read(const board& b, const layout& l) {
    board_ = &b;
    lines_ = b.slots().size();
    const auto limit = static_cast<std::size_t>(b.terms().max_parcels);
    limit_ = limit == 0 ? lines_ : std::min(limit, lines_);
    unserved_ = lifted<Key>(1, l.unserved.at);
    openings_.clear();
    parts_.clear();
    for (std::size_t c = 0; c < b.candidates().size(); ++c) {
        const candidate& node = b.candidates()[c];
        openings_.push_back(opening_key<Key>(l, b.terms(), node));
        const Key base = node_key<Key>(l, node, b.limits());
        for (std::size_t s = 0; s < lines_; ++s) {
            const std::int64_t cost = b.cost(c, s);
            parts_.push_back(cost < 0 ? unreachable<Key>() : part_key<Key>(l, b, c, s, base));
        }
    }
    if (stack_.size() < limit_ + 1) stack_.resize(limit_ + 1);
}

/// As in the open-node programme; where a part costs the same at both, the sequence decides.
template <class Key>
bool many_line_search<Key>::dominates(std::uint32_t a, std::uint32_t b) const noexcept {
    if (board_->candidates()[a].contested || openings_[b] < openings_[a]) return false;
    const bool earlier = sequence(a) < sequence(b);
    for (std::size_t s = 0; s < lines_; ++s) {
        const Key& theirs = part(b, s);
        if (!(theirs < unreachable<Key>())) continue;
        if (theirs < part(a, s) || (!earlier && theirs == part(a, s))) return false;
    }
    return true;
}

/// Keeps of those offered what no other one dominates.
template <class Key>
void many_line_search<Key>::prune() {
    const std::vector<std::uint32_t> all = std::move(offered_);
    offered_.clear();
    for (const std::uint32_t c : all) {
        const auto beats = [&](std::uint32_t other) { return dominates(other, c); };
        if (std::any_of(offered_.begin(), offered_.end(), beats)) continue;
        const auto beaten = [&](std::uint32_t other) { return dominates(c, other); };
        offered_.erase(std::remove_if(offered_.begin(), offered_.end(), beaten), offered_.end());
        offered_.push_back(c);
    }
}

template <class Key>
void many_line_search<Key>::start_empty(opened_set& set) const {
    set.key.assign(lines_, unserved_);
    set.who.assign(lines_, no_candidate);
    set.openings = Key{};
    sum(set);
}

template <class Key>
void many_line_search<Key>::sum(opened_set& set) const {
    set.total = set.openings;
    for (const Key& key : set.key) set.total = set.total + key;
}

/// Opens a node; false where no line would leave from it.
template <class Key>
bool many_line_search<Key>::open(opened_set& set, std::uint32_t c) const {
    bool used = false;
    for (std::size_t s = 0; s < lines_; ++s) {
        const Key& key = part(c, s);
        const bool earlier = key == set.key[s] && sequence(c) < sequence(set.who[s]);
        if (!(key < set.key[s]) && !earlier) continue;
        set.key[s] = key;
        set.who[s] = c;
        used = true;
    }
    set.openings = set.openings + openings_[c];
    sum(set);
    return used;
}

template <class Key>
bool many_line_search<Key>::is_better(const opened_set& a, const opened_set& b) const {
    if (!(a.total == b.total)) return a.total < b.total;
    for (std::size_t s = 0; s < lines_; ++s)
        if (a.who[s] != b.who[s]) return sequence(a.who[s]) < sequence(b.who[s]);
    return false;
}

template <class Key>
void many_line_search<Key>::rebuild(opened_set& set,
                                    const std::vector<std::uint32_t>& nodes) const {
    start_empty(set);
    for (const std::uint32_t c : nodes) open(set, c);
}

template <class Key>
void many_line_search<Key>::greedy() {
    greedy_.clear();
    start_empty(best_);
    while (add_one() || drop_one()) {
    }
}

/// Opens the node that helps most, if any does.
template <class Key>
bool many_line_search<Key>::add_one() {
    if (greedy_.size() >= limit_) return false;
    Key least = best_.total;
    std::uint32_t chosen = no_candidate;
    for (const std::uint32_t c : offered_) {
        Key total = best_.openings + openings_[c];
        for (std::size_t s = 0; s < lines_; ++s) total = total + std::min(best_.key[s], part(c, s));
        if (!(total < least)) continue;
        least = total;
        chosen = c;
    }
    if (chosen == no_candidate) return false;
    greedy_.push_back(chosen);
    open(best_, chosen);
    return true;
}

/// Closes the node whose closing helps most, if any does.
template <class Key>
bool many_line_search<Key>::drop_one() {
    Key least = best_.total;
    std::size_t chosen = greedy_.size();
    for (std::size_t i = 0; i < greedy_.size(); ++i) {
        trial_nodes_ = greedy_;
        trial_nodes_.erase(trial_nodes_.begin() + static_cast<std::ptrdiff_t>(i));
        rebuild(trial_, trial_nodes_);
        if (!(trial_.total < least)) continue;
        least = trial_.total;
        chosen = i;
    }
    if (chosen == greedy_.size()) return false;
    greedy_.erase(greedy_.begin() + static_cast<std::ptrdiff_t>(chosen));
    rebuild(best_, greedy_);
    return true;
}

template <class Key>
void many_line_search<Key>::search(std::size_t steps) {
    offered_.resize(openings_.size());
    std::iota(offered_.begin(), offered_.end(), 0U);
    std::sort(offered_.begin(), offered_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return sequence(a) < sequence(b); });
    greedy();
    narrow();
    walk(steps);
    if (through_) return;
    prune();
    if (offered_.size() <= exact_nodes) walk(SIZE_MAX);
}

/// Walks the tree of the nodes that are offered.
template <class Key>
void many_line_search<Key>::walk(std::size_t steps) {
    most_steps_ = steps;
    steps_ = 0;
    through_ = true;
    decided_.assign(openings_.size(), 0);
    closed_.clear();
    start_empty(stack_[0]);
    ask_for_bids();
    least_unseen_ = best_.total;
    branch(0, least_);
    least_ = through_ ? best_.total : std::min(best_.total, least_unseen_);
}

template <class Key>
void many_line_search<Key>::ask_for_bids() {
    ascent_.start(openings_);
    for (std::size_t s = 0; s < lines_; ++s) {
        ascent_.begin_unit(unserved_);
        for (const std::uint32_t c : offered_) ascent_.price(c, part(c, s));
    }
}

/// Leaves out what no plan as good as the greedy one opens.
template <class Key>
void many_line_search<Key>::narrow() {
    ask_for_bids();
    least_ = ascent_.run();
    const auto is_hopeless = [this](std::uint32_t c) {
        return best_.total < least_ + ascent_.left(c);
    };
    offered_.erase(std::remove_if(offered_.begin(), offered_.end(), is_hopeless), offered_.end());
}

/// Looks at all sets that open what stack_[depth] has, none of what is closed, and any of the rest;
/// none of them has a key below `least`.
template <class Key>
void many_line_search<Key>::branch(std::size_t depth, Key least) {
    const std::size_t before = closed_.size();
    while (depth < limit_) {
        through_ = ++steps_ <= most_steps_;
        if (!through_) break;
        const Key bound = stack_[depth].openings + ascent_.run();
        least = std::max(least, bound);
        if (best_.total < least) break;
        close_hopeless(bound);
        const std::uint32_t c = most_wanted();
        if (c == no_candidate) break;
        if (opens(depth, c)) {
            branch(depth + 1, least);
            ascent_.undecide(c, openings_[c]);
            if (!through_) break;
        }
        close(c);
    }
    if (!through_) least_unseen_ = std::min(least_unseen_, least);
    for (; closed_.size() > before; closed_.pop_back()) {
        decided_[closed_.back()] = 0;
        ascent_.undecide(closed_.back(), openings_[closed_.back()]);
    }
}

/// stack_[depth + 1] is stack_[depth] with one more node. False where no line would leave from it.
template <class Key>
bool many_line_search<Key>::opens(std::size_t depth, std::uint32_t c) {
    opened_set& next = stack_[depth + 1];
    next = stack_[depth];
    if (!open(next, c)) return false;
    if (is_better(next, best_)) best_ = next;
    decided_[c] = 1;
    ascent_.open(c);
    return true;
}

/// Closes what would take more than the best plan has. `bound` is the last one of the ascent: what
/// is left of a node comes on top of that one, and of no other.
template <class Key>
void many_line_search<Key>::close_hopeless(const Key& bound) {
    for (const std::uint32_t c : offered_)
        if (decided_[c] == 0 && best_.total < bound + ascent_.left(c)) close(c);
}

/// Of the nodes that are not decided: one whose opening is paid for by the bids, with the most
/// bids; else the one that is nearest to it. The first by sequence where several are.
template <class Key>
std::uint32_t many_line_search<Key>::most_wanted() const {
    std::uint32_t wanted = no_candidate, nearest = no_candidate;
    std::size_t most = 0;
    for (const std::uint32_t c : offered_) {
        if (decided_[c] != 0) continue;
        if (nearest == no_candidate || ascent_.left(c) < ascent_.left(nearest)) nearest = c;
        if (Key{} < ascent_.left(c)) continue;
        std::size_t bids = 1;
        for (std::size_t s = 0; s < lines_; ++s) bids += !(ascent_.level(s) < part(c, s));
        if (bids <= most) continue;
        most = bids;
        wanted = c;
    }
    return wanted == no_candidate ? nearest : wanted;
}

template <class Key>
void many_line_search<Key>::close(std::uint32_t c) {
    decided_[c] = 1;
    closed_.push_back(c);
    ascent_.close(c);
}
/// Does every node hold enough for all lines of one SKU that it was given?
template <class Key>
bool many_line_search<Key>::fits_together() const {
    if (!board_->shares_skus()) return true;
    for (std::size_t s = 0; s < lines_; ++s) {
        const std::uint32_t c = best_.who[s];
        if (c == no_candidate || !board_->candidates()[c].contested) continue;
        std::int64_t asked = 0;
        for (std::size_t t = 0; t < lines_; ++t)
            if (best_.who[t] == c && board_->first_of_sku(t) == board_->first_of_sku(s))
                asked += board_->wanted(t).n;
        if (asked > board_->usable(board_->slots()[s], board_->candidates()[c].node)) return false;
    }
    return true;
}

/// At contested nodes, lines of one SKU get units in the order of the lines; the others lose the
/// node. After this every assignment fits.
template <class Key>
void many_line_search<Key>::settle_contests() {
    for (std::uint32_t c = 0; c < board_->candidates().size(); ++c) {
        if (!board_->candidates()[c].contested) continue;
        for (std::size_t s = 0; s < lines_; ++s) {
            if (board_->first_of_sku(s) != s) continue;
            std::int64_t left = board_->usable(board_->slots()[s], board_->candidates()[c].node);
            for (std::size_t t = s; t < lines_; ++t) {
                Key& key = parts_[c * lines_ + t];
                if (board_->first_of_sku(t) != s || !(key < unreachable<Key>())) continue;
                const std::int64_t n = board_->wanted(t).n;
                if (n > left) {
                    key = unreachable<Key>();
                } else {
                    left -= n;
                }
            }
        }
    }
}

}  // namespace earmark::sourcing::detail
