// PRIVILEGES: the table that verbs ask, how it is loaded and read back, and who was denied.
#include <algorithm>
#include <bit>
#include <tuple>

#include "earmark/core/digest.hpp"
#include "earmark/core/low_first.hpp"
#include "earmark/engine/authority.hpp"
#include "earmark/engine/fold.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

auto place_of(const authority_table::row& r) noexcept { return std::tuple{r.may, r.type, r.actor}; }
bool before(const authority_table::row& a, const authority_table::row& b) noexcept {
    return place_of(a) < place_of(b);
}

bool is_of_holds(privilege p) noexcept {
    return p == privilege::place_hold || p == privilege::resolve_hold;
}

constexpr std::size_t denied_bytes = 4 + 4 + 2 + 2 + 8;

}  // namespace

// ---- the table ----------------------------------------------------------------------------------

bool authority_table::allows(actor_id who, privilege p, hold_type_id type) const noexcept {
    if (!guards(p) || raw(who) == 0) return true;
    for (const hold_type_id t : {type, none<hold_type_id>}) {
        const row asked{p, t, who, true};
        const auto first =
            std::lower_bound(rows_.begin(), rows_.end(), row{p, t, {}, true}, before);
        if (first == rows_.end() || first->may != p || first->type != t) continue;
        const auto own = std::lower_bound(first, rows_.end(), asked, before);
        return own != rows_.end() && place_of(*own) == place_of(asked) && own->allows;
    }
    return true;  // rows of other types alone
}

void authority_table::set(const row& r) {
    const auto at = std::lower_bound(rows_.begin(), rows_.end(), r, before);
    if (at != rows_.end() && place_of(*at) == place_of(r))
        at->allows = r.allows;
    else
        rows_.insert(at, r);
    guarded_ |= 1u << static_cast<unsigned>(r.may);
}

bool authority_table::has(const row& r) const noexcept {
    return std::binary_search(rows_.begin(), rows_.end(), r, before);
}

void authority_table::drop(const row& r) noexcept {
    const auto at = std::lower_bound(rows_.begin(), rows_.end(), r, before);
    if (at == rows_.end() || place_of(*at) != place_of(r)) return;
    rows_.erase(at);
    if (std::ranges::none_of(rows_, [&](const row& other) { return other.may == r.may; }))
        guarded_ &= ~(1u << static_cast<unsigned>(r.may));
}

std::uint64_t authority_table::digest_of_rows() const noexcept {
    if (rows_.empty()) return 0;
    digest d{7};
    for (const row& r : rows_)
        d.add(static_cast<std::uint64_t>(r.may)).add(raw(r.type)).add(raw(r.actor)).add(r.allows);
    return d.value();
}

// ---- who was denied -----------------------------------------------------------------------------

std::vector<std::byte> bytes_of(const denied_attempt& a) {
    std::vector<std::byte> out;
    out.reserve(denied_bytes);
    put_low_first(out, a.order, 4);
    put_low_first(out, raw(a.sku), 4);
    put_low_first(out, raw(a.node), 2);
    put_low_first(out, raw(a.type), 2);
    put_low_first(out, a.times, 8);
    return out;
}

bool read_denied(std::uint32_t may, std::span<const std::byte> bytes, denied_attempt& into) {
    if (may >= privileges || bytes.size() != denied_bytes) return false;
    into.may = static_cast<privilege>(may);
    into.order = static_cast<std::uint32_t>(take_low_first(bytes, 4));
    into.sku = sku_id{static_cast<std::uint32_t>(take_low_first(bytes, 4))};
    into.node = node_id{static_cast<std::uint16_t>(take_low_first(bytes, 2))};
    into.type = hold_type_id{static_cast<std::uint16_t>(take_low_first(bytes, 2))};
    into.times = take_low_first(bytes, 8);
    return into.times != 0;
}

denial_memory::pair& denial_memory::of(actor_id who, privilege p) {
    const auto is_before = [](const pair& a, const std::tuple<actor_id, privilege>& b) {
        return std::tuple{a.actor, a.may} < b;
    };
    for (const actor_id a : {who, none<actor_id>}) {
        const std::tuple key{a, p};
        const auto at = std::lower_bound(pairs_.begin(), pairs_.end(), key, is_before);
        if (at != pairs_.end() && std::tuple{at->actor, at->may} == key) return *at;
        if (pairs_.size() < max_pairs || a == none<actor_id>) return *pairs_.insert(at, {a, p});
    }
    return pairs_.back();  // never: one of the two has come to be
}

void denial_memory::forget_if_new(const pair& p) noexcept {
    if (p.noted == 0) pairs_.erase(pairs_.begin() + (&p - pairs_.data()));
}

void denial_memory::make_room() {
    if (orders_.size() == orders_.capacity()) orders_.reserve(orders_.size() * 2 + 8);
}

void denial_memory::note(pair& of, const denied_attempt& a, position at) noexcept {
    of.times = std::max(of.times, a.times);
    of.noted = std::max(of.noted, a.times);
    if (a.order != denied_attempt::none_of_it) orders_.push_back({a.order, at});
}

position denial_memory::last_about(std::uint32_t order) const noexcept {
    const auto of_it = [&](const about& n) { return n.order == order; };
    const auto last = std::find_if(orders_.rbegin(), orders_.rend(), of_it);
    return last == orders_.rend() ? position{} : last->at;
}

std::uint64_t denial_memory::digest() const noexcept {
    earmark::digest d{8};
    bool any = false;
    for (const pair& p : pairs_) {
        if (p.noted == 0) continue;
        any = true;
        d.add(raw(p.actor)).add(static_cast<std::uint64_t>(p.may)).add(p.noted);
    }
    return any ? d.value() : 0;
}

// ---- rows ---------------------------------------------------------------------------------------

namespace {

/// The row with ids in place of keys; an actor that is new is made by the caller, after this.
error resolve(const privilege_row& r, const catalog& names, authority_table::row& into) {
    if (static_cast<std::size_t>(r.may) >= privileges || static_cast<std::size_t>(r.does) >= grants)
        return fail(error_code::bad_field);
    if (r.actor.empty()) return fail(error_code::empty_key);
    if (r.actor.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(r.actor.size()),
                    max_key_bytes);
    into = {r.may, none<hold_type_id>, none<actor_id>, r.does == grant::allow};
    if (const auto known = names.actors.find(r.actor)) into.actor = actor_id{*known};
    if (raw(into.actor) == 0) return fail(error_code::bad_field, 1);
    if (!r.hold_type.empty()) {
        if (!is_of_holds(r.may)) return fail(error_code::bad_field, 3);
        const auto type = names.holds.keys.find(r.hold_type);
        if (!type) return fail(error_code::unknown_hold_type, -1);
        into.type = hold_type_id{static_cast<std::uint16_t>(*type)};
    }
    if (r.does == grant::drop) {
        if (into.actor == none<actor_id>) return fail(error_code::unknown_actor, -1);
        return {};
    }
    if (names.authority.rows().size() >= max_privilege_rows && !names.authority.has(into))
        return fail(error_code::out_of_range, max_privilege_rows + 1, max_privilege_rows);
    return {};
}

std::string words_of(const privilege_row& r) {
    std::string out = "what " + shown(r.actor) + " may";
    if (!r.hold_type.empty()) out += ", type " + shown(r.hold_type);
    return out;
}

}  // namespace

load_report engine::load(const command& c, std::span<const privilege_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const privilege_row& r, std::size_t i) {
        authority_table::row made;
        if (const error e = resolve(r, s.names, made); e.code != error_code::ok) {
            l.reject(i, e, words_of(r));
            return true;
        }
        if (made.actor == none<actor_id>) {
            const auto actor = s.names.actors.insert(r.actor);
            made.actor = actor_id{actor.index};
            d.record.intern(journal::intern_kind::actor, {actor.index, r.actor, {}, {}});
        }
        const std::int64_t fields[] = {raw(made.actor), field_of(made.type),
                                       static_cast<std::int64_t>(r.does)};
        d.record.intern(journal::intern_kind::privilege,
                        {static_cast<std::uint32_t>(r.may), {}, fields, {}});
        if (r.does == grant::drop)
            s.names.authority.drop(made);
        else
            s.names.authority.set(made);
        return l.accept();
    });
}

bool read_privilege(const journal::intern_table& t, catalog& into) {
    const auto f = t.fields;
    const auto is_below = [](std::int64_t n, std::size_t bound) {
        return n >= 0 && static_cast<std::size_t>(n) < bound;
    };
    const bool fits = t.id < privileges && t.key.empty() && f.size() == 3 && f[0] != 0 &&
                      is_below(f[0], into.actors.size()) &&
                      (f[1] == -1 || is_below(f[1], into.holds.size())) && is_below(f[2], grants);
    if (!fits) return false;
    const authority_table::row r{static_cast<privilege>(t.id), id_of<hold_type_id>(f[1]),
                                 actor_id{static_cast<std::uint32_t>(f[0])},
                                 static_cast<grant>(f[2]) == grant::allow};
    if (r.type != none<hold_type_id> && !is_of_holds(r.may)) return false;
    if (static_cast<grant>(f[2]) == grant::drop) return into.authority.drop(r), true;
    const bool has_room = into.authority.rows().size() < max_privilege_rows;
    return (has_room || into.authority.has(r)) ? (into.authority.set(r), true) : false;
}

}  // namespace earmark
