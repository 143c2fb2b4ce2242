// THE LIST OF KPIS: name, unit, date, the facts that it needs, and what is divided by what, in
// words and in SQL. bindings/python/generate.py makes views.sql of it and of views_base.sql, which
// has the relations that the SQL reads.
#include "kpi_list.hpp"

#include <array>

#include "earmark/report/kpi.hpp"

namespace earmark::report {
namespace {

using enum fact_kind;
using enum figure_unit;

template <class... Kinds>
constexpr std::uint32_t need(Kinds... k) {
    return ((1u << static_cast<unsigned>(k)) | ...);
}

constexpr kpi_entry list[] = {
    {"cycle_time_mean", time_ms, dated::closed, need(placed, ordered, authorised, delivered),
     "last delivery less authorisation, over delivered orders / delivered orders",
     "delivered_orders", "to_ms(sum(received - authorised))", "count(*)"},
    {"cycle_time_p50", time_ms, dated::closed, need(placed, ordered, authorised, delivered),
     "the same, median by nearest rank", "nearest_rank('cycle_time', 500)", "to_ms(min(ns))",
     "least(count(*), 1)"},
    {"cycle_time_p90", time_ms, dated::closed, need(placed, ordered, authorised, delivered),
     "the same, 90th percentile by nearest rank", "nearest_rank('cycle_time', 900)",
     "to_ms(min(ns))", "least(count(*), 1)"},
    {"dwell_mean", time_ms, dated::closed, need(placed, ordered, authorised, delivered),
     "time that future-dated orders were asked to wait / delivered future-dated orders",
     "delivered_orders", "to_ms(sum(not_before - authorised) FILTER (not_before > authorised))",
     "count(*) FILTER (not_before > authorised)"},
    {"cycle_time_net_mean", time_ms, dated::closed, need(placed, ordered, authorised, delivered),
     "cycle time without dwell / delivered orders", "delivered_orders",
     "to_ms(sum(greatest(0, received - greatest(authorised, coalesce(not_before, authorised)))))",
     "count(*)"},
    {"undelivered", share, dated::placed, need(placed, ordered, delivered),
     "orders with units that are neither delivered nor cancelled / orders", "placed_orders",
     "count(*) FILTER (closed IS NULL)", "count(*)"},
    {"perfect_order", share, dated::closed,
     need(placed, ordered, delivered, promised, fact_kind::defect),
     "orders in full, on time, with documents and condition right / orders", "closed_orders",
     "count(*) FILTER (in_full AND on_time AND documents AND condition)", "count(*)"},
    {"perfect_in_full", share, dated::closed, need(placed, ordered, delivered),
     "orders with every unit of every line delivered / orders", "closed_orders",
     "count(*) FILTER (in_full)", "count(*)"},
    {"perfect_on_time", share, dated::closed, need(placed, ordered, delivered, promised),
     "orders with every line whole by its first promise / orders", "closed_orders",
     "count(*) FILTER (on_time)", "count(*)"},
    {"perfect_documents", share, dated::closed, need(placed, fact_kind::defect),
     "orders without wrong documents / orders", "closed_orders", "count(*) FILTER (documents)",
     "count(*)"},
    {"perfect_condition", share, dated::closed, need(placed, fact_kind::defect),
     "orders without wrong item, quantity, address or damage / orders", "closed_orders",
     "count(*) FILTER (condition)", "count(*)"},
    {"otif_order", share, dated::closed, need(placed, ordered, delivered, promised),
     "orders in full by their first promises with nothing back-ordered or substituted / orders",
     "closed_orders", "count(*) FILTER (in_full AND on_time AND untouched)", "count(*)"},
    {"otif_fulfilment", share, dated::own, need(placed, packed, handed, delivered, promised),
     "parcels delivered by their promise with all units that were asked / parcels delivered or "
     "past their promise",
     "judged_parcels", "count(*) FILTER (on_time AND whole)", "count(*)"},
    {"otif_cases_on_time", share, dated::own, need(cases_ordered, cases_received),
     "cases received within their window, no more than ordered / cases ordered", "closed_cases",
     "sum(in_window)", "sum(units)"},
    {"otif_cases_in_full", share, dated::own, need(cases_ordered, cases_received),
     "cases received, no more than ordered / cases ordered", "closed_cases", "sum(received)",
     "sum(units)"},
    {"unit_fill", share, dated::settled, need(placed, ordered, packed, handed, backordered),
     "units shipped on first pass / units ordered", "settled_orders", "sum(good)", "sum(units)"},
    {"line_fill", share, dated::settled, need(placed, ordered, packed, handed, backordered),
     "lines shipped whole on first pass / lines", "settled_orders", "sum(good_lines)",
     "sum(lines)"},
    {"order_fill", share, dated::settled, need(placed, ordered, packed, handed, backordered),
     "orders shipped whole on first pass / orders", "settled_orders",
     "count(*) FILTER (lines > 0 AND good = units)", "count(*) FILTER (lines > 0)"},
    {"on_time_shipment", share, dated::own, need(placed, due, handed),
     "parcels handed over by their ship date / parcels due, shipped or not", "due_parcels",
     "count(*) FILTER (handed <= due)", "count(*)"},
    {"on_time_delivery", share, dated::own, need(placed, packed, handed, delivered, promised),
     "parcels delivered by their promise / parcels delivered or past their promise",
     "judged_parcels", "count(*) FILTER (on_time)", "count(*)"},
    {"missing_scan", share, dated::own, need(placed, packed, handed, delivered, promised),
     "parcels past their promise without a delivery / parcels delivered or past their promise",
     "judged_parcels", "count(*) FILTER (arrived IS NULL)", "count(*)"},
    {"valid_tracking", share, dated::own, need(placed, handed, tracked),
     "parcels with valid tracking / parcels handed over", "handed_parcels",
     "count(*) FILTER (valid)", "count(*)"},
    {"cancelled_units", share, dated::own, need(placed, ordered, cancelled),
     "units cancelled before ship by anybody / units ordered", "placed_orders",
     "(SELECT sum(units) FROM cancels)", "sum(units)"},
    {"cancelled_by_seller", share, dated::own, need(placed, cancelled, fact_kind::canceller),
     "orders with units cancelled by the seller before ship / orders", "placed_orders",
     "(SELECT count(DISTINCT o) FROM cancels WHERE detail = 1)", "count(*)"},
    {"cancelled_by_seller_units", share, dated::own,
     need(placed, ordered, cancelled, fact_kind::canceller),
     "units cancelled by the seller before ship / units ordered", "placed_orders",
     "(SELECT sum(units) FROM cancels WHERE detail = 1)", "sum(units)"},
    {"cancelled_for_shortage", share, dated::own, need(placed, cancelled, fact_kind::canceller),
     "orders with units cancelled by the seller for shortage / orders", "placed_orders",
     "(SELECT count(DISTINCT o) FROM cancels WHERE detail = 1 AND reason = 1)", "count(*)"},
    {"cancelled_by_customer", share, dated::own, need(placed, cancelled, fact_kind::canceller),
     "orders with units cancelled by the customer before ship / orders", "placed_orders",
     "(SELECT count(DISTINCT o) FROM cancels WHERE detail = 2)", "count(*)"},
    {"cancelled_as_fraud", share, dated::own, need(placed, cancelled, fact_kind::canceller),
     "orders with units cancelled as fraud before ship / orders", "placed_orders",
     "(SELECT count(DISTINCT o) FROM cancels WHERE detail = 3)", "count(*)"},
    {"order_defect", share, dated::own, need(placed, fact_kind::defect),
     "orders with at least one defect of the fixed list / orders", "placed_orders",
     "(SELECT count(DISTINCT o) FROM defects WHERE detail <> 6)", "count(*)"},
    {"item_rejection", share, dated::own, need(placed, requested, rejected),
     "units rejected by nodes / units asked of nodes; re-sourced units are asked for twice",
     "requests", "sum(units) FILTER (kind = 'rejected')", "sum(units) FILTER (kind = 'requested')"},
    {"return_rate", share, dated::own, need(placed, packed, handed, returned),
     "units of the shipments counted that came back / units shipped", "sent_items",
     "(SELECT sum(units) FROM returns_of_sent)", "sum(units)"},
    {"return_rate_mixed", share, dated::own, need(placed, packed, handed, returned),
     "units received back / units shipped, each by its own date: may exceed 100 %", "sent_items",
     "(SELECT sum(units) FROM came_back WHERE counts(placed, t))", "sum(units)"},
    {"return_value", share, dated::own, need(placed, ordered, packed, handed, returned),
     "value of what came back of the shipments counted / their revenue", "sent_items",
     "(SELECT sum(v) FROM returns_of_sent)", "sum(revenue)"},
    {"split_rate", share, dated::shipped, need(placed, handed),
     "orders shipped in more than one parcel / orders shipped", "shipped_orders",
     "count(*) FILTER (parcels > 1)", "count(*)"},
    {"split_by_promise", share, dated::shipped, need(placed, packed, handed, promised),
     "split orders whose parcels have different first promises / orders shipped", "shipped_orders",
     "count(*) FILTER (parcels > 1 AND promises > 1)", "count(*)"},
    {"split_by_sourcing", share, dated::shipped, need(placed, packed, handed, promised),
     "other split orders / orders shipped", "shipped_orders",
     "count(*) FILTER (parcels > 1 AND promises = 1)", "count(*)"},
    {"parcels_per_order", figure_unit::count, dated::shipped, need(placed, handed),
     "parcels handed over / orders shipped", "shipped_orders", "sum(parcels)", "count(*)"},
    {"cost_estimate", money_e4, dated::own, need(placed, handed, fact_kind::estimate),
     "estimated fulfilment cost / orders shipped", "shipped_orders",
     "(SELECT sum(v) FROM costs WHERE detail = 0)", "count(*)"},
    {"cost_actual", money_e4, dated::own, need(placed, handed, fact_kind::actual),
     "actual fulfilment cost / orders shipped", "shipped_orders",
     "(SELECT sum(v) FROM costs WHERE detail = 1)", "count(*)"},
    {"record_accuracy", share, dated::own, need(counted),
     "SKU-locations whose last count equals the record within tolerance / SKU-locations counted",
     "last_counts", "count(*) FILTER (abs(counted - on_record) <= tolerance)", "count(*)"},
    {"record_accuracy_units", share, dated::own, need(counted),
     "units on record less absolute differences / units on record", "last_counts",
     "sum(on_record - abs(counted - on_record))", "sum(on_record)"},
    {"backorder_rate", share, dated::own, need(placed, ordered, backordered),
     "units back-ordered / units ordered", "placed_orders", "(SELECT sum(units) FROM backorders)",
     "sum(units)"},
    {"backorder_age_p50", time_ms, dated::own, need(placed, ordered, backordered, resumed),
     "age of units that still wait, median by nearest rank", "nearest_rank('backorder_age', 500)",
     "to_ms(min(ns))", "least(count(*), 1)"},
    {"backorder_age_p90", time_ms, dated::own, need(placed, ordered, backordered, resumed),
     "age of units that still wait, 90th percentile by nearest rank",
     "nearest_rank('backorder_age', 900)", "to_ms(min(ns))", "least(count(*), 1)"},
    {"promise_accuracy", share, dated::closed, need(placed, ordered, delivered, promised),
     "orders delivered by their first promises / orders with a promise", "closed_orders",
     "count(*) FILTER (promised AND is_delivered AND kept)", "count(*) FILTER (promised)"},
    {"promise_accuracy_delivered", share, dated::closed, need(placed, ordered, delivered, promised),
     "orders delivered by their first promises / delivered orders with a promise", "closed_orders",
     "count(*) FILTER (promised AND is_delivered AND kept)",
     "count(*) FILTER (promised AND is_delivered)"},
    {"promise_shift_mean", time_ms, dated::placed, need(placed, ordered, promised),
     "last promise less first promise, over lines / lines with a promise", "placed_lines",
     "to_ms(sum(last_promise - first_promise))", "count(first_promise)"},
    {"planned_fill", share, dated::own, need(placed, decided),
     "units allocated at an order's first decision / units wanted then", "first_decisions",
     "sum(units)", "sum(other)"},
    {"planned_cost", money_e4, dated::own, need(placed, decided),
     "planned cost of all decisions / orders with a planned parcel", "planned_orders", "sum(cost)",
     "count(*)"},
    {"planned_parcels", figure_unit::count, dated::own, need(placed, decided),
     "planned parcels / orders with a planned parcel", "planned_orders", "sum(parcels)",
     "count(*)"},
    {"metres_per_parcel", metres, dated::own, need(placed, handed, fact_kind::distance),
     "distance of parcels / parcels of known distance", "handed_parcels",
     "sum(metres) FILTER (metres >= 0)", "count(*) FILTER (metres >= 0)"},
    {"capacity_use", share, dated::own, need(fact_kind::capacity), "capacity used / capacity",
     "capacities", "sum(units)", "sum(other)"},
    {"stockout_time", share, dated::own, need(stockout),
     "time with nothing to sell / time watched, while demanded", "stockouts",
     "to_ms(sum(units) * 1000000)", "sum(other)"},
    {"return_speed_p50", time_ms, dated::own, need(placed, returned, refunded),
     "receipt of a return to its refund, median by nearest rank",
     "nearest_rank('return_speed', 500)", "to_ms(min(ns))", "least(count(*), 1)"},
    {"return_speed_p90", time_ms, dated::own, need(placed, returned, refunded),
     "receipt of a return to its refund, 90th percentile by nearest rank",
     "nearest_rank('return_speed', 900)", "to_ms(min(ns))", "least(count(*), 1)"},
    {"touchless", share, dated::settled, need(placed, ordered, fact_kind::manual),
     "orders without a manual action / orders", "settled_orders",
     "count(*) FILTER (o NOT IN (SELECT o FROM manual_orders))", "count(*)"},
};
static_assert(std::size(list) == kpi_count);
static_assert(list[static_cast<std::size_t>(kpi::unit_fill)].name == "unit_fill");
static_assert(list[static_cast<std::size_t>(kpi::return_rate)].name == "return_rate");
static_assert(list[static_cast<std::size_t>(kpi::backorder_rate)].name == "backorder_rate");
static_assert(list[static_cast<std::size_t>(kpi::touchless)].name == "touchless");

constexpr std::array<std::string_view, evidence_kinds> kind_names = {
    "placed",         "classified",  "authorised", "ordered",   "promised",  "due",
    "packed",         "handed",      "tracked",    "delivered", "cancelled", "backordered",
    "resumed",        "substituted", "requested",  "rejected",  "returned",  "refunded",
    "decided",        "cost",        "defect",     "manual",    "counted",   "cases_ordered",
    "cases_received", "capacity",    "stockout",   "canceller", "distance",  "estimate",
    "actual"};
static_assert(kind_names[static_cast<std::size_t>(actual)] == "actual");

constexpr std::array<std::string_view, order_classes> class_names = {"normal", "test", "fraud"};
constexpr std::array<std::string_view, cancellers> canceller_names = {"unknown", "seller",
                                                                      "customer", "fraud"};
constexpr std::array<std::string_view, defect_kinds> defect_names = {
    "wrong_item", "wrong_quantity", "wrong_address",  "damage",
    "claim",      "chargeback",     "wrong_documents"};
constexpr std::array<std::string_view, 2> population_names = {"order_date", "event_date"};
constexpr std::array<std::string_view, 4> state_names = {"value", "no_denominator", "facts_missing",
                                                         "too_large"};
constexpr std::array<std::string_view, 5> unit_names = {"share", "count", "ms", "e4", "m"};
constexpr std::array<std::string_view, 5> date_names = {"placed", "settled", "closed", "shipped",
                                                        "own"};

template <std::size_t Size, class Enum>
std::string_view look_up(const std::array<std::string_view, Size>& names, Enum e) noexcept {
    const auto i = static_cast<std::size_t>(e);
    return i < Size ? names[i] : "unknown";
}

}  // namespace

std::span<const kpi_entry> kpi_list() { return list; }

std::string_view name_of(fact_kind k) noexcept { return look_up(kind_names, k); }
std::string_view name_of(order_class c) noexcept { return look_up(class_names, c); }
std::string_view name_of(report::canceller c) noexcept { return look_up(canceller_names, c); }
std::string_view name_of(defect_kind d) noexcept { return look_up(defect_names, d); }
std::string_view name_of(population p) noexcept { return look_up(population_names, p); }
std::string_view name_of(figure_state s) noexcept { return look_up(state_names, s); }
std::string_view name_of(figure_unit u) noexcept { return look_up(unit_names, u); }
std::string_view name_of(dated d) noexcept { return look_up(date_names, d); }

}  // namespace earmark::report
