#include "order_timers.hpp"

#include <utility>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "holder.hpp"
#include "state_calls.hpp"
#include "timekeeper.hpp"

namespace earmark {
namespace {

/// The image that a verb has on its desk, which another order may not take the place of.
class kept_order {
public:
    explicit kept_order(desk& d) : desk_{d}, kept_{std::move(d.order)} {}
    ~kept_order() { desk_.order = std::move(kept_); }
    kept_order(const kept_order&) = delete;
    kept_order& operator=(const kept_order&) = delete;

private:
    desk& desk_;
    lifecycle::image kept_;
};

/// Will it be refused again, whenever it is tried?
bool is_for_good(error_code e) noexcept {
    return !is_transient(e) && e != error_code::out_of_memory && e != error_code::halted;
}

}  // namespace

time_point engine::state::holder::due_at(std::uint32_t slot, time_point now,
                                         std::uint32_t order) const {
    lifecycle::image& due = s_.desk_of(slot).due;
    const auto e = s_.read_order(order_id{order}, due);
    if (e.code == error_code::order_busy) return now;  // it may be: look again
    if (e.code != error_code::ok || due.beside == no_chunk) return never;
    earmark::beside more;
    if (s_.read_beside(order_id{order}, due, more).code != error_code::ok) return now;
    return next_deadline(due, more);
}

/// What is due of an order, and under which verb it is done: of one instant holds before nodes, and
/// these before timers of its workflow.
auto engine::state::holder::first_to_pass(std::uint32_t slot, time_point now,
                                          std::uint32_t order) const -> passing {
    lifecycle::image& due = s_.desk_of(slot).due;
    earmark::beside more;
    if (s_.read_order(order_id{order}, due).code != error_code::ok ||
        s_.read_beside(order_id{order}, due, more).code != error_code::ok)
        return {};
    const time_point of_holds = lifecycle::next_deadline(more.holds);
    const time_point of_nodes = lifecycle::next_deadline(more.asked);
    if (const auto by = timekeeper::due(due, more, now);
        by && lifecycle::next_timer(due, more.standing).at < std::min(of_holds, of_nodes))
        return {*by, true};
    const auto* const first = lifecycle::first_due(more.asked, now);
    if (first == nullptr || of_holds <= first->until) return {};
    return {asker::verb_of(*first), false};
}

time_point engine::state::holder::expire(std::uint32_t slot, time_point now, std::uint32_t order,
                                         std::uint32_t& expired) {
    time_point due = due_at(slot, now, order);
    if (due > now) return due;
    desk& d = s_.desk_of(slot);
    const kept_order kept{d};
    const visit v{slot, d, now};
    const asker asks{s_};
    const auto pass = [&](error_code refused) {
        const bool in_earnest = refused == error_code::ok;
        const passing next = first_to_pass(slot, now, order);
        const auto decide = [&](desk& on) -> error {
            if (next.is_timer)
                return timekeeper{s_}.pass_time(on, order_id{order}, now, next.by, refused);
            if (next.by != verb::resolve_hold) return asks.pass_time(v, next.by, in_earnest);
            const error e = pass_time(on, now, in_earnest);
            if (e.code == error_code::ok) allocation::gives_of(on.moves, on.gives);
            return e;
        };
        return s_.move_units(v, {{}, actor_id{}, now}, next.by, order_id{order}, {}, decide);
    };
    for (std::size_t step = 0; due <= now; ++step) {
        if (step > 2 * max_holds_in_all + lifecycle::max_asked + lifecycle::max_steps)
            return now;  // others are at it all the time: look again
        auto done = pass(error_code::ok);
        if (!done && is_for_good(done.error().code)) done = pass(done.error().code);
        if (!done) return now;  // still due: look again
        if (done->what != outcome::unchanged) {
            counters::bump(s_.counts[slot].expired);
            ++expired;
        }
        due = due_at(slot, now, order);
    }
    d.clear();
    return due;
}

}  // namespace earmark
