// WHAT IF: the smallest change, one at a time, with which a node would ship some of an order. Found
// by the solver itself: the problem is solved again with the change, and the edge between "does
// not" and "does" is looked for among whole numbers.
//
// (1) Each answer was tried: with `needed` the best plan uses the node, and one step less does not.
//     Where more changes would do it only together, no answer is given for them.
// (2) The rest of the problem stays as it was: other nodes' stock, rates and distances.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing {

struct explain_names;
enum class picture : std::uint8_t;

/// What may be changed. The first three only open the node; the others are numbers.
enum class lever : std::uint8_t {
    active,
    selected,     // the strategy's `from` names it, and its filters let it through
    rate,         // it has a rate of its own, of 0
    stock,        // granules that it can give of one line, or (all_lines) of every line in full
    parcel_rate,  // its own rate per parcel, 1/10,000
    unit_rate,    // its own rate per unit, 1/10,000
    distance,     // metres to the place
    priority,     // its own
    keep_back,    // units that the policy keeps back at every node of its kind
    delivery,     // the day by which all of it that it ships would be at the door
};
[[nodiscard]] std::string_view name_of(lever l) noexcept;

inline constexpr std::uint16_t all_lines = 0xFFFF;

struct win {
    lever by = lever::active;
    std::uint16_t wanted = all_lines;  // of lever::stock: an index of the problem's lines
    std::int64_t now = 0;              // unknown_distance where it is unknown
    std::int64_t needed = 0;           // at least (stock), else at most
    bool enough = false;               // false: not even at the end of its range
    bool alone = true;                 // false: on top of the levers before it that open the node
    std::int64_t cost_e4 = 0;          // of the plan that then is best
    quality proof = quality::exact;    // heuristic: the solver was, so a smaller change may do
};

struct what_if_answer {
    bool ships = false;  // it does already; there are no wins then
    std::vector<win> wins;
};

/// `from`: what the problem's `selected` was made of, if anything was. `can_keep`: the picture has
/// what is kept back, too (a live one; a decision's record has not). About 40 solves for each
/// number, two numbers a line.
[[nodiscard]] what_if_answer what_if(const policy& by, const sourcing_problem& problem,
                                     node_id node, std::span<const node_selector> from,
                                     bool can_keep, scratch& s);

/// The win in a sentence. `amounts`: `now` of stock is what it has; else only that it is too
/// little.
[[nodiscard]] std::string to_string(const win& w, const policy& by, const sourcing_problem& problem,
                                    node_id node, const explain_names& names, picture known);

}  // namespace earmark::sourcing
