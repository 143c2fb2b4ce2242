// Orders as text: each is judged by itself, and the report says everything that is wrong.
#include "earmark/engine/capture.hpp"

#include <nlohmann/json.hpp>

#include "capture_shop.hpp"
#include "support/source_file.hpp"

namespace earmark::capturing_orders {
namespace {

using words = std::vector<std::string>;

TEST_CASE("every order of a payload has a row that says what became of it, and where it stands") {
    shop s;
    const std::string lines = order("a") + "\n\n" + order("a") + "\r\n" + order("a", "mug", "2") +
                              "\n" + order("b", "jug") + "\n{\"key\":\"c\"\n";
    const auto r = s.send(lines);
    CHECK(states(r) == words{"accepted", "repeat", "conflict", "declined", "malformed"});
    CHECK(r.orders[0].at > position{});
    CHECK(r.orders[1].at == r.orders[0].at);
    CHECK(codes(r.orders[2]) == std::vector{duplicate_key});
    CHECK(codes(r.orders[3]) == std::vector{unknown_sku});
    CHECK(r.orders[3].violations[0].path == "/lines/0/sku");
    CHECK(r.orders[3].violations[0].how == severity::master_data);
    CHECK(codes(r.orders[4]) == std::vector{bad_json});
    for (std::uint32_t i = 0; i < 5; ++i) CHECK(r.orders[i].number == i + 1);
    CHECK(r.orders[4].line == 6);
    CHECK(r.total(accepted) == 1);
    CHECK(r.total(malformed) == 1);
    CHECK_FALSE(r.clean());
    CHECK(s.on.orders() == 1);
}

TEST_CASE("all violations of an order are told, with code, path, severity and what to do") {
    shop s;
    const auto whole =
        s.one("[" + order("a", "jug", "0", R"("ship_to":"paris","node":"rome",)") + "]");
    CHECK(whole.state == declined);
    CHECK(codes(whole) == std::vector{unknown_place, unknown_node, unknown_sku});
    const auto more = s.one(R"([{"key":"a","currency":"GBP","lines":[
        {"sku":"mug","quantity":"0","unit_price":"-1"},
        {"sku":"cable","quantity":"0.25","unit_price":"1"},
        {"sku":"cable","quantity":"0.255","unit_price":"1"}]}])");
    CHECK(codes(more) == std::vector{bad_quantity, bad_price, not_a_multiple, too_many_decimals});
    CHECK(more.violations[2].path == "/lines/1/quantity");
    CHECK(more.violations[0].how == severity::wrong);
    CHECK(more.violations[3].how == severity::master_data);
    for (const violation& v : more.violations) {
        CHECK_FALSE(v.hint.empty());
        CHECK_FALSE(v.sentence.empty());
    }
}

TEST_CASE("a field that is unknown, missing or of another kind makes an order malformed") {
    shop s;
    const auto r = s.one(R"([{"key":"a","curency":"GBP","lines":[{"sku":7,"quantity":1.5,
        "unit_price":"1"}]}])");
    CHECK(r.state == malformed);
    CHECK(codes(r) == std::vector{missing_field, bad_field, bad_field, unknown_field});
    CHECK(s.one(R"({"verb":"place_order","key":"a","currency":"GBP","lines":[]})").state ==
          malformed);
    CHECK(s.one(R"("an order")").state == malformed);
    CHECK(s.one(order("")).state == malformed);
    CHECK(s.one(order(std::string(256, 'k'))).state == malformed);
    CHECK(s.on.orders() == 0);
}

TEST_CASE("a poison order never stops the others, between lines or in an array") {
    const std::string good = order("good"), better = order("better");
    const std::string poison[] = {
        R"({"key":"p","currency":"GBP","lines":[{"sku":"mug","quantity":NaN,"unit_price":"1"}]})",
        R"({"key":"p","lines":[[[[[[[[[[[[1]]]]]]]]]]]]})",
        std::string(100, '[') + std::string(100, ']'),
        R"({"key":"p","lines":[ })",
        R"({"key":"p" "lines":1})",
        R"({"key":"p","key":"q"})",
        "{\"key\":\"\xff\xfe\"}",
        R"({"key":"p","currency":"GBP","lines":[{"sku":"mug","quantity":1e400,"unit_price":1}]})",
        R"({"key":")" + std::string(capture_limits::order_bytes, 'x') + R"("})",
        "null",
        "17",
        R"({"key":null,"currency":[],"lines":{}})",
    };
    for (const std::string& p : poison) {
        CAPTURE(p.substr(0, 60));
        for (const bool is_array : {false, true}) {
            CAPTURE(is_array);
            shop s;
            const std::string between = is_array ? ",\n" : "\n";
            std::string all = is_array ? "[" : "";
            all += good + between + p + between + better;
            if (is_array) all += "]";
            const auto r = s.send(all);
            CHECK(states(r) == words{"accepted", "malformed", "accepted"});
            CHECK(r.orders[2].line == 3);
        }
    }
}

TEST_CASE("an unfinished text costs an array at most its neighbour, and lines nothing") {
    shop s;
    const auto lines = s.send("{\"key\":\"p\n" + order("a") + "\n");
    CHECK(states(lines) == words{"malformed", "accepted"});
    const auto r = s.send("[{\"key\":\"p},\n" + order("b") + ",\n" + order("c") + "]");
    CHECK(states(r) == words{"malformed", "accepted", "accepted"});
    // Over several lines a list within the order may look like the next one.
    const std::string lost = R"([{"key":"p","lines":[
        {"sku":"mug},
        {"sku":"cup"}
        ]
        },
        )";
    const auto pretty = s.send(lost + order("d") + "\n]\n");
    CHECK(states(pretty) == words{"malformed", "malformed", "accepted"});
    const auto quoted = s.send("[{\"key\":\"p\n,\"lines\":[]},\n" + order("e") + "]");
    CHECK(states(quoted) == words{"malformed", "accepted"});
}

TEST_CASE("an array that does not end, or has more behind it, is told as one order more") {
    shop s;
    CHECK(states(s.send("[" + order("a") + ",")) == words{"accepted", "malformed"});
    CHECK(states(s.send("[" + order("a") + "] x")) == words{"repeat", "malformed"});
    CHECK(states(s.send("[" + order("a"))) == words{"repeat", "malformed"});
    CHECK(states(s.send("[" + order("a") + ",]")) == words{"repeat", "malformed"});
}

TEST_CASE("a payload without orders has an empty report") {
    shop s;
    for (const char* text : {"", "  \n \r\n", "[]", " [ \n ] ", "\xEF\xBB\xBF"}) {
        CAPTURE(text);
        const auto r = s.send(text);
        CHECK(r.orders.empty());
        CHECK(r.clean());
    }
    CHECK(s.send("\xEF\xBB\xBF[" + order("a") + "]").clean());
}

TEST_CASE("a dry run says what a real one would, and changes nothing") {
    shop s;
    const std::string all = "[" + order("a") + "," + order("a") + "," + order("a", "mug", "2") +
                            "," + order("a", "jug") + "," + order("q", "jug") + "," +
                            order("q", "jug") + "," + order("q", "hat") + "," + order("q") + "," +
                            order("d", "mug", "0") + ",7]";
    for (const bool keeps : {false, true}) {
        CAPTURE(keeps);
        shop real;
        capture_options how;
        how.quarantine = keeps;
        const auto done = real.send(all, how);
        how.dry_run = true;
        const auto before = s.on.state_hash();
        const auto head = s.on.head();
        const auto r = s.send(all, how);
        CHECK(s.on.state_hash() == before);
        CHECK(s.on.head() == head);
        CHECK(r.dry_run);
        CHECK(states(r) == states(done));
        for (std::size_t i = 0; i < r.orders.size(); ++i)
            CHECK(codes(r.orders[i]) == codes(done.orders[i]));
        CHECK(s.on.orders() == 0);
    }
}

TEST_CASE("a dry run knows what was placed before it") {
    shop s;
    REQUIRE(s.send(order("a")).clean());
    capture_options how;
    how.dry_run = true;
    CHECK(states(s.send(order("a") + "\n" + order("a", "mug", "3") + "\n" + order("a", "jug"),
                        how)) == words{"repeat", "conflict", "conflict"});
}

TEST_CASE("an order is placed when it says, and never later than now") {
    shop s;
    CHECK(s.one(order("a", "mug", "1", R"("placed_at":"2027-01-01T00:00:00Z",)")).state ==
          accepted);
    CHECK(s.on.order(*s.on.find_order("a"))->placed == monday);  // engine time was further
    const auto late = s.one(order("b", "mug", "1", R"("placed_at":"2200-01-01",)"));
    CHECK(late.state == declined);
    CHECK(codes(late) == std::vector{out_of_range});
    CHECK(late.violations[0].path == "/placed_at");
    CHECK(late.violations[0].sentence.find("it is dated 2200-01-01") != std::string::npos);
    CHECK(s.on.now() == monday);
}

TEST_CASE("orders of a CSV file are captured as canonical ones, wrong rows told by their number") {
    shop s;
    const auto r = capture_csv(s.on,
                               "order_key,sku,quantity,unit_price,currency,ship_to,placed_at\n"
                               "1,mug,3,7.50,GBP,london,2026-11-21T08:05:00Z\n"
                               "2,mug,1.x,7.50,GBP,,2026-11-21T08:06:00Z\n"
                               "1,cable,2.5,1.25,GBP,london,2026-11-21T08:05:00Z\n"
                               "3,jug,1,7.50,GBP,,2026-11-21T08:06:00Z\n"
                               ",mug,1,7.50,GBP,,2026-11-21T08:06:00Z\n",
                               {.now = s.now});
    CHECK(states(r) == words{"accepted", "malformed", "declined", "malformed"});
    CHECK(r.orders[1].key == "2");
    CHECK(r.orders[1].line == 2);
    CHECK(codes(r.orders[1]) == std::vector{bad_number});
    CHECK(r.orders[2].line == 4);
    CHECK(r.orders[3].line == 5);
    CHECK(s.on.order(*s.on.find_order("1"))->lines.size() == 2);
    const auto apart =
        capture_csv(s.on,
                    "order_key,sku,quantity,unit_price,currency,ship_to,revision,line_ship_to,set\n"
                    "4,mug,1,7.50,GBP,london,2,,1\n4,mug,1,7.50,GBP,london,2,bath road,\n"
                    "5,mug,1,7.50,GBP,london,2,london,1\n",
                    {.now = s.now});
    CHECK(states(apart) == words{"declined", "accepted"});
    CHECK(apart.orders[0].violations[0].path == "/lines/1/ship_to");
    const auto five = s.on.order(*s.on.find_order("5"));
    CHECK(five->lines[0].set == 1);
    CHECK(five->revision == 2);
    const auto bad = capture_csv(s.on, "order_key,quantiy\n1,2\n", {});
    CHECK(states(bad) == words{"malformed"});
    const auto money = capture_csv(s.on, "order_key,sku,quantity,unit_price,ship_to\n9,mug,1,1,\n",
                                   {.now = s.now, .currency = currency::parse("JPY").value()});
    CHECK(states(money) == words{"accepted"});
}

TEST_CASE("an order that JSON captures is the one that place_order has under the same key") {
    shop s;
    REQUIRE(s.send(order("a")).clean());
    const order_line line{s.on.find_sku("mug").value(), {1}, 250};
    order_request r;
    r.lines = {&line, 1};
    r.currency = currency::parse("GBP").value();
    CHECK(s.on.place_order(s.at("a"), r).first.what == outcome::repeat);
}

TEST_CASE("the published schema of an order is the one that the table of fields gives") {
    const std::string published = test::source_file("docs/formats/order.schema.json");
    if (published.empty()) {
        MESSAGE("skipped: docs/formats/order.schema.json is not above the working directory");
        return;
    }
    CHECK(published == order_schema());
    const auto schema = nlohmann::json::parse(published);
    CHECK(schema["required"] == nlohmann::json({"key", "currency", "lines"}));
    CHECK(schema["properties"].contains("deliver_by"));
    CHECK_FALSE(schema["properties"].contains("verb"));
}

TEST_CASE("submit captures orders and answers with the report") {
    shop s;
    const auto answer = nlohmann::json::parse(
        s.on.submit(R"({"verb":"capture","actor":"ann","quarantine":true,"orders":[)" + order("a") +
                    "," + order("b", "jug") + R"(,7,{"key":"c"}]})"));
    CHECK(answer["ok"] == true);
    CHECK(answer["totals"]["accepted"] == 1);
    CHECK(answer["totals"]["quarantined"] == 1);
    CHECK(answer["totals"]["malformed"] == 2);
    CHECK(answer["orders"][1]["violations"][0]["path"] == "/lines/0/sku");
    CHECK(answer["orders"][1]["violations"][0]["severity"] == "master_data");
    CHECK(s.waiting().at(0).by == s.on.actor("ann").value());
    const auto waits = nlohmann::json::parse(s.on.submit(R"({"verb":"quarantined"})"));
    CHECK(waits["total"] == 1);
    CHECK(waits["orders"][0]["payload"]["lines"][0]["sku"] == "jug");
    CHECK(waits["orders"][0]["actor"] == "ann");
    const auto head = s.on.head();
    CHECK(s.on.submit(R"({"verb":"capture","actor":"bob","dry_run":true,"orders":[7]})")
              .find("malformed") != std::string::npos);
    CHECK(s.on.head() == head);
}

}  // namespace
}  // namespace earmark::capturing_orders
