#include "earmark/report/ageing.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "earmark/core/check.hpp"
#include "rescale.hpp"

namespace earmark::report {
namespace {

constexpr std::array<std::string_view, wait_reasons> reason_names = {
    "not_sourced", "no_stock", "not_released", "not_shipped", "not_delivered", "no_node"};
static_assert(reason_names[static_cast<std::size_t>(wait_reason::no_node)] == "no_node");

duration age_at(time_point as_of, time_point since) noexcept {
    std::int64_t ns = 0;
    if (as_of <= since) return {};
    if (__builtin_sub_overflow(as_of.ns, since.ns, &ns)) return {INT64_MAX};
    return {ns};
}

}  // namespace

std::string_view name_of(wait_reason r) noexcept {
    const auto i = static_cast<std::size_t>(r);
    return i < wait_reasons ? reason_names[i] : "unknown";
}

wait_reason reason_of(unit_state s) noexcept {
    switch (s) {
        case unit_state::open:
            return wait_reason::not_sourced;
        case unit_state::backordered:
            return wait_reason::no_stock;
        case unit_state::reserved:
            return wait_reason::no_node;
        case unit_state::allocated:
            return wait_reason::not_released;
        case unit_state::shipped:
            return wait_reason::not_delivered;
        default:
            return wait_reason::not_shipped;
    }
}

ageing::ageing(int decimals, std::span<const int> sku_decimals)
    : decimals_{decimals}, sku_decimals_{sku_decimals.begin(), sku_decimals.end()} {
    EARMARK_CHECK(decimals >= 0 && decimals <= 9, "ageing: 0 to 9 decimals");
}

error ageing::add(const movement& m) {
    if (index_of(m.sku) >= sku_decimals_.size()) return fail(error_code::unknown_sku, raw(m.sku));
    std::int64_t units = 0;
    if (const error e = rescale(m.amount.atoms, sku_decimals_[index_of(m.sku)], decimals_, units);
        e.code != error_code::ok)
        return fail(e.code, raw(m.sku));
    if (!m.born && m.from == m.to) return {};  // from queue to queue: it stands as it did
    const auto node_in = [&](unit_state s) { return stands_at_node(s) ? m.node : none<node_id>; };
    if (!m.born) {
        const auto from = piles_.find({m.order, m.line, m.from, node_in(m.from)});
        std::int64_t there = 0;
        if (from != piles_.end())
            for (const stand& s : from->second.stands) there += s.units;
        if (there < units)
            return fail(error_code::bad_record, static_cast<std::int64_t>(raw(m.at)));
        auto& stands = from->second.stands;
        std::int64_t left = units;
        for (stand& s : stands) {
            const std::int64_t n = std::min(left, s.units);
            s.units -= n;
            left -= n;
        }
        std::erase_if(stands, [](const stand& s) { return s.units == 0; });
        if (stands.empty()) piles_.erase(from);
    }
    if (is_final(m.to)) return {};
    pile& to = piles_[{m.order, m.line, m.to, node_in(m.to)}];
    to.sku = m.sku;
    // Records of several callers may carry instants that are not ascending.
    const auto after = std::upper_bound(to.stands.begin(), to.stands.end(), m.now,
                                        [](time_point t, const stand& s) { return t < s.since; });
    to.stands.insert(after, {m.now, units, m.by, m.actor});
    return {};
}

std::vector<age_row> ageing::table(time_point as_of, std::span<const duration> bands) const {
    EARMARK_CHECK(std::is_sorted(bands.begin(), bands.end()), "ageing: bands must ascend");
    struct sum {
        std::int64_t units = 0;
        std::set<order_id> orders;
        time_point oldest = never;
    };
    std::map<std::pair<unit_state, std::size_t>, sum> sums;
    for (const auto& [at, there] : piles_)
        for (const stand& s : there.stands) {
            const auto band = std::upper_bound(bands.begin(), bands.end(), age_at(as_of, s.since));
            sum& to =
                sums[{std::get<unit_state>(at), static_cast<std::size_t>(band - bands.begin())}];
            to.units += s.units;
            to.orders.insert(std::get<order_id>(at));
            to.oldest = std::min(to.oldest, s.since);
        }
    std::vector<age_row> rows;
    for (const auto& [at, s] : sums) {
        const auto [state, band] = at;
        rows.push_back({state, reason_of(state), band == 0 ? duration{} : bands[band - 1],
                        band == bands.size() ? duration{INT64_MAX} : bands[band], s.units,
                        static_cast<std::int64_t>(s.orders.size()), s.oldest});
    }
    return rows;
}

std::vector<exception_row> ageing::exceptions(
    time_point as_of, const std::array<duration, unit_states>& limits) const {
    std::vector<exception_row> rows;
    for (const auto& [at, there] : piles_) {
        const auto& [order, line, state, node] = at;
        const duration limit = limits[static_cast<std::size_t>(state)];
        if (limit.ns < 0) continue;
        for (const stand& s : there.stands) {
            const duration age = age_at(as_of, s.since);
            if (age < limit) continue;
            rows.push_back({reason_of(state), state, order, line, there.sku, node, s.units, s.since,
                            age, s.by, s.actor});
        }
    }
    std::stable_sort(rows.begin(), rows.end(), [](const exception_row& a, const exception_row& b) {
        return a.since < b.since;
    });
    return rows;
}

}  // namespace earmark::report
