// HOLDS in Python.
#pragma once

#include "columns.hpp"

namespace earmark::python {

[[nodiscard]] std::vector<hold_type_row> read_hold_types(const any_table& table);
/// Who may do what.
[[nodiscard]] std::vector<privilege_row> read_privileges(const any_table& table);

/// The holds of an order as dicts, by number.
[[nodiscard]] py::list holds_of(const engine& e, const order_view& v);

void bind_holds(engine_class& c);

}  // namespace earmark::python
