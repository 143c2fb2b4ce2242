#include "earmark/core/svg.hpp"

#include <cstdint>
#include <utility>

namespace earmark {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD", ellipsis = "\xE2\x80\xA6";

/// The bytes of the character that a text begins with, and its number; one byte and U+FFFD where it
/// is none. Requires a text.
struct letter {
    std::size_t bytes = 1;
    std::uint32_t number = 0xFFFD;
};
letter first_of(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = at(0);
    if (lead < 0x80) return {1, lead};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
    std::uint32_t n = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((at(i) & 0xC0) != 0x80) return {};
        n = n << 6 | (at(i) & 0x3Fu);
    }
    const bool is_short = n < (bytes == 2 ? 0x80u : bytes == 3 ? 0x800u : 0x10000u);
    const bool is_half = n >= 0xD800 && n <= 0xDFFF;
    return is_short || is_half || n > 0x10FFFF ? letter{} : letter{bytes, n};
}

bool may_stand_in_xml(std::uint32_t n) noexcept {
    return n == 9 || n == 10 || n == 13 || (n >= 0x20 && n != 0x7F && n < 0xFFFD) || n >= 0x10000;
}

/// East Asian letters and pictures are wide.
int columns_of(std::uint32_t n) noexcept {
    constexpr std::uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},  {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6}, {0x1F300, 0x3FFFF}};
    for (const auto& [first, last] : wide)
        if (n >= first && n <= last) return 2;
    return 1;
}

}  // namespace

std::string escaped_xml(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const letter l = first_of(text);
        if (l.number == '<')
            out += "&lt;";
        else if (l.number == '>')
            out += "&gt;";
        else if (l.number == '&')
            out += "&amp;";
        else if (may_stand_in_xml(l.number))
            out += text.substr(0, l.bytes);
        else
            out += replacement;
        text.remove_prefix(l.bytes);
    }
    return out;
}

int columns_of(std::string_view text) noexcept {
    int columns = 0;
    for (; !text.empty(); text.remove_prefix(first_of(text).bytes))
        columns += columns_of(first_of(text).number);
    return columns;
}

std::string clipped(std::string_view text, int columns) {
    if (columns_of(text) <= columns) return std::string{text};
    std::size_t kept = 0;
    for (int used = 1; kept < text.size();) {
        const letter l = first_of(text.substr(kept));
        used += columns_of(l.number);
        if (used > columns) break;
        kept += l.bytes;
    }
    return std::string{text.substr(0, kept)}.append(ellipsis);
}

svg_page::svg_page(int width, int height, std::string_view fonts) {
    const std::string w = std::to_string(width), h = std::to_string(height);
    out_.append(R"(<svg xmlns="http://www.w3.org/2000/svg" width=")").append(w);
    out_.append(R"(" height=")").append(h).append(R"(" viewBox="0 0 )").append(w).append(" ");
    out_.append(h).append(R"(" font-family=")").append(fonts).append("\">\n");
    rect(0, 0, width, height, R"(fill="#ffffff")");
}

void svg_page::rect(int x, int y, int width, int height, std::string_view look) {
    out_.append("<rect x=\"").append(std::to_string(x));
    out_.append("\" y=\"").append(std::to_string(y));
    out_.append("\" width=\"").append(std::to_string(width));
    out_.append("\" height=\"").append(std::to_string(height));
    out_.append("\" ").append(look).append("/>\n");
}

void svg_page::line(int x1, int y1, int x2, int y2, std::string_view look) {
    out_.append("<line x1=\"").append(std::to_string(x1));
    out_.append("\" y1=\"").append(std::to_string(y1));
    out_.append("\" x2=\"").append(std::to_string(x2));
    out_.append("\" y2=\"").append(std::to_string(y2));
    out_.append("\" ").append(look).append("/>\n");
}

void svg_page::text(int x, int y, int size, std::string_view anchor, std::string_view ink,
                    std::string_view words, std::string_view more) {
    out_.append("<text x=\"").append(std::to_string(x));
    out_.append("\" y=\"").append(std::to_string(y));
    out_.append("\" font-size=\"").append(std::to_string(size));
    out_.append("\" text-anchor=\"").append(anchor).append("\" fill=\"").append(ink);
    out_.append("\"").append(more).append(">");
    out_.append(escaped_xml(words)).append("</text>\n");
}

void svg_page::begin_group(std::string_view title) {
    out_.append("<g>");
    if (!title.empty()) out_.append("<title>").append(escaped_xml(title)).append("</title>");
    out_.append("\n");
}

void svg_page::end_group() { out_.append("</g>\n"); }

std::string svg_page::finish() && { return std::move(out_.append("</svg>\n")); }

}  // namespace earmark
