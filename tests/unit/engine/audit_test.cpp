// The auditor: every kind of damage is planted and found, at its place, and nothing else is.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "earmark/core/check.hpp"
#include "support/engine_inside.hpp"
#include "support/random_stream.hpp"
#include "support/side_by_side.hpp"
#include "support/source_file.hpp"

using namespace earmark;

namespace {

constexpr time_point noon{1'800'000'000'000'000'000};
constexpr std::uint32_t me = 3;  // a slot that a test borrows for its damage
constexpr auto order_kind = subject_kind::order;
constexpr auto basket_kind = subject_kind::reservation;

config small() {
    config c;
    c.max_orders = c.max_keys = 256;
    c.max_reservations = 256;
    c.max_cells = 256;
    c.ledger_bytes = std::size_t{1} << 22;
    return c;
}

/// A shop with an order that is sourced, one that is not, and two baskets.
struct shop {
    engine e{small()};
    engine_inside::state& in = engine_inside::of(e);
    cell_id cell{};
    std::uint32_t order = 0;
    std::uint32_t basket = 0;

    shop() {
        const sku_row skus[] = {{"mug", 0, 1}, {"jug", 0, 1}};
        const node_row nodes[] = {{"bonn", node_kind::dc, geo_point{50, 7}, 0, true, {}, {}},
                                  {"kiel", node_kind::store, geo_point{54, 10}, 0, true, {}, {}}};
        const stock_row stock[] = {{"mug", "bonn", {5'000}}, {"jug", "kiel", {7}}};
        const place_row home{"home", geo_point{50, 8}};
        floor_row floor;
        floor.key = "keep", floor.sku = "jug", floor.units = 1;
        REQUIRE(e.load(when(), skus).rejected.empty());
        REQUIRE(e.load(when(), nodes).rejected.empty());
        REQUIRE(e.load(when(), stock).rejected.empty());
        REQUIRE(e.load(when(), std::span{&home, 1}).rejected.empty());
        REQUIRE(e.load(when(), std::span{&floor, 1}).rejected.empty());
        REQUIRE(e.activate(when(), "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n"));
        order = place("first");
        REQUIRE(e.source(when(), order_id{order}));
        place("second");
        basket = hold(2);
        hold(1);
        cell = in.books.cells.find(sku_id{0}, node_id{0}).value();
    }
    static command when(std::string_view key = {}) { return {key, {}, noon}; }
    std::uint32_t place(std::string_view key) {
        const order_line line{sku_id{0}, {3}, 500};
        const auto p =
            e.place_order(when(key), {{&line, 1}, place_id{0}, currency::parse("EUR").value(), 0});
        REQUIRE(p.first.what == outcome::done);
        return static_cast<std::uint32_t>(p.first.subject);
    }
    std::uint32_t hold(std::int64_t n) {
        const reserve_line line{sku_id{0}, node_id{0}, {n}, {}};
        const auto r = e.reserve(when(), {{&line, 1}, noon + minutes(10)});
        REQUIRE(r);
        return static_cast<std::uint32_t>(r->subject);
    }
    std::atomic<std::uint64_t>& word_of(subject_kind kind, std::uint32_t i, std::size_t at) {
        return in.books.ledger.chunks().word(in.books.ledger.place(kind, i).at, at);
    }
    /// Writes another image of a subject, as a commit would; its header says what `says` has.
    void rewrite(subject_kind kind, std::uint32_t i,
                 const std::function<void(lifecycle::image&)>& change, bool also_says) {
        lifecycle::image was, next;
        REQUIRE(in.books.ledger.read(kind, i, was) == error_code::ok);
        next = was;
        change(next);
        lifecycle::rewrite r;
        r.kind = kind;
        r.index = i;
        r.version = was.version;
        r.next = &next;
        REQUIRE(in.books.ledger.prepare(me, r));
        REQUIRE(in.books.ledger.own(me, r));
        in.books.ledger.write(r);
        if (!also_says) r.next = &was;
        in.books.ledger.publish(me, r);
    }
};

bool has(const std::vector<finding>& list, audit_check c) {
    return std::ranges::any_of(list, [c](const finding& f) { return f.check == c; });
}

std::string all_of(const audit_report& r) {
    std::string text;
    for (const auto* list : {&r.wrong, &r.leaks, &r.moving})
        for (const finding& f : *list) text += std::string{name_of(f.check)} + ": " + f.text + "\n";
    return text;
}

struct damage {
    audit_check found_as;
    std::function<void(shop&)> plant;
};

std::vector<damage> damage_to_cells() {
    const auto put = [](shop& s, granules more, bool claimed, stock::tag by) {
        auto& at = s.in.books.cells.at(s.cell);
        at = stock::word{stock::word{at.load()}.free() + more, claimed, by}.bits();
    };
    const auto miscounted = [=](granules more) {
        return [=](shop& s) { put(s, more, false, {me, 99}); };
    };
    return {
        {audit_check::balance, miscounted(2)},
        {audit_check::orphan, miscounted(-2)},
        {audit_check::flow, miscounted(2)},
        {audit_check::flow,
         [](shop& s) {  // both counters: nothing but the journal knows
             s.in.books.cells.add_on_hand(s.cell, 4);
             s.in.books.stock.give(me, s.cell, 4);
         }},
        {audit_check::bounds,
         [](shop& s) { s.in.books.cells.add_on_hand(s.cell, stock::max_on_hand); }},
        {audit_check::row, [](shop& s) { REQUIRE(s.in.books.cells.make(sku_id{0}, node_id{77})); }},
        {audit_check::claim,
         [=](shop& s) {
             put(s, 0, true, {me, 99});
         }},
        {audit_check::lease,
         [](shop& s) {
             auto& leases = s.in.books.cells.leases();
             const auto free = leases.of(s.cell);
             REQUIRE(leases.bind(free, s.cell));
             leases.let_go(leases.of(s.cell));
             s.in.books.cells.at(leases.lane(s.cell, 9)) = stock::word{6, false, {9, 1}}.bits();
         }},
    };
}

std::vector<damage> damage_to_subjects() {
    return {
        {audit_check::partition,
         [](shop& s) { s.word_of(order_kind, s.order, 8 + 4) += std::uint64_t{1} << 32; }},
        {audit_check::partition,  // more buckets than the chunk has room for
         [](shop& s) { s.word_of(order_kind, s.order, 0) |= 0x0FFF; }},
        {audit_check::partition,  // a cell that does not exist
         [](shop& s) { s.word_of(basket_kind, s.basket, 8) |= 0xFFFF0; }},
        {audit_check::partition,  // a state that its workflow does not have
         [](shop& s) { s.word_of(order_kind, s.order, 8 + 4 + 1) += std::uint64_t{7} << 32; }},
        {audit_check::partition,  // a workflow that was never activated
         [](shop& s) { s.word_of(order_kind, s.order, 6) |= std::uint64_t{3} << 16; }},
        {audit_check::facts,
         [](shop& s) {
             s.rewrite(
                 order_kind, s.order,
                 [](lifecycle::image& i) { i.buckets[0].state = unit_state::released; }, false);
         }},
        {audit_check::key,
         [](shop& s) {
             lifecycle::image other;
             REQUIRE(s.in.books.ledger.read(order_kind, s.order + 1, other) == error_code::ok);
             s.rewrite(
                 order_kind, s.order, [&](lifecycle::image& i) { i.remembered = other.remembered; },
                 true);
         }},
        {audit_check::decision,
         [](shop& s) {
             s.rewrite(
                 order_kind, s.order, [](lifecycle::image& i) { i.cold_bytes = 1'000'000; }, true);
         }},
        {audit_check::timer,
         [](shop& s) {
             const auto gone = [](std::uint64_t) { return never; };
             s.in.books.timers.sweep(me, noon + minutes(99), gone, gone);
         }},
        {audit_check::made,
         [](shop& s) {
             s.word_of(basket_kind, s.basket, 2) =
                 static_cast<std::uint64_t>((noon + minutes(1)).ns);
         }},
        {audit_check::overdue, [](shop& s) { s.in.time = (noon + minutes(11)).ns; }},
        {audit_check::owner,
         [](shop& s) {
             lifecycle::rewrite r;
             r.kind = order_kind;
             r.index = s.order;
             r.version = s.in.books.ledger.at(order_kind, s.order).version;
             r.home = nullptr;
             lifecycle::image next;
             REQUIRE(s.in.books.ledger.read(order_kind, s.order, next) == error_code::ok);
             r.next = &next;
             REQUIRE(s.in.books.ledger.prepare(me, r));
             REQUIRE(s.in.books.ledger.own(me, r));
         }},
    };
}

std::vector<damage> damage_to_tables() {
    const auto claim = [](shop& s) {
        return s.in.keys.begin(me, intake::key_space::command, "left", {});
    };
    return {
        {audit_check::names, [](shop& s) { s.in.names.node[0].sequence = 1; }},
        {audit_check::floors, [](shop& s) { s.in.names.floors.keys.insert("ghost"); }},
        {audit_check::policy, [](shop& s) { s.in.active_policy = 0; }},
        {audit_check::entry,
         [=](shop& s) {
             const auto c = claim(s);
             s.in.keys.finish(c, {});
             s.in.books.ledger.chunks().word(c.block, 0) = 300;
         }},
        {audit_check::feeds,
         [](shop& s) {
             REQUIRE(s.e.audit());  // which reads the journal
             s.in.feeds.begin(s.in.feeds.seen() + 1'000, verb::adjust);
             s.in.feeds.cell({s.cell, 1, 1});
         }},
        {audit_check::level,
         [](shop& s) {
             threshold_row few;
             few.key = "few";
             few.sku = "mug";
             REQUIRE(s.e.load(s.when(), std::span{&few, 1}).rejected.empty());
             REQUIRE(s.e.audit());
             s.in.feeds.cell({s.cell, 1, 0});
         }},
        {audit_check::waiting, [](shop& s) { s.in.names.waiting.bury("first", {}); }},
        {audit_check::denials,
         [](shop& s) { s.in.names.denials().of(actor_id{}, privilege::load).times = 1; }},
        {audit_check::repeats,
         [](shop& s) {
             s.in.names.repeats().add(7, {noon, s.order});
         }},
        {audit_check::chunk,
         [](shop& s) {
             s.in.books.ledger.chunks().give_back(me,
                                                  s.in.books.ledger.place(basket_kind, s.basket));
         }},
        {audit_check::number, [](shop& s) { s.in.books.ledger.spare(basket_kind, s.basket); }},
        {audit_check::pending, [=](shop& s) { claim(s); }},
        {audit_check::dead_chunk, [](shop& s) { (void)s.in.books.ledger.chunks().take(me, 2); }},
        {audit_check::dead_number,
         [](shop& s) { (void)s.in.books.ledger.conceive(me, basket_kind); }},
    };
}

}  // namespace

TEST_CASE("a sound engine gives the auditor nothing to report, held still or not") {
    shop s;
    for (const auto how : {audit_how::online, audit_how::exact}) {
        const auto r = s.e.audit(how);
        REQUIRE(r);
        INFO(all_of(*r));
        CHECK(r->clean());
        CHECK(r->complete);
        CHECK(r->moving.empty());
        CHECK(r->unchecked.empty());
        CHECK(r->cells == 2);
        CHECK(r->orders == 2);
        CHECK(r->reservations == 2);
        CHECK(r->keys == 2);
        CHECK(r->timers == 2);
        CHECK(r->exact == (how == audit_how::exact));
    }
}

TEST_CASE("every kind of damage is found under its name, with a place and what to do") {
    std::set<audit_check> planted;
    for (const auto& list : {damage_to_cells(), damage_to_subjects(), damage_to_tables()})
        for (const damage& d : list) {
            planted.insert(d.found_as);
            const audit_line line = audit_lines()[static_cast<std::size_t>(d.found_as)];
            INFO(std::string{line.name});
            for (const auto how : {audit_how::online, audit_how::exact}) {
                if (line.exact_only && how == audit_how::online) continue;
                shop s;
                d.plant(s);
                const auto r = s.e.audit(how);
                REQUIRE(r);
                INFO(all_of(*r));
                const auto& where = line.leak ? r->leaks : r->wrong;
                CHECK(has(where, d.found_as));
                CHECK(!has(r->moving, d.found_as));
                CHECK(!r->clean());
                for (const finding& f : where) CHECK(f.text.find("; ") != std::string::npos);
            }
        }
    planted.insert(audit_check::stopped);  // in tests of their own
    planted.insert(audit_check::idle_lease);
    CHECK(planted.size() == audit_checks);
}

TEST_CASE("a finding names its cell, its numbers and its reservation") {
    shop s;
    s.in.books.stock.give(me, s.cell, 2);
    const auto r = s.e.audit();
    REQUIRE(r);
    REQUIRE(has(r->wrong, audit_check::balance));
    const finding f = *std::ranges::find(r->wrong, audit_check::balance, &finding::check);
    CHECK(f.sku == sku_id{0});
    CHECK(f.node == node_id{0});
    CHECK(f.stored == 5'000);
    CHECK(f.recomputed == 5'002);
    CHECK(f.text ==
          "sku 'mug' at 'bonn': 2 granules more are free or promised than there are (on hand "
          "5000, free 4996, in orders and live reservations 6); count the shelf and book it with "
          "count(); keep the journal, it tells since when");
}

TEST_CASE("a finding in a section names the section, and a section of no row is found") {
    shop s;
    const section_row part{"returned", "", "open box", "", "", never, false};
    const stock_row there{"mug", "bonn", {9}, {}, "returned"};
    REQUIRE(s.e.load(s.when(), std::span{&part, 1}).rejected.empty());
    REQUIRE(s.e.load(s.when(), std::span{&there, 1}).rejected.empty());
    for (const auto how : {audit_how::online, audit_how::exact}) CHECK(s.e.audit(how)->clean());
    const auto in = s.in.books.cells.find(sku_id{0}, node_id{0}, section_id{0}).value();
    s.in.books.stock.give(me, in, 2);
    const auto r = s.e.audit();
    REQUIRE(r);
    REQUIRE(has(r->wrong, audit_check::balance));
    const finding f = *std::ranges::find(r->wrong, audit_check::balance, &finding::check);
    CHECK(f.text.starts_with("sku 'mug' at 'bonn' section 'returned': 2 granules more"));
    REQUIRE(s.in.books.cells.make(sku_id{0}, node_id{0}, section_id{7}));
    CHECK(has(s.e.audit()->wrong, audit_check::row));
}

TEST_CASE("a caller that stays inside is named, and what it may be changing is not judged") {
    shop s;
    const std::uint32_t stays = s.in.books.slots.borrow();
    s.in.books.stock.give(stays, s.cell, 2);
    const auto r = s.e.audit();
    REQUIRE(r);
    INFO(all_of(*r));
    CHECK(r->clean());
    CHECK(has(r->moving, audit_check::balance));
    CHECK(has(r->moving, audit_check::stopped));
    CHECK(s.e.audit(audit_how::exact).error().code == error_code::stock_moving);
    s.in.books.slots.give_back(stays);
    CHECK(has(s.e.audit()->wrong, audit_check::balance));
}

TEST_CASE("a lease word whose closing has succeeded and is not cleaned yet is closed") {
    shop s;
    auto& leases = s.in.books.cells.leases();
    REQUIRE(leases.bind(leases.of(s.cell), s.cell));
    leases.let_go(leases.of(s.cell));
    const cell_id lane = leases.lane(s.cell, 9);
    const granules home = 6 - stock::closed_in(leases.of(s.cell).generation());
    auto& closer = s.in.books.slots[8];  // stopped after its decision
    closer.lines[0].target =
        static_cast<std::uint64_t>(raw(lane)) << 32 | static_cast<std::uint32_t>(home);
    closer.count = 1;
    closer.status = stock::status{5, stock::take_state::succeeded}.bits();
    s.in.books.cells.at(lane) = stock::word{6, true, {8, 5}}.bits();
    CHECK_FALSE(has(s.e.audit()->wrong, audit_check::lease));
    closer.status = stock::status{5, stock::take_state::failed}.bits();
    CHECK(has(s.e.audit()->wrong, audit_check::lease));
}

TEST_CASE("units in leases that nobody uses are told, and are no fault") {
    shop s;
    s.in.books.stock.lease(me, s.cell);
    std::thread{[&] { s.hold(1); }}.join();  // another slot, which has no guess of its own
    REQUIRE(s.in.books.stock.is_leased(s.cell));
    const auto r = s.e.audit();
    REQUIRE(r);
    INFO(all_of(*r));
    CHECK(r->clean());
    REQUIRE(has(r->idle, audit_check::idle_lease));
    CHECK(r->idle.front().stored > 0);
    CHECK(r->idle.front().sku == sku_id{0});
}

TEST_CASE("slices of any size come to the same report, and another audit begins after it") {
    shop s;
    s.in.books.stock.give(me, s.cell, 2);
    const auto whole = all_of(*s.e.audit());
    audit_run run;
    for (const std::size_t looks : {1u, 2u, 7u, 100u}) {
        for (int i = 0;; ++i) {
            REQUIRE(i < 10'000);
            const auto r = s.e.audit(run, looks);
            REQUIRE(r);
            if (!r->complete) continue;
            CHECK(all_of(*r) == whole);
            break;
        }
    }
    CHECK_THROWS_AS((void)s.e.audit(run, 0), misuse);
}

TEST_CASE("docs/derived.md has exactly the auditor's lines") {
    std::set<std::string> documented, known;
    std::string line;
    for (std::istringstream page{test::source_file("docs/derived.md")}; std::getline(page, line);)
        if (line.starts_with("| `")) documented.insert(line.substr(3, line.find('`', 3) - 3));
    for (const audit_line& l : audit_lines()) known.insert(std::string{l.name});
    CHECK(documented == known);
}

TEST_CASE("an engine that has halted can be audited") {
    shop s;
    s.in.halt("for this test");
    s.in.books.stock.give(me, s.cell, 2);
    CHECK(has(s.e.audit()->wrong, audit_check::balance));
    CHECK(has(s.e.audit(audit_how::exact)->wrong, audit_check::balance));
}

TEST_CASE("random streams raise no alarm, also over recovery from the journal") {
    using namespace earmark::streams;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        side_by_side both{make_world(seed), {}};
        random_stream stream{seed};
        for (std::uint32_t i = 0; i < 600; ++i) {
            const step next = stream.next();
            REQUIRE(both.play(next).empty());
            for (const serial s : both.granted()) stream.granted(s);
            if (i % 40 != 0) continue;
            for (const auto how : {audit_how::online, audit_how::exact}) {
                const auto r = both.real().audit(how);
                REQUIRE(r);
                INFO("seed " << seed << " step " << i << "\n" << all_of(*r));
                REQUIRE(r->clean());
                REQUIRE(r->moving.empty());
            }
        }
    }
}

/// What a busy hour does to one cell, until `over`.
void keep_busy(shop& s, std::uint32_t salt, std::atomic<bool>& over,
               std::atomic<std::uint32_t>& keys) {
    for (std::uint32_t i = salt; !over; ++i) {
        const reserve_line line{sku_id{0}, node_id{0}, {1 + i % 3}, {}};
        const auto r = s.e.reserve({{}, {}, noon}, {{&line, 1}, noon + minutes(5)});
        if (!r) continue;
        const reservation_id id{r->subject};
        if (i % 16 != 0 || keys >= 200) {
            (void)s.e.unreserve({{}, {}, noon}, id);
        } else {
            const order_line wanted{sku_id{0}, line.amount, 500};
            const std::string key = "k" + std::to_string(keys++);
            const auto p =
                s.e.place_order({key, {}, noon},
                                {{&wanted, 1}, place_id{0}, currency::parse("EUR").value(), 0, id});
            const order_id o{p.first.subject};
            (void)s.e.release({{}, {}, noon}, o);
            (void)s.e.record({{}, {}, noon}, {fact_kind::ship, o, 1, node_id{0}, {1}});
        }
        if (i % 64 == 0)
            (void)s.e.adjust(
                {{}, {}, noon},
                {sku_id{0}, node_id{0}, {i % 128 == 0 ? 5 : -5}, adjust_reason::correction});
    }
}

TEST_CASE("threads at work raise no alarm, and what was planted under them is found at last") {
    shop s;
    std::atomic<bool> over{false};
    std::atomic<std::uint32_t> keys{0};
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 3; ++t)
        threads.emplace_back([&, t] { keep_busy(s, t * 5, over, keys); });
    audit_run run;
    std::uint32_t complete = 0;
    for (int i = 0; i < 2'000 || complete < 20; ++i) {
        const auto r = s.e.audit(run, 50);
        REQUIRE(r);
        complete += r->complete;
        INFO(all_of(*r));
        REQUIRE(r->clean());
    }
    {
        const stock::slot_guard<> slot{s.in.books.slots};
        s.in.books.stock.give(slot.index(), s.cell, 1);
    }
    over = true;
    for (auto& t : threads) t.join();
    const auto last = s.e.audit(audit_how::exact);
    REQUIRE(last);
    INFO(all_of(*last));
    CHECK(has(last->wrong, audit_check::balance));
    CHECK(last->moving.empty());
}
