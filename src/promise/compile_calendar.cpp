// TIME ZONES are known here and nowhere else: local cut-offs become UTC instants, day by day, by
// the system's time zone database.
#include <date/tz.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>

#include "earmark/promise/calendar.hpp"

namespace earmark {
namespace {

constexpr std::int32_t no_cutoff = 24 * 60;

enum wrong : std::int64_t { zone = 1, weekdays, cutoff_text, day_text, span_of_days, key };

error bad(wrong what, std::size_t row) {
    error e = fail(error_code::bad_calendar, what);
    e.row = static_cast<std::uint32_t>(row);
    return e;
}

/// Minutes after midnight of `14:00`; midnight at the day's end for an empty text.
std::optional<std::int32_t> minutes_of(std::string_view text) {
    if (text.empty()) return no_cutoff;
    const auto digit = [&](std::size_t i) { return text[i] - '0'; };
    if (text.size() != 5 || text[2] != ':') return {};
    for (const std::size_t i : {0u, 1u, 3u, 4u})
        if (text[i] < '0' || text[i] > '9') return {};
    const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
    if (minutes > 59 || hours * 60 + minutes > no_cutoff) return {};
    return hours * 60 + minutes;
}

/// The UTC instant of so many minutes after a date's midnight: the first of two, or the one after a
/// gap.
std::int64_t instant(const date::time_zone& in, civil_day d, std::int32_t minutes) {
    const date::local_time<std::chrono::nanoseconds> local{std::chrono::days{d.n} +
                                                           std::chrono::minutes{minutes}};
    return in.to_sys(local, date::choose::earliest).time_since_epoch().count();
}

const date::time_zone* find_zone(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

struct day_terms {
    bool works = false;
    std::int32_t cutoff = no_cutoff;
};
struct week {
    const date::time_zone* zone = nullptr;
    std::array<day_terms, 7> days{};
};

error read_week(std::span<const calendar_row> rows, week& into) {
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const calendar_row& r = rows[i];
        if (r.key != rows[0].key) return bad(key, i + 1);
        const auto* const its = find_zone(r.zone);
        if (its == nullptr || (into.zone != nullptr && its != into.zone)) return bad(zone, i + 1);
        into.zone = its;
        if (r.weekdays > every_day || (r.weekdays & seen) != 0) return bad(weekdays, i + 1);
        seen |= r.weekdays;
        const auto until = minutes_of(r.cutoff);
        if (!until) return bad(cutoff_text, i + 1);
        for (std::size_t d = 0; d < 7; ++d)
            if ((r.weekdays >> d & 1) != 0) into.days[d] = {true, *until};
    }
    return rows.empty() ? bad(zone, 0) : error{};
}

error read_days(std::span<const calendar_day_row> rows, const std::string& of, const week& usual,
                std::map<civil_day, day_terms>& into) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].calendar != of) return bad(key, i + 1);
        const auto d = parse_day(rows[i].day);
        if (!d) return bad(day_text, i + 1);
        const auto until = minutes_of(rows[i].cutoff);
        if (!until) return bad(cutoff_text, i + 1);
        day_terms terms{rows[i].works, *until};
        if (rows[i].cutoff.empty())
            terms.cutoff = usual.days[static_cast<std::size_t>(weekday_of(*d))].cutoff;
        if (!into.emplace(*d, terms).second) return bad(day_text, i + 1);
    }
    return {};
}

}  // namespace

class calendar_builder {
public:
    static calendar build(const week& usual, const std::map<civil_day, day_terms>& days,
                          civil_day first, civil_day last) {
        calendar c;
        c.first_ = first;
        std::int32_t so_far = 0;
        for (civil_day d = first; d <= last; d = d + 1) {
            const auto other = days.find(d);
            const day_terms& t = other != days.end()
                                     ? other->second
                                     : usual.days[static_cast<std::size_t>(weekday_of(d))];
            c.begins_.push_back(instant(*usual.zone, d, 0));
            c.cutoffs_.push_back(t.cutoff == no_cutoff ? instant(*usual.zone, d + 1, 0)
                                                       : instant(*usual.zone, d, t.cutoff));
            c.works_before_.push_back(so_far);
            if (!t.works) continue;
            c.working_.push_back(d.n - first.n);
            ++so_far;
        }
        c.begins_.push_back(instant(*usual.zone, last + 1, 0));
        c.works_before_.push_back(so_far);
        return c;
    }
};

result<calendar> compile_calendar(std::span<const calendar_row> rows,
                                  std::span<const calendar_day_row> days, civil_day first,
                                  civil_day last) {
    if (first > last || first.n < -farthest_day || last.n > farthest_day ||
        last.n - first.n >= max_calendar_days)
        return bad(span_of_days, 0);
    week usual;
    if (const error e = read_week(rows, usual); e.code != error_code::ok) return e;
    std::map<civil_day, day_terms> others;
    if (const error e = read_days(days, rows[0].key, usual, others); e.code != error_code::ok)
        return e;
    return calendar_builder::build(usual, others, first, last);
}

}  // namespace earmark
