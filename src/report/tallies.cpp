#include "tallies.hpp"

#include <algorithm>

namespace earmark::report {
namespace {

constexpr wide_sum ns_of_ms = 1'000'000;

bool fits(wide_sum n) noexcept { return n >= INT64_MIN && n <= INT64_MAX; }

/// Half up, also below zero.
wide_sum in_ms(wide_sum ns) noexcept {
    const wide_sum shifted = 2 * ns + ns_of_ms;
    const wide_sum q = shifted / (2 * ns_of_ms);
    return shifted % (2 * ns_of_ms) < 0 ? q - 1 : q;
}

std::int64_t per_mille_of(kpi k) noexcept {
    const std::string_view name = kpi_list()[static_cast<std::size_t>(k)].name;
    return name.ends_with("_p50") ? 500 : name.ends_with("_p90") ? 900 : 0;
}

/// Nearest rank over weighted values: the smallest that at least that share does not exceed.
std::int64_t percentile(std::vector<std::pair<std::int64_t, std::int64_t>>& of,
                        std::int64_t per_mille) {
    std::sort(of.begin(), of.end());
    wide_sum all = 0;
    for (const auto& [value, weight] : of) all += weight;
    const wide_sum rank = std::max<wide_sum>(1, (all * per_mille + 999) / 1'000);
    wide_sum seen = 0;
    for (const auto& [value, weight] : of)
        if ((seen += weight) >= rank) return value;
    return of.back().first;
}

}  // namespace

figure tallies::finish(kpi k) {
    figure f;
    f.of = &kpi_list()[static_cast<std::size_t>(k)];
    sum s = sums_[static_cast<std::size_t>(k)];
    if (const std::int64_t share = per_mille_of(k); share != 0) {
        auto& column = samples_[static_cast<std::size_t>(k)];
        if (column.empty()) return f;
        s = {percentile(column, share), 1};
    }
    if (s.whole == 0) return f;
    if (f.of->unit == figure_unit::time_ms) s.part = in_ms(s.part);
    if (!fits(s.part) || !fits(s.whole)) {
        f.state = figure_state::too_large;
        return f;
    }
    f.state = figure_state::value;
    f.part = static_cast<std::int64_t>(s.part);
    f.whole = static_cast<std::int64_t>(s.whole);
    return f;
}

bool period::takes(const order_story& s, dated d) const noexcept {
    if (is_cohort()) return has(s.placed);
    switch (d) {
        case dated::settled:
            return has(s.settled);
        case dated::closed:
            return has(s.closed);
        case dated::shipped:
            return has(s.shipped);
        case dated::placed:
        case dated::own:
            break;
    }
    return has(s.placed);
}

}  // namespace earmark::report
