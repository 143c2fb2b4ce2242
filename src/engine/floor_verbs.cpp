// FLOOR RULES: loaded, recorded, found again; and EXPLAIN AVAILABLE, every term of the answer.
#include <algorithm>
#include <limits>

#include "earmark/engine/fold.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

constexpr std::size_t rule_fields = 8;  // and one more of a freeze

error check(const floor_row& r) {
    if (r.key.empty()) return fail(error_code::empty_key);
    for (const std::string* key : {&r.key, &r.channel})
        if (key->size() > max_key_bytes)
            return fail(error_code::key_too_long, static_cast<std::int64_t>(key->size()),
                        max_key_bytes);
    if (r.units > max_floor_units || r.units < -max_floor_units)
        return fail(error_code::out_of_range, r.units,
                    r.units < 0 ? -max_floor_units : max_floor_units);
    // A node has its kind; an exclusion leaves nothing to keep.
    if (!r.node.empty() && r.kind) return fail(error_code::bad_field);
    const bool is_for_some = r.use != floor_use::both || !r.channel.empty();
    if (r.freeze && is_for_some) return fail(error_code::bad_field);
    if ((r.exclude || r.freeze) && r.units != 0) return fail(error_code::out_of_range, r.units, 0);
    return {};
}

result<floor_rule> resolve(const floor_row& r, const catalog& names) {
    if (const error e = check(r); e.code != error_code::ok) return e;
    const auto sku = find_or_none<sku_id>(r.sku, names.skus, error_code::unknown_sku);
    const auto node = find_or_none<node_id>(r.node, names.nodes, error_code::unknown_node);
    if (!sku) return sku.error();
    if (!node) return node.error();
    const auto channel = channel_of(r.channel, names);
    if (!channel) return channel.error();
    return floor_rule{*sku,     *node,   *channel, r.kind, r.use, r.units, r.exclude || r.freeze,
                      r.active, r.freeze};
}

}  // namespace

std::vector<std::int64_t> fields_of(const floor_rule& r) {
    std::vector<std::int64_t> out{field_of(r.sku),
                                  field_of(r.node),
                                  field_of(r.channel),
                                  r.kind ? static_cast<std::int64_t>(*r.kind) : -1,
                                  static_cast<std::int64_t>(r.use),
                                  r.units,
                                  r.exclude,
                                  r.active};
    if (r.freeze) out.push_back(1);
    return out;
}

std::optional<floor_rule> rule_of(std::span<const std::int64_t> f, const catalog& names) {
    const bool freezes = f.size() == rule_fields + 1;
    if (f.size() != rule_fields && !freezes) return std::nullopt;
    const auto known = [&](std::size_t at, std::size_t count) {
        return f[at] >= -1 && f[at] < static_cast<std::int64_t>(count);
    };
    if (!known(0, names.sku.size()) || !known(1, names.node.size()) ||
        !known(2, names.floors.channels.size()) || !known(3, 3) || f[4] < 0 || f[4] > 2 ||
        f[5] > max_floor_units || f[5] < -max_floor_units)
        return std::nullopt;
    floor_rule r;
    r.sku = id_of<sku_id>(f[0]);
    r.node = id_of<node_id>(f[1]);
    r.channel = id_of<channel_id>(f[2]);
    if (f[3] >= 0) r.kind = static_cast<node_kind>(f[3]);
    r.use = static_cast<floor_use>(f[4]);
    r.units = f[5];
    r.exclude = f[6] != 0;
    r.active = f[7] != 0;
    r.freeze = freezes;
    if (freezes && (f[8] != 1 || !r.exclude)) return std::nullopt;
    return r;
}

load_report engine::load(const command& c, std::span<const floor_row> rows, const load_part& part) {
    state& s = *state_;
    floor_rules& floors = s.names.floors;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const floor_row& r, std::size_t i) {
        const auto refuse = [&](error e) {
            l.reject(i, e, "floor rule '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        };
        const auto rule = resolve(r, s.names);
        if (!rule) return refuse(rule.error());
        const auto known = floors.keys.find(r.key);
        const std::uint32_t number = known ? *known : floors.keys.size();
        if (const auto twin = floors.twin(*rule, number))
            return refuse(fail(error_code::twin_rule, *twin));
        name_channel(s.names, d, r.channel);
        if (!known) floors.keys.insert(r.key);
        floors.set(number, *rule);
        d.record.intern(journal::intern_kind::floor, {number, r.key, fields_of(*rule), {}});
        return l.accept();
    });
}

std::string_view engine::floor_key(std::uint32_t rule) const {
    const auto& keys = state_->names.floors.keys;
    EARMARK_CHECK(rule < keys.size(), "floor_key: there is no such rule");
    return keys.key(rule);
}

std::string_view engine::channel_key(channel_id id) const {
    const auto& keys = state_->names.floors.channels;
    EARMARK_CHECK(index_of(id) < keys.size(), "channel_key: there is no such channel");
    return keys.key(static_cast<std::uint32_t>(index_of(id)));
}

available_terms engine::state::terms_of(const stock_view& row, const available_request& r) const {
    const node_facts& at = names.node[index_of(row.node)];
    const auto found =
        names.floors.find(r.sku, row.node, at.kind, r.channel, r.use, names.sku[index_of(r.sku)]);
    available_terms t{row.node,       row.on_hand,  row.free, row.reserved,
                      row.allocated,  row.released, {},       {},
                      found.excluded, at.active,    {},       row.section};
    if (row.section != none<section_id>) return t;
    if (found.exists()) t.rule = names.floors.keys.key(found.rule);
    t.floor = to_quantity(r.sku, found.floor);
    if (at.active && !found.excluded)
        t.available = quantity{std::max<std::int64_t>(0, t.free.atoms - t.floor.atoms)};
    return t;
}

/// What each section has of it, where there are any: by the same division as available().
void engine::state::share_terms(desk& d, const available_request& r, time_point now,
                                std::vector<available_terms>& all) const {
    if (!books.cells.has_sections(r.sku)) return;
    const std::int64_t granule = names.sku[index_of(r.sku)].granule;
    const bool sells = r.use != floor_use::sourcing;
    names.sections.order({sells ? r.channel : none<channel_id>, now, now}, d.drawn);
    for (std::size_t n = 0; n < names.node.size(); ++n) {
        const node_id node{static_cast<std::uint16_t>(n)};
        d.draws.clear();
        std::vector<available_terms*> terms;
        for (available_terms& t : all) {
            if (t.node != node) continue;
            t.available = {};
            t.drawn = false;
        }
        for (const section_id s : d.drawn)
            for (available_terms& t : all) {
                if (t.node != node || t.section != s) continue;
                t.drawn = true;
                terms.push_back(&t);
                d.draws.push_back({{},
                                   s == none<section_id>,
                                   static_cast<granules>(t.free.atoms / granule),
                                   0,
                                   0});
            }
        const auto kept = floor_of(r.sku, node, r.channel, r.use);
        if (!kept || terms.empty()) continue;
        if (divide(d.draws, INT32_MAX, *kept) == 0) continue;
        for (std::size_t i = 0; i < terms.size(); ++i)
            terms[i]->available =
                quantity{std::max<std::int64_t>(0, d.draws[i].free - d.draws[i].floor) * granule};
    }
}

result<std::vector<available_terms>> engine::explain_available(const available_request& r) {
    using terms = std::vector<available_terms>;
    state& s = *state_;
    if (const auto asked = available(r); !asked) return asked.error();  // also expires what is due
    const auto rows = stock();
    if (!rows) return rows.error();
    return s.ask<result<terms>>([&](const state::visit& v) -> result<terms> {
        terms out;
        for (const stock_view& row : *rows)
            if (row.sku == r.sku && r.is_about(row.node)) out.push_back(s.terms_of(row, r));
        s.share_terms(v.desk, r, v.now, out);
        std::ranges::stable_sort(out, {}, &available_terms::node);
        return out;
    });
}

}  // namespace earmark
