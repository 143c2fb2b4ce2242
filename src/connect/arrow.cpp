// TABLES IN: batches of a stream, and the values of a column over all of them.
#include "earmark/connect/arrow.hpp"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "arrow_slice.hpp"
#include "earmark/connect/text.hpp"

namespace earmark::connect {
namespace {

template <class Struct>
void drop(Struct& s) noexcept {
    if (s.release != nullptr) s.release(&s);
    s.release = nullptr;
}

/// Releases at the end of a scope, however it ends.
template <class Struct>
struct guard {
    Struct& of;
    ~guard() { drop(of); }
};

const arrow_place the_table{};

bool is_struct(const ArrowSchema& type) noexcept {
    return type.format != nullptr && std::string_view{type.format} == "+s";
}

void check_type(const ArrowSchema& type) {
    constexpr std::int64_t most_columns = 1'000;
    if (type.n_children < 0 || type.n_children > most_columns)
        refuse_column(the_table, "it claims " + std::to_string(type.n_children) + " columns");
    if (type.n_children > 0 && type.children == nullptr)
        refuse_column(the_table, "it claims columns and has none");
    for (std::int64_t i = 0; i < type.n_children; ++i)
        if (type.children[i] == nullptr || type.children[i]->release == nullptr)
            refuse_column(the_table, "column " + std::to_string(i + 1) + " has no type");
}

/// A batch of structs: as many columns as the type says, and no row that is null as a whole.
void check_batch(const ArrowSchema& type, const ArrowArray& a) {
    if (a.length < 0 || a.offset < 0 ||
        a.offset > std::numeric_limits<std::int64_t>::max() - a.length)
        refuse_column(the_table, "a batch claims " + std::to_string(a.length) +
                                     " rows from offset " + std::to_string(a.offset));
    if (!is_struct(type)) return;
    if (a.n_children != type.n_children || (a.n_children > 0 && a.children == nullptr))
        refuse_column(the_table, "a batch has " + std::to_string(a.n_children) +
                                     " columns where its type has " +
                                     std::to_string(type.n_children));
    for (std::int64_t i = 0; i < a.n_children; ++i)
        if (a.children[i] == nullptr) refuse_column(the_table, "a batch lacks a column");
    if (a.null_count == 0 || a.n_buffers < 1 || a.buffers == nullptr || a.buffers[0] == nullptr)
        return;
    const auto* const bits = static_cast<const std::uint8_t*>(a.buffers[0]);
    for (std::int64_t i = a.offset; i < a.offset + a.length; ++i)
        if ((bits[i / 8] >> (i % 8) & 1) == 0)
            refuse_column(the_table, "row " + std::to_string(i - a.offset + 1) +
                                         " is null as a whole; leave it out");
}

}  // namespace

struct arrow_table::held {
    ArrowSchema type{};
    std::vector<ArrowArray> batches;
    std::int64_t rows = 0;

    ~held() {
        for (ArrowArray& a : batches) drop(a);
        drop(type);
    }

    void add(ArrowArray& a) {
        batches.push_back(a);
        a.release = nullptr;  // moved
        check_batch(type, batches.back());
        if (batches.back().length > max_table_rows - rows)
            refuse_column(the_table, "it claims more than " + std::to_string(max_table_rows) +
                                         " rows; hand it over in parts");
        rows += batches.back().length;
    }

    /// Calls f(slice) for the column in each batch.
    template <class F>
    void each(std::size_t column, std::string_view called, F&& f) const {
        arrow_place at{called, 0};
        for (const ArrowArray& a : batches) {
            if (is_struct(type))
                f(arrow_slice{*type.children[column], *a.children[column], a.offset, a.length, at});
            else
                f(arrow_slice{type, a, 0, a.length, at});
            at.row += a.length;
        }
    }
};

arrow_table::arrow_table(ArrowArrayStream& stream) : held_{std::make_unique<held>()} {
    const guard<ArrowArrayStream> at_the_end{stream};
    const auto failed = [&](int code) {
        const char* const why =
            stream.get_last_error != nullptr ? stream.get_last_error(&stream) : nullptr;
        refuse_column(the_table, "its source failed with code " + std::to_string(code) +
                                     (why != nullptr ? ": " + shown(why) : std::string{}));
    };
    if (stream.release == nullptr || stream.get_schema == nullptr || stream.get_next == nullptr)
        refuse_column(the_table, "its stream was released or lacks functions");
    if (const int code = stream.get_schema(&stream, &held_->type); code != 0) failed(code);
    check_type(held_->type);
    for (;;) {
        ArrowArray batch{};
        if (const int code = stream.get_next(&stream, &batch); code != 0) failed(code);
        if (batch.release == nullptr) return;
        const guard<ArrowArray> unless_moved{batch};
        held_->add(batch);
    }
}

arrow_table::arrow_table(ArrowSchema& type, ArrowArray& array) : held_{std::make_unique<held>()} {
    const guard<ArrowArray> unless_moved{array};
    held_->type = type;
    type.release = nullptr;
    if (held_->type.release == nullptr || array.release == nullptr)
        refuse_column(the_table, "it was released before it was read");
    check_type(held_->type);
    held_->add(array);
}

arrow_table::~arrow_table() = default;
arrow_table::arrow_table(arrow_table&&) noexcept = default;
arrow_table& arrow_table::operator=(arrow_table&&) noexcept = default;

std::int64_t arrow_table::rows() const noexcept { return held_->rows; }

std::vector<std::string_view> arrow_table::names() const {
    if (!is_struct(held_->type)) return {std::string_view{}};
    std::vector<std::string_view> out;
    for (std::int64_t i = 0; i < held_->type.n_children; ++i) {
        const char* const name = held_->type.children[i]->name;
        out.push_back(name != nullptr ? std::string_view{name} : std::string_view{});
    }
    return out;
}

namespace {

/// Calls f(row, there) for each row; a null where none may be is refused.
template <class F>
void each_row(const arrow_slice& s, on_null nulls, F&& f) {
    for (std::int64_t row = 0; row < s.size(); ++row) {
        const bool there = s.format().kind != arrow_kind::null && s.has(row);
        if (!there && nulls == on_null::refuse)
            refuse_row(s.place(), row, "it is null; fill it in, or leave the row out");
        f(row, there);
    }
}

/// Calls f(row, value) with a number of the slice's type; f(row) where it is null.
template <class T, class F, class Null>
void numbers_as(const arrow_slice& s, on_null nulls, F&& f, Null&& null) {
    const T* const values = s.values<T>();
    each_row(s, nulls,
             [&](std::int64_t row, bool there) { there ? f(row, values[row]) : null(row); });
}

/// The same for whichever width the slice has. Returns false where it holds no integers.
template <class F, class Null>
bool integers_of(const arrow_slice& s, on_null nulls, F&& f, Null&& null) {
    const arrow_format& t = s.format();
    if (s.is_dictionary()) return false;
    switch (t.kind) {
        case arrow_kind::null:
            each_row(s, nulls, [&](std::int64_t row, bool) { null(row); });
            return true;
        case arrow_kind::boolean:
            each_row(s, nulls, [&](std::int64_t row, bool there) {
                there ? f(row, std::int64_t{s.truth(row)}) : null(row);
            });
            return true;
        case arrow_kind::integer:
        case arrow_kind::timestamp:
            if (t.bytes == 1) numbers_as<std::int8_t>(s, nulls, f, null);
            if (t.bytes == 2) numbers_as<std::int16_t>(s, nulls, f, null);
            if (t.bytes == 4) numbers_as<std::int32_t>(s, nulls, f, null);
            if (t.bytes == 8) numbers_as<std::int64_t>(s, nulls, f, null);
            return true;
        case arrow_kind::unsigned_integer:
            if (t.bytes == 1) numbers_as<std::uint8_t>(s, nulls, f, null);
            if (t.bytes == 2) numbers_as<std::uint16_t>(s, nulls, f, null);
            if (t.bytes == 4) numbers_as<std::uint32_t>(s, nulls, f, null);
            if (t.bytes == 8) numbers_as<std::uint64_t>(s, nulls, f, null);
            return true;
        default:
            return false;
    }
}

[[noreturn]] void refuse_type(const arrow_slice& s, const std::string& wanted) {
    const std::string type =
        s.is_dictionary() ? "dictionary<" + std::string{format_of(*s.type().dictionary).name} + ">"
                          : std::string{s.format().name};
    refuse_column(s.place(), "its type is " + type + "; give " + wanted);
}

bool is_text(const arrow_format& f) noexcept {
    return f.kind == arrow_kind::text || f.kind == arrow_kind::large_text ||
           f.kind == arrow_kind::text_view;
}

std::string_view checked(const arrow_slice& s, std::int64_t row) {
    const std::string_view text = s.text(row);
    if (const std::size_t bad = bad_utf8_at(text); bad != std::string_view::npos)
        refuse_row(s.place(), row, "byte " + std::to_string(bad) + " is not UTF-8; send UTF-8");
    return text;
}

/// Appends the words that the codes of a dictionary slice stand for.
void decode(const arrow_slice& s, on_null nulls, std::vector<std::string_view>& out) {
    if (s.array().dictionary == nullptr) refuse_column(s.place(), "a dictionary without words");
    arrow_place in_words = s.place();
    in_words.row = 0;
    const arrow_slice words{*s.type().dictionary, *s.array().dictionary, 0,
                            s.array().dictionary->length, in_words};
    if (!is_text(words.format()) || words.is_dictionary()) refuse_type(s, "texts");
    const arrow_kind kind = s.format().kind;
    if (kind != arrow_kind::integer && kind != arrow_kind::unsigned_integer)
        refuse_column(s.place(), "a dictionary whose codes are no integers");
    const auto word = [&](std::int64_t row, auto code) {
        if (std::cmp_less(code, 0) || std::cmp_greater_equal(code, words.size()))
            refuse_row(s.place(), row,
                       "its code " + std::to_string(code) + " is none of the dictionary's " +
                           std::to_string(words.size()) + " words");
        // Not below zero, as was just seen; a signed char may not be widened as it is.
        const auto at = static_cast<std::int64_t>(std::make_unsigned_t<decltype(code)>(code));
        if (!words.has(at)) {
            if (nulls == on_null::refuse)
                refuse_row(s.place(), row, "it is null; fill it in, or leave the row out");
            return out.emplace_back(), void();
        }
        out.push_back(checked(words, at));
    };
    const arrow_slice& codes = s;
    const auto null = [&](std::int64_t) { out.emplace_back(); };
    const int bytes = codes.format().bytes;
    if (kind == arrow_kind::integer) {
        if (bytes == 1) numbers_as<std::int8_t>(codes, nulls, word, null);
        if (bytes == 2) numbers_as<std::int16_t>(codes, nulls, word, null);
        if (bytes == 4) numbers_as<std::int32_t>(codes, nulls, word, null);
        if (bytes == 8) numbers_as<std::int64_t>(codes, nulls, word, null);
    } else {
        if (bytes == 1) numbers_as<std::uint8_t>(codes, nulls, word, null);
        if (bytes == 2) numbers_as<std::uint16_t>(codes, nulls, word, null);
        if (bytes == 4) numbers_as<std::uint32_t>(codes, nulls, word, null);
        if (bytes == 8) numbers_as<std::uint64_t>(codes, nulls, word, null);
    }
}

}  // namespace

std::vector<std::int64_t> arrow_table::integers(std::size_t column, std::string_view called,
                                                on_null nulls, std::int64_t otherwise) const {
    std::vector<std::int64_t> out;
    out.reserve(static_cast<std::size_t>(rows()));
    held_->each(column, called, [&](const arrow_slice& s) {
        const std::int64_t factor = s.format().ns_per;
        const bool whole = integers_of(
            s, nulls,
            [&](std::int64_t row, auto value) {
                std::int64_t scaled = 0;
                if (!std::in_range<std::int64_t>(value) ||
                    __builtin_mul_overflow(static_cast<std::int64_t>(value), factor, &scaled))
                    refuse_row(s.place(), row, std::to_string(value) + " does not fit 64 bits");
                out.push_back(scaled);
            },
            [&](std::int64_t) { out.push_back(otherwise); });
        if (!whole) refuse_type(s, "whole numbers; nothing is rounded here");
    });
    return out;
}

std::vector<double> arrow_table::reals(std::size_t column, std::string_view called,
                                       on_null nulls) const {
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(rows()));
    const auto add = [&](std::int64_t, auto value) { out.push_back(static_cast<double>(value)); };
    const auto null = [&](std::int64_t) { out.push_back(std::nan("")); };
    held_->each(column, called, [&](const arrow_slice& s) {
        if (s.format().kind == arrow_kind::real && !s.is_dictionary()) {
            s.format().bytes == 4 ? numbers_as<float>(s, nulls, add, null)
                                  : numbers_as<double>(s, nulls, add, null);
        } else if (!integers_of(s, nulls, add, null)) {
            refuse_type(s, "numbers");
        }
    });
    return out;
}

std::vector<std::string_view> arrow_table::texts(std::size_t column, std::string_view called,
                                                 on_null nulls) const {
    std::vector<std::string_view> out;
    out.reserve(static_cast<std::size_t>(rows()));
    held_->each(column, called, [&](const arrow_slice& s) {
        if (s.is_dictionary()) return decode(s, nulls, out);
        if (s.format().kind != arrow_kind::null && !is_text(s.format())) refuse_type(s, "texts");
        each_row(s, nulls, [&](std::int64_t row, bool there) {
            out.push_back(there ? checked(s, row) : std::string_view{});
        });
    });
    return out;
}

}  // namespace earmark::connect
