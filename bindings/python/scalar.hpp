// SCALAR CALLS WITHOUT A DISPATCHER. A method that is bound already gets a door in front of it: a
// function of the vectorcall protocol (PEP 590) that serves a call whose arguments are exactly what
// the verb takes (ints, strings, None; by position or by name) and hands every other one on, with
// all its arguments, to the method behind it, which knows the defaults, the overloads and the words
// for what is wrong. Nobody can tell the two apart but by the time: about 30 ns against 120.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "binding.hpp"

namespace earmark::python {

// Each `exactly` reads an argument that needs no conversion, or says false and leaves no error.
template <class T>
    requires std::integral<T>
bool exactly(PyObject* given, T& out) noexcept {
    if (!PyLong_CheckExact(given)) return false;
    int outside = 0;
    const long long value = PyLong_AsLongLongAndOverflow(given, &outside);
    if (outside != 0 || !std::in_range<T>(value)) return false;
    out = static_cast<T>(value);
    return true;
}
template <class T>
bool exactly(PyObject* given, std::optional<T>& out) noexcept {
    if (given == Py_None) {
        out.reset();
        return true;
    }
    return exactly(given, out.emplace());
}
inline bool exactly(PyObject* given, std::string_view& out) noexcept {
    if (!PyUnicode_CheckExact(given)) return false;
    Py_ssize_t bytes = 0;
    const char* const utf8 = PyUnicode_AsUTF8AndSize(given, &bytes);
    if (utf8 == nullptr) {  // a lone surrogate
        PyErr_Clear();
        return false;
    }
    out = {utf8, static_cast<std::size_t>(bytes)};
    return true;
}

/// The door of one verb, a function of the engine and of plain arguments.
template <auto Verb>
class door;

template <class R, class... A, R (*Verb)(engine&, A...)>
class door<Verb> {
public:
    using values = std::tuple<std::decay_t<A>...>;

    /// Puts it in front of the method `name`. `names` are the arguments' names; the last of them,
    /// as many as `usual` has, may be left out.
    template <class... U>
    static void open(engine_class& c, const char* name, std::array<const char*, sizeof...(A)> names,
                     U... usual) {
        constexpr std::size_t required = sizeof...(A) - sizeof...(U);
        least_ = required;
        set_usual(std::tuple{usual...}, std::index_sequence_for<U...>{});
        for (std::size_t i = 0; i < names.size(); ++i)
            names_[i] = PyUnicode_InternFromString(names[i]);
        const py::object method = c.attr(name);
        text_ = py::str(method.attr("__doc__"));
        behind_ = method.inc_ref().ptr();
        def_ = {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call)),
                METH_FASTCALL | METH_KEYWORDS, text_.c_str()};
        c.attr(name) = py::reinterpret_steal<py::object>(
            PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(c.ptr()), &def_));
    }

private:
    static constexpr std::size_t arguments = sizeof...(A);

    template <class Usual, std::size_t... I>
    static void set_usual(const Usual& usual, std::index_sequence<I...>) {
        constexpr std::size_t first = arguments - sizeof...(I);
        static_cast<void>(((std::get<first + I>(usual_) = std::get<I>(usual)), ...));
    }

    /// The engine's holder, where it lies as it does in all but odd subclasses. `self` is of the
    /// class: the descriptor has seen to that.
    static const shop* holder(PyObject* self) noexcept {
        const auto* const it = reinterpret_cast<py::detail::instance*>(self);
        if (!it->simple_layout || !it->simple_holder_constructed) return nullptr;
        return static_cast<const shop*>(it->simple_value_holder[0]);
    }

    static bool read(std::size_t argument, PyObject* given, values& out) noexcept {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return ((I == argument && exactly(given, std::get<I>(out))) || ...);
        }
        (std::index_sequence_for<A...>{});
    }
    static std::size_t place_of(PyObject* name) noexcept {
        std::size_t i = 0;
        while (i < arguments && names_[i] != name) ++i;  // names in calls are interned as ours are
        return i;
    }

    static bool read_all(PyObject* const* given, std::size_t n, PyObject* by_name,
                         values& out) noexcept {
        if (n > arguments) return false;
        unsigned there = (1u << n) - 1;
        for (std::size_t i = 0; i < n; ++i)
            if (!read(i, given[i], out)) return false;
        const auto named = by_name == nullptr ? 0 : PyTuple_GET_SIZE(by_name);
        for (Py_ssize_t i = 0; i < named; ++i) {
            const std::size_t at = place_of(PyTuple_GET_ITEM(by_name, i));
            if (at == arguments || (there >> at & 1) != 0) return false;
            if (!read(at, given[n + static_cast<std::size_t>(i)], out)) return false;
            there |= 1u << at;
        }
        const unsigned all = (1u << least_) - 1;
        return (there & all) == all;
    }

    static PyObject* call(PyObject* self, PyObject* const* given, Py_ssize_t n,
                          PyObject* by_name) noexcept {
        const shop* const s = holder(self);
        values v = usual_;
        if (s == nullptr || !read_all(given, static_cast<std::size_t>(n), by_name, v))
            return hand_on(self, given, n, by_name);
        try {
            engine& e = s->use();
            return std::apply([&](auto... a) { return answer(e, a...); }, v);
        } catch (py::error_already_set& raised) {
            raised.restore();
        } catch (...) {
            py::detail::try_translate_exceptions();
        }
        return nullptr;
    }

    static PyObject* answer(engine& e, A... a) {
        if constexpr (std::is_void_v<R>) {
            Verb(e, a...);
            return Py_NewRef(Py_None);
        } else if constexpr (std::is_signed_v<R>) {
            return PyLong_FromLongLong(Verb(e, a...));
        } else {
            return PyLong_FromUnsignedLongLong(Verb(e, a...));
        }
    }

    static PyObject* hand_on(PyObject* self, PyObject* const* given, Py_ssize_t n,
                             PyObject* by_name) noexcept {
        const auto named = by_name == nullptr ? 0 : PyTuple_GET_SIZE(by_name);
        try {
            std::vector<PyObject*> all{self};
            all.insert(all.end(), given, given + n + named);
            return PyObject_Vectorcall(behind_, all.data(), static_cast<std::size_t>(n) + 1,
                                       by_name);
        } catch (const std::bad_alloc&) {
            return PyErr_NoMemory();
        }
    }

    // Written once, when the module is made.
    static inline values usual_{};
    static inline std::size_t least_ = 0;
    static inline std::array<PyObject*, arguments> names_{};
    static inline PyObject* behind_ = nullptr;
    static inline std::string text_{};
    static inline PyMethodDef def_{};
};

}  // namespace earmark::python
