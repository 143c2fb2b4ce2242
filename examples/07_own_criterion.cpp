// A rule of the host's own decides: scores travel with the call, and the decision keeps them.
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

constexpr auto policy = R"(policy = "slow movers first"
currency = "EUR"
rank = ["score", "parcels"])";

int main() {
    engine shop;
    shop.load({}, std::vector<sku_row>{{"mug"}});
    shop.load({}, std::vector<node_row>{{"berlin"}, {"bonn"}, {"kiel"}});
    shop.load({}, std::vector<stock_row>{
                      {"mug", "berlin", {9}}, {"mug", "bonn", {9}}, {"mug", "kiel", {9}}});
    if (!shop.activate({}, policy)) return 1;
    const order_line mug{*shop.find_sku("mug"), {1}, 1299};
    const auto captured =
        shop.place_order({"A-1"}, {{&mug, 1}, none<place_id>, *currency::parse("EUR")});
    const order_id order{captured.first.subject};

    const std::int32_t sold_last_week[] = {70, 12, 31};  // by node; the smallest is best
    result<sourced> answer = fail(error_code::order_busy);
    shop.source({}, {{&order, 1}, false, sold_last_week}, {&answer, 1});
    std::puts(shop.explain(order)->words.c_str());
}
