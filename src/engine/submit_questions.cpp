// POLL, MOVEMENTS, EXPIRIES, WORKLIST, FLUSH, STATUS as JSON.
#include "earmark/core/time_text.hpp"
#include "earmark/engine/worklist.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {
namespace {

answer event_of(const engine& on, const event& e) {
    answer out = {{"position", raw(e.at)}, {"verb", name_of(e.by)}};
    if (has_begun(e.now)) out["now"] = to_string(e.now);
    if (e.declined) out["declined"] = true;
    if (is_of_order(e.by) && !e.declined) {
        const auto o = on.order(order_id{e.subject});
        if (o) out["order"] = o->key;
    }
    if (is_of_reservation(e.by) && !e.declined) out["reservation"] = id_text(e.subject);
    out["moves"] = e.moves;
    out["granules"] = e.units;
    return out;
}

answer movement_of(const engine& on, const movement& m) {
    answer out = {{"position", raw(m.at)}, {"verb", name_of(m.by)}, {"now", to_string(m.now)}};
    const auto o = on.order(m.order);
    if (o) out["order"] = o->key;
    out["line"] = m.line;
    const sku_view sku = on.sku(m.sku);
    out["sku"] = sku.key;
    out["quantity"] = to_string(m.amount, sku.decimals);
    if (!m.born) out["from"] = name_of(m.from);
    out["to"] = name_of(m.to);
    if (m.node != none<node_id>) out["node"] = on.node(m.node).key;
    if (m.metres != unknown_distance) out["metres"] = m.metres;
    if (m.reason != 0) out["reason"] = m.reason;
    return out;
}

answer expiry_of(const engine& on, const expiry& x) {
    return {{"position", raw(x.at)},
            {"now", to_string(x.now)},
            {"reservation", id_text(raw(x.reservation))},
            {"deadline", to_string(x.deadline)},
            {"sku", on.sku(x.sku).key},
            {"node", on.node(x.node).key},
            {"quantity", quantity_text(on, x.sku, x.amount)}};
}

/// The rows behind a cursor and the cursor to go on with.
template <class Row>
answer page_for(const request& r, const char* name,
                result<page_of<Row>> (engine::*read)(position, std::size_t) const,
                answer (*row_of)(const engine&, const Row&)) {
    call c{r};
    const position cursor{static_cast<std::uint64_t>(c.line.whole("cursor", 0))};
    const auto page = (r.on.*read)(cursor, static_cast<std::size_t>(c.line.whole("limit", 100)));
    if (!page) return c.refused(page.error());
    answer out = c.done();
    answer list = answer::array();
    for (const Row& row : page->rows) list.push_back(row_of(r.on, row));
    out["next"] = raw(page->next);
    out[name] = std::move(list);
    return out;
}

journal::durability level_of(std::string_view name) noexcept {
    if (name == "memory") return journal::durability::memory;
    return name == "os" ? journal::durability::os : journal::durability::disk;
}

answer counters_of(const metrics& m) {
    return {{"orders", m.orders},
            {"declined", m.declined},
            {"repeats", m.repeats},
            {"takes", m.takes},
            {"refused_takes", m.refused_takes},
            {"conflicts", m.conflicts},
            {"expired", m.expired},
            {"records", m.records},
            {"record_bytes", m.record_bytes},
            {"batches", m.batches}};
}

answer balance_of(const balance& b) {
    return {{"cells", b.cells},
            {"on_hand", b.on_hand},
            {"free", b.free},
            {"earmarked", b.earmarked},
            {"reserved", b.reserved},
            {"open", b.open},
            {"backordered", b.backordered},
            {"allocated", b.allocated},
            {"released", b.released},
            {"picked", b.picked},
            {"packed", b.packed},
            {"shipped", b.shipped},
            {"delivered", b.delivered},
            {"lost", b.lost},
            {"cancelled", b.cancelled},
            {"ordered", b.ordered}};
}

answer stuck_of(const engine& on, const stuck_units& u) {
    answer out = {{"reason", name_of(u.reason)}};
    if (const auto o = on.order(u.order)) out["order"] = o->key;
    out["line"] = u.line;
    out["sku"] = on.sku(u.sku).key;
    out["state"] = name_of(u.state);
    if (u.node != none<node_id>) out["node"] = on.node(u.node).key;
    out["quantity"] = quantity_text(on, u.sku, u.amount);
    if (!u.owner.empty()) out["owner"] = u.owner;
    if (u.number != 0) out["hold"] = u.number;
    if (u.repeats != none<order_id>) out["repeats"] = key_of(on, u.repeats);
    if (u.retries != 0) out["retries"] = u.retries;
    if (u.version != 0) out["policy"] = u.version;
    out["since"] = to_string(u.since);
    if (u.until) out["until"] = to_string(*u.until);
    return out;
}

}  // namespace

answer run_poll(const request& r) {
    call c{r};
    const position cursor{static_cast<std::uint64_t>(c.line.whole("cursor", 0))};
    const auto limit = static_cast<std::size_t>(c.line.whole("limit", 100));
    const auto events = r.on.poll(cursor, limit);
    if (!events) return c.refused(events.error());
    answer out = c.done();
    answer list = answer::array();
    for (const event& e : *events) list.push_back(event_of(r.on, e));
    out["next"] = raw(events->empty() ? cursor : events->back().at);
    out["events"] = std::move(list);
    return out;
}

answer run_movements(const request& r) {
    return page_for(r, "movements", &engine::movements, movement_of);
}

answer run_expiries(const request& r) {
    return page_for(r, "expiries", &engine::expiries, expiry_of);
}

answer run_worklist(const request& r) {
    call c{r};
    worklist_query q;
    if (c.line.has("reason")) q.reason = named<stuck_reason>(c.line.text("reason"), stuck_reasons);
    if (c.line.has("sku")) q.sku = c.line.sku();
    q.node = c.line.node();
    q.slack_days = static_cast<std::int32_t>(c.line.whole("slack_days", -1));
    q.limit = static_cast<std::size_t>(c.line.whole("limit", 1'000));
    if (c.line.has("order")) q.from = c.line.order();
    if (!c.wrong.empty()) return c.refused();
    const auto page = worklist(r.on, q);
    if (!page) return c.refused(page.error());
    answer out = c.done();
    answer& rows = out["rows"] = answer::array();
    for (const stuck_units& u : page->rows) rows.push_back(stuck_of(r.on, u));
    for (order_id next = page->next; raw(next) < r.on.orders() && !out.contains("next");
         next = order_id{raw(next) + 1})
        if (const auto o = r.on.order(next)) out["next"] = o->key;
    return out;
}

answer run_flush(const request& r) {
    call c{r};
    const auto level =
        c.line.has("level") ? level_of(c.line.text("level")) : journal::durability::disk;
    const auto reached = r.on.flush(level);
    if (!reached) return c.refused(reached.error());
    answer out = c.done();
    out["position"] = raw(*reached);
    return out;
}

answer run_status(const request& r) {
    call c{r};
    answer out = c.done();
    if (has_begun(r.on.now())) out["now"] = to_string(r.on.now());
    out["halted"] = r.on.halted();
    out["head"] = raw(r.on.head());
    out["durable"] = {{"memory", raw(r.on.durable(journal::durability::memory))},
                      {"os", raw(r.on.durable(journal::durability::os))},
                      {"disk", raw(r.on.durable(journal::durability::disk))}};
    out["tables"] = {{"skus", r.on.skus()}, {"nodes", r.on.nodes()}, {"places", r.on.places()}};
    out["counters"] = counters_of(r.on.status());
    out["granules"] = balance_of(r.on.balance_report());
    return out;
}

}  // namespace earmark::submission
