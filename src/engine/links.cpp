#include "links.hpp"

#include "earmark/core/low_first.hpp"

namespace earmark {
namespace {

constexpr std::size_t note_bytes = 11;

}  // namespace

std::vector<std::byte> link_note(const link& l) {
    std::vector<std::byte> out;
    put_low_first(out, l.line, 2);
    put_low_first(out, l.other_line, 2);
    put_low_first(out, l.number, 4);
    put_low_first(out, raw(l.node), 2);
    put_low_first(out, static_cast<std::uint64_t>(l.kind), 1);
    return out;
}

bool read_link_note(std::span<const std::byte> bytes, link& into) {
    if (bytes.size() != note_bytes || std::to_integer<unsigned>(bytes[10]) > 1) return false;
    into.line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    into.other_line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    into.number = static_cast<std::uint32_t>(take_low_first(bytes, 4));
    into.node = node_id{static_cast<std::uint16_t>(take_low_first(bytes, 2))};
    into.kind = static_cast<link_kind>(take_low_first(bytes, 1));
    return into.number != 0 && into.number <= max_links;
}

}  // namespace earmark
