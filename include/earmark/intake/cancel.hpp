// CANCEL decides which units of an order go. Units that nobody has to give up go first, units that
// a node already works on go last, and units that have left never go: they come back as a return.
#pragma once

#include <span>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/lifecycle/amendment.hpp"
#include "earmark/lifecycle/asked.hpp"
#include "earmark/lifecycle/image.hpp"

namespace earmark::intake {

/// Which nodes have to agree before released units are taken back from them.
struct consent {
    const lifecycle::answer_table& table;
    std::span<const lifecycle::asked> asked;  // so far
    std::vector<lifecycle::asked>& to_ask;    // is appended to: kind, line, node, n, reason
};

/// Moves for cancelling `wanted` granules (0: all that can be) of a line (0-based), or of all lines
/// (-1, then `wanted` is 0). Released units of nodes that have to agree are last: those nodes are
/// to be asked. Errors: unknown_line, too_few_units (refs: wanted, there), not_allowed where no
/// unit can be cancelled and no node was asked before.
[[nodiscard]] error cancel(const lifecycle::image& order, std::int64_t line, granules wanted,
                           std::uint8_t reason, const lifecycle::cell_nodes& at,
                           std::vector<bucket_move>& moves, const consent& by);

/// The same for up to `wanted` granules (below 0: all) of one line (0-based), of states that a
/// decrease may take where a table says so. Answers how many, with those to be asked about.
granules cancel_line(const lifecycle::image& order, std::uint16_t line, granules wanted,
                     const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves,
                     const consent& by, const lifecycle::amend_table* may = nullptr);

}  // namespace earmark::intake
