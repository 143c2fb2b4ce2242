// REPORT AND TRUST: what an engine says of itself. KPIs, ageing, exceptions and scorecards as
// frames, from its journal or from facts in columns; digests, invariants, balance, the JSON door.
#include <pybind11/stl.h>

#include <map>

#include "columns.hpp"
#include "earmark/engine/own_report.hpp"
#include "earmark/report/figure_frames.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::python {

namespace {

using report::fact_kind;
using report::kpi_fact;
using report::kpi_query;
using instant = std::optional<std::int64_t>;

/// The value of a closed list that has this name.
template <class Enum>
Enum named(const std::string& what, const std::string& name, std::size_t n) {
    std::string known;
    for (std::size_t i = 0; i < n; ++i) {
        if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
        known += (i == 0 ? "" : ", ") + std::string{name_of(static_cast<Enum>(i))};
    }
    bad_input(what + " '" + name + "'; it is one of: " + known);
}

kpi_query query(const std::string& by, instant since, instant until, instant as_of,
                const std::string& orders, std::int64_t tolerance) {
    kpi_query q;
    q.by = named<report::population>("by", by, 2);
    q.of = named<report::order_class>("orders", orders, report::order_classes);
    if (since) q.from = {*since};
    if (until) q.to = {*until};
    if (as_of) q.as_of = {*as_of};
    if (tolerance < 0) bad_input("tolerance: give 0 or more units");
    q.tolerance = tolerance;
    return q;
}

constexpr std::string_view fact_columns[] = {
    "seq",   "kind",  "at",    "order", "line", "parcel", "sku",    "node",  "carrier",
    "units", "other", "value", "count", "ref",  "until",  "detail", "reason"};
constexpr std::int64_t any = INT64_MAX;

void add_facts(report::kpis& into, const py::object& table) {
    const columns c{table, fact_columns};
    const auto kinds = c.texts("kind");
    const auto n = static_cast<std::ptrdiff_t>(kinds.size());
    const auto whole = [&](const char* name, std::int64_t low, std::int64_t high,
                           std::int64_t otherwise) {
        return c.integers(name, n, {low, high, otherwise});
    };
    const auto at = c.integers("at", n, {INT64_MIN, any});
    const auto order = whole("order", -1, any, -1), line = whole("line", 0, UINT32_MAX, 0),
               parcel = whole("parcel", 0, any, 0), sku = whole("sku", -1, UINT32_MAX, -1),
               node = whole("node", -1, UINT16_MAX, -1),
               carrier = whole("carrier", -1, UINT16_MAX, -1), units = whole("units", 0, any, 0),
               other = whole("other", 0, any, 0), value = whole("value", INT64_MIN, any, 0),
               count = whole("count", 0, any, 0), ref = whole("ref", 0, any, 0),
               until = whole("until", INT64_MIN, any, never.ns),
               detail = whole("detail", 0, 255, 0), reason = whole("reason", 0, 255, 0);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        kpi_fact f;
        f.kind = named<fact_kind>("column 'kind', row " + std::to_string(i + 1) + ":",
                                  kinds.text(i), report::fact_kinds);
        f.at = {at[i]};
        f.order = static_cast<std::uint64_t>(order[i]);
        f.line = static_cast<std::uint32_t>(line[i]);
        f.parcel = static_cast<std::uint64_t>(parcel[i]);
        f.sku = sku_id{static_cast<std::uint32_t>(sku[i])};
        f.node = node_id{static_cast<std::uint16_t>(node[i])};
        f.carrier = static_cast<std::uint16_t>(carrier[i]);
        f.units = units[i];
        f.other = other[i];
        f.value = value[i];
        f.count = count[i];
        f.ref = static_cast<std::uint64_t>(ref[i]);
        f.until = {until[i]};
        f.detail = static_cast<std::uint8_t>(detail[i]);
        f.reason = static_cast<std::uint8_t>(reason[i]);
        if (const error e = into.add(f); e.code != error_code::ok)
            raise("facts, row " + std::to_string(i + 1) + " (" + kinds.text(i) +
                      "): " + to_string(e) + "; the rows before it were taken",
                  e);
    }
}

void declare(report::kpis& into, const std::vector<std::string>& kinds) {
    for (const std::string& k : kinds)
        into.declare(named<fact_kind>("recorded", k, report::evidence_kinds));
}

py::object scorecard(const report::kpis& k, const engine* e, const std::string& of,
                     const kpi_query& q) {
    if (of != "node" && of != "vendor" && of != "carrier")
        bad_input("of '" + of + "'; it is one of: node, vendor, carrier");
    if (of == "vendor" && e == nullptr)
        bad_input("of 'vendor': facts alone do not say which node is a vendor; ask for 'node'");
    auto rows = k.scorecard(of == "carrier" ? report::party::carrier : report::party::node, q);
    if (of == "vendor")
        std::erase_if(rows, [&](const report::score& s) {
            return s.party >= e->nodes() ||
                   e->node(node_id{static_cast<std::uint16_t>(s.party)}).kind != node_kind::vendor;
        });
    return to_python(report::scorecard_frame(
        of + "_scorecard", rows, of == "carrier" || e == nullptr ? nullptr : node_keys(*e)));
}

/// A report as Python holds it. Of an engine, which `keep` holds: then its journal is folded in.
struct report_object {
    py::object keep;
    const shop* of = nullptr;
    std::unique_ptr<own_report> own;
    report::kpis alone;

    [[nodiscard]] report::kpis& figures() { return own ? own->figures() : alone; }
    [[nodiscard]] const engine* engine_or_null() const { return own ? &of->use() : nullptr; }

    void update() {
        if (!own) return;
        const engine& e = of->use();
        const error why = without_gil([&] { return own->update(); });
        if (why.code != error_code::ok) raise(e, why);
    }
    [[nodiscard]] const own_report& live(const char* what) const {
        if (!own)
            bad_input(std::string{what} +
                      ": facts alone do not say where units stand; ask the report of an engine");
        return *own;
    }
};

std::vector<report::cancel_meaning> meanings(const std::map<int, std::string>& reasons) {
    std::vector<report::cancel_meaning> out;
    for (const auto& [code, who] : reasons) {
        if (code < 0 || code > 255) bad_input("cancel_reasons: codes are 0 to 255");
        const bool shortage = who == "shortage";
        const auto by = shortage ? report::canceller::seller
                                 : named<report::canceller>("cancel_reasons (or shortage):", who,
                                                            report::cancellers);
        out.push_back({static_cast<std::uint8_t>(code), by, shortage});
    }
    return out;
}

std::unique_ptr<report_object> report_of(py::object engine_object, int decimals,
                                         const std::map<int, std::string>& cancel_reasons) {
    if (decimals < -1 || decimals > max_decimals) bad_input("decimals: give 0 to 9, or -1");
    auto out = std::make_unique<report_object>();
    out->of = &engine_object.cast<const shop&>();
    out->keep = std::move(engine_object);
    const auto known = meanings(cancel_reasons);
    out->own = std::make_unique<own_report>(out->of->use(), decimals, known);
    out->update();
    return out;
}

py::object ageing(report_object& r, instant as_of, const std::vector<std::int64_t>& bands) {
    std::vector<duration> ends;
    for (const std::int64_t b : bands) ends.push_back({b});
    if (!std::is_sorted(ends.begin(), ends.end())) bad_input("bands: give ages in ascending order");
    const own_report& own = r.live("ageing");
    const time_point now = as_of ? time_point{*as_of} : r.of->use().now();
    return to_python(report::ageing_frame(own.ages().table(now, ends)));
}

py::object exceptions(report_object& r, const std::map<std::string, std::int64_t>& limits,
                      instant as_of) {
    std::array<duration, unit_states> all;
    all.fill({-1});
    for (const auto& [state, ns] : limits) {
        if (ns < 0) bad_input("limits['" + state + "']: give nanoseconds, 0 or more");
        all[static_cast<std::size_t>(named<unit_state>("limits: state", state, unit_states))] = {
            ns};
    }
    const own_report& own = r.live("exceptions");
    const engine& e = r.of->use();
    const time_point now = as_of ? time_point{*as_of} : e.now();
    return to_python(
        report::exceptions_frame(own.ages().exceptions(now, all), sku_keys(e), node_keys(e)));
}

py::object movements(const engine& e, std::uint64_t cursor, std::size_t limit) {
    const auto page = value_or_raise(e, e.movements(position{cursor}, limit));
    return py::make_tuple(to_python(report::movements_frame(page.rows, sku_keys(e), node_keys(e))),
                          raw(page.next));
}

py::tuple kpi_names() {
    py::list out;
    for (const report::kpi_entry& e : report::kpi_list())
        out.append(py::str(e.name.data(), e.name.size()));
    return py::tuple(out);
}

void bind_questions(py::class_<report_object>& c) {
    c.def(
        "kpis",
        [](report_object& r, const std::string& by, instant since, instant until, instant as_of,
           const std::string& orders, std::int64_t tolerance) {
            const kpi_query q = query(by, since, until, as_of, orders, tolerance);
            return to_python(report::kpis_frame(r.figures().figures(q)));
        },
        py::arg("by") = "order_date", py::kw_only(), py::arg("since") = py::none(),
        py::arg("until") = py::none(), py::arg("as_of") = py::none(), py::arg("orders") = "normal",
        py::arg("tolerance") = 0,
        "Every figure as frame `kpis`, also those without a value. Instants are nanoseconds "
        "since 1970; `until` is exclusive, later facts than `as_of` are not seen.");
    c.def(
        "scorecard",
        [](report_object& r, const std::string& of, const std::string& by, instant since,
           instant until, instant as_of, const std::string& orders) {
            return scorecard(r.figures(), r.engine_or_null(), of,
                             query(by, since, until, as_of, orders, 0));
        },
        py::arg("of") = "node", py::kw_only(), py::arg("by") = "order_date",
        py::arg("since") = py::none(), py::arg("until") = py::none(), py::arg("as_of") = py::none(),
        py::arg("orders") = "normal",
        "Frame node_scorecard, vendor_scorecard or carrier_scorecard.");
    c.def(
        "facts",
        [](report_object& r) { return to_python(report::facts_frame(r.figures().facts())); },
        "Frame `facts`: what bindings/python/earmark/views.sql computes the same figures from.");
    c.def("ageing", &ageing, py::kw_only(), py::arg("as_of") = py::none(),
          py::arg("bands") =
              std::vector<std::int64_t>{3'600'000'000'000, 86'400'000'000'000, 604'800'000'000'000},
          "Frame `ageing`: units by state and age. `bands` are upper ends in nanoseconds.");
    c.def("exceptions", &exceptions, py::arg("limits"), py::kw_only(),
          py::arg("as_of") = py::none(),
          "Frame `exceptions`: units that stand in a state for longer than its limit, a mapping "
          "of states to nanoseconds.");
}

void bind_engine(engine_class& engines) {
    engines.def("report", &report_of, py::kw_only(), py::arg("decimals") = -1,
                py::arg("cancel_reasons") = std::map<int, std::string>{},
                "The engine's journal as facts. Units in 10^-decimals (-1: as fine as its finest "
                "SKU). `cancel_reasons` says what the codes of cancel() mean: seller, customer, "
                "fraud or shortage.");
    for (const char* const name : {"kpis", "scorecard", "ageing", "exceptions"})
        engines.def(
            name,
            [name](const py::object& self, const py::args& a, const py::kwargs& k) {
                return self.attr("report")().attr(name)(*a, **k);
            },
            "The same of report(), which reads the whole journal; keep one to ask more than once.");
    engines.def("movements", on(&movements), py::kw_only(), py::arg("cursor") = 0,
                py::arg("limit") = 100'000,
                "What the next `limit` records after `cursor` moved, as frame `movements`, and the "
                "cursor to go on with (the same at the end).");
}

}  // namespace

void bind_report(py::module_& m, engine_class& engines) {
    m.attr("KPIS") = kpi_names();
    m.def(
        "kpis",
        [](const py::object& facts, const std::string& by, const std::vector<std::string>& recorded,
           const py::kwargs& k) {
            auto r = std::make_unique<report_object>();
            add_facts(r->alone, facts);
            declare(r->alone, recorded);
            return py::cast(std::move(r)).attr("kpis")(by, **k);
        },
        py::arg("facts"), py::arg("by") = "order_date",
        py::arg("recorded") = std::vector<std::string>{},
        "Report().add(facts), then Report.kpis(by, ...): all figures of facts in columns. "
        "`recorded` are kinds that were watched for, even if none happened.");
    py::class_<report_object> c(
        m, "Report",
        "Facts folded into figures (docs/rooms/report.md). `Report()` holds what is added to it; "
        "`engine.report()` also follows the engine's journal. One thread at a time.");
    c.def(py::init<>());
    c.def("update", &report_object::update, "Reads what the engine's journal has gained.");
    c.def(
        "add", [](report_object& r, const py::object& t) { add_facts(r.figures(), t); },
        py::arg("facts"),
        "Facts of the host, with the columns of frame `facts`; only kind and at are required. "
        "What the engine records itself must not be added again.");
    c.def(
        "recorded",
        [](report_object& r, const std::vector<std::string>& k) { declare(r.figures(), k); },
        py::arg("kinds"), "Kinds of fact that the host records, even if none has happened yet.");
    bind_questions(c);
    bind_engine(engines);
}

// ---- trust: digests, invariants, balance, the journal's position, the JSON door ----------------

namespace {

journal::durability level_of(const std::string& text) {
    if (text == "memory") return journal::durability::memory;
    if (text == "os") return journal::durability::os;
    if (text == "disk") return journal::durability::disk;
    bad_input("level '" + text + "'; the levels are memory, os, disk");
}

py::dict balance_of(const engine& e) {
    const balance b = e.balance_report();
    py::dict out;
    out["cells"] = b.cells;
    out["on_hand"] = b.on_hand;
    out["free"] = b.free;
    out["earmarked"] = b.earmarked;
    out["reserved"] = b.reserved;
    out["open"] = b.open;
    out["backordered"] = b.backordered;
    out["allocated"] = b.allocated;
    out["released"] = b.released;
    out["picked"] = b.picked;
    out["packed"] = b.packed;
    out["shipped"] = b.shipped;
    out["delivered"] = b.delivered;
    out["lost"] = b.lost;
    out["cancelled"] = b.cancelled;
    out["ordered"] = b.ordered;
    return out;
}

py::dict status_of(const engine& e) {
    const metrics m = e.status();
    py::dict out;
    out["orders"] = m.orders;
    out["declined"] = m.declined;
    out["repeats"] = m.repeats;
    out["takes"] = m.takes;
    out["refused_takes"] = m.refused_takes;
    out["conflicts"] = m.conflicts;
    out["expired"] = m.expired;
    out["records"] = m.records;
    out["record_bytes"] = m.record_bytes;
    return out;
}

py::list poll(const engine& e, std::uint64_t cursor, std::size_t limit) {
    py::list out;
    for (const event& v : value_or_raise(e, e.poll(position{cursor}, limit))) {
        py::dict row;
        row["at"] = raw(v.at);
        row["verb"] = name_of(v.by);
        row["now"] = v.now.ns;
        row["actor"] = raw(v.actor);
        row["subject"] = v.subject;
        row["moves"] = v.moves;
        row["units"] = v.units;
        out.append(row);
    }
    return out;
}

/// Calls f without the GIL.
template <class R>
auto alone(R (engine::*f)() const) {
    return [f](const shop& s) {
        const engine& e = s.use();
        return without_gil([&] { return (e.*f)(); });
    };
}

std::uint64_t event_digest(engine& e) {
    return without_gil([&] { return e.event_digest(); });
}

std::uint64_t flush(engine& e, const std::string& level) {
    const auto to = level_of(level);
    return raw(value_or_raise(e, without_gil([&] { return e.flush(to); })));
}

frame_ref events(engine& e, std::uint64_t cursor, std::size_t limit) {
    const auto read = [&] { return e.events(position{cursor}, limit); };
    return to_python(value_or_raise(e, without_gil(read)));
}

std::uint16_t advance(engine& e, std::int64_t now) {
    return value_or_raise(e, e.advance(at(now))).lines;
}

}  // namespace

void bind_trust(engine_class& c) {
    c.def("state_hash", alone(&engine::state_hash),
          "Digest of the whole state; quiet engine only.");
    c.def("event_digest", on(&event_digest), "Digest of all events so far, in order.");
    c.def("check_invariants", alone(&engine::check_invariants),
          "Sentences of broken invariants; empty when all hold. Quiet engine only.");
    c.def("halted", on(&engine::halted), "The broken invariant's sentence, or an empty string.");
    c.def("balance", on(&balance_of), "Granules by where they are, over all cells and orders.");
    c.def("status", on(&status_of), "Counters since birth.");
    c.def("submit", on(&engine::submit), py::arg("json_line"), "One command as a JSON line.");
    c.def("advance", on(&advance), py::arg("now"),
          "Moves engine time; returns how many reservations expired and holds were due.");
    c.def("flush", on(&flush), py::arg("level") = "disk",
          "Writes all records; returns the position that is at `level`.");
    c.def("poll", on(&poll), py::arg("cursor") = 0, py::arg("limit") = 1000,
          "Events after `cursor`, a dict each.");
    c.def("events", on(&events), py::arg("cursor") = 0, py::arg("limit") = 1'000'000,
          "Frame: events after `cursor`, oldest first.");
    c.def_property_readonly("head", [](const shop& s) { return raw(s.use().head()); });
    c.def_property_readonly("now", [](const shop& s) { return s.use().now().ns; });
}

}  // namespace earmark::python
