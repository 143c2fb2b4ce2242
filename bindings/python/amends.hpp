// AMENDMENTS in Python.
#pragma once

#include "columns.hpp"

namespace earmark::python {

[[nodiscard]] std::vector<amend_rule_row> read_amend_rules(const any_table& table);

void bind_amends(engine_class& c);

}  // namespace earmark::python
