// THE FOLD of holds, and the timers of their orders.
#include "beside.hpp"
#include "earmark/engine/fold.hpp"
#include "hold_notes.hpp"
#include "order_timers.hpp"
#include "timekeeper.hpp"

namespace earmark {
namespace {

bool place_as_noted(std::span<const std::byte> bytes, std::uint32_t number, lifecycle::hold h,
                    std::size_t types, std::size_t lines, std::vector<lifecycle::hold>& into) {
    if (!read_placed_note(bytes, h) || index_of(h.type) >= types ||
        (h.line != lifecycle::the_order && h.line >= lines))
        return false;
    const auto placed = lifecycle::place(into, h);
    return placed && placed->fresh && placed->number == number;
}

}  // namespace

error_code folder::wake_order(std::uint32_t index, time_point deadline) {
    const auto t = books_.timers.make(0);
    if (t == lifecycle::wheel<>::nil) return error_code::out_of_memory;
    books_.timers.push(0, t, order_timer_bit | index, deadline);
    return error_code::ok;
}

/// Is it an order that was born before, and not the same?
bool folder::is_another(std::uint32_t order, std::uint32_t other) const {
    return other != order && other < books_.ledger.size(subject_kind::order) &&
           books_.ledger.at(subject_kind::order, other).version != 0;
}

error_code folder::hold_note(std::uint32_t order, journal::note_kind kind, std::uint32_t number,
                             std::span<const std::byte> bytes) {
    const bool is_of_hold =
        kind == journal::note_kind::hold_placed || kind == journal::note_kind::hold_ended;
    if (!is_of_hold) return error_code::ok;
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    const hold_type_table& types = catalog_.holds;
    const actor_id by = catalog_.known(actor_);
    time_point before = never, after = never;
    const auto change = [&](beside& of) {
        before = next_deadline(image_, of);
        bool done = false;
        if (kind == journal::note_kind::hold_placed) {
            lifecycle::hold h;
            h.since = record_now_;
            h.placed_by = by;
            done = place_as_noted(bytes, number, h, types.size(), image_.lines.size(), of.holds) &&
                   (of.holds.back().repeats == 0 || is_another(order, of.holds.back().repeats - 1));
        } else {
            hold_change to;
            done = read_ended_note(bytes, to) &&
                   change_hold(of.holds, number, to, by, record_now_, types.terms());
        }
        after = next_deadline(image_, of);
        return done;
    };
    if (const auto e = rewrite_beside(change); e != error_code::ok) return e;
    return after < before ? wake_order(order, after) : error_code::ok;
}

/// A timer of the order's workflow has had its turn.
error_code folder::timed_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    timed_turn said;
    if (!read_timed_note(bytes, said) || said.workflow != image_.workflow ||
        image_.rules == nullptr)
        return error_code::bad_record;
    const auto timer = timer_of(*image_.rules, said.step);
    if (!timer) return error_code::bad_record;
    return rewrite_beside([&](beside& of) {
        return lifecycle::pass(of.standing, said.line, *timer, said.what, record_now_);
    });
}

/// Since when its units stand where timers are, once all moves of the record are made.
error_code folder::follow_time() {
    const bool has_timers =
        image_.kind == subject_kind::order && image_.rules != nullptr && image_.rules->has_timers();
    if (!has_timers) return error_code::ok;
    time_point before = never, after = never;
    const auto follow = [&](beside& of) {
        before = next_deadline(image_, of);
        (void)lifecycle::follow(of.standing, image_, record_now_);
        after = next_deadline(image_, of);
        return true;
    };
    if (const auto e = rewrite_beside(follow); e != error_code::ok) return e;
    return after < before ? wake_order(rewrite_.index, after) : error_code::ok;
}

}  // namespace earmark
