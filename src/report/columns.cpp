// THE FRAMES OF THE ENGINE: what its verbs answer and what can be asked of it.
#include "earmark/report/columns.hpp"

#include <algorithm>
#include <vector>

#include "dictionary.hpp"

namespace earmark::report {
namespace {

using enum column_type;
constexpr bool null = true;  // nullable

constexpr column orders[] = {
    {"order", int64, "", false, "Id of the order, dense from 0."},
    {"key", utf8, "", false, "The idempotency key that it was placed with."},
    {"version", int32, "1", false, "Grows by one with each change of the order."},
    {"placed", timestamp, "ns", false, "Instant of the command that placed it."},
    {"place", dictionary, "", null, "Ship-to place; null where the order names none."},
    {"currency", dictionary, "", false, "Currency of its prices, ISO 4217."},
    {"policy", int32, "", null, "Version of the policy that decided last; null before sourcing."},
    {"lines", int32, "1", false, "How many lines it has."},
    {"lowest", dictionary, "", false,
     "Least advanced state of its units; cancelled ones count only if all are."},
    {"highest", dictionary, "", false, "Most advanced state of its units."},
};

constexpr column lines[] = {
    {"order", int64, "", false, "Id of the order."},
    {"line", int32, "", false, "Number of the line, from 1."},
    {"sku", dictionary, "", false, "SKU that was ordered."},
    {"ordered", int64, "atoms", false, "Quantity, in steps of the SKU's last decimal."},
    {"price_minor", int64, "minor units", false, "Unit price in the order's currency, before tax."},
    {"lowest", dictionary, "", false, "Least advanced state of the line's units."},
    {"highest", dictionary, "", false, "Most advanced state of the line's units."},
};

constexpr column buckets[] = {
    {"order", int64, "", false, "Id of the order."},
    {"line", int32, "", false, "Number of the line, from 1."},
    {"state", dictionary, "", false, "State of these units of the line."},
    {"node", dictionary, "", null, "Node whose stock stands behind them; null where none does."},
    {"amount", int64, "atoms", false, "Quantity in this state at this node."},
};

constexpr column decisions[] = {
    {"order", int64, "", false, "Id of the order."},
    {"outcome", dictionary, "", false,
     "done, partial (the rest is back-ordered), backordered, unchanged, or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
    {"parcels", int32, "1", false, "Parcels of the plan."},
    {"cost_e4", int64, "1/10000 of the currency", false, "Planned cost."},
    {"metres", int64, "m", false, "Sum over the parts whose distance is known."},
    {"unknown", int32, "1", false, "Parts whose distance is unknown."},
    {"late_days", int32, "", false, "Days that its last part is late, where late days cost."},
    {"allocated", int64, "granules", false, "Units that the plan takes, over all lines."},
    {"exact", boolean, "", false,
     "True where no plan under the policy is better, by proof; false for a refusal."},
    {"decision_ns", int64, "ns", null, "Time of the engine's call; null where nobody measured it."},
    {"strategy", dictionary, "", null,
     "Strategy that decided; null where none was left, and for a policy without."},
    {"passed_on", utf8, "", null,
     "Strategies that had the order before and passed it on, in their order, with ', ' between; "
     "null for none."},
};

constexpr column parts[] = {
    {"row", int64, "", false, "Row of the decision, from 0."},
    {"order", int64, "", false, "Id of the order."},
    {"line", int32, "", false, "Number of the order's line, from 1."},
    {"node", dictionary, "", false, "Node that ships."},
    {"granules", int64, "granules", false, "Units of the line that it ships."},
    {"to", dictionary, "", null, "Node that they are brought to first; null: none."},
    {"brought_by", int64, "", null, "Id of the order that brings them; null: none, or a dry run."},
};

constexpr column stock[] = {
    {"sku", dictionary, "", false, "SKU."},
    {"node", dictionary, "", false, "Node."},
    {"on_hand", int64, "atoms", false, "Units that are physically there."},
    {"free", int64, "atoms", false, "Units that nobody was promised; negative: uncovered."},
    {"reserved", int64, "atoms", false, "Units of live reservations."},
    {"allocated", int64, "atoms", false, "Units promised to orders, before release."},
    {"released", int64, "atoms", false, "Units that the node was told to ship."},
    {"section", dictionary, "", null, "Section of the node's stock; null: the plain one."},
};

constexpr column events[] = {
    {"at", int64, "", false, "Position in the journal; the cursor of the next poll."},
    {"verb", dictionary, "", false, "What was done."},
    {"now", timestamp, "ns", false, "Instant of the command."},
    {"actor", int32, "", false, "Who gave it; 0 is the host."},
    {"subject", int64, "", false, "Id of the order or reservation; 0 where there is none."},
    {"moves", int32, "1", false, "Moves of units between states."},
    {"units", int64, "granules", false, "Units moved."},
    {"declined", boolean, "", false, "True for a refusal that is remembered."},
};

constexpr column nodes[] = {
    {"node", int32, "", false, "Id of the node, dense from 0."},
    {"key", utf8, "", false, "Its external key."},
    {"kind", dictionary, "", false, "dc, store or vendor."},
    {"active", boolean, "", false, "False: it gets no new work."},
    {"priority", int32, "1", false, "Smaller is tried first by policies that rank by priority."},
    {"latitude", float64, "degrees", null, "WGS 84; null where unknown."},
    {"longitude", float64, "degrees", null, "WGS 84; null where unknown."},
};

constexpr column skus[] = {
    {"sku", int32, "", false, "Id of the SKU, dense from 0."},
    {"key", utf8, "", false, "Its external key."},
    {"decimals", int32, "1", false, "Decimals of its quantities; an atom is the last one."},
    {"granule", int64, "atoms", false, "Smallest promise; cells of stock count granules."},
};

constexpr column places[] = {
    {"place", int32, "", false, "Id of the place, dense from 0."},
    {"key", utf8, "", false, "Its external key."},
    {"latitude", float64, "degrees", null, "WGS 84; null where unknown."},
    {"longitude", float64, "degrees", null, "WGS 84; null where unknown."},
};

constexpr column rejected[] = {
    {"table", dictionary, "", false, "Table that was loaded."},
    {"row", int64, "", false, "Row of the table, from 1, without a header."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md."},
    {"reason", dictionary, "", false, "Name of the refusal."},
    {"sentence", utf8, "", false, "What was wrong and what to do."},
};

constexpr column placed[] = {
    {"order", int64, "", null, "Id of the order; null where it was declined."},
    {"outcome", dictionary, "", false, "done, repeat, reacquired, or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
};

constexpr column violations[] = {
    {"row", int64, "", false, "Row of the batch, from 0."},
    {"error", int32, "", false, "Number of the violation in docs/errors.md."},
    {"reason", dictionary, "", false, "Name of the violation."},
    {"sentence", utf8, "", false, "What was wrong, where, and what to do."},
};

constexpr column reserved[] = {
    {"reservation", int64, "", null, "Id of the reservation; null where it was declined."},
    {"outcome", dictionary, "", false, "done or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
};

constexpr column sections[] = {
    {"node", dictionary, "", false, "Node."},
    {"section", utf8, "", null, "Key of the section; null: the plain stock."},
    {"segment", utf8, "", null, "Key of the segment that it is kept for."},
    {"condition", utf8, "", null, "Its condition; null: sellable."},
    {"lot", utf8, "", null, "Its lot."},
    {"owner", utf8, "", null, "Whose goods they are."},
    {"expires", timestamp, "ns", null, "Not promised for a date from then on."},
    {"frozen", boolean, "", false, "Whether it is not promised."},
    {"on_hand", int64, "atoms", false, "Units that are physically there."},
    {"free", int64, "atoms", false, "Units that nobody was promised; negative: uncovered."},
};

constexpr column available_terms[] = {
    {"node", dictionary, "", false, "Node where the SKU was ever stocked."},
    {"on_hand", int64, "atoms", false, "Goods at the node, promised or not."},
    {"free", int64, "atoms", false, "Promised to nobody; negative: uncovered promises."},
    {"reserved", int64, "atoms", false, "In live reservations."},
    {"allocated", int64, "atoms", false, "In orders, allocated."},
    {"released", int64, "atoms", false, "In orders, released and on hand."},
    {"floor", int64, "atoms", false, "What the rule that holds leaves; 0 without one."},
    {"rule", utf8, "", null, "Key of the floor rule that holds; null: none."},
    {"excluded", boolean, "", false, "Whether that rule is an exclusion."},
    {"active", boolean, "", false, "Whether the node is active; nothing is sold from others."},
    {"available", int64, "atoms", false,
     "0 where excluded or inactive, else free above the floor."},
    {"section", utf8, "", null, "Section of the node's stock; null: the plain one."},
    {"drawn", boolean, "", false, "Whether the question draws from this section."},
};

constexpr column receipts[] = {
    {"order", int64, "", false, "Id of the order."},
    {"outcome", dictionary, "", false, "done, unchanged, repeat, or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
};

constexpr column explanations[] = {
    {"order", int64, "", false, "Id of the order."},
    {"node", dictionary, "", false, "Node that was looked at."},
    {"verdict", utf8, "", false,
     "chosen, or the first that spoke against it: inactive, excluded, restricted, bound, "
     "filtered, no_capacity, not_selected, no_rate, no_stock, kept_back, no_such_plan, worse, "
     "later, better "
     "(docs/rooms/sourcing.md)."},
    {"sentence", utf8, "", false, "The verdict in words, with the figures."},
    {"strategy", utf8, "", null, "Strategy that decided, as in `decisions`."},
    {"passed_on", utf8, "", null, "Strategies that passed the order on, as in `decisions`."},
};

constexpr column changes[] = {
    {"order", int64, "", false, "Id of the order."},
    {"node", utf8, "", false, "Node that would ship some of it."},
    {"lever", utf8, "", false,
     "What is changed: active, selected, rate, stock, parcel_rate, unit_rate, distance, "
     "priority, keep_back or delivery."},
    {"line", int32, "", null, "Number of the order's line, from 1; null: all, or not of lines."},
    {"now", int64, "", false,
     "Granules, 1/10000 of the currency, metres, a priority or a day; as it was."},
    {"needed", int64, "", false, "What it has to be: stock at least, all others at most."},
    {"enough", boolean, "", false, "False: not even `needed`, the end of its range, is enough."},
    {"alone", boolean, "", false, "False: beside the changes in the rows before."},
    {"exact", boolean, "", false, "False: the plans are heuristic, so a smaller change may do."},
    {"cost_e4", int64, "1/10000 of the currency", null,
     "Planned cost with the change; null where it is not enough."},
    {"sentence", utf8, "", false, "The change in words."},
};

constexpr column lint[] = {
    {"severity", dictionary, "", false, "note, warning or error."},
    {"code", dictionary, "", false,
     "Name of the rule (docs/formats/policy.md), or of the refusal (docs/errors.md)."},
    {"file", utf8, "", false, "Name of the policy's file, as it was given."},
    {"line", int32, "1", false, "Line of the file, from 1; 0: nowhere in particular."},
    {"column", int32, "1", false, "Column of the line, from 1; 0 with line 0."},
    {"strategy", utf8, "", null, "Strategy that it is about; null: the policy itself."},
    {"sentence", utf8, "", false, "What is wrong."},
    {"hint", utf8, "", null, "What to do; null where the sentence says it."},
};

constexpr column distances[] = {
    {"place", dictionary, "", false, "Place."},
    {"node", dictionary, "", false, "Node."},
    {"metres", int64, "m", false, "How far they are from each other, as it was given."},
};

constexpr column pools[] = {
    {"pool", int64, "", false, "Id of the pool."},
    {"key", utf8, "", false, "Its key."},
    {"kind", dictionary, "", false, "quota, capacity, limit or credit."},
    {"decimals", int32, "1", false, "Scale of its amounts."},
    {"amount", int64, "atoms", false, "Free and taken; what was used up is not in it any more."},
    {"free", int64, "atoms", false, "Not taken; below 0: less was left than had been promised."},
    {"from", timestamp, "ns", null, "First instant of the days that it is about; null: any."},
    {"until", timestamp, "ns", null, "End of them, exclusive; null: open."},
};

constexpr column fed[] = {
    {"row", int64, "", null,
     "Row of the message, from 0; null: a SKU and node that no row names, or all the rest."},
    {"sku", int64, "", null, "Id of the SKU, as the message has it; null where no row is meant."},
    {"node", int64, "", null, "Id of the node, as the message has it; null where no row is meant."},
    {"section", int64, "", null, "Id of the section of the node's stock; null: the plain one."},
    {"adjustment", int64, "atoms", null, "What the books changed by; null where it was rejected."},
    {"shortfall", int64, "atoms", null,
     "Promised there without goods; null where it was rejected."},
    {"outcome", dictionary, "", false, "done or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
};

constexpr column counted[] = {
    {"record", int64, "atoms", null, "What the books said; null where it was not booked."},
    {"found", int64, "atoms", null, "What was found; null where it was not booked."},
    {"uncovered", int64, "granules", null,
     "Units of promises that it left without goods; null where it was not booked."},
    {"outcome", dictionary, "", false, "done or declined."},
    {"error", int32, "", false, "Number of the refusal in docs/errors.md; 0 for none."},
    {"reason", dictionary, "", null, "Name of the refusal; null for none."},
};

constexpr column counts[] = {
    {"at", int64, "", false, "Position of the record in the journal."},
    {"now", timestamp, "ns", false, "Instant of the command."},
    {"actor", int32, "", false, "Who counted; 0 is the host."},
    {"sku", dictionary, "", false, "SKU."},
    {"node", dictionary, "", false, "Node."},
    {"record", int64, "atoms", false, "What the books said."},
    {"found", int64, "atoms", false, "What was found on the shelf."},
    {"section", utf8, "", null, "Section of the node's stock; null: the plain one."},
};

constexpr column expiries[] = {
    {"at", int64, "", false, "Position of the record in the journal."},
    {"now", timestamp, "ns", false, "Engine time that found it due."},
    {"reservation", int64, "", false, "Id of the reservation."},
    {"deadline", timestamp, "ns", false, "Until when it held."},
    {"sku", dictionary, "", false, "SKU."},
    {"node", dictionary, "", false, "Node."},
    {"amount", int64, "atoms", false, "Units that went back."},
};

constexpr column uncovered[] = {
    {"sku", dictionary, "", null, "SKU; null for a pool."},
    {"node", dictionary, "", null, "Node; null for a pool."},
    {"order", int64, "", null, "Id of the order; null for a reservation."},
    {"reservation", int64, "", null, "Id of the reservation; null for an order."},
    {"line", int32, "", null, "Number of the order's line, from 1; null for a reservation."},
    {"state", dictionary, "", false, "State of the units."},
    {"made", timestamp, "ns", false, "When the order was placed or the reservation made."},
    {"pool", int64, "", null, "Id of the pool; null for goods."},
    {"amount", int64, "atoms", false, "Units of the promise behind which there is nothing."},
    {"section", dictionary, "", null, "Section of the node's stock; null: the plain one, or none."},
};

constexpr column findings[] = {
    {"list", dictionary, "", false, "wrong, leak, moving, idle, unchecked, or sound."},
    {"check", dictionary, "", false, "The auditor's line: docs/derived.md."},
    {"sku", dictionary, "", null, "SKU; null where it is about none."},
    {"node", dictionary, "", null, "Node; null where it is about none."},
    {"order", int64, "", null, "Id of the order; null where it is about none."},
    {"reservation", int64, "", null, "Id of the reservation; null where it is about none."},
    {"stored", int64, "", false, "Granules of the SKU, or what the text says, as stored."},
    {"recomputed", int64, "", false, "The same, recomputed."},
    {"text", utf8, "", false, "What, where, what to do."},
};

constexpr column crossings[] = {
    {"at", int64, "", false, "Position of the record in the journal."},
    {"now", timestamp, "ns", false, "Instant of the record."},
    {"threshold", utf8, "", false, "Key of the threshold."},
    {"sku", dictionary, "", null, "SKU; null for a pool."},
    {"node", dictionary, "", null, "Node; null: all nodes, or those of a kind."},
    {"channel", utf8, "", null, "Channel; null: none."},
    {"below", boolean, "", false, "Whether the level fell below low; else it came to high."},
    {"level", int64, "atoms", false, "What was available after the record."},
    {"section", utf8, "", null, "Section of the node's stock; null: the plain one."},
    {"pool", utf8, "", null, "Key of the pool; null for goods."},
};

constexpr column held[] = {
    {"sku", dictionary, "", null, "SKU; null for a pool."},
    {"node", dictionary, "", null, "Node; null for a pool."},
    {"section", utf8, "", null, "Section of the node's stock; null: the plain one, or none."},
    {"pool", utf8, "", null, "Key of the pool; null for goods."},
    {"amount", int64, "atoms", false, "What it holds, or held when it ended."},
};

constexpr column captured_columns[] = {
    {"number", int64, "", false, "Of the order in the payload, from 1."},
    {"line", int64, "", null, "Line of the payload, or row of the file, where it begins."},
    {"order", utf8, "", null, "Its key; null where none can be read."},
    {"state", dictionary, "", false, "What became of it: accepted, repeat, conflict, ..."},
    {"at", int64, "", null, "Position of the record that placed or kept it; null: none."},
    {"revision", int64, "", null, "That the order is at; null: none."},
    {"reasons", int64, "1", false, "How many violations it has, also those that are not listed."},
};

constexpr column capture_violations[] = {
    {"number", int64, "", false, "Of the order in the payload, from 1."},
    {"error", int32, "", false, "Number of the violation in docs/errors.md."},
    {"reason", dictionary, "", false, "Name of the violation."},
    {"severity", dictionary, "", false, "Who has to do something: docs/formats/order.md."},
    {"path", utf8, "", null, "JSON pointer into the order; null: the whole of it."},
    {"sentence", utf8, "", false, "What is wrong there."},
    {"hint", utf8, "", false, "What to do."},
};

constexpr column capture_changes[] = {
    {"number", int64, "", false, "Of the order in the payload, from 1."},
    {"became", dictionary, "", false, "What the difference became: update, cancel or add."},
    {"change", dictionary, "", false, "What differs, as amendments name it."},
    {"line", int64, "", null, "Line of the order, from 1; null: a new one, or the whole order."},
    {"path", utf8, "", null, "JSON pointer into the revision; null: it is not there any more."},
    {"before", utf8, "", null, "As the order had it; null: nothing."},
    {"after", utf8, "", null, "As the revision has it; null: nothing."},
    {"asks", boolean, "", false, "Whether nodes have to agree first."},
};

constexpr column quarantined_columns[] = {
    {"order", utf8, "", false, "Key of the order."},
    {"first_try", timestamp, "ns", false, "When it came."},
    {"last_try", timestamp, "ns", false, "When it was tried last."},
    {"tries", int64, "1", false, "How often it was."},
    {"actor", utf8, "", null, "Who tried last; null: the host."},
    {"reasons", int64, "1", false, "How many violations it has."},
    {"reason", dictionary, "", false, "Name of the first."},
    {"path", utf8, "", null, "Where it is; null: the whole order."},
    {"sentence", utf8, "", false, "What is wrong there."},
    {"payload", utf8, "", false, "The order in its canonical form."},
};

constexpr column tombstones[] = {
    {"order", utf8, "", false, "Key of the order that must not come."},
    {"reason", int64, "", false, "Of the cancel, a code of the caller's own."},
    {"since", timestamp, "ns", false, "When it was cancelled."},
    {"actor", utf8, "", null, "Who did it; null: the host."},
};

constexpr column dictionary_columns[] = {
    {"frame", utf8, "", false, "Name of the frame."},
    {"column", utf8, "", false, "Name of the column."},
    {"type", utf8, "", false, "Its type, as docs/formats/columns.md spells it."},
    {"unit", utf8, "", false, "Unit of its values; empty where a unit makes no sense."},
    {"nullable", boolean, "", false, "Whether a value may be missing."},
    {"doc", utf8, "", false, "What it says."},
};

constexpr frame_schema list[] = {
    {"orders", "an order, ascending by id", orders},
    {"lines", "a line of an order, ascending", lines},
    {"buckets", "a part of a line's units in one state at one node", buckets},
    {"decisions", "an order that was sourced, in the order of the call", decisions},
    {"parts", "a line of an order at the node that ships it", parts},
    {"stock", "a SKU at a node where it was ever stocked", stock},
    {"events", "a record of the journal, oldest first", events},
    {"nodes", "a node, ascending by id", nodes},
    {"skus", "a SKU, ascending by id", skus},
    {"places", "a ship-to place, ascending by id", places},
    {"distances", "a distance that was given, by place and node", distances},
    {"rejected", "a row of a loaded table that was not taken", rejected},
    {"placed", "an order of a batch, in the order of the call", placed},
    {"violations", "a reason why an order of a batch was declined", violations},
    {"reserved", "a reservation of a batch, in the order of the call", reserved},
    {"sections", "a section of a SKU's stock at a node", sections},
    {"available_terms", "a node, and every term of what it has available", available_terms},
    {"receipts", "an order that a verb was applied to, in the order of the call", receipts},
    {"explanations", "a node that could have served the order", explanations},
    {"changes", "a change with which a node would have shipped some of an order", changes},
    {"pools", "a pool, ascending by id", pools},
    {"lint", "something about a policy that is worth a look, in the order of its text", lint},
    {"fed", "a row of a feed that changed the books or was rejected", fed},
    {"counted", "a count of a batch, in the order of the call", counted},
    {"counts", "a count of the journal, oldest first", counts},
    {"expiries", "a SKU at a node that an expired reservation held, oldest first", expiries},
    {"uncovered", "a promise without goods, by SKU and node, who loses first first", uncovered},
    {"findings", "what an audit found, then the lines that found nothing", findings},
    {"crossings", "a threshold that was crossed, oldest first", crossings},
    {"held", "a part of one reservation, by SKU, node and section, or a pool", held},
    {"captured", "an order of a payload, in its order", captured_columns},
    {"capture_violations", "what is wrong with an order of a payload", capture_violations},
    {"capture_changes", "a difference between an order and its revision", capture_changes},
    {"quarantined", "an order in quarantine, by key", quarantined_columns},
    {"tombstones", "a key that was cancelled before its order came, by key", tombstones},
    {"columns", "a column of this dictionary", dictionary_columns},
};

}  // namespace

std::span<const frame_schema> engine_frames() noexcept { return list; }

std::string_view name_of(column_type t) noexcept {
    constexpr std::string_view names[] = {
        "int64", "int32", "bool", "float64", "utf8", "timestamp[ns, UTC]", "dictionary<utf8>"};
    return names[static_cast<std::size_t>(t)];
}

const column* frame_schema::find(std::string_view column_name) const noexcept {
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const column& c) { return c.name == column_name; });
    return at == columns.end() ? nullptr : &*at;
}

std::span<const frame_schema> frame_schemas() {
    static const std::vector<frame_schema> all = [] {
        std::vector<frame_schema> joined;
        for (const auto part : {engine_frames(), trail_frames(), figure_frames()})
            joined.insert(joined.end(), part.begin(), part.end());
        return joined;
    }();
    return all;
}

const frame_schema* find_frame(std::string_view name) {
    const auto all = frame_schemas();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const frame_schema& f) { return f.name == name; });
    return at == all.end() ? nullptr : &*at;
}

std::string columns_page() {
    std::string page =
        "# The column dictionary\n\n"
        "Every frame that Earmark hands out, made of the table in `src/report/columns.cpp` by\n"
        "`python bindings/python/generate.py`; do not edit it here. A frame has "
        "`__arrow_c_stream__`, so\n"
        "pandas, polars, pyarrow and DuckDB read it as it is. A dictionary column holds codes and "
        "the\n"
        "words that they stand for; codes of SKUs, nodes and places are the engine's ids.\n";
    for (const frame_schema& f : frame_schemas()) {
        page += "\n## " + std::string{f.name} + "\n\nOne row is " + std::string{f.row} + ".\n\n";
        page += "| column | type | unit | null | |\n|---|---|---|---|---|\n";
        for (const column& c : f.columns) {
            page += "| `" + std::string{c.name} + "` | " + std::string{name_of(c.type)} + " | ";
            page += std::string{c.unit} + " | " + (c.nullable ? "yes" : "no") + " | ";
            page += std::string{c.doc} + " |\n";
        }
    }
    return page;
}

}  // namespace earmark::report
