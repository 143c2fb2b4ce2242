// THE STORY of an order, and the audit trail.
#include "earmark/engine/story.hpp"

#include <pybind11/stl.h>

#include <string>

#include "binding.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark::python {
namespace {

/// Its rows have texts of the engine, which lives as long.
struct story_object {
    told_story told;
    frame_ref rows;
};

story_object story_of(const engine& e, std::uint64_t id) {
    told_story told = value_or_raise(e, without_gil([&] { return story(e, order_id{id}); }));
    frame_ref rows = to_python(report::trail_frame(told.rows, sku_keys(e), node_keys(e)));
    return {std::move(told), std::move(rows)};
}

/// The verb of a name; BadInput for another.
verb verb_named(const std::string& name) {
    for (std::size_t i = 0; i < verbs; ++i)
        if (name_of(static_cast<verb>(i)) == name) return static_cast<verb>(i);
    bad_input("trail: there is no verb '" + name + "'");
}

py::object trail_of(const shop& s, std::optional<std::uint64_t> order,
                    std::optional<std::uint32_t> sku, std::optional<std::uint16_t> node,
                    const std::optional<std::string>& actor,
                    const std::optional<std::string>& of_verb, std::optional<std::int64_t> since,
                    std::optional<std::int64_t> until, std::uint64_t cursor, std::size_t limit) {
    const engine& e = s.use();
    trail_query q;
    if (order) q.order = order_id{*order};
    if (sku) q.sku = sku_id{*sku};
    if (node) q.node = node_id{*node};
    if (actor) q.actor = value_or_raise(e, find_actor(e, *actor));
    if (of_verb) q.by = verb_named(*of_verb);
    if (since) q.since = {*since};
    if (until) q.until = {*until};
    const auto page =
        value_or_raise(e, without_gil([&] { return trail(e, q, position{cursor}, limit); }));
    return py::make_tuple(to_python(report::trail_frame(page.rows, sku_keys(e), node_keys(e))),
                          raw(page.next));
}

}  // namespace

void bind_story(py::module_& m, engine_class& c) {
    py::class_<story_object> story(
        m, "Story",
        "Everything that happened to one order, oldest first: `rows` is a frame, `str()` is one "
        "sentence a record, svg() a picture.");
    story.def_property_readonly("order", [](const story_object& s) { return raw(s.told.order); });
    story.def_property_readonly("key", [](const story_object& s) { return s.told.key; });
    story.def_property_readonly("version", [](const story_object& s) { return s.told.version; });
    story.def_property_readonly("whole", [](const story_object& s) { return s.told.whole; });
    story.def_property_readonly("gone_to",
                                [](const story_object& s) { return raw(s.told.gone_to); });
    story.def_property_readonly("rows", [](const story_object& s) { return s.rows; });
    story.def("__str__", [](const story_object& s) { return report::text_of(s.told); });
    story.def(
        "svg", [](const story_object& s) { return report::svg_of(s.told); },
        "Time from left to right, a column a record; holds above, below a row for each line, "
        "state and node. The same story gives the same text.");
    story.def("_repr_html_", [](const story_object& s) { return report::svg_of(s.told); });
    c.def("story", on(&story_of), py::arg("order"), py::keep_alive<0, 1>(),
          "What happened to an order, up to the version that it has now. Where its beginning is in "
          "memory no longer, `whole` is False and the rest is told. Unknown; Busy. O(records since "
          "its birth).");
    c.def("trail", &trail_of, py::kw_only(), py::arg("order") = std::nullopt,
          py::arg("sku") = std::nullopt, py::arg("node") = std::nullopt,
          py::arg("actor") = std::nullopt, py::arg("of_verb") = std::nullopt,
          py::arg("since") = std::nullopt, py::arg("until") = std::nullopt, py::arg("cursor") = 0,
          py::arg("limit") = 100'000,
          "What happened behind `cursor`: rows of records that fit, whole records, as many as it "
          "takes for `limit` rows, and the cursor to go on with, which stays the same at the end. "
          "`since` and `until` are instants, the latter not included. Frame `trail`.");
}

}  // namespace earmark::python
