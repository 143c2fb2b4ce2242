// A SEED is one schedule as text: what of the options shapes it, a slash, one hexadecimal digit per
// choice. `p2/0012` is "at most 2 preemptions; the third choice was 1, the fourth 2, the rest 0".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/explore/options.hpp"

namespace earmark::explore {

struct schedule {
    options how;
    std::vector<std::uint8_t> answers;
};

[[nodiscard]] std::string to_seed(const schedule& s);
/// Throws std::invalid_argument with the offset of the first wrong byte.
[[nodiscard]] schedule parse_seed(std::string_view seed);

}  // namespace earmark::explore
