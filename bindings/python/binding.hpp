// THE PYTHON BINDING, shared parts. The binding holds no logic: it turns columns into commands,
// calls the engine, and turns receipts into columns.
//
// Who may call: any Python thread. Batch calls let go of the GIL while the engine works (a column
// is copied before, so nobody can change it meanwhile); scalar calls keep it, which is cheaper than
// to give it back and fetch it again. Misuse is ValueError with the column and row; a refusal of a
// scalar call is EarmarkError; refusals within a batch are codes in a column.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"

namespace earmark::python {

namespace py = pybind11;
using engine_class = py::class_<engine>;

// One function per file.
void bind_tables(engine_class& c);
void bind_stock(engine_class& c);
void bind_orders(engine_class& c);
void bind_sourcing(engine_class& c);
void bind_trust(engine_class& c);
void bind_connect(py::module_& m);
void bind_report(py::module_& m);

/// A command without a key, by the host, at an instant.
inline command at(std::int64_t now) {
    command c;
    c.now = {now};
    return c;
}

/// A dict of columns. Names the column and the row in every complaint (ValueError).
class columns {
public:
    /// Refuses columns that are not in `known`.
    columns(py::dict table, std::initializer_list<const char*> known);

    [[nodiscard]] bool has(const char* name) const { return table_.contains(name); }

    /// Strings; a column must exist and have `rows` rows (any number where rows < 0).
    [[nodiscard]] std::vector<std::string> texts(const char* name, std::ptrdiff_t rows = -1) const;

    /// Whole numbers within [low, high], from a sequence or an integer array of any width; floats
    /// and booleans are refused, not rounded. One number stands for a whole column; a column that
    /// is missing is `otherwise` throughout (refused where rows < 0).
    [[nodiscard]] std::vector<std::int64_t> integers(const char* name, std::ptrdiff_t rows,
                                                     std::int64_t low, std::int64_t high,
                                                     std::int64_t otherwise = 0) const;
    [[nodiscard]] std::vector<std::int64_t> integers(const char* name, std::int64_t low,
                                                     std::int64_t high) const;

    /// Floating-point numbers (coordinates); NaN is passed on.
    [[nodiscard]] std::vector<double> reals(const char* name, std::ptrdiff_t rows) const;

    /// `offsets`: 0 first, never falling, `lines` last.
    [[nodiscard]] std::vector<std::int64_t> offsets(std::size_t lines) const;

private:
    [[nodiscard]] py::object column(const char* name) const;
    py::dict table_;
};

/// Ids from a sequence or array: whole numbers from 0 up.
[[nodiscard]] std::vector<std::int64_t> ids(const py::object& values, const char* name);

/// What became of each item of a batch: outcome (index into OUTCOMES) and error number, 0 for none.
struct verdicts {
    explicit verdicts(std::size_t n);
    void set(std::size_t i, const receipt& r);
    void set(std::size_t i, const result<receipt>& r);
    void set(std::size_t i, const error& why);
    void put_into(py::dict& out) const;

    py::array_t<std::uint8_t> outcome;
    py::array_t<std::uint16_t> error;

private:
    std::uint8_t* outcomes_;
    std::uint16_t* errors_;
};

/// Raises EarmarkError with code, number, transient and row; findings follow the sentence.
[[noreturn]] void raise(const engine& e, const error& why,
                        const std::vector<std::string>& findings = {});

/// The same with a sentence of the caller's own.
[[noreturn]] void raise(const std::string& sentence, const error& why);

template <class T>
T value_or_raise(const engine& e, result<T> r) {
    if (!r) raise(e, r.error());
    return std::move(*r);
}

/// Calls `f` again after a flush where the ring between two flushes was full. `code_of` reads the
/// error code off an answer.
template <class Call, class CodeOf>
auto with_room(engine& e, Call&& f, CodeOf&& code_of) {
    auto answer = f();
    if (code_of(answer) != error_code::journal_full) return answer;
    static_cast<void>(e.flush(journal::durability::memory));
    return f();
}

}  // namespace earmark::python
