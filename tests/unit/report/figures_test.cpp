#include "earmark/report/figures.hpp"

#include <doctest/doctest.h>

namespace earmark::report {
namespace {

decision_fact order(std::int64_t ordered, std::int64_t allocated, int parcels, std::int64_t cost_e4,
                    std::int64_t ns) {
    decision_fact f;
    f.ordered = ordered;
    f.allocated = allocated;
    f.lines = 2;
    f.parcels = parcels;
    f.cost_e4 = cost_e4;
    f.metres = parcels * 100'000;
    f.parts = parcels;
    f.exact = true;
    f.decision_ns = ns;
    return f;
}

TEST_CASE("every order counts in the fill rates, only orders with a parcel in cost and splits") {
    tally t;
    t.add(order(15, 15, 1, 60'000, 1'000));
    t.add(order(12, 10, 2, 100'000, 3'000));
    t.add(order(3, 0, 0, 0, 2'000));
    const figures f = t.result();
    CHECK(f.unit_fill.e4() == 8'333);   // 25 of 30
    CHECK(f.order_fill.e4() == 3'333);  // 1 of 3
    CHECK(f.split_rate.e4() == 5'000);  // 1 of 2 with a parcel
    CHECK(f.parcels_per_order.e4() == 15'000);
    CHECK(f.cost_per_order.part == 160'000);
    CHECK(f.cost_per_order.whole == 2);
    CHECK(f.metres_per_part.e4() == 1'000'000'000);
    CHECK(f.p50_ns == 2'000);
    CHECK(f.p99_ns == 3'000);
}

TEST_CASE("a figure without a denominator says so instead of printing 0") {
    const figures f = tally{}.result();
    CHECK(f.unit_fill.e4() == -1);
    const table_row rows[] = {{"nothing", f}};
    CHECK(to_text(rows, "USD").find("none") != std::string::npos);
}

TEST_CASE("percentiles are values that occurred, by nearest rank") {
    const std::int64_t one[] = {7};
    CHECK(nearest_rank(one, 500) == 7);
    CHECK(nearest_rank({}, 500) == 0);
    std::vector<std::int64_t> hundred;
    for (std::int64_t i = 1; i <= 100; ++i) hundred.push_back(i);
    CHECK(nearest_rank(hundred, 500) == 50);
    CHECK(nearest_rank(hundred, 990) == 99);
    CHECK(nearest_rank(hundred, 1'000) == 100);
}

TEST_CASE("the table has a column per policy and rounds half up") {
    tally t;
    t.add(order(15, 15, 1, 62'345, 1'250));
    const table_row rows[] = {{"nearest", t.result()}, {"cheapest", t.result()}};
    const std::string text = to_text(rows, "USD");
    CHECK(text.find("nearest") != std::string::npos);
    CHECK(text.find("cheapest") != std::string::npos);
    CHECK(text.find("cost per order, USD") != std::string::npos);
    CHECK(text.find("6.235") != std::string::npos);
    CHECK(text.find("100.00 %") != std::string::npos);
}

}  // namespace
}  // namespace earmark::report
