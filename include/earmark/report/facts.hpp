// FACTS: what KPIs are counted from, as plain data. A fact is one thing that happened, with its
// instant. The engine's own come out of its journal (report/fact_maker.hpp); what the engine does
// not know (promises, carriers, counts, returns, ...) the host adds, in any order.
//
// What each kind means, and which fields it uses beside `kind` and `at`:
//   placed        order            the order came in at `at`
//   classified    order, detail    order_class; without one an order is normal; the last one counts
//   authorised    order, until     the clock of the cycle time starts; `until`: a date before which
//                                  the customer wants nothing (future-dated), or never
//   ordered       order, line, sku, units, value (revenue of the whole line, minor units), detail:
//   1
//                 where an amendment adds units to the order: a line may have several such facts
//   promised      order, line (0: all), until    the first one per line is kept for ever
//   due           order, parcel, node, carrier, until (promised ship date): a parcel is planned
//   packed        order, parcel, line, units, other (units asked of the node; 0: as packed)
//   handed        order, parcel, node, carrier, value (metres to the customer; -1: unknown)
//   tracked       order, parcel, detail: 1 where the tracking number is valid, else 0
//   delivered     order, parcel, line, units
//   cancelled     order, line, units, detail (canceller), reason (1: for shortage)
//   backordered   order, line, units             resumed: the same units stop waiting
//   substituted   order, line, units             shipped as another SKU
//   requested     order, line, node, units       a node is asked for units
//   rejected      order, line, node, units       it does not have them, or will not
//   returned      order, line, parcel (0: unknown), units, value (minor units), ref (of the return)
//   refunded      order, ref (of the return)
//   decided       order, units allocated, other (units wanted), value (cost, e4), count (parcels)
//   cost          order, parcel (0: unknown), value (e4), detail: 0 estimate, 1 actual
//   defect        order, detail (defect_kind)
//   manual        order            somebody had to act
//   counted       sku, node, units counted, other (units on record)
//   cases_ordered ref (of the purchase line), node (the vendor), units (cases), at and until: the
//                 window in which they may arrive, both ends included
//   cases_received ref, units (cases)
//   capacity      node, units used, other (units possible): of the day at `at`
//   stockout      sku, node, units (ms with nothing to sell), other (ms watched, while demanded)
//
// Units of different SKUs are added up: bring them to one scale first. Money is of one currency.
#pragma once

#include <cstdint>
#include <string_view>

#include "earmark/core/ids.hpp"
#include "earmark/core/time.hpp"

namespace earmark::report {

enum class fact_kind : std::uint8_t {
    placed,
    classified,
    authorised,
    ordered,
    promised,
    due,
    packed,
    handed,
    tracked,
    delivered,
    cancelled,
    backordered,
    resumed,
    substituted,
    requested,
    rejected,
    returned,
    refunded,
    decided,
    cost,
    defect,
    manual,
    counted,
    cases_ordered,
    cases_received,
    capacity,
    stockout,
    // Not facts but parts of them that a source may not know. They can be declared and missing.
    canceller,  // who cancelled
    distance,   // of a parcel that was handed over
    estimate,   // of a cost
    actual,     // cost
};
inline constexpr std::size_t fact_kinds = 27;
inline constexpr std::size_t evidence_kinds = 31;  // with the parts
[[nodiscard]] std::string_view name_of(fact_kind k) noexcept;

/// Test orders and fraud are classes of their own: never removed, never mixed in.
enum class order_class : std::uint8_t { normal, test, fraud };
inline constexpr std::size_t order_classes = 3;
[[nodiscard]] std::string_view name_of(order_class c) noexcept;

enum class canceller : std::uint8_t { unknown, seller, customer, fraud };
inline constexpr std::size_t cancellers = 4;
[[nodiscard]] std::string_view name_of(canceller c) noexcept;

/// The fixed list of defects. Wrong documents break a perfect order and are no order defect.
enum class defect_kind : std::uint8_t {
    wrong_item,
    wrong_quantity,
    wrong_address,
    damage,
    claim,
    chargeback,
    wrong_documents,
};
inline constexpr std::size_t defect_kinds = 7;
[[nodiscard]] std::string_view name_of(defect_kind d) noexcept;

inline constexpr std::uint64_t no_order = ~std::uint64_t{0};
inline constexpr std::uint16_t no_carrier = 0xFFFF;

struct kpi_fact {
    fact_kind kind = fact_kind::placed;
    std::uint8_t detail = 0;
    std::uint8_t reason = 0;
    node_id node = none<node_id>;
    std::uint16_t carrier = no_carrier;  // the host's own number
    std::uint32_t line = 0;              // 1, 2, ...
    sku_id sku = none<sku_id>;
    time_point at;
    time_point until = never;
    std::uint64_t order = no_order;
    std::uint64_t parcel = 0;  // unique within its order; 0 is none
    std::uint64_t ref = 0;
    std::int64_t units = 0;
    std::int64_t other = 0;
    std::int64_t value = 0;
    std::int64_t count = 0;
};

}  // namespace earmark::report
