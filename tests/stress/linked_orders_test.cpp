// Several callers at a few orders and at those that bring goods for them: a command on one of them
// reads both ends of a link, one after the other, while somebody else changes both.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "stress/dice.hpp"

namespace earmark::stress {
namespace {

constexpr std::string_view policy = R"(
policy = "bring it"
currency = "USD"
rank = ["priority"]
[split]
lines = "by_quantity"
[[strategy]]
name = "its store"
from = ["chosen_store"]
outcome = { partial = "transfer_rest", none = "transfer" }
[[strategy]]
name = "from others"
transfers = true
)";

node_row node(const char* key, node_kind kind, std::int32_t priority) {
    node_row n;
    n.key = key;
    n.kind = kind;
    n.priority = priority;
    return n;
}

/// One engine, and the orders that its callers know of: the first ones and all that were made.
struct house {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e{settings()};
    std::atomic<std::uint32_t> known{0};
    hold_type_id fraud{};

    house() {
        const std::vector<sku_row> skus{{"lamp"}, {"mug"}};
        const std::vector<node_row> nodes{
            node("hub", node_kind::dc, 0), node("altona", node_kind::store, 1),
            node("mitte", node_kind::store, 2), node("acme", node_kind::vendor, 3)};
        const std::vector<stock_row> stock{{"lamp", "hub", {40}},  {"lamp", "altona", {5}},
                                           {"lamp", "mitte", {5}}, {"mug", "altona", {0}},
                                           {"mug", "mitte", {0}},  {"mug", "acme", {500}}};
        REQUIRE(e.load({}, std::span{skus}).rejected.empty());
        REQUIRE(e.load({}, std::span{nodes}).rejected.empty());
        REQUIRE(e.load({}, std::span{stock}).rejected.empty());
        REQUIRE(e.activate({}, policy).has_value());
        fraud = e.find_hold_type("fraud").value();
        const order_line lines[] = {{sku_id{0}, {4}, 100}, {sku_id{1}, {2}, 50}};
        order_request r{lines, none<place_id>, *currency::parse("USD")};
        for (; known < 6; ++known) {
            r.node = node_id{static_cast<std::uint16_t>(1 + known % 2)};
            const std::string key = "o" + std::to_string(known);
            REQUIRE(e.place_order({key}, r).first.why.code == error_code::ok);
        }
    }
    [[nodiscard]] config settings() const {
        config c;
        c.sink = sink;
        c.max_orders = c.max_keys = 1 << 14;
        return c;
    }
    void hear_of(order_id made) {
        const auto end = static_cast<std::uint32_t>(raw(made)) + 1;
        std::uint32_t was = known;
        while (was < end && !known.compare_exchange_weak(was, end)) {
        }
    }
    void amend(order_id o, dice& d) {
        line_change c{1 + d.roll(2), quantity{1 + d.roll(6)}, {}, none<sku_id>, 0};
        if (d.roll(4) == 0) c.node = node_id{static_cast<std::uint16_t>(d.roll(3))};
        amend_request r;
        r.order = o;
        r.lines = {&c, 1};
        r.preview = d.roll(4) == 0;
        (void)e.amend({}, r);
    }
    void act(dice& d) {
        const order_id o{d.roll(known)};
        const node_id at{static_cast<std::uint16_t>(d.roll(4))};
        switch (d.roll(10)) {
            case 0:
            case 1:
                if (const auto s = e.source({}, o))
                    for (const brought_view& b : s->brought) hear_of(b.by);
                return;
            case 2:
            case 3:
                return void(e.release({}, o));
            case 4:
                return void(e.record({}, {fact_kind::ship, o}));
            case 5:
                return void(e.record({}, {fact_kind::deliver, o}));
            case 6:
                return void(e.record({}, {fact_kind::reject, o, 0, at}));
            case 7:
                return void(e.cancel({}, {o, 1, {1}, 0}));
            case 8:
                return amend(o, d);
            default:
                if (d.roll(2) == 0) return void(e.place_hold({}, {o, fraud}));
                return void(e.resolve_hold({}, {o, 1 + d.roll(3), true, 0}));
        }
    }
};

}  // namespace

TEST_CASE("callers that meet at linked orders decide again, and leave every unit on its way once") {
    const char* given = std::getenv("EARMARK_STRESS_ROUNDS");
    const int rounds = given != nullptr ? std::atoi(given) / 500 : 40;
    for (int round = 0; round < rounds; ++round) {
        house h;
        std::vector<std::thread> threads;
        for (std::uint32_t t = 0; t < 4; ++t)
            threads.emplace_back([&h, seed = (round * 4ULL + t + 1) * 0x9E3779B97F4A7C15ULL] {
                dice d{seed};
                for (int i = 0; i < 400; ++i) h.act(d);
            });
        for (auto& t : threads) t.join();
        for (const std::string& broken : h.e.check_invariants()) FAIL_CHECK(broken);
        REQUIRE(h.e.flush(journal::durability::memory).has_value());
        engine folded{h.settings()};
        CHECK(folded.halted().empty());
        CHECK(folded.state_hash() == h.e.state_hash());
        CHECK(h.e.audit(audit_how::exact)->clean());
    }
}

}  // namespace earmark::stress
