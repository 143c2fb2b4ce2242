// AMENDMENTS: what an order is to ask for from now on, and the table of what may be changed.
#include "amends.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rows.hpp"

namespace earmark::python {

namespace {

using text = std::optional<std::string>;

void refuse_unknown(const py::dict& one) {
    constexpr std::string_view known[] = {"line",  "amount", "node",       "sku", "price_minor",
                                          "place", "method", "deliver_by", "set"};
    for (const auto& [name, value] : one) {
        const auto word = name.cast<std::string>();
        if (std::find(std::begin(known), std::end(known), word) == std::end(known))
            bad_input(
                "a change has line, amount, node, place, method, deliver_by, sku, set and "
                "price_minor, and not '" +
                word + "'");
    }
}

/// A field of a change, where it has one; BadInput where it is of another kind.
template <class T>
std::optional<T> field(const py::dict& one, const char* name, const char* what) {
    if (!one.contains(name)) return std::nullopt;
    try {
        return one[name].cast<T>();
    } catch (const py::cast_error&) {
        bad_input("a change's " + std::string{name} + " is " + what);
    }
}

line_change change_of(const engine& e, const py::dict& one) {
    constexpr const char* a_key = "a text, the key";
    refuse_unknown(one);
    line_change c;
    c.line = field<std::uint32_t>(one, "line", "its number from 1").value_or(0);
    if (const auto n = field<std::int64_t>(one, "amount", "a whole number of atoms"))
        c.amount = quantity{*n};
    if (const auto sku = field<std::string>(one, "sku", a_key))
        c.sku = value_or_raise(e, e.find_sku(*sku));
    c.unit_price_minor =
        field<std::int64_t>(one, "price_minor", "a whole number of minor units").value_or(0);
    py::dict terms;
    for (const char* name : {"place", "method", "deliver_by"})
        if (one.contains(name)) terms[name] = one[name];
    const line_terms own = own_terms(e, terms);
    c.set = set_of(one);
    if (terms.contains("place")) c.ship_to = own.ship_to;
    if (terms.contains("method")) c.method = own.method;
    if (terms.contains("deliver_by")) c.deliver_by = own.deliver_by;
    if (!one.contains("node")) return c;
    c.node = one["node"].is_none()
                 ? none<node_id>
                 : value_or_raise(e, e.find_node(*field<std::string>(one, "node", a_key)));
    return c;
}

std::vector<line_change> changes_of(const engine& e, const py::iterable& changes) {
    std::vector<line_change> out;
    for (const py::handle item : changes) {
        if (!py::isinstance<py::dict>(item))
            bad_input("a change is a dict: {'line': 1, 'amount': 6}");
        out.push_back(change_of(e, py::reinterpret_borrow<py::dict>(item)));
    }
    return out;
}

py::dict to_dict(const engine& e, const amended& a) {
    py::list lines, parts, asks;
    for (const amended_line& l : a.lines)
        lines.append(py::make_tuple(l.line, e.sku(l.sku).key, l.before.atoms, l.after.atoms));
    for (const amended_part& p : a.parts) {
        const auto node =
            p.node == none<node_id> ? py::object(py::none()) : py::cast(e.node(p.node).key);
        if (p.asks)
            asks.append(py::make_tuple(p.line, node, p.amount.atoms));
        else
            parts.append(
                py::make_tuple(p.line, name_of(p.from), name_of(p.to), node, p.amount.atoms));
    }
    py::dict out;
    out["outcome"] = name_of(a.first.what);
    out["version"] = a.version;
    out["lines"] = lines;
    out["parts"] = parts;
    out["asks"] = asks;
    return out;
}

/// All that stands in the way; of a version that is not the last one also what it would do now.
[[noreturn]] void refuse(const engine& e, const amended& a) {
    std::vector<std::string> sentences;
    if (a.violations.size() > 1)  // a single one is the error itself
        for (const error& why : a.violations) sentences.push_back(e.describe(why));
    if (a.first.why.code == error_code::order_changed)
        for (const amended_line& l : a.lines)
            sentences.push_back("line " + std::to_string(l.line) + " would go from " +
                                std::to_string(l.before.atoms) + " to " +
                                std::to_string(l.after.atoms) + " now");
    raise(e, a.first.why, sentences);
}

py::dict amend(engine& e, std::uint64_t order, const py::iterable& changes, const text& place,
               const text& method, const text& deliver_by, std::optional<std::uint8_t> priority,
               std::uint32_t base_version, std::uint32_t edit, std::uint8_t reason, bool preview,
               const std::string& key, const text& actor, std::int64_t now) {
    const auto wanted = changes_of(e, changes);
    amend_request r;
    r.order = order_id{order};
    r.lines = wanted;
    if (place) r.ship_to = value_or_raise(e, e.find_place(*place));
    if (method) r.method = value_or_raise(e, e.find_service(*method));
    if (deliver_by) r.deliver_by = value_or_raise(e, parse_day(*deliver_by));
    r.priority = priority;
    r.base_version = base_version;
    r.edit = edit;
    r.reason = reason;
    r.preview = preview;
    const actor_id who = actor ? value_or_raise(e, e.actor(*actor)) : actor_id{};
    const amended done = with_room(
        e,
        [&] {
            return e.amend({key, who, {now}}, r);
        },
        [](const amended& a) { return a.first.why.code; });
    if (done.first.what == outcome::declined) refuse(e, done);
    return to_dict(e, done);
}

py::dict amend_rules(const engine& e) {
    py::dict out;
    for (std::size_t k = 0; k < change_kinds; ++k) {
        py::dict row;
        for (std::size_t s = 0; s < unit_states; ++s) {
            const auto state = static_cast<unit_state>(s);
            row[py::cast(name_of(state))] =
                name_of(e.may_amend(static_cast<change_kind>(k), state));
        }
        out[py::cast(name_of(static_cast<change_kind>(k)))] = row;
    }
    return out;
}

}  // namespace

std::vector<amend_rule_row> read_amend_rules(const any_table& table) {
    constexpr std::string_view known[] = {"change", "state", "does"};
    const columns c{table, known};
    const auto change = c.texts("change"), state = c.texts("state"), does = c.texts("does");
    if (state.size() != change.size() || does.size() != change.size())
        bad_input("columns change, state and does: give each as many rows as the others");
    std::vector<amend_rule_row> out;
    for (std::size_t i = 0; i < change.size(); ++i)
        out.push_back({named<change_kind>(change.text(i), change_kinds, "change", i),
                       named<unit_state>(state.text(i), unit_states, "state", i),
                       named<permission>(does.text(i), permissions, "does", i)});
    return out;
}

std::vector<answer_row> read_answers(const any_table& table) {
    constexpr std::string_view known[] = {"node", "request", "within_s", "then", "reason"};
    const columns c{table, known};
    const auto request = c.texts("request");
    const std::size_t n = request.size();
    const auto rows = static_cast<std::ptrdiff_t>(n);
    const auto node = optional_texts(c, "node", n), then = optional_texts(c, "then", n);
    const auto within = c.integers("within_s", rows, {0, max_answer_seconds, std::nullopt});
    const auto reason = c.integers("reason", rows, {0, 255, 0});
    std::vector<answer_row> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(
            {node[i], named<request_kind>(request.text(i), request_kinds, "request", i), within[i],
             then[i].empty() ? silence::refuses : named<silence>(then[i], silences, "then", i),
             static_cast<std::uint8_t>(reason[i])});
    return out;
}

py::list requests_of(const engine& e, const order_view& v) {
    py::list out;
    for (const request_view& x : v.requests) {
        py::dict row;
        row["request"] = name_of(x.request);
        row["line"] = x.line;
        row["node"] = e.node(x.node).key;
        row["amount"] = x.amount.atoms;
        row["until"] = x.until.ns;
        row["then"] = name_of(x.then);
        row["reason"] = x.reason;
        out.append(row);
    }
    return out;
}

void bind_amends(engine_class& c) {
    c.def(
        "amend", on(&amend), py::arg("order"), py::arg("changes") = py::tuple(), py::kw_only(),
        py::arg("place") = std::nullopt, py::arg("method") = std::nullopt,
        py::arg("deliver_by") = std::nullopt, py::arg("priority") = std::nullopt,
        py::arg("base_version") = 0, py::arg("edit") = 0, py::arg("reason") = 0,
        py::arg("preview") = false, py::arg("key") = "", py::arg("actor") = std::nullopt,
        py::arg("now") = 0,
        "Changes what an order asks for, all of it or (Refused, with everything that stands in "
        "the way) nothing. `changes`: dicts with line (from 1) and what it is to be, amount "
        "(atoms in all, without the cancelled), node (key of its firm node, None: any), or its "
        "own place, method and deliver_by (None: as the order says); "
        "without line a new one, with sku, amount, price_minor, set. `base_version`: of the order "
        "that was seen; `edit`: number of a hold that ends with the change; `preview`: change "
        "nothing. What becomes of lines (line, sku, before, after) and of units (line, from, "
        "to, node, amount); `asks` are those that a node has to agree to first (line, node, "
        "amount).");
    c.def("amend_rules", on(&amend_rules),
          "What amendments may: by change, then by state, allow, ignore or deny.");
}

}  // namespace earmark::python
