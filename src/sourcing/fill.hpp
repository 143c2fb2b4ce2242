// FILL: lines that no single node can serve are filled from several, where the policy splits lines
// by quantity. Greedy and deterministic; a plan that needed it says heuristic.
#pragma once

#include <cstdint>
#include <vector>

#include "board.hpp"

namespace earmark::sourcing::detail {

class filler {
public:
    /// Adds parts for every wanted line that `parts` leaves open, line by line. For each line, the
    /// node that is best by the policy's criteria gives what it has, then the next: cost and
    /// parcels are compared per granule given, so that a node with more units may outrank one that
    /// is cheaper for a few; distance and priority as they are; then the sequence.
    void fill(const board& b, std::vector<plan_part>& parts);

private:
    struct offer {
        std::uint32_t node = no_node;
        std::int64_t n = 0;
        bool opens = false;
        std::int64_t cost = 0;
    };

    void fill_line(const board& b, std::size_t wanted, std::int64_t rest,
                   std::vector<plan_part>& parts);
    [[nodiscard]] offer make_offer(const board& b, std::size_t wanted, std::uint32_t node,
                                   std::int64_t rest) const;
    [[nodiscard]] static bool is_better(const board& b, std::size_t wanted, const offer& x,
                                        const offer& y);

    std::vector<std::uint8_t> open_;   // by node
    std::vector<std::int64_t> taken_;  // by node: of the SKU of the line that is being filled
    std::size_t opened_ = 0;
};

}  // namespace earmark::sourcing::detail
