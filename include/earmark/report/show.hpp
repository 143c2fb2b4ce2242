// A FRAME FOR PEOPLE: its first rows as text or as an HTML table.
#pragma once

#include <cstddef>
#include <string>

#include "earmark/report/frame.hpp"

namespace earmark::report {

/// One value; words for codes, an RFC 3339 instant for a timestamp, `-` for a null.
[[nodiscard]] std::string value_text(const column_data& c, std::size_t row);

/// A heading, the names, and at most `rows` rows, in columns that are at most 40 letters wide.
[[nodiscard]] std::string to_text(const frame& f, std::size_t rows = 10);

/// The same as one <table>, with everything escaped; units stand under the names.
[[nodiscard]] std::string to_html(const frame& f, std::size_t rows = 10);

}  // namespace earmark::report
