// REPORT: the figures of a run of decisions, from columns with one row per order.
#include "binding.hpp"
#include "earmark/report/figures.hpp"

namespace earmark::python {

namespace {

constexpr std::int64_t most = std::int64_t{1} << 62;

py::object value(report::share s) {
    if (s.whole == 0) return py::none();  // nothing to divide by is not 0
    return py::float_(static_cast<double>(s.part) / static_cast<double>(s.whole));
}

py::dict figures(const py::dict& table) {
    const columns c{table,
                    {"ordered", "allocated", "lines", "parcels", "cost_e4", "metres", "parts",
                     "exact", "decision_ns"}};
    const auto ordered = c.integers("ordered", 0, most);
    const auto rows = static_cast<std::ptrdiff_t>(ordered.size());
    const auto column = [&](const char* name) { return c.integers(name, rows, 0, most); };
    const auto allocated = column("allocated"), lines = column("lines"),
               parcels = column("parcels"), cost = column("cost_e4"), metres = column("metres"),
               parts = column("parts"), exact = column("exact"), ns = column("decision_ns");
    report::tally sums;
    for (std::size_t i = 0; i < ordered.size(); ++i)
        sums.add({ordered[i], allocated[i], static_cast<std::uint32_t>(lines[i]),
                  static_cast<std::int32_t>(parcels[i]), cost[i], metres[i],
                  static_cast<std::int32_t>(parts[i]), exact[i] != 0, ns[i]});
    const report::figures f = sums.result();
    py::dict out;
    out["orders"] = f.orders;
    out["lines"] = f.lines;
    out["ordered"] = f.ordered;
    out["allocated"] = f.allocated;
    out["unit_fill"] = value(f.unit_fill);
    out["order_fill"] = value(f.order_fill);
    out["split_rate"] = value(f.split_rate);
    out["parcels_per_order"] = value(f.parcels_per_order);
    out["cost_e4_per_order"] = value(f.cost_per_order);
    out["metres_per_part"] = value(f.metres_per_part);
    out["exact"] = value(f.exact);
    out["p50_ns"] = f.p50_ns;
    out["p99_ns"] = f.p99_ns;
    return out;
}

}  // namespace

void bind_report(py::module_& m) {
    m.def("figures", &figures, py::arg("columns"),
          "The figures of a run of decisions (include/earmark/report/figures.hpp defines each). "
          "Columns, one row per order: ordered, allocated (at one scale), lines, parcels, cost_e4, "
          "metres and parts of known distance, exact (0 or 1), decision_ns. A figure without a "
          "denominator is None.");
}

}  // namespace earmark::python
