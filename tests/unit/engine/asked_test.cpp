// What nodes are asked and answer: units that they work on are taken back when they agree, and who
// is silent has said something, too.
#include <doctest/doctest.h>

#include "amend_shop.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark {
namespace {

using namespace amending;

/// North is asked before it gives work back, and has ten minutes; south is not asked.
struct asking_shop : shop {
    explicit asking_shop(silence then = silence::refuses) {
        asks({{"north", request_kind::cancel, 600, then}});
    }
    void asks(const std::vector<answer_row>& rows) {
        const auto report = on.load(at(), rows);
        for (const auto& r : report.rejected) MESSAGE(r.text);
        REQUIRE(report.accepted == rows.size());
    }
    /// So many hats of north, released.
    order_id released(std::int64_t n, bool also_south = false) {
        const order_id o =
            sourced(also_south ? std::vector<order_line>{{hat, {n}, 500}, {hat, {2}, 500, south}}
                               : std::vector<order_line>{{hat, {n}, 500, north}});
        REQUIRE(on.release(at(), o));
        return o;
    }
    outcome cancels(order_id o, std::uint32_t line = 0, std::int64_t n = 0) {
        const auto done = on.cancel(at(), {o, line, {n}, 7});
        REQUIRE(done);
        return done->what;
    }
    error_code says(order_id o, fact_kind kind, std::int64_t n = 0, node_id by = north) {
        return on
            .record(at(),
                    {.kind = kind, .order = o, .line = n == 0 ? 0u : 1u, .node = by, .amount = {n}})
            .error()
            .code;
    }
    /// As "cancel 1 north 3, ".
    std::string asked(order_id o) const {
        std::string out;
        const auto view = on.order(o);
        for (const request_view& r : view->requests)
            out += std::string{name_of(r.request)} + ' ' + std::to_string(r.line) + ' ' +
                   std::string{on.node(r.node).key} + ' ' + std::to_string(r.amount.atoms) + ", ";
        return out;
    }
    void later(duration d) {
        now = now + d;
        REQUIRE(on.advance(at()));
    }
};

}  // namespace

TEST_CASE("2g: one released unit is asked for, the node accepts: 6 = 4 shipped + 2 released") {
    asking_shop s;
    const order_id o = s.released(7);
    s.records(o, ship, 4);
    REQUIRE(s.amends(o, 1, 9).first.what == outcome::done);
    REQUIRE(s.on.source(s.at(), o));  // two are scheduled
    REQUIRE(s.amends(o, 1, 10).first.what == outcome::done);
    REQUIRE(s.on.source(s.at(), o));  // one has to wait
    REQUIRE(s.where(o) ==
            "1 backordered - 1, 1 allocated north 2, 1 released north 3, "
            "1 shipped north 4, ");
    const std::int64_t free = s.free(hat, north);
    const auto preview = s.amends(o, {{1, quantity{6}}}, true);
    CHECK(preview.first.what == outcome::asked);
    CHECK(s.asked(o).empty());
    const auto six = s.amends(o, 1, 6);
    CHECK(six.first.what == outcome::asked);
    REQUIRE(six.parts.size() == 3);
    CHECK_FALSE(six.parts[1].asks);
    CHECK(six.parts[2].asks);
    CHECK(six.parts[2].from == unit_state::released);
    CHECK(six.lines[0].after.atoms == 6);
    CHECK(s.where(o) == "1 released north 3, 1 shipped north 4, 1 cancelled - 3, ");
    CHECK(s.asked(o) == "cancel 1 north 1, ");
    CHECK(s.free(hat, north) == free + 2);
    CHECK(s.amends(o, 1, 6).first.what == outcome::unchanged);  // six are wanted already

    CHECK(s.says(o, confirm_cancel) == ok);
    CHECK(s.where(o) == "1 released north 2, 1 shipped north 4, 1 cancelled - 4, ");
    CHECK(s.free(hat, north) == free + 3);
    CHECK(s.asked(o).empty());
    CHECK(s.says(o, confirm_cancel) == not_asked);
}

TEST_CASE("2g: the node refuses, it has packed the unit already: seven are sent") {
    asking_shop s;
    const order_id o = s.released(7);
    s.records(o, ship, 4);
    REQUIRE(s.amends(o, 1, 6).first.what == outcome::asked);
    const std::uint32_t version = s.version(o);
    CHECK(s.says(o, refuse_cancel) == ok);
    CHECK(s.version(o) == version + 1);
    CHECK(s.asked(o).empty());
    CHECK(s.where(o) == "1 released north 3, 1 shipped north 4, ");
    CHECK(s.amends(o, 1, 6).first.what == outcome::asked);  // it may be asked again
}

TEST_CASE("who need not be asked gives units back at once, and before those who are asked") {
    asking_shop s;
    const order_id o = s.released(3, true);
    CHECK(s.cancels(o) == outcome::asked);
    CHECK(s.where(o) == "1 released north 3, 2 cancelled - 2, ");
    CHECK(s.asked(o) == "cancel 1 north 3, ");
    const auto view = s.on.order(o);
    CHECK(view->requests[0].until == s.now + minutes(10));
    CHECK(view->requests[0].reason == 7);
    CHECK(s.cancels(o) == outcome::unchanged);  // it is under way
    CHECK(s.on.cancel(s.at(), {o, 1, {1}}).error().code == not_allowed);
    s.asks({{"", request_kind::cancel, 60}, {"south", request_kind::cancel, 0}});
    const order_id p = s.released(1, true);
    CHECK(s.cancels(p, 2) == outcome::done);  // the row of its own says that it is not asked
}

TEST_CASE("a node answers in parts, and for no more than it was asked for") {
    asking_shop s;
    const order_id o = s.released(5);
    REQUIRE(s.cancels(o, 1, 4) == outcome::asked);
    CHECK(s.says(o, confirm_cancel, 5) == too_few_units);
    CHECK(s.says(o, confirm_cancel, 1, south) == not_asked);
    CHECK(s.says(o, confirm_cancel, 1, node_id{9}) == unknown_node);
    CHECK(s.says(o, confirm_cancel, 1, none<node_id>) == unknown_node);
    CHECK(s.says(o, accept) == not_asked);
    CHECK(s.says(o, confirm_cancel, 1) == ok);
    CHECK(s.says(o, refuse_cancel, 2) == ok);
    CHECK(s.asked(o) == "cancel 1 north 1, ");
    CHECK(s.where(o) == "1 released north 4, 1 cancelled - 1, ");
}

TEST_CASE("units that leave while their node is asked were not given back") {
    asking_shop s;
    const order_id o = s.released(5);
    REQUIRE(s.cancels(o, 1, 3) == outcome::asked);
    s.records(o, pick, 2);
    CHECK(s.asked(o) == "cancel 1 north 3, ");  // those that nobody asked for go first
    s.records(o, pick, 2);
    CHECK(s.asked(o) == "cancel 1 north 1, ");
    s.records(o, ship, 5);
    CHECK(s.asked(o).empty());
    CHECK(s.says(o, confirm_cancel) == not_asked);
    CHECK(s.where(o) == "1 shipped north 5, ");
}

TEST_CASE("what a node rejects that it was asked to give back is cancelled, and not open again") {
    asking_shop s;
    const order_id o = s.released(5);
    REQUIRE(s.cancels(o, 1, 3) == outcome::asked);
    CHECK(s.says(o, reject, 4) == ok);
    CHECK(s.where(o) == "1 open - 1, 1 released north 1, 1 cancelled - 3, ");
    CHECK(s.asked(o).empty());
    CHECK(s.free(hat, north) == 8);
}

TEST_CASE("silence refuses: the units stay with the node, and an answer after that is too late") {
    asking_shop s;
    const order_id o = s.released(5);
    REQUIRE(s.cancels(o) == outcome::asked);
    s.later(seconds(599));
    CHECK(s.asked(o) == "cancel 1 north 5, ");
    s.later(seconds(1));
    CHECK(s.asked(o).empty());
    CHECK(s.where(o) == "1 released north 5, ");
    CHECK(s.says(o, confirm_cancel) == not_asked);
}

TEST_CASE("silence accepts: the units are cancelled and their goods free at the end of the time") {
    asking_shop s{silence::accepts};
    const order_id o = s.released(5);
    REQUIRE(s.cancels(o, 1, 2) == outcome::asked);
    s.asks(
        {{"north", request_kind::cancel, 60, silence::refuses}});  // those made before keep theirs
    s.later(minutes(9));
    REQUIRE(s.cancels(o, 1, 1) == outcome::asked);
    s.later(minutes(1));
    CHECK(s.asked(o).empty());
    CHECK(s.where(o) == "1 released north 3, 1 cancelled - 2, ");
    CHECK(s.free(hat, north) == 6);
}

TEST_CASE("RL-04: who does not accept work in time has rejected it, and is remembered") {
    asking_shop s;
    s.asks({{"north", request_kind::work, 300, silence::refuses, 9}});
    const order_id o = s.released(5);
    CHECK(s.asked(o) == "work 1 north 5, ");
    CHECK(s.says(o, accept, 2) == ok);
    s.records(o, pick, 4);
    CHECK(s.asked(o) == "work 1 north 1, ");
    s.later(minutes(5));
    CHECK(s.where(o) == "1 open - 1, 1 picked north 4, ");
    const auto view = s.on.order(o);
    REQUIRE(view->rejections.size() == 1);
    CHECK(view->rejections[0].node == north);
    CHECK(view->rejections[0].reason == 9);
    CHECK(s.says(o, accept) == not_asked);  // a late accept does not make it pick twice
    CHECK(s.free(hat, north) == 5);

    s.asks({{"north", request_kind::work, 300, silence::accepts}});
    const order_id p = s.released(2);
    s.later(minutes(5));
    CHECK(s.asked(p).empty());
    CHECK(s.where(p) == "1 released north 2, ");
}

TEST_CASE("work that nobody accepted in time and that was to be given back is cancelled") {
    asking_shop s;
    s.asks({{"north", request_kind::work, 300}});
    const order_id o = s.released(5);
    REQUIRE(s.cancels(o, 1, 2) == outcome::asked);
    s.later(minutes(5));
    CHECK(s.where(o) == "1 open - 3, 1 cancelled - 2, ");
    CHECK(s.asked(o).empty());
    CHECK(s.free(hat, north) == 9);
}

TEST_CASE("a rejected hold asks, and blocks until the node has answered") {
    asking_shop s;
    const order_id o = s.released(3);
    const auto hold = s.hold(o, "fraud");
    CHECK(s.answer(o, hold, false) == ok);
    CHECK(s.asked(o) == "cancel 1 north 3, ");
    CHECK(s.seen(o, hold).blocks);
    CHECK(s.says(o, confirm_cancel) == ok);
    CHECK(s.where(o) == "1 cancelled - 3, ");
    CHECK_FALSE(s.seen(o, hold).blocks);
    const order_id p = s.released(2);
    hold_type_row strict = holding::type_of("strict", {hold_step::cancel});
    s.load({strict});
    s.hold(p, "strict");
    CHECK(s.on.cancel(s.at(), {p}).error().code == held);
    CHECK(s.asked(p).empty());
}

TEST_CASE("a key repeats the first answer, and a dry preview asks nobody") {
    asking_shop s;
    const order_id o = s.released(3);
    CHECK(s.on.cancel(s.at("c1"), {o})->what == outcome::asked);
    CHECK(s.on.cancel(s.at("c1"), {o})->what == outcome::repeat);
    CHECK(s.asked(o) == "cancel 1 north 3, ");
}

TEST_CASE("the story of an order tells what nodes were asked, and what became of it") {
    asking_shop s;
    s.asks({{"north", request_kind::work, 300}});
    const order_id o = s.released(5);
    REQUIRE(s.says(o, accept, 1) == ok);
    REQUIRE(s.cancels(o, 1, 3) == outcome::asked);
    REQUIRE(s.says(o, confirm_cancel, 1) == ok);
    REQUIRE(s.says(o, refuse_cancel, 1) == ok);
    s.records(o, ship, 4);
    std::string told;
    const auto tale = story(s.on, o);
    REQUIRE(tale);
    for (const trail_row& r : tale->rows)
        if (r.kind == trail_kind::asked)
            told += r.what + ' ' + r.after + ' ' + std::to_string(r.amount.atoms) + ", ";
    CHECK(told ==
          "work asked 5, work accepted 1, cancel asked 3, cancel accepted 1, cancel refused 1, "
          "work overtaken 4, cancel overtaken 1, ");
    const std::string words = report::text_of(*tale);
    CHECK(words.find("north was asked to do 5 of line 1 (hat) until 2027-") != std::string::npos);
    CHECK(words.find("north was asked to give 3 of line 1 (hat) back until") != std::string::npos);
    CHECK(words.find("north does not give 1 of line 1 (hat) back") != std::string::npos);
    CHECK(words.find("north is not asked for 1 of line 1 (hat) any more") != std::string::npos);
}

TEST_CASE("the table of answers refuses what cannot be, row by row") {
    asking_shop s;
    const std::vector<answer_row> rows{{"west", request_kind::work, 1},
                                       {"north", request_kind::work, -1},
                                       {"north", request_kind::work, max_answer_seconds + 1},
                                       {"north", static_cast<request_kind>(7), 1},
                                       {"north", request_kind::work, 1, static_cast<silence>(9)},
                                       {"south", request_kind::work, 1}};
    const auto report = s.on.load(s.at(), rows);
    CHECK(report.accepted == 1);
    REQUIRE(report.rejected.size() == 5);
    CHECK(report.rejected[0].why.code == unknown_node);
    CHECK(report.rejected[1].why.code == out_of_range);
    CHECK(report.rejected[2].why.code == out_of_range);
    CHECK(report.rejected[3].why.code == bad_field);
    CHECK(report.rejected[4].why.code == bad_field);
}

}  // namespace earmark
