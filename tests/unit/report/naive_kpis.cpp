#include "naive_kpis.hpp"

namespace earmark::report::naive {

namespace {

std::int64_t ms(std::int64_t ns) { return ns / 1'000'000; }

}  // namespace

std::vector<std::uint64_t> ledger::orders() const {
    std::vector<std::uint64_t> out;
    for (const kpi_fact& f : all_) {
        if (f.kind != fact_kind::placed) continue;
        const list classes = get(fact_kind::classified, f.order);
        const auto of =
            classes.empty() ? order_class::normal : static_cast<order_class>(classes.back().detail);
        if (of == q_.of) out.push_back(f.order);
    }
    return out;
}

time_point ledger::done(std::uint64_t o, bool by_delivery) const {
    const list lines = get(fact_kind::ordered, o);
    if (lines.empty()) return never;
    list ends = get(fact_kind::cancelled, o);
    for (const kpi_fact& l : lines) {
        const std::int64_t out =
            by_delivery ? units(get(fact_kind::delivered, o, l.line)) : shipped(o, l.line);
        if (out + units(get(fact_kind::cancelled, o, l.line)) < l.units) return never;
    }
    for (const kpi_fact& f : get(by_delivery ? fact_kind::delivered : fact_kind::handed, o))
        ends.push_back(f);
    return latest(ends);
}

void ledger::of_order(std::uint64_t o, std::map<std::string, fraction>& out,
                      std::map<std::string, std::vector<std::int64_t>>& samples) const {
    const time_point closed = done(o, true);
    if (within(placed(o))) add(out["undelivered"], closed == never, 1);
    if (!mine(o, closed)) return;
    const list got = get(fact_kind::delivered, o);
    const list lines = get(fact_kind::ordered, o);
    bool in_full = !lines.empty(), on_time = in_full, first = in_full, kept = delivered(o);
    bool promised = false;
    for (const kpi_fact& l : lines) {
        const list mine_got = get(fact_kind::delivered, o, l.line);
        const time_point by = first_promise(o, l.line);
        const bool late = !mine_got.empty() && (by == never || latest(mine_got) > by);
        promised = promised || by != never;
        if (units(mine_got) < l.units) in_full = on_time = false;
        if (late || by == never) on_time = false;
        if (late) kept = false;
        if (!get(fact_kind::backordered, o, l.line).empty() ||
            !get(fact_kind::substituted, o, l.line).empty())
            first = false;
    }
    using enum defect_kind;
    const bool documents = !defective(o, {wrong_documents});
    const bool condition = !defective(o, {wrong_item, wrong_quantity, wrong_address, damage});
    add(out["perfect_in_full"], in_full, 1);
    add(out["perfect_on_time"], on_time, 1);
    add(out["perfect_documents"], documents, 1);
    add(out["perfect_condition"], condition, 1);
    add(out["perfect_order"], in_full && on_time && documents && condition, 1);
    add(out["otif_order"], in_full && on_time && first, 1);
    if (promised) add(out["promise_accuracy"], kept, 1);
    if (promised && delivered(o)) add(out["promise_accuracy_delivered"], kept, 1);
    const list clock = get(fact_kind::authorised, o);
    if (!delivered(o) || clock.empty()) return;
    const std::int64_t whole = ms(latest(got).ns - clock.front().at.ns);
    const bool future = clock.front().until != never && clock.front().until > clock.front().at;
    const std::int64_t dwell = future ? ms(clock.front().until.ns - clock.front().at.ns) : 0;
    add(out["cycle_time_mean"], whole, 1);
    add(out["cycle_time_net_mean"], std::max<std::int64_t>(0, whole - dwell), 1);
    if (future) add(out["dwell_mean"], dwell, 1);
    samples["cycle_time"].push_back(whole);
}

void ledger::of_lines(std::uint64_t o, std::map<std::string, fraction>& out) const {
    const list lines = get(fact_kind::ordered, o);
    if (within(placed(o)))
        for (const kpi_fact& l : lines) {
            const list p = promises(o, l.line);
            if (!p.empty())
                add(out["promise_shift_mean"], ms(p.back().until.ns - p.front().until.ns), 1);
        }
    const time_point settled = done(o, false);
    if (!mine(o, settled)) return;
    add(out["touchless"], get(fact_kind::manual, o).empty(), 1);
    if (lines.empty()) return;
    bool whole = true;
    for (const kpi_fact& l : lines) {
        add(out["unit_fill"], good(o, l), l.units);
        add(out["line_fill"], good(o, l) == l.units, 1);
        whole = whole && good(o, l) == l.units;
    }
    add(out["order_fill"], whole, 1);
}

void ledger::of_parcels(std::uint64_t o, std::map<std::string, fraction>& out) const {
    for (const kpi_fact& d : get(fact_kind::due, o)) {
        if (d.until > q_.as_of || !mine(o, d.until)) continue;
        const list h = get(fact_kind::handed, o, 0, d.parcel);
        add(out["on_time_shipment"], !h.empty() && h.front().at <= d.until, 1);
    }
    const list handed = get(fact_kind::handed, o);
    std::set<time_point> promises;
    time_point first = never;
    for (const kpi_fact& h : handed) {
        const time_point by = parcel_promise(o, h.parcel);
        promises.insert(by);
        first = std::min(first, h.at);
        const list tracks = get(fact_kind::tracked, o, 0, h.parcel);
        if (mine(o, h.at)) {
            add(out["valid_tracking"], !tracks.empty() && tracks.back().detail == 1, 1);
            if (h.value >= 0) add(out["metres_per_parcel"], h.value, 1);
        }
        const list scans = get(fact_kind::delivered, o, 0, h.parcel);
        if (by == never || (scans.empty() && by > q_.as_of)) continue;
        if (!mine(o, scans.empty() ? by : latest(scans))) continue;
        const bool on_time = !scans.empty() && latest(scans) <= by;
        bool full = true;
        for (const kpi_fact& p : get(fact_kind::packed, o, 0, h.parcel))
            full = full && units(get(fact_kind::delivered, o, p.line, h.parcel)) >=
                               std::max(p.other, p.units);
        add(out["on_time_delivery"], on_time, 1);
        add(out["missing_scan"], scans.empty(), 1);
        add(out["otif_fulfilment"], on_time && full, 1);
    }
    if (handed.empty() || !mine(o, first)) return;
    const bool split = handed.size() > 1;
    add(out["split_rate"], split, 1);
    add(out["split_by_promise"], split && promises.size() > 1, 1);
    add(out["split_by_sourcing"], split && promises.size() == 1, 1);
    add(out["parcels_per_order"], static_cast<std::int64_t>(handed.size()), 1);
    add(out["cost_estimate"], 0, 1);
    add(out["cost_actual"], 0, 1);
}

void ledger::of_cancels(std::uint64_t o, std::map<std::string, fraction>& out) const {
    const bool counts = within(placed(o));
    const std::int64_t all = counts ? units(get(fact_kind::ordered, o)) : 0;
    std::set<canceller> who;
    std::int64_t n = 0, seller = 0;
    bool shortage = false, defect = false;
    for (const kpi_fact& f : get(fact_kind::cancelled, o)) {
        if (!mine(o, f.at)) continue;
        who.insert(static_cast<canceller>(f.detail));
        n += f.units;
        seller += f.detail == 1 ? f.units : 0;
        shortage = shortage || (f.detail == 1 && f.reason == 1);
    }
    for (const kpi_fact& f : get(fact_kind::defect, o))
        defect = defect || (f.detail != 6 && mine(o, f.at));
    add(out["cancelled_units"], n, all);
    add(out["cancelled_by_seller_units"], seller, all);
    add(out["cancelled_by_seller"], who.contains(canceller::seller), counts);
    add(out["cancelled_for_shortage"], shortage, counts);
    add(out["cancelled_by_customer"], who.contains(canceller::customer), counts);
    add(out["cancelled_as_fraud"], who.contains(canceller::fraud), counts);
    add(out["order_defect"], defect, counts);
    add(out["backorder_rate"], 0, all);
    for (const kpi_fact& f : get(fact_kind::backordered, o))
        if (mine(o, f.at)) add(out["backorder_rate"], f.units, 0);
    for (const kpi_fact& f : get(fact_kind::rejected, o))
        if (mine(o, f.at)) add(out["item_rejection"], f.units, 0);
    for (const kpi_fact& f : get(fact_kind::requested, o))
        if (mine(o, f.at)) add(out["item_rejection"], 0, f.units);
}

void ledger::of_returns(std::uint64_t o, std::map<std::string, fraction>& out) const {
    for (const kpi_fact& h : get(fact_kind::handed, o)) {
        if (!mine(o, h.at)) continue;
        for (const kpi_fact& p : get(fact_kind::packed, o, 0, h.parcel)) {
            const kpi_fact line = get(fact_kind::ordered, o, p.line).front();
            add(out["return_rate"], 0, p.units);
            add(out["return_rate_mixed"], 0, p.units);
            add(out["return_value"], 0, (2 * line.value * p.units + line.units) / (2 * line.units));
        }
    }
    for (const kpi_fact& r : get(fact_kind::returned, o)) {
        if (mine(o, r.at)) add(out["return_rate_mixed"], r.units, 0);
        list from = get(fact_kind::handed, o, 0, r.parcel == 0 ? ~0ULL : r.parcel);
        if (r.parcel == 0)
            for (const kpi_fact& p : left(o)) {
                const kpi_fact h = get(fact_kind::handed, o, 0, p.parcel).front();
                const auto before = [](const kpi_fact& a, const kpi_fact& b) {
                    return a.at != b.at ? a.at < b.at : a.parcel < b.parcel;
                };
                if (p.line == r.line && (from.empty() || before(h, from.front()))) from = {h};
            }
        if (from.empty() || !mine(o, from.front().at)) continue;
        add(out["return_rate"], r.units, 0);
        add(out["return_value"], r.value, 0);
    }
}

void ledger::of_plans(std::uint64_t o, std::map<std::string, fraction>& out) const {
    for (const kpi_fact& f : get(fact_kind::cost, o))
        if (mine(o, f.at)) add(out[f.detail == 0 ? "cost_estimate" : "cost_actual"], f.value, 0);
    list plans = get(fact_kind::decided, o);
    if (plans.empty()) return;
    std::stable_sort(plans.begin(), plans.end(),
                     [](const kpi_fact& a, const kpi_fact& b) { return a.at < b.at; });
    if (mine(o, plans.front().at))
        add(out["planned_fill"], plans.front().units, plans.front().other);
    std::int64_t parcels = 0, cost = 0;
    for (const kpi_fact& f : plans)
        if (f.count > 0 && mine(o, f.at)) parcels += f.count, cost += f.value;
    if (parcels == 0) return;
    add(out["planned_parcels"], parcels, 1);
    add(out["planned_cost"], cost, 1);
}

std::map<std::string, fraction> ledger::figures() const {
    std::map<std::string, fraction> out;
    std::map<std::string, std::vector<std::int64_t>> samples;
    for (const std::uint64_t o : orders()) {
        of_order(o, out, samples);
        of_lines(o, out);
        of_parcels(o, out);
        of_cancels(o, out);
        of_returns(o, out);
        of_plans(o, out);
        for (const kpi_fact& r : get(fact_kind::refunded, o))
            for (const kpi_fact& b : get(fact_kind::returned, o))
                if (b.ref == r.ref && mine(o, r.at))
                    samples["return_speed"].push_back(ms(r.at.ns - b.at.ns));
        for (const kpi_fact& l : get(fact_kind::ordered, o)) {  // one sample per waiting unit
            std::vector<time_point> since;
            for (const kpi_fact& b : get(fact_kind::backordered, o, l.line))
                since.insert(since.end(), static_cast<std::size_t>(b.units), b.at);
            std::sort(since.begin(), since.end());
            const auto gone = static_cast<std::size_t>(units(get(fact_kind::resumed, o, l.line)));
            for (std::size_t i = gone; i < since.size(); ++i)
                if (mine(o, since[i]))
                    samples["backorder_age"].push_back(ms(q_.as_of.ns - since[i].ns));
        }
    }
    for (auto& [name, column] : samples) {
        std::sort(column.begin(), column.end());
        for (const auto& [suffix, tenths] : {std::pair{"_p50", 5u}, std::pair{"_p90", 9u}}) {
            const std::size_t rank = (column.size() * tenths + 9) / 10;
            out[name + suffix] = {column[rank - 1], 1};
        }
    }
    return out;
}

}  // namespace earmark::report::naive
