// THE TRAIL of births, amendments and tables.
#include <utility>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/money.hpp"
#include "earmark/promise/tables.hpp"
#include "trail_reader.hpp"

namespace earmark {
namespace {

std::string place_text(const catalog& names, place_id p) {
    return index_of(p) < names.places.size() ? std::string{names.places.key(raw(p))} : "nowhere";
}
std::string service_text(const catalog& names, service_id s) {
    const bool is_known = index_of(s) < names.dates().services().size();
    return is_known ? std::string{names.dates().service_keys.key(raw(s))} : "any";
}
const std::string as_the_order = "as the order";
std::string day_text(civil_day d) { return d == no_day ? "any" : to_string(d); }

template <class Id>
Id id_of(std::int64_t n) noexcept {
    return n < 0 ? none<Id> : static_cast<Id>(n);
}

/// The key behind a byte of length.
std::string_view first_of(std::string_view packed) noexcept {
    if (packed.empty()) return {};
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(packed[0]));
    return packed.substr(1, size);
}

}  // namespace

// ---- births -------------------------------------------------------------------------------------

error_code trail_reader::intern(const journal::intern_order& o) {
    if (!concerns(o.index)) return error_code::ok;
    if (const auto e = look_at(o.index); e != error_code::ok) return e;
    if (o.lines.size() > image_.lines.size()) return error_code::bad_record;
    born_ = order_id{o.index};
    if (by_ == verb::place_order) command_ = o.key;
    said_ = {};
    said_.is_known = asked_.order == born_;
    said_.ship_to = place_text(state_.names, o.ship_to);
    said_.method = said_.deliver_by = "any";
    said_.priority = std::to_string(o.priority);
    said_.firm.assign(o.lines.size(), "any");
    said_.own.assign(o.lines.size(), {});
    trail_row& whole = add(trail_kind::captured, o.index);
    whole.what = name_of(image_.type);
    if (o.ship_to != none<place_id>) whole.after = "to " + said_.ship_to;
    if (o.priority != 0) {
        whole.after += whole.after.empty() ? "priority " : ", priority ";
        whole.after += said_.priority;
    }
    for (std::uint32_t l = 0; l < o.lines.size(); ++l) {
        trail_row& row = add(trail_kind::placed, o.index);
        set_line(row, l, o.lines[l].n);
        row.after =
            to_string(money{o.lines[l].price_minor, earmark::currency::from_code(o.currency)});
    }
    return error_code::ok;
}

/// Just behind the birth that they are about.
error_code trail_reader::order_terms(const journal::intern_table& t) {
    if (!concerns(t.id) || born_ != order_id{t.id} || t.fields.size() < 2) return error_code::ok;
    said_.method = service_text(state_.names, id_of<service_id>(t.fields[0]));
    said_.deliver_by = day_text({static_cast<std::int32_t>(t.fields[1])});
    for (std::size_t i = first_; i < rows.size(); ++i) {
        if (rows[i].kind != trail_kind::captured || rows[i].order != born_) continue;
        std::string& text = rows[i].after;
        const auto say = [&](const char* word, const std::string& value) {
            if (value == "any") return;
            text += text.empty() ? "" : ", ";
            text += word;
            text += value;
        };
        say("by ", said_.method);
        say("wanted by ", said_.deliver_by);
    }
    return error_code::ok;
}

error_code trail_reader::firm_nodes(const journal::intern_table& t) {
    if (!concerns(t.id) || born_ != order_id{t.id}) return error_code::ok;
    for (std::size_t i = 0; i + 1 < t.fields.size(); i += 2) {
        const auto line = static_cast<std::size_t>(t.fields[i]);
        const auto node = static_cast<std::size_t>(t.fields[i + 1]);
        if (line >= said_.firm.size() || node >= state_.names.node.size())
            return error_code::bad_record;
        said_.firm[line] = node_text(node_id{static_cast<std::uint16_t>(node)});
        for (std::size_t r = first_; r < rows.size(); ++r)
            if (rows[r].kind == trail_kind::placed && rows[r].order == born_ &&
                rows[r].line == line + 1)
                set_node(rows[r], node_id{static_cast<std::uint16_t>(node)});
    }
    return error_code::ok;
}

/// More of a line of the order that was born.
void trail_reader::say_of_line(std::size_t line, const std::string& more) {
    for (std::size_t r = first_; r < rows.size(); ++r)
        if (rows[r].kind == trail_kind::placed && rows[r].order == born_ &&
            rows[r].line == line + 1)
            rows[r].after += more;
}

/// Pairs of a line and its set.
error_code trail_reader::sets(const journal::intern_table& t) {
    if (!concerns(t.id) || born_ != order_id{t.id}) return error_code::ok;
    for (std::size_t i = 0; i + 1 < t.fields.size(); i += 2)
        say_of_line(static_cast<std::size_t>(t.fields[i]),
                    ", of set " + std::to_string(t.fields[i + 1]));
    return error_code::ok;
}

/// A line, its place, its service and its day (-1: none), by ascending line.
error_code trail_reader::own_terms(const journal::intern_table& t) {
    if (!concerns(t.id) || born_ != order_id{t.id}) return error_code::ok;
    for (std::size_t i = 0; i + 3 < t.fields.size(); i += 4) {
        const auto line = static_cast<std::size_t>(t.fields[i]);
        if (line >= said_.own.size()) return error_code::bad_record;
        line_terms& own = said_.own[line];
        own = {id_of<place_id>(t.fields[i + 1]),
               id_of<service_id>(t.fields[i + 2]),
               {static_cast<std::int32_t>(t.fields[i + 3])}};
        std::string more;
        const catalog& names = state_.names;
        if (own.ship_to != none<place_id>)
            more.append(", to ").append(place_text(names, own.ship_to));
        if (own.method != none<service_id>)
            more.append(", by ").append(service_text(names, own.method));
        if (own.deliver_by != no_day) more.append(", wanted by ").append(day_text(own.deliver_by));
        say_of_line(line, more);
    }
    return error_code::ok;
}

// ---- amendments ---------------------------------------------------------------------------------

error_code trail_reader::amended_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    const auto what = lifecycle::read_amendment(bytes);
    if (!what || what->first + what->added.size() > image_.lines.size())
        return error_code::bad_record;
    for (const auto& m : what->more) {
        if (!has_line(m.line)) return error_code::bad_record;
        set_line(add(trail_kind::placed, order), m.line, m.n);
    }
    for (std::uint32_t i = 0; i < what->added.size(); ++i) {
        const lifecycle::line& l = what->added[i];
        trail_row& row = add(trail_kind::placed, order);
        set_line(row, what->first + i, l.ordered);
        set_node(row, l.firm);
        row.after =
            to_string(money{l.unit_price_minor, earmark::currency::from_code(image_.currency)});
        if (l.group != 0) row.after.append(", of set ").append(std::to_string(l.group));
        if (said_.is_known) said_.firm.push_back(node_text(l.firm));
        if (said_.is_known) said_.own.emplace_back();
    }
    for (const auto& s : what->sent)
        if (!has_line(s.line)) return error_code::bad_record;
    for (const auto& b : what->bound)
        if (!has_line(b.line)) return error_code::bad_record;
    changes(order, *what);
    return error_code::ok;
}

void trail_reader::change(std::uint32_t order, change_kind what, std::string after,
                          std::string* before) {
    trail_row& row = add(trail_kind::amended, order);
    row.what = name_of(what);
    if (said_.is_known && before != nullptr) row.before = std::exchange(*before, after);
    row.after = std::move(after);
}

/// What a line says of its own; where its birth was not shown, all that it says now.
void trail_reader::sends(std::uint32_t order, const lifecycle::amendment::sending& s) {
    const catalog& names = state_.names;
    const bool is_known = said_.is_known && s.line < said_.own.size();
    const line_terms had = is_known ? said_.own[s.line] : line_terms{};
    const auto say = [&](change_kind what, std::string before, std::string after) {
        change(order, what, std::move(after), nullptr);
        trail_row& row = rows.back();
        if (is_known) row.before = std::move(before);
        set_line(row, s.line, 0);
    };
    const auto place = [&](place_id p) {
        return p == none<place_id> ? std::string{as_the_order} : place_text(names, p);
    };
    const auto service = [&](service_id m) {
        return m == none<service_id> ? std::string{as_the_order} : service_text(names, m);
    };
    const auto day = [&](civil_day d) { return d == no_day ? as_the_order : to_string(d); };
    if (s.own.ship_to != had.ship_to || (!is_known && s.own.empty()))
        say(change_kind::ship_to, place(had.ship_to), place(s.own.ship_to));
    if (s.own.method != had.method)
        say(change_kind::method, service(had.method), service(s.own.method));
    if (s.own.deliver_by != had.deliver_by)
        say(change_kind::deliver_by, day(had.deliver_by), day(s.own.deliver_by));
    if (is_known) said_.own[s.line] = s.own;
}

void trail_reader::changes(std::uint32_t order, const lifecycle::amendment& a) {
    const catalog& names = state_.names;
    for (const auto& s : a.sent) sends(order, s);
    for (const auto& b : a.bound) {
        const bool is_known = said_.is_known && b.line < said_.firm.size();
        change(order, change_kind::node, node_text(b.firm),
               is_known ? &said_.firm[b.line] : nullptr);
        set_line(rows.back(), b.line, 0);
        set_node(rows.back(), b.firm);
    }
    if (a.ship_to)
        change(order, change_kind::ship_to, place_text(names, *a.ship_to), &said_.ship_to);
    if (a.method) change(order, change_kind::method, service_text(names, *a.method), &said_.method);
    if (a.deliver_by)
        change(order, change_kind::deliver_by, day_text(*a.deliver_by), &said_.deliver_by);
    if (a.priority)
        change(order, change_kind::priority, std::to_string(*a.priority), &said_.priority);
}

// ---- keys and tables ----------------------------------------------------------------------------

error_code trail_reader::intern(const journal::intern_key& k) {
    command_ = k.key;
    return error_code::ok;
}

error_code trail_reader::intern(journal::intern_kind kind, const journal::intern_table& t) {
    using journal::intern_kind;
    if (kind == intern_kind::order_terms) return order_terms(t);
    if (kind == intern_kind::firm) return firm_nodes(t);
    if (kind == intern_kind::own_terms) return own_terms(t);
    if (kind == intern_kind::sets) return sets(t);
    if (kind == intern_kind::bound_for) return (void)concerns(t.id), error_code::ok;
    if (!skips_ && asked_.order == none<order_id>) table_row(kind, t);
    return error_code::ok;
}

void trail_reader::set_known_sku(trail_row& row, std::int64_t n) const {
    if (n >= 0 && n < static_cast<std::int64_t>(state_.names.sku.size()))
        set_sku(row, sku_id{static_cast<std::uint32_t>(n)});
}

void trail_reader::set_hold_type(trail_row& row, hold_type_id type) const {
    if (index_of(type) < state_.names.holds.size())
        row.hold_type = state_.names.holds.keys.key(raw(type));
}

void trail_reader::set_known_node(trail_row& row, std::int64_t n) const {
    if (n >= 0 && n < static_cast<std::int64_t>(state_.names.node.size()))
        set_node(row, node_id{static_cast<std::uint16_t>(n)});
}

void trail_reader::table_row(journal::intern_kind kind, const journal::intern_table& t) {
    using journal::intern_kind;
    const catalog& names = state_.names;
    const auto f = t.fields;
    trail_row& row = add(trail_kind::loaded);
    row.what = table_name(kind);
    row.after = t.key;
    const auto sku_at = [&](std::int64_t n) { set_known_sku(row, n); };
    const auto node_at = [&](std::int64_t n) { set_known_node(row, n); };
    switch (kind) {
        case intern_kind::sku:
        case intern_kind::unit:
            return sku_at(t.id);
        case intern_kind::node:
        case intern_kind::exclusion:
            return node_at(t.id);
        case intern_kind::cell:
        case intern_kind::floor:
        case intern_kind::threshold:
            if (f.size() >= 2) sku_at(f[0]), node_at(f[1]);
            return;
        case intern_kind::distance:
            row.after = place_text(names, place_id{t.id});
            if (!f.empty()) node_at(f[0]);
            return;
        case intern_kind::policy:
            row.policy = policy_id{t.id};
            [[fallthrough]];
        case intern_kind::workflow:  // their keys are whole texts
            row.after = "version " + std::to_string(t.id);
            return;
        case intern_kind::section:
            row.after = first_of(t.key);
            return;
        case intern_kind::quarantined:  // its key, then its whole text
            if (!f.empty() && f[0] > 0) row.after = t.key.substr(0, static_cast<std::size_t>(f[0]));
            return;
        case intern_kind::amend_rule:
        case intern_kind::answer_rule:
        case intern_kind::privilege:
        case intern_kind::hold_type:
        case intern_kind::restriction:
            return rule_row(row, kind, t);
        case intern_kind::fact:
            return fact_row(row, t);
        default:
            return;
    }
}

/// Types of holds, what amendments may, who may do what, what may not be shipped, or what a node is
/// asked; of no node: all of them.
void trail_reader::rule_row(trail_row& row, journal::intern_kind kind,
                            const journal::intern_table& t) const {
    const catalog& names = state_.names;
    if (kind == journal::intern_kind::restriction || kind == journal::intern_kind::hold_type) {
        const bool is_type = kind == journal::intern_kind::hold_type;
        const key_table& keys = is_type ? names.holds.keys : names.restrictions.keys;
        if (t.id < keys.size()) row.after = keys.key(t.id);
        return;
    }
    if (kind == journal::intern_kind::amend_rule) {
        if (t.id < change_kinds) row.after = name_of(static_cast<change_kind>(t.id));
        return;
    }
    if (kind == journal::intern_kind::privilege) {
        if (t.fields.size() != 3 || t.id >= privileges) return;
        const auto who = static_cast<std::uint32_t>(t.fields[0]);
        row.after = name_of(static_cast<grant>(t.fields[2]));
        if (who < state_.names.actors.size())
            row.after.append(" ").append(state_.names.actors.key(who));
        row.after.append(" to ").append(name_of(static_cast<privilege>(t.id)));
        set_hold_type(row, id_of<hold_type_id>(t.fields[1]));
        return;
    }
    if (t.id < request_kinds) row.after = name_of(static_cast<request_kind>(t.id));
    if (!t.fields.empty()) set_known_node(row, t.fields[0]);
}

/// What a table has of an attribute.
void trail_reader::fact_row(trail_row& row, const journal::intern_table& t) const {
    const fact_table& known = state_.names.facts;
    if (t.fields.size() < 3 || t.fields[0] < 0 ||
        t.fields[0] >= static_cast<std::int64_t>(known.size()))
        return;
    const attribute_id a{static_cast<std::uint16_t>(t.fields[0])};
    row.after = known.names.key(raw(a));
    row.after += " = ";
    row.after += t.fields[1] == 0 ? "none" : value_text(known.type(a), t.fields[2], t.key);
    const attribute_of of = known.owner(a);
    if (of == attribute_of::line || of == attribute_of::stock) set_known_sku(row, t.id);
    if (of == attribute_of::node) set_known_node(row, t.id);
    if (of == attribute_of::stock && t.fields.size() > 3) set_known_node(row, t.fields[3]);
}

std::string_view table_name(journal::intern_kind kind) noexcept {
    constexpr std::string_view names[] = {
        "row",        "sku",         "node",      "place",       "actor",     "cell",
        "order",      "key",         "policy",    "floor",       "channel",   "unit",
        "feed",       "pool",        "distance",  "segment",     "section",   "row",
        "row",        "row",         "threshold", "attribute",   "fact",      "exclusion",
        "order",      "dates",       "hold_type", "workflow",    "order",     "order",
        "amend_rule", "quarantined", "tombstone", "answer_rule", "privilege", "row",
        "row",        "restriction"};
    const auto n = static_cast<std::size_t>(kind);
    return n < std::size(names) ? names[n] : names[0];
}

}  // namespace earmark
