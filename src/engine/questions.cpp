// AVAILABLE, ORDER, RESERVATION, POLL, DESCRIBE: what anybody may ask at any time.
#include <algorithm>

#include "earmark/engine/fold.hpp"
#include "earmark/intake/revise.hpp"
#include "earmark/journal/record.hpp"
#include "hold_scope.hpp"
#include "state_calls.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

/// Reads what a record did, in the small. Its subject is the order that the command was about: of
/// several, the one that the record names first; where it is placed, itself.
class summary final : public journal::deaf_visitor {
public:
    explicit summary(std::uint64_t at) { seen.at = position{at}; }
    event seen;
    using deaf_visitor::intern;

    error_code begin(verb by, time_point now, actor_id actor) override {
        seen.by = by;
        seen.now = now;
        seen.actor = actor;
        return error_code::ok;
    }
    error_code move(std::uint32_t order, const bucket_move& m) override {
        name(order);
        ++seen.moves;
        seen.units += m.n;
        return error_code::ok;
    }
    error_code cell(const journal::cell_op& c) override {
        const bool is_supply = seen.by == verb::adjust || seen.by == verb::load ||
                               seen.by == verb::snapshot || seen.by == verb::delta ||
                               seen.by == verb::count;
        if (is_supply) seen.units += c.on_hand;
        return error_code::ok;
    }
    error_code post(std::uint32_t order, const journal::post_op&) override {
        name(order);
        return error_code::ok;
    }
    error_code reservation(const journal::reservation_op& r) override {
        if (!is_of_order(seen.by)) seen.subject = r.id();
        if (r.life == reservation_state::active)
            for (const take_line& p : r.parts) seen.units += p.n;
        return error_code::ok;
    }
    error_code timer(std::uint32_t reservation, time_point, std::uint32_t holder) override {
        if (!is_of_order(seen.by))
            seen.subject = static_cast<std::uint64_t>(holder) << 32 | reservation;
        return error_code::ok;
    }
    error_code intern(const journal::intern_order& o) override {
        if (seen.by == verb::place_order) name(o.index);
        return error_code::ok;
    }
    error_code intern(const journal::intern_key& k) override {
        if (k.first.what == outcome::declined)
            seen.declined = true;
        else if (is_of_order(k.first.by))  // perhaps nothing else is in the record
            name(k.first.subject);
        return error_code::ok;
    }
    error_code intern(journal::intern_kind kind, const journal::intern_table&) override {
        if (kind == journal::intern_kind::tombstone) seen.declined = true;
        return error_code::ok;
    }
    error_code note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                    std::span<const std::byte> bytes) override {
        if (kind == journal::note_kind::denied) {
            seen.declined = true;
            if (denied_attempt a; read_denied(ref, bytes, a) && a.order != a.none_of_it)
                name(a.order);
            return error_code::ok;
        }
        const bool names_order =
            kind != journal::note_kind::count && kind != journal::note_kind::basket;
        if (names_order) name(order);
        return error_code::ok;
    }

private:
    void name(std::uint64_t order) noexcept {
        if (!has_order_) seen.subject = order;
        has_order_ = true;
    }
    bool has_order_ = false;
};

hold_view view_of(const lifecycle::hold& h, lifecycle::hold_table types,
                  const std::vector<bool>& ahead) {
    using lifecycle::hold;
    hold_view out;
    out.number = h.number;
    out.type = h.type;
    out.line = h.line == lifecycle::the_order ? 0 : h.line + 1u;
    out.state = h.state;
    out.blocks = stops_any(h, types, ahead);
    out.escalated = h.is(hold::escalated);
    out.gave_back = h.is(hold::gave_back);
    out.recalls = h.is(hold::recalls);
    out.reason = h.reason;
    out.ended_reason = h.ended_reason;
    out.placed_by = h.placed_by;
    out.ended_by = h.ended_by;
    out.since = h.since;
    out.until = h.until;
    out.ended = h.ended;
    if (h.repeats != 0) out.repeats = order_id{h.repeats - 1};
    return out;
}

/// Lines are there already.
template <class State>
void show_beside(const State& s, const beside& more, order_view& view) {
    for (const lifecycle::asked& a : more.asked)
        view.requests.push_back({a.kind, a.line + 1u, a.node,
                                 s.to_quantity(view.lines[a.line].sku, a.n), a.until, a.then,
                                 a.reason, actor_id{a.by}});
    for (const rejection& r : more.rejections)
        view.rejections.push_back({r.line + 1u, r.node, r.times, r.reason, r.at});
    view.revision = revision_of(more.revisions).number;
    for (const link& l : more.links)
        view.links.push_back({l.line + 1u, order_id{l.order}, l.other_line + 1u,
                              l.kind == link_kind::brings_for, l.node});
}

/// Lines are there already.
void show_holds(const lifecycle::image& of, const beside& more, lifecycle::hold_table types,
                order_view& view) {
    const std::vector<bool> ahead = lines_ahead(of);
    for (const lifecycle::hold& h : more.holds) {
        view.holds.push_back(view_of(h, types, ahead));
        if (!view.holds.back().blocks) continue;
        view.held = true;
        for (std::size_t l = 0; l < ahead.size(); ++l)
            if (h.covers(static_cast<std::uint16_t>(l)) && ahead[l]) view.lines[l].held = true;
    }
}

/// Facts never change, so their bytes stand as long as the order.
template <class State>
std::vector<fact_view> facts_of(const State& s, const lifecycle::image& of) {
    const auto bytes = load_facts(s.books.ledger.chunks(), of.facts);
    std::vector<order_value> values;
    EARMARK_INVARIANT(read_facts(bytes, of.lines.size(), s.names.facts, values),
                      "an order's facts are read as they were kept");
    std::vector<fact_view> out;
    for (const order_value& v : values)
        out.push_back(
            {v.attribute, v.line, value_text(s.names.facts.type(v.attribute), v.n, v.text)});
    return out;
}

line_view line_of(const lifecycle::image& of, std::size_t l, quantity ordered) {
    const lifecycle::line& line = of.lines[l];
    const auto status = lifecycle::status_of(of, static_cast<std::int64_t>(l));
    const line_terms goes = terms_of(of, l);
    return {line.sku,  ordered, line.unit_price_minor, status.lowest, status.highest,
            line.firm, false,   goes.ship_to,          goes.method,   goes.deliver_by,
            line.group};
}

}  // namespace

result<order_view> engine::order(order_id id) const {
    const state& s = *state_;
    return s.ask<result<order_view>>([&](const state::visit& v) -> result<order_view> {
        lifecycle::image& of = v.desk.order;
        beside& more = v.desk.beside;
        constexpr int looks = 8;
        for (int look = 0;; ++look) {
            if (const error e = s.read_order(id, of); e.code != error_code::ok) return e;
            const error e = s.read_beside(id, of, more);
            if (e.code == error_code::ok) break;
            if (look == looks) return e;
        }
        order_view view;
        view.id = id;
        view.key = s.keys.key_of(of.remembered - 1);
        view.version = of.version;
        view.placed = of.made;
        view.ship_to = of.ship_to;
        view.currency = currency::from_code(of.currency);
        view.priority = of.priority;
        view.decided_by = of.decided_by;
        view.type = of.type;
        view.to = of.lines.front().to;
        view.method = of.method;
        view.deliver_by = of.deliver_by;
        view.facts = facts_of(s, of);
        const auto all = lifecycle::status_of(of);
        view.lowest = all.lowest;
        view.highest = all.highest;
        for (std::size_t l = 0; l < of.lines.size(); ++l) {
            const auto& line = of.lines[l];
            view.lines.push_back(line_of(of, l, s.to_quantity(line.sku, line.ordered)));
        }
        show_beside(s, more, view);
        show_holds(of, more, s.names.holds.terms(), view);
        for (const auto& b : of.buckets)
            view.buckets.push_back(
                {b.line + 1u, b.state,
                 b.cell == none<cell_id> ? none<node_id> : s.books.cells.node_of(b.cell),
                 s.to_quantity(of.lines[b.line].sku, b.n), none<pool_id>,
                 b.cell == none<cell_id> ? none<section_id> : s.books.cells.section_of(b.cell),
                 of.lines[b.line].sku, s.queue_of(of, b), workflow_door::label(of, b)});
        view.workflow = of.workflow;
        return view;
    });
}

result<reservation_view> engine::reservation(reservation_id id) const {
    const state& s = *state_;
    return s.ask<result<reservation_view>>([&](const state::visit& v) -> result<reservation_view> {
        lifecycle::image& of = v.desk.basket;
        if (const error e = s.read_reservation(id, of); e.code != error_code::ok) return e;
        reservation_view view{id, of.life, of.deadline, {}};
        std::uint32_t part = 0;
        for (const auto& b : of.buckets)
            view.parts.push_back({++part, b.state, s.books.cells.node_of(b.cell),
                                  s.to_quantity(b.cell, b.n), s.books.cells.pool_of(b.cell),
                                  s.books.cells.section_of(b.cell), s.books.cells.sku_of(b.cell)});
        return view;
    });
}

result<std::vector<event>> engine::poll(position cursor, std::size_t limit) const {
    const auto kept = state_->log->after(cursor, limit);
    if (!kept) return kept.error();
    try {
        std::vector<event> events;
        events.reserve(kept->size());
        for (const auto& k : *kept) {
            summary s{k.position};
            if (const error e = journal::read(k.bytes, s); e.code != error_code::ok) return e;
            events.push_back(s.seen);
        }
        return events;
    } catch (const std::bad_alloc&) {
        return fail(error_code::out_of_memory);
    }
}

/// The row that forbids it, why, and the node.
static std::string restriction_named(const error& e, const catalog& names) {
    const auto row = static_cast<std::uint64_t>(e.refs[0]);
    const auto node = static_cast<std::uint64_t>(e.refs[2]);
    if (row >= names.restrictions.size()) return {};
    std::string out = " [restriction '";
    out.append(names.restrictions.keys.key(static_cast<std::uint32_t>(row))).append("']");
    if (const std::string& why = names.restrictions[row].reason; !why.empty())
        out.append(" [reason '").append(why).append("']");
    if (node < names.nodes.size())
        out.append(" [node '")
            .append(names.nodes.key(static_cast<std::uint32_t>(node)))
            .append("']");
    return out;
}

std::string engine::describe(const error& e) const {
    std::string sentence = to_string(e);
    const auto& n = state_->names;
    const auto name = [&](const char* what, std::string_view key) {
        sentence += " [" + std::string{what} + " '" + std::string{key} + "']";
    };
    const auto id = static_cast<std::uint64_t>(e.refs[0]);
    if (e.code == error_code::no_cell && id < n.skus.size()) {
        name("sku", n.skus.key(static_cast<std::uint32_t>(id)));
        const auto node = static_cast<std::uint64_t>(e.refs[1]);
        if (node < n.nodes.size()) name("node", n.nodes.key(static_cast<std::uint32_t>(node)));
    }
    const auto node = static_cast<std::uint64_t>(e.refs[2]);
    const bool at_node = e.code == error_code::insufficient || e.code == error_code::not_held ||
                         e.code == error_code::not_asked;
    if (at_node && node < n.nodes.size())
        name("node", n.nodes.key(static_cast<std::uint32_t>(node)));
    if (e.code == error_code::excluded && id < n.skus.size()) {
        name("sku", n.skus.key(static_cast<std::uint32_t>(id)));
        const auto at = static_cast<std::uint64_t>(e.refs[1]);
        if (at < n.nodes.size()) name("node", n.nodes.key(static_cast<std::uint32_t>(at)));
        if (node < n.floors.keys.size())
            name("rule", n.floors.keys.key(static_cast<std::uint32_t>(node)));
    }
    const bool is_pool = e.code == error_code::bad_pool;
    const auto pool = is_pool ? id : node;
    if ((is_pool || e.code == error_code::pool_exhausted) && pool < n.pools.keys.size())
        name("pool", n.pools.keys.key(static_cast<std::uint32_t>(pool)));
    const bool is_of_hold = e.code == error_code::held || e.code == error_code::not_authorised;
    if (is_of_hold && node < n.holds.keys.size())
        name("type", n.holds.keys.key(static_cast<std::uint32_t>(node)));
    if (e.code == error_code::not_authorised && id < n.actors.size()) {
        name("actor", n.actors.key(static_cast<std::uint32_t>(id)));
        name("privilege", name_of(static_cast<privilege>(e.refs[1])));
    }
    const auto lowest = static_cast<std::uint64_t>(e.refs[1]);
    if (e.code == error_code::not_allowed && lowest < unit_states)
        name("state", name_of(static_cast<unit_state>(lowest)));
    if (e.code == error_code::not_revisable && id < intake::fixed_fields)
        name("field", name_of(static_cast<intake::fixed_field>(id)));
    if (e.code == error_code::shipping_restricted) sentence += restriction_named(e, n);
    if (e.code == error_code::not_amendable) {
        name("change", name_of(static_cast<change_kind>(id)));
        if (node < unit_states) name("state", name_of(static_cast<unit_state>(node)));
    }
    return sentence;
}

}  // namespace earmark
