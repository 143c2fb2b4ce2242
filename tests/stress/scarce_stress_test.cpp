// Several callers on the same pools and sections: no quota is passed, no unit is lost, and who is
// refused was refused with cause.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "stress/dice.hpp"

namespace earmark::stress {
namespace {

constexpr sku_id hat{0};
constexpr node_id dc{0};

struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e{settings(sink)};

    explicit shop(std::vector<std::pair<std::string, std::int64_t>> amounts) {
        const command c{{}, {}, {1}};
        REQUIRE(e.load(c, std::vector<sku_row>{{"hat"}}).accepted == 1);
        node_row at;
        at.key = "dc";
        REQUIRE(e.load(c, std::vector{at}).accepted == 1);
        segment_row web;
        web.key = web.channel = "web";
        web.overflow = {""};
        REQUIRE(e.load(c, std::vector{web}).accepted == 1);
        section_row own, lot;
        own.key = "own";
        own.segment = "web";
        lot.key = lot.lot = "lot";
        REQUIRE(e.load(c, std::vector{own, lot}).accepted == 2);
        std::vector<stock_row> stock;
        for (const auto& [section, n] : amounts) stock.push_back({"hat", "dc", {n}, {}, section});
        REQUIRE(e.load(c, stock).accepted == stock.size());
    }
    static config settings(std::shared_ptr<journal::sink> to) {
        config c;
        c.max_orders = c.max_keys = 1u << 14;
        c.max_reservations = 1u << 14;
        c.max_cells = 256;
        c.ledger_bytes = std::size_t{1} << 26;
        c.sink = std::move(to);
        return c;
    }
    void close() {
        CHECK(e.check_invariants() == std::vector<std::string>{});
        const auto live = e.state_hash();
        CHECK(e.flush(journal::durability::memory));
        const engine again{settings(sink)};
        CHECK(again.halted() == "");
        CHECK(again.state_hash() == live);
    }
    result<receipt> reserve(std::int64_t n, channel_id channel) {
        const reserve_line l{hat, dc, {n}, {}};
        return e.reserve({}, {{&l, 1}, never, none<reservation_id>, channel});
    }
    [[nodiscard]] std::int64_t free() const {
        const auto all = e.sections(hat);
        REQUIRE(all);
        std::int64_t sum = 0;
        for (const section_view& v : *all) sum += v.free.atoms;
        return sum;
    }
};

/// Takes, gives back, places, cancels in part and ships; at the end what is held stays held.
void buy(shop& s, unsigned number, std::atomic<std::int64_t>& gone) {
    dice d{number + 1};
    const channel_id web = *s.e.find_channel("web");
    for (int i = 0; i < 400; ++i) {
        const std::int64_t n = 1 + static_cast<std::int64_t>(d.roll(3));
        const auto r = s.reserve(n, d.roll(2) == 0 ? web : none<channel_id>);
        if (!r) continue;
        const reservation_id basket{r->subject};
        if (d.roll(2) == 0) {
            REQUIRE(s.e.unreserve({}, basket));
            continue;
        }
        const std::string key = std::to_string(number) + "-" + std::to_string(i);
        const order_line line{hat, {n}, 100};
        const auto o = s.e.place_order(
            {key}, {{&line, 1}, none<place_id>, *currency::parse("EUR"), 0, basket});
        REQUIRE(o.first.what == outcome::done);
        const order_id id{o.first.subject};
        REQUIRE(s.e.cancel({}, {id, 1, {1}}));
        if (n == 1) continue;
        REQUIRE(s.e.release({}, id));
        REQUIRE(s.e.record({}, {fact_kind::ship, id, 1, none<node_id>, {1}}));
        ++gone;
        if (n == 3) REQUIRE(s.e.cancel({}, {id, 1, {1}}));
    }
}

TEST_CASE("callers who draw from the same sections and pools lose nothing and pass no quota") {
    shop s{{{"", 200}, {"own", 200}, {"lot", 200}}};
    pool_row quota, picks;
    quota.key = "web";
    quota.channel = "web";
    quota.amount = {150};
    picks.key = "picks";
    picks.amount = {500};
    quota.per_unit = picks.per_unit = {1};
    REQUIRE(s.e.load(command{}, std::vector{quota, picks}).accepted == 2);
    std::atomic<std::int64_t> gone{0};
    {
        std::vector<std::jthread> callers;
        for (unsigned t = 0; t < 4; ++t) callers.emplace_back([&, t] { buy(s, t, gone); });
    }
    CHECK(gone > 0);
    CHECK(s.free() == 600 - gone);
    const auto used = s.e.pool(pool_id{1});
    REQUIRE(used);
    CHECK(used->amount.atoms == 500 - gone);  // each that left was picked once
    CHECK(used->free.atoms == 500 - gone);    // and nothing is held any more
    CHECK(s.e.pool(pool_id{0})->free.atoms == s.e.pool(pool_id{0})->amount.atoms);
    s.close();
}

TEST_CASE("a line over several sections is refused with cause, while units move between them") {
    shop s{{{"", 5}, {"lot", 5}}};
    const section_id lot = *s.e.find_section("lot");
    std::atomic<bool> over{false};
    std::atomic<int> moved{0};
    std::jthread mover{[&] {
        while (!over) {
            moved += s.e.transfer({}, {hat, dc, none<section_id>, lot, {1}}).has_value();
            moved += s.e.transfer({}, {hat, dc, lot, none<section_id>, {1}}).has_value();
        }
    }};
    int taken = 0;
    // One of ten units is on its way at most, so nine are always there.
    for (int i = 0; i < 1'000'000 && (taken < 20'000 || moved < 20'000); ++i) {
        const auto r = s.reserve(9, none<channel_id>);
        if (r) {
            ++taken;
            REQUIRE(s.e.unreserve({}, reservation_id{r->subject}));
        } else {
            REQUIRE(r.error().code == error_code::stock_moving);
        }
    }
    over = true;
    mover.join();
    CHECK(taken > 0);
    CHECK(moved > 0);
    CHECK(s.free() == 10);
    s.close();
}

}  // namespace
}  // namespace earmark::stress
