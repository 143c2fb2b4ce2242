// A PROMISE before there is an order: what is asked, and what is answered. A pure question: nothing
// is taken and nothing is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "earmark/model/command.hpp"
#include "earmark/model/dates.hpp"
#include "earmark/model/sourcing.hpp"

namespace earmark {

struct promise_request {
    order_request order;             // without a reservation
    std::optional<time_point> at{};  // when it is placed; none: engine time
    bool infinite = false;           // by calendars alone, as if no pool were ever used up
};

/// One node, as if all that it has of the order came from there.
struct promise_option {
    node_id node{};
    std::uint32_t lines = 0;  // distinct SKUs of the order that it could ship whole
    date_chain dates;         // where there is no error
    error why{};              // no_date; no_hours: the node works by no calendar
};

struct promised {
    std::vector<promise_option> options;  // each active node that has hours, or units, by id
    plan chosen;                          // as the active policy would source it now
    std::vector<std::uint32_t> lines;  // by the plan's wanted lines: the first of the order, from 0
    std::vector<date_chain> parts;     // of the plan's nodes, as chosen.parts has them
    error why{};                       // why the plan has no date: no_policy, no_date, no_hours
    date_chain whole;                  // the last days of all parts, the first order_within
};

}  // namespace earmark
