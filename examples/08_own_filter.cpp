// A filter of the host's own: what it knows of goods and nodes decides which nodes may serve.
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

constexpr auto policy = R"toml(policy = "cold chain"
currency = "EUR"
rank = ["priority"]
[attributes]
"line.frozen" = "flag"
"node.freezer" = "flag"
[always]
require = ["cold chain"]
[[filter]]
name = "cold chain"
when = "any(line.frozen)"
nodes = "node.freezer"
[[strategy]]
name = "all"
)toml";

int main() {
    engine shop;
    shop.load({}, std::vector<sku_row>{{"ice"}});
    shop.load({}, std::vector<node_row>{{"berlin"}, {"kiel"}});
    shop.load({}, std::vector<stock_row>{{"ice", "berlin", {9}}, {"ice", "kiel", {9}}});
    const value_type flag = value_type::flag;
    shop.load({}, std::vector<attribute_row>{{"line.frozen", flag}, {"node.freezer", flag}});
    shop.load({}, std::vector<fact_row>{{"ice", "line.frozen", "true"},
                                        {"kiel", "node.freezer", "true"}});
    if (!shop.activate({}, policy)) return 1;
    const order_line ice{*shop.find_sku("ice"), {1}, 499};
    const auto order =
        shop.place_order({"A-1"}, {{&ice, 1}, none<place_id>, *currency::parse("EUR")});
    if (!shop.source({}, order_id{order.first.subject})) return 1;
    std::puts(shop.explain(order_id{order.first.subject})->words.c_str());
}
