// What one thread makes and another ends: capacities bound what lives, whoever ended it.
#include <doctest/doctest.h>

#include <array>
#include <thread>
#include <vector>

#include "earmark/engine/engine.hpp"

using namespace earmark;

namespace {

constexpr time_point noon{1'800'000'000'000'000'000};

struct shop {
    engine e{settings()};

    static config settings() {
        config c;
        c.max_orders = c.max_keys = 16;
        c.max_reservations = 64;
        c.max_cells = 64;
        c.ledger_bytes = std::size_t{1} << 20;
        return c;
    }
    shop() {
        const std::array skus{sku_row{"mug", 0, 1}};
        const std::array nodes{node_row{"bonn", node_kind::dc, {}, 0, true, {}, {}}};
        const std::array stock{stock_row{"mug", "bonn", {5}}};
        REQUIRE(e.load({}, skus).rejected.empty());
        REQUIRE(e.load({}, nodes).rejected.empty());
        REQUIRE(e.load({}, stock).rejected.empty());
    }
    reservation_id hold(time_point now, time_point until) {
        const reserve_line one{sku_id{0}, node_id{0}, {1}, {}};
        const auto r = e.reserve({{}, {}, now}, {{&one, 1}, until});
        REQUIRE(r);
        return reservation_id{r->subject};
    }
};

template <class F>
void elsewhere(F&& f) {
    std::thread{f}.join();
}

}  // namespace

TEST_CASE("baskets that another thread ends, or lets expire, free their numbers and their memory") {
    shop s;
    time_point now = noon;
    for (int i = 0; i < 1'500; ++i) {
        const auto basket = s.hold(now, now + minutes(5));
        elsewhere([&] { REQUIRE(s.e.unreserve({{}, {}, now}, basket)); });
        s.hold(now, now + minutes(5));
        now = now + minutes(6);
        elsewhere([&] { REQUIRE(s.e.advance({{}, {}, now})); });
        REQUIRE(s.e.available(sku_id{0})->atoms == 5);
    }
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("one thread's numbers do not depend on how deep its stack is") {
    const auto run = [](int deep) {
        shop s;
        std::vector<std::uint64_t> ids;
        const auto step = [&](auto&& self, int left) -> void {
            volatile char frame[16'384];
            frame[0] = 0;
            if (left > 0) return self(self, left - 1);
            ids.push_back(raw(s.hold(noon, never)) + static_cast<std::uint64_t>(frame[0]));
        };
        for (int i = 0; i < 300; ++i) {
            step(step, i % 2 == 0 ? deep : 0);
            REQUIRE(s.e.unreserve({{}, {}, noon}, reservation_id{ids.back()}));
        }
        return ids;
    };
    const auto flat = run(0);
    CHECK(run(9) == flat);
    CHECK(run(40) == flat);
}
