#include "asking.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "earmark/allocation/allot.hpp"
#include "earmark/lifecycle/steps.hpp"

namespace earmark {

using lifecycle::asked;
using lifecycle::asked_change;
using lifecycle::asked_event;

namespace {

asked about(request_kind k, std::uint16_t line, node_id node, granules n) {
    asked a;
    a.kind = k;
    a.line = line;
    a.node = node;
    a.n = n;
    return a;
}

/// Units of a line that a node works on.
granules released_at(const lifecycle::image& of, std::uint16_t line, node_id node,
                     const lifecycle::cell_nodes& at) {
    granules n = 0;
    for (const lifecycle::bucket& b : buckets_of(of, line))
        if (b.state == unit_state::released && at(b.cell) == node) n += b.n;
    return n;
}

}  // namespace

error engine::state::asker::route(const desk& d, const asked& a, lifecycle::fact_bits known) const {
    std::vector<bucket_move> moves;
    lifecycle::draw(d.order, a.line, unit_state::released, unit_state::cancelled, a.n,
                    s_.nodes_of_cells(), a.node, false, moves);
    return lifecycle::route(d.order, moves, known);
}

void engine::state::asker::ask_for_work(desk& d) const {
    if (!s_.names.answers.asks_any(request_kind::work)) return;
    for (const bucket_move& m : d.moves) {
        if (m.to != unit_state::released) continue;
        const node_id node = s_.books.cells.node_of(m.to_cell);
        if (!s_.names.answers.asks(node, request_kind::work)) continue;
        asked one = about(request_kind::work, m.line, node, m.n);
        one.reason = s_.names.answers.of(node, request_kind::work).reason;
        d.asks.push_back(one);
    }
}

error engine::state::asker::answer(desk& d, const fact& f, granules wanted) const {
    const auto kind = f.kind == fact_kind::accept ? request_kind::work : request_kind::cancel;
    const bool gives_back = f.kind == fact_kind::confirm_cancel;
    const auto what =
        f.kind == fact_kind::refuse_cancel ? asked_event::refused : asked_event::accepted;
    if (index_of(f.node) >= s_.names.node.size())
        return fail(error_code::unknown_node, raw(f.node));
    granules done = 0;
    for (std::size_t l = 0; l < d.order.lines.size(); ++l) {
        const auto line = static_cast<std::uint16_t>(l);
        if (f.line != 0 && f.line != l + 1) continue;
        const granules there = lifecycle::asked_of(d.beside.asked, kind, line, f.node);
        const granules some = wanted == 0 ? there : std::min(there, wanted - done);
        if (some == 0) continue;
        done += some;
        d.answers.push_back({what, about(kind, line, f.node, some)});
        if (!gives_back) continue;
        const std::size_t first = d.moves.size();
        lifecycle::draw(d.order, line, unit_state::released, unit_state::cancelled, some,
                        s_.nodes_of_cells(), f.node, false, d.moves);
        const auto first_asked = std::ranges::find_if(d.beside.asked, [&](const asked& a) {
            return a.kind == kind && a.line == line && a.node == f.node;
        });
        for (std::size_t i = first; i < d.moves.size(); ++i)
            d.moves[i].reason = first_asked->reason;
    }
    if (done == 0)
        return fail(error_code::not_asked, static_cast<std::int64_t>(kind), f.line, raw(f.node));
    if (done < wanted) return fail(error_code::too_few_units, wanted, done, f.line);
    allocation::gives_of(d.moves, d.gives);
    return {};
}

void engine::state::asker::cancel_asked(desk& d, node_id node) const {
    if (d.beside.asked.empty()) return;
    std::vector<bucket_move> out;
    std::uint16_t line = 0xFFFF;
    granules left = 0;
    for (bucket_move m : d.moves) {
        if (m.line != line) {
            line = m.line;
            left = lifecycle::asked_of(d.beside.asked, request_kind::cancel, line, node);
        }
        const granules some =
            m.from == unit_state::released && m.to == unit_state::open ? std::min(left, m.n) : 0;
        if (some != 0) {
            bucket_move gone = m;
            gone.n = some;
            gone.to = unit_state::cancelled;
            gone.to_ref = 0;
            out.push_back(gone);
            d.answers.push_back(
                {asked_event::accepted, about(request_kind::cancel, line, node, some)});
            left -= some;
            m.n -= some;
        }
        if (m.n != 0) out.push_back(m);
    }
    d.moves = std::move(out);
}

/// What was asked about more units than stand there, once an order is as it is to be.
std::vector<asked_change> engine::state::asker::overtaken(const lifecycle::image& of,
                                                          beside& more) const {
    std::set<std::tuple<request_kind, std::uint16_t, node_id>> places;
    for (const asked& a : more.asked) places.insert({a.kind, a.line, a.node});
    std::vector<asked_change> out;
    for (const auto& [kind, line, node] : places) {
        const granules too_many = lifecycle::asked_of(more.asked, kind, line, node) -
                                  released_at(of, line, node, s_.nodes_of_cells());
        if (too_many <= 0) continue;
        out.push_back({asked_event::overtaken, about(kind, line, node, too_many)});
        EARMARK_INVARIANT(lifecycle::change(more.asked, out.back()),
                          "what was asked can be taken off");
    }
    return out;
}

error engine::state::asker::settle(desk& d, actor_id by, time_point now) const {
    if (d.asks.empty() && d.answers.empty() && d.beside.asked.empty()) return {};
    auto& all = d.beside.asked;
    std::vector<asked_change> said = d.answers;
    for (const asked_change& c : said)
        EARMARK_INVARIANT(lifecycle::change(all, c), "a node answers what it was asked");
    for (asked a : d.asks) {
        const auto terms = s_.names.answers.of(a.node, a.kind);
        a.until = now + seconds(terms.within_s);
        a.then = terms.then;
        a.by = raw(by);
        if (!lifecycle::ask(all, a))
            return fail(error_code::out_of_range, static_cast<std::int64_t>(all.size()) + 1,
                        static_cast<std::int64_t>(lifecycle::max_asked));
        said.push_back({asked_event::asked, a});
    }
    const auto more = overtaken(d.order, d.beside);
    said.insert(said.end(), more.begin(), more.end());
    if (said.empty()) return {};
    d.changes_beside = true;
    d.notes.push_back({journal::note_kind::asked, 0, lifecycle::bytes_of(said)});
    return {};
}

void engine::state::asker::end_overtaken(other_order& of) const {
    if (of.beside.asked.empty()) return;
    const auto said = overtaken(of.next, of.beside);
    if (said.empty()) return;
    of.changes_beside = true;
    of.notes.push_back({journal::note_kind::asked, 0, lifecycle::bytes_of(said)});
}

verb engine::state::asker::verb_of(const asked& a) noexcept {
    const bool accepts = a.then == silence::accepts;
    if (a.kind == request_kind::work) return accepts ? verb::accept : verb::reject;
    return accepts ? verb::confirm_cancel : verb::refuse_cancel;
}

error engine::state::asker::pass_time(const visit& v, verb by, bool in_earnest) const {
    desk& d = v.desk;
    const asked* const first = lifecycle::first_due(d.beside.asked, v.now);
    if (first == nullptr || verb_of(*first) != by) return {};
    const asked due = *first;
    d.answers.push_back({asked_event::unanswered, about(due.kind, due.line, due.node, due.n)});
    const bool cancels = by == verb::confirm_cancel, rejects = by == verb::reject;
    if (!in_earnest || !(cancels || rejects)) return {};
    lifecycle::draw(d.order, due.line, unit_state::released,
                    cancels ? unit_state::cancelled : unit_state::open, due.n, s_.nodes_of_cells(),
                    due.node, false, d.moves);
    for (bucket_move& m : d.moves) m.reason = cancels ? due.reason : std::uint8_t{0};
    if (rejects) {
        cancel_asked(d, due.node);
        fact f;
        f.node = due.node;
        f.reason = due.reason;
        if (const error e = remember_rejection(v, f); e.code != error_code::ok) return e;
    }
    allocation::gives_of(d.moves, d.gives);
    return {};
}

}  // namespace earmark
