// POOLS as JSON: the table, adjust_pool, pool, and the fields of other verbs that name them.
#include "earmark/core/time_text.hpp"
#include "submit_load.hpp"

namespace earmark::submission {
namespace {

pool_kind kind_of(std::string_view name) noexcept {
    for (const pool_kind k : {pool_kind::capacity, pool_kind::limit, pool_kind::credit})
        if (name == name_of(k)) return k;
    return pool_kind::quota;
}

std::string amount_text(const pool_view& p, quantity q) { return to_string(q, p.decimals); }

}  // namespace

std::vector<reserve_line> pool_lines_of(const request& r, call& c) {
    std::vector<reserve_line> lines;
    if (!c.line.has("from_pools")) return lines;
    const nlohmann::json& rows = r.line["from_pools"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const values row{r.on, rows[i], pointer("/from_pools", i), c.wrong};
        reserve_line& l = lines.emplace_back();
        l.pool = row.pool();
        const int decimals = decimals_of(r.on, l.pool);
        l.amount = row.amount("quantity", decimals);
        l.floor = row.amount("floor", decimals);
    }
    return lines;
}

std::vector<pool_id> pools_of(const request& r, call& c) {
    std::vector<pool_id> pools;
    if (!c.line.has("pools")) return pools;
    const nlohmann::json& keys = r.line["pools"];
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& key = keys[i].get_ref<const std::string&>();
        const auto id = r.on.find_pool(key);
        if (id)
            pools.push_back(*id);
        else
            c.wrong.add(make_problem(id.error(), pointer("/pools", i), key));
    }
    return pools;
}

answer run_load_pools(const request& r) {
    return load<pool_row>(r, [](const values& v) {
        pool_row row;
        row.key = v.text("pool");
        row.kind = kind_of(v.text("kind"));
        row.decimals = static_cast<int>(v.whole("decimals", 0));
        row.granule = v.whole("granule", 1);
        row.amount = v.amount("amount", row.decimals);
        row.per_unit = v.amount("per_unit", row.decimals);
        row.named = v.flag("named", false);
        row.sku = v.text("sku");
        row.node = v.text("node");
        row.channel = v.text("channel");
        row.from = v.time("from", row.from);
        row.until = v.time("until", row.until);
        if (v.text("day") == "work") row.day = pool_day::work;
        if (v.text("day") == "ship") row.day = pool_day::ship;
        if (v.text("counts") == "shipments") row.counts = pool_count::shipments;
        if (v.text("counts") == "orders") row.counts = pool_count::orders;
        row.service = v.text("service");
        return row;
    });
}

answer run_adjust_pool(const request& r) {
    call c{r};
    adjust_request a;
    a.pool = c.line.pool();
    a.delta = c.line.amount("delta", decimals_of(r.on, a.pool));
    a.reason = reason_of(c.line.text("reason"));
    if (!c.ready()) return c.refused();
    std::vector<uncovered_promise> left;
    const auto booked = r.on.adjust(c.by, a, &left);
    if (!booked) return c.refused(booked.error());
    answer out = c.done(*booked);
    if (!left.empty()) out["promises"] = promises_of(r.on, left);
    return out;
}

answer run_pool(const request& r) {
    call c{r};
    const pool_id id = c.line.pool();
    if (!c.wrong.empty()) return c.refused();
    const auto p = r.on.pool(id);
    if (!p) return c.refused(p.error());
    answer out = c.done();
    out["pool"] = p->key;
    out["kind"] = name_of(p->kind);
    out["amount"] = amount_text(*p, p->amount);
    out["free"] = amount_text(*p, p->free);
    if (p->from.ns != INT64_MIN) out["from"] = to_string(p->from);
    if (p->until != never) out["until"] = to_string(p->until);
    return out;
}

}  // namespace earmark::submission
