// POOLS: loaded, recorded, found again.
#include "earmark/engine/fold.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/promise/tables.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

constexpr std::size_t pool_fields = 11, dated_fields = 14;

error check(const pool_row& r, const key_table& in) {
    if (const error e = check_key(r.key, in); e.code != error_code::ok) return e;
    if (r.channel.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(r.channel.size()),
                    max_key_bytes);
    if (const error e = check_scale(r.decimals, r.granule); e.code != error_code::ok) return e;
    if (r.per_unit.atoms < 0) return fail(error_code::bad_quantity, r.per_unit.atoms);
    if (r.from >= r.until) return fail(error_code::out_of_range, r.from.ns, r.until.ns);
    const bool selects = r.named || !r.sku.empty() || !r.node.empty() || !r.channel.empty() ||
                         r.from.ns != INT64_MIN || r.until != never;
    if (r.per_unit.atoms == 0 && selects) return fail(error_code::bad_field);
    const bool is_dated = r.day != pool_day::basket;
    if (is_dated ? r.per_unit.atoms == 0 || r.named || !r.channel.empty()
                 : r.counts != pool_count::units || !r.service.empty())
        return fail(error_code::bad_field);
    return {};
}

result<pool_facts> resolve(const pool_row& r, const catalog& names) {
    if (const error e = check(r, names.pools.keys); e.code != error_code::ok) return e;
    pool_facts p;
    p.kind = r.kind;
    p.scale = {r.decimals, r.granule};
    p.per_unit = r.per_unit.atoms;
    p.named = r.named;
    p.from = r.from;
    p.until = r.until;
    const auto sku = find_or_none<sku_id>(r.sku, names.skus, error_code::unknown_sku);
    const auto node = find_or_none<node_id>(r.node, names.nodes, error_code::unknown_node);
    if (!sku) return sku.error();
    if (!node) return node.error();
    p.sku = *sku;
    p.node = *node;
    const auto channel = channel_of(r.channel, names);
    if (!channel) return channel.error();
    p.channel = *channel;
    const auto service = find_or_none<service_id>(r.service, names.dates().service_keys,
                                                  error_code::unknown_service);
    if (!service) return service.error();
    p.day = r.day;
    p.counts = r.counts;
    p.service = *service;
    return p;
}

}  // namespace

std::vector<std::int64_t> fields_of(const pool_facts& p) {
    std::vector<std::int64_t> fields{static_cast<std::int64_t>(p.kind),
                                     p.scale.decimals,
                                     p.scale.granule,
                                     p.per_unit,
                                     p.named,
                                     field_of(p.sku),
                                     field_of(p.node),
                                     field_of(p.channel),
                                     p.from.ns,
                                     p.until.ns,
                                     raw(p.cell)};
    if (p.day != pool_day::basket)
        fields.insert(fields.end(), {static_cast<std::int64_t>(p.day),
                                     static_cast<std::int64_t>(p.counts), field_of(p.service)});
    return fields;
}

std::optional<pool_facts> pool_of(std::span<const std::int64_t> f, const catalog& names) {
    const bool is_dated = f.size() == dated_fields;
    if (f.size() != pool_fields && !is_dated) return std::nullopt;
    const auto known = [&](std::size_t at, std::size_t count) {
        return f[at] >= -1 && f[at] < static_cast<std::int64_t>(count);
    };
    const bool is_sound = f[0] >= 0 && f[0] <= 3 &&
                          check_scale(static_cast<int>(f[1]), f[2]).code == error_code::ok &&
                          f[3] >= 0 && known(5, names.sku.size()) && known(6, names.node.size()) &&
                          known(7, names.floors.channels.size()) && f[8] < f[9] && f[10] >= 0 &&
                          f[10] < raw(none<cell_id>);
    if (!is_sound) return std::nullopt;
    const bool has_day = is_dated && (f[11] == 1 || f[11] == 2) && f[12] >= 0 && f[12] <= 2 &&
                         f[3] > 0 && f[4] == 0 && known(13, names.dates().services().size());
    if (is_dated && !has_day) return std::nullopt;
    pool_facts p;
    p.kind = static_cast<pool_kind>(f[0]);
    p.scale = {static_cast<int>(f[1]), f[2]};
    p.per_unit = f[3];
    p.named = f[4] != 0;
    p.sku = id_of<sku_id>(f[5]);
    p.node = id_of<node_id>(f[6]);
    p.channel = id_of<channel_id>(f[7]);
    p.from = {f[8]};
    p.until = {f[9]};
    p.cell = cell_id{static_cast<std::uint32_t>(f[10])};
    if (!is_dated) return p;
    p.day = static_cast<pool_day>(f[11]);
    p.counts = static_cast<pool_count>(f[12]);
    p.service = id_of<service_id>(f[13]);
    return p;
}

load_report engine::load(const command& c, std::span<const pool_row> rows, const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const pool_row& r, std::size_t i) {
        const auto refuse = [&](error e) {
            l.reject(i, e, "pool '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        };
        auto pool = resolve(r, s.names);
        if (!pool) return refuse(pool.error());
        const auto n = r.amount.atoms == 0 ? result<granules>{0}
                                           : intake::to_granules(r.amount, pool.value().scale);
        if (!n) return refuse(n.error());
        const auto cell = s.books.cells.make_pool();
        if (!cell) return refuse(cell.error());
        pool.value().cell = *cell;
        name_channel(s.names, d, r.channel);
        const pool_id id = s.names.pools.add(r.key, *pool);
        d.record.intern(journal::intern_kind::pool, {raw(id), r.key, fields_of(*pool), {}});
        if (*n > 0) {
            d.stock.push_back({*cell, *n, *n});
            d.record.cell({*cell, *n, *n});
        }
        return l.accept();
    });
}

result<pool_id> engine::find_pool(std::string_view key) const {
    return state_->ask<result<pool_id>>([&](const state::visit&) -> result<pool_id> {
        const auto at = state_->names.pools.keys.find(key);
        return at ? result<pool_id>{pool_id{*at}} : fail(error_code::unknown_pool, -1);
    });
}

result<pool_view> engine::pool(pool_id id) const {
    const state& s = *state_;
    return s.ask<result<pool_view>>([&](const state::visit&) -> result<pool_view> {
        if (!s.names.pools.exists(id)) return fail(error_code::unknown_pool, raw(id));
        const pool_facts& p = s.names.pools[id];
        return pool_view{s.names.pools.keys.key(raw(id)),
                         p.kind,
                         p.scale.decimals,
                         s.to_quantity(p.cell, s.books.cells.on_hand(p.cell)),
                         s.to_quantity(p.cell, s.books.stock.free(p.cell)),
                         p.from,
                         p.until};
    });
}

std::uint32_t engine::pools() const noexcept { return state_->names.pools.keys.size(); }

}  // namespace earmark
