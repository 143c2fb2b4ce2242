// WHAT BECOMES of units that a decision does not serve.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace earmark::sourcing {

/// They wait for supply, wait in a queue that somebody looks at, are cancelled at once, or other
/// orders bring them to the node that their lines are bound to.
struct unserved {
    enum class deed : std::uint8_t { wait, queue, cancel, transfer };
    deed does = deed::wait;
    std::string queue{};  // its name, as a policy's
    friend bool operator==(const unserved&, const unserved&) = default;
};
inline constexpr std::size_t max_queues = 255;  // of a policy

/// `backorder`, `queue:NAME`, `cancel` or `transfer`.
[[nodiscard]] std::string to_string(const unserved& u);
/// What such a text says. False where it says nothing of the kind.
[[nodiscard]] bool read_unserved(std::string_view text, unserved& into);

/// What a policy makes of nodes that gave lines of an order back.
struct rejection_terms {
    std::int32_t days = 0;  // how long a node is not asked for the line again; 0: for good
    std::int32_t most = 0;  // a line that was given back so often is not sourced any more; 0: any
    unserved then{};        // what becomes of it
};

}  // namespace earmark::sourcing
