// ROWS of calendars, services, hours and lanes from columns.
#include "earmark/connect/text.hpp"
#include "rows.hpp"

namespace earmark::python {
namespace {

[[noreturn]] void refuse(std::string_view name, std::size_t row, std::string_view text,
                         std::string_view hint) {
    bad_input("column '" + std::string{name} + "', row " + std::to_string(row + 1) + ": " +
              connect::shown(text) + std::string{hint});
}

std::vector<civil_day> days_of(const columns& c, std::string_view name, std::size_t n) {
    const auto texts = c.texts(name, static_cast<std::ptrdiff_t>(n));
    std::vector<civil_day> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto d = parse_day(texts[i]);
        if (!d) refuse(name, i, texts[i], "; a date is as 2026-12-24");
        out[i] = *d;
    }
    return out;
}

}  // namespace

std::vector<calendar_row> read_calendars(const any_table& table) {
    const columns c = read(table, {"calendar", "zone", "weekdays", "cutoff", "first", "last"});
    const auto keys = c.texts("calendar");
    const std::size_t rows = keys.size();
    const auto zones = optional_texts(c, "zone", rows),
               weekdays = optional_texts(c, "weekdays", rows),
               cutoffs = optional_texts(c, "cutoff", rows);
    const auto first = days_of(c, "first", rows), last = days_of(c, "last", rows);
    std::vector<calendar_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        calendar_row& r = out[i];
        r.key = keys.text(i);
        if (!zones[i].empty()) r.zone = zones[i];
        const auto days = weekdays[i].empty() ? monday_to_friday : parse_weekdays(weekdays[i]);
        if (!days) refuse("weekdays", i, weekdays[i], "; write mon-fri, sat sun, or daily");
        r.weekdays = *days;
        r.cutoff = cutoffs[i];
        r.first = first[i];
        r.last = last[i];
    }
    return out;
}

std::vector<calendar_day_row> read_calendar_days(const any_table& table) {
    const columns c = read(table, {"calendar", "day", "works", "cutoff"});
    const auto keys = c.texts("calendar");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto days = c.texts("day", n);
    const auto works = c.integers("works", n, {0, 1, 0});
    const auto cutoffs = optional_texts(c, "cutoff", rows);
    std::vector<calendar_day_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {keys.text(i), days.text(i), works[i] != 0, cutoffs[i]};
    return out;
}

std::vector<service_row> read_services(const any_table& table) {
    const columns c = read(table, {"service", "carrier", "delivery", "transit_days"});
    const auto keys = c.texts("service");
    const std::size_t rows = keys.size();
    const auto carriers = optional_texts(c, "carrier", rows),
               delivery = optional_texts(c, "delivery", rows);
    const auto days =
        c.integers("transit_days", static_cast<std::ptrdiff_t>(rows), {-1, max_days_of_work, -1});
    std::vector<service_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {keys.text(i), carriers[i], delivery[i], static_cast<std::int32_t>(days[i])};
    return out;
}

std::vector<hours_row> read_hours(const any_table& table) {
    const columns c = read(table, {"node", "service", "calendar", "pickup", "processing_days"});
    const auto nodes = c.texts("node");
    const std::size_t rows = nodes.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto calendars = c.texts("calendar", n);
    const auto services = optional_texts(c, "service", rows),
               pickups = optional_texts(c, "pickup", rows);
    const auto days = c.integers("processing_days", n, {0, max_days_of_work, 0});
    std::vector<hours_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {nodes.text(i), services[i], calendars.text(i), pickups[i],
                  static_cast<std::int32_t>(days[i])};
    return out;
}

std::vector<lane_row> read_lanes(const any_table& table) {
    const columns c =
        read(table, {"service", "node", "place", "up_to_metres", "transit_days", "delivery"});
    const auto days = c.integers("transit_days", -1, {0, max_days_of_work});
    const std::size_t rows = days.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto services = optional_texts(c, "service", rows),
               nodes = optional_texts(c, "node", rows), places = optional_texts(c, "place", rows),
               delivery = optional_texts(c, "delivery", rows);
    const auto rings = c.integers("up_to_metres", n, {-1, max_metres, -1});
    std::vector<lane_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        out[i] = {services[i], nodes[i], places[i], {}, static_cast<std::int32_t>(days[i]),
                  delivery[i]};
        if (rings[i] >= 0) out[i].up_to_metres = rings[i];
    }
    return out;
}

}  // namespace earmark::python
