// THE SLOW RECOMPUTATION: every figure by searching the whole list of facts again and again, from
// the words of docs/rooms/report.md. It shares no code with the fold but the facts themselves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "earmark/report/facts.hpp"
#include "earmark/report/kpi.hpp"

namespace earmark::report::naive {

using list = std::vector<kpi_fact>;
using fraction = std::pair<std::int64_t, std::int64_t>;  // part, whole; whole 0: none

class ledger {
public:
    ledger(list all, kpi_query q) : q_{q} {
        for (const kpi_fact& f : all)
            if (f.at <= q.as_of || f.kind == fact_kind::classified) all_.push_back(f);
    }
    [[nodiscard]] std::map<std::string, fraction> figures() const;

private:
    [[nodiscard]] list get(fact_kind k, std::uint64_t order, std::uint32_t line = 0,
                           std::uint64_t parcel = 0) const {
        list out;
        for (const kpi_fact& f : all_)
            if (f.kind == k && f.order == order && (line == 0 || f.line == line) &&
                (parcel == 0 || f.parcel == parcel))
                out.push_back(f);
        return out;
    }
    [[nodiscard]] static std::int64_t units(const list& of) {
        std::int64_t n = 0;
        for (const kpi_fact& f : of) n += f.units;
        return n;
    }
    [[nodiscard]] bool within(time_point t) const {
        return t != never && t >= q_.from && (q_.to == never || t < q_.to);
    }
    [[nodiscard]] bool cohort() const { return q_.by == population::order_date; }
    [[nodiscard]] time_point placed(std::uint64_t o) const {
        return get(fact_kind::placed, o).front().at;
    }
    [[nodiscard]] bool mine(std::uint64_t o, time_point at) const {
        return within(cohort() ? placed(o) : at);
    }
    [[nodiscard]] std::vector<std::uint64_t> orders() const;

    [[nodiscard]] list promises(std::uint64_t o, std::uint32_t line) const {
        list out;
        for (const kpi_fact& f : get(fact_kind::promised, o))
            if (f.line == 0 || f.line == line) out.push_back(f);
        return out;
    }
    [[nodiscard]] time_point first_promise(std::uint64_t o, std::uint32_t line) const {
        const list p = promises(o, line);
        return p.empty() ? never : p.front().until;
    }
    [[nodiscard]] list left(std::uint64_t o) const {  // what is in parcels that left
        list out;
        for (const kpi_fact& h : get(fact_kind::handed, o))
            for (const kpi_fact& f : get(fact_kind::packed, o, 0, h.parcel)) out.push_back(f);
        return out;
    }
    [[nodiscard]] std::int64_t shipped(std::uint64_t o, std::uint32_t line) const {
        std::int64_t n = 0;
        for (const kpi_fact& f : left(o)) n += f.line == line ? f.units : 0;
        return n;
    }
    [[nodiscard]] std::int64_t good(std::uint64_t o, const kpi_fact& line) const {
        const std::int64_t spoilt = units(get(fact_kind::backordered, o, line.line)) +
                                    units(get(fact_kind::substituted, o, line.line));
        const std::int64_t most = std::max<std::int64_t>(0, line.units - spoilt);
        return std::min(shipped(o, line.line), most);
    }
    /// The date on which the last unit was shipped (or delivered) or cancelled.
    [[nodiscard]] time_point done(std::uint64_t o, bool delivered) const;
    [[nodiscard]] bool delivered(std::uint64_t o) const {
        return done(o, true) != never && !get(fact_kind::delivered, o).empty();
    }
    [[nodiscard]] time_point parcel_promise(std::uint64_t o, std::uint64_t parcel) const {
        time_point t = never;
        for (const kpi_fact& f : get(fact_kind::packed, o, 0, parcel))
            t = std::min(t, first_promise(o, f.line));
        return t;
    }
    [[nodiscard]] static time_point latest(const list& of) {
        time_point t{INT64_MIN};
        for (const kpi_fact& f : of) t = std::max(t, f.at);
        return of.empty() ? never : t;
    }
    [[nodiscard]] bool defective(std::uint64_t o, std::set<defect_kind> kinds) const {
        for (const kpi_fact& f : get(fact_kind::defect, o))
            if (kinds.contains(static_cast<defect_kind>(f.detail))) return true;
        return false;
    }

    void of_order(std::uint64_t o, std::map<std::string, fraction>& out,
                  std::map<std::string, std::vector<std::int64_t>>& samples) const;
    void of_lines(std::uint64_t o, std::map<std::string, fraction>& out) const;
    void of_parcels(std::uint64_t o, std::map<std::string, fraction>& out) const;
    void of_cancels(std::uint64_t o, std::map<std::string, fraction>& out) const;
    void of_returns(std::uint64_t o, std::map<std::string, fraction>& out) const;
    void of_plans(std::uint64_t o, std::map<std::string, fraction>& out) const;

    list all_;
    kpi_query q_;
};

inline void add(fraction& f, std::int64_t part, std::int64_t whole) {
    f.first += part;
    f.second += whole;
}

}  // namespace earmark::report::naive
