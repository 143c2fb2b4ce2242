// THE SCOPE of holds in their order: what has not left yet. A hold stops nothing of what has.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "earmark/lifecycle/holds.hpp"
#include "earmark/lifecycle/image.hpp"

namespace earmark {

[[nodiscard]] constexpr bool is_ahead(unit_state s) noexcept { return s < unit_state::shipped; }

/// By line, from 0: are units of it ahead?
[[nodiscard]] inline std::vector<bool> lines_ahead(const lifecycle::image& of) {
    std::vector<bool> out(of.lines.size());
    for (const lifecycle::bucket& b : of.buckets)
        if (is_ahead(b.state)) out[b.line] = true;
    return out;
}
/// Does a hold stand that has anything to stop?
[[nodiscard]] inline bool stops_any(const lifecycle::hold& h, lifecycle::hold_table types,
                                    const std::vector<bool>& ahead) {
    const bool blocks = types[index_of(h.type)].blocks != 0 || h.is(lifecycle::hold::gave_back);
    if (!h.stands() || !blocks) return false;
    return h.line == lifecycle::the_order ? std::ranges::find(ahead, true) != ahead.end()
                                          : ahead[h.line];
}

/// By step, which hold stops it; number 0: none does.
struct stopping {
    std::uint32_t number = 0;
    hold_type_id type{};
};
using stopped_steps = std::array<stopping, hold_step_count>;

}  // namespace earmark
