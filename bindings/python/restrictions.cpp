#include "restrictions.hpp"

#include <pybind11/stl.h>

#include "earmark/engine/restrictions.hpp"
#include "rows.hpp"

namespace earmark::python {

std::vector<restriction_row> read_restrictions(const any_table& table) {
    constexpr std::string_view known[] = {"restriction", "reason",      "item",
                                          "origin",      "destination", "order",
                                          "services",    "unless_same", "active"};
    const columns c{table, known};
    const auto keys = c.texts("restriction");
    const std::size_t n = keys.size();
    const auto text = [&](const char* name) { return optional_texts(c, name, n); };
    const auto reason = text("reason"), item = text("item"), origin = text("origin"),
               destination = text("destination"), order = text("order"),
               services = text("services"), same = text("unless_same");
    const auto active = c.integers("active", static_cast<std::ptrdiff_t>(n), {0, 1, 1});
    std::vector<restriction_row> out(n);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = {std::string{keys.text(i)},
                  reason[i],
                  item[i],
                  origin[i],
                  destination[i],
                  order[i],
                  words_between_commas(services[i]),
                  words_between_commas(same[i]),
                  active[i] != 0};
    return out;
}

py::list restrictions_of(const engine& e) {
    py::list out;
    for (const restriction_row& r : value_or_raise(e, restrictions(e))) {
        py::dict row;
        row["restriction"] = r.key;
        row["reason"] = r.reason;
        row["item"] = r.item;
        row["origin"] = r.origin;
        row["destination"] = r.destination;
        row["order"] = r.order;
        row["services"] = r.services;
        row["unless_same"] = r.unless_same;
        row["active"] = r.active;
        out.append(row);
    }
    return out;
}

}  // namespace earmark::python
