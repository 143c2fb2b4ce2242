// CONTENTS: what an idempotency key is compared by. The same key with another content is refused.
#pragma once

#include <cstdint>
#include <span>

#include "earmark/core/digest.hpp"
#include "earmark/model/command.hpp"

namespace earmark {

/// Of a command whose content is a few numbers; without a key nobody asks.
template <class... Numbers>
digest128 content_of(const command& c, verb by, Numbers... n) {
    if (c.key.empty()) return {};
    const std::uint64_t words[] = {static_cast<std::uint64_t>(by),
                                   static_cast<std::uint64_t>(n)...};
    return content_digest(std::as_bytes(std::span{words}));
}

}  // namespace earmark
