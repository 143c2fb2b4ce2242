// A live engine's figures out of its own journal: random streams are played into the engine and the
// naive one, and what the journal says is held against what the orders show.
#include <map>
#include <set>
#include <tuple>

#include "earmark/engine/engine.hpp"
#include "earmark/engine/own_report.hpp"
#include "earmark/report/ageing.hpp"
#include "earmark/report/fact_maker.hpp"
#include "fact_tables.hpp"
#include "support/random_stream.hpp"
#include "support/side_by_side.hpp"

namespace earmark::report {
namespace {

constexpr int scale = 3;  // finer than any SKU of the streams

std::vector<movement> movements_of(const engine& e, std::size_t page) {
    std::vector<movement> all;
    for (position at{};;) {
        const auto got = e.movements(at, page);
        REQUIRE(got.has_value());
        all.insert(all.end(), got->rows.begin(), got->rows.end());
        if (got->next == at) return all;
        at = got->next;
    }
}

std::vector<int> scales_of(const engine& e) {
    std::vector<int> all;
    for (std::uint32_t i = 0; i < e.skus(); ++i) all.push_back(e.sku(sku_id{i}).decimals);
    return all;
}

void play(streams::side_by_side& both, std::uint64_t seed, int steps) {
    streams::random_stream stream{seed};
    for (int i = 0; i < steps; ++i) {
        REQUIRE(both.play(stream.next()) == "");
        for (const streams::serial s : both.granted()) stream.granted(s);
    }
}

std::int64_t scaled(const engine& e, sku_id sku, quantity q) {
    std::int64_t n = q.atoms;
    for (int k = e.sku(sku).decimals; k < scale; ++k) n *= 10;
    return n;
}

kpis figures_of(const engine& e) {
    kpis k;
    fact_maker make{k, scale, scales_of(e)};
    for (const movement& m : movements_of(e, 7)) REQUIRE(make.add(m).code == error_code::ok);
    const auto planned = e.decisions(position{}, 1'000'000);
    REQUIRE(planned.has_value());
    for (const decided& d : planned->rows) REQUIRE(make.add(d).code == error_code::ok);
    return k;
}

/// What the orders show, recounted from their views.
struct seen {
    std::int64_t orders = 0, ordered = 0, cancelled = 0, shipped = 0, waiting = 0, undelivered = 0,
                 sent = 0;
    std::map<unit_state, std::int64_t> in;
};
seen look(const engine& e) {
    seen s;
    std::map<std::uint64_t, std::int64_t> lost;  // on the way, by order: views do not tell where
    for (const movement& m : movements_of(e, 5))
        if (m.from == unit_state::shipped && m.to == unit_state::lost)
            lost[raw(m.order)] += scaled(e, m.sku, m.amount);
    for (std::uint32_t id = 0; id < e.orders(); ++id) {
        const auto o = e.order(order_id{id});
        if (!o) continue;  // a number that no order got
        ++s.orders;
        bool open = false, left = false;
        for (const bucket_view& b : o->buckets) {
            const std::int64_t n = scaled(e, o->lines[b.line - 1].sku, b.amount);
            s.in[b.state] += n;
            s.ordered += n;
            open = open || !is_final(b.state) || b.state == unit_state::lost;
            left = left || b.state == unit_state::shipped || b.state == unit_state::delivered;
        }
        s.undelivered += open ? 1 : 0;
        s.sent += left || lost.contains(id) ? 1 : 0;
    }
    s.cancelled = s.in[unit_state::cancelled];
    s.shipped = s.in[unit_state::shipped] + s.in[unit_state::delivered];
    for (const auto& [order, n] : lost) s.shipped += n;
    s.waiting = s.in[unit_state::backordered];
    return s;
}

TEST_CASE("movements lead from nothing to the buckets that the orders show") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        streams::side_by_side both{streams::make_world(seed), {}};
        play(both, seed, 400);
        using place = std::tuple<std::uint64_t, std::uint32_t, unit_state, node_id>;
        std::map<place, std::int64_t> there, shown;
        position last{};
        for (const movement& m : movements_of(both.real(), 5)) {
            CHECK(raw(m.at) >= raw(last));
            last = m.at;
            const auto at = [&](unit_state s) {
                const bool bare = s == unit_state::open || s == unit_state::backordered ||
                                  s == unit_state::cancelled;
                return place{raw(m.order), m.line, s, bare ? none<node_id> : m.node};
            };
            if (!m.born && (there[at(m.from)] -= m.amount.atoms) == 0) there.erase(at(m.from));
            there[at(m.to)] += m.amount.atoms;
        }
        for (std::uint32_t id = 0; id < both.real().orders(); ++id) {
            const auto o = both.real().order(order_id{id});
            if (!o) continue;  // a number that no order got
            for (const bucket_view& b : o->buckets)
                shown[{id, b.line, b.state, b.node}] += b.amount.atoms;
        }
        CHECK(there == shown);
        CHECK_FALSE(shown.empty());
    }
}

TEST_CASE("the KPIs of a live engine's journal are those recounted from its orders") {
    std::int64_t shipped = 0, split = 0;
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        streams::side_by_side both{streams::make_world(seed), {}};
        play(both, seed, 500);
        const engine& e = both.real();
        const kpis k = figures_of(e);
        const kpi_result r = k.figures({});
        const seen s = look(e);
        INFO(seed);
        CHECK(r.orphans == 0);
        CHECK(r.orders == s.orders);
        if (s.ordered == 0) continue;
        const auto n = [](std::int64_t a, std::int64_t b) {
            return std::to_string(a) + "/" + std::to_string(b);
        };
        CHECK(shown(r, "cancelled_units") == n(s.cancelled, s.ordered));
        CHECK(shown(r, "undelivered") == n(s.undelivered, s.orders));
        CHECK(r.find("split_rate")->whole == s.sent);
        std::int64_t sent = 0, delivered = 0;
        for (const kpi_fact& f : k.facts()) {
            if (f.kind == fact_kind::packed) sent += f.units;
            if (f.kind == fact_kind::delivered) delivered += f.units;
        }
        CHECK(sent == s.shipped);
        CHECK(delivered == s.in.at(unit_state::delivered));
        CHECK(shown(r, "cancelled_by_seller") == "facts_missing: canceller");
        CHECK(shown(r, "on_time_delivery") == "facts_missing: promised");
        shipped += sent;
        split += r.find("split_rate")->part;
    }
    CHECK(shipped > 0);  // or this test saw nothing
    CHECK(split > 0);
}

TEST_CASE("every unit that is not final is in exactly one ageing row and one exception") {
    constexpr duration bands[] = {minutes(1), minutes(10), minutes(60)};
    std::array<duration, unit_states> at_once{};
    std::int64_t rows_seen = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        streams::side_by_side both{streams::make_world(seed), {}};
        play(both, seed, 400);
        const engine& e = both.real();
        ageing ages{scale, scales_of(e)};
        for (const movement& m : movements_of(e, 1'000))
            REQUIRE(ages.add(m).code == error_code::ok);
        const seen s = look(e);
        std::map<unit_state, std::int64_t> in_rows, in_exceptions;
        for (const age_row& r : ages.table(e.now(), bands)) {
            in_rows[r.state] += r.units;
            CHECK(r.units > 0);
            CHECK(r.orders > 0);
            CHECK(r.reason == reason_of(r.state));
            CHECK(e.now().ns - r.oldest.ns >= r.from.ns);
            CHECK(e.now().ns - r.oldest.ns < r.to.ns);
            ++rows_seen;
        }
        for (const exception_row& x : ages.exceptions(e.now(), at_once))
            in_exceptions[x.state] += x.units;
        for (const auto& [state, units] : s.in) {
            if (is_final(state)) continue;
            CHECK(in_rows[state] == units);
            CHECK(in_exceptions[state] == units);
        }
    }
    CHECK(rows_seen > 20);
}

// ---- a small shop, by hand ---------------------------------------------------------------------

struct small_shop {
    engine e;
    order_id order{};

    small_shop() {
        e.load(at(0), std::vector<sku_row>{{"mug"}, {"tea", 1, 5}});
        e.load(at(0), std::vector<node_row>{{"north", node_kind::dc, geo_point{52, 0}},
                                            {"south", node_kind::store, geo_point{50, 0}}});
        e.load(at(0), std::vector<place_row>{{"town", geo_point{52, 1}}});
        e.load(at(0), std::vector<stock_row>{
                          {"mug", "north", {3}}, {"mug", "south", {1}}, {"tea", "south", {100}}});
        REQUIRE(e.activate(at(0), R"(policy = "few"
currency = "GBP"
rank = ["cost"]
[costs]
fixed_per_parcel = "4.00"
per_unit = "0.50"
[split]
lines = "by_quantity"
)")
                    .has_value());
    }
    static command at(std::int64_t minute, std::string_view key = {}) {
        command c;
        c.now = time_point{} + minutes(minute);
        c.key = key;
        return c;
    }
    void place(std::int64_t minute, std::int64_t mugs) {
        const order_line lines[] = {{sku_id{0}, {mugs}, 250}, {sku_id{1}, {15}, 100}};
        order_request r;
        r.lines = lines;
        r.ship_to = place_id{0};
        r.currency = *currency::parse("GBP");
        const placed p = e.place_order(at(minute, "o"), r);
        REQUIRE(p.first.what == outcome::done);
        order = order_id{p.first.subject};
    }
};

TEST_CASE("a decision's planned cost, parcels and units are those that the solver returned") {
    small_shop s;
    s.place(1, 6);
    const auto planned = s.e.source(small_shop::at(2), s.order);
    REQUIRE(planned.has_value());
    const auto read = s.e.decisions(position{}, 1'000);
    REQUIRE(read.has_value());
    REQUIRE(read->rows.size() == 1);
    const decided& d = read->rows[0];
    CHECK(d.cost == planned->chosen.cost);
    CHECK(d.cost.parcels == 2);
    CHECK(d.wanted_e9 == 7'500'000'000);  // 6 mugs and 1.5 of tea
    CHECK(d.allocated_e9 == 5'500'000'000);
    CHECK(d.proof == planned->chosen.proof);
}

TEST_CASE("a back-order of the engine ages, is filled, and never counts as first pass") {
    small_shop s;
    s.place(1, 6);  // four in stock
    REQUIRE(s.e.source(small_shop::at(2), s.order).has_value());
    ageing ages{1, scales_of(s.e)};
    for (const movement& m : movements_of(s.e, 3)) REQUIRE(ages.add(m).code == error_code::ok);
    constexpr duration bands[] = {minutes(10), minutes(100)};
    const auto rows = ages.table(time_point{} + minutes(32), bands);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].state == unit_state::backordered);
    CHECK(rows[0].reason == wait_reason::no_stock);
    CHECK(rows[0].units == 20);  // two mugs, in tenths
    CHECK(rows[0].from == minutes(10));
    CHECK(rows[0].oldest == time_point{} + minutes(2));
    CHECK(rows[1].state == unit_state::allocated);
    std::array<duration, unit_states> limits;
    limits.fill({-1});
    limits[static_cast<std::size_t>(unit_state::backordered)] = minutes(30);
    CHECK(ages.exceptions(time_point{} + minutes(31), limits).empty());
    const auto stuck = ages.exceptions(time_point{} + minutes(32), limits);
    REQUIRE(stuck.size() == 1);
    CHECK(stuck[0].units == 20);
    CHECK(stuck[0].by == verb::source);
    CHECK(stuck[0].age == minutes(30));

    adjust_request more;
    more.sku = sku_id{0};
    more.node = node_id{0};
    more.delta = {5};
    REQUIRE(s.e.adjust(small_shop::at(40), more).has_value());
    REQUIRE(s.e.source(small_shop::at(41), s.order).has_value());
    REQUIRE(s.e.release(small_shop::at(42), s.order).has_value());
    REQUIRE(s.e.record(small_shop::at(43), {earmark::fact_kind::ship, s.order}).has_value());
    const kpi_result r = figures_of(s.e).figures({});
    CHECK(shown(r, "unit_fill") == "5500/7500");
    CHECK(shown(r, "line_fill") == "1/2");
    CHECK(shown(r, "order_fill") == "0/1");
    CHECK(shown(r, "backorder_rate") == "2000/7500");
    CHECK(shown(r, "split_rate") == "1/1");
    CHECK(shown(r, "planned_fill") == "5500/7500");
    const auto cards = figures_of(s.e).scorecard(party::node, {});
    REQUIRE(cards.size() == 2);
    CHECK(cards[0].parcels == 1);
    CHECK(cards[0].shipped + cards[1].shipped == 7500);
    CHECK(cards[0].first_pass + cards[1].first_pass == 5500);
    CHECK(cards[0].shipped_late == not_recorded);  // no ship dates
    CHECK(cards[0].metres == 68'458);
}

TEST_CASE("a live engine's report reads only what the journal has gained") {
    small_shop s;
    s.place(1, 6);
    own_report report{s.e};
    CHECK(report.decimals() == 1);  // of tea
    REQUIRE(report.update().code == error_code::ok);
    const auto before = report.figures().facts().size();
    REQUIRE(report.update().code == error_code::ok);
    CHECK(report.figures().facts().size() == before);
    s.e.load(small_shop::at(2), std::vector<sku_row>{{"jam"}});  // a SKU that came later
    s.e.load(small_shop::at(2), std::vector<stock_row>{{"jam", "north", {9}}});
    const order_line lines[] = {{sku_id{2}, {2}, 300}};
    order_request r;
    r.lines = lines;
    r.currency = *currency::parse("GBP");
    REQUIRE(s.e.place_order(small_shop::at(3, "p"), r).first.what == outcome::done);
    REQUIRE(s.e.source(small_shop::at(4), s.order).has_value());
    REQUIRE(report.update().code == error_code::ok);
    CHECK(shown(report.figures().figures({}), "planned_fill") == "55/75");
    CHECK(report.figures().figures({}).orders == 2);
    std::int64_t standing = 0;
    for (const age_row& row : report.ages().table(s.e.now(), {})) standing += row.units;
    CHECK(standing == 95);
    own_report coarse{s.e, 0};
    CHECK(coarse.update().code == error_code::too_many_decimals);
}

TEST_CASE("deliveries fill the parcels of a node in the order in which they left") {
    small_shop s;
    s.place(1, 3);
    REQUIRE(s.e.source(small_shop::at(2), s.order).has_value());
    REQUIRE(s.e.release(small_shop::at(3), s.order).has_value());
    const auto report = [&](earmark::fact_kind kind, std::int64_t minute, std::int64_t mugs) {
        REQUIRE(s.e.record(small_shop::at(minute), {kind, s.order, 1, none<node_id>, {mugs}})
                    .has_value());
    };
    report(earmark::fact_kind::ship, 4, 1);
    report(earmark::fact_kind::ship, 5, 2);
    report(earmark::fact_kind::deliver, 6, 2);
    report(earmark::fact_kind::deliver, 7, 1);
    std::string delivered;
    const kpis k = figures_of(s.e);
    for (const kpi_fact& f : k.facts())
        if (f.kind == fact_kind::delivered)
            delivered += std::to_string(f.parcel) + ":" + std::to_string(f.units / 1'000) + " ";
    CHECK(delivered == "1:1 2:1 2:1 ");
    CHECK(shown(k.figures({}), "parcels_per_order") == "2/1");
}

TEST_CASE("a host's cancellation codes say who cancelled, and the rest stays unknown") {
    small_shop s;
    s.place(1, 2);
    cancel_request gone{s.order, 1, {2}, 7};
    REQUIRE(s.e.cancel(small_shop::at(2), gone).has_value());
    const cancel_meaning codes[] = {{7, canceller::seller, true}};
    kpis k;
    fact_maker make{k, scale, scales_of(s.e), codes};
    for (const movement& m : movements_of(s.e, 100)) REQUIRE(make.add(m).code == error_code::ok);
    CHECK(shown(k.figures({}), "cancelled_for_shortage") == "1/1");
    CHECK(shown(k.figures({}), "cancelled_by_seller_units") == "2000/3500");
    kpis coarse;
    fact_maker too_coarse{coarse, 0, scales_of(s.e)};
    error last;
    for (const movement& m : movements_of(s.e, 100)) last = too_coarse.add(m);
    CHECK(coarse.facts().size() == 4);  // placed, authorised, the mugs, their cancellation
    CHECK(last.code == error_code::ok);
}

TEST_CASE("a cursor beyond the end or before what is kept says so") {
    small_shop s;
    s.place(1, 2);
    const auto end = s.e.movements(s.e.head(), 10);
    REQUIRE(end.has_value());
    CHECK(end->rows.empty());
    CHECK(end->next == s.e.head());
}

}  // namespace
}  // namespace earmark::report
