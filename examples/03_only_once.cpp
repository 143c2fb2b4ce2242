// A shop's message queue delivers twice and reorders: the key decides, not the luck.
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

int main() {
    engine shop;
    shop.load({}, std::vector<sku_row>{{"mug"}, {"pot"}});
    const auto eur = *currency::parse("EUR");
    const order_line mugs{*shop.find_sku("mug"), {2}, 1299};
    const order_line pots{*shop.find_sku("pot"), {1}, 2999};

    const auto say = [&](const char* what, const placed& p) {
        const bool no = p.first.what == outcome::declined;
        std::printf("%s: %s\n", what,
                    no ? shop.describe(p.first.why).c_str() : name_of(p.first.what).data());
    };
    say("first", shop.place_order({"A-1"}, {{&mugs, 1}, none<place_id>, eur}));
    say("again", shop.place_order({"A-1"}, {{&mugs, 1}, none<place_id>, eur}));
    say("other content", shop.place_order({"A-1"}, {{&pots, 1}, none<place_id>, eur}));
    std::printf("orders: %u\n", shop.orders());
}
