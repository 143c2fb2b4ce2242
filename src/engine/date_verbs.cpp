// DATES: calendars, services, hours and lanes, loaded, recorded, found again. The time zone
// database is asked here, once; the journal has what came of it.
#include <algorithm>
#include <map>

#include "earmark/engine/fold.hpp"
#include "earmark/promise/tables.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

/// The table that a row of the journal is of: its first field.
enum table : std::int64_t { zone_row, calendar_rows, service_rows, hours_rows, lane_rows };

using fields = std::vector<std::int64_t>;

/// Rows of one calendar, and which they are.
template <class Row>
struct rows_of_one {
    std::string key;
    std::vector<Row> rows;
    std::vector<std::size_t> at;
};
const std::string& calendar_key(const calendar_row& r) { return r.key; }
const std::string& calendar_key(const calendar_day_row& r) { return r.calendar; }

template <class Row>
std::vector<rows_of_one<Row>> by_calendar(std::span<const Row> rows) {
    std::vector<rows_of_one<Row>> all;
    std::map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto [at, fresh] = known.try_emplace(calendar_key(rows[i]), all.size());
        if (fresh) all.push_back({calendar_key(rows[i]), {}, {}});
        all[at->second].rows.push_back(rows[i]);
        all[at->second].at.push_back(i);
    }
    return all;
}

fields fields_of(const dated_calendar& c) {
    fields f{calendar_rows, c.zone};
    f.insert(f.end(), c.week.begin(), c.week.end());
    const fields days = numbers_of(c.days);
    f.insert(f.end(), days.begin(), days.end());
    return f;
}

void keep(catalog& names, desk& d, std::string_view key, dated_calendar c) {
    date_tables& dates = names.dates();
    const fields f = fields_of(c);
    const calendar_id id = dates.set(key, std::move(c));
    d.record.intern(journal::intern_kind::dates, {raw(id), key, f, {}});
}

/// The number of a zone's name, which is recorded where it is new.
std::uint32_t zone_of(catalog& names, desk& d, std::string_view name) {
    const auto made = names.dates().zones.insert(name);
    const std::int64_t f[] = {zone_row};
    if (made.fresh) d.record.intern(journal::intern_kind::dates, {made.index, name, f, {}});
    return made.index;
}

error check_new_key(std::string_view key, const key_table& in) {
    if (key.empty()) return fail(error_code::empty_key);
    if (key.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(key.size()), max_key_bytes);
    constexpr std::uint32_t most = 0xFFFF;
    if (!in.find(key) && in.size() >= most) return fail(error_code::out_of_memory, in.size());
    return {};
}

result<dated_calendar> compile(std::span<const calendar_row> rows) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
        constexpr std::int64_t the_span = 5;
        if (rows[i].first == rows[0].first && rows[i].last == rows[0].last) continue;
        error e = fail(error_code::bad_calendar, the_span);
        e.row = static_cast<std::uint32_t>(i + 1);
        return e;
    }
    auto days = compile_calendar(rows, {}, rows[0].first, rows[0].last);
    if (!days) return days.error();
    return dated_calendar{0, week_of(rows), std::move(*days)};
}

template <class State>
load_report load_rows(State& s, const command& c, std::span<const calendar_row> rows,
                      const load_part& part) {
    const auto all = by_calendar(rows);
    const auto add = [&](loader& l, desk& d, const rows_of_one<calendar_row>& of, std::size_t) {
        error e = check_new_key(of.key, s.names.dates().calendar_keys);
        auto made = e.code == error_code::ok ? compile(of.rows) : result<dated_calendar>{e};
        if (!made) {
            const std::size_t at = made.error().row == 0 ? 0 : made.error().row - 1;
            l.reject(of.at[at], made.error(), "calendar '" + of.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        made->zone = zone_of(s.names, d, of.rows[0].zone);
        keep(s.names, d, of.key, std::move(*made));
        return l.accept();
    };
    load_report report = fill(s, c, std::span{all}, part, add);
    if (report.next == all.size()) report.next = rows.size();
    return report;
}

template <class State>
load_report load_rows(State& s, const command& c, std::span<const calendar_day_row> rows,
                      const load_part& part) {
    const auto all = by_calendar(rows);
    const auto add = [&](loader& l, desk& d, const rows_of_one<calendar_day_row>& of, std::size_t) {
        date_tables& dates = s.names.dates();
        const auto known = dates.calendar_keys.find(of.key);
        const auto refuse = [&](std::size_t row, const error& e) {
            l.reject(of.at[row], e,
                     "day of the calendar '" + of.key.substr(0, max_key_bytes) + "'");
            return true;
        };
        if (!known) return refuse(0, fail(error_code::unknown_calendar));
        const dated_calendar& old = dates.calendars()[*known];
        const auto week = rows_of(of.key, dates.zones.key(old.zone), old.week);
        auto days = with_days(old.days, week, of.rows);
        if (!days) return refuse(days.error().row == 0 ? 0 : days.error().row - 1, days.error());
        keep(s.names, d, of.key, {old.zone, old.week, std::move(*days)});
        return l.accept();
    };
    load_report report = fill(s, c, std::span{all}, part, add);
    if (report.next == all.size()) report.next = rows.size();
    return report;
}

/// The calendars of two keys, each of which may be empty.
struct two_calendars {
    calendar_id first = none<calendar_id>, second = none<calendar_id>;
    error why{};
};
two_calendars find_two(const std::string& first, const std::string& second, const catalog& names) {
    const key_table& keys = names.dates().calendar_keys;
    const auto a = find_or_none<calendar_id>(first, keys, error_code::unknown_calendar);
    const auto b = find_or_none<calendar_id>(second, keys, error_code::unknown_calendar);
    if (!a) return {.why = a.error()};
    if (!b) return {.why = b.error()};
    return {*a, *b, {}};
}

error check_days(std::int64_t n, std::int64_t least) {
    if (n >= least && n <= max_days_of_work) return {};
    return fail(error_code::out_of_range, n, n < least ? least : max_days_of_work);
}

fields fields_of(const service_facts& f) {
    return {service_rows, field_of(f.carrier), field_of(f.delivery), f.transit};
}
fields fields_of(const hours_facts& f) {
    return {hours_rows,           field_of(f.node),   field_of(f.service),
            field_of(f.calendar), field_of(f.pickup), f.processing};
}
fields fields_of(const lane_facts& f) {
    return {lane_rows, field_of(f.service), field_of(f.place),   field_of(f.node),
            f.up_to,   f.transit,           field_of(f.delivery)};
}

result<service_facts> resolve(const service_row& r, const catalog& names) {
    if (const error e = check_new_key(r.key, names.dates().service_keys); e.code != error_code::ok)
        return e;
    const auto [carrier, delivery, why] = find_two(r.carrier, r.delivery, names);
    if (why.code != error_code::ok) return why;
    if (const error e = check_days(r.transit_days, -1); e.code != error_code::ok) return e;
    return service_facts{carrier, delivery, r.transit_days};
}

result<hours_facts> resolve(const hours_row& r, const catalog& names) {
    const auto node = names.nodes.find(r.node);
    if (!node) return fail(error_code::unknown_node);
    const auto service = find_or_none<service_id>(r.service, names.dates().service_keys,
                                                  error_code::unknown_service);
    if (!service) return service.error();
    const auto [calendar, pickup, why] = find_two(r.calendar, r.pickup, names);
    if (why.code != error_code::ok) return why;
    if (calendar == none<calendar_id>) return fail(error_code::unknown_calendar);
    if (const error e = check_days(r.processing_days, 0); e.code != error_code::ok) return e;
    return hours_facts{node_id{static_cast<std::uint16_t>(*node)}, *service, calendar, pickup,
                       r.processing_days};
}

result<lane_facts> resolve(const lane_row& r, const catalog& names) {
    const auto service = find_or_none<service_id>(r.service, names.dates().service_keys,
                                                  error_code::unknown_service);
    const auto node = find_or_none<node_id>(r.node, names.nodes, error_code::unknown_node);
    const auto place = find_or_none<place_id>(r.place, names.places, error_code::unknown_place);
    if (!service) return service.error();
    if (!node) return node.error();
    if (!place) return place.error();
    const std::int64_t ring = r.up_to_metres.value_or(UINT32_MAX);
    if (r.up_to_metres && (ring < 0 || ring > max_metres))
        return fail(error_code::out_of_range, ring, ring < 0 ? 0 : max_metres);
    const auto [delivery, nothing, why] = find_two(r.delivery, {}, names);
    if (why.code != error_code::ok) return why;
    if (const error e = check_days(r.transit_days, 0); e.code != error_code::ok) return e;
    return lane_facts{*service,       *place,  *node, static_cast<std::uint32_t>(ring),
                      r.transit_days, delivery};
}

/// The number that a row has, or gets, among those with keys.
std::uint32_t put(date_tables& into, const service_row& r, const service_facts& f) {
    return raw(into.set(r.key, f));
}
std::uint32_t put(date_tables& into, const hours_row&, const hours_facts& f) {
    into.set(f);
    return 0;
}
std::uint32_t put(date_tables& into, const lane_row&, const lane_facts& f) {
    into.set(f);
    return 0;
}
std::string_view key_of(const service_row& r) { return r.key; }
std::string_view key_of(const hours_row&) { return {}; }
std::string_view key_of(const lane_row&) { return {}; }
std::string told(const service_row& r) {
    return "service '" + r.key.substr(0, max_key_bytes) + "'";
}
std::string told(const hours_row& r) { return "hours of '" + r.node + "'"; }
std::string told(const lane_row& r) {
    return "lane from '" + r.node + "' to '" + r.place + "' by '" + r.service + "'";
}

template <class State, class Row>
load_report load_rows(State& s, const command& c, std::span<const Row> rows,
                      const load_part& part) {
    return fill(s, c, rows, part, [&](loader& l, desk& d, const Row& r, std::size_t i) {
        const auto facts = resolve(r, s.names);
        if (!facts) {
            l.reject(i, facts.error(), told(r));
            return true;
        }
        const std::uint32_t number = put(s.names.dates(), r, *facts);
        const fields f = fields_of(*facts);
        d.record.intern(journal::intern_kind::dates, {number, key_of(r), f, {}});
        return l.accept();
    });
}

// ---- read from a journal -----------------------------------------------------------------------

/// Fields of a row, each looked at once.
class row_reader {
public:
    row_reader(std::span<const std::int64_t> f, std::size_t size)
        : f_{f}, is_sound_{f.size() == size} {}
    /// An id below `count`, or none.
    template <class Id>
    Id id(std::size_t at, std::size_t count) {
        return id_of<Id>(number(at, -1, static_cast<std::int64_t>(count) - 1));
    }
    std::int64_t number(std::size_t at, std::int64_t low, std::int64_t high) {
        is_sound_ = is_sound_ && f_[at] >= low && f_[at] <= high;
        return is_sound_ ? f_[at] : low;
    }
    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }

private:
    std::span<const std::int64_t> f_;
    bool is_sound_;
};

bool is_next(const key_table& in, std::string_view key, std::uint32_t id) {
    const auto known = in.find(key);
    return !key.empty() && (known ? *known == id : id == in.size() && id < 0xFFFF);
}

bool read_calendar(const journal::intern_table& t, date_tables& into) {
    constexpr std::size_t head = 2, days = 7;
    const auto f = t.fields;
    if (f.size() <= head + days || !is_next(into.calendar_keys, t.key, t.id)) return false;
    if (f[1] < 0 || f[1] >= into.zones.size()) return false;
    dated_calendar c;
    c.zone = static_cast<std::uint32_t>(f[1]);
    for (std::size_t d = 0; d < days; ++d) {
        if (f[head + d] < -1 || f[head + d] > 24 * 60) return false;
        c.week[d] = static_cast<std::int16_t>(f[head + d]);
    }
    auto read = calendar_of(f.subspan(head + days));
    if (!read) return false;
    c.days = std::move(*read);
    into.set(t.key, std::move(c));
    return true;
}

bool read_service(const journal::intern_table& t, date_tables& into) {
    row_reader r{t.fields, 4};
    service_facts f;
    f.carrier = r.id<calendar_id>(1, into.calendars().size());
    f.delivery = r.id<calendar_id>(2, into.calendars().size());
    f.transit = static_cast<std::int32_t>(r.number(3, -1, max_days_of_work));
    if (!r.is_sound() || !is_next(into.service_keys, t.key, t.id)) return false;
    into.set(t.key, f);
    return true;
}

bool read_hours(const journal::intern_table& t, catalog& names) {
    date_tables& into = names.dates();
    row_reader r{t.fields, 6};
    hours_facts f;
    f.node = r.id<node_id>(1, names.node.size());
    f.service = r.id<service_id>(2, into.services().size());
    f.calendar = r.id<calendar_id>(3, into.calendars().size());
    f.pickup = r.id<calendar_id>(4, into.calendars().size());
    f.processing = static_cast<std::int32_t>(r.number(5, 0, max_days_of_work));
    if (!r.is_sound() || f.node == none<node_id> || f.calendar == none<calendar_id>) return false;
    into.set(f);
    return true;
}

bool read_lane(const journal::intern_table& t, catalog& names) {
    date_tables& into = names.dates();
    row_reader r{t.fields, 7};
    lane_facts f;
    f.service = r.id<service_id>(1, into.services().size());
    f.place = r.id<place_id>(2, names.places.size());
    f.node = r.id<node_id>(3, names.node.size());
    f.up_to = static_cast<std::uint32_t>(r.number(4, 0, UINT32_MAX));
    f.transit = static_cast<std::int32_t>(r.number(5, 0, max_days_of_work));
    f.delivery = r.id<calendar_id>(6, into.calendars().size());
    if (r.is_sound()) into.set(f);
    return r.is_sound();
}

}  // namespace

bool read_dates(const journal::intern_table& t, catalog& names) {
    if (t.fields.empty()) return false;
    key_table& zones = names.dates().zones;
    switch (t.fields[0]) {
        case zone_row: {
            const bool is_new = t.id == zones.size() && !t.key.empty() && !zones.find(t.key);
            if (is_new) zones.insert(t.key);
            return is_new;
        }
        case calendar_rows:
            return read_calendar(t, names.dates());
        case service_rows:
            return read_service(t, names.dates());
        case hours_rows:
            return read_hours(t, names);
        case lane_rows:
            return read_lane(t, names);
        default:
            return false;
    }
}

load_report engine::load(const command& c, const date_rows& rows, const load_part& part) {
    return std::visit([&](const auto& of) { return load_rows(*state_, c, of, part); }, rows);
}

result<service_id> engine::find_service(std::string_view key) const {
    return state_->ask<result<service_id>>([&](const state::visit&) -> result<service_id> {
        const auto at = state_->names.dates().service_keys.find(key);
        if (!at) return fail(error_code::unknown_service, -1);
        return service_id{static_cast<std::uint16_t>(*at)};
    });
}

std::string_view engine::service_key(service_id id) const {
    const key_table& keys = state_->names.dates().service_keys;
    EARMARK_CHECK(index_of(id) < keys.size(), "service_key: no such service");
    return keys.key(raw(id));
}

}  // namespace earmark
