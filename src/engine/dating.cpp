#include "dating.hpp"

#include <algorithm>

namespace earmark {
namespace {

constexpr std::int32_t most_days = 90;  // how far work is put off for capacity

civil_day utc_day(time_point t) noexcept {
    constexpr std::int64_t day_ns = 86'400'000'000'000;
    const std::int64_t n = t.ns / day_ns - (t.ns % day_ns < 0 ? 1 : 0);
    return {static_cast<std::int32_t>(n)};
}

/// Once, in a pool's granules, rounded up.
std::int64_t share_once(const pool_facts& p) noexcept {
    return (p.per_unit + p.scale.granule - 1) / p.scale.granule;
}

}  // namespace

std::int64_t engine::state::dating::need_of(pool_id p, node_id from,
                                            std::span<const goods> of) const {
    const pool_facts& pool = s_.names.pools[p];
    std::int64_t need = 0;
    bool is_about = false;
    for (const goods& g : of) {
        if (g.n <= 0 || !pool.is_about({g.sku, from, none<channel_id>, service_})) continue;
        is_about = true;
        if (pool.counts == pool_count::units)
            need = std::min<std::int64_t>(stock::max_amount + 1ll,
                                          need + pool.share_of(g.n, s_.names.sku[index_of(g.sku)]));
    }
    if (!is_about || pool.counts == pool_count::units) return need;
    const bool counted =
        pool.counts == pool_count::orders &&
        (std::find(taken_.begin(), taken_.end(), pool.cell) != taken_.end() ||
         std::any_of(claims_.begin(), claims_.end(), [&](const claim& c) { return c.pool == p; }));
    return counted ? 0 : share_once(pool);
}

template <class F>
void engine::state::dating::each_need(node_id from, std::span<const goods> of, civil_day work,
                                      civil_day ship, F&& f) const {
    const auto on = [&](civil_day day, pool_day kind) {
        s_.names.pools.each_dated(from, day, [&](pool_id p) {
            if (s_.names.pools[p].day != kind) return;
            if (const std::int64_t n = need_of(p, from, of); n > 0) f(p, n);
        });
    };
    on(work, pool_day::work);
    on(ship, pool_day::ship);
}

bool engine::state::dating::has_room(node_id from, std::span<const goods> of, civil_day work,
                                     civil_day ship) const {
    bool all = true;
    each_need(from, of, work, ship, [&](pool_id p, std::int64_t n) {
        std::int64_t free = s_.books.stock.free(s_.names.pools[p].cell);
        for (const claim& c : claims_)
            if (c.pool == p) free -= c.n;
        for (const take_line& t : to_take_)
            if (t.cell == s_.names.pools[p].cell) free -= t.n;
        all = all && free >= n;
    });
    return all;
}

civil_day engine::state::dating::today() const noexcept { return utc_day(at_); }

result<date_chain> engine::state::dating::without_hours(node_id from,
                                                        std::span<const goods> of) const {
    const civil_day today = this->today();
    for (std::int32_t n = 0; n <= most_days; ++n) {
        const civil_day d = today + n;
        if (has_pools_ && !has_room(from, of, d, d)) continue;
        return date_chain{today, today, d, d, no_day, midnight_utc(d + 1)};
    }
    return fail(error_code::no_date, most_days + 1, today.n, today.n + most_days);
}

result<date_chain> engine::state::dating::dates(node_id from, std::span<const goods> of,
                                                bool needs_hours) const {
    const auto found = any_dates(from, of, needs_hours);
    if (!found || (found->delivery <= last_ && !(today_ && found->work != found->order)))
        return found;
    return fail(error_code::no_date, 0, found->work.n, found->delivery.n);
}

/// Of the slowest of them. Days are whole.
std::int32_t engine::state::dating::days_to_make(node_id from, std::span<const goods> of) const {
    const auto known = s_.names.facts.find("stock.make_days");
    if (!known || s_.names.facts.type(*known) != value_type::number) return 0;
    constexpr std::int64_t a_day = 10'000, most = 36'500;
    std::int64_t days = 0;
    for (const goods& g : of)
        if (const kept_value v = s_.names.facts.get(*known, g.sku, from); v.given)
            days = std::max(days, v.n / a_day + (v.n % a_day > 0 ? 1 : 0));
    return static_cast<std::int32_t>(std::min(days, most));
}

result<date_chain> engine::state::dating::any_dates(node_id from, std::span<const goods> of,
                                                    bool needs_hours) const {
    const question asked{this, from, of};
    date_question q{from, service_, place_, metres_[index_of(from)], at_, {}};
    if (to_make_) q.more_days = days_to_make(from, of);
    if (has_pools_)
        q.room = {&asked, [](const void* what, civil_day work, civil_day ship) {
                      const auto& is = *static_cast<const question*>(what);
                      return is.self->has_room(is.from, is.of, work, ship);
                  }};
    auto found = s_.names.dates().dates(q);
    if (needs_hours) {
        if (found && found->delivery == no_day) return fail(error_code::no_hours, raw(from));
        return found;
    }
    if (!found && found.error().code == error_code::no_hours) return without_hours(from, of);
    return found;
}

void engine::state::dating::take(node_id from, std::span<const goods> of, const date_chain& on) {
    if (!has_pools_) return;
    std::vector<claim> more;
    each_need(from, of, on.work, on.ship, [&](pool_id p, std::int64_t n) {
        more.push_back({p, from, n});
    });
    claims_.insert(claims_.end(), more.begin(), more.end());
}

}  // namespace earmark
