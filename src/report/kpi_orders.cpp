// WHAT ONE ORDER SAYS, figure by figure. Each function is one paragraph of docs/rooms/report.md.
#include <algorithm>
#include <utility>

#include "tallies.hpp"

namespace earmark::report {
namespace {

using lines_of = std::map<std::uint32_t, line_story>;

template <class Property>
bool every_line(const order_story& s, Property has) {
    return !s.lines.empty() && std::all_of(s.lines.begin(), s.lines.end(),
                                           [&](const auto& l) { return has(l.second); });
}

bool has_defect(const order_story& s, std::initializer_list<defect_kind> of) {
    return std::any_of(s.others.begin(), s.others.end(), [&](const kpi_fact* f) {
        return f->kind == fact_kind::defect &&
               std::find(of.begin(), of.end(), static_cast<defect_kind>(f->detail)) != of.end();
    });
}

void cycle_times(const order_story& s, const period& in, tallies& t) {
    if (in.takes(s, dated::placed)) t.count(kpi::undelivered, s.closed == never);
    if (!in.takes(s, dated::closed) || !s.is_delivered || s.authorised == never) return;
    const std::int64_t whole = s.received.ns - s.authorised.ns;
    t.add(kpi::cycle_time_mean, whole, 1);
    t.sample(kpi::cycle_time_p50, whole);
    t.sample(kpi::cycle_time_p90, whole);
    const bool dwells = s.not_before != never && s.not_before > s.authorised;
    const std::int64_t dwell = dwells ? s.not_before.ns - s.authorised.ns : 0;
    if (dwells) t.add(kpi::dwell_mean, dwell, 1);
    t.add(kpi::cycle_time_net_mean, std::max<std::int64_t>(0, whole - dwell), 1);
}

void perfection(const order_story& s, const period& in, tallies& t) {
    if (!in.takes(s, dated::closed)) return;
    using enum defect_kind;
    const bool in_full = every_line(s, [](const line_story& l) { return l.in_full(); });
    const bool on_time = every_line(s, [](const line_story& l) { return l.on_time(); });
    const bool first_pass =
        every_line(s, [](const line_story& l) { return l.backordered + l.substituted == 0; });
    const bool documents = !has_defect(s, {wrong_documents});
    const bool condition = !has_defect(s, {wrong_item, wrong_quantity, wrong_address, damage});
    t.count(kpi::perfect_in_full, in_full);
    t.count(kpi::perfect_on_time, on_time);
    t.count(kpi::perfect_documents, documents);
    t.count(kpi::perfect_condition, condition);
    t.count(kpi::perfect_order, in_full && on_time && documents && condition);
    t.count(kpi::otif_order, in_full && on_time && first_pass);
}

void promises(const order_story& s, const period& in, tallies& t) {
    const bool promised = std::any_of(s.lines.begin(), s.lines.end(),
                                      [](const auto& l) { return l.second.has_promise(); });
    if (promised && in.takes(s, dated::closed)) {
        const bool kept =
            s.is_delivered && std::all_of(s.lines.begin(), s.lines.end(), [](auto& l) {
                return l.second.delivered == 0 || (l.second.has_promise() && l.second.late == 0);
            });
        t.count(kpi::promise_accuracy, kept);
        if (s.is_delivered) t.count(kpi::promise_accuracy_delivered, kept);
    }
    if (!in.takes(s, dated::placed)) return;
    for (const auto& [number, l] : s.lines)
        if (l.has_promise())
            t.add(kpi::promise_shift_mean,
                  wide_sum{l.last_promise.ns} - wide_sum{l.first_promise.ns}, 1);
}

void fill(const order_story& s, const period& in, tallies& t) {
    if (!in.takes(s, dated::settled) || s.lines.empty()) return;
    for (const auto& [number, l] : s.lines) {
        t.add(kpi::unit_fill, l.first_pass(), l.ordered);
        t.count(kpi::line_fill, l.first_pass() == l.ordered);
    }
    t.count(kpi::order_fill,
            every_line(s, [](const line_story& l) { return l.first_pass() == l.ordered; }));
}

void parcels(const order_story& s, const period& in, tallies& t) {
    for (const auto& [id, p] : s.parcels) {
        if (p.ship_by != never && p.ship_by <= in.as_of() && in.counts(s, p.ship_by))
            t.count(kpi::on_time_shipment, p.is_handed() && p.handed <= p.ship_by);
        if (!p.is_handed()) continue;
        if (in.counts(s, p.handed)) {
            t.count(kpi::valid_tracking, p.valid_tracking);
            if (p.metres >= 0) t.add(kpi::metres_per_parcel, p.metres, 1);
        }
        if (!p.is_judged(in.as_of()) || !in.counts(s, p.judged_at())) continue;
        const bool whole = std::all_of(p.items.begin(), p.items.end(),
                                       [](const packed_item& i) { return i.delivered >= i.asked; });
        t.count(kpi::on_time_delivery, p.on_time());
        t.count(kpi::missing_scan, !p.has_arrived());
        t.count(kpi::otif_fulfilment, p.on_time() && whole);
    }
}

void splits(const order_story& s, const period& in, tallies& t) {
    if (s.shipped == never || !in.takes(s, dated::shipped)) return;
    const std::int64_t n = s.handed_parcels();
    time_point earliest = never, latest{INT64_MIN};
    for (const auto& [id, p] : s.parcels) {
        if (!p.is_handed()) continue;
        earliest = std::min(earliest, p.promise);
        latest = std::max(latest, p.promise);
    }
    const bool by_promise = n > 1 && earliest != latest;
    t.count(kpi::split_rate, n > 1);
    t.count(kpi::split_by_promise, by_promise);
    t.count(kpi::split_by_sourcing, n > 1 && !by_promise);
    t.add(kpi::parcels_per_order, n, 1);
    t.add(kpi::cost_estimate, 0, 1);
    t.add(kpi::cost_actual, 0, 1);
}

/// Who took units back before they left. Orders and units are counted by the day of the placing,
/// cancellations by their own.
void cancellations(const order_story& s, const period& in, tallies& t) {
    constexpr std::pair<canceller, kpi> by_whom[] = {
        {canceller::seller, kpi::cancelled_by_seller},
        {canceller::customer, kpi::cancelled_by_customer},
        {canceller::fraud, kpi::cancelled_as_fraud}};
    bool seen[cancellers] = {}, shortage = false;
    std::int64_t units = 0, by_seller = 0;
    for (const kpi_fact* f : s.others) {
        if (f->kind != fact_kind::cancelled || !in.counts(s, f->at)) continue;
        const auto who = static_cast<canceller>(f->detail);
        seen[f->detail] = true;
        units += f->units;
        if (who == canceller::seller) by_seller += f->units;
        if (who == canceller::seller && f->reason == 1) shortage = true;
    }
    const bool placed = in.takes(s, dated::placed);
    for (const auto& [who, k] : by_whom)
        t.add(k, seen[static_cast<std::size_t>(who)] ? 1 : 0, placed ? 1 : 0);
    t.add(kpi::cancelled_for_shortage, shortage ? 1 : 0, placed ? 1 : 0);
    const std::int64_t ordered = placed ? s.ordered_units() : 0;
    t.add(kpi::cancelled_units, units, ordered);
    t.add(kpi::cancelled_by_seller_units, by_seller, ordered);
}

void trouble(const order_story& s, const period& in, tallies& t) {
    bool defect = false, touched = false;
    for (const kpi_fact* f : s.others) {
        touched = touched || f->kind == fact_kind::manual;
        if (f->kind == fact_kind::rejected && in.counts(s, f->at))
            t.add(kpi::item_rejection, f->units, 0);
        if (f->kind == fact_kind::requested && in.counts(s, f->at))
            t.add(kpi::item_rejection, 0, f->units);
        if (f->kind == fact_kind::defect && in.counts(s, f->at) &&
            static_cast<defect_kind>(f->detail) != defect_kind::wrong_documents)
            defect = true;
    }
    t.add(kpi::order_defect, defect ? 1 : 0, in.takes(s, dated::placed) ? 1 : 0);
    if (in.takes(s, dated::settled)) t.count(kpi::touchless, !touched);
}

/// Half up; the line's value spread over its units.
wide_sum revenue_of(const line_story& l, std::int64_t units) noexcept {
    return (2 * wide_sum{l.value} * units + l.ordered) / (2 * wide_sum{l.ordered});
}

void returned(const order_story& s, const period& in, tallies& t) {
    for (const auto& [id, p] : s.parcels) {
        if (!p.is_handed() || !in.counts(s, p.handed)) continue;
        for (const packed_item& i : p.items) {
            t.add(kpi::return_rate, 0, i.units);
            t.add(kpi::return_rate_mixed, 0, i.units);
            t.add(kpi::return_value, 0, revenue_of(s.lines.at(i.line), i.units));
        }
    }
    for (const kpi_fact* f : s.others) {
        if (f->kind != fact_kind::returned) continue;
        if (in.counts(s, f->at)) t.add(kpi::return_rate_mixed, f->units, 0);
        const auto named = s.parcels.find(f->parcel);
        const parcel_story* from =
            named != s.parcels.end() ? &named->second : s.first_parcel_of(f->line);
        if (from == nullptr || !from->is_handed() || !in.counts(s, from->handed)) continue;
        t.add(kpi::return_rate, f->units, 0);
        t.add(kpi::return_value, f->value, 0);
    }
    for (const kpi_fact* f : s.others) {
        if (f->kind != fact_kind::refunded || !in.counts(s, f->at)) continue;
        for (const kpi_fact* back : s.others) {
            if (back->kind != fact_kind::returned || back->ref != f->ref) continue;
            t.sample(kpi::return_speed_p50, f->at.ns - back->at.ns);
            t.sample(kpi::return_speed_p90, f->at.ns - back->at.ns);
            break;
        }
    }
}

void waits(const order_story& s, const period& in, tallies& t) {
    if (in.takes(s, dated::placed)) t.add(kpi::backorder_rate, 0, s.ordered_units());
    for (const kpi_fact* f : s.others)
        if (f->kind == fact_kind::backordered && in.counts(s, f->at))
            t.add(kpi::backorder_rate, f->units, 0);
    for (const auto& [number, l] : s.lines)
        for (const waiting& w : s.backlog(number)) {
            if (!in.counts(s, w.since)) continue;
            t.sample(kpi::backorder_age_p50, in.as_of().ns - w.since.ns, w.units);
            t.sample(kpi::backorder_age_p90, in.as_of().ns - w.since.ns, w.units);
        }
}

void plans_and_costs(const order_story& s, const period& in, tallies& t) {
    const kpi_fact* first = nullptr;
    bool has_parcel = false;
    std::int64_t parcels = 0;
    wide_sum cost = 0;
    for (const kpi_fact* f : s.others) {
        if (f->kind == fact_kind::cost && in.counts(s, f->at))
            t.add(f->detail == 0 ? kpi::cost_estimate : kpi::cost_actual, f->value, 0);
        if (f->kind != fact_kind::decided) continue;
        if (first == nullptr || f->at < first->at) first = f;
        if (!in.counts(s, f->at) || f->count == 0) continue;
        has_parcel = true;
        parcels += f->count;
        cost += f->value;
    }
    if (first != nullptr && in.counts(s, first->at))
        t.add(kpi::planned_fill, first->units, first->other);
    if (!has_parcel) return;
    t.add(kpi::planned_cost, cost, 1);
    t.add(kpi::planned_parcels, parcels, 1);
}

}  // namespace

void tally_order(const order_story& s, const period& in, tallies& t) {
    cycle_times(s, in, t);
    perfection(s, in, t);
    promises(s, in, t);
    fill(s, in, t);
    parcels(s, in, t);
    splits(s, in, t);
    cancellations(s, in, t);
    trouble(s, in, t);
    returned(s, in, t);
    waits(s, in, t);
    plans_and_costs(s, in, t);
}

}  // namespace earmark::report
