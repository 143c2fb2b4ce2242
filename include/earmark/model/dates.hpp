// DATES: the tables that promises are made of, and the chain of days of a promise. Calendars are
// written in local time and compiled once, at load, into tables of UTC instants (room promise).
//
//   calendar   days on which something is done, and until when a day's orders are taken for it
//   hours      which calendar a node works by, for a service or for all, and how long work takes
//   service    how orders travel: the carrier's days, and days in transit where no lane says
//   lane       days in transit, from a node or all, to a place or all, or within a distance
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "earmark/core/civil_day.hpp"

namespace earmark {

/// Weekdays on which something is done, and until when. Several rows of one key with distinct days
/// give a calendar more than one cut-off.
struct calendar_row {
    std::string key;
    std::string zone = "UTC";  // a name of the IANA time zone database: Europe/Berlin
    std::uint8_t weekdays = monday_to_friday;
    std::string cutoff{};       // local, exclusive: 14:00:00 misses 14:00; empty: the day's end
    civil_day first{}, last{};  // that are known; the same in all rows of a key
};

/// A date that differs from its weekday: a holiday, or a Sunday before Christmas.
struct calendar_day_row {
    std::string calendar;
    std::string day;  // 2025-12-24
    bool works = false;
    std::string cutoff{};  // of this day; empty: that of its weekday, or the day's end
};

struct service_row {
    std::string key;
    std::string carrier{};           // calendar of days in transit; empty: every day
    std::string delivery{};          // calendar of days of delivery; empty: every day
    std::int32_t transit_days = -1;  // where no lane says; below 0: then there is no date
};

struct hours_row {
    std::string node;
    std::string service{};  // empty: for all that have no row of their own
    std::string calendar;   // days of work, with their cut-offs
    std::string pickup{};   // calendar of days on which the carrier comes; empty: days of work
    std::int32_t processing_days = 0;  // of work, from the work day to the ship day
};

/// The first that fits holds: lanes of the service before those of all, then place and node before
/// place, node and neither; among these the nearest ring that reaches so far.
struct lane_row {
    std::string service{};                     // empty: all
    std::string node{};                        // empty: all
    std::string place{};                       // empty: all
    std::optional<std::int64_t> up_to_metres;  // a ring around the node; none: however far
    std::int32_t transit_days = 0;
    std::string delivery{};  // calendar of days of delivery there; empty: the service's
};
inline constexpr std::int32_t max_days_of_work = 1'000;  // of processing, or in transit

/// Rows of one of these tables.
using date_rows = std::variant<std::span<const calendar_row>, std::span<const calendar_day_row>,
                               std::span<const service_row>, std::span<const hours_row>,
                               std::span<const lane_row>>;

struct date_chain {
    civil_day order;        // on the node's wall
    civil_day in_time_for;  // the first day of work whose cut-off the order made
    civil_day work;         // the first from then on with capacity: pick pools are of this day
    civil_day ship;         // carrier pools are of this day
    civil_day delivery = no_day;
    time_point order_within;  // the first instant at which the answer would be a later one, as
                              // calendars and the picture of capacity stand
    friend bool operator==(const date_chain&, const date_chain&) = default;
};

}  // namespace earmark
