// WHO IS KEPT OUT while one caller is at what nobody else may see half done.
#pragma once

#include <cstdint>

namespace earmark {

/// What one caller has to himself. Each is more than those before it.
enum class taking : std::uint8_t {
    nothing,
    room,    // orders in quarantine and tombstones, and whatever is recorded: others may read
    tables,  // everything
};

}  // namespace earmark
