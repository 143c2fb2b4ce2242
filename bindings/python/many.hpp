// Selections, bulk commands and waves; what criteria in Python are made of.
#pragma once

#include "binding.hpp"

namespace earmark::python {

void bind_many(engine_class& c);
void bind_candidates(engine_class& c);

}  // namespace earmark::python
