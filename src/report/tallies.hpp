// SUMS behind the figures: a part and a whole per KPI, and columns for medians. 128 bits inside,
// so that ten thousand orders of ten days in nanoseconds do not wrap.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "earmark/report/kpi.hpp"
#include "kpi_list.hpp"
#include "story.hpp"

namespace earmark::report {

__extension__ using wide_sum = __int128;

constexpr std::uint32_t bits(std::initializer_list<fact_kind> kinds) {
    std::uint32_t all = 0;
    for (const fact_kind k : kinds) all |= 1u << static_cast<unsigned>(k);
    return all;
}

class tallies {
public:
    /// `part` in ns where the KPI is a time.
    void add(kpi k, wide_sum part, wide_sum whole) noexcept {
        sum& s = sums_[static_cast<std::size_t>(k)];
        s.part += part;
        s.whole += whole;
    }
    /// One order, parcel, ... that has a property or not.
    void count(kpi k, bool has) noexcept { add(k, has ? 1 : 0, 1); }
    /// `weight` values of `ns` each, of which a percentile will be taken.
    void sample(kpi k, std::int64_t ns, std::int64_t weight = 1) {
        samples_[static_cast<std::size_t>(k)].emplace_back(ns, weight);
    }

    /// The figure as it stands; sorts samples.
    [[nodiscard]] figure finish(kpi k);

private:
    struct sum {
        wide_sum part = 0, whole = 0;
    };
    std::array<sum, kpi_count> sums_{};
    std::array<std::vector<std::pair<std::int64_t, std::int64_t>>, kpi_count> samples_;
};

/// The period of a query, asked in the way of its population.
class period {
public:
    explicit period(const kpi_query& q) noexcept : q_{q} {}

    [[nodiscard]] bool has(time_point t) const noexcept {
        return t != never && t >= q_.from && (q_.to == never || t < q_.to);
    }
    /// Something that happened to the order at `at`.
    [[nodiscard]] bool counts(const order_story& s, time_point at) const noexcept {
        return has(q_.by == population::order_date ? s.placed : at);
    }
    /// The order itself, for a figure that is dated so. A cohort does not care.
    [[nodiscard]] bool takes(const order_story& s, dated d) const noexcept;
    [[nodiscard]] time_point as_of() const noexcept { return q_.as_of; }
    [[nodiscard]] bool is_cohort() const noexcept { return q_.by == population::order_date; }

private:
    const kpi_query& q_;
};

/// Adds what one order of the class has to say.
void tally_order(const order_story& s, const period& in, tallies& t);

/// Cases of one purchase line whose window has closed.
struct purchase {
    const kpi_fact* ordered = nullptr;
    std::int64_t in_window = 0, received = 0;  // no more than ordered
};
/// Receipts fill the ordered cases in the order of their dates; more than ordered is ignored.
[[nodiscard]] std::map<std::uint64_t, purchase> purchases(std::span<const kpi_fact> all,
                                                          std::span<const std::uint32_t> which,
                                                          const kpi_query& q);

}  // namespace earmark::report
