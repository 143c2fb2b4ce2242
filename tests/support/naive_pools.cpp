// Pools as the naive engine has them: cells without a node, and every pool looked at every time.
#include <algorithm>

#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

bool counts_on(const pool_row& p, time_point t) { return p.from <= t && t < p.until; }

std::int64_t rounded_up(std::int64_t n, std::int64_t by) { return (n + by - 1) / by; }

}  // namespace

refused_rows engine::load(const command& c, std::span<const pool_row> rows) {
    tick(c.now);
    for (const pool_row& r : rows) {
        const pool_id id{static_cast<std::uint32_t>(pools_.size())};
        const std::int64_t n = r.amount.atoms / r.granule;
        pools_.push_back(r);
        cells_[pool_cell(id)] = {n, n, cells_.size()};
        if (!r.channel.empty()) channels_.insert(r.channel);
    }
    return {};
}

std::pair<std::int64_t, std::int64_t> engine::pool(pool_id p) const {
    const cell& c = cells_.at(pool_cell(p));
    const std::int64_t granule = pools_[raw(p)].granule;
    return {c.free * granule, c.on_hand * granule};
}

answer engine::adjust_pool(const command& c, const adjust_request& r) {
    if (raw(r.pool) >= pools_.size()) return refuse(error_code::unknown_pool);
    const std::int64_t granule = pools_[raw(r.pool)].granule;
    if (r.delta.atoms == 0) return refuse(error_code::bad_quantity);
    if (r.delta.atoms % granule != 0) return refuse(error_code::not_a_multiple);
    if (std::abs(r.delta.atoms / granule) > most_granules) return refuse(error_code::out_of_range);
    const std::string content =
        text_of(verb::adjust, raw(r.pool), r.delta.atoms, static_cast<int>(r.reason));
    return once(c, content, [&] { return adjust_now(pool_cell(r.pool), r.delta.atoms / granule); });
}

bool engine::is_about(const pool_row& p, const cell_key& goods, const std::string& channel) const {
    return (p.sku.empty() || p.sku == skus_.at(goods.first).key) &&
           (p.node.empty() || p.node == nodes_.at(goods.second).key) &&
           (p.channel.empty() || p.channel == channel);
}

std::int64_t engine::share(const pool_row& p, sku_id s, std::int64_t n) const {
    std::int64_t one = 1;
    for (int d = 0; d < skus_.at(s).decimals; ++d) one *= 10;
    const std::int64_t atoms = rounded_up(n * skus_.at(s).granule * p.per_unit.atoms, one);
    return rounded_up(atoms, p.granule);
}

error_code engine::flat_line(const reserve_line& l, bool may_be_none, want& out) const {
    if (raw(l.pool) >= pools_.size()) return error_code::unknown_pool;
    const pool_row& p = pools_[raw(l.pool)];
    if (p.per_unit.atoms != 0) return error_code::bad_pool;
    if (l.amount.atoms < 0 || (l.amount.atoms == 0 && !may_be_none))
        return error_code::bad_quantity;
    if (l.amount.atoms % p.granule != 0) return error_code::not_a_multiple;
    if (l.amount.atoms / p.granule > most_granules) return error_code::out_of_range;
    if (l.floor.atoms % p.granule != 0) return error_code::not_a_multiple;
    out = {l.amount.atoms / p.granule, l.floor.atoms / p.granule};
    return error_code::ok;
}

error_code engine::check_named(std::span<const pool_id> named) const {
    for (const pool_id p : named) {
        if (raw(p) >= pools_.size()) return error_code::unknown_pool;
        if (!pools_[raw(p)].named) return error_code::bad_pool;
    }
    return error_code::ok;
}

void engine::bind(basket& wanted, const std::string& channel, time_point on,
                  const std::set<pool_id>& named) const {
    if (flaw_ == flaw::forgets_pools) return;
    const basket goods = wanted;
    for (const auto& [at, w] : goods) {
        if (is_pool(at) || w.n == 0) continue;
        for (std::uint32_t i = 0; i < pools_.size(); ++i) {
            const pool_row& p = pools_[i];
            const bool is_asked = p.per_unit.atoms > 0 && (!p.named || named.contains(pool_id{i}));
            if (is_asked && is_about(p, at, channel) && counts_on(p, on))
                add_part(wanted, pool_cell(pool_id{i}), {share(p, at.first, w.n), 0});
        }
    }
}

void engine::rebind(const held_reservation& held, basket& wanted) const {
    std::set<pool_id> named;
    for (const auto& [at, w] : held.parts)
        if (is_pool(at) && pool_at(at).named) named.insert(pool_id{raw(at.first) - first_pool});
    std::erase_if(wanted, [&](const auto& part) {
        return is_pool(part.first) && pool_at(part.first).per_unit.atoms > 0;
    });
    bind(wanted, held.channel, held.on, named);
}

/// What an expired basket would be if it were reserved now for what the order wants of it.
engine::held_reservation engine::asked_anew(const held_reservation& held,
                                            const held_order& o) const {
    held_reservation anew = held;
    anew.parts.clear();
    std::set<pool_id> named;
    for (const auto& [b, n] : o.buckets)
        add_part(anew.parts, {o.lines[std::get<0>(b) - 1].sku, std::get<2>(b)}, {n, 0});
    for (const auto& [at, w] : held.parts) {
        if (!is_pool(at)) continue;
        if (pool_at(at).named) named.insert(pool_id{raw(at.first) - first_pool});
        if (pool_at(at).per_unit.atoms == 0) add_part(anew.parts, at, w);
    }
    bind(anew.parts, held.channel, held.on, named);
    return anew;
}

/// What an order keeps of its basket's pools; `after` is the stock with the basket given back.
void engine::keep_pools(const held_reservation& held, held_order& o, stock& after) const {
    for (const auto& [at, w] : held.parts) {
        if (!is_pool(at)) continue;
        const pool_row& p = pool_at(at);
        std::int64_t left = w.n;
        const auto keep = [&, &cell = at](std::uint32_t line, std::int64_t n) {
            const std::int64_t kept = std::min(left, n);
            left -= kept;
            if (kept > 0) o.pools[{line, cell}] = kept;
            after.at(cell).free -= kept;
        };
        if (p.per_unit.atoms == 0) keep(0, w.n);
        for (std::uint32_t line = 1; p.per_unit.atoms > 0 && line <= o.lines.size(); ++line) {
            const sku_id sku = o.lines[line - 1].sku;
            std::int64_t n = 0;
            for (const auto& [b, count] : o.buckets)
                if (std::get<0>(b) == line && is_about(p, {sku, std::get<2>(b)}, held.channel))
                    n += count;
            if (n > 0) keep(line, share(p, sku, n));
        }
    }
}

engine::line_units engine::standing_of(const held_order& o) {
    line_units sum;
    for (const auto& [at, n] : o.buckets) {
        const auto [line, state, node] = at;
        const bool has_left = state == unit_state::shipped || state == unit_state::delivered ||
                              state == unit_state::lost;
        for (const std::uint32_t l : {line, 0u}) {
            if (has_left)
                sum[l].second += n;
            else if (state != unit_state::cancelled)
                sum[l].first += n;
        }
    }
    return sum;
}

void engine::settle_pools(held_order& o, const line_units& before) {
    line_units now = standing_of(o);
    for (auto& [where, n] : o.pools) {
        const auto& [line, at] = where;
        const auto was = before.contains(line) ? before.at(line) : line_units::mapped_type{};
        if (was.first == now[line].first) continue;
        const std::int64_t left = line > 0            ? n * now[line].first / was.first
                                  : now[0].first == 0 ? 0
                                                      : n;
        const bool is_used = line > 0 ? now[line].second > was.second : now[0].second > 0;
        if (is_used)
            cells_.at(at).on_hand -= n - left;
        else if (flaw_ != flaw::keeps_pools_for_ever)
            cells_.at(at).free += n - left;
        n = left;
    }
    std::erase_if(o.pools, [](const auto& part) { return part.second == 0; });
}

answer engine::lacking(const std::set<bool>& pools) {
    const bool of_goods = pools.contains(false);
    answer a = refuse(of_goods ? error_code::insufficient : error_code::pool_exhausted);
    if (pools.size() == 2) a.or_else = error_code::pool_exhausted;
    return a;
}

}  // namespace earmark::naive
