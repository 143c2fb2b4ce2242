// MARKS of empty cells: one gives, one takes, two look and mark. When all have come to rest, no
// cell that has units is marked; with one of the two second looks left out, some schedule shows it.
#include "earmark/stock/marks.hpp"

#include <doctest/doctest.h>

#include "explore/toys.hpp"

namespace {

using namespace earmark::explore;
namespace stock = earmark::stock;

constexpr earmark::cell_id cell{9};

struct shelf {
    explicit shelf(int n) : free{n} {}
    toys::cas_counter free;
    stock::empty_marks<env> marks{64};

    void give() {
        free.give(1);
        marks.gave(cell);
    }
    void give_and_look_before() {
        marks.gave(cell);
        free.give(1);
    }
    void look() {
        if (free.free.load() <= 0) marks.mark(cell, [this] { return free.free.load() <= 0; });
    }
    void look_once() {
        if (free.free.load() <= 0) marks.mark(cell, [] { return true; });
    }
    void at_rest() {
        expect(free.free.load() <= 0 || !marks.is_marked(cell), "units are hidden by a mark");
    }
};

using step = void (shelf::*)();

result shown(int units, step give, step look, const options& most = {}) {
    const auto does = [](step s) { return [s](shelf& x) { (x.*s)(); }; };
    const auto take = [](shelf& x) { (void)x.free.take(1); };
    const scenario all{[units] { return shelf{units}; },
                       {does(give), does(look), does(look), take},
                       [](shelf& x) { x.at_rest(); }};
    return all.run(most);
}

}  // namespace

TEST_CASE("marks: whatever the schedule, no mark outlives a give that it does not know") {
    CHECK(shown(0, &shelf::give, &shelf::look).passed());
    CHECK(shown(1, &shelf::give, &shelf::look).passed());
}

TEST_CASE("marks: a giver that looks before it gives hides its units") {
    const result r = shown(0, &shelf::give_and_look_before, &shelf::look);
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence == "units are hidden by a mark");
}

TEST_CASE("marks: who marks without a second look hides units") {
    const result r = shown(0, &shelf::give, &shelf::look_once);
    REQUIRE_FALSE(r.passed());
    CHECK(r.failure->sentence == "units are hidden by a mark");
}
