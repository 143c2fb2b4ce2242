// COLUMNS: from whatever Python hands over to plain vectors, with nothing rounded or cut on the
// way.
#include <algorithm>
#include <limits>

#include "binding.hpp"

namespace earmark::python {

namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw py::value_error(sentence); }

std::string where(const char* name, std::size_t row) {
    return "column '" + std::string{name} + "', row " + std::to_string(row + 1) + ": ";
}

void check_rows(const char* name, std::size_t found, std::ptrdiff_t rows) {
    if (rows >= 0 && found != static_cast<std::size_t>(rows))
        refuse("column '" + std::string{name} + "' has " + std::to_string(found) +
               " rows where the table has " + std::to_string(rows));
}

/// A NumPy array of at most one dimension whose elements are of one of `kinds` ('i', 'u', 'f').
py::array plain_array(const py::object& value, const char* name, const char* kinds) {
    py::array a = py::array::ensure(value);
    if (!a) {
        PyErr_Clear();
        refuse("column '" + std::string{name} + "': give a sequence of numbers or an array");
    }
    if (a.ndim() > 1) refuse("column '" + std::string{name} + "': give one dimension");
    const std::string allowed{kinds};
    if (a.size() > 0 && allowed.find(a.dtype().kind()) == std::string::npos)
        refuse("column '" + std::string{name} + "' has dtype " + std::string{py::str(a.dtype())} +
               "; give " + (allowed == "iu" ? "whole numbers" : "numbers"));
    return a;
}

/// The elements as int64; refuses what does not fit.
std::vector<std::int64_t> whole_numbers(const py::object& value, const char* name, std::int64_t low,
                                        std::int64_t high) {
    const py::array a = plain_array(value, name, "iu");
    std::vector<std::int64_t> out(static_cast<std::size_t>(a.size()));
    if (out.empty()) return out;
    const auto fits = [&](std::size_t row, std::int64_t v) {
        if (v < low || v > high)
            refuse(where(name, row) + std::to_string(v) + " is outside " + std::to_string(low) +
                   " to " + std::to_string(high));
    };
    if (a.dtype().kind() == 'u' && a.itemsize() == 8) {
        const py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast> wide{a};
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<std::int64_t>(std::min(wide.data()[i], most));
    } else {
        const py::array_t<std::int64_t, py::array::c_style | py::array::forcecast> wide{a};
        std::copy_n(wide.data(), out.size(), out.begin());
    }
    for (std::size_t i = 0; i < out.size(); ++i) fits(i, out[i]);
    return out;
}

}  // namespace

columns::columns(py::dict table, std::initializer_list<const char*> known) : table_{table} {
    for (const auto& [key, value] : table_) {
        const std::string name = py::str(key);
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string all;
        for (const char* k : known) all += (all.empty() ? "" : ", ") + std::string{k};
        refuse("unknown column '" + name + "'; the columns are " + all);
    }
}

py::object columns::column(const char* name) const {
    if (!has(name)) refuse("column '" + std::string{name} + "' is missing");
    return table_[name];
}

std::vector<std::string> columns::texts(const char* name, std::ptrdiff_t rows) const {
    const py::object value = column(name);
    if (py::isinstance<py::str>(value) || py::isinstance<py::bytes>(value) ||
        !py::isinstance<py::iterable>(value))
        refuse("column '" + std::string{name} + "': give a list of strings");
    std::vector<std::string> out;
    for (const py::handle item : py::iter(value)) {
        if (!py::isinstance<py::str>(item))
            refuse(where(name, out.size()) + "give a string, not " +
                   std::string{py::str(py::type::of(item).attr("__name__"))});
        Py_ssize_t bytes = 0;
        const char* const utf8 = PyUnicode_AsUTF8AndSize(item.ptr(), &bytes);
        if (utf8 == nullptr) throw py::error_already_set();  // a lone surrogate: UnicodeEncodeError
        out.emplace_back(utf8, static_cast<std::size_t>(bytes));
    }
    check_rows(name, out.size(), rows);
    return out;
}

std::vector<std::int64_t> columns::integers(const char* name, std::ptrdiff_t rows, std::int64_t low,
                                            std::int64_t high, std::int64_t otherwise) const {
    if (!has(name)) return std::vector<std::int64_t>(static_cast<std::size_t>(rows), otherwise);
    const py::object value = column(name);
    if (py::isinstance<py::int_>(value)) {
        const auto one = whole_numbers(py::make_tuple(value), name, low, high);
        return std::vector<std::int64_t>(static_cast<std::size_t>(rows), one.front());
    }
    auto out = whole_numbers(value, name, low, high);
    check_rows(name, out.size(), rows);
    return out;
}

std::vector<std::int64_t> columns::integers(const char* name, std::int64_t low,
                                            std::int64_t high) const {
    return whole_numbers(column(name), name, low, high);
}

std::vector<double> columns::reals(const char* name, std::ptrdiff_t rows) const {
    const py::array_t<double, py::array::c_style | py::array::forcecast> a{
        plain_array(column(name), name, "iuf")};
    std::vector<double> out(a.data(), a.data() + a.size());
    check_rows(name, out.size(), rows);
    return out;
}

std::vector<std::int64_t> columns::offsets(std::size_t lines) const {
    const auto last = static_cast<std::int64_t>(lines);
    auto out = integers("offsets", 0, last);
    if (out.empty() || out.front() != 0 || out.back() != last)
        refuse("column 'offsets' must begin with 0 and end with the number of lines, " +
               std::to_string(lines));
    const auto fall = std::is_sorted_until(out.begin(), out.end());
    if (fall != out.end())
        refuse(where("offsets", static_cast<std::size_t>(fall - out.begin())) +
               "offsets must never fall");
    return out;
}

std::vector<std::int64_t> ids(const py::object& values, const char* name) {
    return whole_numbers(values, name, 0, std::numeric_limits<std::int64_t>::max());
}

verdicts::verdicts(std::size_t n)
    : outcome(static_cast<py::ssize_t>(n)),
      error(static_cast<py::ssize_t>(n)),
      outcomes_{outcome.mutable_data()},
      errors_{error.mutable_data()} {}

void verdicts::set(std::size_t i, const receipt& r) {
    outcomes_[i] = static_cast<std::uint8_t>(r.what);
    errors_[i] = static_cast<std::uint16_t>(r.why.code);
}

void verdicts::set(std::size_t i, const earmark::error& why) {
    outcomes_[i] = static_cast<std::uint8_t>(earmark::outcome::declined);
    errors_[i] = static_cast<std::uint16_t>(why.code);
}

void verdicts::set(std::size_t i, const result<receipt>& r) { r ? set(i, *r) : set(i, r.error()); }

void verdicts::put_into(py::dict& out) const {
    out["outcome"] = outcome;
    out["error"] = error;
}

}  // namespace earmark::python
