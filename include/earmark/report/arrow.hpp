// FRAMES OUT through the Arrow C data interface. What is handed out keeps the frame alive and
// copies no values; any thread may release it, also after the engine is gone.
#pragma once

#include <memory>

#include "earmark/core/arrow_abi.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::report {

/// A struct type with one child per column; unit and sentence of each column travel as metadata
/// ("unit", "doc"). `out` is filled; the caller releases it. O(columns). Throws std::bad_alloc.
void export_schema(const frame_schema& of, ArrowSchema& out);

/// One struct array of all rows.
void export_array(const std::shared_ptr<const frame>& of, ArrowArray& out);

/// A stream of one batch.
void export_stream(std::shared_ptr<const frame> of, ArrowArrayStream& out);

}  // namespace earmark::report
