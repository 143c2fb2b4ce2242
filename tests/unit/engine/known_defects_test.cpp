// Defects that order systems are known for, and that need a stream of commands to show. Others
// stand where their subject does: B1 (last unit) in tests/explore/commit_test.cpp; B2 (a cell
// twice), B3 (hand-over), B5 (own hold) and B16 (stock below promises) in worked_numbers_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr time_point noon{1'800'000'000'000'000'000};

struct dice {
    std::uint64_t x;
    std::uint32_t roll(std::uint32_t n) {
        x = x * 6364136223846793005 + 1442695040888963407;
        return static_cast<std::uint32_t>(x >> 33) % n;
    }
};

/// Two SKUs at two nodes, and everything that was ever promised, by its number.
struct shop {
    engine e{settings()};
    time_point now = noon;
    std::vector<std::pair<reservation_id, sku_id>> baskets;  // each of one SKU
    std::vector<order_id> orders;

    static config settings() {
        config c;
        c.max_orders = c.max_keys = c.max_reservations = 4096;
        c.max_cells = 64;
        c.ledger_bytes = std::size_t{1} << 22;
        c.ring_bytes = c.retained_bytes = std::size_t{1} << 20;
        return c;
    }
    shop() {
        const sku_row skus[] = {{"hat", 0, 1}, {"mug", 0, 1}};
        const node_row nodes[] = {{"dc", node_kind::dc, {}, 0, true, {}, {}},
                                  {"store", node_kind::store, {}, 0, true, {}, {}}};
        const stock_row stock[] = {
            {"hat", "dc", {9}}, {"hat", "store", {4}}, {"mug", "dc", {6}}, {"mug", "store", {5}}};
        REQUIRE(e.load(at(), skus).rejected.empty());
        REQUIRE(e.load(at(), nodes).rejected.empty());
        REQUIRE(e.load(at(), stock).rejected.empty());
        REQUIRE(e.activate(at(),
                           "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"parcels\"]\n"
                           "[split]\nlines = \"by_quantity\"\n"));
    }
    [[nodiscard]] command at(std::string_view key = {}) const { return {key, {}, now}; }
    static reserve_line line(sku_id sku, dice& d) {
        return {sku, node_id{static_cast<std::uint16_t>(d.roll(2))}, {1 + d.roll(3)}, {}};
    }
    std::pair<reservation_id, sku_id> any_basket(dice& d) {
        if (baskets.empty()) return {none<reservation_id>, sku_id{0}};
        return baskets[d.roll(static_cast<std::uint32_t>(baskets.size()))];
    }
    void basket(dice& d) {
        const auto old = d.roll(4) == 0 ? any_basket(d).first : none<reservation_id>;
        const sku_id sku{d.roll(2)};
        const reserve_line lines[] = {line(sku, d), line(sku, d)};
        const auto made = e.reserve(
            at(), {std::span{lines}.first(1 + d.roll(2)), now + minutes(1 + d.roll(9)), old});
        if (made) baskets.emplace_back(reservation_id{made->subject}, sku);
    }
    void change(dice& d) {
        const auto [id, sku] = any_basket(d);
        const reserve_line l = line(sku, d);
        (void)e.change(at(), {id, std::nullopt, {&l, 1}});
    }
    void order(dice& d) {
        const order_line lines[] = {{sku_id{0}, {1 + d.roll(3)}, 1}, {sku_id{1}, {1}, 1}};
        const auto from = d.roll(2) == 0 ? any_basket(d).first : none<reservation_id>;
        const std::string key = "o" + std::to_string(orders.size());
        const placed p =
            e.place_order(at(key), {lines, none<place_id>, *currency::parse("EUR"), 0, from});
        if (p.first.what == outcome::done || p.first.what == outcome::reacquired)
            orders.push_back(order_id{p.first.subject});
    }
    void work(dice& d) {
        if (orders.empty()) return;
        const order_id o = orders[d.roll(static_cast<std::uint32_t>(orders.size()))];
        const std::uint32_t l = 1 + d.roll(2);
        switch (d.roll(4)) {
            case 0:
                return (void)e.source(at(), o);
            case 1:
                return (void)e.release(at(), o);
            case 2:
                return (void)e.record(at(), {fact_kind::ship, o, l, none<node_id>, {1}});
            default:
                return (void)e.cancel(at(), {o, l, {1}, 0});
        }
    }
    void goods(dice& d) {
        const reserve_line l = line(sku_id{d.roll(2)}, d);
        (void)e.adjust(at(), {l.sku, l.node, {d.roll(2) == 0 ? l.amount.atoms : -1}});
        now = now + seconds(40);
        (void)e.advance(at());
    }
    void step(dice& d) {
        switch (d.roll(8)) {
            case 0:
            case 1:
                return basket(d);
            case 2:
                return change(d);
            case 3:
                return (void)e.move(at(), {any_basket(d).first, node_id{0}, node_id{1}});
            case 4:
                return (void)e.unreserve(at(), any_basket(d).first);
            case 5:
                return order(d);
            case 6:
                return goods(d);
            default:
                return work(d);
        }
    }
};

using cell = std::pair<sku_id, node_id>;
struct columns {
    std::int64_t reserved = 0, allocated = 0, released = 0;
    [[nodiscard]] std::int64_t sum() const { return reserved + allocated + released; }
    friend bool operator==(const columns&, const columns&) = default;
};

/// What the rows say, asked for one by one by their numbers.
std::map<cell, columns> rows_of(const shop& s) {
    std::map<cell, columns> all;
    for (const auto& [id, sku] : s.baskets) {
        const auto r = s.e.reservation(id);
        if (!r || r->state != reservation_state::active) continue;
        for (const bucket_view& part : r->parts)
            all[{sku, part.node}].reserved += part.amount.atoms;
    }
    for (const order_id id : s.orders) {
        const auto o = s.e.order(id);
        REQUIRE(o);
        for (const bucket_view& b : o->buckets) {
            columns& at = all[{o->lines[b.line - 1].sku, b.node}];
            if (b.state == unit_state::allocated) at.allocated += b.amount.atoms;
            if (b.state == unit_state::released) at.released += b.amount.atoms;
        }
    }
    return all;
}

TEST_CASE("what a cell counts as promised is the sum of its rows after every step (B4)") {
    dice d{4};
    columns ever;
    for (int stream = 0; stream < 12; ++stream) {
        shop s;
        for (int i = 0; i < 250; ++i) {
            s.step(d);
            std::map<cell, columns> rows = rows_of(s);
            const auto stock = s.e.stock();
            REQUIRE(stock);
            for (const stock_view& v : *stock) {
                const columns& row = rows[{v.sku, v.node}];
                CHECK(columns{v.reserved.atoms, v.allocated.atoms, v.released.atoms} == row);
                CHECK(v.on_hand.atoms - v.free.atoms == row.sum());
                ever.reserved += row.reserved;
                ever.allocated += row.allocated;
                ever.released += row.released;
            }
            REQUIRE(s.e.check_invariants().empty());
        }
    }
    CHECK(std::min({ever.reserved, ever.allocated, ever.released}) > 1'000);  // none of them idle
}

// ---- one pool, three channels ------------------------------------------------------------------

/// A hundred hats, of which the web shop may sell all, the marketplace leaves 10, the app 25.
struct market : shop {
    static constexpr std::int64_t hats = 100;
    static constexpr std::array<std::int64_t, 3> floors = {0, 10, 25};
    std::array<std::int64_t, 3> sold{};

    market() {
        REQUIRE(e.adjust(at(), {sku_id{0}, node_id{0}, {hats - 9}}));
        std::vector<floor_row> rules(3);
        for (std::size_t i = 0; i < rules.size(); ++i) {
            rules[i].key = "rule " + std::to_string(i);
            rules[i].channel = std::array{"web", "market", "app"}[i];
            rules[i].sku = "hat";
            rules[i].units = floors[i];
        }
        REQUIRE(e.load(at(), rules).rejected.empty());
    }
    static channel_id channel(std::size_t i) { return channel_id{static_cast<std::uint16_t>(i)}; }
    /// What a channel is told that it may sell.
    std::int64_t told(std::size_t i) {
        const auto q = e.available({sku_id{0}, node_id{0}, channel(i), floor_use::selling});
        REQUIRE(q);
        return q->atoms;
    }
    [[nodiscard]] std::int64_t all_sold() const { return sold[0] + sold[1] + sold[2]; }
    bool sell(std::size_t i, std::int64_t n) {
        const reserve_line l{sku_id{0}, node_id{0}, {n}, {}};
        const auto r = e.reserve(at(), {{&l, 1}, never, none<reservation_id>, channel(i)});
        if (r) sold[i] += n;
        return r.has_value();
    }
};

TEST_CASE("three channels that each sell what they were told a sync ago share one pool (B18)") {
    dice d{18};
    for (int round = 0; round < 50; ++round) {
        market m;
        // Each is told nearly everything, and sells by that number until the next sync.
        const std::array told = {m.told(0), m.told(1), m.told(2)};
        REQUIRE(told == std::array<std::int64_t, 3>{100, 90, 75});
        std::array<std::int64_t, 3> left = told;
        while (left != std::array<std::int64_t, 3>{}) {
            const std::size_t i = d.roll(3);
            const std::int64_t n = std::min<std::int64_t>(left[i], 1 + d.roll(3));
            if (n == 0) continue;
            left[i] -= n;
            const std::int64_t free = market::hats - m.all_sold();
            CHECK(m.sell(i, n) == (free - n >= market::floors[i]));
            // The invariant of the pool: what all channels hold is what has left it, never more
            // than there is, and each is now told what is left above its own floor.
            REQUIRE(m.all_sold() <= market::hats);
            for (std::size_t c = 0; c < 3; ++c)
                REQUIRE(m.told(c) ==
                        std::max<std::int64_t>(0, market::hats - m.all_sold() - market::floors[c]));
        }
        CHECK(m.all_sold() > market::hats - market::floors[1]);
        CHECK(m.e.check_invariants().empty());
    }
}

TEST_CASE("quotas of channels add up to more than there is, and the pool still sells once (B18)") {
    constexpr std::array<std::int64_t, 3> quotas = {60, 45, 30};  // 135 for 100 hats
    dice d{5};
    for (int round = 0; round < 50; ++round) {
        market m;
        std::vector<pool_row> pools(3);
        for (std::size_t i = 0; i < pools.size(); ++i) {
            pools[i].key = "quota " + std::to_string(i);
            pools[i].channel = std::array{"web", "market", "app"}[i];
            pools[i].sku = "hat";
            pools[i].amount = {quotas[i]};
            pools[i].per_unit = {1};
        }
        REQUIRE(m.e.load(m.at(), pools).rejected.empty());
        for (int call = 0; call < 250; ++call) {
            const std::size_t i = d.roll(3);
            const std::int64_t n = 1 + d.roll(3), free = market::hats - m.all_sold();
            const bool fits = free - n >= market::floors[i] && m.sold[i] + n <= quotas[i];
            REQUIRE(m.sell(i, n) == fits);
            REQUIRE(m.all_sold() <= market::hats);
            for (std::size_t c = 0; c < 3; ++c) {
                const auto pool = m.e.pool(*m.e.find_pool("quota " + std::to_string(c)));
                REQUIRE(pool);
                REQUIRE(pool->free.atoms == quotas[c] - m.sold[c]);
            }
        }
        CHECK(m.all_sold() > market::hats - market::floors[2]);
        CHECK(m.e.check_invariants().empty());
    }
}

TEST_CASE("three channels on threads of their own never sell a unit of the pool twice (B18)") {
    market m;
    std::array<std::int64_t, 3> refused{};
    std::vector<std::thread> channels;
    for (std::size_t i = 0; i < 3; ++i)
        channels.emplace_back([&, i] {
            for (std::int64_t tries = 2 * market::hats; tries > 0; --tries)
                if (!m.sell(i, 1)) ++refused[i];
        });
    for (auto& c : channels) c.join();
    CHECK(m.all_sold() == market::hats);  // the web shop alone may go down to the last one
    for (std::size_t i = 0; i < 3; ++i) CHECK(m.sold[i] + refused[i] == 2 * market::hats);
    CHECK(m.told(0) == 0);
    CHECK(m.e.check_invariants().empty());
}

}  // namespace
}  // namespace earmark
