// Quarantine: an order that only master data keep from being placed waits for them, with all its
// reasons, and is accepted once. Tombstones: what was cancelled before it came stays cancelled.
#include <nlohmann/json.hpp>

#include "capture_shop.hpp"

namespace earmark::capturing_orders {
namespace {

using words = std::vector<std::string>;

TEST_CASE("an order of an unknown SKU waits in quarantine with its payload and all its reasons") {
    shop s;
    auto how = s.keeping();
    how.actor = s.kim();
    const auto c = s.one(order("a", "jug", "1", R"("ship_to":"paris",)"), how);
    CHECK(c.state == quarantined);
    CHECK(c.at == s.on.head());
    const auto all = s.waiting();
    REQUIRE(all.size() == 1);
    CHECK(all[0].key == "a");
    CHECK(nlohmann::json::parse(all[0].text)["lines"][0]["sku"] == "jug");
    REQUIRE(all[0].why.size() == 2);
    CHECK(all[0].why[0].code == unknown_place);
    CHECK(all[0].why[1].path == "/lines/0/sku");
    CHECK(all[0].reasons == 2);
    CHECK(all[0].tries == 1);
    CHECK(all[0].first == s.now);
    CHECK(all[0].by == s.kim());
    CHECK(s.on.find_order("a").error().code == unknown_order);
}

TEST_CASE("without the option an order of an unknown SKU is refused, and nothing is kept") {
    shop s;
    const auto head = s.on.head();
    CHECK(s.one(order("a", "jug")).state == declined);
    CHECK(s.waiting().empty());
    CHECK(s.on.head() == head);
}

TEST_CASE("an order that no table would make right is declined and does not wait") {
    shop s;
    CHECK(s.one(order("a", "mug", "0"), s.keeping()).state == declined);
    CHECK(s.one(order("b", "jug", "1.x"), s.keeping()).state == malformed);
    CHECK(s.waiting().empty());
    // With a problem of the tables beside it, it waits with both: it can be corrected there.
    CHECK(s.one(R"([{"key":"c","currency":"GBP","lines":[
        {"sku":"jug","quantity":"1","unit_price":"1"},
        {"sku":"mug","quantity":"0","unit_price":"1"}]}])",
                s.keeping())
              .state == quarantined);
    CHECK(s.waiting().at(0).reasons == 2);
}

TEST_CASE("what the engine alone finds, a line that cannot arrive, is kept as well") {
    shop s;
    const auto c =
        s.one(order("t", "cable", "1.00", R"("type":"transfer","to":"bath",)"), s.keeping());
    CHECK(c.state == quarantined);
    CHECK(codes(c) == std::vector{no_cell});
    REQUIRE(s.on.load(s.at(), std::vector<stock_row>{{"cable", "bath", {0}}}).accepted == 1);
    CHECK(replay(s.on, s.at()).clean());
}

TEST_CASE("the same payload again changes nothing; another one is a conflict until corrected") {
    shop s;
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    const auto head = s.on.head();
    // Blanks and the order of fields are no content.
    const auto same = s.one(R"({"lines":[ {"unit_price":"2.50","quantity":"1","sku":"jug"} ],)"
                            R"( "currency":"GBP","key":"a"})",
                            s.keeping());
    CHECK(same.state == quarantined);
    CHECK(s.on.head() == head);
    CHECK(s.waiting().at(0).tries == 1);
    const auto other = s.one(order("a", "jug", "2"), s.keeping());
    CHECK(other.state == conflict);
    CHECK(codes(other) == std::vector{order_quarantined});
    CHECK(s.one(order("a"), s.keeping()).state == conflict);  // even one that could be placed
    CHECK(s.on.head() == head);
}

TEST_CASE("place_order under a key that waits in quarantine is refused, and nothing is doubled") {
    shop s;
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    const order_line line{s.on.find_sku("mug").value(), {1}, 250};
    order_request r;
    r.lines = {&line, 1};
    r.currency = currency::parse("GBP").value();
    const auto p = s.on.place_order(s.at("a"), r);
    CHECK(p.first.why.code == order_quarantined);
    CHECK(s.waiting().size() == 1);
}

TEST_CASE(
    "a replay accepts what the tables know by now, once, and keeps the rest with new reasons") {
    shop s;
    const std::string two = R"([{"key":"b","currency":"GBP","lines":[
        {"sku":"jug","quantity":"1","unit_price":"1"},{"sku":"hat","quantity":"1",
        "unit_price":"1"}]}])";
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    REQUIRE(s.one(two, s.keeping()).state == quarantined);
    s.know("jug");
    s.now.ns += 1'000;
    const auto r = replay(s.on, s.at());
    CHECK(states(r) == words{"accepted", "quarantined"});
    CHECK(s.on.find_order("a"));
    const auto left = s.waiting();
    REQUIRE(left.size() == 1);
    CHECK(left[0].tries == 2);
    CHECK(left[0].last == s.now);
    CHECK(left[0].first == monday);
    REQUIRE(left[0].why.size() == 1);
    CHECK(left[0].why[0].path == "/lines/1/sku");
    const auto again = replay(s.on, s.at(), "a");
    CHECK(codes(again.orders.at(0)) == std::vector{not_quarantined});
    CHECK(s.one(order("a", "jug"), s.keeping()).state == repeat);
    s.know("hat");
    CHECK(replay(s.on, s.at(), "b").clean());
    CHECK(s.waiting().empty());
    CHECK(s.on.orders() == 2);
}

TEST_CASE("a replay by a clock that is behind is no reason to keep an order back") {
    shop s;
    const auto dated = order("a", "jug", "1", R"("placed_at":"2026-11-21T08:05:00Z",)");
    REQUIRE(s.one(dated, s.keeping()).state == quarantined);
    s.know("jug");
    CHECK(replay(s.on, {}).clean());
}

TEST_CASE("a payload that comes again after its tables were loaded is accepted and waits no more") {
    shop s;
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    s.know("jug");
    CHECK(s.one(order("a", "jug")).state == accepted);
    CHECK(s.waiting().empty());
    CHECK(replay(s.on, s.at()).orders.empty());
}

TEST_CASE("a correction takes the place of the payload and is tried; a wrong one changes nothing") {
    shop s;
    REQUIRE(s.one(order("a", "jugg"), s.keeping()).state == quarantined);
    auto how = s.keeping();
    how.correct = true;
    const auto before = s.on.state_hash();
    CHECK(s.one(order("a", "mug", "0"), how).state == declined);
    CHECK(s.one(order("a", "mug", "x"), how).state == malformed);
    CHECK(s.on.state_hash() == before);
    CHECK(s.one(order("a", "jug"), how).state == quarantined);
    CHECK(s.waiting().at(0).tries == 2);
    CHECK(s.waiting().at(0).text.find("jugg") == std::string::npos);
    CHECK(s.one(order("a"), how).state == accepted);
    CHECK(s.waiting().empty());
    CHECK(s.one(order("a"), how).state == repeat);
    CHECK(s.one(order("new"), how).state == accepted);  // nothing to correct: placed as any
}

TEST_CASE("a discarded order is gone for good, with its reason, and its key is not used again") {
    shop s;
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    const auto done = discard(s.on, s.at("d1"), "a", 7);
    REQUIRE(done);
    CHECK(done->what == outcome::done);
    CHECK(s.waiting().empty());
    CHECK(discard(s.on, s.at("d1"), "a", 7)->what == outcome::repeat);
    CHECK(discard(s.on, s.at("d1"), "a", 8).error().code == duplicate_key);
    CHECK(discard(s.on, s.at(), "a", 7).error().code == not_quarantined);
    s.know("jug");
    for (const bool keeps : {false, true}) {
        const auto late = s.one(order("a", "jug"), keeps ? s.keeping() : capture_options{});
        CHECK(late.state == declined);
        CHECK(codes(late) == std::vector{order_discarded});
        CHECK(late.violations[0].sentence.find("reason 7") != std::string::npos);
    }
    CHECK(codes(s.one(order("a", "unknown"), s.keeping())) == std::vector{order_discarded});
    CHECK(s.on.orders() == 0);
}

TEST_CASE("quarantine is bounded by orders and by bytes, and says so; what waits stays") {
    for (const bool by_count : {true, false}) {
        config c;
        c.max_orders = c.max_keys = c.max_reservations = c.max_cells = 256;
        c.ring_bytes = 1u << 16;
        (by_count ? c.max_quarantined : c.max_tombstones) = 2;
        if (!by_count) c.quarantine_bytes = 400;
        engine on{c};
        capture_options how;
        how.quarantine = true;
        how.now = monday;
        CHECK(capture(on, order("a", "jug") + "\n" + order("b", "jug"), how).orders[1].state ==
              quarantined);
        const auto full = capture(on, order("c", "jug"), how);
        CHECK(full.orders[0].state == declined);
        CHECK(codes(full.orders[0]) == std::vector{quarantine_full, unknown_sku});
        CHECK(earmark::quarantined(on)->size() == 2);
        // The bound of one order is an eighth of the ring, whatever else there is room for.
        if (by_count) {
            REQUIRE(discard(on, {{}, {}, monday}, "a", 0));
            const auto large = capture(on,
                                       order("d", std::string(200, 'x'), "1",
                                             R"("facts":[{"attribute":"a","value":")" +
                                                 std::string(9'000, 'v') + R"("}],)"),
                                       how);
            CHECK(large.orders[0].state == malformed);  // a key is 255 bytes at most
            std::string lines = R"({"key":"e","currency":"GBP","lines":[)";
            for (int i = 0; i < 300; ++i)
                lines += R"({"sku":"jug","quantity":"1","unit_price":"1"},)";
            lines.back() = ']';
            const auto many = capture(on, lines + "}", how);
            CHECK(many.orders[0].violations.size() == 100);
            CHECK(many.orders[0].left_out == 201);
            CHECK(many.orders[0].violations.front().code == quarantine_full);
        }
    }
}

TEST_CASE("an engine recovers its quarantine and goes on with it") {
    shop s;
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    REQUIRE(s.one(order("b", "jug"), s.keeping()).state == quarantined);
    REQUIRE(s.one(order("c", "jug"), s.keeping()).state == quarantined);
    REQUIRE(discard(s.on, s.at(), "c", 1));
    REQUIRE(park_cancel(s.on, s.at(), "late", 3));
    REQUIRE(s.on.flush(journal::durability::memory));
    auto where = s.settings();  // what the other one does goes to a journal of its own
    const auto copy = std::make_shared<journal::memory_sink>();
    std::uint64_t number = 0;
    for (const auto& batch : s.sink->batches()) REQUIRE(copy->append(++number, batch));
    where.sink = copy;
    engine again{where};
    CHECK(again.state_hash() == s.on.state_hash());
    CHECK(earmark::quarantined(again)->size() == 2);
    CHECK(tombstones(again)->at(0).reason == 3);
    const std::vector<sku_row> jug{{"jug"}};
    REQUIRE(again.load(s.at(), jug).accepted == 1);
    CHECK(replay(again, s.at(), "a").clean());
    CHECK(capture(again, order("c", "jug"), s.keeping()).orders[0].state == declined);
    CHECK(capture(again, order("late"), s.keeping()).orders[0].state == declined);
    CHECK(again.check_invariants().empty());
}

TEST_CASE("an order that is cancelled before it comes is refused when it comes, by any door") {
    shop s;
    const auto parked = park_cancel(s.on, s.at("k"), "a", 4);
    REQUIRE(parked);
    CHECK(parked->what == outcome::done);
    const auto c = s.one(order("a"), s.keeping());
    CHECK(c.state == declined);
    CHECK(codes(c) == std::vector{tombstoned});
    CHECK(codes(s.one(order("a", "jug"), s.keeping())) == std::vector{tombstoned});
    capture_options dry;
    dry.dry_run = true;
    CHECK(codes(s.one(order("a"), dry)) == std::vector{tombstoned});
    const auto json = nlohmann::json::parse(
        s.on.submit(R"({"verb":"place_order","key":"a","currency":"GBP","lines":[)"
                    R"({"sku":"mug","quantity":1,"unit_price":"1"}]})"));
    CHECK(json["error"]["code"] == "tombstoned");
    CHECK(json["error"]["sentence"].get<std::string>().find("reason 4") != std::string::npos);
    CHECK(s.on.orders() == 0);
    CHECK(s.waiting().empty());
    CHECK(park_cancel(s.on, s.at("k"), "a", 4)->what == outcome::repeat);
    CHECK(park_cancel(s.on, s.at(), "a", 4)->what == outcome::unchanged);
    CHECK(park_cancel(s.on, s.at("k2"), "a", 4)->what == outcome::unchanged);
    CHECK(park_cancel(s.on, s.at("k2"), "a", 4)->what == outcome::repeat);
    CHECK(tombstones(s.on)->size() == 1);
}

TEST_CASE("a parked cancel of an order that is there cancels it, and leaves no tombstone") {
    shop s;
    REQUIRE(s.send(order("a")).clean());
    CHECK(park_cancel(s.on, s.at(), "a", 4)->what == outcome::done);
    CHECK(tombstones(s.on)->empty());
    CHECK(s.on.order(*s.on.find_order("a"))->highest == unit_state::cancelled);
    CHECK(s.one(order("a")).state == repeat);  // as before: it does not come to life
}

TEST_CASE("a parked cancel of an order in quarantine takes it out, and no replay brings it back") {
    shop s;
    REQUIRE(s.one(order("a", "jug"), s.keeping()).state == quarantined);
    REQUIRE(park_cancel(s.on, s.at(), "a", 0));
    CHECK(s.waiting().empty());
    s.know("jug");
    CHECK(replay(s.on, s.at()).orders.empty());
    CHECK(s.one(order("a", "jug"), s.keeping()).state == declined);
}

TEST_CASE("a cancel without parking names no order that is not there") {
    shop s;
    const auto json = [&](const char* line) { return nlohmann::json::parse(s.on.submit(line)); };
    CHECK(json(R"({"verb":"cancel","order":"a"})")["error"]["code"] == "unknown_order");
    CHECK(json(R"({"verb":"cancel","order":"a","park":true,"line":1})")["ok"] == false);
    const auto done = json(R"({"verb":"cancel","order":"a","park":true,"reason":2,"actor":"ann"})");
    CHECK(done["outcome"] == "done");
    const auto all = json(R"({"verb":"tombstones"})");
    CHECK(all["tombstones"][0]["order"] == "a");
    CHECK(all["tombstones"][0]["reason"] == 2);
    CHECK(all["tombstones"][0]["actor"] == "ann");
    REQUIRE(s.send(order("first")).clean());  // whose number is 0, as that of what has none
    const auto told = json(R"({"verb":"poll","cursor":0,"limit":1000})")["events"];
    for (const auto& e : told)
        if (e["verb"] == "cancel") {
            CHECK(e["declined"] == true);
            CHECK_FALSE(e.contains("order"));
        }
}

TEST_CASE("tombstones are bounded: a cancel that finds no room says so and keeps nothing") {
    config c;
    c.max_orders = c.max_keys = c.max_reservations = c.max_cells = 256;
    c.max_tombstones = 1;
    engine on{c};
    const command at{{}, {}, monday};
    REQUIRE(park_cancel(on, at, "a", 0));
    CHECK(park_cancel(on, at, "b", 0).error().code == tombstones_full);
    CHECK(park_cancel(on, at, "", 0).error().code == empty_key);
    CHECK(park_cancel(on, at, std::string(256, 'k'), 0).error().code == key_too_long);
    CHECK(tombstones(on)->size() == 1);
}

TEST_CASE("a declined order is remembered: nothing is parked under its key") {
    shop s;
    REQUIRE(s.one(order("a", "mug", "0")).state == declined);
    const order_line none{s.on.find_sku("mug").value(), {0}, 250};
    order_request r;
    r.lines = {&none, 1};
    r.currency = currency::parse("GBP").value();
    REQUIRE(s.on.place_order(s.at("a"), r).first.what == outcome::declined);
    CHECK(park_cancel(s.on, s.at(), "a", 0)->what == outcome::unchanged);
    CHECK(tombstones(s.on)->empty());
}

}  // namespace
}  // namespace earmark::capturing_orders
