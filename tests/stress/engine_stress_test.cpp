// Several calling threads on one engine: whatever the order they raced in, no unit is lost, no
// invariant breaks, and the journal that they wrote together folds to the state that they left.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "stress/dice.hpp"

namespace earmark::stress {
namespace {

constexpr std::string_view policy = R"(
policy = "stress"
currency = "USD"
rank = ["parcels", "cost"]
[costs]
fixed_per_parcel = "5.00"
per_unit = "0.50"
per_unit_per_1000_km = "0.10"
[split]
lines = "by_quantity"
)";

void load(engine& e, std::int64_t units) {
    const command c{{}, {}, {1}};
    std::vector<sku_row> skus;
    std::vector<node_row> nodes;
    std::vector<stock_row> stock;
    for (int i = 0; i < 4; ++i) skus.push_back({"sku" + std::to_string(i), 0, 1});
    for (int i = 0; i < 3; ++i)
        nodes.push_back({"node" + std::to_string(i), node_kind::dc, geo_point{10.0 * i, 5.0}});
    for (const auto& s : skus)
        for (const auto& n : nodes) stock.push_back({s.key, n.key, {units}});
    const place_row places[] = {{"here", geo_point{12.0, 6.0}}};
    REQUIRE(e.load(c, std::span<const sku_row>{skus}).rejected.empty());
    REQUIRE(e.load(c, std::span<const node_row>{nodes}).rejected.empty());
    REQUIRE(e.load(c, std::span<const place_row>{places}).rejected.empty());
    REQUIRE(e.load(c, std::span<const stock_row>{stock}).rejected.empty());
    std::vector<std::string> findings;
    REQUIRE_MESSAGE(e.activate(c, policy, &findings).has_value(),
                    (findings.empty() ? std::string{} : findings.front()));
}

/// Sometimes a basket first; sometimes it is given up before the order comes.
reservation_id basket_of(engine& e, const command& c, const order_line& l, dice& d) {
    if (d.roll(3) != 0) return none<reservation_id>;
    const node_id at{static_cast<std::uint16_t>(d.roll(3))};
    const reserve_line basket[] = {{l.sku, at, l.amount, {}}};
    const auto held = e.reserve(c, {basket, c.now + seconds(1 + d.roll(5))});
    if (!held) return none<reservation_id>;
    if (d.roll(4) == 0) (void)e.unreserve(c, reservation_id{held->subject});
    return reservation_id{held->subject};
}

/// Something happens to an order or to stock.
void disturb(engine& e, const command& c, order_id any, dice& d) {
    switch (d.roll(6)) {
        case 0:
            (void)e.cancel(c, {any, 0, {}, 1});
            break;
        case 1:
            (void)e.release(c, any);
            break;
        case 2:
            (void)e.record(c, {fact_kind::ship, any});
            break;
        case 3:
            (void)e.adjust(c, {sku_id{d.roll(4)}, node_id{0}, {1 + d.roll(4)}});
            break;
        case 4:
            (void)e.adjust(c, {sku_id{d.roll(4)}, node_id{1}, {-1}});
            break;
        default:
            break;
    }
}

/// One shopper: baskets, orders, sourcing, cancels, releases, shipments, with time going on.
void shop(engine& e, std::uint32_t t, int rounds, std::atomic<std::uint64_t>& done) {
    dice d{t * 977 + 5};
    std::vector<order_id> orders;
    const currency usd = *currency::parse("USD");
    for (int i = 0; i < rounds; ++i) {
        const command c{{}, {}, {static_cast<std::int64_t>(i) * 50'000'000 + 2}};
        const std::string key = "o" + std::to_string(t) + "-" + std::to_string(i);
        order_line lines[3];
        for (auto& l : lines)
            l = {sku_id{d.roll(4)}, {1 + static_cast<std::int64_t>(d.roll(3))}, 100};
        order_request r;
        r.lines = std::span{lines}.first(1 + d.roll(3));
        r.ship_to = place_id{0};
        r.currency = usd;
        r.reservation = basket_of(e, c, lines[0], d);
        const placed p = e.place_order(command{key, {}, c.now}, r);
        if (p.first.what != outcome::declined) orders.push_back(order_id{p.first.subject});
        if (orders.empty()) continue;
        const order_id any = d.roll(2) == 0
                                 ? orders[d.roll(static_cast<std::uint32_t>(orders.size()))]
                                 : order_id{d.roll(e.orders())};
        disturb(e, c, any, d);
        (void)e.source(c, any);
        ++done;
    }
}

TEST_CASE("racing callers leave a sound engine whose journal folds to the same state") {
    const char* given = std::getenv("EARMARK_STRESS_ROUNDS");
    const int rounds = given != nullptr ? std::atoi(given) / 10 : 1'500;
    const auto sink = std::make_shared<journal::memory_sink>();
    config settings;
    settings.sink = sink;
    settings.ring_bytes = 1 << 17;  // small: drains happen under load
    engine e{settings};
    load(e, 200);
    std::atomic<std::uint64_t> done{0};
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] { shop(e, t, rounds, done); });
    for (auto& t : threads) t.join();
    CHECK(done.load() > 0);
    for (const std::string& broken : e.check_invariants()) FAIL_CHECK(broken);
    REQUIRE(e.flush(journal::durability::memory).has_value());
    config again;
    again.sink = sink;
    engine folded{again};
    CHECK(folded.halted().empty());
    CHECK(folded.state_hash() == e.state_hash());
    CHECK(folded.event_digest() == e.event_digest());
    const metrics m = e.status();
    MESSAGE("orders " << m.orders << ", conflicts " << m.conflicts << ", expired " << m.expired);
}

std::string all_of(const audit_report& r) {
    std::string text;
    for (const auto* list : {&r.wrong, &r.leaks})
        for (const finding& f : *list) text += std::string{name_of(f.check)} + ": " + f.text + "\n";
    return text;
}

/// Every SKU, at all nodes and at one of them.
void watch(engine& e) {
    std::vector<threshold_row> rows;
    for (const int low : {3, 50, 150})
        for (int i = 0; i < 4; ++i) {
            threshold_row t;
            t.sku = "sku" + std::to_string(i);
            t.key = t.sku + "<" + std::to_string(low);
            if (i % 2 == 0) t.node = "node0";
            t.low = low;
            t.high = low + 2;
            rows.push_back(t);
        }
    REQUIRE(e.load({{}, {}, {1}}, std::span<const threshold_row>{rows}).rejected.empty());
}

/// What somebody hears who audits and asks for crossings beside the callers.
struct listener {
    audit_run run;
    std::uint32_t audits = 0, moving = 0;
    std::vector<crossing> told;
    position cursor{};

    void listen(engine& e) {
        const auto r = e.audit(run, 500);
        if (r) CHECK_MESSAGE(r->clean(), all_of(*r));
        if (r && r->complete) ++audits, moving += static_cast<std::uint32_t>(r->moving.size());
        hear(e, 10);
    }
    void hear(engine& e, std::size_t limit) {
        const auto page = e.crossings(cursor, limit);
        if (!page) return;
        told.insert(told.end(), page->rows.begin(), page->rows.end());
        cursor = page->next;
    }
    void compare(const std::vector<crossing>& replayed) const {
        REQUIRE(replayed.size() == told.size());
        for (std::size_t i = 0; i < told.size(); ++i) {
            CHECK(told[i].at == replayed[i].at);
            CHECK(told[i].threshold == replayed[i].threshold);
            CHECK(told[i].below == replayed[i].below);
        }
    }
};

TEST_CASE("an auditor beside racing callers raises no alarm; thresholds tell what replay tells") {
    const char* given = std::getenv("EARMARK_STRESS_ROUNDS");
    const int rounds = given != nullptr ? std::atoi(given) / 10 : 1'500;
    const auto sink = std::make_shared<journal::memory_sink>();
    config settings;
    settings.sink = sink;
    settings.ring_bytes = 1 << 17;
    settings.max_keys = 1 << 14;
    engine e{settings};
    load(e, 200);
    watch(e);
    std::atomic<std::uint64_t> done{0};
    std::atomic<int> running{3};
    std::atomic<std::uint32_t> audits{0};
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            // Until some audits were made beside it, however busy the machine is.
            for (std::uint32_t k = 0; k == 0 || (k < 10'000 && audits < 3); ++k)
                shop(e, t + 3 * k, rounds, done);
            --running;
        });
    listener beside;
    for (; running > 0; audits = beside.audits) beside.listen(e);
    for (auto& t : threads) t.join();
    CHECK(beside.audits > 0);
    REQUIRE(e.advance({{}, {}, e.now()}));
    const auto last = e.audit(audit_how::exact);
    REQUIRE(last);
    CHECK_MESSAGE(last->clean(), all_of(*last));
    CHECK(last->moving.empty());
    beside.hear(e, SIZE_MAX);
    CHECK(!beside.told.empty());
    REQUIRE(e.flush(journal::durability::memory).has_value());
    config again;
    again.sink = sink;
    engine folded{again};
    beside.compare(folded.crossings({}, SIZE_MAX).value().rows);
    MESSAGE("audits " << beside.audits << ", findings that moved " << beside.moving
                      << ", crossings " << beside.told.size());
}

}  // namespace
}  // namespace earmark::stress
