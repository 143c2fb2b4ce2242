#include "earmark/intake/cancel.hpp"

#include <algorithm>
#include <set>

namespace earmark::intake {
namespace {

constexpr unit_state removal_order[] = {unit_state::backordered, unit_state::open,
                                        unit_state::reserved, unit_state::allocated,
                                        unit_state::released};
constexpr granules all_there_are = 1 << 30;

/// Released units: first of nodes that need not agree, then of those that are to be asked.
granules cancel_released(const lifecycle::image& order, std::uint16_t line, granules wanted,
                         const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves,
                         const consent& by) {
    std::set<node_id> nodes;
    for (const lifecycle::bucket& b : buckets_of(order, line))
        if (b.state == unit_state::released) nodes.insert(at(b.cell));
    const auto asks = [&](node_id n) { return by.table.asks(n, request_kind::cancel); };
    granules done = 0;
    for (const node_id n : nodes)
        if (!asks(n) && done < wanted)
            done += lifecycle::draw(order, line, unit_state::released, unit_state::cancelled,
                                    wanted - done, at, n, false, moves);
    for (const node_id n : nodes) {
        if (!asks(n)) continue;
        granules there = -asked_of(by.asked, request_kind::cancel, line, n);
        for (const lifecycle::bucket& b : buckets_of(order, line))
            if (b.state == unit_state::released && at(b.cell) == n) there += b.n;
        const granules some = std::min(there, wanted - done);
        if (some <= 0) continue;
        done += some;
        lifecycle::asked one;
        one.kind = request_kind::cancel;
        one.line = line;
        one.node = n;
        one.n = some;
        by.to_ask.push_back(one);
    }
    return done;
}

}  // namespace

granules cancel_line(const lifecycle::image& order, std::uint16_t line, granules wanted,
                     const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves,
                     const consent& by, const lifecycle::amend_table* may) {
    const granules most = wanted < 0 ? all_there_are : wanted;
    const bool asks = by.table.asks_any(request_kind::cancel);
    granules done = 0;
    for (const unit_state s : removal_order) {
        if (done == most) break;
        if (may != nullptr && may->of(change_kind::decrease, s) != permission::allow) continue;
        done += asks && s == unit_state::released
                    ? cancel_released(order, line, most - done, at, moves, by)
                    : lifecycle::draw(order, line, s, unit_state::cancelled, most - done, at,
                                      none<node_id>, false, moves);
    }
    return done;
}

error cancel(const lifecycle::image& order, std::int64_t line, granules wanted, std::uint8_t reason,
             const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves, const consent& by) {
    if (line >= static_cast<std::int64_t>(order.lines.size()))
        return fail(error_code::unknown_line, line + 1,
                    static_cast<std::int64_t>(order.lines.size()));
    const std::size_t first = moves.size(), first_asked = by.to_ask.size();
    if (line < 0) {
        for (std::size_t l = 0; l < order.lines.size(); ++l)
            cancel_line(order, static_cast<std::uint16_t>(l), -1, at, moves, by);
    } else {
        const auto l = static_cast<std::uint16_t>(line);
        const granules done = cancel_line(order, l, wanted == 0 ? -1 : wanted, at, moves, by);
        if (wanted > 0 && done > 0 && done < wanted)
            return fail(error_code::too_few_units, wanted, done, line + 1);
    }
    const bool was_asked = std::ranges::any_of(by.asked, [&](const lifecycle::asked& a) {
        return a.kind == request_kind::cancel && (line < 0 || a.line == line);
    });
    const bool goes_on = wanted == 0 && was_asked;
    if (moves.size() == first && by.to_ask.size() == first_asked && !goes_on)
        return fail(error_code::not_allowed, line + 1,
                    static_cast<std::int64_t>(lifecycle::status_of(order, line).lowest));
    for (std::size_t i = first; i < moves.size(); ++i) moves[i].reason = reason;
    for (std::size_t i = first_asked; i < by.to_ask.size(); ++i) by.to_ask[i].reason = reason;
    return {};
}

}  // namespace earmark::intake
