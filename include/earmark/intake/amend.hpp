// AMEND decides what a request changes of an order: which units go, which are added, what it says
// from then on, and all that stands in the way. Nothing is changed here.
#pragma once

#include <span>
#include <vector>

#include "earmark/intake/cancel.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/lifecycle/amendment.hpp"

namespace earmark::intake {

/// What the order is judged by.
struct amend_terms {
    std::span<const sku_facts> skus;
    loaded tables;
    const lifecycle::amend_table& may;
    lifecycle::cell_nodes at;
    consent by;
};

/// What is to be done: moves of units that go, by commitment from the least on (as cancel), and the
/// amendment. `violations` gets all that stands in the way, `row` being the change's position from
/// 1, or 0; with any of them the rest is what would be done but for them.
/// O(changes log units + units), and for changes of the order O(units).
void amend(const lifecycle::image& order, const amend_request& r, const amend_terms& terms,
           lifecycle::amendment& what, std::vector<bucket_move>& moves,
           std::vector<error>& violations);

/// Units of a line (0-based) that are not cancelled, nor asked to be.
[[nodiscard]] granules wanted_of(const lifecycle::image& order, std::uint16_t line,
                                 std::span<const lifecycle::asked> asked) noexcept;

/// What a command's key stands for.
[[nodiscard]] digest128 content_of(const amend_request& r);

}  // namespace earmark::intake
