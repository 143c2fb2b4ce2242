// THE MODULE: the engine's class, the error class, and the names of the closed lists.
#include <pybind11/stl.h>

#include <memory>

#include "binding.hpp"
#include "earmark/core/check.hpp"

namespace earmark::python {

namespace {

/// The class EarmarkError, made once and kept for the life of the interpreter.
PyObject* error_class = nullptr;

void make_error_class(py::module_& m) {
    error_class = PyErr_NewExceptionWithDoc(
        "earmark.EarmarkError",
        "A refusal: `code` is its name, `number` its number in docs/errors.md, `transient` says "
        "whether the same call may succeed later, `row` the line that it concerns (0: the whole).",
        PyExc_RuntimeError, nullptr);
    m.add_object("EarmarkError", py::reinterpret_borrow<py::object>(error_class));
}

std::unique_ptr<engine> make_engine(const std::string& journal, std::uint32_t max_orders,
                                    std::uint32_t max_cells, std::uint32_t max_keys) {
    config settings;
    settings.max_orders = max_orders;
    settings.max_cells = max_cells;
    settings.max_keys = max_keys;
    if (!journal.empty()) {
        std::string why;
        const auto sink = journal::open_sqlite(journal, &why);
        if (!sink) raise(journal + ": " + why, sink.error());
        settings.sink = *sink;
    }
    return std::make_unique<engine>(std::move(settings));
}

template <class Enum>
py::tuple names_of_first(std::size_t n) {
    py::tuple names(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::string_view name = name_of(static_cast<Enum>(i));
        names[i] = py::str(name.data(), name.size());
    }
    return names;
}

}  // namespace

void raise(const std::string& sentence, const error& why) {
    const py::object type = py::reinterpret_borrow<py::object>(error_class);
    const py::object e = type(sentence);
    e.attr("code") = py::str(name_of(why.code).data(), name_of(why.code).size());
    e.attr("number") = static_cast<int>(why.code);
    e.attr("transient") = is_transient(why.code);
    e.attr("row") = why.row;
    PyErr_SetObject(error_class, e.ptr());
    throw py::error_already_set();
}

void raise(const engine& e, const error& why, const std::vector<std::string>& findings) {
    std::string sentence = e.describe(why);
    for (const std::string& finding : findings) sentence += "\n" + finding;
    raise(sentence, why);
}

}  // namespace earmark::python

PYBIND11_MODULE(_earmark, m) {
    using namespace earmark::python;
    const earmark::config usual;
    make_error_class(m);
    py::register_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const earmark::misuse& e) {
            PyErr_SetString(PyExc_ValueError, e.what());
        }
    });
    m.attr("OUTCOMES") = names_of_first<earmark::outcome>(7);
    m.attr("UNIT_STATES") = names_of_first<earmark::unit_state>(earmark::unit_states);

    engine_class c(m, "Engine", "An order management engine; all state lives in the object.");
    c.def(py::init(&make_engine), py::kw_only(), py::arg("journal") = "",
          py::arg("max_orders") = usual.max_orders, py::arg("max_cells") = usual.max_cells,
          py::arg("max_keys") = usual.max_keys,
          "With `journal`, a path: the engine is what the journal says, and writes to it.");
    bind_tables(c);
    bind_stock(c);
    bind_orders(c);
    bind_sourcing(c);
    bind_trust(c);
    bind_connect(m);
    bind_report(m);
    m.def(
        "error_name",
        [](std::uint16_t number) {
            return earmark::name_of(static_cast<earmark::error_code>(number));
        },
        py::arg("number"), "The name of an error number.");
}
