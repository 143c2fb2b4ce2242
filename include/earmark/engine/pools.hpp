// POOLS, compiled: which of them a line of goods takes from, and how much. Read by every basket,
// written only while the engine is taken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/granules.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/tables.hpp"

namespace earmark {

/// Goods that somebody takes, as pools look at them.
struct goods_line {
    sku_id sku{};
    node_id node{};
    channel_id channel = none<channel_id>;
    service_id service = none<service_id>;
};

struct pool_facts {
    pool_kind kind = pool_kind::quota;
    sku_facts scale;
    std::int64_t per_unit = 0;  // atoms; 0: flat
    bool named = false;
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;
    channel_id channel = none<channel_id>;
    time_point from{INT64_MIN};
    time_point until = never;
    cell_id cell{};
    pool_day day = pool_day::basket;
    pool_count counts = pool_count::units;
    service_id service = none<service_id>;

    [[nodiscard]] bool is_flat() const noexcept { return per_unit == 0; }
    [[nodiscard]] bool is_about(const goods_line& g) const noexcept {
        return (sku == none<sku_id> || sku == g.sku) && (node == none<node_id> || node == g.node) &&
               (channel == none<channel_id> || channel == g.channel) &&
               (service == none<service_id> || service == g.service);
    }
    [[nodiscard]] bool counts_on(time_point t) const noexcept { return from <= t && t < until; }
    /// What `n` granules of a SKU take from it, in its own granules, rounded up. At most INT64_MAX.
    [[nodiscard]] std::int64_t share_of(granules n, const sku_facts& of) const noexcept;
};

class pool_table {
public:
    key_table keys;  // by pool_id

    [[nodiscard]] bool empty() const noexcept { return pools_.empty(); }
    [[nodiscard]] std::span<const pool_facts> all() const noexcept { return pools_; }
    [[nodiscard]] const pool_facts& operator[](pool_id p) const noexcept {
        return pools_[index_of(p)];
    }
    [[nodiscard]] bool exists(pool_id p) const noexcept { return index_of(p) < pools_.size(); }

    /// The next pool. Requires a fresh key. May throw std::bad_alloc; the table is then of no use.
    pool_id add(std::string_view key, const pool_facts& f);

    /// Calls f(pool) for every one that binds such goods on a day, by selectors and then by the
    /// end of their days. O(log pools + those with the same selectors that end later).
    template <class F>
    void each_binding(const goods_line& g, time_point on, F&& f) const {
        if (binding_.empty()) return;
        const unsigned selectors = g.channel == none<channel_id> ? 4 : 8;
        for (unsigned which = 0; which < selectors; ++which)
            each_with(selector_of(which, g), on, f);
    }

    /// Is there any that has a day of work or of shipping?
    [[nodiscard]] bool has_dated() const noexcept { return !dated_.empty(); }
    /// Calls f(pool) for every dated pool of a node, or of all nodes, that is about a day. O(log
    /// pools + those of the node that end later and begin sooner).
    template <class F>
    void each_dated(node_id n, civil_day day, F&& f) const {
        each_of_node(n, midnight_utc(day), f);
        if (n != none<node_id>) each_of_node(none<node_id>, midnight_utc(day), f);
    }

    [[nodiscard]] std::uint64_t digest_of_pools() const;

private:
    struct dated {
        node_id node{};
        time_point until;
        pool_id pool{};
        auto operator<=>(const dated&) const = default;
    };
    void add_dated(const dated& d);
    template <class F>
    void each_of_node(node_id n, time_point on, F&& f) const;
    struct selector {
        std::uint32_t sku;
        std::uint32_t place;  // node and channel
        auto operator<=>(const selector&) const = default;
    };
    struct entry {
        selector of;
        time_point until;
        pool_id pool{};
        auto operator<=>(const entry&) const = default;
    };
    static selector selector_of(sku_id s, node_id n, channel_id c) noexcept {
        return {raw(s), std::uint32_t{raw(n)} << 16 | raw(c)};
    }
    /// Of goods, with those parts that the bits name.
    static selector selector_of(unsigned which, const goods_line& g) noexcept {
        return selector_of((which & 1) != 0 ? g.sku : none<sku_id>,
                           (which & 2) != 0 ? g.node : none<node_id>,
                           (which & 4) != 0 ? g.channel : none<channel_id>);
    }
    template <class F>
    void each_with(const selector& s, time_point on, F&& f) const;
    [[nodiscard]] std::span<const entry> ending_after(const selector& s,
                                                      time_point on) const noexcept;

    std::vector<pool_facts> pools_;
    std::vector<entry> binding_;       // ascending; not those that are named, flat or dated
    std::vector<dated> dated_;         // ascending
    std::vector<time_point> soonest_;  // by dated: when it or a later one of its node begins
};

template <class F>
void pool_table::each_of_node(node_id n, time_point on, F&& f) const {
    auto at = static_cast<std::size_t>(
        std::partition_point(
            dated_.begin(), dated_.end(),
            [&](const dated& d) { return d.node < n || (d.node == n && d.until <= on); }) -
        dated_.begin());
    for (; at < dated_.size() && dated_[at].node == n && soonest_[at] <= on; ++at)
        if (pools_[index_of(dated_[at].pool)].counts_on(on)) f(dated_[at].pool);
}

template <class F>
void pool_table::each_with(const selector& s, time_point on, F&& f) const {
    for (const entry& e : ending_after(s, on))
        if (pools_[index_of(e.pool)].counts_on(on)) f(e.pool);
}

}  // namespace earmark
