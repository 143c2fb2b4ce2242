// One order that several callers change, ship and cancel at once: each version of it has one
// author, and of those who amend the same version one at most comes through.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "stress/dice.hpp"

namespace earmark::stress {
namespace {

struct shop {
    engine e{small()};
    order_id order{};

    shop() {
        const std::vector<sku_row> skus{{"lamp"}};
        const std::vector<node_row> nodes{{"hub"}};
        const std::vector<stock_row> stock{{"lamp", "hub", {40}}};
        REQUIRE(e.load({}, std::span{skus}).rejected.empty());
        REQUIRE(e.load({}, std::span{nodes}).rejected.empty());
        REQUIRE(e.load({}, std::span{stock}).rejected.empty());
        REQUIRE(e.activate({}, "policy = \"p\"\ncurrency = \"USD\"\nrank = [\"priority\"]\n"));
        const order_line lines[] = {{sku_id{0}, {6}, 100}};
        const order_request r{lines, none<place_id>, *currency::parse("USD")};
        order = order_id{e.place_order({"o"}, r).first.subject};
        REQUIRE(e.source({}, order));
        REQUIRE(e.release({}, order));
    }
    static config small() {
        config c;
        c.max_orders = c.max_keys = 1 << 10;
        return c;
    }
    /// Asked again while a caller has the order in hand.
    [[nodiscard]] std::uint32_t version() const {
        auto seen = e.order(order);
        for (; !seen; seen = e.order(order)) REQUIRE(is_transient(seen.error().code));
        return seen->version;
    }

    /// As often as somebody else has the order in hand.
    template <class F>
    bool done(F&& f) {
        for (;;) {
            const error_code code = f();
            if (code == error_code::ok) return true;
            if (!is_transient(code)) return false;
        }
    }
    bool amends(std::uint32_t base, std::int64_t n) {
        const line_change c{1, quantity{n}, {}, none<sku_id>, 0};
        amend_request r;
        r.order = order;
        r.base_version = base;
        r.lines = {&c, 1};
        return done([&] { return e.amend({}, r).first.why.code; });
    }
};

/// Each round on an order of its own; who wins is counted, in the order of the callers. The node
/// that works on it agrees to give units back where it is asked.
std::array<int, 5> race(int rounds, bool node_is_asked) {
    std::array<int, 5> won{};
    for (int round = 0; round < rounds; ++round) {
        shop s;
        const std::vector<answer_row> asked{{"hub", request_kind::cancel, 600}};
        if (node_is_asked) REQUIRE(s.e.load({}, asked).accepted == 1);
        const std::uint32_t seen = s.version();
        std::atomic<int> ready{0};
        std::array<std::atomic<bool>, 5> did{};
        const auto at_once = [&](std::size_t i, auto&& f) {
            return std::thread{[&, i, f] {
                ++ready;
                while (ready.load() < 5) std::this_thread::yield();
                // In each fourth round nobody ships or cancels before one of the amenders won:
                // a change takes longer to plan than to lose.
                while (i >= 2 && round % 4 == 0 && s.version() == seen) std::this_thread::yield();
                did[i] = f();
            }};
        };
        const auto books = [&](fact_kind kind, std::uint32_t line) {
            return s.done([&] {
                return s.e.record({}, {kind, s.order, line, node_id{0}}).error().code;
            });
        };
        std::array<std::thread, 5> callers{
            at_once(0, [&] { return s.amends(seen, 5); }),
            at_once(1, [&] { return s.amends(seen, 7); }),
            at_once(2, [&] { return books(fact_kind::ship, 1); }),
            at_once(3,
                    [&] { return s.done([&] { return s.e.cancel({}, {s.order}).error().code; }); }),
            at_once(4, [&] { return books(fact_kind::confirm_cancel, 0); })};
        for (std::thread& t : callers) t.join();
        CHECK(did[0] + did[1] <= 1);
        std::uint32_t commits = 0;
        for (const auto& d : did) commits += d ? 1 : 0;
        // Who cancels again what was asked for already changes nothing.
        CHECK(s.version() <= seen + commits);
        CHECK(s.version() + (node_is_asked ? 1 : 0) >= seen + commits);
        for (const std::string& broken : s.e.check_invariants()) FAIL_CHECK(broken);
        CHECK(s.e.audit(audit_how::exact)->clean());
        std::int64_t units = 0;
        const auto view = s.e.order(s.order);
        for (const bucket_view& b : view->buckets) units += b.amount.atoms;
        CHECK(units == (did[1] ? 7 : 6));
        for (std::size_t i = 0; i < 5; ++i) won[i] += did[i];
    }
    return won;
}

int rounds_of_a_race() {
    const char* given = std::getenv("EARMARK_STRESS_ROUNDS");
    return given != nullptr ? std::atoi(given) / 10 : 400;
}

}  // namespace

TEST_CASE("amend, ship and cancel at once: each version has one author, one of two amenders wins") {
    const int rounds = rounds_of_a_race();
    const auto won = race(rounds, false);
    MESSAGE("fewer ", won[0], ", more ", won[1], ", shipped ", won[2], ", cancelled ", won[3]);
    CHECK(won[0] + won[1] >= rounds / 4);
    CHECK(won[2] + won[3] > 0);
    CHECK(won[4] == 0);  // it was not asked
}

TEST_CASE("amend, ship, cancel and a node's answer at once: what is asked is given back once") {
    const int rounds = rounds_of_a_race();
    const auto won = race(rounds, true);
    MESSAGE("fewer ", won[0], ", more ", won[1], ", shipped ", won[2], ", asked ", won[3],
            ", given back ", won[4]);
    CHECK(won[0] + won[1] >= rounds / 4);
    CHECK(won[4] > 0);
}

}  // namespace earmark::stress
