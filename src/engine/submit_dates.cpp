// DATES as JSON: calendars, services, hours, lanes, and promise.
#include "earmark/core/time_text.hpp"
#include "submit_load.hpp"
#include "submit_order_text.hpp"

namespace earmark::submission {
namespace {

std::uint8_t weekdays_of(const values& v) {
    if (!v.has("weekdays")) return monday_to_friday;
    const auto days = parse_weekdays(v.text("weekdays"));
    constexpr std::int64_t wrong_weekdays = 2;
    if (!days) v.refuse(fail(error_code::bad_calendar, wrong_weekdays), "weekdays");
    return days.value_or(0);
}

answer dates_of(const date_chain& d) {
    return {{"order", to_string(d.order)},       {"in_time_for", to_string(d.in_time_for)},
            {"work", to_string(d.work)},         {"ship", to_string(d.ship)},
            {"delivery", to_string(d.delivery)}, {"order_within", to_string(d.order_within)}};
}

std::vector<order_line> wanted_of(const request& r, call& c, currency of_prices) {
    std::vector<order_line> lines;
    const nlohmann::json& rows = r.line["lines"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const values row{r.on, rows[i], pointer("/lines", i), c.wrong};
        order_line& l = lines.emplace_back();
        l.sku = row.sku();
        l.amount = row.units_of("quantity", l.sku);
        l.node = row.node();
        l.own = {row.ship_to(), row.service("method"), row.day("deliver_by")};
        if (row.has("unit_price") && of_prices != currency{})
            l.unit_price_minor = row.minor("unit_price", of_prices);
    }
    return lines;
}

answer option_of(const engine& on, const promise_option& o, const call& c) {
    answer one = {{"node", on.node(o.node).key}, {"lines", o.lines}};
    if (o.why.code == error_code::ok)
        one.update(dates_of(o.dates));
    else
        one["error"] = to_json(c.to_problem(o.why));
    return one;
}

answer plan_of(const engine& on, const promised& p, const std::vector<order_line>& lines,
               const call& c) {
    answer parts = answer::array();
    for (std::size_t i = 0; i < p.chosen.parts.size(); ++i) {
        const plan_part& part = p.chosen.parts[i];
        const sku_id sku = lines[p.lines[part.wanted]].sku;
        answer one = {{"sku", on.sku(sku).key},
                      {"node", on.node(part.node).key},
                      {"quantity", units_text(on, sku, part.n)}};
        if (i < p.parts.size()) one.update(dates_of(p.parts[i]));
        parts.push_back(std::move(one));
    }
    constexpr std::string_view covers[] = {"full", "partial", "none"};
    answer out = {{"covers", covers[static_cast<std::size_t>(p.chosen.covers)]},
                  {"parts", std::move(parts)}};
    if (p.why.code != error_code::ok)
        out["error"] = to_json(c.to_problem(p.why));
    else
        out.update(dates_of(p.whole));
    return out;
}

}  // namespace

answer run_load_calendars(const request& r) {
    return load<calendar_row>(r, [](const values& v) {
        calendar_row row;
        row.key = v.text("calendar");
        if (v.has("zone")) row.zone = v.text("zone");
        row.weekdays = weekdays_of(v);
        row.cutoff = v.text("cutoff");
        row.first = v.day("first");
        row.last = v.day("last");
        return row;
    });
}

answer run_load_days(const request& r) {
    return load<calendar_day_row>(r, [](const values& v) {
        return calendar_day_row{std::string{v.text("calendar")}, std::string{v.text("day")},
                                v.flag("works", false), std::string{v.text("cutoff")}};
    });
}

answer run_load_services(const request& r) {
    return load<service_row>(r, [](const values& v) {
        return service_row{std::string{v.text("service")}, std::string{v.text("carrier")},
                           std::string{v.text("delivery")},
                           static_cast<std::int32_t>(v.whole("transit_days", -1))};
    });
}

answer run_load_hours(const request& r) {
    return load<hours_row>(r, [](const values& v) {
        return hours_row{std::string{v.text("node")}, std::string{v.text("service")},
                         std::string{v.text("calendar")}, std::string{v.text("pickup")},
                         static_cast<std::int32_t>(v.whole("processing_days", 0))};
    });
}

answer run_load_lanes(const request& r) {
    return load<lane_row>(r, [](const values& v) {
        lane_row row;
        row.service = v.text("service");
        row.node = v.text("node");
        row.place = v.text("place");
        if (v.has("up_to_metres")) row.up_to_metres = v.whole("up_to_metres", 0);
        row.transit_days = static_cast<std::int32_t>(v.whole("transit_days", 0));
        row.delivery = v.text("delivery");
        return row;
    });
}

answer run_promise(const request& r) {
    call c{r};
    promise_request p;
    p.order.currency = c.line.currency("currency");
    const auto lines = wanted_of(r, c, p.order.currency);
    p.order.lines = lines;
    p.order.ship_to = c.line.ship_to();
    p.order.priority = static_cast<std::uint8_t>(c.line.whole("priority", 0));
    p.order.method = c.line.service("method");
    p.order.deliver_by = c.line.day("deliver_by");
    if (c.line.has("at")) p.at = c.line.time("at", {});
    p.infinite = c.line.flag("infinite", false);
    p.order.node = c.line.node();
    p.order.type = type_of(c.line);
    if (!c.wrong.empty()) return c.refused();
    const auto found = r.on.promise(p);
    if (!found) return c.refused(found.error());
    answer out = c.done();
    answer options = answer::array();
    for (const promise_option& o : found->options) options.push_back(option_of(r.on, o, c));
    out["options"] = std::move(options);
    out["plan"] = plan_of(r.on, *found, lines, c);
    return out;
}

}  // namespace earmark::submission
