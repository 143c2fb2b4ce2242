// The rows of kpi_list() by name, for whoever adds to them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace earmark::report {

enum class kpi : std::uint8_t {
    cycle_time_mean,
    cycle_time_p50,
    cycle_time_p90,
    dwell_mean,
    cycle_time_net_mean,
    undelivered,
    perfect_order,
    perfect_in_full,
    perfect_on_time,
    perfect_documents,
    perfect_condition,
    otif_order,
    otif_fulfilment,
    otif_cases_on_time,
    otif_cases_in_full,
    unit_fill,
    line_fill,
    order_fill,
    on_time_shipment,
    on_time_delivery,
    missing_scan,
    valid_tracking,
    cancelled_units,
    cancelled_by_seller,
    cancelled_by_seller_units,
    cancelled_for_shortage,
    cancelled_by_customer,
    cancelled_as_fraud,
    order_defect,
    item_rejection,
    return_rate,
    return_rate_mixed,
    return_value,
    split_rate,
    split_by_promise,
    split_by_sourcing,
    parcels_per_order,
    cost_estimate,
    cost_actual,
    record_accuracy,
    record_accuracy_units,
    backorder_rate,
    backorder_age_p50,
    backorder_age_p90,
    promise_accuracy,
    promise_accuracy_delivered,
    promise_shift_mean,
    planned_fill,
    planned_cost,
    planned_parcels,
    metres_per_parcel,
    capacity_use,
    stockout_time,
    return_speed_p50,
    return_speed_p90,
    touchless,
};
inline constexpr std::size_t kpi_count = 56;

}  // namespace earmark::report
