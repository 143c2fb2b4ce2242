// A generator of a test's own: the same steps for the same seed.
#pragma once

#include <cstdint>

namespace earmark::stress {

struct dice {
    std::uint64_t x;
    std::uint32_t roll(std::uint32_t n) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>((x >> 33) % n);
    }
};

}  // namespace earmark::stress
