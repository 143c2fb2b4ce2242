// CSV as RFC 4180 means it, read strictly: a header row that names the columns (in any order), one
// comma, double quotes, LF or CRLF, UTF-8. A field's bytes arrive as they stand: no trimming, no
// guessing of encodings, separators or types. Nothing here knows what the columns mean.
//
// Two kinds of wrong:
//   a fault    one row cannot be used (count of fields, UTF-8); the reader goes on behind it
//   a failure  the file cannot be trusted further (an open quote, NUL, a line beyond the limit,
//              a header that does not fit); the reader stops, and its user drops what it has
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "earmark/core/result.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::connect {

struct csv_limits {
    std::size_t line_bytes = std::size_t{1} << 20;  // one row, also when quotes span several lines
    std::size_t fields = 256;                       // columns of the header
    std::uint32_t rows = 100'000'000;
    std::uint32_t faults = 100'000;  // wrong rows that are worth listing
};

/// A column that the reader's user knows. A header may have it anywhere, at most once.
struct csv_column {
    std::string_view name;
    bool required = true;
};

/// Reads row by row. The text and the columns must outlive it. Throws only std::bad_alloc.
class csv_reader {
public:
    /// Reads the header; see failure().
    csv_reader(std::string_view text, std::span<const csv_column> columns, csv_limits limits = {});
    ~csv_reader();
    csv_reader(const csv_reader&) = delete;
    csv_reader& operator=(const csv_reader&) = delete;

    /// Goes to the next row, also to one with a fault. False at the end and after a failure.
    [[nodiscard]] bool next();

    /// The field of a column (index into the columns given); empty where the file or the row lacks
    /// it. Valid until next().
    [[nodiscard]] std::string_view operator[](std::size_t column) const noexcept;
    [[nodiscard]] bool has(std::size_t column) const noexcept;  // does the header name it?
    [[nodiscard]] std::uint32_t row() const noexcept;           // from 1, without the header
    [[nodiscard]] std::uint32_t line() const noexcept;          // of the file, where the row starts

    /// What is wrong with the present row as a row, or null.
    [[nodiscard]] const rejected_row* fault() const noexcept;
    /// Why the reader stopped before the end of the file. Its row is 0 where the header is meant.
    [[nodiscard]] const std::optional<rejected_row>& failure() const noexcept;

    /// The report of a wrong field of the present row: row, line, column, value, the sentence of
    /// `why`. The error's `field` is the column's place in the file, from 1.
    [[nodiscard]] rejected_row reject(std::size_t column, error why) const;
    /// The same with words of the caller's own in place of the error's sentence.
    [[nodiscard]] rejected_row reject(std::size_t column, error why, std::string_view words) const;
    /// Stops the reader: the present row is one wrong row too many, or the user had enough.
    void stop(rejected_row why);

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace earmark::connect
