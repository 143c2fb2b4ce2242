// THE COLUMN DICTIONARY: one table of every frame that Earmark hands out, and of every column in
// it. Frames are checked against it, docs/formats/columns.md and views.sql are made of it, and
// Python's `earmark.dictionary()` is it.
//
// A new frame is a row in src/report/columns.cpp (or in another list that `frame_schemas` joins);
// after it, bindings/python/generate.py writes the page anew. A column is never renamed or given
// another unit: readers keep queries.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace earmark::report {

/// What a column holds. A dictionary column holds codes, 0, 1, ..., and words that they stand for;
/// codes of SKUs, nodes and places are the engine's ids.
enum class column_type : std::uint8_t {
    int64,
    int32,
    boolean,
    float64,
    utf8,
    timestamp,   // int64 nanoseconds since 1970, UTC
    dictionary,  // int32 codes of utf8 words
};
/// As pages and error messages spell it, such as "timestamp[ns, UTC]".
[[nodiscard]] std::string_view name_of(column_type t) noexcept;

struct column {
    std::string_view name;
    column_type type = column_type::int64;
    std::string_view unit;  // "1" for a plain count or number, "" where a unit makes no sense
    bool nullable = false;
    std::string_view doc;  // one sentence, without the unit; says what a null means
};

struct frame_schema {
    std::string_view name;
    std::string_view row;  // what one row is, and in which order rows come
    std::span<const column> columns;

    /// Null where there is no such column. O(columns).
    [[nodiscard]] const column* find(std::string_view column_name) const noexcept;
};

/// All frames, in the order of the page. Valid for ever. Thread-safe.
[[nodiscard]] std::span<const frame_schema> frame_schemas();

/// Null where there is no such frame. O(frames). Thread-safe.
[[nodiscard]] const frame_schema* find_frame(std::string_view name);

/// docs/formats/columns.md, made of the table.
[[nodiscard]] std::string columns_page();

}  // namespace earmark::report
