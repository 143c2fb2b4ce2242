// THE STORY in sentences, one a record.
#include <algorithm>
#include <utility>

#include "earmark/core/time_text.hpp"
#include "earmark/model/plain_text.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark::report {
namespace {

constexpr std::size_t most_clauses = 24;

std::string amount_of(const trail_row& r) { return to_string(r.amount, r.decimals); }

/// `line 2 (mug)`, or the whole order.
std::string line_of(const trail_row& r) {
    if (r.line == 0) return "the whole order";
    std::string out = "line " + std::to_string(r.line);
    out += " (";
    out += r.sku_key;
    return out += ')';
}

std::string_view state_of(unit_state s, std::string_view label) noexcept {
    return label.empty() ? name_of(s) : label;
}

void add(std::string& to, std::string_view word, std::string_view value) {
    if (value.empty()) return;
    to += word;
    to += value;
}
void add_reason(std::string& to, const trail_row& r) {
    if (r.reason != 0) add(to, ", reason ", std::to_string(r.reason));
}
void add_until(std::string& to, const trail_row& r) {
    if (r.until != never) add(to, " until ", to_string(r.until));
}

std::string captured(const trail_row& r) {
    std::string out = r.what + " order";
    add(out, " ", r.after);
    return out;
}

std::string said(const trail_row& r) {
    std::string out = r.line == 0 ? "it" : line_of(r);
    add(out, " says ", r.what);
    return out += " = " + r.after;
}

/// Units without a price are more of a line that was there.
std::string placed(const trail_row& r) {
    std::string out = amount_of(r);
    if (r.after.empty()) return out += " more of " + line_of(r);
    add(out, " of ", r.sku_key);
    add(out, " as line ", std::to_string(r.line));
    add(out, " at ", r.after);
    add(out, ", bound to ", r.node_key);
    return out;
}

std::string moved(const trail_row& r) {
    std::string out = amount_of(r) + " of " + line_of(r);
    add(out, " from ", state_of(r.from, r.from_label));
    if (r.from_node != r.node) add(out, " at ", r.from_node_key);
    add(out, " to ", state_of(r.to, r.to_label));
    add(out, " at ", r.node_key);
    add(out, ", queue ", r.what);
    add_reason(out, r);
    return out;
}

std::string decided(const trail_row& r) {
    std::string out = "policy " + std::to_string(raw(r.policy));
    if (!r.what.empty()) out += " (" + r.what + ')';
    if (r.node == none<node_id>) return out += " found no node";
    add(out, " chose ", r.node_key);
    return out += " for " + amount_of(r) + " of " + line_of(r);
}

std::string rejected(const trail_row& r) {
    std::string out{r.node_key};
    out += " gave " + line_of(r) + " back";
    add_reason(out, r);
    return out;
}

std::string amended(const trail_row& r) {
    std::string out = r.what;
    if (r.line != 0) out += " of " + line_of(r);
    out += " is now " + r.after;
    if (!r.before.empty()) out += ", it was " + r.before;
    return out;
}

std::string hold_of(const trail_row& r) {
    std::string out = "hold " + std::to_string(r.hold);
    out += " (";
    out += r.hold_type;
    return out += ')';
}

std::string held(const trail_row& r) {
    std::string out = hold_of(r) + " placed on " + line_of(r);
    add_until(out, r);
    add_reason(out, r);
    if (r.what == "recalls") out += ", work at a node is recalled";
    if (!r.other_key.empty()) out += ": it looks like order " + r.other_key;
    return out;
}

std::string hold_ended(const trail_row& r) {
    std::string out = hold_of(r);
    if (r.what == "extended") {
        out += " lasts longer,";
        add_until(out, r);
        return out;
    }
    if (r.what == "escalated")
        out += " escalated: its time is over";
    else if (r.what == "gave_stock")
        out += " gave its stock back";
    else if (r.what == "rejected_stands")
        out += " rejected, and it stands";
    else
        out += " " + r.what;
    add_reason(out, r);
    return out;
}

/// `north was asked to give 2 of line 1 (hat) back`, or what it said.
std::string asked(const trail_row& r) {
    struct phrase {
        std::string_view event, of_work, of_cancel, behind_work, behind_cancel;
    };
    constexpr phrase phrases[] = {
        {"asked", " was asked to do ", " was asked to give ", "", " back"},
        {"accepted", " does ", " gives ", "", " back"},
        {"refused", " does not do ", " does not give ", "", " back"},
        {"unanswered", " did not answer for ", " did not answer for ", "", ""},
        {"overtaken", " is not asked for ", " is not asked for ", " any more", " any more"}};
    const auto said = std::ranges::find(phrases, r.after, &phrase::event);
    if (said == std::end(phrases)) return r.after;
    const bool is_work = r.what == "work";
    std::string out{r.node_key};
    out += is_work ? said->of_work : said->of_cancel;
    out += amount_of(r);
    out += " of ";
    out += line_of(r);
    out += is_work ? said->behind_work : said->behind_cancel;
    add_until(out, r);
    if (!is_work) add_reason(out, r);
    return out;
}

std::string linked(const trail_row& r) {
    std::string out = line_of(r) + (r.what == "brought_by" ? " is brought by" : " brings for");
    out += " line " + std::to_string(r.other_line) + " of order " + r.other_key;
    add(out, " to ", r.node_key);
    return out;
}

/// `2 of mug at north`, or of a pool.
std::string goods_of(const trail_row& r) {
    std::string out = amount_of(r) + " of ";
    out += r.sku == none<sku_id> ? std::string_view{r.what} : r.sku_key;
    add(out, " at ", r.node_key);
    return out;
}

std::string reserved(const trail_row& r) {
    std::string out = "reservation " + std::to_string(raw(r.reservation)) + " has " + goods_of(r);
    add_until(out, r);
    return out;
}

std::string reservation(const trail_row& r) {
    std::string out = "reservation " + std::to_string(raw(r.reservation)) + " " + r.what;
    add_until(out, r);
    return out;
}

std::string signed_text(quantity q, int decimals) {
    std::string out{q.atoms > 0 ? "+" : ""};
    return out += to_string(q, decimals);
}

std::string stock(const trail_row& r) {
    std::string out{r.sku == none<sku_id> ? std::string_view{r.what} : r.sku_key};
    add(out, " at ", r.node_key);
    out += ':';
    if (r.amount.atoms != 0) out += " free " + signed_text(r.amount, r.decimals);
    if (r.amount.atoms != 0 && r.on_hand.atoms != 0) out += ',';
    if (r.on_hand.atoms != 0) out += " on hand " + signed_text(r.on_hand, r.decimals);
    return out;
}

std::string counted(const trail_row& r) {
    std::string out{r.sku_key};
    add(out, " at ", r.node_key);
    return out += ": " + r.before + " in the books, " + r.after + " found";
}

std::string loaded(const trail_row& r) {
    std::string out = r.what;
    add(out, " ", r.after);
    add(out, " of ", r.what == "unit" || r.what == "fact" ? r.sku_key : std::string_view{});
    add(out, " at ", r.what == "node" ? std::string_view{} : r.node_key);
    return out;
}

std::string denied(const trail_row& r) {
    std::string out{r.actor_key};
    out += " may not ";
    out += r.what;
    add(out, " of type ", r.hold_type);
    add(out, " ", r.sku_key);
    add(out, " at ", r.node_key);
    return out += r.after == "1" ? ", nothing was done" : ", nothing was done; time " + r.after;
}

std::string timed(const trail_row& r) {
    std::string out = "line " + std::to_string(r.line) + ' ';
    out += r.what + " after " + r.before;
    if (r.after == "took_step") return out += " by itself";
    if (r.after == "left_to_another") return out += " is not for these units";
    return out += " could not be done: " + r.after;
}

std::string migrated(const trail_row& r) {
    return "goes by workflow " + r.after + " and no more by " + r.before;
}

std::string nothing(const trail_row&) { return "nothing else is kept"; }

constexpr std::string (*clauses[trail_kinds])(const trail_row&) = {
    captured, said,  placed, amended,  decided,     rejected, moved,   held,   hold_ended, timed,
    migrated, asked, linked, reserved, reservation, stock,    counted, loaded, denied,     nothing};

/// Of one record and about one order.
bool same_step(const trail_row& a, const trail_row& b) noexcept {
    return a.at == b.at && a.order == b.order;
}

}  // namespace

std::string_view giver_of(std::span<const trail_row> rows) noexcept {
    const auto is_timed = [](const trail_row& r) { return r.kind == trail_kind::timed; };
    if (std::any_of(rows.begin(), rows.end(), is_timed)) return "time";
    return rows.empty() ? std::string_view{} : rows.front().actor_key;
}

std::string sentence_of(std::span<const trail_row> rows) {
    if (rows.empty()) return {};
    const trail_row& first = rows.front();
    std::string out = to_string(first.now);
    add(out, ", ", first.version == 0 ? "" : "version " + std::to_string(first.version));
    add(out, ", ", name_of(first.by));
    add(out, " by ", giver_of(rows));
    if (!first.command.empty()) out += " (" + first.command + ')';
    for (std::size_t i = 0; i < rows.size() && i < most_clauses; ++i) {
        out += i == 0 ? ": " : "; ";
        out += clauses[static_cast<std::size_t>(rows[i].kind)](rows[i]);
    }
    if (rows.size() > most_clauses)
        out += "; and " + std::to_string(rows.size() - most_clauses) + " more";
    return text::without_controls(std::move(out += '.'));  // keys are anybody's
}

std::string text_of(std::span<const trail_row> rows) {
    std::string out;
    for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
        while (end < rows.size() && same_step(rows[first], rows[end])) ++end;
        out += sentence_of(rows.subspan(first, end - first));
        out += '\n';
    }
    return out;
}

std::string text_of(const told_story& of) {
    std::string out = "Order " + text::without_controls(of.key) + ", version " +
                      std::to_string(of.version) + ".\n";
    if (!of.whole) {
        out += "What happened up to position " + std::to_string(raw(of.gone_to));
        out += " is no longer in memory (cursor_too_old): the story begins behind it.\n";
    }
    return out += text_of(std::span{of.rows});
}

}  // namespace earmark::report
