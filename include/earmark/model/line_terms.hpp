// WHAT A LINE SAYS OF ITS OWN: where it goes, how it travels, by when. What it does not say is as
// the order says.
#pragma once

#include <cstddef>

#include "earmark/core/day.hpp"
#include "earmark/core/ids.hpp"

namespace earmark {

struct line_terms {
    place_id ship_to = none<place_id>;
    service_id method = none<service_id>;
    civil_day deliver_by = no_day;

    [[nodiscard]] constexpr bool empty() const noexcept { return *this == line_terms{}; }
    friend constexpr bool operator==(line_terms, line_terms) = default;
};

/// `own`, and of the order what it does not say.
[[nodiscard]] constexpr line_terms joined(line_terms own, line_terms order) noexcept {
    return {own.ship_to == none<place_id> ? order.ship_to : own.ship_to,
            own.method == none<service_id> ? order.method : own.method,
            own.deliver_by == no_day ? order.deliver_by : own.deliver_by};
}

/// Different terms of their own that the lines of an order may have.
inline constexpr std::size_t max_line_terms = 255;

}  // namespace earmark
