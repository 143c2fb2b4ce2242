// FRAMES: columns out, by the Arrow C data interface and as NumPy arrays on the same memory.
#include <pybind11/stl.h>

#include "binding.hpp"
#include "earmark/report/answers.hpp"
#include "earmark/report/arrow.hpp"
#include "earmark/report/show.hpp"

namespace earmark::python {

namespace {

using report::column_data;
using report::column_type;
using report::frame;
using shared_frame = std::shared_ptr<const frame>;

/// A capsule with a struct that is filled by `fill`; it releases what nobody took.
template <class Struct, class Fill>
py::object capsule(const char* name, Fill&& fill) {
    auto made = std::make_unique<Struct>();
    fill(*made);
    PyObject* const out = PyCapsule_New(made.get(), name, [](PyObject* c) {
        auto* const held = static_cast<Struct*>(PyCapsule_GetPointer(c, PyCapsule_GetName(c)));
        if (held->release != nullptr) held->release(held);
        delete held;
    });
    if (out == nullptr) {
        made->release(made.get());
        throw py::error_already_set();
    }
    static_cast<void>(made.release());
    return py::reinterpret_steal<py::object>(out);
}

py::object stream(const frame_object& f, const py::object&) {
    return capsule<ArrowArrayStream>("arrow_array_stream",
                                     [&](ArrowArrayStream& s) { report::export_stream(f.of, s); });
}

py::object schema(const frame_object& f) {
    return capsule<ArrowSchema>("arrow_schema",
                                [&](ArrowSchema& s) { report::export_schema(f.of->schema(), s); });
}

/// Keeps the frame while an array looks at its memory.
py::capsule owner(const shared_frame& f) {
    return py::capsule(new shared_frame{f},
                       [](void* held) { delete static_cast<shared_frame*>(held); });
}

template <class T>
py::object view(const shared_frame& f, std::span<const T> values) {
    py::array_t<T> out(static_cast<py::ssize_t>(values.size()), values.data(), owner(f));
    out.attr("setflags")(py::arg("write") = false);
    return out;
}

py::object string_of(std::string_view text) { return py::str(text.data(), text.size()); }

py::object object_array(const py::list& values) {
    return py::module_::import("numpy").attr("array")(values, py::arg("dtype") = "object");
}

py::object values_of(const shared_frame& f, const column_data& c) {
    if (const auto* const wide = std::get_if<report::numbers<std::int64_t>>(&c.values)) {
        const py::object out = view(f, wide->values());
        return c.of->type == column_type::timestamp ? out.attr("view")("datetime64[ns]") : out;
    }
    if (const auto* const narrow = std::get_if<report::numbers<std::int32_t>>(&c.values))
        return view(f, narrow->values());
    if (const auto* const real = std::get_if<report::numbers<double>>(&c.values))
        return view(f, real->values());
    if (const auto* const truth = std::get_if<report::flags>(&c.values)) {
        py::array_t<bool> out(static_cast<py::ssize_t>(truth->size()));
        for (std::size_t i = 0; i < truth->size(); ++i) out.mutable_data()[i] = (*truth)[i];
        return out;
    }
    py::list out;
    const auto& texts = std::get<report::texts>(c.values);
    for (std::size_t i = 0; i < texts.size(); ++i)
        out.append(c.valid()[i] ? string_of(texts[i]) : py::object(py::none()));
    return object_array(out);
}

const column_data& find(const frame_object& f, const std::string& name) {
    if (const column_data* const found = f.of->find(name)) return *found;
    std::string all;
    for (const auto& c : f.of->columns()) all.append(" ").append(c.of->name);
    throw py::key_error("frame " + std::string{f.of->schema().name} + " has no column '" + name +
                        "'; it has" + all);
}

/// The values, hidden by a mask where there are nulls.
py::object column(const frame_object& f, const std::string& name) {
    const column_data& c = find(f, name);
    const py::object values = values_of(f.of, c);
    if (c.valid().nulls() == 0 || std::holds_alternative<report::texts>(c.values)) return values;
    py::array_t<bool> mask(static_cast<py::ssize_t>(c.rows()));
    for (std::size_t i = 0; i < c.rows(); ++i) mask.mutable_data()[i] = !c.valid()[i];
    return py::module_::import("numpy.ma").attr("MaskedArray")(values, py::arg("mask") = mask);
}

/// The columns of `parts` under their older names, part_row and so on; lines counted from 0.
py::object old_name(const frame_object& f, const std::string& name) {
    if (name == "violations" && f.violations) {
        py::list out;
        const frame& of = *f.violations->cast<const frame_object&>().of;
        for (std::size_t i = 0; i < of.rows(); ++i)
            out.append(py::make_tuple(of.ints("row")[i], string_of(of.word("reason", i)),
                                      string_of(of.strings("sentence")[i])));
        return out;
    }
    if (!name.starts_with("part_") || !f.parts) return column(f, name);
    const py::object values = column(f.parts->cast<const frame_object&>(), name.substr(5));
    return name == "part_line" ? values - py::int_(1) : values;
}

py::list names(const frame_object& f) {
    py::list out;
    for (const auto& c : f.of->columns()) out.append(string_of(c.of->name));
    return out;
}

const report::vocabulary& words_of(const frame_object& f, const std::string& name) {
    const column_data& c = find(f, name);
    if (c.words == nullptr) bad_input("column '" + name + "' is no dictionary column");
    return c.words;
}

py::tuple dictionary(const frame_object& f, const std::string& name) {
    const auto& words = words_of(f, name);
    py::tuple out(words->size());
    for (std::size_t i = 0; i < words->size(); ++i) out[i] = string_of((*words)[i]);
    return out;
}

py::object words(const frame_object& f, const std::string& name) {
    const py::tuple known = dictionary(f, name);
    const column_data& c = find(f, name);
    const auto codes = f.of->small_ints(name);
    py::list out;
    for (std::size_t i = 0; i < codes.size(); ++i)
        out.append(c.valid()[i] ? py::object(known[static_cast<std::size_t>(codes[i])])
                                : py::object(py::none()));
    return object_array(out);
}

report::vocabulary keys(std::uint32_t n, auto&& key) {
    auto words = std::make_shared<report::texts>();
    for (std::uint32_t i = 0; i < n; ++i) words->add(key(i));
    return words;
}

}  // namespace

report::vocabulary node_keys(const engine& e) {
    return keys(e.nodes(), [&](std::uint32_t i) {
        return e.node(node_id{static_cast<std::uint16_t>(i)}).key;
    });
}
report::vocabulary sku_keys(const engine& e) {
    return keys(e.skus(), [&](std::uint32_t i) { return e.sku(sku_id{i}).key; });
}

frame_ref to_python(report::frame f) {
    return frame_ref{py::cast(frame_object{std::make_shared<const frame>(std::move(f)), {}, {}})};
}

void bind_frames(py::module_& m) {
    py::class_<frame_object> c(
        m, "Frame",
        "Columns that an answer is made of; docs/formats/columns.md says what each holds. Give it "
        "to pandas, polars, pyarrow or DuckDB as it is, or take a column as NumPy by its name. "
        "It never changes and outlives the engine.");
    c.def("__arrow_c_stream__", &stream, py::arg("requested_schema") = py::none(),
          "The Arrow C stream of the rows; nothing is copied.");
    c.def("__arrow_c_schema__", &schema, "The Arrow type of a row.");
    c.def("__len__", [](const frame_object& f) { return f.of->rows(); });
    c.def("__getitem__", &old_name, py::arg("name"),
          "A column: a read-only NumPy view where its layout allows one (numbers, instants, and "
          "codes of dictionary columns), else a copy. Masked where there are nulls.");
    c.def("__contains__", [](const frame_object& f, const std::string& name) {
        return f.of->find(name) != nullptr;
    });
    c.def("__iter__", [](const frame_object& f) { return py::iter(names(f)); });
    c.def("__repr__", [](const frame_object& f) { return report::to_text(*f.of); });
    c.def("_repr_html_", [](const frame_object& f) { return report::to_html(*f.of); });
    c.def("keys", &names, "The names of the columns.");
    c.def("words", &words, py::arg("name"), "A dictionary column as texts, None for nulls.");
    c.def("dictionary", &dictionary, py::arg("name"),
          "The words that the codes of a dictionary column stand for.");
    c.def_property_readonly(
        "columns", [](const frame_object& f) { return py::tuple(names(f)); },
        "The names of the columns.");
    c.def_property_readonly(
        "name", [](const frame_object& f) { return f.of->schema().name; },
        "Its name in the column dictionary.");
    c.def_readonly("parts", &frame_object::parts,
                   "Of decisions: the frame of the plans' parts; else None.");
    c.def_readonly("violations", &frame_object::violations,
                   "Of placed orders: the frame of what was wrong with them; else None.");
    c.def_readonly("changes", &frame_object::changes,
                   "Of captured orders: the frame of what their revisions change; else None.");
    m.def(
        "dictionary", [] { return to_python(report::dictionary_frame()); },
        "The column dictionary as a frame: every column of every frame.");
    m.def("columns_page", &report::columns_page,
          "docs/formats/columns.md, made of the dictionary.");
}

}  // namespace earmark::python
