#include "earmark/report/kpi.hpp"

#include <algorithm>

#include "story.hpp"
#include "tallies.hpp"

namespace earmark::report {
namespace {

constexpr bool is_in(std::uint32_t set, fact_kind k) noexcept {
    return (set >> static_cast<unsigned>(k) & 1) != 0;
}

using enum fact_kind;
constexpr std::uint32_t without_order =
    bits({counted, cases_ordered, cases_received, fact_kind::capacity, stockout});
constexpr std::uint32_t with_line = bits({ordered, packed, delivered, cancelled, backordered,
                                          resumed, substituted, requested, rejected, returned});
constexpr std::uint32_t with_parcel = bits({due, packed, handed, tracked, delivered});
constexpr std::uint32_t with_amount = with_line | bits({cases_ordered, cases_received});
constexpr std::uint32_t with_until = bits({promised, due, cases_ordered});
constexpr std::uint32_t with_node = bits({requested, rejected, fact_kind::capacity});
constexpr std::uint32_t with_sku = bits({counted, stockout});
constexpr std::uint32_t with_ref = bits({refunded, cases_ordered, cases_received});

/// Of one amount. What all amounts add up to is bounded as well, so that no sum of some wraps.
constexpr std::int64_t most = std::int64_t{1} << 47;

/// One more than the largest detail of a kind; 0: the kind has none.
unsigned details_of(fact_kind k) noexcept {
    switch (k) {
        case classified:
            return order_classes;
        case cancelled:
            return cancellers;
        case fact_kind::defect:
            return defect_kinds;
        case ordered:
        case tracked:
        case fact_kind::cost:
            return 2;
        default:
            return 1;
    }
}

/// Which field is wrong, as the code of docs/rooms/report.md; 0: none.
int wrong_field(const kpi_fact& f) noexcept {
    if (static_cast<std::size_t>(f.kind) >= fact_kinds) return 1;
    if (f.at == never) return 2;
    if ((f.order == no_order) != is_in(without_order, f.kind)) return 3;
    if (is_in(with_line, f.kind) && f.line == 0) return 4;
    if (is_in(with_parcel, f.kind) && f.parcel == 0) return 5;
    if (is_in(with_until, f.kind) && f.until == never) return 6;
    if (is_in(with_node, f.kind) && f.node == none<node_id>) return 7;
    if (is_in(with_sku, f.kind) && f.sku == none<sku_id>) return 8;
    if (is_in(with_ref, f.kind) && f.ref == 0) return 9;
    if (f.detail >= details_of(f.kind)) return 10;
    if (f.reason > 1) return 11;
    if (f.kind == cases_ordered && f.until < f.at) return 6;
    return 0;
}

error check(const kpi_fact& f) noexcept {
    if (const int field = wrong_field(f); field != 0)
        return fail(error_code::bad_field, field, static_cast<std::int64_t>(f.kind));
    if (is_in(with_amount, f.kind) && f.units <= 0) return fail(error_code::bad_quantity, f.units);
    for (const std::int64_t n : {f.units, f.other, f.count})
        if (n < 0) return fail(error_code::bad_quantity, n);
    for (const std::int64_t n : {f.units, f.other, f.count})
        if (n > most) return fail(error_code::out_of_range, n, most);
    if (f.value > most || f.value < -most) return fail(error_code::out_of_range, f.value, most);
    const std::int64_t far = INT64_MAX / 2;  // so that no difference of two instants wraps
    for (const time_point t : {f.at, f.until})
        if (t != never && (t.ns > far || t.ns < -far))
            return fail(error_code::out_of_range, t.ns, far);
    return {};
}

/// The last count of each SKU-location in the period.
void tally_counts(std::span<const kpi_fact> all, std::span<const std::uint32_t> which,
                  const kpi_query& q, tallies& t) {
    std::map<std::pair<sku_id, node_id>, const kpi_fact*> last;
    const period in{q};
    for (const std::uint32_t i : which) {
        const kpi_fact& f = all[i];
        if (f.kind != counted || f.at > q.as_of || !in.has(f.at)) continue;
        const kpi_fact*& there = last[{f.sku, f.node}];
        if (there == nullptr || f.at >= there->at) there = &f;
    }
    for (const auto& [where, f] : last) {
        const std::int64_t off = std::max(f->units, f->other) - std::min(f->units, f->other);
        t.count(kpi::record_accuracy, off <= q.tolerance);
        t.add(kpi::record_accuracy_units, wide_sum{f->other} - off, f->other);
    }
}

void tally_others(std::span<const kpi_fact> all, std::span<const std::uint32_t> which,
                  const kpi_query& q, tallies& t) {
    tally_counts(all, which, q, t);
    for (const auto& [ref, p] : purchases(all, which, q)) {
        t.add(kpi::otif_cases_on_time, p.in_window, p.ordered->units);
        t.add(kpi::otif_cases_in_full, p.received, p.ordered->units);
    }
    const period in{q};
    for (const std::uint32_t i : which) {
        const kpi_fact& f = all[i];
        if (f.at > q.as_of || !in.has(f.at)) continue;
        if (f.kind == fact_kind::capacity) t.add(kpi::capacity_use, f.units, f.other);
        if (f.kind == stockout) t.add(kpi::stockout_time, f.units, f.other);
    }
}

}  // namespace

error kpis::add(const kpi_fact& f) {
    if (const error e = check(f); e.code != error_code::ok) return e;
    const std::int64_t amount = f.units + f.other + f.count + (f.value < 0 ? -f.value : f.value);
    std::int64_t with = 0;
    if (__builtin_add_overflow(total_, amount, &with))
        return fail(error_code::out_of_range, amount, INT64_MAX - total_);
    if (facts_.size() == UINT32_MAX) return fail(error_code::out_of_memory);
    if (f.kind == placed || (f.kind == ordered && f.detail == 0)) {
        const std::uint32_t line = f.kind == placed ? 0 : f.line;
        if (!ordered_.emplace(std::pair{f.order, line}, true).second)
            return fail(error_code::duplicate_row, static_cast<std::int64_t>(f.order), f.line);
    }
    total_ = with;
    declare(f.kind);
    if (f.kind == cancelled && f.detail != 0) declare(fact_kind::canceller);
    if (f.kind == handed && f.value >= 0) declare(fact_kind::distance);
    if (f.kind == fact_kind::cost) declare(f.detail == 0 ? fact_kind::estimate : fact_kind::actual);
    const auto at = static_cast<std::uint32_t>(facts_.size());
    facts_.push_back(f);
    if (is_in(without_order, f.kind))
        of_no_order_.push_back(at);
    else
        by_order_[f.order].push_back(at);
    last_ = std::max(last_, f.at);
    return {};
}

kpi_query kpis::filled(kpi_query q) const noexcept {
    if (q.as_of == never) q.as_of = last_;
    return q;
}

kpi_result kpis::figures(const kpi_query& q) const {
    kpi_result r;
    r.asked = filled(q);
    const period in{r.asked};
    tallies t;
    for (const auto& [id, which] : by_order_) {
        const order_story s = tell(facts_, which, r.asked.as_of);
        if (!s.exists()) r.orphans += static_cast<std::int64_t>(which.size());
        if (!s.exists() || s.of != q.of) continue;
        r.orphans += s.orphans;
        if (in.has(s.placed)) ++r.orders;
        tally_order(s, in, t);
    }
    tally_others(facts_, of_no_order_, r.asked, t);
    for (std::size_t i = 0; i < kpi_count; ++i) {
        figure f = t.finish(static_cast<kpi>(i));
        const std::uint32_t lacks = f.of->needs & ~recorded_;
        for (std::size_t k = 0; k < evidence_kinds && lacks != 0; ++k)
            if ((lacks >> k & 1) != 0) {
                f = {f.of, figure_state::facts_missing, 0, 0, static_cast<fact_kind>(k)};
                break;
            }
        r.figures.push_back(f);
    }
    return r;
}

const figure* kpi_result::find(std::string_view name) const noexcept {
    for (const figure& f : figures)
        if (f.of->name == name) return &f;
    return nullptr;
}

}  // namespace earmark::report
