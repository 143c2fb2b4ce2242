// The smallest program: one order, sourced and explained.
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

constexpr auto fewest_parcels = R"(policy = "fewest"
currency = "EUR"
rank = ["parcels"]
costs = {fixed_per_parcel = "4.90"})";

int main() {
    engine shop;
    shop.load({}, std::vector<sku_row>{{"mug"}});
    shop.load({}, std::vector<node_row>{{"berlin"}, {"bonn"}});
    shop.load({}, std::vector<stock_row>{{"mug", "berlin", {1}}, {"mug", "bonn", {5}}});
    const auto policy = shop.activate({}, fewest_parcels);
    const order_line mugs{*shop.find_sku("mug"), {2}, 1299};
    const auto eur = *currency::parse("EUR");
    const placed captured = shop.place_order({"A-1"}, {{&mugs, 1}, none<place_id>, eur});
    const order_id order{captured.first.subject};
    const auto plan = shop.source({}, order);
    std::puts(shop.explain(order)->words.c_str());
    return policy && plan ? 0 : 1;
}
