// THE STORY of an order and the audit trail as JSON.
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "earmark/connect/text.hpp"
#include "earmark/core/time_text.hpp"
#include "earmark/engine/notices.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/report/order_story.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {
namespace {

/// Only what the row says.
class row_writer {
public:
    explicit row_writer(const trail_row& r) : row_{r} {}

    answer write() {
        out_ = {{"position", raw(row_.at)}};
        if (has_begun(row_.now)) out_["now"] = to_string(row_.now);
        out_["verb"] = name_of(row_.by);
        out_["actor"] = row_.actor_key;
        text("command", row_.command);
        out_["kind"] = name_of(row_.kind);
        number("version", row_.version);
        subject();
        if (row_.kind == trail_kind::moved) move();
        number("reason", row_.reason);
        number("hold", row_.hold);
        text("type", row_.hold_type);
        if (row_.until != never) out_["until"] = to_string(row_.until);
        number("policy", raw(row_.policy));
        text("other", row_.other_key);
        number("other_line", row_.other_line);
        if (row_.reservation != none<reservation_id>)
            out_["reservation"] = id_text(raw(row_.reservation));
        text("what", row_.what);
        text("before", row_.before);
        text("after", row_.after);
        return std::move(out_);
    }

private:
    void text(const char* name, std::string_view value) {
        if (!value.empty()) out_[name] = value;
    }
    void number(const char* name, std::uint32_t n) {
        if (n != 0) out_[name] = n;
    }
    void subject() {
        text("order", row_.order_key);
        number("line", row_.line);
        text("sku", row_.sku_key);
        if (row_.amount.atoms != 0) out_["quantity"] = to_string(row_.amount, row_.decimals);
        if (row_.on_hand.atoms != 0) out_["on_hand"] = to_string(row_.on_hand, row_.decimals);
        if (row_.kind != trail_kind::moved) text("node", row_.node_key);
    }
    void move() {
        out_["from"] = name_of(row_.from);
        text("from_label", row_.from_label);
        text("from_node", row_.from_node_key);
        out_["to"] = name_of(row_.to);
        text("to_label", row_.to_label);
        text("node", row_.node_key);
    }

    const trail_row& row_;
    answer out_;
};

answer rows_of(const std::vector<trail_row>& rows) {
    answer out = answer::array();
    for (const trail_row& r : rows) out.push_back(row_writer{r}.write());
    return out;
}

answer notice_of(const notice& n) {
    answer out = {{"notice", n.key},
                  {"kind", name_of(n.kind)},
                  {"order", n.order_key},
                  {"first", raw(n.first)},
                  {"last", raw(n.last)},
                  {"since", to_string(n.since)},
                  {"until", to_string(n.until)}};
    for (const notice_line& l : n.lines) {
        answer one = {{"line", l.line}, {"sku", l.sku_key}};
        one["quantity"] = to_string(l.amount, l.decimals);
        if (l.node != none<node_id>) one["node"] = l.node_key;
        out["lines"].push_back(std::move(one));
    }
    for (const notice_fact& f : n.facts) out["facts"][f.name] = f.value;
    out["rows"] = rows_of(n.rows);
    return out;
}

std::bitset<notice_kinds> kinds_of(call& c, const nlohmann::json& line) {
    std::bitset<notice_kinds> out;
    if (!line.contains("kinds")) return out.set();
    const nlohmann::json& asked = line["kinds"];
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const std::string_view name = asked[i].get_ref<const std::string&>();
        const auto kind = named<notice_kind>(name, notice_kinds);
        if (name_of(kind) == name)
            out.set(static_cast<std::size_t>(kind));
        else
            c.wrong.add(make_problem(error_code::bad_field, pointer("/kinds", i),
                                     connect::shown(name) + " is no kind of notice",
                                     "docs/formats/submit.md lists the kinds"));
    }
    return out;
}

}  // namespace

std::span<const std::string_view> verb_choices() noexcept {
    static const auto names = [] {
        std::array<std::string_view, verbs - 1> all;
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = name_of(static_cast<verb>(i + 1));
        return all;
    }();
    return names;
}

answer run_story(const request& r) {
    call c{r};
    const order_id id = c.line.order();
    if (!c.wrong.empty()) return c.refused();
    const auto told = story(r.on, id);
    if (!told) return c.refused(told.error());
    answer out = c.done();
    out["order"] = told->key;
    out["version"] = told->version;
    out["whole"] = told->whole;
    if (!told->whole) out["gone_to"] = raw(told->gone_to);
    answer& text = out["text"] = answer::array();
    const std::string lines = report::text_of(*told);
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        text.push_back(lines.substr(at, end - at));
        at = end + 1;
    }
    out["rows"] = rows_of(told->rows);
    if (c.line.flag("picture", false)) out["picture"] = report::svg_of(*told);
    return out;
}

answer run_trail(const request& r) {
    call c{r};
    trail_query q;
    if (c.line.has("order")) q.order = c.line.order();
    if (c.line.has("sku")) q.sku = c.line.sku();
    if (c.line.has("node")) q.node = c.line.node();
    if (c.line.has("actor")) {
        const auto who = find_actor(r.on, c.line.text("actor"));
        if (who) q.actor = *who;
        if (!who)
            c.wrong.add(make_problem(who.error().code, c.line.at("actor"),
                                     "nobody of that name has given a command",
                                     "write the name as it was given, or host"));
    }
    if (c.line.has("of_verb")) q.by = named<verb>(c.line.text("of_verb"), verbs);
    q.since = c.line.time("since", q.since);
    q.until = c.line.time("until", q.until);
    if (!c.wrong.empty()) return c.refused();
    const position cursor{static_cast<std::uint64_t>(c.line.whole("cursor", 0))};
    const auto page = trail(r.on, q, cursor, static_cast<std::size_t>(c.line.whole("limit", 100)));
    if (!page) return c.refused(page.error());
    answer out = c.done();
    out["next"] = raw(page->next);
    out["rows"] = rows_of(page->rows);
    return out;
}

answer run_notices(const request& r) {
    call c{r};
    notice_query q;
    q.kinds = kinds_of(c, r.line);
    q.within_s = c.line.whole("within_seconds", 0);
    if (!c.wrong.empty()) return c.refused();
    const position cursor{static_cast<std::uint64_t>(c.line.whole("cursor", 0))};
    const auto limit = static_cast<std::size_t>(c.line.whole("limit", 100));
    const auto page = notices(r.on, q, cursor, limit);
    if (!page) return c.refused(page.error());
    answer out = c.done();
    out["next"] = raw(page->next);
    answer& list = out["notices"] = answer::array();
    for (const notice& n : page->rows) list.push_back(notice_of(n));
    return out;
}

}  // namespace earmark::submission
