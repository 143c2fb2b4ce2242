// POLICIES: read, compared, made the one that is used.
#include <pybind11/stl.h>

#include "binding.hpp"
#include "earmark/connect/text.hpp"
#include "earmark/sourcing/policy.hpp"

namespace earmark::python {

namespace {

/// A policy from its text; BadPolicy with a sentence for each finding.
sourcing::policy parse(const std::string& text, const std::string& file) {
    auto parsed = sourcing::parse_policy(text, file);
    if (parsed) return std::move(*parsed.value);
    std::vector<std::string> findings;
    for (const rejected_row& r : parsed.rejected) findings.push_back(r.text);
    error why = fail(error_code::bad_policy, static_cast<std::int64_t>(findings.size()));
    why.row = parsed.rejected.front().row;
    std::string sentence = to_string(why);
    for (const std::string& f : findings) sentence += "\n" + f;
    raise(sentence, why, findings);
}

std::uint32_t activate(engine& e, const std::string& toml, std::int64_t now) {
    std::vector<std::string> findings;
    const auto version = e.activate(at(now), toml, &findings);
    if (version) return raw(*version);
    raise(e, version.error(), findings);
}

std::uint32_t activate_policy(engine& e, const sourcing::policy& p, std::int64_t now) {
    return activate(e, p.text(), now);
}

void bind_policy(py::module_& m) {
    py::class_<sourcing::policy> c(
        m, "Policy",
        "A sourcing policy: which nodes serve an order, in which order, at what cost.");
    c.def(py::init(&parse), py::arg("text"), py::arg("file") = "policy.toml",
          "Reads TOML; `file` is only named in findings. BadPolicy where something is wrong.");
    c.def_property_readonly("name", &sourcing::policy::name, "Its name.");
    c.def_property_readonly("text", &sourcing::policy::text,
                            "The canonical text: every value said, one spelling.");
    c.def_property_readonly("digest", &sourcing::policy::digest,
                            "Of the canonical text: equal digests mean equal decisions.");
    c.def_property_readonly(
        "currency", [](const sourcing::policy& p) { return p.currency().text(); },
        "The currency of its rates.");
    c.def("__repr__",
          [](const sourcing::policy& p) { return "Policy(" + connect::shown(p.name()) + ")"; });
    c.def("__eq__", [](const sourcing::policy& a, const sourcing::policy& b) {
        return a.text() == b.text();
    });
    c.def("__hash__", &sourcing::policy::digest);
}

}  // namespace

void bind_policies(py::module_& m, engine_class& c) {
    bind_policy(m);
    const auto now = py::arg("now") = 0;
    c.def("activate", on(&activate), py::arg("policy"), now,
          "Compiles a policy (TOML) and uses it from now on; returns its version.");
    c.def("activate", on(&activate_policy), py::arg("policy"), now, "The same with a Policy.");
}

}  // namespace earmark::python
