// Mistakes that the naive engine makes when it is asked to, so that a test can see them noticed.
#pragma once

#include <cstdint>

namespace earmark::naive {

enum class flaw : std::uint8_t {
    none,
    cancel_gives_double,
    ship_gives_back,    // B7: shipped units return to free
    expires_late,       // live at its deadline
    repeat_runs_again,  // a repeated key is not recognised
    forgets_the_floor,
    basket_is_not_merged,   // B2: two lines of one cell are checked one by one
    takes_what_it_can,      // a basket is not all or nothing
    change_gives_first,     // what shrinks is given back also where what grows is refused
    move_forgets_to_give,   // moved units stay taken at the old node
    hand_over_takes_again,  // B3: the order takes what its reservation has already taken
    adjust_hides_shortage,
    forgets_keep_back,
    takes_stale_revisions,  // a lower revision that comes late is amended to
    forgets_own_events,     // a snapshot brings shipped goods back
    takes_stale_feeds,
    forgets_floor_rules,
    forgets_pools,              // what binds is not taken
    keeps_pools_for_ever,       // B18: cancelled units do not come back to their quota
    one_hold_opens_all,         // resolving one hold of an order lets its other ones go
    late_create_comes_to_life,  // what was cancelled before it came is placed when it comes
    asks_nobody,                // what a node works on is taken back at once
    lets_everybody,             // who may do what is not asked
    forgets_origins,            // restrictions are asked of the destination alone
    trusts_repeats,             // an order that comes twice is not suspected
    suspects_for_ever,          // however long ago the first one came
    forgets_when_units_came,    // units that come later have waited as long as those before them
};

}  // namespace earmark::naive
