// The checked vectors of the KPI definitions, and one test for each pitfall that they name.
#include "earmark/report/kpi.hpp"

#include <set>

#include "fact_tables.hpp"

namespace earmark::report {
namespace {

TEST_CASE("checked vector: fill, OTIF, splits and cancellations of three orders") {
    const kpi_result r = fold(checked_vector()).figures({});
    CHECK(r.orders == 3);
    CHECK(r.orphans == 0);
    CHECK(shown(r, "unit_fill") == "25/30");  // 83.3 %
    CHECK(shown(r, "line_fill") == "3/5");
    CHECK(shown(r, "order_fill") == "1/3");
    CHECK(shown(r, "otif_order") == "1/3");
    CHECK(shown(r, "split_rate") == "1/2");
    CHECK(shown(r, "cancelled_by_seller") == "1/3");
    CHECK(shown(r, "cancelled_for_shortage") == "1/3");
    CHECK(shown(r, "parcels_per_order") == "3/2");
}

TEST_CASE("checked vector, continued: cycle time 4.0 days, 2 of 3 parcels on time, promises") {
    const kpi_result r = fold(checked_vector()).figures({});
    CHECK(shown(r, "cycle_time_mean") == std::to_string(8 * day_ms) + "/2");
    CHECK(shown(r, "on_time_delivery") == "2/3");
    CHECK(shown(r, "promise_accuracy") == "1/3");
    CHECK(shown(r, "promise_accuracy_delivered") == "1/2");
}

TEST_CASE("a KPI whose facts were never recorded says which, and does not print 0") {
    fact_table t;
    t.order(1, {1}, 0, 3);
    kpis k = fold(t);
    CHECK(shown(k.figures({}), "return_rate") == "facts_missing: packed");
    CHECK(shown(k.figures({}), "touchless") == "facts_missing: manual");
    CHECK(shown(k.figures({}), "record_accuracy") == "facts_missing: counted");
    k.declare(fact_kind::manual);  // recorded, and none has happened
    CHECK(shown(k.figures({}), "touchless") == "1/1");
}

TEST_CASE("a figure without a denominator says so") {
    kpis k = fold(checked_vector());
    CHECK(shown(k.figures({.from = day(100)}), "unit_fill") == "no_denominator");
    CHECK(shown(k.figures({.from = day(100)}), "cycle_time_p50") == "no_denominator");
}

TEST_CASE("every figure has a name of its own, a sentence, and the facts that it needs") {
    std::set<std::string_view> names;
    for (const kpi_entry& e : kpi_list()) {
        INFO(e.name);
        CHECK(names.insert(e.name).second);
        CHECK(e.needs != 0);
        CHECK(e.doc.size() > 10);
    }
    for (std::size_t i = 0; i < evidence_kinds; ++i)
        CHECK(name_of(static_cast<fact_kind>(i)) != "unknown");
    CHECK(name_of(static_cast<fact_kind>(evidence_kinds)) == "unknown");
}

// ---- pitfalls ----------------------------------------------------------------------------------

TEST_CASE("pitfall: a back-order that is shipped later does not count as filled") {
    fact_table t;
    t.order(1, {8}, 0, 3);
    t.of_line(fact_kind::backordered, 1, 1, 2, 0);
    t.parcel(1, 1, {{1, 8}}, 2);  // all eight leave together, and two had to wait
    CHECK(shown(t, "unit_fill") == "6/8");
    CHECK(shown(t, "line_fill") == "0/1");
}

TEST_CASE("pitfall: lines cancelled for shortage stay in the denominator") {
    fact_table t;
    t.order(1, {4}, 0, 3);
    t.order(2, {6}, 0, 3);
    t.of_line(fact_kind::backordered, 2, 1, 6, 0);
    t.parcel(1, 1, {{1, 4}}, 1);
    t.cancelled(2, 1, 6, canceller::seller, true, 1);
    CHECK(shown(t, "unit_fill") == "4/10");
    CHECK(shown(t, "line_fill") == "1/2");
    CHECK(shown(t, "order_fill") == "1/2");
}

TEST_CASE("pitfall: a substituted line is not filled on first pass") {
    fact_table t;
    t.order(1, {10}, 0, 3);
    t.of_line(fact_kind::substituted, 1, 1, 4, 0);
    t.parcel(1, 1, {{1, 10}}, 1);
    kpis k = fold(t);
    k.declare(fact_kind::backordered);
    CHECK(shown(k.figures({}), "unit_fill") == "6/10");
    CHECK(shown(k.figures({}), "order_fill") == "0/1");
}

TEST_CASE("pitfall: a parcel that is due and has not left counts as late") {
    fact_table t;
    for (std::uint64_t id : {1U, 2U, 3U}) {
        t.order(id, {1}, 0, 9);
        kpi_fact& due = t.of(fact_kind::due, id, 0);
        due.parcel = 1;
        due.until = day(id == 3 ? 7 : 2);
    }
    t.parcel(1, 1, {{1, 1}}, 2);
    CHECK(shown(t, "on_time_shipment", {.as_of = day(2)}) == "1/2");  // the third is not due yet
    CHECK(shown(t, "on_time_shipment", {.as_of = day(8)}) == "1/3");
    CHECK(shown(t, "on_time_shipment", {population::event_date, day(7), day(8), day(8)}) == "0/1");
}

TEST_CASE("pitfall: one order with several defects is one order") {
    fact_table t;
    t.order(1, {1}, 0, 3);
    t.order(2, {1}, 0, 3);
    t.order(3, {1}, 0, 3);
    for (const defect_kind d : {defect_kind::damage, defect_kind::claim, defect_kind::chargeback})
        t.of(fact_kind::defect, 1, 5).detail = static_cast<std::uint8_t>(d);
    t.of(fact_kind::defect, 2, 5).detail = static_cast<std::uint8_t>(defect_kind::wrong_documents);
    CHECK(shown(t, "order_defect") == "1/3");
}

TEST_CASE("pitfall: the first promise is kept, a later one only moves the shift") {
    fact_table t;
    t.order(1, {1}, 0, 3);
    t.of(fact_kind::promised, 1, 2).until = day(8);  // re-promised
    t.parcel(1, 1, {{1, 1}}, 4);
    t.delivered(1, 1, {{1, 1}}, 5);
    CHECK(shown(t, "promise_accuracy") == "0/1");
    CHECK(shown(t, "on_time_delivery") == "0/1");
    CHECK(shown(t, "promise_shift_mean") == std::to_string(5 * day_ms) + "/1");
}

TEST_CASE("pitfall: a split order can be on time and in full twice and still be late as an order") {
    fact_table t;
    t.order(1, {1, 1}, 0, 3);
    t.of_line(fact_kind::promised, 1, 2, 0, 0).until = day(9);  // no first promise any more
    t.rows[4].line = 1;                                         // the first one was of line 1 only
    t.of_line(fact_kind::backordered, 1, 2, 1, 0);              // the second line is a pre-order
    t.parcel(1, 1, {{1, 1}}, 1);
    t.parcel(1, 2, {{2, 1}}, 7);
    t.delivered(1, 1, {{1, 1}}, 2);
    t.delivered(1, 2, {{2, 1}}, 8);
    CHECK(shown(t, "otif_fulfilment") == "2/2");
    CHECK(shown(t, "otif_order") == "0/1");
    CHECK(shown(t, "split_rate") == "1/1");
    CHECK(shown(t, "split_by_promise") == "1/1");
    CHECK(shown(t, "split_by_sourcing") == "0/1");
}

TEST_CASE("pitfall: the share of perfect orders is not the product of its components") {
    fact_table t;
    for (std::uint64_t id = 1; id <= 4; ++id) {
        t.order(id, {2}, 0, 3);
        t.parcel(id, 1, {{1, 2}}, 1);
        t.delivered(id, 1, {{1, id == 1 ? 1 : 2}}, id == 1 ? 9 : 2);  // the first: short and late
    }
    t.of(fact_kind::defect, 1, 9).detail = static_cast<std::uint8_t>(defect_kind::damage);
    t.of(fact_kind::defect, 1, 9).detail = static_cast<std::uint8_t>(defect_kind::wrong_documents);
    for (const char* part :
         {"perfect_in_full", "perfect_on_time", "perfect_documents", "perfect_condition"})
        CHECK(shown(t, part) == "3/4");
    CHECK(shown(t, "perfect_order") == "3/4");  // the product would be 81/256
}

TEST_CASE("pitfall: the cycle time knows survivors only, so the others are shown beside it") {
    fact_table t = checked_vector();
    t.order(4, {1}, 0, 3);
    CHECK(shown(t, "cycle_time_mean") == std::to_string(8 * day_ms) + "/2");
    CHECK(shown(t, "undelivered") == "1/4");
}

TEST_CASE("pitfall: pre-orders inflate the cycle time, so their dwell is shown apart") {
    fact_table t;
    t.order(1, {1}, 0, 3);
    t.order(2, {1}, 0, 40);
    t.rows[5].until = day(30);  // authorised: not before day 30
    for (std::uint64_t id : {1U, 2U}) {
        t.parcel(id, 1, {{1, 1}}, id == 1 ? 1 : 31);
        t.delivered(id, 1, {{1, 1}}, id == 1 ? 2 : 32);
    }
    CHECK(shown(t, "cycle_time_mean") == std::to_string(34 * day_ms) + "/2");
    CHECK(shown(t, "dwell_mean") == std::to_string(30 * day_ms) + "/1");
    CHECK(shown(t, "cycle_time_net_mean") == std::to_string(4 * day_ms) + "/2");
}

TEST_CASE("pitfall: a parcel past its promise without a scan is late, and is shown apart") {
    fact_table t;
    t.order(1, {1}, 0, 3);
    t.order(2, {1}, 0, 3);
    t.parcel(1, 1, {{1, 1}}, 1);
    t.parcel(2, 1, {{1, 1}}, 1);
    t.delivered(1, 1, {{1, 1}}, 3);
    CHECK(shown(t, "on_time_delivery", {.as_of = day(4)}) == "1/2");
    CHECK(shown(t, "missing_scan", {.as_of = day(4)}) == "1/2");
    fact_table early = t;
    CHECK(shown(early, "on_time_delivery", {.as_of = day(2)}) == "no_denominator");
}

TEST_CASE("pitfall: customer, fraud and shortage are separate from what the seller cancelled") {
    fact_table t;
    for (std::uint64_t id = 1; id <= 5; ++id) t.order(id, {2}, 0, 3);
    t.cancelled(1, 1, 1, canceller::seller, false, 1);
    t.cancelled(1, 1, 1, canceller::seller, true, 2);
    t.cancelled(2, 1, 2, canceller::customer, false, 1);
    t.cancelled(3, 1, 2, canceller::fraud, false, 1);
    CHECK(shown(t, "cancelled_by_seller") == "1/5");
    CHECK(shown(t, "cancelled_by_seller_units") == "2/10");
    CHECK(shown(t, "cancelled_for_shortage") == "1/5");
    CHECK(shown(t, "cancelled_by_customer") == "1/5");
    CHECK(shown(t, "cancelled_as_fraud") == "1/5");
    CHECK(shown(t, "cancelled_units") == "6/10");
}

TEST_CASE("who cancelled is not guessed") {
    fact_table t;
    t.order(1, {2}, 0, 3);
    t.cancelled(1, 1, 2, canceller::unknown, false, 1);
    CHECK(shown(t, "cancelled_units") == "2/2");
    CHECK(shown(t, "cancelled_by_seller") == "facts_missing: canceller");
}

TEST_CASE("pitfall: re-sourced units are asked for twice") {
    fact_table t;
    t.order(1, {5}, 0, 3);
    t.of_line(fact_kind::requested, 1, 1, 5, 0).node = node_id{1};
    t.of_line(fact_kind::rejected, 1, 1, 2, 1).node = node_id{1};
    t.of_line(fact_kind::requested, 1, 1, 2, 1).node = node_id{3};
    CHECK(shown(t, "item_rejection") == "2/7");
}

TEST_CASE("pitfall: returns by mixed dates can exceed 100 %, those of a cohort cannot") {
    fact_table t;
    t.order(1, {10}, 0, 3);
    t.order(2, {2}, 0, 3);
    t.rows[2].value = 10'00;
    t.parcel(1, 1, {{1, 10}}, 1);
    t.parcel(2, 1, {{1, 2}}, 6);
    kpi_fact& back = t.of_line(fact_kind::returned, 1, 1, 4, 7);
    back.value = 4'00;
    back.ref = 77;
    t.of(fact_kind::refunded, 1, 9).ref = 77;
    const kpi_query week{population::event_date, day(5), day(10)};
    CHECK(shown(t, "return_rate_mixed", week) == "4/2");
    CHECK(shown(t, "return_rate", week) == "0/2");
    CHECK(shown(t, "return_rate") == "4/12");
    CHECK(shown(t, "return_value") == "400/1000");
    CHECK(shown(t, "return_speed_p50") == std::to_string(2 * day_ms) + "/1");
}

TEST_CASE("pitfall: freight is paid per parcel and divided by orders") {
    fact_table t = checked_vector();
    for (std::uint64_t parcel : {21U, 22U}) {
        kpi_fact& f = t.of(fact_kind::cost, 2, 4);
        f.parcel = parcel;
        f.value = 50'000;
        f.detail = 1;
    }
    CHECK(shown(t, "cost_actual") == "100000/2");
    CHECK(shown(t, "cost_estimate") == "facts_missing: estimate");
}

TEST_CASE("pitfall: a net difference hides plus and minus") {
    fact_table t;
    const auto count = [&](std::uint32_t sku, std::int64_t units, std::int64_t record, int at) {
        kpi_fact& f = t.put(fact_kind::counted, at);
        f.sku = sku_id{sku};
        f.node = node_id{0};
        f.units = units;
        f.other = record;
    };
    count(1, 12, 10, 1);
    count(2, 8, 10, 1);
    count(3, 5, 9, 1);
    count(3, 9, 9, 2);  // counted again: the last count stands
    CHECK(shown(t, "record_accuracy") == "1/3");
    CHECK(shown(t, "record_accuracy_units") == "25/29");
    CHECK(shown(t, "record_accuracy", {.tolerance = 2}) == "3/3");
}

TEST_CASE("pitfall: early cases miss their window too, and overage is ignored") {
    fact_table t;
    kpi_fact& f = t.put(fact_kind::cases_ordered, 10);
    f.ref = 1;
    f.units = 100;
    f.until = day(12);
    for (const auto& [units, at] : {std::pair{30, 9}, std::pair{50, 11}, std::pair{40, 12}}) {
        kpi_fact& in = t.put(fact_kind::cases_received, at);
        in.ref = 1;
        in.units = units;
    }
    CHECK(shown(t, "otif_cases_on_time") == "70/100");
    CHECK(shown(t, "otif_cases_in_full") == "100/100");
}

TEST_CASE("pitfall: planned is not shipped") {
    fact_table t = checked_vector();
    const auto decide = [&](std::uint64_t order, std::int64_t got, std::int64_t wanted, int at,
                            std::int64_t parcels) {
        kpi_fact& f = t.of(fact_kind::decided, order, at);
        f.units = got;
        f.other = wanted;
        f.count = parcels;
        f.value = parcels * 40'000;
    };
    decide(1, 15, 15, 0, 1);
    decide(2, 10, 12, 0, 1);
    decide(3, 3, 3, 0, 1);  // and then the shelf was empty
    decide(2, 2, 2, 4, 1);
    CHECK(shown(t, "planned_fill") == "28/30");
    CHECK(shown(t, "unit_fill") == "25/30");
    CHECK(shown(t, "planned_parcels") == "4/3");
    CHECK(shown(t, "planned_cost") == "160000/3");
}

TEST_CASE("pitfall: test orders and fraud are classes of their own, neither dropped nor mixed in") {
    fact_table t = checked_vector();
    t.order(4, {7}, 0, 3);
    t.of(fact_kind::classified, 4, 5).detail = static_cast<std::uint8_t>(order_class::test);
    t.order(5, {9}, 0, 3);
    t.of(fact_kind::classified, 5, 5).detail = static_cast<std::uint8_t>(order_class::fraud);
    CHECK(shown(t, "unit_fill") == "25/30");
    CHECK(shown(t, "unit_fill", {.of = order_class::test}) == "0/7");
    CHECK(shown(t, "unit_fill", {.of = order_class::fraud}) == "0/9");
}

// ---- populations -------------------------------------------------------------------------------

TEST_CASE("a cohort follows its orders, an event population follows its days") {
    const kpis k = fold(checked_vector());
    const kpi_query first{population::event_date, day(0), day(5)};
    const kpi_query later{population::event_date, day(5), day(10)};
    CHECK(shown(k.figures(first), "cycle_time_mean") == std::to_string(2 * day_ms) + "/1");
    CHECK(shown(k.figures(later), "cycle_time_mean") == std::to_string(6 * day_ms) + "/1");
    CHECK(shown(k.figures(first), "on_time_delivery") == "2/2");
    CHECK(shown(k.figures(later), "on_time_delivery") == "0/1");
    CHECK(k.figures(first).asked.by == population::event_date);
    CHECK(k.figures(later).orders == 0);
    CHECK(k.figures({.from = day(1)}).orders == 0);
}

TEST_CASE("what came after as_of is not seen") {
    const kpis k = fold(checked_vector());
    CHECK(shown(k.figures({.as_of = day(3)}), "cycle_time_mean") ==
          std::to_string(2 * day_ms) + "/1");
    CHECK(shown(k.figures({.as_of = day(3)}), "undelivered") == "1/3");
    CHECK(shown(k.figures({.as_of = day(3)}), "split_rate") == "0/2");
    CHECK(shown(k.figures({.as_of = day(3)}), "backorder_age_p50") ==
          std::to_string(3 * day_ms) + "/1");
    CHECK(shown(k.figures({}), "backorder_age_p50") == "no_denominator");
}

TEST_CASE("sums of times do not wrap") {
    fact_table t;
    for (std::uint64_t id = 1; id <= 40; ++id) {
        t.order(id, {1}, 0, 3);
        t.parcel(id, 1, {{1, 1}}, 1);
        t.delivered(id, 1, {{1, 1}}, 10'000);  // 27 years; the sum in ns is 3.5e19
    }
    CHECK(shown(t, "cycle_time_mean") == std::to_string(400'000 * day_ms) + "/40");
}

// ---- bad input ---------------------------------------------------------------------------------

TEST_CASE("a fact that cannot be is refused, and changes nothing") {
    kpis k;
    fact_table t;
    const auto refused = [&](const kpi_fact& f) { return k.add(f).code; };
    CHECK(refused(t.put(fact_kind::placed, 0)) == error_code::bad_field);  // of no order
    CHECK(refused(t.of(fact_kind::ordered, 1, 0)) == error_code::bad_field);
    CHECK(refused(t.of_line(fact_kind::ordered, 1, 1, 0, 0)) == error_code::bad_quantity);
    CHECK(refused(t.of_line(fact_kind::ordered, 1, 1, -3, 0)) == error_code::bad_quantity);
    CHECK(refused(t.of_line(fact_kind::ordered, 1, 1, INT64_MAX, 0)) == error_code::out_of_range);
    CHECK(refused(t.of(fact_kind::promised, 1, 0)) == error_code::bad_field);  // for when?
    CHECK(refused(t.of(fact_kind::canceller, 1, 0)) == error_code::bad_field);
    CHECK(refused(t.of(static_cast<fact_kind>(200), 1, 0)) == error_code::bad_field);
    kpi_fact odd = t.of(fact_kind::defect, 1, 0);
    odd.detail = 99;
    CHECK(refused(odd) == error_code::bad_field);
    kpi_fact far = t.of(fact_kind::placed, 1, 0);
    far.at = {INT64_MIN};
    CHECK(refused(far) == error_code::out_of_range);
    CHECK(k.facts().empty());
    CHECK(shown(k.figures({}), "unit_fill") == "facts_missing: placed");

    CHECK(refused(t.of(fact_kind::placed, 1, 0)) == error_code::ok);
    CHECK(refused(t.of(fact_kind::placed, 1, 0)) == error_code::duplicate_row);
    CHECK(k.facts().size() == 1);
}

TEST_CASE("a line that grew is one line of one order: settled when all of it has left") {
    fact_table t;
    const auto fill = [&t](std::string_view of, const fact_table* other = nullptr) {
        kpis k = fold(other == nullptr ? t : *other);
        k.declare(fact_kind::backordered);  // recorded, and none has happened
        return shown(k.figures({}), of);
    };
    t.order(1, {5}, 0, 3);
    t.parcel(1, 1, {{1, 5}}, 1);
    CHECK(fill("unit_fill") == "5/5");
    t.of_line(fact_kind::ordered, 1, 1, 3, 2).detail = 1;
    fact_table at_once;
    at_once.order(1, {8}, 0, 3);
    at_once.parcel(1, 1, {{1, 5}}, 1);
    CHECK(fill("unit_fill") == fill("unit_fill", &at_once));
    t.parcel(1, 2, {{1, 3}}, 3);
    CHECK(fill("unit_fill") == "8/8");
    CHECK(fill("line_fill") == "1/1");
    CHECK(fold(t).figures({}).orders == 1);
}

TEST_CASE("facts of unknown orders and lines are counted as orphans and in no figure") {
    fact_table t;
    t.order(1, {1}, 0, 3);
    t.parcel(1, 1, {{1, 1}, {9, 4}}, 1);
    t.of_line(fact_kind::backordered, 1, 9, 4, 1);
    t.parcel(2, 1, {{1, 1}}, 1);
    const kpi_result r = fold(t).figures({});
    CHECK(r.orphans == 4);
    CHECK(shown(r, "unit_fill") == "1/1");
}

}  // namespace
}  // namespace earmark::report
