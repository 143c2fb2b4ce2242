// OM-06: goods that are made once they are ordered.
#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>

#include "amend_shop.hpp"
#include "dates_shop.hpp"
#include "earmark/engine/bulk.hpp"
#include "earmark/engine/notices.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/engine/worklist.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark {
namespace {

using namespace amending;

struct works : shop {
    using shop::shop;
    placed tries(std::vector<order_line> lines, node_id node = north) {
        order_request r{lines, none<place_id>, *currency::parse("USD")};
        r.type = order_type::make_to_order;
        r.node = node;
        return on.place_order(at("m" + std::to_string(++number)), r);
    }
    order_id to_make(std::vector<order_line> lines, node_id node = north) {
        const auto p = tries(std::move(lines), node);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    error_code marks(order_id o, std::string_view event, std::int64_t n = 0) {
        const std::uint32_t line = n == 0 ? 0 : 1;
        return on
            .record(at(), {.kind = mark, .order = o, .line = line, .amount = {n}, .event = event})
            .error()
            .code;
    }
    error_code makes(order_id o, std::int64_t n = 0, std::uint32_t line = 1,
                     node_id node = none<node_id>) {
        return on
            .record(
                at(),
                {.kind = make, .order = o, .line = n == 0 ? 0 : line, .node = node, .amount = {n}})
            .error()
            .code;
    }
    std::int64_t on_hand(sku_id sku, node_id node) const {
        const auto all = on.stock();
        for (const stock_view& s : *all)
            if (s.sku == sku && s.node == node) return s.on_hand.atoms;
        return -1;
    }
};

/// Made and sold orders, and how many hats there have to be at both nodes.
struct busy_works : works {
    std::mt19937 dice;
    std::vector<order_id> made, sold;
    std::int64_t there = 18, gone = 0;

    explicit busy_works(std::uint32_t seed) : dice{seed} {}

    bool toss() { return dice() % 2 == 0; }
    order_id one_of(const std::vector<order_id>& v) { return v[dice() % v.size()]; }
    order_id any() { return one_of(toss() ? made : sold); }
    std::int64_t units_made(order_id o) const {
        return units(o, unit_state::allocated) + units(o, unit_state::released);
    }
    void make_some(order_id o, std::int64_t n) {
        const std::int64_t before = units_made(o);
        const auto done = makes(o, toss() ? 0 : n);
        const std::int64_t more = units_made(o) - before;
        CHECK((done == ok) == (more > 0));
        there += more;
    }
    void source_some(order_id o) {
        (void)sources(one_of(sold));
        const std::int64_t waiting = units(o, unit_state::open);
        CHECK(sources(o) == (waiting > 0 ? not_allowed : ok));
        CHECK(units(o, unit_state::open) == waiting);
    }
    void ship_some(order_id o) {
        const std::int64_t before = units(o, unit_state::shipped);
        (void)ships(o);
        gone += units(o, unit_state::shipped) - before;
    }
    void step() {
        const auto what = static_cast<unsigned>(dice() % 10);
        const auto n = static_cast<std::int64_t>(1 + dice() % 3);
        if (made.empty() || what == 0)
            return made.push_back(to_make({{hat, {n}, 500}}, toss() ? north : south));
        if (sold.empty() || what == 1) return sold.push_back(order({{hat, {n}, 500}}));
        if (what == 2) return void(marks(one_of(made), dice() % 3 == 0 ? "stop" : "start"));
        if (what < 5) return make_some(one_of(made), n);
        if (what == 5) return source_some(one_of(made));
        if (what == 6) return void(releases(any()));
        if (what == 7) return ship_some(any());
        if (what == 8) return void(on.cancel(at(), {any()}));
        (void)on.record(at(), {.kind = reject, .order = any(), .node = toss() ? north : south});
    }
};

}  // namespace

TEST_CASE("OM-06: what is made to order leaves finished stock to those who need it") {
    works s;
    const order_id o = s.to_make({{hat, {2}, 500}});
    CHECK(s.sources(o) == not_allowed);
    CHECK(worklist(s.on)->rows.empty());  // it waits for the works, and nobody is late
    CHECK(s.free(hat, north) == 9);
    REQUIRE(s.on.source(s.at(), s.order({{hat, {9}, 500, north}})));
    CHECK(s.free(hat, north) == 0);

    CHECK(s.marks(o, "start") == ok);
    CHECK(s.on.order(o)->buckets[0].label == "in_production");
    CHECK(s.makes(o) == ok);
    CHECK(s.where(o) == "1 allocated north 2, ");
    CHECK(s.on_hand(hat, north) == 11);
    CHECK(s.free(hat, north) == 0);  // nobody else could have them at any instant
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.ships(o) == ok);
    CHECK(s.on_hand(hat, north) == 9);
    REQUIRE(s.on.record(s.at(), {.kind = deliver, .order = o}));
    CHECK(s.on.order(o)->lowest == unit_state::delivered);
    CHECK(worklist(s.on)->rows.size() == 0);
}

TEST_CASE("OM-06: units come from the works in parts, those in production first") {
    works s;
    const order_id o = s.to_make({{hat, {5}, 500}, {mug, {1}, 300}});
    CHECK(s.marks(o, "start", 2) == ok);
    CHECK(s.makes(o, 3) == ok);
    CHECK(s.where(o) == "1 open - 2, 1 allocated north 3, 2 open - 1, ");
    CHECK(s.on.order(o)->buckets[0].label.empty());  // what the works had begun is there
    CHECK(s.makes(o, 3) == too_few_units);
    CHECK(s.makes(o, 1, 2) == ok);
    CHECK(s.makes(o) == ok);
    CHECK(s.makes(o) == not_allowed);
    CHECK(s.units(o, unit_state::allocated) == 6);
    CHECK(s.on_hand(hat, north) == 14);
    CHECK(s.on_hand(mug, north) == 10);
}

TEST_CASE(
    "OM-06: what has not begun is cancelled, what has begun stops first, what is there is stock") {
    works s;
    const order_id o = s.to_make({{hat, {3}, 500}});
    CHECK(s.marks(o, "start", 1) == ok);
    CHECK(s.makes(o, 1) == ok);
    CHECK(s.marks(o, "start", 1) == ok);
    REQUIRE(s.on.cancel(s.at(), {o}));
    CHECK(s.units(o, unit_state::cancelled) == 2);  // and the piece that was made
    CHECK(s.units(o, unit_state::open) == 1);
    CHECK(s.free(hat, north) == 10);  // which is stock for others now
    CHECK(s.on.cancel(s.at(), {o}).error().code == not_allowed);
    CHECK(s.marks(o, "stop") == ok);
    REQUIRE(s.on.cancel(s.at(), {o}));
    CHECK(s.units(o, unit_state::cancelled) == 3);
}

TEST_CASE("OM-06: a piece that its node gives back is made again, and is stock for others") {
    works s;
    const order_id o = s.to_make({{hat, {2}, 500}});
    CHECK(s.makes(o) == ok);
    REQUIRE(s.on.release(s.at(), o));
    REQUIRE(s.on.record(s.at(), {.kind = reject, .order = o, .node = north}));
    CHECK(s.where(o) == "1 open - 2, ");
    CHECK(s.free(hat, north) == 11);
    CHECK(s.sources(o) == not_allowed);
    CHECK(s.makes(o) == ok);
    CHECK(s.on_hand(hat, north) == 13);
}

TEST_CASE("OM-06: somebody has to make it, and no basket is handed over") {
    works s;
    const auto why = [](const placed& p) { return p.first.why.code; };
    CHECK(why(s.tries({{hat, {1}, 500}}, none<node_id>)) == bad_order_type);
    CHECK(why(s.tries({{hat, {1}, 500, north}, {mug, {1}, 300}}, none<node_id>)) == bad_order_type);
    CHECK(s.tries({{hat, {1}, 500, south}, {mug, {1}, 300}}, north).first.what == outcome::done);
    const reserve_line l{hat, north, {1}, {}};
    reserve_request basket;
    basket.lines = {&l, 1};
    const auto held = s.on.reserve(s.at(), basket);
    const order_line line{hat, {1}, 500};
    order_request r{{&line, 1}, none<place_id>, *currency::parse("USD")};
    r.type = order_type::make_to_order;
    r.node = north;
    r.reservation = reservation_id{held->subject};
    CHECK(why(s.on.place_order(s.at("basket"), r)) == bad_order_type);
    CHECK(s.on.reservation(r.reservation)->state == reservation_state::active);
}

TEST_CASE("OM-06: what cannot have been made changes nothing") {
    works s;
    const order_id o = s.to_make({{mug, {2}, 300}}, south);
    CHECK(s.makes(o) == no_cell);  // mugs were never stocked there
    CHECK(s.makes(s.order({{hat, {1}, 500}})) == bad_order_type);
    CHECK(s.makes(order_id{99}) == unknown_order);
    const order_id two = s.to_make({{hat, {2}, 500}});
    CHECK(s.makes(two, 1, 7) == unknown_line);
    CHECK(s.makes(two, -1) == bad_quantity);
    CHECK(s.makes(two, 2, 1, south) == not_allowed);
    CHECK(s.makes(two, 1, 1, node_id{77}) == unknown_node);
    CHECK(s.makes(two, 2, 1, north) == ok);
    CHECK(s.where(o) == "1 open - 2, ");
    const auto line = [&](node_id n) {
        line_change c{1, {}};
        c.node = n;
        return codes(s.amends(o, {c}));
    };
    CHECK(line(none<node_id>) == "bad_order_type 1, ");  // then nobody would make it
    CHECK(line(north) == "");
    CHECK(s.makes(o) == ok);
    CHECK(s.on_hand(mug, north) == 11);
}

TEST_CASE("OM-06: more than a cell can hold is refused, and the order waits as it did") {
    works s;
    REQUIRE(s.on.adjust(s.at(), {hat, north, {4'194'300 - 9}}));
    const order_id o = s.to_make({{hat, {5}, 500}});
    CHECK(s.makes(o) == stock_overflow);
    CHECK(s.where(o) == "1 open - 5, ");
    CHECK(s.makes(o, 3) == ok);
}

TEST_CASE(
    "OM-06: the promise is the order's time and the days that making takes, on working days") {
    dates_shop s;
    REQUIRE(s.on.load({}, std::vector<attribute_row>{{"stock.make_days", value_type::number}})
                .accepted == 1);
    REQUIRE(
        s.on.load({}, std::vector<fact_row>{{"hat", "stock.make_days", "9.5", "ny"}}).accepted ==
        1);
    const std::vector<order_line> lines{{s.hat, {5'000}, 0, s.ny}};  // more than there are
    promise_request r;
    r.order = {lines, s.home, *currency::parse("EUR")};
    r.order.method = s.service("ground");
    r.at = at("2025-06-02T15:00:00Z");  // a Monday, before the cut-off in New York
    const auto sold = s.on.promise(r);
    REQUIRE(sold);
    CHECK(sold->parts.empty());
    r.order.type = order_type::make_to_order;
    const auto found = s.on.promise(r);
    REQUIRE(found);
    REQUIRE(found->parts.size() == 1);
    CHECK(found->chosen.parts[0].node == s.ny);
    CHECK(to_string(found->whole.work) == "2025-06-02");
    CHECK(to_string(found->whole.ship) == "2025-06-16");  // ten working days later
    CHECK(to_string(found->whole.delivery) == "2025-06-19");
    const std::vector<order_line> cup{{s.mug, {1}, 0, s.ny}};  // nobody said how long it takes
    r.order.lines = cup;
    CHECK(to_string(s.on.promise(r)->whole.ship) == "2025-06-02");
}

TEST_CASE("OM-06: who asks what may be done is told of the works and of no plan") {
    works s;
    hold_type_row stop;
    stop.key = "stop";
    stop.blocks = std::vector{hold_step::allocate, hold_step::release};
    s.load({stop});
    const order_id o = s.to_make({{hat, {2}, 500}});
    s.hold(o, "stop");
    std::string told;
    const auto steps = allowed(s.on, o);
    for (const allowed_view& a : *steps)
        if (a.possible) told += std::string{a.event} + " by " + std::string{a.command} + ", ";
    CHECK(told == "allocate by record(make), cancel by cancel, start by record(mark), ");
    CHECK(s.makes(o) == ok);  // what is made is made; it goes nowhere before the hold is over
    CHECK(s.releases(o) == held);
}

TEST_CASE("OM-06: the works tell the story, and the customer") {
    works s;
    const order_id o = s.to_make({{hat, {2}, 500}});
    CHECK(s.marks(o, "start") == ok);
    CHECK(s.makes(o) == ok);
    const std::string told = report::text_of(*story(s.on, o));
    CAPTURE(told);
    CHECK(told.find("make by host: 2 of line 1 (hat) from in_production to allocated at north") !=
          std::string::npos);
    const auto page = notices(s.on);
    REQUIRE(page);
    CHECK(page->rows.back().kind == notice_kind::allocated);
    CHECK(s.on.order(o)->type == order_type::make_to_order);
}

TEST_CASE(
    "OM-06: a piece is its order's from the instant at which it is there, whoever else asks") {
    constexpr int rounds = 300;
    works s;
    REQUIRE(s.on.adjust(s.at(), {hat, north, {-9}}));
    REQUIRE(s.on.adjust(s.at(), {hat, south, {-9}}));
    std::vector<order_id> made, sold;
    for (int i = 0; i < rounds; ++i) {
        made.push_back(s.to_make({{hat, {1}, 500}}));
        sold.push_back(s.order({{hat, {1}, 500}}));
    }
    std::atomic<int> ready{0};
    const auto meet = [&] {
        ++ready;
        while (ready.load() < 2) std::this_thread::yield();
    };
    std::atomic<int> served{0};
    std::thread buyer{[&] {
        meet();
        for (const order_id o : sold) {
            const auto done = s.on.source(s.at(), o);
            if (done && done->first.what == outcome::done) ++served;
        }
    }};
    meet();
    int busy = 0;
    for (const order_id o : made)
        while (s.on.record(s.at(), {.kind = make, .order = o}).error().code == order_busy) ++busy;
    buyer.join();
    CHECK(served == 0);
    for (const order_id o : made) CHECK(s.units(o, unit_state::allocated) == 1);
    CHECK(s.on_hand(hat, north) == rounds);
}

TEST_CASE("OM-06: whatever is done to made and sold orders, goods are where they were put") {
    const bool all = std::getenv("EARMARK_LONG") != nullptr;
    for (std::uint32_t seed = 0; seed < (all ? 400u : 40u); ++seed) {
        CAPTURE(seed);
        busy_works s{seed};
        for (int step = 0; step < 60; ++step) {
            s.step();
            CHECK(s.on_hand(hat, north) + s.on_hand(hat, south) == s.there - s.gone);
        }
    }
}

}  // namespace earmark
