// SET UP: tables are loaded, names are found.
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <thread>

#include "amends.hpp"
#include "columns.hpp"
#include "earmark/connect/text.hpp"
#include "earmark/report/stock_frames.hpp"
#include "facts.hpp"
#include "holds.hpp"
#include "restrictions.hpp"
#include "rows.hpp"
#include "scalar.hpp"

namespace earmark::python {

namespace {

py::dict to_dict(std::string_view table, const load_report& r) {
    report::rejected_rows rows;
    rows.add(table, r);
    py::list rejected;
    for (const rejected_row& row : r.rejected)
        rejected.append(py::make_tuple(row.row, std::string{name_of(row.why.code)}, row.text));
    py::dict out;
    out["accepted"] = r.accepted;
    out["rejected"] = rejected;
    out["frame"] = to_python(std::move(rows).finish());
    return out;
}

frame_ref pools_of(engine& e) {
    std::vector<pool_view> all;
    for (std::uint32_t i = 0; i < e.pools(); ++i)
        all.push_back(value_or_raise(e, e.pool(static_cast<pool_id>(i))));
    return to_python(report::pools_frame(all));
}

frame_ref sections_of(engine& e, std::uint32_t sku) {
    const auto rows = value_or_raise(e, e.sections(sku_id{sku}));
    return to_python(
        report::sections_frame(rows, node_keys(e), [&](section_id s) { return e.section(s); }));
}

/// Units from a section to another, by their keys; none is the plain stock.
std::int32_t transfer(engine& e, std::uint32_t sku, std::uint16_t node, std::int64_t amount,
                      const std::optional<std::string>& from, const std::optional<std::string>& to,
                      std::int64_t now) {
    const auto section = [&](const std::optional<std::string>& key) {
        return key ? value_or_raise(e, e.find_section(*key)) : none<section_id>;
    };
    const transfer_request r{sku_id{sku}, node_id{node}, section(from), section(to), {amount}};
    return value_or_raise(e, e.transfer(at(now), r)).uncovered;
}

/// Loads tables, and tells progress how many rows of all of them have been looked at.
class table_loader {
public:
    table_loader(engine& e, const command& by, std::size_t total, const progress_call& progress)
        : engine_{e}, now_{by}, total_{total}, told_{!progress.is_none()}, pace_{total, progress} {
        if (total == 0 && told_) pace_.look(0);
    }

    template <class Row>
    void load(const char* table, const std::vector<Row>& rows) {
        if (told_) return in_slices(table, rows);
        const auto all = [&] { return engine_.load(now_, std::span{rows}); };
        loaded_[table] = to_dict(table, total_ < slice_items ? all() : without_gil(all));
    }
    /// The report of each table by its name.
    [[nodiscard]] py::dict finish() const { return loaded_; }

private:
    /// The records are those of one call; between them others may use the engine.
    static constexpr std::size_t slice_records = slice_items / load_part::rows_per_record;

    template <class Row>
    void in_slices(const char* table, const std::vector<Row>& rows) {
        load_report all;
        try {
            while (all.next < rows.size() && goes_on(all)) {
                const std::size_t before = all.next;
                const auto slice = [&] { this->slice(rows, all); };
                total_ < slice_items ? slice() : without_gil(slice);
                done_ += all.next - before;
                if (done_ == total_ || pace_.due()) pace_.look(done_);
            }
        } catch (py::error_already_set& e) {
            loaded_[table] = to_dict(table, all);
            note_stop(e, done_, total_, loaded_);
            throw;
        }
        loaded_[table] = to_dict(table, all);
    }

    template <class Row>
    void slice(const std::vector<Row>& rows, load_report& all) {
        const auto load = [&] {
            return engine_.load(now_, std::span{rows}, {all.next, slice_records});
        };
        load_report part = load();
        // Who came in between two slices goes soon.
        for (int i = 0; i < 1'000 && all.next > 0 && is_kept_out(part); ++i) {
            std::this_thread::yield();
            part = load();
        }
        std::move(part.rejected.begin(), part.rejected.end(), std::back_inserter(all.rejected));
        all.accepted += part.accepted;
        all.next = part.next;
    }
    static bool is_kept_out(const load_report& r) {
        return !r.rejected.empty() && r.rejected.back().why.code == error_code::stock_moving;
    }
    /// Row 0 is a refusal of all rows that follow.
    static bool goes_on(const load_report& r) {
        return r.rejected.empty() || r.rejected.back().row != 0;
    }

    engine& engine_;
    command now_;
    std::size_t total_, done_ = 0;
    bool told_;
    pace pace_;
    py::dict loaded_;
};

/// One table, of the rows that `read` makes of it.
template <class Row>
auto load_one(const char* name, std::vector<Row> (*read)(const any_table&)) {
    return [=](const shop& s, const any_table& table, std::int64_t now, const actor_name& actor,
               const progress_call& progress) {
        const auto rows = read(table);
        engine& e = s.use();
        table_loader loader{e, at(e, actor, now), rows.size(), progress};
        loader.load(name, rows);
        return py::dict{loader.finish()[name]};
    };
}

/// Several tables in the order in which they need each other. All are read before one is loaded.
py::dict load_all(engine& e, const std::optional<any_table>& skus,
                  const std::optional<any_table>& nodes, const std::optional<any_table>& places,
                  const std::optional<any_table>& stock, const std::optional<any_table>& units,
                  const std::optional<any_table>& distances, std::int64_t now,
                  const actor_name& actor, const progress_call& progress) {
    const auto read = [](const auto& table, auto reads) {
        return table ? std::optional{reads(*table)} : std::nullopt;
    };
    const auto tables = std::tuple{std::pair{"skus", read(skus, read_skus)},
                                   std::pair{"nodes", read(nodes, read_nodes)},
                                   std::pair{"places", read(places, read_places)},
                                   std::pair{"distances", read(distances, read_distances)},
                                   std::pair{"units", read(units, read_units)},
                                   std::pair{"stock", read(stock, read_stock)}};
    std::size_t total = 0;
    const auto each = [&](auto&& f) {
        std::apply([&](const auto&... t) { ((t.second ? f(t.first, *t.second) : void()), ...); },
                   tables);
    };
    each([&](const char*, const auto& rows) { total += rows.size(); });
    table_loader loader{e, at(e, actor, now), total, progress};
    each([&](const char* name, const auto& rows) { loader.load(name, rows); });
    return loader.finish();
}

/// The id that a key has, or Unknown.
template <auto Find>
auto id_of(engine& e, std::string_view key) {
    return raw(value_or_raise(e, (e.*Find)(key)));
}

/// One table of the engine as a frame.

auto table(const char* name) {
    return [name](const shop& s) {
        const engine& e = s.use();
        return to_python(value_or_raise(e, without_gil([&] { return e.table(name); })));
    };
}

/// The id that a key has, or Unknown.
template <class Id>
auto found(result<Id> (engine::*find)(std::string_view) const) {
    return [find](const shop& s, std::string_view key) {
        const engine& e = s.use();
        return raw(value_or_raise(e, (e.*find)(key)));
    };
}

void bind_names(engine_class& c) {
    const auto key = py::arg("key");
    c.def("find_sku", found(&engine::find_sku), key, "The id of a SKU, or Unknown.");
    c.def("find_node", found(&engine::find_node), key, "The id of a node, or Unknown.");
    c.def("find_place", found(&engine::find_place), key, "The id of a ship-to place, or Unknown.");
    c.def("find_pool", found(&engine::find_pool), key, "The id of a pool, or Unknown.");
    c.def("find_section", found(&engine::find_section), key, "The id of a section, or Unknown.");
    c.def("find_order", found(&engine::find_order), key,
          "The id of the order that was placed with this key, or Unknown.");
    c.def(
        "sku_key", [](const shop& s, std::uint32_t id) { return s.use().sku(sku_id{id}).key; },
        py::arg("id"), "The key of a SKU.");
    c.def(
        "node_key", [](const shop& s, std::uint16_t id) { return s.use().node(node_id{id}).key; },
        py::arg("id"), "The key of a node.");
    door<&id_of<&engine::find_sku>>::open(c, "find_sku", {"key"});
    door<&id_of<&engine::find_node>>::open(c, "find_node", {"key"});
    door<&id_of<&engine::find_place>>::open(c, "find_place", {"key"});
    door<&id_of<&engine::find_order>>::open(c, "find_order", {"key"});
}

void bind_stock_and_frames(engine_class& c) {
    c.def("transfer", on(&transfer), py::arg("sku"), py::arg("node"), py::arg("amount"),
          py::kw_only(), py::arg("from_section") = std::nullopt,
          py::arg("to_section") = std::nullopt, py::arg("now") = 0,
          "Moves units between sections of a node's stock; returns how many granules of promises "
          "it uncovered.");
    c.def("sections", on(&sections_of), py::arg("sku"),
          "Frame: a SKU's stock by node and section.");
    c.def("skus", table("skus"), "Frame: all SKUs.");
    c.def("nodes", table("nodes"), "Frame: all nodes.");
    c.def("places", table("places"), "Frame: all ship-to places.");
    c.def("distances", table("distances"), "Frame: the distances that were given.");
    c.def("pools", on(&pools_of), "Frame: all pools as they stand.");
    c.def("restrictions", on(&restrictions_of),
          "What may not be shipped: a dict for each row, in the order of loading.");
    c.def("stock", table("stock"), "Frame: every SKU at every node where it was stocked.");
    c.def("uncovered", table("uncovered"),
          "Frame: promises without goods, by SKU and node, who loses first first.");
    c.def("orders", table("orders"), "Frame: all orders.");
    c.def("lines", table("lines"), "Frame: the lines of all orders.");
    c.def("buckets", table("buckets"), "Frame: the units of all lines, by state and node.");
    c.def("decisions", table("decisions"), "Frame: the last decision about each order.");
}

template <class One>
void bind_facts(const One& one) {
    one("load_attributes", load_one("attributes", &read_attributes),
        "Declares what orders, lines (line.), nodes (node.) and places (ship_to.) are known by. "
        "Columns: attribute, type (text, number, money, flag).");
    one("load_facts", load_one("facts", &read_facts),
        "What SKUs, nodes and places have of attributes. Columns: key, attribute, value (as text; "
        "empty: none any more), node (of stock. ones, which are of a SKU at a node).");
    one("load_exclusions", load_one("exclusions", &read_exclusions),
        "Nodes that nothing is sourced from for a time. Columns: node, reason, from, until.");
    one("load_restrictions", load_one("restrictions", &read_restrictions),
        "What may not be shipped (docs/howto/restrictions.md). Columns: restriction [, reason, "
        "item, "
        "origin, destination, order (conditions), services, unless_same (lists with commas), "
        "active "
        "(default 1)].");
    one("load_hold_types", load_one("hold_types", &read_hold_types),
        "Types of holds: columns as in docs/howto/holds.md, lists with commas.");
    one("load_amend_rules", load_one("amend_rules", &read_amend_rules),
        "What amendments may. Columns: change, state, does (allow, ignore, deny).");
    one("load_answers", load_one("answers", &read_answers),
        "Which nodes are asked before released units are taken back, or whether they do the work. "
        "Columns: request (work, cancel), within_s (0: not asked) [, node (none: all without a row "
        "of their own), then (refuses, accepts: what silence means), reason].");
    one("load_privileges", load_one("privileges", &read_privileges),
        "Who may do what (docs/howto/authority.md). Columns: actor, may [, hold_type (of "
        "place_hold and resolve_hold), does (allow, deny, drop)].");
}

template <class One>
void bind_dates(const One& one) {
    one("load_calendars", load_one("calendars", &read_calendars),
        "Days of work and their cut-offs. Columns: calendar, zone (IANA, default UTC), weekdays "
        "(mon-fri), cutoff (local 14:00; empty: the day's end), first, last (dates that are "
        "known). A calendar is all rows of its key, replaces that of before with its days, and is "
        "compiled now; `accepted` counts calendars.");
    one("load_calendar_days", load_one("calendar_days", &read_calendar_days),
        "Dates that differ from their weekdays. Columns: calendar, day (2026-12-24), works "
        "(default 0: a holiday), cutoff.");
    one("load_services", load_one("services", &read_services),
        "How orders travel. Columns: service, carrier (calendar of days in transit), delivery "
        "(calendar of days of delivery), transit_days (where no lane says; -1: then no date).");
    one("load_hours", load_one("hours", &read_hours),
        "By which calendar a node works. Columns: node, service (empty: all), calendar, pickup "
        "(calendar of the carrier's visits), processing_days.");
    one("load_lanes", load_one("lanes", &read_lanes),
        "Days in transit. Columns: service, node, place (empty: all), up_to_metres (-1: however "
        "far), transit_days, delivery (calendar). The narrowest that fits holds.");
}

}  // namespace

void bind_tables(engine_class& c) {
    bind_names(c);
    const auto now = py::arg("now") = 0;
    const auto absent = std::nullopt;
    const auto progress = py::arg("progress") = py::none();
    c.def("load", on(&load_all), py::kw_only(), py::arg("skus") = absent, py::arg("nodes") = absent,
          py::arg("places") = absent, py::arg("stock") = absent, py::arg("units") = absent,
          py::arg("distances") = absent, now, by_actor(), progress,
          "Several tables at once, none if one cannot be read; the report of each by its name. "
          "`progress` is told rows of all tables; between its calls others may use the engine.");
    const auto one = [&](const char* name, auto load, const char* doc) {
        c.def(name, load, py::arg("columns"), now, py::kw_only(), by_actor(), progress, doc);
    };
    one("load_skus", load_one("skus", &read_skus), "Columns: key, decimals, granule.");
    one("load_nodes", load_one("nodes", &read_nodes),
        "Columns: key, kind, latitude, longitude, priority, active.");
    one("load_places", load_one("places", &read_places), "Columns: key, latitude, longitude.");
    one("load_stock", load_one("stock", &read_stock),
        "Columns: sku, node, on_hand (atoms, or a whole number of the unit that `uom` names), uom, "
        "section; adds to what is there.");
    one("load_distances", load_one("distances", &read_distances),
        "Columns: place, node, and metres, km or miles, in place of the great circle. A pair is "
        "given once, before an order is sourced over it.");
    one("load_floors", load_one("floors", &read_floors),
        "Floor rules (safety stock, oversell depth, freezes). Columns: rule, sku, node, kind, "
        "channel (empty: any), use (both, selling, sourcing), units, exclude, active, freeze.");
    one("load_thresholds", load_one("thresholds", &read_thresholds),
        "Columns: threshold, sku, node, kind, channel, low, high, active, section, pool (in place "
        "of a SKU). Levels that crossings() "
        "tells of.");
    one("load_pools", load_one("pools", &read_pools),
        "What is scarce and is not goods. Columns: pool, kind (quota, capacity, limit, credit), "
        "decimals, granule, amount, per_unit (0: flat), named, sku, node, channel (empty: any), "
        "from, until; of a plan's days: day (work or ship, else basket), counts (units, shipments, "
        "orders), service, with from and until the midnights UTC of dates.");
    one("load_segments", load_one("segments", &read_segments),
        "Ring-fences. Columns: segment, channel, overflow, overflow_2, overflow_3 (segments to "
        "draw from next), overflow_to_all, released.");
    one("load_sections", load_one("sections", &read_sections),
        "Parts of every node's stock. Columns: section, segment, condition, lot, owner, expires, "
        "frozen; a section that stands there may change the last two.");
    one("load_units", load_one("units", &read_units),
        "Columns: sku, unit, holds (atoms): units of measure.");
    bind_facts(one);
    bind_dates(one);
    bind_stock_and_frames(c);
}

}  // namespace earmark::python
