// HOLDS as JSON: the table of types, place_hold, resolve_hold.
#include <algorithm>

#include "submit_holds.hpp"

#include "earmark/core/time_text.hpp"
#include "submit_load.hpp"

namespace earmark::submission {
namespace {

std::optional<std::vector<hold_step>> steps_of(const values& v) {
    if (!v.has("blocks")) return std::nullopt;
    std::vector<hold_step> out;
    for (const std::string& name : v.texts("blocks")) {
        const auto step = named<hold_step>(name, hold_step_count);
        if (name_of(step) == name)
            out.push_back(step);
        else
            v.refuse(fail(error_code::bad_hold_type, 2), "blocks");
    }
    return out;
}

hold_type_id type_of(const call& c) {
    const auto id = c.on.find_hold_type(c.line.text("type"));
    if (id) return *id;
    c.line.refuse(id.error(), "type");
    return none<hold_type_id>;
}

}  // namespace

answer run_load_hold_types(const request& r) {
    return load<hold_type_row>(r, [](const values& v) {
        hold_type_row row;
        row.key = v.text("hold_type");
        row.blocks = steps_of(v);
        row.lasts_s = v.whole("lasts_seconds", 0);
        if (v.has("then")) row.then = named<hold_expiry>(v.text("then"), 3);
        if (v.has("rejected")) row.rejected = named<hold_rejection>(v.text("rejected"), 2);
        row.keeps_s = v.whole("keeps_seconds", -1);
        if (v.has("scope")) row.scope = named<hold_scope>(v.text("scope"), 2);
        row.apply_when = v.text("apply_when");
        row.resolve_when = v.text("resolve_when");
        row.after = v.texts("after");
        row.answers = v.texts("answers");
        row.repeats_within_s = v.whole("repeats_within_seconds", 0);
        row.repeats_by = v.texts("repeats_by");
        return row;
    });
}

answer run_load_privileges(const request& r) {
    return load<privilege_row>(r, [](const values& v) {
        privilege_row row{std::string{v.text("actor")}, named<privilege>(v.text("may"), privileges),
                          std::string{v.text("hold_type")}};
        if (v.has("does")) row.does = named<grant>(v.text("does"), grants);
        return row;
    });
}

answer run_place_hold(const request& r) {
    call c{r};
    place_hold_request h;
    h.order = c.line.order();
    h.type = type_of(c);
    h.line = static_cast<std::uint32_t>(c.line.whole("line", 0));
    h.reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    if (c.line.has("until")) h.until = c.line.time("until", never);
    if (c.line.flag("for_good", false)) h.until = never;
    if (!c.ready()) return c.refused();
    const auto placed = r.on.place_hold(c.by, h);
    if (!placed) return c.refused(placed.error());
    answer out = c.done(*placed);
    out["order"] = c.line.text("order");
    out["hold"] = placed->lines;
    return out;
}

answer run_resolve_hold(const request& r) {
    call c{r};
    resolve_hold_request h;
    h.order = c.line.order();
    h.hold = static_cast<std::uint32_t>(c.line.whole("hold", 0));
    h.accept = c.line.text("answer") == "accept";
    h.reason = static_cast<std::uint8_t>(c.line.whole("reason", 0));
    if (!c.ready()) return c.refused();
    const auto answered = r.on.resolve_hold(c.by, h);
    if (!answered) return c.refused(answered.error());
    answer out = c.done(*answered);
    out["order"] = c.line.text("order");
    out["hold"] = h.hold;
    return out;
}

answer holds_of(const engine& on, const order_view& o) {
    answer out = answer::array();
    for (const hold_view& h : o.holds) {
        answer one = {{"hold", h.number}, {"type", on.hold_type(h.type).key}};
        if (h.line != 0) one["line"] = h.line;
        one["state"] = name_of(h.state);
        one["blocks"] = h.blocks;
        if (h.escalated) one["escalated"] = true;
        if (h.gave_back) one["gave_back"] = true;
        if (h.recalls) one["recalls"] = true;
        if (h.reason != 0) one["reason"] = h.reason;
        if (h.placed_by != actor_id{}) one["actor"] = on.actor_key(h.placed_by);
        one["since"] = to_string(h.since);
        if (h.until != never) one["until"] = to_string(h.until);
        if (h.repeats != none<order_id>) one["repeats"] = key_of(on, h.repeats);
        if (h.state != hold_state::active) {
            one["ended"] = to_string(h.ended);
            if (h.ended_reason != 0) one["ended_reason"] = h.ended_reason;
            if (h.ended_by != actor_id{}) one["ended_by"] = on.actor_key(h.ended_by);
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace earmark::submission
