// AUDITS, and CROSSINGS of thresholds.
#include "earmark/report/audit_frames.hpp"

#include "binding.hpp"

namespace earmark::python {
namespace {

frame_ref audit(engine& e, bool exact) {
    const auto how = exact ? audit_how::exact : audit_how::online;
    const auto report = value_or_raise(e, without_gil([&] { return e.audit(how); }));
    return to_python(report::findings_frame(report, sku_keys(e), node_keys(e)));
}

py::object crossings(const shop& s, std::uint64_t cursor, std::size_t limit) {
    const engine& e = s.use();
    const auto page =
        value_or_raise(e, without_gil([&] { return e.crossings(position{cursor}, limit); }));
    const report::crossing_names names{
        [&](std::uint32_t number) { return e.threshold_key(number); },
        [&](channel_id channel) { return e.channel_key(channel); },
        [&](section_id section) { return e.section(section).key; },
        [&](pool_id pool) { return e.pool(pool)->key; }};
    return py::make_tuple(
        to_python(report::crossings_frame(page.rows, sku_keys(e), node_keys(e), names)),
        raw(page.next));
}

}  // namespace

void bind_audit(engine_class& c) {
    c.def("audit", on(&audit), py::kw_only(), py::arg("exact") = false,
          "Recomputes what is stored, beside whoever works, or (exact) with the engine held still. "
          "Frame `findings`: all is well where `list` is `sound` or `unchecked` only.");
    c.def("crossings", &crossings, py::kw_only(), py::arg("cursor") = 0, py::arg("limit") = 100'000,
          "Crossings of thresholds behind `cursor`, as frame `crossings`, and the cursor to go on "
          "with.");
}

}  // namespace earmark::python
