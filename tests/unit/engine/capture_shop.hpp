// A shop that knows two SKUs, two nodes, a place and a service, and is sent orders as text.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "earmark/engine/capture.hpp"
#include "kept_books.hpp"

namespace earmark::capturing_orders {

inline constexpr time_point monday{1'800'000'000'000'000'000};
using enum error_code;
using enum capture_state;

struct shop : kept_books {
    time_point now = monday;

    shop() {
        stock_up(at(), {{"mug"}, {"cable", 2, 50}}, {node("leeds"), node("bath", 1)},
                 {{"mug", "leeds", {9}}, {"cable", "leeds", {900}}});
        const place_row london{"london", geo_point{51.5, -0.1}};
        REQUIRE(on.load(at(), std::span{&london, 1}).accepted == 1);
        REQUIRE(on.actor("kim"));
    }
    [[nodiscard]] command at(std::string_view key = {}) const { return {key, actor_id{}, now}; }
    [[nodiscard]] actor_id kim() { return on.actor("kim").value(); }
    void know(const char* sku) {
        const std::vector<sku_row> rows{{sku}};
        REQUIRE(on.load(at(), rows).accepted == 1);
    }
    [[nodiscard]] capture_options keeping() const {
        capture_options how;
        how.quarantine = true;
        how.now = now;
        return how;
    }
    capture_report send(std::string_view payload, capture_options how = {}) {
        if (!how.now) how.now = now;
        return capture(on, payload, how);
    }
    captured one(std::string_view payload, const capture_options& how = {}) {
        const auto r = send(payload, how);
        REQUIRE(r.orders.size() == 1);
        return r.orders.front();
    }
    [[nodiscard]] std::vector<quarantined_order> waiting() const {
        return *earmark::quarantined(on);
    }
};

inline std::string order(const std::string& key, const std::string& sku = "mug",
                         const std::string& quantity = "1", const std::string& more = "") {
    return R"({"key":")" + key + R"(","currency":"GBP",)" + more + R"("lines":[{"sku":")" + sku +
           R"(","quantity":")" + quantity + R"(","unit_price":"2.50"}]})";
}
/// Codes of violations, in their order.
inline std::vector<error_code> codes(const captured& c) {
    std::vector<error_code> out;
    for (const violation& v : c.violations) out.push_back(v.code);
    return out;
}
inline std::vector<std::string> states(const capture_report& r) {
    std::vector<std::string> out;
    for (const captured& c : r.orders) out.emplace_back(name_of(c.state));
    return out;
}

}  // namespace earmark::capturing_orders
