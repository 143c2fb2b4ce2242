// OM-08: several addresses, services and days in one order, line by line.
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "dates_shop.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/engine/selection.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/engine/worklist.hpp"
#include "earmark/report/order_story.hpp"
#include "restrictions_shop.hpp"
#include "transfers_shop.hpp"

namespace earmark {
namespace {

using restricting::battery, restricting::cancun, restricting::cuba, restricting::dc,
    restricting::hat, restricting::home, restricting::mex, restricting::north;
using enum error_code;

order_line line(sku_id sku, std::int64_t n, place_id to = none<place_id>,
                node_id from = none<node_id>) {
    return {sku, {n}, 500, from, {to, none<service_id>, no_day}};
}

/// Where goods come from the nearest node.
struct shop : restricting::shop {
    explicit shop(
        std::string_view policy = "policy = 'p'\ncurrency = 'USD'\nrank = ['distance']\n") {
        std::vector<distance_row> far;
        for (const char* place : {"home", "cuba", "cancun"})
            for (const char* node : {"dc", "north", "mex"}) {
                const bool is_near =
                    (std::string_view{place} == "cancun") == (std::string_view{node} == "mex");
                far.push_back({place, node, (is_near ? 1'000 : 900'000) + (*node == 'n' ? 1 : 0)});
            }
        REQUIRE(on.load(now(), far).accepted == far.size());
        go_by(now(), policy);
    }
    amended amends(order_id o, std::vector<line_change> lines, amend_request r = {}) {
        r.order = o;
        r.lines = lines;
        return on.amend(now(), r);
    }
    static line_change to(std::uint32_t which, place_id place) {
        line_change c{which};
        c.ship_to = place;
        return c;
    }
    error_code sends(order_id o, std::uint32_t which, place_id place) {
        return amends(o, {to(which, place)}).first.why.code;
    }
    /// Where each line goes.
    std::string ways(order_id o) const {
        std::string out;
        const auto seen = *on.order(o);
        for (const line_view& l : seen.lines) {
            out += l.ship_to == none<place_id> ? "nowhere" : on.place_key(l.ship_to);
            if (l.method != none<service_id>) out.append(" by ").append(on.service_key(l.method));
            if (l.deliver_by != no_day) out.append(" until ").append(to_string(l.deliver_by));
            out += ", ";
        }
        return out;
    }
};

}  // namespace

TEST_CASE("OM-08: each line comes from the node that is best for where it goes, in one commit") {
    shop s;
    const order_id o = s.order({line(hat, 1), line(hat, 2, cancun), line(battery, 1, cancun)});
    CHECK(s.ways(o) == "home, cancun, cancun, ");
    CHECK(s.sourced(o) == "dc mex mex ");
    CHECK(s.on.order(o)->version == 2);
    const auto decided = s.on.decision(o);
    REQUIRE(decided);
    CHECK(decided->first.what == outcome::done);
    CHECK(decided->chosen.parts.size() == 3);
    CHECK(decided->groups.size() == 2);
    CHECK(decided->chosen.cost.metres == 3'000);  // of three parts, each from its own place
    const auto told = s.on.explain(o);
    CHECK(told->words.find("hat to home: ") != std::string::npos);
    CHECK(told->words.find("hat and battery to cancun: ") != std::string::npos);
    CHECK(s.on.what_if(o, north));
    REQUIRE(s.on.release(s.now(), o));
}

TEST_CASE("an order all of whose lines go elsewhere goes there, whatever the order says") {
    shop s;
    const order_id o = s.order({line(hat, 1, cancun), line(battery, 2, cancun)}, home);
    CHECK(s.sourced(o) == "mex mex ");
    const order_id nowhere = s.order({line(hat, 1), line(hat, 1, cancun)}, none<place_id>);
    CHECK(s.ways(nowhere) == "nowhere, cancun, ");
    CHECK(s.sourced(nowhere) == "dc mex ");
}

TEST_CASE("lines that go different ways never have the same units") {
    shop s;
    const order_id o =
        s.order({line(hat, 4, home, dc), line(hat, 1, cancun, dc), line(hat, 2, cuba, dc)});
    const auto done = s.on.source(s.now(), o);
    REQUIRE(done);
    CHECK(done->first.what == outcome::partial);
    std::int64_t taken = 0;
    for (const plan_part& p : done->by_line) taken += p.n;
    CHECK(taken == 5);
    CHECK(s.on.available(hat, dc)->atoms == 0);
}

TEST_CASE("ladders and strategies are asked by the lines that go one way") {
    for (const bool ladder : {false, true}) {
        CAPTURE(ladder);
        std::string policy = "policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n";
        if (ladder) policy += "match = 'ladder'\nladder = ['ship_to.country']\n";
        policy += "[attributes]\n'ship_to.country' = 'text'\n";
        policy += "[[strategy]]\nname = 'mexico'\nfrom = [\"any\"]\n";
        policy += ladder ? "for = { 'ship_to.country' = 'MX' }\n"
                         : "when = 'ship_to.country == \"MX\"'\n";
        policy += "[[strategy]]\nname = 'others'\n";
        shop s{policy};
        const order_id o =
            s.order({line(hat, 1), line(battery, 1), line(hat, 1, cancun), line(battery, 1, cuba)});
        const auto done = s.on.source(s.now(), o);
        REQUIRE(done);
        std::string by;
        for (const line_group& g : done->groups) {
            by += g.strategy;
            for (const std::uint16_t l : g.lines) by += ' ' + std::to_string(l + 1);
            by += ", ";
        }
        CHECK(by == "others 1 2, mexico 3, others 4, ");
    }
}

TEST_CASE("a restriction is about where the line goes: when it is placed, sourced and released") {
    shop s;
    s.restrict(shop::export_row());
    CHECK(s.sourced(s.order({line(battery, 1), line(battery, 1, cancun)})) == "dc mex ");
    restriction_row none_there = shop::row("embargo");
    none_there.destination = "ship_to.country == \"CU\"";
    s.restrict(none_there);
    CHECK(shop::codes(s.place({line(hat, 1), line(hat, 1, cuba), line(battery, 1, cuba)})) ==
          "shipping_restricted 2, shipping_restricted 3, ");
    const order_id o = s.order({line(hat, 1), line(hat, 1, cancun)});
    CHECK(s.sends(o, 2, cuba) == shipping_restricted);
    CHECK(s.sourced(o) == "dc mex ");
    restriction_row later = shop::row("no more to mexico");
    later.destination = "ship_to.country == \"MX\"";
    s.restrict(later);
    REQUIRE(s.on.release(s.now(), o));
    const auto seen = *s.on.order(o);
    CHECK(seen.lines[0].highest == unit_state::released);
    CHECK(seen.lines[1].highest == unit_state::allocated);
}

TEST_CASE("conditions of holds are asked of each way that lines go") {
    shop s;
    hold_type_row whole, one;
    whole.key = "screen", one.key = "papers", one.scope = hold_scope::line;
    whole.apply_when = one.apply_when = "ship_to.country == \"CU\"";
    whole.resolve_when = "ship_to.country == \"US\"";
    REQUIRE(s.on.load(s.now(), std::vector{whole, one}).accepted == 2);
    const auto holds = [&](order_id o) {
        std::string out;
        const auto seen = *s.on.order(o);
        for (const hold_view& h : seen.holds)
            out += std::string{s.on.hold_type(h.type).key} + ' ' + std::to_string(h.line) + ' ' +
                   std::string{name_of(h.state)} + ", ";
        return out;
    };
    const order_id o = s.order({line(hat, 1), line(hat, 1, cuba), line(battery, 1, cuba)});
    CHECK(holds(o) == "screen 0 active, papers 2 active, papers 3 active, ");
    CHECK(holds(s.order({line(hat, 1), line(hat, 1, cancun)})) == "");
    const order_id moved = s.order({line(hat, 1), line(hat, 1, cancun)});
    CHECK(s.sends(moved, 2, cuba) == ok);
    CHECK(holds(moved) == "screen 0 active, papers 2 active, ");
    (void)s.on.source(s.now(), moved);
    CHECK(holds(moved) == "screen 0 active, papers 2 active, ");  // one line still goes there
    CHECK(s.sends(moved, 2, home) == ok);
    (void)s.on.source(s.now(), moved);
    CHECK(holds(moved) == "screen 0 resolved, papers 2 active, ");
    order_filter f;
    f.where = "ship_to.country == \"CU\"";
    CHECK(select(s.on, f)->orders.size() == 1);
}

TEST_CASE("two orders are the same goods only where these go to the same places") {
    shop s;
    hold_type_row twice;
    twice.key = "duplicate", twice.repeats_within_s = 600, twice.repeats_by = {"customer.denied"};
    REQUIRE(s.on.load(s.now(), std::vector{twice}).accepted == 1);
    const order_fact who{*s.on.find_attribute("customer.denied"), 0, "false"};
    order_request r;
    r.facts = {&who, 1};
    const auto held = [&](std::vector<order_line> lines, place_id to) {
        return s.on.order(s.order(std::move(lines), to, r))->held;
    };
    CHECK_FALSE(held({line(hat, 1), line(hat, 1, cancun)}, home));
    CHECK_FALSE(held({line(hat, 1), line(hat, 1)}, home));
    CHECK_FALSE(held({line(hat, 1, cancun), line(hat, 1, cancun)}, home));
    CHECK(held({line(hat, 1, home), line(hat, 1)}, cancun));  // as the first one, said otherwise
}

TEST_CASE("a line is sent elsewhere by itself, and judged by its own units") {
    shop s;
    const order_id o = s.order({line(hat, 1), line(hat, 1, cancun), line(battery, 1)});
    CHECK(s.sourced(o) == "dc dc mex ");  // a way after the other
    REQUIRE(s.on.record(s.now(), {.kind = fact_kind::reject, .order = o, .line = 3, .node = dc}));
    REQUIRE(s.on.release(s.now(), o));
    CHECK(s.sends(o, 1, cuba) == not_amendable);
    CHECK(s.sends(o, 4, cuba) == unknown_line);
    CHECK(s.sends(o, 3, place_id{77}) == unknown_place);
    amend_request whole;
    whole.ship_to = cuba;
    CHECK(s.amends(o, {}, whole).first.why.code == not_amendable);  // line 1 goes by it
    CHECK(s.sends(o, 3, cancun) == ok);
    CHECK(s.ways(o) == "home, cancun, cancun, ");
    CHECK(s.on.decision(o).error().code == no_decision);  // of an order that went elsewhere
    CHECK(s.sourced(o) == "mex ");
    CHECK(s.sends(o, 3, none<place_id>) == ok);
    CHECK(s.ways(o) == "home, cancun, home, ");
    CHECK(s.amends(o, {shop::to(3, home)}).first.what == outcome::done);
    CHECK(s.amends(o, {shop::to(3, home)}).first.what == outcome::unchanged);

    amend_request looks;
    looks.preview = true;
    CHECK(s.amends(o, {shop::to(3, cuba)}, looks).first.what == outcome::done);
    CHECK(s.ways(o) == "home, cancun, home, ");
}

TEST_CASE("what the order says is changed for those lines alone that say nothing of their own") {
    shop s;
    order_line mine = line(hat, 1, cancun);
    mine.own.method = s.air;
    mine.own.deliver_by = day("2027-03-01");
    const order_id o = s.order({line(hat, 1), mine});
    REQUIRE(s.on.source(s.now(), o));
    REQUIRE(s.on.record(s.now(), {.kind = fact_kind::reject, .order = o, .line = 1, .node = dc}));
    REQUIRE(s.on.release(s.now(), o));
    amend_request r;  // line 2 is released, and has all of this of its own
    r.ship_to = cuba, r.method = s.ground, r.deliver_by = day("2027-02-01");
    CHECK(s.amends(o, {}, r).first.what == outcome::done);
    CHECK(s.ways(o) == "cuba by ground until 2027-02-01, cancun by air until 2027-03-01, ");
    line_change more{0, quantity{2}, {}, battery, 100};
    more.ship_to = home, more.deliver_by = day("2027-04-01");
    CHECK(s.amends(o, {more}).first.what == outcome::done);
    CHECK(s.ways(o) ==
          "cuba by ground until 2027-02-01, cancun by air until 2027-03-01, "
          "home by ground until 2027-04-01, ");
    line_change days{3};
    days.deliver_by = civil_day{INT32_MIN};
    CHECK(s.amends(o, {days}).first.why.code == out_of_range);
}

TEST_CASE("an order has a bounded number of different ways, and says so") {
    shop s;
    std::vector<order_line> lines;
    for (std::int32_t i = 0; i < 256; ++i) {
        lines.push_back(line(hat, 1));
        lines.back().own.deliver_by = {20'000 + i};
    }
    CHECK(shop::codes(s.place(lines)) == "too_many_terms 0, ");
    lines.pop_back();
    lines.push_back(lines.front());
    const order_id o = s.order(lines);
    line_change one{256};
    one.deliver_by = civil_day{30'000};
    CHECK(s.amends(o, {one}).first.why.code == too_many_terms);
    line_change two{1};
    two.deliver_by = civil_day{30'000};
    CHECK(s.amends(o, {one, two}).first.what == outcome::done);  // the day of both is gone
}

TEST_CASE("a line's own place that nobody knows is refused with its line") {
    shop s;
    order_line far = line(hat, 1);
    far.own = {place_id{77}, service_id{78}, civil_day{INT32_MIN}};
    CHECK(shop::codes(s.place({line(hat, 1), far})) ==
          "unknown_place 2, unknown_service 2, out_of_range 2, ");
}

TEST_CASE("a key with other ways of its lines is another order's") {
    shop s;
    const auto place = [&](place_id to) {
        const std::vector<order_line> lines{line(hat, 1), line(hat, 1, to)};
        const order_request r{lines, home, *currency::parse("USD")};
        return s.on.place_order(shop::now("k"), r);
    };
    CHECK(place(cancun).first.what == outcome::done);
    CHECK(place(cancun).first.what == outcome::repeat);
    CHECK(place(cuba).first.why.code == duplicate_key);
    CHECK(place(none<place_id>).first.why.code == duplicate_key);
}

TEST_CASE("the story tells where lines go, and where they went before") {
    shop s;
    order_line mine = line(hat, 1, cancun);
    mine.own.method = s.air;
    const order_id o = s.order({line(hat, 1), mine});
    line_change back{2};
    back.ship_to = none<place_id>, back.deliver_by = day("2027-03-01");
    REQUIRE(s.amends(o, {back}).first.what == outcome::done);
    const auto told = story(s.on, o);
    REQUIRE(told);
    std::string rows;
    for (const trail_row& r : told->rows)
        if (r.line == 2) rows += std::string{r.what} + ' ' + r.before + '>' + r.after + "; ";
    CHECK(rows ==
          " >5.00 USD, to cancun, by air; ship_to cancun>as the order; "
          "deliver_by as the order>2027-03-01; ");
}

TEST_CASE("goods for each way are brought where its strategy has them brought") {
    bringing::shop s;
    REQUIRE(s.on.load(s.now(), std::vector<place_row>{{"home"}, {"away"}}).accepted == 2);
    order_line a{bringing::hat, {4}, 500, bringing::north},
        b{bringing::hat, {3}, 500, bringing::north};
    b.own.ship_to = *s.on.find_place("away");
    const std::vector<order_line> lines{a, b};
    order_request r{lines, *s.on.find_place("home"), *currency::parse("USD")};
    r.method = s.by_hand;
    const auto p = s.on.place_order(s.now("ways"), r);
    REQUIRE(p.first.what == outcome::done);
    const auto done = s.on.source(s.now(), order_id{p.first.subject});
    REQUIRE(done);
    std::int64_t here = 0, brought = 0;
    for (const plan_part& x : done->by_line) here += x.n;
    for (const brought_view& x : done->brought) brought += x.n;
    CHECK(here == 2);     // all that the store has
    CHECK(brought == 5);  // two of the DC's, and the other store's three
    CHECK(done->first.what == outcome::done);
    const auto again = s.on.decision(order_id{p.first.subject});
    REQUIRE(again);
    CHECK(again->first.what == outcome::done);
    CHECK(again->chosen.covers == done->chosen.covers);
    CHECK(again->chosen.parts.size() == done->chosen.parts.size());
}

TEST_CASE("a restriction's condition is asked once for each way, however the lines stand") {
    shop s;
    restriction_row r = shop::row("no small orders to mexico by air");
    r.order = "lines >= 3 and ship_to == \"cancun\"";
    r.services = {"air"};
    s.restrict(r);
    std::vector<order_line> lines;
    for (int i = 0; i < 4; ++i) {
        lines.push_back(line(hat, 1, i % 2 == 0 ? cancun : cuba));
        lines.push_back(line(battery, 1, i % 2 == 0 ? cuba : cancun));
        if (i < 2) lines.back().own.method = s.air;
    }
    CHECK(shop::codes(s.place(lines)) == "shipping_restricted 4, ");
}

TEST_CASE("a line is promised by its own service and is due by its own day") {
    dates_shop s;
    order_line fast{dates_shop::hat, {1}, 0, dates_shop::ny}, slow = fast;
    fast.own.method = s.service("air");
    slow.own.deliver_by = day("2025-07-07");
    const std::vector<order_line> lines{slow, fast};
    order_request r{lines, dates_shop::home, *currency::parse("EUR")};
    r.method = s.service("ground");
    promise_request asked;
    asked.order = r;
    asked.at = at("2025-07-02T10:00:00Z");
    const auto found = s.on.promise(asked);
    REQUIRE(found);
    REQUIRE(found->chosen.parts.size() == 2);
    // Wednesday 2 July: three days of a carrier that rests on the 4th; by air nobody does.
    const date_chain alone = s.dates(dates_shop::ny, "2025-07-02T10:00:00Z", "ground");
    const date_chain by_air = s.dates(dates_shop::ny, "2025-07-02T10:00:00Z", "air");
    CHECK(to_string(found->parts[0].delivery) == to_string(alone.delivery));
    CHECK(to_string(found->parts[1].delivery) == to_string(by_air.delivery));
    CHECK(alone.delivery != by_air.delivery);
    CHECK(found->whole.delivery == std::max(alone.delivery, by_air.delivery));

    const command c{"due", {}, at("2025-06-20T10:00:00Z")};
    const order_id o{s.on.place_order(c, r).first.subject};
    REQUIRE(s.on.source({{}, {}, c.now}, o));
    const auto due = [&] { return to_string(select(s.on, {})->orders.front().at.due); };
    CHECK(due() == "2025-06-22T10:00:00Z");  // of the line that says no day, two days on
    line_change soon{2};
    soon.deliver_by = day("2025-07-03");
    amend_request hurries;
    hurries.order = o;
    hurries.lines = {&soon, 1};
    REQUIRE(s.on.amend({{}, {}, c.now}, hurries).first.what == outcome::done);
    CHECK(due() == "2025-06-30T18:00:00Z");  // by air; the other has a day more
    worklist_query late;
    late.slack_days = 15;
    const auto stuck = worklist(s.on, late);
    std::string rows;
    for (const stuck_units& u : stuck->rows)
        rows += std::to_string(u.line) + ' ' + std::string{name_of(u.reason)} + ", ";
    CHECK(rows == "2 at_risk, ");
}

TEST_CASE("a text says where its lines go, and a revision of it sends them elsewhere") {
    shop s;
    const auto text = [](int revision, const std::string& more) {
        return R"({"key":"t","currency":"USD","ship_to":"home","revision":)" +
               std::to_string(revision) +
               R"(,"lines":[{"sku":"hat","quantity":"1","unit_price":"5.00"},)" +
               R"({"sku":"hat","quantity":"1","unit_price":"5.00")" + more + "}]}";
    };
    const auto takes = [&](const std::string& of) { return capture(s.on, of).orders.front(); };
    CHECK(takes(text(1, R"(,"ship_to":"cancun")")).state == capture_state::accepted);
    const order_id o = *s.on.find_order("t");
    CHECK(s.ways(o) == "home, cancun, ");
    const captured c = takes(text(2, R"(,"ship_to":"cuba","method":"air")"));
    CHECK(c.state == capture_state::amended);
    std::string told;
    for (const revised_part& p : c.changes)
        told += std::string{name_of(p.what)} + ' ' + std::to_string(p.line) + ' ' + p.path + ' ' +
                p.before + '>' + p.after + "; ";
    CHECK(told == "ship_to 2 /lines/1/ship_to cancun>cuba; method 2 /lines/1/method >air; ");
    CHECK(s.ways(o) == "home, cuba by air, ");
    REQUIRE(s.on.source(s.now(), o));
    REQUIRE(s.on.release(s.now(), o));
    const captured late = takes(text(3, ""));
    CHECK(late.state == capture_state::declined);
    REQUIRE(late.violations.size() == 2);
    CHECK(late.violations[0].path == "/lines/1/ship_to");
    const captured unknown = takes(text(4, R"(,"ship_to":"atlantis")"));
    CHECK(unknown.violations[0].path == "/lines/1/ship_to");
}

}  // namespace earmark
