// What stands between a hostile policy and the TOML parser, and how findings are worded.
#pragma once

#include "earmark/model/plain_text.hpp"
#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing::detail {

using text::findings;
using text::hint_for;
using text::shown;
using text::text_place;

[[nodiscard]] inline bool is_harmless(std::string_view of, findings& found) {
    return text::is_harmless(
        of, {"policy", "[costs]", "policy = \"a name\"", error_code::bad_policy, max_policy_bytes},
        found);
}
[[nodiscard]] inline bool is_policy_name(std::string_view name) noexcept {
    return text::is_name(name);
}

}  // namespace earmark::sourcing::detail
