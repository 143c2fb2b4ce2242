// SOURCE, RELEASE, MIGRATE, RECORD as JSON. The first three take a list of orders, and each order
// has a result of its own; `ok` of the whole line is true where it is true of all.
#include <algorithm>
#include <vector>

#include "earmark/engine/workflows.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {
namespace {

/// The orders of a line: those that exist, and for each name of the line the place of its order
/// among them.
struct named_orders {
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    std::vector<order_id> ids;
    std::vector<std::size_t> place;
};

named_orders orders_of(const request& r) {
    named_orders out;
    for (const auto& name : r.line["orders"]) {
        const auto id = r.on.find_order(name.get_ref<const std::string&>());
        out.place.push_back(id ? out.ids.size() : named_orders::nowhere);
        if (id) out.ids.push_back(*id);
    }
    return out;
}

answer failed(const std::string& key, const problem& p) {
    return {{"order", key}, {"ok", false}, {"error", to_json(p)}};
}

/// One result per name, made by `f(place among the ids, key)`; unknown names are refused here.
template <class F>
answer results_of(const call& c, const request& r, const named_orders& orders, F f) {
    answer out = c.done();
    answer results = answer::array();
    for (std::size_t i = 0; i < orders.place.size(); ++i) {
        const auto& key = r.line["orders"][i].get_ref<const std::string&>();
        const std::string path = pointer("/orders", i);
        if (orders.place[i] == named_orders::nowhere)
            results.push_back(failed(key, unknown_order(key, path)));
        else
            results.push_back(f(orders.place[i], key, path));
        if (results.back()["ok"] == true || out["ok"] == false) continue;
        out["ok"] = false;
        out["error"] = results.back()["error"];
    }
    out["results"] = std::move(results);
    return out;
}

/// A key stands for one command, and so for one order.
void check_key(call& c, const named_orders& orders) {
    if (c.line.has("key") && orders.place.size() > 1)
        c.wrong.add(make_problem(error_code::bad_field, "/key", "one key is for one order",
                                 "leave the key out, or name one order a line"));
}

answer refused_at(const call& c, const error& e, const std::string& key, const std::string& path) {
    problem p = c.to_problem(e, {});
    p.path = path;
    return failed(key, p);
}

/// The SKUs that still want a node, in the order in which the engine's plan counts them: lines of
/// one SKU and one firm node are one, in the place of the first.
std::vector<sku_id> wanted_skus(const engine& on, order_id id, node_id leaving) {
    std::vector<sku_id> skus;
    const auto o = on.order(id);
    if (!o) return skus;
    std::vector<bool> wants(o->lines.size(), false);
    for (const bucket_view& b : o->buckets)
        if (b.state == unit_state::open || b.state == unit_state::backordered ||
            (b.state == unit_state::allocated && leaving != none<node_id> && b.node == leaving))
            wants[b.line - 1] = true;
    for (std::size_t l = 0; l < wants.size(); ++l) {
        const line_view& mine = o->lines[l];
        bool is_first = wants[l];
        for (std::size_t k = 0; k < l && is_first; ++k)
            is_first = !wants[k] || o->lines[k].sku != mine.sku || o->lines[k].node != mine.node;
        if (is_first) skus.push_back(mine.sku);
    }
    return skus;
}

std::string_view name_of_coverage(coverage c) noexcept {
    switch (c) {
        case coverage::full:
            return "full";
        case coverage::partial:
            return "partial";
        case coverage::none:
            return "none";
    }
    return "unknown";
}

answer plan_of(const engine& on, const plan& p, const std::vector<sku_id>& skus) {
    answer parts = answer::array();
    for (const plan_part& part : p.parts)
        if (part.wanted < skus.size())
            parts.push_back({{"sku", on.sku(skus[part.wanted]).key},
                             {"node", on.node(part.node).key},
                             {"quantity", units_text(on, skus[part.wanted], part.n)}});
    answer out = {{"covers", name_of_coverage(p.covers)},
                  {"proof", p.proof == quality::exact ? "exact" : "heuristic"},
                  {"cost", to_string(rate{p.cost.e4})},
                  {"parcels", p.cost.parcels},
                  {"metres", p.cost.metres}};
    if (p.cost.late_days != 0) out["late_days"] = p.cost.late_days;
    out["parts"] = std::move(parts);
    return out;
}

answer part_of(const engine& on, const brought_view& b) {
    answer out = {{"line", b.line},
                  {"from", on.node(b.from).key},
                  {"to", on.node(b.to).key},
                  {"quantity", to_string(b.amount, on.sku(b.sku).decimals)}};
    if (b.by != none<order_id>)
        if (const auto by = on.order(b.by)) out["by"] = by->key;
    return out;
}

/// Lines of a ladder's strategy, from 1.
answer group_of_lines(const line_group& g) {
    answer out = answer::object();
    if (!g.strategy.empty()) out["strategy"] = g.strategy;
    for (const std::uint16_t line : g.lines) out["lines"].push_back(line + 1);
    return out;
}

}  // namespace

answer run_source(const request& r) {
    call c{r};
    const bool dry_run = c.line.flag("dry_run", false);
    const named_orders orders = orders_of(r);
    check_key(c, orders);
    std::vector<std::vector<sku_id>> skus;
    const node_id leaving = c.line.node("leaving");
    for (const order_id id : orders.ids) skus.push_back(wanted_skus(r.on, id, leaving));
    if (!c.ready()) return c.refused();
    std::vector<result<sourced>> out(orders.ids.size(), fail(error_code::order_busy));
    if (!orders.ids.empty()) r.on.source(c.by, {orders.ids, dry_run, {}, leaving}, out);
    return results_of(
        c, r, orders,
        [&](std::size_t at, const std::string& key, const std::string& path) -> answer {
            if (!out[at]) return refused_at(c, out[at].error(), key, path);
            const sourced& s = *out[at];
            answer one = {{"order", key}, {"ok", true}, {"outcome", name_of(s.first.what)}};
            if (!dry_run) one["position"] = raw(s.first.at);
            if (!s.strategy.empty()) one["strategy"] = s.strategy;
            for (const line_group& g : s.groups) one["groups"].push_back(group_of_lines(g));
            for (const brought_view& b : s.brought) one["brought"].push_back(part_of(r.on, b));
            if (s.first.what != outcome::unchanged) one["plan"] = plan_of(r.on, s.chosen, skus[at]);
            return one;
        });
}

static answer receipts_of(const call& c, const request& r, const named_orders& orders,
                          std::span<const result<receipt>> out) {
    return results_of(
        c, r, orders,
        [&](std::size_t at, const std::string& key, const std::string& path) -> answer {
            if (!out[at]) return refused_at(c, out[at].error(), key, path);
            return {{"order", key},
                    {"ok", true},
                    {"outcome", name_of(out[at]->what)},
                    {"position", raw(out[at]->at)}};
        });
}

answer run_release(const request& r) {
    call c{r};
    const named_orders orders = orders_of(r);
    check_key(c, orders);
    const node_id node = c.line.node();
    if (!c.ready()) return c.refused();
    std::vector<result<receipt>> out(orders.ids.size(), fail(error_code::order_busy));
    if (!orders.ids.empty()) r.on.release(c.by, {orders.ids, node}, out);
    return receipts_of(c, r, orders, out);
}

/// What the request maps. The texts are the request's.
std::vector<state_mapping> states_of(const request& r, const call& c) {
    std::vector<state_mapping> out;
    if (!c.line.has("states")) return out;
    for (const nlohmann::json& row : r.line["states"])
        out.push_back(
            {row["from"].get_ref<const std::string&>(), row["to"].get_ref<const std::string&>()});
    return out;
}

answer run_migrate(const request& r) {
    call c{r};
    const named_orders orders = orders_of(r);
    check_key(c, orders);
    if (!c.ready()) return c.refused();
    const std::vector<state_mapping> states = states_of(r, c);
    const auto version = static_cast<std::uint16_t>(c.line.whole("workflow", 0));
    std::vector<result<receipt>> out;
    for (const order_id o : orders.ids) out.push_back(migrate(r.on, c.by, {o, version, states}));
    return receipts_of(c, r, orders, out);
}

answer run_record(const request& r) {
    call c{r};
    fact f;
    const std::string_view what = c.line.text("fact");
    for (std::size_t k = 0; k < fact_kinds; ++k)
        if (name_of(static_cast<fact_kind>(k)) == what) f.kind = static_cast<fact_kind>(k);
    f.event = c.line.text("event");
    if (f.kind == fact_kind::mark && f.event.empty())
        c.wrong.add(make_problem(error_code::missing_field, "/event", "a mark names its event",
                                 "ask allowed for the events of the order's workflow"));
    f.reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    if (f.kind != fact_kind::mark && !f.event.empty())
        c.wrong.add(make_problem(error_code::bad_field, "/event", "only a mark has an event",
                                 "leave it out, or say fact mark"));
    if (f.kind != fact_kind::reject && f.reason != 0)
        c.wrong.add(make_problem(error_code::bad_field, "/reason", "only a rejection has a reason",
                                 "leave it out, or say fact reject"));
    f.order = c.line.order();
    f.line = static_cast<std::uint32_t>(c.line.whole("line", 0));
    f.node = c.line.node();
    if (!c.wrong.empty()) return c.refused();
    f.amount = c.amount_of_line(f.order, f.line);
    if (!c.ready()) return c.refused();
    const auto booked = r.on.record(c.by, f);
    if (!booked) return c.refused(booked.error());
    answer out = c.done(*booked);
    out["order"] = c.line.text("order");
    return out;
}

}  // namespace earmark::submission
