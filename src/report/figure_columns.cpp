// THE FRAMES OF THE REPORT ROOM: figures, and the facts and movements that they are made of.
#include "dictionary.hpp"

namespace earmark::report {
namespace {

using enum column_type;
constexpr bool null = true;  // nullable

constexpr column kpis[] = {
    {"kpi", dictionary, "", false, "Name of the figure; docs/rooms/report.md defines each."},
    {"unit", dictionary, "", false, "share, count, ms, e4 (1/10000 of the currency), or m."},
    {"population", dictionary, "", false, "order_date (a cohort of orders) or event_date."},
    {"class", dictionary, "", false, "Orders that were counted: normal, test or fraud."},
    {"state", dictionary, "", false,
     "value, no_denominator, facts_missing, or too_large for 64 bits."},
    {"part", int64, "", null, "Numerator; a median or percentile itself. Null without a value."},
    {"whole", int64, "", null, "Denominator, 1 for medians. Null without a value."},
    {"value", float64, "1", null, "part / whole, for people; null without a value."},
    {"missing", dictionary, "", null, "The first kind of fact that it lacks."},
    {"from", timestamp, "ns", null, "Start of the period; null: open."},
    {"to", timestamp, "ns", null, "End of the period, exclusive; null: open."},
    {"as_of", timestamp, "ns", null, "Facts after this were not seen; null: there are no facts."},
};

constexpr column facts[] = {
    {"seq", int64, "", false, "Its place among the facts, from 0: the first promise is the first."},
    {"kind", dictionary, "", false, "Kind of fact; include/earmark/report/facts.hpp lists them."},
    {"at", timestamp, "ns", false, "When it happened."},
    {"order", int64, "", null, "Order that it is about."},
    {"line", int32, "", false, "Line of the order, from 1; 0: none or all."},
    {"parcel", int64, "", false, "Parcel within the order; 0: none."},
    {"sku", int32, "", null, "Id of the SKU."},
    {"node", int32, "", null, "Id of the node."},
    {"carrier", int32, "", null, "The host's number of the carrier."},
    {"units", int64, "", false, "Units, or what the kind says."},
    {"other", int64, "", false, "A second count of the kind."},
    {"value", int64, "", false, "Money or metres of the kind."},
    {"count", int64, "1", false, "Parcels of a decision."},
    {"ref", int64, "", false, "Return or purchase line; 0: none."},
    {"until", timestamp, "ns", null, "Promise, ship date or end of a window; null: none."},
    {"detail", int32, "", false, "Class, canceller, defect, or what the kind says."},
    {"reason", int32, "", false, "1: cancelled for shortage."},
};

constexpr column movements[] = {
    {"at", int64, "", false, "Position of the record in the journal."},
    {"move", int32, "", false, "Its place within the record, from 1."},
    {"now", timestamp, "ns", false, "Instant of the command."},
    {"verb", dictionary, "", false, "What was done."},
    {"actor", int32, "", false, "Who gave the command; 0 is the host."},
    {"order", int64, "", false, "Id of the order."},
    {"line", int32, "", false, "Number of the line, from 1."},
    {"sku", dictionary, "", false, "SKU of the line."},
    {"amount", int64, "atoms", false, "Quantity that went from one state to the other."},
    {"from", dictionary, "", null, "State before; null where the line was captured."},
    {"to", dictionary, "", false, "State after."},
    {"node", dictionary, "", null, "Node whose stock stands behind the units, if any."},
    {"reason", int32, "", false, "The caller's code of a cancellation; 0: none."},
    {"price_minor", int64, "minor units", null, "Unit price of a captured line; else null."},
    {"metres", int64, "m", null, "From the node to the order's place; null where unknown."},
    {"type", dictionary, "", false, "What the order is: sales, transfer, purchase..."},
};

constexpr column ageing[] = {
    {"state", dictionary, "", false, "State of the units."},
    {"reason", dictionary, "", false, "What they wait for."},
    {"age_from", int64, "ns", false, "Youngest age of the band."},
    {"age_to", int64, "ns", null, "Where the band ends, exclusive; null: it is the last."},
    {"units", int64, "", false, "Units, at the scale that was asked for."},
    {"orders", int64, "1", false, "Orders that have such units."},
    {"oldest", timestamp, "ns", false, "Since when the oldest of them stand there."},
};

constexpr column worklist[] = {
    {"reason", dictionary, "", false, "What is in their way; docs/runbooks/worklist.md."},
    {"order", int64, "", false, "Id of the order."},
    {"line", int32, "", false, "Number of the line, from 1."},
    {"sku", dictionary, "", false, "SKU of the line."},
    {"state", dictionary, "", false, "State of the units."},
    {"node", dictionary, "", null, "Node whose stock stands behind them, if any."},
    {"amount", int64, "atoms", false, "Quantity."},
    {"owner", utf8, "", null, "Type of the hold, queue of the policy, or the node that was asked."},
    {"hold", int32, "", null, "Number of the hold in its order."},
    {"repeats", int64, "", null, "Id of the order that theirs is suspected to repeat."},
    {"retries", int32, "1", false, "How often nodes have given the line back."},
    {"policy", int32, "", null, "Version of the policy that decided about the order last."},
    {"since", timestamp, "ns", false, "When the hold was placed, else the order."},
    {"until", timestamp, "ns", null, "When time answers, where it does."},
};

constexpr column selection[] = {
    {"order", int64, "", false, "Id of the order."},
    {"due", timestamp, "ns", false, "When the work on it has to begin."},
    {"escalated", boolean, "", false, "It stands before all that are not."},
    {"priority", int32, "1", false, "The higher, the more urgent."},
    {"placed", timestamp, "ns", false, "When it was placed."},
    {"lines", int32, "1", false, "Its lines with units that were asked for."},
};
constexpr column wave[] = {
    {"order", int64, "", false, "Id of the order."},
    {"due", timestamp, "ns", false, "When the work on it has to begin."},
    {"escalated", boolean, "", false, "It stands before all that are not."},
    {"priority", int32, "1", false, "The higher, the more urgent."},
    {"placed", timestamp, "ns", false, "When it was placed."},
    {"lines", int32, "1", false, "Its lines with allocated units."},
    {"outcome", dictionary, "", false, "done, repeat, asked, or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
};

constexpr column exceptions[] = {
    {"reason", dictionary, "", false, "What the units wait for."},
    {"state", dictionary, "", false, "State of the units."},
    {"order", int64, "", false, "Id of the order."},
    {"line", int32, "", false, "Number of the line, from 1."},
    {"sku", dictionary, "", false, "SKU of the line."},
    {"node", dictionary, "", null, "Node whose stock stands behind them, if any."},
    {"units", int64, "", false, "Units, at the scale that was asked for."},
    {"since", timestamp, "ns", false, "When they came into this state."},
    {"age", int64, "ns", false, "How long ago that was."},
    {"verb", dictionary, "", false, "What brought them there."},
    {"actor", int32, "", false, "Who gave that command; 0 is the host."},
};

constexpr column scorecard[] = {
    {"party", int32, "", false, "Id of the node, or the host's number of the carrier."},
    {"key", utf8, "", null, "Key of the node; null where the names are not known."},
    {"orders", int64, "1", false, "Orders with a parcel of the party, or a request to it."},
    {"requested", int64, "", null, "Units asked of it; re-sourced ones are asked for twice."},
    {"rejected", int64, "", null, "Of these, units that it did not have or would not ship."},
    {"parcels", int64, "1", null, "Parcels handed over."},
    {"shipped", int64, "", null, "Units in them."},
    {"first_pass", int64, "", null, "Of these, units that never waited and were not substituted."},
    {"due", int64, "1", null, "Parcels whose promised ship date has come."},
    {"shipped_late", int64, "1", null, "Of these, parcels that left late or not at all."},
    {"arrivals", int64, "1", null, "Parcels delivered or past their promise."},
    {"delivered_late", int64, "1", null, "Of these, parcels late or without a delivery."},
    {"cost_e4", int64, "1/10000 of the currency", null,
     "Cost of its parcels: the actual one, or the estimate where there is none."},
    {"metres", int64, "m", null, "Distance of its parcels where it is known."},
    {"measured", int64, "1", null, "Parcels whose distance is known."},
    {"cases_ordered", int64, "1", null, "Cases of purchase lines whose window has closed."},
    {"cases_in_window", int64, "1", null, "Of these, cases that came in their window."},
    {"cases_received", int64, "1", null, "Of these, cases that came."},
};

constexpr frame_schema list[] = {
    {"kpis", "a figure, in the order of the list; a null says that nobody recorded it", kpis},
    {"facts", "something that happened, in the order in which it was told", facts},
    {"movements", "a quantity that went from one state to another, oldest first", movements},
    {"ageing", "units of one state and age, ascending", ageing},
    {"worklist", "units that do not go on by themselves, by order, line, state, node", worklist},
    {"selection", "an order that was asked for, in the sequence of its queue", selection},
    {"wave", "an order of a wave, in the sequence of its queue", wave},
    {"exceptions", "units that stand still for too long, the oldest first", exceptions},
    {"node_scorecard", "a node; a null says that nobody recorded it", scorecard},
    {"vendor_scorecard", "a node that is a vendor; a null says that nobody recorded it", scorecard},
    {"carrier_scorecard", "a carrier; a null says that nobody recorded it", scorecard},
};

}  // namespace

std::span<const frame_schema> figure_frames() noexcept { return list; }

}  // namespace earmark::report
