// LOAD, ACTIVATE, ADVANCE, ADJUST as JSON. A wrong row of a table is rejected and listed; the
// others are taken.
#include <algorithm>
#include <vector>

#include "earmark/core/time_text.hpp"
#include "submit_load.hpp"

namespace earmark::submission {
namespace {

using nlohmann::json;

std::optional<geo_point> point_of(const values& row) {
    if (!row.has("latitude") && !row.has("longitude")) return std::nullopt;
    if (!row.has("latitude") || !row.has("longitude")) {
        row.refuse(fail(error_code::bad_position), row.has("latitude") ? "longitude" : "latitude");
        return std::nullopt;
    }
    const geo_point p{row.degrees("latitude"), row.degrees("longitude")};
    if (!is_valid(p)) row.refuse(fail(error_code::bad_position), "latitude");
    return p;
}

node_kind kind_of(std::string_view name) noexcept {
    if (name == "store") return node_kind::store;
    return name == "vendor" ? node_kind::vendor : node_kind::dc;
}

floor_use use_of(std::string_view name) noexcept {
    if (name == "selling") return floor_use::selling;
    return name == "sourcing" ? floor_use::sourcing : floor_use::both;
}

}  // namespace

adjust_reason reason_of(std::string_view name) noexcept {
    if (name == "receipt") return adjust_reason::receipt;
    if (name == "count") return adjust_reason::count;
    if (name == "damage") return adjust_reason::damage;
    return name == "theft" ? adjust_reason::theft : adjust_reason::correction;
}

answer run_load_skus(const request& r) {
    return load<sku_row>(r, [](const values& v) {
        return sku_row{std::string{v.text("sku")}, static_cast<int>(v.whole("decimals", 0)),
                       v.whole("granule", 1)};
    });
}

answer run_load_nodes(const request& r) {
    return load<node_row>(r, [](const values& v) {
        node_row row;
        row.key = v.text("node");
        row.kind = kind_of(v.text("kind"));
        row.at = point_of(v);
        row.priority = static_cast<std::int32_t>(v.whole("priority", 0));
        row.active = v.flag("active", true);
        if (v.has("fixed_per_parcel")) row.fixed_per_parcel = v.rate_of("fixed_per_parcel");
        if (v.has("per_unit")) row.per_unit = v.rate_of("per_unit");
        return row;
    });
}

answer run_load_places(const request& r) {
    return load<place_row>(r, [](const values& v) {
        return place_row{std::string{v.text("place")}, point_of(v)};
    });
}

answer run_load_distances(const request& r) {
    return load<distance_row>(r, [](const values& v) {
        return distance_row{std::string{v.text("place")}, std::string{v.text("node")},
                            v.whole("metres", 0)};
    });
}

answer run_load_stock(const request& r) {
    return load<stock_row>(r, [](const values& v) {
        const sku_id sku = v.sku();
        return stock_row{std::string{v.text("sku")},
                         std::string{v.text("node")},
                         v.units_of("on_hand", sku),
                         {},
                         std::string{v.text("section")}};
    });
}

answer run_load_units(const request& r) {
    return load<unit_row>(r, [&r](const values& v) {
        const sku_id sku = v.sku();
        return unit_row{std::string{v.text("sku")}, std::string{v.text("unit")},
                        v.amount("holds", decimals_of(r.on, sku))};
    });
}

answer run_load_floors(const request& r) {
    return load<floor_row>(r, [](const values& v) {
        floor_row row;
        row.key = v.text("rule");
        row.sku = v.text("sku");
        row.node = v.text("node");
        row.channel = v.text("channel");
        if (v.has("kind")) row.kind = kind_of(v.text("kind"));
        row.use = use_of(v.text("use"));
        row.units = v.whole("units", 0);
        row.exclude = v.flag("exclude", false);
        row.active = v.flag("active", true);
        row.freeze = v.flag("freeze", false);
        return row;
    });
}

answer run_load_thresholds(const request& r) {
    return load<threshold_row>(r, [](const values& v) {
        threshold_row row;
        row.key = v.text("threshold");
        row.sku = v.text("sku");
        row.node = v.text("node");
        row.channel = v.text("channel");
        if (v.has("kind")) row.kind = kind_of(v.text("kind"));
        row.section = v.text("section");
        row.pool = v.text("pool");
        row.low = v.whole("low", 1);
        row.high = v.whole("high", row.low);
        row.active = v.flag("active", true);
        return row;
    });
}

answer run_activate(const request& r) {
    call c{r};
    if (!c.ready()) return c.refused();
    std::vector<std::string> findings;
    const auto version = r.on.activate(c.by, c.line.text("policy"), &findings);
    if (version) {
        answer out = c.done();
        out["policy"] = raw(*version);
        return out;
    }
    answer out = c.refused(version.error());
    if (!findings.empty()) out["findings"] = findings;
    return out;
}

answer run_advance(const request& r) {
    call c{r};
    if (!c.ready()) return c.refused();
    const auto moved = r.on.advance(c.by);
    if (!moved) return c.refused(moved.error());
    answer out = c.done(*moved);
    out["expired"] = moved->lines;
    if (has_begun(r.on.now())) out["now"] = to_string(r.on.now());
    return out;
}

answer run_adjust(const request& r) {
    call c{r};
    adjust_request a;
    a.sku = c.line.sku();
    a.node = c.line.node();
    a.delta = c.line.units_of("delta", a.sku);
    a.section = c.line.section();
    a.reason = reason_of(c.line.text("reason"));
    if (!c.ready()) return c.refused();
    std::vector<uncovered_promise> left;
    const auto booked = r.on.adjust(c.by, a, &left);
    if (!booked) return c.refused(booked.error());
    answer out = c.done(*booked);
    out["uncovered"] = units_text(r.on, a.sku, booked->uncovered);
    if (!left.empty()) out["promises"] = promises_of(r.on, left);
    return out;
}

}  // namespace earmark::submission
