// The same order under two price lists, before anything is taken: a dry run costs no stock.
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

constexpr const char* policy = R"(policy = "cheapest"
currency = "EUR"
rank = ["cost"]
[costs]
per_unit = {dc = "1.00", store = "0.50"}
fixed_per_parcel = )";

int main() {
    engine shop;
    shop.load({}, std::vector<sku_row>{{"mug"}, {"pot"}});
    shop.load({}, std::vector<node_row>{
                      {"hub"}, {"left", node_kind::store}, {"right", node_kind::store}});
    shop.load({}, std::vector<stock_row>{{"mug", "hub", {9}}, {"pot", "hub", {9}}});
    shop.load({}, std::vector<stock_row>{{"mug", "left", {9}}, {"pot", "right", {9}}});
    const order_line lines[] = {{*shop.find_sku("mug"), {1}, 1299},
                                {*shop.find_sku("pot"), {1}, 2999}};
    const auto captured =
        shop.place_order({"A-1"}, {lines, none<place_id>, *currency::parse("EUR")});
    for (const std::string parcel : {"4.90", "0.10"}) {
        if (!shop.activate({}, policy + ("\"" + parcel + "\"\n"))) return 1;
        const auto plan = shop.source({}, order_id{captured.first.subject}, true);
        std::printf("%s a parcel: %d parcels, %.2f EUR\n", parcel.c_str(),
                    plan->chosen.cost.parcels, static_cast<double>(plan->chosen.cost.e4) / 10'000);
    }
    std::printf("free mugs: %d\n", static_cast<int>(shop.available(lines[0].sku)->atoms));
}
