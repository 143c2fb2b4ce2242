#include "earmark/allocation/allot.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace earmark::allocation {
namespace {

constexpr cell_id milk{7}, bread{3};

TEST_CASE("a cell that stands ten thousand times in a take is one line of their sum") {
    std::vector<take_line> takes;
    for (granules i = 0; i < 10'000; ++i) {
        takes.push_back({milk, 1 + i % 3, i % 5 - 2});
        if (i % 100 == 0) takes.push_back({bread, 2, 0});
    }
    REQUIRE(merge(takes).code == error_code::ok);
    REQUIRE(takes.size() == 2);
    CHECK(takes[0].cell == bread);
    CHECK(takes[0].n == 200);
    CHECK(takes[1].cell == milk);
    CHECK(takes[1].n == 19'999);
    CHECK(takes[1].floor == 2);  // the strictest
}

TEST_CASE("a sum that no cell can hold is refused and names the cell") {
    std::vector<take_line> takes(4, {milk, (1 << 22) - 1, 0});
    CHECK(merge(takes) == fail(error_code::out_of_range, 2 * ((1 << 22) - 1), (1 << 22) - 1, 7));
}

}  // namespace
}  // namespace earmark::allocation
