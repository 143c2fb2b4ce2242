// LINT with an engine's own tables (sourcing/lint.hpp), and findings as a frame.
#pragma once

#include <optional>
#include <string_view>

#include "earmark/engine/engine.hpp"
#include "earmark/report/frame.hpp"
#include "earmark/sourcing/lint.hpp"

namespace earmark {

/// sourcing::lint() with the engine's nodes, places and distances. Changes nothing; throws misuse
/// while another thread loads tables.
[[nodiscard]] sourcing::lint_report lint(const engine& with, std::string_view policy_toml,
                                         std::string_view file = "policy.toml",
                                         std::optional<time_point> now = {});

/// Frame `lint`: a finding a row, in the order of the text.
[[nodiscard]] report::frame lint_frame(const sourcing::lint_report& of, std::string_view file);

}  // namespace earmark
