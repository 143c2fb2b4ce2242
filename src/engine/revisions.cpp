#include "revisions.hpp"

#include "earmark/core/low_first.hpp"

namespace earmark {
namespace {

constexpr std::size_t note_bytes = 24;

}  // namespace

std::vector<std::byte> revision_note(const revision& r) {
    std::vector<std::byte> out;
    out.reserve(note_bytes);
    put_low_first(out, r.number, 8);
    put_low_first(out, r.high, 8);
    put_low_first(out, r.low, 8);
    return out;
}

bool read_revision_note(std::span<const std::byte> bytes, revision& into) {
    if (bytes.size() != note_bytes) return false;
    into.number = take_low_first(bytes, 8);
    into.high = take_low_first(bytes, 8);
    into.low = take_low_first(bytes, 8);
    return into.number != 0 && into.number <= max_revision;
}

}  // namespace earmark
