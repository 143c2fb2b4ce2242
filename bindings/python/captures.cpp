// CAPTURE of orders as text, QUARANTINE and TOMBSTONES.
#include <pybind11/stl.h>

#include "binding.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/report/capture_frames.hpp"

namespace earmark::python {
namespace {

report::actor_names names_of(const engine& e) {
    return [&e](actor_id by) { return e.actor_key(by); };
}

actor_id actor_of(engine& e, const std::optional<std::string>& name) {
    return name ? value_or_raise(e, e.actor(*name)) : actor_id{};
}

frame_ref to_frames(const capture_report& r) {
    frame_ref out = to_python(report::captured_frame(r));
    out.cast<frame_object&>().violations = to_python(report::capture_violations_frame(r));
    out.cast<frame_object&>().changes = to_python(report::capture_changes_frame(r));
    return out;
}

/// Text, bytes, or whatever json.dumps takes.
std::string payload_of(const py::object& orders) {
    if (py::isinstance<py::str>(orders) || py::isinstance<py::bytes>(orders))
        return orders.cast<std::string>();
    try {
        return py::module_::import("json").attr("dumps")(orders).cast<std::string>();
    } catch (py::error_already_set& e) {
        if (!e.matches(PyExc_TypeError) && !e.matches(PyExc_ValueError)) throw;
        bad_input(
            "capture: give JSON text, a dict, or a list of dicts whose quantities and prices "
            "are texts or whole numbers");
    }
}

frame_ref captured_by(engine& e, const py::object& orders, const std::string& format, bool dry_run,
                      bool quarantine, bool correct, const std::optional<std::string>& money,
                      const std::optional<std::string>& actor, std::optional<std::int64_t> now) {
    if (format != "json" && format != "csv") bad_input("format '" + format + "': json or csv");
    capture_options how;
    how.dry_run = dry_run;
    how.quarantine = quarantine;
    how.correct = correct;
    if (money) how.currency = value_or_raise(e, currency::parse(*money));
    const std::string text = payload_of(orders);
    how.actor = dry_run ? actor_id{} : actor_of(e, actor);
    if (now) how.now = time_point{*now};
    return to_frames(without_gil(
        [&] { return format == "csv" ? capture_csv(e, text, how) : capture(e, text, how); }));
}

frame_ref replayed(engine& e, const std::optional<std::string>& order,
                   const std::optional<std::string>& actor, std::int64_t now) {
    const command by{{}, actor_of(e, actor), {now}};
    return to_frames(without_gil([&] { return replay(e, by, order ? *order : std::string{}); }));
}

std::string discarded(engine& e, const std::string& order, std::uint8_t reason,
                      const std::optional<std::string>& actor, const std::string& key,
                      std::int64_t now) {
    const command by{key, actor_of(e, actor), {now}};
    return std::string{name_of(value_or_raise(e, discard(e, by, order, reason)).what)};
}

std::string parked(engine& e, const std::string& order, std::uint8_t reason,
                   const std::optional<std::string>& actor, const std::string& key,
                   std::int64_t now) {
    const command by{key, actor_of(e, actor), {now}};
    return std::string{name_of(value_or_raise(e, park_cancel(e, by, order, reason)).what)};
}

frame_ref waiting(const engine& e) {
    return to_python(report::quarantined_frame(value_or_raise(e, quarantined(e)), names_of(e)));
}

frame_ref buried(const engine& e) {
    return to_python(report::tombstones_frame(value_or_raise(e, tombstones(e)), names_of(e)));
}

}  // namespace

void bind_captures(py::module_& m, engine_class& c) {
    const auto none = py::none();
    m.def("order_schema", &order_schema,
          "The JSON Schema of a canonical order, as text (docs/formats/order.schema.json).");
    c.def("capture", on(&captured_by), py::arg("orders"), py::kw_only(), py::arg("format") = "json",
          py::arg("dry_run") = false, py::arg("quarantine") = false, py::arg("correct") = false,
          py::arg("currency") = none, py::arg("actor") = none, py::arg("now") = none,
          "Captures canonical orders (a dict, a list of them, or text: a JSON array, JSON lines, "
          "or CSV), each by itself. Frame `captured`, with the frames `capture_violations` and "
          "`capture_changes` (of revisions).");
    c.def("quarantined", on(&waiting), "Frame: orders in quarantine, by key.");
    c.def("replay", on(&replayed), py::arg("order") = none, py::kw_only(), py::arg("actor") = none,
          py::arg("now") = 0,
          "Tries an order in quarantine again, or all of them; frames as of `capture`.");
    c.def("discard", on(&discarded), py::arg("order"), py::kw_only(), py::arg("reason") = 0,
          py::arg("actor") = none, py::arg("key") = "", py::arg("now") = 0,
          "Takes an order out of quarantine for good; done or repeat.");
    c.def("park_cancel", on(&parked), py::arg("order"), py::kw_only(), py::arg("reason") = 0,
          py::arg("actor") = none, py::arg("key") = "", py::arg("now") = 0,
          "Cancels an order by its key, also one that has not come yet: done, unchanged, repeat.");
    c.def("tombstones", on(&buried), "Frame: keys that were cancelled before their orders came.");
}

}  // namespace earmark::python
