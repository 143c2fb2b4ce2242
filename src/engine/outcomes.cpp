// OUTCOMES of a decision: the plan's parts become takes and moves, and what is left over waits,
// waits in a queue, or is cancelled.
#include <algorithm>
#include <utility>

#include "earmark/allocation/allot.hpp"
#include "earmark/lifecycle/workflow.hpp"
#include "restrictor.hpp"
#include "state_calls.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

/// As the units that wait in it have it for a reason; 0: they wait in none.
std::uint8_t queue_number(const sourcing::policy& whole, const sourcing::unserved& rest) {
    if (rest.does != sourcing::unserved::deed::queue) return 0;
    const auto all = whole.queues();
    return static_cast<std::uint8_t>(std::find(all.begin(), all.end(), rest.queue) - all.begin() +
                                     1);
}

}  // namespace

/// The plan's parts as takes and moves; back-ordered units go before open ones. What stays open
/// without stock becomes back-ordered.
error engine::state::allot(const visit& v, const sourcing::policy& by, const sourcing_problem& p,
                           const plan& chosen) {
    desk& d = v.desk;
    const bool plain = workflow_door::is_usual(d.order);
    error why;
    const auto move = [&](std::uint16_t line, std::int64_t n, unit_state from, cell_id to_cell) {
        const bucket_move m{
            0,       line, static_cast<granules>(n), from, unit_state::allocated, none<cell_id>,
            to_cell, 0};
        if (n > 0 && !plain) return std::int64_t{workflow_door::move(*this, d, d.before, m, why)};
        if (n > 0) move_on_desk(d, m);
        return n;
    };
    for (const plan_part& part : chosen.parts) {
        const std::size_t at = part.wanted * p.nodes.size() + index_of(part.node);
        EARMARK_INVARIANT(d.cells[at] != none<cell_id>, "a plan uses only nodes that have a cell");
        const std::int64_t kept = p.free[at] - sourcing::usable(by, p, part.wanted, part.node) +
                                  (d.held.empty() ? 0 : d.held[at]);
        if (!divide_part(d, at, part.n, kept)) return fail(error_code::stock_moving);
        for (const draw& from_cell : d.draws) {
            if (from_cell.n == 0 && from_cell.floor <= 0) continue;
            d.takes.push_back({from_cell.cell, from_cell.n, from_cell.floor});
            if (d.bring_to != none<node_id>) {
                bring(d, part, from_cell);
                continue;
            }
            std::int64_t left = from_cell.n;
            for (const member& m : d.members) {
                if (m.wanted != part.wanted || left == 0) continue;
                for (const unit_state from : {unit_state::backordered, unit_state::open}) {
                    const auto n = std::min(left, lifecycle::units_in(d.order, m.line, from));
                    left -= move(m.line, n, from, from_cell.cell);
                }
            }
            if (why.code != error_code::ok) return why;
        }
    }
    if (!d.leaves_open) leave_rest(d, by, chosen);
    return merge_takes(v);
}

void engine::state::move_on_desk(desk& d, const bucket_move& m) const {
    d.moves.push_back(m);
    EARMARK_INVARIANT(lifecycle::apply(d.order, m) == error_code::ok,
                      "a plan takes no more units than its order has open");
}

/// Back-ordered units that do not wait where they are to wait. Numbers of queues are a policy's
/// own.
bool waits_elsewhere(const desk& d, const lifecycle::bucket& b, std::uint8_t number) noexcept {
    return b.reason != number || (number != 0 && d.order.decided_by != d.decided.by);
}

/// The same of a line whose workflow has states of its own, or guards. What has no such step stays
/// as it is.
template <class State>
void leave_labelled(const State& s, desk& d, std::uint16_t line, unit_state to,
                    std::uint8_t number) {
    const auto stand = d.order.buckets;  // moves rearrange them
    for (const unit_state from : {unit_state::backordered, unit_state::open})
        for (const lifecycle::bucket& b : stand) {
            if (b.line != line || b.state != from) continue;
            if (from == to && !waits_elsewhere(d, b, number)) continue;
            error why;
            (void)workflow_door::move(
                s, d, d.before, b, {0, line, b.n, from, to, none<cell_id>, none<cell_id>, number},
                why);
        }
}

/// What is left after a plan waits, in a queue or not, or is cancelled.
void engine::state::leave_rest(desk& d, const sourcing::policy& by, const plan& chosen) const {
    const sourcing::policy& whole = policies[raw(d.decided.by) - 1];
    const bool nothing = chosen.covers == coverage::none && d.decided.count_seen() == 0;
    for (const member& m : d.members) {
        const sourcing::unserved& rest = d.is_over(m.wanted) ? whole.rejections().then
                                         : nothing           ? by.terms().none
                                                             : by.terms().rest;
        const std::uint8_t number = queue_number(whole, rest);
        const bool cancels = rest.does == sourcing::unserved::deed::cancel;
        if (rest.does == sourcing::unserved::deed::transfer && m.firm != none<node_id> &&
            !restrictor::is_barred(d, m.wanted, m.firm) &&
            workflow_door::may_wait_for_others(d.order) && books.cells.find(m.sku, m.firm)) {
            d.to_bring.push_back(m.line);
            continue;
        }
        const unit_state to = cancels ? unit_state::cancelled : unit_state::backordered;
        if (!workflow_door::is_usual(d.order)) {
            leave_labelled(*this, d, m.line, to, number);
            continue;
        }
        const auto& all = d.order.buckets;  // ascending by line, then by state
        const auto waits =
            std::partition_point(all.begin(), all.end(), [&](const lifecycle::bucket& b) {
                return std::pair{b.line, b.state} < std::pair{m.line, unit_state::backordered};
            });
        const bool is_there =
            waits != all.end() && waits->line == m.line && waits->state == unit_state::backordered;
        if (is_there && (cancels || waits_elsewhere(d, *waits, number)))
            move_on_desk(d, {0, m.line, waits->n, unit_state::backordered, to, none<cell_id>,
                             none<cell_id>, number});
        const auto n = lifecycle::units_in(d.order, m.line, unit_state::open);
        if (n > 0)
            move_on_desk(d, {0, m.line, static_cast<granules>(n), unit_state::open, to,
                             none<cell_id>, none<cell_id>, number});
    }
}

/// The queue that units wait in; empty: none.
std::string_view engine::state::queue_of(const lifecycle::image& order,
                                         const lifecycle::bucket& b) const noexcept {
    const std::uint32_t version = raw(order.decided_by);
    if (b.state != unit_state::backordered || b.reason == 0 || version == 0 ||
        version > policies.size())
        return {};
    const auto queues = policies[version - 1].queues();
    return b.reason <= queues.size() ? std::string_view{queues[b.reason - 1u]} : std::string_view{};
}

result<bool> engine::state::settle_rest(const visit& v) {
    desk& d = v.desk;
    const auto cancels = [](const bucket_move& m) { return m.to == unit_state::cancelled; };
    if (d.order.pools == none<reservation_id> ||
        std::none_of(d.moves.begin(), d.moves.end(), cancels))
        return false;
    std::swap(d.order, d.before);
    auto settles = settle_pools(v);
    std::swap(d.order, d.before);
    return settles;
}

}  // namespace earmark
