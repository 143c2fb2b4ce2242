// QUEUES: lines that wait for somebody to look at them, as outcomes of policies put them there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "earmark/core/result.hpp"

namespace earmark {

class engine;

struct queue_view {
    std::string_view name;  // lives as long as the engine
    std::uint32_t orders = 0;
    std::uint32_t lines = 0;
};

/// Each queue that something waits in, by name. Of one instant in a quiet engine only. Error:
/// order_busy (transient), where one order kept changing. O(orders).
[[nodiscard]] result<std::vector<queue_view>> queues(const engine& of);

}  // namespace earmark
