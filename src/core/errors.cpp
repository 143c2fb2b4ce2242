// The closed list, one row per code: name, whether the same call may succeed later, the sentence
// with the numbers involved, and what to do. docs/errors.md says what each number means.
#include "earmark/core/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "earmark/core/result.hpp"

namespace earmark {
namespace {

using enum error_code;

constexpr bool retry = true;   // transient
constexpr bool final = false;  // the same call fails again

constexpr error_row rows[] = {
    {ok, "ok", final, "no error", "nothing to do"},

    // 1xxx intake
    {duplicate_key, "duplicate_key", final,
     "the idempotency key came before with other content, at journal position {0}",
     "send the first content again to get the first answer, or use a new key"},
    {in_progress, "in_progress", retry, "another caller is working on this idempotency key",
     "call again; the answer will be the other caller's"},
    {key_memory_full, "key_memory_full", final, "all places for idempotency keys are taken",
     "configure more places; commands with an empty key need none"},
    {key_too_long, "key_too_long", final, "the key has {0} bytes, {1} are allowed",
     "send a shorter key, for instance a digest of the long one"},
    {empty_key, "empty_key", final, "the key is empty", "give every row and order a key"},
    {order_declined, "order_declined", final, "the order has {0} violations",
     "correct what the list of violations says and send the order with a new key"},
    {bad_line_count, "bad_line_count", final, "{0} lines, where 1 to {1} are allowed",
     "split the request, or leave it out when it is empty"},
    {bad_order_type, "bad_order_type", final,
     "its type and where its goods go do not fit (type {0}, to node {1}; -1: none)",
     "`to` is of transfers and purchases; drafts, services, made goods take no basket; "
     "made goods name a node"},
    {order_quarantined, "order_quarantined", final,
     "an order of other content waits in quarantine under the key, for {0} reasons",
     "correct it (capture with `correct`), replay it or discard it"},
    {quarantine_full, "quarantine_full", final,
     "there is no room for it in quarantine: {0}, where {1} are allowed",
     "load what the orders there wait for and replay them, discard some, or configure more room"},
    {not_quarantined, "not_quarantined", final, "no order waits in quarantine under the key",
     "list what waits with quarantined(); an order that was accepted waits no more"},
    {order_discarded, "order_discarded", final,
     "the order was taken out of quarantine and discarded (reason {0})",
     "send it under a new key if it is wanted after all"},
    {tombstoned, "tombstoned", final,
     "the order was cancelled before it came (reason {0}): its tombstone keeps it from being "
     "placed",
     "nothing, if the cancel was meant; else send the order under a new key"},
    {tombstones_full, "tombstones_full", final, "there are {0} tombstones, {1} are allowed",
     "configure more (max_tombstones); the cancel was not kept"},
    {stale_revision, "stale_revision", final,
     "revision {0} came with other content, and the order is at revision {1}",
     "nothing, if it was overtaken; else send what is meant under a higher revision"},
    {not_revisable, "not_revisable", final,
     "no revision changes this of an order that is placed (field {0})",
     "send it as it was placed; or cancel the order and place another one under a new key"},
    {too_many_terms, "too_many_terms", final,
     "its lines have more than {0} different places, services and days of their own",
     "split the order; what most lines have can be said of the order"},
    {shipping_restricted, "shipping_restricted", final,
     "restriction {0} forbids to ship line {1} from node {2} (-1: from any that it may come from)",
     "ship it from another node, by another service or elsewhere, or change the row"},

    // 2xxx vocabulary and tables
    {bad_number, "bad_number", final, "not a number: byte {0} is wrong",
     "write ASCII digits with at most one point between them, such as -12.50"},
    {too_many_decimals, "too_many_decimals", final,
     "the digit at byte {0} is finer than the scale of {1} decimals",
     "round at the source, or give the SKU a finer scale; nothing is rounded here"},
    {out_of_range, "out_of_range", final, "the value {0} is out of range, the bound is {1}",
     "check its unit and for a slipped decimal point, or ask for less and oftener"},
    {bad_time, "bad_time", final, "not a time: byte {0} is wrong",
     "write 2026-11-21T08:30:00Z, with an offset such as +01:00 for local time, or a date"},
    {bad_currency, "bad_currency", final, "not a currency",
     "use an ISO 4217 code in upper case, such as EUR"},
    {mixed_currency, "mixed_currency", final, "amounts of two currencies meet in one sum",
     "convert at the source; one order has one currency"},
    {bad_position, "bad_position", final, "latitude or longitude is not a number or out of bounds",
     "give degrees, -90 to 90 and -180 to 180, or leave both empty when unknown"},
    {duplicate_row, "duplicate_row", final, "the key was already given in row {0}",
     "keep one of the rows; row 0 is an earlier table"},
    {not_a_multiple, "not_a_multiple", final, "{0} is not a whole multiple of {1}",
     "ask for a multiple, or give the SKU a finer granule"},
    {bad_quantity, "bad_quantity", final, "the quantity {0} is not positive",
     "ask for at least one; use cancel to take units back"},
    {bad_price, "bad_price", final, "the price {0} is negative or too large",
     "give the unit price in the currency of the order, 0 for a gift"},
    {missing_field, "missing_field", final, "field {0} is missing or empty",
     "fill it in; the schema and the documentation of the file list the fields"},
    {bad_field, "bad_field", final, "field {0} has a value that is not allowed",
     "use one of the values that the schema or the documentation of the file lists"},
    {twin_rule, "twin_rule", final, "rule {0} has the same selectors and use",
     "keep one of the two, or give the row the other rule's key to replace it"},
    {bad_pool, "bad_pool", final, "pool {0} is not taken from in this way",
     "give a flat pool in a line with its amount, and a named one in the list of pools"},
    {distance_used, "distance_used", final, "orders have been sourced over this distance",
     "give the distances of a place before its first order, and those of a node with the node"},
    {bad_section, "bad_section", final, "section {0} is already another one",
     "give a new section another key, and transfer between two different ones"},
    {bad_calendar, "bad_calendar", final, "field {0} of the calendar is not as it must be",
     "1: one IANA zone; 2: each weekday once; 3: a cut-off as 14:00; 4: each date "
     "once, as 2025-12-24; 5: at most 20 years; 6: one key"},
    {bad_attribute, "bad_attribute", final, "attribute {0} cannot be so",
     "a name of small letters, not one of Earmark's own, with one type; in orders, of an order or "
     "a line"},
    {bad_hold_type, "bad_hold_type", final,
     "field {0} of the type of hold cannot be so (of a condition, at byte {1})",
     "name one of its steps at least, and ask only for what orders have or what was declared"},
    {hold_cycle, "hold_cycle", final,
     "{0} types of hold would place each other for ever, each when the one before is resolved",
     "take one of them out of another's 'after'"},
    {bad_condition, "bad_condition", final,
     "the condition of orders cannot be read from byte {0} on",
     "see docs/formats/policy.md, Conditions; attributes of your own are declared first"},
    {bad_restriction, "bad_restriction", final,
     "field {0} of the restriction is wrong from its byte {1} on",
     "3 is item, 4 origin, 5 destination, 6 order, 7 services, 8 unless_same; 0: it says nothing"},
    {bad_mapping, "bad_mapping", final,
     "mapping {0} does not lead from a state of the one version to one of the other",
     "name two states under one base, the first of the version that the order goes by"},

    // 3xxx stock
    {insufficient, "insufficient", final, "{0} asked, {1} free above the floor at node {2}",
     "ask for less, allow a split or another node, or wait for supply"},
    {stock_moving, "stock_moving", retry, "units or tables are in another caller's hand",
     "call again"},
    {no_cell, "no_cell", final, "SKU {0} was never stocked at node {1}",
     "load stock or adjust it there first, or ask another node"},
    {stock_overflow, "stock_overflow", final, "{0} more do not fit beside the {1} on hand",
     "give the SKU a coarser granule, or check the amount"},
    {take_too_large, "take_too_large", final, "the take touches {0} cells, {1} are allowed",
     "place what need not ship together as several orders"},
    {no_slot, "no_slot", retry, "all caller slots are in use",
     "call again, or call from fewer threads at a time"},
    {unknown_reservation, "unknown_reservation", final, "there is no reservation {0}",
     "use the number that reserve returned"},
    {reservation_over, "reservation_over", final, "reservation {0} was consumed or cancelled",
     "reserve again"},
    {reservation_expired, "reservation_expired", final,
     "the deadline of reservation {0} has passed ({1} asked anew, {2} free)",
     "reserve again, and place the order sooner"},
    {reservation_busy, "reservation_busy", retry, "another caller is working on reservation {0}",
     "call again"},
    {too_many_cells, "too_many_cells", final, "{0} cells at once, {1} are allowed",
     "use several reservations, or ask in several calls"},
    {excluded, "excluded", final, "SKU {0} may not be promised at node {1}: rule {2}",
     "ask another node or channel, or take the rule out of force"},
    {pool_exhausted, "pool_exhausted", final, "{0} of pool {2} asked, {1} left in it",
     "ask for less, for another day or without what the pool limits, or adjust the pool"},
    {feed_too_old, "feed_too_old", final,
     "our own events after position {0} are needed; those after {1} are kept",
     "send a snapshot with a later as_of, or configure more feed_events"},
    {late_delta, "late_delta", final,
     "message {0} comes after message {1} of the same source, which spoke of this cell",
     "send deltas of a cell in order; the next snapshot brings what this one said"},
    {over_debt, "over_debt", final, "the books would show more goods gone than max_debt allows",
     "book the receipt or the count that is missing first, or configure a larger max_debt"},
    {not_held, "not_held", final, "{0} asked, the reservation holds {1} at node {2}",
     "move what it holds, or 0 for all of it; reserve or change to get more"},

    // 4xxx lifecycle and orders
    {unknown_order, "unknown_order", final, "there is no order {0}",
     "use the number that place_order returned"},
    {unknown_line, "unknown_line", final, "there is no line {0}, the lines are 1 to {1}",
     "name one of its lines, or 0 for all of them"},
    {not_allowed, "not_allowed", final,
     "no unit of line {0} (0: of any line) can make this step; the lowest state is number {1}",
     "look at the order's state first; what is already done is not done twice"},
    {order_busy, "order_busy", retry, "another caller is working on order {0}", "call again"},
    {too_few_units, "too_few_units", final,
     "line {2}: {0} granules asked, {1} are in the state that the command moves from",
     "ask for at most that many, or for 0 to move all of them"},
    {firm_elsewhere, "firm_elsewhere", final,
     "line {0} is bound to node {1}, and units for it are at node {2} (-1: on their way)",
     "move the reservation there first; of an order, give them back or wait until they have come"},
    {held, "held", final, "hold {0} (type {2}) on line {1} (0: the whole order) blocks the step",
     "have it resolved first; cancel is blocked only by types that say so"},
    {unknown_hold, "unknown_hold", final, "there is no hold {0}; the order has {1}",
     "name a hold by its number in the order, as place_hold answered it and the order shows it"},
    {hold_over, "hold_over", final, "hold {0} was answered before; its state is number {1}",
     "nothing was changed; place a new hold where the order is to be held again"},
    {not_authorised, "not_authorised", final,
     "actor {0} does not have privilege {1}, type of hold {2} (-1: none)",
     "nothing was changed; have it done by an actor whom the table of privileges, or the hold's "
     "type, allows it"},
    {not_amendable, "not_amendable", final,
     "change {0} of line {1} (0: the order) is not possible for units in state {2}",
     "change what is not released yet, or add a line; the table of amendments says what may be"},
    {order_changed, "order_changed", final, "the change is for version {0}, the order is at {1}",
     "read the order again and see whether the change is still wanted; the answer says what it "
     "would do now"},
    {not_asked, "not_asked", final,
     "node {2} is not asked for {0} (0: work, 1: cancel) of line {1} (0: any)",
     "nothing was changed; the order's requests say what is open; it can still reject its work"},
    {state_missing, "state_missing", final,
     "units of line {0} stand in a state that workflow version {1} does not have",
     "map the state to one that the version has, under the same base"},
    {other_type, "other_type", final,
     "workflow version {0} is for orders of another type than the order is",
     "migrate it to a version for orders of its type"},
    {bad_workflow, "bad_workflow", final, "the workflow has {0} findings",
     "correct the workflow; the one that was active before stays so"},
    {guard_not_met, "guard_not_met", final,
     "line {0} has the step, and its guard does not hold: facts {1} are missing, facts {2} forbid "
     "it",
     "ask allowed() which facts its workflow asks for, by name"},
    {waits_for_set, "waits_for_set", final,
     "line {0} is released together with line {1}, which is not ready, or held (set {2})",
     "source what is missing, or resolve the hold; `explain` says what a line waits for"},

    // 5xxx sourcing
    {no_policy, "no_policy", final, "no sourcing policy is active", "activate a policy first"},
    {bad_policy, "bad_policy", final, "the policy has {0} findings",
     "correct the policy; the one that was active before stays so"},
    {no_decision, "no_decision", final,
     "order {0} was not sourced, or it goes elsewhere since then", "call source first"},
    {no_scores, "no_scores", final, "the active policy ranks by score, and no scores were given",
     "give one score for each order and node, or activate another policy"},
    {no_date, "no_date", final, "no day would do: {0} were tried, up to day {2} since 1970",
     "add capacity, or days to the calendar"},
    {no_hours, "no_hours", final, "node {0} works by no calendar, or nobody says how long it takes",
     "load hours of the node, and a lane or transit days of the service"},

    // 6xxx names
    {unknown_sku, "unknown_sku", final, "the SKU is not in the table of SKUs",
     "load the SKU first; keys are compared byte for byte, also in case"},
    {unknown_node, "unknown_node", final, "the node is not in the table of nodes",
     "load the node first; keys are compared byte for byte, also in case"},
    {unknown_place, "unknown_place", final, "the place is not in the table of places",
     "load the place first, or leave it out: then all distances are unknown"},
    {unknown_actor, "unknown_actor", final, "there is no actor {0}",
     "register the actor, or use 0 for the host itself"},
    {unknown_unit, "unknown_unit", final, "the SKU has no such unit of measure",
     "load it, or leave the unit out to count in the SKU's own"},
    {unknown_channel, "unknown_channel", final, "there is no channel {0}",
     "load a floor rule that names it, or leave the channel out"},
    {unknown_pool, "unknown_pool", final, "the pool is not in the table of pools",
     "load the pool first; keys are compared byte for byte, also in case"},
    {unknown_section, "unknown_section", final, "the section is not in the table of sections",
     "load the section first; keys are compared byte for byte, also in case"},
    {unknown_segment, "unknown_segment", final, "the segment is not in the table of segments",
     "load the segment first; a segment may overflow only into those before it"},
    {unknown_attribute, "unknown_attribute", final, "attribute {0} is not declared",
     "declare it first: in [attributes] of a policy, or as a row of attributes"},
    {unknown_calendar, "unknown_calendar", final, "the calendar is not in the table of calendars",
     "load the calendar first; keys are compared byte for byte, also in case"},
    {unknown_service, "unknown_service", final, "the service is not in the table of services",
     "load the service first; keys are compared byte for byte, also in case"},
    {unknown_hold_type, "unknown_hold_type", final, "there is no such type of hold",
     "load the type first; keys are compared byte for byte, also in case"},
    {unknown_workflow, "unknown_workflow", final, "there is no workflow version {0}",
     "versions are numbered from 1 as they are activated"},
    {unknown_event, "unknown_event", final,
     "the order's workflow, version {0}, has no such event of its own",
     "ask allowed() for the events of an order's workflow"},

    // 7xxx engine
    {halted, "halted", final, "an invariant broke and the engine has halted",
     "read the sentence in halted(), keep the journal, and recover into a new engine"},
    {out_of_memory, "out_of_memory", final, "a configured capacity or the memory is used up",
     "configure a larger one and recover; nothing was changed by this command"},

    // 8xxx journal
    {journal_full, "journal_full", retry, "the journal's ring is full",
     "flush the sink, then call again"},
    {sink_failed, "sink_failed", final, "the journal's sink failed with code {0}",
     "open a new engine from what is durable; this handle stays closed for ever"},
    {bad_record, "bad_record", final, "a record of the journal is damaged at its byte {0}",
     "recover from a copy; nothing at or after this record was used"},
    {bad_batch, "bad_batch", final, "batch {0} of the journal is damaged at its byte {1}",
     "recover from a copy; nothing at or after this batch was used"},
    {cursor_too_old, "cursor_too_old", final, "events before position {1} are gone, asked for {0}",
     "read the journal itself for the older ones, then poll from there"},

    // 9xxx connectors
    {bad_json, "bad_json", final, "not JSON: byte {0} is wrong",
     "send one JSON object per line; the schema is published with the library"},
    {bad_csv, "bad_csv", final, "not CSV: field {0} of the row is wrong",
     "quote fields that hold commas or line ends, double the quotes inside, close every quote"},
    {input_too_large, "input_too_large", final, "{0} bytes or items, {1} are allowed",
     "send the input in smaller parts"},
    {unknown_field, "unknown_field", final, "field {0} is not known here",
     "check its spelling against the schema; nothing is ignored silently"},
    {unknown_verb, "unknown_verb", final, "the verb is not known",
     "use one of the verbs of the schema, in lower case"},
    {bad_utf8, "bad_utf8", final, "byte {0} is not valid UTF-8", "send UTF-8"},
    {empty_input, "empty_input", final, "the input is empty", "check the path and the export"},
    {unreadable_input, "unreadable_input", final, "the input cannot be read",
     "check the path, the access rights and the compression"},
};

constexpr error_row unlisted{ok, "unlisted", final, "a code that is not in the list",
                             "the record or program that made it is damaged or newer than this"};

/// The only placeholders are {0}, {1} and {2}, so that formatting cannot fail.
consteval bool is_template(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '}') return false;
        if (text[i] != '{') continue;
        if (i + 2 >= text.size() || text[i + 1] < '0' || text[i + 1] > '2' || text[i + 2] != '}')
            return false;
        i += 2;
    }
    return true;
}
consteval bool all_rows_are_sound() {
    for (const error_row& r : rows)
        if (r.name.empty() || r.hint.empty() || !is_template(r.sentence)) return false;
    return std::ranges::adjacent_find(rows, std::ranges::greater_equal{}, &error_row::code) ==
           std::ranges::end(rows);
}
static_assert(all_rows_are_sound(), "rows ascend by code; sentences use {0} {1} {2} only");

}  // namespace

std::span<const error_row> error_rows() noexcept { return rows; }

const error_row& row_of(error_code code) noexcept {
    const auto at = std::ranges::lower_bound(rows, code, {}, &error_row::code);
    return at != std::ranges::end(rows) && at->code == code ? *at : unlisted;
}

std::string to_string(const error& e) {
    const error_row& row = row_of(e.code);
    std::string text = fmt::format("{} ({})", row.name, static_cast<unsigned>(e.code));
    if (e.row != 0) text += fmt::format(", row {}", e.row);
    if (e.field != 0) text += fmt::format(", field {}", e.field);
    text += ": ";
    fmt::vformat_to(std::back_inserter(text),
                    fmt::string_view{row.sentence.data(), row.sentence.size()},
                    fmt::make_format_args(e.refs[0], e.refs[1], e.refs[2]));
    return text.append("; ").append(row.hint);
}

}  // namespace earmark
