// AMEND as JSON, and the tables of what amendments may and what nodes are asked.
#include "submit_amends.hpp"

#include <vector>

#include "submit_answer.hpp"
#include "submit_load.hpp"

namespace earmark::submission {
namespace {

line_change change_of(const order_view& o, const values& row) {
    line_change c;
    c.line = static_cast<std::uint32_t>(row.whole("line", 0));
    if (c.line == 0 || row.has("sku")) c.sku = row.sku();
    if (c.line > o.lines.size())
        row.refuse(
            fail(error_code::unknown_line, c.line, static_cast<std::int64_t>(o.lines.size())),
            "line");
    const bool stands = c.line > 0 && c.line <= o.lines.size();
    const sku_id of = stands ? o.lines[c.line - 1].sku : c.sku;
    if (row.has("quantity")) c.amount = row.units_of("quantity", of);
    if (row.has("node")) c.node = row.node();
    if (row.flag("anywhere", false)) c.node = none<node_id>;
    c.set = static_cast<std::uint16_t>(row.whole("set", 0));
    if (row.flag("as_order", false)) {
        c.ship_to = none<place_id>;
        c.method = none<service_id>;
        c.deliver_by = no_day;
    }
    if (row.has("ship_to")) c.ship_to = row.ship_to();
    if (row.has("method")) c.method = row.service("method");
    if (row.has("deliver_by")) c.deliver_by = row.day("deliver_by");
    if (row.has("unit_price")) c.unit_price_minor = row.minor("unit_price", o.currency);
    return c;
}

std::vector<line_change> changes_of(call& c, const nlohmann::json& line, const order_view& o) {
    std::vector<line_change> out;
    if (!line.contains("changes")) return out;
    const nlohmann::json& rows = line["changes"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        problems here;
        out.push_back(change_of(o, values{c.on, rows[i], pointer("/changes", i), here}));
        for (const problem& p : here.list()) c.wrong.add(p);
    }
    return out;
}

void tell(const engine& on, const amended& a, answer& out) {
    out["version"] = a.version;
    answer& lines = out["lines"] = answer::array();
    for (const amended_line& l : a.lines)
        lines.push_back({{"line", l.line},
                         {"sku", on.sku(l.sku).key},
                         {"before", quantity_text(on, l.sku, l.before)},
                         {"after", quantity_text(on, l.sku, l.after)}});
    answer& parts = out["parts"] = answer::array();
    for (const amended_part& p : a.parts) {
        answer one = {{"line", p.line}, {"from", name_of(p.from)}, {"to", name_of(p.to)}};
        if (p.node != none<node_id>) one["node"] = on.node(p.node).key;
        one["quantity"] = quantity_text(on, p.sku, p.amount);
        if (p.asks) one["asks"] = true;
        parts.push_back(std::move(one));
    }
}

}  // namespace

answer run_load_amend_rules(const request& r) {
    return load<amend_rule_row>(r, [](const values& v) {
        return amend_rule_row{named<change_kind>(v.text("change"), change_kinds),
                              named<unit_state>(v.text("state"), unit_states),
                              named<permission>(v.text("does"), permissions)};
    });
}

answer run_load_answers(const request& r) {
    return load<answer_row>(r, [](const values& v) {
        answer_row row{std::string{v.text("node")},
                       named<request_kind>(v.text("request"), request_kinds),
                       v.whole("within_s", 0)};
        if (v.has("then")) row.then = named<silence>(v.text("then"), silences);
        row.reason = static_cast<std::uint8_t>(v.whole("reason", 0));
        return row;
    });
}

answer run_amend(const request& r) {
    call c{r};
    amend_request a;
    a.order = c.line.order();
    if (!c.wrong.empty()) return c.refused();
    const auto view = r.on.order(a.order);
    if (!view) return c.refused(view.error());
    const auto changes = changes_of(c, r.line, *view);
    a.lines = changes;
    if (c.line.has("ship_to")) a.ship_to = c.line.ship_to();
    if (c.line.has("method")) a.method = c.line.service("method");
    if (c.line.has("deliver_by")) a.deliver_by = c.line.day("deliver_by");
    if (c.line.has("priority")) a.priority = static_cast<std::uint8_t>(c.line.whole("priority", 0));
    a.base_version = static_cast<std::uint32_t>(c.line.whole("base_version", 0));
    a.edit = static_cast<std::uint32_t>(c.line.whole("edit", 0));
    a.reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    a.preview = c.line.flag("preview", false);
    if (!c.ready()) return c.refused();
    const amended done = r.on.amend(c.by, a);
    if (done.first.what != outcome::declined) {
        answer out = c.done(done.first);
        out["order"] = c.line.text("order");
        if (a.preview) out["preview"] = true;
        if (done.first.what != outcome::repeat) tell(r.on, done, out);
        return out;
    }
    problems found;
    for (const error& e : done.violations) found.add(c.to_problem(e, "changes"));
    answer out = refusal(r.line, found);
    out["outcome"] = name_of(outcome::declined);
    out["order"] = c.line.text("order");
    const bool is_late = done.first.why.code == error_code::order_changed;
    if (is_late) tell(r.on, done, out);  // what it would do now
    return out;
}

}  // namespace earmark::submission
