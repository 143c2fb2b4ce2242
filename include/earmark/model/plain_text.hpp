// PLAIN TEXT that people wrote, policies and workflows: what stands between a hostile one and its
// parser, and how findings are worded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/errors.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::text {

/// Where something stands in the text, from 1; 0 is nowhere in particular.
struct text_place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// Collects what is wrong with one file.
class findings {
public:
    explicit findings(std::string_view file) : file_{file} {}

    /// The sentence gets the file and the place put in front.
    void add(error_code code, text_place at, const std::string& sentence);
    /// Nothing is wrong so far.
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// How many there are.
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// In the order of the text.
    [[nodiscard]] std::vector<rejected_row> take();

private:
    struct row {
        text_place at;
        rejected_row what;
    };
    std::string file_;
    std::vector<row> rows_;
};

/// What is_harmless() looks at, in the words of its findings.
struct kind_of_text {
    std::string_view noun{};   // `policy`
    std::string_view table{};  // `[costs]`, one of its tables
    std::string_view start{};  // `policy = "a name"`, what an empty one starts with
    error_code broken = error_code::ok;
    std::size_t max_bytes = 0;
};

/// Refuses what no such text needs and a parser might choke on: too many bytes, control characters,
/// multi-line strings, deep nesting (by brackets, or by dots in a key). O(bytes).
[[nodiscard]] bool is_harmless(std::string_view text, const kind_of_text& kind, findings& found);

/// 1 to 64 letters, digits, blanks (not at an end) or any of - _ . : safe to print anywhere.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

/// `; did you mean 'x'?`, or the list of all names where none is near.
[[nodiscard]] std::string hint_for(std::string_view name, std::span<const std::string_view> known);

/// The text with a question mark in place of each control character, so that it is one line and
/// steers no terminal.
[[nodiscard]] std::string without_controls(std::string text);

/// A name from outside, safe to print: at most 40 bytes, no control characters.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace earmark::text
