// SECTIONS: segments and sections loaded, recorded, found again; TRANSFER between sections.
#include <algorithm>

#include "content.hpp"
#include "earmark/core/check.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/intake/capture.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

constexpr std::size_t max_overflow = 16;

error check_key_of(std::string_view key) {
    if (key.empty()) return fail(error_code::empty_key);
    if (key.size() <= max_key_bytes) return {};
    return fail(error_code::key_too_long, static_cast<std::int64_t>(key.size()), max_key_bytes);
}

/// The number that a key has, or will have.
template <class Id>
result<Id> number_of(std::string_view key, const key_table& in) {
    if (const error e = check_key_of(key); e.code != error_code::ok) return e;
    const auto known = in.find(key);
    const std::uint32_t at = known ? *known : in.size();
    if (at >= raw(none<Id>)) return fail(error_code::out_of_memory, at);
    return static_cast<Id>(at);
}

result<segment_facts> resolve(const segment_row& r, const catalog& names) {
    segment_facts f;
    if (r.channel.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(r.channel.size()),
                    max_key_bytes);
    if (r.overflow.size() > max_overflow)
        return fail(error_code::bad_line_count, static_cast<std::int64_t>(r.overflow.size()),
                    max_overflow);
    const auto channel = channel_of(r.channel, names);
    if (!channel) return channel.error();
    f.channel = *channel;
    f.released = r.released;
    for (const std::string& key : r.overflow) {
        const auto o =
            find_or_none<segment_id>(key, names.sections.segments, error_code::unknown_segment);
        if (!o) return o.error();
        f.overflow.push_back(*o);
    }
    return f;
}

result<section_facts> resolve(const section_row& r, const catalog& names) {
    for (const std::string* text : {&r.condition, &r.lot, &r.owner})
        if (text->size() > max_key_bytes)
            return fail(error_code::key_too_long, static_cast<std::int64_t>(text->size()),
                        max_key_bytes);
    const auto segment =
        find_or_none<segment_id>(r.segment, names.sections.segments, error_code::unknown_segment);
    if (!segment) return segment.error();
    section_facts f{*segment, r.condition, r.lot, r.owner, r.expires, r.frozen};
    const auto known = names.sections.keys.find(r.key);
    if (!known) return f;
    const section_facts& is = names.sections[section_id{static_cast<std::uint16_t>(*known)}];
    const bool same = is.segment == f.segment && is.condition == f.condition && is.lot == f.lot &&
                      is.owner == f.owner;
    return same ? result<section_facts>{f} : fail(error_code::bad_section, *known);
}

std::optional<segment_id> segment_of(std::int64_t f, const catalog& names) {
    if (f < -1 || f >= static_cast<std::int64_t>(names.sections.segment_count()))
        return std::nullopt;
    return f < 0 ? none<segment_id> : segment_id{static_cast<std::uint16_t>(f)};
}

std::vector<std::int64_t> fields_of(const segment_facts& f) {
    std::vector<std::int64_t> out{f.channel == none<channel_id> ? -1 : raw(f.channel),
                                  f.released.ns};
    for (const segment_id o : f.overflow) out.push_back(field_of(o));
    return out;
}

/// Three texts and the key in one: each but the last behind its length.
std::string packed(const section_row& r) {
    std::string out;
    for (const std::string* text : {&r.key, &r.condition, &r.lot}) {
        out.push_back(static_cast<char>(text->size()));
        out += *text;
    }
    return out += r.owner;
}
bool unpack(std::string_view from, section_row& into) {
    for (std::string* text : {&into.key, &into.condition, &into.lot}) {
        if (from.empty()) return false;
        const auto size = static_cast<std::size_t>(static_cast<unsigned char>(from.front()));
        if (from.size() < 1 + size) return false;
        *text = from.substr(1, size);
        from.remove_prefix(1 + size);
    }
    into.owner = from;
    return into.owner.size() <= max_key_bytes;
}

}  // namespace

bool read_segment(const journal::intern_table& t, catalog& into) {
    const auto number = number_of<segment_id>(t.key, into.sections.segments);
    if (!number || raw(*number) != t.id || t.fields.size() < 2) return false;
    const std::int64_t channel = t.fields[0];
    if (channel < -1 || channel >= static_cast<std::int64_t>(into.floors.channels.size()))
        return false;
    segment_facts f;
    if (channel >= 0) f.channel = channel_id{static_cast<std::uint16_t>(channel)};
    f.released = {t.fields[1]};
    for (const std::int64_t field : t.fields.subspan(2)) {
        const auto o = segment_of(field, into);
        if (!o) return false;
        f.overflow.push_back(*o);
    }
    into.sections.set(t.key, *number, std::move(f));
    return true;
}

bool read_section(const journal::intern_table& t, catalog& into) {
    section_row r;
    if (!unpack(t.key, r) || t.fields.size() != 3) return false;
    const auto segment = segment_of(t.fields[0], into);
    const auto number = number_of<section_id>(r.key, into.sections.keys);
    if (!segment || !number || raw(*number) != t.id) return false;
    into.sections.set(
        r.key, *number,
        {*segment, r.condition, r.lot, r.owner, time_point{t.fields[1]}, t.fields[2] != 0});
    return true;
}

load_report engine::load(const command& c, std::span<const segment_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const segment_row& r, std::size_t i) {
        const auto number = number_of<segment_id>(r.key, s.names.sections.segments);
        auto facts = number ? resolve(r, s.names) : result<segment_facts>{number.error()};
        if (!facts) {
            l.reject(i, facts.error(), "segment '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        name_channel(s.names, d, r.channel);
        const auto fields = fields_of(*facts);
        s.names.sections.set(r.key, *number, std::move(facts.value()));
        d.record.intern(journal::intern_kind::segment, {raw(*number), r.key, fields, {}});
        return l.accept();
    });
}

load_report engine::load(const command& c, std::span<const section_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const section_row& r, std::size_t i) {
        const auto number = number_of<section_id>(r.key, s.names.sections.keys);
        auto facts = number ? resolve(r, s.names) : result<section_facts>{number.error()};
        if (!facts) {
            l.reject(i, facts.error(), "section '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        const std::int64_t fields[] = {field_of(facts.value().segment), r.expires.ns, r.frozen};
        s.names.sections.set(r.key, *number, std::move(facts.value()));
        d.record.intern(journal::intern_kind::section, {raw(*number), packed(r), fields, {}});
        return l.accept();
    });
}

result<receipt> engine::state::transfer(const visit& v, const command& c,
                                        const transfer_request& r) {
    if (index_of(r.sku) >= names.sku.size()) return fail(error_code::unknown_sku, raw(r.sku));
    if (index_of(r.node) >= names.node.size()) return fail(error_code::unknown_node, raw(r.node));
    for (const section_id s : {r.from, r.to})
        if (s != none<section_id> && !names.sections.exists(s))
            return fail(error_code::unknown_section, raw(s));
    if (r.from == r.to) return fail(error_code::bad_section, raw(r.to));
    const auto from = books.cells.find(r.sku, r.node, r.from);
    const auto to = books.cells.find(r.sku, r.node, r.to);
    if (!from || !to) return fail(error_code::no_cell, raw(r.sku), raw(r.node));
    const auto n = intake::to_granules(r.amount, names.sku[index_of(r.sku)]);
    if (!n) return n.error();
    const bool is_truth = r.to != none<section_id> && !names.sections[r.to].is_sellable();
    const auto ruled = r.from == none<section_id>
                           ? floor_of(r.sku, r.node, none<channel_id>, floor_use::selling)
                           : result<granules>{0};
    const digest128 content = content_of(c, verb::transfer, raw(r.sku), raw(r.node), raw(r.from),
                                         raw(r.to), r.amount.atoms);
    return once(v, c, content, [&]() -> result<receipt> {
        desk& d = v.desk;
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            d.clear();
            const auto calm = books.timers.calm(v.now);
            if (!is_truth) d.takes.push_back({*from, *n, ruled ? *ruled : 0});
            d.stock.push_back({*from, is_truth ? -*n : 0, -*n});
            d.stock.push_back({*to, *n, *n});
            receipt done;
            done.by = verb::transfer;
            done.lines = 1;
            done.subject = raw(*from);
            d.record.begin(verb::transfer, v.now, c.actor);
            remember(d, c, content, done);
            record_cells(d);
            const committed answer = commit(v);
            done.uncovered = answer.uncovered;
            done.at = position{answer.position};
            if (answer.code == error_code::ok) return done;
            if (answer.code == error_code::insufficient && stays_calm(v, calm))
                return shortage_of(v, answer);
            if (answer.code != error_code::insufficient) {
                const auto there = to_quantity(*from, books.cells.on_hand(*from));
                return fail(answer.code, r.amount.atoms, there.atoms);
            }
            sweep(v.slot, v.now);
        }
        return fail(error_code::stock_moving);
    });
}

// ---- the door ----------------------------------------------------------------------------------

result<receipt> engine::transfer(const command& c, const transfer_request& r,
                                 std::vector<uncovered_promise>* left_uncovered) {
    return state_->stay<result<receipt>>(c, [&](const state::visit& v) -> result<receipt> {
        const state::gate at{*state_};
        const error denied = at.pass(v, c, verb::transfer, {.sku = r.sku, .node = r.node});
        if (denied.code != error_code::ok) return denied;
        const auto done = state_->transfer(v, c, r);
        if (left_uncovered != nullptr) state_->look_back(done, *left_uncovered);
        return done;
    });
}

result<section_id> engine::find_section(std::string_view key) const {
    return state_->ask<result<section_id>>([&](const state::visit&) -> result<section_id> {
        const auto at = state_->names.sections.keys.find(key);
        if (!at) return fail(error_code::unknown_section, -1);
        return section_id{static_cast<std::uint16_t>(*at)};
    });
}

section_row engine::section(section_id id) const {
    const section_table& all = state_->names.sections;
    EARMARK_CHECK(all.exists(id), "section: there is no such section");
    const section_facts& f = all[id];
    const std::string_view segment =
        f.segment == none<segment_id> ? std::string_view{} : all.segments.key(raw(f.segment));
    return {std::string{all.keys.key(raw(id))},
            std::string{segment},
            f.condition,
            f.lot,
            f.owner,
            f.expires,
            f.frozen};
}

result<std::vector<section_view>> engine::sections(sku_id sku) const {
    using list = std::vector<section_view>;
    const state& s = *state_;
    return s.ask<result<list>>([&](const state::visit&) -> result<list> {
        if (index_of(sku) >= s.names.sku.size()) return fail(error_code::unknown_sku, raw(sku));
        list out;
        const auto add = [&](cell_id c, node_id n, section_id in) {
            out.push_back({n, in, s.to_quantity(sku, s.books.cells.on_hand(c)),
                           s.to_quantity(sku, s.books.stock.free(c))});
        };
        s.books.cells.each(sku, [&](cell_id c, node_id n) { add(c, n, none<section_id>); });
        s.books.cells.each_section(sku, add);
        std::sort(out.begin(), out.end(), [](const section_view& a, const section_view& b) {
            const auto rank = [](section_id x) { return x == none<section_id> ? 0 : raw(x) + 1; };
            return std::pair{a.node, rank(a.section)} < std::pair{b.node, rank(b.section)};
        });
        return out;
    });
}

}  // namespace earmark
