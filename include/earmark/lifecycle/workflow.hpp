// WORKFLOWS: which step leads units from which state to which. A workflow is a table of rows of 16
// bytes and an index over it. Those that we ship are compiled into the library
// (standard_workflows.hpp), others are read from text (workflow_text.hpp); both are this one struct
// and are checked by one function (workflow_check.hpp).
//
// A state is a base state and a number below it: 0 is the base state itself, others are the
// workflow's own names under it. Whatever moves stock goes by the base; a workflow adds labels,
// guards and reasons, and takes steps away, but it cannot invent a move of stock (base_moves.hpp).
//
// Finding a step costs two look-ups: the cell of (state, event), and the row that it names. A pair
// without a row is refused with `not_allowed`, one whose guards do not hold with `guard_not_met`.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "earmark/model/state.hpp"

namespace earmark::lifecycle {

/// A base state, or one of a workflow's own states under it.
struct state_key {
    unit_state base = unit_state::open;
    std::uint8_t sub = 0;

    constexpr state_key() = default;
    constexpr state_key(unit_state of) noexcept : base{of} {}  // NOLINT: a base state is a state
    constexpr state_key(unit_state of, std::uint8_t number) noexcept : base{of}, sub{number} {}
    friend constexpr bool operator==(const state_key&, const state_key&) = default;
};

/// An event of the engine, or one of a workflow's own, which only relabel.
struct event_key {
    std::uint8_t n = 0;

    constexpr event_key() = default;
    constexpr event_key(unit_event e) noexcept : n{static_cast<std::uint8_t>(e)} {}  // NOLINT
    /// The k-th of a workflow's own.
    [[nodiscard]] static constexpr event_key own(std::size_t k) noexcept {
        event_key e;
        e.n = static_cast<std::uint8_t>(unit_events + k);
        return e;
    }
    [[nodiscard]] constexpr bool is_own() const noexcept { return n >= unit_events; }
    [[nodiscard]] constexpr std::size_t own_index() const noexcept { return n - unit_events; }
    friend constexpr bool operator==(const event_key&, const event_key&) = default;
};

/// What guards ask, a bit each. The first eight are read off the order, the others are truths that
/// a workflow names: attributes of orders that are true or false.
enum class guard_fact : std::uint8_t {
    whole_line,   // all of the line's units that are not cancelled stand where the step begins
    whole_order,  // no unit of the order is behind the state where the step begins
    firm,         // the line is bound to one node
    together,     // the line belongs to a set
    dated,        // the order asked for a day
    urgent,       // the order has a priority
    rejected,     // a node gave units of the order back before
    linked,       // the units are those of another document, too
};
inline constexpr std::size_t guard_facts = 8;
inline constexpr std::size_t max_own_facts = 8;
using fact_bits = std::uint16_t;
[[nodiscard]] constexpr fact_bits bit(guard_fact f) noexcept {
    return static_cast<fact_bits>(1u << static_cast<unsigned>(f));
}
[[nodiscard]] std::string_view name_of(guard_fact f) noexcept;

/// What a step asks of whoever reads the journal. The engine itself does nothing of it: reactions
/// run after the commit, in the host.
enum class reaction : std::uint8_t { tell_customer, tell_node, tell_vendor, ask_person };
inline constexpr std::size_t reactions = 4;
[[nodiscard]] constexpr std::uint8_t bit(reaction r) noexcept {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(r));
}
[[nodiscard]] std::string_view name_of(reaction r) noexcept;

/// A step as people write it.
struct step {
    state_key from;
    event_key on;
    state_key to;
    std::string_view because{};
    fact_bits needs = 0;        // all of these hold
    fact_bits forbids = 0;      // none of these
    std::uint8_t does = 0;      // bits of reactions
    std::uint32_t after_s = 0;  // not 0: it comes by itself when the units stood so long
};

/// A step as it is looked up.
struct row {
    state_key from, to;
    event_key on;
    std::uint8_t does = 0;
    std::uint16_t written = 0;  // which step of the definition
    fact_bits asks = 0;         // needs and forbids; the guard holds if (facts & asks) == needs
    fact_bits needs = 0;
    std::uint32_t after_s = 0;

    [[nodiscard]] constexpr bool holds(fact_bits facts) const noexcept {
        return (facts & asks) == needs;
    }
};
static_assert(sizeof(row) == 16);

/// A workflow's own state. Its number counts those of its base, from 1.
struct own_state {
    unit_state base = unit_state::open;
    std::string_view name{};
};

inline constexpr std::size_t max_own_states = 255;
inline constexpr std::size_t max_own_events = 64;
inline constexpr std::size_t max_steps = 4'096;

/// A workflow as it is written.
struct definition {
    std::string_view name{};
    std::string_view about{};
    std::span<const own_state> states{};
    std::span<const std::string_view> events{};
    std::span<const std::string_view> facts{};
    std::span<const step> steps{};
};

/// What may be done, and why not.
enum class verdict : std::uint8_t { possible, no_step, guard };
struct answer {
    verdict is = verdict::no_step;
    const row* by = nullptr;   // of `guard`: the row that is nearest to holding
    fact_bits missing = 0;     // needed and not there
    fact_bits in_the_way = 0;  // there and forbidden
};

/// Immutable; a view of tables that outlive it. All questions are noexcept and allocate nothing.
class workflow {
public:
    constexpr workflow() = default;
    constexpr workflow(const definition& of, std::span<const row> rows,
                       std::span<const std::uint32_t> cells) noexcept
        : of_{of}, rows_{rows}, cells_{cells}, events_{unit_events + of.events.size()} {
        std::size_t at = 0;
        for (std::size_t b = 0; b < unit_states; ++b) {
            first_[b] = static_cast<std::uint16_t>(at++);
            for (const own_state& s : of.states) at += static_cast<std::size_t>(s.base) == b;
        }
        first_[unit_states] = static_cast<std::uint16_t>(at);
        is_plain_ = of.states.empty();
        for (const row& r : rows) {
            ways_[static_cast<std::size_t>(r.from.base)] |=
                static_cast<std::uint16_t>(1u << static_cast<unsigned>(r.to.base));
            is_plain_ = is_plain_ && r.asks == 0;
            has_timers_ = has_timers_ || r.after_s != 0;
        }
    }

    [[nodiscard]] constexpr const definition& written() const noexcept { return of_; }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return of_.name; }
    [[nodiscard]] constexpr std::span<const row> rows() const noexcept { return rows_; }
    [[nodiscard]] constexpr std::string_view because(const row& r) const noexcept {
        return of_.steps[r.written].because;
    }

    /// It has no states of its own, and no guards: bases alone decide.
    [[nodiscard]] constexpr bool is_plain() const noexcept { return is_plain_; }
    /// Steps of it come by themselves.
    [[nodiscard]] constexpr bool has_timers() const noexcept { return has_timers_; }

    /// States stand by base, then by number.
    [[nodiscard]] constexpr std::size_t states() const noexcept { return first_[unit_states]; }
    [[nodiscard]] constexpr std::size_t events() const noexcept { return events_; }
    [[nodiscard]] constexpr bool knows(state_key s) const noexcept {
        const auto b = static_cast<std::size_t>(s.base);
        return b < unit_states && s.sub < first_[b + 1] - first_[b];
    }
    /// Requires knows(s).
    [[nodiscard]] constexpr std::size_t index(state_key s) const noexcept {
        return first_[static_cast<std::size_t>(s.base)] + std::size_t{s.sub};
    }
    /// Requires i < states().
    [[nodiscard]] constexpr state_key state(std::size_t i) const noexcept {
        std::size_t b = 0;
        while (first_[b + 1] <= i) ++b;
        return {static_cast<unit_state>(b), static_cast<std::uint8_t>(i - first_[b])};
    }

    /// Rows of a state and an event, side by side; at most one of them holds at a time.
    [[nodiscard]] constexpr std::span<const row> rows(state_key from, event_key on) const noexcept {
        if (!knows(from) || on.n >= events_) return {};
        const std::uint32_t cell = cells_[index(from) * events_ + on.n];
        return rows_.subspan(cell >> 16, cell & 0xFFFF);
    }
    [[nodiscard]] constexpr std::span<const row> rows_from(state_key from) const noexcept {
        if (!knows(from)) return {};
        const std::size_t at = index(from) * events_;
        const std::uint32_t last = cells_[at + events_ - 1];
        const std::size_t first = cells_[at] >> 16;
        return rows_.subspan(first, (last >> 16) + (last & 0xFFFF) - first);
    }

    /// The row that is taken, or null.
    [[nodiscard]] constexpr const row* find(state_key from, event_key on,
                                            fact_bits facts = 0) const noexcept {
        for (const row& r : rows(from, on))
            if (r.holds(facts)) return &r;
        return nullptr;
    }
    [[nodiscard]] constexpr std::optional<state_key> next(state_key from, event_key on,
                                                          fact_bits facts = 0) const noexcept {
        const row* const r = find(from, on, facts);
        return r == nullptr ? std::nullopt : std::optional{r->to};
    }
    /// As find(), with the reason where there is no row.
    [[nodiscard]] constexpr answer ask(state_key from, event_key on,
                                       fact_bits facts = 0) const noexcept {
        answer best;
        int least = 32;
        for (const row& r : rows(from, on)) {
            if (r.holds(facts)) return {verdict::possible, &r, 0, 0};
            const auto missing = static_cast<fact_bits>(r.needs & ~facts);
            const auto against = static_cast<fact_bits>(facts & r.asks & ~r.needs);
            const int unmet = std::popcount(missing) + std::popcount(against);
            if (unmet < least) {
                least = unmet;
                best = {verdict::guard, &r, missing, against};
            }
        }
        return best;
    }

    /// Does some step lead from one state to the other, if its guard holds?
    [[nodiscard]] constexpr bool leads(state_key from, state_key to) const noexcept {
        if (is_plain_) return (from.sub | to.sub) == 0 && has_way(from.base, to.base);
        for (const row& r : rows_from(from))
            if (r.to == to) return true;
        return false;
    }
    /// The same, to any state of a base.
    [[nodiscard]] constexpr bool leads_to(state_key from, unit_state base) const noexcept {
        if (is_plain_) return from.sub == 0 && has_way(from.base, base);
        for (const row& r : rows_from(from))
            if (r.to.base == base && !r.on.is_own()) return true;
        return false;
    }

private:
    [[nodiscard]] constexpr bool has_way(unit_state from, unit_state to) const noexcept {
        return (ways_[static_cast<std::size_t>(from)] >> static_cast<unsigned>(to) & 1) != 0;
    }

    definition of_;
    std::span<const row> rows_;             // ascending (from, on), then as written
    std::span<const std::uint32_t> cells_;  // by (state, event): first row << 16 | rows
    std::size_t events_ = unit_events;
    std::array<std::uint16_t, unit_states + 1> first_{};  // where a base's states begin
    std::array<std::uint16_t, unit_states> ways_{};       // a bit per base that a step leads to
    bool is_plain_ = true, has_timers_ = false;
};

}  // namespace earmark::lifecycle
