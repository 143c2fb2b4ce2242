// Two shoppers, one mug: a basket holds it, the other is refused with the numbers, and the basket
// becomes an order without touching stock again.
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

int main() {
    engine shop;
    shop.load({}, std::vector<sku_row>{{"mug"}});
    shop.load({}, std::vector<node_row>{{"bonn"}});
    shop.load({}, std::vector<stock_row>{{"mug", "bonn", {1}}});
    const sku_id mug = *shop.find_sku("mug");
    const node_id bonn = *shop.find_node("bonn");

    const time_point noon{1'800'000'000'000'000'000};
    const reserve_line one{mug, bonn, {1}, {}};
    const auto first = shop.reserve({{}, {}, noon}, {{&one, 1}, noon + minutes(15)});
    const auto second = shop.reserve({{}, {}, noon}, {{&one, 1}, noon + minutes(15)});
    std::printf("first: held; second: %s\n", shop.describe(second.error()).c_str());

    const order_line wanted{mug, {1}, 1299};
    const order_request basket{
        {&wanted, 1}, none<place_id>, *currency::parse("EUR"), 0, reservation_id{first->subject}};
    const auto placed = shop.place_order({"A-1", {}, noon + minutes(5)}, basket);
    const auto order = *shop.order(order_id{placed.first.subject});
    std::printf("order A-1: 1 mug %s at bonn\n", name_of(order.lowest).data());
    std::printf("free: %d\n", static_cast<int>(shop.available(mug, bonn)->atoms));
}
