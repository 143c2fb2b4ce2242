// Transfers: what a line's own node lacks is brought there by an order of its own, unit by unit
// linked to the line that waits for it.
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
constexpr node_id dc{0}, north{1}, south{2}, acme{3};
constexpr std::string_view pickup = R"(
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
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}}).accepted == 2);
        std::vector<node_row> nodes(4);
        nodes[0].key = "dc", nodes[1].key = "north", nodes[2].key = "south", nodes[3].key = "acme";
        nodes[1].kind = nodes[2].kind = node_kind::store;
        nodes[3].kind = node_kind::vendor;
        for (int i = 0; i < 4; ++i) nodes[static_cast<std::size_t>(i)].priority = i;
        REQUIRE(on.load(c, nodes).accepted == 4);
        REQUIRE(on.load(c, std::vector<stock_row>{{"hat", "dc", {4}},
                                                  {"hat", "north", {2}},
                                                  {"hat", "south", {3}},
                                                  {"mug", "north", {0}},
                                                  {"mug", "acme", {50}}})
                    .accepted == 5);
        service_row service;
        service.key = "pickup";
        REQUIRE(on.load(c, std::span<const service_row>{&service, 1}).accepted == 1);
        by_hand = on.find_service("pickup").value();
        std::vector<std::string> findings;
        const auto active = on.activate(c, policy, &findings);
        CAPTURE(findings);
        REQUIRE(active);
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
    /// State, node and amount of each bucket.
    std::string where(order_id o) {
        std::string out;
        const auto view = on.order(o);
        for (const bucket_view& k : view->buckets) {
            out += std::to_string(k.line) + ' ' + std::string{name_of(k.state)};
            out += " " + std::string{k.node == none<node_id> ? "-" : on.node(k.node).key};
            out += ' ' + std::to_string(k.amount.atoms) + ", ";
        }
        return out;
    }
    std::int64_t free(sku_id sku, node_id node) { return on.available({sku, node})->atoms; }
};

}  // namespace

TEST_CASE("what the chosen store lacks is brought by a transfer, in one decision and one commit") {
    shop s;
    const order_id o = s.order({{hat, {5}, 900}});
    const sourced done = s.source(o);
    CHECK(done.first.what == outcome::done);
    CHECK(done.chosen.covers == coverage::full);
    CHECK(s.where(o) == "1 reserved - 3, 1 allocated north 2, ");
    REQUIRE(done.brought.size() == 1);
    CHECK(done.brought[0].from == dc);
    CHECK(done.brought[0].to == north);
    CHECK(done.brought[0].amount.atoms == 3);
    const order_id t = done.brought[0].by;
    const auto child = s.on.order(t);
    CHECK(child->type == order_type::transfer);
    CHECK(child->to == north);
    CHECK(child->key == "transfer 0/1");
    CHECK(s.on.find_order("transfer 0/1").value() == t);
    CHECK(s.where(t) == "1 allocated dc 3, ");
    REQUIRE(child->links.size() == 1);
    CHECK(child->links[0].other == o);
    CHECK(child->links[0].brings);
    CHECK(s.on.order(o)->links.at(0).other == t);
    CHECK(s.free(hat, dc) == 1);
    CHECK(s.free(hat, north) == 0);
    REQUIRE(done.groups.size() == 2);
    CHECK(done.groups[0].strategy == "pickup");
    CHECK(done.groups[1].strategy == "to the store");
    const auto told = s.on.explain(o);
    CHECK(told->groups.size() == 2);
    CHECK(told->groups[1].strategy == "to the store");
    INFO(told->words);
    CHECK(told->words.find("What is not served is to be brought") != std::string::npos);
    const auto again = s.on.decision(o);
    CHECK(again->chosen.covers == coverage::full);
    CHECK(again->chosen.parts.size() == 2);
    CHECK(again->groups.size() == 2);
}

TEST_CASE("goods on their way are at no node; arriving, they are the waiting order's alone") {
    shop s;
    const order_id o = s.order({{hat, {5}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    REQUIRE(s.on.release(s.now(), t));
    REQUIRE(s.tell(t, fact_kind::ship));
    const auto at = [&](node_id n) {
        const auto rows = s.on.stock();
        for (const stock_view& row : *rows)
            if (row.sku == hat && row.node == n)
                return std::pair{row.on_hand.atoms, row.free.atoms};
        return std::pair{std::int64_t{-1}, std::int64_t{-1}};
    };
    CHECK(at(dc) == std::pair{std::int64_t{1}, std::int64_t{1}});
    CHECK(at(north) == std::pair{std::int64_t{2}, std::int64_t{0}});
    CHECK(s.where(o) == "1 reserved - 3, 1 allocated north 2, ");

    REQUIRE(s.tell(t, fact_kind::deliver, {2}));
    CHECK(at(north) == std::pair{std::int64_t{4}, std::int64_t{0}});
    CHECK(s.where(o) == "1 reserved - 1, 1 allocated north 2, 1 allocated north 2, ");
    CHECK(s.tell(t, fact_kind::deliver, {}, south).error().code == error_code::not_allowed);
    REQUIRE(s.tell(t, fact_kind::deliver, {}, north));
    CHECK(at(north) == std::pair{std::int64_t{5}, std::int64_t{0}});
    CHECK(s.where(t) == "1 delivered dc 3, ");
    REQUIRE(s.on.release(s.now(), o));
    REQUIRE(s.tell(o, fact_kind::ship));
    REQUIRE(s.tell(o, fact_kind::deliver));
    CHECK(s.on.order(o)->lowest == unit_state::delivered);
    CHECK(at(north) == std::pair{std::int64_t{0}, std::int64_t{0}});
}

TEST_CASE(
    "an order that is cancelled calls back what has not set out, and the rest comes for all") {
    shop s;
    const order_id o = s.order({{hat, {6}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    CHECK(s.where(t) == "1 allocated dc 4, ");
    REQUIRE(s.on.release(s.now(), t));
    REQUIRE(s.tell(t, fact_kind::ship, {1}));
    CHECK(s.where(t) == "1 released dc 3, 1 shipped dc 1, ");
    REQUIRE(s.on.cancel(s.now(), {o, 0, {}, 7}));
    CHECK(s.where(o) == "1 cancelled - 6, ");
    CHECK(s.where(t) == "1 shipped dc 1, 1 cancelled - 3, ");
    CHECK(s.free(hat, dc) == 3);
    CHECK(s.free(hat, north) == 2);
    REQUIRE(s.tell(t, fact_kind::deliver));
    CHECK(s.free(hat, north) == 3);  // it is for nobody now
}

TEST_CASE("units are cancelled where they bind least: those that are to be brought come first") {
    shop s;
    const order_id o = s.order({{hat, {5}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    REQUIRE(s.on.cancel(s.now(), {o, 1, {2}, 0}));
    CHECK(s.where(o) == "1 reserved - 1, 1 allocated north 2, 1 cancelled - 2, ");
    CHECK(s.where(t) == "1 allocated dc 1, 1 cancelled - 2, ");
    CHECK(s.free(hat, dc) == 3);
}

TEST_CASE("a transfer that is cancelled leaves its units open, and they are sourced anew") {
    shop s;
    const order_id o = s.order({{hat, {4}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    REQUIRE(s.on.cancel(s.now(), {t, 0, {}, 0}));
    CHECK(s.where(t) == "1 cancelled - 2, ");
    CHECK(s.where(o) == "1 open - 2, 1 allocated north 2, ");
    const sourced again = s.source(o);
    CHECK(again.first.what == outcome::done);
    CHECK(again.brought.at(0).by != t);
    CHECK(s.on.order(again.brought.at(0).by)->key == "transfer 0/2");
    CHECK(s.on.order(o)->links.size() == 2);
}

TEST_CASE("a node that rejects a transfer is not asked again, another one brings the goods") {
    shop s;
    const order_id o = s.order({{hat, {4}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    REQUIRE(s.on.release(s.now(), t));
    REQUIRE(s.tell(t, fact_kind::reject, {}, dc));
    CHECK(s.where(t) == "1 cancelled - 2, ");
    CHECK(s.where(o) == "1 open - 2, 1 allocated north 2, ");
    REQUIRE(s.on.order(o)->rejections.size() == 1);
    CHECK(s.on.order(o)->rejections[0].node == dc);
    CHECK(s.source(o).brought.at(0).from == south);
}

TEST_CASE("a vendor is bought from where no node of one's own has it") {
    shop s;
    const order_id o = s.order({{hat, {2}, 900}, {mug, {7}, 500}});
    const sourced done = s.source(o);
    CHECK(done.first.what == outcome::done);
    REQUIRE(done.brought.size() == 1);
    CHECK(done.brought[0].line == 2);
    const auto bought = s.on.order(done.brought[0].by);
    CHECK(bought->type == order_type::purchase);
    CHECK(bought->key == "purchase 0/1");
    CHECK(s.where(o) == "1 allocated north 2, 2 reserved - 7, ");
    CHECK(s.free(mug, acme) == 43);
}

TEST_CASE("what the first strategy of transfers leaves, the next one brings") {
    shop s;
    const order_id o = s.order({{hat, {4}, 900}, {mug, {7}, 500}});
    const sourced done = s.source(o);
    CHECK(done.first.what == outcome::done);
    REQUIRE(done.brought.size() == 2);
    CHECK(done.brought[0].from == dc);
    CHECK(done.brought[1].from == acme);
    CHECK(done.brought[0].by != done.brought[1].by);
    REQUIRE(done.groups.size() == 3);
    CHECK(done.groups[2].strategy == "from the vendor");
    CHECK(s.on.decision(o)->chosen.covers == coverage::full);
}

TEST_CASE("memory that is used up leaves an order that waits as it was") {
    config c;
    c.max_orders = 2;
    c.max_keys = c.max_reservations = 64;
    c.max_cells = 64;
    c.ledger_bytes = std::size_t{1} << 20;
    engine on{c};
    REQUIRE(on.load({}, std::vector<sku_row>{{"hat"}}).accepted == 1);
    std::vector<node_row> nodes(2);
    nodes[0].key = "dc", nodes[1].key = "north";
    nodes[1].kind = node_kind::store;
    REQUIRE(on.load({}, nodes).accepted == 2);
    REQUIRE(
        on.load({}, std::vector<stock_row>{{"hat", "dc", {4}}, {"hat", "north", {0}}}).accepted ==
        2);
    REQUIRE(on.activate({},
                        "policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n"
                        "[[strategy]]\nname = 'here'\nfrom = ['chosen_store']\n"
                        "outcome = { none = 'transfer' }\n"
                        "[[strategy]]\nname = 'there'\ntransfers = true\n"));
    order_line line{hat, {1}, 0};
    order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
    r.node = north;
    REQUIRE(on.place_order({"a"}, r).first.why.code == error_code::ok);
    REQUIRE(on.place_order({"b"}, r).first.why.code == error_code::ok);
    const auto hash = on.state_hash();
    CHECK(on.source({}, order_id{0}).error().code == error_code::out_of_memory);
    CHECK(on.state_hash() == hash);
    CHECK(on.check_invariants() == std::vector<std::string>{});
}

TEST_CASE("what nobody can bring waits, and so does a line whose node could not keep it") {
    shop s;
    const order_id many = s.order({{hat, {20}, 900}});
    const sourced none = s.source(many);
    CHECK(none.first.what == outcome::partial);  // whole lines: nobody has the eighteen
    CHECK(none.brought.empty());
    CHECK(s.where(many) == "1 backordered - 18, 1 allocated north 2, ");
    const order_id nowhere = s.order({{mug, {1}, 500}}, south);  // never stocked there
    CHECK(s.source(nowhere).first.what == outcome::backordered);
    CHECK(s.where(nowhere) == "1 backordered - 1, ");
    REQUIRE(s.on.load(s.now(), std::vector<stock_row>{{"mug", "south", {0}}}).accepted == 1);
    CHECK(s.source(nowhere).first.what == outcome::done);
    CHECK(s.where(nowhere) == "1 reserved - 1, ");
}

TEST_CASE("a dry run says what would be brought, and makes nothing") {
    shop s;
    const order_id o = s.order({{hat, {5}, 900}});
    const auto hash = s.on.state_hash();
    const auto told = s.on.source(s.now(), o, true);
    REQUIRE(told);
    CHECK(told->first.what == outcome::done);
    REQUIRE(told->brought.size() == 1);
    CHECK(told->brought[0].by == none<order_id>);
    CHECK(s.on.state_hash() == hash);
}

TEST_CASE("a transfer of its own takes goods from a node and lays them free at the other") {
    shop s;
    std::vector<order_line> lines{{hat, {3}, 0, dc}};
    order_request r{lines, none<place_id>, *currency::parse("USD")};
    r.type = order_type::transfer;
    CHECK(s.on.place_order(s.now("t-1"), r).first.why.code == error_code::bad_order_type);
    r.to = north;
    const auto placed = s.on.place_order(s.now("t-2"), r);
    REQUIRE(placed.first.why.code == error_code::ok);
    const order_id t{placed.first.subject};
    CHECK(s.source(t).first.what == outcome::done);
    REQUIRE(s.on.release(s.now(), t));
    REQUIRE(s.tell(t, fact_kind::ship));
    CHECK(s.free(hat, north) == 2);
    REQUIRE(s.tell(t, fact_kind::deliver));
    CHECK(s.free(hat, north) == 5);
    lines[0] = {mug, {1}, 0, acme};
    r.to = south;
    const auto homeless = s.on.place_order(s.now("t-3"), r);
    CHECK(homeless.first.why.code == error_code::no_cell);
    r.type = order_type::sales;
    CHECK(s.on.place_order(s.now("t-4"), r).first.why.code == error_code::bad_order_type);
}

TEST_CASE("JSON tells what is brought, by which order, and takes transfers") {
    shop s;
    (void)s.order({{hat, {5}, 900}});
    const auto says = [&](std::string_view line, std::string_view part) {
        const std::string answer = s.on.submit(line);
        CAPTURE(answer);
        CHECK(answer.find(part) != std::string::npos);
    };
    says(R"({"verb":"source","orders":["o-0"]})",
         R"("brought":[{"line":1,"from":"dc","to":"north","quantity":"3","by":"transfer 0/1"}])");
    says(R"({"verb":"order","order":"o-0"})",
         R"("links":[{"line":1,"brought_by":"transfer 0/1","other_line":1,"to":"north"}])");
    says(R"({"verb":"order","order":"transfer 0/1"})", R"("type":"transfer","to":"north")");
    says(R"({"verb":"order","order":"transfer 0/1"})",
         R"("links":[{"line":1,"brings_for":"o-0","other_line":1,"to":"north"}])");
    says(R"({"verb":"place_order","key":"t","currency":"USD","type":"transfer","to":"south",)"
         R"("lines":[{"sku":"hat","quantity":"1","unit_price":"0","node":"dc"}]})",
         R"("outcome":"done")");
    says(R"({"verb":"place_order","key":"u","currency":"USD","type":"transfer",)"
         R"("lines":[{"sku":"hat","quantity":"1","unit_price":"0"}]})",
         R"("code":"bad_order_type")");
    says(R"({"verb":"explain","order":"o-0"})",
         "3 x hat of line 1 are brought to north by the order 'transfer 0/1'.");
}

TEST_CASE("figures know the customer's order, and none of the transfers") {
    shop s;
    const order_id o = s.order({{hat, {5}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    const auto rows = s.on.movements({}, 1'000)->rows;
    for (const movement& m : rows) {
        CAPTURE(raw(m.order));
        CHECK(m.type == (m.order == t ? order_type::transfer : order_type::sales));
    }
    CHECK(std::any_of(rows.begin(), rows.end(), [&](const movement& m) { return m.order == t; }));
}

TEST_CASE("a key that a host has given is passed over") {
    shop s;
    order_line line{hat, {1}, 0};
    order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
    REQUIRE(s.on.place_order(s.now("transfer 1/1"), r).first.why.code == error_code::ok);
    s.number = 1;
    const order_id o = s.order({{hat, {5}, 900}});
    CHECK(s.on.order(s.source(o).brought.at(0).by)->key == "transfer 1/2");
}

TEST_CASE(
    "a policy that has goods brought says from where, and no order comes to such a strategy") {
    shop s;
    const auto refused = [&](std::string_view text) {
        std::vector<std::string> findings;
        CHECK_FALSE(s.on.activate(s.now(), text, &findings));
        return findings.empty() ? std::string{} : findings.front();
    };
    CHECK(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n[[strategy]]\nname = 'a'\n"
                  "outcome = { none = 'transfer' }\n")
              .find("nothing says from where") != std::string::npos);
    CHECK(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n[[strategy]]\nname = 'a'\n"
                  "transfers = true\noutcome = { none = 'cancel' }\n")
              .find("leave 'outcome' out") != std::string::npos);
    CHECK(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n"
                  "[outcome]\nnone = 'transfer'\n") != "");
    CHECK(refused("policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n[[strategy]]\nname = 'a'\n"
                  "transfers = 'yes'\n")
              .find("true or false") != std::string::npos);
    const order_id o = s.order({{hat, {1}, 100}}, none<node_id>);
    CHECK(s.source(o).strategy == "pickup");
}

namespace {

/// Numbers that are the same everywhere.
struct dice {
    std::uint64_t state;
    std::uint64_t operator()(std::uint64_t n) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return (state >> 33) % n;
    }
};

/// What nodes, carriers and people may say of an order, whether it can be or not.
void hear_of(shop& s, order_id o, dice& roll) {
    constexpr std::string_view events[] = {"accept", "ask_to_stop", "refuse_to_stop"};
    constexpr fact_kind kinds[] = {fact_kind::ship, fact_kind::ship,   fact_kind::deliver,
                                   fact_kind::pick, fact_kind::unpick, fact_kind::lose,
                                   fact_kind::mark, fact_kind::reject, fact_kind::pack};
    const fact_kind kind = kinds[roll(std::size(kinds))];
    const quantity n{kind == fact_kind::mark ? 0 : static_cast<std::int64_t>(roll(3))};
    const bool is_there = kind == fact_kind::reject || (kind == fact_kind::lose && roll(2) == 0);
    const node_id at = is_there ? node_id{static_cast<std::uint16_t>(roll(4))} : none<node_id>;
    (void)s.on.record(s.now(), {kind, o, n.atoms == 0 ? 0u : 1u, at, n, 0, events[roll(3)]});
}

}  // namespace

TEST_CASE("random lives of orders and their transfers leave every unit accounted for") {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        shop s;
        std::vector<order_id> all;
        dice roll{seed * 0x9E3779B97F4A7C15u};
        const auto keep = [&](std::span<const brought_view> more) {
            for (const brought_view& b : more) all.push_back(b.by);
        };
        for (int step = 0; step < 150; ++step) {
            const auto kind = roll(12);
            if (all.empty() || kind == 0)
                all.push_back(s.order({{hat, {1 + static_cast<int>(roll(6))}, 100},
                                       {mug, {1 + static_cast<int>(roll(3))}, 100}},
                                      roll(2) == 0 ? north : south));
            const order_id o = all[roll(all.size())];
            if (kind <= 2) {
                if (const auto done = s.on.source(s.now(), o)) keep(done->brought);
            } else if (kind <= 4) {
                (void)s.on.release(s.now(), o);
            } else if (kind == 5) {
                (void)s.on.cancel(s.now(), {o, 1, {static_cast<std::int64_t>(roll(3))}, 0});
            } else if (kind == 6) {
                result<sourced> out = fail(error_code::order_busy);
                s.on.source(s.now(), {{&o, 1}, false, {}, dc}, {&out, 1});
                if (out) keep(out->brought);
            } else {
                hear_of(s, o, roll);
            }
            REQUIRE(s.on.check_invariants() == std::vector<std::string>{});
        }
    }
}

}  // namespace earmark
