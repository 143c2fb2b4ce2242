// DATING: by which day a node would have its part of an order done, beside what others have left
// of the pools of its days. A picture of one moment; the take finds out whether it still holds.
#pragma once

#include <span>
#include <vector>

#include "earmark/promise/tables.hpp"
#include "state.hpp"

namespace earmark {

/// Goods of one SKU.
struct dating_goods {
    sku_id sku{};
    granules n = 0;
};

class engine::state::dating {
public:
    /// Of one order at an instant. Where `infinite`, no pool is ever used up.
    dating(const state& s, const lifecycle::image& order, time_point at, bool infinite)
        : s_{s}, at_{at}, has_pools_{!infinite && s.names.pools.has_dated()} {
        go({order.ship_to, order.method, order.deliver_by});
    }

    /// From now on these are asked for.
    void go(const line_terms& to) {
        service_ = to.method;
        place_ = to.ship_to;
        metres_ = s_.names.metres(to.ship_to);
    }

    using goods = dating_goods;
    /// What a part takes of a pool.
    struct claim {
        pool_id pool{};
        node_id node{};  // from which it ships
        std::int64_t n = 0;
    };

    /// Dates are to be of today's work, or at the door by a day; others are no_date.
    void limit(bool today, civil_day last) noexcept {
        today_ = today;
        last_ = last;
    }
    /// The goods are still to be made, which takes stock.make_days more of the node's days.
    void to_make() noexcept { to_make_ = true; }
    /// The day of UTC.
    [[nodiscard]] civil_day today() const noexcept;
    /// Pools counted by orders that the order has already taken from are not taken from again.
    void has_taken(cell_id pool) { taken_.push_back(pool); }
    /// The same, of units that are still to be taken from it.
    void has_taken(cell_id pool, granules n) {
        taken_.push_back(pool);
        to_take_.push_back({pool, n, 0});
    }

    /// When these goods of the node are at the door, beside what was claimed. Of a node without
    /// hours, the days are those of UTC, and nobody knows the day of delivery. no_date; no_hours
    /// where `needs_hours`.
    [[nodiscard]] result<date_chain> dates(node_id from, std::span<const goods> of,
                                           bool needs_hours = false) const;
    /// They take their part of the pools on these days.
    void take(node_id from, std::span<const goods> of, const date_chain& on);
    [[nodiscard]] std::span<const claim> claims() const noexcept { return claims_; }
    void forget_claims() noexcept { claims_.clear(); }

private:
    struct question {
        const dating* self;
        node_id from;
        std::span<const goods> of;
    };
    /// Calls f(pool, granules) for every pool that the goods take from on these days.
    template <class F>
    void each_need(node_id from, std::span<const goods> of, civil_day work, civil_day ship,
                   F&& f) const;
    [[nodiscard]] std::int64_t need_of(pool_id p, node_id from, std::span<const goods> of) const;
    [[nodiscard]] bool has_room(node_id from, std::span<const goods> of, civil_day work,
                                civil_day ship) const;
    [[nodiscard]] result<date_chain> any_dates(node_id from, std::span<const goods> of,
                                               bool needs_hours) const;
    [[nodiscard]] std::int32_t days_to_make(node_id from, std::span<const goods> of) const;
    [[nodiscard]] result<date_chain> without_hours(node_id from, std::span<const goods> of) const;

    const state& s_;
    service_id service_;
    place_id place_;
    std::span<const std::uint32_t> metres_;
    time_point at_;
    bool has_pools_;
    bool today_ = false;
    bool to_make_ = false;
    civil_day last_ = no_day;
    std::vector<claim> claims_;
    std::vector<cell_id> taken_;
    std::vector<take_line> to_take_;
};

}  // namespace earmark
