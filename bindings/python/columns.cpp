// COLUMNS: from whatever Python hands over to plain vectors, with nothing rounded or cut on the
// way.
#include "columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "earmark/connect/text.hpp"

namespace earmark::python {

namespace {

using connect::arrow_table;
using connect::on_null;

std::string titled(std::string_view name) { return "column '" + std::string{name} + "'"; }

std::string where(std::string_view name, std::size_t row) {
    return titled(name) + ", row " + std::to_string(row + 1) + ": ";
}

void check_rows(std::string_view name, std::size_t found, std::ptrdiff_t rows) {
    if (rows >= 0 && found != static_cast<std::size_t>(rows))
        bad_input(titled(name) + " has " + std::to_string(found) + " rows where the table has " +
                  std::to_string(rows));
}

void check_size(std::string_view name, py::ssize_t rows) {
    if (rows > connect::max_table_rows)
        bad_input(titled(name) + " claims " + std::to_string(rows) + " rows; at most " +
                  std::to_string(connect::max_table_rows) + " go into one call, hand over parts");
}

/// The struct behind a capsule; it is moved out by whoever reads it.
template <class Struct>
Struct& behind(const py::object& capsule, const char* name) {
    void* const pointer = PyCapsule_GetPointer(capsule.ptr(), name);
    if (pointer == nullptr) throw py::error_already_set();
    return *static_cast<Struct*>(pointer);
}

bool speaks_arrow(const py::object& value) {
    return py::hasattr(value, "__arrow_c_stream__") || py::hasattr(value, "__arrow_c_array__");
}

arrow_table import_arrow(const py::object& value) {
    if (py::hasattr(value, "__arrow_c_stream__")) {
        const py::object capsule = value.attr("__arrow_c_stream__")();
        return arrow_table{behind<ArrowArrayStream>(capsule, "arrow_array_stream")};
    }
    const py::tuple pair = value.attr("__arrow_c_array__")();
    return arrow_table{behind<ArrowSchema>(pair[0], "arrow_schema"),
                       behind<ArrowArray>(pair[1], "arrow_array")};
}

/// Values of a masked array that are hidden, by row; empty where none are.
std::vector<bool> hidden(const py::object& value) {
    if (!py::hasattr(value, "mask") || !py::hasattr(value, "filled")) return {};
    const auto mask = py::array_t<bool, py::array::c_style | py::array::forcecast>::ensure(
        py::module_::import("numpy.ma").attr("getmaskarray")(value));
    return std::vector<bool>(mask.data(), mask.data() + mask.size());
}

/// A NumPy array of one dimension whose elements are of one of `kinds` ('i', 'u', 'b', 'f').
py::array plain_array(const py::object& value, std::string_view name, std::string_view kinds) {
    py::array a = py::array::ensure(value);
    if (!a) {
        PyErr_Clear();
        bad_input(titled(name) + ": give a sequence of numbers or an array");
    }
    if (a.ndim() > 1) bad_input(titled(name) + ": give one dimension");
    check_size(name, a.size());
    if (a.size() > 0 && kinds.find(a.dtype().kind()) == std::string_view::npos)
        bad_input(titled(name) + " has dtype " + std::string{py::str(a.dtype())} + "; give " +
                  (kinds == "iuf" ? "numbers" : "whole numbers, nothing is rounded here"));
    return a;
}

/// Whether any value is out of bounds. The usual bounds begin at 0, and then this is arithmetic
/// without a comparison, which a compiler does several values at a time: a value below 0 has its
/// sign set, one above `high` has it set in the difference, which cannot overflow.
bool any_outside(std::span<const std::int64_t> values, const bounds& b) {
    if (b.low == 0) {
        std::int64_t signs = 0;
        for (const std::int64_t v : values) {
            const auto above = static_cast<std::uint64_t>(b.high) - static_cast<std::uint64_t>(v);
            signs |= v | static_cast<std::int64_t>(above);
        }
        return signs < 0;
    }
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    if (b.low == -largest &&
        b.high == largest) {  // all but one value: alone its negative is itself
        std::uint64_t both = 0;
        for (const std::int64_t v : values) {
            const auto u = static_cast<std::uint64_t>(v);
            both |= u & (std::uint64_t{0} - u);
        }
        return both >> 63 != 0;
    }
    bool outside = false;
    for (const std::int64_t v : values) outside |= (v < b.low) | (v > b.high);
    return outside;
}

void check_bounds(std::string_view name, std::span<const std::int64_t> values, const bounds& b) {
    if (!any_outside(values, b)) return;
    for (std::size_t row = 0; row < values.size(); ++row)
        if ((values[row] < b.low || values[row] > b.high) && values[row] != b.otherwise)
            bad_input(where(name, row) + std::to_string(values[row]) + " is outside " +
                      std::to_string(b.low) + " to " + std::to_string(b.high));
}

std::vector<std::int64_t> plain_integers(const py::object& value, std::string_view name,
                                         const bounds& b) {
    const bool truth = b.low == 0 && b.high == 1;
    const py::array a = plain_array(value, name, truth ? "iub" : "iu");
    const auto n = static_cast<std::size_t>(a.size());
    std::vector<std::int64_t> out;
    if (n == 0) return out;
    constexpr int plain = py::array::c_style | py::array::forcecast;
    if (a.dtype().kind() == 'u' && a.itemsize() == 8) {
        const py::array_t<std::uint64_t, plain> wide{a};
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        out.resize(n);
        for (std::size_t i = 0; i < n; ++i) {
            if (wide.data()[i] > most) bad_input(where(name, i) + "it does not fit 64 bits");
            out[i] = static_cast<std::int64_t>(wide.data()[i]);
        }
    } else {
        const py::array_t<std::int64_t, plain> wide{a};
        out.assign(wide.data(), wide.data() + n);
    }
    const auto masked = hidden(value);
    for (std::size_t i = 0; i < masked.size(); ++i) {
        if (!masked[i]) continue;
        if (!b.otherwise)
            bad_input(where(name, i) + "it is masked; fill it in, or leave the row out");
        out[i] = *b.otherwise;
    }
    return out;
}

std::vector<std::string> plain_texts(const py::object& value, std::string_view name,
                                     connect::on_null nulls) {
    if (py::isinstance<py::str>(value) || py::isinstance<py::bytes>(value) ||
        !py::isinstance<py::iterable>(value))
        bad_input(titled(name) + ": give a list of strings");
    std::vector<std::string> out;
    for (const py::handle item : py::iter(value)) {
        if (item.is_none() && nulls == connect::on_null::use_default) {
            out.emplace_back();
            continue;
        }
        if (!py::isinstance<py::str>(item))
            bad_input(where(name, out.size()) + "give a string, not " +
                      std::string{py::str(py::type::of(item).attr("__name__"))});
        Py_ssize_t bytes = 0;
        const char* const utf8 = PyUnicode_AsUTF8AndSize(item.ptr(), &bytes);
        if (utf8 == nullptr) {  // a lone surrogate
            PyErr_Clear();
            bad_input(where(name, out.size()) + "the string cannot be written as UTF-8");
        }
        out.emplace_back(utf8, static_cast<std::size_t>(bytes));
        check_size(name, static_cast<py::ssize_t>(out.size()));
    }
    return out;
}

}  // namespace

text_column::text_column(std::vector<std::string> owned) : owned_{std::move(owned)} {
    views_.assign(owned_.begin(), owned_.end());
}

columns::columns(const py::object& table, std::span<const std::string_view> known) {
    take(table);
    check_names(known);
}

void columns::take(const py::object& table) {
    if (speaks_arrow(table)) {
        whole_ = true;
        tables_.push_back(import_arrow(table));
        for (const std::string_view name : tables_.front().names()) names_.emplace_back(name);
        return;
    }
    if (!py::hasattr(table, "keys") || !py::hasattr(table, "__getitem__"))
        bad_input("a table is a mapping of names to columns, or has __arrow_c_stream__; this is " +
                  std::string{py::str(py::type::of(table).attr("__name__"))});
    for (const py::handle key : py::iter(table.attr("keys")())) {
        names_.emplace_back(py::str(key));
        values_.push_back(table[key]);
        table_of_.push_back(-1);
        if (!speaks_arrow(values_.back())) continue;
        table_of_.back() = static_cast<std::ptrdiff_t>(tables_.size());
        tables_.push_back(import_arrow(values_.back()));
    }
}

void columns::check_names(std::span<const std::string_view> known) const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (std::find(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(i), names_[i]) !=
            names_.begin() + static_cast<std::ptrdiff_t>(i))
            bad_input(titled(names_[i]) + " is there twice");
        if (std::find(known.begin(), known.end(), names_[i]) != known.end()) continue;
        const std::string_view meant = connect::nearest(names_[i], known);
        std::string all;
        for (const std::string_view k : known) all += (all.empty() ? "" : ", ") + std::string{k};
        bad_input("unknown " + titled(names_[i]) +
                  (meant.empty() ? "" : "; did you mean '" + std::string{meant} + "'?") +
                  " The columns are " + all);
    }
}

bool columns::has(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::optional<columns::imported> columns::arrow(std::string_view name) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at == names_.end()) bad_input(titled(name) + " is missing");
    const auto index = static_cast<std::size_t>(at - names_.begin());
    if (whole_) return imported{&tables_.front(), index};
    if (table_of_[index] < 0) return std::nullopt;
    return imported{&tables_[static_cast<std::size_t>(table_of_[index])], 0};
}

py::object columns::value(std::string_view name) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    return values_[static_cast<std::size_t>(at - names_.begin())];
}

text_column columns::texts(std::string_view name, std::ptrdiff_t rows,
                           connect::on_null nulls) const {
    if (const auto a = arrow(name)) {
        text_column out{a->of->texts(a->index, name, nulls)};
        check_rows(name, out.size(), rows);
        return out;
    }
    text_column out{plain_texts(value(name), name, nulls)};
    check_rows(name, out.size(), rows);
    return out;
}

std::vector<std::int64_t> columns::integers(std::string_view name, std::ptrdiff_t rows,
                                            const bounds& b) const {
    const auto all = [&](std::int64_t v) {
        return std::vector<std::int64_t>(
            static_cast<std::size_t>(std::max<std::ptrdiff_t>(rows, 0)), v);
    };
    if (!has(name) && b.otherwise) return all(*b.otherwise);
    std::vector<std::int64_t> out;
    if (const auto a = arrow(name)) {
        out = a->of->integers(a->index, name, b.otherwise ? on_null::use_default : on_null::refuse,
                              b.otherwise.value_or(0));
    } else if (py::isinstance<py::int_>(value(name)) && rows >= 0) {
        out = all(plain_integers(py::make_tuple(value(name)), name, b).front());
    } else {
        out = plain_integers(value(name), name, b);
    }
    check_rows(name, out.size(), rows);
    check_bounds(name, out, b);
    return out;
}

whole_numbers columns::whole(std::string_view name, std::ptrdiff_t rows, const bounds& b) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    const bool plain = !whole_ && at != names_.end();
    const py::object given =
        plain ? values_[static_cast<std::size_t>(at - names_.begin())] : py::object(py::none());
    static const py::handle ndarray =
        py::object(py::module_::import("numpy").attr("ndarray")).release();
    if (py::type::handle_of(given).is(ndarray)) {
        const auto lying = py::reinterpret_borrow<py::array>(given);
        const bool whole_and_wide = lying.dtype().equal(py::dtype::of<std::int64_t>()) &&
                                    lying.ndim() == 1 && (lying.flags() & py::array::c_style) != 0;
        if (whole_and_wide) {
            check_size(name, lying.size());
            check_rows(name, static_cast<std::size_t>(lying.size()), rows);
            check_bounds(name,
                         {static_cast<const std::int64_t*>(lying.data()),
                          static_cast<std::size_t>(lying.size())},
                         b);
            return whole_numbers{lying};
        }
    }
    return whole_numbers{integers(name, rows, b)};
}

std::vector<double> columns::reals(std::string_view name, std::ptrdiff_t rows) const {
    std::vector<double> out;
    if (const auto a = arrow(name)) {
        out = a->of->reals(a->index, name, on_null::use_default);
    } else {
        const py::object given = value(name);
        const py::array_t<double, py::array::c_style | py::array::forcecast> plain{
            plain_array(given, name, "iuf")};
        out.assign(plain.data(), plain.data() + plain.size());
        const auto masked = hidden(given);
        for (std::size_t i = 0; i < masked.size(); ++i)
            if (masked[i]) out[i] = std::nan("");
    }
    check_rows(name, out.size(), rows);
    return out;
}

std::vector<std::int64_t> columns::offsets(std::size_t lines) const {
    const auto last = static_cast<std::int64_t>(lines);
    auto out = integers("offsets", -1, {0, last});
    if (out.empty() || out.front() != 0 || out.back() != last)
        bad_input("column 'offsets' must begin with 0 and end with the number of lines, " +
                  std::to_string(lines));
    std::int64_t falls = 0;  // without a branch, as any_outside(); the bounds leave no overflow
    for (std::size_t i = 1; i < out.size(); ++i) falls |= out[i] - out[i - 1];
    const auto fall = falls < 0 ? std::is_sorted_until(out.begin(), out.end()) : out.end();
    if (fall != out.end())
        bad_input(where("offsets", static_cast<std::size_t>(fall - out.begin())) +
                  "offsets must never fall");
    return out;
}

std::vector<std::int64_t> ids(const py::object& values, const char* name, std::int64_t most) {
    const bounds b{0, most};
    std::vector<std::int64_t> out = speaks_arrow(values) ? import_arrow(values).integers(0, name)
                                                         : plain_integers(values, name, b);
    check_bounds(name, out, b);
    return out;
}

}  // namespace earmark::python
