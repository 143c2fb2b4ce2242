#include "linking.hpp"

#include <algorithm>
#include <utility>

#include "asking.hpp"
#include "earmark/core/check.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/lifecycle/workflow_text.hpp"

namespace earmark {
namespace {

using lifecycle::link_of;
using lifecycle::ref_of;

bool is_there_no_more(unit_state s) noexcept {
    return s == unit_state::cancelled || s == unit_state::open || s == unit_state::backordered ||
           s == unit_state::lost;
}
/// The event by which who has agreed to send something is asked not to.
constexpr std::string_view asks_to_stop = "ask_to_stop";

bool may_be_cancelled(const lifecycle::workflow& by, lifecycle::state_key s) noexcept {
    return by.leads_to(s, unit_state::cancelled);
}
bool is_asked_to_stop(const lifecycle::workflow& by, lifecycle::state_key s) noexcept {
    const auto on = find_event(by, asks_to_stop);
    const auto rows = by.rows();
    return on && std::any_of(rows.begin(), rows.end(),
                             [&](const lifecycle::row& r) { return r.on == *on && r.to == s; });
}

/// What becomes of units that nobody waits for any more, and how soon they are chosen.
struct way_out {
    enum class kind : std::uint8_t { cancels, was_asked, is_asked, goes_on };
    kind is = kind::goes_on;
    std::uint8_t sub = 0;  // of the state that they go on in
};
/// Who need not go on does not, and the goods are free again. Who has agreed is asked to stop, and
/// answers by events of his own. Who is on his way goes on, for nobody.
way_out way_out_of(const lifecycle::image& of, const lifecycle::bucket& b) noexcept {
    const auto& by = lifecycle::rules_of(of);
    const lifecycle::state_key s = lifecycle::state_of(b);
    if (is_asked_to_stop(by, s)) return {way_out::kind::was_asked, s.sub};
    if (may_be_cancelled(by, s)) return {way_out::kind::cancels, 0};
    const auto on = find_event(by, asks_to_stop);
    const auto asked = on ? by.next(s, *on) : std::nullopt;
    if (asked) return {way_out::kind::is_asked, asked->sub};
    return {way_out::kind::goes_on, s.sub};
}

}  // namespace

// ---- what moves mean to others -----------------------------------------------------------------

/// The other order, as it is to be so far.
result<other_order*> engine::state::linking::other(std::uint32_t index) {
    for (other_order& o : d_.others)
        if (o.index == index) return &o;
    other_order o;
    o.index = index;
    const order_id id{index};
    if (const error e = s_.read_order(id, o.next); e.code != error_code::ok) return e;
    if (const error e = s_.read_beside(id, o.next, o.beside); e.code != error_code::ok) return e;
    return &d_.others.emplace_back(std::move(o));
}

/// The orders on both ends of a link were read one after the other. Where they do not fit, somebody
/// has changed both in between, and the desk's is owned by then, or another version; or a promise
/// is broken.
error engine::state::linking::all_told(granules left, const char* promise) const {
    if (left == 0) return {};
    const auto now = s_.books.ledger.header(subject_kind::order, own_);
    const bool is_mine = now.version == d_.order.version && now.owner == 0;
    EARMARK_INVARIANT(!is_mine, promise);
    return fail(error_code::order_busy, own_);
}

void engine::state::linking::move(other_order& of, const bucket_move& m) {
    of.moves.push_back(m);
    EARMARK_INVARIANT(lifecycle::apply(of.next, m) == error_code::ok,
                      "what is linked moves along the workflow");
}

/// `n` units that nobody waits for any more.
error engine::state::linking::tell_bringer(const link& l, granules n) {
    const auto found = other(l.order);
    if (!found) return found.error();
    other_order& o = **found;
    const auto held = o.next.buckets;  // moves rearrange them
    using enum way_out::kind;
    for (const way_out::kind now : {cancels, was_asked, is_asked, goes_on})
        for (const lifecycle::bucket& b : held) {
            if (n == 0) return {};
            if (b.line != l.other_line || link_of(b.ref) != l.number || is_final(b.state)) continue;
            const way_out out = way_out_of(o.next, b);
            if (out.is != now) continue;
            const granules some = std::min(n, b.n);
            n -= some;
            if (now != cancels) {
                move(o, {0, b.line, some, b.state, b.state, b.cell, b.cell, b.reason, b.ref,
                         ref_of(out.sub, 0)});
                continue;
            }
            if (b.cell != none<cell_id>) d_.gives.push_back({b.cell, some});
            move(o, {0, b.line, some, b.state, unit_state::cancelled, b.cell, none<cell_id>, 0,
                     b.ref, 0});
        }
    return all_told(n, "what an order waits for is brought by the order that it names");
}

/// A node that gives back what it was to send is not asked for it again by who waits either.
void engine::state::linking::remember_rejection(const link& l, other_order& by) {
    for (const order_note& n : d_.notes) {
        if (n.kind != journal::note_kind::rejection) continue;
        const auto reason = std::to_integer<std::uint8_t>(n.bytes.front());
        const std::uint16_t line[] = {l.other_line};
        order_note made{n.kind, n.ref, rejection_note(reason, line)};
        const auto is_it = [&](const order_note& x) {
            return x.kind == made.kind && x.ref == made.ref && x.bytes == made.bytes;
        };
        if (std::any_of(by.notes.begin(), by.notes.end(), is_it)) continue;
        if (!add_rejection(by.beside.rejections, l.other_line,
                           node_id{static_cast<std::uint16_t>(n.ref)}, reason, v_.now))
            continue;
        by.changes_beside = true;
        by.notes.push_back(std::move(made));
    }
}

/// `n` units have come to their node, or will not come.
error engine::state::linking::tell_waiting(const link& l, granules n, bool has_come) {
    const auto found = other(l.order);
    if (!found) return found.error();
    other_order& o = **found;
    if (!has_come) remember_rejection(l, o);
    const auto held = o.next.buckets;
    for (const lifecycle::bucket& b : held) {
        if (n == 0 || b.line != l.other_line || b.state != unit_state::reserved ||
            link_of(b.ref) != l.number)
            continue;
        const granules some = std::min(n, b.n);
        n -= some;
        const auto cell = s_.books.cells.find(o.next.lines[b.line].sku, l.node);
        EARMARK_INVARIANT(cell.has_value(), "what comes finds its place");
        if (has_come)
            move(o, {0, b.line, some, b.state, unit_state::allocated, none<cell_id>, *cell, 0,
                     b.ref, ref_of(0, l.number)});
        else
            move(o, {0, b.line, some, b.state, unit_state::open, none<cell_id>, none<cell_id>, 0,
                     b.ref, 0});
    }
    return all_told(n, "what an order brings is waited for by the order that it names");
}

/// Goods of a line arrive; those for somebody are promised as they come.
void engine::state::linking::come_to(std::uint16_t line, granules n, bool is_for_nobody) {
    const lifecycle::line& of = d_.order.lines[line];
    const auto cell = s_.books.cells.find(of.sku, of.to);
    EARMARK_INVARIANT(cell.has_value(), "what comes finds its place");
    d_.stock.push_back({*cell, is_for_nobody ? n : 0, n});
}

/// Units that their node gives back are for nobody, so they are not asked for again: cancelled, or
/// open and then cancelled where only open ones may be.
void engine::state::linking::forget(bucket_move& m) {
    const auto& by = lifecycle::rules_of(d_.order);
    const std::uint8_t sub = lifecycle::sub_state_of(m.to_ref);
    if (m.to == unit_state::lost || m.to == unit_state::cancelled) return;
    if (may_be_cancelled(by, {m.from, lifecycle::sub_state_of(m.from_ref)}))
        m.to = unit_state::cancelled;
    else if (may_be_cancelled(by, {m.to, sub}))
        d_.moves.push_back({0, m.line, m.n, m.to, unit_state::cancelled, m.to_cell, none<cell_id>,
                            0, m.to_ref, 0});
}

error engine::state::linking::follow(order_id id) {
    own_ = static_cast<std::uint32_t>(raw(id));
    const bool brings =
        d_.order.type == order_type::transfer || d_.order.type == order_type::purchase;
    for (std::size_t i = 0; i < d_.moves.size(); ++i) {
        bucket_move& m = d_.moves[i];
        const granules n = m.n;
        const std::uint32_t k = link_of(m.from_ref);
        const bool arrives = brings && m.to == unit_state::delivered;
        if (arrives) come_to(m.line, m.n, k == 0);
        if (k == 0) continue;
        EARMARK_INVARIANT(k <= d_.beside.links.size(), "units name links that there are");
        const link l = d_.beside.links[k - 1];
        error e;
        if (l.kind == link_kind::brought_by) {
            if (m.from == unit_state::reserved && link_of(m.to_ref) != k) e = tell_bringer(l, m.n);
        } else if (arrives) {
            e = tell_waiting(l, m.n, true);
        } else if (is_there_no_more(m.to)) {
            forget(m);  // `m` may lie elsewhere from here on
            e = tell_waiting(l, n, false);
        }
        if (e.code != error_code::ok) return e;
    }
    for (other_order& o : d_.others) asker{s_}.end_overtaken(o);
    return {};
}

// ---- orders that are made ----------------------------------------------------------------------

/// The order that is made for what goes from one node to another.
other_order& engine::state::linking::bringer(node_id from, node_id to) {
    for (other_order& o : d_.others)
        if (o.birth.exists() && o.from == from && o.to == to) return o;
    other_order& o = d_.others.emplace_back();
    o.from = from;
    o.to = to;
    o.birth = s_.books.ledger.conceive(v_.slot, subject_kind::order);
    o.index = o.birth.index;
    o.next.kind = subject_kind::order;
    o.next.birth = 1;
    o.next.type = s_.names.node[index_of(from)].kind == node_kind::vendor ? order_type::purchase
                                                                          : order_type::transfer;
    o.next.priority = d_.order.priority;
    o.next.currency = d_.order.currency;
    o.next.made = v_.now;
    return o;
}

/// Its line for a link of the desk's order, and the link back, which are made where they are not
/// there yet; and the units, allocated where they are.
void engine::state::linking::spread(const brought_part& part, other_order& by) {
    link& mine = d_.beside.links[part.link - 1];
    if (mine.number == 0) {
        const sku_id sku = d_.order.lines[mine.line].sku;
        mine.order = by.index;
        mine.other_line = static_cast<std::uint16_t>(by.next.lines.size());
        by.next.lines.push_back({sku, 0, 0, 0, 0, 0, part.from, part.to});
        by.next.buckets.push_back({none<cell_id>, 0, mine.other_line, unit_state::open, 0, 0});
        by.beside.links.push_back({static_cast<std::uint32_t>(raw(d_.sourced_id)), part.link,
                                   mine.other_line, mine.line, link_kind::brings_for, 0, part.to});
        by.changes_beside = true;
        mine.number = static_cast<std::uint32_t>(by.beside.links.size());
    }
    by.next.lines[mine.other_line].ordered += part.n;
    by.next.buckets[mine.other_line].n += part.n;
    by.moves.push_back({0, mine.other_line, part.n, unit_state::open, unit_state::allocated,
                        none<cell_id>, part.cell, 0, 0, ref_of(0, mine.number)});
}

/// Its key and its place in the idempotency memory. A key that a host has given is passed over.
error engine::state::linking::give_birth(other_order& of) {
    const std::uint64_t said[] = {raw(d_.sourced_id), of.index};
    const digest128 content = content_digest(std::as_bytes(std::span{said}));
    constexpr std::uint32_t tries = 1'000;
    const auto first = static_cast<std::uint32_t>(d_.linked_before + 1);
    for (std::uint32_t n = first; n < first + tries; ++n) {
        of.key = std::string{name_of(of.next.type)} + ' ' + std::to_string(raw(d_.sourced_id)) +
                 '/' + std::to_string(n);
        if (s_.names.waiting.refusal(of.key).code != error_code::ok) continue;
        of.claimed = s_.keys.begin(v_.slot, intake::key_space::order, of.key, content);
        if (of.claimed.state == intake::claim_state::full) return fail(error_code::key_memory_full);
        if (of.claimed.state != intake::claim_state::fresh) continue;
        of.next.remembered = of.claimed.block + 1;
        return {};
    }
    return fail(error_code::order_busy, static_cast<std::int64_t>(raw(d_.sourced_id)));
}

error engine::state::linking::make_bringers() {
    const std::size_t first = d_.others.size(), links = d_.beside.links.size();
    if (links > max_links)
        return fail(error_code::out_of_range, static_cast<std::int64_t>(links), max_links);
    for (const brought_part& part : d_.brought) {
        other_order& o = bringer(part.from, part.to);
        if (!o.birth.exists()) return fail(error_code::out_of_memory);
        if (o.next.lines.size() == lifecycle::max_lines) return fail(error_code::bad_line_count);
        spread(part, o);
    }
    for (std::size_t i = first; i < d_.others.size(); ++i) {
        other_order& o = d_.others[i];
        if (const error e = give_birth(o); e.code != error_code::ok) return e;
        for (const bucket_move& m : o.moves)
            EARMARK_INVARIANT(lifecycle::apply(o.next, m) == error_code::ok,
                              "an order that brings goods has them allocated at its birth");
        for (const link& l : o.beside.links)
            o.notes.push_back({journal::note_kind::link, l.order, link_note(l)});
    }
    for (const link& l : std::span{d_.beside.links}.subspan(d_.linked_before))
        d_.notes.push_back({journal::note_kind::link, l.order, link_note(l)});
    d_.changes_beside = d_.changes_beside || d_.linked_before != d_.beside.links.size();
    return {};
}

/// The order as it was with all its units open.
void engine::state::linking::record_birth(const other_order& o, digest128 content) {
    journal::intern_order& made = d_.birth;
    made.index = o.index;
    made.key = o.key;
    made.content = content;
    made.what = outcome::done;
    made.ship_to = o.next.ship_to;
    made.currency = o.next.currency;
    made.priority = o.next.priority;
    made.lines.clear();
    for (const auto& l : o.next.lines) made.lines.push_back({l.sku, l.ordered, 0});
    d_.record.intern(made);
    record_terms(d_.record, o.index, o.next);
}

void engine::state::linking::record() {
    for (other_order& o : d_.others) {
        if (o.birth.exists()) {
            const std::uint64_t said[] = {raw(d_.sourced_id), o.index};
            o.next.version = o.birth.version;
            record_birth(o, content_digest(std::as_bytes(std::span{said})));
        }
        for (const order_note& n : o.notes) d_.record.note(o.index, n.kind, n.ref, n.bytes);
        for (const bucket_move& m : o.moves) d_.record.move(o.index, m);
        if (o.birth.exists() || !o.moves.empty() || o.changes_beside)
            s_.subject(d_, subject_kind::order, o.index, o.next, o.next);
    }
}

void engine::state::linking::give_back() noexcept {
    for (other_order& o : d_.others) {
        s_.books.ledger.abandon(v_.slot, subject_kind::order, std::exchange(o.birth, {}));
        if (o.claimed.state == intake::claim_state::fresh) s_.keys.forget(o.claimed);
        o.claimed.state = intake::claim_state::full;
    }
}

void engine::state::linking::finish(position at) noexcept {
    for (other_order& o : d_.others) {
        if (!o.birth.exists()) continue;
        receipt first;
        first.by = verb::place_order;
        first.lines = static_cast<std::uint16_t>(o.next.lines.size());
        first.subject = o.index;
        first.at = at;
        s_.keys.finish(o.claimed, first);
        counters::bump(s_.counts[v_.slot].orders);
    }
}

}  // namespace earmark
