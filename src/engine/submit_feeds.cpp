// SNAPSHOT, DELTA, COUNT, UNCOVERED, COUNTS as JSON. A wrong row is rejected and listed; the others
// are taken.
#include <algorithm>
#include <vector>

#include "earmark/core/time_text.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {
namespace {

/// The rows of a message. One that cannot be read goes to the engine with a figure that no cell can
/// have, so that a complete snapshot does not take the SKU for one that it leaves out.
class feed_rows {
public:
    explicit feed_rows(const request& r) : on_{r.on}, json_{r.line["rows"]} {
        for (std::size_t i = 0; i < json_.size(); ++i) {
            problems here;
            const values v{on_, json_[i], pointer("/rows", i), here};
            feed_row& row = rows_.emplace_back();
            row.sku = v.sku();
            row.node = v.node();
            row.section = v.section();
            row.figure = v.units_of("units", row.sku);
            if (here.empty()) continue;
            row.figure = {INT64_MIN};
            unread_.emplace_back(i, here.list().front());
        }
    }
    [[nodiscard]] std::span<const feed_row> rows() const noexcept { return rows_; }

    /// What was wrong with a row: in the words of the door where it could not be read.
    [[nodiscard]] problem problem_of(const call& c, const rejected_row& r) const {
        for (const auto& [index, p] : unread_)
            if (index + 1 == r.row) return p;
        return c.to_problem(r.why, "rows");
    }

private:
    engine& on_;
    const nlohmann::json& json_;
    std::vector<feed_row> rows_;
    std::vector<std::pair<std::size_t, problem>> unread_;
};

void name_section(const engine& on, section_id s, answer& into) {
    if (s != none<section_id>) into["section"] = on.section(s).key;
}

answer answer_of(const call& c, const feed_rows& rows, const feed_report& r) {
    answer out = c.done();
    out["accepted"] = r.accepted;
    out["stale"] = r.stale;
    if (r.zeroed > 0) out["zeroed"] = r.zeroed;
    if (r.at != position{}) out["position"] = raw(r.at);
    answer& changes = out["changes"] = answer::array();
    for (const feed_change& f : r.changes) {
        answer one = {{"sku", c.on.sku(f.sku).key}, {"node", c.on.node(f.node).key}};
        name_section(c.on, f.section, one);
        if (f.row > 0) one["row"] = f.row;
        one["adjustment"] = quantity_text(c.on, f.sku, f.adjustment);
        if (f.shortfall.atoms > 0) one["shortfall"] = quantity_text(c.on, f.sku, f.shortfall);
        changes.push_back(std::move(one));
    }
    if (!r.uncovered.empty()) out["promises"] = promises_of(c.on, r.uncovered);
    if (r.rejected.empty()) return out;
    answer list = answer::array();
    for (const rejected_row& j : r.rejected) {
        answer one = {{"row", j.row}};
        one.update(to_json(rows.problem_of(c, j)));
        list.push_back(std::move(one));
    }
    out["ok"] = false;
    out["error"] = list.front();
    out["error"].erase("row");
    out["rejected"] = std::move(list);
    return out;
}

}  // namespace

answer promises_of(const engine& on, std::span<const uncovered_promise> list) {
    answer out = answer::array();
    for (const uncovered_promise& p : list) {
        const auto pool = on.pool(p.pool);
        answer one = pool ? answer{{"pool", pool->key}}
                          : answer{{"sku", on.sku(p.sku).key}, {"node", on.node(p.node).key}};
        name_section(on, p.section, one);
        const auto o = p.order == none<order_id>
                           ? result<order_view>{fail(error_code::unknown_order)}
                           : on.order(p.order);
        if (o) one["order"] = o->key;
        if (o) one["line"] = p.line;
        if (p.order == none<order_id>) one["reservation"] = id_text(raw(p.reservation));
        one["state"] = name_of(p.state);
        if (has_begun(p.made)) one["made"] = to_string(p.made);
        one["units"] =
            pool ? to_string(p.amount, pool->decimals) : quantity_text(on, p.sku, p.amount);
        out.push_back(std::move(one));
    }
    return out;
}

answer run_snapshot(const request& r) {
    call c{r};
    snapshot_request s;
    s.source = c.line.text("source");
    s.sequence = static_cast<std::uint64_t>(c.line.whole("sequence", 0));
    s.as_of = position{static_cast<std::uint64_t>(c.line.whole("as_of", 0))};
    if (c.line.text("basis") == "available") s.basis = feed_basis::available;
    s.complete = c.line.flag("complete", false);
    const std::vector<node_id> nodes = c.line.nodes();
    s.nodes = nodes;
    std::vector<section_id> sections;
    if (c.line.has("sections"))
        for (std::size_t i = 0; i < r.line["sections"].size(); ++i) {
            const auto id = r.on.find_section(r.line["sections"][i].get_ref<const std::string&>());
            if (!id) c.wrong.add(make_problem(id.error(), pointer("/sections", i)));
            if (id) sections.push_back(*id);
        }
    s.sections = sections;
    if (!c.ready()) return c.refused();
    const feed_rows rows{r};
    s.rows = rows.rows();
    const feed_report report = r.on.snapshot(c.by, s);
    return report.why.code == error_code::ok ? answer_of(c, rows, report) : c.refused(report.why);
}

answer run_delta(const request& r) {
    call c{r};
    delta_request d;
    d.source = c.line.text("source");
    d.sequence = static_cast<std::uint64_t>(c.line.whole("sequence", 0));
    if (!c.ready()) return c.refused();
    const feed_rows rows{r};
    d.rows = rows.rows();
    const feed_report report = r.on.delta(c.by, d);
    return report.why.code == error_code::ok ? answer_of(c, rows, report) : c.refused(report.why);
}

answer run_count(const request& r) {
    call c{r};
    count_request asked;
    asked.sku = c.line.sku();
    asked.node = c.line.node();
    asked.section = c.line.section();
    asked.found = c.line.units_of("found", asked.sku);
    if (!c.ready()) return c.refused();
    std::vector<uncovered_promise> left;
    const auto done = r.on.count(c.by, asked, &left);
    if (!done) return c.refused(done.error());
    answer out = c.done(*done);
    out["record"] = quantity_text(r.on, asked.sku, {done->why.refs[0]});
    out["found"] = quantity_text(r.on, asked.sku, {done->why.refs[1]});
    out["uncovered"] = units_text(r.on, asked.sku, done->uncovered);
    if (!left.empty()) out["promises"] = promises_of(r.on, left);
    return out;
}

answer run_uncovered(const request& r) {
    call c{r};
    const sku_id sku = c.line.has("sku") ? c.line.sku() : none<sku_id>;
    const node_id node = c.line.node();
    if (!c.wrong.empty()) return c.refused();
    const auto list = r.on.uncovered(sku, node);
    if (!list) return c.refused(list.error());
    answer out = c.done();
    out["promises"] = promises_of(r.on, *list);
    return out;
}

answer run_counts(const request& r) {
    call c{r};
    const position cursor{static_cast<std::uint64_t>(c.line.whole("cursor", 0))};
    const auto page = r.on.counts(cursor, static_cast<std::size_t>(c.line.whole("limit", 100)));
    if (!page) return c.refused(page.error());
    answer out = c.done();
    answer& rows = out["counts"] = answer::array();
    for (const counted& f : page->rows) {
        answer one = {{"position", raw(f.at)}};
        if (has_begun(f.now)) one["now"] = to_string(f.now);
        one["sku"] = r.on.sku(f.sku).key;
        one["node"] = r.on.node(f.node).key;
        name_section(r.on, f.section, one);
        one["record"] = quantity_text(r.on, f.sku, f.record);
        one["found"] = quantity_text(r.on, f.sku, f.found);
        rows.push_back(std::move(one));
    }
    out["next"] = raw(page->next);
    return out;
}

}  // namespace earmark::submission
