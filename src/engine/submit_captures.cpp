// CAPTURE, QUARANTINED, REPLAY, DISCARD and TOMBSTONES as JSON.
#include "submit_captures.hpp"

#include <algorithm>

#include "capturing.hpp"
#include "earmark/core/time_text.hpp"

namespace earmark::submission {
namespace {

answer violation_of(const violation& v) {
    answer out = {{"code", name_of(v.code)},
                  {"number", static_cast<unsigned>(v.code)},
                  {"severity", name_of(v.how)},
                  {"sentence", v.sentence},
                  {"hint", v.hint}};
    if (!v.path.empty()) out["path"] = v.path;
    return out;
}

answer violations_of(const std::vector<violation>& all) {
    answer out = answer::array();
    for (const violation& v : all) out.push_back(violation_of(v));
    return out;
}

answer change_of(const revised_part& p) {
    answer out = {{"became", name_of(p.became)}, {"change", name_of(p.what)}};
    if (p.line != 0) out["line"] = p.line;
    if (!p.path.empty()) out["path"] = p.path;
    if (!p.before.empty()) out["before"] = p.before;
    if (!p.after.empty()) out["after"] = p.after;
    if (p.asks) out["asks"] = true;
    return out;
}

answer captured_of(const captured& c) {
    answer out = {{"number", c.number}};
    if (c.line != 0) out["line"] = c.line;
    if (!c.key.empty()) out["order"] = c.key;
    out["state"] = name_of(c.state);
    if (raw(c.at) != 0) out["position"] = raw(c.at);
    if (c.revision != 0) out["revision"] = c.revision;
    for (const revised_part& p : c.changes) out["changes"].push_back(change_of(p));
    if (!c.violations.empty()) out["violations"] = violations_of(c.violations);
    if (c.left_out != 0) out["violations_left_out"] = c.left_out;
    return out;
}

answer report_of(const call& c, const capture_report& r) {
    answer out = c.done();
    out.update(report_json(r));
    return out;
}

/// The rows of a page: those behind the key `after`, and whether there are more.
template <class Row, class F>
void add_page(answer& out, const char* name, const call& c, const std::vector<Row>& rows,
              F&& row_of) {
    const std::string_view after = c.line.text("after");
    const auto limit = static_cast<std::size_t>(c.line.whole("limit", 100));
    auto at = std::ranges::upper_bound(rows, after, {}, &Row::key);
    answer& list = out[name] = answer::array();
    for (; at != rows.end() && list.size() < limit; ++at) list.push_back(row_of(*at));
    out["total"] = rows.size();
    if (at != rows.end()) out["next"] = list.back()["order"];
}

/// A journal that somebody rewrote may have a text that is no JSON.
answer payload_of(const std::string& text) {
    answer parsed = answer::parse(text, nullptr, false);
    return parsed.is_discarded() ? answer(text) : parsed;
}

void add_try(answer& out, const engine& on, actor_id by) {
    if (by != actor_id{}) out["actor"] = on.actor_key(by);
}

}  // namespace

answer report_json(const capture_report& r) {
    answer out;
    answer& rows = out["orders"] = answer::array();
    for (const captured& c : r.orders) rows.push_back(captured_of(c));
    answer& totals = out["totals"] = answer::object();
    for (std::size_t s = 0; s < capture_states; ++s)
        totals[std::string{name_of(static_cast<capture_state>(s))}] = r.totals[s];
    out["dry_run"] = r.dry_run;
    return out;
}

answer run_capture(const request& r) {
    call c{r};
    capture_options how;
    how.dry_run = c.line.flag("dry_run", false);
    const bool is_sound = how.dry_run ? c.wrong.empty() : c.ready();  // which names the actor
    if (!is_sound) return c.refused();
    how.quarantine = c.line.flag("quarantine", false);
    how.correct = c.line.flag("correct", false);
    how.actor = c.by.actor;
    if (c.line.has("now")) how.now = c.by.now;
    capturing all{r.on, how};
    for (const nlohmann::json& one : r.line["orders"]) all.add(0, one);
    return report_of(c, all.take());
}

answer run_replay(const request& r) {
    call c{r};
    if (!c.ready()) return c.refused();
    return report_of(c, replay(r.on, c.by, c.line.text("order")));
}

answer run_discard(const request& r) {
    call c{r};
    if (!c.ready()) return c.refused();
    const auto reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    const auto done = discard(r.on, c.by, c.line.text("order"), reason);
    if (!done) return c.refused(done.error());
    answer out = c.done(*done);
    out["order"] = c.line.text("order");
    return out;
}

answer run_quarantined(const request& r) {
    const call c{r};
    const auto all = quarantined(r.on);
    if (!all) return c.refused(all.error());
    answer out = c.done();
    add_page(out, "orders", c, *all, [&](const quarantined_order& o) {
        answer row = {{"order", o.key}, {"payload", payload_of(o.text)}, {"tries", o.tries}};
        if (has_begun(o.first)) row["first_try"] = to_string(o.first);
        if (has_begun(o.last)) row["last_try"] = to_string(o.last);
        row["violations"] = violations_of(o.why);
        if (o.reasons > o.why.size()) row["violations_left_out"] = o.reasons - o.why.size();
        add_try(row, r.on, o.by);
        return row;
    });
    return out;
}

answer run_tombstones(const request& r) {
    const call c{r};
    const auto all = tombstones(r.on);
    if (!all) return c.refused(all.error());
    answer out = c.done();
    add_page(out, "tombstones", c, *all, [&](const tombstone_view& t) {
        answer row = {{"order", t.key}, {"reason", t.reason}};
        if (has_begun(t.since)) row["since"] = to_string(t.since);
        add_try(row, r.on, t.by);
        return row;
    });
    return out;
}

}  // namespace earmark::submission
