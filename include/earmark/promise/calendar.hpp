// CALENDARS say on which days something is done at a place, and until when a day's orders are taken
// for that day. A node's work, a carrier's pick-up, its transit and its delivery days each have
// one; several places may share one. A calendar is written in local time and compiled once into
// tables of UTC instants: afterwards nothing knows of time zones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "earmark/model/dates.hpp"

namespace earmark {

/// Compiled. Immutable, so that any number of threads may share it.
///
/// Days before `first` and after `last` are not known: nothing is done on them, and what would lie
/// beyond answers no_day.
class calendar {
public:
    /// Works every day of the span, in UTC, until midnight.
    static calendar always(civil_day first, civil_day last);

    [[nodiscard]] civil_day first() const noexcept { return first_; }
    [[nodiscard]] civil_day last() const noexcept { return first_ + days() + -1; }

    /// O(1), as all that follows.
    [[nodiscard]] bool works(civil_day d) const noexcept;
    /// The date at this instant on the clock of the place. Clamped to the days that are known.
    [[nodiscard]] civil_day day_of(time_point t) const noexcept;
    [[nodiscard]] time_point begin_of(civil_day d) const noexcept;
    /// The first instant that is too late for the day. Requires works(d).
    [[nodiscard]] time_point cutoff(civil_day d) const noexcept;
    /// The first day at or after d on which something is done.
    [[nodiscard]] civil_day next(civil_day d) const noexcept;
    /// `n` such days after next(d). Requires n >= 0.
    [[nodiscard]] civil_day after(civil_day d, std::int32_t n) const noexcept;
    /// The day for whose work an order of this instant is in time.
    [[nodiscard]] civil_day taken_on(time_point t) const noexcept;

private:
    friend class calendar_builder;
    friend class calendar_days;
    [[nodiscard]] std::int32_t days() const noexcept {
        return static_cast<std::int32_t>(works_before_.size()) - 1;
    }
    [[nodiscard]] bool knows(civil_day d) const noexcept {
        return d >= first_ && d.n - first_.n < days();
    }

    civil_day first_;
    std::vector<std::int64_t> begins_;        // of each day and the one after the last, ns UTC
    std::vector<std::int64_t> cutoffs_;       // of each day
    std::vector<std::int32_t> works_before_;  // days of work before this one; one more at the end
    std::vector<std::int32_t> working_;       // offsets of the days of work, ascending
};

/// Compiles the rows of one calendar, and its days, for every date from `first` to `last`. A local
/// time that the clock skips is the first instant after the gap; one that it shows twice is the
/// first of the two.
///
/// bad_calendar (refs: what is wrong: 1 the zone, 2 the weekdays, 3 a cut-off, 4 a day, 5 the span,
/// 6 a row of another calendar; row: of `rows`, then of `days`, from 1). O(days of the span).
[[nodiscard]] result<calendar> compile_calendar(std::span<const calendar_row> rows,
                                                std::span<const calendar_day_row> days,
                                                civil_day first, civil_day last);

/// The calendar with other terms on some days of its span; `week` are its rows. The days of which
/// nothing is said stay as they were compiled. bad_calendar as of compile_calendar.
[[nodiscard]] result<calendar> with_days(const calendar& c, std::span<const calendar_row> week,
                                         std::span<const calendar_day_row> days);

/// A calendar as plain numbers, for a journal that knows no time zones: the first day, the second
/// at which it begins, and a number for each day, as its difference to that of a week before.
[[nodiscard]] std::vector<std::int64_t> numbers_of(const calendar& c);
/// The inverse; nothing where numbers are none of a calendar.
[[nodiscard]] std::optional<calendar> calendar_of(std::span<const std::int64_t> numbers);

/// The longest span: 20 years.
inline constexpr std::int32_t max_calendar_days = 7'306;

}  // namespace earmark
