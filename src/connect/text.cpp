#include "earmark/connect/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace earmark::connect {
namespace {

// A lead byte fixes how many bytes follow and the range of the second one; the narrow ranges keep
// overlong forms (E0, F0), surrogates (ED) and numbers above U+10FFFF (F4) out.
struct lead {
    std::size_t follow;  // 0: no character starts with this byte
    unsigned char low, high;
};

constexpr lead lead_of(unsigned char c) noexcept {
    if (c >= 0xC2 && c <= 0xDF) return {1, 0x80, 0xBF};
    if (c == 0xE0) return {2, 0xA0, 0xBF};
    if (c == 0xED) return {2, 0x80, 0x9F};
    if (c >= 0xE1 && c <= 0xEF) return {2, 0x80, 0xBF};
    if (c == 0xF0) return {3, 0x90, 0xBF};
    if (c == 0xF4) return {3, 0x80, 0x8F};
    if (c >= 0xF1 && c <= 0xF3) return {3, 0x80, 0xBF};
    return {0, 0, 0};
}

unsigned char byte_of(std::string_view text, std::size_t at) noexcept {
    return static_cast<unsigned char>(text[at]);
}

/// Bytes of the character at `at`, or 0 where there is none.
std::size_t character_at(std::string_view text, std::size_t at) noexcept {
    if (byte_of(text, at) < 0x80) return 1;
    const lead l = lead_of(byte_of(text, at));
    if (l.follow == 0 || text.size() - at <= l.follow) return 0;
    if (byte_of(text, at + 1) < l.low || byte_of(text, at + 1) > l.high) return 0;
    for (std::size_t i = 2; i <= l.follow; ++i)
        if ((byte_of(text, at + i) & 0xC0) != 0x80) return 0;
    return l.follow + 1;
}

std::string folded(std::string_view word) {
    std::string out;
    for (const char c : word) {
        if (c == '_' || c == '-' || c == ' ') continue;
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

constexpr std::size_t longest_word = 64;  // no name of ours is longer; bounds the table of edits
constexpr std::size_t shortest_part = 4;  // of a name that hints at the whole
constexpr std::size_t longest_shown = 40;

}  // namespace

std::size_t bad_utf8_at(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        while (text.size() - at >= sizeof eight) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080ULL) != 0) break;
            at += sizeof eight;
        }
        if (at == text.size()) break;
        const std::size_t bytes = character_at(text, at);
        if (bytes == 0) return at;
        at += bytes;
    }
    return std::string_view::npos;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    const std::string asked = folded(word.substr(0, longest_word));
    const auto within = [](std::string_view part, std::string_view whole) {
        return part.size() >= shortest_part && whole.find(part) != std::string_view::npos;
    };
    std::string_view best;
    std::size_t fewest = asked.size() / 2 + 1;
    for (const std::string_view name : known) {
        const std::string other = folded(name);
        std::size_t n = edits(asked, other);
        if (within(asked, other) || within(other, asked)) n = std::min<std::size_t>(n, 1);
        if (n >= fewest) continue;
        fewest = n;
        best = name;
    }
    return best;
}

std::string shown(std::string_view text) {
    std::string out{'"'};
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t bytes = character_at(text, at);
        if (at + std::max<std::size_t>(bytes, 1) > longest_shown) break;
        const bool plain =
            bytes > 1 || (bytes == 1 && byte_of(text, at) >= 0x20 && text[at] != 0x7F);
        out.append(plain ? text.substr(at, bytes) : std::string_view{"?"});
        at += std::max<std::size_t>(bytes, 1);
    }
    out.append(at < text.size() ? "...\"" : "\"");
    return out;
}

}  // namespace earmark::connect
