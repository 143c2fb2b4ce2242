// DEFINITIONS as plain rows: closed lists of the library, for what is generated of them
// (generate.py) and for tests. No part of the face.
#include "binding.hpp"
#include "earmark/engine/worklist.hpp"
#include "earmark/report/ageing.hpp"
#include "earmark/report/kpi.hpp"

namespace earmark::python {

namespace {

py::list kpis() {
    py::list out;
    for (const report::kpi_entry& e : report::kpi_list()) {
        py::dict row;
        row["name"] = e.name;
        row["unit"] = name_of(e.unit);
        row["dated"] = name_of(e.by_event);
        row["doc"] = e.doc;
        row["from"] = e.sql_from;
        row["part"] = e.sql_part;
        row["whole"] = e.sql_whole;
        out.append(row);
    }
    return out;
}

/// Counts of a scorecard, each with the kinds of fact that it needs.
py::list scores() {
    py::list out;
    for (const report::score_column& c : report::score_columns()) {
        py::list needs;
        for (std::size_t k = 0; k < report::evidence_kinds; ++k)
            if ((c.needs >> k & 1) != 0) needs.append(name_of(static_cast<report::fact_kind>(k)));
        py::dict row;
        row["name"] = c.name;
        row["needs"] = needs;
        out.append(row);
    }
    return out;
}

/// States of units that age: whether the node belongs to where they stand, and what they wait for.
py::list waits() {
    py::list out;
    for (std::size_t i = 0; i < unit_states; ++i) {
        const auto s = static_cast<unit_state>(i);
        if (is_final(s)) continue;
        py::dict row;
        row["state"] = name_of(s);
        row["at_node"] = report::stands_at_node(s);
        row["reason"] = name_of(report::reason_of(s));
        out.append(row);
    }
    return out;
}

py::dict runbooks() {
    py::dict out;
    for (std::size_t i = 0; i < stuck_reasons; ++i) {
        const auto r = static_cast<stuck_reason>(i);
        out[py::cast(name_of(r))] = runbook(r);
    }
    return out;
}

}  // namespace

void bind_definitions(py::module_& m) {
    m.def("_kpi_definitions", &kpis);
    m.def("_score_definitions", &scores);
    m.def("_wait_definitions", &waits);
    m.def("runbook", &runbooks,
          "What each reason of the worklist means and what to do about it, by reason.");
}

}  // namespace earmark::python
