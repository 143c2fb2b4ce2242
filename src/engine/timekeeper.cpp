#include "timekeeper.hpp"

#include <algorithm>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/core/low_first.hpp"
#include "earmark/fulfilment/work.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "holder.hpp"
#include "restrictor.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

using lifecycle::due_timer;
using lifecycle::turn;

constexpr std::size_t note_bytes = 2 + 2 + 2 + 1 + 2;

/// The verb that takes the step when somebody calls it.
verb verb_of(lifecycle::event_key on) noexcept {
    if (on.is_own()) return verb::mark;
    switch (static_cast<unit_event>(on.n)) {
        case unit_event::release:
            return verb::release;
        case unit_event::deliver:
            return verb::deliver;
        case unit_event::fulfil:
            return verb::fulfil;
        case unit_event::lose:
            return verb::lose;
        default:
            return verb::cancel;
    }
}

std::optional<hold_step> step_of(lifecycle::event_key on) noexcept {
    if (on == lifecycle::event_key{unit_event::cancel}) return hold_step::cancel;
    if (on == lifecycle::event_key{unit_event::release}) return hold_step::release;
    return {};
}

/// The first step that such a timer is of.
std::uint16_t step_of(const lifecycle::workflow& by, const due_timer& t) noexcept {
    std::uint16_t first = 0xFFFF;
    for (const lifecycle::row& r : by.rows(t.from, t.on))
        if (r.after_s == t.after_s) first = std::min(first, r.written);
    return first;
}

}  // namespace

std::vector<std::byte> timed_note(const timed_turn& of) {
    std::vector<std::byte> out;
    out.reserve(note_bytes);
    put_low_first(out, of.workflow, 2);
    put_low_first(out, of.step, 2);
    put_low_first(out, of.line, 2);
    put_low_first(out, static_cast<std::uint64_t>(of.what), 1);
    put_low_first(out, static_cast<std::uint64_t>(of.why), 2);
    return out;
}

bool read_timed_note(std::span<const std::byte> bytes, timed_turn& into) {
    if (bytes.size() != note_bytes) return false;
    into.workflow = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    into.step = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    into.line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    const std::uint64_t what = take_low_first(bytes, 1);
    into.what = static_cast<turn>(what);
    into.why = static_cast<error_code>(take_low_first(bytes, 2));
    return what < lifecycle::turns && (into.why != error_code::ok) == (into.what == turn::told);
}

std::optional<due_timer> timer_of(const lifecycle::workflow& by, std::uint16_t step) noexcept {
    const auto steps = by.written().steps;
    if (step >= steps.size() || steps[step].after_s == 0) return std::nullopt;
    return due_timer{steps[step].from, steps[step].on, steps[step].after_s, {}};
}

void timekeeper::follow(desk& d, const lifecycle::image& next, time_point now) {
    const bool has_timers = lifecycle::rules_of(next).has_timers();
    if (!has_timers && d.beside.standing.empty()) return;
    if (lifecycle::follow(d.beside.standing, next, now)) d.changes_beside = true;
}

void timekeeper::follow_birth(desk& d, time_point now) {
    if (!lifecycle::rules_of(d.order).has_timers()) return;
    lifecycle::image next = d.order;
    for (const bucket_move& m : d.moves)
        EARMARK_INVARIANT(lifecycle::apply(next, m) == error_code::ok,
                          "a basket hands over only units that its order has open");
    d.beside.standing.clear();  // of an attempt before
    follow(d, next, now);
}

std::optional<verb> timekeeper::due(const lifecycle::image& of, const beside& more,
                                    time_point now) noexcept {
    const due_timer t = lifecycle::next_timer(of, more.standing);
    return t.at <= now ? std::optional{verb_of(t.on)} : std::nullopt;
}

error_code timekeeper::in_the_way(const desk& d, const due_timer& t,
                                  const lifecycle::bucket& b) const {
    if (const auto step = step_of(t.on))
        if (lifecycle::blocker(d.beside.holds, s_.names.holds.terms(), b.line, *step) != nullptr)
            return error_code::held;
    const bool takes_back =
        step_of(t.on) == hold_step::cancel && b.state == unit_state::released &&
        s_.names.answers.asks(s_.books.cells.node_of(b.cell), request_kind::cancel);
    return takes_back ? error_code::not_allowed : error_code::ok;  // its node is to be asked first
}

/// By node, as other verbs draw them.
std::vector<lifecycle::bucket> timekeeper::standing_at(const lifecycle::image& of,
                                                       std::uint16_t line,
                                                       lifecycle::state_key from) const {
    std::vector<lifecycle::bucket> out;
    for (const lifecycle::bucket& b : buckets_of(of, line))
        if (lifecycle::state_of(b) == from) out.push_back(b);
    const auto at = s_.nodes_of_cells();
    std::ranges::stable_sort(out, {}, [&](const lifecycle::bucket& b) { return raw(at(b.cell)); });
    return out;
}

void timekeeper::look_at(desk& d, const due_timer& t, lifecycle::fact_bits known,
                         its_turn& line) const {
    const lifecycle::workflow& by = lifecycle::rules_of(d.order);
    const auto stay = [&](turn what, error_code why) {
        line.said.what = what;
        line.said.why = why;
        std::erase_if(d.moves, [&](const bucket_move& m) { return m.line == line.said.line; });
    };
    granules left = line.n;
    for (const lifecycle::bucket& b : standing_at(d.order, line.said.line, t.from)) {
        if (left == 0) break;
        const auto facts = lifecycle::guard_facts_of(d.order, b.line, b.state, b.ref, known);
        const lifecycle::answer a = by.ask(t.from, t.on, facts);
        if (a.is != lifecycle::verdict::possible)
            return stay(turn::told, error_code::guard_not_met);
        if (a.by->after_s != t.after_s) return stay(turn::left_to_another, error_code::ok);
        if (const auto why = in_the_way(d, t, b); why != error_code::ok)
            return stay(turn::told, why);
        line.said.step = a.by->written;
        const granules n = std::min(b.n, left);
        left -= n;
        const bool is_cancelled = a.by->to.base == unit_state::cancelled;
        const std::uint32_t link = is_cancelled ? 0 : lifecycle::link_of(b.ref);
        d.moves.push_back({0, b.line, n, b.state, a.by->to.base, b.cell,
                           is_cancelled ? none<cell_id> : b.cell,
                           t.on.is_own() ? b.reason : std::uint8_t{0}, b.ref,
                           lifecycle::ref_of(a.by->to.sub, link)});
    }
}

void timekeeper::keep_whole_lines(desk& d, std::vector<its_turn>& lines) const {
    for (its_turn& of : lines) {
        if (of.said.what != turn::took_step) continue;
        granules goes = 0;
        for (const bucket_move& m : d.moves)
            if (m.line == of.said.line) goes += m.n;
        if (goes == of.n) continue;
        of.said.what = turn::told;
        std::erase_if(d.moves, [&](const bucket_move& m) { return m.line == of.said.line; });
    }
}

/// What a caller's release goes through beside holds.
void timekeeper::pass_gates(desk& d, std::vector<its_turn>& lines) const {
    const auto tell = [&](const error_code why) {
        keep_whole_lines(d, lines);
        for (its_turn& of : lines)
            if (of.said.what == turn::told && of.said.why == error_code::ok) of.said.why = why;
    };
    fulfilment::planned_sets sets{d.order, d.moves};
    for (const its_turn& of : lines)
        if (of.said.what == turn::told) sets.plan(d.order, of.said.line, of.n);
    for (const lifecycle::bucket& b : d.order.buckets)  // also where it has been told before
        if (b.state == unit_state::allocated && d.order.lines[b.line].group != 0 &&
            lifecycle::blocker(d.beside.holds, s_.names.holds.terms(), b.line,
                               hold_step::release) != nullptr)
            sets.plan(d.order, b.line, b.n);
    if (!d.moves.empty()) (void)state::holder{s_}.keep_unfrozen(d);
    tell(error_code::excluded);
    if (!d.moves.empty()) (void)state::restrictor{s_, d}.keep_allowed();
    tell(error_code::shipping_restricted);
    (void)sets.keep_whole(d.order, d.moves);
    tell(error_code::waits_for_set);
    if (!d.moves.empty()) state::asker{s_}.ask_for_work(d);
}

error timekeeper::pass_time(desk& d, order_id id, time_point now, verb by,
                            error_code refused) const {
    const due_timer t = lifecycle::next_timer(d.order, d.beside.standing);
    if (t.at > now || verb_of(t.on) != by) return {};
    if (const auto step = step_of(t.on); step && refused == error_code::ok)
        if (const error e = state::holder{s_}.lift_on_desk(d, *step, {}, now);
            e.code != error_code::ok)
            return e;
    const auto& rules = lifecycle::rules_of(d.order);
    const auto known = workflow_door::known(s_, id, d.order);
    std::vector<its_turn> lines;
    for (std::size_t l = 0; l < d.order.lines.size(); ++l) {
        const auto line = static_cast<std::uint16_t>(l);
        const granules n = lifecycle::units_due(d.beside.standing, line, t, now);
        if (n == 0) continue;
        its_turn& of = lines.emplace_back();
        of.n = n;
        of.said = {d.order.workflow, step_of(rules, t), line, turn::told, refused};
        if (refused != error_code::ok) continue;
        of.said.what = turn::took_step;
        look_at(d, t, known, of);
    }
    if (by == verb::release) pass_gates(d, lines);
    if (by == verb::cancel) allocation::gives_of(d.moves, d.gives);
    for (const its_turn& of : lines) {
        EARMARK_INVARIANT(lifecycle::pass(d.beside.standing, of.said.line, t, of.said.what, now),
                          "a line whose turn it is has units that have stood so long");
        d.notes.push_back({journal::note_kind::timed, of.said.step, timed_note(of.said)});
    }
    d.changes_beside = d.changes_beside || !lines.empty();
    return {};
}

}  // namespace earmark
