// THE OPEN-NODE PROGRAMME: exact sourcing of a few lines. docs/algorithms/open_node_dp.md has the
// argument.
//
//   best[p][mask] = the smallest key that serves exactly the lines in `mask` from at most p nodes
//
// A plan parts the lines into sets, each of which leaves from one node. So it is enough to know the
// best node for each set, alone, and then the best way to part the lines. Where a node may not
// serve two sets as it serves each of them (lines compete for its units, or a parcel is judged as a
// whole), nodes are offered one after the other instead.
//
// Every key carries the plan's own tie-break digits, so the winning key also says which node serves
// which line: nothing has to be traced back.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "board.hpp"
#include "keys.hpp"
#include "layout.hpp"

namespace earmark::sourcing::detail {

/// Which candidate serves each slot; no_candidate: none does.
inline constexpr std::uint32_t no_candidate = 0xFFFFFFFF;
using assignment = std::vector<std::uint32_t>;

template <class Key>
class open_node_programme {
public:
    /// Solves the board's slots. Requires 1 to 10 of them and l.bits <= key_bits<Key>.
    /// `found` gets one candidate per slot, of the best plan that serves the most slots.
    void run(const board& b, const layout& l, assignment& found) {
        read(b, l);
        offer();
        fill_tables(no_candidate);
        pick_mask();
        decode(best_mask_, best_key_, no_candidate, found);
    }

    /// The same of a single slot, where parcels are not judged as a whole; best_with() may not
    /// follow. O(candidates).
    void run_one(const board& b, const layout& l, assignment& found) const {
        Key best = unreachable<Key>();
        found.assign(1, no_candidate);
        for (std::uint32_t c = 0; c < b.candidates().size(); ++c) {
            const candidate& node = b.candidates()[c];
            if (node.reach == 0) continue;
            const Key key = opening_key<Key>(l, b.terms(), node) +
                            part_key<Key>(l, b, c, 0, node_key<Key>(l, node, b.limits())) +
                            lifted<Key>(node.sequence, 0);
            if (!(key < best)) continue;
            best = key;
            found[0] = c;
        }
    }

    /// After run(): the best plan that serves as many lines as the winner and uses candidate `c`.
    /// False where there is none. O(3^lines) at worst.
    bool best_with(std::uint32_t c, assignment& found);

private:
    void read(const board& b, const layout& l);
    void prune();
    void prune_by_number();
    [[nodiscard]] bool dominates(std::uint32_t a, std::uint32_t b) const noexcept;
    void offer();
    void fill_tables(std::uint32_t except);
    void find_best_sets(std::uint32_t except);
    void part_lines(const Key* rest, Key* to);
    void serve_sets(std::uint32_t c, const Key* from, Key* to);
    void serve_bundles(std::uint32_t c, const Key* from, Key* to);
    void weigh_bundles();
    [[nodiscard]] bool may_leave(std::uint32_t mask) const noexcept;
    [[nodiscard]] Key shipment_key(std::uint32_t c, std::uint32_t set) const noexcept;
    [[nodiscard]] bool can_serve(std::uint32_t c, std::uint32_t set) const noexcept;
    [[nodiscard]] Key set_key(std::uint32_t c, std::uint32_t set) const noexcept;
    void pick_mask();
    [[nodiscard]] Key with_gaps(std::uint32_t mask, Key key) const noexcept;
    void decode(std::uint32_t mask, Key key, std::uint32_t forced, assignment& found) const;

    [[nodiscard]] std::size_t states() const noexcept { return std::size_t{1} << lines_; }
    [[nodiscard]] Key* layer(std::size_t p) noexcept { return table_.data() + p * states(); }
    [[nodiscard]] const Key& part(std::uint32_t c, std::size_t s) const noexcept {
        return parts_[c * lines_ + s];
    }

    const board* board_ = nullptr;
    layout layout_;
    std::size_t lines_ = 0;
    std::size_t layers_ = 1;  // 1: parcels are not limited; else the limit + 1
    std::uint32_t best_mask_ = 0;
    Key best_key_{};
    std::vector<Key> openings_, parts_;   // by candidate; by candidate and slot that it reaches
    std::vector<std::uint32_t> offered_;  // candidates that no other one dominates
    bool parts_freely_ = true;  // a node may serve sets of lines as it serves each of them
    std::vector<Key> table_, opened_, before_;
    std::vector<Key> best_set_;  // by set of lines: what it takes from the best node, alone

    /// What a shipment of a set of lines is worth and holds, and whether it divides no set; where
    /// the board is bundled.
    struct bundle {
        std::int64_t value = 0;
        std::int64_t content = 0;
        bool closed = true;
    };
    std::vector<bundle> bundles_;
    bundle rest_;  // the lines that are no slots
    bool has_rest_ = false;
};

template <class Key>
void open_node_programme<Key>::read(const board& b, const layout& l) {
    board_ = &b;
    layout_ = l;
    lines_ = b.slots().size();
    const auto limit = static_cast<std::size_t>(b.terms().max_parcels);
    layers_ = limit == 0 || limit >= lines_ ? 1 : limit + 1;
    const std::size_t count = b.candidates().size();
    if (parts_.size() < count * lines_) parts_.resize(count * lines_);
    if (openings_.size() < count) openings_.resize(count);
    for (std::size_t c = 0; c < count; ++c) {
        const candidate& node = b.candidates()[c];
        openings_[c] = opening_key<Key>(l, b.terms(), node);
        const Key base = node_key<Key>(l, node, b.limits());
        for (std::uint32_t left = node.reach; left != 0; left &= left - 1) {
            const auto s = static_cast<std::size_t>(std::countr_zero(left));
            parts_[c * lines_ + s] =
                part_key<Key>(l, b, c, s, base) + lifted<Key>(node.sequence, l.digit_at(s, lines_));
        }
    }
    if (b.bundled()) weigh_bundles();
}

template <class Key>
void open_node_programme<Key>::weigh_bundles() {
    const auto& lines = board_->problem().lines;
    const parcel_rates& rates = board_->terms().parcels;
    bundles_.assign(states(), {});
    for (std::uint32_t mask = 1; mask < states(); ++mask) {
        const auto s = static_cast<std::size_t>(std::countr_zero(mask));
        const wanted_line& line = board_->wanted(s);
        bundle& mine = bundles_[mask];
        mine = bundles_[mask & (mask - 1)];
        mine.value += line.value_e4;
        if (!rates.empty()) mine.content += content_of(rates, line, line.n);
        mine.closed = true;
        for (std::size_t t = 0; t < lines_ && mine.closed; ++t)
            for (std::size_t u = 0; u < t; ++u)
                if (set_of(board_->terms(), board_->wanted(t)) != 0 &&
                    board_->wanted(t).set == board_->wanted(u).set &&
                    (mask >> t & 1) != (mask >> u & 1))
                    mine.closed = false;
    }
    rest_ = {};
    for (const wanted_line& line : lines) rest_.value += line.value_e4;
    rest_.value -= bundles_[states() - 1].value;
    has_rest_ = lines.size() > lines_;
}

/// Whether what a plan of `mask` leaves over can be shipped some day.
template <class Key>
bool open_node_programme<Key>::may_leave(std::uint32_t mask) const noexcept {
    if (!board_->bundled() || mask == 0) return true;
    if (mask == states() - 1 && !has_rest_) return true;
    const std::int64_t left = rest_.value + bundles_[states() - 1].value - bundles_[mask].value;
    return left >= board_->terms().min_shipment_value;
}

/// A parcel from `c` with the lines of `set`. Requires can_serve(c, set).
template <class Key>
Key open_node_programme<Key>::shipment_key(std::uint32_t c, std::uint32_t set) const noexcept {
    const Key key = openings_[c] + set_key(c, set);
    const policy_terms& terms = board_->terms();
    if (terms.parcels.empty()) return key;
    const std::uint32_t node = board_->candidates()[c].node;
    const sourcing_problem& p = board_->problem();
    return key + money_key<Key>(
                     layout_, terms,
                     rate_of_parcel(terms, p.nodes[node], p.metres[node], bundles_[set].content));
}

/// Whatever `b` may serve in a plan, `a` could serve instead and the plan would be no worse. A
/// contested node dominates nothing: what it could serve alone it may not serve together.
template <class Key>
bool open_node_programme<Key>::dominates(std::uint32_t a, std::uint32_t b) const noexcept {
    const candidate& x = board_->candidates()[a];
    const candidate& y = board_->candidates()[b];
    if (x.contested || (y.reach & ~x.reach) != 0 || openings_[b] < openings_[a]) return false;
    for (std::uint32_t left = y.reach; left != 0; left &= left - 1) {
        const auto s = static_cast<std::size_t>(std::countr_zero(left));
        if (part(b, s) < part(a, s)) return false;
    }
    return true;
}

/// Where a parcel's price depends on what is in it, a node that is open already may be worse for
/// more lines than one that is opened for them. But a plan uses at most as many nodes as there are
/// lines: one that so many others dominate is in no best plan, since one of them is not open.
template <class Key>
void open_node_programme<Key>::prune_by_number() {
    const auto limit = static_cast<std::size_t>(board_->terms().max_parcels);
    const std::size_t most = limit == 0 ? lines_ : std::min(limit, lines_);
    const sourcing_problem& p = board_->problem();
    const auto& all = board_->candidates();
    for (std::uint32_t c = 0; c < all.size(); ++c) {
        std::size_t better = 0;
        for (std::uint32_t other = 0; other < all.size() && better < most; ++other)
            better += other != c && dominates(other, c) &&
                      p.metres[all[other].node] <= p.metres[all[c].node] &&
                      p.nodes[all[other].node].accept_ppm >= p.nodes[all[c].node].accept_ppm;
        if (better < most) offered_.push_back(c);
    }
}

template <class Key>
void open_node_programme<Key>::prune() {
    offered_.clear();
    if (!board_->terms().parcels.empty()) return prune_by_number();
    for (std::uint32_t c = 0; c < board_->candidates().size(); ++c) {
        const auto beats = [&](std::uint32_t other) { return dominates(other, c); };
        const auto first = std::find_if(offered_.begin(), offered_.end(), beats);
        if (first != offered_.end()) {
            std::iter_swap(first, offered_.begin());  // it will beat others as well
            continue;
        }
        const auto beaten = [&](std::uint32_t other) { return dominates(c, other); };
        offered_.erase(std::remove_if(offered_.begin(), offered_.end(), beaten), offered_.end());
        offered_.push_back(c);
    }
}

/// The nodes that the tables are made of.
template <class Key>
void open_node_programme<Key>::offer() {
    constexpr std::size_t few = 4;  // lines: their sets are fewer than what dominance compares
    const auto all = board_->candidates();
    parts_freely_ = !board_->bundled() &&
                    std::none_of(all.begin(), all.end(), [](const auto& c) { return c.contested; });
    if (!parts_freely_ || lines_ > few) return prune();
    offered_.resize(all.size());
    std::iota(offered_.begin(), offered_.end(), 0U);
}

template <class Key>
void open_node_programme<Key>::fill_tables(std::uint32_t except) {
    table_.assign(layers_ * states(), unreachable<Key>());
    for (std::size_t p = 0; p < layers_; ++p) layer(p)[0] = Key{};
    if (parts_freely_) {
        find_best_sets(except);
        if (layers_ == 1) part_lines(layer(0), layer(0));
        for (std::size_t p = 1; p < layers_; ++p) part_lines(layer(p - 1), layer(p));
        return;
    }
    opened_.resize(states());
    for (const std::uint32_t c : offered_) {
        if (c == except) continue;
        const auto serve = [&](const Key* from, Key* to) {
            board_->bundled() ? serve_bundles(c, from, to) : serve_sets(c, from, to);
        };
        if (layers_ == 1) serve(layer(0), layer(0));
        // From the most parcels down, so that a node never opens twice in one plan.
        for (std::size_t p = layers_ - 1; p >= 1; --p) serve(layer(p - 1), layer(p));
    }
}

/// O(nodes * 2^lines).
template <class Key>
void open_node_programme<Key>::find_best_sets(std::uint32_t except) {
    best_set_.assign(states(), unreachable<Key>());
    opened_.resize(states());
    for (const std::uint32_t c : offered_) {
        if (c == except) continue;
        const std::uint32_t reach = board_->candidates()[c].reach;
        opened_[0] = openings_[c];
        // All sets of what it reaches, ascending: each is a smaller one and its lowest line.
        for (std::uint32_t set = (0 - reach) & reach; set != 0; set = (set - reach) & reach) {
            const auto lowest = static_cast<std::size_t>(std::countr_zero(set));
            const Key key = opened_[set & (set - 1)] + part(c, lowest);
            opened_[set] = key;
            if (key < best_set_[set]) best_set_[set] = key;
        }
    }
}

/// Each set of lines: the one set that its lowest line is in, and the best for the others. `rest`
/// may be `to`. O(3^lines).
template <class Key>
void open_node_programme<Key>::part_lines(const Key* rest, Key* to) {
    for (std::uint32_t mask = 1; mask < states(); ++mask) {
        const std::uint32_t lowest = mask & (0 - mask);
        const std::uint32_t others = mask ^ lowest;
        Key best = best_set_[mask] + rest[0];
        for (std::uint32_t left = others; left != 0; left = (left - 1) & others) {
            const Key key = best_set_[mask ^ left] + rest[left];
            if (key < best) best = key;
        }
        to[mask] = best;
    }
}

/// Offers an open node's lines SKU by SKU: one set of its lines that fits together, or none. `from`
/// may be `to`. O(2^lines * sets).
template <class Key>
void open_node_programme<Key>::serve_sets(std::uint32_t c, const Key* from, Key* to) {
    const std::uint32_t reach = board_->candidates()[c].reach;
    for (std::size_t m = 0; m < states(); ++m) opened_[m] = from[m] + openings_[c];
    for (std::size_t first = 0; first < lines_; ++first) {
        std::uint32_t lines = 0;
        for (std::size_t s = first; s < lines_; ++s)
            if (board_->first_of_sku(s) == first) lines |= reach & std::uint32_t{1} << s;
        if (lines == 0) continue;
        before_ = opened_;
        for (std::uint32_t set = lines; set != 0; set = (set - 1) & lines) {
            if (!can_serve(c, set)) continue;
            const Key key = set_key(c, set);
            for (std::uint32_t m = 0; m < states(); ++m) {
                if ((m & set) != 0) continue;
                const Key served = before_[m] + key;
                if (served < opened_[m | set]) opened_[m | set] = served;
            }
        }
    }
    for (std::size_t m = 0; m < states(); ++m)
        if (opened_[m] < to[m]) to[m] = opened_[m];
}

/// The same where a parcel is judged as a whole: every set of lines that may leave together.
/// O(3^lines).
template <class Key>
void open_node_programme<Key>::serve_bundles(std::uint32_t c, const Key* from, Key* to) {
    const auto all = static_cast<std::uint32_t>(states() - 1);
    const std::uint32_t reach = board_->candidates()[c].reach;
    before_.assign(from, from + states());
    for (std::uint32_t set = reach; set != 0; set = (set - 1) & reach) {
        if (!can_serve(c, set)) continue;
        const Key key = shipment_key(c, set);
        const std::uint32_t others = all & ~set;
        for (std::uint32_t m = others;; m = (m - 1) & others) {
            const Key served = before_[m] + key;
            if (served < to[m | set]) to[m | set] = served;
            if (m == 0) break;
        }
    }
}

template <class Key>
bool open_node_programme<Key>::can_serve(std::uint32_t c, std::uint32_t set) const noexcept {
    const candidate& node = board_->candidates()[c];
    if ((set & ~node.reach) != 0) return false;
    if (board_->bundled() &&
        (!bundles_[set].closed || bundles_[set].value < board_->terms().min_shipment_value))
        return false;
    if (!node.contested) return true;
    for (std::size_t s = 0; s < lines_; ++s) {
        std::int64_t asked = 0,
                     has = 0;  // a line may see less than another, never more than there is
        for (std::size_t t = s; t < lines_; ++t) {
            if ((set >> t & 1) == 0 || board_->first_of_sku(t) != s) continue;
            asked += board_->wanted(t).n;
            has = std::max(has, board_->usable(board_->slots()[t], node.node));
        }
        if (asked > has) return false;
    }
    return true;
}

template <class Key>
Key open_node_programme<Key>::set_key(std::uint32_t c, std::uint32_t set) const noexcept {
    Key sum{};
    for (; set != 0; set &= set - 1)
        sum = sum + part(c, static_cast<std::size_t>(std::countr_zero(set)));
    return sum;
}

/// The key with the digit for `none` in every line that `mask` leaves out.
template <class Key>
Key open_node_programme<Key>::with_gaps(std::uint32_t mask, Key key) const noexcept {
    for (std::size_t s = 0; s < lines_; ++s)
        if ((mask >> s & 1) == 0)
            key = key + lifted<Key>(layout_.no_digit(), layout_.digit_at(s, lines_));
    return key;
}

/// All lines, or as many as can be served at once.
template <class Key>
void open_node_programme<Key>::pick_mask() {
    const Key* const last = layer(layers_ - 1);
    const auto all = static_cast<std::uint32_t>(states() - 1);
    best_mask_ = all;
    best_key_ = last[all];
    if (best_key_ < unreachable<Key>() && may_leave(all)) return;
    best_mask_ = 0;
    best_key_ = Key{};
    Key best = with_gaps(0, Key{});
    for (std::uint32_t mask = 1; mask < all; ++mask) {
        if (!(last[mask] < unreachable<Key>()) || !may_leave(mask)) continue;
        const int more = std::popcount(mask) - std::popcount(best_mask_);
        const Key key = with_gaps(mask, last[mask]);
        if (more < 0 || (more == 0 && !(key < best))) continue;
        best = key;
        best_mask_ = mask;
        best_key_ = last[mask];
    }
}

/// Reads the nodes off the digits: they are among those offered, or the one that was `forced`.
template <class Key>
void open_node_programme<Key>::decode(std::uint32_t mask, Key key, std::uint32_t forced,
                                      assignment& found) const {
    found.assign(lines_, no_candidate);
    const auto candidates = board_->candidates();
    for (std::size_t s = 0; s < lines_; ++s) {
        if ((mask >> s & 1) == 0) continue;
        const std::uint64_t digit = field(key, layout_.digit_at(s, lines_), layout_.digit);
        const auto is_meant = [&](std::uint32_t c) {
            return candidates[c].sequence == digit && (candidates[c].reach >> s & 1) != 0;
        };
        const auto at = std::find_if(offered_.begin(), offered_.end(), is_meant);
        found[s] = at != offered_.end() ? *at : forced;
    }
}

template <class Key>
bool open_node_programme<Key>::best_with(std::uint32_t c, assignment& found) {
    // The rest of a plan that opens `c` is itself a best plan. Where that rest would open `c` once
    // more, the union of both sets is cheaper still and is tried too, unless `c` is contested:
    // then the union may not fit, and the rest is solved without `c`.
    const bool contested = board_->candidates()[c].contested || board_->bundled();
    if (contested) fill_tables(c);
    const Key* const rest = layer(layers_ == 1 ? 0 : layers_ - 2);
    const std::uint32_t reach = board_->candidates()[c].reach;
    Key best = unreachable<Key>();
    Key best_plain = best;
    std::uint32_t best_mask = 0;
    const auto all = static_cast<std::uint32_t>(states() - 1);
    for (std::uint32_t set = reach; set != 0; set = (set - 1) & reach) {
        if (!can_serve(c, set)) continue;
        const Key key = shipment_key(c, set);
        const std::uint32_t others = all & ~set;
        // The sets that the rest may be; where all lines are served, only one is large enough.
        for (std::uint32_t m = best_mask_ == all ? others : 0; m <= others; ++m) {
            if ((m & set) != 0 || std::popcount(m | set) != std::popcount(best_mask_)) continue;
            if (!may_leave(m | set)) continue;
            const Key plain = rest[m] + key;
            const Key whole = with_gaps(m | set, plain);
            if (!(plain < unreachable<Key>()) || !(whole < best)) continue;
            best = whole;
            best_plain = plain;
            best_mask = m | set;
        }
    }
    if (contested) fill_tables(no_candidate);
    if (best_mask == 0) return false;
    decode(best_mask, best_plain, c, found);
    return true;
}

}  // namespace earmark::sourcing::detail
