// FRAMES: the checks. Each sentence of misuse names the frame and the column.
#include "earmark/report/frame.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "earmark/core/check.hpp"

namespace earmark::report {
namespace {

std::string of(const frame_schema& f, std::string_view column_name) {
    return "frame " + std::string{f.name} + ", column " + std::string{column_name} + ": ";
}

void require(bool holds, const std::string& sentence) {
    if (!holds) throw misuse(sentence);
}

bool codes_have_words(const numbers<std::int32_t>& codes, std::size_t words) {
    const auto values = codes.values();
    for (std::size_t row = 0; row < values.size(); ++row)
        if (static_cast<std::uint32_t>(values[row]) >= words && codes.valid()[row]) return false;
    return true;
}

/// The variant's alternative for a type, empty.
decltype(column_data::values) empty_of(column_type t) {
    switch (t) {
        case column_type::int64:
        case column_type::timestamp:
            return numbers<std::int64_t>{};
        case column_type::int32:
        case column_type::dictionary:
            return numbers<std::int32_t>{};
        case column_type::float64:
            return numbers<double>{};
        case column_type::boolean:
            return flags{};
        case column_type::utf8:
            break;
    }
    return texts{};
}

}  // namespace

void validity::set(std::size_t row, bool there) {
    if (bits_.empty()) bits_.assign(row / 8 + 1, 0xFF);
    if (bits_.size() <= row / 8) bits_.push_back(0xFF);
    const auto bit = static_cast<std::uint8_t>(1u << (row % 8));
    std::uint8_t& byte = bits_[row / 8];
    byte = static_cast<std::uint8_t>(there ? byte | bit : byte & ~bit);
    if (!there) ++nulls_;
}

void validity::add(std::size_t row, std::size_t rows, bool there) {
    if (rows == 0 || (there && bits_.empty())) return;
    const std::size_t end = row + rows;
    for (; row < end && row % 8 != 0; ++row) set(row, there);
    if (bits_.empty()) bits_.assign(row / 8, 0xFF);
    const std::size_t bytes = (end - row) / 8;
    bits_.insert(bits_.end(), bytes, there ? 0xFF : 0);
    if (!there) nulls_ += static_cast<std::int64_t>(bytes * 8);
    for (row += bytes * 8; row < end; ++row) set(row, there);
}

void texts::put(std::string_view value, bool there) {
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    if (value.size() > most - bytes_.size())
        throw std::length_error("a text column holds at most 2^31 - 1 bytes; ask for fewer rows");
    valid_.add(size(), there);
    bytes_.append(value);
    offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
}

vocabulary make_vocabulary(std::span<const std::string_view> words) {
    auto made = std::make_shared<texts>();
    for (const std::string_view word : words) made->add(word);
    return made;
}

std::size_t column_data::rows() const noexcept {
    return std::visit([](const auto& v) { return v.size(); }, values);
}

const validity& column_data::valid() const noexcept {
    return std::visit([](const auto& v) -> const validity& { return v.valid(); }, values);
}

const column_data* frame::find(std::string_view name) const noexcept {
    const auto at = std::find_if(columns_.begin(), columns_.end(),
                                 [&](const column_data& c) { return c.of->name == name; });
    return at == columns_.end() ? nullptr : &*at;
}

const column_data& frame::at(std::string_view name) const {
    const column_data* const found = find(name);
    require(found != nullptr, of(*schema_, name) + "there is no such column");
    return *found;
}

namespace {
template <class Values>
const Values& values_of(const frame_schema& f, const column_data& c) {
    const auto* const values = std::get_if<Values>(&c.values);
    require(values != nullptr,
            of(f, c.of->name) + "its type is " + std::string{name_of(c.of->type)});
    return *values;
}
}  // namespace

std::span<const std::int64_t> frame::ints(std::string_view name) const {
    return values_of<numbers<std::int64_t>>(*schema_, at(name)).values();
}
std::span<const std::int32_t> frame::small_ints(std::string_view name) const {
    return values_of<numbers<std::int32_t>>(*schema_, at(name)).values();
}
std::span<const double> frame::reals(std::string_view name) const {
    return values_of<numbers<double>>(*schema_, at(name)).values();
}
const flags& frame::truths(std::string_view name) const {
    return values_of<flags>(*schema_, at(name));
}
const texts& frame::strings(std::string_view name) const {
    return values_of<texts>(*schema_, at(name));
}
std::string_view frame::word(std::string_view name, std::size_t row) const {
    const column_data& c = at(name);
    const auto& codes = values_of<numbers<std::int32_t>>(*schema_, c);
    require(c.words != nullptr, of(*schema_, name) + "it is no dictionary column");
    require(row < rows_, of(*schema_, name) + "there is no row " + std::to_string(row));
    if (!codes.valid()[row]) return {};
    return (*c.words)[static_cast<std::size_t>(codes.values()[row])];
}

frame_builder::frame_builder(std::string_view frame_name) : schema_{find_frame(frame_name)} {
    require(schema_ != nullptr,
            "the column dictionary has no frame '" + std::string{frame_name} + "'; add it there");
    for (const column& c : schema_->columns) columns_.push_back({&c, empty_of(c.type), nullptr});
}

column_data& frame_builder::at(std::string_view name, column_type type) {
    for (column_data& c : columns_) {
        if (c.of->name != name) continue;
        require(c.of->type == type, of(*schema_, name) + "its type is " +
                                        std::string{name_of(c.of->type)} + ", not " +
                                        std::string{name_of(type)});
        return c;
    }
    throw misuse(of(*schema_, name) + "the column dictionary does not have it; add it there");
}

template <class Values>
Values& frame_builder::values(std::string_view name, column_type type) {
    return std::get<Values>(at(name, type).values);
}

numbers<std::int64_t>& frame_builder::ints(std::string_view name) {
    return values<numbers<std::int64_t>>(name, column_type::int64);
}
numbers<std::int64_t>& frame_builder::times(std::string_view name) {
    return values<numbers<std::int64_t>>(name, column_type::timestamp);
}
numbers<std::int32_t>& frame_builder::small_ints(std::string_view name) {
    return values<numbers<std::int32_t>>(name, column_type::int32);
}
numbers<double>& frame_builder::reals(std::string_view name) {
    return values<numbers<double>>(name, column_type::float64);
}
flags& frame_builder::truths(std::string_view name) {
    return values<flags>(name, column_type::boolean);
}
texts& frame_builder::strings(std::string_view name) {
    return values<texts>(name, column_type::utf8);
}
numbers<std::int32_t>& frame_builder::codes(std::string_view name, vocabulary words) {
    column_data& c = at(name, column_type::dictionary);
    c.words = std::move(words);
    return std::get<numbers<std::int32_t>>(c.values);
}

frame frame_builder::finish() && {
    const std::size_t rows = columns_.empty() ? 0 : columns_.front().rows();
    for (column_data& c : columns_) {
        require(c.rows() == rows, of(*schema_, c.of->name) + std::to_string(c.rows()) +
                                      " rows where the first column has " + std::to_string(rows));
        require(c.of->nullable || c.valid().nulls() == 0,
                of(*schema_, c.of->name) + "a null, where the dictionary allows none");
        if (c.of->type != column_type::dictionary) continue;
        if (c.words == nullptr) c.words = std::make_shared<texts>();
        require(codes_have_words(std::get<numbers<std::int32_t>>(c.values), c.words->size()),
                of(*schema_, c.of->name) + "a code without a word");
    }
    return {*schema_, std::move(columns_), rows};
}

}  // namespace earmark::report
