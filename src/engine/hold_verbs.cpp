// PLACE_HOLD, RESOLVE_HOLD, and the holds that lift by themselves.
#include "earmark/allocation/allot.hpp"
#include "gate.hpp"
#include "holder.hpp"
#include "state_calls.hpp"

namespace earmark {

using lifecycle::hold;
using lifecycle::hold_event;

namespace {

/// By what the type itself says.
error may_not_answer(const command& c, hold_type_id type) {
    return fail(error_code::not_authorised, raw(c.actor),
                static_cast<std::int64_t>(privilege::resolve_hold), raw(type));
}

}  // namespace

/// The end of a hold's time is an answer, where it is no escalation.
bool engine::state::holder::may_time(const command& c, hold_type_id type) const {
    return s_.names.holds.terms(type).then == hold_expiry::escalate ||
           s_.names.holds.may_answer(type, c.actor);
}

error engine::state::holder::plan_placing(desk& d, const command& c, const place_hold_request& r,
                                          time_point now) const {
    const auto lines = static_cast<std::int64_t>(d.order.lines.size());
    if (r.line > d.order.lines.size()) return fail(error_code::unknown_line, r.line, lines);
    const auto line = static_cast<std::uint16_t>(r.line - 1);
    hold h = lifecycle::fresh_hold(r.type, r.line == 0 ? lifecycle::the_order : line, c.actor, now,
                                   s_.names.holds.terms(r.type));
    h.reason = r.reason;
    const bool may_say_when = may_time(c, r.type);
    if (r.until && !may_say_when) return may_not_answer(c, r.type);
    if (r.until) h.until = *r.until;
    if (h.until <= now) return fail(error_code::out_of_range, h.until.ns, now.ns);
    if (units_on_their_way(d, h) == 0)
        return fail(
            error_code::not_allowed, r.line,
            static_cast<std::int64_t>(
                lifecycle::status_of(d.order, static_cast<std::int64_t>(r.line) - 1).lowest));
    if (!may_say_when)  // nor is the end of an equal one put off
        for (const hold& there : d.beside.holds)
            if (there.state == hold_state::active && there.type == h.type && there.line == h.line)
                h.until = there.until;
    const auto placed = put(d, h, max_holds);
    if (!placed) return placed.error();
    d.number = static_cast<std::uint16_t>(placed->number);
    if (!placed->fresh || h.kept_until > now) return {};
    if (const error e = settle(d, {placed->number, hold_event::give_back, 0, c.actor, now});
        e.code != error_code::ok)
        return e;
    allocation::gives_of(d.moves, d.gives);
    return {};
}

result<receipt> engine::state::holder::place(const visit& v, const command& c,
                                             const place_hold_request& r) {
    if (index_of(r.type) >= s_.names.holds.size())
        return fail(error_code::unknown_hold_type, raw(r.type));
    if (s_.names.known(c.actor) != c.actor) return fail(error_code::unknown_actor, raw(c.actor));
    const gate at{s_};
    if (const error e = at.pass(v, c, verb::place_hold, {r.order, r.type});
        e.code != error_code::ok)
        return e;
    const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::place_hold),
                                   raw(r.order),
                                   raw(r.type),
                                   r.line,
                                   r.reason,
                                   static_cast<std::uint64_t>(r.until ? r.until->ns : INT64_MIN)};
    const auto content = content_digest(std::as_bytes(std::span{words}));
    const auto decide = [&](desk& d) { return plan_placing(d, c, r, v.now); };
    const auto done = s_.move_units(v, c, verb::place_hold, r.order, content, decide);
    if (done.error().code != error_code::not_authorised) return done;
    return at.deny(v, c, verb::place_hold, r.order, done.error());
}

error engine::state::holder::may_answer(const desk& d, const command& c,
                                        const resolve_hold_request& r) const {
    if (s_.names.known(c.actor) != c.actor) return fail(error_code::unknown_actor, raw(c.actor));
    if (const error e = lifecycle::may_end(d.beside.holds, r.hold, r.accept, types());
        e.code != error_code::ok)
        return e;
    const hold_type_id type = d.beside.holds[r.hold - 1].type;
    return s_.names.holds.may_answer(type, c.actor) ? error{} : may_not_answer(c, type);
}

/// One that was rejected stands, and is no edit any more.
error engine::state::holder::may_end_edit(const desk& d, const command& c,
                                          const resolve_hold_request& r) const {
    if (const error e = may_answer(d, c, r); e.code != error_code::ok) return e;
    const lifecycle::hold& h = d.beside.holds[r.hold - 1];
    if (h.state == hold_state::active) return {};
    return fail(error_code::hold_over, r.hold, static_cast<std::int64_t>(h.state));
}

error engine::state::holder::end_edit(desk& d, const command& c, const resolve_hold_request& r,
                                      time_point now) const {
    return settle(d, {r.hold, hold_event::resolve, r.reason, c.actor, now});
}

result<receipt> engine::state::holder::resolve(const visit& v, const command& c,
                                               const resolve_hold_request& r) {
    const gate at{s_};
    if (const error e = at.pass_answer(v, c, verb::resolve_hold, r.order, r.hold);
        e.code != error_code::ok)
        return e;
    const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::resolve_hold), raw(r.order),
                                   r.hold, r.accept, r.reason};
    const auto content = content_digest(std::as_bytes(std::span{words}));
    const auto decide = [&](desk& d) -> error {
        if (const error e = may_answer(d, c, r); e.code != error_code::ok) return e;
        const hold_event what = r.accept ? hold_event::resolve : hold_event::reject;
        const error e = settle(d, {r.hold, what, r.reason, c.actor, v.now});
        d.number = static_cast<std::uint16_t>(r.hold);
        if (e.code == error_code::ok) allocation::gives_of(d.moves, d.gives);
        return e;
    };
    const auto done = s_.move_units(v, c, verb::resolve_hold, r.order, content, decide);
    if (done.error().code != error_code::not_authorised) return done;
    return at.deny(v, c, verb::resolve_hold, r.order, done.error());
}

error engine::state::holder::lift_on_desk(desk& d, hold_step step, actor_id by,
                                          time_point now) const {
    const std::size_t holds = s_.names.holds.resolves() ? d.beside.holds.size() : 0;
    for (std::size_t i = 0; i < holds; ++i) {
        const hold h = d.beside.holds[i];
        const bool blocks = lifecycle::blocker({&h, 1}, types(), h.line, step) != nullptr;
        if (!blocks || !is_over(d, h)) continue;
        const error e = settle(d, {h.number, hold_event::resolve, 0, by, now});
        if (e.code != error_code::ok) return e;
    }
    return {};
}

void engine::state::holder::pretend_to_lift(desk& d, hold_step step, time_point now) const {
    if (!s_.names.holds.resolves()) return;
    std::vector<hold> before = d.beside.holds;
    if (lift_on_desk(d, step, actor_id{}, now).code != error_code::ok)
        d.beside.holds = std::move(before);
    d.notes.clear();
    d.changes_beside = false;
}

void engine::state::holder::lift(const visit& v, order_id id, hold_step step) {
    if (!s_.names.holds.resolves()) return;
    const auto decide = [&](desk& d) { return lift_on_desk(d, step, {}, v.now); };
    (void)s_.move_units(v, {{}, actor_id{}, v.now}, verb::resolve_hold, id, {}, decide);
}

std::string_view engine::actor_key(actor_id id) const {
    const auto& keys = state_->names.actors;
    EARMARK_CHECK(raw(id) < keys.size(), "actor_key: there is no such actor");
    return keys.key(raw(id));
}

// ---- the door ----------------------------------------------------------------------------------

result<receipt> engine::place_hold(const command& c, const place_hold_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state::holder{*state_}.place(v, c, r); });
}

result<receipt> engine::resolve_hold(const command& c, const resolve_hold_request& r) {
    return state_->stay<result<receipt>>(
        c, [&](const state::visit& v) { return state::holder{*state_}.resolve(v, c, r); });
}

}  // namespace earmark
