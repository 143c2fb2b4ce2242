// THE FORMS: which verbs there are and which fields each takes. One table (submit_forms.cpp) drives
// the check of a line's shape, the published schema, and the test that holds the documentation's
// examples against both.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "earmark/engine/engine.hpp"
#include "submit_problem.hpp"

namespace earmark::submission {

/// What a field's value may look like in JSON.
enum class shape : std::uint8_t {
    text,     // string
    key,      // string of 1 to 255 bytes
    time,     // string, RFC 3339 or a date
    whole,    // integer within [low, high]
    id,       // string of digits, or an integer: 64 bits, more than some readers' numbers hold
    decimal,  // string, or an integer; never a JSON fraction, which no reader keeps exact
    degrees,  // string or number
    flag,     // true or false
    choice,   // one of `choices`
    keys,     // array of low to high keys
    rows,     // array of low to high objects with the fields `of`
    orders,   // array of low to high canonical orders, each judged by itself
};

struct field {
    std::string_view name;
    shape is = shape::text;
    bool required = false;
    std::string_view about;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::span<const std::string_view> choices{};
    std::span<const field> of{};
    std::string_view instead_of{};  // a field that may not stand beside this one
};

/// A line that has the right shape, on its way to the engine.
struct request {
    engine& on;
    const nlohmann::json& line;
};

struct form {
    std::string_view verb;
    std::string_view table;  // of `load`: what is loaded; else empty
    std::string_view about;
    bool command;  // takes key, actor and now
    std::span<const field> fields;
    nlohmann::ordered_json (*run)(const request&);
};

[[nodiscard]] std::span<const form> forms() noexcept;

/// A canonical order: what place_order takes, with its key and when it was placed.
[[nodiscard]] const form& order_form() noexcept;

/// The fields that every command takes besides its own.
[[nodiscard]] std::span<const field> command_fields() noexcept;

/// The form that a line asks for, or null with a problem.
[[nodiscard]] const form* find_form(const nlohmann::json& line, problems& wrong);

/// Is every required field there, is every field known, has every value its shape?
void check_shape(const form& f, const nlohmann::json& line, problems& wrong);

/// The names of all verbs, as choices of a field.
[[nodiscard]] std::span<const std::string_view> verb_choices() noexcept;

// The verbs (submit_setup.cpp, submit_stock.cpp, submit_feeds.cpp, submit_pools.cpp,
// submit_sections.cpp, submit_reservations.cpp, submit_orders.cpp, submit_questions.cpp,
// submit_dates.cpp, submit_holds.cpp, submit_captures.cpp, submit_bulk.cpp).
nlohmann::ordered_json run_load_skus(const request& r);
nlohmann::ordered_json run_load_nodes(const request& r);
nlohmann::ordered_json run_load_places(const request& r);
nlohmann::ordered_json run_load_distances(const request& r);
nlohmann::ordered_json run_load_stock(const request& r);
nlohmann::ordered_json run_load_units(const request& r);
nlohmann::ordered_json run_load_floors(const request& r);
nlohmann::ordered_json run_load_segments(const request& r);
nlohmann::ordered_json run_load_sections(const request& r);
nlohmann::ordered_json run_transfer(const request& r);
nlohmann::ordered_json run_sections(const request& r);
nlohmann::ordered_json run_load_pools(const request& r);
nlohmann::ordered_json run_load_attributes(const request& r);
nlohmann::ordered_json run_load_facts(const request& r);
nlohmann::ordered_json run_load_exclusions(const request& r);
nlohmann::ordered_json run_load_restrictions(const request& r);
nlohmann::ordered_json run_adjust_pool(const request& r);
nlohmann::ordered_json run_pool(const request& r);
nlohmann::ordered_json run_load_thresholds(const request& r);
nlohmann::ordered_json run_load_calendars(const request& r);
nlohmann::ordered_json run_load_days(const request& r);
nlohmann::ordered_json run_load_services(const request& r);
nlohmann::ordered_json run_load_hours(const request& r);
nlohmann::ordered_json run_load_lanes(const request& r);
nlohmann::ordered_json run_promise(const request& r);
nlohmann::ordered_json run_activate(const request& r);
nlohmann::ordered_json run_advance(const request& r);
nlohmann::ordered_json run_adjust(const request& r);
nlohmann::ordered_json run_count(const request& r);
nlohmann::ordered_json run_snapshot(const request& r);
nlohmann::ordered_json run_delta(const request& r);
nlohmann::ordered_json run_uncovered(const request& r);
nlohmann::ordered_json run_counts(const request& r);
nlohmann::ordered_json run_reserve(const request& r);
nlohmann::ordered_json run_change(const request& r);
nlohmann::ordered_json run_move(const request& r);
nlohmann::ordered_json run_unreserve(const request& r);
nlohmann::ordered_json run_reservation(const request& r);
nlohmann::ordered_json run_place_order(const request& r);
nlohmann::ordered_json run_capture(const request& r);
nlohmann::ordered_json run_quarantined(const request& r);
nlohmann::ordered_json run_replay(const request& r);
nlohmann::ordered_json run_discard(const request& r);
nlohmann::ordered_json run_tombstones(const request& r);
nlohmann::ordered_json run_load_hold_types(const request& r);
nlohmann::ordered_json run_place_hold(const request& r);
nlohmann::ordered_json run_amend(const request& r);
nlohmann::ordered_json run_load_amend_rules(const request& r);
nlohmann::ordered_json run_load_answers(const request& r);
nlohmann::ordered_json run_load_privileges(const request& r);
nlohmann::ordered_json run_resolve_hold(const request& r);
nlohmann::ordered_json run_cancel(const request& r);
nlohmann::ordered_json run_source(const request& r);
nlohmann::ordered_json run_release(const request& r);
nlohmann::ordered_json run_record(const request& r);
nlohmann::ordered_json run_available(const request& r);
nlohmann::ordered_json run_explain_available(const request& r);
nlohmann::ordered_json run_available_together(const request& r);
nlohmann::ordered_json run_crossings(const request& r);
nlohmann::ordered_json run_audit(const request& r);
nlohmann::ordered_json run_order(const request& r);
nlohmann::ordered_json run_queues(const request& r);
nlohmann::ordered_json run_worklist(const request& r);
nlohmann::ordered_json run_select(const request& r);
nlohmann::ordered_json run_bulk(const request& r);
nlohmann::ordered_json run_wave(const request& r);
nlohmann::ordered_json run_activate_workflow(const request& r);
nlohmann::ordered_json run_allowed(const request& r);
nlohmann::ordered_json run_migrate(const request& r);
nlohmann::ordered_json run_story(const request& r);
nlohmann::ordered_json run_trail(const request& r);
nlohmann::ordered_json run_notices(const request& r);
nlohmann::ordered_json run_explain(const request& r);
nlohmann::ordered_json run_poll(const request& r);
nlohmann::ordered_json run_movements(const request& r);
nlohmann::ordered_json run_expiries(const request& r);
nlohmann::ordered_json run_flush(const request& r);
nlohmann::ordered_json run_status(const request& r);

}  // namespace earmark::submission
