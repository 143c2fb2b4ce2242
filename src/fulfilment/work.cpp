#include "earmark/fulfilment/work.hpp"

#include <span>

namespace earmark::fulfilment {
namespace {

struct way {
    std::span<const unit_state> from;
    unit_state to;
};
using enum unit_state;
constexpr unit_state to_ship[] = {packed, picked, released};
constexpr unit_state to_pack[] = {picked, released};
constexpr unit_state to_unpick[] = {packed, picked};
constexpr unit_state to_pick[] = {released};
constexpr unit_state to_deliver[] = {shipped};
constexpr unit_state to_fulfil[] = {open};

way way_of(fact_kind kind, bool at_node) noexcept {
    switch (kind) {
        case fact_kind::pick:
            return {to_pick, picked};
        case fact_kind::pack:
            return {to_pack, packed};
        case fact_kind::unpick:
            return {to_unpick, released};
        case fact_kind::lose:
            return {at_node ? std::span<const unit_state>{to_unpick} : to_deliver, lost};
        case fact_kind::deliver:
            return {to_deliver, delivered};
        case fact_kind::fulfil:
            return {to_fulfil, delivered};
        case fact_kind::ship:
        case fact_kind::reject:
        case fact_kind::mark:
        case fact_kind::accept:
        case fact_kind::confirm_cancel:
        case fact_kind::refuse_cancel:
        case fact_kind::make:
            break;
    }
    return {to_ship, shipped};
}

}  // namespace

void release(const lifecycle::image& order, node_id node, const lifecycle::cell_nodes& at,
             std::vector<bucket_move>& moves) {
    for (std::size_t l = 0; l < order.lines.size(); ++l)
        lifecycle::draw(order, static_cast<std::uint16_t>(l), unit_state::allocated,
                        unit_state::released, -1, at, node, true, moves);
}

planned_sets::planned_sets(const lifecycle::image& order, std::span<const bucket_move> moves) {
    for (const bucket_move& m : moves) plan(order, m.line, m.n);
}

void planned_sets::plan(const lifecycle::image& order, std::uint16_t line, granules n) {
    if (order.lines[line].group != 0) planned_[line] += n;
}

error planned_sets::keep_whole(const lifecycle::image& order,
                               std::vector<bucket_move>& moves) const {
    if (planned_.empty()) return {};
    std::map<std::uint16_t, std::uint16_t> lacks;  // by set, a line
    for (const lifecycle::bucket& b : order.buckets)
        if (const auto set = order.lines[b.line].group; set != 0 && b.state < allocated)
            lacks.try_emplace(set, b.line);
    auto left = planned_;
    for (const bucket_move& m : moves)
        if (const auto at = left.find(m.line); at != left.end()) at->second -= m.n;
    for (const auto& [line, n] : left)
        if (n > 0) lacks.try_emplace(order.lines[line].group, line);
    error first;
    std::erase_if(moves, [&](const bucket_move& m) {
        const std::uint16_t set = order.lines[m.line].group;
        const auto at = set == 0 ? lacks.end() : lacks.find(set);
        if (at != lacks.end() && first.code == error_code::ok)
            first = fail(error_code::waits_for_set, m.line + 1, at->second + 1, set);
        return at != lacks.end();
    });
    return moves.empty() ? first : error{};
}

error reject(const lifecycle::image& order, std::int64_t line, node_id node, granules wanted,
             const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves) {
    const auto lines = static_cast<std::int64_t>(order.lines.size());
    if (line >= lines) return fail(error_code::unknown_line, line + 1, lines);
    granules moved = 0;
    for (std::int64_t l = line < 0 ? 0 : line; l < (line < 0 ? lines : line + 1); ++l)
        for (const unit_state from : {unit_state::released, unit_state::allocated}) {
            const granules left = wanted == 0 ? -1 : wanted - moved;
            if (left == 0) break;
            moved += lifecycle::draw(order, static_cast<std::uint16_t>(l), from, unit_state::open,
                                     left, at, node, false, moves);
        }
    if (moved == 0)
        return fail(error_code::not_allowed, line + 1,
                    static_cast<std::int64_t>(lifecycle::status_of(order, line).lowest));
    if (moved < wanted) return fail(error_code::too_few_units, wanted, moved, line + 1);
    return {};
}

error record(const lifecycle::image& order, fact_kind kind, std::int64_t line, node_id node,
             granules wanted, const lifecycle::cell_nodes& at, std::vector<bucket_move>& moves) {
    const auto [from, to] = way_of(kind, node != none<node_id>);
    const auto lines = static_cast<std::int64_t>(order.lines.size());
    if (line >= lines) return fail(error_code::unknown_line, line + 1, lines);

    granules moved = 0;
    for (std::int64_t l = line < 0 ? 0 : line; l < (line < 0 ? lines : line + 1); ++l)
        for (const unit_state stands : from) {
            const granules left = wanted == 0 ? -1 : wanted - moved;
            if (left == 0) break;
            moved += lifecycle::draw(order, static_cast<std::uint16_t>(l), stands, to, left, at,
                                     node, true, moves);
        }
    if (moved == 0)
        return fail(error_code::not_allowed, line + 1,
                    static_cast<std::int64_t>(lifecycle::status_of(order, line).lowest));
    if (moved < wanted) return fail(error_code::too_few_units, wanted, moved, line + 1);
    return {};
}

}  // namespace earmark::fulfilment
