// CAPTURE: from an order request to the image of an order, or to everything that is wrong with it.
#pragma once

#include <span>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::intake {

/// Checks all of a request and appends every violation, each with its line from 1. With none,
/// `into` is the order with all units open.
struct loaded {  // how many there are
    std::uint32_t nodes = 0;
    std::uint32_t places = 0;
    std::uint32_t services = 0;
};
void capture(const command& c, const order_request& r, std::span<const sku_facts> skus,
             const loaded& tables, lifecycle::image& into, std::vector<error>& violations);

/// What has to be equal for a repeated key to be a repetition. The instant and the actor are not
/// part of it: a retry comes later, perhaps from another server.
[[nodiscard]] digest128 content_of(const order_request& r);

/// May a day be asked for? None may.
[[nodiscard]] bool is_day(civil_day d) noexcept;

/// An amount in granules: bad_quantity, not_a_multiple (refs: atoms, granule), out_of_range.
[[nodiscard]] result<granules> to_granules(quantity q, const sku_facts& of) noexcept;

}  // namespace earmark::intake
