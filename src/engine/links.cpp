#include "links.hpp"

namespace earmark {
namespace {

constexpr std::size_t note_bytes = 11;

void put(std::vector<std::byte>& to, std::uint64_t n, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) to.push_back(static_cast<std::byte>(n >> 8 * i & 0xFF));
}
std::uint32_t get(std::span<const std::byte> from, std::size_t at, unsigned bytes) noexcept {
    std::uint32_t n = 0;
    for (unsigned i = 0; i < bytes; ++i) n |= std::to_integer<std::uint32_t>(from[at + i]) << 8 * i;
    return n;
}

}  // namespace

std::vector<std::byte> link_note(const link& l) {
    std::vector<std::byte> out;
    put(out, l.line, 2);
    put(out, l.other_line, 2);
    put(out, l.number, 4);
    put(out, raw(l.node), 2);
    put(out, static_cast<std::uint64_t>(l.kind), 1);
    return out;
}

bool read_link_note(std::span<const std::byte> bytes, link& into) {
    if (bytes.size() != note_bytes || std::to_integer<unsigned>(bytes[10]) > 1) return false;
    into.line = static_cast<std::uint16_t>(get(bytes, 0, 2));
    into.other_line = static_cast<std::uint16_t>(get(bytes, 2, 2));
    into.number = get(bytes, 4, 4);
    into.node = node_id{static_cast<std::uint16_t>(get(bytes, 8, 2))};
    into.kind = static_cast<link_kind>(std::to_integer<std::uint8_t>(bytes[10]));
    return into.number != 0 && into.number <= max_links;
}

}  // namespace earmark
