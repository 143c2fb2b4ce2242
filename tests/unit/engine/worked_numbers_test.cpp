// Worked numbers of the specification: the hand-over trace from basket to parcel, cancels before
// and after release, repeated messages, and the mistakes that order systems are known for.
#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"

using namespace earmark;

namespace {

constexpr quantity units(std::int64_t n) { return {n}; }
constexpr time_point midnight{1'800'000'000'000'000'000};
constexpr time_point at(std::int64_t minute, std::int64_t second = 0) {
    return midnight + minutes(minute) + seconds(second);
}

/// One SKU at one node, and the verbs in the words of the trace.
class shop {
public:
    explicit shop(std::int64_t on_hand, std::int64_t buffer = 0) : buffer_{buffer} {
        const sku_row shirt{"shirt", 0, 1};
        const node_row store{"store", node_kind::store, geo_point{48.1, 11.6}, 0, true, {}, {}};
        const place_row home{"home", geo_point{48.2, 11.5}};
        const stock_row opening{"shirt", "store", units(on_hand)};
        const command c{{}, {}, midnight};
        REQUIRE(e.load(c, std::span{&shirt, 1}).rejected.empty());
        REQUIRE(e.load(c, std::span{&store, 1}).rejected.empty());
        REQUIRE(e.load(c, std::span{&home, 1}).rejected.empty());
        REQUIRE(e.load(c, std::span{&opening, 1}).rejected.empty());
        std::vector<std::string> findings;
        const auto policy =
            e.activate(c,
                       "policy = \"nearest\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n"
                       "[split]\nlines = \"by_quantity\"\n",
                       &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(policy);
    }

    result<receipt> reserve(time_point now, std::int64_t n, std::string_view key = {}) {
        const reserve_line line{sku, node, units(n), units(buffer_)};
        return e.reserve({key, {}, now}, {std::span{&line, 1}, now + minutes(15)});
    }
    reservation_id held(time_point now, std::int64_t n) {
        const auto r = reserve(now, n);
        REQUIRE(r);
        return static_cast<reservation_id>(r->subject);
    }
    placed place(time_point now, std::string_view key, std::vector<std::int64_t> lines,
                 reservation_id basket = none<reservation_id>) {
        std::vector<order_line> wanted;
        for (const std::int64_t n : lines) wanted.push_back({sku, units(n), 500});
        return e.place_order({key, {}, now}, {wanted, e.find_place("home").value(),
                                              currency::parse("EUR").value(), 0, basket});
    }
    order_id ordered(time_point now, std::string_view key, std::vector<std::int64_t> lines,
                     reservation_id basket = none<reservation_id>) {
        const placed p = place(now, key, lines, basket);
        REQUIRE(p.first.what == outcome::done);
        return static_cast<order_id>(p.first.subject);
    }
    error_code cancel(time_point now, order_id o, std::uint32_t line, std::int64_t n) {
        return e.cancel({{}, {}, now}, {o, line, units(n), 0}).error().code;
    }
    error_code record(time_point now, fact_kind kind, order_id o, std::int64_t n) {
        const std::uint32_t line = n == 0 ? 0 : 1;
        return e.record({{}, {}, now}, {kind, o, line, node, units(n)}).error().code;
    }
    void adjust(time_point now, std::int64_t n) {
        REQUIRE(e.adjust({{}, {}, now}, {sku, node, units(n), adjust_reason::receipt}));
    }
    /// Units that may be promised at `now`.
    std::int64_t ats(time_point now) {
        REQUIRE(e.advance({{}, {}, now}));
        return e.available(sku, node, units(buffer_)).value().atoms;
    }
    std::int64_t in(order_id o, unit_state s) {
        std::int64_t sum = 0;
        const order_view view = e.order(o).value();
        for (const bucket_view& b : view.buckets)
            if (b.state == s) sum += b.amount.atoms;
        return sum;
    }
    std::int64_t on_hand() { return e.balance_report().on_hand; }

    engine e;
    sku_id sku{};
    node_id node{};

private:
    std::int64_t buffer_;
};

}  // namespace

TEST_CASE("available to sell follows a basket to order, release and parcel without moving (2e)") {
    shop s{10, 1};
    CHECK(s.ats(at(0)) == 9);
    const reservation_id basket_a = s.held(at(0), 3);
    CHECK(s.ats(at(0)) == 6);
    const reservation_id basket_b = s.held(at(1), 4);
    CHECK(s.ats(at(1)) == 2);
    CHECK(s.reserve(at(2), 3).error().code == error_code::insufficient);
    CHECK(s.ats(at(2)) == 2);

    const order_id a = s.ordered(at(14, 50), "A", {3}, basket_a);
    CHECK(s.ats(at(14, 50)) == 2);
    CHECK(s.in(a, unit_state::allocated) == 3);

    CHECK(s.ats(at(15, 59)) == 2);
    CHECK(s.ats(at(16)) == 6);  // B expired at this very instant; nobody had to sweep
    CHECK(s.e.reservation(basket_b).value().state == reservation_state::expired);

    const reservation_id basket_c = s.held(at(16, 1), 3);
    CHECK(s.ats(at(16, 1)) == 3);

    REQUIRE(s.e.release({{}, {}, at(20)}, a));
    CHECK(s.in(a, unit_state::released) == 3);
    CHECK(s.ats(at(20)) == 3);
    CHECK(s.on_hand() == 10);

    CHECK(s.record(at(30), fact_kind::ship, a, 0) == error_code::ok);
    CHECK(s.in(a, unit_state::shipped) == 3);
    CHECK(s.on_hand() == 7);
    CHECK(s.ats(at(30)) == 3);  // C still holds its three units
    CHECK(s.e.reservation(basket_c).value().state == reservation_state::active);
    CHECK(s.ats(at(31, 1)) == 6);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("an order whose basket has expired is declined where only the buffer is left (2e)") {
    shop s{10, 1};
    const order_id a = s.ordered(at(0), "A", {3}, s.held(at(0), 3));
    const reservation_id b = s.held(at(1), 4);
    s.held(at(16, 1), 3);
    CHECK(s.ats(at(16, 30)) == 3);
    const placed late = s.place(at(16, 30), "B", {4}, b);  // four are free, one of them is buffer
    CHECK(late.first.what == outcome::declined);
    CHECK(late.first.why.code == error_code::reservation_expired);
    CHECK(s.ats(at(16, 30)) == 3);
    CHECK(s.in(a, unit_state::allocated) == 3);
}

TEST_CASE(
    "an order whose basket has expired takes its units anew where they are free, and says so") {
    shop s{10, 1};
    const reservation_id b = s.held(at(1), 4);
    CHECK(s.held(at(16), 3) != b);
    const placed p = s.place(at(16, 30), "B", {3}, b);
    CHECK(p.first.what == outcome::reacquired);
    CHECK(s.in(static_cast<order_id>(p.first.subject), unit_state::allocated) == 3);
    CHECK(s.ats(at(16, 30)) == 3);
}

TEST_CASE("a reservation is live one nanosecond before its deadline and dead at it") {
    shop s{1};
    const reservation_id r = s.held(at(0), 1);
    const time_point last{at(15).ns - 1};
    CHECK(s.ats(last) == 0);
    CHECK(s.e.change({{}, {}, last}, {r, at(20)}));
    CHECK(s.ats(at(15)) == 0);
    CHECK(s.ats({at(20).ns - 1}) == 0);
    CHECK(s.e.unreserve({{}, {}, at(20)}, r).error().code == error_code::reservation_expired);
    CHECK(s.ats(at(20)) == 1);
}

TEST_CASE("a cancel before and after release gives back exactly what has not been shipped (2g)") {
    shop s{7};
    const order_id o = s.ordered(at(0), "ten", {10});
    REQUIRE(s.e.source({{}, {}, at(0)}, o));
    REQUIRE(s.e.release({{}, {}, at(1)}, o));
    CHECK(s.record(at(2), fact_kind::ship, o, 4) == error_code::ok);
    s.adjust(at(3), 2);
    const auto again = s.e.source({{}, {}, at(3)}, o);
    REQUIRE(again);
    CHECK(again->first.what == outcome::partial);
    CHECK(s.in(o, unit_state::shipped) == 4);
    CHECK(s.in(o, unit_state::released) == 3);
    CHECK(s.in(o, unit_state::allocated) == 2);
    CHECK(s.in(o, unit_state::backordered) == 1);
    CHECK(s.ats(at(3)) == 0);

    SUBCASE("the customer wants seven: the back-ordered unit and the two allocated ones go") {
        CHECK(s.cancel(at(4), o, 1, 3) == error_code::ok);
        CHECK(s.in(o, unit_state::released) == 3);
        CHECK(s.in(o, unit_state::allocated) == 0);
        CHECK(s.in(o, unit_state::backordered) == 0);
        CHECK(s.ats(at(4)) == 2);

        CHECK(s.cancel(at(5), o, 1, 1) == error_code::ok);  // then one released unit
        CHECK(s.in(o, unit_state::released) == 2);
        CHECK(s.in(o, unit_state::cancelled) == 4);
        CHECK(s.ats(at(5)) == 3);
    }
    SUBCASE("more than can still be cancelled is refused, and nothing moves") {
        CHECK(s.cancel(at(4), o, 1, 7) == error_code::too_few_units);
        CHECK(s.in(o, unit_state::cancelled) == 0);
        CHECK(s.ats(at(4)) == 0);
    }
    SUBCASE("a cancel of the whole order leaves the shipped units alone (B7)") {
        CHECK(s.cancel(at(4), o, 0, 0) == error_code::ok);
        CHECK(s.in(o, unit_state::shipped) == 4);
        CHECK(s.in(o, unit_state::cancelled) == 6);
        CHECK(s.ats(at(4)) == 5);
        CHECK(s.on_hand() == 5);
        CHECK(s.cancel(at(5), o, 0, 0) == error_code::not_allowed);
        CHECK(s.ats(at(5)) == 5);
        CHECK(s.record(at(6), fact_kind::deliver, o, 0) == error_code::ok);
        CHECK(s.e.order(o).value().lowest == unit_state::delivered);
    }
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a duplicate place_order message finds the order: hard stays three (2e)") {
    shop s{10};
    const reservation_id basket = s.held(at(0), 3);
    const order_id first = s.ordered(at(1), "A", {3}, basket);
    const placed twin = s.place(at(2), "A", {3}, basket);
    CHECK(twin.first.what == outcome::repeat);
    CHECK(twin.first.subject == raw(first));
    CHECK(s.e.orders() == 1);
    CHECK(s.e.balance_report().earmarked == 3);
    CHECK(s.ats(at(2)) == 7);

    const placed other = s.place(at(3), "A", {4}, basket);
    CHECK(other.first.why.code == error_code::duplicate_key);
    CHECK(s.ats(at(3)) == 7);
}

TEST_CASE("the last unit twice in one basket is one unit too many, and none is taken (B2)") {
    shop s{1};
    const std::array twice = {reserve_line{s.sku, s.node, units(1), {}},
                              reserve_line{s.sku, s.node, units(1), {}}};
    CHECK(s.e.reserve({{}, {}, at(0)}, {twice, at(15)}).error().code == error_code::insufficient);
    CHECK(s.ats(at(0)) == 1);
}

TEST_CASE("the last unit on two lines of one order goes to one of them, the other waits (B2)") {
    shop s{1};
    const order_id o = s.ordered(at(0), "two lines", {1, 1});
    const auto r = s.e.source({{}, {}, at(0)}, o);
    REQUIRE(r);
    CHECK(r->first.what == outcome::partial);
    CHECK(s.in(o, unit_state::allocated) == 1);
    CHECK(s.in(o, unit_state::backordered) == 1);
    CHECK(s.ats(at(0)) == 0);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a hand-over moves units and never adds: what no line wants is given back (B3)") {
    shop s{10};
    const reservation_id basket = s.held(at(0), 5);
    const order_id o = s.ordered(at(1), "A", {2, 1}, basket);
    CHECK(s.in(o, unit_state::allocated) == 3);
    CHECK(s.ats(at(1)) == 7);
    CHECK(s.e.balance_report().reserved == 0);
    CHECK(s.e.reservation(basket).value().state == reservation_state::consumed);
    const placed second = s.place(at(2), "B", {2}, basket);
    CHECK(second.first.why.code == error_code::reservation_over);
    CHECK(s.ats(at(2)) == 7);
}

TEST_CASE("a shopper swaps the own hold for the last units, and the old hold is over (B5)") {
    shop s{3};
    const reservation_id old = s.held(at(0), 2);
    const reserve_line all{s.sku, s.node, units(3), {}};
    CHECK(s.e.reserve({{}, {}, at(1)}, {std::span{&all, 1}, at(15)}).error().code ==
          error_code::insufficient);
    CHECK(s.e.reserve({{}, {}, at(1)}, {std::span{&all, 1}, at(15), old}));
    CHECK(s.ats(at(1)) == 0);
    CHECK(s.place(at(2), "with the old hold", {2}, old).first.why.code ==
          error_code::reservation_over);
    CHECK(s.ats(at(15)) == 3);
}

TEST_CASE("a command that is given twice does what it did once, and answers the same (I33)") {
    shop s{10};
    const order_id o = s.ordered(at(0), "order", {4});
    const auto twice = [&](auto verb) {
        const result<receipt> first = verb();
        const std::uint64_t state = s.e.state_hash();
        const result<receipt> second = verb();
        REQUIRE(first);
        REQUIRE(second);
        CHECK(first->what == outcome::done);
        CHECK(second->what == outcome::repeat);
        CHECK(second->by == first->by);
        CHECK(second->subject == first->subject);
        CHECK(second->lines == first->lines);
        CHECK(second->uncovered == first->uncovered);
        CHECK(second->at == first->at);
        CHECK(s.e.state_hash() == state);
    };
    const reserve_line two{s.sku, s.node, units(2), {}};
    twice([&] { return s.e.adjust({"count", {}, at(1)}, {s.sku, s.node, units(-1)}); });
    twice([&] { return s.e.reserve({"hold", {}, at(1)}, {std::span{&two, 1}, at(15)}); });
    const reservation_id held = s.held(at(1), 1);
    twice([&] { return s.e.change({"later", {}, at(1)}, {held, at(17)}); });
    twice([&] { return s.e.unreserve({"give up", {}, at(2)}, held); });
    twice([&]() -> result<receipt> {
        const auto r = s.e.source({"plan", {}, at(2)}, o);
        if (!r) return r.error();
        return r->first;
    });
    twice([&] { return s.e.release({"work", {}, at(3)}, o); });
    twice([&] {
        return s.e.record({"parcel", {}, at(4)}, {fact_kind::ship, o, 1, s.node, units(2)});
    });
    twice([&] {
        return s.e.record({"door", {}, at(5)}, {fact_kind::deliver, o, 1, s.node, units(1)});
    });
    twice([&] { return s.e.cancel({"rest", {}, at(6)}, {o, 0, {}, 0}); });
    CHECK(s.in(o, unit_state::delivered) == 1);
    CHECK(s.in(o, unit_state::shipped) == 1);
    CHECK(s.in(o, unit_state::cancelled) == 2);
    CHECK(s.on_hand() == 7);
    CHECK(s.ats(at(6)) == 5);  // the hold of two is still live
}

TEST_CASE("a key with other content is refused, and nothing changes (I33)") {
    shop s{10};
    REQUIRE(s.e.adjust({"k", {}, at(0)}, {s.sku, s.node, units(1)}));
    const std::uint64_t state = s.e.state_hash();
    CHECK(s.e.adjust({"k", {}, at(0)}, {s.sku, s.node, units(2)}).error().code ==
          error_code::duplicate_key);
    CHECK(s.reserve(at(0), 1, "k").error().code == error_code::duplicate_key);
    CHECK(s.e.state_hash() == state);
}

TEST_CASE("a refused reservation is evaluated again under its key, a declined order is not (I33)") {
    shop s{1};
    CHECK(s.reserve(at(0), 2, "hold").error().code == error_code::insufficient);
    s.adjust(at(1), 1);
    const reserve_line two{s.sku, s.node, units(2), {}};
    const result<receipt> granted =
        s.e.reserve({"hold", {}, at(1)}, {std::span{&two, 1}, at(0) + minutes(15)});
    REQUIRE(granted);
    CHECK(granted->what == outcome::done);

    const placed bad = s.place(at(2), "order", {0, 1, -3});
    CHECK(bad.first.what == outcome::declined);
    CHECK(bad.violations.size() == 2);
    const placed again = s.place(at(3), "order", {0, 1, -3});
    CHECK(again.first.why == bad.first.why);
    CHECK(again.violations == bad.violations);
    CHECK(s.place(at(3), "order", {1}).first.why.code == error_code::duplicate_key);
    CHECK(s.e.orders() == 0);
}

TEST_CASE("a reservation is repeated to who asks again after its deadline: it was granted (I33)") {
    shop s{3};
    const reserve_line two{s.sku, s.node, units(2), {}};
    const reserve_request r{std::span{&two, 1}, at(15)};
    const result<receipt> granted = s.e.reserve({"hold", {}, at(0)}, r);
    const result<receipt> late = s.e.reserve({"hold", {}, at(20)}, r);
    REQUIRE(granted);
    REQUIRE(late);
    CHECK(late->what == outcome::repeat);
    CHECK(late->subject == granted->subject);
    CHECK(s.ats(at(20)) == 3);
}

TEST_CASE("an amount is of one SKU: a command on all lines of an order takes none") {
    shop s{5};
    const order_id o = s.ordered(at(0), "two lines", {2, 2}, s.held(at(0), 4));
    REQUIRE(s.e.release({{}, {}, at(1)}, o));
    CHECK(s.e.record({{}, {}, at(2)}, {fact_kind::ship, o, 0, s.node, units(3)}).error().code ==
          error_code::unknown_line);
    CHECK(s.cancel(at(2), o, 0, 3) == error_code::unknown_line);
    CHECK(s.in(o, unit_state::released) == 4);
}

TEST_CASE("all that is wrong with an order is listed, also twice on one line") {
    shop s{1};
    const order_line bad{static_cast<sku_id>(7), units(1), -1};
    const placed p = s.e.place_order({"bad", {}, at(0)}, {std::span{&bad, 1}, none<place_id>,
                                                          currency{}, 0, none<reservation_id>});
    CHECK(p.first.what == outcome::declined);
    CHECK(p.violations.size() == 3);  // no such SKU, a price below zero, no currency
}

TEST_CASE("physical truth may uncover promises, and every verb stays possible (B16)") {
    shop s{5};
    const order_id o = s.ordered(at(0), "A", {4}, s.held(at(0), 4));
    const result<receipt> lost =
        s.e.adjust({{}, {}, at(1)}, {s.sku, s.node, units(-3), adjust_reason::damage});
    REQUIRE(lost);
    CHECK(lost->uncovered == 2);
    CHECK(s.e.balance_report().free == -2);
    CHECK(s.ats(at(1)) == 0);
    CHECK(s.cancel(at(2), o, 1, 3) == error_code::ok);
    CHECK(s.ats(at(2)) == 1);
    REQUIRE(s.e.release({{}, {}, at(3)}, o));
    CHECK(s.record(at(4), fact_kind::ship, o, 0) == error_code::ok);
    CHECK(s.on_hand() == 1);
    CHECK(s.e.check_invariants().empty());
}
