// WHAT A COMMAND ANSWERS. A receipt is small and trivially copyable; it is also what the
// idempotency map remembers, so that a repeated key gets the first answer.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark {

enum class outcome : std::uint8_t {
    done,
    repeat,       // the key was seen before with the same content: this is the first answer
    declined,     // we said no, and remember it
    partial,      // sourcing: some units were allocated, the rest is back-ordered; a reservation
                  // that may be partial: it holds less than its lines say
    backordered,  // sourcing: no unit could be allocated, and some wait
    unchanged,    // nothing to do, or nothing that the order's workflow has a step for
    reacquired,   // place_order: the reservation had expired, its units were taken anew
    cancelled,    // sourcing: no unit could be allocated, and the policy cancels what is left
    asked,        // nodes have to agree before all that was wanted is done (model/asked.hpp)
};
[[nodiscard]] std::string_view name_of(outcome o) noexcept;

struct receipt {
    outcome what = outcome::done;
    verb by = verb::none;
    std::uint16_t lines = 0;     // lines or cells touched
    std::int32_t uncovered = 0;  // granules below the floor after a physical decrease
    std::uint64_t subject = 0;   // raw order_id or reservation_id
    position at{};               // durable once engine.durable(level) >= at
    earmark::error why{};        // set with `declined`
};

/// place_order also returns every violation, not only the first.
struct placed {
    receipt first;
    std::vector<error> violations;
};

}  // namespace earmark
