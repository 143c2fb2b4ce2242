#include "rejections.hpp"

#include <algorithm>
#include <tuple>

#include "earmark/core/low_first.hpp"

namespace earmark {

bool add_rejection(std::vector<rejection>& all, std::uint16_t line, node_id node,
                   std::uint8_t reason, time_point at) {
    const rejection made{line, node, 1, reason, 0, at};
    const auto place =
        std::lower_bound(all.begin(), all.end(), made, [](const rejection& a, const rejection& b) {
            return std::tie(a.line, a.node) < std::tie(b.line, b.node);
        });
    if (place == all.end() || place->line != line || place->node != node) {
        if (all.size() == max_rejections) return false;
        all.insert(place, made);
        return true;
    }
    place->times = static_cast<std::uint8_t>(std::min(255, place->times + 1));
    place->reason = reason;
    place->at = at;
    return true;
}

std::vector<std::byte> rejection_note(std::uint8_t reason, std::span<const std::uint16_t> lines) {
    std::vector<std::byte> out{static_cast<std::byte>(reason)};
    for (const std::uint16_t l : lines) put_low_first(out, l, 2);
    return out;
}

bool read_rejection_note(std::span<const std::byte> bytes, std::size_t lines, std::uint8_t& reason,
                         std::vector<std::uint16_t>& into) {
    into.clear();
    if (bytes.size() < 3 || bytes.size() % 2 == 0) return false;
    reason = std::to_integer<std::uint8_t>(bytes[0]);
    for (bytes = bytes.subspan(1); !bytes.empty();) {
        const auto line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
        if (line >= lines || (!into.empty() && line <= into.back())) return false;
        into.push_back(line);
    }
    return true;
}

}  // namespace earmark
