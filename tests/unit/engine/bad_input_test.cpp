// Bad input to the stock verbs: each has an answer that is defined, and nothing is lost by it.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "earmark/allocation/allot.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/journal/sink.hpp"
#include "unit/allocations.hpp"

namespace earmark {
namespace {

constexpr std::int64_t most = 4'194'303;  // granules of one cell
constexpr time_point noon{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};  // and milk, which is counted in halves
constexpr node_id dc{0}, store{1}, closed{2};

struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e;

    static config settings(std::shared_ptr<journal::sink> to, std::uint32_t baskets = 4096) {
        config c;
        c.max_orders = c.max_keys = 256;
        c.max_reservations = baskets;
        c.max_cells = 64;
        c.ledger_bytes = std::size_t{1} << 22;
        c.ring_bytes = c.retained_bytes = std::size_t{1} << 18;
        c.sink = std::move(to);
        return c;
    }
    explicit shop(std::uint32_t baskets = 4096) : e{settings(sink, baskets)} {
        const sku_row skus[] = {{"hat", 0, 1}, {"mug", 0, 1}, {"milk", 1, 5}};
        const node_row nodes[] = {{"dc", node_kind::dc, {}, 0, true, {}, {}},
                                  {"store", node_kind::store, {}, 0, true, {}, {}},
                                  {"closed", node_kind::store, {}, 0, false, {}, {}}};
        const stock_row stock[] = {{"hat", "dc", {10}},
                                   {"hat", "store", {10}},
                                   {"hat", "closed", {5}},
                                   {"mug", "dc", {10}},
                                   {"milk", "dc", {50}}};
        REQUIRE(e.load(now(), skus).rejected.empty());
        REQUIRE(e.load(now(), nodes).rejected.empty());
        REQUIRE(e.load(now(), stock).rejected.empty());
        REQUIRE(e.activate(now(),
                           "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"parcels\"]\n"
                           "[split]\nlines = \"by_quantity\"\n"));
    }
    static command now(std::string_view key = {}) { return {key, {}, noon}; }
    static command at(time_point t) { return {{}, {}, t}; }

    error_code reserve(std::vector<reserve_line> lines, time_point deadline = never) {
        return e.reserve(now(), {lines, deadline}).error().code;
    }
    reservation_id held(std::int64_t n, time_point deadline = never, time_point t = noon) {
        const reserve_line l{hat, dc, {n}, {}};
        const auto r = e.reserve(at(t), {{&l, 1}, deadline});
        REQUIRE(r);
        return reservation_id{r->subject};
    }
    std::int64_t free(sku_id s = hat, node_id n = dc) {
        const auto q = e.available(s, n);
        REQUIRE(q);
        return q->atoms;
    }
    error_code load_stock(std::int64_t n) {
        const stock_row row{"hat", "dc", {n}};
        const load_report r = e.load(now(), std::span{&row, 1});
        return r.rejected.empty() ? error_code::ok : r.rejected.front().why.code;
    }
    order_id placed_order(std::string_view key, std::int64_t n) {
        const order_line l{hat, {n}, 100};
        const placed p = e.place_order(now(key), {{&l, 1}, none<place_id>, euro()});
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    /// A basket, whose number is in `first`, and an order at the packing table.
    void open() {
        first = raw(held(2));
        const order_id o = placed_order("open", 2);
        REQUIRE(e.source(now(), o));
        REQUIRE(e.release(now(), o));
    }
    std::uint64_t first = 0;
    static currency euro() { return *currency::parse("EUR"); }
};

error_code code_of(const feed_report& r) {
    return r.rejected.empty() ? error_code::ok : r.rejected.front().why.code;
}

/// A verb of a quantity in a fresh shop, and what it answers to none, to less than none, to one
/// more than a cell can count, and to the ends of the range.
struct quantity_row {
    const char* name;
    std::function<error_code(shop&, std::int64_t)> ask;
    error_code zero, negative, too_many, lowest;
};

error_code feed(shop& s, std::int64_t n, bool is_delta) {
    const feed_row r{hat, dc, {n}};
    return code_of(
        is_delta
            ? s.e.delta(s.now(), {"wms", 1, {&r, 1}})
            : s.e.snapshot(s.now(), {"wms", 1, s.e.head(), feed_basis::on_hand, false, {&r, 1}}));
}
error_code change(shop& s, std::int64_t n) {
    const reserve_line l{hat, dc, {n}, {}};
    return s.e.change(s.now(), {reservation_id{s.first}, std::nullopt, {&l, 1}}).error().code;
}
error_code place(shop& s, std::int64_t n) {
    const order_line l{hat, {n}, 100};
    const placed p = s.e.place_order(s.now("k"), {{&l, 1}, none<place_id>, s.euro()});
    return p.violations.empty() ? p.first.why.code : p.violations[0].code;
}

TEST_CASE("zero, negative and overflowing quantities have an answer in every stock verb") {
    using enum error_code;
    const std::vector<quantity_row> table = {
        {"load", [](shop& s, auto n) { return s.load_stock(n); }, ok, bad_quantity, out_of_range,
         bad_quantity},
        {"adjust",
         [](shop& s, auto n) {
             return s.e.adjust(s.now(), {hat, dc, {n}}).error().code;
         },
         bad_quantity, ok, out_of_range, out_of_range},
        {"count",
         [](shop& s, auto n) {
             return s.e.count(s.now(), {hat, dc, {n}}).error().code;
         },
         ok, bad_quantity, out_of_range, bad_quantity},
        {"snapshot", [](shop& s, auto n) { return feed(s, n, false); }, ok, bad_quantity,
         out_of_range, bad_quantity},
        {"delta", [](shop& s, auto n) { return feed(s, n, true); }, ok, ok, out_of_range,
         out_of_range},
        {"reserve",
         [](shop& s, auto n) {
             return s.reserve({{hat, dc, {n}, {}}});
         },
         bad_quantity, bad_quantity, out_of_range, bad_quantity},
        {"floor",
         [](shop& s, auto n) {
             return s.reserve({{hat, dc, {1}, {n}}});
         },
         ok, ok, out_of_range, out_of_range},
        {"change", change, bad_line_count, bad_quantity, out_of_range, bad_quantity},
        {"move",
         [](shop& s, auto n) {
             return s.e.move(s.now(), {reservation_id{s.first}, dc, store, hat, {n}}).error().code;
         },
         ok, bad_quantity, out_of_range, bad_quantity},
        {"place", place, bad_quantity, bad_quantity, out_of_range, bad_quantity},
        {"cancel",
         [](shop& s, auto n) {
             return s.e.cancel(s.now(), {order_id{0}, 1, {n}, 0}).error().code;
         },
         ok, bad_quantity, out_of_range, bad_quantity},
        {"ship",
         [](shop& s, auto n) {
             return s.e.record(s.now(), {fact_kind::ship, order_id{0}, 1, dc, {n}}).error().code;
         },
         ok, bad_quantity, out_of_range, bad_quantity},
        {"available", [](shop& s, auto n) { return s.e.available(hat, dc, {n}).error().code; }, ok,
         ok, out_of_range, out_of_range}};
    for (const quantity_row& row : table) {
        const std::array<std::pair<std::int64_t, error_code>, 5> asked = {
            {{0, row.zero},
             {-1, row.negative},
             {most + 1, row.too_many},
             {INT64_MAX, row.too_many},
             {INT64_MIN, row.lowest}}};
        for (const auto& one : asked) {
            const auto n = one.first;
            const auto expected = one.second;
            CAPTURE(row.name);
            CAPTURE(n);
            shop s;
            s.open();
            const std::uint64_t before = s.e.state_hash();
            CHECK(row.ask(s, n) == expected);
            // A declined order is remembered by its key, and nothing else.
            if (expected != ok && row.ask != nullptr && std::string{row.name} != "place")
                CHECK(s.e.state_hash() == before);
            CHECK(s.e.check_invariants().empty());
        }
    }
}

TEST_CASE("cells that nobody knows are named in the answer, and cells that are frozen say so") {
    using enum error_code;
    shop s;
    s.open();
    const sku_id no_sku{99};
    const node_id no_node{99};
    const reservation_id basket{s.first};
    const std::uint64_t before = s.e.state_hash();
    CHECK(s.reserve({{no_sku, dc, {1}, {}}}) == unknown_sku);
    CHECK(s.reserve({{hat, no_node, {1}, {}}}) == unknown_node);
    CHECK(s.reserve({{hat, dc, {1}, {}}, {mug, store, {1}, {}}}) == no_cell);
    CHECK(s.reserve({{hat, closed, {1}, {}}}) == excluded);  // its node is not active
    for (const auto& [sku, node, why] :
         {std::tuple{no_sku, dc, unknown_sku}, std::tuple{hat, no_node, unknown_node}}) {
        CHECK(s.e.adjust(s.now(), {sku, node, {1}}).error().code == why);
        CHECK(s.e.count(s.now(), {sku, node, {1}}).error().code == why);
        CHECK(s.e.available(sku, node).error().code == why);
        const feed_row row{sku, node, {1}};
        CHECK(code_of(s.e.delta(s.now(), {"wms", 1, {&row, 1}})) == why);
        const reserve_line l{sku, node, {1}, {}};
        CHECK(s.e.change(s.now(), {basket, std::nullopt, {&l, 1}}).error().code == why);
    }
    CHECK(s.e.move(s.now(), {basket, dc, no_node}).error().code == unknown_node);
    CHECK(s.e.move(s.now(), {basket, no_node, dc}).error().code == unknown_node);
    CHECK(s.e.state_hash() == before);

    floor_row frozen;
    frozen.key = "recall";
    frozen.sku = "hat";
    frozen.exclude = true;
    REQUIRE(s.e.load(s.now(), std::span{&frozen, 1}).rejected.empty());
    const std::uint64_t when_frozen = s.e.state_hash();
    CHECK(s.reserve({{hat, dc, {1}, {}}}) == excluded);
    const reserve_line more{hat, dc, {3}, {}}, less{hat, dc, {1}, {}};
    CHECK(s.e.change(s.now(), {basket, std::nullopt, {&more, 1}}).error().code == excluded);
    CHECK(s.e.move(s.now(), {basket, dc, store}).error().code == excluded);
    CHECK(s.free() == 0);
    CHECK(s.e.state_hash() == when_frozen);
    // What is promised stays so, and what goes back may go back; goods are where they are.
    CHECK(s.e.change(s.now(), {basket, std::nullopt, {&less, 1}}));
    CHECK(s.e.adjust(s.now(), {hat, dc, {-1}}));
    CHECK(s.e.unreserve(s.now(), basket));
    CHECK(s.e.record(s.now(), {fact_kind::ship, order_id{0}}));
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a cell that is named twice is asked for the sum, also 10,000 times") {
    shop s;
    const reserve_line five{hat, dc, {5}, {}}, six{hat, dc, {6}, {}};
    CHECK(s.reserve({five, six}) == error_code::insufficient);
    CHECK(s.free() == 10);
    CHECK(s.reserve({five, five}) == error_code::ok);
    CHECK(s.free() == 0);
    const std::uint64_t before = s.e.state_hash();
    CHECK(s.reserve(std::vector<reserve_line>(256, {mug, dc, {1}, {}})) ==
          error_code::insufficient);
    CHECK(s.e.reserve(s.now(), {std::vector<reserve_line>(10'000, {mug, dc, {1}, {}})}).error() ==
          fail(error_code::bad_line_count, 10'000, 256));
    const std::vector<order_line> wanted(10'000, {mug, {1}, 1});
    const placed p = s.e.place_order(s.now("o"), {wanted, none<place_id>, s.euro()});
    REQUIRE(p.violations.size() == 1);
    CHECK(p.violations[0] == fail(error_code::bad_line_count, 10'000, 5'000));
    CHECK(s.e.balance_report().reserved == 10);
    // Rows of stock add up, and so do the lines that a room may merge for a take.
    const std::vector<stock_row> rows(10'000, {"mug", "store", {1}});
    CHECK(s.e.load(s.now(), rows).accepted == 10'000);
    CHECK(s.free(mug, store) == 10'000);
    std::vector<take_line> takes(10'000, {cell_id{3}, 2, 1});
    takes[77].floor = 9;
    CHECK(allocation::merge(takes).code == error_code::ok);
    REQUIRE(takes.size() == 1);
    CHECK(takes[0].n == 20'000);
    CHECK(takes[0].floor == 9);
    std::vector<take_line> too_many(10'000, {cell_id{3}, 500, 0});
    CHECK(allocation::merge(too_many).code == error_code::out_of_range);
    CHECK(before != s.e.state_hash());  // the rows of stock came in
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a token that is dead, or never lived, moves nothing and says which it is") {
    using enum error_code;
    shop s{5};
    const reservation_id reused = s.held(1), cancelled = s.held(1),
                         expired = s.held(1, noon + minutes(1)), consumed = s.held(1);
    const command later = s.at(noon + minutes(2));
    REQUIRE(s.e.unreserve(s.now(), reused));
    REQUIRE(s.e.unreserve(later, cancelled));
    const order_line one{hat, {1}, 100};
    REQUIRE(
        s.e.place_order({"o", {}, later.now}, {{&one, 1}, none<place_id>, s.euro(), 0, consumed})
            .first.what == outcome::done);
    // Its number lives on in another basket: the birth in the token tells them apart.
    s.held(1);
    const reservation_id reborn = s.held(1);
    REQUIRE(static_cast<std::uint32_t>(raw(reborn)) == static_cast<std::uint32_t>(raw(reused)));
    const std::uint64_t before = s.e.state_hash();
    const reserve_line l{hat, dc, {2}, {}};
    const std::pair<reservation_id, error_code> tokens[] = {
        {reused, unknown_reservation},
        {cancelled, reservation_over},
        {expired, reservation_expired},
        {consumed, reservation_over},
        {none<reservation_id>, unknown_reservation},
        {reservation_id{77}, unknown_reservation},
        {reservation_id{raw(reborn) + (std::uint64_t{1} << 32)}, unknown_reservation}};
    for (const auto& dead : tokens) {
        const reservation_id token = dead.first;
        const error_code why = dead.second;
        CAPTURE(raw(token));
        CHECK(s.e.unreserve(later, token).error().code == why);
        CHECK(s.e.change(later, {token, std::nullopt, {&l, 1}}).error().code == why);
        CHECK(s.e.change(later, {token, noon + minutes(9)}).error().code == why);
        CHECK(s.e.move(later, {token, dc, store}).error().code == why);
        if (token == none<reservation_id>) continue;  // "no basket" to who supersedes
        CHECK(s.e.reserve(later, {{&l, 1}, never, token}).error().code == why);
    }
    CHECK(s.e.state_hash() == before);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE(
    "a thousand host threads share 127 slots: each is answered, no slot and no unit is lost") {
    constexpr std::size_t threads = 1'000;
    constexpr std::int64_t stock = 300;
    shop s;
    REQUIRE(s.e.adjust(s.now(), {hat, dc, {stock - 10}}));
    std::atomic<std::int64_t> granted{0}, refused{0}, given_back{0}, other{0};
    std::latch together{threads};
    const auto visit = [&](std::size_t i) {
        together.arrive_and_wait();
        const reserve_line l{hat, dc, {1}, {}};
        result<receipt> r = fail(error_code::no_slot);
        while (r.error().code == error_code::no_slot) r = s.e.reserve(s.now(), {{&l, 1}, never});
        if (!r) return void(++(r.error().code == error_code::insufficient ? refused : other));
        ++granted;
        if (i % 2 == 0) return;
        result<receipt> back = fail(error_code::no_slot);
        while (back.error().code == error_code::no_slot)
            back = s.e.unreserve(s.now(), reservation_id{r->subject});
        if (back) ++given_back;
    };
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads; ++i) all.emplace_back(visit, i);
    for (auto& t : all) t.join();
    CHECK(other == 0);
    CHECK(granted + refused == static_cast<std::int64_t>(threads));
    CHECK(granted >= stock);
    CHECK(s.e.balance_report().reserved == granted - given_back);
    CHECK(s.free() == stock - granted + given_back);
    // Tables want the engine alone: every slot was given back.
    const sku_row one_more{"scarf", 0, 1};
    CHECK(s.e.load(s.now(), std::span{&one_more, 1}).accepted == 1);
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a clock that goes back moves nothing, and what has expired stays expired") {
    shop s;
    const reservation_id basket = s.held(4, noon + minutes(5));
    const command late = s.at(noon + minutes(6));
    REQUIRE(s.e.advance(late));
    CHECK(s.free() == 10);
    for (const time_point t : {noon, time_point{0}, time_point{INT64_MIN}}) {
        CHECK(s.e.advance(s.at(t)));
        CHECK(s.e.now() == late.now);
        CHECK(s.e.unreserve(s.at(t), basket).error().code == error_code::reservation_expired);
        // A deadline is compared with engine time, not with the caller's.
        const reserve_line l{hat, dc, {1}, {}};
        CHECK(s.e.reserve(s.at(t), {{&l, 1}, noon + minutes(6)}).error().code ==
              error_code::out_of_range);
        const auto r = s.e.reserve(s.at(t), {{&l, 1}, noon + minutes(7)});
        REQUIRE(r);
        CHECK(s.e.unreserve(s.at(t), reservation_id{r->subject}));
    }
    CHECK(s.e.check_invariants().empty());
}

TEST_CASE("a clock at the end of time leaves an engine that answers, and hard baskets stand") {
    for (const time_point t : {never, time_point{never.ns - 1}}) {
        shop s;
        const reservation_id hard = s.held(1), soft = s.held(2, noon + minutes(5)),
                             last = s.held(3, time_point{never.ns - 1});
        REQUIRE(s.e.advance(s.at(t)));
        CHECK(s.e.now() < never);
        CHECK(s.e.reservation(hard)->state == reservation_state::active);
        CHECK(s.e.reservation(soft)->state == reservation_state::expired);
        CHECK(s.e.reservation(last)->state == reservation_state::expired);
        CHECK(s.free() == 9);
        CHECK(s.e.reserve(s.at(t), {std::array{reserve_line{hat, dc, {1}, {}}}, never}));
        CHECK(s.e.unreserve(s.at(t), hard));
        CHECK(s.free() == 9);
        CHECK(s.e.check_invariants().empty());
    }
}

}  // namespace
}  // namespace earmark
