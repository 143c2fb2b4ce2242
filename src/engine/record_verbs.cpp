// RECORD: what nodes, carriers and people report of an order's units.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "asking.hpp"
#include "earmark/core/check.hpp"
#include "earmark/fulfilment/work.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "gate.hpp"
#include "holder.hpp"
#include "state_calls.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

/// What a fact is about, on the desk's order: a line from 0 or -1, and granules or 0.
template <class State>
error read_amount(const State& s, const desk& d, const fact& f, granules& wanted) {
    // Lines have scales of their own, so an amount is of one line.
    const bool of_no_line = f.line == 0 && f.amount.atoms != 0;
    if (f.node != none<node_id> && index_of(f.node) >= s.names.node.size())
        return fail(error_code::unknown_node, raw(f.node));
    if (of_no_line || f.line > d.order.lines.size())
        return fail(error_code::unknown_line, f.line,
                    static_cast<std::int64_t>(d.order.lines.size()));
    if (f.amount.atoms == 0) return {};
    const sku_id sku = d.order.lines[f.line - 1].sku;
    const auto n = intake::to_granules(f.amount, s.names.sku[index_of(sku)]);
    if (!n) return n.error();
    wanted = *n;
    return {};
}

/// The step that holds may block; none of what has happened to units that have left.
std::optional<hold_step> step_of(fact_kind k) noexcept {
    if (k == fact_kind::ship) return hold_step::ship;
    if (k == fact_kind::pick) return hold_step::pick;
    if (k == fact_kind::pack) return hold_step::pack;
    return {};
}

bool is_answer(fact_kind k) noexcept {
    return k == fact_kind::accept || k == fact_kind::confirm_cancel ||
           k == fact_kind::refuse_cancel;
}

/// What was made for an order comes into its node's stock, promised as it comes.
template <class State>
error make(const State& s, desk& d, const fact& f, std::int64_t line, granules wanted) {
    const lifecycle::image& of = d.order;
    if (!is_made(of.type))
        return fail(error_code::bad_order_type, static_cast<std::int64_t>(of.type), -1);
    const auto& by = lifecycle::rules_of(of);
    granules made = 0;
    for (std::uint32_t l = 0; l < of.lines.size(); ++l) {
        const auto [sku, node] = std::pair{of.lines[l].sku, of.lines[l].firm};
        const bool is_asked =
            (line < 0 || line == l) && (f.node == none<node_id> || f.node == node);
        if (!is_asked || node == none<node_id>) continue;
        const auto held = lifecycle::buckets_of(of, l);
        for (auto b = held.rbegin(); b != held.rend(); ++b) {  // those in production first
            const granules n = wanted == 0 ? b->n : std::min(b->n, wanted - made);
            if (n == 0 || b->state != unit_state::open ||
                !by.leads_to(lifecycle::state_of(*b), unit_state::allocated))
                continue;
            const auto cell = s.books.cells.find(sku, node);
            if (!cell) return fail(error_code::no_cell, raw(sku), raw(node));
            d.moves.push_back({0, b->line, n, b->state, unit_state::allocated, none<cell_id>, *cell,
                               0, b->ref, lifecycle::ref_of(0, 0)});
            d.stock.push_back({*cell, 0, n});
            made += n;
        }
    }
    if (made == 0)
        return fail(error_code::not_allowed, line + 1,
                    static_cast<std::int64_t>(lifecycle::status_of(of, line).lowest));
    return made < wanted ? fail(error_code::too_few_units, wanted, made, line + 1) : error{};
}

}  // namespace

result<receipt> engine::record(const command& c, const fact& f) {
    state& s = *state_;
    EARMARK_CHECK(static_cast<std::size_t>(f.kind) < fact_kinds, "record: one of the facts");
    if (f.reason != 0 && f.kind != fact_kind::reject) return fail(error_code::bad_field, 6);
    if (!f.event.empty() && f.kind != fact_kind::mark) return fail(error_code::bad_field, 7);
    if (f.kind == fact_kind::reject)
        return s.stay<result<receipt>>(c, [&](const state::visit& v) { return s.reject(v, c, f); });
    const bool marks = f.kind == fact_kind::mark;
    const auto step = step_of(f.kind);
    const verb by = verb_of(f.kind);
    const std::uint64_t words[] = {static_cast<std::uint64_t>(by),
                                   raw(f.order),
                                   f.line,
                                   raw(f.node),
                                   static_cast<std::uint64_t>(f.amount.atoms),
                                   marks ? earmark::digest{}.add(f.event).value() : 0};
    const auto said = std::as_bytes(std::span{words}.first(marks ? 6 : 5));
    const auto content = c.key.empty() ? digest128{} : content_digest(said);
    const auto decide = [&](desk& d) -> error {
        granules wanted = 0;
        if (const error e = read_amount(s, d, f, wanted); e.code != error_code::ok) return e;
        const auto line = static_cast<std::int64_t>(f.line) - 1;
        if (marks) return workflow_door::mark(s, d, f, line, wanted);
        if (f.kind == fact_kind::make) return make(s, d, f, line, wanted);
        if (is_answer(f.kind)) return state::asker{s}.answer(d, f, wanted);
        // What is brought to a node is delivered there, wherever it came from.
        const bool is_there = f.kind == fact_kind::deliver && f.node == d.order.lines.front().to;
        const error e = fulfilment::record(d.order, f.kind, line, is_there ? none<node_id> : f.node,
                                           wanted, s.nodes_of_cells(), d.moves);
        if (e.code != error_code::ok) return e;
        if (step)
            if (const error why = state::holder{s}.keep_unheld(d, *step, true);
                why.code != error_code::ok)
                return why;
        for (const bucket_move& m : d.moves)  // goods that left, or are gone
            if (holds_stock(m.from) && !holds_stock(m.to))
                d.stock.push_back({m.from_cell, 0, -m.n});
        return {};
    };
    return s.stay<result<receipt>>(c, [&](const state::visit& v) -> result<receipt> {
        const error e = state::gate{s}.pass(v, c, by, {.order = f.order, .node = f.node});
        if (e.code != error_code::ok) return e;
        return s.move_units(v, c, by, f.order, content, decide, step);
    });
}

}  // namespace earmark
