// FACTS OF THE ENGINE: movements and decisions of a journal become facts, one after the other, in
// the order of the journal. A shipment of one record from one node is one parcel; deliveries fill
// an order's parcels of a node in the order in which they left.
//
// What the engine does not know it does not make up: promises, ship dates, carriers, tracking,
// costs paid, returns and who cancelled (unless `reasons` says so) stay missing. Placing
// is authorising, since the engine has no payments yet.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/model/feeds.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/report/kpi.hpp"

namespace earmark::report {

/// What a host's cancellation code means.
struct cancel_meaning {
    std::uint8_t reason = 0;
    canceller who = canceller::unknown;
    bool shortage = false;
};

class fact_maker {
public:
    /// Units are counted in 10^-decimals. `sku_decimals` has the scale of each SKU, by id.
    fact_maker(kpis& into, int decimals, std::span<const int> sku_decimals,
               std::span<const cancel_meaning> reasons = {});

    /// SKUs that came later.
    void know(std::span<const int> sku_decimals) {
        sku_decimals_.assign(sku_decimals.begin(), sku_decimals.end());
    }

    /// Errors: too_many_decimals (refs: sku) where a quantity is finer than the scale; what
    /// kpis::add says.
    [[nodiscard]] error add(const movement& m);
    [[nodiscard]] error add(const decided& d);
    /// A record below zero counts as zero: nothing was on record.
    [[nodiscard]] error add(const earmark::counted& c);

private:
    struct in_transit {
        std::uint64_t parcel = 0;
        std::int64_t units = 0;
    };
    [[nodiscard]] error put(const movement& m, fact_kind kind, std::int64_t units);
    [[nodiscard]] error born(const movement& m, std::int64_t units);
    [[nodiscard]] error ship(const movement& m, std::int64_t units);
    [[nodiscard]] error deliver(const movement& m, std::int64_t units);
    [[nodiscard]] error withdraw(const movement& m, std::int64_t units);

    kpis& into_;
    int decimals_;
    std::vector<int> sku_decimals_;
    std::vector<cancel_meaning> reasons_;
    std::uint64_t last_order_ = no_order;  // whose birth was read last
    std::uint64_t parcels_ = 0;
    position shipping_{};  // the record that the open parcels belong to
    std::map<std::pair<order_id, node_id>, std::uint64_t> open_parcels_;
    std::map<std::tuple<order_id, std::uint32_t, node_id>, std::vector<in_transit>> in_transit_;
};

}  // namespace earmark::report
