// Pictures that pass over cells that are marked as empty: what is decided is the same, whatever was
// marked before.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr sku_id hat{0};
constexpr std::uint16_t nodes = 70;

struct shop {
    engine on;
    int orders = 0;

    shop() {
        const command c;
        std::vector<node_row> all;
        std::vector<stock_row> stock;
        for (int k = 0; k < nodes; ++k) {
            all.push_back({"n" + std::to_string(100 + k), node_kind::store, {}, k, true, {}, {}});
            stock.push_back({"hat", all.back().key, {k % 7 == 0 ? 2 : 0}});
        }
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}}).rejected.empty());
        REQUIRE(on.load(c, all).rejected.empty());
        REQUIRE(on.load(c, stock).rejected.empty());
        REQUIRE(on.activate(c,
                            "policy = 'p'\ncurrency = 'EUR'\nrank = ['priority']\n"
                            "[split]\nlines = 'by_quantity'\n"));
    }
    order_id place(std::int64_t n) {
        const order_line line{hat, {n}, 100};
        const auto made = on.place_order({"o" + std::to_string(++orders)},
                                         {{&line, 1}, none<place_id>, *currency::parse("EUR")});
        return order_id{made.first.subject};
    }
    /// The node, or -1 where nothing is left.
    int sourced(std::int64_t n) {
        const auto done = on.source(command{}, place(n));
        REQUIRE(done);
        return done->chosen.parts.empty() ? -1 : static_cast<int>(raw(done->chosen.parts[0].node));
    }
    void add(int node, std::int64_t n) {
        REQUIRE(on.adjust(command{}, {hat, node_id{static_cast<std::uint16_t>(node)}, {n}}));
    }
};

}  // namespace

TEST_CASE("a cell that was sold out is seen again once it has goods") {
    shop s;
    for (int k = 0; k < nodes; k += 7) CHECK(s.sourced(2) == k);
    CHECK(s.sourced(1) == -1);
    for (const int k : {69, 3, 0, 1}) {
        s.add(k, 1);
        CHECK(s.on.check_invariants().empty());
        CHECK(s.sourced(1) == k);
        CHECK(s.sourced(1) == -1);
    }
    CHECK(s.on.check_invariants().empty());
}

TEST_CASE("units that are given back while others look are never hidden for good") {
    shop s;
    std::atomic<bool> ends{false};
    const order_id asked = s.place(1);
    {
        std::vector<std::jthread> all;
        for (int t = 0; t < 2; ++t)
            all.emplace_back([&] {
                while (!ends) (void)s.on.source(command{}, asked, true);
            });
        for (int i = 0; i < 3'000; ++i) {
            s.add(1 + i % 6, 1);  // empty ones
            if (i % 3 != 0) s.add(1 + i % 6, -1);
        }
        ends = true;
    }
    CHECK(s.on.check_invariants().empty());
}

}  // namespace earmark
