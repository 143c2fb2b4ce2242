// Three nodes in two countries, goods that may not go everywhere, places that not everything may go
// to.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark::restricting {

inline constexpr time_point monday{1'800'000'000'000'000'000};
inline constexpr sku_id hat{0}, battery{1};
inline constexpr node_id dc{0}, north{1}, mex{2};
inline constexpr place_id home{0}, cuba{1}, cancun{2};
using enum error_code;

/// By priority: dc and north in the US, mex in Mexico.
struct shop : kept_books {
    int number = 0;
    service_id ground{}, air{};

    shop() {
        stock_up(now(), {{"hat"}, {"battery"}},
                 {node("dc", 0), node("north", 1, node_kind::store), node("mex", 2)},
                 {{"hat", "dc", {5}},
                  {"hat", "north", {5}},
                  {"hat", "mex", {5}},
                  {"battery", "dc", {5}},
                  {"battery", "north", {5}},
                  {"battery", "mex", {5}}});
        REQUIRE(on.load(now(), std::vector<place_row>{{"home"}, {"cuba"}, {"cancun"}}).accepted ==
                3);
        using enum value_type;
        REQUIRE(on.load(now(), std::vector<attribute_row>{{"line.lithium", flag},
                                                          {"line.note", text},
                                                          {"node.country", text},
                                                          {"ship_to.country", text},
                                                          {"customer.denied", flag}})
                    .accepted == 5);
        REQUIRE(on.load(now(), std::vector<fact_row>{{"battery", "line.lithium", "true"},
                                                     {"dc", "node.country", "US"},
                                                     {"north", "node.country", "US"},
                                                     {"mex", "node.country", "MX"},
                                                     {"home", "ship_to.country", "US"},
                                                     {"cuba", "ship_to.country", "CU"},
                                                     {"cancun", "ship_to.country", "MX"}})
                    .accepted == 7);
        ground = service(now(), "ground");
        air = service(now(), "air");
        go_by(now(), "policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n");
    }
    static command now(std::string_view key = {}) { return {key, {}, monday}; }

    /// A row that is taken.
    void restrict(restriction_row r) {
        const auto done = on.load(now(), std::span<const restriction_row>{&r, 1});
        for (const rejected_row& bad : done.rejected) MESSAGE(bad.text);
        REQUIRE(done.accepted == 1);
    }
    static restriction_row row(std::string key) {
        restriction_row r;
        r.key = std::move(key);
        return r;
    }
    /// Lithium does not leave its country.
    static restriction_row export_row() {
        restriction_row r = row("export");
        r.item = "line.lithium";
        r.unless_same = {"node.country", "ship_to.country"};
        r.reason = "no lithium across a border";
        return r;
    }
    placed place(std::vector<order_line> lines, place_id to = home, order_request r = {}) {
        const std::string key = "o-" + std::to_string(number++);
        r.lines = lines;
        r.ship_to = to;
        r.currency = *currency::parse("USD");
        return on.place_order(now(key), r);
    }
    order_id order(std::vector<order_line> lines, place_id to = home, order_request r = {}) {
        const placed p = place(std::move(lines), to, r);
        REQUIRE(p.first.why.code == ok);
        return order_id{p.first.subject};
    }
    /// The keys of the nodes that a plan uses, line by line.
    std::string sourced(order_id o) {
        const auto s = on.source(now(), o);
        REQUIRE(s);
        std::string nodes;
        for (const plan_part& p : s->by_line) nodes.append(on.node(p.node).key).append(" ");
        return nodes;
    }
    [[nodiscard]] std::string verdict(order_id o, std::string_view node) const {
        const auto told = on.explain(o);
        for (const auto& row : told->rows)
            if (on.node(row.node).key == node) return row.verdict + ": " + row.reason;
        return {};
    }
    /// Code and row of each violation.
    [[nodiscard]] static std::string codes(const placed& p) {
        std::string out;
        for (const error& e : p.violations)
            out += std::string{name_of(e.code)} + ' ' + std::to_string(e.row) + ", ";
        return out;
    }
};

}  // namespace earmark::restricting
