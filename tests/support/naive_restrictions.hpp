// What may not be shipped, in the naive engine: a few shapes of rows, asked one by one for each
// line and node whenever it matters.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "earmark/core/ids.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/restrictions.hpp"

namespace earmark::naive {

/// What such a row says; what it does not say fits everything.
struct restriction {
    std::string key;
    std::optional<sku_id> sku{};
    bool hazmat = false;  // of SKUs that are
    std::optional<node_id> node{};
    std::optional<node_kind> kind{};
    std::optional<place_id> place{};
    std::optional<std::uint8_t> priority{};
    bool across = false;  // a border: not within one country
    bool active = true;

    [[nodiscard]] bool names_origin() const { return node || kind || across; }
};

/// As the real engine reads it.
[[nodiscard]] restriction_row row_of(const restriction& r);

/// Every second SKU is hazardous; countries of nodes and places, or empty.
[[nodiscard]] bool is_hazmat(sku_id s);
[[nodiscard]] std::string country_of(node_id n);
[[nodiscard]] std::string country_of(place_id p);

}  // namespace earmark::naive
