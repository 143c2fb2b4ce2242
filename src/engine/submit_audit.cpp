// AUDIT, CROSSINGS, AVAILABLE_TOGETHER as JSON.
#include <algorithm>
#include <vector>

#include "earmark/core/time_text.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {
namespace {

answer finding_of(const engine& on, const finding& f) {
    answer out = {{"check", name_of(f.check)}};
    if (f.sku != none<sku_id>) out["sku"] = on.sku(f.sku).key;
    if (f.node != none<node_id>) out["node"] = on.node(f.node).key;
    if (f.order != none<order_id>) out["order_number"] = raw(f.order);
    if (f.reservation != none<reservation_id>) out["reservation"] = id_text(raw(f.reservation));
    if (const auto pool = on.pool(f.pool)) out["pool"] = pool->key;
    out["stored"] = f.stored;
    out["recomputed"] = f.recomputed;
    out["text"] = f.text;
    return out;
}

}  // namespace

answer run_audit(const request& r) {
    call c{r};
    const auto how = c.line.flag("exact", false) ? audit_how::exact : audit_how::online;
    const auto limit = static_cast<std::size_t>(c.line.whole("limit", 100));
    const auto report = r.on.audit(how);
    if (!report) return c.refused(report.error());
    answer out = c.done();
    out["clean"] = report->clean();
    out["position"] = raw(report->at);
    out["looked_at"] = {{"cells", report->cells},
                        {"orders", report->orders},
                        {"reservations", report->reservations},
                        {"keys", report->keys},
                        {"timers", report->timers}};
    std::uint64_t left_out = report->left_out;
    const auto list = [&](const char* name, const std::vector<finding>& all) {
        answer& to = out[name] = answer::array();
        const std::size_t shown = std::min(limit, all.size());
        for (std::size_t i = 0; i < shown; ++i) to.push_back(finding_of(r.on, all[i]));
        left_out += all.size() - shown;
    };
    list("wrong", report->wrong);
    list("leaks", report->leaks);
    list("moving", report->moving);
    list("idle", report->idle);
    if (left_out > 0) out["left_out"] = left_out;
    answer& unchecked = out["unchecked"] = answer::array();
    for (const audit_check u : report->unchecked) unchecked.push_back(name_of(u));
    return out;
}

answer run_crossings(const request& r) {
    call c{r};
    const position cursor{static_cast<std::uint64_t>(c.line.whole("cursor", 0))};
    const auto page = r.on.crossings(cursor, static_cast<std::size_t>(c.line.whole("limit", 100)));
    if (!page) return c.refused(page.error());
    answer out = c.done();
    answer list = answer::array();
    for (const crossing& x : page->rows) {
        answer one = {{"position", raw(x.at)}};
        if (has_begun(x.now)) one["now"] = to_string(x.now);
        one["threshold"] = r.on.threshold_key(x.threshold);
        const auto pool = r.on.pool(x.pool);
        pool ? one["pool"] = pool->key : one["sku"] = r.on.sku(x.sku).key;
        if (x.section != none<section_id>) one["section"] = r.on.section(x.section).key;
        if (x.node != none<node_id>) one["node"] = r.on.node(x.node).key;
        if (x.channel != none<channel_id>) one["channel"] = r.on.channel_key(x.channel);
        one["below"] = x.below;
        one["units"] =
            pool ? to_string(x.level, pool->decimals) : quantity_text(r.on, x.sku, x.level);
        list.push_back(std::move(one));
    }
    out["next"] = raw(page->next);
    out["crossings"] = std::move(list);
    return out;
}

answer run_available_together(const request& r) {
    call c{r};
    const nlohmann::json& items = r.line["items"];
    std::vector<available_request> asked;
    std::vector<std::vector<node_id>> groups;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const values v{r.on, items[i], pointer("/items", i), c.wrong};
        const bool sourcing = v.text("use") == "sourcing";
        asked.push_back(
            {v.sku(), v.node(), v.channel(), sourcing ? floor_use::sourcing : floor_use::selling});
        groups.push_back(v.nodes());
    }
    for (std::size_t i = 0; i < groups.size(); ++i) asked[i].nodes = groups[i];
    if (!c.wrong.empty()) return c.refused();
    const auto units = r.on.available_together(asked);
    if (!units) return c.refused(units.error(), "items");
    answer out = c.done();
    answer list = answer::array();
    for (std::size_t i = 0; i < asked.size(); ++i) {
        answer one = {{"sku", items[i]["sku"]}};
        if (items[i].contains("node")) one["node"] = items[i]["node"];
        one["units"] = quantity_text(r.on, asked[i].sku, (*units)[i]);
        list.push_back(std::move(one));
    }
    out["available"] = std::move(list);
    return out;
}

}  // namespace earmark::submission
