// QUARANTINE, DISCARD, and cancels that come before their orders.
#include "waiting_verbs.hpp"

#include <utility>

#include "content.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/intake/capture.hpp"
#include "engine_door.hpp"
#include "gate.hpp"

namespace earmark {
namespace {

using state = engine_door::state;
using visit = state::visit;

placed declined(const error& why) {
    placed p;
    p.first.what = outcome::declined;
    p.first.by = verb::place_order;
    p.first.why = why;
    p.violations.push_back(why);
    return p;
}

error check(std::string_view key) {
    if (key.empty()) return fail(error_code::empty_key);
    if (key.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(key.size()), max_key_bytes);
    return {};
}

/// Why a key that is remembered takes no order of other content.
error taken(const intake::claim& by) {
    if (by.state == intake::claim_state::pending) return fail(error_code::in_progress);
    if (by.first.why.code == error_code::order_discarded) return by.first.why;
    return fail(error_code::duplicate_key, static_cast<std::int64_t>(raw(by.first.at)));
}

/// Is there room for the order, beside what waits but for the one that it replaces?
error check_room(const state& s, std::string_view key, const intake::waiting_order& o) {
    const intake::waiting_room& all = s.names.waiting;
    const intake::waiting_order* const before = all.find(key);
    if (before == nullptr && all.orders().size() >= s.settings.max_quarantined)
        return fail(error_code::quarantine_full, static_cast<std::int64_t>(all.orders().size()),
                    s.settings.max_quarantined);
    const std::size_t mine = intake::bytes_of(key, o), each = s.settings.ring_bytes / 8;
    if (mine > each)
        return fail(error_code::quarantine_full, static_cast<std::int64_t>(mine),
                    static_cast<std::int64_t>(each));
    const std::size_t less = before != nullptr ? intake::bytes_of(key, *before) : 0;
    const std::size_t sum = all.bytes() - less + mine;
    if (sum <= s.settings.quarantine_bytes) return {};
    return fail(error_code::quarantine_full, static_cast<std::int64_t>(sum),
                static_cast<std::int64_t>(s.settings.quarantine_bytes));
}

/// Records and keeps the order; the table is as before where the journal does not take it.
result<receipt> record_kept(state& s, const visit& v, const command& c, intake::waiting_order o) {
    intake::waiting_room& all = s.names.waiting;
    std::optional<intake::waiting_order> before;
    if (const auto* const at = all.find(c.key)) before = *at;
    v.desk.clear();
    v.desk.record.begin(verb::quarantine, v.now, c.actor);
    record_waiting(v.desk.record, c.key, o);
    all.keep(c.key, std::move(o));
    const auto take_back = [&] {
        if (before)
            all.keep(c.key, std::move(*before));
        else
            all.drop(c.key);
    };
    const committed done = or_give_back([&] { return s.commit(v); }, take_back);
    if (done.code != error_code::ok) return take_back(), fail(done.code);
    receipt r;
    r.by = verb::quarantine;
    r.at = position{done.position};
    return r;
}

result<receipt> discard_now(state& s, const visit& v, const command& c, std::string_view order,
                            std::uint8_t reason, digest128 content) {
    const intake::waiting_order* const o = s.names.waiting.find(order);
    if (o == nullptr) return fail(error_code::not_quarantined);
    const digest128 text = content_digest(o->text);
    const auto key = s.keys.begin(v.slot, intake::key_space::order, order, text);
    if (key.state == intake::claim_state::full) return fail(error_code::key_memory_full);
    if (key.state != intake::claim_state::fresh) return fail(error_code::in_progress);
    pending_key held{s.keys, key};
    receipt gone;
    gone.what = outcome::declined;
    gone.by = verb::place_order;
    gone.why = fail(error_code::order_discarded, reason);
    receipt done;
    done.by = verb::discard;
    v.desk.clear();
    v.desk.record.begin(verb::discard, v.now, c.actor);
    state::remember(v.desk, c, content, done);
    v.desk.record.intern(journal::intern_key{order, text, gone});
    const committed answer = s.commit(v);
    if (answer.code != error_code::ok) return fail(answer.code);
    done.at = gone.at = position{answer.position};
    held.finish(gone);
    s.names.waiting.drop(order);
    return done;
}

/// Alone in the engine, so that no order comes in between.
result<receipt> bury_now(state& s, const visit& v, const command& c, std::string_view order,
                         std::uint8_t reason, digest128 content) {
    intake::waiting_room& all = s.names.waiting;
    const auto known = s.keys.peek(intake::key_space::order, order, {});
    const bool is_known = known.state != intake::claim_state::fresh;
    if (is_known && known.first.what != outcome::declined)
        return fail(error_code::order_busy, static_cast<std::int64_t>(known.first.subject));
    receipt done;
    done.by = verb::cancel;
    done.subject = raw(none<order_id>);  // there is none
    const bool is_over = is_known || all.find_tombstone(order) != nullptr;
    if (is_over) done.what = outcome::unchanged;
    if (is_over && c.key.empty()) return done;  // a key is remembered, and so recorded
    if (!is_over && all.tombstones().size() >= s.settings.max_tombstones)
        return fail(error_code::tombstones_full, static_cast<std::int64_t>(all.tombstones().size()),
                    s.settings.max_tombstones);
    v.desk.clear();
    v.desk.record.begin(verb::cancel, v.now, c.actor);
    state::remember(v.desk, c, content, done);
    const std::int64_t fields[] = {reason};
    if (!is_over) {
        v.desk.record.intern(journal::intern_kind::tombstone, {0, order, fields, {}});
        all.bury(order, {reason, v.now, s.names.known(c.actor)});
    }
    const auto take_back = [&] {
        if (!is_over) all.unbury(order);
    };
    const committed answer = or_give_back([&] { return s.commit(v); }, take_back);
    if (answer.code != error_code::ok) return take_back(), fail(answer.code);
    if (!is_over) all.drop(order);
    done.at = position{answer.position};
    return done;
}

/// What two numbers and a key are, for the command's own key.
digest128 content_of(verb by, std::string_view order, std::uint8_t reason) {
    std::string said{name_of(by)};
    said += static_cast<char>(reason);
    said += order;
    return content_digest(said);
}

/// Is what waits under a key, if anything, another order than the one that was looked at?
bool is_another(const intake::waiting_order* waits, std::string_view looked_at) noexcept {
    return !looked_at.empty() && (waits == nullptr || waits->text != looked_at);
}

violation view_of(const intake::reason& r) {
    return {r.code, intake::severity_of(r.code, r.path), r.path, r.sentence,
            std::string{row_of(r.code).hint}};
}

}  // namespace

namespace waiting {

placed look(const engine& of, const command& c, const order_request& r) {
    const state& s = engine_door::inside(of);
    const auto answer = s.ask<result<placed>>(
        [&](const visit& v) -> result<placed> {
            if (const error e = check(c.key); e.code != error_code::ok) return e;
            if (const auto* const t = s.names.waiting.find_tombstone(c.key))
                return fail(error_code::tombstoned, t->reason);
            const auto content = intake::content_of(r);
            const auto by = s.keys.peek(intake::key_space::order, c.key, content);
            placed p;
            p.first.by = verb::place_order;
            if (by.state == intake::claim_state::repeat && by.first.what != outcome::declined) {
                p.first = by.first;
                p.first.what = outcome::repeat;
                return p;
            }
            if (by.state == intake::claim_state::repeat) return declined(by.first.why);
            if (by.state != intake::claim_state::fresh) return taken(by);
            s.capture(v.desk, c, r);
            if (v.desk.violations.empty()) return p;
            p = declined(v.desk.violations.front());
            p.violations = v.desk.violations;
            return p;
        },
        taking::room);
    return answer ? *answer : declined(answer.error());
}

error known(const engine& of, std::string_view key) {
    const state& s = engine_door::inside(of);
    const auto answer = s.ask<result<bool>>(
        [&](const visit&) -> result<bool> {
            if (const error e = check(key); e.code != error_code::ok) return e;
            if (const error e = s.names.waiting.refusal(key); e.code != error_code::ok) return e;
            const auto by = s.keys.peek(intake::key_space::order, key, {});
            if (by.state != intake::claim_state::fresh) return taken(by);
            return true;
        },
        taking::room);
    return answer ? error{} : answer.error();
}

result<std::optional<intake::waiting_order>> find(const engine& of, std::string_view key) {
    using found = result<std::optional<intake::waiting_order>>;
    const state& s = engine_door::inside(of);
    return s.ask<found>(
        [&](const visit&) -> found {
            const auto* const o = s.names.waiting.find(key);
            return o == nullptr ? std::optional<intake::waiting_order>{} : *o;
        },
        taking::room);
}

result<receipt> keep(engine& on, const command& c, intake::waiting_order o, try_of how,
                     std::string_view over) {
    state& s = engine_door::inside(on);
    if (const error e = check(c.key); e.code != error_code::ok) return e;
    return s.alone<result<receipt>>(
        c,
        [&](const visit& v) -> result<receipt> {
            const intake::waiting_room& all = s.names.waiting;
            const intake::waiting_order* const before = all.find(c.key);
            if (is_another(before, over)) return fail(error_code::in_progress);
            if (before == nullptr) {
                if (const auto* const t = all.find_tombstone(c.key))
                    return fail(error_code::tombstoned, t->reason);
                const auto by = s.keys.peek(intake::key_space::order, c.key, {});
                if (by.state != intake::claim_state::fresh) return taken(by);
                if (how == try_of::replay) return fail(error_code::not_quarantined);
            } else if (before->text != o.text && how != try_of::correction) {
                return fail(error_code::order_quarantined, before->reasons);
            } else if (before->text == o.text && before->why == o.why &&
                       before->reasons == o.reasons && how != try_of::replay) {
                receipt same;
                same.what = outcome::unchanged;
                same.by = verb::quarantine;
                return same;
            }
            o.first = before != nullptr ? before->first : v.now;
            o.tries = before != nullptr ? before->tries + 1 : 1;
            o.last = v.now;
            o.by = s.names.known(c.actor);
            if (const error e = check_room(s, c.key, o); e.code != error_code::ok) return e;
            return record_kept(s, v, c, std::move(o));
        },
        taking::room);
}

placed place(engine& on, const command& c, const order_request& r, std::string_view over) {
    state& s = engine_door::inside(on);
    const auto answer = s.alone<result<placed>>(
        c,
        [&](const visit& v) -> result<placed> {
            const auto* const waits = s.names.waiting.find(c.key);
            if (is_another(waits, over)) return fail(error_code::in_progress);
            if (waits == nullptr) return fail(error_code::not_quarantined);
            placed p = s.place_new(v, c, r, false);
            if (p.first.what != outcome::declined) s.names.waiting.drop(c.key);
            return p;
        },
        taking::room);
    return answer ? *answer : declined(answer.error());
}

}  // namespace waiting

// ---- the door ----------------------------------------------------------------------------------

result<std::vector<quarantined_order>> quarantined(const engine& of) {
    using rows = result<std::vector<quarantined_order>>;
    const state& s = engine_door::inside(of);
    return s.ask<rows>(
        [&](const visit&) -> rows {
            std::vector<quarantined_order> out;
            for (const auto& [key, o] : s.names.waiting.orders()) {
                quarantined_order& row = out.emplace_back();
                row = {key, o.text, {}, o.reasons, o.tries, o.first, o.last, o.by};
                for (const intake::reason& r : o.why) row.why.push_back(view_of(r));
            }
            return out;
        },
        taking::room);
}

result<std::vector<tombstone_view>> tombstones(const engine& of) {
    using rows = result<std::vector<tombstone_view>>;
    const state& s = engine_door::inside(of);
    return s.ask<rows>(
        [&](const visit&) -> rows {
            std::vector<tombstone_view> out;
            for (const auto& [key, t] : s.names.waiting.tombstones())
                out.push_back({key, t.reason, t.since, t.by});
            return out;
        },
        taking::room);
}

result<receipt> discard(engine& on, const command& c, std::string_view order, std::uint8_t reason) {
    state& s = engine_door::inside(on);
    const digest128 content = content_of(verb::discard, order, reason);
    return s.alone<result<receipt>>(
        c,
        [&](const visit& v) -> result<receipt> {
            const error denied = state::gate{s}.pass(v, c, verb::discard);
            if (denied.code != error_code::ok) return denied;
            return s.once(v, c, content,
                          [&] { return discard_now(s, v, c, order, reason, content); });
        },
        taking::room);
}

result<receipt> park_cancel(engine& on, const command& c, std::string_view order,
                            std::uint8_t reason) {
    state& s = engine_door::inside(on);
    if (const error e = check(order); e.code != error_code::ok) return e;
    if (const auto id = on.find_order(order)) return on.cancel(c, {*id, 0, {}, reason});
    const digest128 content = content_of(verb::cancel, order, reason);
    return s.alone<result<receipt>>(
        c,
        [&](const visit& v) -> result<receipt> {
            const error denied = state::gate{s}.pass(v, c, verb::cancel);
            if (denied.code != error_code::ok) return denied;
            return s.once(v, c, content, [&] { return bury_now(s, v, c, order, reason, content); });
        },
        taking::room);
}

}  // namespace earmark
