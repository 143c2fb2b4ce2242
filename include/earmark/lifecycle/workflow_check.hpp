// WHAT IS WRONG WITH A WORKFLOW: one constexpr function for the tables that we ship (a
// static_assert beside each) and for those that are read from text (a refusal with the place). It
// finds all that is wrong, not the first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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
    dead_end,        // from the state no steps lead to an end
    ends_by_itself,  // a step leaves a final state
    runs_in_a_ring,  // a ring of steps that come by themselves: no fact, no end
};
inline constexpr std::size_t defects = 9;

struct flaw {
    defect what = defect::unreachable;
    state_key state{};
    std::uint16_t step = 0;   // of the definition, where it is about one
    std::uint16_t other = 0;  // of the definition, of two_hold
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

/// Marks the states that are used at all, and those that steps lead to from `open`.
constexpr void mark_reached(const workflow& of, state_marks& reached) {
    reached[of.index(unit_state::open)] = true;
    for (bool more = true; more;) {
        more = false;
        for (const row& r : of.rows()) {
            if (!reached[of.index(r.from)] || reached[of.index(r.to)]) continue;
            reached[of.index(r.to)] = true;
            more = true;
        }
    }
}
/// Marks the states from which steps lead to an end.
constexpr void mark_ending(const workflow& of, state_marks& ends) {
    for (std::size_t i = 0; i < of.states(); ++i) ends[i] = is_final(of.state(i).base);
    for (bool more = true; more;) {
        more = false;
        for (const row& r : of.rows()) {
            if (ends[of.index(r.from)] || !ends[of.index(r.to)]) continue;
            ends[of.index(r.from)] = true;
            more = true;
        }
    }
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

template <class Found>
constexpr void check_row(const workflow& of, const row& r, Found& found) {
    const auto say = [&](defect d, std::uint16_t other = 0) {
        found(flaw{d, r.from, r.written, other});
    };
    const step& s = of.written().steps[r.written];
    if ((s.needs & s.forbids) != 0) say(defect::never_holds);
    if (r.on.is_own() ? r.from.base != r.to.base : !is_move(r))
        say(r.on.is_own() ? defect::other_base : defect::no_such_move);
    if (r.on.is_own() && r.from == r.to) say(defect::goes_nowhere);
    if (is_final(r.from.base)) say(defect::ends_by_itself);
    const auto peers = of.rows(r.from, r.on);
    for (std::size_t i = 0; i < peers.size(); ++i)
        if (peers[i].written > r.written && hold_together(r, peers[i]))
            return say(defect::two_hold, peers[i].written);
}

}  // namespace detail

/// Calls found(flaw) for all that is wrong, by row and then by state. O(rows x states). Of base
/// states only those are looked at that a step names.
template <class Found>
constexpr void check(const workflow& of, Found&& found) {
    for (const row& r : of.rows()) detail::check_row(of, r, found);
    detail::state_marks reached{}, ends{}, rings{}, named{};
    detail::mark_reached(of, reached);
    detail::mark_ending(of, ends);
    detail::mark_rings(of, rings);
    for (const row& r : of.rows()) named[of.index(r.from)] = named[of.index(r.to)] = true;
    for (std::size_t i = 0; i < of.states(); ++i) {
        const state_key s = of.state(i);
        const bool counts = named[i] || s.sub != 0 || s == state_key{};
        if (counts && !reached[i]) found(flaw{defect::unreachable, s, 0, 0});
        if (counts && reached[i] && !ends[i]) found(flaw{defect::dead_end, s, 0, 0});
        if (rings[i]) found(flaw{defect::runs_in_a_ring, s, 0, 0});
    }
}

[[nodiscard]] constexpr bool is_sound(const workflow& of) {
    bool sound = true;
    check(of, [&](const flaw&) { sound = false; });
    return sound;
}

}  // namespace earmark::lifecycle
