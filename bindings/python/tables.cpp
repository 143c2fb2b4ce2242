// SET UP: tables, policies, names.
#include <pybind11/stl.h>

#include <cmath>
#include <limits>
#include <optional>

#include "columns.hpp"
#include "earmark/connect/text.hpp"
#include "earmark/report/answers.hpp"
#include "earmark/sourcing/policy.hpp"
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

template <class Row>
py::dict load(engine& e, std::string_view table, const std::vector<Row>& rows, std::int64_t now) {
    const auto take = [&] { return e.load(at(now), std::span<const Row>{rows}); };
    return to_dict(table, rows.size() < slice_items ? take() : without_gil(take));
}

py::dict load_skus(engine& e, const any_table& table, std::int64_t now) {
    const columns c = read(table, {"key", "decimals", "granule"});
    const auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto decimals = c.integers("decimals", n, {0, max_decimals, 0});
    const auto granule = c.integers("granule", n, {1, std::numeric_limits<std::int64_t>::max(), 1});
    std::vector<sku_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {keys.text(i), static_cast<int>(decimals[i]), granule[i]};
    return load(e, "skus", rows, now);
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

py::dict load_nodes(engine& e, const any_table& table, std::int64_t now) {
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
    return load(e, "nodes", rows, now);
}

py::dict load_places(engine& e, const any_table& table, std::int64_t now) {
    const columns c = read(table, {"key", "latitude", "longitude"});
    const auto keys = c.texts("key");
    const auto at = positions(c, keys.size());
    std::vector<place_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {keys.text(i), at[i]};
    return load(e, "places", rows, now);
}

py::dict load_stock(engine& e, const any_table& table, std::int64_t now) {
    const columns c = read(table, {"sku", "node", "on_hand"});
    const auto skus = c.texts("sku");
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    const auto nodes = c.texts("node", n);
    const auto on_hand = c.integers(
        "on_hand", n,
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
    std::vector<stock_row> rows(skus.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {skus.text(i), nodes.text(i), {on_hand[i]}};
    return load(e, "stock", rows, now);
}

/// Several tables in the order in which they need each other.
py::dict load_all(engine& e, const std::optional<any_table>& skus,
                  const std::optional<any_table>& nodes, const std::optional<any_table>& places,
                  const std::optional<any_table>& stock, std::int64_t now) {
    py::dict out;
    if (skus) out["skus"] = load_skus(e, *skus, now);
    if (nodes) out["nodes"] = load_nodes(e, *nodes, now);
    if (places) out["places"] = load_places(e, *places, now);
    if (stock) out["stock"] = load_stock(e, *stock, now);
    return out;
}

// ---- policies ---------------------------------------------------------------------------------

/// A policy from its text; BadPolicy with a sentence for each finding.
sourcing::policy parse(const std::string& text, const std::string& file) {
    auto parsed = sourcing::parse_policy(text, file);
    if (parsed) return std::move(*parsed.value);
    std::vector<std::string> findings;
    for (const rejected_row& r : parsed.rejected) findings.push_back(r.text);
    error why = fail(error_code::bad_policy, static_cast<std::int64_t>(findings.size()));
    why.row = parsed.rejected.front().row;
    std::string sentence = to_string(why);
    for (const std::string& f : findings) sentence += "\n" + f;
    raise(sentence, why, findings);
}

std::uint32_t activate(engine& e, const std::string& toml, std::int64_t now) {
    std::vector<std::string> findings;
    const auto version = e.activate(at(now), toml, &findings);
    if (version) return raw(*version);
    raise(e, version.error(), findings);
}

std::uint32_t activate_policy(engine& e, const sourcing::policy& p, std::int64_t now) {
    return activate(e, p.text(), now);
}

void bind_policy(py::module_& m) {
    py::class_<sourcing::policy> c(
        m, "Policy",
        "A sourcing policy: which nodes serve an order, in which order, at what cost.");
    c.def(py::init(&parse), py::arg("text"), py::arg("file") = "policy.toml",
          "Reads TOML; `file` is only named in findings. BadPolicy where something is wrong.");
    c.def_property_readonly("name", &sourcing::policy::name, "Its name.");
    c.def_property_readonly("text", &sourcing::policy::text,
                            "The canonical text: every value said, one spelling.");
    c.def_property_readonly("digest", &sourcing::policy::digest,
                            "Of the canonical text: equal digests mean equal decisions.");
    c.def_property_readonly(
        "currency", [](const sourcing::policy& p) { return p.currency().text(); },
        "The currency of its rates.");
    c.def("__repr__",
          [](const sourcing::policy& p) { return "Policy(" + connect::shown(p.name()) + ")"; });
    c.def("__eq__", [](const sourcing::policy& a, const sourcing::policy& b) {
        return a.text() == b.text();
    });
    c.def("__hash__", &sourcing::policy::digest);
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

void bind_tables(py::module_& m, engine_class& c) {
    bind_policy(m);
    bind_names(c);
    const auto now = py::arg("now") = 0;
    const auto absent = std::nullopt;
    c.def("load", on(&load_all), py::kw_only(), py::arg("skus") = absent, py::arg("nodes") = absent,
          py::arg("places") = absent, py::arg("stock") = absent, now,
          "Several tables at once; the report of each by its name.");
    c.def("load_skus", on(&load_skus), py::arg("columns"), now, "Columns: key, decimals, granule.");
    c.def("load_nodes", on(&load_nodes), py::arg("columns"), now,
          "Columns: key, kind, latitude, longitude, priority, active.");
    c.def("load_places", on(&load_places), py::arg("columns"), now,
          "Columns: key, latitude, longitude.");
    c.def("load_stock", on(&load_stock), py::arg("columns"), now,
          "Columns: sku, node, on_hand (atoms); adds to what is there.");
    c.def("activate", on(&activate), py::arg("policy"), now,
          "Compiles a policy (TOML) and uses it from now on; returns its version.");
    c.def("activate", on(&activate_policy), py::arg("policy"), now, "The same with a Policy.");
    c.def("skus", table("skus"), "Frame: all SKUs.");
    c.def("nodes", table("nodes"), "Frame: all nodes.");
    c.def("places", table("places"), "Frame: all ship-to places.");
    c.def("stock", table("stock"), "Frame: every SKU at every node where it was stocked.");
    c.def("orders", table("orders"), "Frame: all orders.");
    c.def("lines", table("lines"), "Frame: the lines of all orders.");
    c.def("buckets", table("buckets"), "Frame: the units of all lines, by state and node.");
    c.def("decisions", table("decisions"), "Frame: the last decision about each order.");
}

}  // namespace earmark::python
