#include "earmark/sourcing/numbers.hpp"

#include <algorithm>

#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing {
namespace {

__extension__ using wide = __int128;

constexpr wide e9 = 1'000'000'000, e4 = 10'000;

/// `times` units of what is left for each of `per` (1/10,000), no more than `most`, as a shortfall.
std::int32_t shortfall(std::int64_t left, std::int64_t granule_e9, std::int64_t per,
                       std::int32_t times, std::int32_t most) noexcept {
    const wide units = wide{std::max<std::int64_t>(left, 0)} * granule_e9;  // 10^-9
    const wide ratio = units * times / (wide{per} * (e9 / e4));
    return most - static_cast<std::int32_t>(std::min<wide>(ratio, most));
}

missing_number lacking(const policy& by, const number_source& s, std::string what) {
    if (declares(by, s)) return {};
    what += " needs the attribute '";
    what += s.name;
    std::string hint = "declare it in [attributes] as \"";
    hint += name_of(s.type);
    return {what += '\'', hint += "\" and load facts of it"};
}

}  // namespace

bool declares(const policy& by, const number_source& s) {
    const auto all = by.declared();
    return std::any_of(all.begin(), all.end(),
                       [&](const attribute& a) { return a.name == s.name && a.type == s.type; });
}

missing_number missing_for_numbers(const policy& by) {
    const struct {
        criterion c;
        number_source from;
    } asked[] = {{criterion::balance, stock_target},
                 {criterion::cover, stock_per_day},
                 {criterion::stock_out, stock_worth}};
    for (const auto& a : asked) {
        if (!by.ranks_by(a.c)) continue;
        std::string what = "ranking by '";
        what += name_of(a.c);
        if (auto missing = lacking(by, a.from, what += '\'')) return missing;
    }
    const policy_terms& t = by.terms();
    if (by.ranks_by(criterion::zone) && t.parcels.zones.empty())
        return {"ranking by 'zone' needs the zones of [costs.parcel]",
                "give them, or rank by 'distance'"};
    const bool weighs = !t.parcels.empty() && t.parcels.by_grams;
    if (auto missing =
            weighs ? lacking(by, line_grams, "[costs.parcel] by grams") : missing_number{}) {
        missing.hint += ", or count by \"units\"";
        return missing;
    }
    return t.by_acceptance ? lacking(by, node_accepts, "'by_acceptance'") : missing_number{};
}

std::int32_t zone_of(std::span<const std::uint32_t> zones, std::uint32_t metres) noexcept {
    return static_cast<std::int32_t>(std::lower_bound(zones.begin(), zones.end(), metres) -
                                     zones.begin());
}

std::int32_t balance_of(std::int64_t left, std::int64_t granule_e9, std::int64_t target) noexcept {
    if (target <= 0) return worst_balance;
    return shortfall(left, granule_e9, target, 1'000, worst_balance - 1);
}

std::int32_t cover_of(std::int64_t left, std::int64_t granule_e9, std::int64_t per_day) noexcept {
    if (per_day < 0) return worst_cover;
    return per_day == 0 ? 0 : shortfall(left, granule_e9, per_day, 10, worst_cover - 1);
}

std::int32_t worth_of(std::int64_t n, std::int64_t granule_e9, std::int64_t e4_each) noexcept {
    const wide atoms = wide{n} * granule_e9;
    const bool fits = atoms == 0 || std::abs(e4_each) <= (wide{1} << 126) / atoms;
    const wide most = INT32_MAX, all = fits ? atoms * e4_each / e9 : e4_each < 0 ? -most : most;
    return static_cast<std::int32_t>(std::clamp<wide>(all, -most, most));
}

std::int64_t grams_of(std::int64_t n, std::int64_t granule_e9, std::int64_t e4_each) noexcept {
    const wide atoms = wide{n} * granule_e9;
    if (e4_each < 0 || (atoms > 0 && e4_each > (wide{1} << 126) / atoms)) return max_line_total;
    const wide grams = (atoms * e4_each + e9 * e4 - 1) / (e9 * e4);
    return static_cast<std::int64_t>(std::min<wide>(grams, max_line_total));
}

std::uint32_t accept_ppm_of(std::int64_t e4_part) noexcept {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(e4_part * 100, 1, 1'000'000));
}

}  // namespace earmark::sourcing
