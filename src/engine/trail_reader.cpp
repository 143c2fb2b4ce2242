#include "trail_reader.hpp"

#include <algorithm>
#include <utility>

#include "earmark/core/low_first.hpp"
#include "earmark/engine/facts.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "earmark/sourcing/decision.hpp"
#include "hold_notes.hpp"
#include "strategy_names.hpp"

namespace earmark {
namespace {

constexpr std::string_view hold_events[] = {"resolved",   "rejected",        "escalated",
                                            "gave_stock", "rejected_stands", "extended"};

bool fits(const trail_row& row, const trail_query& q) noexcept {
    return (q.order == none<order_id> || row.order == q.order) &&
           (q.sku == none<sku_id> || row.sku == q.sku) &&
           (q.node == none<node_id> || row.node == q.node || row.from_node == q.node);
}

bool asks_for_a_subject(const trail_query& q) noexcept {
    return q.order != none<order_id> || q.sku != none<sku_id> || q.node != none<node_id>;
}

}  // namespace

// ---- records ------------------------------------------------------------------------------------

error trail_reader::read(position at, std::span<const std::byte> record) {
    at_ = at;
    why_ = {};
    const error e = journal::read(record, *this);
    return e.code != error_code::ok && why_.code == e.code ? why_ : e;
}

error_code trail_reader::begin(verb by, time_point now, actor_id actor) {
    by_ = by;
    now_ = now;
    actor_ = state_.names.known(actor);
    skips_ = (asked_.by && by != *asked_.by) || (asked_.actor && actor_ != *asked_.actor) ||
             now < asked_.since || (asked_.until != never && now >= asked_.until);
    touches_ = false;
    first_ = rows.size();
    born_ = none<order_id>;
    command_.clear();
    decided_by_ = {};
    return error_code::ok;
}

error_code trail_reader::end() {
    if (touches_) ++touched;
    if (skips_) return error_code::ok;
    if (rows.size() == first_ && !asks_for_a_subject(asked_)) add(trail_kind::command);
    for (std::size_t i = first_; i < rows.size(); ++i) {
        trail_row& row = rows[i];
        // What is taken over with an order belongs to its story.
        const bool is_basket =
            row.kind == trail_kind::reserved || row.kind == trail_kind::reservation;
        if (is_basket && by_ == verb::place_order) row.order = born_;
        row.command = command_;
        if (row.order != none<order_id>) row.order_key = key_of(row.order);
        if (counts_) row.version = touched;
    }
    const auto here = rows.begin() + static_cast<std::ptrdiff_t>(first_);
    const auto is_other = [&](const trail_row& row) { return !fits(row, asked_); };
    rows.erase(std::remove_if(here, rows.end(), is_other), rows.end());
    std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(first_), rows.end(),
                     [](const trail_row& a, const trail_row& b) {
                         return std::pair{a.order, a.kind} < std::pair{b.order, b.kind};
                     });
    return error_code::ok;
}

// ---- what rows say ------------------------------------------------------------------------------

bool trail_reader::concerns(std::uint32_t order) noexcept {
    if (asked_.order != none<order_id> && raw(asked_.order) != order) return false;
    touches_ = true;
    return !skips_;
}

error_code trail_reader::look_at(std::uint32_t order) {
    if (has_image_ && order == order_) return error_code::ok;
    has_image_ = has_beside_ = false;
    why_ = state_.read_order(order_id{order}, image_);
    if (why_.code != error_code::ok) return why_.code;
    order_ = order;
    has_image_ = true;
    return error_code::ok;
}

error_code trail_reader::look_beside(std::uint32_t order) {
    constexpr int looks = 8;
    for (int i = 0; i < looks; ++i) {
        if (const auto e = look_at(order); e != error_code::ok) return e;
        if (has_beside_) return error_code::ok;
        why_ = state_.read_beside(order_id{order}, image_, beside_);
        has_beside_ = why_.code == error_code::ok;
        has_image_ = has_beside_;
        if (has_beside_) return error_code::ok;
    }
    return why_.code;
}

trail_row& trail_reader::add(trail_kind kind) {
    trail_row& row = rows.emplace_back();
    row.at = at_;
    row.now = now_;
    row.by = by_;
    row.actor = actor_;
    row.actor_key = state_.names.actors.key(raw(actor_));
    row.kind = kind;
    return row;
}

void trail_reader::set_sku(trail_row& row, sku_id sku) const {
    row.sku = sku;
    row.sku_key = state_.names.skus.key(raw(sku));
    row.decimals = state_.names.sku[index_of(sku)].decimals;
}

void trail_reader::set_node(trail_row& row, node_id node) const {
    row.node = node;
    if (node != none<node_id>) row.node_key = state_.names.nodes.key(raw(node));
}

void trail_reader::set_line(trail_row& row, std::uint32_t line, std::int64_t n) const {
    row.line = line + 1;
    set_sku(row, image_.lines[line].sku);
    row.amount = state_.to_quantity(row.sku, n);
}

void trail_reader::set_cell(trail_row& row, cell_id c, std::int64_t n) const {
    const pool_id pool = state_.books.cells.pool_of(c);
    row.amount = state_.to_quantity(c, n);
    if (pool != none<pool_id>) {
        row.what = state_.names.pools.keys.key(raw(pool));
        row.decimals = state_.names.pools[pool].scale.decimals;
        return;
    }
    set_sku(row, state_.books.cells.sku_of(c));
    set_node(row, state_.books.cells.node_of(c));
}

std::string trail_reader::node_text(node_id n) const {
    return n == none<node_id> ? "any" : std::string{state_.names.nodes.key(raw(n))};
}

const std::string& trail_reader::key_of(order_id order) {
    if (named_ == order) return name_;
    lifecycle::image seen;
    const bool is_here = has_image_ && order_ == raw(order);
    const bool is_read = is_here || state_.read_order(order, seen).code == error_code::ok;
    const std::uint32_t block = is_here ? image_.remembered : seen.remembered;
    name_ = is_read && block != 0 ? state_.keys.key_of(block - 1) : std::to_string(raw(order));
    named_ = order;
    return name_;
}

// ---- units and stock ----------------------------------------------------------------------------

error_code trail_reader::move(std::uint32_t order, const bucket_move& m) {
    if (!concerns(order)) return error_code::ok;
    if (const auto e = look_at(order); e != error_code::ok) return e;
    if (!has_line(m.line)) return error_code::bad_record;
    const auto node_of = [&](cell_id c) {
        return c == none<cell_id> ? none<node_id> : state_.books.cells.node_of(c);
    };
    const auto& by = rules_then();
    const auto label = [&](unit_state s, std::uint32_t ref) {
        const std::uint8_t sub = lifecycle::sub_state_of(ref);
        return sub == 0 ? std::string_view{} : lifecycle::name_of(by, lifecycle::state_key{s, sub});
    };
    trail_row& row = add(trail_kind::moved, order);
    set_line(row, m.line, m.n);
    row.from = m.from;
    row.to = m.to;
    row.from_label = label(m.from, m.from_ref);
    row.to_label = label(m.to, m.to_ref);
    row.from_node = node_of(m.from_cell);
    if (row.from_node != none<node_id>)
        row.from_node_key = state_.names.nodes.key(raw(row.from_node));
    set_node(row, node_of(m.to_cell));
    if (m.to != unit_state::backordered) {
        row.reason = m.reason;
        return error_code::ok;
    }
    // Of units that wait it is the queue, by its number in the policy that decided.
    const policy_id version = raw(decided_by_) != 0 ? decided_by_ : image_.decided_by;
    if (m.reason == 0 || raw(version) == 0 || raw(version) > state_.policies.size())
        return error_code::ok;
    const auto queues = state_.policies[raw(version) - 1].queues();
    if (m.reason <= queues.size()) row.what = queues[m.reason - 1u];
    return error_code::ok;
}

error_code trail_reader::post(std::uint32_t order, const journal::post_op&) {
    (void)concerns(order);
    return error_code::ok;
}

error_code trail_reader::cell(const journal::cell_op& c) {
    if (skips_ || asked_.order != none<order_id>) return error_code::ok;
    if (!state_.books.cells.exists(c.cell)) return error_code::bad_record;
    trail_row& row = add(trail_kind::stock);
    set_cell(row, c.cell, c.free);
    row.on_hand = state_.to_quantity(c.cell, c.on_hand);
    return error_code::ok;
}

error_code trail_reader::count_note(std::uint32_t cell, std::span<const std::byte> bytes) {
    if (skips_ || asked_.order != none<order_id>) return error_code::ok;
    if (bytes.size() != 8 || !state_.books.cells.exists(cell_id{cell}))
        return error_code::bad_record;
    const auto granules_of = [&] {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(take_low_first(bytes, 4)));
    };
    trail_row& row = add(trail_kind::counted);
    const std::int64_t record = granules_of(), found = granules_of();
    set_cell(row, cell_id{cell}, found);
    row.before = to_string(state_.to_quantity(cell_id{cell}, record), row.decimals);
    row.after = to_string(row.amount, row.decimals);
    return error_code::ok;
}

error_code trail_reader::reservation(const journal::reservation_op& r) {
    const bool is_asked = asked_.order == none<order_id> || by_ == verb::place_order;
    if (skips_ || !is_asked) return error_code::ok;
    const bool holds = r.birth || r.life == reservation_state::active;
    if (!holds) {
        trail_row& row = add(trail_kind::reservation);
        row.reservation = reservation_id{r.id()};
        row.what = name_of(r.life);
    }
    for (const take_line& p : r.parts) {
        if (!state_.books.cells.exists(p.cell)) return error_code::bad_record;
        trail_row& row = add(trail_kind::reserved);
        row.reservation = reservation_id{r.id()};
        row.until = r.deadline;
        set_cell(row, p.cell, p.n);
    }
    return error_code::ok;
}

error_code trail_reader::timer(std::uint32_t reservation, time_point deadline,
                               std::uint32_t holder) {
    if (skips_ || asked_.order != none<order_id>) return error_code::ok;
    trail_row& row = add(trail_kind::reservation);
    row.reservation = reservation_id{static_cast<std::uint64_t>(holder) << 32 | reservation};
    row.what = "extended";
    row.until = deadline;
    return error_code::ok;
}

/// It changes no order: what it is about does not grow by it.
error_code trail_reader::denied_note(std::uint32_t may, std::span<const std::byte> bytes) {
    denied_attempt a;
    if (skips_) return error_code::ok;
    if (!read_denied(may, bytes, a)) return error_code::bad_record;
    const bool is_of_order = a.order != denied_attempt::none_of_it;
    trail_row& row = is_of_order ? add(trail_kind::denied, a.order) : add(trail_kind::denied);
    set_known_sku(row, raw(a.sku));
    set_known_node(row, raw(a.node));
    set_hold_type(row, a.type);
    row.what = name_of(a.may);
    row.after = std::to_string(a.times);
    return error_code::ok;
}

// ---- notes --------------------------------------------------------------------------------------

error_code trail_reader::note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                              std::span<const std::byte> bytes) {
    using journal::note_kind;
    if (kind == note_kind::count) return count_note(ref, bytes);
    if (kind == note_kind::denied) return denied_note(ref, bytes);
    if (kind == note_kind::basket) return error_code::ok;  // of a reservation
    if (!concerns(order)) return error_code::ok;
    switch (kind) {
        case note_kind::decision:
            return decision_note(order, ref, bytes);
        case note_kind::facts:
            return facts_note(order, bytes);
        case note_kind::rejection:
            return rejection_note(order, ref, bytes);
        case note_kind::hold_placed:
        case note_kind::hold_ended:
            return hold_note(order, kind, ref, bytes);
        case note_kind::amended:
            return amended_note(order, bytes);
        case note_kind::link:
            return link_note(order, ref, bytes);
        case note_kind::asked:
            return asked_note(order, bytes);
        case note_kind::timed:
            return timed_note(order, bytes);
        case note_kind::migrated:
            return migrated_note(order, ref, bytes);
        default:
            return error_code::ok;
    }
}

error_code trail_reader::facts_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    std::vector<order_value> values;
    const fact_table& known = state_.names.facts;
    if (!read_facts(bytes, image_.lines.size(), known, values)) return error_code::bad_record;
    for (const order_value& v : values) {
        trail_row& row = add(trail_kind::said, order);
        if (v.line != 0) set_line(row, v.line - 1, 0);
        row.what = known.names.key(raw(v.attribute));
        row.after = value_text(known.type(v.attribute), v.n, v.text);
    }
    return error_code::ok;
}

error_code trail_reader::decision_note(std::uint32_t order, std::uint32_t version,
                                       std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    const auto all = sourcing::decode_all(bytes);
    if (!all || version == 0 || version > state_.policies.size()) return error_code::bad_record;
    decided_by_ = policy_id{version};
    for (const sourcing::decision& d : *all) {
        std::string_view strategy;
        std::vector<std::string_view> passed_on;
        name_strategies(state_.policies[version - 1], d, strategy, passed_on);
        const auto add_row = [&]() -> trail_row& {
            trail_row& row = add(trail_kind::decided, order);
            row.policy = decided_by_;
            row.what = strategy;
            return row;
        };
        if (d.parts.empty()) add_row();
        for (const plan_part& p : d.parts) {
            if (p.wanted >= d.wanted.size() || !has_line(d.wanted[p.wanted].line) ||
                index_of(p.node) >= state_.names.node.size())
                return error_code::bad_record;
            trail_row& row = add_row();
            set_line(row, d.wanted[p.wanted].line, p.n);
            set_node(row, p.node);
        }
    }
    return error_code::ok;
}

error_code trail_reader::rejection_note(std::uint32_t order, std::uint32_t node,
                                        std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    std::uint8_t reason = 0;
    std::vector<std::uint16_t> lines;
    const bool is_read = read_rejection_note(bytes, image_.lines.size(), reason, lines);
    if (!is_read || node >= state_.names.node.size()) return error_code::bad_record;
    for (const std::uint16_t l : lines) {
        trail_row& row = add(trail_kind::rejected, order);
        set_line(row, l, 0);
        set_node(row, node_id{static_cast<std::uint16_t>(node)});
        row.reason = reason;
    }
    return error_code::ok;
}

error_code trail_reader::asked_note(std::uint32_t order, std::span<const std::byte> bytes) {
    constexpr std::string_view events[] = {"asked", "accepted", "refused", "unanswered",
                                           "overtaken"};
    if (const auto e = look_at(order); e != error_code::ok) return e;
    std::vector<lifecycle::asked_change> changes;
    if (!lifecycle::read_changes(bytes, changes)) return error_code::bad_record;
    for (const lifecycle::asked_change& c : changes) {
        if (!has_line(c.of.line) || index_of(c.of.node) >= state_.names.node.size())
            return error_code::bad_record;
        trail_row& row = add(trail_kind::asked, order);
        set_line(row, c.of.line, c.of.n);
        set_node(row, c.of.node);
        row.what = name_of(c.of.kind);
        row.after = events[static_cast<std::size_t>(c.what)];
        if (c.what != lifecycle::asked_event::asked) continue;
        row.until = c.of.until;
        row.reason = c.of.reason;
    }
    return error_code::ok;
}

error_code trail_reader::hold_note(std::uint32_t order, journal::note_kind kind,
                                   std::uint32_t number, std::span<const std::byte> bytes) {
    if (const auto e = look_beside(order); e != error_code::ok) return e;
    if (number == 0 || number > beside_.holds.size()) return error_code::bad_record;
    const lifecycle::hold& now = beside_.holds[number - 1];
    lifecycle::hold placed;
    hold_change change;
    const bool is_placed = kind == journal::note_kind::hold_placed;
    const bool is_read =
        is_placed ? read_placed_note(bytes, placed) : read_ended_note(bytes, change);
    if (!is_read) return error_code::bad_record;
    trail_row& row = add(is_placed ? trail_kind::held : trail_kind::hold_ended, order);
    row.hold = number;
    row.hold_type = state_.names.holds.keys.key(raw(now.type));
    if (now.line != lifecycle::the_order && has_line(now.line)) set_line(row, now.line, 0);
    row.reason = is_placed ? placed.reason : change.reason;
    row.until = is_placed ? placed.until : change.until;
    if (is_placed && placed.is(lifecycle::hold::recalls)) row.what = "recalls";
    if (is_placed && placed.repeats != 0) {
        row.other = order_id{placed.repeats - 1};
        row.other_key = key_of(row.other);
    }
    if (!is_placed) row.what = hold_events[static_cast<std::size_t>(change.what)];
    return error_code::ok;
}

error_code trail_reader::link_note(std::uint32_t order, std::uint32_t other,
                                   std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    link l;
    if (!read_link_note(bytes, l) || !has_line(l.line)) return error_code::bad_record;
    trail_row& row = add(trail_kind::linked, order);
    set_line(row, l.line, 0);
    if (index_of(l.node) < state_.names.node.size()) set_node(row, l.node);
    row.other = order_id{other};
    row.other_key = key_of(row.other);
    row.other_line = l.other_line + 1u;
    row.what = l.kind == link_kind::brought_by ? "brought_by" : "brings_for";
    return error_code::ok;
}

}  // namespace earmark
