#include "earmark/promise/dates.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"

namespace earmark {

bool capacity_track::has_room(civil_day d) const noexcept {
    const std::int64_t i = std::int64_t{d.n} - first.n;
    if (i < 0 || i >= static_cast<std::int64_t>(free.size())) return true;
    return free[static_cast<std::size_t>(i)] >= needs;
}

namespace {

bool has_room(const ship_terms& by, civil_day work, civil_day ship) noexcept {
    if (by.room.has_room != nullptr && !by.room.has_room(by.room.of, work, ship)) return false;
    return std::all_of(by.capacity.begin(), by.capacity.end(), [&](const capacity_track& t) {
        return t.has_room(t.by_ship_day ? ship : work);
    });
}

error no_date(const ship_terms& by, std::int32_t tried) {
    return fail(error_code::no_date, tried, by.node->first().n, by.node->last().n);
}

}  // namespace

result<date_chain> ship_dates(time_point at, const ship_terms& by) {
    EARMARK_CHECK(by.node != nullptr && by.processing >= 0 && by.most_days >= 0,
                  "ship_dates needs the node's calendar, and days that are not below 0");
    date_chain d;
    d.order = by.node->day_of(at);
    d.in_time_for = by.node->taken_on(at);
    if (d.in_time_for == no_day) return no_date(by, 0);
    const std::int64_t last = std::int64_t{d.in_time_for.n} + by.most_days;
    std::int32_t tried = 0;
    for (d.work = d.in_time_for; d.work != no_day && d.work.n <= last;
         d.work = by.node->next(d.work + 1), ++tried) {
        d.ship = by.node->after(d.work, by.processing);
        if (by.pickup != nullptr) d.ship = by.pickup->next(d.ship);
        if (d.ship == no_day) break;
        if (!has_room(by, d.work, d.ship)) continue;
        d.order_within = by.node->cutoff(d.work);
        return d;
    }
    return no_date(by, tried);
}

civil_day delivery_day(civil_day ship, const lane_terms& over) {
    EARMARK_CHECK(over.transit >= 0, "delivery_day needs days of transit that are not below 0");
    if (ship == no_day) return no_day;
    civil_day d = ship;
    if (over.transit > 0)
        d = over.carrier == nullptr ? ship + over.transit
                                    : over.carrier->after(ship + 1, over.transit - 1);
    return over.delivery == nullptr ? d : over.delivery->next(d);
}

result<date_chain> promise_dates(time_point at, const ship_terms& by, const lane_terms& over) {
    auto d = ship_dates(at, by);
    if (!d) return d;
    d->delivery = delivery_day(d->ship, over);
    if (d->delivery == no_day) return no_date(by, 0);
    return d;
}

}  // namespace earmark
