// MANY ORDERS: which ones, in which sequence, one command to all of them, and waves of work.
#include "many.hpp"

#include <pybind11/stl.h>

#include "columns.hpp"
#include "earmark/engine/bulk.hpp"
#include "earmark/report/answers.hpp"
#include "rows.hpp"

namespace earmark::python {
namespace {

using text = std::optional<std::string>;
using instant = std::optional<std::int64_t>;

std::optional<time_point> time_of(const instant& t) {
    return t ? std::optional{time_point{*t}} : std::nullopt;
}

queue_rules rules_of(std::int64_t allowance_s, std::int64_t step_s, std::int32_t lead_days,
                     std::uint8_t escalated_from) {
    return {allowance_s, step_s, lead_days, escalated_from};
}

order_filter filter_of(const engine& e, const text& where, const text& sku, const text& node,
                       const text& type) {
    order_filter f;
    if (where) f.where = *where;
    if (sku) f.sku = value_or_raise(e, e.find_sku(*sku));
    if (node) f.node = value_or_raise(e, e.find_node(*node));
    if (type) f.type = named<order_type>(*type, order_types, "type");
    return f;
}

[[noreturn]] void raise_about(const engine& e, const error& why, const std::string& problem) {
    if (problem.empty()) raise(e, why);
    raise(to_string(why) + ": " + problem, why);
}

/// The columns of an order's place in the sequence.
class place_columns {
public:
    explicit place_columns(report::frame_builder& b)
        : order_{b.ints("order")},
          due_{b.times("due")},
          escalated_{b.truths("escalated")},
          priority_{b.small_ints("priority")},
          placed_{b.times("placed")},
          lines_{b.small_ints("lines")} {}

    void add(const queue_key& at, std::uint32_t lines) {
        order_.add(static_cast<std::int64_t>(raw(at.order)));
        due_.add(at.due.ns);
        escalated_.add(at.escalated);
        priority_.add(at.priority);
        placed_.add(at.placed.ns);
        lines_.add(static_cast<std::int32_t>(lines));
    }

private:
    report::numbers<std::int64_t>& order_;
    report::numbers<std::int64_t>& due_;
    report::flags& escalated_;
    report::numbers<std::int32_t>& priority_;
    report::numbers<std::int64_t>& placed_;
    report::numbers<std::int32_t>& lines_;
};

frame_ref list_orders(const engine& e, const text& where, const text& state, const text& sku,
                      const text& node, const text& type, const text& hold,
                      std::optional<bool> held, instant placed_from, instant placed_before,
                      instant due_before, std::int64_t allowance_s, std::int64_t step_s,
                      std::int32_t lead_days, std::uint8_t escalated_from, std::size_t limit) {
    order_filter f = filter_of(e, where, sku, node, type);
    if (state) f.state = named<unit_state>(*state, unit_states, "state");
    if (hold) f.hold = value_or_raise(e, e.find_hold_type(*hold));
    f.held = held;
    f.placed_from = time_of(placed_from);
    f.placed_before = time_of(placed_before);
    f.due_before = time_of(due_before);
    const queue_rules rules = rules_of(allowance_s, step_s, lead_days, escalated_from);
    std::string problem;
    const auto found = without_gil([&] { return select(e, f, rules, limit, &problem); });
    if (!found) raise_about(e, found.error(), problem);
    report::frame_builder b{"selection"};
    place_columns rows{b};
    for (const selected_order& o : found->orders) rows.add(o.at, o.lines);
    return to_python(std::move(b).finish());
}

frame_ref do_to_all(engine& e, const std::string& action, const any_column& orders,
                    const text& hold_type, bool accept, std::uint8_t reason, const std::string& key,
                    const text& actor, std::int64_t now) {
    std::vector<order_id> which;
    for (const std::int64_t id : ids(orders, "orders"))
        which.push_back(order_id{static_cast<std::uint64_t>(id)});
    bulk_request r{.action = named<bulk_action>(action, bulk_actions, "action")};
    r.orders = which;
    if (hold_type) r.hold = value_or_raise(e, e.find_hold_type(*hold_type));
    r.accept = accept;
    r.reason = reason;
    r.limit = which.size();
    const command by{key, actor ? value_or_raise(e, e.actor(*actor)) : actor_id{}, {now}};
    report::receipt_rows rows{which.size()};
    const bulk_report done = without_gil([&] { return bulk(e, by, r); });
    if (done.why.code != error_code::ok) raise_about(e, done.why, done.problem);
    for (const bulk_row& row : done.rows) rows.add(row.order, row.done);
    return to_python(rows.finish());
}

py::dict release_due(engine& e, const text& where, const text& sku, const text& node,
                     const text& type, instant placed_before, instant due_before,
                     std::size_t max_orders, std::optional<std::size_t> max_lines,
                     std::int64_t remorse_s, std::int64_t allowance_s, std::int64_t step_s,
                     std::int32_t lead_days, std::uint8_t escalated_from, const std::string& key,
                     const text& actor, std::int64_t now) {
    wave_request r;
    r.filter = filter_of(e, where, sku, node, type);
    r.filter.placed_before = time_of(placed_before);
    r.filter.due_before = time_of(due_before);
    r.rules = rules_of(allowance_s, step_s, lead_days, escalated_from);
    r.max_orders = max_orders;
    r.max_lines = max_lines.value_or(SIZE_MAX);
    r.remorse_s = remorse_s;
    const command by{key, actor ? value_or_raise(e, e.actor(*actor)) : actor_id{}, {now}};
    const wave_report done = without_gil([&] { return release_wave(e, by, r); });
    if (done.why.code != error_code::ok) raise_about(e, done.why, done.problem);
    report::frame_builder b{"wave"};
    place_columns rows{b};
    report::verdict_columns verdicts{b};
    for (const wave_row& row : done.rows) {
        rows.add(row.at, row.lines);
        verdicts.add(row.done);
    }
    py::dict out;
    out["rows"] = to_python(std::move(b).finish());
    out["released"] = done.released;
    out["lines"] = done.lines;
    out["refused"] = done.refused;
    out["too_young"] = done.too_young;
    out["left"] = done.left;
    return out;
}

}  // namespace

void bind_many(engine_class& c) {
    const queue_rules usual;
    const auto optional = [](const char* name) { return py::arg(name) = std::nullopt; };
    const auto allowance = py::arg("allowance_s") = usual.allowance_s;
    const auto step = py::arg("step_s") = usual.step_s;
    const auto lead = py::arg("lead_days") = usual.lead_days;
    const auto escalated = py::arg("escalated_from") = usual.escalated_from;
    const auto key = py::arg("key") = "";
    const auto now = py::arg("now") = 0;
    c.def("select", on(&list_orders), py::kw_only(), optional("where"), optional("state"),
          optional("sku"), optional("node"), optional("type"), optional("hold"), optional("held"),
          optional("placed_from"), optional("placed_before"), optional("due_before"), allowance,
          step, lead, escalated, py::arg("limit") = 10'000,
          "Which orders, in the sequence in which they are dealt with: escalated ones first, then "
          "those that are due first, urgent ones, older ones. Frame `selection`. `where`: a "
          "condition of the order (docs/formats/policy.md); `state`, `sku` and `node` are about "
          "the same units; instants are ns. Due: at the last cut-off that keeps the last day of "
          "delivery, `lead_days` before it where no calendar says, and without one `allowance_s` "
          "after the order was placed, less `step_s` for each step of its priority.");
    c.def("bulk", on(&do_to_all), py::arg("action"), py::arg("orders"), py::kw_only(),
          optional("hold_type"), py::arg("accept") = true, py::arg("reason") = 0, key,
          optional("actor"), now,
          "One command to many orders, hold, resolve (every active hold of `hold_type`), source, "
          "release or cancel: each is a step of its own with an answer of its own. Hold, resolve "
          "and cancel need a `reason`. With a `key`, the same call again does what is left, and "
          "nothing twice. Frame `receipts`.");
    c.def("wave", on(&release_due), py::kw_only(), optional("where"), optional("sku"),
          optional("node"), optional("type"), optional("placed_before"), optional("due_before"),
          py::arg("max_orders") = 1'000, optional("max_lines"), py::arg("remorse_s") = 0, allowance,
          step, lead, escalated, key, optional("actor"), now,
          "Releases orders with allocated units in sequence, as many as fit; with `node`, their "
          "work for it. One that does not fit is passed over, and comes first sooner or later; the "
          "first one always goes. Orders younger than `remorse_s` wait, unless they are due. "
          "Answers `rows` (frame `wave`), and how many were released (with how many `lines`), "
          "refused, `too_young` and `left`.");
}

}  // namespace earmark::python
