// WORKFLOWS: read, checked, drawn, and made the one of new orders.
#include <pybind11/stl.h>

#include <memory>
#include <optional>

#include "binding.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"

namespace earmark::python {
namespace {

namespace flow = lifecycle;
using shared = std::shared_ptr<const flow::loaded_workflow>;

/// The type of orders whose standard workflow has the name.
std::optional<order_type> type_of(std::string_view name) {
    for (std::size_t t = 0; t < order_types; ++t)
        if (flow::standard_of(static_cast<order_type>(t)).name() == name)
            return static_cast<order_type>(t);
    return std::nullopt;
}

std::vector<std::string> findings_of(const std::string& text, const std::string& file) {
    std::vector<std::string> out;
    for (const rejected_row& r : flow::parse_workflow(text, file).rejected) out.push_back(r.text);
    return out;
}

shared make(const std::string& name_or_text, const std::string& file) {
    if (const auto* const standard = flow::find_standard(name_or_text)) {
        const auto type = type_of(name_or_text).value_or(order_type::sales);
        return std::make_shared<const flow::loaded_workflow>(standard->written(), type);
    }
    auto parsed = flow::parse_workflow(name_or_text, file);
    if (parsed) return std::move(parsed.value);
    std::vector<std::string> findings;
    for (const rejected_row& r : parsed.rejected) findings.push_back(r.text);
    error why = fail(error_code::bad_workflow, static_cast<std::int64_t>(findings.size()));
    why.row = parsed.rejected.front().row;
    std::string sentence = to_string(why);
    for (const std::string& f : findings) sentence += "\n" + f;
    raise(sentence, why, findings);
}

py::list states_of(const flow::workflow& w) {
    py::list out;
    for (std::size_t i = 0; i < w.states(); ++i) {
        const flow::state_key s = w.state(i);
        py::dict one;
        one["name"] = name_of(w, s);
        one["base"] = name_of(s.base);
        out.append(one);
    }
    return out;
}

py::list steps_of(const flow::workflow& w) {
    py::list out;
    for (const flow::step& s : w.written().steps) {
        py::dict one;
        one["from"] = name_of(w, s.from);
        one["on"] = name_of(w, s.on);
        one["to"] = name_of(w, s.to);
        one["when"] = names_of(w, s.needs);
        one["unless"] = names_of(w, s.forbids);
        py::list does;
        for (std::size_t r = 0; r < flow::reactions; ++r)
            if ((s.does >> r & 1) != 0) does.append(name_of(static_cast<flow::reaction>(r)));
        one["does"] = does;
        one["after_s"] = s.after_s;
        one["because"] = s.because;
        out.append(one);
    }
    return out;
}

std::vector<std::string> verify(const flow::workflow& w) {
    std::vector<std::string> out;
    flow::check(w, [&](const flow::flaw& f) { out.push_back(to_string(w, f)); });
    return out;
}

std::vector<std::string> standard_names() {
    std::vector<std::string> out;
    for (const flow::workflow* w : flow::standard_workflows()) out.emplace_back(w->name());
    return out;
}

/// (table, key, values, left out) of each key.
py::list keys() {
    py::list all;
    for (const flow::workflow_key& k : flow::workflow_keys())
        all.append(py::make_tuple(k.table, k.key, k.values, k.otherwise));
    return all;
}

/// All that the package's class Workflow shows.
py::dict look(const std::string& name_or_text, const std::string& file) {
    const shared of = make(name_or_text, file);
    py::dict out;
    out["name"] = of->view().name();
    out["type"] = name_of(of->type());
    out["text"] = of->text();
    out["states"] = states_of(of->view());
    out["steps"] = steps_of(of->view());
    out["flaws"] = verify(of->view());
    out["svg"] = flow::svg_of(of->view());
    return out;
}

/// A workflow's text, or what has one as its `text`.
std::uint16_t activate(engine& e, const py::object& workflow, std::int64_t now,
                       const actor_name& actor) {
    const auto text = py::str(py::hasattr(workflow, "text") ? workflow.attr("text") : workflow);
    std::vector<std::string> findings;
    const auto version = activate_workflow(e, at(e, actor, now), std::string{text}, &findings);
    if (version) return *version;
    raise(e, version.error(), findings);
}

std::string version_text(const engine& e, std::uint16_t version) {
    return value_or_raise(e, workflow_text(e, version));
}

py::list allowed_of(const engine& e, std::uint64_t id) {
    py::list out;
    for (const allowed_view& a : value_or_raise(e, allowed(e, order_id{id}))) {
        py::dict one;
        one["line"] = a.line;
        one["state"] = a.state;
        one["amount"] = a.amount.atoms;
        one["event"] = a.event;
        one["command"] = a.command;
        one["possible"] = a.possible;
        one["because"] = a.because;
        one["why_not"] = a.why_not;
        one["acts_at"] = a.acts_at == never ? py::object{py::none()} : py::int_(a.acts_at.ns);
        one["told"] = a.told;
        out.append(one);
    }
    return out;
}

}  // namespace

void bind_workflows(py::module_& m, engine_class& c) {
    m.def("_workflow", &look, py::arg("name_or_text"), py::arg("file"));
    m.def("_workflow_findings", &findings_of, py::arg("text"), py::arg("file"));
    m.def("_standard_workflows", &standard_names);
    m.def("_workflow_schema", &flow::workflow_schema);
    m.def("_workflow_keys", &keys);
    c.def("activate_workflow", on(&activate), py::arg("workflow"), py::arg("now") = 0,
          py::kw_only(), by_actor(),
          "A workflow (TOML or Workflow) for new orders of its type; its version.");
    c.def("_workflow_text", on(&version_text), py::arg("version"));
    c.def("allowed", on(&allowed_of), py::arg("order"),
          "What may be done with its units, and why not (docs/formats/workflow.md).");
}

}  // namespace earmark::python
