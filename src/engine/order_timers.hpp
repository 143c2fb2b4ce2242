// TIMERS OF ORDERS, in the one wheel with those of reservations. A timer is only a hint to look at
// the order: what is due, and when, is read from the order and from what lies beside it. What else
// is to happen to orders in time adds its deadline to next_deadline(), and what it does then to
// state::holder::expire().
//
// Invariant: an order with a deadline has a timer that wakes at it, or before.
#pragma once

#include <algorithm>

#include "beside.hpp"
#include "earmark/lifecycle/wheel.hpp"

namespace earmark {

/// A timer's subject that is an order and no reservation.
inline constexpr std::uint64_t order_timer_bit = std::uint64_t{1} << 63;
[[nodiscard]] constexpr bool is_order_timer(std::uint64_t subject) noexcept {
    return (subject & order_timer_bit) != 0;
}
[[nodiscard]] constexpr subject_kind kind_of_timer(std::uint64_t subject) noexcept {
    return is_order_timer(subject) ? subject_kind::order : subject_kind::reservation;
}

/// When something is to happen to an order; never: nothing is.
[[nodiscard]] inline time_point next_deadline(const lifecycle::image&,
                                              const beside& more) noexcept {
    return lifecycle::next_deadline(more.holds);
}

/// The timer that an order needs whose next deadline a commit brings forward: announced before it,
/// hung up after it, and taken back where there was none.
class order_alarm {
public:
    order_alarm(lifecycle::wheel<>& timers, std::uint32_t slot, std::uint32_t order,
                time_point before, time_point after)
        : timers_{timers}, slot_{slot}, subject_{order_timer_bit | order}, at_{after} {
        if (after >= before) return;
        timer_ = timers_.make(slot_);
        is_needed_ = true;
        if (timer_ != lifecycle::wheel<>::nil) timers_.announce(slot_, subject_, at_);
    }
    ~order_alarm() {
        if (timer_ == lifecycle::wheel<>::nil) return;
        timers_.withdraw(slot_);
        timers_.drop(slot_, timer_);
    }
    order_alarm(const order_alarm&) = delete;
    order_alarm& operator=(const order_alarm&) = delete;

    /// False: there is no memory for it.
    [[nodiscard]] bool is_ready() const noexcept {
        return !is_needed_ || timer_ != lifecycle::wheel<>::nil;
    }
    void hang_up() noexcept {
        if (timer_ == lifecycle::wheel<>::nil) return;
        timers_.push(slot_, timer_, subject_, at_);
        timers_.withdraw(slot_);
        timer_ = lifecycle::wheel<>::nil;
    }

private:
    lifecycle::wheel<>& timers_;
    std::uint32_t slot_;
    std::uint64_t subject_;
    time_point at_;
    lifecycle::wheel<>::timer timer_ = lifecycle::wheel<>::nil;
    bool is_needed_ = false;
};

}  // namespace earmark
