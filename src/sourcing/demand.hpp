// DEMAND: the wanted lines as units that leave together, and what each node can do for each unit.
// For the searches that divide lines and judge parcels as a whole; all nodes are here that have
// something to give, in the order of their sequence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "board.hpp"
#include "worth.hpp"

namespace earmark::sourcing::detail {

/// A set of lines that leave together, or one line.
struct demand_unit {
    std::vector<std::uint16_t> lines;
    bool divisible = false;  // one line, which may be divided
    std::int64_t n = 0;      // granules of all lines
};

class demand {
public:
    /// Reads a problem as the board sees it. O(lines x nodes).
    void look(const board& b);

    [[nodiscard]] const board& table() const noexcept { return *board_; }
    [[nodiscard]] const sourcing_problem& problem() const noexcept { return board_->problem(); }
    [[nodiscard]] const policy_terms& terms() const noexcept { return board_->terms(); }
    [[nodiscard]] measured context() const noexcept {
        return {board_->terms(), board_->problem(), board_->farthest()};
    }
    [[nodiscard]] std::span<const demand_unit> units() const noexcept { return units_; }
    [[nodiscard]] std::span<const std::uint32_t> nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::uint16_t sequence(std::size_t c) const noexcept {
        return problem().nodes[nodes_[c]].sequence;
    }
    /// Granules that a node can give to a divisible unit, at most all of it.
    [[nodiscard]] std::int64_t some(std::size_t c, std::size_t u) const noexcept {
        return some_[c * units_.size() + u];
    }
    /// Can a node serve all of a unit?
    [[nodiscard]] bool whole(std::size_t c, std::size_t u) const noexcept {
        return some(c, u) == units_[u].n;
    }
    /// What a unit of a line costs from a node, with the distance.
    [[nodiscard]] key128 rate(std::size_t c) const noexcept { return rates_[c]; }
    [[nodiscard]] std::int64_t opening(std::size_t c) const noexcept {
        return board_->opening(nodes_[c]);
    }

    /// Where each term of the order lies for this problem.
    [[nodiscard]] const worth_fields& fields() const noexcept { return fields_; }

    /// Keeps the nodes at these places, which ascend.
    void keep(std::span<const std::uint32_t> which);

private:
    void find_units();
    void find_nodes();
    void place_fields();

    const board* board_ = nullptr;
    std::vector<demand_unit> units_;
    std::vector<std::uint32_t> nodes_;
    std::vector<std::int64_t> some_;
    std::vector<key128> rates_;
    worth_fields fields_;
};

/// By wanted line, then by the node's sequence.
void sort_parts(const sourcing_problem& problem, std::vector<plan_part>& parts);

/// Whether the first parts come before the others by the last tie-break. Both are sorted.
[[nodiscard]] bool comes_before(const sourcing_problem& problem, std::span<const plan_part> a,
                                std::span<const plan_part> b);

}  // namespace earmark::sourcing::detail
