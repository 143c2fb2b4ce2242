// STEPS of an order's units along its workflow: what guards ask is read off the image, moves get
// the states that the workflow gives them, and what it does not allow is refused with the reason.
#pragma once

#include <span>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/lifecycle/workflow.hpp"

namespace earmark::lifecycle {

/// The state of a bucket, with its workflow's own one.
[[nodiscard]] constexpr state_key state_of(const bucket& b) noexcept {
    return {b.state, sub_state_of(b.ref)};
}

/// What guards ask of units of a line (0-based) that stand in `from`. `known` has the bits that the
/// image does not show: rejected, and the workflow's own facts. O(buckets).
[[nodiscard]] fact_bits guard_facts_of(const image& of, std::uint16_t line, unit_state from,
                                       std::uint32_t ref, fact_bits known);

/// Gives each move, but those that relabel, the state that its step leads to. `of` is the order
/// before all of them. not_allowed (refs: line, lowest state) and guard_not_met (refs: line, facts
/// that are missing, facts in the way) say which line cannot go.
[[nodiscard]] error route(const image& of, std::span<bucket_move> moves, fact_bits known);

/// Moves for an own event of the workflow: units of a line (0-based, or -1 for all) in states that
/// have a step for it. `wanted` 0: all of them; only units at `node`, unless it is none. Errors as
/// of route(), and too_few_units (refs: wanted, there, line).
[[nodiscard]] error relabel(const image& of, event_key on, std::int64_t line, granules wanted,
                            const cell_nodes& at, node_id node, fact_bits known,
                            std::vector<bucket_move>& moves);

/// What may be done with units of a line that stand in one state.
struct possible_step {
    std::uint16_t line = 0;  // 0-based
    state_key from{};
    granules n = 0;
    event_key on{};
    answer is{};
    bool held = false;  // a hold on the line stops the event
};
/// For each line, each state that its units stand in, and each event of its workflow. `held` has a
/// bit per event of the engine that holds stop, by line; empty: none.
[[nodiscard]] std::vector<possible_step> allowed(const image& of, fact_bits known,
                                                 std::span<const std::uint32_t> held = {});

}  // namespace earmark::lifecycle
