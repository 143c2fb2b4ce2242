// THE FIELDS of what is about dates (submit_forms.cpp): calendars, services, hours, lanes, promise.
#pragma once

#include <string_view>

#include "earmark/core/quantity.hpp"
#include "earmark/model/dates.hpp"
#include "submit_fields.hpp"
#include "submit_order_fields.hpp"

namespace earmark::submission::of_dates {

using enum shape;

inline constexpr std::string_view about_calendar = "key of a calendar";

inline constexpr field calendar_fields[] = {
    {"calendar", key, required, "key of the calendar: all rows of it are one"},
    {"zone", text, optional, "name of the IANA time zone database, default UTC"},
    {"weekdays", text, optional,
     "such as \"mon-fri\" or \"sat sun\" or \"daily\", default mon-fri"},
    {"cutoff", text, optional, "local, exclusive, such as \"14:00\"; without one the day's end"},
    {"first", time, required, "the first date that is known, such as \"2026-01-01\""},
    {"last", time, required, "the last one, at most 20 years later"},
};
inline constexpr field day_fields[] = {
    {"calendar", key, required, about_calendar},
    {"day", time, required, "the date, such as \"2026-12-24\""},
    {"works", flag, optional, "default false: a holiday"},
    {"cutoff", text, optional, "of that date; without one that of its weekday"},
};
inline constexpr field service_fields[] = {
    {"service", key, required, "key of the service; one that stands there is replaced"},
    {"carrier", key, optional, "calendar of days in transit; without one every day"},
    {"delivery", key, optional, "calendar of days of delivery; without one every day"},
    {"transit_days", whole, optional, "where no lane says", 0, max_days_of_work},
};
inline constexpr field hours_fields[] = {
    {"node", key, required, "key of the node"},
    {"service", key, optional, "key of a service; without one all that have no row of their own"},
    {"calendar", key, required, "days of work, with their cut-offs"},
    {"pickup", key, optional, "calendar of days on which the carrier comes"},
    {"processing_days", whole, optional, "days of work until shipping, default 0", 0,
     max_days_of_work},
};
inline constexpr field lane_fields[] = {
    {"service", key, optional, "key of a service; without one all"},
    {"node", key, optional, "key of a node; without one all"},
    {"place", key, optional, "key of a place; without one all"},
    {"up_to_metres", whole, optional, "a ring around the node; without it however far", 0,
     max_metres},
    {"transit_days", whole, required, "days in transit", 0, max_days_of_work},
    {"delivery", key, optional, "calendar of days of delivery there"},
};
inline constexpr field load_calendars[] = {rows_of("the calendars", calendar_fields)};
inline constexpr field load_calendar_days[] = {rows_of("dates that differ", day_fields)};
inline constexpr field load_services[] = {rows_of("the services", service_fields)};
inline constexpr field load_hours[] = {rows_of("the hours", hours_fields)};
inline constexpr field load_lanes[] = {rows_of("the lanes", lane_fields)};

inline constexpr field promise_line_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"quantity", decimal, required, "units that would be ordered"},
    uom_field,
    {"unit_price", decimal, optional, "of the SKU's own unit, default 0"},
    {"node", key, optional, "key of the node that it would be bound to"},
    own_place_field,
    own_method_field,
    own_day_field,
};
inline constexpr field promise_fields[] = {
    {"lines", rows, required, "what would be ordered", 1, 5'000, {}, promise_line_fields},
    {"currency", text, required, "ISO 4217 code of all prices"},
    {"ship_to", key, optional, "key of a place; without one distances are unknown"},
    {"priority", whole, optional, "default 0", 0, 255},
    {"method", key, optional, "key of a service"},
    {"deliver_by", time, optional, "the last day of delivery, a date"},
    {"at", time, optional, "when it would be placed; without one engine time"},
    {"infinite", flag, optional, "as if no pool were ever used up, default false"},
    {"node", key, optional, "key of the node that lines would be bound to which name none"},
    {"type", choice, optional, "default sales; make_to_order: nodes would make it", 0, 0,
     of_orders::placed_types},
};

}  // namespace earmark::submission::of_dates
