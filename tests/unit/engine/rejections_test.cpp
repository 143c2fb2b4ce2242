// Rejections: a node gives units back, the order remembers it, and a policy that asks does not send
// them there again.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"
#include "rejections.hpp"

namespace earmark {
namespace {

constexpr std::int64_t day = 86'400'000'000'000;
constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
constexpr node_id north{0}, south{1};
const std::string head = R"(
policy   = "memory"
currency = "USD"
rank     = ["priority", "parcels"]
)";
const std::string strategy = R"(
[[strategy]]
name    = "all"
require = ["not_rejected_before"]
)";

struct shop : kept_books {
    int number = 0;
    time_point now = monday;

    explicit shop(const std::string& policy = head + strategy) {
        stock_up(at(), {{"hat"}, {"mug"}}, {node("north"), node("south", 1)},
                 {{"hat", "north", {9}}, {"hat", "south", {9}}, {"mug", "north", {9}}});
        go_by(at(), policy);
    }
    command at(std::string_view key = {}) const { return {key, {}, now}; }
    order_id order(std::vector<order_line> lines) {
        const std::string key = "o" + std::to_string(++number);
        const auto p =
            on.place_order(at(key), {lines, none<place_id>, currency::parse("USD").value(), 0});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    std::vector<int> sourced(order_id o) {
        const auto s = on.source(at(), o);
        REQUIRE(s);
        std::vector<int> nodes;
        for (const plan_part& p : s->by_line) nodes.push_back(raw(p.node));
        return nodes;
    }
    error_code rejects(order_id o, node_id n, std::uint32_t line = 0, std::int64_t units = 0,
                       std::uint8_t reason = 0) {
        return on.record(at(), {fact_kind::reject, o, line, n, {units}, reason}).error().code;
    }
    std::int64_t free(sku_id sku, node_id n) { return on.available(sku, n)->atoms; }
    bool tells(order_id o, std::string_view part) const {
        const std::string words = on.explain(o)->words;
        INFO(words);
        return words.find(part) != std::string::npos;
    }
};
using nodes = std::vector<int>;

}  // namespace

TEST_CASE("what a node gives back is open again, free at the node, and remembered") {
    shop s;
    const order_id o = s.order({{hat, {3}}, {mug, {1}}});
    CHECK(s.sourced(o) == nodes{0, 0});
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.free(hat, north) == 6);
    CHECK(s.rejects(o, north, 1, 2, 7) == error_code::ok);
    CHECK(s.free(hat, north) == 8);
    const auto view = s.on.order(o);
    REQUIRE(view->buckets.size() == 3);
    CHECK(view->buckets[0].state == unit_state::open);
    CHECK(view->buckets[0].amount.atoms == 2);
    CHECK(view->buckets[1].state == unit_state::released);
    REQUIRE(view->rejections.size() == 1);
    CHECK(view->rejections[0].line == 1);
    CHECK(view->rejections[0].node == north);
    CHECK(view->rejections[0].times == 1);
    CHECK(view->rejections[0].reason == 7);
    CHECK(view->rejections[0].at == monday);
    // The line goes elsewhere; the other one stays.
    CHECK(s.sourced(o) == nodes{1});
    CHECK(s.tells(o, "The filter 'not_rejected_before' does not let north through."));
    CHECK(s.tells(o, " north has given hat of line 1 back."));
    CHECK(s.on.decision(o)->chosen.parts.size() == 1);
}

TEST_CASE("a line never goes back to a node that gave it back, and others may") {
    shop s;
    const order_id o = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.sourced(o) == nodes{0, 0});
    CHECK(s.rejects(o, north, 1) == error_code::ok);
    CHECK(s.rejects(o, north, 2) == error_code::ok);
    // Hats go south; the mug is at north alone, which is not asked for it.
    CHECK(s.sourced(o) == nodes{1});
    CHECK(s.on.order(o)->lines[1].highest == unit_state::backordered);
    CHECK(s.rejects(o, south, 1) == error_code::ok);
    CHECK(s.sourced(o).empty());
    const order_id other = s.order({{hat, {2}}});  // the memory is of the order
    CHECK(s.sourced(other) == nodes{0});
}

TEST_CASE("of two lines only the one that was given back is kept away") {
    shop s;
    const order_id o = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.sourced(o) == nodes{0, 0});
    CHECK(s.rejects(o, north) == error_code::ok);  // both
    CHECK(s.on.order(o)->rejections.size() == 2);
    const order_id half = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.sourced(half) == nodes{0, 0});
    CHECK(s.rejects(half, north, 1) == error_code::ok);
    REQUIRE(s.on.cancel(s.at(), {half, 2, {}, 0}));
    const order_id mixed = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.sourced(mixed) == nodes{0, 0});
    CHECK(s.rejects(mixed, north, 1) == error_code::ok);
    // Both lines are asked for together: north may have the mug and not the hats.
    CHECK(s.rejects(mixed, north, 2) == error_code::ok);
    s.now = {monday.ns + 1};
    CHECK(s.sourced(mixed) == nodes{1});
}

TEST_CASE("a policy that does not ask sends it back, as before") {
    shop s{head};
    const order_id o = s.order({{hat, {2}}});
    CHECK(s.sourced(o) == nodes{0});
    CHECK(s.rejects(o, north) == error_code::ok);
    CHECK(s.sourced(o) == nodes{0});
    CHECK(s.rejects(o, north) == error_code::ok);
    CHECK(s.on.order(o)->rejections[0].times == 2);
    CHECK(s.tells(o, "back, 2 times."));
}

TEST_CASE("a rejection is forgotten after the policy's days, to the instant") {
    shop s{head + "[rejections]\ndays = 2\n" + strategy};
    const order_id o = s.order({{mug, {1}}});
    CHECK(s.sourced(o) == nodes{0});
    CHECK(s.rejects(o, north) == error_code::ok);
    s.now = {monday.ns + 2 * day - 1};
    CHECK(s.sourced(o).empty());
    s.now = {monday.ns + 2 * day};
    CHECK(s.sourced(o) == nodes{0});
}

TEST_CASE("where it is preferred, the memory is given up rather than to let the line wait") {
    shop s{head + "[[strategy]]\nname = \"all\"\nprefer = [\"not_rejected_before\"]\n"};
    const order_id o = s.order({{mug, {1}}});
    CHECK(s.sourced(o) == nodes{0});
    CHECK(s.rejects(o, north) == error_code::ok);
    CHECK(s.sourced(o) == nodes{0});
    CHECK(s.tells(o, "'not_rejected_before', which it would prefer"));
}

TEST_CASE("what cannot be given back is refused, and nothing is remembered") {
    shop s;
    const order_id o = s.order({{hat, {3}}});
    CHECK(s.rejects(o, north) == error_code::not_allowed);  // nothing is there yet
    CHECK(s.sourced(o) == nodes{0});
    const auto hash = s.on.state_hash();
    CHECK(s.rejects(o, none<node_id>) == error_code::unknown_node);
    CHECK(s.rejects(o, node_id{9}) == error_code::unknown_node);
    CHECK(s.rejects(o, south) == error_code::not_allowed);
    CHECK(s.rejects(o, north, 2) == error_code::unknown_line);
    CHECK(s.rejects(o, north, 0, 1) == error_code::unknown_line);
    CHECK(s.rejects(o, north, 1, 4) == error_code::too_few_units);
    CHECK(s.rejects(o, north, 1, -1) == error_code::bad_quantity);
    CHECK(s.rejects(order_id{77}, north) == error_code::unknown_order);
    CHECK(s.on.state_hash() == hash);
    REQUIRE(s.on.release(s.at(), o));
    REQUIRE(s.on.record(s.at(), {fact_kind::ship, o, 0, north, {}}));
    CHECK(s.rejects(o, north) == error_code::not_allowed);  // it has left
}

TEST_CASE("a rejection under a key happens once") {
    shop s;
    const order_id o = s.order({{hat, {3}}});
    CHECK(s.sourced(o) == nodes{0});
    const fact f{fact_kind::reject, o, 1, north, {1}, 3};
    CHECK(s.on.record(s.at("k"), f)->what == outcome::done);
    CHECK(s.on.record(s.at("k"), f)->what == outcome::repeat);
    CHECK(s.on.order(o)->rejections[0].times == 1);
    fact other = f;
    other.reason = 4;
    CHECK(s.on.record(s.at("k"), other).error().code == error_code::duplicate_key);
}

TEST_CASE("rejections are the same after a recovery, and go on from there") {
    shop s;
    std::vector<order_id> all;
    for (int i = 0; i < 40; ++i) {
        all.push_back(s.order({{hat, {1}}, {mug, {1}}}));
        if (i % 9 == 0) {
            static_cast<void>(s.sourced(all.back()));
            static_cast<void>(s.rejects(all.back(), north, 1 + i % 2, 0, 5));
            s.now.ns += day;
        }
    }
    const auto hash = s.on.state_hash();
    REQUIRE(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    CHECK(again.state_hash() == hash);
    const auto before = s.on.order(all[9]), after = again.order(all[9]);
    REQUIRE(after->rejections.size() == 1);
    CHECK(after->rejections[0].at == before->rejections[0].at);
    CHECK(after->rejections[0].reason == 5);
    CHECK(again.explain(all[9])->words == s.on.explain(all[9])->words);
    const auto next = again.source(s.at(), all[0]);
    REQUIRE(next);
    REQUIRE(next->by_line.size() == 1);
    CHECK(next->by_line[0].node == south);
}

TEST_CASE("a rejection is recorded, shown and told as JSON") {
    shop s;
    CHECK(s.on.submit(R"({"verb":"place_order","key":"j","currency":"USD","lines":[{"sku":"hat",)"
                      R"("quantity":2,"unit_price":"1.00"}]})")
              .find("\"ok\":true") != std::string::npos);
    CHECK(s.on.submit(R"({"verb":"source","orders":["j"]})").find("\"ok\":true") !=
          std::string::npos);
    const auto answer = s.on.submit(
        R"({"verb":"record","fact":"reject","order":"j","node":"north","line":1,"quantity":1,)"
        R"("reason":7,"now":"2027-01-15T08:00:01Z"})");
    INFO(answer);
    CHECK(answer.find(R"("outcome":"done")") != std::string::npos);
    const auto shown = s.on.submit(R"({"verb":"order","order":"j"})");
    INFO(shown);
    CHECK(shown.find(R"("rejections":[{"line":1,"node":"north","times":1,"reason":7,)") !=
          std::string::npos);
    CHECK(s.on.submit(R"({"verb":"record","fact":"reject","order":"j"})").find("unknown_node") !=
          std::string::npos);
}

TEST_CASE("the memory's bytes are checked") {
    std::vector<std::uint16_t> lines;
    std::uint8_t reason = 0;
    const auto bytes = rejection_note(9, std::vector<std::uint16_t>{0, 258});
    CHECK(bytes.size() == 5);
    CHECK(read_rejection_note(bytes, 259, reason, lines));
    CHECK(reason == 9);
    CHECK(lines == std::vector<std::uint16_t>{0, 258});
    CHECK_FALSE(read_rejection_note(bytes, 258, reason, lines));
    CHECK_FALSE(read_rejection_note(std::span{bytes}.first(4), 259, reason, lines));
    CHECK_FALSE(read_rejection_note(std::span{bytes}.first(1), 259, reason, lines));
    CHECK_FALSE(
        read_rejection_note(rejection_note(9, std::vector<std::uint16_t>{3, 3}), 9, reason, lines));
    std::vector<rejection> all;
    for (int i = 0; i < 300; ++i) REQUIRE(add_rejection(all, 1, north, 1, monday));
    CHECK(all.size() == 1);
    CHECK(all[0].times == 255);
}

}  // namespace earmark
