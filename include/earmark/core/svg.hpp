// PICTURES are SVG that is written shape by shape. Numbers are whole, so that the same calls give
// the same bytes everywhere; texts and titles are escaped, and what no XML may hold becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace earmark {

/// `text` between tags.
[[nodiscard]] std::string escaped_xml(std::string_view text);

/// How many columns of a typewriter it needs: wide letters take two.
[[nodiscard]] int columns_of(std::string_view text) noexcept;
/// As much of it as fits into so many (at least 1), with an ellipsis where some is left out.
[[nodiscard]] std::string clipped(std::string_view text, int columns);

class svg_page {
public:
    svg_page(int width, int height, std::string_view fonts);

    void rect(int x, int y, int width, int height, std::string_view look);
    void line(int x1, int y1, int x2, int y2, std::string_view look);
    /// `anchor`: start, middle or end; y is the base line; `more` are attributes, each behind a
    /// blank.
    void text(int x, int y, int size, std::string_view anchor, std::string_view ink,
              std::string_view words, std::string_view more = {});
    /// The shapes up to end_group() belong together; who points at them reads the title.
    void begin_group(std::string_view title);
    void end_group();
    /// Elements of the caller's own.
    void raw(std::string_view element) { out_ += element; }
    [[nodiscard]] std::string finish() &&;

private:
    std::string out_;
};

}  // namespace earmark
