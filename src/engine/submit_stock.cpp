// AVAILABLE as JSON.
#include "submit_answer.hpp"

namespace earmark::submission {

answer run_available(const request& r) {
    call c{r};
    const sku_id sku = c.line.sku();
    const node_id node = c.line.node();
    const std::vector<node_id> nodes = c.line.nodes();
    const quantity floor = c.line.amount("floor", decimals_of(r.on, sku));
    if (!nodes.empty() && c.line.has("floor"))
        c.wrong.add(make_problem(error_code::bad_field, c.line.at("floor"),
                                 "a group of nodes has the floors of the rules",
                                 "ask node by node, or leave floor out"));
    if (!c.wrong.empty()) return c.refused();
    available_request group{sku};
    group.nodes = nodes;
    const auto free = nodes.empty() ? r.on.available(sku, node, floor) : r.on.available(group);
    if (!free) return c.refused(free.error());
    answer out = c.done();
    out["sku"] = c.line.text("sku");
    if (c.line.has("node")) out["node"] = c.line.text("node");
    out["units"] = quantity_text(r.on, sku, *free);
    return out;
}

namespace {

answer terms_of(const engine& on, sku_id sku, const available_terms& t) {
    const auto units = [&](quantity q) { return quantity_text(on, sku, q); };
    answer out = {{"node", on.node(t.node).key},     {"on_hand", units(t.on_hand)},
                  {"free", units(t.free)},           {"reserved", units(t.reserved)},
                  {"allocated", units(t.allocated)}, {"released", units(t.released)}};
    if (t.section != none<section_id>) out["section"] = on.section(t.section).key;
    if (!t.drawn) out["drawn"] = false;
    if (!t.rule.empty()) out["rule"] = t.rule;
    out["floor"] = units(t.floor);
    if (t.excluded) out["excluded"] = true;
    if (!t.active) out["active"] = false;
    out["available"] = units(t.available);
    return out;
}

}  // namespace

answer run_explain_available(const request& r) {
    call c{r};
    const std::vector<node_id> nodes = c.line.nodes();
    const available_request asked{
        c.line.sku(), c.line.node(), c.line.channel(),
        c.line.text("use") == "sourcing" ? floor_use::sourcing : floor_use::selling, nodes};
    if (!c.wrong.empty()) return c.refused();
    const auto terms = r.on.explain_available(asked);
    if (!terms) return c.refused(terms.error());
    answer out = c.done();
    out["sku"] = c.line.text("sku");
    quantity sum;
    answer list = answer::array();
    for (const available_terms& t : *terms) {
        sum.atoms += t.available.atoms;
        list.push_back(terms_of(r.on, asked.sku, t));
    }
    out["units"] = quantity_text(r.on, asked.sku, sum);
    out["terms"] = std::move(list);
    return out;
}

}  // namespace earmark::submission
