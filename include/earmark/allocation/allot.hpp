// ALLOCATION turns a plan, a basket or an exchange of baskets into takes, gives and moves. It reads
// no stock: cells are looked up by the engine, and only the commit touches them.
#pragma once

#include <span>
#include <vector>

#include "earmark/lifecycle/image.hpp"
#include "earmark/model/change_set.hpp"
#include "earmark/model/sourcing.hpp"

namespace earmark::allocation {

/// Sorts by cell and makes equal cells one line: amounts add up, the highest floor counts.
/// out_of_range (refs: sum, most, cell) where a sum does not fit.
[[nodiscard]] error merge(std::vector<take_line>& takes);
void merge(std::vector<give_line>& gives);

/// Nets takes against gives of the same cell, so that units which go back and are taken again in
/// one step never leave the owner's hand. Both must be merged.
void net(std::vector<take_line>& takes, std::vector<give_line>& gives);

/// Puts a part's amount and floor into a basket, whose parts ascend by cell; nothing of a cell is
/// no part.
void set_part(std::vector<lifecycle::bucket>& parts, const take_line& t);

/// What it takes to come from one basket to another: no cell is in both lists. Parts ascend by
/// cell.
void differences(std::span<const lifecycle::bucket> from, std::span<const lifecycle::bucket> to,
                 std::vector<take_line>& takes, std::vector<give_line>& gives);

/// Hands a basket over to an order whose units are all open: parts go to lines of their SKU in line
/// order; units that no line wants are given back. `sku_of` answers for a part's cell.
void hand_over(std::span<const lifecycle::bucket> basket, std::span<const sku_id> sku_of,
               const lifecycle::image& order, std::vector<bucket_move>& moves,
               std::vector<give_line>& left_over);

/// Everything that moves back to free when these moves are made: units that leave a cell for a
/// state that holds no stock, without having left the building.
void gives_of(std::span<const bucket_move> moves, std::vector<give_line>& gives);

}  // namespace earmark::allocation
