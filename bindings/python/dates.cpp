// PROMISES: when an order would be at the door.
#include <pybind11/stl.h>

#include <optional>

#include "rows.hpp"

namespace earmark::python {
namespace {

void put_dates(py::dict& into, const date_chain& d) {
    into["order"] = to_string(d.order);
    into["in_time_for"] = to_string(d.in_time_for);
    into["work"] = to_string(d.work);
    into["ship"] = to_string(d.ship);
    into["delivery"] = to_string(d.delivery);
    into["order_within"] = d.order_within.ns;
}

/// The days, or why there are none.
void put_answer(py::dict& into, const engine& e, const date_chain& d, const error& why) {
    if (why.code == error_code::ok) return put_dates(into, d);
    into["error"] = name_of(why.code);
    into["reason"] = e.describe(why);
}

py::dict plan_of(const engine& e, const promised& p, const std::vector<order_line>& lines) {
    constexpr std::string_view covers[] = {"full", "partial", "none"};
    py::list parts;
    for (std::size_t i = 0; i < p.chosen.parts.size(); ++i) {
        const plan_part& part = p.chosen.parts[i];
        const sku_view sku = e.sku(lines[p.lines[part.wanted]].sku);
        py::dict one;
        one["sku"] = sku.key;
        one["node"] = e.node(part.node).key;
        one["amount"] = part.n * sku.granule;
        if (i < p.parts.size()) put_dates(one, p.parts[i]);
        parts.append(one);
    }
    py::dict out;
    out["covers"] = covers[static_cast<std::size_t>(p.chosen.covers)];
    out["parts"] = parts;
    if (!p.parts.empty() || p.why.code != error_code::ok) put_answer(out, e, p.whole, p.why);
    return out;
}

py::dict promise(engine& e, const py::iterable& lines, const std::optional<std::string>& place,
                 const std::string& money, const std::optional<std::string>& method,
                 std::optional<std::int64_t> when, bool infinite,
                 const std::optional<std::string>& node, const std::string& type) {
    const auto wanted = order_lines(e, lines);
    promise_request r;
    r.order.lines = wanted;
    if (place) r.order.ship_to = value_or_raise(e, e.find_place(*place));
    r.order.currency = value_or_raise(e, currency::parse(money));
    if (method) r.order.method = value_or_raise(e, e.find_service(*method));
    if (when) r.at = time_point{*when};
    r.infinite = infinite;
    if (node) r.order.node = value_or_raise(e, e.find_node(*node));
    r.order.type = named<order_type>(type, order_types, "type");
    const promised found = value_or_raise(e, e.promise(r));
    py::list options;
    for (const promise_option& o : found.options) {
        py::dict one;
        one["node"] = e.node(o.node).key;
        one["lines"] = o.lines;
        put_answer(one, e, o.dates, o.why);
        options.append(one);
    }
    py::dict out;
    out["options"] = options;
    out["plan"] = plan_of(e, found, wanted);
    return out;
}

}  // namespace

void bind_promises(engine_class& c) {
    c.def("promise", on(&promise), py::arg("lines"), py::kw_only(), py::arg("place") = std::nullopt,
          py::arg("currency") = "USD", py::arg("method") = std::nullopt,
          py::arg("at") = std::nullopt, py::arg("infinite") = false, py::arg("node") = std::nullopt,
          py::arg("type") = "sales",
          "When lines (sku key, amount[, price_minor]) would be at the door, if they were ordered "
          "`at` an instant (engine time): `options`, of each node, and `plan`, as the active "
          "policy would source them; days as texts, and order_within, the instant at which the "
          "answer would be a later one. Takes nothing. `infinite`: as if no pool were used up. "
          "`type` and `node` as of place_order: of make_to_order, when it would be made.");
}

}  // namespace earmark::python
