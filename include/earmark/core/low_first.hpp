// NUMBERS AS BYTES, the lowest byte first: what notes in records and chunks beside orders are made
// of, whatever the machine's own order is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earmark {

/// Appends the lowest `bytes` bytes of a number, 8 at most.
inline void put_low_first(std::vector<std::byte>& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> 8 * i));
}

/// The number that the first bytes are. Requires that they are there, and 8 at most.
[[nodiscard]] inline std::uint64_t low_first(std::span<const std::byte> from,
                                             std::size_t bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= std::to_integer<std::uint64_t>(from[i]) << 8 * i;
    return value;
}
/// The same, taken off the front.
[[nodiscard]] inline std::uint64_t take_low_first(std::span<const std::byte>& from,
                                                  std::size_t bytes) noexcept {
    const std::uint64_t value = low_first(from, bytes);
    from = from.subspan(bytes);
    return value;
}

}  // namespace earmark
