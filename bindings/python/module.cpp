// THE MODULE: the engine's class, its birth and its end, errors, and how a batch behaves.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "binding.hpp"
#include "earmark/core/check.hpp"
#include "earmark/report/answers.hpp"

namespace earmark::python {

namespace {

/// Counts the forks on the way from the first process to this one.
std::atomic<unsigned> fork_count{0};

/// The classes of earmark.errors, kept for the life of the process: a thread that is cut off at
/// the end of the interpreter may still hold one.
PyObject* errors = nullptr;

const char* class_of(const error& why) {
    if (is_transient(why.code)) return "Busy";
    switch (why.code) {
        case error_code::halted:
            return "Halted";
        case error_code::bad_policy:
        case error_code::bad_workflow:
            return "BadPolicy";
        case error_code::unknown_order:
        case error_code::unknown_line:
        case error_code::unknown_reservation:
        case error_code::unknown_sku:
        case error_code::unknown_node:
        case error_code::unknown_place:
        case error_code::unknown_actor:
        case error_code::unknown_channel:
        case error_code::unknown_section:
        case error_code::unknown_segment:
        case error_code::unknown_attribute:
        case error_code::unknown_unit:
        case error_code::unknown_pool:
        case error_code::unknown_calendar:
        case error_code::unknown_service:
        case error_code::unknown_workflow:
        case error_code::unknown_event:
        case error_code::unknown_hold:
        case error_code::unknown_hold_type:
            return "Unknown";
        default:
            break;
    }
    const int room = static_cast<int>(why.code) / 1000;
    if (room == 8) return "JournalError";
    return room == 2 || room == 9 ? "BadInput" : "Refused";
}

[[noreturn]] void throw_class(const char* name, const std::string& sentence, const error& why,
                              const std::vector<std::string>& findings) {
    const py::object type = py::reinterpret_borrow<py::object>(errors).attr(name);
    const py::object e = type(sentence);
    if (why.code != error_code::ok)
        e.attr("code") = py::str(name_of(why.code).data(), name_of(why.code).size());
    e.attr("number") = static_cast<int>(why.code);
    e.attr("transient") = is_transient(why.code);
    e.attr("row") = why.row;
    if (!findings.empty()) {
        py::list all;
        for (const auto& f : findings) all.append(f);
        e.attr("findings") = all;
    }
    PyErr_SetObject(type.ptr(), e.ptr());
    throw py::error_already_set();
}

std::int64_t steady_ns() noexcept {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

std::unique_ptr<shop> make_engine(const std::string& journal, std::uint32_t max_orders,
                                  std::uint32_t max_cells, std::uint32_t max_keys) {
    config settings;
    settings.max_orders = max_orders;
    settings.max_cells = max_cells;
    settings.max_keys = max_keys;
    if (!journal.empty()) {
        std::string why;
        const auto sink = journal::open_sqlite(journal, &why);
        if (!sink) raise(why, sink.error());
        settings.sink = *sink;
    }
    return std::make_unique<shop>(std::move(settings));
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

shop::shop(config settings)
    : engine_{std::make_unique<engine>(std::move(settings))}, born_{generation()} {}

shop::~shop() {
    if (born_ != generation()) static_cast<void>(engine_.release());
}

unsigned shop::generation() noexcept { return 1 + fork_count.load(std::memory_order_relaxed); }

void shop::refuse() const {
    if (born_ == 0) throw py::type_error("Engine.__init__() has not been called");
    throw_class("Forked",
                "this engine belongs to the process that made it, and this is a forked child; make "
                "an engine here, or start workers with the 'spawn' method",
                {}, {});
}

void raise(const std::string& sentence, const error& why,
           const std::vector<std::string>& findings) {
    throw_class(class_of(why), sentence, why, findings);
}

void raise(const engine& e, const error& why, const std::vector<std::string>& findings) {
    std::string sentence = e.describe(why);
    for (const std::string& finding : findings) sentence += "\n" + finding;
    raise(sentence, why, findings);
}

void bad_input(const std::string& sentence) { throw_class("BadInput", sentence, {}, {}); }

void unlocked::again(PyThreadState* state) noexcept {
    // What is thrown here is the thread's forced end (glibc): the frames above hold Python objects
    // and must not be unwound without the GIL.
    try {
        PyEval_RestoreThread(state);
    } catch (...) {
        for (;;) pause();
    }
}

pace::pace(std::size_t total, py::object progress)
    : total_{total}, progress_{std::move(progress)}, last_ns_{steady_ns()} {
    if (!progress_.is_none() && PyCallable_Check(progress_.ptr()) == 0)
        bad_input("progress: give a callable that takes (done, total)");
}

bool pace::due() noexcept {
    constexpr std::int64_t every_ns = 50'000'000;
    if (!told_ && progress_.ptr() != Py_None) return true;
    return steady_ns() - last_ns_ >= every_ns;
}

void pace::look(std::size_t done) {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!progress_.is_none()) progress_(done, total_);
    told_ = true;
    last_ns_ = steady_ns();
}

void note_stop(py::error_already_set& e, std::size_t done, std::size_t total, py::object partial) {
    const py::object& raised = e.value();
    raised.attr("done") = done;
    raised.attr("partial") = std::move(partial);
    raised.attr("add_note")("earmark: the batch stopped after " + std::to_string(done) + " of " +
                            std::to_string(total) +
                            " items; these stay done, `partial` of this exception has them");
}

}  // namespace earmark::python

// Behind PyInit__earmark, which looks first where it is.
PYBIND11_MODULE(_earmark_here, m) {
    using namespace earmark::python;
    const earmark::config usual;
    errors = py::module_::import("earmark.errors").release().ptr();
    pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
    py::register_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const earmark::misuse& e) {
            const py::object type = py::reinterpret_borrow<py::object>(errors).attr("BadInput");
            PyErr_SetString(type.ptr(), e.what());
        }
    });
    m.attr("EarmarkError") = py::reinterpret_borrow<py::object>(errors).attr("EarmarkError");
    m.attr("OUTCOMES") = names_of_first<earmark::outcome>(earmark::report::outcome_words()->size());
    m.attr("UNIT_STATES") = names_of_first<earmark::unit_state>(earmark::unit_states);

    bind_frames(m);
    engine_class c(m, "Engine", "An order management engine; all state lives in the object.");
    c.def(py::init(&make_engine), py::kw_only(), py::arg("journal") = "",
          py::arg("max_orders") = usual.max_orders, py::arg("max_cells") = usual.max_cells,
          py::arg("max_keys") = usual.max_keys,
          "With `journal`, a path: the engine is what the journal says, and writes to it.");
    bind_policies(m, c);
    bind_workflows(m, c);
    bind_promises(c);
    bind_tables(c);
    bind_stock(c);
    bind_reservations(c);
    bind_feeds(c);
    bind_orders(c);
    bind_captures(m, c);
    bind_trust(c);
    bind_audit(c);
    bind_story(m, c);
    bind_files(m);
    bind_report(m, c);
    bind_definitions(m);
    bind_shares(m);
    m.def(
        "error_name",
        [](std::uint16_t number) {
            return earmark::name_of(static_cast<earmark::error_code>(number));
        },
        py::arg("number"), "The name of an error number.");
}

// Sub-interpreters are refused before anything of pybind11 runs: its first step waits for the GIL
// of the main interpreter, which a thread in a sub-interpreter holds already.
extern "C" PYBIND11_EXPORT PyObject* PyInit__earmark() {
    if (PyInterpreterState_Get() == PyInterpreterState_Main()) return PyInit__earmark_here();
    PyErr_SetString(PyExc_ImportError,
                    "earmark works in the main interpreter only, not in a sub-interpreter; use "
                    "threads or processes");
    return nullptr;
}
