// TIMERS OF ORDERS, in the one wheel with those of reservations. A timer is only a hint to look at
// the order: what is due, and when, is read from the order and from what lies beside it. What else
// is to happen to orders in time adds its deadline to next_deadline(), and what it does then to
// state::holder::expire().
//
// Invariant: an order with a deadline has a timer that wakes at it, or before.
#pragma once

#include <algorithm>

#include "beside.hpp"

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
[[nodiscard]] inline time_point next_deadline(const lifecycle::image& of,
                                              const beside& more) noexcept {
    const time_point beside =
        std::min(lifecycle::next_deadline(more.holds), lifecycle::next_deadline(more.asked));
    return more.standing.empty() ? beside
                                 : std::min(beside, lifecycle::next_timer(of, more.standing).at);
}

}  // namespace earmark
