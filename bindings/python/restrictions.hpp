// RESTRICTIONS, from tables of the caller and back.
#pragma once

#include <vector>

#include "binding.hpp"
#include "columns.hpp"
#include "earmark/model/restrictions.hpp"

namespace earmark::python {

[[nodiscard]] std::vector<restriction_row> read_restrictions(const any_table& table);
/// A dict for each, by number.
[[nodiscard]] py::list restrictions_of(const engine& e);

}  // namespace earmark::python
