// MANY LINES: which nodes to open, where an order has more lines than the open-node programme can
// hold. Once the open nodes are known, each line goes to the best of them, so the search is over
// sets of nodes: a greedy start (add, then drop), then branch and bound.
//
// The bound of a branch: what is open stays paid; a line costs the best of what is open and of
// what may still open, where a node that is not open yet spreads its opening evenly over all lines
// that it could serve. Keys are integers and the spread is rounded down, so the bound is valid.
//
// With at most exact_nodes candidates after dominance the search always ends, and the plan is
// exact. With more it stops after a fixed number of steps (never after a time) and says heuristic
// unless it was through.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "board.hpp"
#include "dual_ascent.hpp"
#include "earmark/sourcing/solve.hpp"
#include "key_gap.hpp"
#include "keys.hpp"
#include "layout.hpp"
#include "open_node.hpp"

namespace earmark::sourcing::detail {

/// Sets of nodes looked at where more than exact_nodes candidates are left.
inline constexpr std::size_t search_steps = 8'192;

template <class Key>
class many_line_search {
public:
    /// Solves the board's slots; l = with_unserved(b). Requires l.bits <= key_bits<Key>.
    quality run(const board& b, const layout& l, assignment& found) {
        read(b, l);
        most_steps_ = offered_.size() <= exact_nodes ? SIZE_MAX : search_steps;
        search();
        quality proof = through_ ? quality::exact : quality::heuristic;
        const bool is_open = !through_ || !fits_together();
        const Key least = is_open ? bound() : Key{};
        if (!fits_together()) {  // two lines were promised the same units: settle that, then again
            settle_contests();
            search();
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
        most_steps_ = steps;
        search();
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
    void search();
    void start_empty(opened_set& set) const;
    bool open(opened_set& set, std::uint32_t c) const;
    void sum(opened_set& set) const;
    [[nodiscard]] bool is_better(const opened_set& a, const opened_set& b) const;
    void greedy();
    bool add_one();
    bool drop_one();
    void rebuild(opened_set& set, const std::vector<std::uint32_t>& nodes) const;
    void order_nodes();
    void branch(std::size_t from, std::size_t depth);
    [[nodiscard]] bool may_beat(std::size_t from, const opened_set& set) const;
    [[nodiscard]] bool fits_together() const;
    void settle_contests();
    [[nodiscard]] Key bound();

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
    bool through_ = true;
    std::size_t steps_ = 0;
    std::size_t most_steps_ = 0;
    std::vector<Key> openings_, parts_, rest_;
    std::vector<std::uint32_t> offered_, greedy_, trial_nodes_;
    std::vector<opened_set> stack_;
    opened_set best_, trial_;
    dual_ascent<Key> ascent_;
    plan_gap gap_;
};

/// No plan has a smaller key, however many parcels and whoever competes for units.
template <class Key>
Key many_line_search<Key>::bound() {
    ascent_.start(openings_);
    for (std::size_t s = 0; s < lines_; ++s) {
        ascent_.begin_unit(unserved_);
        for (const std::uint32_t c : offered_) ascent_.price(c, part(c, s));
    }
    return ascent_.run();
}

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
    prune();
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

template <class Key>
void many_line_search<Key>::prune() {
    offered_.clear();
    for (std::uint32_t c = 0; c < board_->candidates().size(); ++c) {
        const auto beats = [&](std::uint32_t other) { return dominates(other, c); };
        if (std::any_of(offered_.begin(), offered_.end(), beats)) continue;
        const auto beaten = [&](std::uint32_t other) { return dominates(c, other); };
        offered_.erase(std::remove_if(offered_.begin(), offered_.end(), beaten), offered_.end());
        offered_.push_back(c);
    }
    std::sort(offered_.begin(), offered_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return sequence(a) < sequence(b); });
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

/// The greedy set first, in the order of its opening; then by sequence. `rest_[d][s]` bounds what
/// slot s costs at the nodes from the d-th on.
template <class Key>
void many_line_search<Key>::order_nodes() {
    const auto is_greedy = [this](std::uint32_t c) {
        return std::find(greedy_.begin(), greedy_.end(), c) != greedy_.end();
    };
    offered_.erase(std::remove_if(offered_.begin(), offered_.end(), is_greedy), offered_.end());
    offered_.insert(offered_.begin(), greedy_.begin(), greedy_.end());
    rest_.assign((offered_.size() + 1) * lines_, unserved_);
    for (std::size_t d = offered_.size(); d-- > 0;) {
        const std::uint32_t c = offered_[d];
        const auto reach = static_cast<std::uint32_t>(
            std::count_if(parts_.begin() + static_cast<std::ptrdiff_t>(c * lines_),
                          parts_.begin() + static_cast<std::ptrdiff_t>((c + 1) * lines_),
                          [](const Key& key) { return key < unreachable<Key>(); }));
        if (reach == 0) {  // its lines went to others when contests were settled
            std::copy_n(rest_.begin() + static_cast<std::ptrdiff_t>((d + 1) * lines_), lines_,
                        rest_.begin() + static_cast<std::ptrdiff_t>(d * lines_));
            continue;
        }
        const Key spread = openings_[c] / reach;
        for (std::size_t s = 0; s < lines_; ++s)
            rest_[d * lines_ + s] = std::min(rest_[(d + 1) * lines_ + s], part(c, s) + spread);
    }
}

template <class Key>
void many_line_search<Key>::search() {
    greedy();
    order_nodes();
    steps_ = 0;
    through_ = true;
    start_empty(stack_[0]);
    branch(0, 0);
}

template <class Key>
bool many_line_search<Key>::may_beat(std::size_t from, const opened_set& set) const {
    Key bound = set.openings;
    for (std::size_t s = 0; s < lines_; ++s)
        bound = bound + std::min(set.key[s], rest_[from * lines_ + s]);
    return !(best_.total < bound);  // equal may still win the tie
}

/// Looks at all supersets of stack_[depth] that add nodes from the `from`-th on.
template <class Key>
void many_line_search<Key>::branch(std::size_t from, std::size_t depth) {
    if (depth == limit_) return;
    for (std::size_t d = from; d < offered_.size(); ++d) {
        if (!may_beat(d, stack_[depth])) return;
        through_ = ++steps_ <= most_steps_;
        if (!through_) return;
        opened_set& next = stack_[depth + 1];
        next = stack_[depth];
        if (!open(next, offered_[d])) continue;
        if (is_better(next, best_)) best_ = next;
        branch(d + 1, depth + 1);
        if (!through_) return;
    }
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
