// Reservations that grow, shrink, move and end: the worked trace of 2e with every column, what a
// repeated key answers, and who wins where a confirm meets an expiry.
#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"

using namespace earmark;

namespace {

constexpr quantity units(std::int64_t n) { return {n}; }
constexpr time_point midnight{1'800'000'000'000'000'000};
constexpr time_point at(std::int64_t minute, std::int64_t second = 0) {
    return midnight + minutes(minute) + seconds(second);
}

using refs = std::array<std::int64_t, 3>;
refs refs_of(const error& e) { return {e.refs[0], e.refs[1], e.refs[2]}; }

/// Two SKUs (the second only at the first node), two nodes.
class shop {
public:
    static constexpr sku_id hat{0}, mug{1};
    static constexpr node_id here{0}, there{1};

    explicit shop(std::int64_t hats_here, std::int64_t hats_there = 0, std::int64_t mugs = 0)
        : e{settings(sink)} {
        const std::array skus{sku_row{"hat", 0, 1}, sku_row{"mug", 0, 1}};
        const std::array nodes{node_row{"here", node_kind::dc, {}, 0, true, {}, {}},
                               node_row{"there", node_kind::dc, {}, 0, true, {}, {}}};
        const std::array stock{stock_row{"hat", "here", {hats_here}},
                               stock_row{"hat", "there", {hats_there}},
                               stock_row{"mug", "here", {mugs}}};
        REQUIRE(e.load({{}, {}, midnight}, skus).rejected.empty());
        REQUIRE(e.load({{}, {}, midnight}, nodes).rejected.empty());
        REQUIRE(e.load({{}, {}, midnight}, stock).rejected.empty());
    }
    static config settings(std::shared_ptr<journal::sink> to) {
        config c;
        c.max_orders = c.max_keys = c.max_reservations = c.max_cells = 256;
        c.ledger_bytes = std::size_t{1} << 20;
        c.sink = std::move(to);
        return c;
    }
    result<receipt> reserve(time_point now, std::int64_t hats, std::int64_t floor = 0) {
        const reserve_line line{hat, here, units(hats), units(floor)};
        return e.reserve({{}, {}, now}, {{&line, 1}, now + minutes(15)});
    }
    reservation_id held(time_point now, std::int64_t hats, std::int64_t floor = 0) {
        const auto r = reserve(now, hats, floor);
        REQUIRE(r);
        return reservation_id{r->subject};
    }
    result<receipt> change(time_point now, reservation_id r, std::vector<reserve_line> lines,
                           std::optional<time_point> deadline = {}) {
        return e.change({{}, {}, now}, {r, deadline, lines});
    }
    placed place(time_point now, std::string_view key, std::int64_t hats, reservation_id basket) {
        const order_line line{hat, units(hats), 500};
        return e.place_order(
            {key, {}, now},
            {{&line, 1}, none<place_id>, currency::parse("EUR").value(), 0, basket});
    }
    std::int64_t free(sku_id s, node_id n, std::int64_t floor = 0) {
        return e.available(s, n, units(floor)).value().atoms;
    }
    std::int64_t part(reservation_id r, node_id n) {
        std::int64_t sum = 0;
        const reservation_view view = e.reservation(r).value();
        for (const bucket_view& b : view.parts)
            if (b.node == n) sum += b.amount.atoms;
        return sum;
    }
    /// The journal makes the same engine again.
    void fold() {
        CHECK(e.check_invariants().empty());
        REQUIRE(e.flush(journal::durability::memory));
        engine again{settings(sink)};
        CHECK(again.halted().empty());
        CHECK(again.state_hash() == e.state_hash());
    }

    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e;
};

}  // namespace

TEST_CASE("the trace of 2e holds in every row and column: soft, hard, allocated, on hand, free") {
    shop s{10};
    struct row {
        std::int64_t soft, hard, alloc, on_hand, ats;
    };
    const auto check = [&](time_point now, row want) {
        REQUIRE(s.e.advance({{}, {}, now}));
        const balance b = s.e.balance_report();
        CHECK(b.reserved == want.soft);
        CHECK(b.allocated == want.hard);
        CHECK(b.released == want.alloc);
        CHECK(b.on_hand == want.on_hand);
        CHECK(s.free(s.hat, s.here, 1) == want.ats);  // the buffer is one
    };
    check(at(0), {0, 0, 0, 10, 9});
    const auto a = s.held(at(0), 3, 1);
    check(at(0), {3, 0, 0, 10, 6});
    const auto b = s.held(at(1), 4, 1);
    check(at(1), {7, 0, 0, 10, 2});
    const error few = s.reserve(at(2), 3, 1).error();
    CHECK(few.code == error_code::insufficient);
    CHECK(refs_of(few) == refs{3, 2, 0});
    check(at(2), {7, 0, 0, 10, 2});
    const placed order = s.place(at(14, 50), "A", 3, a);
    CHECK(order.first.what == outcome::done);
    check(at(14, 50), {4, 3, 0, 10, 2});
    CHECK(s.place(at(14, 51), "A", 3, a).first.what == outcome::repeat);  // hard stays three
    check(at(14, 51), {4, 3, 0, 10, 2});
    check({at(16).ns - 1}, {4, 3, 0, 10, 2});
    check(at(16), {0, 3, 0, 10, 6});
    s.held(at(16, 1), 3, 1);
    check(at(16, 1), {3, 3, 0, 10, 3});
    const placed dead = s.place(at(16, 30), "B", 4, b);
    CHECK(dead.first.why.code == error_code::reservation_expired);
    CHECK(refs_of(dead.first.why) == refs{static_cast<std::int64_t>(raw(b)), 4, 3});
    check(at(16, 30), {3, 3, 0, 10, 3});
    REQUIRE(s.e.release({{}, {}, at(20)}, order_id{order.first.subject}));
    check(at(20), {3, 0, 3, 10, 3});
    REQUIRE(s.e.record({{}, {}, at(30)}, {fact_kind::ship, order_id{order.first.subject}}));
    check(at(30), {3, 0, 0, 7, 3});
    check(at(31, 1), {0, 0, 0, 7, 6});
    s.fold();
}

TEST_CASE("of a change: new amounts are those that are said; other cells and the deadline stay") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    const auto done =
        s.change(at(1), r, {{s.hat, s.there, units(2), {}}, {s.mug, s.here, units(4), {}}});
    REQUIRE(done);
    CHECK(done->lines == 2);
    CHECK(s.part(r, s.here) == 7);
    CHECK(s.part(r, s.there) == 2);
    REQUIRE(s.change(at(2), r, {{s.hat, s.here, units(0), {}}, {s.mug, s.here, units(5), {}}}));
    CHECK(s.free(s.hat, s.here) == 5);
    CHECK(s.free(s.hat, s.there) == 3);
    CHECK(s.free(s.mug, s.here) == 0);
    CHECK(s.e.reservation(r).value().deadline == at(15));
    s.fold();
}

TEST_CASE("of a change: the line that lacks is named, and what was to shrink is still held") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    const error e =
        s.change(at(1), r, {{s.hat, s.here, units(1), {}}, {s.mug, s.here, units(6), {}}}).error();
    CHECK(e.code == error_code::insufficient);
    CHECK(e.row == 2);
    CHECK(refs_of(e) == refs{6, 5, 0});
    CHECK(s.free(s.hat, s.here) == 2);
    CHECK(s.free(s.mug, s.here) == 5);
    s.fold();
}

TEST_CASE("of a change: only what grows must leave the floor") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    CHECK(s.change(at(1), r, {{s.hat, s.here, units(4), units(2)}}).error().code ==
          error_code::insufficient);
    CHECK(s.change(at(1), r, {{s.hat, s.here, units(3), units(5)}}));
    CHECK(s.change(at(1), r, {{s.hat, s.here, units(4), units(1)}}));
    CHECK(s.free(s.hat, s.here) == 1);
    s.fold();
}

TEST_CASE("of a change: a cell that is named twice counts once, with the sum") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    REQUIRE(s.change(at(1), r, {{s.hat, s.here, units(2), {}}, {s.hat, s.here, units(3), {}}}));
    CHECK(s.part(r, s.here) == 5);
    s.fold();
}

TEST_CASE("of a change: a change that leaves nothing, or says nothing, is refused") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    CHECK(s.change(at(1), r, {{s.hat, s.here, units(0), {}}}).error().code ==
          error_code::bad_line_count);
    CHECK(s.change(at(1), r, {}).error().code == error_code::bad_line_count);
    CHECK(s.part(r, s.here) == 3);
    s.fold();
}

TEST_CASE(
    "of a change: amounts and deadline change together, and expiry gives the new amounts back") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    REQUIRE(s.change(at(1), r, {{s.hat, s.here, units(5), {}}}, at(40)));
    REQUIRE(s.e.advance({{}, {}, {at(40).ns - 1}}));
    CHECK(s.free(s.hat, s.here) == 0);
    REQUIRE(s.e.advance({{}, {}, at(40)}));
    CHECK(s.free(s.hat, s.here) == 5);
    s.fold();
}

TEST_CASE("of a change: an expired one says so, and so does one that was given up") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    CHECK(s.change(at(15), r, {{s.hat, s.here, units(1), {}}}).error().code ==
          error_code::reservation_expired);
    const auto other = s.held(at(15), 1);
    REQUIRE(s.e.unreserve({{}, {}, at(15)}, other));
    CHECK(s.change(at(15), other, {{s.hat, s.here, units(1), {}}}).error().code ==
          error_code::reservation_over);
    s.fold();
}

TEST_CASE("of a change: bad lines are named") {
    shop s{5, 5, 5};
    const auto r = s.held(at(0), 3);
    const auto why = [&](reserve_line l) {
        const error e = s.change(at(1), r, {{s.hat, s.here, units(1), {}}, l}).error();
        CHECK(e.row == 2);
        return e.code;
    };
    CHECK(why({sku_id{9}, s.here, units(1), {}}) == error_code::unknown_sku);
    CHECK(why({s.hat, node_id{9}, units(1), {}}) == error_code::unknown_node);
    CHECK(why({s.mug, s.there, units(1), {}}) == error_code::no_cell);
    CHECK(why({s.hat, s.here, units(-1), {}}) == error_code::bad_quantity);
    CHECK(why({s.hat, s.here, units(4'194'304), {}}) == error_code::out_of_range);
    CHECK(s.part(r, s.here) == 3);
    s.fold();
}

TEST_CASE("a deadline moves to and fro, and to never; only the last one counts") {
    shop s{1};
    const auto r = s.held(at(0), 1);
    const auto until = [&](time_point now, time_point deadline) {
        REQUIRE(s.change(now, r, {}, deadline));
    };
    until(at(1), at(60));
    until(at(2), at(5));
    until(at(3), at(90));
    REQUIRE(s.e.advance({{}, {}, at(61)}));
    CHECK(s.free(s.hat, s.here) == 0);
    until(at(62), never);
    REQUIRE(s.e.advance({{}, {}, at(200)}));
    CHECK(s.free(s.hat, s.here) == 0);
    s.fold();
    until(at(200), at(210));
    REQUIRE(s.e.advance({{}, {}, {at(210).ns - 1}}));
    CHECK(s.free(s.hat, s.here) == 0);
    REQUIRE(s.e.advance({{}, {}, at(210)}));
    CHECK(s.free(s.hat, s.here) == 1);
    CHECK(s.e.status().expired == 1);
    s.fold();
}

TEST_CASE("a move takes at the new node and gives at the old one, all or nothing (I16)") {
    shop s{5, 3, 5};
    const std::array both{reserve_line{s.hat, s.here, units(3), units(1)},
                          reserve_line{s.mug, s.here, units(2), {}}};
    const auto first = s.e.reserve({{}, {}, at(0)}, {both, at(15)});
    REQUIRE(first);
    const reservation_id r{first->subject};
    const auto move = [&](move_request m) { return s.e.move({{}, {}, at(1)}, m); };
    SUBCASE("of one SKU, in part and in whole") {
        REQUIRE(move({r, s.here, s.there, s.hat, units(1)}));
        CHECK(s.free(s.hat, s.here) == 3);
        CHECK(s.free(s.hat, s.there) == 2);
        REQUIRE(move({r, s.here, s.there, s.hat}));
        CHECK(s.part(r, s.there) == 3);
        CHECK(s.part(r, s.here) == 2);  // the mugs
        CHECK(s.free(s.hat, s.there) == 0);
        CHECK(s.e.reservation(r).value().deadline == at(15));
        REQUIRE(move({r, s.there, s.there, s.hat}));
        CHECK(s.part(r, s.there) == 3);
    }
    SUBCASE("what the new node lacks leaves the reservation where it is") {
        const error e = move({r, s.here, s.there, s.hat, {}, units(1)}).error();
        CHECK(e.code == error_code::insufficient);
        CHECK(refs_of(e) == refs{3, 2, 1});
        CHECK(move({r, s.here, s.there}).error().code == error_code::no_cell);  // for mugs
        CHECK(s.part(r, s.here) == 5);
        CHECK(s.free(s.hat, s.there) == 3);
    }
    SUBCASE("what it does not hold there cannot be moved") {
        CHECK(move({r, s.there, s.here}).error().code == error_code::not_held);
        const error e = move({r, s.here, s.there, s.hat, units(4)}).error();
        CHECK(e.code == error_code::not_held);
        CHECK(refs_of(e) == refs{4, 3, 0});
        CHECK(move({r, node_id{7}, s.here}).error().code == error_code::unknown_node);
        CHECK(move({r, s.here, node_id{7}}).error().code == error_code::unknown_node);
        CHECK(move({r, s.here, s.there, sku_id{7}}).error().code == error_code::unknown_sku);
        CHECK(move({r, s.here, s.there, none<sku_id>, units(1)}).error().code ==
              error_code::unknown_sku);
        CHECK(move({r, s.here, s.there, s.hat, units(-1)}).error().code ==
              error_code::bad_quantity);
        CHECK(s.e.move({{}, {}, at(15)}, {r, s.here, s.there}).error().code ==
              error_code::reservation_expired);
    }
    s.fold();
}

TEST_CASE("batches of changes and of moves answer one by one") {
    shop s{4, 4};
    const std::array held{s.held(at(0), 1), s.held(at(0), 1), s.held(at(0), 1)};
    const reserve_line two{s.hat, s.here, units(2), {}};
    std::vector<change_request> changes;
    for (const reservation_id r : held) changes.push_back({r, at(30), {&two, 1}});
    std::vector<result<receipt>> out(3, receipt{});
    s.e.change({{}, {}, at(1)}, changes, out);
    CHECK(out[0]);
    CHECK(out[1].error().code == error_code::insufficient);
    CHECK(out[2].error().code == error_code::insufficient);
    CHECK(s.free(s.hat, s.here) == 0);
    const std::array moves{move_request{held[0], s.here, s.there},
                           move_request{held[1], s.there, s.here},
                           move_request{held[2], s.here, s.there}};
    s.e.move({{}, {}, at(1)}, moves, out);
    CHECK(out[0]);
    CHECK(out[1].error().code == error_code::not_held);
    CHECK(out[2]);
    CHECK(s.free(s.hat, s.there) == 1);
    CHECK_THROWS_AS(s.e.change({"key", {}, at(1)}, changes, out), misuse);
    s.fold();
}

/// A verb that first lacks two hats, then has them, then is repeated when all is over.
template <class Verb>
void thrice(shop& s, Verb&& verb) {
    const error no = verb(at(1)).error();
    CHECK(no.code == error_code::insufficient);
    REQUIRE(s.e.adjust({{}, {}, at(2)}, {s.hat, s.here, units(2)}));
    REQUIRE(s.e.adjust({{}, {}, at(2)}, {s.hat, s.there, units(2)}));
    const auto granted = verb(at(3));
    REQUIRE(granted);
    CHECK(granted->what == outcome::done);
    REQUIRE(s.e.advance({{}, {}, at(100)}));
    const std::uint64_t state = s.e.state_hash();
    const auto again = verb(at(100));
    REQUIRE(again);
    CHECK(again->what == outcome::repeat);
    CHECK(again->at == granted->at);
    CHECK(again->subject == granted->subject);
    CHECK(again->lines == granted->lines);
    CHECK(s.e.state_hash() == state);
}

TEST_CASE("a repeated key, of reserve: a grant is answered again, a refusal is tried again") {
    shop s{2, 2};
    s.held(at(0), 1);
    const reserve_line all{s.hat, s.here, units(3), {}};
    thrice(s, [&](time_point now) { return s.e.reserve({"k", {}, now}, {{&all, 1}, at(15)}); });
    s.fold();
}

TEST_CASE("a repeated key, of reserve that supersedes") {
    shop s{2, 2};
    const auto r = s.held(at(0), 1);
    const reserve_line four{s.hat, s.here, units(4), {}};
    thrice(s, [&](time_point now) { return s.e.reserve({"k", {}, now}, {{&four, 1}, at(15), r}); });
    s.fold();
}

TEST_CASE("a repeated key, of change") {
    shop s{2, 2};
    const auto r = s.held(at(0), 1);
    const reserve_line all{s.hat, s.here, units(3), {}};
    thrice(s, [&](time_point now) { return s.e.change({"k", {}, now}, {r, at(16), {&all, 1}}); });
    CHECK(s.e.change({"k", {}, at(100)}, {r, {}, {&all, 1}}).error().code ==
          error_code::duplicate_key);
    s.fold();
}

TEST_CASE("a repeated key, of move") {
    shop s{2, 2};
    const auto r = s.held(at(0), 1);
    const reserve_line two{s.hat, s.there, units(2), {}};
    REQUIRE(s.e.reserve({{}, {}, at(0)}, {{&two, 1}, at(15)}));
    thrice(s, [&](time_point now) { return s.e.move({"k", {}, now}, {r, s.here, s.there}); });
    CHECK(s.e.move({"k", {}, at(100)}, {r, s.there, s.here}).error().code ==
          error_code::duplicate_key);
    s.fold();
}

TEST_CASE("a repeated key, of unreserve: what is over stays over, and is asked again each time") {
    shop s{2, 2};
    const auto r = s.held(at(0), 1);
    REQUIRE(s.e.unreserve({{}, {}, at(1)}, r));
    for (int i = 0; i < 2; ++i)
        CHECK(s.e.unreserve({"k", {}, at(2)}, r).error().code == error_code::reservation_over);
    const auto other = s.held(at(3), 1);
    const auto done = s.e.unreserve({"l", {}, at(4)}, other);
    const auto again = s.e.unreserve({"l", {}, at(50)}, other);
    REQUIRE(done);
    REQUIRE(again);
    CHECK(again->what == outcome::repeat);
    CHECK(again->at == done->at);
    s.fold();
}
