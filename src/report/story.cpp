#include "story.hpp"

namespace earmark::report {
namespace {

/// The later of two instants, of which `never` is none yet.
time_point later(time_point a, time_point b) noexcept { return a == never ? b : std::max(a, b); }

void birth(order_story& s, const kpi_fact& f) {
    switch (f.kind) {
        case fact_kind::placed:
            s.placed = f.at;
            break;
        case fact_kind::classified:
            s.of = static_cast<order_class>(f.detail);
            break;
        case fact_kind::authorised:
            s.authorised = f.at;
            s.not_before = f.until;
            break;
        case fact_kind::ordered:
            s.lines[f.line].ordered += f.units;
            s.lines[f.line].value += f.value;
            break;
        default:
            break;
    }
}

void promise(order_story& s, const kpi_fact& f) {
    for (auto& [number, l] : s.lines) {
        if (f.line != 0 && f.line != number) continue;
        if (!l.has_promise()) l.first_promise = f.until;
        l.last_promise = f.until;
    }
}

void of_parcel(order_story& s, const kpi_fact& f) {
    parcel_story& p = s.parcels[f.parcel];
    if (f.node != none<node_id>) p.node = f.node;
    if (f.carrier != no_carrier) p.carrier = f.carrier;
    switch (f.kind) {
        case fact_kind::due:
            p.ship_by = f.until;
            break;
        case fact_kind::packed:
            p.items.push_back({f.line, f.units, std::max(f.other, f.units), 0});
            break;
        case fact_kind::handed:
            p.handed = f.at;
            p.metres = f.value;
            break;
        default:
            p.valid_tracking = f.detail != 0;
    }
}

void deliver(order_story& s, const kpi_fact& f) {
    parcel_story& p = s.parcels[f.parcel];
    p.arrived = later(p.arrived, f.at);
    std::int64_t left = f.units;
    for (packed_item& i : p.items) {
        if (i.line != f.line) continue;
        const std::int64_t n = std::min(left, i.asked - i.delivered);
        i.delivered += n;
        left -= n;
    }
    line_story& l = s.lines.at(f.line);
    l.delivered += f.units;
    if (f.at > l.first_promise) l.late += f.units;
    s.received = later(s.received, f.at);
}

void quantity_fact(order_story& s, const kpi_fact& f) {
    line_story& l = s.lines.at(f.line);
    if (f.kind == fact_kind::cancelled) l.cancelled += f.units;
    if (f.kind == fact_kind::backordered) l.backordered += f.units;
    if (f.kind == fact_kind::substituted) l.substituted += f.units;
}

bool is_of_line(fact_kind k) noexcept {
    switch (k) {
        case fact_kind::packed:
        case fact_kind::delivered:
        case fact_kind::cancelled:
        case fact_kind::backordered:
        case fact_kind::resumed:
        case fact_kind::substituted:
        case fact_kind::requested:
        case fact_kind::rejected:
        case fact_kind::returned:
            return true;
        default:
            return false;
    }
}

/// Everything that needs the lines to be there.
void life(order_story& s, const kpi_fact& f) {
    if (is_of_line(f.kind) && !s.lines.contains(f.line)) {
        ++s.orphans;
        return;
    }
    switch (f.kind) {
        case fact_kind::promised:
            promise(s, f);
            break;
        case fact_kind::due:
        case fact_kind::packed:
        case fact_kind::handed:
        case fact_kind::tracked:
            of_parcel(s, f);
            break;
        case fact_kind::delivered:
            break;  // after the parcels and the promises
        case fact_kind::cancelled:
        case fact_kind::backordered:
        case fact_kind::substituted:
            quantity_fact(s, f);
            s.others.push_back(&f);
            break;
        default:
            s.others.push_back(&f);
    }
}

/// The dates at which nothing was left to ship, and nothing left to deliver.
void conclude(order_story& s) {
    bool settled = !s.lines.empty(), closed = settled;
    std::int64_t delivered = 0;
    for (auto& [id, p] : s.parcels) {
        for (const packed_item& i : p.items) {
            line_story& l = s.lines.at(i.line);
            if (p.is_handed()) l.shipped += i.units;
            p.promise = std::min(p.promise, l.first_promise);
        }
        if (!p.is_handed()) continue;
        s.shipped = std::min(s.shipped, p.handed);
        s.settled = later(s.settled, p.handed);
    }
    for (const auto& [number, l] : s.lines) {
        settled = settled && l.shipped + l.cancelled >= l.ordered;
        closed = closed && l.delivered + l.cancelled >= l.ordered;
        delivered += l.delivered;
    }
    time_point last_cancel = never;
    for (const kpi_fact* f : s.others)
        if (f->kind == fact_kind::cancelled) last_cancel = later(last_cancel, f->at);
    const auto both = [&](time_point a) {
        return last_cancel == never ? a : later(a, last_cancel);
    };
    s.settled = settled ? both(s.settled) : never;
    s.closed = closed ? both(s.received) : never;
    s.is_delivered = closed && delivered > 0;
}

}  // namespace

std::int64_t order_story::handed_parcels() const noexcept {
    return std::count_if(parcels.begin(), parcels.end(),
                         [](const auto& p) { return p.second.is_handed(); });
}

std::int64_t order_story::ordered_units() const noexcept {
    std::int64_t sum = 0;
    for (const auto& [number, l] : lines) sum += l.ordered;
    return sum;
}

const parcel_story* order_story::first_parcel_of(std::uint32_t line) const noexcept {
    const parcel_story* first = nullptr;
    for (const auto& [id, p] : parcels) {
        const auto has = [&](const packed_item& i) { return i.line == line; };
        if (!p.is_handed() || std::none_of(p.items.begin(), p.items.end(), has)) continue;
        if (first == nullptr || p.handed < first->handed) first = &p;
    }
    return first;
}

std::vector<waiting> order_story::backlog(std::uint32_t line) const {
    std::vector<waiting> queue;
    std::int64_t gone = 0;
    for (const kpi_fact* f : others) {
        if (f->line != line) continue;
        if (f->kind == fact_kind::backordered) queue.push_back({f->at, f->units});
        if (f->kind == fact_kind::resumed) gone += f->units;
    }
    std::stable_sort(queue.begin(), queue.end(),
                     [](const waiting& a, const waiting& b) { return a.since < b.since; });
    for (waiting& w : queue) {
        const std::int64_t n = std::min(gone, w.units);
        w.units -= n;
        gone -= n;
    }
    std::erase_if(queue, [](const waiting& w) { return w.units == 0; });
    return queue;
}

order_story tell(std::span<const kpi_fact> all, std::span<const std::uint32_t> which,
                 time_point as_of) {
    order_story s;
    const auto each = [&](auto&& f) {
        for (const std::uint32_t i : which)
            if (all[i].at <= as_of || all[i].kind == fact_kind::classified) f(all[i]);
    };
    each([&](const kpi_fact& f) { birth(s, f); });
    each([&](const kpi_fact& f) {
        if (f.kind > fact_kind::ordered) life(s, f);
    });
    each([&](const kpi_fact& f) {
        if (f.kind == fact_kind::delivered && s.lines.contains(f.line)) deliver(s, f);
    });
    conclude(s);
    return s;
}

}  // namespace earmark::report
