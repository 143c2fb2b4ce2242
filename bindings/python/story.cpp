// THE STORY of an order, and the audit trail.
#include "earmark/engine/story.hpp"

#include <pybind11/stl.h>

#include <string>

#include "binding.hpp"
#include "earmark/engine/notices.hpp"
#include "earmark/report/order_story.hpp"
#include "rows.hpp"

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

std::bitset<notice_kinds> kinds_of(const std::optional<std::vector<std::string>>& names) {
    std::bitset<notice_kinds> out;
    if (!names) return out.set();
    for (const std::string& name : *names)
        out.set(static_cast<std::size_t>(named<notice_kind>(name, notice_kinds, "kinds")));
    return out;
}

py::dict notice_of(const engine& e, const notice& n) {
    py::dict out;
    out["key"] = n.key;
    out["kind"] = name_of(n.kind);
    out["order"] = raw(n.order);
    out["order_key"] = n.order_key;
    out["first"] = raw(n.first);
    out["last"] = raw(n.last);
    out["since"] = n.since.ns;
    out["until"] = n.until.ns;
    py::list lines;
    for (const notice_line& l : n.lines)
        lines.append(
            py::make_tuple(l.line, l.sku_key,
                           l.node == none<node_id> ? py::object(py::none()) : py::cast(l.node_key),
                           l.amount.atoms));
    out["lines"] = lines;  // (line from 1, sku, node or None, amount)
    py::dict facts;
    for (const notice_fact& f : n.facts) facts[py::str(f.name)] = f.value;
    out["facts"] = facts;
    out["rows"] = to_python(report::trail_frame(n.rows, sku_keys(e), node_keys(e)));
    return out;
}

py::tuple list_notices(const shop& s, const std::optional<std::vector<std::string>>& kinds,
                       std::int64_t within_s, std::uint64_t cursor, std::size_t limit) {
    const engine& e = s.use();
    const notice_query q{kinds_of(kinds), within_s};
    const auto page =
        value_or_raise(e, without_gil([&] { return notices(e, q, position{cursor}, limit); }));
    py::list out;
    for (const notice& n : page.rows) out.append(notice_of(e, n));
    return py::make_tuple(out, raw(page.next));
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
    c.def("notices", &list_notices, py::kw_only(), py::arg("kinds") = std::nullopt,
          py::arg("within_s") = 0, py::arg("cursor") = 0, py::arg("limit") = 1'000,
          "What is to be told about orders behind `cursor`, oldest first, and the cursor to go on "
          "with: a list of dicts, each with a `key` that is the same however often it is read. All "
          "that one command did to an order, of one kind, is one; with `within_s`, all that was "
          "done in one slice of so many seconds, which is told when the slice is over.");
}

}  // namespace earmark::python
