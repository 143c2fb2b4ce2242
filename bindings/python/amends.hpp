// AMENDMENTS in Python.
#pragma once

#include "columns.hpp"

namespace earmark::python {

[[nodiscard]] std::vector<amend_rule_row> read_amend_rules(const any_table& table);

/// Which nodes are asked, and how long they have to answer.
[[nodiscard]] std::vector<answer_row> read_answers(const any_table& table);
/// What nodes were asked of an order and have not answered.
[[nodiscard]] py::list requests_of(const engine& e, const order_view& v);

void bind_amends(engine_class& c);

}  // namespace earmark::python
