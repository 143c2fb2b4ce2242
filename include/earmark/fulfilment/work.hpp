// FULFILMENT, the straight way: tell the nodes, then record what they and the carriers report.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/model/command.hpp"

namespace earmark::fulfilment {

/// All allocated units, or those at a node, become released. Appends moves; none where nothing is
/// allocated.
void release(const lifecycle::image& order, node_id node, const lifecycle::cell_nodes& at,
             std::vector<bucket_move>& moves);

/// Sets of lines are released together: what was planned of each, before holds and the like take
/// moves away. Orders without sets cost a look at their lines.
class planned_sets {
public:
    planned_sets(const lifecycle::image& order, std::span<const bucket_move> moves);
    /// Units of a line (0-based) that were to go, too.
    void plan(const lifecycle::image& order, std::uint16_t line, granules n);
    /// Takes the moves of sets of which something is missing: a unit that is not allocated yet, or
    /// a move that was planned. waits_for_set (refs: line, what is missing, set) where none is
    /// left.
    [[nodiscard]] error keep_whole(const lifecycle::image& order,
                                   std::vector<bucket_move>& moves) const;

private:
    std::map<std::uint16_t, granules> planned_;  // by line, of those in sets
};

/// Moves of what a node gives back, from released and then from allocated to open. Otherwise as
/// record().
[[nodiscard]] error reject(const lifecycle::image& order, std::int64_t line, node_id node,
                           granules wanted, const lifecycle::cell_nodes& at,
                           std::vector<bucket_move>& moves);

/// Moves for a report of what was done with goods, or for what needs none; not for marks and
/// rejections. What is furthest on goes first. `line` is 0-based or -1 for all, `wanted` in
/// granules or 0 for all there are. Errors: unknown_line, too_few_units (refs: wanted, there,
/// line), not_allowed where no unit stands in the state before (refs: line, lowest state).
[[nodiscard]] error record(const lifecycle::image& order, fact_kind kind, std::int64_t line,
                           node_id node, granules wanted, const lifecycle::cell_nodes& at,
                           std::vector<bucket_move>& moves);

}  // namespace earmark::fulfilment
