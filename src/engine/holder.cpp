#include "holder.hpp"

#include <algorithm>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/intake/cancel.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "seen_from.hpp"
#include "suspecting.hpp"
#include "workflow_door.hpp"

namespace earmark {

using lifecycle::hold;
using lifecycle::hold_event;

error engine::state::holder::held_by(const hold& h) const noexcept {
    const bool is_whole = h.line == lifecycle::the_order;
    return fail(error_code::held, h.number, is_whole ? 0 : h.line + 1, raw(h.type));
}

error engine::state::holder::keep_unheld(desk& d, hold_step step, bool all) const {
    if (!lifecycle::any_stands(d.beside.holds)) return {};
    error first;
    const auto is_held = [&](const auto& of) {
        const hold* const by = lifecycle::blocker(d.beside.holds, types(), of.line, step);
        if (by != nullptr && first.code == error_code::ok) first = held_by(*by);
        return by != nullptr;
    };
    std::erase_if(d.moves, is_held);
    std::erase_if(d.asks, is_held);
    return all || (d.moves.empty() && d.asks.empty()) ? first : error{};
}

error engine::state::holder::keep_unfrozen(desk& d) const {
    const bool may_freeze = s_.names.floors.any_freezes() || !s_.names.sections.empty();
    if (!may_freeze) return {};
    error first;
    std::erase_if(d.moves, [&](const bucket_move& m) {
        if (m.from_cell == none<cell_id>) return false;
        const auto& cells = s_.books.cells;
        const sku_id sku = cells.sku_of(m.from_cell);
        const node_id node = cells.node_of(m.from_cell);
        const section_id in = cells.section_of(m.from_cell);
        const auto rule = s_.names.floors.freeze(sku, node, s_.names.node[index_of(node)].kind);
        const bool is_lot = in != none<section_id> && s_.names.sections[in].frozen;
        if (!rule && !is_lot) return false;
        if (first.code == error_code::ok)
            first = fail(error_code::excluded, raw(sku), raw(node), rule ? *rule : -1);
        return true;
    });
    return d.moves.empty() ? first : error{};
}

error engine::state::holder::waits_for(const desk& d) const noexcept {
    if (d.on_hold.empty()) return {};
    const auto would_be_sourced = [&](const lifecycle::bucket& b) {
        return b.state == unit_state::open || b.state == unit_state::backordered ||
               (b.state == unit_state::allocated && s_.books.cells.node_of(b.cell) == d.leaving);
    };
    for (const lifecycle::bucket& b : d.order.buckets)
        if (d.on_hold[b.line] && would_be_sourced(b))
            return held_by(
                *lifecycle::blocker(d.beside.holds, types(), b.line, hold_step::allocate));
    return {};
}

void engine::state::holder::note_held(desk& d) const {
    d.on_hold.clear();
    if (!lifecycle::any_stands(d.beside.holds)) return;
    d.on_hold.resize(d.order.lines.size());
    for (std::size_t l = 0; l < d.on_hold.size(); ++l)
        d.on_hold[l] = lifecycle::blocker(d.beside.holds, types(), static_cast<std::uint16_t>(l),
                                          hold_step::allocate) != nullptr;
}

std::vector<stopped_steps> engine::state::holder::stopped(desk& d, time_point now) const {
    std::vector<stopped_steps> out(d.order.lines.size());
    const std::vector<hold> held = d.beside.holds;
    for (std::size_t s = 0; s < hold_step_count; ++s) {
        const auto step = static_cast<hold_step>(s);
        pretend_to_lift(d, step, now);
        for (std::size_t l = 0; l < out.size(); ++l)
            if (const hold* const by = lifecycle::blocker(d.beside.holds, types(),
                                                          static_cast<std::uint16_t>(l), step))
                out[l][s] = {by->number, by->type};
        d.beside.holds = held;
    }
    return out;
}

// ---- conditions --------------------------------------------------------------------------------

sourcing::order_facts engine::state::holder::ask(desk& d) const {
    const fact_table& facts = s_.names.facts;
    const auto all = asked_of_orders(facts);
    std::vector<attribute_id> declared;
    for (std::size_t i = sourcing::order_attributes().size(); i < all.size(); ++i)
        declared.push_back(*facts.find(all[i].name));
    return s_.facts_asked(d, {all, declared, currency::from_code(d.order.currency)});
}

auto engine::state::holder::lines_of_way(const desk& d, const sourcing::order_facts& facts,
                                         std::uint16_t own) -> std::vector<one_line> {
    std::vector<one_line> out;
    for (std::size_t l = 0; l < facts.lines.size(); ++l)
        if (d.order.lines[l].own == own) out.push_back(facts.lines[l]);
    return out;
}

auto engine::state::holder::applying(desk& d, const suspecting& of) const
    -> result<std::vector<scope>> {
    std::vector<scope> all;
    each_way(d.order, [&](std::uint16_t own) { return apply_by_way(d, own, all), true; });
    if (!d.order.own.empty()) {  // ways may agree on what holds the order
        std::ranges::sort(all, {}, [](const scope& s) { return std::pair{s.type, s.line}; });
        all.erase(std::unique(all.begin(), all.end()), all.end());
    }
    std::vector<scope> out;
    for (scope& s : all) {
        const hold_rule& rule = s_.names.holds[s.type];
        if (rule.suspects()) {
            const auto other = of.repeated(d.order, rule);
            if (!other) return other.error();
            if (!*other) continue;
            s.repeats = **other + 1;
        }
        out.push_back(s);
    }
    return out;
}

/// What lines that go one way bring on themselves, or on their order.
void engine::state::holder::apply_by_way(desk& d, std::uint16_t own,
                                         std::vector<scope>& out) const {
    const hold_type_table& all = s_.names.holds;
    const sourcing::order_facts facts = ask(d);
    const auto lines = lines_of_way(d, facts, own);
    for (std::size_t t = 0; t < all.size(); ++t) {
        const hold_type_id type{static_cast<std::uint16_t>(t)};
        const hold_rule& rule = all[type];
        if (!rule.places()) continue;
        const bool is_of_lines = rule.scope == hold_scope::line;
        const std::size_t asked = is_of_lines ? facts.lines.size() : 1;
        for (std::size_t l = 0; l < asked; ++l) {
            if (is_of_lines && d.order.lines[l].own != own) continue;
            const std::span about =
                is_of_lines ? facts.lines.subspan(l, 1) : std::span<const one_line>{lines};
            if (rule.apply && !rule.apply->holds({facts.order, about})) continue;
            out.push_back(
                {type, is_of_lines ? static_cast<std::uint16_t>(l) : lifecycle::the_order});
        }
    }
}

error engine::state::holder::put_by_itself(desk& d, const scope& s, actor_id by,
                                           time_point now) const {
    hold h = lifecycle::fresh_hold(s.type, s.line, by, now, s_.names.holds.terms(s.type));
    h.repeats = s.repeats;
    return put_by_itself(d, h).error();
}

error engine::state::holder::apply(desk& d, const suspecting& of, actor_id by,
                                   time_point now) const {
    if (!s_.names.holds.applies()) return {};
    if (!of.is_ready()) return fail(error_code::stock_moving);
    const auto all = applying(d, of);
    if (!all) return all.error();
    for (const scope& s : *all)
        EARMARK_INVARIANT(put_by_itself(d, s, by, now).code == error_code::ok,
                          "a new order has room for a hold of each type");
    return {};
}

error engine::state::holder::apply_anew(desk& d, order_id id, lifecycle::image next, actor_id by,
                                        time_point now) const {
    if (!s_.names.holds.applies()) return {};
    const auto of = suspecting::standing(s_, d, static_cast<std::uint32_t>(raw(id)), now);
    if (!of.is_ready()) return fail(error_code::stock_moving);
    const auto before = applying(d, of);
    std::swap(d.order, next);
    const auto after = before ? applying(d, of) : before;
    std::swap(d.order, next);
    if (!after) return after.error();
    for (const scope& s : *after) {
        if (std::ranges::find(*before, s) != before->end()) continue;
        if (const error e = put_by_itself(d, s, by, now); e.code != error_code::ok) return e;
    }
    return {};
}

bool engine::state::holder::is_over(desk& d, const hold& h) const {
    const hold_rule& rule = s_.names.holds[h.type];
    if (!rule.resolve || h.state != hold_state::active) return false;
    if (h.line != lifecycle::the_order) {
        const seen_from there{d.order, h.line};
        const sourcing::order_facts facts = ask(d);
        return rule.resolve->holds({facts.order, facts.lines.subspan(h.line, 1)});
    }
    return each_way(d.order, [&](std::uint16_t own) {
        const sourcing::order_facts facts = ask(d);
        const auto lines = lines_of_way(d, facts, own);
        return rule.resolve->holds({facts.order, lines});
    });
}

// ---- changes -----------------------------------------------------------------------------------

result<lifecycle::placing> engine::state::holder::put(desk& d, hold h, std::size_t most) const {
    const auto in_scope = [&](const lifecycle::bucket& b) { return h.covers(b.line); };
    const auto is_work = [&](const lifecycle::bucket& b) {
        return in_scope(b) && (b.state == unit_state::released || b.state == unit_state::picked ||
                               b.state == unit_state::packed);
    };
    constexpr hold_steps of_nodes = static_cast<hold_steps>(
        bit_of(hold_step::pick) | bit_of(hold_step::pack) | bit_of(hold_step::ship));
    if ((s_.names.holds.terms(h.type).blocks & of_nodes) != 0 &&
        std::ranges::any_of(d.order.buckets, is_work))
        h.marks |= hold::recalls;
    const auto placed = lifecycle::place(d.beside.holds, h, most);
    if (!placed || !(placed->fresh || placed->extended)) return placed;
    d.changes_beside = true;
    if (placed->fresh)
        d.notes.push_back({journal::note_kind::hold_placed, placed->number, placed_note(h)});
    else
        d.notes.push_back({journal::note_kind::hold_ended, placed->number,
                           ended_note({hold_event::extend, 0, h.until})});
    return placed;
}

result<lifecycle::placing> engine::state::holder::put_by_itself(desk& d, hold h) const {
    if (d.beside.holds.size() >= max_holds) h.line = lifecycle::the_order;
    return put(d, h, max_holds_in_all);
}

/// Moves that the order's workflow refuses are not made: time does not wait for a guard.
void engine::state::holder::keep_possible(desk& d) const {
    if (d.moves.empty() && d.asks.empty()) return;
    const auto facts =
        workflow_door::known(s_, d.order, load_facts(s_.books.ledger.chunks(), d.order.facts),
                             !d.beside.rejections.empty());
    std::erase_if(d.moves, [&](bucket_move m) {
        return lifecycle::route(d.order, {&m, 1}, facts).code != error_code::ok;
    });
    std::erase_if(d.asks, [&](const lifecycle::asked& a) {
        return asker{s_}.route(d, a, facts).code != error_code::ok;
    });
}

void engine::state::holder::cancel_scope(desk& d, const hold& h, std::uint8_t reason) const {
    const std::int64_t line = h.line == lifecycle::the_order ? -1 : h.line;
    (void)intake::cancel(d.order, line, 0, reason, s_.nodes_of_cells(), d.moves,
                         asker{s_}.consent(d));  // what still can
    std::vector<hold> others = d.beside.holds;
    others.erase(others.begin() + (h.number - 1));
    const auto is_held = [&](const auto& of) {
        return lifecycle::blocker(others, types(), of.line, hold_step::cancel) != nullptr;
    };
    std::erase_if(d.moves, is_held);
    std::erase_if(d.asks, is_held);
    keep_possible(d);
}

/// Units that are picked, that another hold keeps, or that their workflow does not let go stay:
/// then so does the hold.
hold_event engine::state::holder::carry_out_rejection(desk& d, const answer& a) const {
    const hold& h = d.beside.holds[a.number - 1];
    if (s_.names.holds.terms(h.type).rejected != hold_rejection::cancel)
        return hold_event::reject_on;
    cancel_scope(d, h, a.reason);
    return units_on_their_way(d, h) == 0 ? hold_event::reject : hold_event::reject_on;
}

std::int64_t engine::state::holder::units_on_their_way(const desk& d, const hold& h) {
    std::int64_t n = 0;
    for (const lifecycle::bucket& b : d.order.buckets)
        if (h.covers(b.line) && is_ahead(b.state)) n += b.n;
    for (const bucket_move& m : d.moves)
        if (h.covers(m.line) && m.to == unit_state::cancelled) n -= m.n;
    if (d.amends == nullptr) return n;
    for (const auto& m : d.amends->more)
        if (h.covers(m.line)) n += m.n;
    for (const lifecycle::line& l : d.amends->added)
        if (h.line == lifecycle::the_order) n += l.ordered;
    return n;
}

void engine::state::holder::unallocate_scope(desk& d, const hold& h) const {
    for (std::size_t l = 0; l < d.order.lines.size(); ++l)
        if (h.covers(static_cast<std::uint16_t>(l)))
            lifecycle::draw(d.order, static_cast<std::uint16_t>(l), unit_state::allocated,
                            unit_state::open, -1, s_.nodes_of_cells(), none<node_id>, false,
                            d.moves);
    keep_possible(d);
}

error engine::state::holder::note_end(desk& d, const answer& a) const {
    auto& all = d.beside.holds;
    const hold_change to{a.what, a.reason};
    if (!change_hold(all, a.number, to, a.by, a.at, types()))
        return fail(error_code::hold_over, a.number,
                    static_cast<std::int64_t>(all[a.number - 1].state));
    d.changes_beside = true;
    d.notes.push_back({journal::note_kind::hold_ended, a.number, ended_note(to)});
    return {};
}

error engine::state::holder::settle(desk& d, const answer& a) const {
    const hold before = d.beside.holds[a.number - 1];
    answer done = a;
    if (a.what == hold_event::reject) done.what = carry_out_rejection(d, a);
    if (const error e = note_end(d, done); e.code != error_code::ok) return e;
    if (a.what == hold_event::give_back) unallocate_scope(d, before);
    if (a.what != hold_event::resolve || units_on_their_way(d, before) == 0) return {};
    for (const hold_type_id next : s_.names.holds.placed_after(before.type)) {
        const hold h =
            lifecycle::fresh_hold(next, before.line, a.by, a.at, s_.names.holds.terms(next));
        if (const auto placed = put_by_itself(d, h); !placed) return placed.error();
    }
    return {};
}

error engine::state::holder::pass_time(desk& d, time_point now, bool in_earnest) const {
    const auto due = lifecycle::first_due(d.beside.holds, types(), now);
    if (due.number == 0) return {};
    const bool gives_back = due.what == hold_event::give_back;
    answer a{due.number, due.what, 0, actor_id{}, now};
    if (in_earnest) return settle(d, a);
    a.what = gives_back ? hold_event::give_back : hold_event::escalate;
    return note_end(d, a);
}

}  // namespace earmark
