#include "hold_notes.hpp"

namespace earmark {
namespace {

using lifecycle::hold;
using lifecycle::hold_event;

void put(std::vector<std::byte>& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> 8 * i));
}
std::uint64_t get(std::span<const std::byte>& from, std::size_t bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= std::to_integer<std::uint64_t>(from[i]) << 8 * i;
    from = from.subspan(bytes);
    return value;
}
constexpr std::size_t placed_bytes = 2 + 2 + 1 + 1 + 8 + 8, ended_bytes = 2;

}  // namespace

std::vector<std::byte> placed_note(const hold& h) {
    std::vector<std::byte> out;
    out.reserve(placed_bytes);
    put(out, raw(h.type), 2);
    put(out, h.line, 2);
    put(out, h.reason, 1);
    put(out, h.marks, 1);
    put(out, static_cast<std::uint64_t>(h.until.ns), 8);
    put(out, static_cast<std::uint64_t>(h.kept_until.ns), 8);
    return out;
}

bool read_placed_note(std::span<const std::byte> bytes, hold& into) {
    if (bytes.size() != placed_bytes) return false;
    into.type = hold_type_id{static_cast<std::uint16_t>(get(bytes, 2))};
    into.line = static_cast<std::uint16_t>(get(bytes, 2));
    into.reason = static_cast<std::uint8_t>(get(bytes, 1));
    into.marks = static_cast<std::uint8_t>(get(bytes, 1));
    into.until = {static_cast<std::int64_t>(get(bytes, 8))};
    into.kept_until = {static_cast<std::int64_t>(get(bytes, 8))};
    return (into.marks & ~hold::recalls) == 0;
}

std::vector<std::byte> ended_note(hold_event what, std::uint8_t reason) {
    return {static_cast<std::byte>(what), static_cast<std::byte>(reason)};
}

bool read_ended_note(std::span<const std::byte> bytes, hold_event& what, std::uint8_t& reason) {
    if (bytes.size() != ended_bytes) return false;
    what = static_cast<hold_event>(get(bytes, 1));
    reason = static_cast<std::uint8_t>(get(bytes, 1));
    return what <= hold_event::reject_on;
}

bool end_hold(std::vector<hold>& all, std::uint32_t number, hold_event what, std::uint8_t reason,
              actor_id by, time_point at, lifecycle::hold_table types) {
    const bool rejects = what == hold_event::reject || what == hold_event::reject_on;
    if (lifecycle::may_end(all, number, !rejects, types).code != error_code::ok) return false;
    if (rejects || what == hold_event::resolve)
        lifecycle::end(all, number, what, reason, by, at);
    else
        all[number - 1].marks |= what == hold_event::escalate ? hold::escalated : hold::gave_back;
    return true;
}

}  // namespace earmark
