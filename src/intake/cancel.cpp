#include "earmark/intake/cancel.hpp"

#include <algorithm>

namespace earmark::intake {
namespace {

constexpr unit_state removal_order[] = {unit_state::backordered, unit_state::open,
                                        unit_state::reserved, unit_state::allocated,
                                        unit_state::released};

}  // namespace

granules cancel_line(const lifecycle::image& order, std::uint16_t line, granules wanted,
                     const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves,
                     const lifecycle::amend_table* may) {
    granules done = 0;
    for (const unit_state s : removal_order) {
        if (wanted >= 0 && done == wanted) break;
        if (may != nullptr && may->of(change_kind::decrease, s) != permission::allow) continue;
        done += lifecycle::draw(order, line, s, unit_state::cancelled,
                                wanted < 0 ? -1 : wanted - done, at, none<node_id>, false, moves);
    }
    return done;
}

error cancel(const lifecycle::image& order, std::int64_t line, granules wanted, std::uint8_t reason,
             const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves) {
    if (line >= static_cast<std::int64_t>(order.lines.size()))
        return fail(error_code::unknown_line, line + 1,
                    static_cast<std::int64_t>(order.lines.size()));
    const std::size_t first = moves.size();
    if (line < 0) {
        for (std::size_t l = 0; l < order.lines.size(); ++l)
            cancel_line(order, static_cast<std::uint16_t>(l), -1, at, moves);
    } else {
        const auto l = static_cast<std::uint16_t>(line);
        const granules done = cancel_line(order, l, wanted == 0 ? -1 : wanted, at, moves);
        if (wanted > 0 && done > 0 && done < wanted)
            return fail(error_code::too_few_units, wanted, done, line + 1);
    }
    if (moves.size() == first)
        return fail(error_code::not_allowed, line + 1,
                    static_cast<std::int64_t>(lifecycle::status_of(order, line).lowest));
    for (std::size_t i = first; i < moves.size(); ++i) moves[i].reason = reason;
    return {};
}

}  // namespace earmark::intake
