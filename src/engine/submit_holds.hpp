// HOLDS as JSON: the fields of what is said of them.
#pragma once

#include "submit_answer.hpp"
#include "submit_fields.hpp"

namespace earmark::submission {

/// The holds of an order that has any.
[[nodiscard]] answer holds_of(const engine& on, const order_view& o);

namespace of_holds {

using enum shape;

inline constexpr std::string_view expiries[] = {"resolve", "reject", "escalate"};
inline constexpr std::string_view rejections[] = {"cancel", "wait"};
inline constexpr std::string_view scopes[] = {"order", "line"};
inline constexpr std::string_view answers[] = {"accept", "reject"};

inline constexpr field type_fields[] = {
    {"hold_type", key, required, "key of the type; one that stands there is changed"},
    {"blocks", keys, optional,
     "of allocate, release, pick, pack, ship, cancel; without it all but cancel; [] of a date on "
     "which to cancel",
     0, 6},
    {"lasts_seconds", whole, optional, "without it until it is answered", 1, max_hold_seconds},
    {"then", choice, optional, "what becomes of it after that, default escalate", 0, 0, expiries},
    {"rejected", choice, optional, "what its rejection leads to, default cancel", 0, 0, rejections},
    {"keeps_seconds", whole, optional, "how long allocated units stay; without it as long as it", 0,
     max_hold_seconds},
    {"scope", choice, optional, "of those that apply_when places, default order", 0, 0, scopes},
    {"apply_when", text, optional, "condition on which place_order places one"},
    {"resolve_when", text, optional, "condition on which it is over when it would stop a step"},
    {"after", keys, optional, "types whose resolution places one of this", 1, 64},
    {"answers", keys, optional, "actors who may resolve it; without it everybody", 1, 64},
    {"repeats_within_seconds", whole, optional,
     "placed on an order that repeats an earlier one of its customer within so long", 1,
     max_hold_seconds},
    {"repeats_by", keys, optional, "attributes of orders that say who the customer is", 1,
     max_repeat_attributes},
};
inline constexpr field load_hold_types[] = {rows_of("the types of holds", type_fields)};

inline constexpr field place_fields[] = {
    {"order", key, required, "key of the order"},
    {"type", key, required, "key of the type"},
    {"line", whole, optional, "its number; without one the whole order", 1, 5'000},
    {"reason", whole, optional, "a code of the caller's own, default 0", 0, 255},
    {"until", time, optional, "the end of its time; without it as the type says"},
    {"for_good", flag, optional, "true: until it is answered", 0, 0, {}, {}, "until"},
};
inline constexpr field resolve_fields[] = {
    {"order", key, required, "key of the order"},
    {"hold", whole, required, "its number in the order", 1, max_holds_in_all},
    {"answer", choice, required, "accept lifts it, reject does what its type says", 0, 0, answers},
    {"reason", whole, optional, "a code of the caller's own, default 0", 0, 255},
};

inline constexpr std::string_view may[] = {"cancel", "amend",    "place_hold", "resolve_hold",
                                           "source", "release",  "record",     "adjust",
                                           "load",   "activate", "discard"};
inline constexpr std::string_view grants[] = {"allow", "deny", "drop"};
inline constexpr field privilege_fields[] = {
    {"actor", key, required, "who; a name that is new is made"},
    {"may", choice, required, "what he may do, or not", 0, 0, may},
    {"hold_type", key, optional, "of place_hold and resolve_hold alone: which holds"},
    {"does", choice, optional, "default allow; drop takes the row away again", 0, 0, grants},
};
inline constexpr field load_privileges[] = {rows_of("who may do what", privilege_fields)};

}  // namespace of_holds
}  // namespace earmark::submission
