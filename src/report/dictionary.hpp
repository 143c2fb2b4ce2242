// The lists that `frame_schemas` joins into the one table, each in a source of its own.
#pragma once

#include <span>

#include "earmark/report/columns.hpp"

namespace earmark::report {

std::span<const frame_schema> engine_frames() noexcept;  // columns.cpp
std::span<const frame_schema> trail_frames() noexcept;   // trail_columns.cpp
std::span<const frame_schema> figure_frames() noexcept;  // figure_columns.cpp

}  // namespace earmark::report
