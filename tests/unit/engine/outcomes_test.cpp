// Outcomes: what is not served waits, waits in a queue, or is cancelled in the same commit.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/engine/queues.hpp"
#include "earmark/sourcing/policy.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
const std::string head = R"(
policy   = "outcomes"
currency = "USD"
rank     = ["parcels"]
)";

struct shop : kept_books {
    int number = 0;

    explicit shop(const std::string& policy) {
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}}).accepted == 2);
        std::vector<node_row> nodes(1);
        nodes[0].key = "dc";
        REQUIRE(on.load(c, nodes).accepted == 1);
        REQUIRE(on.load(c, std::vector<stock_row>{{"hat", "dc", {5}}}).accepted == 1);
        use(policy);
    }
    void use(const std::string& policy) {
        std::vector<std::string> findings;
        const auto active = on.activate({{}, {}, monday}, policy, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(active);
    }
    order_id order(std::vector<order_line> lines) {
        const std::string key = "o" + std::to_string(++number);
        const auto p = on.place_order({key, {}, monday},
                                      {lines, none<place_id>, currency::parse("USD").value(), 0});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    outcome source(order_id o) {
        const auto s = on.source({{}, {}, monday}, o);
        REQUIRE(s);
        return s->first.what;
    }
    bucket_view bucket(order_id o, std::size_t i) { return on.order(o)->buckets.at(i); }
    bool tells(order_id o, std::string_view part) const {
        const std::string words = on.explain(o)->words;
        INFO(words);
        return words.find(part) != std::string::npos;
    }
};

}  // namespace

TEST_CASE("what nobody serves is cancelled in the same commit, where the policy says so") {
    shop s{head + "[outcome]\npartial = \"allocate_and_cancel\"\nnone = \"cancel\"\n"};
    const order_id part = s.order({{hat, {2}}, {mug, {1}}});
    const auto before = s.on.head();
    CHECK(s.source(part) == outcome::partial);
    REQUIRE(s.on.poll(before, 9)->size() == 1);
    CHECK(s.bucket(part, 0).state == unit_state::allocated);
    CHECK(s.bucket(part, 1).state == unit_state::cancelled);
    CHECK(s.tells(part, "What is not served is cancelled."));
    const order_id none = s.order({{mug, {1}}});
    CHECK(s.source(none) == outcome::cancelled);
    CHECK(s.bucket(none, 0).state == unit_state::cancelled);
    CHECK(s.tells(none, "its line is cancelled."));
    CHECK(s.source(none) == outcome::unchanged);
    CHECK(s.on.decision(none)->first.what == outcome::backordered);
}

TEST_CASE("all or nothing, and the rest cancelled: nothing ships") {
    shop s{head + "[outcome]\npartial = \"cancel\"\n"};
    const order_id part = s.order({{hat, {2}}, {mug, {1}}});
    CHECK(s.source(part) == outcome::cancelled);
    CHECK(s.on.order(part)->lowest == unit_state::cancelled);
    CHECK(s.on.available(hat)->atoms == 5);
    const order_id none = s.order({{mug, {1}}});  // of `none` nothing is said: it waits
    CHECK(s.source(none) == outcome::backordered);
}

TEST_CASE("what is not served waits in a queue that has a name, and can be counted") {
    shop s{head +
           "[[strategy]]\nname = \"all\"\noutcome = { partial = "
           "\"allocate_and_queue:customer care\", none = \"queue:buyers\" }\n"};
    const order_id part = s.order({{hat, {2}}, {mug, {1}}}), none = s.order({{mug, {1}}}),
                   more = s.order({{mug, {1}}, {mug, {2}}});
    CHECK(s.source(part) == outcome::partial);
    CHECK(s.source(none) == outcome::backordered);
    CHECK(s.source(more) == outcome::backordered);
    CHECK(s.bucket(part, 1).state == unit_state::backordered);
    CHECK(s.bucket(part, 1).queue == "customer care");
    CHECK(s.bucket(part, 0).queue.empty());
    CHECK(s.bucket(none, 0).queue == "buyers");
    CHECK(s.tells(part, "What is not served waits in the queue 'customer care'."));
    CHECK(s.tells(none, "What is not served waits in the queue 'buyers'."));
    const auto all = queues(s.on);
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK((*all)[0].name == "buyers");
    CHECK((*all)[0].orders == 2);
    CHECK((*all)[0].lines == 3);
    CHECK((*all)[1].name == "customer care");
    CHECK(s.on.submit(R"({"verb":"queues"})") ==
          R"({"ok":true,"verb":"queues","queues":[{"queue":"buyers","orders":2,"lines":3},)"
          R"({"queue":"customer care","orders":1,"lines":1}]})");
    CHECK(s.on.submit(R"({"verb":"order","order":"o2"})").find(R"("queue":"buyers")") !=
          std::string::npos);
}

TEST_CASE("units leave their queue when they are served, and change it with the policy") {
    const std::string one = head + "[outcome]\nnone = \"queue:one\"\n";
    shop s{one};
    const order_id o = s.order({{mug, {3}}});
    CHECK(s.source(o) == outcome::backordered);
    CHECK(s.bucket(o, 0).queue == "one");
    const auto before = s.on.head();
    CHECK(s.source(o) == outcome::backordered);
    CHECK(s.on.poll(before, 9)->empty());  // it waits as it did
    s.use(head + "[outcome]\nnone = \"queue:two\"\n");
    CHECK(s.source(o) == outcome::backordered);
    CHECK(s.bucket(o, 0).queue == "two");  // the same number in another policy
    s.use(head);
    CHECK(s.source(o) == outcome::backordered);
    CHECK(s.bucket(o, 0).queue.empty());
    s.use(one);
    CHECK(s.source(o) == outcome::backordered);
    CHECK(s.bucket(o, 0).queue == "one");
    REQUIRE(s.on.load({{}, {}, monday}, std::vector<stock_row>{{"mug", "dc", {2}}}).accepted == 1);
    s.use(head +
          "[split]\nlines = \"by_quantity\"\n[outcome]\npartial = "
          "\"allocate_and_queue:three\"\n");
    CHECK(s.source(o) == outcome::partial);
    REQUIRE(s.on.order(o)->buckets.size() == 2);
    CHECK(s.bucket(o, 0).state == unit_state::backordered);
    CHECK(s.bucket(o, 0).queue == "three");
    CHECK(s.bucket(o, 1).queue.empty());
    CHECK(s.on.cancel({{}, {}, monday}, {o, 1, {}, 1}));
    CHECK(queues(s.on)->empty());
}

TEST_CASE("after so many rejections a line is not sourced any more, and what then is explicit") {
    shop s{head + "[rejections]\nmost = 2\nthen = \"queue:customer care\"\n"};
    const order_id o = s.order({{hat, {1}}});
    for (int i = 0; i < 2; ++i) {
        CHECK(s.source(o) == outcome::done);
        REQUIRE(s.on.record({{}, {}, monday}, {fact_kind::reject, o, 0, node_id{0}, {}, 1}));
    }
    CHECK(s.source(o) == outcome::backordered);
    CHECK(s.bucket(o, 0).queue == "customer care");
    CHECK(s.tells(o,
                  "Line 1 was given back 2 times and is not sourced any more "
                  "(queue:customer care)."));
    CHECK(s.on.available(hat)->atoms == 5);
    s.use(head + "[rejections]\nmost = 3\nthen = \"cancel\"\n");
    CHECK(s.source(o) == outcome::done);
    REQUIRE(s.on.record({{}, {}, monday}, {fact_kind::reject, o, 0, node_id{0}, {}, 1}));
    CHECK(s.source(o) == outcome::cancelled);
    CHECK(s.on.order(o)->lowest == unit_state::cancelled);
}

TEST_CASE("a quota comes back with what a policy cancels") {
    shop s{head + "[outcome]\nnone = \"cancel\"\n"};
    pool_row quota;
    quota.key = "mugs";
    quota.sku = "mug";
    quota.amount = {10};
    quota.per_unit = {1};
    REQUIRE(s.on.load({{}, {}, monday}, std::vector{quota}).accepted == 1);
    REQUIRE(s.on.load({{}, {}, monday}, std::vector<stock_row>{{"mug", "dc", {3}}}).accepted == 1);
    const reserve_line mugs{mug, node_id{0}, {3}, {}};
    const auto basket = s.on.reserve({{}, {}, monday}, {{&mugs, 1}});
    REQUIRE(basket);
    const std::vector<order_line> lines{{mug, {3}}};
    order_request r{lines, none<place_id>, currency::parse("USD").value()};
    r.reservation = reservation_id{basket->subject};
    const auto placed = s.on.place_order({"q", {}, monday}, r);
    REQUIRE(placed.first.what == outcome::done);
    const order_id o{placed.first.subject};
    const auto left = [&] { return s.on.pool(s.on.find_pool("mugs").value())->free.atoms; };
    CHECK(left() == 7);
    REQUIRE(s.on.record({{}, {}, monday}, {fact_kind::reject, o, 0, node_id{0}, {}, 0}));
    CHECK(left() == 7);  // the customer still wants them
    REQUIRE(s.on.adjust({{}, {}, monday}, {mug, node_id{0}, {-3}, adjust_reason::damage}));
    CHECK(s.source(o) == outcome::cancelled);
    CHECK(left() == 10);
}

TEST_CASE("outcomes are the same after a recovery") {
    shop s{head +
           "[[strategy]]\nname = \"all\"\noutcome = { partial = "
           "\"allocate_and_queue:care\", none = \"cancel\" }\n"};
    const order_id part = s.order({{hat, {2}}, {mug, {1}}}), none = s.order({{mug, {1}}});
    static_cast<void>(s.source(part));
    static_cast<void>(s.source(none));
    const auto hash = s.on.state_hash();
    REQUIRE(s.on.flush(journal::durability::memory));
    const engine again{s.settings()};
    CHECK(again.state_hash() == hash);
    CHECK(again.order(part)->buckets.at(1).queue == "care");
    CHECK(queues(again)->size() == 1);
    CHECK(again.explain(none)->words == s.on.explain(none)->words);
}

TEST_CASE("outcomes that are none are refused in words") {
    const auto says = [](const std::string& text, std::string_view part) {
        const auto p = sourcing::parse_policy(head + text);
        INFO((p.rejected.empty() ? std::string{"nothing"} : p.rejected.front().text));
        return !p && p.rejected.front().text.find(part) != std::string::npos;
    };
    CHECK(says("[outcome]\npartial = \"next\"\n", "unknown value 'next' of 'partial'"));
    CHECK(says("[outcome]\nnone = \"queue:\"\n", "unknown value 'queue:' of 'none'"));
    CHECK(says("[outcome]\nnone = \"queue: a\"\n", "unknown value"));
    CHECK(says("[outcome]\nnone = \"cancle\"\n", "did you mean 'cancel'?"));
    CHECK(says("[outcome]\npartial = 3\n", "'partial' takes quoted text"));
    CHECK(says("[rejections]\nmost = 3\n", "write both"));
    CHECK(says("[rejections]\nthen = \"cancel\"\n", "write both"));
    CHECK(says("[rejections]\nmost = 0\nthen = \"cancel\"\n", "whole number from 1 to 100"));
    CHECK(says("[rejections]\nmost = 3\nthen = \"next\"\n", "unknown value 'next' of 'then'"));
}

}  // namespace earmark
