// WHAT IS WRONG WITH A WORKFLOW: one constexpr function for the tables that we ship (a
// static_assert beside each) and for those that are read from text (a refusal with the place). It
// finds all that is wrong, not the first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "earmark/lifecycle/base_moves.hpp"
#include "earmark/lifecycle/workflow.hpp"

namespace earmark::lifecycle {

enum class defect : std::uint8_t {
    no_such_move,    // the engine has no such move of units
    other_base,      // an own event changes the base state: it only relabels
    goes_nowhere,    // a relabel to the state itself
    never_holds,     // the guard needs what it forbids
    two_hold,        // two rows of a state and an event can hold at once (other: the second)
    unreachable,     // no steps lead to the state
    dead_end,        // from the state no steps lead to an end, for some orders or for all
    leaves_an_end,   // a step leaves a final state
    runs_in_a_ring,  // steps that come by themselves lead into a ring of them: no fact, no end
    not_by_time,     // a step that comes by itself, by an event that only somebody can bring
    tie,             // two of a state, by two events, come after the same time (other: the second)
};
inline constexpr std::size_t defects = 11;

struct flaw {
    defect what = defect::unreachable;
    state_key state{};
    std::uint16_t step = 0;   // of the definition, where it is about one
    std::uint16_t other = 0;  // of the definition, of two_hold and tie
    fact_bits has = 0;        // of dead_end: which orders it is one for, those of which these
    fact_bits lacks = 0;      // facts hold and these do not; both 0: for all
};

namespace detail {

inline constexpr std::size_t most_states = unit_states + max_own_states;
using state_marks = std::array<bool, most_states>;

[[nodiscard]] constexpr bool is_move(const row& r) noexcept {
    for (const base_move& m : base_moves)
        if (m.from == r.from.base && event_key{m.on} == r.on && m.to == r.to.base) return true;
    return false;
}
[[nodiscard]] constexpr bool can_hold(const row& r, fact_bits forbids) noexcept {
    return (r.needs & forbids) == 0;
}
/// What a row forbids: of what it asks, what it does not need. A fact on both sides is found before
/// rows are made of steps.
[[nodiscard]] constexpr fact_bits forbids(const row& r) noexcept {
    return static_cast<fact_bits>(r.asks & ~r.needs);
}
[[nodiscard]] constexpr bool hold_together(const row& a, const row& b) noexcept {
    return can_hold(a, forbids(b)) && can_hold(b, forbids(a));
}

/// Facts that are tried both ways, as far as guards ask for them. Those that last are one way or
/// the other for an order's whole life. The others may change while its units stand anywhere: an
/// amendment changes the node, the day and the urgency, and a rejection is never taken back.
struct tried_facts {
    fact_bits lasting = 0;
    fact_bits changing = 0;
    [[nodiscard]] constexpr fact_bits all() const noexcept {
        return static_cast<fact_bits>(lasting | changing);
    }
};
[[nodiscard]] constexpr tried_facts facts_to_try(const workflow& of) {
    constexpr auto own = static_cast<fact_bits>(~0u << guard_facts);
    constexpr auto lasting = static_cast<fact_bits>(own | bit(guard_fact::together));
    constexpr auto changing =
        static_cast<fact_bits>(bit(guard_fact::firm) | bit(guard_fact::dated) |
                               bit(guard_fact::urgent) | bit(guard_fact::rejected));
    fact_bits asked = 0;
    for (const row& r : of.rows()) asked |= r.asks;
    return {static_cast<fact_bits>(asked & lasting), static_cast<fact_bits>(asked & changing)};
}

/// Orders of which some facts are known. What else guards ask for may come to hold, or not to.
struct some_orders {
    fact_bits known = 0;
    fact_bits has = 0;  // of these

    [[nodiscard]] constexpr bool may_take(const row& r) const noexcept {
        return (has & r.asks & known) == (r.needs & known);
    }
};

/// A state is looked at once: what is still to be looked at, and what was found.
class walk {
public:
    explicit constexpr walk(state_marks& found) noexcept : found_{found} {}

    constexpr void find(std::size_t state) noexcept {
        if (found_[state]) return;
        found_[state] = true;
        to_do_[n_++] = static_cast<std::uint16_t>(state);
    }
    [[nodiscard]] constexpr bool is_over() const noexcept { return n_ == 0; }
    [[nodiscard]] constexpr std::size_t next() noexcept { return to_do_[--n_]; }

private:
    state_marks& found_;
    std::array<std::uint16_t, most_states> to_do_{};
    std::size_t n_ = 0;
};

/// Marks the states that steps of these orders lead to from `open`. O(rows).
constexpr void mark_reached(const workflow& of, some_orders with, state_marks& reached) {
    walk on{reached};
    on.find(of.index(unit_state::open));
    while (!on.is_over())
        for (const row& r : of.rows_from(of.state(on.next())))
            if (with.may_take(r)) on.find(of.index(r.to));
}

/// The rows that lead to each state.
class rows_to {
public:
    explicit constexpr rows_to(const workflow& of) {
        const auto all = of.rows();
        for (const row& r : all) ++first_[of.index(r.to) + 1];
        for (std::size_t i = 0; i < most_states; ++i) first_[i + 1] += first_[i];
        auto next = first_;
        for (std::size_t i = 0; i < all.size(); ++i)
            rows_[next[of.index(all[i].to)]++] = static_cast<std::uint16_t>(i);
    }
    [[nodiscard]] constexpr std::span<const std::uint16_t> of(std::size_t state) const noexcept {
        return std::span{rows_}.subspan(first_[state],
                                        std::size_t{first_[state + 1]} - first_[state]);
    }

private:
    std::array<std::uint16_t, most_states + 1> first_{};
    std::array<std::uint16_t, max_steps> rows_{};
};

/// Marks the states from which steps of these orders lead to an end. O(rows).
constexpr void mark_ending(const workflow& of, const rows_to& back, some_orders with,
                           state_marks& ends) {
    walk on{ends};
    for (std::size_t i = 0; i < of.states(); ++i)
        if (is_final(of.state(i).base)) on.find(i);
    while (!on.is_over())
        for (const std::uint16_t i : back.of(on.next()))
            if (with.may_take(of.rows()[i])) on.find(of.index(of.rows()[i].from));
}

/// Says for which orders a state is a dead end, by as few facts as it takes.
template <class Found>
constexpr void say_dead_end(const workflow& of, const rows_to& back, some_orders with,
                            std::size_t state, Found& found) {
    for (fact_bits left = with.known; left != 0; left &= static_cast<fact_bits>(left - 1)) {
        some_orders more = with;
        more.known &= static_cast<fact_bits>(~(left & (~left + 1)));
        state_marks ends{};
        mark_ending(of, back, more, ends);
        if (!ends[state]) with = more;
    }
    found(flaw{defect::dead_end, of.state(state), 0, 0,
               static_cast<fact_bits>(with.known & with.has),
               static_cast<fact_bits>(with.known & ~with.has)});
}

/// Marks what any order reaches, and says what is a dead end for any, whatever may have changed on
/// the way. Facts are tried in all ways; at most 13 are asked for.
template <class Found>
constexpr void check_ends(const workflow& of, state_marks& reached, Found& found) {
    const rows_to back{of};
    const tried_facts facts = facts_to_try(of);
    const fact_bits known = facts.all();
    state_marks said{};
    fact_bits has = 0;
    do {
        const some_orders with{known, has};
        state_marks here{}, ends{};
        mark_reached(of, {facts.lasting, static_cast<fact_bits>(has & facts.lasting)}, here);
        mark_ending(of, back, with, ends);
        for (std::size_t i = 0; i < of.states(); ++i) {
            reached[i] = reached[i] || here[i];
            if (!here[i] || ends[i] || said[i]) continue;
            said[i] = true;
            say_dead_end(of, back, with, i, found);
        }
        has = static_cast<fact_bits>((has - known) & known);  // the next of its subsets
    } while (has != 0);
}

/// Marks the states from which steps that come by themselves lead into a ring of them: what is left
/// when states that no such step leaves are taken away, again and again.
constexpr void mark_rings(const workflow& of, state_marks& rings) {
    for (std::size_t i = 0; i < of.states(); ++i) rings[i] = true;
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < of.states(); ++i) {
            bool goes_on = false;
            for (const row& r : of.rows_from(of.state(i)))
                goes_on = goes_on || (r.after_s != 0 && rings[of.index(r.to)]);
            if (!rings[i] || goes_on) continue;
            rings[i] = false;
            more = true;
        }
    }
}

/// What time may bring. Plans decide where goods come from, and what goes on at a shelf is for
/// people to say.
[[nodiscard]] constexpr bool can_come_by_itself(const row& r) noexcept {
    using enum unit_event;
    if (r.on.is_own()) return true;
    const auto on = static_cast<unit_event>(r.on.n);
    if (on == lose) return r.from.base == unit_state::shipped;
    return on == cancel || on == release || on == deliver || on == fulfil;
}

template <class Found>
constexpr void check_timer(const workflow& of, const row& r, Found& found) {
    if (!can_come_by_itself(r)) found(flaw{defect::not_by_time, r.from, r.written, 0, 0, 0});
    for (const row& other : of.rows_from(r.from))
        if (other.written > r.written && other.after_s == r.after_s && other.on != r.on)
            return found(flaw{defect::tie, r.from, r.written, other.written, 0, 0});
}

template <class Found>
constexpr void check_row(const workflow& of, const row& r, Found& found) {
    const auto say = [&](defect d, std::uint16_t other = 0) {
        found(flaw{d, r.from, r.written, other, 0, 0});
    };
    const step& s = of.written().steps[r.written];
    if ((s.needs & s.forbids) != 0) say(defect::never_holds);
    if (r.on.is_own() ? r.from.base != r.to.base : !is_move(r))
        say(r.on.is_own() ? defect::other_base : defect::no_such_move);
    if (r.on.is_own() && r.from == r.to) say(defect::goes_nowhere);
    if (is_final(r.from.base)) say(defect::leaves_an_end);
    if (r.after_s != 0) check_timer(of, r, found);
    const auto peers = of.rows(r.from, r.on);
    for (std::size_t i = 0; i < peers.size(); ++i)
        if (peers[i].written > r.written && hold_together(r, peers[i]))
            return say(defect::two_hold, peers[i].written);
}

}  // namespace detail

/// Calls found(flaw) for all that is wrong: by row, then dead ends, then by state. O(rows x
/// states), and once more for each way in which the facts that last as long as an order may hold.
/// Of base states only those are looked at that a step names. Requires at most max_steps rows.
template <class Found>
constexpr void check(const workflow& of, Found&& found) {
    for (const row& r : of.rows()) detail::check_row(of, r, found);
    detail::state_marks reached{}, rings{}, named{};
    detail::check_ends(of, reached, found);
    detail::mark_rings(of, rings);
    for (const row& r : of.rows()) named[of.index(r.from)] = named[of.index(r.to)] = true;
    for (std::size_t i = 0; i < of.states(); ++i) {
        const state_key s = of.state(i);
        const bool counts = named[i] || s.sub != 0 || s == state_key{};
        if (counts && !reached[i]) found(flaw{defect::unreachable, s});
        if (rings[i]) found(flaw{defect::runs_in_a_ring, s});
    }
}

[[nodiscard]] constexpr bool is_sound(const workflow& of) {
    bool sound = true;
    check(of, [&](const flaw&) { sound = false; });
    return sound;
}

}  // namespace earmark::lifecycle
