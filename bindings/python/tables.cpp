// SET UP: tables and names.
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <thread>

#include "columns.hpp"
#include "earmark/connect/text.hpp"
#include "earmark/report/stock_frames.hpp"
#include "scalar.hpp"

namespace earmark::python {

namespace {

using names = std::initializer_list<std::string_view>;

columns read(const py::object& table, names known) {
    return {table, std::span{known.begin(), known.size()}};
}

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

std::vector<sku_row> read_skus(const any_table& table) {
    const columns c = read(table, {"key", "decimals", "granule"});
    const auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto decimals = c.integers("decimals", n, {0, max_decimals, 0});
    const auto granule = c.integers("granule", n, {1, std::numeric_limits<std::int64_t>::max(), 1});
    std::vector<sku_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {keys.text(i), static_cast<int>(decimals[i]), granule[i]};
    return rows;
}

/// Positions; unknown where both coordinates are null or NaN. One alone is left to the engine to
/// refuse, row by row.
std::vector<std::optional<geo_point>> positions(const columns& c, std::size_t n) {
    std::vector<std::optional<geo_point>> out(n);
    if (!c.has("latitude") && !c.has("longitude")) return out;
    const auto latitude = c.reals("latitude", static_cast<std::ptrdiff_t>(n));
    const auto longitude = c.reals("longitude", static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i)
        if (!std::isnan(latitude[i]) || !std::isnan(longitude[i]))
            out[i] = geo_point{latitude[i], longitude[i]};
    return out;
}

node_kind kind_of(std::string_view text, std::size_t row) {
    const auto& kinds = *report::kind_words();
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (text == kinds[i]) return static_cast<node_kind>(i);
    bad_input("column 'kind', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the kinds are dc, store, vendor");
}

std::vector<node_kind> kinds_of(const columns& c, std::size_t n) {
    std::vector<node_kind> out(n, node_kind::dc);
    if (!c.has("kind")) return out;
    const auto texts = c.texts("kind", static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i) out[i] = kind_of(texts[i], i);
    return out;
}

std::vector<node_row> read_nodes(const any_table& table) {
    const columns c = read(table, {"key", "kind", "latitude", "longitude", "priority", "active"});
    const auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto at = positions(c, keys.size());
    const auto kinds = kinds_of(c, keys.size());
    const auto priority = c.integers(
        "priority", n,
        {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max(), 0});
    const auto active = c.integers("active", n, {0, 1, 1});
    std::vector<node_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].key = keys.text(i);
        rows[i].kind = kinds[i];
        rows[i].at = at[i];
        rows[i].priority = static_cast<std::int32_t>(priority[i]);
        rows[i].active = active[i] != 0;
    }
    return rows;
}

std::vector<place_row> read_places(const any_table& table) {
    const columns c = read(table, {"key", "latitude", "longitude"});
    const auto keys = c.texts("key");
    const auto at = positions(c, keys.size());
    std::vector<place_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {keys.text(i), at[i]};
    return rows;
}

/// Metres from a column of metres, kilometres or miles, of which a table has one.
std::vector<std::int64_t> metres_of(const columns& c, std::ptrdiff_t n) {
    struct measure {
        std::string_view name;
        double metres;
    };
    constexpr measure measures[] = {{"metres", 1}, {"km", 1'000}, {"miles", 1'609.344}};
    const measure* given = nullptr;
    for (const measure& m : measures) {
        if (!c.has(m.name)) continue;
        if (given != nullptr)
            bad_input("columns '" + std::string{given->name} + "' and '" + std::string{m.name} +
                      "' say the same; give one of them");
        given = &m;
    }
    if (given == nullptr) bad_input("a column 'metres', 'km' or 'miles' is missing");
    const auto far = c.reals(given->name, n);
    std::vector<std::int64_t> out(far.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double metres = far[i] * given->metres;
        if (!(metres >= 0 && metres <= double{max_metres}))
            bad_input("column '" + std::string{given->name} + "', row " + std::to_string(i + 1) +
                      (std::isnan(metres) ? ": it is null or NaN; leave the row out where the "
                                            "distance is not known"
                                          : ": a distance is from 0 to 100,000 km"));
        out[i] = std::llround(metres);
    }
    return out;
}

std::vector<distance_row> read_distances(const any_table& table) {
    const columns c = read(table, {"place", "node", "metres", "km", "miles"});
    const auto places = c.texts("place");
    const auto n = static_cast<std::ptrdiff_t>(places.size());
    const auto nodes = c.texts("node", n);
    const auto metres = metres_of(c, n);
    std::vector<distance_row> rows(places.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {places.text(i), nodes.text(i), metres[i]};
    return rows;
}

/// Texts of a column that may be left out, and may have nulls: empty ones.
std::vector<std::string> optional_texts(const columns& c, std::string_view name, std::size_t n) {
    std::vector<std::string> out(n);
    if (!c.has(name)) return out;
    const auto texts = c.texts(name, static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i) out[i] = texts.text(i);
    return out;
}

std::vector<stock_row> read_stock(const any_table& table) {
    const columns c = read(table, {"sku", "node", "on_hand", "uom"});
    const auto skus = c.texts("sku");
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    const auto nodes = c.texts("node", n);
    const auto on_hand = c.integers(
        "on_hand", n,
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
    std::vector<stock_row> rows(skus.size());
    auto units = optional_texts(c, "uom", skus.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {skus.text(i), nodes.text(i), {on_hand[i]}, std::move(units[i])};
    return rows;
}

floor_use use_of(std::string_view text, std::size_t row) {
    if (text.empty() || text == "both") return floor_use::both;
    if (text == "selling") return floor_use::selling;
    if (text == "sourcing") return floor_use::sourcing;
    bad_input("column 'use', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the uses are both, selling, sourcing");
}

std::vector<floor_row> read_floors(const any_table& table) {
    const columns c = read(
        table, {"rule", "sku", "node", "kind", "channel", "use", "units", "exclude", "active"});
    const auto keys = c.texts("rule");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto skus = optional_texts(c, "sku", rows), nodes = optional_texts(c, "node", rows),
               kinds = optional_texts(c, "kind", rows),
               channels = optional_texts(c, "channel", rows), uses = optional_texts(c, "use", rows);
    const auto units = c.integers("units", n, {-max_floor_units, max_floor_units, 0});
    const auto exclude = c.integers("exclude", n, {0, 1, 0});
    const auto active = c.integers("active", n, {0, 1, 1});
    std::vector<floor_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        out[i] = {keys.text(i),       skus[i],  nodes[i],        channels[i],   {},
                  use_of(uses[i], i), units[i], exclude[i] != 0, active[i] != 0};
        if (!kinds[i].empty()) out[i].kind = kind_of(kinds[i], i);
    }
    return out;
}

std::vector<threshold_row> read_thresholds(const any_table& table) {
    const columns c =
        read(table, {"threshold", "sku", "node", "kind", "channel", "low", "high", "active"});
    const auto keys = c.texts("threshold"), skus = c.texts("sku");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto nodes = optional_texts(c, "node", rows), kinds = optional_texts(c, "kind", rows),
               channels = optional_texts(c, "channel", rows);
    const auto low = c.integers("low", n, {1, max_floor_units, 1});
    const auto high = c.integers("high", n, {0, max_floor_units, 0});  // 0: as low
    const auto active = c.integers("active", n, {0, 1, 1});
    std::vector<threshold_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        out[i] = {keys.text(i), std::string{skus.text(i)},       nodes[i],      channels[i], {},
                  low[i],       high[i] == 0 ? low[i] : high[i], active[i] != 0};
        if (!kinds[i].empty()) out[i].kind = kind_of(kinds[i], i);
    }
    return out;
}

std::vector<unit_row> read_units(const any_table& table) {
    const columns c = read(table, {"sku", "unit", "holds"});
    const auto skus = c.texts("sku");
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    const auto units = c.texts("unit", n);
    const auto holds = c.integers(
        "holds", n,
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
    std::vector<unit_row> rows(skus.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {skus.text(i), units.text(i), {holds[i]}};
    return rows;
}

constexpr pool_kind pool_kinds[] = {pool_kind::quota, pool_kind::capacity, pool_kind::limit,
                                    pool_kind::credit};

pool_kind pool_kind_of(std::string_view text, std::size_t row) {
    if (text.empty()) return pool_kind::quota;
    for (const pool_kind k : pool_kinds)
        if (text == name_of(k)) return k;
    bad_input("column 'kind', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the kinds are quota, capacity, limit, credit");
}

std::vector<pool_row> read_pools(const any_table& table) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const columns c = read(table, {"pool", "kind", "decimals", "granule", "amount", "per_unit",
                                   "named", "sku", "node", "channel", "from", "until"});
    const auto keys = c.texts("pool");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto kinds = optional_texts(c, "kind", rows), skus = optional_texts(c, "sku", rows),
               nodes = optional_texts(c, "node", rows),
               channels = optional_texts(c, "channel", rows);
    const auto decimals = c.integers("decimals", n, {0, max_decimals, 0});
    const auto granule = c.integers("granule", n, {1, most, 1});
    const auto amount = c.integers("amount", n, {-most, most});
    const auto per_unit = c.integers("per_unit", n, {-most, most, 0});
    const auto named = c.integers("named", n, {0, 1, 0});
    const auto from = c.integers("from", n, {INT64_MIN, most, INT64_MIN});
    const auto until = c.integers("until", n, {INT64_MIN, most, never.ns});
    std::vector<pool_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {keys.text(i),
                  pool_kind_of(kinds[i], i),
                  static_cast<int>(decimals[i]),
                  granule[i],
                  {amount[i]},
                  {per_unit[i]},
                  named[i] != 0,
                  skus[i],
                  nodes[i],
                  channels[i],
                  time_point{from[i]},
                  time_point{until[i]}};
    return out;
}

frame_ref pools_of(engine& e) {
    std::vector<pool_view> all;
    for (std::uint32_t i = 0; i < e.pools(); ++i)
        all.push_back(value_or_raise(e, e.pool(static_cast<pool_id>(i))));
    return to_python(report::pools_frame(all));
}

/// Loads tables, and tells progress how many rows of all of them have been looked at.
class table_loader {
public:
    table_loader(engine& e, std::int64_t now, std::size_t total, const progress_call& progress)
        : engine_{e},
          now_{at(now)},
          total_{total},
          told_{!progress.is_none()},
          pace_{total, progress} {
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
    return [=](const shop& s, const any_table& table, std::int64_t now,
               const progress_call& progress) {
        const auto rows = read(table);
        table_loader loader{s.use(), now, rows.size(), progress};
        loader.load(name, rows);
        return py::dict{loader.finish()[name]};
    };
}

/// Several tables in the order in which they need each other. All are read before one is loaded.
py::dict load_all(engine& e, const std::optional<any_table>& skus,
                  const std::optional<any_table>& nodes, const std::optional<any_table>& places,
                  const std::optional<any_table>& stock, const std::optional<any_table>& units,
                  const std::optional<any_table>& distances, std::int64_t now,
                  const progress_call& progress) {
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
    table_loader loader{e, now, total, progress};
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

}  // namespace

void bind_tables(engine_class& c) {
    bind_names(c);
    const auto now = py::arg("now") = 0;
    const auto absent = std::nullopt;
    const auto progress = py::arg("progress") = py::none();
    c.def("load", on(&load_all), py::kw_only(), py::arg("skus") = absent, py::arg("nodes") = absent,
          py::arg("places") = absent, py::arg("stock") = absent, py::arg("units") = absent,
          py::arg("distances") = absent, now, progress,
          "Several tables at once, none if one cannot be read; the report of each by its name. "
          "`progress` is told rows of all tables; between its calls others may use the engine.");
    const auto one = [&](const char* name, auto load, const char* doc) {
        c.def(name, load, py::arg("columns"), now, py::kw_only(), progress, doc);
    };
    one("load_skus", load_one("skus", &read_skus), "Columns: key, decimals, granule.");
    one("load_nodes", load_one("nodes", &read_nodes),
        "Columns: key, kind, latitude, longitude, priority, active.");
    one("load_places", load_one("places", &read_places), "Columns: key, latitude, longitude.");
    one("load_stock", load_one("stock", &read_stock),
        "Columns: sku, node, on_hand (atoms, or a whole number of the unit that `uom` names), uom; "
        "adds to what is there.");
    one("load_distances", load_one("distances", &read_distances),
        "Columns: place, node, and metres, km or miles, in place of the great circle. A pair is "
        "given once, before an order is sourced over it.");
    one("load_floors", load_one("floors", &read_floors),
        "Floor rules (safety stock, oversell depth, freezes). Columns: rule, sku, node, kind, "
        "channel (empty: any), use (both, selling, sourcing), units, exclude, active.");
    one("load_thresholds", load_one("thresholds", &read_thresholds),
        "Columns: threshold, sku, node, kind, channel, low, high, active. Levels that crossings() "
        "tells of.");
    one("load_pools", load_one("pools", &read_pools),
        "What is scarce and is not goods. Columns: pool, kind (quota, capacity, limit, credit), "
        "decimals, granule, amount, per_unit (0: flat), named, sku, node, channel (empty: any), "
        "from, until.");
    one("load_units", load_one("units", &read_units),
        "Columns: sku, unit, holds (atoms): units of measure.");
    c.def("skus", table("skus"), "Frame: all SKUs.");
    c.def("nodes", table("nodes"), "Frame: all nodes.");
    c.def("places", table("places"), "Frame: all ship-to places.");
    c.def("distances", table("distances"), "Frame: the distances that were given.");
    c.def("pools", on(&pools_of), "Frame: all pools as they stand.");
    c.def("stock", table("stock"), "Frame: every SKU at every node where it was stocked.");
    c.def("uncovered", table("uncovered"),
          "Frame: promises without goods, by SKU and node, who loses first first.");
    c.def("orders", table("orders"), "Frame: all orders.");
    c.def("lines", table("lines"), "Frame: the lines of all orders.");
    c.def("buckets", table("buckets"), "Frame: the units of all lines, by state and node.");
    c.def("decisions", table("decisions"), "Frame: the last decision about each order.");
}

}  // namespace earmark::python
