// LEASING: takes, gives and reads of cells that are, or were, hot; docs/algorithms/leases.md (P10).
//
// A caller takes from its own lease word, which is refilled from the central one in the same step.
// Where that is short too, the sum is read as one picture: if it is short, so is the answer; else
// all units are brought home, at one instant, and the cell is hot no more.
//
// Who may call: the borrower of `me`. Nothing here allocates, throws or waits.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "earmark/model/change_set.hpp"
#include "earmark/stock/leases.hpp"
#include "earmark/stock/slots.hpp"

namespace earmark::stock {

template <class Env>
class cell_table;
template <class Env>
class claims;  // both are included where this is used: headers nest six deep at most

/// Why a take was refused: the line (its place in the sorted take) and what was free there.
struct shortage {
    std::uint32_t line = 0;
    granules free = 0;
};

template <class Env>
class leasing {
public:
    using atomic_word = typename claims<Env>::atomic_word;

    leasing(cell_table<Env>& cells, slot_table<Env>& slots) noexcept
        : cells_{cells}, slots_{slots}, claims_{cells, slots} {}

    /// taker::take of one line, where some cell was hot before.
    [[nodiscard, gnu::noinline]] std::optional<shortage> take(std::uint32_t me,
                                                              const take_line& line) noexcept {
        for (;;) {
            word seen = claims_.settled(me, line.cell);   // (a)
            const binding bound = table().of(line.cell);  // (g) after (a)
            const bool is_hot = bound.holds(line.cell);
            if (is_hot) {
                const attempt a = take_leased(me, line, bound, seen);
                if (a == attempt::done) return std::nullopt;
                if (a == attempt::again) continue;
            }
            const granules left = seen.free() - line.n;
            if (left >= line.floor && (left >= 0 || !is_hot)) {
                const word next{left, false, {me, slots_[me].fresh()}};
                if (claims<Env>::swap(cells_.at(line.cell), seen, next)) {
                    if (!is_hot) slots_[me].remember(line.cell, cells_.at(line.cell), next);
                    return std::nullopt;
                }
                lost(me, line.cell, seen);
                continue;
            }
            if (const auto free = short_of(me, line)) return shortage{0, *free};
        }
    }

    /// taker::take of several lines, hot ones from the caller's own leases, which are filled first
    /// where they fall short. False, and nothing is taken, where that is not to be had.
    [[nodiscard, gnu::noinline]] bool take(std::uint32_t me,
                                           std::span<const take_line> lines) noexcept {
        std::array<take_line, most_from_leases> all;
        if (lines.size() > all.size()) return false;
        auto plain = all.begin();
        auto leased = all.begin() + static_cast<std::ptrdiff_t>(lines.size());
        const auto end = leased;
        for (const take_line& l : lines) {
            if (const auto own = from_lease(me, l, {leased, end}))
                *--leased = *own;
            else
                *plain++ = l;
        }
        if (leased == end) return false;
        std::sort(leased, end, [](const auto& a, const auto& b) { return a.cell < b.cell; });
        return claims_.change(me, std::span{all}.first(lines.size())).state ==
               take_state::succeeded;
    }

    /// A line was short of the central word alone. What is free in the whole cell, if that is short
    /// too; else nothing, and its units have come home.
    [[nodiscard, gnu::noinline]] std::optional<granules> short_of(std::uint32_t me,
                                                                  const take_line& line) noexcept {
        const granules free = sum(line.cell);
        if (free - line.n < line.floor) return free;
        bring_home(me, line.cell);
        return std::nullopt;
    }

    /// Gives into the caller's own lease word where it is in use: false where it is not.
    [[nodiscard, gnu::noinline]] bool give(std::uint32_t me, cell_id at, granules n) noexcept {
        const binding bound = table().of(at);  // (g)
        if (!bound.holds(at) || bound.closing()) return false;
        atomic_word& lane = cells_.at(table().lane(at, me));
        word seen{lane.load(std::memory_order_seq_cst)};      // (a)
        if (seen.claimed() || seen.free() < 0) return false;  // opened only by a refill: leases (5)
        if (seen.free() / table().rules().most >= n || seen.free() > max_amount - n)
            return false;  // it has enough
        const word next{seen.free() + n, false, {me, slots_[me].fresh()}};
        if (!claims<Env>::swap(lane, seen, next)) return false;
        slots_[me].remember(at, lane, next);
        return true;
    }

    /// Free units of a cell, in all its words, at an instant within the call: two rounds that see
    /// the same are a picture. Readers that find none ask for the units to come home, after which
    /// lease words can only run dry.
    [[nodiscard, gnu::noinline]] granules sum(cell_id at) const noexcept {
        std::array<sight, max_slots> lanes;  // the first of them, where `still` holds
        sight central{};
        binding bound;
        for (unsigned round = 0;; ++round) {
            bool still = round > 0;
            keep(still, central, look(at));
            keep(still, bound, table().of(at));  // (g)
            granules free = central.free;
            const std::uint32_t count = bound.holds(at) ? table().lanes() : 0;
            for (std::uint32_t i = 0; i < count; ++i) {
                keep(still, lanes[i], look(table().lane(at, i)));
                free += std::max(lanes[i].free, 0);
            }
            if (still) return free;
            if (round == patience && bound.holds(at) && !bound.closing()) table().close(bound);
        }
    }

    /// Brings all units of a hot cell into its central word, at one instant; it is hot no more.
    [[gnu::noinline]] void bring_home(std::uint32_t me, cell_id at) noexcept {
        for (;;) {
            const binding bound = table().of(at);  // (g)
            if (!bound.holds(at)) return;
            if (!bound.closing())
                table().close(bound);
            else if (collect(me, at, bound))
                table().let_go(bound);
        }
    }

    /// Another caller was faster at `at`, with the word `to`. Enough of that makes the cell hot.
    void lost(std::uint32_t me, cell_id at, word to) noexcept {
        const lease_rules& rules = table().rules();
        if (to.by().slot == me) return;
        slot<Env>& s = slots_[me];
        auto& losses = s.losses[raw(at) % s.losses.size()];
        if (losses.cell != raw(at) || s.sequence - losses.since > rules.window)
            losses = {raw(at), s.sequence, 0};
        if (++losses.count < rules.losses) return;
        losses.count = 0;
        lease(me, at);
    }

    /// As lost(), for the cell at which a basket met another caller.
    [[gnu::noinline]] void met(std::uint32_t me) noexcept {
        const cell_id at{std::exchange(slots_[me].met, nobody_met)};
        if (!table().is_lane(at)) lost(me, at, {});
    }

    /// Makes a cell hot, unless it has too little to share out, or a slot could not publish what it
    /// takes to bring its units home.
    [[gnu::noinline]] void lease(std::uint32_t me, cell_id at) noexcept {
        if (table().rules().groups == 0 || slots_.lines() <= table().lanes()) return;
        if (is_scarce(claims_.settled(me, at))) return;
        binding bound = table().of(at);
        if (!bound.is_free() && !bound.holds(at)) {
            bring_home(me, bound.cell());  // a cell with the same group: they take turns
            bound = table().of(at);
        }
        if (bound.is_free()) table().bind(bound, at);
    }

private:
    static constexpr unsigned patience = 8;              // rounds before a reader asks
    static constexpr std::size_t most_from_leases = 64;  // lines of a basket that may use leases

    struct sight {
        std::uint64_t bits;
        take_state claimant;
        granules free;
        friend bool operator==(const sight&, const sight&) = default;
    };
    enum class attempt : std::uint8_t { done, again, no_lease };

    [[nodiscard]] lease_table<Env>& table() const noexcept { return cells_.leases(); }

    /// One word, and what is free in it after what its claimant has come to.
    [[nodiscard]] sight look(cell_id at) const noexcept {
        const word seen{cells_.at(at).load(std::memory_order_seq_cst)};  // (a)
        if (!seen.claimed()) return {seen.bits(), take_state::preparing, seen.free()};
        const auto [state, n] = claims_.fate(seen.by(), at);
        return {seen.bits(), state, seen.free() - (state == take_state::succeeded ? n : 0)};
    }
    template <class T>
    static void keep(bool& still, T& kept, T now) noexcept {
        still = still && kept == now;
        kept = now;
    }

    /// How much a refill for this take may move into the lease word; 0: too little to lease.
    [[nodiscard]] granules chunk(granules free, const take_line& line) const noexcept {
        const lease_rules& rules = table().rules();
        const granules some = (free - line.n - std::max(line.floor, 0)) / rules.share;
        return some / rules.least < line.n ? 0 : std::min(some, rules.most * line.n);
    }

    /// Whether there is too little even for those who ask for one at a time.
    [[nodiscard]] bool is_scarce(word central) const noexcept {
        return chunk(central.free(), {{}, 1, 0}) == 0;
    }

    /// The line as one of the caller's own lease word, if that suffices and serves no line before:
    /// cells of a group take turns, and whose turn is over must find the word shut (Lemma 1).
    std::optional<take_line> from_lease(std::uint32_t me, const take_line& line,
                                        std::span<const take_line> before) noexcept {
        const binding bound = table().of(line.cell);  // (g)
        if (!bound.holds(line.cell) || bound.closing() || line.n <= 0) return std::nullopt;
        const cell_id mine = table().lane(line.cell, me);
        constexpr bool looks = !requires { typename Env::canary_shared_lane; };
        const auto is_mine = [mine](const take_line& l) { return l.cell == mine; };
        if (looks && std::any_of(before.begin(), before.end(), is_mine)) return std::nullopt;
        granules has = claims_.settled(me, mine).free();  // (a)
        if (has < line.n) {
            const granules more = chunk(claims_.settled(me, line.cell).free(), line);
            if (more == 0 || !refill(me, line, bound, has, more, 0)) return std::nullopt;
            has = more;
        }
        if (has - line.n < std::max(line.floor, 0)) return std::nullopt;
        return take_line{mine, line.n, exactly(has - line.n)};
    }

    /// Leaves `more` in the caller's lease word that `has` been seen, and takes n beside.
    bool refill(std::uint32_t me, const take_line& line, binding bound, granules has, granules more,
                granules n) noexcept {
        if (has < 0 && has != closed_in(bound.generation())) return false;
        const take_line lines[] = {
            {line.cell, n + more - std::max(has, 0), std::max(line.floor, 0)},
            {table().lane(line.cell, me), has - more, exactly(more)}};
        return claims_.change(me, lines).state == take_state::succeeded;
    }

    /// A take from the caller's own lease word. `central` is what the central word was before.
    attempt take_leased(std::uint32_t me, const take_line& line, binding bound,
                        word central) noexcept {
        slot<Env>& s = slots_[me];
        const cell_id mine = table().lane(line.cell, me);
        atomic_word& lane = cells_.at(mine);
        word seen = claims_.settled(me, mine);  // (a)
        if (seen.free() >= 0 && seen.free() - line.n >= std::max(line.floor, 0)) {
            const word next{seen.free() - line.n, false, {me, s.fresh()}};
            if (!claims<Env>::swap(lane, seen, next)) return attempt::again;
            s.remember(line.cell, lane, next);
            return attempt::done;
        }
        if (seen.free() >= line.n) return attempt::no_lease;  // its floor is above the lease
        s.lonely = central.by().slot == me ? s.lonely + 1 : 0;
        if (bound.closing() || is_scarce(central) || s.lonely >= table().rules().lonely) {
            s.lonely = 0;
            bring_home(me, line.cell);
            return attempt::again;
        }
        const granules more = chunk(central.free(), line);
        if (more == 0) return attempt::no_lease;  // it asks for much at a time
        if (!refill(me, line, bound, seen.free(), more, line.n)) return attempt::again;
        s.remember(line.cell, lane, word{more, false, {me, s.sequence}});
        return attempt::done;
    }

    /// One attempt to close all lease words and add what was in them to the central word. True if
    /// they are closed, by us or by somebody else.
    bool collect(std::uint32_t me, cell_id at, binding bound) noexcept {
        std::array<take_line, max_slots + 1> lines;
        const granules before = closed_in(bound.generation());
        const granules after = closed_in(bound.next_generation());
        const std::uint32_t words = table().lanes();
        granules home = 0;
        for (std::uint32_t i = 0; i < words; ++i) {
            const cell_id lane = table().lane(at, i);
            const granules free = claims_.settled(me, lane).free();  // (a)
            if (free < 0 && free != before) return true;
            home += std::max(free, 0);
            lines[i + 1] = {lane, free - after, exactly(after)};
        }
        lines[0] = {at, -home, lowest_floor};
        return claims_.change(me, std::span{lines}.first(words + 1)).state == take_state::succeeded;
    }

    cell_table<Env>& cells_;
    slot_table<Env>& slots_;
    claims<Env> claims_;
};

}  // namespace earmark::stock
