// HOLDS: the table of types, what is placed and answered, and how an order shows them.
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "holds.hpp"
#include "rows.hpp"

namespace earmark::python {
namespace {

template <class Enum>
Enum named_or(Enum otherwise, std::string_view name, std::size_t count, const char* column,
              std::size_t row) {
    return name.empty() ? otherwise : named<Enum>(name, count, column, row);
}

std::uint32_t place_hold(engine& e, std::uint64_t order, const std::string& type,
                         std::uint32_t line, std::uint8_t reason, std::optional<std::int64_t> until,
                         const actor_name& actor, std::int64_t now) {
    place_hold_request r{
        order_id{order}, value_or_raise(e, e.find_hold_type(type)), line, reason, {}};
    if (until) r.until = time_point{*until};
    const command by = at(e, actor, now);
    return value_or_raise(e, with_room(
                                 e, [&] { return e.place_hold(by, r); },
                                 [](const result<receipt>& x) { return x.error().code; }))
        .lines;
}

std::string resolve_hold(engine& e, std::uint64_t order, std::uint32_t hold, bool accept,
                         std::uint8_t reason, const actor_name& actor, std::int64_t now) {
    const resolve_hold_request r{order_id{order}, hold, accept, reason};
    const command by = at(e, actor, now);
    const receipt done =
        value_or_raise(e, with_room(
                              e, [&] { return e.resolve_hold(by, r); },
                              [](const result<receipt>& x) { return x.error().code; }));
    return std::string{name_of(done.what)};
}

py::list hold_types(const engine& e) {
    py::list out;
    for (std::uint32_t i = 0; i < e.hold_types(); ++i) {
        const hold_type_row t = e.hold_type(hold_type_id{static_cast<std::uint16_t>(i)});
        py::dict row;
        py::list blocks;
        for (const hold_step s : *t.blocks) blocks.append(name_of(s));
        row["hold_type"] = t.key;
        row["blocks"] = blocks;
        row["lasts_s"] = t.lasts_s;
        row["then"] = name_of(t.then);
        row["rejected"] = name_of(t.rejected);
        row["keeps_s"] = t.keeps_s;
        row["scope"] = name_of(t.scope);
        row["apply_when"] = t.apply_when;
        row["resolve_when"] = t.resolve_when;
        row["after"] = t.after;
        row["answers"] = t.answers;
        row["repeats_within_s"] = t.repeats_within_s;
        row["repeats_by"] = t.repeats_by;
        out.append(row);
    }
    return out;
}

}  // namespace

std::vector<hold_type_row> read_hold_types(const any_table& table) {
    constexpr std::string_view known[] = {
        "hold_type",  "blocks", "lasts_s", "then",         "rejected",   "keeps_s",         "scope",
        "apply_when", "after",  "answers", "resolve_when", "repeats_by", "repeats_within_s"};
    const columns c{table, known};
    const auto keys = c.texts("hold_type");
    const std::size_t n = keys.size();
    const auto rows = static_cast<std::ptrdiff_t>(n);
    const auto text = [&](const char* name) { return optional_texts(c, name, n); };
    const auto blocks = text("blocks"), then = text("then"), rejected = text("rejected"),
               scope = text("scope"), apply = text("apply_when"), resolve = text("resolve_when"),
               after = text("after"), answers = text("answers"), repeats = text("repeats_by");
    const auto lasts = c.integers("lasts_s", rows, {0, max_hold_seconds, 0});
    const auto keeps = c.integers("keeps_s", rows, {-1, max_hold_seconds, -1});
    const auto within = c.integers("repeats_within_s", rows, {0, max_hold_seconds, 0});
    std::vector<hold_type_row> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        hold_type_row& r = out[i];
        r.key = keys.text(i);
        if (!blocks[i].empty()) r.blocks.emplace();
        if (blocks[i] != "nothing")
            for (const std::string& s : words_between_commas(blocks[i]))
                r.blocks->push_back(named<hold_step>(s, hold_step_count, "blocks", i));
        r.lasts_s = lasts[i];
        r.then = named_or(r.then, then[i], 3, "then", i);
        r.rejected = named_or(r.rejected, rejected[i], 2, "rejected", i);
        r.keeps_s = keeps[i];
        r.scope = named_or(r.scope, scope[i], 2, "scope", i);
        r.apply_when = apply[i];
        r.resolve_when = resolve[i];
        r.after = words_between_commas(after[i]);
        r.answers = words_between_commas(answers[i]);
        r.repeats_within_s = within[i];
        r.repeats_by = words_between_commas(repeats[i]);
    }
    return out;
}

std::vector<privilege_row> read_privileges(const any_table& table) {
    constexpr std::string_view known[] = {"actor", "may", "hold_type", "does"};
    const columns c{table, known};
    const auto actor = c.texts("actor"), may = c.texts("may");
    const std::size_t n = actor.size();
    if (may.size() != n) bad_input("columns actor and may: give each as many rows as the other");
    const auto type = optional_texts(c, "hold_type", n), does = optional_texts(c, "does", n);
    std::vector<privilege_row> out(n);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = {std::string{actor.text(i)}, named<privilege>(may.text(i), privileges, "may", i),
                  type[i], named_or(grant::allow, does[i], grants, "does", i)};
    return out;
}

py::list holds_of(const engine& e, const order_view& v) {
    const auto who = [&](actor_id a) {
        return a == actor_id{} ? py::object(py::none()) : py::cast(e.actor_key(a));
    };
    py::list out;
    for (const hold_view& h : v.holds) {
        py::dict row;
        row["hold"] = h.number;
        row["type"] = e.hold_type(h.type).key;
        row["line"] = h.line;
        row["state"] = name_of(h.state);
        row["blocks"] = h.blocks;
        row["escalated"] = h.escalated;
        row["gave_back"] = h.gave_back;
        row["recalls"] = h.recalls;
        row["reason"] = h.reason;
        row["actor"] = who(h.placed_by);
        row["since"] = h.since.ns;
        row["until"] = h.until == never ? py::object(py::none()) : py::cast(h.until.ns);
        const bool is_over = h.state != hold_state::active;
        row["ended"] = is_over ? py::cast(h.ended.ns) : py::object(py::none());
        row["ended_reason"] = h.ended_reason;
        row["ended_by"] = who(h.ended_by);
        row["repeats"] =
            h.repeats == none<order_id> ? py::object(py::none()) : py::cast(raw(h.repeats));
        out.append(row);
    }
    return out;
}

void bind_holds(engine_class& c) {
    const auto now = py::arg("now") = 0;
    c.def("place_hold", on(&place_hold), py::arg("order"), py::arg("type"), py::arg("line") = 0,
          py::kw_only(), py::arg("reason") = 0, py::arg("until") = std::nullopt, by_actor(), now,
          "Holds a line from 1, or (0) the order; the hold's number in it.");
    c.def("resolve_hold", on(&resolve_hold), py::arg("order"), py::arg("hold"),
          py::arg("accept") = true, py::kw_only(), py::arg("reason") = 0, by_actor(), now);
    c.def("hold_types", on(&hold_types));
}

}  // namespace earmark::python
