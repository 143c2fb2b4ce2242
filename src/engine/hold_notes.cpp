#include "hold_notes.hpp"

#include "earmark/core/low_first.hpp"

namespace earmark {
namespace {

using lifecycle::hold;
using lifecycle::hold_event;

constexpr std::size_t placed_bytes = 2 + 2 + 1 + 1 + 8 + 8, ended_bytes = 2;

}  // namespace

std::vector<std::byte> placed_note(const hold& h) {
    std::vector<std::byte> out;
    out.reserve(placed_bytes);
    put_low_first(out, raw(h.type), 2);
    put_low_first(out, h.line, 2);
    put_low_first(out, h.reason, 1);
    put_low_first(out, h.marks, 1);
    put_low_first(out, static_cast<std::uint64_t>(h.until.ns), 8);
    put_low_first(out, static_cast<std::uint64_t>(h.kept_until.ns), 8);
    if (h.repeats != 0) put_low_first(out, h.repeats, 4);
    return out;
}

bool read_placed_note(std::span<const std::byte> bytes, hold& into) {
    const bool is_suspicion = bytes.size() == placed_bytes + 4;
    if (bytes.size() != placed_bytes && !is_suspicion) return false;
    into.type = hold_type_id{static_cast<std::uint16_t>(take_low_first(bytes, 2))};
    into.line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    into.reason = static_cast<std::uint8_t>(take_low_first(bytes, 1));
    into.marks = static_cast<std::uint8_t>(take_low_first(bytes, 1));
    into.until = {static_cast<std::int64_t>(take_low_first(bytes, 8))};
    into.kept_until = {static_cast<std::int64_t>(take_low_first(bytes, 8))};
    into.repeats = is_suspicion ? static_cast<std::uint32_t>(take_low_first(bytes, 4)) : 0;
    if (is_suspicion && into.repeats == 0) return false;
    return (into.marks & ~hold::recalls) == 0;
}

std::vector<std::byte> ended_note(const hold_change& of) {
    std::vector<std::byte> out{static_cast<std::byte>(of.what), static_cast<std::byte>(of.reason)};
    if (of.what == hold_event::extend)
        put_low_first(out, static_cast<std::uint64_t>(of.until.ns), 8);
    return out;
}

bool read_ended_note(std::span<const std::byte> bytes, hold_change& into) {
    if (bytes.size() < ended_bytes) return false;
    into.what = static_cast<hold_event>(take_low_first(bytes, 1));
    into.reason = static_cast<std::uint8_t>(take_low_first(bytes, 1));
    const bool extends = into.what == hold_event::extend;
    if (bytes.size() != (extends ? 8 : 0)) return false;
    if (extends) into.until = {static_cast<std::int64_t>(take_low_first(bytes, 8))};
    return into.what <= hold_event::extend;
}

bool change_hold(std::vector<hold>& all, std::uint32_t number, const hold_change& to, actor_id by,
                 time_point at, lifecycle::hold_table types) {
    const bool rejects = to.what == hold_event::reject || to.what == hold_event::reject_on;
    if (lifecycle::may_end(all, number, !rejects, types).code != error_code::ok) return false;
    hold& h = all[number - 1];
    if (to.what == hold_event::extend)
        return h.state == hold_state::active && lifecycle::extend(h, to.until);
    if (rejects || to.what == hold_event::resolve)
        lifecycle::end(all, number, to.what, to.reason, by, at);
    else
        h.marks |= to.what == hold_event::escalate ? hold::escalated : hold::gave_back;
    return true;
}

}  // namespace earmark
