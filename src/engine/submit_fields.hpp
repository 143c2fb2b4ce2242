// What the tables of fields (submit_forms.cpp and its parts) share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "submit_forms.hpp"

namespace earmark::submission {

inline constexpr bool required = true;
inline constexpr bool optional = false;
inline constexpr std::int64_t most_rows = 200'000;

inline constexpr field uom_field = {"uom", shape::key, optional,
                                    "unit of measure of the quantity; without one the SKU's own"};
/// Of a line, what is not as its order says.
inline constexpr field own_place_field = {"ship_to", shape::key, optional,
                                          "key of a place, if it does not go where the order goes"};
inline constexpr field own_method_field = {"method", shape::key, optional,
                                           "key of a service, if it travels by another one"};
inline constexpr field own_day_field = {"deliver_by", shape::time, optional,
                                        "its own last day of delivery, a date"};

/// The one field of a `load`: the rows of its table.
constexpr field rows_of(std::string_view about, std::span<const field> of) noexcept {
    return {"rows", shape::rows, required, about, 1, most_rows, {}, of};
}

}  // namespace earmark::submission
