// The bytes of notes that more than one verb writes.
#include "earmark/journal/record.hpp"

namespace earmark::journal {

std::array<std::byte, basket_note::size> basket_note::bytes() const noexcept {
    std::array<std::byte, size> out{};
    const auto put = [&](std::size_t at, std::size_t count, std::uint64_t n) {
        for (std::size_t i = 0; i < count; ++i) out[at + i] = static_cast<std::byte>(n >> 8 * i);
    };
    put(0, 2, raw(channel));
    put(2, 8, static_cast<std::uint64_t>(on.ns));
    return out;
}
std::optional<basket_note> basket_note::read(std::span<const std::byte> from) noexcept {
    if (from.size() != size) return std::nullopt;
    const auto get = [&](std::size_t at, std::size_t count) {
        std::uint64_t n = 0;
        for (std::size_t i = 0; i < count; ++i)
            n |= std::to_integer<std::uint64_t>(from[at + i]) << 8 * i;
        return n;
    };
    return basket_note{channel_id{static_cast<std::uint16_t>(get(0, 2))},
                       time_point{static_cast<std::int64_t>(get(2, 8))}};
}

}  // namespace earmark::journal
