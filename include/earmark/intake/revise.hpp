// REVISE compares an order with a new full version of its text, and says what an amendment has to
// change for the one to be the other. Nothing is decided here about whether it may.
//
// Lines are matched by SKU, price and set, in the order in which they stand: those of the same node
// and quantity first that go the same way, then those of the same node, then the others. A line of
// another price is another
// line. What is left of the text is added, what is left of the order is to go.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/lifecycle/asked.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/model/amend.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::intake {

/// What no amendment changes.
enum class fixed_field : std::uint8_t { currency, type, to, reservation, facts };
inline constexpr std::size_t fixed_fields = 5;
[[nodiscard]] std::string_view name_of(fixed_field f) noexcept;

struct revision_draft {
    std::vector<line_change> lines;      // of the amendment: by line of the order, then new ones
    std::vector<std::uint32_t> rows;     // of the text, of each of them, from 1; 0: it has none
    std::vector<std::uint32_t> line_of;  // by row of the text: the line that it is to be, from 1
    std::optional<place_id> ship_to{};
    std::optional<service_id> method{};
    std::optional<civil_day> deliver_by{};
    std::optional<std::uint8_t> priority{};
    std::vector<fixed_field> fixed;  // of currency, type, to: those that differ
};

/// Requires that the text was looked at by capture() and is in order. Lines all of whose units are
/// cancelled, or asked to be, stand for nothing. O(n log n) of lines and units.
[[nodiscard]] revision_draft revise(const lifecycle::image& order,
                                    std::span<const lifecycle::asked> asked,
                                    const order_request& text, std::span<const sku_facts> skus);

}  // namespace earmark::intake
