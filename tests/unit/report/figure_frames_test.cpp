// The report as frames: what the dictionary says, with nulls where nothing was recorded.
#include "earmark/report/figure_frames.hpp"

#include "fact_tables.hpp"

namespace earmark::report {
namespace {

TEST_CASE("the frame of KPIs has a row per figure, and null where there is no value") {
    const kpi_result r = fold(checked_vector()).figures({.from = day(0)});
    const frame f = kpis_frame(r);
    REQUIRE(f.rows() == kpi_list().size());
    bool found = false;
    for (std::size_t i = 0; i < f.rows(); ++i) {
        const bool has = f.word("state", i) == "value";
        CHECK(f.find("part")->valid()[i] == has);
        CHECK(f.find("value")->valid()[i] == has);
        CHECK((f.word("missing", i) != "") == (f.word("state", i) == "facts_missing"));
        if (f.word("kpi", i) != "unit_fill") continue;
        found = true;
        CHECK(f.ints("part")[i] == 25);
        CHECK(f.ints("whole")[i] == 30);
        CHECK(f.reals("value")[i] == doctest::Approx(0.83333));
        CHECK(f.word("population", i) == "order_date");
        CHECK(f.ints("as_of")[i] == day(6).ns);
    }
    CHECK(found);
    CHECK(f.find("from")->valid()[0]);
    CHECK_FALSE(f.find("to")->valid()[0]);
}

TEST_CASE("the frame of facts has what was told, and null for what was not") {
    const fact_table t = checked_vector();
    const frame f = facts_frame(fold(t).facts());
    REQUIRE(f.rows() == t.rows.size());
    CHECK(f.word("kind", 0) == "placed");
    CHECK(f.ints("order")[0] == 1);
    CHECK_FALSE(f.find("sku")->valid()[0]);
    CHECK_FALSE(f.find("until")->valid()[0]);
}

TEST_CASE("a scorecard says null where nobody recorded it, and names the node") {
    score s;
    s.party = 1;
    s.shipped = 7;
    s.due = not_recorded;
    constexpr std::string_view keys[] = {"north", "south"};
    const frame f = scorecard_frame("node_scorecard", std::span{&s, 1}, make_vocabulary(keys));
    CHECK(f.strings("key")[0] == "south");
    CHECK(f.ints("shipped")[0] == 7);
    CHECK_FALSE(f.find("due")->valid()[0]);
    const frame carriers = scorecard_frame("carrier_scorecard", std::span{&s, 1}, nullptr);
    CHECK_FALSE(carriers.find("key")->valid()[0]);
}

TEST_CASE("movements, ages and exceptions keep their words") {
    movement born;
    born.born = true;
    born.line = 1;
    born.sku = sku_id{0};
    born.amount = {5};
    movement taken = born;
    taken.born = false;
    taken.to = unit_state::allocated;
    taken.node = node_id{1};
    constexpr std::string_view skus[] = {"mug"}, nodes[] = {"north", "south"};
    const movement both[] = {born, taken};
    movement later = taken;
    later.at = position{7};
    const movement all[] = {born, taken, later};
    const frame m = movements_frame(all, make_vocabulary(skus), make_vocabulary(nodes));
    CHECK(m.small_ints("move")[1] == 2);
    CHECK(m.small_ints("move")[2] == 1);  // of another record
    CHECK(m.word("from", 0) == "");
    CHECK(m.word("from", 1) == "open");
    CHECK(m.word("to", 1) == "allocated");
    CHECK(m.word("node", 1) == "south");
    CHECK(m.word("sku", 0) == "mug");
    CHECK_FALSE(m.find("metres")->valid()[0]);

    constexpr int scale[] = {0};
    ageing ages{0, scale};
    for (const movement& one : both) REQUIRE(ages.add(one).code == error_code::ok);
    CHECK(ages.add(taken).code == error_code::bad_record);  // these units were never there
    const auto rows = ages.table(time_point{} + minutes(5), {});
    const frame a = ageing_frame(rows);
    REQUIRE(a.rows() == 1);
    CHECK(a.word("state", 0) == "allocated");
    CHECK(a.word("reason", 0) == "not_released");
    CHECK_FALSE(a.find("age_to")->valid()[0]);
    const auto stuck = ages.exceptions(time_point{} + minutes(5), {});
    const frame x = exceptions_frame(stuck, make_vocabulary(skus), make_vocabulary(nodes));
    REQUIRE(x.rows() == 1);
    CHECK(x.ints("age")[0] == minutes(5).ns);
    CHECK(x.word("node", 0) == "south");
}

TEST_CASE("amounts that together leave 64 bits are refused, so no sum wraps") {
    kpis k;
    kpi_fact f;
    f.kind = fact_kind::cost;
    f.order = 1;
    f.value = std::int64_t{1} << 47;
    int taken = 0;
    while (taken < 70'000 && k.add(f).code == error_code::ok) ++taken;
    CHECK(taken == 65'535);
    CHECK(k.add(f).code == error_code::out_of_range);
    f.value = 1;
    CHECK(k.add(f).code == error_code::ok);
}

}  // namespace
}  // namespace earmark::report
