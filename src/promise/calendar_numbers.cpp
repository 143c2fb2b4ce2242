// CALENDARS AS NUMBERS: what a journal keeps of a calendar, and days that change. Both work on the
// table of days, so that the time zone database is asked for the days alone of which something is
// said.
#include <algorithm>

#include "earmark/promise/calendar.hpp"

namespace earmark {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t longest_day_s = 2 * 86'400;  // one that a zone shows twice
constexpr unsigned bits = 18;                       // of so many seconds
static_assert(longest_day_s < std::int64_t{1} << bits);
constexpr std::size_t head = 2, week = 7;

}  // namespace

/// The days of a calendar, one by one.
class calendar_days {
public:
    struct terms {
        bool works;
        std::int64_t cutoff;
    };

    static std::vector<std::int64_t> numbers(const calendar& c) {
        std::vector<std::int64_t> out{c.first_.n, c.begins_[0] / second};
        const auto days = static_cast<std::size_t>(c.days());
        for (std::size_t i = 0; i < days; ++i) {
            const std::int64_t length = (c.begins_[i + 1] - c.begins_[i]) / second;
            const std::int64_t cutoff = (c.cutoffs_[i] - c.begins_[i]) / second;
            const bool works = c.works_before_[i + 1] > c.works_before_[i];
            out.push_back((length << bits | cutoff) << 1 | (works ? 1 : 0));
        }
        for (std::size_t i = days; i-- > week;) out[head + i] -= out[head + i - week];
        return out;
    }

    static std::optional<calendar> read(std::span<const std::int64_t> numbers) {
        if (numbers.size() <= head || numbers.size() - head > max_calendar_days) return {};
        const auto days = static_cast<std::int64_t>(numbers.size() - head);
        constexpr std::int64_t farthest_s = (farthest_day + std::int64_t{2}) * 86'400;
        if (numbers[0] < -farthest_day || numbers[0] > farthest_day - days + 1) return {};
        if (numbers[1] < -farthest_s || numbers[1] > farthest_s) return {};
        calendar c;
        c.first_ = {static_cast<std::int32_t>(numbers[0])};
        c.begins_.push_back(numbers[1] * second);
        std::vector<std::int64_t> sums(numbers.begin() + head, numbers.end());
        std::vector<terms> all;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            constexpr std::int64_t most = std::int64_t{1} << (2 * bits + 1);
            if (sums[i] <= -most || sums[i] >= most) return {};
            if (i >= week) sums[i] += sums[i - week];
            const std::int64_t length = sums[i] >> (bits + 1);
            const std::int64_t cutoff = sums[i] >> 1 & ((std::int64_t{1} << bits) - 1);
            if (sums[i] < 0 || length > longest_day_s || cutoff > length) return {};
            all.push_back({(sums[i] & 1) != 0, c.begins_.back() + cutoff * second});
            c.begins_.push_back(c.begins_.back() + length * second);
        }
        fill(c, all);
        return c;
    }

    static std::vector<terms> of(const calendar& c) {
        std::vector<terms> all;
        for (std::size_t i = 0; i < c.cutoffs_.size(); ++i)
            all.push_back({c.works_before_[i + 1] > c.works_before_[i], c.cutoffs_[i]});
        return all;
    }

    static void fill(calendar& c, const std::vector<terms>& all) {
        c.cutoffs_.clear();
        c.works_before_.clear();
        c.working_.clear();
        for (const terms& t : all) {
            c.works_before_.push_back(static_cast<std::int32_t>(c.working_.size()));
            if (t.works) c.working_.push_back(static_cast<std::int32_t>(c.cutoffs_.size()));
            c.cutoffs_.push_back(t.cutoff);
        }
        c.works_before_.push_back(static_cast<std::int32_t>(c.working_.size()));
    }
};

result<calendar> with_days(const calendar& c, std::span<const calendar_row> week_rows,
                           std::span<const calendar_day_row> days) {
    auto all = calendar_days::of(c);
    for (std::size_t i = 0; i < days.size(); ++i) {
        constexpr std::int64_t a_day = 4, the_span = 5;
        const auto refuse = [&](std::int64_t what) {
            error e = fail(error_code::bad_calendar, what);
            e.row = static_cast<std::uint32_t>(i + 1);
            return e;
        };
        const auto d = parse_day(days[i].day);
        if (!d) return refuse(a_day);
        if (*d < c.first() || *d > c.last()) return refuse(the_span);
        const auto one = compile_calendar(week_rows, days.subspan(i, 1), *d, *d);
        if (!one) return refuse(one.error().refs[0]);
        all[static_cast<std::size_t>(d->n - c.first().n)] = {one->works(*d), one->cutoff(*d).ns};
    }
    calendar changed = c;
    calendar_days::fill(changed, all);
    return changed;
}

std::vector<std::int64_t> numbers_of(const calendar& c) { return calendar_days::numbers(c); }

std::optional<calendar> calendar_of(std::span<const std::int64_t> numbers) {
    return calendar_days::read(numbers);
}

}  // namespace earmark
