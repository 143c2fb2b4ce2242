// RESERVE, CHANGE, UNRESERVE, AVAILABLE as JSON.
#include <vector>

#include "earmark/core/time_text.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {

answer run_reserve(const request& r) {
    call c{r};
    const nlohmann::json& rows = r.line["lines"];
    std::vector<reserve_line> lines;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const values row{r.on, rows[i], pointer("/lines", i), c.wrong};
        reserve_line& l = lines.emplace_back();
        l.sku = row.sku();
        l.node = row.node();
        l.amount = row.amount("quantity", decimals_of(r.on, l.sku));
        l.floor = row.amount("floor", decimals_of(r.on, l.sku));
    }
    reserve_request wanted;
    wanted.lines = lines;
    wanted.deadline = c.line.deadline(c.by.now);
    wanted.supersedes = c.line.reservation("supersedes");
    if (!c.ready()) return c.refused();
    const auto held = r.on.reserve(c.by, wanted);
    if (!held) return c.refused(held.error());
    answer out = c.done(*held);
    out["reservation"] = id_text(held->subject);
    if (wanted.deadline != never) out["deadline"] = to_string(wanted.deadline);
    return out;
}

answer run_change(const request& r) {
    call c{r};
    const change_request wanted{c.line.reservation("reservation"), c.line.deadline(c.by.now)};
    if (!c.ready()) return c.refused();
    const auto changed = r.on.change(c.by, wanted);
    if (!changed) return c.refused(changed.error());
    answer out = c.done(*changed);
    out["reservation"] = id_text(raw(wanted.reservation));
    if (wanted.deadline != never) out["deadline"] = to_string(wanted.deadline);
    return out;
}

answer run_unreserve(const request& r) {
    call c{r};
    const reservation_id id = c.line.reservation("reservation");
    if (!c.ready()) return c.refused();
    const auto given_back = r.on.unreserve(c.by, id);
    if (!given_back) return c.refused(given_back.error());
    answer out = c.done(*given_back);
    out["reservation"] = id_text(raw(id));
    return out;
}

answer run_available(const request& r) {
    call c{r};
    const sku_id sku = c.line.sku();
    const node_id node = c.line.node();
    const quantity floor = c.line.amount("floor", decimals_of(r.on, sku));
    if (!c.wrong.empty()) return c.refused();
    const auto free = r.on.available(sku, node, floor);
    if (!free) return c.refused(free.error());
    answer out = c.done();
    out["sku"] = c.line.text("sku");
    if (c.line.has("node")) out["node"] = c.line.text("node");
    out["units"] = quantity_text(r.on, sku, *free);
    return out;
}

}  // namespace earmark::submission
