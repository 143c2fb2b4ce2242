#include "earmark/core/civil_day.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace earmark {
namespace {

constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};

std::optional<std::size_t> day_named(std::string_view text) {
    const auto at = std::find(day_names.begin(), day_names.end(), text);
    if (at == day_names.end()) return {};
    return static_cast<std::size_t>(at - day_names.begin());
}

/// `fri`, or `mon-fri`, which may go over the week's end.
std::optional<std::uint8_t> stretch_of(std::string_view word) {
    const auto dash = word.find('-');
    const auto first = day_named(word.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_named(word.substr(dash + 1));
    if (!first || !last) return {};
    unsigned days = 1u << *first;
    for (std::size_t d = *first; d != *last;) days |= 1u << (d = (d + 1) % 7);
    return static_cast<std::uint8_t>(days);
}

}  // namespace

std::optional<std::uint8_t> parse_weekdays(std::string_view text) {
    if (text == "daily") return every_day;
    unsigned days = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == ' ' || text[at] == ',') {
            ++at;
            continue;
        }
        const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
        const auto some = stretch_of(text.substr(at, end - at));
        if (!some) return {};
        days |= *some;
        at = end;
    }
    if (days == 0) return {};
    return static_cast<std::uint8_t>(days);
}

std::string weekdays_text(std::uint8_t days) {
    if (days == every_day) return "daily";
    std::string text;
    for (std::size_t d = 0; d < 7; ++d)
        if ((days >> d & 1) != 0) text.append(text.empty() ? "" : " ").append(day_names[d]);
    return text;
}

result<civil_day> parse_day(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool fits = i < text.size() &&
                          (shape[i] == '-' ? text[i] == '-' : text[i] >= '0' && text[i] <= '9');
        if (!fits) return fail(error_code::bad_time, static_cast<std::int64_t>(i));
    }
    if (text.size() != shape.size())
        return fail(error_code::bad_time, static_cast<std::int64_t>(shape.size()));
    const auto number = [&](std::size_t at, std::size_t digits) {
        int n = 0;
        for (std::size_t i = 0; i < digits; ++i) n = n * 10 + (text[at + i] - '0');
        return n;
    };
    const std::chrono::year_month_day d{std::chrono::year{number(0, 4)},
                                        std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                        std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    if (!d.ok()) return fail(error_code::bad_time, 5);
    return civil_day{
        static_cast<std::int32_t>(std::chrono::sys_days{d}.time_since_epoch().count())};
}

std::string to_string(civil_day d) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{d.n}}};
    const auto digits = [](unsigned n, std::size_t width) {
        std::string text = std::to_string(n);
        return std::string(width - std::min(width, text.size()), '0') + text;
    };
    return digits(static_cast<unsigned>(static_cast<int>(date.year())), 4) + "-" +
           digits(static_cast<unsigned>(date.month()), 2) + "-" +
           digits(static_cast<unsigned>(date.day()), 2);
}

}  // namespace earmark
