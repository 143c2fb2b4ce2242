// SET UP: tables, policies, names.
#include <pybind11/stl.h>

#include <limits>
#include <optional>

#include "binding.hpp"

namespace earmark::python {

namespace {

py::dict to_dict(const load_report& r) {
    py::list rejected;
    for (const rejected_row& row : r.rejected)
        rejected.append(py::make_tuple(row.row, std::string{name_of(row.why.code)}, row.text));
    py::dict out;
    out["accepted"] = r.accepted;
    out["rejected"] = rejected;
    return out;
}

template <class Row>
py::dict load(engine& e, const std::vector<Row>& rows, std::int64_t now) {
    load_report report;
    {
        const py::gil_scoped_release let_go;
        report = e.load(at(now), std::span<const Row>{rows});
    }
    return to_dict(report);
}

py::dict load_skus(engine& e, const py::dict& table, std::int64_t now) {
    const columns c{table, {"key", "decimals", "granule"}};
    auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto decimals = c.integers("decimals", n, 0, max_decimals, 0);
    const auto granule = c.integers("granule", n, 1, std::numeric_limits<std::int64_t>::max(), 1);
    std::vector<sku_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {std::move(keys[i]), static_cast<int>(decimals[i]), granule[i]};
    return load(e, rows, now);
}

/// Positions where both columns are given. NaN is left to the engine to refuse, row by row.
std::vector<std::optional<geo_point>> positions(const columns& c, std::size_t n) {
    std::vector<std::optional<geo_point>> out(n);
    if (!c.has("latitude") && !c.has("longitude")) return out;
    const auto latitude = c.reals("latitude", static_cast<std::ptrdiff_t>(n));
    const auto longitude = c.reals("longitude", static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i) out[i] = geo_point{latitude[i], longitude[i]};
    return out;
}

node_kind kind_of(const std::string& text, std::size_t row) {
    if (text == "dc") return node_kind::dc;
    if (text == "store") return node_kind::store;
    if (text == "vendor") return node_kind::vendor;
    throw py::value_error("column 'kind', row " + std::to_string(row + 1) + ": '" + text +
                          "'; the kinds are dc, store, vendor");
}

py::dict load_nodes(engine& e, const py::dict& table, std::int64_t now) {
    const columns c{table, {"key", "kind", "latitude", "longitude", "priority", "active"}};
    auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto at = positions(c, keys.size());
    const auto kinds =
        c.has("kind") ? c.texts("kind", n) : std::vector<std::string>(keys.size(), "dc");
    const auto priority = c.integers("priority", n, std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max(), 0);
    const auto active = c.integers("active", n, 0, 1, 1);
    std::vector<node_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].key = std::move(keys[i]);
        rows[i].kind = kind_of(kinds[i], i);
        rows[i].at = at[i];
        rows[i].priority = static_cast<std::int32_t>(priority[i]);
        rows[i].active = active[i] != 0;
    }
    return load(e, rows, now);
}

py::dict load_places(engine& e, const py::dict& table, std::int64_t now) {
    const columns c{table, {"key", "latitude", "longitude"}};
    auto keys = c.texts("key");
    const auto at = positions(c, keys.size());
    std::vector<place_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {std::move(keys[i]), at[i]};
    return load(e, rows, now);
}

py::dict load_stock(engine& e, const py::dict& table, std::int64_t now) {
    const columns c{table, {"sku", "node", "on_hand"}};
    auto skus = c.texts("sku");
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    auto nodes = c.texts("node", n);
    const auto on_hand = c.integers("on_hand", n, std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max());
    std::vector<stock_row> rows(skus.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {std::move(skus[i]), std::move(nodes[i]), {on_hand[i]}};
    return load(e, rows, now);
}

/// Several tables in the order in which they need each other.
py::dict load_all(engine& e, const std::optional<py::dict>& skus,
                  const std::optional<py::dict>& nodes, const std::optional<py::dict>& places,
                  const std::optional<py::dict>& stock, std::int64_t now) {
    py::dict out;
    if (skus) out["skus"] = load_skus(e, *skus, now);
    if (nodes) out["nodes"] = load_nodes(e, *nodes, now);
    if (places) out["places"] = load_places(e, *places, now);
    if (stock) out["stock"] = load_stock(e, *stock, now);
    return out;
}

std::uint32_t activate(engine& e, const std::string& toml, std::int64_t now) {
    std::vector<std::string> findings;
    const auto version = e.activate(at(now), toml, &findings);
    if (version) return raw(*version);
    raise(e, version.error(), findings);
}

}  // namespace

void bind_tables(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto absent = std::nullopt;
    c.def("load", &load_all, py::kw_only(), py::arg("skus") = absent, py::arg("nodes") = absent,
          py::arg("places") = absent, py::arg("stock") = absent, now,
          "Several tables at once; the report of each by its name.");
    c.def("load_skus", &load_skus, py::arg("columns"), now, "Columns: key, decimals, granule.");
    c.def("load_nodes", &load_nodes, py::arg("columns"), now,
          "Columns: key, kind, latitude, longitude, priority, active.");
    c.def("load_places", &load_places, py::arg("columns"), now,
          "Columns: key, latitude, longitude.");
    c.def("load_stock", &load_stock, py::arg("columns"), now,
          "Columns: sku, node, on_hand (atoms); adds to what is there.");
    c.def("activate", &activate, py::arg("policy"), now,
          "Compiles a policy (TOML) and uses it from now on; returns its version.");
    c.def("find_sku", [](const engine& e, const std::string& key) {
        return raw(value_or_raise(e, e.find_sku(key)));
    });
    c.def("find_node", [](const engine& e, const std::string& key) {
        return raw(value_or_raise(e, e.find_node(key)));
    });
    c.def("find_place", [](const engine& e, const std::string& key) {
        return raw(value_or_raise(e, e.find_place(key)));
    });
    c.def("find_order", [](const engine& e, const std::string& key) {
        return raw(value_or_raise(e, e.find_order(key)));
    });
    c.def("sku_key", [](const engine& e, std::uint32_t id) { return e.sku(sku_id{id}).key; });
    c.def("node_key", [](const engine& e, std::uint16_t id) { return e.node(node_id{id}).key; });
}

}  // namespace earmark::python
