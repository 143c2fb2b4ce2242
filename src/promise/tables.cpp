#include "earmark/promise/tables.hpp"

#include <algorithm>
#include <tuple>

#include "earmark/core/digest.hpp"

namespace earmark {
namespace {

constexpr std::int16_t whole_day = 24 * 60;

auto order_of(const hours_facts& h) noexcept { return std::tuple{h.node, h.service}; }
auto order_of(const lane_facts& l) noexcept {
    return std::tuple{l.service, l.place, l.node, l.up_to};
}

/// Which of the three are named, as a number below 8.
unsigned way_of(service_id s, place_id p, node_id n) noexcept {
    return (s != none<service_id> ? 4u : 0u) | (p != none<place_id> ? 2u : 0u) |
           (n != none<node_id> ? 1u : 0u);
}

template <class Row>
void put(std::vector<Row>& into, const Row& row) {
    const auto at = std::lower_bound(into.begin(), into.end(), row, [](const Row& a, const Row& b) {
        return order_of(a) < order_of(b);
    });
    if (at != into.end() && order_of(*at) == order_of(row))
        *at = row;
    else
        into.insert(at, row);
}

std::uint64_t word(std::int64_t n) noexcept { return static_cast<std::uint64_t>(n); }

}  // namespace

week_of_work week_of(std::span<const calendar_row> rows) {
    week_of_work week;
    week.fill(-1);
    for (const calendar_row& r : rows)
        for (std::size_t d = 0; d < week.size(); ++d)
            if ((r.weekdays >> d & 1) != 0)
                week[d] = r.cutoff.empty()
                              ? whole_day
                              : static_cast<std::int16_t>(std::stoi(r.cutoff.substr(0, 2)) * 60 +
                                                          std::stoi(r.cutoff.substr(3, 2)));
    return week;
}

std::vector<calendar_row> rows_of(std::string_view key, std::string_view zone,
                                  const week_of_work& week) {
    const auto digits = [](int n) { return std::string{n < 10 ? "0" : ""} + std::to_string(n); };
    std::vector<calendar_row> rows;
    for (std::size_t d = 0; d < week.size(); ++d) {
        if (week[d] < 0) continue;
        const auto day = static_cast<std::uint8_t>(1u << d);
        rows.push_back({std::string{key}, std::string{zone}, day, {}, {}, {}});
        if (week[d] != whole_day)
            rows.back().cutoff = digits(week[d] / 60) + ":" + digits(week[d] % 60);
    }
    if (rows.empty()) rows.push_back({std::string{key}, std::string{zone}, 0, {}, {}, {}});
    return rows;
}

calendar_id date_tables::set(std::string_view key, dated_calendar c) {
    const auto made = calendar_keys.insert(key);
    if (made.fresh) calendars_.emplace_back();
    calendars_[made.index] = std::move(c);
    return calendar_id{static_cast<std::uint16_t>(made.index)};
}

service_id date_tables::set(std::string_view key, const service_facts& f) {
    const auto made = service_keys.insert(key);
    if (made.fresh) services_.emplace_back();
    services_[made.index] = f;
    return service_id{static_cast<std::uint16_t>(made.index)};
}

void date_tables::set(const hours_facts& f) {
    put(hours_, f);
    by_service_ = by_service_ || f.service != none<service_id>;
}
void date_tables::set(const lane_facts& f) {
    put(lanes_, f);
    lanes_by_ = static_cast<std::uint8_t>(lanes_by_ | 1u << way_of(f.service, f.place, f.node));
}

const hours_facts* date_tables::hours_of(node_id n, service_id s) const noexcept {
    const hours_facts* found = nullptr;
    for (const service_id of : {s, none<service_id>}) {
        if (of != none<service_id> && !by_service_) continue;
        const auto at = std::lower_bound(
            hours_.begin(), hours_.end(), std::tuple{n, of},
            [](const hours_facts& h, const auto& wanted) { return order_of(h) < wanted; });
        if (at != hours_.end() && order_of(*at) == std::tuple{n, of}) {
            found = &*at;
            break;
        }
    }
    return found;
}

const lane_facts* date_tables::ring(service_id s, place_id p, node_id n,
                                    std::uint32_t metres) const noexcept {
    const auto at = std::lower_bound(
        lanes_.begin(), lanes_.end(), std::tuple{s, p, n, metres},
        [](const lane_facts& l, const auto& wanted) { return order_of(l) < wanted; });
    if (at == lanes_.end() || at->service != s || at->place != p || at->node != n) return nullptr;
    return &*at;  // the first ring that reaches so far
}

const lane_facts* date_tables::lane_of(const date_question& q) const noexcept {
    if (lanes_.empty()) return nullptr;
    constexpr place_id anywhere = none<place_id>;
    constexpr node_id any = none<node_id>;
    for (const service_id s : {q.service, none<service_id>}) {
        for (const auto& [place, node] : {std::pair{q.place, q.node}, std::pair{q.place, any},
                                          std::pair{anywhere, q.node}, std::pair{anywhere, any}})
            if ((lanes_by_ >> way_of(s, place, node) & 1) != 0)
                if (const lane_facts* const l = ring(s, place, node, q.metres)) return l;
        if (q.service == none<service_id>) break;
    }
    return nullptr;
}

lane_terms date_tables::travel(const date_question& q) const noexcept {
    const lane_facts* const lane = lane_of(q);
    const service_facts by =
        q.service == none<service_id> ? service_facts{} : services_[index_of(q.service)];
    const bool own = lane != nullptr && lane->delivery != none<calendar_id>;
    return {lane != nullptr ? lane->transit : by.transit, days(by.carrier),
            days(own ? lane->delivery : by.delivery)};
}

result<date_chain> date_tables::dates(const date_question& q) const {
    const hours_facts* const h = hours_of(q.node, q.service);
    if (h == nullptr) return fail(error_code::no_hours, raw(q.node));
    const lane_terms over = travel(q);
    ship_terms ship;
    ship.node = &work_days(*h);
    ship.pickup = days(h->pickup);
    ship.processing = h->processing + q.more_days;
    ship.room = q.room;
    if (over.transit < 0) return ship_dates(q.at, ship);
    return promise_dates(q.at, ship, over);
}

std::optional<time_point> date_tables::latest(const date_question& q, civil_day by) const {
    const hours_facts* const h = hours_of(q.node, q.service);
    const lane_terms over = travel(q);
    if (h == nullptr || over.transit < 0 || by == no_day) return {};
    const calendar& work = work_days(*h);
    const calendar* const pickup = days(h->pickup);
    const auto is_in_time = [&](civil_day d) {  // never again once it is not
        civil_day ship = work.after(d, h->processing);
        if (ship != no_day && pickup != nullptr) ship = pickup->next(ship);
        const civil_day at_the_door = delivery_day(ship, over);
        return at_the_door != no_day && at_the_door <= by;
    };
    std::int32_t low = work.first().n, past = std::min(by, work.last()).n;  // in time; not
    for (++past; low < past;) {
        const std::int32_t middle = low + (past - low) / 2;
        if (is_in_time(civil_day{middle}))
            low = middle + 1;
        else
            past = middle;
    }
    if (low == work.first().n) return {};
    return work.cutoff(civil_day{low - 1});  // the last day in time is one of work
}

std::uint64_t date_tables::digest_of_dates() const {
    digest d;
    for (std::uint32_t i = 0; i < calendars_.size(); ++i) {
        d.add(calendar_keys.key(i)).add(zones.key(calendars_[i].zone));
        for (const std::int16_t minutes : calendars_[i].week) d.add(word(minutes));
        for (const std::int64_t n : numbers_of(calendars_[i].days)) d.add(word(n));
    }
    for (std::uint32_t i = 0; i < services_.size(); ++i) {
        const service_facts& s = services_[i];
        d.add(service_keys.key(i)).add(raw(s.carrier)).add(raw(s.delivery)).add(word(s.transit));
    }
    for (const hours_facts& h : hours_)
        d.add(raw(h.node))
            .add(raw(h.service))
            .add(raw(h.calendar))
            .add(raw(h.pickup))
            .add(word(h.processing));
    for (const lane_facts& l : lanes_)
        d.add(raw(l.service))
            .add(raw(l.place))
            .add(raw(l.node))
            .add(l.up_to)
            .add(word(l.transit))
            .add(raw(l.delivery));
    return d.value();
}

}  // namespace earmark
