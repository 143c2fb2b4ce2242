// TIMES as text: RFC 3339.
#pragma once

#include <string>
#include <string_view>

#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// Reads `2026-11-21T08:30:00Z` (RFC 3339, also a space for the T, fractions to nanoseconds, and a
/// numeric offset) or a plain date. Errors: bad_time with the offset of the first wrong byte.
[[nodiscard]] result<time_point> parse_time(std::string_view text);

/// `2026-11-21T08:30:00Z`, with a fraction only where there is one.
[[nodiscard]] std::string to_string(time_point t);

}  // namespace earmark
