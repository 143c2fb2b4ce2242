// THE KEYS of a workflow's tables: what the reader knows, and the only list of them.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace earmark::lifecycle::detail {

using names = std::span<const std::string_view>;

inline constexpr std::array<std::string_view, 7> root_keys = {"workflow", "type", "about", "events",
                                                              "state",    "step", "timer"};
inline constexpr std::array<std::string_view, 2> state_keys = {"name", "base"};
inline constexpr std::array<std::string_view, 8> step_keys = {"from",   "on",    "to",   "when",
                                                              "unless", "after", "does", "because"};
inline constexpr std::array<std::string_view, 3> timer_keys = {"from", "on", "after"};

}  // namespace earmark::lifecycle::detail
