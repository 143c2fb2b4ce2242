// COLUMNS IN: a table from Python, whatever it is made of. Accepted: anything with
// __arrow_c_stream__ or __arrow_c_array__ (pandas, polars, pyarrow, DuckDB, Frame), and a mapping
// of names to NumPy arrays, sequences, or objects with one of the two.
#pragma once

#include <span>
#include <string_view>

#include "binding.hpp"
#include "earmark/connect/arrow.hpp"

namespace earmark::python {

/// Texts of a column, and what keeps them alive.
class text_column {
public:
    explicit text_column(std::vector<std::string> owned);
    explicit text_column(std::vector<std::string_view> views) : views_{std::move(views)} {}
    text_column(const text_column&) = delete;
    text_column& operator=(const text_column&) = delete;
    text_column(text_column&&) noexcept = default;

    [[nodiscard]] std::size_t size() const noexcept { return views_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t row) const { return views_[row]; }
    [[nodiscard]] std::string text(std::size_t row) const { return std::string{views_[row]}; }

private:
    std::vector<std::string> owned_;
    std::vector<std::string_view> views_;
};

/// Whole numbers within [low, high]; a null or a missing column is `otherwise` where there is one.
struct bounds {
    std::int64_t low, high;
    std::optional<std::int64_t> otherwise = std::nullopt;
};

/// Whole numbers that were looked at once, when the column was read. An array of int64 without gaps
/// is read where it lies, and kept alive; whoever changes it meanwhile may be read as before or as
/// after, value by value, and values that would then be out of bounds are the reader's to bear.
/// Everything else is copied.
class whole_numbers {
public:
    explicit whole_numbers(std::vector<std::int64_t> owned)
        : owned_{std::move(owned)}, values_{owned_} {}
    explicit whole_numbers(const py::array& lying)
        : keep_{lying},
          values_{static_cast<const std::int64_t*>(lying.data()),
                  static_cast<std::size_t>(lying.size())} {}
    whole_numbers(const whole_numbers&) = delete;
    whole_numbers& operator=(const whole_numbers&) = delete;
    whole_numbers(whole_numbers&&) noexcept = default;
    whole_numbers& operator=(whole_numbers&&) noexcept = default;

    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] std::int64_t operator[](std::size_t row) const noexcept { return values_[row]; }

private:
    py::object keep_;
    std::vector<std::int64_t> owned_;
    std::span<const std::int64_t> values_;
};

/// Names the column and the row (from 1) in every complaint (BadInput).
class columns {
public:
    /// Refuses columns that are not in `known`, and says which one was meant.
    columns(const py::object& table, std::span<const std::string_view> known);

    [[nodiscard]] bool has(std::string_view name) const;

    /// Strings; `rows` of them, or any number where rows < 0. Valid as long as this is. A null is
    /// refused, or empty by default.
    [[nodiscard]] text_column texts(std::string_view name, std::ptrdiff_t rows = -1,
                                    connect::on_null nulls = connect::on_null::refuse) const;
    /// Whole numbers from any integer column; floats are refused, not rounded, as are values out of
    /// bounds. One number stands for a whole column of a mapping.
    [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name, std::ptrdiff_t rows,
                                                     const bounds& b) const;
    /// The same, read where they lie if they can be.
    [[nodiscard]] whole_numbers whole(std::string_view name, std::ptrdiff_t rows,
                                      const bounds& b) const;
    /// Numbers; NaN and nulls are NaN.
    [[nodiscard]] std::vector<double> reals(std::string_view name, std::ptrdiff_t rows) const;
    /// `offsets`: 0 first, never falling, `lines` last.
    [[nodiscard]] std::vector<std::int64_t> offsets(std::size_t lines) const;

private:
    /// A column of an imported table.
    struct imported {
        const connect::arrow_table* of;
        std::size_t index;
    };
    [[nodiscard]] std::optional<imported> arrow(std::string_view name) const;
    [[nodiscard]] py::object value(std::string_view name) const;
    void take(const py::object& table);
    void check_names(std::span<const std::string_view> known) const;

    std::vector<std::string> names_;
    std::vector<py::object> values_;            // of a mapping
    std::vector<connect::arrow_table> tables_;  // the whole, or one per column of a mapping
    std::vector<std::ptrdiff_t> table_of_;      // by column of a mapping; -1: a plain value
    bool whole_ = false;
};

/// Ids from a sequence, array or Arrow column: whole numbers from 0 to `most`.
[[nodiscard]] std::vector<std::int64_t> ids(const py::object& values, const char* name,
                                            std::int64_t most = INT64_MAX);

}  // namespace earmark::python
