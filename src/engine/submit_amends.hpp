// AMENDMENTS as JSON, and answers of nodes: the fields of what is said of them.
#pragma once

#include "submit_fields.hpp"

namespace earmark::submission::of_amends {

using enum shape;

inline constexpr std::string_view changes[] = {"decrease", "increase", "add_line",   "node",
                                               "ship_to",  "method",   "deliver_by", "priority"};
inline constexpr std::string_view does[] = {"allow", "ignore", "deny"};
inline constexpr std::string_view states[] = {"open",      "backordered", "reserved", "allocated",
                                              "released",  "picked",      "packed",   "shipped",
                                              "delivered", "lost",        "cancelled"};

inline constexpr field rule_fields[] = {
    {"change", choice, required, "what is changed", 0, 0, changes},
    {"state", choice, required, "of the units that it is about", 0, 0, states},
    {"does", choice, required, "allow it, have no say, or forbid it", 0, 0, does},
};
inline constexpr field load_rules[] = {rows_of("what amendments may", rule_fields)};

inline constexpr std::string_view requests[] = {"work", "cancel"};
inline constexpr std::string_view then[] = {"refuses", "accepts"};
inline constexpr field answer_fields[] = {
    {"node", key, optional, "key of the node; without one all that have no row of their own"},
    {"request", choice, required, "what it is asked: to do work, or to give it back", 0, 0,
     requests},
    {"within_s", whole, required, "seconds that it has to answer; 0: it is not asked", 0,
     max_answer_seconds},
    {"then", choice, optional, "what it means that no answer came, default refuses", 0, 0, then},
    {"reason", whole, optional, "of a rejection that is silence", 0, 255},
};
inline constexpr field load_answers[] = {rows_of("what nodes are asked", answer_fields)};

inline constexpr field change_fields[] = {
    {"line", whole, optional, "its number; without one a new line", 1, 5'000},
    {"quantity", decimal, optional, "units that it is to have in all, without the cancelled ones"},
    uom_field,
    {"node", key, optional, "key of the node that it is to be bound to"},
    {"anywhere", flag, optional, "true: bound to no node", 0, 0, {}, {}, "node"},
    {"ship_to", key, optional, "key of a place of its own"},
    {"method", key, optional, "key of a service of its own"},
    {"deliver_by", time, optional, "a last day of delivery of its own, a date"},
    {"as_order", flag, optional, "true: all of these that are not given are as the order says"},
    {"set", whole, optional, "of a new line, as of place_order", 1, 65'535},
    {"sku", key, optional, "of a new line: key of the SKU"},
    {"unit_price", decimal, optional, "of a new line, as of place_order"},
};
inline constexpr field amend_fields[] = {
    {"order", key, required, "key of the order"},
    {"changes", rows, optional, "of lines", 1, 5'000, {}, change_fields},
    {"ship_to", key, optional, "key of another place"},
    {"method", key, optional, "key of another service"},
    {"deliver_by", time, optional, "another last day of delivery, a date"},
    {"priority", whole, optional, "another one", 0, 255},
    {"base_version", whole, optional, "of the order that was seen; without it the last one", 1,
     4'294'967'295},
    {"edit", whole, optional, "number of a hold of the order that ends with it", 1, 65'535},
    {"reason", whole, optional, "of units that are cancelled; a code of the caller's own", 0, 255},
    {"preview", flag, optional, "true: say what would become of it, and change nothing"},
};

}  // namespace earmark::submission::of_amends
