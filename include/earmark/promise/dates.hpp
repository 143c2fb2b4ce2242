// THE DATE CHAIN: from the instant of an order to the day on which it is at the customer's door. A
// pure function of calendars, of lane terms, and of a picture of capacity.
//
//   order instant -> the day that it is in time for -> work day -> ship day -> delivery day
//
// Source of the rules: spec/semantics.md 2d; the order of the last two steps is IBM Sterling's.
#pragma once

#include <cstdint>
#include <span>

#include "earmark/core/result.hpp"
#include "earmark/promise/calendar.hpp"

namespace earmark {

/// What is left of a node's or carrier's capacity, by day, and how much of it this work needs on
/// its day. What that counts is the pool's affair: units, shipments or orders.
struct capacity_track {
    std::int64_t needs = 0;
    bool by_ship_day =
        false;  // the pool is keyed by the day of shipping (a carrier's), else of work
    civil_day first;
    std::span<const std::int64_t> free;  // of `first` and the days after it; others have no limit

    [[nodiscard]] bool has_room(civil_day d) const noexcept;
};

/// The same, asked day by day, in ascending order: has work of a day, shipped on a day, room?
struct room_question {
    const void* of = nullptr;
    bool (*has_room)(const void* of, civil_day work, civil_day ship) = nullptr;
};

struct ship_terms {
    const calendar* node = nullptr;    // days of work with their cut-offs
    const calendar* pickup = nullptr;  // days on which the carrier comes; none: days of work
    std::int32_t processing = 0;       // days of work from order to shipping
    std::span<const capacity_track> capacity{};
    std::int32_t most_days = 90;  // how far work may be put off for capacity
    room_question room{};
};

struct lane_terms {
    std::int32_t transit = 0;            // days on which the carrier moves
    const calendar* carrier = nullptr;   // its days of transit; none: every day
    const calendar* delivery = nullptr;  // days on which it delivers there; none: every day
};

/// When an order of instant `at` ships. Misuse: no node, or days below 0. no_date (refs: days
/// tried, first and last day known) where calendars end or most_days have no room. O(days put off x
/// tracks).
[[nodiscard]] result<date_chain> ship_dates(time_point at, const ship_terms& by);

/// When what ships on a day is delivered: transit days are counted from the day after; a day of
/// delivery is waited for. no_day where the calendars end.
[[nodiscard]] civil_day delivery_day(civil_day ship, const lane_terms& over);

/// Both.
[[nodiscard]] result<date_chain> promise_dates(time_point at, const ship_terms& by,
                                               const lane_terms& over);

}  // namespace earmark
