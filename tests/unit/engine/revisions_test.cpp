// Orders that come again with a higher revision: amended to what they say now, or refused as they
// stand (capabilities CV-02, CV-02b, AM-06).
#include <nlohmann/json.hpp>

#include <thread>

#include "capture_shop.hpp"

namespace earmark::capturing_orders {
namespace {

struct item {
    std::string sku = "mug";
    std::string quantity = "1";
    std::string price = "2.50";
    std::string more = "";
};

std::string text(const std::string& key, std::uint64_t revision, const std::vector<item>& lines,
                 const std::string& more = "") {
    std::string out = R"({"key":")" + key + R"(","currency":"GBP",)" + more;
    if (revision != 0) out += R"("revision":)" + std::to_string(revision) + ",";
    std::string rows;
    for (const item& l : lines) {
        rows += rows.empty() ? R"({"sku":")" : R"(,{"sku":")";
        rows += l.sku + R"(","quantity":")" + l.quantity + R"(","unit_price":")" + l.price + '"';
        rows += l.more + "}";
    }
    return out + R"("lines":[)" + rows + "]}";
}

/// "cancel decrease 1 /lines/0/quantity 3>1; "
std::string told(const captured& c) {
    std::string out;
    for (const revised_part& p : c.changes) {
        out += std::string{name_of(p.became)} + ' ' + std::string{name_of(p.what)} + ' ' +
               std::to_string(p.line) + ' ' + p.path + ' ' + p.before + '>' + p.after;
        out += p.asks ? " asks; " : "; ";
    }
    return out;
}
/// "not_amendable /ship_to; "
std::string refused(const captured& c) {
    std::string out;
    for (const violation& v : c.violations)
        out += std::string{name_of(v.code)} + ' ' + v.path + "; ";
    return out;
}

struct stand : shop {
    stand() {
        const place_row bristol{"bristol", geo_point{51.4, -2.6}};
        REQUIRE(on.load(at(), std::span{&bristol, 1}).accepted == 1);
        go_by(at(), "policy = \"p\"\ncurrency = \"GBP\"\nrank = [\"priority\"]\n");
    }
    captured takes(const std::string& payload, capture_state becomes) {
        const captured c = one(payload);
        INFO(payload, " ", refused(c));
        CHECK(std::string{name_of(c.state)} == std::string{name_of(becomes)});
        return c;
    }
    [[nodiscard]] order_id id(std::string_view key) const { return on.find_order(key).value(); }
    [[nodiscard]] order_view seen(std::string_view key) const { return *on.order(id(key)); }
    void releases(std::string_view key) {
        REQUIRE(on.source(at(), id(key)));
        REQUIRE(on.release(at(), id(key)));
    }
    void ships(std::string_view key, std::uint32_t line, std::int64_t atoms = 0) {
        REQUIRE(on.record(
            at(), {.kind = fact_kind::ship, .order = id(key), .line = line, .amount = {atoms}}));
    }
};

TEST_CASE("same key, same canonical hash: the first result, with a revision and without") {
    stand s;
    for (const std::uint64_t revision : {0u, 7u}) {
        const std::string key = revision == 0 ? "a" : "b";
        const captured first = s.takes(text(key, revision, {{"mug", "2"}}), accepted);
        CHECK(first.revision == revision);
        const auto head = s.on.head();
        const captured again = s.takes(text(key, revision, {{"mug", "2"}}), repeat);
        CHECK(again.at == first.at);
        CHECK(again.revision == revision);
        CHECK(s.on.head() == head);
        CHECK(s.seen(key).revision == revision);
    }
}

TEST_CASE(
    "same key, higher revision: an amendment by comparison, and what each difference became") {
    stand s;
    s.takes(text("a", 1, {{"mug", "3"}, {"cable", "2.00", "1.25"}, {"mug", "1", "9.00"}},
                 R"("ship_to":"london",)"),
            accepted);
    const captured c =
        s.takes(text("a", 4,
                     {{"mug", "1"},
                      {"cable", "2.50", "1.25", R"(,"node":"bath")"},
                      {"cable", "1.00", "1.00"}},
                     R"("ship_to":"bristol","priority":3,"deliver_by":"2027-02-01",)"),
                amended);
    CHECK(told(c) ==
          "update ship_to 0 /ship_to london>bristol; "
          "update deliver_by 0 /deliver_by >2027-02-01; "
          "update priority 0 /priority 0>3; "
          "cancel decrease 1 /lines/0/quantity 3>1; "
          "add increase 2 /lines/1/quantity 2.00>2.50; "
          "update node 2 /lines/1/node >bath; "
          "cancel decrease 3  1>0; "
          "add add_line 0 /lines/2 >1.00 x cable; ");
    CHECK(c.revision == 4);
    CHECK(c.at > position{});
    CHECK(s.where(s.id("a")) ==
          "1 open - 1, 1 cancelled - 2, 2 open - 250, 3 cancelled - 1, 4 open - 100, ");
    const order_view o = s.seen("a");
    CHECK(o.revision == 4);
    CHECK(o.version == 2);  // one amendment
    CHECK(o.lines[3].unit_price_minor == 100);
    CHECK(s.on.place_key(o.ship_to) == "bristol");
}

TEST_CASE("an applied revision that comes again is a repeat and no second amendment") {
    stand s;
    s.takes(text("a", 0, {{"mug", "3"}}), accepted);
    const captured c = s.takes(text("a", 1, {{"mug", "2"}}), amended);
    CHECK(told(c) == "cancel decrease 1 /lines/0/quantity 3>2; ");
    const auto hash = s.on.state_hash();
    s.takes(text("a", 1, {{"mug", "2"}}), repeat);
    s.takes(text("a", 0, {{"mug", "3"}}), repeat);  // the text that was placed
    CHECK(s.on.state_hash() == hash);
    s.takes(text("a", 2, {{"mug", "3"}}), amended);  // what it was before is a change again
    CHECK(s.where(s.id("a")) == "1 open - 3, 1 cancelled - 1, ");
}

TEST_CASE("a lower or equal revision of other content is a conflict, never silently ignored") {
    stand s;
    s.takes(text("a", 3, {{"mug", "3"}}), accepted);
    s.takes(text("a", 5, {{"mug", "2"}}), amended);
    const auto hash = s.on.state_hash();
    for (const std::uint64_t revision : {0u, 2u, 3u, 4u, 5u}) {
        const captured c = s.takes(text("a", revision, {{"mug", "1"}}), conflict);
        CHECK(refused(c) == (revision == 0 ? "stale_revision ; " : "stale_revision /revision; "));
        CHECK(c.violations.at(0).sentence ==
              "revision " + std::to_string(revision) +
                  " came with other content, and the order is at revision 5");
        CHECK_FALSE(c.violations.at(0).hint.empty());
        CHECK(c.revision == 5);
        CHECK(told(c) == "cancel decrease 1 /lines/0/quantity 2>1; ");  // what it would change now
    }
    CHECK(s.on.state_hash() == hash);
    // Without revisions on either side it is a conflict of keys, as ever.
    s.takes(text("b", 0, {{"mug", "1"}}), accepted);
    CHECK(codes(s.takes(text("b", 0, {{"mug", "2"}}), conflict)) == std::vector{duplicate_key});
}

TEST_CASE(
    "a late revision that was never seen is stale, also where its order did not change since") {
    stand s;
    s.takes(text("a", 2, {{"mug", "3"}}), accepted);
    s.takes(text("a", 1, {{"mug", "3"}}), conflict);
    CHECK(s.seen("a").revision == 2);
}

TEST_CASE("a revision that says nothing new is unchanged, and is the order's from then on") {
    stand s;
    s.takes(text("a", 0, {{"mug", "3"}, {"cable", "1.00"}}), accepted);
    const captured c = s.takes(text("a", 9, {{"cable", "1"}, {"mug", "3"}}), unchanged);
    CHECK(c.changes.empty());
    CHECK(c.at > position{});
    CHECK(s.seen("a").revision == 9);
    s.takes(text("a", 8, {{"mug", "1"}}), conflict);
    // Goods that have left have no say where nothing is to change.
    s.releases("a");
    s.ships("a", 1);
    s.takes(text("a", 10, {{"mug", "3"}, {"cable", "1"}}), unchanged);
}

TEST_CASE(
    "all of a revision or nothing: what stands in the way is told with its place in the text") {
    stand s;
    s.takes(text("a", 1, {{"mug", "2"}, {"mug", "3", "4.00"}, {"cable", "1.00"}},
                 R"("ship_to":"london",)"),
            accepted);
    s.releases("a");
    s.ships("a", 1);
    s.ships("a", 2, 2);
    const auto hash = s.on.state_hash();
    // The first line has left, of the second two have; a new address would be too late.
    const captured c =
        s.takes(text("a", 2, {{"mug", "1", "4.00"}, {"cable", "5.00"}, {"mug", "4", "9.00"}},
                     R"("ship_to":"bristol",)"),
                declined);
    CHECK(refused(c) ==
          "not_amendable /ship_to; not_amendable /lines; too_few_units /lines/0/quantity; ");
    CHECK(c.changes.empty());
    CHECK(c.revision == 1);
    CHECK(s.on.state_hash() == hash);
    CHECK(s.seen("a").revision == 1);
    s.takes(text("a", 2, {{"mug", "2"}, {"mug", "2", "4.00"}, {"cable", "5.00"}},
                 R"("ship_to":"london",)"),
            amended);
    CHECK(s.where(s.id("a")) ==
          "1 shipped leeds 2, 2 shipped leeds 2, 2 cancelled - 1, 3 open - 400, 3 released leeds "
          "100, ");
}

TEST_CASE("what no amendment changes is refused with its path") {
    stand s;
    REQUIRE(s.on.load(s.at(), std::vector<attribute_row>{{"customer.new", value_type::flag},
                                                         {"line.gift", value_type::flag}})
                .accepted == 2);
    const std::string fact = R"("facts":[{"attribute":"customer.new","value":"true"},)"
                             R"({"attribute":"line.gift","line":2,"value":"true"}],)";
    s.takes(text("a", 1, {{"mug", "2"}, {"cable", "1.00"}}, fact), accepted);
    const std::string dollars =
        R"({"key":"a","revision":2,"currency":"USD","type":"transfer","to":"leeds",)"
        R"("facts":[{"attribute":"customer.new","value":"false"}],)"
        R"("lines":[{"sku":"mug","quantity":"1","unit_price":"2.50"},)"
        R"({"sku":"cable","quantity":"1","unit_price":"2.50"}]})";
    const captured c = s.takes(dollars, declined);
    CHECK(
        refused(c) ==
        "not_revisable /currency; not_revisable /type; not_revisable /to; not_revisable /facts; ");
    CHECK(s.seen("a").revision == 1);
    // A fact goes along with its line, and goes with it.
    const std::string moved = R"("facts":[{"attribute":"customer.new","value":"true"},)"
                              R"({"attribute":"line.gift","line":1,"value":"true"}],)";
    s.takes(text("a", 2, {{"cable", "1.00"}, {"mug", "2"}}, moved), unchanged);
    CHECK(refused(s.takes(text("a", 3, {{"cable", "1.00"}, {"mug", "2"}}, fact), declined)) ==
          "not_revisable /facts; ");
    const std::string alone = R"("facts":[{"attribute":"customer.new","value":"true"}],)";
    s.takes(text("a", 3, {{"mug", "2"}}, alone), amended);
}

TEST_CASE("an order takes a basket over when it is placed, and by no revision") {
    stand s;
    const std::vector<reserve_line> lines{{sku_id{0}, node_id{0}, {2}, {}}};
    const auto basket = [&] {
        const auto r = s.on.reserve(s.at(), {lines});
        REQUIRE(r);
        return R"("reservation":")" + std::to_string(r->subject) + R"(",)";
    };
    const std::string first = basket(), second = basket();
    s.takes(text("a", 1, {{"mug", "2"}}, first), accepted);
    CHECK(s.where(s.id("a")) == "1 allocated leeds 2, ");
    s.takes(text("a", 2, {{"mug", "1"}}, first), amended);  // the one that it has
    s.takes(text("a", 3, {{"mug", "1"}}), unchanged);
    CHECK(refused(s.takes(text("a", 4, {{"mug", "1"}}, second), declined)) ==
          "not_revisable /reservation; ");
}

TEST_CASE("lines are matched by SKU and price wherever they stand; another price is another line") {
    stand s;
    s.takes(text("a", 1, {{"mug", "2"}, {"mug", "3"}, {"cable", "1.00"}}), accepted);
    s.takes(text("a", 2, {{"cable", "1.00"}, {"mug", "3"}, {"mug", "2"}}), unchanged);
    CHECK(told(s.takes(text("a", 3, {{"cable", "1.00"}, {"mug", "3"}, {"mug", "1"}}), amended)) ==
          "cancel decrease 1 /lines/2/quantity 2>1; ");
    CHECK(told(s.takes(text("a", 4, {{"cable", "1.00"}, {"mug", "3", "2.00"}, {"mug", "1"}}),
                       amended)) == "cancel decrease 2  3>0; add add_line 0 /lines/1 >3 x mug; ");
}

TEST_CASE("a revision that comes late brings no order back that was cancelled") {
    stand s;
    s.takes(text("a", 1, {{"mug", "2"}}), accepted);
    REQUIRE(s.on.cancel(s.at(), {s.id("a"), 0, {}, 1}));
    const captured c = s.takes(text("a", 2, {{"mug", "2"}}), declined);
    CHECK(refused(c) == "not_amendable /lines/0; ");
    CHECK(s.where(s.id("a")) == "1 cancelled - 2, ");
    REQUIRE(park_cancel(s.on, s.at(), "b", 1));
    CHECK(codes(s.takes(text("b", 2, {{"mug", "2"}}), declined)) == std::vector{tombstoned});
}

TEST_CASE("a hold that blocks cancelling keeps a revision from it, and nothing of it happens") {
    stand s;
    hold_type_row row;
    row.key = "stop";
    row.blocks = {hold_step::cancel};
    REQUIRE(s.on.load(s.at(), std::vector<hold_type_row>{row}).accepted == 1);
    s.takes(text("a", 1, {{"mug", "2"}}), accepted);
    REQUIRE(s.on.place_hold(s.at(), {s.id("a"), *s.on.find_hold_type("stop")}));
    CHECK(codes(s.takes(text("a", 2, {{"mug", "1"}, {"cable", "1.00"}}), declined)) ==
          std::vector{held});
    CHECK(s.seen("a").lines.size() == 1);
    s.takes(text("a", 3, {{"mug", "2"}}), unchanged);  // it cancels nothing
    CHECK(s.seen("a").holds.size() == 1);
}

TEST_CASE("nodes that have to agree are asked, and the report says so") {
    stand s;
    REQUIRE(s.on.load(s.at(), std::vector<answer_row>{{"", request_kind::cancel, 600}}).accepted ==
            1);
    s.takes(text("a", 1, {{"mug", "3"}}), accepted);
    s.releases("a");
    CHECK(told(s.takes(text("a", 2, {{"mug", "1"}}), amended)) ==
          "cancel decrease 1 /lines/0/quantity 3>1 asks; ");
    CHECK(s.where(s.id("a")) == "1 released leeds 3, ");
    s.takes(text("a", 2, {{"mug", "1"}}), repeat);
    s.takes(text("a", 3, {{"mug", "1"}}), unchanged);  // units that are asked for count no more
}

TEST_CASE("a revision that names what no table has is told, and neither kept nor applied") {
    stand s;
    s.takes(text("a", 1, {{"mug", "2"}}), accepted);
    const captured c = s.one(text("a", 2, {{"mug", "2"}, {"jug", "1"}}), s.keeping());
    CHECK(c.state == declined);
    CHECK(refused(c) == "unknown_sku /lines/1/sku; ");
    CHECK(c.violations[0].how == severity::master_data);
    CHECK(s.waiting().empty());
    CHECK(refused(s.takes(text("a", 2, {{"mug", "0"}}), declined)) ==
          "bad_quantity /lines/0/quantity; ");
    CHECK(s.seen("a").revision == 1);
    s.takes(text("a", 1, {{"mug", "2"}, {"jug", "1"}}), conflict);
    s.know("jug");
    s.takes(text("a", 2, {{"mug", "2"}, {"jug", "1"}}), amended);
}

TEST_CASE("a revision that is no whole number from 0 to 2^53 - 1 makes an order malformed") {
    stand s;
    s.takes(text("a", 1, {{"mug"}}), accepted);
    const auto hash = s.on.state_hash();
    for (const char* wrong : {"-1", "9007199254740992", "18446744073709551616", "1e30", "1.5",
                              "\"2\"", "null", "[]", "true"}) {
        const captured c =
            s.takes(std::string{R"({"key":"a","currency":"GBP","revision":)"} + wrong +
                        R"(,"lines":[{"sku":"mug","quantity":9,"unit_price":1}]})",
                    malformed);
        CHECK_FALSE(c.violations.empty());
    }
    CHECK(s.on.state_hash() == hash);
    s.takes(text("a", max_revision, {{"mug", "2"}}), amended);
    order_request r;
    const order_line line{sku_id{0}, {1}, 250};
    r.lines = {&line, 1};
    r.currency = *currency::parse("GBP");
    r.revision = max_revision + 1;
    CHECK(s.on.place_order(s.at("c"), r).violations.at(0).code == out_of_range);
}

TEST_CASE("a dry run shows what a revision would do, and changes nothing") {
    stand s;
    s.takes(text("a", 1, {{"mug", "3"}}), accepted);
    const auto hash = s.on.state_hash();
    const auto head = s.on.head();
    capture_options look;
    look.dry_run = true;
    const auto r =
        s.send(text("a", 3, {{"mug", "1"}}) + "\n" + text("a", 3, {{"mug", "1"}}) + "\n" +
                   text("a", 2, {{"mug", "2"}}) + "\n" + text("a", 1, {{"mug", "3"}}) + "\n" +
                   text("n", 1, {{"mug", "1"}}) + "\n" + text("n", 2, {{"mug", "1"}}) + "\n" +
                   text("n", 3, {{"mug", "2"}}) + "\n" + text("n", 2, {{"mug", "3"}}) + "\n" +
                   text("n", 4, {{"jug", "3"}}),
               look);
    CHECK(states(r) == std::vector<std::string>{"amended", "repeat", "conflict", "repeat",
                                                "accepted", "unchanged", "amended", "conflict",
                                                "declined"});
    CHECK(told(r.orders[0]) == "cancel decrease 1 /lines/0/quantity 3>1; ");
    CHECK(s.on.state_hash() == hash);
    CHECK(s.on.head() == head);
}

TEST_CASE("in quarantine the highest revision waits, and is placed as that") {
    stand s;
    const auto send = [&](std::uint64_t revision, const char* quantity) {
        return s.one(text("q", revision, {{"jug", quantity}}), s.keeping()).state;
    };
    CHECK(send(2, "1") == quarantined);
    CHECK(send(2, "1") == quarantined);
    CHECK(send(3, "2") == quarantined);  // in its place
    CHECK(s.waiting().size() == 1);
    CHECK(s.waiting()[0].tries == 2);
    CHECK(send(2, "1") == conflict);
    CHECK(send(3, "4") == conflict);
    CHECK(refused(s.one(text("q", 1, {{"jug", "4"}}), s.keeping())) == "stale_revision ; ");
    s.know("jug");
    const auto r = replay(s.on, s.at(), "q");
    CHECK(r.orders.at(0).state == accepted);
    CHECK(s.seen("q").revision == 3);
    s.takes(text("q", 4, {{"jug", "5"}}), amended);
    CHECK(s.where(s.id("q")) == "1 open - 5, ");
}

TEST_CASE("a higher revision that needs nothing loaded takes the place of what waits at once") {
    stand s;
    CHECK(s.one(text("q", 1, {{"jug", "1"}}), s.keeping()).state == quarantined);
    CHECK(s.one(text("q", 2, {{"mug", "1"}}), s.keeping()).state == accepted);
    CHECK(s.waiting().empty());
    CHECK(s.seen("q").revision == 2);
}

TEST_CASE("of several callers with one revision one amends, and the others hear that it was done") {
    stand s;
    s.takes(text("a", 1, {{"mug", "1"}}), accepted);
    for (std::uint64_t revision = 2; revision < 30; ++revision) {
        const std::string payload = text("a", revision, {{"mug", std::to_string(revision)}});
        std::vector<capture_state> became(3);
        std::vector<std::thread> all;
        for (capture_state& to : became)
            all.emplace_back([&] {
                capture_options how;
                how.now = s.now;
                do to = capture(s.on, payload, how).orders.at(0).state;
                while (to == busy);
            });
        for (std::thread& t : all) t.join();
        CHECK(std::ranges::count(became, amended) == 1);
        CHECK(std::ranges::count(became, repeat) == 2);
    }
    CHECK(s.where(s.id("a")) == "1 open - 29, ");
    CHECK(s.seen("a").revision == 29);
}

TEST_CASE("callers with different revisions leave the highest of them that was taken") {
    stand s;
    s.takes(text("a", 1, {{"mug", "1"}}), accepted);
    std::vector<std::thread> all;
    for (std::uint64_t who = 0; who < 3; ++who)
        all.emplace_back([&s, who] {
            capture_options how;
            how.now = s.now;
            for (std::uint64_t i = 0; i < 40; ++i) {
                const std::uint64_t revision = 2 + i * 3 + who;
                const std::string payload =
                    text("a", revision, {{"mug", std::to_string(revision)}});
                capture_state to{};
                do to = capture(s.on, payload, how).orders.at(0).state;
                while (to == busy);
                CHECK((to == amended || to == conflict));
            }
        });
    for (std::thread& t : all) t.join();
    CHECK(s.seen("a").revision == 121);
    const std::int64_t open = [&] {
        std::int64_t n = 0;
        for (const bucket_view& b : s.seen("a").buckets)
            if (b.state == unit_state::open) n += b.amount.atoms;
        return n;
    }();
    CHECK(open == 121);
}

TEST_CASE("submit answers with the revision and what became of each difference") {
    stand s;
    s.takes(text("a", 1, {{"mug", "3"}}), accepted);
    const auto answer = nlohmann::json::parse(s.on.submit(R"({"verb":"capture","orders":[)" +
                                                          text("a", 2, {{"mug", "1"}}) + "," +
                                                          text("a", 1, {{"mug", "2"}}) + "]}"));
    CHECK(answer["totals"]["amended"] == 1);
    const auto& row = answer["orders"][0];
    CHECK(row["state"] == "amended");
    CHECK(row["revision"] == 2);
    CHECK(row["changes"] == nlohmann::json::parse(R"([{"became":"cancel","change":"decrease",)"
                                                  R"("line":1,"path":"/lines/0/quantity",)"
                                                  R"("before":"3","after":"1"}])"));
    CHECK(answer["orders"][1]["violations"][0]["code"] == "stale_revision");
    CHECK(nlohmann::json::parse(s.on.submit(R"({"verb":"order","order":"a"})"))["revision"] == 2);
}

TEST_CASE("place_order remembers the revision of what it places, and amends nothing") {
    stand s;
    order_request r;
    const order_line line{sku_id{0}, {2}, 250};
    r.lines = {&line, 1};
    r.currency = *currency::parse("GBP");
    r.revision = 4;
    CHECK(s.on.place_order(s.at("a"), r).first.what == outcome::done);
    CHECK(s.on.place_order(s.at("a"), r).first.what == outcome::repeat);
    r.revision = 5;
    CHECK(s.on.place_order(s.at("a"), r).first.why.code == duplicate_key);
    CHECK(s.seen("a").revision == 4);
    s.takes(text("a", 4, {{"mug", "2"}}), repeat);
    s.takes(text("a", 5, {{"mug", "2"}}), unchanged);
}

}  // namespace
}  // namespace earmark::capturing_orders
