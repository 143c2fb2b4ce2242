// A shop of two nodes and two SKUs whose orders are held.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kept_books.hpp"

namespace earmark::holding {

inline constexpr time_point monday{1'800'000'000'000'000'000};
inline constexpr sku_id hat{0}, mug{1};
inline constexpr node_id north{0}, south{1};
using enum hold_step;
using enum error_code;

struct shop : kept_books {
    int number = 0;
    time_point now = monday;

    explicit shop(std::vector<hold_type_row> types = {}) {
        stock_up(at(), {{"hat"}, {"mug"}}, {node("north"), node("south", 1)},
                 {{"hat", "north", {9}}, {"hat", "south", {9}}, {"mug", "north", {9}}});
        REQUIRE(on.load(at(), std::vector<attribute_row>{{"customer.new", value_type::flag},
                                                         {"customer.risk", value_type::number},
                                                         {"line.hazmat", value_type::flag}})
                    .accepted == 3);
        load(types);
        REQUIRE(on.activate(at(), "policy = \"p\"\ncurrency = \"USD\"\nrank = [\"priority\"]\n"));
    }
    void load(const std::vector<hold_type_row>& types) {
        const auto report = on.load(at(), types);
        for (const auto& r : report.rejected) MESSAGE(r.text);
        REQUIRE(report.accepted == types.size());
    }
    [[nodiscard]] command at(std::string_view key = {}, actor_id by = {}) const {
        return {key, by, now};
    }
    [[nodiscard]] hold_type_id type(std::string_view key) const { return *on.find_hold_type(key); }
    order_id order(std::vector<order_line> lines, std::vector<order_fact> facts = {}) {
        const std::string key = "o" + std::to_string(++number);
        order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
        r.facts = facts;
        const auto p = on.place_order(at(key), r);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    std::uint32_t hold(order_id o, std::string_view key, std::uint32_t line = 0,
                       std::optional<time_point> until = {}) {
        const auto done = on.place_hold(at(), {o, type(key), line, 3, until});
        REQUIRE(done);
        return done->lines;
    }
    error_code answer(order_id o, std::uint32_t hold, bool accept = true, actor_id by = {}) {
        return on.resolve_hold(at({}, by), {o, hold, accept, 4}).error().code;
    }
    /// Units of an order by state, over its lines.
    [[nodiscard]] std::int64_t units(order_id o, unit_state s, std::uint32_t line = 0) const {
        std::int64_t sum = 0;
        const auto view = on.order(o);
        for (const bucket_view& b : view->buckets)
            if (b.state == s && (line == 0 || b.line == line)) sum += b.amount.atoms;
        return sum;
    }
    std::int64_t free(sku_id sku, node_id n) { return on.available(sku, n)->atoms; }
    error_code sources(order_id o) { return on.source(at(), o).error().code; }
    error_code releases(order_id o) { return on.release(at(), o).error().code; }
    error_code ships(order_id o) {
        return on.record(at(), {.kind = fact_kind::ship, .order = o}).error().code;
    }
    hold_view seen(order_id o, std::uint32_t hold) const { return on.order(o)->holds[hold - 1]; }
};

inline hold_type_row type_of(std::string key, std::vector<hold_step> blocks) {
    hold_type_row r;
    r.key = std::move(key);
    r.blocks = std::move(blocks);
    return r;
}

}  // namespace earmark::holding
