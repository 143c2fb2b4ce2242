// Short ways to write facts down, in days and units.
#pragma once

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include "earmark/report/kpi.hpp"

namespace earmark::report {

inline time_point day(std::int64_t n) { return {n * 86'400'000'000'000}; }
inline constexpr std::int64_t day_ms = 86'400'000;

struct fact_table {
    std::vector<kpi_fact> rows;

    kpi_fact& put(fact_kind kind, std::int64_t at) {
        kpi_fact f;
        f.kind = kind;
        f.at = day(at);
        rows.push_back(f);
        return rows.back();
    }
    kpi_fact& of(fact_kind kind, std::uint64_t order, std::int64_t at) {
        kpi_fact& f = put(kind, at);
        f.order = order;
        return f;
    }
    kpi_fact& of_line(fact_kind kind, std::uint64_t order, std::uint32_t line, std::int64_t units,
                      std::int64_t at) {
        kpi_fact& f = of(kind, order, at);
        f.line = line;
        f.units = units;
        return f;
    }
    /// Placed and authorised on a day, all lines promised for another (never: no promise).
    void order(std::uint64_t id, std::initializer_list<std::int64_t> units, std::int64_t at,
               std::int64_t promised) {
        of(fact_kind::placed, id, at);
        of(fact_kind::authorised, id, at);
        std::uint32_t line = 0;
        for (const std::int64_t n : units) of_line(fact_kind::ordered, id, ++line, n, at);
        of(fact_kind::promised, id, at).until = day(promised);
    }
    struct part {
        std::uint32_t line;
        std::int64_t units;
    };
    /// A parcel that leaves on a day.
    kpi_fact& parcel(std::uint64_t order, std::uint64_t id, std::initializer_list<part> items,
                     std::int64_t at) {
        for (const part& i : items)
            of_line(fact_kind::packed, order, i.line, i.units, at).parcel = id;
        kpi_fact& f = of(fact_kind::handed, order, at);
        f.parcel = id;
        f.value = -1;
        return f;
    }
    void delivered(std::uint64_t order, std::uint64_t id, std::initializer_list<part> items,
                   std::int64_t at) {
        for (const part& i : items)
            of_line(fact_kind::delivered, order, i.line, i.units, at).parcel = id;
    }
    void cancelled(std::uint64_t order, std::uint32_t line, std::int64_t units, canceller who,
                   bool shortage, std::int64_t at) {
        kpi_fact& f = of_line(fact_kind::cancelled, order, line, units, at);
        f.detail = static_cast<std::uint8_t>(who);
        f.reason = shortage ? 1 : 0;
    }
};

inline kpis fold(const fact_table& t) {
    kpis k;
    for (const kpi_fact& f : t.rows) REQUIRE(k.add(f).code == error_code::ok);
    return k;
}

/// "25/30", or the state, or "facts_missing: promised".
inline std::string shown(const kpi_result& r, std::string_view name) {
    const figure* f = r.find(name);
    if (f == nullptr) return "no such figure";
    if (f->state == figure_state::facts_missing)
        return "facts_missing: " + std::string{name_of(f->missing)};
    if (f->state != figure_state::value) return std::string{name_of(f->state)};
    return std::to_string(f->part) + "/" + std::to_string(f->whole);
}
inline std::string shown(const fact_table& t, std::string_view name, const kpi_query& q = {}) {
    return shown(fold(t).figures(q), name);
}

/// The checked vector of the KPI page: O1 in one parcel on time, O2 with two units late, O3
/// cancelled for shortage. All authorised on day 0 and promised for day 3.
inline fact_table checked_vector() {
    fact_table t;
    t.order(1, {10, 5}, 0, 3);
    t.order(2, {8, 4}, 0, 3);
    t.order(3, {3}, 0, 3);
    t.of_line(fact_kind::backordered, 2, 1, 2, 0);
    t.parcel(1, 11, {{1, 10}, {2, 5}}, 1);
    t.parcel(2, 21, {{1, 6}, {2, 4}}, 1);
    t.cancelled(3, 1, 3, canceller::seller, true, 1);
    t.delivered(1, 11, {{1, 10}, {2, 5}}, 2);
    t.delivered(2, 21, {{1, 6}, {2, 4}}, 3);
    t.of_line(fact_kind::resumed, 2, 1, 2, 4);
    t.parcel(2, 22, {{1, 2}}, 4);
    t.delivered(2, 22, {{1, 2}}, 6);
    return t;
}

}  // namespace earmark::report
