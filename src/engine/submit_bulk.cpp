// SELECT, BULK, WAVE as JSON.
#include <algorithm>

#include "earmark/core/time_text.hpp"
#include "earmark/engine/bulk.hpp"
#include "submit_answer.hpp"
#include "submit_bulk_fields.hpp"

namespace earmark::submission {
namespace {

hold_type_id hold_of(const call& c, std::string_view field) {
    if (!c.line.has(field)) return none<hold_type_id>;
    const auto id = c.on.find_hold_type(c.line.text(field));
    if (id) return *id;
    c.line.refuse(id.error(), field);
    return none<hold_type_id>;
}

order_filter filter_of(const call& c) {
    const values& v = c.line;
    order_filter f;
    f.where = v.text("where");
    if (v.has("state")) f.state = named<unit_state>(v.text("state"), unit_states);
    if (v.has("sku")) f.sku = v.sku();
    f.node = v.node();
    if (v.has("type")) f.type = named<order_type>(v.text("type"), order_types);
    f.hold = hold_of(c, "with_hold");
    if (v.has("held")) f.held = v.flag("held", false);
    if (v.has("placed_from")) f.placed_from = v.time("placed_from", {});
    if (v.has("placed_before")) f.placed_before = v.time("placed_before", {});
    if (v.has("due_before")) f.due_before = v.time("due_before", {});
    return f;
}

queue_rules rules_of(const values& v) {
    const queue_rules usual;
    queue_rules r;
    r.allowance_s = v.whole("allowance_seconds", usual.allowance_s);
    r.step_s = v.whole("step_seconds", usual.step_s);
    r.lead_days = static_cast<std::int32_t>(v.whole("lead_days", usual.lead_days));
    r.escalated_from = static_cast<std::uint8_t>(v.whole("escalated_from", usual.escalated_from));
    return r;
}

/// The engine's no, with the sentence about a condition in place of the general one.
answer refused(const call& c, const error& why, const std::string& sentence) {
    problems all;
    problem p = c.to_problem(why, {});
    if (!sentence.empty()) p.sentence = sentence;
    if (why.code == error_code::bad_condition) p.path = "/where";
    if (why.code == error_code::missing_field && !c.line.has("reason")) p.path = "/reason";
    all.add(std::move(p));
    return refusal(c.object(), all);
}

answer place_of(const engine& on, const queue_key& at, std::uint32_t lines) {
    answer out = answer::object();
    if (const auto o = on.order(at.order)) out["order"] = o->key;
    if (at.escalated) out["escalated"] = true;
    out["due"] = to_string(at.due);
    out["priority"] = at.priority;
    out["placed"] = to_string(at.placed);
    out["lines"] = lines;
    return out;
}

void add_verdict(answer& to, const call& c, const result<receipt>& done) {
    to["ok"] = bool{done};
    if (done) {
        to["outcome"] = name_of(done->what);
        to["position"] = raw(done->at);
        return;
    }
    problem p = c.to_problem(done.error(), {});
    p.path.clear();
    to["error"] = to_json(p);
}

/// Orders by name, instead of a filter; nothing else may say which ones then.
std::vector<order_id> named_orders(call& c, const nlohmann::json& line) {
    std::vector<order_id> out;
    if (!line.contains("orders")) return out;
    for (const field& f : of_many::filter)
        if (line.contains(f.name))
            c.wrong.add(make_problem(error_code::bad_field, pointer({}, f.name),
                                     "\"orders\" says which orders already",
                                     "leave this out, or \"orders\""));
    const nlohmann::json& names = line["orders"];
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& key = names[i].get_ref<const std::string&>();
        const auto id = c.on.find_order(key);
        if (id)
            out.push_back(*id);
        else
            c.wrong.add(unknown_order(key, pointer("/orders", i)));
    }
    return out;
}

}  // namespace

answer run_select(const request& r) {
    const call c{r};
    const order_filter f = filter_of(c);
    if (!c.wrong.empty()) return c.refused();
    const auto limit = static_cast<std::size_t>(c.line.whole("limit", 100));
    std::string why;
    const auto found = select(r.on, f, rules_of(c.line), limit, &why);
    if (!found) return refused(c, found.error(), why);
    answer out = c.done();
    out["matched"] = found->matched;
    answer& rows = out["orders"] = answer::array();
    for (const selected_order& o : found->orders) rows.push_back(place_of(r.on, o.at, o.lines));
    return out;
}

answer run_bulk(const request& r) {
    call c{r};
    bulk_request b;
    b.action = named<bulk_action>(c.line.text("action"), bulk_actions);
    b.filter = filter_of(c);
    b.rules = rules_of(c.line);
    const auto orders = named_orders(c, r.line);
    if (r.line.contains("orders")) b.orders = orders;
    b.hold = hold_of(c, "hold_type");
    b.accept = c.line.text("answer") != "reject";
    b.reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    b.limit = static_cast<std::size_t>(c.line.whole("limit", 10'000));
    if (!c.ready()) return c.refused();
    const bulk_report done = bulk(r.on, c.by, b);
    if (done.why.code != error_code::ok) return refused(c, done.why, done.problem);
    answer out = c.done();
    out["ok"] = done.refused == 0;
    out["matched"] = done.matched;
    out["done"] = done.done;
    out["unchanged"] = done.unchanged;
    out["refused"] = done.refused;
    answer& rows = out["results"] = answer::array();
    for (const bulk_row& row : done.rows) {
        answer one = answer::object();
        if (const auto o = r.on.order(row.order)) one["order"] = o->key;
        add_verdict(one, c, row.done);
        rows.push_back(std::move(one));
        if (!row.done && !out.contains("error")) out["error"] = rows.back()["error"];
    }
    return out;
}

answer run_wave(const request& r) {
    call c{r};
    wave_request w;
    w.filter = filter_of(c);
    w.rules = rules_of(c.line);
    w.max_orders = static_cast<std::size_t>(c.line.whole("max_orders", 1'000));
    w.max_lines = static_cast<std::size_t>(c.line.whole("max_lines", INT64_MAX));
    w.remorse_s = c.line.whole("remorse_seconds", 0);
    if (!c.ready()) return c.refused();
    const wave_report done = release_wave(r.on, c.by, w);
    if (done.why.code != error_code::ok) return refused(c, done.why, done.problem);
    answer out = c.done();
    out["released"] = done.released;
    out["lines"] = done.lines;
    out["refused"] = done.refused;
    out["too_young"] = done.too_young;
    out["left"] = done.left;
    answer& rows = out["results"] = answer::array();
    for (const wave_row& row : done.rows) {
        answer one = place_of(r.on, row.at, row.lines);
        add_verdict(one, c, row.done);
        rows.push_back(std::move(one));
    }
    return out;
}

}  // namespace earmark::submission
