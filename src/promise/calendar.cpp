#include "earmark/promise/calendar.hpp"

#include <algorithm>

namespace earmark {

calendar calendar::always(civil_day first, civil_day last) {
    constexpr std::int64_t day_ns = std::int64_t{86'400} * 1'000'000'000;
    calendar c;
    c.first_ = first;
    for (std::int32_t n = first.n; n <= last.n + 1; ++n) {
        c.begins_.push_back(n * day_ns);
        c.works_before_.push_back(n - first.n);
        if (n > last.n) break;
        c.cutoffs_.push_back((n + 1) * day_ns);
        c.working_.push_back(n - first.n);
    }
    return c;
}

bool calendar::works(civil_day d) const noexcept {
    if (!knows(d)) return false;
    const auto i = static_cast<std::size_t>(d.n - first_.n);
    return works_before_[i + 1] > works_before_[i];
}

/// Clocks are put on and back by turns, so a guess in steps of 24 hours is hardly ever off by more
/// than one day.
civil_day calendar::day_of(time_point t) const noexcept {
    constexpr std::int64_t day_ns = std::int64_t{86'400} * 1'000'000'000;
    const std::int64_t last = std::max(0, days() - 1);
    std::int64_t i = std::clamp<std::int64_t>((t.ns - begins_[0]) / day_ns, 0, last);
    while (i > 0 && t.ns < begins_[static_cast<std::size_t>(i)]) --i;
    while (i < last && t.ns >= begins_[static_cast<std::size_t>(i + 1)]) ++i;
    return first_ + static_cast<std::int32_t>(i);
}

time_point calendar::begin_of(civil_day d) const noexcept {
    const std::int32_t i = std::clamp(d.n - first_.n, 0, days());
    return {begins_[static_cast<std::size_t>(i)]};
}

time_point calendar::cutoff(civil_day d) const noexcept {
    return {cutoffs_[static_cast<std::size_t>(d.n - first_.n)]};
}

civil_day calendar::next(civil_day d) const noexcept { return after(d, 0); }

civil_day calendar::after(civil_day d, std::int32_t n) const noexcept {
    if (d == no_day || d.n - std::int64_t{first_.n} >= days()) return no_day;
    const auto i = static_cast<std::size_t>(std::max(0, d.n - first_.n));
    const auto at =
        std::size_t{static_cast<std::uint32_t>(works_before_[i])} + static_cast<std::uint32_t>(n);
    return at < working_.size() ? first_ + working_[at] : no_day;
}

civil_day calendar::taken_on(time_point t) const noexcept {
    const civil_day today = day_of(t);
    if (t.ns >= begins_.back()) return no_day;
    return works(today) && t >= cutoff(today) ? next(today + 1) : next(today);
}

}  // namespace earmark
