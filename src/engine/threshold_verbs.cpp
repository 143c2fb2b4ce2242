// THRESHOLDS: loaded, recorded, found again; CROSSINGS: read from the journal when somebody asks.
#include "earmark/engine/fold.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

constexpr std::size_t plain_fields = 7;  // of a threshold of plain stock, else two more
constexpr std::size_t threshold_fields = 9;

error check(const threshold_row& r) {
    if (r.key.empty()) return fail(error_code::empty_key);
    for (const std::string* key : {&r.key, &r.channel})
        if (key->size() > max_key_bytes)
            return fail(error_code::key_too_long, static_cast<std::int64_t>(key->size()),
                        max_key_bytes);
    if (!r.node.empty() && r.kind) return fail(error_code::bad_field);  // a node has its kind
    const bool of_goods = !r.sku.empty() || !r.node.empty() || r.kind || !r.section.empty();
    if (!r.pool.empty() && (of_goods || !r.channel.empty())) return fail(error_code::bad_field);
    if (!r.section.empty() && !r.channel.empty()) return fail(error_code::bad_field);
    if (r.low < 1) return fail(error_code::out_of_range, r.low, 1);
    if (r.low > max_floor_units) return fail(error_code::out_of_range, r.low, max_floor_units);
    if (r.high < r.low) return fail(error_code::out_of_range, r.high, r.low);
    if (r.high > max_floor_units) return fail(error_code::out_of_range, r.high, max_floor_units);
    return {};
}

result<threshold> resolve(const threshold_row& r, const catalog& names) {
    if (const error e = check(r); e.code != error_code::ok) return e;
    threshold t;
    const auto pool = find_or_none<pool_id>(r.pool, names.pools.keys, error_code::unknown_pool);
    if (!pool) return pool.error();
    t.pool = *pool;
    const auto sku = names.skus.find(r.sku);
    if (!sku && r.pool.empty()) return fail(error_code::unknown_sku, -1);
    if (sku) t.sku = sku_id{*sku};
    const auto section =
        find_or_none<section_id>(r.section, names.sections.keys, error_code::unknown_section);
    if (!section) return section.error();
    t.section = *section;
    if (t.section != none<section_id> && !names.sections[t.section].is_sellable())
        return fail(error_code::bad_field);
    const auto node = find_or_none<node_id>(r.node, names.nodes, error_code::unknown_node);
    if (!node) return node.error();
    t.node = *node;
    const auto channel = channel_of(r.channel, names);
    if (!channel) return channel.error();
    t.channel = *channel;
    t.kind = r.kind;
    t.low = r.low;
    t.high = r.high;
    t.active = r.active;
    return t;
}

}  // namespace

std::vector<std::int64_t> fields_of(const threshold& t) {
    std::vector<std::int64_t> f{field_of(t.sku),
                                field_of(t.node),
                                field_of(t.channel),
                                t.kind ? static_cast<std::int64_t>(*t.kind) : -1,
                                t.low,
                                t.high,
                                t.active};
    if (t.section != none<section_id> || t.pool != none<pool_id>)
        f.insert(f.end(), {field_of(t.section), field_of(t.pool)});
    return f;
}

std::optional<threshold> threshold_of(std::span<const std::int64_t> f, const catalog& names) {
    if (f.size() != plain_fields && f.size() != threshold_fields) return std::nullopt;
    const auto known = [&](std::size_t at, std::int64_t least, std::size_t count) {
        return f[at] >= least && f[at] < static_cast<std::int64_t>(count);
    };
    const bool more = f.size() == threshold_fields;
    if (more && (!known(7, -1, names.sections.size()) || !known(8, -1, names.pools.keys.size())))
        return std::nullopt;
    const bool of_pool = more && f[8] >= 0;
    if (!known(0, of_pool ? -1 : 0, names.sku.size()) || !known(1, -1, names.node.size()) ||
        !known(2, -1, names.floors.channels.size()) || !known(3, -1, 3) || f[4] < 1 ||
        f[5] < f[4] || f[5] > max_floor_units)
        return std::nullopt;
    threshold t;
    t.sku = id_of<sku_id>(f[0]);
    t.node = id_of<node_id>(f[1]);
    t.channel = id_of<channel_id>(f[2]);
    if (f[3] >= 0) t.kind = static_cast<node_kind>(f[3]);
    t.low = f[4];
    t.high = f[5];
    t.active = f[6] != 0;
    if (more) t.section = id_of<section_id>(f[7]);
    if (more) t.pool = id_of<pool_id>(f[8]);
    return t;
}

load_report engine::load(const command& c, std::span<const threshold_row> rows,
                         const load_part& part) {
    state& s = *state_;
    catalog& names = s.names;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const threshold_row& r, std::size_t i) {
        const auto t = resolve(r, names);
        if (!t) {
            l.reject(i, t.error(), "threshold '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        name_channel(names, d, r.channel);
        const std::uint32_t number = names.set_threshold(r.key, *t);
        d.record.intern(journal::intern_kind::threshold, {number, r.key, fields_of(*t), {}});
        return l.accept();
    });
}

std::string_view engine::threshold_key(std::uint32_t number) const {
    const auto& keys = state_->names.threshold_keys;
    EARMARK_CHECK(number < keys.size(), "threshold_key: there is no such threshold");
    return keys.key(number);
}

result<page_of<crossing>> engine::crossings(position cursor, std::size_t limit) const {
    using page = result<page_of<crossing>>;
    state& s = *state_;
    const std::unique_lock lock{s.feeds.lock, std::try_to_lock};
    if (!lock) return fail(error_code::stock_moving);
    bool gap = false;
    const auto read = [&](const state::visit&) -> page {
        const error e = s.catch_up();
        gap = e.code == error_code::cursor_too_old;
        return e.code == error_code::ok ? s.levels.after(cursor, limit) : page{e};
    };
    page first = s.ask<page>(read);
    if (!gap) return first;
    error e;
    const error alone = s.alone_to_look([&](std::uint32_t) { e = s.restart_memories(); });
    if (alone.code != error_code::ok) return alone;
    if (e.code != error_code::ok) return e;
    return s.ask<page>(read);
}

}  // namespace earmark
