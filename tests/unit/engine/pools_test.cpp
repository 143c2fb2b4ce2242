// Pools: a basket takes from shelves and pools in one step; what an order keeps of it shrinks with
// its lines; days, names and bad input.
#include "earmark/model/pools.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr sku_id hat{0}, mug{1}, milk{2};
constexpr node_id dc{0}, store{1};
constexpr time_point monday{1'800'000'000'000'000'000};
constexpr time_point day(std::int64_t n) { return monday + seconds(86'400 * n); }

reserve_line of(pool_id p, std::int64_t amount) { return {{}, {}, {amount}, {}, p}; }
reserve_line of(sku_id s, node_id n, std::int64_t amount) {
    return {s, n, {amount}, {}, none<pool_id>};
}
pool_row binding(std::string key, std::int64_t amount, std::string sku = {}, std::string node = {},
                 std::string channel = {}) {
    pool_row r;
    r.key = std::move(key);
    r.amount = {amount};
    r.per_unit = {1};
    r.sku = std::move(sku);
    r.node = std::move(node);
    r.channel = std::move(channel);
    return r;
}
pool_row by_name(std::string key, std::int64_t amount, std::string sku) {
    pool_row r = binding(std::move(key), amount, std::move(sku));
    r.kind = pool_kind::limit;
    r.named = true;
    return r;
}
pool_row flat(std::string key, std::int64_t amount) {
    pool_row r;
    r.key = std::move(key);
    r.kind = pool_kind::credit;
    r.amount = {amount};
    return r;
}

/// Three SKUs (milk in steps of 0.50), two nodes, ten units each.
struct shop : kept_books {
    int number = 0;

    explicit shop(std::vector<pool_row> pools) {
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}, {"milk", 2, 50}}).accepted == 3);
        std::vector<node_row> nodes(2);
        nodes[0].key = "dc";
        nodes[1].key = "store";
        REQUIRE(on.load(c, nodes).accepted == 2);
        REQUIRE(on.load(c, std::vector<stock_row>{{"hat", "dc", {10}},
                                                  {"hat", "store", {10}},
                                                  {"mug", "dc", {10}},
                                                  {"mug", "store", {10}},
                                                  {"milk", "dc", {1000}}})
                    .accepted == 5);
        const auto loaded = on.load(c, pools);
        REQUIRE(loaded.accepted == pools.size());
    }
    [[nodiscard]] pool_id pool(std::string_view key) const { return *on.find_pool(key); }
    [[nodiscard]] std::int64_t free(std::string_view key) const {
        return on.pool(pool(key))->free.atoms;
    }
    [[nodiscard]] std::int64_t amount(std::string_view key) const {
        return on.pool(pool(key))->amount.atoms;
    }
    result<receipt> reserve(std::vector<reserve_line> lines, std::vector<pool_id> named = {},
                            std::optional<time_point> by = {},
                            channel_id channel = none<channel_id>, time_point until = never) {
        return on.reserve({{}, {}, monday},
                          {lines, until, none<reservation_id>, channel, named, by});
    }
    reservation_id held(std::vector<reserve_line> lines, std::vector<pool_id> named = {}) {
        const auto r = reserve(std::move(lines), std::move(named));
        REQUIRE(r);
        return reservation_id{r->subject};
    }
    placed order(reservation_id basket, std::vector<order_line> lines) {
        const std::string key = "o" + std::to_string(++number);
        return on.place_order({key, {}, monday},
                              {lines, none<place_id>, *currency::parse("EUR"), 0, basket});
    }
    result<receipt> cancel(const placed& o, std::uint32_t line, std::int64_t n) {
        return on.cancel({}, {order_id{o.first.subject}, line, {n}});
    }
    result<receipt> ship(const placed& o, std::uint32_t line, std::int64_t n) {
        REQUIRE(on.release({}, order_id{o.first.subject}));
        return on.record({},
                         {fact_kind::ship, order_id{o.first.subject}, line, none<node_id>, {n}});
    }
};

TEST_CASE("a basket takes from shelves and pools in one step, or nothing") {
    shop s{{binding("picks", 5, "", "dc"), flat("credit", 100)}};
    const pool_id credit = s.pool("credit");
    REQUIRE(s.reserve({of(hat, dc, 2), of(mug, dc, 1), of(mug, store, 4), of(credit, 60)}));
    CHECK(s.free("picks") == 2);  // the store's mugs are not picked at the DC
    CHECK(s.free("credit") == 40);

    const auto no_credit = s.reserve({of(hat, dc, 1), of(credit, 41)});
    REQUIRE_FALSE(no_credit);
    CHECK(no_credit.error().code == error_code::pool_exhausted);
    CHECK(no_credit.error().refs[0] == 41);
    CHECK(no_credit.error().refs[1] == 40);
    CHECK(no_credit.error().refs[2] == raw(credit));
    CHECK(no_credit.error().row == 2);
    CHECK(s.on.describe(no_credit.error()).find("[pool 'credit']") != std::string::npos);
    const auto no_picks = s.reserve({of(hat, dc, 3), of(credit, 1)});
    REQUIRE_FALSE(no_picks);
    CHECK(no_picks.error().code == error_code::pool_exhausted);
    CHECK(no_picks.error().refs[2] == raw(s.pool("picks")));
    const auto no_hats = s.reserve({of(hat, store, 11), of(credit, 1)});
    REQUIRE_FALSE(no_hats);
    CHECK(no_hats.error().code == error_code::insufficient);
    CHECK(s.free("picks") == 2);
    CHECK(s.free("credit") == 40);
}

TEST_CASE("what a reservation held of pools comes back when it ends, whichever way") {
    shop s{{binding("picks", 5, "", "dc"), flat("credit", 100)}};
    const auto a = s.reserve({of(hat, dc, 2), of(s.pool("credit"), 60)}, {}, {}, none<channel_id>,
                             monday + minutes(15));
    REQUIRE(a);
    const reservation_id b = s.held({of(hat, dc, 3)});
    CHECK(s.free("picks") == 0);
    REQUIRE(s.on.unreserve({{}, {}, monday}, b));
    CHECK(s.free("picks") == 3);
    REQUIRE(s.on.advance({{}, {}, monday + minutes(15)}));
    CHECK(s.free("picks") == 5);
    CHECK(s.free("credit") == 100);
}

TEST_CASE("a pool that binds follows a basket that grows, shrinks and moves") {
    shop s{{binding("picks dc", 5, "", "dc"), binding("picks store", 5, "", "store")}};
    const reservation_id r = s.held({of(hat, dc, 2)});
    const auto lines = [&](std::int64_t n) { return std::vector<reserve_line>{of(hat, dc, n)}; };
    const auto five = lines(5), six = lines(6), one = lines(1);
    REQUIRE(s.on.change({}, {r, {}, five}));
    CHECK(s.free("picks dc") == 0);
    const auto more = s.on.change({}, {r, {}, six});
    REQUIRE_FALSE(more);
    CHECK(more.error().code == error_code::pool_exhausted);
    REQUIRE(s.on.change({}, {r, {}, one}));
    CHECK(s.free("picks dc") == 4);
    REQUIRE(s.on.move({}, {r, dc, store}));
    CHECK(s.free("picks dc") == 5);
    CHECK(s.free("picks store") == 4);
}

TEST_CASE("a limit counts for the baskets that name it, and only for its SKU") {
    shop s{{by_name("kim: hats", 2, "hat"), by_name("lee: hats", 2, "hat")}};
    const std::vector<pool_id> kim{s.pool("kim: hats")}, lee{s.pool("lee: hats")};
    const reservation_id first = s.held({of(hat, dc, 1), of(mug, dc, 5)}, kim);
    CHECK(s.free("kim: hats") == 1);
    const auto too_many = s.reserve({of(hat, dc, 1), of(hat, store, 1)}, kim);
    REQUIRE_FALSE(too_many);
    CHECK(too_many.error().code == error_code::pool_exhausted);
    REQUIRE(s.reserve({of(hat, dc, 1), of(hat, store, 1)}, lee));
    REQUIRE(s.reserve({of(hat, dc, 5)}));  // a guest
    // The basket's own units count once: it grows to its limit and not beyond.
    const std::vector<reserve_line> two{of(hat, dc, 2)}, three{of(hat, dc, 3)};
    CHECK_FALSE(s.on.change({}, {first, {}, three}));
    REQUIRE(s.on.change({}, {first, {}, two}));
    CHECK(s.free("kim: hats") == 0);
}

TEST_CASE("a superseded basket's pools are its successor's") {
    shop s{{by_name("kim: hats", 2, "hat")}};
    const std::vector<pool_id> kim{s.pool("kim: hats")};
    const reservation_id old = s.held({of(hat, dc, 2)}, kim);
    const std::vector<reserve_line> lines{of(hat, store, 2)};
    REQUIRE(s.on.reserve({{}, {}, monday}, {lines, never, old, none<channel_id>, kim}));
    CHECK(s.free("kim: hats") == 0);
}

TEST_CASE("quotas by day are booked where the confirmed date lies, and returned there") {
    pool_row today = binding("web monday", 3, "", "", "web"),
             next = binding("web tuesday", 2, "", "", "web");
    today.from = monday;
    today.until = next.from = day(1);
    next.until = day(2);
    shop s{{today, next, binding("all hats", 9, "hat")}};
    const channel_id web = *s.on.find_channel("web");
    REQUIRE(s.reserve({of(hat, dc, 3)}, {}, {}, web));  // today, where no date is given
    CHECK(s.free("web monday") == 0);
    CHECK(s.free("all hats") == 6);
    CHECK_FALSE(s.reserve({of(mug, dc, 1)}, {}, time_point{day(1).ns - 1}, web));
    const auto tuesday = s.reserve({of(hat, dc, 2)}, {}, day(1), web);
    REQUIRE(tuesday);
    CHECK(s.free("web tuesday") == 0);
    CHECK(s.free("all hats") == 4);
    REQUIRE(s.reserve({of(mug, dc, 4)}, {}, day(2), web));  // no quota speaks of Wednesday
    REQUIRE(s.reserve({of(mug, dc, 4)}));                   // nor of other channels
    // Its day is the basket's own: a change of Wednesday's clock does not move it.
    const std::vector<reserve_line> one{of(hat, dc, 1)};
    REQUIRE(s.on.change({{}, {}, day(2)}, {reservation_id{tuesday->subject}, {}, one}));
    CHECK(s.free("web tuesday") == 1);
    REQUIRE(s.on.unreserve({{}, {}, day(3)}, reservation_id{tuesday->subject}));
    CHECK(s.free("web tuesday") == 2);
}

TEST_CASE(
    "an order keeps what its basket took; cancelled units give it back, shipped ones use it") {
    shop s{{binding("picks", 10, "", "dc"), by_name("kim: hats", 4, "hat"), flat("credit", 100)}};
    const reservation_id r =
        s.held({of(hat, dc, 4), of(mug, dc, 3), of(s.pool("credit"), 70)}, {s.pool("kim: hats")});
    CHECK(s.free("picks") == 3);
    const placed o = s.order(r, {{hat, {3}, 100}, {mug, {3}, 200}});  // one hat less than held
    REQUIRE(o.first.what == outcome::done);
    CHECK(s.free("picks") == 4);
    CHECK(s.free("kim: hats") == 1);
    CHECK(s.free("credit") == 30);
    CHECK(s.on.reservation(r)->state == reservation_state::consumed);
    CHECK(s.on.reservation(r)->parts.size() == 4);  // picks of two lines, hats, credit
    CHECK(s.on.unreserve({}, r).error().code == error_code::reservation_over);

    REQUIRE(s.cancel(o, 1, 1));
    CHECK(s.free("picks") == 5);
    CHECK(s.free("kim: hats") == 2);
    REQUIRE(s.ship(o, 1, 1));
    CHECK(s.free("picks") == 5);
    CHECK(s.amount("picks") == 9);  // one pick is done for good
    CHECK(s.free("kim: hats") == 2);
    CHECK(s.amount("kim: hats") == 3);
    REQUIRE(s.ship(o, 2, 3));
    REQUIRE(s.cancel(o, 1, 1));
    CHECK(s.free("picks") == 6);
    CHECK(s.amount("picks") == 6);
    CHECK(s.amount("credit") == 30);  // something was shipped: the credit is used up
    CHECK(s.free("credit") == 30);
    // A payment makes room again.
    REQUIRE(s.on.adjust({}, {{}, {}, {70}, adjust_reason::receipt, s.pool("credit")}));
    CHECK(s.free("credit") == 100);
    CHECK(s.on.reservation(r)->parts.empty());
}

TEST_CASE("an order whose pools are settled forgets the reservation that kept them") {
    shop s{{binding("hats", 9, "hat")}};
    const reservation_id r = s.held({of(hat, dc, 1), of(mug, dc, 2)});
    const placed o = s.order(r, {{hat, {1}, 100}, {mug, {2}, 100}});
    REQUIRE(s.ship(o, 1, 1));
    CHECK(s.amount("hats") == 8);
    bool again = false;  // its number goes to others
    for (int i = 0; i < 3'000 && !again; ++i) {
        const reservation_id other = s.held({of(mug, store, 1)});
        again = static_cast<std::uint32_t>(raw(other)) == static_cast<std::uint32_t>(raw(r));
        if (!again) REQUIRE(s.on.unreserve({{}, {}, monday}, other));
    }
    REQUIRE(again);
    const auto rest = s.cancel(o, 2, 2);
    REQUIRE(rest);
    CHECK(rest->what == outcome::done);
}

TEST_CASE("a flat part comes back with the last unit of an order that was cancelled whole") {
    shop s{{flat("credit", 100)}};
    const reservation_id r = s.held({of(hat, dc, 4), of(s.pool("credit"), 70)});
    const placed o = s.order(r, {{hat, {4}, 100}});
    REQUIRE(s.cancel(o, 1, 3));
    CHECK(s.free("credit") == 30);
    REQUIRE(s.cancel(o, 1, 1));
    CHECK(s.free("credit") == 100);
}

TEST_CASE("a basket of pools alone can be placed, and its order is sourced later") {
    shop s{{flat("slot", 1)}};
    const reservation_id r = s.held({of(s.pool("slot"), 1)});
    const placed o = s.order(r, {{hat, {4}, 100}});
    REQUIRE(o.first.what == outcome::done);
    CHECK_FALSE(s.reserve({of(s.pool("slot"), 1)}));
    REQUIRE(s.cancel(o, 0, 0));
    CHECK(s.free("slot") == 1);
}

TEST_CASE(
    "an expired basket is taken anew with its pools: what the order wants of what binds now") {
    pool_row credit = flat("credit", 50);
    shop s{{binding("picks", 9, "", "dc"), by_name("kim", 9, "hat"), credit}};
    const auto r = s.reserve({of(hat, dc, 4), of(mug, dc, 2), of(s.pool("credit"), 20)},
                             {s.pool("kim")}, {}, none<channel_id>, monday + minutes(1));
    REQUIRE(r);
    REQUIRE(s.on.advance({{}, {}, monday + minutes(1)}));
    CHECK(s.free("picks") == 9);
    // Another pool binds meanwhile.
    REQUIRE(s.on.load({}, std::vector<pool_row>{binding("cartons", 9, "mug")}).accepted == 1);
    const placed o = s.order(reservation_id{r->subject}, {{hat, {3}, 100}, {mug, {2}, 100}});
    CHECK(o.first.what == outcome::reacquired);
    CHECK(s.free("picks") == 4);
    CHECK(s.free("kim") == 6);
    CHECK(s.free("credit") == 30);
    CHECK(s.free("cartons") == 7);
    CHECK(s.on.available(hat, dc)->atoms == 7);
    CHECK(s.on.reservation(reservation_id{r->subject})->state == reservation_state::expired);
    // From here on it is like any order that has pools.
    REQUIRE(s.cancel(o, 1, 1));
    CHECK(s.free("picks") == 5);
    CHECK(s.free("kim") == 7);
    CHECK(s.free("credit") == 30);
    REQUIRE(s.ship(o, 2, 2));
    CHECK(s.amount("picks") == 7);
    CHECK(s.amount("cartons") == 7);
    REQUIRE(s.cancel(o, 1, 2));
    CHECK(s.free("picks") == 7);
    CHECK(s.amount("credit") == 30);  // used up: something was shipped
}

TEST_CASE("an expired basket whose pools have too little is refused whole, and nothing is taken") {
    shop s{{binding("picks", 9, "", "dc")}};
    const auto r = s.reserve({of(hat, dc, 5)}, {}, {}, none<channel_id>, monday + minutes(1));
    REQUIRE(r);
    REQUIRE(s.on.advance({{}, {}, monday + minutes(1)}));
    REQUIRE(s.reserve({of(mug, dc, 6)}));
    const placed o = s.order(reservation_id{r->subject}, {{hat, {5}, 100}});
    CHECK(o.first.why.code == error_code::reservation_expired);
    CHECK(o.first.why.refs[1] == 5);
    CHECK(o.first.why.refs[2] == 3);
    CHECK(s.free("picks") == 3);
    CHECK(s.on.available(hat, dc)->atoms == 10);
    CHECK(s.order(reservation_id{r->subject}, {{hat, {3}, 1}}).first.what == outcome::reacquired);
    CHECK(s.free("picks") == 0);
}

TEST_CASE("shares that are rounded by cell and by line leave nothing behind when taken anew") {
    pool_row volume = binding("litres", 100'000);
    volume.decimals = 3;
    volume.granule = 500;
    volume.per_unit = {1'200};
    shop s{{volume}};
    const auto r = s.reserve({of(hat, dc, 1), of(hat, store, 1)}, {}, {}, none<channel_id>,
                             monday + minutes(1));  // 1.2 twice, so 1.5 twice
    REQUIRE(r);
    CHECK(s.free("litres") == 97'000);
    REQUIRE(s.on.advance({{}, {}, monday + minutes(1)}));
    const placed o = s.order(reservation_id{r->subject}, {{hat, {2}, 1}});  // 2.4, so 2.5
    CHECK(o.first.what == outcome::reacquired);
    CHECK(s.free("litres") == 97'500);
    REQUIRE(s.cancel(o, 1, 2));
    CHECK(s.free("litres") == 100'000);
}

TEST_CASE("shares are rounded up to the pool's granule, a line's units to its share") {
    pool_row volume = binding("litres", 100'000, "", "dc");
    volume.kind = pool_kind::capacity;
    volume.decimals = 3;
    volume.granule = 500;       // half litres
    volume.per_unit = {1'200};  // 1.2 litres for one
    shop s{{volume}};
    REQUIRE(s.reserve({of(hat, dc, 2)}));  // 2.4, so 2.5
    CHECK(s.free("litres") == 97'500);
    REQUIRE(s.reserve({of(milk, dc, 50)}));  // half a unit: 0.6, so 1.0
    CHECK(s.free("litres") == 96'500);
    const placed o = s.order(s.held({of(hat, dc, 3)}), {{hat, {3}, 1}});  // 3.6, so 4.0
    CHECK(s.free("litres") == 92'500);
    REQUIRE(s.cancel(o, 1, 1));  // two of three stay: 2.66.., so 2.5 stay
    CHECK(s.free("litres") == 94'000);
    REQUIRE(s.cancel(o, 1, 2));
    CHECK(s.free("litres") == 96'500);
}

TEST_CASE("a pool that loses what was promised names the promises, like goods") {
    shop s{{binding("picks", 5, "", "dc")}};
    const reservation_id r = s.held({of(hat, dc, 4)});
    std::vector<uncovered_promise> left;
    const auto cut =
        s.on.adjust({}, {{}, {}, {-3}, adjust_reason::correction, s.pool("picks")}, &left);
    REQUIRE(cut);
    CHECK(cut->uncovered == 2);
    REQUIRE(left.size() == 1);
    CHECK(left[0].reservation == r);
    CHECK(left[0].pool == s.pool("picks"));
    CHECK(left[0].amount.atoms == 2);
    CHECK(s.free("picks") == -2);
}

TEST_CASE("pools that cannot be are refused row by row, and baskets that ask wrongly as a whole") {
    shop s{{binding("picks", 5, "", "dc"), by_name("kim", 2, "hat"), flat("credit", 100)}};
    const auto refused = [&](const pool_row& r) {
        const auto report = s.on.load(command{}, std::vector<pool_row>{r});
        REQUIRE(report.rejected.size() == 1);
        return report.rejected[0].why.code;
    };
    CHECK(refused(binding("", 1)) == error_code::empty_key);
    CHECK(refused(binding("picks", 1)) == error_code::duplicate_row);
    CHECK(refused(binding("x", 1, "cap")) == error_code::unknown_sku);
    CHECK(refused(binding("x", 1, "", "moon")) == error_code::unknown_node);
    CHECK(refused(binding("x", -1)) == error_code::bad_quantity);
    CHECK(refused(binding("x", std::int64_t{1} << 40)) == error_code::out_of_range);
    CHECK(refused(binding("x", 1, "", "", std::string(300, 'c'))) == error_code::key_too_long);
    pool_row r = flat("x", 1);
    r.node = "dc";
    CHECK(refused(r) == error_code::bad_field);
    r = binding("x", 1);
    r.from = r.until = monday;
    CHECK(refused(r) == error_code::out_of_range);
    r = binding("x", 1);
    r.per_unit = {-1};
    CHECK(refused(r) == error_code::bad_quantity);
    r = flat("x", 3);
    r.granule = 2;
    CHECK(refused(r) == error_code::not_a_multiple);

    const auto code = [](const result<receipt>& answer) { return answer.error().code; };
    const reserve_line a_hat = of(hat, dc, 1);
    CHECK(code(s.reserve({a_hat, of(pool_id{9}, 1)})) == error_code::unknown_pool);
    CHECK(code(s.reserve({a_hat, of(s.pool("picks"), 1)})) == error_code::bad_pool);
    CHECK(code(s.reserve({a_hat, of(s.pool("credit"), 0)})) == error_code::bad_quantity);
    CHECK(code(s.reserve({a_hat}, {pool_id{9}})) == error_code::unknown_pool);
    CHECK(code(s.reserve({a_hat}, {s.pool("credit")})) == error_code::bad_pool);
    CHECK(code(s.reserve({a_hat}, std::vector<pool_id>(17, s.pool("kim")))) ==
          error_code::bad_line_count);
    CHECK(code(s.on.adjust({}, {{}, {}, {1}, adjust_reason::count, pool_id{9}})) ==
          error_code::unknown_pool);
    REQUIRE(s.reserve({a_hat}, {s.pool("kim"), s.pool("kim")}));  // named twice, taken once
    CHECK(s.free("kim") == 1);
}

}  // namespace
}  // namespace earmark
