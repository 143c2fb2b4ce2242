// A DC, two stores and a vendor: what a store lacks, others bring.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark::bringing {

inline constexpr time_point monday{1'800'000'000'000'000'000};
inline constexpr sku_id hat{0}, mug{1};
inline constexpr node_id dc{0}, north{1}, south{2}, acme{3};
inline constexpr std::string_view pickup = R"(
policy   = "pickup"
currency = "USD"
rank     = ["priority"]

[always]
require = ["not_rejected_before"]

[[strategy]]
name      = "pickup"
when      = 'method == "pickup"'
from      = ["chosen_store"]
split     = { lines = "by_quantity" }
outcome   = { full = "allocate", partial = "transfer_rest", none = "transfer" }

[[strategy]]
name      = "to the store"
transfers = true
from      = ["dc", "store"]

[[strategy]]
name      = "from the vendor"
transfers = true
from      = ["vendor"]

[[strategy]]
name      = "everyone else"
)";

struct shop : kept_books {
    int number = 0;
    service_id by_hand{};

    explicit shop(std::string_view policy = pickup) {
        using enum node_kind;
        stock_up(now(), {{"hat"}, {"mug"}},
                 {node("dc", 0), node("north", 1, store), node("south", 2, store),
                  node("acme", 3, vendor)},
                 {{"hat", "dc", {4}},
                  {"hat", "north", {2}},
                  {"hat", "south", {3}},
                  {"mug", "north", {0}},
                  {"mug", "acme", {50}}});
        by_hand = service(now(), "pickup");
        go_by(now(), policy);
    }
    static command now(std::string_view key = {}) { return {key, {}, monday}; }
    order_id order(std::vector<order_line> lines, node_id store = north) {
        const std::string key = "o-" + std::to_string(number++);
        order_request r{lines, none<place_id>, *currency::parse("USD")};
        r.method = by_hand;
        r.node = store;
        const auto placed = on.place_order(now(key), r);
        REQUIRE(placed.first.why.code == error_code::ok);
        return order_id{placed.first.subject};
    }
    sourced source(order_id o) {
        const auto s = on.source(now(), o);
        REQUIRE(s);
        return *s;
    }
    result<receipt> tell(order_id o, fact_kind kind, quantity n = {}, node_id at = none<node_id>) {
        return on.record(now(), {kind, o, n.atoms == 0 ? 0u : 1u, at, n, 0});
    }
};

}  // namespace earmark::bringing
