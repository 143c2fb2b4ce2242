// ONE COLUMN OF ONE BATCH, with every claim checked before a value is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/connect/arrow.hpp"

namespace earmark::connect {

/// Where a value stands, for sentences: rows count from 1 over all batches.
struct arrow_place {
    std::string_view column;
    std::int64_t row = 0;  // before the batch
};

[[noreturn]] void refuse_column(const arrow_place& at, const std::string& sentence);
[[noreturn]] void refuse_row(const arrow_place& at, std::int64_t row, const std::string& sentence);

/// What a format string means to us.
enum class arrow_kind : std::uint8_t {
    other,
    null,
    boolean,
    integer,
    unsigned_integer,
    real,
    timestamp,
    text,
    large_text,
    text_view,
};
struct arrow_format {
    arrow_kind kind = arrow_kind::other;
    int bytes = 0;            // of a number
    std::int64_t ns_per = 1;  // of a timestamp's unit
    std::string_view name;    // for people
};
[[nodiscard]] arrow_format format_of(const ArrowSchema& type) noexcept;

/// A view of `count` values of an array, from `first` on (its own offset comes on top).
class arrow_slice {
public:
    /// Throws bad_table where the array cannot be what `type` says.
    arrow_slice(const ArrowSchema& type, const ArrowArray& array, std::int64_t first,
                std::int64_t count, const arrow_place& at);

    [[nodiscard]] std::int64_t size() const noexcept { return count_; }
    [[nodiscard]] const arrow_format& format() const noexcept { return format_; }
    [[nodiscard]] const arrow_place& place() const noexcept { return at_; }
    [[nodiscard]] bool is_dictionary() const noexcept { return type_.dictionary != nullptr; }
    [[nodiscard]] const ArrowSchema& type() const noexcept { return type_; }
    [[nodiscard]] const ArrowArray& array() const noexcept { return array_; }

    [[nodiscard]] bool has(std::int64_t row) const noexcept {
        return valid_ == nullptr || bit(valid_, row);
    }
    /// Values of a buffer, from this slice's first value on.
    template <class T>
    [[nodiscard]] const T* values() const noexcept {
        return static_cast<const T*>(array_.buffers[1]) + start_;
    }
    [[nodiscard]] bool truth(std::int64_t row) const noexcept {
        return bit(static_cast<const std::uint8_t*>(array_.buffers[1]), row);
    }
    /// Of a text kind: the bytes of a row. Throws bad_table for offsets that fall or lead out.
    [[nodiscard]] std::string_view text(std::int64_t row) const;

private:
    [[nodiscard]] bool bit(const std::uint8_t* bits, std::int64_t row) const noexcept {
        const std::int64_t at = start_ + row;
        return (bits[at / 8] >> (at % 8) & 1) != 0;
    }
    void check_shape() const;
    template <class Offset>
    [[nodiscard]] std::string_view text_at(std::int64_t row) const;
    [[nodiscard]] std::string_view text_in_view(std::int64_t row) const;

    const ArrowSchema& type_;
    const ArrowArray& array_;
    arrow_place at_;
    arrow_format format_;
    std::int64_t start_ = 0, count_ = 0;
    const std::uint8_t* valid_ = nullptr;  // null: all are there
};

}  // namespace earmark::connect
