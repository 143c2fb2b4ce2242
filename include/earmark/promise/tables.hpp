// THE TABLES OF DATES, compiled: by which calendar a node works for a service, and how long goods
// are in transit. Read by every promise, written only while the engine is taken, and by the fold.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/promise/dates.hpp"

namespace earmark {

/// The week of a calendar, as its rows say it: minutes after midnight of each weekday's cut-off,
/// below 0 where nothing is done.
using week_of_work = std::array<std::int16_t, 7>;
[[nodiscard]] week_of_work week_of(std::span<const calendar_row> rows);
[[nodiscard]] std::vector<calendar_row> rows_of(std::string_view key, std::string_view zone,
                                                const week_of_work& week);

struct dated_calendar {
    std::uint32_t zone = 0;  // number of its name
    week_of_work week{};
    calendar days;
};
struct service_facts {
    calendar_id carrier = none<calendar_id>;
    calendar_id delivery = none<calendar_id>;
    std::int32_t transit = -1;
};
struct hours_facts {
    node_id node{};
    service_id service = none<service_id>;
    calendar_id calendar{};
    calendar_id pickup = none<calendar_id>;
    std::int32_t processing = 0;
};
struct lane_facts {
    service_id service = none<service_id>;
    place_id place = none<place_id>;
    node_id node = none<node_id>;
    std::uint32_t up_to = UINT32_MAX;  // metres
    std::int32_t transit = 0;
    calendar_id delivery = none<calendar_id>;
};

/// What a date is asked about.
struct date_question {
    node_id node{};
    service_id service = none<service_id>;
    place_id place = none<place_id>;
    std::uint32_t metres = UINT32_MAX;  // between the two; UINT32_MAX: unknown
    time_point at;
    room_question room{};
    std::int32_t more_days = 0;  // of processing, for goods that are still to be made
};

class date_tables {
public:
    key_table zones, calendar_keys, service_keys;

    /// No node has hours: nobody can be promised a date.
    [[nodiscard]] bool empty() const noexcept { return hours_.empty(); }
    [[nodiscard]] bool has_rows() const noexcept {
        return !calendars_.empty() || !services_.empty() || !hours_.empty() || !lanes_.empty();
    }

    // Each puts a row in place of the one that has its key or selectors. They may throw
    // std::bad_alloc; the tables are then of no use.
    calendar_id set(std::string_view key, dated_calendar c);
    service_id set(std::string_view key, const service_facts& f);
    void set(const hours_facts& f);
    void set(const lane_facts& f);

    [[nodiscard]] std::span<const dated_calendar> calendars() const noexcept { return calendars_; }
    [[nodiscard]] std::span<const service_facts> services() const noexcept { return services_; }
    [[nodiscard]] std::span<const hours_facts> hours() const noexcept { return hours_; }
    [[nodiscard]] std::span<const lane_facts> lanes() const noexcept { return lanes_; }

    /// The hours that a node keeps for a service; nullptr: none. O(log rows).
    [[nodiscard]] const hours_facts* hours_of(node_id n, service_id s) const noexcept;
    /// The days of the work of such hours.
    [[nodiscard]] const calendar& work_days(const hours_facts& h) const noexcept {
        return calendars_[index_of(h.calendar)].days;
    }
    /// The lane that holds; nullptr: the service's days do. O(log rows).
    [[nodiscard]] const lane_facts* lane_of(const date_question& q) const noexcept;

    /// When what is ordered is at the door; its delivery stays no_day where nobody says how long it
    /// travels. no_hours (refs: node), no_date. O(log rows), and the days put off for room.
    [[nodiscard]] result<date_chain> dates(const date_question& q) const;
    /// The first instant that is too late for the node to have it at the door by a day, however
    /// much room there is: the cut-off of the last day of work that does. Nothing where no day that
    /// is known does, or nobody says how long it travels. `at` and `room` are not looked at.
    /// O(log days).
    [[nodiscard]] std::optional<time_point> latest(const date_question& q, civil_day by) const;

    [[nodiscard]] std::uint64_t digest_of_dates() const;

private:
    [[nodiscard]] const calendar* days(calendar_id c) const noexcept {
        return c == none<calendar_id> ? nullptr : &calendars_[index_of(c)].days;
    }
    /// How long goods travel; transit below 0: nobody says.
    [[nodiscard]] lane_terms travel(const date_question& q) const noexcept;
    [[nodiscard]] const lane_facts* ring(service_id s, place_id p, node_id n,
                                         std::uint32_t metres) const noexcept;

    std::vector<dated_calendar> calendars_;
    std::vector<service_facts> services_;
    std::vector<hours_facts> hours_;  // ascending by node and service
    std::vector<lane_facts> lanes_;   // ascending by service, place, node, ring
    // Which selectors there are at all, so that no question looks for others.
    bool by_service_ = false;    // hours
    std::uint8_t lanes_by_ = 0;  // a bit for each way of naming service, place and node
};

}  // namespace earmark
