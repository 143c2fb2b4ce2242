// FRAMES: columns that own their memory, laid out as Arrow lays them out (validity bitmaps, utf8
// with offsets, codes with a dictionary), so that handing one out copies nothing.
//
// A frame is built by a frame_builder, once, by one thread, and never changes afterwards: any
// thread may read it. A builder knows only the columns that the column dictionary has for its
// frame; every other name, another type, a null where none may be, a code without a word, and
// columns of different length are misuse.
//
// Invariants of a frame:
//   (1) it has exactly the columns of its schema, in their order, each of rows() values;
//   (2) a validity bitmap exists only where there are nulls; the value of a null is 0 or empty;
//   (3) every code that is not null is below the size of the column's vocabulary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "earmark/report/columns.hpp"

namespace earmark::report {

/// Which values are there. Bits are made only once there is a null.
class validity {
public:
    void add(std::size_t row, bool there) {
        if (there && bits_.empty()) return;
        set(row, there);
    }
    /// The same of `rows` rows from `row` on.
    void add(std::size_t row, std::size_t rows, bool there);
    [[nodiscard]] bool operator[](std::size_t row) const noexcept {
        return bits_.empty() || (bits_[row / 8] >> (row % 8) & 1) != 0;
    }
    [[nodiscard]] std::int64_t nulls() const noexcept { return nulls_; }
    /// Least significant bit first, 1 is there; empty where all are.
    [[nodiscard]] std::span<const std::uint8_t> bits() const noexcept { return bits_; }

private:
    void set(std::size_t row, bool there);
    std::vector<std::uint8_t> bits_;
    std::int64_t nulls_ = 0;
};

/// Values of one width: int64_t, int32_t (numbers and codes) or double.
template <class T>
class numbers {
public:
    void add(T value) {
        valid_.add(values_.size(), true);
        values_.push_back(value);
    }
    void add_null() {
        valid_.add(values_.size(), false);
        values_.push_back(T{});
    }
    void add_nulls(std::size_t rows) {
        valid_.add(values_.size(), rows, false);
        values_.resize(values_.size() + rows);
    }
    /// `rows` zeros at the end, to be written by the caller at once. Valid until the next call.
    std::span<T> extend(std::size_t rows) {
        valid_.add(values_.size(), rows, true);
        values_.resize(values_.size() + rows);
        return std::span{values_}.last(rows);
    }
    void reserve(std::size_t rows) { values_.reserve(rows); }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] std::span<const T> values() const noexcept { return values_; }
    [[nodiscard]] const validity& valid() const noexcept { return valid_; }

private:
    std::vector<T> values_;
    validity valid_;
};

/// Truth values, eight to a byte, least significant bit first.
class flags {
public:
    void add(bool value) { put(value, true); }
    void add_null() { put(false, false); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool operator[](std::size_t row) const noexcept {
        return (bits_[row / 8] >> (row % 8) & 1) != 0;
    }
    [[nodiscard]] std::span<const std::uint8_t> bits() const noexcept { return bits_; }
    [[nodiscard]] const validity& valid() const noexcept { return valid_; }

private:
    void put(bool value, bool there) {
        valid_.add(size_, there);
        if (size_ % 8 == 0) bits_.push_back(0);
        if (value) bits_.back() = static_cast<std::uint8_t>(bits_.back() | 1u << (size_ % 8));
        ++size_;
    }
    std::vector<std::uint8_t> bits_;
    std::size_t size_ = 0;
    validity valid_;
};

/// UTF-8 texts, one behind the other. At most 2^31 - 1 bytes together: std::length_error.
class texts {
public:
    void add(std::string_view value) { put(value, true); }
    void add_null() { put({}, false); }
    [[nodiscard]] std::size_t size() const noexcept { return offsets_.size() - 1; }
    [[nodiscard]] std::string_view operator[](std::size_t row) const noexcept {
        return std::string_view{bytes_}.substr(
            static_cast<std::size_t>(offsets_[row]),
            static_cast<std::size_t>(offsets_[row + 1] - offsets_[row]));
    }
    [[nodiscard]] std::span<const std::int32_t> offsets() const noexcept { return offsets_; }
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    [[nodiscard]] const validity& valid() const noexcept { return valid_; }

private:
    void put(std::string_view value, bool there);
    std::string bytes_;
    std::vector<std::int32_t> offsets_{0};
    validity valid_;
};

/// The words of a dictionary column: code i stands for word i. Shared by frames.
using vocabulary = std::shared_ptr<const texts>;
/// A vocabulary of these words.
[[nodiscard]] vocabulary make_vocabulary(std::span<const std::string_view> words);

/// One column: its entry in the dictionary, and its values.
struct column_data {
    const column* of = nullptr;
    std::variant<numbers<std::int64_t>, numbers<std::int32_t>, numbers<double>, flags, texts>
        values;
    vocabulary words;  // of a dictionary column

    [[nodiscard]] std::size_t rows() const noexcept;
    [[nodiscard]] const validity& valid() const noexcept;
};

/// A finished table. Move it, or share it by std::shared_ptr<const frame>; copying is a mistake.
class frame {
public:
    frame(frame&&) noexcept = default;
    frame& operator=(frame&&) noexcept = default;

    [[nodiscard]] const frame_schema& schema() const noexcept { return *schema_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::span<const column_data> columns() const noexcept { return columns_; }
    /// Null where there is no such column.
    [[nodiscard]] const column_data* find(std::string_view name) const noexcept;

    // The values of a column that must be there and of that type, else misuse.
    [[nodiscard]] std::span<const std::int64_t> ints(std::string_view name) const;
    [[nodiscard]] std::span<const std::int32_t> small_ints(std::string_view name) const;
    [[nodiscard]] std::span<const double> reals(std::string_view name) const;
    [[nodiscard]] const flags& truths(std::string_view name) const;
    [[nodiscard]] const texts& strings(std::string_view name) const;
    /// The word of a dictionary column at a row; empty where it is null.
    [[nodiscard]] std::string_view word(std::string_view name, std::size_t row) const;

private:
    friend class frame_builder;
    frame(const frame_schema& schema, std::vector<column_data> columns, std::size_t rows)
        : schema_{&schema}, columns_{std::move(columns)}, rows_{rows} {}
    const column_data& at(std::string_view name) const;

    const frame_schema* schema_;
    std::vector<column_data> columns_;
    std::size_t rows_;
};

/// Fills the columns of one frame. References to columns stay valid until finish().
///
///     frame_builder b{"events"};
///     auto& at = b.ints("at");
///     auto& verb = b.codes("verb", vocabulary_of_verbs());
///     ...
///     at.add(1); verb.add(3);
///     frame f = std::move(b).finish();
class frame_builder {
public:
    explicit frame_builder(std::string_view frame_name);

    numbers<std::int64_t>& ints(std::string_view name);        // int64
    numbers<std::int64_t>& times(std::string_view name);       // timestamp
    numbers<std::int32_t>& small_ints(std::string_view name);  // int32
    numbers<double>& reals(std::string_view name);             // float64
    flags& truths(std::string_view name);                      // bool
    texts& strings(std::string_view name);                     // utf8
    /// Codes of a dictionary column.
    numbers<std::int32_t>& codes(std::string_view name, vocabulary words);

    /// Checks the invariants (misuse says which column breaks one) and hands the frame over. The
    /// builder is empty afterwards. O(rows) for codes.
    [[nodiscard]] frame finish() &&;

private:
    column_data& at(std::string_view name, column_type type);
    template <class Values>
    Values& values(std::string_view name, column_type type);

    const frame_schema* schema_;
    std::vector<column_data> columns_;
};

}  // namespace earmark::report
