#include "order_timers.hpp"

#include <utility>

#include "asking.hpp"
#include "earmark/allocation/allot.hpp"
#include "holder.hpp"
#include "state_calls.hpp"

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

/// The verb of a request that is due, where no hold is due before it.
std::optional<verb> engine::state::holder::silent(std::uint32_t slot, time_point now,
                                                  std::uint32_t order) const {
    lifecycle::image& due = s_.desk_of(slot).due;
    earmark::beside more;
    if (s_.read_order(order_id{order}, due).code != error_code::ok ||
        s_.read_beside(order_id{order}, due, more).code != error_code::ok)
        return std::nullopt;
    const auto* const first = lifecycle::first_due(more.asked, now);
    if (first == nullptr || lifecycle::next_deadline(more.holds) <= first->until)
        return std::nullopt;
    return asker::verb_of(*first);
}

time_point engine::state::holder::expire(std::uint32_t slot, time_point now, std::uint32_t order,
                                         std::uint32_t& expired) {
    time_point due = due_at(slot, now, order);
    if (due > now) return due;
    desk& d = s_.desk_of(slot);
    const kept_order kept{d};
    const visit v{slot, d, now};
    const asker asks{s_};
    const auto pass_over = [&](verb by, bool in_earnest) {
        const auto decide = [&](desk&) { return asks.pass_time(v, by, in_earnest); };
        return s_.move_units(v, {{}, actor_id{}, now}, by, order_id{order}, {}, decide);
    };
    const auto pass = [&](bool in_earnest) {
        if (const auto by = silent(slot, now, order)) return pass_over(*by, in_earnest);
        const auto decide = [&](desk& on) -> error {
            const error e = pass_time(on, now, in_earnest);
            if (e.code == error_code::ok) allocation::gives_of(on.moves, on.gives);
            return e;
        };
        return s_.move_units(v, {{}, actor_id{}, now}, verb::resolve_hold, order_id{order}, {},
                             decide);
    };
    for (std::size_t step = 0; due <= now; ++step) {
        if (step > 2 * max_holds_in_all + lifecycle::max_asked)
            return now;  // others are at it all the time: look again
        auto done = pass(true);
        if (!done && is_for_good(done.error().code)) done = pass(false);
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
