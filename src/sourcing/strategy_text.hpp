// STRATEGIES as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing::detail {

/// A strategy's table of the canonical text.
[[nodiscard]] std::string strategy_text(const policy& whole, const strategy& s);

/// The tables of attributes and filters.
[[nodiscard]] std::string rules_text(const policy& p);

/// TOML basic text; of text without control characters.
[[nodiscard]] std::string quoted_text(std::string_view text);

[[nodiscard]] bool has_controls(std::string_view text) noexcept;

/// Reads `store within 300 mi priority 2`; distances without a unit are in `usual_unit` ("km").
/// Nothing where it is none.
[[nodiscard]] std::optional<node_selector> read_selector(std::string_view text,
                                                         std::string_view usual_unit);

/// A number in metres, kilometres or miles (1,609.344 m), rounded half up to metres.
[[nodiscard]] std::optional<std::uint32_t> metres_of(std::string_view number,
                                                     std::string_view unit);

}  // namespace earmark::sourcing::detail
