#pragma once

#include <cstdint>

namespace earmark {

/// Amounts in change sets, buckets and cells: a SKU's granule is a fixed number of its atoms
/// (quantity.hpp).
using granules = std::int32_t;

}  // namespace earmark
