// Adjustments and counts that leave promises without goods, debt and oversell limits, units of
// measure at the door.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/engine/own_report.hpp"

using namespace earmark;

namespace {

constexpr quantity units(std::int64_t n) { return {n}; }
constexpr time_point midnight{1'800'000'000'000'000'000};
constexpr time_point at(std::int64_t minute) { return midnight + minutes(minute); }
command when(std::int64_t minute, std::string_view key = {}) { return {key, {}, at(minute)}; }

class shop {
public:
    explicit shop(std::int64_t on_hand, config settings = {}) : e{settings} {
        const sku_row skus[] = {{"mug", 0, 1}, {"cable", 2, 50}};
        const node_row shelf{"store", node_kind::store, geo_point{48.1, 11.6}, 0, true, {}, {}};
        const place_row home{"home", geo_point{48.2, 11.5}};
        const stock_row opening{"mug", "store", units(on_hand)};
        REQUIRE(e.load(when(0), skus).rejected.empty());
        REQUIRE(e.load(when(0), std::span{&shelf, 1}).rejected.empty());
        REQUIRE(e.load(when(0), std::span{&home, 1}).rejected.empty());
        REQUIRE(e.load(when(0), std::span{&opening, 1}).rejected.empty());
        REQUIRE(e.activate(when(0),
                           "policy = \"nearest\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n"
                           "[split]\nlines = \"by_quantity\"\n"));
    }
    reservation_id hold(std::int64_t minute, std::int64_t n, std::int64_t floor = 0) {
        const reserve_line line{mug, store, units(n), units(floor)};
        const auto r = e.reserve(when(minute), {std::span{&line, 1}, never});
        REQUIRE(r);
        return static_cast<reservation_id>(r->subject);
    }
    order_id order(std::int64_t minute, std::string_view key, std::vector<std::int64_t> lines) {
        std::vector<order_line> wanted;
        for (const std::int64_t n : lines) wanted.push_back({mug, units(n), 500});
        const placed p = e.place_order(when(minute, key),
                                       {wanted, e.find_place("home").value(),
                                        currency::parse("EUR").value(), 0, none<reservation_id>});
        REQUIRE(p.first.what == outcome::done);
        const order_id o{p.first.subject};
        REQUIRE(e.source(when(minute), o));
        return o;
    }
    result<receipt> count(std::int64_t found, std::string_view key = {},
                          std::vector<uncovered_promise>* left = nullptr) {
        return e.count(when(90, key), {mug, store, units(found)}, left);
    }
    error_code ship(order_id o, std::int64_t n) {
        return e.record(when(95), {fact_kind::ship, o, 1, store, units(n)}).error().code;
    }
    stock_view books() { return e.stock().value().at(0); }

    engine e;
    sku_id mug{0}, cable{1};
    node_id store{0};
};

}  // namespace

TEST_CASE("an adjustment names the promises that it leaves uncovered, the youngest first") {
    shop s{10};
    const order_id first = s.order(1, "first", {2, 2});
    const reservation_id basket = s.hold(2, 3);
    const order_id last = s.order(3, "last", {3});
    REQUIRE(s.e.release(when(4), first));
    std::vector<uncovered_promise> left;
    const auto done =
        s.e.adjust(when(5), {s.mug, s.store, units(-9), adjust_reason::damage}, &left);
    REQUIRE(done);
    CHECK(done->uncovered == 9);
    REQUIRE(left.size() == 4);
    CHECK(left[0].order == last);
    CHECK(left[0].amount == units(3));
    CHECK(left[0].state == unit_state::allocated);
    CHECK(left[1].reservation == basket);
    CHECK(left[1].amount == units(3));
    CHECK(left[2].order == first);
    CHECK(left[2].line == 2);  // of an order the last line loses first
    CHECK(left[2].amount == units(2));
    CHECK(left[3].line == 1);
    CHECK(left[3].amount == units(1));
    CHECK(s.e.uncovered().value().size() == 4);
    CHECK(s.e.uncovered(s.mug, s.store).value().size() == 4);
    CHECK(s.e.uncovered(s.cable).value().empty());
    CHECK(s.e.uncovered(sku_id{9}).error().code == error_code::unknown_sku);

    REQUIRE(s.e.adjust(when(6), {s.mug, s.store, units(8), adjust_reason::receipt}, &left));
    CHECK(left.empty());
    const auto still = s.e.uncovered().value();
    REQUIRE(still.size() == 1);
    CHECK(still[0].order == last);
    CHECK(still[0].amount == units(1));
}

TEST_CASE("at one instant a reservation loses before an order") {
    shop s{6};
    s.order(1, "o", {3});
    s.hold(1, 3);
    REQUIRE(s.e.adjust(when(2), {s.mug, s.store, units(-2), adjust_reason::theft}));
    const auto left = s.e.uncovered().value();
    REQUIRE(left.size() == 1);
    CHECK(left[0].order == none<order_id>);
    CHECK(left[0].amount == units(2));
}

TEST_CASE("a count brings the books to what was found, says what they said, and is remembered") {
    shop s{10};
    s.order(1, "o", {4});
    std::vector<uncovered_promise> left;
    const auto done = s.count(3, "count-1", &left);
    REQUIRE(done);
    CHECK(done->why.refs[0] == 10);
    CHECK(done->why.refs[1] == 3);
    CHECK(done->uncovered == 1);
    CHECK(left.size() == 1);
    CHECK(s.books().on_hand == units(3));
    CHECK(s.books().free == units(-1));
    const auto again = s.count(3, "count-1");
    REQUIRE(again);
    CHECK(again->what == outcome::repeat);
    CHECK(again->why.refs[0] == 10);
    CHECK(again->uncovered == 1);
    CHECK(s.count(4, "count-1").error().code == error_code::duplicate_key);
    CHECK(s.count(-1).error().code == error_code::bad_quantity);
    CHECK(s.e.count(when(91), {s.cable, s.store, {50}}).error().code == error_code::no_cell);
    REQUIRE(s.count(3));  // equal to the record is a count too

    const auto seen = s.e.counts(position{}, 1'000).value();
    REQUIRE(seen.rows.size() == 2);
    CHECK(seen.rows[0].record == units(10));
    CHECK(seen.rows[0].found == units(3));
    CHECK(seen.rows[1].record == units(3));
    CHECK((seen.rows[1].now == at(91)));  // engine time does not go back
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("record accuracy has its facts from the engine's own counts") {
    shop s{10};
    own_report before{s.e, 0};
    REQUIRE(before.update().code == error_code::ok);
    const auto missing = before.figures().figures({});
    CHECK(missing.find("record_accuracy")->state == report::figure_state::facts_missing);

    REQUIRE(s.count(8));
    own_report after{s.e, 0};
    REQUIRE(after.update().code == error_code::ok);
    const auto r = after.figures().figures({});
    CHECK(r.find("record_accuracy")->part == 0);
    CHECK(r.find("record_accuracy")->whole == 1);
    CHECK(r.find("record_accuracy_units")->part == 8);
    CHECK(r.find("record_accuracy_units")->whole == 10);
}

TEST_CASE("goods that are shipped beyond the books are a debt, which a receipt pays first") {
    shop s{2};
    const order_id o = s.order(1, "o", {2});
    REQUIRE(s.e.release(when(2), o));
    REQUIRE(s.e.adjust(when(3), {s.mug, s.store, units(-2), adjust_reason::theft}));
    CHECK(s.ship(o, 2) == error_code::ok);  // they were there after all
    CHECK(s.books().on_hand == units(-2));
    CHECK(s.books().free == units(-2));
    CHECK(s.e.available(s.mug, s.store).value() == units(0));
    REQUIRE(s.e.adjust(when(100), {s.mug, s.store, units(5), adjust_reason::receipt}));
    CHECK(s.books().on_hand == units(3));
    CHECK(s.e.available(s.mug, s.store).value() == units(3));
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("max_debt limits how far shipments may bring the books below zero") {
    config strict;
    strict.max_debt = 1;
    shop s{2, strict};
    const order_id o = s.order(1, "o", {2});
    REQUIRE(s.e.release(when(2), o));
    REQUIRE(s.e.adjust(when(3), {s.mug, s.store, units(-2), adjust_reason::theft}));
    CHECK(s.ship(o, 2) == error_code::over_debt);
    CHECK(s.books().on_hand == units(0));
    CHECK(s.ship(o, 1) == error_code::ok);
    CHECK(s.books().on_hand == units(-1));
    CHECK(s.ship(o, 1) == error_code::over_debt);
    REQUIRE(s.count(1));  // the count that was missing
    CHECK(s.ship(o, 1) == error_code::ok);
    CHECK(s.books().on_hand == units(0));
    CHECK(s.e.check_invariants().empty());
    config wrong;
    wrong.max_debt = -1;
    CHECK_THROWS_AS(engine{wrong}, misuse);
}

TEST_CASE("a floor below zero oversells to that depth and not one unit further") {
    shop s{2};
    s.hold(1, 4, -2);
    CHECK(s.books().free == units(-2));
    const reserve_line one{s.mug, s.store, units(1), units(-2)};
    CHECK(s.e.reserve(when(2), {std::span{&one, 1}, never}).error().code ==
          error_code::insufficient);
    CHECK(s.e.uncovered().value().at(0).amount == units(2));
    REQUIRE(s.e.adjust(when(3), {s.mug, s.store, units(3), adjust_reason::receipt}));
    CHECK(s.e.available(s.mug, s.store).value() == units(1));  // what was oversold comes first
    CHECK(s.e.uncovered().value().empty());
}

TEST_CASE("a unit of measure is a whole number of the SKU's own, known by SKU and name") {
    shop s{2};
    const unit_row rows[] = {{"mug", "case", {12}}, {"mug", "pallet", {480}}, {"cable", "m", {100}},
                             {"mug", "case", {6}},  {"cup", "case", {6}},     {"mug", "", {6}},
                             {"mug", "bundle", {0}}};
    const load_report r = s.e.load(when(1), rows);
    CHECK(r.accepted == 3);
    REQUIRE(r.rejected.size() == 4);
    CHECK(r.rejected[0].why.code == error_code::duplicate_row);
    CHECK(r.rejected[1].why.code == error_code::unknown_sku);
    CHECK(r.rejected[2].why.code == error_code::empty_key);
    CHECK(r.rejected[3].why.code == error_code::bad_quantity);
    CHECK(s.e.unit(s.mug, "pallet").value() == units(480));
    CHECK(s.e.unit(s.cable, "m").value() == units(100));
    CHECK(s.e.unit(s.cable, "case").error().code == error_code::unknown_unit);
    CHECK(s.e.nearest_unit(s.mug, "cases") == "case");
    CHECK(s.e.nearest_unit(s.cable, "yard") == "");
}
