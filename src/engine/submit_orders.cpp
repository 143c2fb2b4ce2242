// PLACE_ORDER, CANCEL, ORDER, EXPLAIN as JSON. What cannot be turned into an order (an unknown SKU,
// a number that is none) is declined here, with every violation of the order in one list, and is
// not remembered: no order was ever asked for. What the engine declines, it remembers.
#include <vector>

#include "earmark/core/time_text.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/engine/queues.hpp"
#include "submit_answer.hpp"
#include "submit_holds.hpp"
#include "submit_order_text.hpp"

namespace earmark::submission {
namespace {

/// What the engine would say of a line as well: an order that cannot be formed is not shown to the
/// engine, and its list of violations is to be whole all the same.
void check_line(const engine& on, const order_line& l, const values& row) {
    const std::int64_t granule = on.sku(l.sku).granule;
    if (l.amount.atoms <= 0)
        row.refuse(fail(error_code::bad_quantity, l.amount.atoms), "quantity");
    else if (l.amount.atoms % granule != 0)
        row.refuse(fail(error_code::not_a_multiple, l.amount.atoms, granule), "quantity");
    if (l.unit_price_minor < 0)
        row.refuse(fail(error_code::bad_price, l.unit_price_minor), "unit_price");
}

/// Problems that keep an order from being formed go into c.wrong; `all` gets these and what the
/// engine would find, line by line.
std::vector<order_line> lines_of(call& c, const nlohmann::json& rows, currency of_prices,
                                 problems& all) {
    std::vector<order_line> lines;
    for (const problem& p : c.wrong.list()) all.add(p);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        problems here;
        const values row{c.on, rows[i], pointer("/lines", i), here};
        order_line& l = lines.emplace_back();
        l.sku = row.sku();
        l.amount = row.units_of("quantity", l.sku);
        if (of_prices != currency{}) l.unit_price_minor = row.minor("unit_price", of_prices);
        l.node = row.node();
        l.own = {row.ship_to(), row.service("method"), row.day("deliver_by")};
        l.set = static_cast<std::uint16_t>(row.whole("set", 0));
        for (const problem& p : here.list()) c.wrong.add(p);
        if (here.empty()) check_line(c.on, l, row);
        for (const problem& p : here.list()) all.add(p);
    }
    return lines;
}

std::vector<order_fact> facts_of(call& c, const nlohmann::json& line, problems& all) {
    std::vector<order_fact> facts;
    if (!line.contains("facts")) return facts;
    const nlohmann::json& rows = line["facts"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        problems here;
        const values row{c.on, rows[i], pointer("/facts", i), here};
        facts.push_back(
            {row.attribute(), static_cast<std::uint32_t>(row.whole("line", 0)), row.text("value")});
        for (const problem& p : here.list()) c.wrong.add(p), all.add(p);
    }
    return facts;
}

/// A declined order with all its violations. A single one is the error itself, so that a host sees
/// at once whether it is transient.
answer decline(const call& c, const nlohmann::json& line, const problems& found) {
    answer out = refusal(line, found);
    if (found.total() > 1)
        out["error"] = to_json(make_problem(
            fail(error_code::order_declined, static_cast<std::int64_t>(found.total())), {}));
    out["outcome"] = name_of(outcome::declined);
    out["order"] = c.line.text("key");
    answer& list = out["violations"] = answer::array();
    for (const problem& p : found.list()) list.push_back(to_json(p));
    return out;
}

/// Minor units as digits alone; the currency stands beside the lines.
std::string price_text(std::int64_t minor, currency c) {
    return to_string(quantity{minor}, c.exponent());
}

answer buckets_of(const engine& on, const order_view& o) {
    answer out = answer::array();
    for (const bucket_view& b : o.buckets) {
        answer one = {{"line", b.line}, {"state", name_of(b.state)}};
        if (b.node != none<node_id>) one["node"] = on.node(b.node).key;
        one["quantity"] = quantity_text(on, o.lines[b.line - 1].sku, b.amount);
        if (!b.queue.empty()) one["queue"] = b.queue;
        if (!b.label.empty()) one["label"] = b.label;
        out.push_back(std::move(one));
    }
    return out;
}

answer lines_of(const engine& on, const order_view& o) {
    answer out = answer::array();
    for (std::size_t i = 0; i < o.lines.size(); ++i) {
        const line_view& l = o.lines[i];
        out.push_back({{"line", i + 1},
                       {"sku", on.sku(l.sku).key},
                       {"ordered", quantity_text(on, l.sku, l.ordered)},
                       {"unit_price", price_text(l.unit_price_minor, o.currency)},
                       {"lowest", name_of(l.lowest)},
                       {"highest", name_of(l.highest)}});
        if (l.node != none<node_id>) out.back()["node"] = on.node(l.node).key;
        if (l.held) out.back()["held"] = true;
        if (l.set != 0) out.back()["set"] = l.set;
        if (l.ship_to != o.ship_to) out.back()["ship_to"] = on.place_key(l.ship_to);
        if (l.method != o.method) out.back()["method"] = on.service_key(l.method);
        if (l.deliver_by != o.deliver_by) out.back()["deliver_by"] = to_string(l.deliver_by);
    }
    return out;
}

answer facts_of(const engine& on, const order_view& o) {
    answer out = answer::array();
    for (const fact_view& f : o.facts) {
        answer one = {{"attribute", on.attribute(f.attribute).name}};
        if (f.line != 0) one["line"] = f.line;
        one["value"] = f.value;
        out.push_back(std::move(one));
    }
    return out;
}

/// Of an order that may not be there yet.
answer park(call& c) {
    if (!c.ready()) return c.refused();
    const auto reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    const auto done = park_cancel(c.on, c.by, c.line.text("order"), reason);
    if (!done) return c.refused(done.error());
    answer out = c.done(*done);
    out["order"] = c.line.text("order");
    return out;
}

}  // namespace

order_type type_of(const values& line) {
    const std::string_view name = line.text("type");
    return name.empty() ? order_type::sales : named<order_type>(name, order_types);
}

void order_text::read(call& c, const nlohmann::json& line) {
    order.currency = c.line.currency("currency");
    order.ship_to = c.line.ship_to();
    order.priority = static_cast<std::uint8_t>(c.line.whole("priority", 0));
    order.reservation = c.line.reservation("reservation");
    order.method = c.line.service("method");
    order.deliver_by = c.line.day("deliver_by");
    order.node = c.line.node();
    order.type = type_of(c.line);
    order.to = c.line.node("to");
    order.revision = static_cast<std::uint64_t>(c.line.whole("revision", 0));
    lines = lines_of(c, line["lines"], order.currency, all);
    order.lines = lines;
    facts = facts_of(c, line, all);
    order.facts = facts;
}

answer run_place_order(const request& r) {
    call c{r};
    if (!c.line.has("key")) {
        c.wrong.add(make_problem(error_code::missing_field, "/key", "the field \"key\" is missing",
                                 "give the order's own key: it is placed once under it"));
        return c.refused();
    }
    order_text o;
    o.read(c, r.line);
    if (!c.wrong.empty()) return decline(c, r.line, o.all);
    if (!c.ready()) return c.refused();
    const placed p = r.on.place_order(c.by, o.order);
    if (p.first.what == outcome::declined) {
        problems found;
        for (const error& e : p.violations) found.add(c.to_problem(e));
        return decline(c, r.line, found);
    }
    answer out = c.done(p.first);
    out["order"] = c.by.key;
    out["lines"] = p.first.lines;
    return out;
}

answer run_cancel(const request& r) {
    call c{r};
    if (c.line.flag("park", false)) return park(c);
    cancel_request wanted;
    wanted.order = c.line.order();
    wanted.line = static_cast<std::uint32_t>(c.line.whole("line", 0));
    wanted.reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    if (!c.wrong.empty()) return c.refused();
    wanted.amount = c.amount_of_line(wanted.order, wanted.line);
    if (!c.ready()) return c.refused();
    const auto cancelled = r.on.cancel(c.by, wanted);
    if (!cancelled) return c.refused(cancelled.error());
    answer out = c.done(*cancelled);
    out["order"] = c.line.text("order");
    return out;
}

answer run_order(const request& r) {
    call c{r};
    const order_id id = c.line.order();
    if (!c.wrong.empty()) return c.refused();
    const auto o = r.on.order(id);
    if (!o) return c.refused(o.error());
    answer out = c.done();
    out["order"] = o->key;
    out["version"] = o->version;
    if (o->revision != 0) out["revision"] = o->revision;
    out["placed"] = to_string(o->placed);
    if (o->ship_to != none<place_id>) out["ship_to"] = r.on.place_key(o->ship_to);
    if (o->type != order_type::sales) out["type"] = name_of(o->type);
    if (o->to != none<node_id>) out["to"] = r.on.node(o->to).key;
    if (o->method != none<service_id>) out["method"] = r.on.service_key(o->method);
    if (o->deliver_by != no_day) out["deliver_by"] = to_string(o->deliver_by);
    if (o->priority != 0) out["priority"] = o->priority;
    out["currency"] = o->currency.text();
    out["policy"] = raw(o->decided_by);
    out["lowest"] = name_of(o->lowest);
    out["highest"] = name_of(o->highest);
    out["lines"] = lines_of(r.on, *o);
    out["buckets"] = buckets_of(r.on, *o);
    if (!o->facts.empty()) out["facts"] = facts_of(r.on, *o);
    for (const link_view& l : o->links)
        out["links"].push_back({{"line", l.line},
                                {l.brings ? "brings_for" : "brought_by", key_of(r.on, l.other)},
                                {"other_line", l.other_line},
                                {"to", r.on.node(l.node).key}});
    for (const rejection_view& x : o->rejections)
        out["rejections"].push_back({{"line", x.line},
                                     {"node", r.on.node(x.node).key},
                                     {"times", x.times},
                                     {"reason", x.reason},
                                     {"at", to_string(x.at)}});
    for (const request_view& x : o->requests)
        out["requests"].push_back(
            {{"request", name_of(x.request)},
             {"line", x.line},
             {"node", r.on.node(x.node).key},
             {"quantity", quantity_text(r.on, o->lines[x.line - 1].sku, x.amount)},
             {"until", to_string(x.until)},
             {"then", name_of(x.then)},
             {"reason", x.reason}});
    if (o->held) out["held"] = true;
    if (!o->holds.empty()) out["holds"] = holds_of(r.on, *o);
    return out;
}

answer run_queues(const request& r) {
    const call c{r};
    const auto all = queues(r.on);
    if (!all) return c.refused(all.error());
    answer out = c.done();
    answer& list = out["queues"] = answer::array();
    for (const queue_view& q : *all)
        list.push_back({{"queue", q.name}, {"orders", q.orders}, {"lines", q.lines}});
    return out;
}

answer run_explain(const request& r) {
    call c{r};
    const order_id id = c.line.order();
    if (!c.wrong.empty()) return c.refused();
    const auto why = r.on.explain(id);
    if (!why) return c.refused(why.error());
    answer out = c.done();
    out["order"] = c.line.text("order");
    out["words"] = why->words;
    answer& rows = out["nodes"] = answer::array();
    for (const explanation::row& row : why->rows) {
        answer one = {
            {"node", r.on.node(row.node).key}, {"verdict", row.verdict}, {"reason", row.reason}};
        if (!why->groups.empty()) one["strategy"] = why->groups[row.group].strategy;
        rows.push_back(std::move(one));
    }
    return out;
}

}  // namespace earmark::submission
