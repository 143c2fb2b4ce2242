// HOLD TYPES: loaded, recorded, read back, found again.
#include <algorithm>
#include <utility>

#include "earmark/engine/fold.hpp"
#include "loader.hpp"
#include "suspecting.hpp"

namespace earmark {
namespace {

constexpr std::size_t head_fields = 10;  // and then types, and actors

/// A type as its row says, with ids in place of keys.
struct resolved_type {
    lifecycle::hold_terms terms;
    hold_rule rule;
};

/// What is wrong with a row, and the words for it beside the error's own.
struct fault {
    error why;
    std::string words{};
};

/// Fields of hold_type_row, from 1, as bad_hold_type names them.
enum row_field : std::int64_t {
    of_blocks = 2,
    of_scope = 7,
    of_apply_when = 8,
    of_resolve_when = 9,
    of_repeats_within = 12,
    of_repeats_by = 13
};

/// Of what blocks nothing, time makes something.
bool cancels_by_time(hold_expiry then, hold_rejection rejected) noexcept {
    return then == hold_expiry::reject && rejected == hold_rejection::cancel;
}

fault check(const hold_type_row& r) {
    if (r.key.empty()) return {fail(error_code::empty_key)};
    if (r.key.size() > max_key_bytes)
        return {
            fail(error_code::key_too_long, static_cast<std::int64_t>(r.key.size()), max_key_bytes)};
    if (r.lasts_s < 0 || r.lasts_s > max_hold_seconds)
        return {fail(error_code::out_of_range, r.lasts_s, r.lasts_s < 0 ? 0 : max_hold_seconds)};
    if (r.keeps_s > max_hold_seconds)
        return {fail(error_code::out_of_range, r.keeps_s, max_hold_seconds)};
    if (r.blocks && r.blocks->empty() && !cancels_by_time(r.then, r.rejected))
        return {fail(error_code::bad_hold_type, of_blocks), "it blocks nothing"};
    if (r.answers.size() > max_hold_actors)
        return {fail(error_code::out_of_range, static_cast<std::int64_t>(r.answers.size()),
                     static_cast<std::int64_t>(max_hold_actors))};
    return {};
}

fault parse(const std::string& text, row_field field, std::span<const sourcing::attribute> known,
            std::optional<sourcing::condition>& into) {
    if (text.empty()) return {};
    auto parsed = sourcing::parse_condition(text, known);
    if (!parsed)
        return {fail(error_code::bad_hold_type, field, static_cast<std::int64_t>(parsed.at)),
                std::move(parsed.problem)};
    into = std::move(parsed.value);
    return {};
}

/// The types and what they place, for people: fraud -> credit -> fraud.
std::string words_of(std::span<const hold_type_id> ring, const key_table& keys,
                     std::string_view fresh) {
    std::string out;
    const auto key = [&](hold_type_id t) {
        return raw(t) < keys.size() ? std::string{keys.key(raw(t))} : std::string{fresh};
    };
    for (const hold_type_id t : ring) out += key(t) + " -> ";
    return out + key(ring.front());
}

/// The types whose resolution places one of this: known ones, or itself, and no ring.
fault find_types(const hold_type_row& r, const hold_type_table& known, std::uint32_t number,
                 std::vector<hold_type_id>& into) {
    for (const std::string& key : r.after) {
        const auto at = key == r.key ? std::optional{number} : known.keys.find(key);
        if (!at) return {fail(error_code::unknown_hold_type, -1), "after '" + key + "'"};
        into.push_back(hold_type_id{static_cast<std::uint16_t>(*at)});
    }
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
    const auto ring = known.ring_with(number, into);
    if (ring.empty()) return {};
    return {fail(error_code::hold_cycle, static_cast<std::int64_t>(ring.size())),
            words_of(ring, known.keys, r.key)};
}

/// What makes a customer, and within which time he repeats himself.
fault find_suspicion(const hold_type_row& r, const fact_table& known, hold_rule& into) {
    const auto bad = [](row_field f, std::string words) {
        return fault{fail(error_code::bad_hold_type, f), std::move(words)};
    };
    const std::int64_t within = r.repeats_within_s;
    if (within < 0 || within > max_hold_seconds)
        return {fail(error_code::out_of_range, within, within < 0 ? 0 : max_hold_seconds)};
    if (within == 0 && r.repeats_by.empty()) return {};
    if (within == 0) return bad(of_repeats_within, "it says no time within which orders repeat");
    if (r.repeats_by.empty()) return bad(of_repeats_by, "it does not say who the customer is");
    if (r.scope != hold_scope::order) return bad(of_scope, "orders repeat each other, not lines");
    if (r.repeats_by.size() > max_repeat_attributes)
        return {fail(error_code::out_of_range, static_cast<std::int64_t>(r.repeats_by.size()),
                     static_cast<std::int64_t>(max_repeat_attributes))};
    for (const std::string& name : r.repeats_by) {
        const auto a = known.find(name);
        if (!a || known.owner(*a) != attribute_of::order) {
            std::string what{"'"};
            what += name.substr(0, max_key_bytes);
            what += "' is no declared attribute of orders";
            return bad(of_repeats_by, std::move(what));
        }
        into.repeats_by.push_back(*a);
    }
    std::ranges::sort(into.repeats_by);
    into.repeats_by.erase(std::unique(into.repeats_by.begin(), into.repeats_by.end()),
                          into.repeats_by.end());
    into.repeats_within_s = within;
    return {};
}

fault resolve(const hold_type_row& r, const catalog& names, std::uint32_t number,
              resolved_type& into) {
    if (fault f = check(r); f.why.code != error_code::ok) return f;
    lifecycle::hold_terms& t = into.terms;
    t = {everything_after_capture, r.lasts_s, r.then, r.rejected,
         std::max<std::int64_t>(-1, r.keeps_s)};
    if (r.blocks) {
        t.blocks = 0;
        for (const hold_step s : *r.blocks)
            t.blocks = static_cast<hold_steps>(t.blocks | bit_of(s));
    }
    into.rule.scope = r.scope;
    const auto known = asked_of_orders(names.facts);
    fault f = parse(r.apply_when, of_apply_when, known, into.rule.apply);
    if (f.why.code == error_code::ok)
        f = parse(r.resolve_when, of_resolve_when, known, into.rule.resolve);
    if (f.why.code == error_code::ok) f = find_types(r, names.holds, number, into.rule.after);
    if (f.why.code == error_code::ok) f = find_suspicion(r, names.facts, into.rule);
    for (const std::string& actor : r.answers)
        if (f.why.code == error_code::ok)
            f.why = actor.empty() ? fail(error_code::empty_key)
                    : actor.size() > max_key_bytes
                        ? fail(error_code::key_too_long, static_cast<std::int64_t>(actor.size()),
                               max_key_bytes)
                        : error{};
    return f;
}

/// Key, apply_when and resolve_when as one text; the fields say where each ends.
std::string text_of(std::string_view key, const hold_rule& r) {
    std::string out{key};
    if (r.apply) out += r.apply->text();
    if (r.resolve) out += r.resolve->text();
    return out;
}

std::vector<std::int64_t> fields_of(std::string_view key, const resolved_type& f) {
    const auto& [t, r] = f;
    const auto size = [](const auto& c) {
        return static_cast<std::int64_t>(c ? c->text().size() : 0);
    };
    std::vector<std::int64_t> out{t.blocks,
                                  t.lasts_s,
                                  static_cast<std::int64_t>(t.then),
                                  static_cast<std::int64_t>(t.rejected),
                                  t.keeps_s,
                                  static_cast<std::int64_t>(r.scope),
                                  static_cast<std::int64_t>(key.size()),
                                  size(r.apply),
                                  size(r.resolve),
                                  static_cast<std::int64_t>(r.after.size())};
    for (const hold_type_id a : r.after) out.push_back(raw(a));
    for (const actor_id a : r.answers) out.push_back(raw(a));
    return out;
}

/// What a type suspects beside what it is.
void record_suspicion(journal::writer& into, std::uint32_t number, const hold_rule& of) {
    if (!of.suspects()) return;
    std::vector<std::int64_t> fields{of.repeats_within_s};
    for (const attribute_id a : of.repeats_by) fields.push_back(raw(a));
    into.intern(journal::intern_kind::suspicion, {number, {}, fields, {}});
}

/// Ids of the actors, which are made and recorded where they are new.
std::vector<actor_id> name_actors(catalog& names, desk& d, const hold_type_row& r) {
    std::vector<actor_id> out;
    for (const std::string& name : r.answers) {
        const auto made = names.actors.insert(name);
        if (made.fresh) d.record.intern(journal::intern_kind::actor, {made.index, name, {}, {}});
        out.push_back(actor_id{made.index});
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace

load_report engine::load(const command& c, std::span<const hold_type_row> rows,
                         const load_part& part) {
    state& s = *state_;
    const auto look_again = [&] {
        if (s.names.repeats().size() != 0 || s.names.holds.widest_window_s() != 0)
            remake_repeats(s);
    };
    const auto row = [&](loader& l, desk& d, const hold_type_row& r, std::size_t i) {
        hold_type_table& all = s.names.holds;
        const auto known = all.keys.find(r.key);
        const std::uint32_t number = known ? *known : all.keys.size();
        resolved_type made;
        fault f = resolve(r, s.names, number, made);
        if (f.why.code == error_code::ok && number >= max_hold_types)
            f.why = fail(error_code::out_of_range, number + 1,
                         static_cast<std::int64_t>(max_hold_types));
        if (f.why.code != error_code::ok) {
            std::string what = "hold type '" + r.key.substr(0, max_key_bytes) + "'";
            if (!f.words.empty()) what += ", " + f.words;
            l.reject(i, f.why, what);
            return true;
        }
        made.rule.answers = name_actors(s.names, d, r);
        const auto fields = fields_of(r.key, made);
        d.record.intern(journal::intern_kind::hold_type,
                        {number, text_of(r.key, made.rule), fields, {}});
        record_suspicion(d.record, number, made.rule);
        all.set(r.key, made.terms, std::move(made.rule));
        return l.accept();
    };
    return fill(s, c, rows, part, row, look_again);
}

namespace {

bool is_below(std::int64_t field, std::size_t bound) noexcept {
    return field >= 0 && static_cast<std::size_t>(field) < bound;
}

bool ascend_below(std::span<const std::int64_t> ids, std::size_t bound) noexcept {
    std::int64_t before = -1;
    for (const std::int64_t id : ids) {
        if (id <= before || !is_below(id, bound)) return false;
        before = id;
    }
    return true;
}

/// The texts that the head says how long they are; false where they do not fill `from`.
bool split(std::string_view from, std::span<const std::int64_t> sizes,
           std::span<std::string_view> into) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (!is_below(sizes[i], from.size() + 1)) return false;
        into[i] = from.substr(0, static_cast<std::size_t>(sizes[i]));
        from.remove_prefix(into[i].size());
    }
    return from.empty();
}

bool read_condition(std::string_view text, std::span<const sourcing::attribute> known,
                    std::optional<sourcing::condition>& into) {
    if (text.empty()) return true;
    auto parsed = sourcing::parse_condition(text, known);
    into = std::move(parsed.value);
    return into.has_value();
}

}  // namespace

bool read_hold_type(const journal::intern_table& t, catalog& into) {
    const auto f = t.fields;
    hold_type_table& all = into.holds;
    std::string_view texts[3];
    constexpr auto times = static_cast<std::size_t>(max_hold_seconds) + 1;
    if (f.size() < head_fields || !is_below(f[0], 0x10000) || !is_below(f[1], times) ||
        !is_below(f[2], 3) || !is_below(f[3], 2) || !(f[4] == -1 || is_below(f[4], times)) ||
        !is_below(f[5], 2) || !split(t.key, f.subspan(6, 3), texts))
        return false;
    const auto known = all.keys.find(texts[0]);
    const bool numbered = known ? *known == t.id : t.id == all.keys.size();
    const bool fits = numbered && !texts[0].empty() && t.id < max_hold_types &&
                      is_below(f[9], f.size() - head_fields + 1);
    if (!fits) return false;
    if (f[0] == 0 &&
        !cancels_by_time(static_cast<hold_expiry>(f[2]), static_cast<hold_rejection>(f[3])))
        return false;
    const lifecycle::hold_terms terms{static_cast<hold_steps>(f[0]), f[1],
                                      static_cast<hold_expiry>(f[2]),
                                      static_cast<hold_rejection>(f[3]), f[4]};
    hold_rule rule;
    rule.scope = static_cast<hold_scope>(f[5]);
    const auto attributes = asked_of_orders(into.facts);
    if (!read_condition(texts[1], attributes, rule.apply) ||
        !read_condition(texts[2], attributes, rule.resolve))
        return false;
    const auto types = f.subspan(head_fields, static_cast<std::size_t>(f[9]));
    const auto actors = f.subspan(head_fields + types.size());
    if (!ascend_below(types, std::max(all.size(), std::size_t{t.id} + 1)) ||
        !ascend_below(actors, into.actors.size()) || actors.size() > max_hold_actors)
        return false;
    for (const std::int64_t id : types)
        rule.after.push_back(hold_type_id{static_cast<std::uint16_t>(id)});
    for (const std::int64_t id : actors)
        rule.answers.push_back(actor_id{static_cast<std::uint32_t>(id)});
    if (!all.ring_with(t.id, rule.after).empty()) return false;
    all.set(texts[0], terms, std::move(rule));
    return true;
}

bool read_suspicion(const journal::intern_table& t, catalog& into) {
    const auto f = t.fields;
    const bool fits = t.id < into.holds.size() && t.key.empty() && f.size() >= 2 &&
                      f.size() <= max_repeat_attributes + 1 && f[0] > 0 && f[0] <= max_hold_seconds;
    if (!fits) return false;
    const hold_type_id type{static_cast<std::uint16_t>(t.id)};
    std::vector<attribute_id> by;
    if (into.holds[type].scope != hold_scope::order ||
        !ascend_below(f.subspan(1), into.facts.size()))
        return false;
    for (const std::int64_t id : f.subspan(1)) {
        by.push_back(attribute_id{static_cast<std::uint16_t>(id)});
        if (into.facts.owner(by.back()) != attribute_of::order) return false;
    }
    into.holds.suspect(type, f[0], std::move(by));
    return true;
}

result<hold_type_id> engine::find_hold_type(std::string_view key) const {
    return state_->ask<result<hold_type_id>>([&](const state::visit&) -> result<hold_type_id> {
        const auto at = state_->names.holds.keys.find(key);
        if (!at) return fail(error_code::unknown_hold_type, -1);
        return hold_type_id{static_cast<std::uint16_t>(*at)};
    });
}

std::uint32_t engine::hold_types() const noexcept {
    return static_cast<std::uint32_t>(state_->names.holds.size());
}

hold_type_row engine::hold_type(hold_type_id id) const {
    const auto found =
        state_->ask<result<hold_type_row>>([&](const state::visit&) -> result<hold_type_row> {
            const hold_type_table& all = state_->names.holds;
            if (index_of(id) >= all.size()) return fail(error_code::unknown_hold_type, raw(id));
            const lifecycle::hold_terms& t = all.terms(id);
            const hold_rule& r = all[id];
            hold_type_row row;
            row.key = all.keys.key(raw(id));
            row.blocks.emplace();
            for (std::size_t s = 0; s < hold_step_count; ++s)
                if (const auto step = static_cast<hold_step>(s); (t.blocks & bit_of(step)) != 0)
                    row.blocks->push_back(step);
            row.lasts_s = t.lasts_s;
            row.then = t.then;
            row.rejected = t.rejected;
            row.keeps_s = t.keeps_s;
            row.scope = r.scope;
            if (r.apply) row.apply_when = r.apply->text();
            if (r.resolve) row.resolve_when = r.resolve->text();
            for (const hold_type_id a : r.after) row.after.emplace_back(all.keys.key(raw(a)));
            for (const actor_id a : r.answers)
                row.answers.emplace_back(state_->names.actors.key(raw(a)));
            row.repeats_within_s = r.repeats_within_s;
            for (const attribute_id a : r.repeats_by)
                row.repeats_by.emplace_back(state_->names.facts.names.key(raw(a)));
            return row;
        });
    if (!found) throw_unnamed("hold_type: " + to_string(found.error()), found.error());
    return *found;
}

}  // namespace earmark
