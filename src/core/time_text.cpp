#include "earmark/core/time_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "wide.hpp"

namespace earmark {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;

/// Walks over the text. The first failed step fixes `at` and every later step fails too, so that a
/// caller may write a whole grammar as one chain of &&.
class walker {
public:
    explicit walker(std::string_view text) noexcept : text_{text} {}

    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
    [[nodiscard]] bool sees(char c) const noexcept { return !at_end() && text_[at_] == c; }

    bool one_of(std::string_view set) noexcept {
        if (at_end() || set.find(text_[at_]) == std::string_view::npos) return false;
        ++at_;
        return true;
    }

    /// Exactly `count` digits whose number is within [low, high].
    bool digits(int count, int low, int high, int& out) noexcept {
        const std::size_t start = at_;
        int value = 0;
        for (int i = 0; i < count; ++i) {
            if (at_end() || text_[at_] < '0' || text_[at_] > '9') return false;
            value = value * 10 + (text_[at_++] - '0');
        }
        if (value < low || value > high) {
            at_ = start;
            return false;
        }
        out = value;
        return true;
    }

    /// One to nine digits after a point, as nanoseconds.
    bool fraction(std::int64_t& ns) noexcept {
        const std::size_t start = at_;
        std::int64_t scale = ns_per_second;
        while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') {
            scale /= 10;
            if (scale == 0) return false;
            ns += (text_[at_++] - '0') * scale;
        }
        return at_ > start;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

struct fields {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    std::int64_t ns = 0;
    int offset_minutes = 0;
};

bool read_date(walker& w, fields& f) noexcept {
    if (!(w.digits(4, 0, 9999, f.year) && w.one_of("-") && w.digits(2, 1, 12, f.month) &&
          w.one_of("-")))
        return false;
    using namespace std::chrono;
    const auto last = year_month_day_last{year{f.year} / f.month / std::chrono::last}.day();
    return w.digits(2, 1, static_cast<int>(static_cast<unsigned>(last)), f.day);
}

bool read_offset(walker& w, fields& f) noexcept {
    if (w.one_of("Z")) return true;
    const int sign = w.sees('-') ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if (!(w.one_of("+-") && w.digits(2, 0, 23, hours) && w.one_of(":") &&
          w.digits(2, 0, 59, minutes)))
        return false;
    f.offset_minutes = sign * (hours * 60 + minutes);
    return true;
}

bool read_clock(walker& w, fields& f) noexcept {
    return w.one_of("T ") && w.digits(2, 0, 23, f.hour) && w.one_of(":") &&
           w.digits(2, 0, 59, f.minute) && w.one_of(":") && w.digits(2, 0, 59, f.second) &&
           (!w.sees('.') || (w.one_of(".") && w.fraction(f.ns))) && read_offset(w, f);
}

/// Nothing where the instant lies outside 1677 to 2262, which 64 bits of nanoseconds can tell.
std::optional<time_point> to_instant(const fields& f) noexcept {
    using namespace std::chrono;
    const sys_days days{year{f.year} / f.month / f.day};
    const std::int64_t in_day = f.hour * 3'600 + (f.minute - f.offset_minutes) * 60 + f.second;
    const std::int64_t whole = days.time_since_epoch().count() * seconds_per_day + in_day;
    const detail::wide ns = detail::wide{whole} * ns_per_second + f.ns;
    if (ns < INT64_MIN || ns > INT64_MAX) return std::nullopt;
    return time_point{static_cast<std::int64_t>(ns)};
}

}  // namespace

result<time_point> parse_time(std::string_view text) {
    walker w{text};
    fields f;
    if (!read_date(w, f) || !(w.at_end() || read_clock(w, f)) || !w.at_end())
        return fail(error_code::bad_time, static_cast<std::int64_t>(w.at()));
    const auto t = to_instant(f);
    if (!t) return fail(error_code::bad_time, 0);
    return *t;
}

std::string to_string(time_point t) {
    using namespace std::chrono;
    const sys_time<nanoseconds> instant{nanoseconds{t.ns}};
    const auto second = floor<std::chrono::seconds>(instant);
    const auto day = floor<days>(second);
    const year_month_day date{day};
    const hh_mm_ss clock{second - day};
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    // The remainder is taken in integers: near the lower end `second` itself is below the range.
    const std::int64_t ns = (t.ns % ns_per_second + ns_per_second) % ns_per_second;
    if (ns != 0) {
        text += fmt::format(".{:09}", ns);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + 'Z';
}

}  // namespace earmark
