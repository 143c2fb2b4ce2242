// THE PYTHON BINDING, shared parts. The binding holds no logic: it turns columns into commands,
// calls the engine, and turns answers into frames.
//
// Who may call: any Python thread, also from a callback. Batch calls of 256 items and more let go
// of the GIL while the engine works (columns are checked before, and copied but for arrays of int64
// that `reserve` reads where they lie) and take it again between slices, for signals and for
// progress; scalar calls and small batches keep it. No engine call is under way while Python code
// runs, so there is nothing that a callback could wait for. In a forked child every call is Forked,
// an error.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::python {

namespace py = pybind11;

// Objects whose only difference is the name that signatures, and so the stubs, have for them.
inline bool anything(PyObject*) { return true; }
template <class Spelling>
struct spelled : py::object {
    PYBIND11_OBJECT(spelled, py::object, anything)
};
struct frame_spelling {
    static constexpr auto name = py::detail::const_name("Frame");
};
struct table_spelling {
    static constexpr auto name = py::detail::const_name("Table");
};
struct column_spelling {
    static constexpr auto name = py::detail::const_name("Column");
};
struct progress_spelling {
    static constexpr auto name = py::detail::const_name("Progress | None");
};
using frame_ref = spelled<frame_spelling>;
using any_table = spelled<table_spelling>;
using any_column = spelled<column_spelling>;
using progress_call = spelled<progress_spelling>;

}  // namespace earmark::python

namespace pybind11::detail {
template <class Spelling>
struct handle_type_name<earmark::python::spelled<Spelling>> {
    static constexpr auto name = Spelling::name;
};
}  // namespace pybind11::detail

namespace earmark::python {

/// The engine as Python holds it: it knows the process that made it.
class shop {
public:
    explicit shop(config settings);
    /// In a forked child the engine is left alone: its journal belongs to the parent.
    ~shop();
    shop(const shop&) = delete;
    shop& operator=(const shop&) = delete;

    /// Zeroed: an object that __new__ made and __init__ never saw is pybind11's to allocate, and
    /// its `born_` is then 0, which no engine has.
    static void* operator new(std::size_t bytes) {
        return std::memset(::operator new(bytes), 0, bytes);
    }
    static void operator delete(void* p) noexcept { ::operator delete(p); }

    /// Raises Forked in a child of the process that made the engine, and TypeError where there is
    /// none.
    [[nodiscard]] engine& use() const {
        if (born_ != generation()) [[unlikely]]
            refuse();
        return *engine_;
    }

private:
    /// 1 and the forks on the way from the first process to this one.
    static unsigned generation() noexcept;
    [[noreturn]] void refuse() const;

    std::unique_ptr<engine> engine_;
    unsigned born_;
};
using engine_class = py::class_<shop>;

// One function per file.
void bind_frames(py::module_& m);
void bind_policies(py::module_& m, engine_class& c);
void bind_workflows(py::module_& m, engine_class& c);
void bind_promises(engine_class& c);
void bind_tables(engine_class& c);
void bind_stock(engine_class& c);
void bind_reservations(engine_class& c);
void bind_feeds(engine_class& c);
void bind_orders(engine_class& c);
void bind_captures(py::module_& m, engine_class& c);
void bind_explanations(engine_class& c);
void bind_trust(engine_class& c);
void bind_audit(engine_class& c);
void bind_story(py::module_& m, engine_class& c);
void bind_files(py::module_& m);
void bind_report(py::module_& m, engine_class& c);
void bind_definitions(py::module_& m);
void bind_shares(py::module_& m);

/// A method of Engine from a function of the C++ engine.
template <class R, class E, class... A>
auto on(R (*f)(E&, A...)) {
    return [f](const shop& s, A... a) -> R { return f(s.use(), std::forward<A>(a)...); };
}
template <class R, class... A>
auto on(R (engine::*f)(A...) const) {
    return [f](const shop& s, A... a) -> R { return (s.use().*f)(std::forward<A>(a)...); };
}
template <class R, class... A>
auto on(R (engine::*f)(A...)) {
    return [f](const shop& s, A... a) -> R { return (s.use().*f)(std::forward<A>(a)...); };
}

/// A command without a key, by the host, at an instant.
inline command at(std::int64_t now) {
    command c;
    c.now = {now};
    return c;
}

// ---- errors -----------------------------------------------------------------------------------

/// Raises the class of earmark.errors that fits the code, with its attributes.
[[noreturn]] void raise(const engine& e, const error& why,
                        const std::vector<std::string>& findings = {});
/// The same with a sentence of the caller's own.
[[noreturn]] void raise(const std::string& sentence, const error& why,
                        const std::vector<std::string>& findings = {});
/// Raises BadInput.
[[noreturn]] void bad_input(const std::string& sentence);

template <class T>
T value_or_raise(const engine& e, result<T> r) {
    if (!r) raise(e, r.error());
    return std::move(*r);
}

using actor_name = std::optional<std::string>;
/// The argument of whoever gives a command.
[[nodiscard]] inline py::arg_v by_actor() { return py::arg("actor") = std::nullopt; }

/// A command without a key at an instant, by somebody or (None) the host.
inline command at(engine& e, const actor_name& actor, std::int64_t now) {
    command c = at(now);
    if (actor) c.actor = value_or_raise(e, e.actor(*actor));
    return c;
}

/// The channel of a name; none for none.
inline channel_id channel_of(const engine& e, const std::optional<std::string>& name) {
    return name ? value_or_raise(e, e.find_channel(*name)) : none<channel_id>;
}

// ---- frames -----------------------------------------------------------------------------------

/// A frame as Python holds it. `parts`, `violations` and `changes` belong to it, if any.
struct frame_object {
    std::shared_ptr<const report::frame> of;
    std::optional<frame_ref> parts{}, violations{}, changes{};
};
[[nodiscard]] frame_ref to_python(report::frame f);

// The words of ids, in frames of many rows.
[[nodiscard]] report::vocabulary node_keys(const engine& e);
[[nodiscard]] report::vocabulary sku_keys(const engine& e);

// ---- batches ----------------------------------------------------------------------------------

inline constexpr std::size_t slice_items = 256;

/// Lets go of the GIL; takes it again at the end. A thread that comes back while the interpreter
/// is ending stays where it is until the process is gone: it may neither return nor unwind.
class unlocked {
public:
    unlocked() : state_{PyEval_SaveThread()} {}
    ~unlocked() { again(state_); }
    unlocked(const unlocked&) = delete;
    unlocked& operator=(const unlocked&) = delete;

private:
    static void again(PyThreadState* state) noexcept;
    PyThreadState* state_;
};

/// What f answers, called without the GIL.
template <class F>
auto without_gil(F&& f) {
    const unlocked while_the_engine_works;
    return f();
}

/// What a batch does between its slices.
class pace {
public:
    explicit pace(std::size_t total, py::object progress);
    /// Whether the interpreter wants a look: after the first slice where there is somebody to tell,
    /// then every 50 ms. Called without the GIL.
    [[nodiscard]] bool due() noexcept;
    /// Runs signal handlers and tells progress. Called with the GIL; throws what they raise.
    void look(std::size_t done);

private:
    std::size_t total_;
    py::object progress_;
    std::int64_t last_ns_;
    bool told_ = false;
};

/// Says on the exception that is being thrown how far a batch came: attributes `done` and
/// `partial`, and a note.
void note_stop(py::error_already_set& e, std::size_t done, std::size_t total, py::object partial);

/// Runs work(first, count) over n items in slices, without the GIL where there are enough of them,
/// and answers finish(). An exception of progress or of a signal handler stops after a slice; what
/// was done until then stays done and is `partial` on the exception.
template <class Work, class Finish>
auto in_slices(std::size_t n, const py::object& progress, Work&& work, Finish&& finish) {
    pace p{n, progress};
    std::size_t done = 0;
    const auto run = [&](bool once) {
        do {
            const std::size_t count = std::min(slice_items, n - done);
            work(done, count);
            done += count;
        } while (done < n && !once && !p.due());
    };
    try {
        if (n < slice_items) {
            if (n > 0) run(true);
            p.look(done);
        }
        while (done < n) {
            {
                const unlocked while_the_engine_works;
                run(false);
            }
            p.look(done);
        }
    } catch (py::error_already_set& e) {
        note_stop(e, done, n, finish());
        throw;
    }
    return finish();
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
