// Transfers: what a line's own node lacks is brought there by an order of its own, unit by unit
// linked to the line that waits for it.
#include <algorithm>

#include "earmark/engine/workflows.hpp"
#include "transfers_shop.hpp"

namespace earmark::bringing {

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

TEST_CASE("an event is about the order of its command, not about those that it is linked to") {
    shop s;
    static_cast<void>(s.order({{hat, {1}, 900}}));
    const order_id o = s.order({{hat, {5}, 900}});
    const order_id t = s.source(o).brought.at(0).by;
    const auto about = [&](verb by) {
        const auto events = s.on.poll({}, 1'000);
        std::uint64_t last = 99;
        for (const event& e : *events)
            if (e.by == by) last = e.subject;
        return order_id{last};
    };
    CHECK(about(verb::place_order) == o);
    CHECK(about(verb::source) == o);
    REQUIRE(s.on.release(s.now(), t));
    CHECK(about(verb::release) == t);
    const command keyed{"gone", {}, monday};
    REQUIRE(s.on.cancel(keyed, {o}));
    CHECK(about(verb::cancel) == o);  // and the transfer goes, too
    CHECK(s.on.order(t)->highest == unit_state::cancelled);
    REQUIRE(s.on.release({"nothing", {}, monday}, o)->what == outcome::unchanged);
    CHECK(about(verb::release) == o);  // though its record has no more than its key
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

TEST_CASE(
    "units that are to be brought are allocated or open again by the order that brings them") {
    shop s;
    const order_id o = s.order({{hat, {5}, 900}});
    const auto asked = [&](unit_state from, std::string_view event) {
        const auto all = allowed(s.on, o);
        for (const allowed_view& a : *all)
            if (a.state == name_of(from) && a.event == event) return a;
        return allowed_view{};
    };
    CHECK(asked(unit_state::open, "reserve").possible);
    CHECK(asked(unit_state::open, "reserve").command == "source");
    (void)s.source(o);
    for (const std::string_view event : {"allocate", "unallocate"}) {
        const allowed_view a = asked(unit_state::reserved, event);
        CHECK_FALSE(a.possible);
        CHECK(a.command == "");
        CHECK(a.why_not == "it comes with the order that brings the units");
    }
    CHECK(asked(unit_state::reserved, "cancel").possible);
    CHECK(asked(unit_state::allocated, "unallocate").possible);
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

TEST_CASE("an order that waits for no other is never brought anything: it waits for its node") {
    shop s{R"(
policy   = "anyone"
currency = "USD"
rank     = ["priority"]

[[strategy]]
name      = "its node"
from      = ["chosen_store"]
outcome   = { none = "transfer" }

[[strategy]]
name      = "elsewhere"
transfers = true
)"};
    const order_line line{mug, {1}, 0, dc};  // no mug was ever there
    order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
    r.type = order_type::transfer;
    r.to = north;
    REQUIRE(s.on.load(s.now(), std::vector<stock_row>{{"mug", "dc", {0}}}).accepted == 1);
    const auto placed = s.on.place_order(s.now("t-1"), r);
    REQUIRE(placed.first.why.code == error_code::ok);
    const order_id t{placed.first.subject};
    CHECK(s.source(t).first.what == outcome::backordered);
    CHECK(s.where(t) == "1 backordered - 1, ");
    CHECK(s.on.halted() == "");
}

TEST_CASE("goods are not sent from where they are to go") {
    shop s;
    order_line line{hat, {1}, 0, north};
    order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
    r.type = order_type::transfer;
    r.to = north;
    CHECK(s.on.place_order(s.now("t-1"), r).first.why.code == error_code::bad_order_type);
    line.node = none<node_id>;  // any other node may send it
    const auto placed = s.on.place_order(s.now("t-2"), r);
    REQUIRE(placed.first.why.code == error_code::ok);
    CHECK(s.source(order_id{placed.first.subject}).by_line.at(0).node == dc);
    line.amount = {9};  // dc has not nine, and north and dc together would
    const auto many = s.on.place_order(s.now("t-3"), r);
    CHECK(s.source(order_id{many.first.subject}).first.what == outcome::backordered);
}

TEST_CASE("a policy that judges what a shipment is worth has goods brought all the same") {
    std::string text{pickup};
    text.insert(text.find("[always]"), "[split]\nmin_shipment_value = \"1.00\"\n\n");
    shop s{text};
    const order_id o = s.order({{hat, {5}, 900}});
    const sourced done = s.source(o);
    CHECK(done.first.what == outcome::done);
    CHECK(done.brought.size() == 1);
    CHECK(s.on.explain(o)->groups.size() == 2);
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

}  // namespace earmark::bringing
