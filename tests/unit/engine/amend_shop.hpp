// A shop of two nodes whose orders are amended.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kept_books.hpp"

namespace earmark::amending {

inline constexpr time_point monday{1'800'000'000'000'000'000};
inline constexpr sku_id hat{0}, mug{1};
inline constexpr node_id north{0}, south{1};
using enum error_code;
using enum fact_kind;

struct shop : kept_books {
    int number = 0;
    time_point now = monday;

    shop() {
        stock_up(at(), {{"hat"}, {"mug"}}, {node("north"), node("south", 1)},
                 {{"hat", "north", {9}}, {"hat", "south", {9}}, {"mug", "north", {9}}});
        REQUIRE(on.load(at(), std::vector<place_row>{{"home"}, {"work"}}).accepted == 2);
        go_by(at(), "policy = \"p\"\ncurrency = \"USD\"\nrank = [\"priority\"]\n");
    }
    [[nodiscard]] command at(std::string_view key = {}) const { return {key, {}, now}; }
    order_id order(std::vector<order_line> lines) {
        const std::string key = "o" + std::to_string(++number);
        const auto p =
            on.place_order(at(key), {lines, place_id{0}, currency::parse("USD").value(), 0});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    /// The same, allocated.
    order_id sourced(std::vector<order_line> lines) {
        const order_id o = order(std::move(lines));
        REQUIRE(on.source(at(), o));
        return o;
    }
    void records(order_id o, fact_kind kind, std::int64_t n = 0, std::uint32_t line = 1) {
        const auto done = on.record(at(), {.kind = kind, .order = o, .line = line, .amount = {n}});
        CHECK(name_of(done.error().code) == name_of(ok));
    }
    amended amends(order_id o, std::vector<line_change> lines, bool preview = false,
                   std::uint32_t base = 0) {
        amend_request r;
        r.order = o;
        r.lines = lines;
        r.preview = preview;
        r.base_version = base;
        return on.amend(at(), r);
    }
    /// One line to so many.
    amended amends(order_id o, std::uint32_t line, std::int64_t n) {
        return amends(o, {{line, quantity{n}}});
    }
    [[nodiscard]] std::uint32_t version(order_id o) const { return on.order(o)->version; }
    std::int64_t free(sku_id sku, node_id n) { return on.available(sku, n)->atoms; }
};

}  // namespace earmark::amending
