// ERROR CODES: one closed list for C++, Python, JSON and the journal. The first digit names the
// room, so that a log line already says where to look. docs/errors.md has a row per code, and a
// test holds the two against each other. Codes are never renumbered or reused.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace earmark {

enum class error_code : std::uint16_t {
    ok = 0,

    // 1xxx intake: the command as a whole
    duplicate_key = 1001,    // the same key came with other content
    in_progress = 1002,      // transient: the same key is being worked on by another caller
    key_memory_full = 1003,  // the idempotency map is at its configured size
    key_too_long = 1004,
    empty_key = 1005,
    order_declined = 1006,  // the order has violations; they are listed
    bad_line_count = 1007,
    bad_order_type = 1008,     // it cannot be placed, or where its goods go does not fit
    order_quarantined = 1009,  // an order waits in quarantine under the key
    quarantine_full = 1010,
    not_quarantined = 1011,  // no order waits under the key
    order_discarded = 1012,  // it was in quarantine, and was taken out of it
    tombstoned = 1013,       // a cancel came before the order
    tombstones_full = 1014,
    stale_revision = 1015,       // of an order that has a later one, or this one with other content
    not_revisable = 1016,        // what no amendment can change
    too_many_terms = 1017,       // places, services and days that its lines have of their own
    shipping_restricted = 1020,  // a restriction forbids to ship it, from there or from anywhere

    // 2xxx vocabulary and tables: a value or a row
    bad_number = 2001,
    too_many_decimals = 2002,  // finer than the scale; nothing is rounded
    out_of_range = 2003,
    bad_time = 2004,
    bad_currency = 2005,
    mixed_currency = 2006,
    bad_position = 2007,  // NaN, or outside -90..90 / -180..180
    duplicate_row = 2008,
    not_a_multiple = 2009,  // not a whole number of granules
    bad_quantity = 2010,    // zero or negative where a positive one is needed
    bad_price = 2011,
    missing_field = 2012,
    bad_field = 2013,
    twin_rule = 2014,        // another rule has the same selectors and use
    bad_pool = 2015,         // a pool is taken from in another way than it is asked for
    distance_used = 2016,    // a decision has seen another distance of the pair
    bad_section = 2017,      // a row would change what a section is, or it goes to itself
    bad_calendar = 2018,     // its zone, weekdays, cut-off, day or span
    bad_attribute = 2021,    // a name, a type or an owner that it cannot have
    bad_hold_type = 2022,    // a field of a row
    hold_cycle = 2023,       // types that would place each other for ever
    bad_condition = 2024,    // of orders, in a question
    bad_restriction = 2025,  // a field of a row
    bad_mapping = 2029,      // of states of one version of a workflow to those of another

    // 3xxx stock
    insufficient = 3001,  // true at an instant within the call
    stock_moving = 3002,  // transient: units are in another caller's hand
    no_cell = 3003,       // this SKU was never stocked at this node
    stock_overflow = 3004,
    take_too_large = 3005,
    no_slot = 3006,  // transient: all caller slots are in use
    unknown_reservation = 3007,
    reservation_over = 3008,  // consumed or cancelled: there is no way back
    reservation_expired = 3009,
    reservation_busy = 3010,  // transient
    too_many_cells = 3011,
    excluded = 3012,        // a floor rule, or an inactive node, keeps it from being promised
    pool_exhausted = 3013,  // as insufficient, of a pool
    feed_too_old = 3021,    // our events after as_of are not kept any more
    late_delta = 3022,      // the source has already said something later of this cell
    over_debt = 3023,       // the books would fall further below zero than is allowed
    not_held = 3031,

    // 4xxx lifecycle and orders
    unknown_order = 4001,
    unknown_line = 4002,
    not_allowed = 4003,     // the workflow has no such step from this state
    order_busy = 4004,      // transient: another caller is committing on this order
    too_few_units = 4005,   // fewer units are in the state that the command moves from
    firm_elsewhere = 4006,  // units are at another node than the one a line is bound to
    held = 4011,            // a hold blocks the step
    unknown_hold = 4012,
    hold_over = 4013,  // it was answered already
    not_authorised = 4014,
    not_amendable = 4015,  // units in a state that forbids the change, or none that allows it
    order_changed = 4016,  // it is another version than the one that the caller saw
    not_asked = 4017,      // a node answers what it was not asked, or has answered
    state_missing = 4019,  // units stand where the other version of the workflow has no state
    other_type = 4020,     // the version is one for orders of another type
    bad_workflow = 4021,
    guard_not_met = 4022,  // the workflow has the step, and the order lacks what it asks for
    waits_for_set = 4023,  // a line is released with others, which are not ready

    // 5xxx sourcing
    no_policy = 5001,
    bad_policy = 5002,
    no_decision = 5004,
    no_scores = 5005,
    no_date = 5006,   // calendars end, or capacity is used up, before a day that would do
    no_hours = 5007,  // a node works by no calendar

    // 6xxx names
    unknown_sku = 6001,
    unknown_node = 6002,
    unknown_place = 6003,
    unknown_actor = 6004,
    unknown_unit = 6005,
    unknown_channel = 6006,
    unknown_pool = 6007,
    unknown_section = 6008,
    unknown_segment = 6009,
    unknown_attribute = 6010,
    unknown_calendar = 6011,
    unknown_service = 6012,
    unknown_hold_type = 6013,
    unknown_workflow = 6014,
    unknown_event = 6015,

    // 7xxx engine
    halted = 7001,         // an invariant broke; the journal stays readable
    out_of_memory = 7002,  // a configured capacity is used up; nothing was changed

    // 8xxx journal
    journal_full = 8001,  // transient: flush, then try again
    sink_failed = 8002,   // the first failed write or sync is final for this handle
    bad_record = 8003,
    bad_batch = 8004,
    cursor_too_old = 8005,

    // 9xxx connectors: text that came from outside
    bad_json = 9001,
    bad_csv = 9002,
    input_too_large = 9003,
    unknown_field = 9004,
    unknown_verb = 9005,
    bad_utf8 = 9006,
    empty_input = 9007,
    unreadable_input = 9008,  // the file cannot be opened, or its compression is damaged
};

/// One row of the closed list.
struct error_row {
    error_code code;
    std::string_view name;      // the one spelling in every language
    bool transient;             // the same call may succeed later, with nothing changed
    std::string_view sentence;  // {0} {1} {2} are the refs
    std::string_view hint;      // what to do
};

/// All codes in ascending order.
[[nodiscard]] std::span<const error_row> error_rows() noexcept;

/// The row of a code. O(log n). Thread-safe.
[[nodiscard]] const error_row& row_of(error_code code) noexcept;

[[nodiscard]] inline std::string_view name_of(error_code code) noexcept {
    return row_of(code).name;
}
[[nodiscard]] inline bool is_transient(error_code code) noexcept { return row_of(code).transient; }

}  // namespace earmark
