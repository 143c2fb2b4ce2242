// Floor rules: which one holds, what it does to every take and answer, and that it is said.
#include "earmark/model/floors.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr sku_id hat{0}, mug{1}, milk{2};
constexpr node_id dc{0}, store{1}, closed{2};

struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine on{[this] {
        config c;
        c.sink = sink;
        return c;
    }()};

    shop() {
        const command c;
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}, {"milk", 2, 50}}).accepted == 3);
        std::vector<node_row> nodes(3);
        nodes[0].key = "dc";
        nodes[1] = {"store", node_kind::store, {}, 0, true, {}, {}};
        nodes[2] = {"closed", node_kind::store, {}, 0, false, {}, {}};
        REQUIRE(on.load(c, nodes).accepted == 3);
        REQUIRE(on.load(c, std::vector<stock_row>{{"hat", "dc", {10}},
                                                  {"hat", "store", {10}},
                                                  {"hat", "closed", {10}},
                                                  {"mug", "dc", {10}},
                                                  {"mug", "store", {2}},
                                                  {"milk", "store", {1000}}})
                    .accepted == 6);
    }
    std::vector<rejected_row> rules(std::vector<floor_row> rows) {
        return on.load(command{}, rows).rejected;
    }
    std::int64_t available(sku_id s, node_id n, channel_id ch = none<channel_id>,
                           floor_use use = floor_use::selling) {
        const auto q = on.available({s, n, ch, use});
        REQUIRE(q);
        return q->atoms;
    }
    result<receipt> reserve(sku_id s, node_id n, std::int64_t atoms,
                            channel_id ch = none<channel_id>, std::int64_t floor = 0) {
        const reserve_line line{s, n, {atoms}, {floor}};
        return on.reserve(command{}, {{&line, 1}, never, none<reservation_id>, ch});
    }
    result<sourced> order(sku_id s, std::int64_t atoms) {
        static int number = 0;
        const std::string key = "o" + std::to_string(++number);
        const order_line line{s, {atoms}, 100};
        const auto made =
            on.place_order({key}, {{&line, 1}, none<place_id>, *currency::parse("EUR")});
        return on.source(command{}, order_id{made.first.subject});
    }
};

floor_row rule(std::string key, std::int64_t units) {
    floor_row r;
    r.key = std::move(key);
    r.units = units;
    return r;
}
floor_row rule(std::string key, std::string sku, std::string node, std::string channel,
               std::int64_t units) {
    floor_row r = rule(std::move(key), units);
    r.sku = std::move(sku);
    r.node = std::move(node);
    r.channel = std::move(channel);
    return r;
}

TEST_CASE("of all rules that fit, the most particular one holds, and only that one") {
    shop s;
    REQUIRE(s.rules({rule("all", 1)}).empty());
    CHECK(s.available(hat, store) == 9);
    REQUIRE(s.rules({rule("web", "", "", "web", 2)}).empty());
    const channel_id web = *s.on.find_channel("web");
    CHECK(s.available(hat, store) == 9);
    CHECK(s.available(hat, store, web) == 8);
    floor_row stores = rule("stores", 3);
    stores.kind = node_kind::store;
    REQUIRE(s.rules({stores}).empty());
    CHECK(s.available(hat, store, web) == 7);
    CHECK(s.available(hat, dc, web) == 8);
    REQUIRE(s.rules({rule("the store", "", "store", "", 4)}).empty());
    CHECK(s.available(hat, store, web) == 6);
    REQUIRE(s.rules({rule("hats", "hat", "", "", 5)}).empty());
    CHECK(s.available(hat, store, web) == 5);
    CHECK(s.available(mug, dc, web) == 8);
    REQUIRE(s.rules({rule("hats of web", "hat", "", "web", 6)}).empty());
    CHECK(s.available(hat, store, web) == 4);
    CHECK(s.available(hat, store) == 5);
    REQUIRE(s.rules({rule("hats there", "hat", "store", "", 7)}).empty());
    CHECK(s.available(hat, store, web) == 3);
    REQUIRE(s.rules({rule("hats there of web", "hat", "store", "web", 0)}).empty());
    CHECK(s.available(hat, store, web) == 10);  // less than every other: rules do not stack
    CHECK(s.available(hat, store) == 3);
    floor_row no_more = rule("all", 0);
    no_more.exclude = true;
    REQUIRE(s.rules({no_more}).empty());  // an exclusion comes first, however general
    CHECK(s.available(hat, store, web) == 0);
}

TEST_CASE("each node keeps its own floor before the sum, and inactive ones count nothing") {
    shop s;
    CHECK(s.available(mug, none<node_id>) == 12);
    CHECK(s.available(hat, none<node_id>) == 20);  // 10 more lie at a node that is closed
    REQUIRE(s.rules({rule("all", 5)}).empty());
    CHECK(s.available(mug, none<node_id>) == 5);  // not 12 - 5, nor 12 - 10
    const auto terms = s.on.explain_available({mug});
    REQUIRE(terms);
    REQUIRE(terms->size() == 2);
    CHECK((*terms)[0].available.atoms == 5);
    CHECK((*terms)[1].available.atoms == 0);
    CHECK((*terms)[1].free.atoms == 2);
    CHECK((*terms)[1].floor.atoms == 5);
    CHECK((*terms)[1].rule == "all");
}

TEST_CASE(
    "a group of nodes has what its nodes have, each above its own floor, and may overlap others") {
    shop s;
    REQUIRE(s.rules({rule("safety", "mug", "store", "", 5)}).empty());  // of which there are two
    const auto sum = [&](sku_id of, std::vector<node_id> nodes) {
        available_request r{of};
        r.nodes = nodes;
        const auto one = s.on.available(r);
        const auto together = s.on.available_together(std::span{&r, 1});
        REQUIRE(one);
        REQUIRE(together);
        CHECK(one->atoms == together->front().atoms);
        std::int64_t terms = 0;
        const auto all = s.on.explain_available(r);
        REQUIRE(all);
        for (const available_terms& t : *all) terms += t.available.atoms;
        CHECK(one->atoms == terms);
        return one->atoms;
    };
    CHECK(sum(mug, {dc, store}) == 10);  // not 7: the store's lack is not the DC's
    CHECK(sum(hat, {dc, store}) == 20);
    CHECK(sum(hat, {store, closed}) == 10);
    CHECK(sum(hat, {closed}) == 0);
    CHECK(sum(milk, {dc}) == 0);
    available_request wrong{hat};
    for (const std::vector<node_id>& nodes :
         {std::vector{store, dc}, std::vector{dc, dc}, std::vector{dc, node_id{9}}}) {
        wrong.nodes = nodes;
        CHECK_FALSE(s.on.available(wrong));
        CHECK_FALSE(s.on.available_together(std::span{&wrong, 1}));
    }
}

TEST_CASE("a reservation meets the floor that available subtracts") {
    shop s;
    REQUIRE(s.rules({rule("hats", "hat", "", "", 4), rule("web", "hat", "", "web", -3)}).empty());
    const channel_id web = *s.on.find_channel("web");
    CHECK(s.reserve(hat, dc, 7).error().code == error_code::insufficient);
    CHECK(s.reserve(hat, dc, 5, none<channel_id>, 6).error().code == error_code::insufficient);
    CHECK(s.reserve(hat, dc, 6));
    CHECK(s.available(hat, dc) == 0);
    CHECK(s.available(hat, dc, web) == 7);  // 4 free and 3 that may be owed
    CHECK(s.reserve(hat, dc, 8, web).error().code == error_code::insufficient);
    CHECK(s.reserve(hat, dc, 7, web));
    CHECK(s.available(hat, dc, web) == 0);
    CHECK(s.on.check_invariants().empty());
    CHECK(s.reserve(hat, closed, 1).error().code == error_code::excluded);
}

TEST_CASE("a freeze is a rule, holds from one call to the next, and its lifting too") {
    shop s;
    const auto held = s.reserve(hat, store, 3);
    REQUIRE(held);
    floor_row freeze;
    freeze.key = "fire at the store";
    freeze.node = "store";
    freeze.exclude = true;
    REQUIRE(s.rules({freeze}).empty());
    CHECK(s.available(hat, none<node_id>) == 10);
    CHECK(s.available(hat, store) == 0);
    const auto no = s.reserve(hat, store, 1);
    REQUIRE(!no);
    CHECK(no.error().code == error_code::excluded);
    CHECK(s.on.describe(no.error()).find("fire at the store") != std::string::npos);
    CHECK(s.on.unreserve(command{}, reservation_id{held->subject}));  // promises stand and go
    freeze.active = false;
    REQUIRE(s.rules({freeze}).empty());
    CHECK(s.available(hat, store) == 10);  // nothing was counted away
}

TEST_CASE("selling and sourcing have buffers of their own") {
    shop s;
    REQUIRE(s.on.activate(command{},
                          "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"priority\"]\n"
                          "[split]\nlines = \"by_quantity\"\n"));
    floor_row selling = rule("sell", "mug", "", "", 1), sourcing = rule("source", "mug", "", "", 4);
    selling.use = floor_use::selling;
    sourcing.use = floor_use::sourcing;
    REQUIRE(s.rules({selling, sourcing}).empty());
    CHECK(s.available(mug, dc) == 9);
    CHECK(s.available(mug, dc, none<channel_id>, floor_use::sourcing) == 6);
    const auto planned = s.order(mug, 20);
    REQUIRE(planned);
    std::int64_t units = 0;
    for (const plan_part& p : planned->chosen.parts) units += p.n;
    CHECK(units == 6);  // none of the two at the store
    CHECK(s.available(mug, dc) == 3);
    CHECK(s.on.check_invariants().empty());
}

TEST_CASE("a floor and what a policy keeps back do not stack: the higher one holds") {
    shop s;
    REQUIRE(s.on.activate(command{},
                          "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"priority\"]\n"
                          "[split]\nlines = \"by_quantity\"\n[keep_back]\ndc = 3\n"));
    const auto sourced_units = [&](std::int64_t floor) {
        shop t;
        REQUIRE(t.on.activate(command{},
                              "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"priority\"]\n"
                              "[split]\nlines = \"by_quantity\"\n[keep_back]\ndc = 3\n"));
        REQUIRE(t.rules({rule("r", "mug", "dc", "", floor)}).empty());
        const auto planned = t.order(mug, 50);
        REQUIRE(planned);
        std::int64_t units = 0;
        for (const plan_part& p : planned->chosen.parts)
            if (p.node == dc) units += p.n;
        CHECK(t.on.check_invariants().empty());
        return units;
    };
    CHECK(sourced_units(5) == 5);
    CHECK(sourced_units(2) == 7);
    CHECK(sourced_units(-4) == 7);
}

TEST_CASE("units of a rule become granules so that no promise is too many") {
    shop s;  // milk: hundredths of a litre, sold by the half
    REQUIRE(s.rules({rule("milk", "milk", "", "", 3)}).empty());
    CHECK(s.available(milk, store) == 700);
    REQUIRE(s.rules({rule("milk", "milk", "", "", -1)}).empty());
    CHECK(s.available(milk, store) == 1100);
    REQUIRE(s.on.load(command{}, std::vector<sku_row>{{"box", 0, 6}}).accepted == 1);
    REQUIRE(s.on.load(command{}, std::vector<stock_row>{{"box", "dc", {60}}}).accepted == 1);
    REQUIRE(s.rules({rule("box", "box", "", "", 7)}).empty());
    CHECK(s.available(sku_id{3}, dc) == 48);  // two boxes of six stay
    REQUIRE(s.rules({rule("box", "box", "", "", -7)}).empty());
    CHECK(s.available(sku_id{3}, dc) == 66);  // one box of six may be owed
}

TEST_CASE("a wrong rule is refused with its row, and the others are taken") {
    shop s;
    floor_row both = rule("both", "", "dc", "", 1);
    both.kind = node_kind::dc;
    floor_row keeps_nothing = rule("excluded", 1);
    keeps_nothing.exclude = true;
    const auto bad =
        s.rules({rule("", 1), rule("x", "cap", "", "", 1), rule("y", "", "moon", "", 1),
                 rule("z", max_floor_units + 1), both, keeps_nothing,
                 rule(std::string(256, 'k'), 1), rule("good", 1), rule("twin", 2)});
    std::vector<std::pair<std::uint32_t, error_code>> seen;
    for (const auto& r : bad) seen.emplace_back(r.row, r.why.code);
    using code = error_code;
    CHECK(seen == decltype(seen){{1, code::empty_key},
                                 {2, code::unknown_sku},
                                 {3, code::unknown_node},
                                 {4, code::out_of_range},
                                 {5, code::bad_field},
                                 {6, code::out_of_range},
                                 {7, code::key_too_long},
                                 {9, code::twin_rule}});
    CHECK(s.available(hat, dc) == 9);
    CHECK(s.on.find_channel("web").error().code == error_code::unknown_channel);
    CHECK(s.on.available({hat, dc, channel_id{7}}).error().code == error_code::unknown_channel);
    CHECK(s.reserve(hat, dc, 1, channel_id{7}).error().code == error_code::unknown_channel);
}

TEST_CASE("rules and channels come back from the journal") {
    shop s;
    floor_row off = rule("off", "", "dc", "", 9);
    off.active = false;
    REQUIRE(s.rules({rule("all", 1), rule("web", "hat", "", "web", 2), off}).empty());
    REQUIRE(s.rules({rule("all", 3)}).empty());
    REQUIRE(s.on.flush(journal::durability::memory));
    config c;
    c.sink = s.sink;
    engine again{c};
    CHECK(again.halted().empty());
    CHECK(again.state_hash() == s.on.state_hash());
    CHECK(again.available({hat, dc})->atoms == 7);
    CHECK(again.available({hat, dc, *again.find_channel("web")})->atoms == 8);
}

TEST_CASE("many questions have the answers of each alone") {
    shop s;
    REQUIRE(s.rules({rule("all", 1)}).empty());
    std::vector<available_request> asked;
    for (int i = 0; i < 300; ++i)
        asked.push_back({sku_id{static_cast<std::uint32_t>(i % 4)},
                         node_id{static_cast<std::uint16_t>(i % 3)}});
    std::vector<result<quantity>> out(asked.size(), quantity{});
    s.on.available(asked, out);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto one = s.on.available(asked[i]);
        REQUIRE(one.has_value() == out[i].has_value());
        CHECK((one ? one->atoms == out[i]->atoms : one.error().code == out[i].error().code));
    }
}

TEST_CASE("Shopify's four orders, with shoes that may be oversold where they are stocked") {
    engine on;
    const command c;
    const std::vector<std::string> cities = {"New York", "Los Angeles", "Chicago", "Pittsburgh"};
    const std::vector<std::string> goods = {"hat", "shirt", "mug", "shoe"};
    const int stocked[4][4] = {{5, 1, -1, -1}, {-1, 5, 1, -1}, {1, -1, 5, 1}, {10, 10, 10, 10}};
    std::vector<node_row> nodes;
    std::vector<sku_row> skus;
    std::vector<stock_row> stock;
    for (const std::string& key : goods) skus.push_back({key});
    for (int k = 0; k < 4; ++k) {
        nodes.push_back({cities[k], node_kind::store, {}, k + 1, true, {}, {}});
        for (int g = 0; g < 4; ++g)
            if (stocked[k][g] >= 0) stock.push_back({goods[g], cities[k], {stocked[k][g]}});
    }
    REQUIRE(on.load(c, skus).rejected.empty());
    REQUIRE(on.load(c, nodes).rejected.empty());
    REQUIRE(on.load(c, stock).rejected.empty());
    REQUIRE(
        on.load(c, std::vector<floor_row>{rule("oversold", "shoe", "", "", -50)}).rejected.empty());
    REQUIRE(on.activate(c, "policy = 'p'\ncurrency = 'EUR'\nrank = ['parcels', 'priority']\n"));
    const auto city = [&](const std::vector<order_line>& lines) {
        const auto made = on.place_order({std::to_string(on.status().orders)},
                                         {lines, none<place_id>, *currency::parse("EUR")});
        const auto decided = on.source(c, order_id{made.first.subject}, true);
        REQUIRE(decided);
        REQUIRE(decided->chosen.cost.parcels == 1);
        return cities[index_of(decided->chosen.parts.front().node)];
    };
    const auto line = [](std::uint32_t g, std::int64_t n) { return order_line{sku_id{g}, {n}, 1}; };
    CHECK(city({line(0, 1), line(1, 1)}) == "New York");
    CHECK(city({line(0, 1), line(2, 1)}) == "Chicago");
    CHECK(city({line(1, 6)}) == "Pittsburgh");
    CHECK(city({line(3, 20)}) == "Chicago");
}

}  // namespace
}  // namespace earmark
