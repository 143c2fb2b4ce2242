// POLICIES: read, compared, made the one that is used.
#include <pybind11/stl.h>

#include "binding.hpp"
#include "earmark/connect/text.hpp"
#include "earmark/engine/lint.hpp"
#include "earmark/sourcing/explain.hpp"
#include "earmark/sourcing/policy.hpp"
#include "earmark/sourcing/policy_schema.hpp"

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

std::uint32_t activate(engine& e, const std::string& toml, std::int64_t now,
                       const actor_name& actor) {
    std::vector<std::string> findings;
    const auto version = e.activate(at(e, actor, now), toml, &findings);
    if (version) return raw(*version);
    raise(e, version.error(), findings);
}

std::uint32_t activate_policy(engine& e, const sourcing::policy& p, std::int64_t now,
                              const actor_name& actor) {
    return activate(e, p.text(), now, actor);
}

sourcing::policy_terms by_score(sourcing::policy_terms terms) {
    std::erase(terms.rank, sourcing::criterion::score);
    terms.weights.clear();
    terms.rank.insert(terms.rank.begin(), sourcing::criterion::score);
    return terms;
}

/// The policy under another name, which ranks by the host's score before anything else; so do its
/// strategies, whichever of them decides.
sourcing::policy ranked_by_score(const sourcing::policy& p, const std::string& name) {
    sourcing::policy_terms terms = by_score(p.terms());
    terms.name = name;
    sourcing::policy_rules rules{{p.strategies().begin(), p.strategies().end()},
                                 {p.filters().begin(), p.filters().end()},
                                 {p.declared().begin(), p.declared().end()},
                                 {},
                                 p.rejections()};
    for (const std::uint16_t a : p.ladder()) rules.ladder.push_back(p.of_orders()[a].name);
    for (sourcing::strategy& s : rules.strategies) s.by = sourcing::policy{by_score(s.by.terms())};
    return {std::move(terms), std::move(rules)};
}

std::optional<time_point> instant(std::optional<std::int64_t> now) {
    return now ? std::optional{time_point{*now}} : std::nullopt;
}

frame_ref lint_text(const std::string& policy, const std::string& file,
                    std::optional<std::int64_t> now) {
    const auto found = without_gil(
        [&] { return sourcing::lint(policy, {.file = file, .tables = {}, .now = instant(now)}); });
    return to_python(lint_frame(found, file));
}

frame_ref lint_here(const engine& e, const std::string& policy, const std::string& file,
                    std::optional<std::int64_t> now) {
    const auto found = without_gil([&] { return lint(e, policy, file, instant(now)); });
    return to_python(lint_frame(found, file));
}

/// Every verdict of an explanation, in the order in which they are asked.
py::tuple verdicts() {
    py::list all;
    for (int i = 0; sourcing::name_of(static_cast<sourcing::verdict>(i)) != "?"; ++i)
        all.append(sourcing::name_of(static_cast<sourcing::verdict>(i)));
    return all;
}

/// (code, severity, whether it needs nodes, sentence) of each rule of the linter.
py::tuple lint_rules() {
    py::list all;
    for (const sourcing::lint_rule& r : sourcing::lint_rules())
        all.append(py::make_tuple(r.code, name_of(r.how), r.needs_nodes, r.doc));
    return all;
}

/// (table, key, values, left out, whether it is required) of each key.
py::list policy_keys() {
    py::list all;
    for (const sourcing::policy_key& k : sourcing::policy_keys())
        all.append(py::make_tuple(k.table, k.key, k.values, k.otherwise, k.required));
    return all;
}

void bind_policy(py::module_& m) {
    m.def("policy_schema", &sourcing::policy_schema, "The JSON Schema of policies.");
    m.def("policy_keys", &policy_keys,
          "Each key of a policy: table, key, what it takes, what it is where it is left out, and "
          "whether it is required.");
    m.attr("VERDICTS") = verdicts();
    m.attr("LINT_RULES") = lint_rules();
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
    c.def("ranked_by_score", &ranked_by_score, py::arg("name"),
          "The same under another name, ranked by an earmark.Criterion first, with all its "
          "strategies.");
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
    c.def("activate", on(&activate), py::arg("policy"), now, py::kw_only(), by_actor(),
          "Compiles a policy (TOML) and uses it from now on; returns its version.");
    const auto file = py::arg("file") = "policy.toml";
    const auto when = py::arg("now") = std::nullopt;
    m.def("lint", &lint_text, py::arg("policy"), py::kw_only(), file, when,
          "Looks at a policy without tables (Engine.lint looks with an engine's). Frame `lint`; "
          "what cannot be read is a finding too. `now` finds strategies whose time is over.");
    c.def("lint", on(&lint_here), py::arg("policy"), py::kw_only(), file, when,
          "Looks at a policy with this engine's nodes, places and distances, and changes nothing. "
          "Frame `lint`.");
    c.def("activate", on(&activate_policy), py::arg("policy"), now, py::kw_only(), by_actor(),
          "The same with a Policy.");
}

}  // namespace earmark::python
