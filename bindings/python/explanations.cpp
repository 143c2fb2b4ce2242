// EXPLANATIONS of orders, what would have changed them, and the queues that their lines wait in.
#include <pybind11/stl.h>

#include "columns.hpp"
#include "earmark/engine/queues.hpp"
#include "earmark/engine/worklist.hpp"
#include "earmark/report/answers.hpp"
#include "rows.hpp"

namespace earmark::python {

namespace {

std::string explain(const engine& e, std::uint64_t order) {
    return value_or_raise(e, e.explain(order_id{order})).words;
}

py::list explain_rows(const engine& e, std::uint64_t order) {
    py::list out;
    for (const explanation::row& r : value_or_raise(e, e.explain(order_id{order})).rows)
        out.append(py::make_tuple(e.node(r.node).key, r.verdict, r.reason));
    return out;
}

frame_ref explanation_frame(const engine& e, std::uint64_t order) {
    const auto told = value_or_raise(e, e.explain(order_id{order}));
    report::frame_builder b{"explanations"};
    auto& node = b.codes("node", node_keys(e));
    const line_group whole{told.strategy, told.passed_on, {}};
    for (const explanation::row& r : told.rows) {
        const line_group& by = told.groups.empty() ? whole : told.groups[r.group];
        b.ints("order").add(static_cast<std::int64_t>(order));
        node.add(raw(r.node));
        b.strings("verdict").add(r.verdict);
        b.strings("sentence").add(r.reason);
        auto &strategy = b.strings("strategy"), &passed_on = b.strings("passed_on");
        by.strategy.empty() ? strategy.add_null() : strategy.add(by.strategy);
        by.passed_on.empty() ? passed_on.add_null() : passed_on.add(report::joined(by.passed_on));
    }
    return to_python(std::move(b).finish());
}

frame_ref what_if(const engine& e, std::uint64_t order, const std::string& node) {
    const auto told =
        value_or_raise(e, e.what_if(order_id{order}, value_or_raise(e, e.find_node(node))));
    report::frame_builder b{"changes"};
    auto& line = b.small_ints("line");
    auto& cost = b.ints("cost_e4");
    for (const what_if_view::change& c : told.changes) {
        b.ints("order").add(static_cast<std::int64_t>(order));
        b.strings("node").add(node);
        b.strings("lever").add(c.lever);
        c.line == 0 ? line.add_null() : line.add(static_cast<std::int32_t>(c.line));
        b.ints("now").add(c.now);
        b.ints("needed").add(c.needed);
        b.truths("enough").add(c.enough);
        b.truths("alone").add(c.alone);
        b.truths("exact").add(c.exact);
        c.enough ? cost.add(c.cost_e4) : cost.add_null();
        b.strings("sentence").add(c.text);
    }
    return to_python(std::move(b).finish());
}

py::list list_queues(const engine& e) {
    py::list out;
    for (const queue_view& q : value_or_raise(e, queues(e)))
        out.append(py::make_tuple(q.name, q.orders, q.lines));
    return out;
}

report::vocabulary stuck_words() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < stuck_reasons; ++i)
        words.push_back(name_of(static_cast<stuck_reason>(i)));
    return report::make_vocabulary(words);
}

frame_ref list_stuck(const engine& e, const std::optional<std::string>& reason,
                     const std::optional<std::string>& sku, const std::optional<std::string>& node,
                     std::int32_t slack_days) {
    worklist_query q;
    if (reason) q.reason = named<stuck_reason>(*reason, stuck_reasons, "reason");
    if (sku) q.sku = value_or_raise(e, e.find_sku(*sku));
    if (node) q.node = value_or_raise(e, e.find_node(*node));
    q.slack_days = slack_days;
    report::frame_builder b{"worklist"};
    auto &why = b.codes("reason", stuck_words()), &goods = b.codes("sku", sku_keys(e)),
         &state = b.codes("state", report::state_words()), &at = b.codes("node", node_keys(e));
    while (raw(q.from) < e.orders()) {
        const worklist_page page = value_or_raise(e, worklist(e, q));
        q.from = page.next;
        for (const stuck_units& u : page.rows) {
            why.add(static_cast<std::int32_t>(u.reason));
            b.ints("order").add(static_cast<std::int64_t>(raw(u.order)));
            b.small_ints("line").add(static_cast<std::int32_t>(u.line));
            goods.add(static_cast<std::int32_t>(raw(u.sku)));
            state.add(static_cast<std::int32_t>(u.state));
            u.node == none<node_id> ? at.add_null() : at.add(raw(u.node));
            b.ints("amount").add(u.amount.atoms);
            auto& owner = b.strings("owner");
            u.owner.empty() ? owner.add_null() : owner.add(u.owner);
            auto &hold = b.small_ints("hold"), &policy = b.small_ints("policy");
            u.number == 0 ? hold.add_null() : hold.add(static_cast<std::int32_t>(u.number));
            auto& repeats = b.ints("repeats");
            u.repeats == none<order_id> ? repeats.add_null()
                                        : repeats.add(static_cast<std::int64_t>(raw(u.repeats)));
            b.small_ints("retries").add(static_cast<std::int32_t>(u.retries));
            u.version == 0 ? policy.add_null() : policy.add(static_cast<std::int32_t>(u.version));
            b.times("since").add(u.since.ns);
            u.until ? b.times("until").add(u.until->ns) : b.times("until").add_null();
        }
    }
    return to_python(std::move(b).finish());
}

}  // namespace

void bind_explanations(engine_class& c) {
    c.def("explain", on(&explain), py::arg("order"),
          "Why the units of an order go where they go, in words.");
    c.def("explain_rows", on(&explain_rows), py::arg("order"),
          "The same as a table: (node, verdict, reason), one row per node.");
    c.def("explanation", on(&explanation_frame), py::arg("order"),
          "The same as the frame `explanations`.");
    c.def("what_if", on(&what_if), py::arg("order"), py::arg("node"),
          "The smallest changes, one at a time, with which a node would have shipped some of an "
          "order, as things were when it was decided. Frame `changes`; empty where it ships.");
    c.def("worklist", on(&list_stuck), py::kw_only(), py::arg("reason") = std::nullopt,
          py::arg("sku") = std::nullopt, py::arg("node") = std::nullopt, py::arg("slack_days") = -1,
          "Units that do not go on by themselves, each in one row with what is in their way. Frame "
          "`worklist`. `slack_days`: units that have not left so many days before the last one "
          "that was asked for are at risk.");
    c.def("queues", on(&list_queues),
          "Lines that wait in queues of policies: (queue, orders, lines), by name.");
}

}  // namespace earmark::python
