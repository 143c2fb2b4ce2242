// RESERVE, CHANGE, MOVE, UNRESERVE as JSON.
#include <optional>
#include <vector>

#include "earmark/core/time_text.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {
namespace {

std::vector<reserve_line> lines_of(const request& r, call& c) {
    std::vector<reserve_line> lines;
    if (!c.line.has("lines")) return lines;
    const nlohmann::json& rows = r.line["lines"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const values row{r.on, rows[i], pointer("/lines", i), c.wrong};
        reserve_line& l = lines.emplace_back();
        l.sku = row.sku();
        l.node = row.node();
        l.amount = row.units_of("quantity", l.sku);
        l.floor = row.amount("floor", decimals_of(r.on, l.sku));
        l.section = row.section();
    }
    return lines;
}

/// Goods first, then flat pools.
std::vector<reserve_line> all_lines_of(const request& r, call& c) {
    std::vector<reserve_line> lines = lines_of(r, c);
    const std::vector<reserve_line> pools = pool_lines_of(r, c);
    lines.insert(lines.end(), pools.begin(), pools.end());
    return lines;
}

/// The deadline that is asked for, if any is.
std::optional<time_point> deadline_of(const call& c) {
    if (c.line.flag("hard", false)) return never;
    if (!c.line.has("deadline") && !c.line.has("ttl_seconds")) return {};
    return c.line.deadline(c.by.now);
}

}  // namespace

answer run_reserve(const request& r) {
    call c{r};
    const std::vector<reserve_line> lines = all_lines_of(r, c);
    const std::vector<pool_id> pools = pools_of(r, c);
    if (lines.empty())
        c.wrong.add(make_problem(error_code::missing_field, c.line.at("lines"),
                                 "nothing is asked for", "give lines, or from_pools"));
    reserve_request wanted;
    wanted.lines = lines;
    wanted.deadline = c.line.deadline(c.by.now);
    wanted.supersedes = c.line.reservation("supersedes");
    wanted.channel = c.line.channel();
    wanted.pools = pools;
    wanted.partial = c.line.flag("partial", false);
    if (c.line.has("on")) wanted.on = c.line.time("on", {});
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
    const std::vector<reserve_line> lines = all_lines_of(r, c);
    const change_request wanted{c.line.reservation("reservation"), deadline_of(c), lines};
    if (!wanted.deadline && lines.empty())
        c.wrong.add(make_problem(error_code::missing_field, c.line.at("deadline"),
                                 "nothing is to be changed",
                                 "give lines, or a deadline, ttl_seconds or hard"));
    if (!c.ready()) return c.refused();
    const auto changed = r.on.change(c.by, wanted);
    if (!changed) return c.refused(changed.error());
    answer out = c.done(*changed);
    out["reservation"] = id_text(raw(wanted.reservation));
    if (wanted.deadline && *wanted.deadline != never) out["deadline"] = to_string(*wanted.deadline);
    return out;
}

answer run_move(const request& r) {
    call c{r};
    move_request wanted;
    wanted.reservation = c.line.reservation("reservation");
    wanted.from = c.line.node("from");
    wanted.to = c.line.node("to");
    const bool of_one = c.line.has("sku");
    if (of_one) wanted.sku = c.line.sku();
    for (const std::string_view name : {"quantity", "floor"})
        if (!of_one && c.line.has(name))
            c.wrong.add(make_problem(error_code::missing_field, c.line.at("sku"),
                                     "units are of one SKU", "give its sku"));
    wanted.amount = c.line.amount("quantity", decimals_of(r.on, wanted.sku));
    wanted.floor = c.line.amount("floor", decimals_of(r.on, wanted.sku));
    if (c.line.has("quantity") && wanted.amount.atoms == 0)
        c.line.refuse(fail(error_code::bad_quantity, 0), "quantity");
    if (!c.ready()) return c.refused();
    const auto moved = r.on.move(c.by, wanted);
    if (!moved) return c.refused(moved.error());
    answer out = c.done(*moved);
    out["reservation"] = id_text(raw(wanted.reservation));
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

answer run_reservation(const request& r) {
    call c{r};
    const reservation_id id = c.line.reservation("reservation");
    if (!c.wrong.empty()) return c.refused();
    const auto view = r.on.reservation(id);
    if (!view) return c.refused(view.error());
    answer out = c.done();
    out["reservation"] = id_text(raw(id));
    out["state"] = name_of(view->state);
    if (view->deadline != never) out["deadline"] = to_string(view->deadline);
    answer& parts = out["parts"] = answer::array();
    for (const bucket_view& b : view->parts) {
        const auto pool = r.on.pool(b.pool);
        answer one = pool ? answer{{"pool", pool->key}}
                          : answer{{"sku", r.on.sku(b.sku).key}, {"node", r.on.node(b.node).key}};
        if (b.section != none<section_id>) one["section"] = r.on.section(b.section).key;
        one["quantity"] =
            pool ? to_string(b.amount, pool->decimals) : quantity_text(r.on, b.sku, b.amount);
        parts.push_back(std::move(one));
    }
    return out;
}

}  // namespace earmark::submission
