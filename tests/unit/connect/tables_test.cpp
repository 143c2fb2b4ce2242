#include <doctest/doctest.h>

#include <string_view>

#include "earmark/connect/orders.hpp"

namespace earmark::connect {
namespace {

TEST_CASE("a table of SKUs has defaults, and refuses a key that was there before") {
    const auto f = read_skus("sku,decimals,granule\nA,,\nB,2,50\nA,0,1\nb,0,1\nC,10,1\nD,0,0\n");
    REQUIRE_FALSE(f.failure);
    REQUIRE(f.rows.size() == 3);
    CHECK(f.rows[0].decimals == 0);
    CHECK(f.rows[0].granule == 1);
    CHECK(f.rows[1].decimals == 2);
    CHECK(f.rows[1].granule == 50);
    CHECK(f.rows[2].key == "b");  // case is part of a key
    CHECK(f.row_of == std::vector<std::uint32_t>{1, 2, 4});
    REQUIRE(f.rejected.size() == 3);
    CHECK(f.rejected[0].row == 3);
    CHECK(f.rejected[0].why.code == error_code::duplicate_row);
    CHECK(f.rejected[0].why.refs[0] == 1);
    CHECK(f.rejected[1].why.code == error_code::out_of_range);
    CHECK(f.rejected[2].why.code == error_code::out_of_range);
}

TEST_CASE("nodes are read with kind, place, priority and rates, each optional") {
    const auto f = read_nodes(
        "node,kind,latitude,longitude,priority,active,fixed_per_parcel,per_unit\n"
        "N1,store,47.3769,8.5417,-1,false,4.50,0.0125\n"
        "N2,,,,,,,\n");
    REQUIRE(f.rows.size() == 2);
    CHECK(f.rows[0].kind == node_kind::store);
    REQUIRE(f.rows[0].at);
    CHECK(f.rows[0].at->latitude == doctest::Approx(47.3769));
    CHECK(f.rows[0].priority == -1);
    CHECK_FALSE(f.rows[0].active);
    CHECK(f.rows[0].fixed_per_parcel == rate{45'000});
    CHECK(f.rows[0].per_unit == rate{125});
    CHECK(f.rows[1].kind == node_kind::dc);
    CHECK_FALSE(f.rows[1].at);
    CHECK(f.rows[1].active);
    CHECK_FALSE(f.rows[1].per_unit);
}

TEST_CASE("coordinates are numbers within bounds and come in pairs") {
    struct row {
        std::string_view text;
        error_code code;
    };
    const row rows[] = {
        {"place,latitude,longitude\nP,NaN,8\n", error_code::bad_position},
        {"place,latitude,longitude\nP,nan,nan\n", error_code::bad_position},
        {"place,latitude,longitude\nP,inf,8\n", error_code::bad_position},
        {"place,latitude,longitude\nP,91,8\n", error_code::bad_position},
        {"place,latitude,longitude\nP,47,-180.5\n", error_code::bad_position},
        {"place,latitude,longitude\nP,47,\n", error_code::bad_number},
        {"place,latitude,longitude\nP,47N,8\n", error_code::bad_number},
        {"place,latitude\nP,47\n", error_code::bad_number},
        {"place,latitude,longitude\nP,1e400,8\n", error_code::bad_number},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        const auto f = read_places(r.text);
        CHECK(f.rows.empty());
        REQUIRE(f.rejected.size() == 1);
        CHECK(f.rejected[0].why.code == r.code);
        CHECK(f.rejected[0].row == 1);
    }
    CHECK(read_places("place\nP\n").rows.size() == 1);
}

TEST_CASE("wrong kinds, flags and rates of a node are rows that are rejected") {
    for (const std::string_view text :
         {"node,kind\nN,shop\n", "node,active\nN,yes\n", "node,per_unit\nN,-1\n",
          "node,per_unit\nN,0.00001\n", "node,priority\nN,3000000000\n"}) {
        CAPTURE(text);
        const auto f = read_nodes(text);
        CHECK(f.rows.empty());
        CHECK(f.rejected.size() == 1);
    }
}

TEST_CASE("stock is read in the scale of its SKU, of which the first row counts") {
    const sku_row skus[] = {{"A", 0, 1}, {"A", 5, 1}, {"B", 2, 1}};
    const auto f = read_stock("sku,node,on_hand\nA,N1,5\nB,N1,2.5\nA,N1,2.5\nX,N1,1\n", skus);
    REQUIRE(f.rows.size() == 2);
    CHECK(f.rows[0].on_hand.atoms == 5);
    CHECK(f.rows[1].sku == "B");
    CHECK(f.rows[1].on_hand.atoms == 250);
    REQUIRE(f.rejected.size() == 2);
    CHECK(f.rejected[0].why.code == error_code::too_many_decimals);
    CHECK(f.rejected[1].why.code == error_code::unknown_sku);
}

TEST_CASE("stock in a unit of measure is a whole number of it") {
    const sku_row skus[] = {{"A", 2, 1}};
    const auto f = read_stock("sku,node,on_hand,uom\nA,N,2,case\nA,N,2.5,case\nA,N,2.5,\n", skus);
    REQUIRE(f.rows.size() == 2);
    CHECK(f.rows[0].unit == "case");
    CHECK(f.rows[0].on_hand.atoms == 2);
    CHECK(f.rows[1].unit.empty());
    CHECK(f.rows[1].on_hand.atoms == 250);
    REQUIRE(f.rejected.size() == 1);
    CHECK(f.rejected[0].why.code == error_code::too_many_decimals);
}

TEST_CASE("distances are whole metres within bounds") {
    const auto f = read_distances(
        "place,node,metres\nP,N,312000\nP,M,-1\nP,O,nan\nP,,5\n,N,5\nP,Q,100000001\nP,R,0\n");
    REQUIRE(f.rows.size() == 2);
    CHECK(f.rows[0].metres == 312'000);
    CHECK(f.rows[1].node == "R");
    REQUIRE(f.rejected.size() == 5);
    const error_code codes[] = {error_code::out_of_range, error_code::bad_number,
                                error_code::empty_key, error_code::empty_key,
                                error_code::out_of_range};
    for (std::size_t i = 0; i < 5; ++i) CHECK(f.rejected[i].why.code == codes[i]);
    CHECK(read_distances("place,node,miles\n").failure.has_value());
}

}  // namespace
}  // namespace earmark::connect
