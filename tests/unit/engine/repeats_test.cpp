// Orders that look like an earlier one of the same customer (capabilities CV-02c): held, and never
// refused.
#include <array>
#include <barrier>
#include <thread>

#include "earmark/engine/capture.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/report/order_story.hpp"
#include "holds_shop.hpp"
#include "support/engine_inside.hpp"
#include "suspecting.hpp"

namespace earmark::holding {
namespace {

constexpr std::int64_t window = 600;

hold_type_row suspicion(std::string apply_when = {}) {
    hold_type_row r;
    r.key = "duplicate";
    r.repeats_within_s = window;
    r.repeats_by = {"customer"};
    r.apply_when = std::move(apply_when);
    return r;
}

using lines = std::vector<order_line>;

struct counter : shop {
    attribute_id customer{}, channel{};
    place_id home{}, work{};

    explicit counter(std::vector<hold_type_row> types = {suspicion()}) {
        REQUIRE(on.load(at(), std::vector<attribute_row>{{"customer", value_type::text},
                                                         {"channel", value_type::text}})
                    .accepted == 2);
        REQUIRE(on.load(at(), std::vector<place_row>{{"home", geo_point{50, 8}},
                                                     {"work", geo_point{51, 8}}})
                    .accepted == 2);
        load(types);
        customer = *on.find_attribute("customer"), channel = *on.find_attribute("channel");
        home = *on.find_place("home"), work = *on.find_place("work");
    }
    struct wish {
        std::string who = "kim";
        lines what = {{hat, {2}}, {mug, {1}}};
        place_id to = none<place_id>;
        std::string by = "web";
        order_type type = order_type::sales;
    };
    placed places(const std::string& key, const wish& w) {
        std::vector<order_fact> facts;
        if (!w.who.empty()) facts.push_back({customer, 0, w.who});
        facts.push_back({channel, 0, w.by});
        order_request r{w.what, w.to == none<place_id> ? home : w.to,
                        currency::parse("USD").value(), 0};
        r.facts = facts;
        r.type = w.type;
        return on.place_order(at(key), r);
    }
    order_id buys(const wish& w) {
        const placed p = places("k" + std::to_string(++number), w);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    order_id buys() { return buys(wish{}); }
    /// The orders that its holds name, in their order.
    [[nodiscard]] std::vector<order_id> repeats(order_id o) const {
        std::vector<order_id> out;
        const auto view = on.order(o);
        for (const hold_view& h : view->holds) out.push_back(h.repeats);
        return out;
    }
    error_code changes(order_id o, std::uint32_t line, std::int64_t amount) {
        const line_change l{line, quantity{amount}};
        amend_request r{o};
        r.lines = std::span{&l, 1};
        return on.amend(at(), r).first.why.code;
    }
};
using orders = std::vector<order_id>;

}  // namespace

TEST_CASE("an order that looks like an earlier one of its customer is held, and names it") {
    counter s;
    const order_id first = s.buys();
    CHECK_FALSE(s.on.order(first)->held);
    const order_id second = s.buys();
    CHECK(s.on.order(second)->held);
    CHECK(s.repeats(second) == orders{first});
    CHECK(s.seen(second, 1).type == s.type("duplicate"));
    CHECK(s.seen(second, 1).since == monday);
    CHECK(s.sources(second) == held);
    CHECK(s.sources(first) == ok);
    CHECK(s.repeats(s.buys()) == orders{second});  // the newest one
    const auto told = story(s.on, second);
    REQUIRE(told);
    CHECK(report::text_of(*told).find("hold 1 (duplicate) placed on the whole order: it looks like "
                                      "order k1") != std::string::npos);
}

TEST_CASE("goods are compared by SKU and units, however they lie on lines") {
    counter s;
    const order_id first = s.buys({"kim", {{hat, {3}, 500}, {mug, {1}}}});
    CHECK(s.repeats(s.buys({"kim", {{mug, {1}}, {hat, {1}}, {hat, {2}}}})) == orders{first});
    for (const lines& other : {lines{{hat, {3}}}, lines{{hat, {2}}, {mug, {1}}},
                               lines{{hat, {3}}, {mug, {2}}}, lines{{hat, {1}}, {mug, {3}}}})
        CHECK(s.repeats(s.buys({"kim", other})).empty());
}

TEST_CASE("another customer, place or type of order is no repeat, nor is anybody unknown") {
    counter s;
    const order_id first = s.buys();
    CHECK(s.repeats(s.buys({.who = "lee"})).empty());
    CHECK(s.repeats(s.buys({.to = s.work})).empty());
    CHECK(s.repeats(s.buys({.type = order_type::draft})).empty());
    CHECK(s.repeats(s.buys({.who = ""})).empty());
    CHECK(s.repeats(s.buys({.who = ""})).empty());
    CHECK(s.repeats(s.buys({.by = "phone"})) == orders{first});  // across channels, too
}

TEST_CASE("the last instant of the window counts, and the next one does not") {
    counter s;
    const order_id first = s.buys();
    s.now = monday + seconds(window);
    const order_id second = s.buys();
    CHECK(s.repeats(second) == orders{first});
    CHECK(s.answer(second, 1, false) == ok);  // cancelled: only the first one is left
    s.now.ns += 1;
    CHECK(s.repeats(s.buys()).empty());
}

TEST_CASE("who cancels and orders again is not suspected, and what is left of an order counts") {
    counter s;
    const order_id first = s.buys();
    REQUIRE(s.on.cancel(s.at(), {first}));
    const order_id second = s.buys();
    CHECK(s.repeats(second).empty());
    REQUIRE(s.on.cancel(s.at(), {second, 2}));
    CHECK(s.repeats(s.buys()).empty());
    CHECK(s.repeats(s.buys({"kim", {{hat, {2}}}})) == orders{second});
}

TEST_CASE("the same key is the same order, and never a repeat of itself") {
    counter s;
    CHECK(s.places("once", {}).first.what == outcome::done);
    CHECK(s.places("once", {}).first.what == outcome::repeat);
    CHECK(s.on.orders() == 1);
    CHECK(s.repeats(order_id{0}).empty());
}

TEST_CASE("a suspicion that is resolved does not come back with a change that is none of its") {
    counter s;
    const order_id first = s.buys(), second = s.buys();
    CHECK(s.answer(second, 1) == ok);
    amend_request r{second};
    r.priority = 3;
    REQUIRE(s.on.amend(s.at(), r).first.what == outcome::done);
    CHECK(s.repeats(second) == orders{first});
    CHECK(s.changes(second, 1, 3) == ok);
    CHECK(s.repeats(second).size() == 1);
    CHECK(s.changes(second, 1, 2) == ok);  // it was not one, and is one again
    CHECK(s.repeats(second) == orders{first, first});
    CHECK(s.seen(second, 1).state == hold_state::resolved);
    CHECK(s.seen(second, 2).state == hold_state::active);
}

TEST_CASE("of two orders that an amendment makes equal the later one is suspected") {
    counter s;
    const order_id first = s.buys(), second = s.buys({"kim", {{hat, {2}}}});
    CHECK(s.changes(first, 2, 0) == ok);  // the earlier one: its customer knows of it
    CHECK(s.repeats(first).empty());
    CHECK(s.repeats(second).empty());
    const order_id third = s.buys({"kim", {{hat, {5}}}});
    s.now = monday + seconds(window);
    CHECK(s.changes(third, 1, 2) == ok);
    CHECK(s.repeats(third) == orders{second});
    const order_id fourth = s.buys({"kim", {{mug, {5}}}});
    s.now.ns += 1;
    amend_request r{fourth};
    const line_change change[] = {{1, quantity{0}}, {0, quantity{2}, {}, hat, 0}};
    r.lines = change;
    CHECK(s.on.amend(s.at(), r).first.what == outcome::done);
    CHECK(s.repeats(fourth).empty());  // those are too old by now
}

TEST_CASE("a type's own condition exempts legitimate repeats") {
    counter s{{suspicion("channel != \"subscription\"")}};
    const order_id first = s.buys({.by = "subscription"});
    CHECK(s.repeats(s.buys({.by = "subscription"})).empty());
    CHECK(s.repeats(s.buys()).size() == 1);
    CHECK_FALSE(s.on.order(first)->held);
}

TEST_CASE("who the customer is may take several facts, all of which must be known and equal") {
    hold_type_row both = suspicion();
    both.repeats_by = {"channel", "customer", "channel"};
    counter s{{both}};
    CHECK(s.on.hold_type(s.type("duplicate")).repeats_by ==
          std::vector<std::string>{"customer", "channel"});
    CHECK(s.on.hold_type(s.type("duplicate")).repeats_within_s == window);
    const order_id first = s.buys();
    CHECK(s.repeats(s.buys({.by = "phone"})).empty());
    CHECK(s.repeats(s.buys()) == orders{first});
}

TEST_CASE("a held repeat keeps the stock of its basket until somebody answers") {
    counter s;
    s.buys();
    const reserve_line wants[] = {{hat, north, {2}, {}}};
    const auto basket = s.on.reserve(s.at(), {wants});
    REQUIRE(basket);
    const order_fact who{s.customer, 0, "kim"};
    const lines what = {{hat, {2}}, {mug, {1}}};
    order_request r{what, s.home, currency::parse("USD").value(), 0};
    r.reservation = reservation_id{basket->subject};
    r.facts = std::span{&who, 1};
    const placed p = s.on.place_order(s.at("held"), r);
    REQUIRE(p.first.what == outcome::done);
    const order_id o{p.first.subject};
    CHECK(s.repeats(o).size() == 1);
    CHECK(s.units(o, unit_state::allocated) == 2);
    CHECK(s.free(hat, north) == 7);
    CHECK(s.answer(o, 1, false) == ok);
    CHECK(s.free(hat, north) == 9);
}

TEST_CASE("orders of one batch, and of one text, are seen by those behind them") {
    counter s;
    const order_fact who{s.customer, 0, "kim"};
    const lines what = {{mug, {2}}};
    order_request r{what, s.home, currency::parse("USD").value(), 0};
    r.facts = std::span{&who, 1};
    const order_request both[] = {r, r};
    const command keys[] = {s.at("one"), s.at("two")};
    placed out[2];
    s.on.place_order(keys, both, out);
    CHECK(s.repeats(order_id{out[1].first.subject}) == orders{order_id{out[0].first.subject}});
    capture_options how;
    how.now = s.now;
    const auto report = capture(s.on,
                                R"({"key":"three","currency":"USD","ship_to":"home",)"
                                R"("facts":[{"attribute":"customer","value":"kim"}],)"
                                R"("lines":[{"sku":"mug","quantity":2,"unit_price":"1.00"}]})",
                                how);
    REQUIRE(report.orders.size() == 1);
    CHECK(report.orders[0].state == capture_state::accepted);
    CHECK(s.repeats(order_id{2}) == orders{order_id{out[1].first.subject}});
}

TEST_CASE("an order of before a crash, or of before the type was loaded, is known") {
    counter s{std::vector<hold_type_row>{}};
    const order_id first = s.buys();
    CHECK(s.repeats(s.buys({"kim", {{mug, {3}}}})).empty());
    s.load({suspicion()});
    const order_id second = s.buys();
    CHECK(s.repeats(second) == orders{first});
    s.now = monday + seconds(window);
    REQUIRE(s.on.flush(journal::durability::memory));
    config copy = s.settings();
    std::uint64_t batches = 0;
    copy.sink = std::make_shared<journal::memory_sink>();
    for (const auto& batch : s.sink->batches()) REQUIRE(copy.sink->append(++batches, batch));
    engine again{copy};
    const order_fact who[] = {{s.customer, 0, "kim"}};
    const lines what = {{hat, {2}}, {mug, {1}}};
    order_request r{what, s.home, currency::parse("USD").value(), 0};
    r.facts = who;
    const placed third = again.place_order(s.at("third"), r);
    REQUIRE(third.first.what == outcome::done);
    const auto view = again.order(order_id{third.first.subject});
    REQUIRE(view->holds.size() == 1);
    CHECK(view->holds[0].repeats == second);
    CHECK(s.repeats(s.buys()) == orders{second});  // as who did not crash
    hold_type_row never_more;
    never_more.key = "duplicate";
    s.load({never_more});
    CHECK(s.repeats(s.buys()).empty());
}

TEST_CASE("customers whose digests are equal are not taken for one another") {
    counter s;
    const order_id first = s.buys({.who = "lee"});
    const std::string kim = "kim";
    const order_value value{s.customer, 0, 0, kim};
    const attribute_id by[] = {s.customer};
    auto& memory = engine_inside::of(s.on).names.repeats();
    const repeat_memory::entry there{monday, static_cast<std::uint32_t>(raw(first))};
    const auto who = *customer_of(std::span{&value, 1}, by);
    memory.add(who, there);
    CHECK(s.repeats(s.buys()).empty());
    memory.drop(who, there);
    CHECK(s.repeats(s.buys()).size() == 1);
}

TEST_CASE("the memory of repeats keeps the newest orders of the window, and looks at the newest") {
    repeat_memory memory;
    constexpr auto many = static_cast<std::uint32_t>(max_repeats_kept) + 5;
    for (std::uint32_t i = 0; i < many; ++i) {
        memory.add(64, {{1'000 + i}, i});
        memory.trim(64, {0});
    }
    CHECK(memory.size() == max_repeats_kept);
    std::vector<std::uint32_t> seen;
    const auto look = [&](std::uint64_t who, time_point oldest, repeat_memory::entry end) {
        seen.clear();
        memory.newest_first(who, oldest, end, [&](std::uint32_t o) {
            seen.push_back(o);
            return false;
        });
        return seen.size();
    };
    CHECK(look(64, {0}, {never, 0}) == max_repeats_looked_at);
    CHECK(seen.front() == many - 1);
    CHECK(look(64, {0}, {{1'007}, 7}) == 2);  // 5 and 6: the oldest ones are gone
    CHECK(look(64, {1'006}, {{1'007}, 7}) == 1);
    CHECK(look(128, {0}, {never, 0}) == 0);  // of the same shard
    memory.trim(64, {1'000 + many});
    CHECK(memory.size() == 0);
}

TEST_CASE("the shards of a customer are taken all or none") {
    repeat_memory memory;
    const auto of = [](std::uint64_t c) { return repeat_memory::shard_of(c); };
    REQUIRE(memory.try_lock(of(63)));
    std::thread{[&] {  // a thread does not try what it has
        CHECK_FALSE(memory.try_lock(of(0) | of(5) | of(63 + 64)));
        CHECK(memory.try_lock(of(0) | of(5)));
        memory.unlock(of(0) | of(5));
    }}
        .join();
    memory.unlock(of(63));
    CHECK(memory.try_lock(~repeat_memory::shards{0}));
    memory.unlock(~repeat_memory::shards{0});
}

TEST_CASE("what is no suspicion is refused with the field that is wrong") {
    counter s;
    const auto refused = [&](auto&& change) {
        hold_type_row r = suspicion();
        change(r);
        const auto report = s.on.load(s.at(), std::span{&r, 1});
        REQUIRE(report.rejected.size() == 1);
        const error& why = report.rejected[0].why;
        return std::pair{why.code, why.refs[0]};
    };
    using row = hold_type_row;
    CHECK(refused([](row& r) { r.repeats_by.clear(); }) == std::pair{bad_hold_type, 13L});
    CHECK(refused([](row& r) { r.repeats_by = {"nobody"}; }) == std::pair{bad_hold_type, 13L});
    CHECK(refused([](row& r) { r.repeats_by = {"line.hazmat"}; }) == std::pair{bad_hold_type, 13L});
    CHECK(refused([](row& r) { r.repeats_within_s = 0; }) == std::pair{bad_hold_type, 12L});
    CHECK(refused([](row& r) { r.scope = hold_scope::line; }) == std::pair{bad_hold_type, 7L});
    CHECK(refused([](row& r) { r.repeats_within_s = -1; }) == std::pair{out_of_range, -1L});
    CHECK(refused([](row& r) { r.repeats_within_s = max_hold_seconds + 1; }).first == out_of_range);
    CHECK(refused([](row& r) { r.repeats_by.assign(9, "customer"); }).first == out_of_range);
    CHECK(s.on.hold_type(s.type("duplicate")).repeats_within_s == window);
}

TEST_CASE("of two equal orders that two threads place at the same moment one is held") {
    constexpr int rounds = 300;
    counter s;
    std::array<std::array<order_id, rounds>, 2> made{};
    std::barrier start{2};
    const auto buyer = [&](std::size_t who) {
        for (int i = 0; i < rounds; ++i) {
            const order_fact facts[] = {{s.customer, 0, "kim"}};
            const std::int64_t n = i % 7 + 1;
            const lines what = {{hat, {n}}, {mug, {i / 7 + 1}}};
            order_request r{what, s.home, currency::parse("USD").value(), 0};
            r.facts = facts;
            const std::string key = std::to_string(who) + "-" + std::to_string(i);
            start.arrive_and_wait();
            placed p;
            do p = s.on.place_order(s.at(key), r);
            while (p.first.what == outcome::declined && is_transient(p.first.why.code));
            made[who][static_cast<std::size_t>(i)] = order_id{p.first.subject};
        }
    };
    std::thread other{buyer, 1};
    buyer(0);
    other.join();
    int wrong = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        const order_id a = made[0][i], b = made[1][i];
        const orders of_a = s.repeats(a), of_b = s.repeats(b);
        wrong += !((of_a == orders{b} && of_b.empty()) || (of_b == orders{a} && of_a.empty()));
    }
    CHECK(wrong == 0);
}

}  // namespace earmark::holding
