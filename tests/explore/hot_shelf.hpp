// A SHELF whose first cell is hot, with leases so small that they are filled, run dry and are
// brought home within two calls.
#pragma once

#include <utility>
#include <vector>

#include "explore/shelf.hpp"

namespace earmark::explore {

/// Small enough that a lease is filled, runs dry and is brought home within two calls.
inline constexpr stock::lease_rules eager{
    .groups = 1, .losses = 1, .window = 1'000, .share = 2, .most = 1, .least = 1, .lonely = 1'000};

/// Cell 0 is hot: one unit lies in the lease word of caller 0, the rest in the central word. The
/// sum is `stock` less the unit that caller 0 took.
inline std::vector<prepared> one_leased() { return {{2, lease(0)}, {0, take(1)}}; }
/// One unit lies in the lease word of each caller.
inline std::vector<prepared> both_leased() { return {{2, lease(0)}, {0, take(1)}, {1, take(1)}}; }

template <template <class> class Taker = stock::taker>
auto hot(std::array<int, shelf_cells> stock, std::vector<prepared> before,
         std::vector<shelf_op> left, std::vector<shelf_op> right) {
    return race<Taker>(stock, std::move(left), std::move(right), eager, std::move(before));
}

}  // namespace earmark::explore
