#include "earmark/lifecycle/standing.hpp"

#include <doctest/doctest.h>

#include "earmark/lifecycle/steps.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "images.hpp"

namespace earmark::lifecycle {
namespace {

constexpr std::string_view timed = R"(workflow = "timed"
step = [
  { from = "open", on = "allocate", to = "allocated" },
  { from = "open", on = "cancel", to = "cancelled", after = "10s" },
  { from = "allocated", on = "unallocate", to = "open" },
  { from = "allocated", on = "release", to = "released" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
  { from = "shipped", on = "lose", to = "lost", after = "1d" },
]
)";

constexpr time_point at(std::int64_t seconds) { return {seconds * 1'000'000'000}; }

struct aged {
    std::shared_ptr<const loaded_workflow> by = parse_workflow(timed).value;
    image of = order_of({6, 2});
    std::vector<standing> all;

    aged() {
        REQUIRE(by != nullptr);
        of.rules = &by->view();
        REQUIRE(follow(all, of, at(0)));
    }
    void take(granules n, std::int64_t now) {
        REQUIRE(apply(of, allocate(0, n)) == error_code::ok);
        CHECK(follow(all, of, at(now)));
        CHECK(unsound(all, of) == nullptr);
    }
    void back(granules n, std::int64_t now) {
        bucket_move m{0, 0, n, unit_state::allocated, unit_state::open, cell_id{0}, none<cell_id>,
                      0};
        REQUIRE(apply(of, m) == error_code::ok);
        CHECK(follow(all, of, at(now)));
        CHECK(unsound(all, of) == nullptr);
    }
    /// `since n` of line 1's arrivals.
    std::string arrivals() {
        std::string out;
        for (const standing& s : all)
            if (s.line == 0)
                out += std::to_string(s.since / 1'000'000'000) + ':' + std::to_string(s.n) + ' ';
        return out;
    }
};

TEST_CASE("units have stood since they came; those that came first leave first") {
    aged a;
    CHECK(a.arrivals() == "0:6 ");
    CHECK_FALSE(follow(a.all, a.of, at(3)));
    a.take(4, 4);
    CHECK(a.arrivals() == "0:2 ");
    a.back(3, 5);
    CHECK(a.arrivals() == "0:2 5:3 ");
    a.take(3, 6);
    CHECK(a.arrivals() == "5:2 ");
}

TEST_CASE("arrivals that cannot be told apart any more count from the later time") {
    aged a;
    a.take(6, 1);
    for (int i = 2; i < 8; ++i) a.back(1, i);
    CHECK(a.arrivals() == "2:1 3:1 4:1 7:3 ");
}

TEST_CASE("a timer has its turn once, whatever becomes of it") {
    aged a;
    const due_timer t = next_timer(a.of, a.all);
    CHECK(t.at == at(10));
    CHECK(t.from == state_key{unit_state::open});
    CHECK(t.on == event_key{unit_event::cancel});
    CHECK(units_due(a.all, 0, t, at(9)) == 0);
    CHECK(units_due(a.all, 0, t, at(10)) == 6);
    CHECK_FALSE(pass(a.all, 0, t, turn::told, at(9)));
    CHECK(pass(a.all, 0, t, turn::told, at(10)));
    CHECK_FALSE(pass(a.all, 0, t, turn::told, at(10)));
    CHECK(a.all.front().told_s == 10);
    CHECK(next_timer(a.of, a.all).at == at(10));  // the other line's
    CHECK(pass(a.all, 1, t, turn::took_step, at(11)));
    CHECK(next_timer(a.of, a.all).at == never);
    CHECK(unsound(a.all, a.of) != nullptr);  // the units of line 2 are still there
}

TEST_CASE("an age that time does not reach is never") {
    standing s;
    s.since = never.ns - 5;
    CHECK(age(s, 10) == never);
}

}  // namespace
}  // namespace earmark::lifecycle
