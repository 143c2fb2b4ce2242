// FIELDS: what the readers of this room share when they turn the text of a field into a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "earmark/connect/csv.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/result.hpp"

namespace earmark::connect::detail {

/// The value, or a default while the first wrong field of the row is kept in `wrong`.
template <class T>
[[nodiscard]] T field_or_default(const csv_reader& in, std::size_t column, const result<T>& got,
                                 std::optional<rejected_row>& wrong) {
    if (got) return *got;
    if (!wrong) wrong = in.reject(column, got.error());
    return T{};
}

/// An opaque key: any bytes, but some, and not too many.
[[nodiscard]] inline result<std::string_view> parse_key(std::string_view text) noexcept {
    if (text.empty()) return fail(error_code::empty_key);
    if (text.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(text.size()),
                    static_cast<std::int64_t>(max_key_bytes));
    return text;
}

/// A whole number within [low, high].
[[nodiscard]] inline result<std::int64_t> parse_whole(std::string_view text, std::int64_t low,
                                                      std::int64_t high) noexcept {
    const result<quantity> q = parse_quantity(text, 0);
    if (!q) return q.error();
    if (q->atoms < low) return fail(error_code::out_of_range, q->atoms, low);
    if (q->atoms > high) return fail(error_code::out_of_range, q->atoms, high);
    return q->atoms;
}

}  // namespace earmark::connect::detail
