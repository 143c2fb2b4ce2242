#include "arrow_slice.hpp"

#include <cstring>
#include <limits>

#include "earmark/connect/text.hpp"

namespace earmark::connect {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

/// A view of utf8_view: 4 bytes of length, then the text itself, or prefix, buffer and offset.
struct text_view {
    std::int32_t length;
    char inlined[4];
    std::int32_t buffer;
    std::int32_t offset;
};
static_assert(sizeof(text_view) == 16);
constexpr std::int32_t most_inlined = 12;

arrow_format timestamp_of(std::string_view f) noexcept {
    switch (f.size() > 2 ? f[2] : 'x') {
        case 's':
            return {arrow_kind::timestamp, 8, 1'000'000'000, "timestamp[s]"};
        case 'm':
            return {arrow_kind::timestamp, 8, 1'000'000, "timestamp[ms]"};
        case 'u':
            return {arrow_kind::timestamp, 8, 1'000, "timestamp[us]"};
        case 'n':
            return {arrow_kind::timestamp, 8, 1, "timestamp[ns]"};
        default:
            return {};
    }
}

constexpr struct {
    std::string_view spelling;
    arrow_format means;
} formats[] = {
    {"n", {arrow_kind::null, 0, 1, "null"}},
    {"b", {arrow_kind::boolean, 1, 1, "bool"}},
    {"c", {arrow_kind::integer, 1, 1, "int8"}},
    {"C", {arrow_kind::unsigned_integer, 1, 1, "uint8"}},
    {"s", {arrow_kind::integer, 2, 1, "int16"}},
    {"S", {arrow_kind::unsigned_integer, 2, 1, "uint16"}},
    {"i", {arrow_kind::integer, 4, 1, "int32"}},
    {"I", {arrow_kind::unsigned_integer, 4, 1, "uint32"}},
    {"l", {arrow_kind::integer, 8, 1, "int64"}},
    {"L", {arrow_kind::unsigned_integer, 8, 1, "uint64"}},
    {"f", {arrow_kind::real, 4, 1, "float32"}},
    {"g", {arrow_kind::real, 8, 1, "float64"}},
    {"u", {arrow_kind::text, 0, 1, "utf8"}},
    {"U", {arrow_kind::large_text, 0, 1, "large_utf8"}},
    {"vu", {arrow_kind::text_view, 0, 1, "utf8_view"}},
};

/// Buffers that an array of a kind has; -1: at least three.
std::int64_t buffers_of(arrow_kind k) noexcept {
    switch (k) {
        case arrow_kind::null:
            return 0;
        case arrow_kind::text:
        case arrow_kind::large_text:
            return 3;
        case arrow_kind::text_view:
            return -1;
        default:
            return 2;
    }
}

}  // namespace

void refuse_column(const arrow_place& at, const std::string& sentence) {
    const std::string where =
        at.column.empty() ? "the table: " : "column " + shown(at.column) + ": ";
    throw bad_table(where + sentence);
}

void refuse_row(const arrow_place& at, std::int64_t row, const std::string& sentence) {
    throw bad_table("column " + shown(at.column) + ", row " + std::to_string(at.row + row + 1) +
                    ": " + sentence);
}

arrow_format format_of(const ArrowSchema& type) noexcept {
    if (type.format == nullptr) return {arrow_kind::other, 0, 1, "a type without a name"};
    const std::string_view f{type.format};
    if (f.starts_with("ts"))
        if (const arrow_format t = timestamp_of(f); t.kind != arrow_kind::other) return t;
    for (const auto& known : formats)
        if (known.spelling == f) return known.means;
    return {arrow_kind::other, 0, 1, f};
}

arrow_slice::arrow_slice(const ArrowSchema& type, const ArrowArray& array, std::int64_t first,
                         std::int64_t count, const arrow_place& at)
    : type_{type}, array_{array}, at_{at}, format_{format_of(type)}, count_{count} {
    if (array.release == nullptr) refuse_column(at, "its array was released before it was read");
    if (array.length < 0 || array.offset < 0 || array.offset > most - array.length)
        refuse_column(at, "it claims " + std::to_string(array.length) + " rows from offset " +
                              std::to_string(array.offset));
    if (first < 0 || count < 0 || first > array.length || count > array.length - first)
        refuse_column(at, "it has " + std::to_string(array.length) + " rows where the table has " +
                              std::to_string(first + count));
    start_ = array.offset + first;
    check_shape();
    if (format_.kind != arrow_kind::null && array.null_count != 0)
        valid_ = static_cast<const std::uint8_t*>(array.buffers[0]);
    if (array.null_count > 0 && format_.kind != arrow_kind::null && valid_ == nullptr)
        refuse_column(
            at, "it claims " + std::to_string(array.null_count) + " nulls and does not say where");
}

void arrow_slice::check_shape() const {
    const std::int64_t wanted = buffers_of(format_.kind);
    if (format_.kind == arrow_kind::other)
        refuse_column(at_, "its type is " + shown(format_.name) +
                               "; give numbers, truth values, timestamps or texts");
    if (array_.null_count < -1)
        refuse_column(at_, "it claims " + std::to_string(array_.null_count) + " nulls");
    if (wanted >= 0 ? array_.n_buffers != wanted : array_.n_buffers < 3)
        refuse_column(at_, "an array of " + std::string{format_.name} + " with " +
                               std::to_string(array_.n_buffers) + " buffers");
    if (format_.kind == arrow_kind::null) return;
    if (array_.buffers == nullptr) refuse_column(at_, "it has no buffers");
    if (count_ > 0 && array_.buffers[1] == nullptr)
        refuse_column(at_, "it claims " + std::to_string(count_) + " rows without a buffer");
}

template <class Offset>
std::string_view arrow_slice::text_at(std::int64_t row) const {
    const auto* const offsets = values<Offset>() + row;
    const Offset begin = offsets[0], end = offsets[1];
    if (begin < 0 || end < begin)
        refuse_row(
            at_, row,
            "its text lies from byte " + std::to_string(begin) + " to byte " + std::to_string(end));
    const auto* const bytes = static_cast<const char*>(array_.buffers[2]);
    if (begin == end) return {};
    if (bytes == nullptr) refuse_row(at_, row, "its text lies in a buffer that is not there");
    return {bytes + begin, static_cast<std::size_t>(end - begin)};
}

std::string_view arrow_slice::text_in_view(std::int64_t row) const {
    const text_view& v = values<text_view>()[row];
    if (v.length >= 0 && v.length <= most_inlined)
        return {v.inlined, static_cast<std::size_t>(v.length)};
    // The last buffer has the sizes of the ones between.
    const std::int64_t data_buffers = array_.n_buffers - 3;
    const auto* const sizes =
        static_cast<const std::int64_t*>(array_.buffers[array_.n_buffers - 1]);
    if (v.length < 0 || v.buffer < 0 || v.buffer >= data_buffers || sizes == nullptr ||
        v.offset < 0 || sizes[v.buffer] < std::int64_t{v.offset} + v.length ||
        array_.buffers[2 + v.buffer] == nullptr)
        refuse_row(at_, row, "its view leads out of the buffers");
    return {static_cast<const char*>(array_.buffers[2 + v.buffer]) + v.offset,
            static_cast<std::size_t>(v.length)};
}

std::string_view arrow_slice::text(std::int64_t row) const {
    switch (format_.kind) {
        case arrow_kind::text:
            return text_at<std::int32_t>(row);
        case arrow_kind::large_text:
            return text_at<std::int64_t>(row);
        case arrow_kind::text_view:
            return text_in_view(row);
        default:
            return {};
    }
}

}  // namespace earmark::connect
