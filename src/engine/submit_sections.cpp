// SEGMENTS and SECTIONS as JSON: the tables, transfer, sections.
#include "earmark/core/time_text.hpp"
#include "submit_load.hpp"

namespace earmark::submission {

answer run_load_segments(const request& r) {
    const nlohmann::json& rows = r.line["rows"];
    std::size_t at = 0;
    return load<segment_row>(r, [&](const values& v) {
        const nlohmann::json& row_at = rows[at++];
        segment_row row;
        row.key = v.text("segment");
        row.channel = v.text("channel");
        if (v.has("overflow"))
            for (const auto& key : row_at["overflow"]) row.overflow.push_back(key);
        if (v.flag("overflow_to_all", false)) row.overflow.emplace_back();
        row.released = v.time("released", never);
        return row;
    });
}

answer run_load_sections(const request& r) {
    return load<section_row>(r, [](const values& v) {
        return section_row{std::string{v.text("section")},   std::string{v.text("segment")},
                           std::string{v.text("condition")}, std::string{v.text("lot")},
                           std::string{v.text("owner")},     v.time("expires", never),
                           v.flag("frozen", false)};
    });
}

answer run_transfer(const request& r) {
    call c{r};
    transfer_request t;
    t.sku = c.line.sku();
    t.node = c.line.node();
    t.from = c.line.section("from");
    t.to = c.line.section("to");
    t.amount = c.line.units_of("quantity", t.sku);
    if (!c.ready()) return c.refused();
    std::vector<uncovered_promise> left;
    const auto moved = r.on.transfer(c.by, t, &left);
    if (!moved) return c.refused(moved.error());
    answer out = c.done(*moved);
    out["uncovered"] = units_text(r.on, t.sku, moved->uncovered);
    if (!left.empty()) out["promises"] = promises_of(r.on, left);
    return out;
}

answer run_sections(const request& r) {
    call c{r};
    const sku_id sku = c.line.sku();
    if (!c.wrong.empty()) return c.refused();
    const auto all = r.on.sections(sku);
    if (!all) return c.refused(all.error());
    answer out = c.done();
    out["sku"] = c.line.text("sku");
    answer list = answer::array();
    for (const section_view& v : *all) {
        answer one = {{"node", r.on.node(v.node).key}};
        if (v.section != none<section_id>) {
            const section_row is = r.on.section(v.section);
            one["section"] = is.key;
            if (!is.segment.empty()) one["segment"] = is.segment;
            if (!is.condition.empty()) one["condition"] = is.condition;
            if (!is.lot.empty()) one["lot"] = is.lot;
            if (!is.owner.empty()) one["owner"] = is.owner;
            if (is.expires != never) one["expires"] = to_string(is.expires);
            if (is.frozen) one["frozen"] = true;
        }
        one["on_hand"] = quantity_text(r.on, sku, v.on_hand);
        one["free"] = quantity_text(r.on, sku, v.free);
        list.push_back(std::move(one));
    }
    out["sections"] = std::move(list);
    return out;
}

}  // namespace earmark::submission
