// The one spelling of every enumerator that people or programs outside get to see.
#include <array>
#include <string_view>

#include "earmark/model/amend.hpp"
#include "earmark/model/asked.hpp"
#include "earmark/model/authority.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/holds.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/state.hpp"
#include "earmark/model/trail.hpp"

namespace earmark {
namespace {

constexpr std::array<std::string_view, verbs> verb_names = {
    "none",       "load",      "activate",    "advance",        "adjust",        "reserve",
    "change",     "unreserve", "place_order", "cancel",         "source",        "release",
    "ship",       "deliver",   "expire",      "move",           "snapshot",      "delta",
    "count",      "transfer",  "reject",      "place_hold",     "resolve_hold",  "pick",
    "pack",       "lose",      "unpick",      "fulfil",         "mark",          "amend",
    "quarantine", "discard",   "accept",      "confirm_cancel", "refuse_cancel", "make",
    "migrate"};

constexpr std::array<verb, fact_kinds> verbs_of_facts = {
    verb::ship,           verb::deliver,       verb::reject, verb::pick, verb::pack,
    verb::lose,           verb::unpick,        verb::fulfil, verb::mark, verb::accept,
    verb::confirm_cancel, verb::refuse_cancel, verb::make};

constexpr std::array<std::string_view, order_types> type_names = {
    "sales",   "draft",  "transfer",    "purchase", "make_to_order",
    "service", "sample", "replacement", "exchange", "return"};

constexpr std::array<std::string_view, 9> outcome_names = {"done",       "repeat",      "declined",
                                                           "partial",    "backordered", "unchanged",
                                                           "reacquired", "cancelled",   "asked"};

constexpr std::array<std::string_view, unit_states> state_names = {
    "open",   "backordered", "reserved",  "allocated", "released", "picked",
    "packed", "shipped",     "delivered", "lost",      "cancelled"};

constexpr std::array<std::string_view, trail_kinds> trail_names = {
    "captured",    "said",       "placed",  "amended",  "decided", "rejected", "moved",
    "held",        "hold_ended", "timed",   "migrated", "asked",   "linked",   "reserved",
    "reservation", "stock",      "counted", "loaded",   "denied",  "command"};

constexpr std::array<std::string_view, unit_events> event_names = {
    "allocate", "backorder", "unallocate", "release", "ship", "deliver", "cancel",
    "reserve",  "pick",      "pack",       "unpick",  "lose", "fulfil"};

constexpr std::array<std::string_view, 4> reservation_names = {"active", "consumed", "cancelled",
                                                               "expired"};

constexpr std::array<std::string_view, 4> pool_names = {"quota", "capacity", "limit", "credit"};
constexpr std::array<std::string_view, 3> day_names = {"basket", "work", "ship"};
constexpr std::array<std::string_view, 3> count_names = {"units", "shipments", "orders"};

constexpr std::array<std::string_view, hold_step_count> step_names = {
    "allocate", "release", "pick", "pack", "ship", "cancel"};
constexpr std::array<std::string_view, 3> hold_names = {"active", "resolved", "rejected"};
constexpr std::array<std::string_view, 3> expiry_names = {"resolve", "reject", "escalate"};
constexpr std::array<std::string_view, 2> rejection_names = {"cancel", "wait"};
constexpr std::array<std::string_view, 2> scope_names = {"order", "line"};

constexpr std::array<std::string_view, change_kinds> change_names = {
    "decrease", "increase", "add_line", "node", "ship_to", "method", "deliver_by", "priority"};
constexpr std::array<std::string_view, request_kinds> request_names = {"work", "cancel"};
constexpr std::array<std::string_view, silences> silence_names = {"refuses", "accepts"};

constexpr std::array<std::string_view, privileges> privilege_names = {
    "cancel", "amend",  "place_hold", "resolve_hold", "source", "release",
    "record", "adjust", "load",       "activate",     "discard"};
constexpr std::array<std::string_view, grants> grant_names = {"allow", "deny", "drop"};
constexpr std::array<std::string_view, 3> permission_names = {"allow", "ignore", "deny"};

static_assert(verb_names[static_cast<std::size_t>(verb::make)] == "make");
static_assert(type_names[static_cast<std::size_t>(order_type::return_)] == "return");
static_assert(outcome_names[static_cast<std::size_t>(outcome::asked)] == "asked");
static_assert(state_names[static_cast<std::size_t>(unit_state::cancelled)] == "cancelled");
static_assert(event_names[static_cast<std::size_t>(unit_event::fulfil)] == "fulfil");
static_assert(reservation_names[static_cast<std::size_t>(reservation_state::expired)] == "expired");

/// A value from a damaged record may lie outside of its enum; it gets a name too.
template <std::size_t Size, class Enum>
std::string_view look_up(const std::array<std::string_view, Size>& names, Enum e) noexcept {
    const auto i = static_cast<std::size_t>(e);
    return i < Size ? names[i] : "unknown";
}

}  // namespace

std::string_view name_of(verb v) noexcept { return look_up(verb_names, v); }
verb verb_of(fact_kind k) noexcept {
    const auto i = static_cast<std::size_t>(k);
    return i < fact_kinds ? verbs_of_facts[i] : verb::none;
}
std::string_view name_of(fact_kind k) noexcept { return name_of(verb_of(k)); }
std::string_view name_of(order_type t) noexcept { return look_up(type_names, t); }
std::string_view name_of(outcome o) noexcept { return look_up(outcome_names, o); }
std::string_view name_of(unit_state s) noexcept { return look_up(state_names, s); }
std::string_view name_of(unit_event e) noexcept { return look_up(event_names, e); }
std::string_view name_of(pool_day d) noexcept { return look_up(day_names, d); }
std::string_view name_of(pool_count c) noexcept { return look_up(count_names, c); }
std::string_view name_of(pool_kind k) noexcept { return look_up(pool_names, k); }
std::string_view name_of(reservation_state s) noexcept { return look_up(reservation_names, s); }

std::string_view name_of(change_kind k) noexcept { return look_up(change_names, k); }
std::string_view name_of(request_kind k) noexcept { return look_up(request_names, k); }
std::string_view name_of(silence x) noexcept { return look_up(silence_names, x); }
std::string_view name_of(privilege p) noexcept { return look_up(privilege_names, p); }
std::string_view name_of(grant g) noexcept { return look_up(grant_names, g); }
std::string_view name_of(permission p) noexcept { return look_up(permission_names, p); }

std::string_view name_of(trail_kind k) noexcept { return look_up(trail_names, k); }

std::string_view name_of(hold_step s) noexcept { return look_up(step_names, s); }
std::string_view name_of(hold_state s) noexcept { return look_up(hold_names, s); }
std::string_view name_of(hold_expiry e) noexcept { return look_up(expiry_names, e); }
std::string_view name_of(hold_rejection r) noexcept { return look_up(rejection_names, r); }
std::string_view name_of(hold_scope s) noexcept { return look_up(scope_names, s); }

}  // namespace earmark
