// TAKES THAT ARE WRONG on purpose, for the tests that must notice: the explorer in every
// interleaving, the history checker between real threads.
#pragma once

#include <optional>
#include <span>

#include "earmark/stock/take.hpp"

namespace earmark::broken {

/// Wrong: looks at every cell, then takes them.
template <class Env>
struct check_then_take : stock::taker<Env> {
    using base = stock::taker<Env>;
    check_then_take(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        for (const take_line& l : lines)
            if (const granules free = base::free(l.cell); free - l.n < l.floor)
                return stock::shortage{0, free};
        for (const take_line& l : lines) base::lose(me, l.cell, l.n);
        return std::nullopt;
    }
};

/// Wrong: takes one cell after the other and gives back what it got; never oversells, but others
/// are turned away by units that nobody keeps.
template <class Env>
struct take_then_roll_back : stock::taker<Env> {
    using base = stock::taker<Env>;
    take_then_roll_back(stock::cell_table<Env>& c, stock::slot_table<Env>& s) : base{c, s} {}
    std::optional<stock::shortage> take(std::uint32_t me, std::span<const take_line> lines) {
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (const auto lack = base::take(me, lines[i])) {
                while (i-- > 0) base::give(me, lines[i].cell, lines[i].n);
                return lack;
            }
        return std::nullopt;
    }
};

}  // namespace earmark::broken
