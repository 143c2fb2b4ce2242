#include "submit_forms.hpp"

#include <string_view>

#include "submit_amends.hpp"
#include "submit_bulk_fields.hpp"
#include "submit_date_fields.hpp"
#include "submit_holds.hpp"
#include "submit_order_fields.hpp"
#include "submit_table_fields.hpp"

namespace earmark::submission {
namespace {

using namespace tables;

// ---- choices --------------------------------------------------------------------------------
constexpr std::string_view reasons[] = {"receipt", "count", "damage", "theft", "correction"};
constexpr std::string_view bases[] = {"on_hand", "available"};
constexpr std::string_view asked_uses[] = {"selling", "sourcing"};
constexpr std::string_view facts[] = {"ship",           "deliver",       "reject", "pick", "pack",
                                      "lose",           "unpick",        "fulfil", "mark", "accept",
                                      "confirm_cancel", "refuse_cancel", "make"};
constexpr std::string_view levels[] = {"memory", "os", "disk"};

constexpr field pool_line_fields[] = {
    {"pool", key, required, "key of a flat pool"},
    {"quantity", decimal, required, "how much of it"},
    {"floor", decimal, optional, "how much to leave; negative: may be overdrawn by so much"},
};
constexpr std::string_view about_pool_lines = "what flat pools give with the lines";
constexpr field reserve_line_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, required, "key of the node"},
    {"quantity", decimal, required, "units to take"},
    uom_field,
    {"floor", decimal, optional, "units to leave at least; negative: may be oversold by so many"},
    {"section", key, optional, "key of a section: this one alone"},
};
constexpr field change_line_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, required, "key of the node"},
    {"quantity", decimal, required, "units to hold there from now on; 0: none"},
    {"floor", decimal, optional, "units to leave; negative: may be oversold by so many"},
    {"section", key, optional, about_section},
};

constexpr field feed_row_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, required, "key of the node"},
    {"units", decimal, required, "what is there; of a delta what came or left"},
    uom_field,
    {"section", key, optional, about_section},
};

constexpr field group_of_nodes = {
    "nodes", keys, optional, "keys of nodes to sum over, each with its floor", 1, 65'534,
    {},      {},   "node"};
constexpr field together_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, optional, "key of the node; without one the sum over all nodes"},
    group_of_nodes,
    {"channel", key, optional, "whose floor rules hold"},
    {"use", choice, optional, "default selling", 0, 0, asked_uses},
};

// ---- verbs ----------------------------------------------------------------------------------
constexpr field snapshot_fields[] = {
    {"source", key, required, "who says it"},
    {"sequence", whole, required, "of the message, given by the source, ascending", 1, most},
    {"as_of", whole, required, "position of our last event that the source had booked", 0, most},
    {"basis", choice, optional, "what the figures count, default on_hand", 0, 0, bases},
    {"complete", flag, optional, "a SKU that is not named is zero there, default false"},
    {"nodes", keys, optional, "covered by a complete one besides those of its rows", 1, 65'535},
    {"sections", keys, optional, "covered by a complete one at all its nodes", 1, 65'535},
    {"rows", rows, required, "what is there", 0, most_rows, {}, feed_row_fields},
};
constexpr field delta_fields[] = {
    {"source", key, required, "who says it"},
    {"sequence", whole, required, "of the message, given by the source, ascending", 1, most},
    {"rows", rows, required, "what came or left", 1, most_rows, {}, feed_row_fields},
};
constexpr field count_fields[] = {
    {"sku", key, required, "key of the SKU"},           {"node", key, required, "key of the node"},
    {"found", decimal, required, "units on the shelf"}, uom_field,
    {"section", key, optional, about_section},
};
constexpr field uncovered_fields[] = {
    {"sku", key, optional, "key of the SKU; without one all"},
    {"node", key, optional, "key of the node; without one all"},
};
constexpr std::string_view stuck[] = {"uncovered", "escalated",  "held",     "late",
                                      "at_risk",   "unanswered", "rejected", "waiting"};
constexpr field worklist_fields[] = {
    {"reason", choice, optional, "only these", 0, 0, stuck},
    {"sku", key, optional, "only of this SKU"},
    {"node", key, optional, "only with goods at this node"},
    {"slack_days", whole, optional, "at_risk: so many days or fewer are left; default never", 0,
     1'000},
    {"order", key, optional, "the first order to look at; default the first that there is"},
    {"limit", whole, optional, "rows, default 1000", 1, 100'000},
};
constexpr field transfer_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, required, "key of the node"},
    {"from", key, optional, about_section},
    {"to", key, optional, about_section},
    {"quantity", decimal, required, "units that go from one to the other"},
    uom_field,
};
constexpr field sections_question[] = {{"sku", key, required, "key of the SKU"}};
constexpr field adjust_pool_fields[] = {
    {"pool", key, required, "key of the pool"},
    {"delta", decimal, required, "by how much there is more (positive) or less (negative)"},
    {"reason", choice, optional, "default correction", 0, 0, reasons},
};
constexpr field pool_question[] = {{"pool", key, required, "key of the pool"}};
constexpr field available_together_fields[] = {
    {"items", rows, required, "what is asked for, of one instant", 1, 64, {}, together_fields}};
constexpr field audit_fields[] = {
    {"exact", flag, optional, "hold the engine still meanwhile, default false"},
    {"limit", whole, optional, "findings of each list, default 100", 1, 1'000},
};
constexpr field activate_fields[] = {{"policy", text, required, "the policy's TOML text"}};
constexpr field adjust_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, required, "key of the node"},
    {"delta", decimal, required, "units that came (positive) or left (negative)"},
    uom_field,
    {"reason", choice, optional, "default correction", 0, 0, reasons},
    {"section", key, optional, about_section},
};
constexpr field reserve_fields[] = {
    {"lines", rows, optional, "all of them are taken, or none", 1, 5'000, {}, reserve_line_fields},
    {"partial", flag, optional, "take what there is of the lines, default false"},
    {"from_pools", rows, optional, about_pool_lines, 1, 5'000, {}, pool_line_fields},
    {"pools", keys, optional, "pools that are taken from by name", 1, 16},
    {"on", time, optional, "the confirmed date, for pools of days; without one now"},
    {"deadline", time, optional, "without one the reservation is hard"},
    {"ttl_seconds",
     whole,
     optional,
     "deadline as seconds from now",
     1,
     1'000'000'000,
     {},
     {},
     "deadline"},
    {"supersedes", id, optional, "own reservation to swap for this one in one step"},
    {"channel", key, optional, "whose floor rules and pools hold"},
};
constexpr field change_fields[] = {
    {"reservation", id, required, "what reserve returned"},
    {"lines", rows, optional, "new amounts, all or none", 1, 5'000, {}, change_line_fields},
    {"from_pools", rows, optional, "new amounts of flat pools", 1, 5'000, {}, pool_line_fields},
    {"deadline", time, optional, "the new deadline; without one it stays"},
    {"ttl_seconds",
     whole,
     optional,
     "deadline as seconds from now",
     1,
     1'000'000'000,
     {},
     {},
     "deadline"},
    {"hard", flag, optional, "true: no deadline from now on", 0, 0, {}, {}, "deadline"},
};
constexpr field move_fields[] = {
    {"reservation", id, required, "what reserve returned"},
    {"from", key, required, "key of the node that has the units"},
    {"to", key, required, "key of the node that is to have them"},
    {"sku", key, optional, "key of a SKU; without one every SKU that is held there"},
    {"quantity", decimal, optional, "units of that SKU; without one all that are held there"},
    {"floor", decimal, optional, "units of that SKU to leave at the new node"},
};
constexpr field reservation_question[] = {{"reservation", id, required, "what reserve returned"}};
constexpr field unreserve_fields[] = {{"reservation", id, required, "what reserve returned"}};
constexpr field source_fields[] = {
    {"orders", keys, required, "keys of the orders", 1, most_orders},
    {"dry_run", flag, optional, "decide and take nothing, default false"},
    {"leaving", key, optional, "key of a node: what is allocated there goes elsewhere"},
};
constexpr field release_fields[] = {
    {"orders", keys, required, "keys of the orders", 1, most_orders},
    {"node", key, optional, "key of a node: only what is allocated there"},
};
constexpr field record_fields[] = {
    {"fact", choice, required, "what a node or a carrier reports", 0, 0, facts},
    {"order", key, required, "key of the order"},
    {"line", whole, optional, "its number; without one every line", 1, 5'000},
    {"node", key, optional,
     "key of the node; without one any node, but not of reject and of answers"},
    {"quantity", decimal, optional, "units of the line; without it all that stand there"},
    {"reason", whole, optional, "of reject: a code of the caller's own, default 0", 0, 255},
    {"event", key, optional, "of mark: an event of the order's workflow"},
};
constexpr field activate_workflow_fields[] = {
    {"workflow", text, required, "the workflow's TOML text"}};
constexpr field state_fields[] = {
    {"from", key, required, "a state of the version that the order goes by"},
    {"to", key, required, "a state of the other one, under the same base"},
};
constexpr field migrate_fields[] = {
    {"orders", keys, required, "keys of the orders", 1, most_orders},
    {"workflow", whole, required, "the version; 0: the standard one of its type", 0, 65'535},
    {"states", rows, optional, "those that have another name there", 1, 266, {}, state_fields},
};
constexpr field allowed_fields[] = {{"order", key, required, "key of the order"}};
constexpr field available_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, optional, "key of the node; without one the sum over all nodes"},
    group_of_nodes,
    {"floor", decimal, optional, "units to leave at each node, where no rule leaves more"},
};
constexpr field explain_available_fields[] = {
    {"sku", key, required, "key of the SKU"},
    {"node", key, optional, "key of the node; without one every node that ever had it"},
    {"nodes", keys, optional, "keys of nodes to tell of", 1, 65'534, {}, {}, "node"},
    {"channel", key, optional, "whose floor rules hold"},
    {"use", choice, optional, "default selling", 0, 0, asked_uses},
};
constexpr field order_fields[] = {{"order", key, required, "key of the order"}};
constexpr field poll_fields[] = {
    {"cursor", whole, optional, "the last answer's next; default 0, the beginning", 0, most},
    {"limit", whole, optional, "default 100", 1, 10'000},
};
constexpr field story_fields[] = {
    {"order", key, required, "key of the order"},
    {"picture", flag, optional, "as SVG, too; default false"},
};
const field trail_fields[] = {
    {"order", key, optional, "what happened to this order"},
    {"sku", key, optional, "to this SKU"},
    {"node", key, optional, "at this node"},
    {"actor", key, optional, "what this actor did; host: the host itself, and time"},
    {"of_verb", choice, optional, "commands of this verb", 0, 0, verb_choices()},
    {"since", time, optional, "from this instant on"},
    {"until", time, optional, "before this instant"},
    {"cursor", whole, optional, "the last answer's next; default 0, the beginning", 0, most},
    {"limit", whole, optional, "rows; default 100, and whole records", 1, 10'000},
};
constexpr field notices_fields[] = {
    {"kinds", keys, optional, "only these kinds; without it all", 1, 15},
    {"within_seconds", whole, optional, "one notice for all of so many seconds; default 0", 0,
     86'400},
    {"cursor", whole, optional, "the last answer's next; default 0, the beginning", 0, most},
    {"limit", whole, optional, "notices; default 100, and whole slices of time", 1, 10'000},
};
constexpr field flush_fields[] = {{"level", choice, optional, "default disk", 0, 0, levels}};

constexpr field commands[] = {
    {"key", key, optional, "idempotency key; of place_order: the order's key, and required"},
    {"actor", key, optional, "who gives the command; without one the host itself"},
    {"now", time, optional, "instant of the command; without one engine time stands still"},
};

constexpr form all_forms[] = {
    {"load", "skus", "Adds SKUs.", true, load_skus, run_load_skus},
    {"load", "nodes", "Adds nodes.", true, load_nodes, run_load_nodes},
    {"load", "places", "Adds ship-to positions.", true, load_places, run_load_places},
    {"load", "distances", "Gives distances.", true, load_distances, run_load_distances},
    {"load", "stock", "Adds opening stock.", true, load_stock, run_load_stock},
    {"load", "units", "Adds units of measure.", true, load_units, run_load_units},
    {"load", "floors", "Sets floor rules.", true, load_floors, run_load_floors},
    {"load", "segments", "Sets segments of stock.", true, load_segments, run_load_segments},
    {"load", "sections", "Sets sections of stock.", true, load_sections, run_load_sections},
    {"load", "pools", "Adds pools: quotas, capacities.", true, load_pools, run_load_pools},
    {"load", "attributes", "Declares attributes.", true, load_attributes, run_load_attributes},
    {"load", "facts", "Says what tables have of them.", true, load_facts, run_load_facts},
    {"load", "exclusions", "Excludes nodes.", true, load_exclusions, run_load_exclusions},
    {"load", "restrictions", "Sets what may not be shipped.", true, load_restrictions,
     run_load_restrictions},
    {"load", "hold_types", "Sets types of holds.", true, of_holds::load_hold_types,
     run_load_hold_types},
    {"load", "amend_rules", "Sets what amendments may.", true, of_amends::load_rules,
     run_load_amend_rules},
    {"load", "answers", "Sets which nodes are asked, and how long they have to answer.", true,
     of_amends::load_answers, run_load_answers},
    {"load", "privileges", "Sets who may do what.", true, of_holds::load_privileges,
     run_load_privileges},
    {"load", "thresholds", "Sets thresholds.", true, load_thresholds, run_load_thresholds},
    {"load", "calendars", "Sets calendars.", true, of_dates::load_calendars, run_load_calendars},
    {"load", "calendar_days", "Sets dates.", true, of_dates::load_calendar_days, run_load_days},
    {"load", "services", "Sets services.", true, of_dates::load_services, run_load_services},
    {"load", "hours", "Sets nodes' hours.", true, of_dates::load_hours, run_load_hours},
    {"load", "lanes", "Sets days in transit.", true, of_dates::load_lanes, run_load_lanes},
    {"activate",
     {},
     "Makes a policy the one that source uses.",
     true,
     activate_fields,
     run_activate},
    {"activate_workflow",
     {},
     "Makes a workflow the one of new orders of its type.",
     true,
     activate_workflow_fields,
     run_activate_workflow},
    {"migrate", {}, "Orders go by another workflow version.", true, migrate_fields, run_migrate},
    {"advance", {}, "Moves engine time and expires what is due.", true, {}, run_advance},
    {"adjust", {}, "Books goods that came or left.", true, adjust_fields, run_adjust},
    {"adjust_pool",
     {},
     "Changes how much there is of a pool.",
     true,
     adjust_pool_fields,
     run_adjust_pool},
    {"transfer",
     {},
     "Moves units between sections of a node's stock.",
     true,
     transfer_fields,
     run_transfer},
    {"count", {}, "Books what was found on a shelf.", true, count_fields, run_count},
    {"snapshot", {}, "Books what a source says is there.", true, snapshot_fields, run_snapshot},
    {"delta", {}, "Books what a source says has changed.", true, delta_fields, run_delta},
    {"reserve",
     {},
     "Takes units for somebody: all lines or nothing, or what there is.",
     true,
     reserve_fields,
     run_reserve},
    {"change",
     {},
     "Sets a reservation's amounts or its deadline, or both.",
     true,
     change_fields,
     run_change},
    {"move", {}, "Moves a reservation's units to another node.", true, move_fields, run_move},
    {"unreserve", {}, "Gives a reservation's units back.", true, unreserve_fields, run_unreserve},
    {"place_order", {}, "Captures an order, once.", true, of_orders::place_fields, run_place_order},
    {"capture",
     {},
     "Captures orders, each by itself, and reports on all.",
     false,
     of_orders::capture_fields,
     run_capture},
    {"replay",
     {},
     "Tries orders in quarantine again.",
     false,
     of_orders::replay_fields,
     run_replay},
    {"discard",
     {},
     "Takes an order out of quarantine for good.",
     true,
     of_orders::discard_fields,
     run_discard},
    {"cancel",
     {},
     "Cancels units that are not shipped.",
     true,
     of_orders::cancel_fields,
     run_cancel},
    {"amend",
     {},
     "Changes what an order asks for: all of it or nothing.",
     true,
     of_amends::amend_fields,
     run_amend},
    {"place_hold", {}, "Holds an order or a line.", true, of_holds::place_fields, run_place_hold},
    {"resolve_hold", {}, "Answers one hold.", true, of_holds::resolve_fields, run_resolve_hold},
    {"source",
     {},
     "Decides where units ship from, and takes them.",
     true,
     source_fields,
     run_source},
    {"release", {}, "Tells the nodes to do the work.", true, release_fields, run_release},
    {"wave", {}, "Releases what is due, in sequence.", true, of_many::wave_fields, run_wave},
    {"bulk", {}, "One command to many orders.", true, of_many::bulk_fields, run_bulk},
    {"record", {}, "Books what a node or a carrier reports.", true, record_fields, run_record},
    {"available",
     {},
     "Units free at a node or at all nodes.",
     false,
     available_fields,
     run_available},
    {"promise", {}, "When an order would arrive.", false, of_dates::promise_fields, run_promise},
    {"uncovered",
     {},
     "Promises without goods, those that lose first first.",
     false,
     uncovered_fields,
     run_uncovered},
    {"allowed",
     {},
     "What may be done with an order, and why not.",
     false,
     allowed_fields,
     run_allowed},
    {"quarantined",
     {},
     "Orders that wait for their master data, by key.",
     false,
     of_orders::page_fields,
     run_quarantined},
    {"tombstones",
     {},
     "Keys that were cancelled before their orders came.",
     false,
     of_orders::page_fields,
     run_tombstones},
    {"queues", {}, "Lines that wait in queues, by queue.", false, {}, run_queues},
    {"worklist",
     {},
     "Units that are stuck, each once, and why.",
     false,
     worklist_fields,
     run_worklist},
    {"select", {}, "Which orders, in sequence.", false, of_many::select_fields, run_select},
    {"sections", {}, "A SKU's stock by section.", false, sections_question, run_sections},
    {"reservation",
     {},
     "A reservation and what it holds.",
     false,
     reservation_question,
     run_reservation},
    {"pool", {}, "A pool as it stands.", false, pool_question, run_pool},
    {"counts", {}, "Counts behind a cursor, oldest first.", false, poll_fields, run_counts},
    {"explain_available",
     {},
     "Every term of what is available, by node.",
     false,
     explain_available_fields,
     run_explain_available},
    {"available_together",
     {},
     "Units free of up to 64 cells, at one instant.",
     false,
     available_together_fields,
     run_available_together},
    {"crossings",
     {},
     "Crossings of thresholds behind a cursor, oldest first.",
     false,
     poll_fields,
     run_crossings},
    {"audit", {}, "Recomputes what is stored.", false, audit_fields, run_audit},
    {"order", {}, "One order as it stands.", false, order_fields, run_order},
    {"story", {}, "What happened to an order, oldest first.", false, story_fields, run_story},
    {"trail",
     {},
     "What happened at all behind a cursor, oldest first.",
     false,
     trail_fields,
     run_trail},
    {"notices", {}, "What is to be told about orders.", false, notices_fields, run_notices},
    {"explain", {}, "Why an order ships from where it does.", false, order_fields, run_explain},
    {"poll", {}, "Events behind a cursor, oldest first.", false, poll_fields, run_poll},
    {"movements",
     {},
     "What the records behind a cursor moved, oldest first.",
     false,
     poll_fields,
     run_movements},
    {"expiries",
     {},
     "Reservations that expired behind a cursor, oldest first.",
     false,
     poll_fields,
     run_expiries},
    {"flush", {}, "Writes the journal to its sink.", false, flush_fields, run_flush},
    {"status", {}, "Counters, the balance of units, engine time.", false, {}, run_status},
};

}  // namespace

std::span<const form> forms() noexcept { return all_forms; }
const form& order_form() noexcept {
    static constexpr form canonical = {
        {}, {}, "A canonical order.", false, of_orders::canonical_fields, nullptr};
    return canonical;
}
std::span<const field> command_fields() noexcept { return commands; }

}  // namespace earmark::submission
