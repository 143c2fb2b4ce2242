// TEXT from outside: small helpers that every reader of foreign text needs to be strict in the same
// way and to say the same words about it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace earmark::connect {

/// The offset of the first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF), or npos. O(n), eight bytes a step while they are ASCII.
[[nodiscard]] std::size_t bad_utf8_at(std::string_view text) noexcept;

/// The known name that is fewest edits away from `word` (Levenshtein; case and the separators
/// `_ - space` cost nothing, a name within the other counts as one edit), or empty where none comes
/// within half the word's length. Ties go to the earlier name. For messages only: nothing is ever
/// taken to be what it merely resembles.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> known);

/// `"text"` as a message may show it: at most 40 bytes of it, control characters and malformed
/// bytes as `?`, so that hostile input cannot forge a log line.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace earmark::connect
