// The story of an order and the audit trail, read from the journal.
#include "earmark/engine/story.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "amend_shop.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/report/order_story.hpp"
#include "transfers_shop.hpp"

namespace earmark {
namespace {

using amending::hat, amending::mug, amending::north, amending::south, amending::monday;
using report::sentence_of, report::text_of;

/// What the rows of a kind are about, in short.
std::string of_kind(const std::vector<trail_row>& rows, trail_kind kind) {
    std::string out;
    for (const trail_row& r : rows)
        if (r.kind == kind) {
            std::string text = sentence_of({&r, 1});
            out += (out.empty() ? "" : "; ") + text.substr(text.find(": ") + 2);
        }
    return out;
}

struct shop : amending::shop {
    [[nodiscard]] told_story tell(order_id o) const {
        auto told = story(on, o);
        REQUIRE(told);
        return *told;
    }
    [[nodiscard]] std::string told(order_id o, trail_kind kind) const {
        return of_kind(tell(o).rows, kind);
    }
    [[nodiscard]] std::vector<trail_row> all(const trail_query& q) const {
        std::vector<trail_row> rows;
        for (position next{};;) {
            const auto page = trail(on, q, next, 1);
            REQUIRE(page);
            if (page->next == next) return rows;
            next = page->next;
            rows.insert(rows.end(), page->rows.begin(), page->rows.end());
        }
    }
    void later(std::int64_t s) { now = now + seconds(s); }
};

TEST_CASE_FIXTURE(shop, "a story begins with the birth and has a version for each record") {
    const order_id o = order({{hat, {3}, 990}, {mug, {1}, 500}});
    later(60);
    REQUIRE(on.source(at(), o));
    later(60);
    REQUIRE(on.release(at(), o));
    records(o, fact_kind::ship, 2);
    const told_story s = tell(o);
    CHECK(s.whole);
    CHECK(s.key == "o1");
    CHECK(s.version == version(o));
    CHECK(s.rows.front().version == 1);
    CHECK(s.rows.front().kind == trail_kind::captured);
    CHECK(s.rows.front().command == "o1");
    CHECK(s.rows.back().version == s.version);
    CHECK(s.rows.back().by == verb::ship);
    CHECK(of_kind(s.rows, trail_kind::placed) ==
          "3 of hat as line 1 at 9.90 USD.; 1 of mug as line 2 at 5.00 USD.");
    CHECK(of_kind(s.rows, trail_kind::decided) ==
          "policy 1 chose north for 3 of line 1 (hat).; "
          "policy 1 chose north for 1 of line 2 (mug).");
    CHECK(text_of(s) ==
          "Order o1, version 4.\n"
          "2027-01-15T08:00:00Z, version 1, place_order by host (o1): sales order; "
          "3 of hat as line 1 at 9.90 USD; 1 of mug as line 2 at 5.00 USD.\n"
          "2027-01-15T08:01:00Z, version 2, source by host: "
          "policy 1 chose north for 3 of line 1 (hat); policy 1 chose north for 1 of line 2 (mug); "
          "3 of line 1 (hat) from open to allocated at north; "
          "1 of line 2 (mug) from open to allocated at north.\n"
          "2027-01-15T08:02:00Z, version 3, release by host: "
          "3 of line 1 (hat) from allocated to released at north; "
          "1 of line 2 (mug) from allocated to released at north.\n"
          "2027-01-15T08:02:00Z, version 4, ship by host: "
          "2 of line 1 (hat) from released to shipped at north.\n");
}

TEST_CASE_FIXTURE(shop, "a story tells of nobody else's orders, whatever came in between") {
    const order_id first = order({{hat, {1}, 0}});
    const order_id other = order({{hat, {2}, 0}});
    REQUIRE(on.source(at(), other));
    REQUIRE(on.source(at(), first));
    for (const trail_row& r : tell(first).rows) CHECK(r.order == first);
    CHECK(tell(first).rows.back().version == 2);
    CHECK(tell(other).rows.back().version == 2);
}

TEST_CASE_FIXTURE(shop, "holds are told with their types, their ends and who answered") {
    const auto alice = on.actor("alice");
    REQUIRE(alice);
    const order_id o = order({{hat, {1}, 0}, {mug, {1}, 0}});
    const std::uint32_t whole = hold(o, "fraud");
    const std::uint32_t line = hold(o, "payment", 2, now + seconds(60));
    CHECK(answer(o, whole, true, *alice) == error_code::ok);
    later(61);
    REQUIRE(on.advance(at()));
    CHECK(told(o, trail_kind::held) ==
          "hold 1 (fraud) placed on the whole order, reason 3.; "
          "hold 2 (payment) placed on line 2 (mug) until 2027-01-15T08:01:00Z, reason 3.");
    CHECK(told(o, trail_kind::hold_ended) ==
          "hold 1 (fraud) resolved, reason 4.; hold 2 (payment) escalated: its time is over.");
    const told_story s = tell(o);
    for (const trail_row& r : s.rows)
        if (r.kind == trail_kind::hold_ended) CHECK((r.actor == *alice) == (r.hold == whole));
    CHECK(s.rows.back().hold == line);
}

TEST_CASE_FIXTURE(shop, "an amendment is told with what stood there before") {
    const order_id o = order({{hat, {4}, 100}});
    amend_request r;
    r.order = o;
    const std::vector<line_change> lines{{1, quantity{5}, south}, {0, quantity{2}, {}, mug, 700}};
    r.lines = lines;
    r.ship_to = *on.find_place("home");
    r.priority = 7;
    REQUIRE(on.amend(at(), r).first.what == outcome::done);
    r.lines = {};
    r.ship_to = *on.find_place("work");
    r.priority = 8;
    REQUIRE(on.amend(at("again"), r).first.what == outcome::done);
    CHECK(told(o, trail_kind::amended) ==
          "node of line 1 (hat) is now south, it was any.; ship_to is now home, it was nowhere.; "
          "priority is now 7, it was 0.; ship_to is now work, it was home.; "
          "priority is now 8, it was 7.");
    CHECK(told(o, trail_kind::placed) ==
          "4 of hat as line 1 at 1.00 USD.; 1 more of line 1 (hat).; "
          "2 of mug as line 2 at 7.00 USD.");
    CHECK(tell(o).rows.back().command == "again");
}

TEST_CASE_FIXTURE(shop, "what an order says of itself is told, and who gave it back") {
    const order_id o = order({{hat, {1}, 0}}, {{*on.find_attribute("customer.new"), 0, "true"},
                                               {*on.find_attribute("line.hazmat"), 1, "false"}});
    REQUIRE(on.source(at(), o));
    const fact gives_back{.kind = fact_kind::reject,
                          .order = o,
                          .line = 1,
                          .node = north,
                          .amount = {1},
                          .reason = 9};
    REQUIRE(on.record(at(), gives_back));
    REQUIRE(on.cancel(at(), {o, 1, {1}, 5}));
    CHECK(told(o, trail_kind::said) ==
          "it says customer.new = true.; line 1 (hat) says line.hazmat = false.");
    CHECK(told(o, trail_kind::rejected) == "north gave line 1 (hat) back, reason 9.");
    CHECK(told(o, trail_kind::moved) ==
          "1 of line 1 (hat) from open to allocated at north.; "
          "1 of line 1 (hat) from allocated at north to open.; "
          "1 of line 1 (hat) from open to cancelled, reason 5.");
}

TEST_CASE_FIXTURE(shop, "a basket that an order takes over is in its story") {
    const std::vector<reserve_line> lines{{hat, north, {2}, {}}};
    const auto basket = on.reserve(at(), {.lines = lines, .deadline = now + seconds(60)});
    REQUIRE(basket);
    const std::vector<order_line> wanted{{hat, {2}, 0}};
    order_request r{wanted, none<place_id>, currency::parse("USD").value(), 0};
    r.reservation = reservation_id{basket->subject};
    const auto p = on.place_order(at("b"), r);
    REQUIRE(p.first.what == outcome::done);
    const told_story s = tell(order_id{p.first.subject});
    CHECK(of_kind(s.rows, trail_kind::reservation) ==
          "reservation " + std::to_string(basket->subject) + " consumed.");
    CHECK(of_kind(s.rows, trail_kind::moved) ==
          "2 of line 1 (hat) from open to allocated at north.");
}

TEST_CASE("units that others bring are told on both ends, with the other order's key") {
    bringing::shop s;
    const order_id o = s.order({{bringing::hat, {4}, 0}});
    REQUIRE(s.on.source(s.now(), o));
    const auto told = story(s.on, o);
    REQUIRE(told);
    const std::string links = of_kind(told->rows, trail_kind::linked);
    CHECK(links.starts_with("line 1 (hat) is brought by line 1 of order transfer "));
    REQUIRE(told->rows.size() > 0);
    order_id other = none<order_id>;
    for (const trail_row& r : told->rows)
        if (r.kind == trail_kind::linked) other = r.other;
    const auto back = story(s.on, other);
    REQUIRE(back);
    CHECK(back->rows.front().what == "transfer");
    CHECK(back->rows.front().command == "");  // nobody gave one for it
    CHECK(told->rows.back().command == "");
    CHECK(of_kind(back->rows, trail_kind::linked)
              .starts_with("line 1 (hat) brings for line 1 of order " + told->key));
}

TEST_CASE_FIXTURE(shop, "labels are those of the order's own workflow") {
    REQUIRE(activate_workflow(on, at(), R"(workflow = "checked"
events = ["check"]
state = [ { name = "looked_at", base = "open" } ]
step = [
  { from = "open", on = "check", to = "looked_at" },
  { from = "looked_at", on = "allocate", to = "allocated" },
  { from = ["open", "looked_at", "allocated"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "release", to = "released" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
]
)"));
    const order_id o = order({{hat, {1}, 0}});
    REQUIRE(on.record(at(), {.kind = fact_kind::mark, .order = o, .event = "check"}));
    REQUIRE(on.source(at(), o));
    CHECK(told(o, trail_kind::moved) ==
          "1 of line 1 (hat) from open to looked_at.; "
          "1 of line 1 (hat) from looked_at to allocated at north.");
}

TEST_CASE_FIXTURE(shop, "units that wait are told with the name of their queue") {
    go_by(at(),
          "policy = \"q\"\ncurrency = \"USD\"\nrank = [\"priority\"]\n[[strategy]]\n"
          "name = \"all\"\noutcome = { partial = \"allocate_and_queue:care\", "
          "none = \"queue:buyers\" }\n");
    const order_id part = sourced({{hat, {2}, 0}, {mug, {40}, 0}});
    const order_id none = sourced({{mug, {40}, 0}});
    CHECK(told(part, trail_kind::moved).ends_with("from open to backordered, queue care."));
    CHECK(told(none, trail_kind::moved).find("to backordered, queue") != std::string::npos);
    CHECK(told(part, trail_kind::decided).starts_with("policy 2 (all) chose north for 2 of"));
}

TEST_CASE("where the beginning is gone the story says so, and the rest is told") {
    config c;
    c.max_orders = c.max_keys = c.max_reservations = c.max_cells = 4'096;
    c.ledger_bytes = std::size_t{1} << 24;
    c.retained_bytes = 4'096;
    engine on{c};
    const command now{{}, {}, monday};
    REQUIRE(on.load(now, std::vector<sku_row>{{"hat"}}).accepted == 1);
    REQUIRE(on.load(now, std::vector<node_row>{kept_books::node("north")}).accepted == 1);
    REQUIRE(on.load(now, std::vector<stock_row>{{"hat", "north", {9}}}).accepted == 1);
    REQUIRE(on.activate(now, "policy = \"p\"\ncurrency = \"USD\"\nrank = [\"priority\"]\n"));
    const std::vector<order_line> lines{{hat, {3}, 0}};
    const order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
    const order_id o{on.place_order({"old", {}, monday}, r).first.subject};
    REQUIRE(on.source(now, o));
    for (int i = 0; i < 1'000; ++i) {
        REQUIRE(on.adjust(now, {hat, north, {1}}));
        if (i % 100 == 0) REQUIRE(on.flush(journal::durability::memory));
    }
    CHECK(trail(on, {}).error().code == error_code::cursor_too_old);
    const auto nothing_left = story(on, o);
    REQUIRE(nothing_left);
    CHECK(!nothing_left->whole);
    CHECK(nothing_left->rows.empty());
    CHECK(nothing_left->version == 2);
    REQUIRE(on.release(now, o));
    REQUIRE(on.cancel(now, {o, 1, {1}, 0}));
    const auto rest = story(on, o);
    REQUIRE(rest);
    CHECK(!rest->whole);
    CHECK(raw(rest->gone_to) > 0);
    CHECK(rest->rows.front().version == 3);
    CHECK(rest->rows.back().version == 4);
    REQUIRE(rest->before.size() == 1);
    CHECK(rest->before[0].state == unit_state::allocated);
    CHECK(rest->before[0].node_key == "north");
    CHECK(rest->before[0].amount.atoms == 3);
    CHECK(text_of(*rest).find("is no longer in memory (cursor_too_old)") != std::string::npos);
    CHECK(report::svg_of(*rest).find("its beginning is no longer in memory") != std::string::npos);
}

TEST_CASE_FIXTURE(shop, "an order that nobody placed has no story") {
    CHECK(story(on, order_id{7}).error().code == error_code::unknown_order);
    CHECK(trail(on, {.order = order_id{7}}).error().code == error_code::unknown_order);
    CHECK(trail(on, {.sku = sku_id{99}}).error().code == error_code::unknown_sku);
    CHECK(trail(on, {.node = node_id{99}}).error().code == error_code::unknown_node);
}

TEST_CASE_FIXTURE(shop, "the trail has a row for every record, and each filter keeps its own") {
    const auto alice = on.actor("alice");
    REQUIRE(alice);
    later(10);
    const time_point second = now;
    const order_id o = sourced({{hat, {2}, 0}});
    later(10);
    REQUIRE(on.adjust({"adj", *alice, now}, {mug, north, {4}, adjust_reason::receipt}));
    REQUIRE(on.count(at(), {mug, north, {11}}));
    const auto rows = all({});
    std::vector<position> records;
    const auto events = on.poll({}, 1'000);
    for (const event& e : events.value()) records.push_back(e.at);
    std::vector<position> told;
    for (const trail_row& r : rows)
        if (told.empty() || told.back() != r.at) told.push_back(r.at);
    CHECK(told == records);
    CHECK(all({.order = o}).size() == tell(o).rows.size());
    for (const trail_row& r : all({.sku = mug})) CHECK(r.sku == mug);
    CHECK(of_kind(all({.sku = mug, .node = north, .actor = *alice}), trail_kind::stock) ==
          "mug at north: free +4, on hand +4.");
    CHECK(all({.actor = *alice}).front().command == "adj");
    CHECK(of_kind(all({.sku = mug}), trail_kind::counted) ==
          "mug at north: 13 in the books, 11 found.");
    CHECK(all({.by = verb::source}).size() == all({.order = o, .by = verb::source}).size() + 1);
    for (const trail_row& r : all({.since = second, .until = second + seconds(10)}))
        CHECK(r.now == second);
    CHECK(all({.since = second, .until = second}).empty());
    CHECK(all({.until = second}).size() + all({.since = second}).size() == rows.size());
    const std::string tables = of_kind(rows, trail_kind::loaded);
    for (const char* part : {"sku hat.", "node north.", "place home.", "policy version 1.",
                             "attribute customer.new.", "actor alice."})
        CHECK(tables.find(part) != std::string::npos);
}

TEST_CASE_FIXTURE(shop, "a page ends with a record, and the next one goes on behind it") {
    for (int i = 0; i < 5; ++i) sourced({{hat, {1}, 0}, {hat, {1}, 0}});
    const auto whole = trail(on, {}, {}, 10'000);
    REQUIRE(whole);
    std::vector<trail_row> pieces = all({});
    REQUIRE(pieces.size() == whole->rows.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        CHECK(sentence_of({&pieces[i], 1}) == sentence_of({&whole->rows[i], 1}));
    const auto none_of_it = trail(on, {}, {}, 0);
    REQUIRE(none_of_it);
    CHECK(none_of_it->rows.empty());
    CHECK(none_of_it->next == position{});
    const auto end = trail(on, {}, on.head());
    REQUIRE(end);
    CHECK(end->next == on.head());
}

TEST_CASE_FIXTURE(shop, "an order that is declined leaves its command in the trail") {
    const std::vector<order_line> wrong{{sku_id{77}, {1}, 0}};
    const order_request r{wrong, none<place_id>, currency::parse("USD").value(), 0};
    CHECK(on.place_order(at("bad"), r).first.what == outcome::declined);
    const auto rows = all({.by = verb::place_order});
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].kind == trail_kind::command);
    CHECK(rows[0].command == "bad");
}

TEST_CASE_FIXTURE(shop, "a submitted line asks for a story, for its picture, and for the trail") {
    const order_id o = sourced({{hat, {2}, 100}});
    REQUIRE(on.actor("alice"));
    const std::string plain = on.submit(R"({"verb":"story","order":"o1"})");
    CHECK(plain.find(R"("version":2,"whole":true,"text":["Order o1, version 2.",)") !=
          std::string::npos);
    CHECK(plain.find("picture") == std::string::npos);
    CHECK(
        on.submit(R"({"verb":"story","order":"o1","picture":true})").find(R"("picture":"<svg )") !=
        std::string::npos);
    const std::string page = on.submit(
        R"({"verb":"trail","sku":"hat","node":"north","of_verb":"source","actor":"host"})");
    CHECK(page.find(R"("kind":"decided","order":"o1","line":1,"sku":"hat","quantity":"2")") !=
          std::string::npos);
    CHECK(on.submit(R"({"verb":"trail","actor":"alice"})").find(R"("rows":[])") !=
          std::string::npos);
    CHECK(on.submit(R"({"verb":"trail","actor":"nobody"})").find("unknown_actor") !=
          std::string::npos);
    CHECK(on.submit(R"({"verb":"trail","of_verb":"none"})").find(R"("ok":false)") !=
          std::string::npos);
    CHECK(on.submit(R"({"verb":"trail","order":"o9"})").find("unknown_order") != std::string::npos);
    CHECK(on.submit(R"({"verb":"story","order":"o9"})").find("unknown_order") != std::string::npos);
    CHECK(tell(o).version == 2);
}

TEST_CASE("a call looks at so many records and no more; an empty page is not the end") {
    engine on;
    const command now{{}, {}, monday};
    REQUIRE(on.load(now, std::vector<sku_row>{{"hat"}, {"mug"}}).accepted == 2);
    REQUIRE(on.load(now, std::vector<node_row>{kept_books::node("north")}).accepted == 1);
    REQUIRE(on.load(now, std::vector<stock_row>{{"hat", "north", {0}}}).accepted == 1);
    const auto start = on.head();
    for (std::size_t i = 0; i < trail_records; ++i) REQUIRE(on.adjust(now, {hat, north, {1}}));
    REQUIRE(on.load(now, std::vector<stock_row>{{"mug", "north", {3}}}).accepted == 1);
    const auto first = trail(on, {.sku = mug}, start);
    REQUIRE(first);
    CHECK(first->rows.empty());
    CHECK(first->next != start);
    CHECK(first->next != on.head());
    const auto second = trail(on, {.sku = mug}, first->next);
    REQUIRE(second);
    CHECK(of_kind(second->rows, trail_kind::stock) == "mug at north: free +3, on hand +3.");
    CHECK(second->next == on.head());
}

TEST_CASE_FIXTURE(shop, "a story that is told while others change the order is of one version") {
    const order_id o = order({{hat, {5}, 0}});
    std::atomic<bool> is_over{false};
    std::thread writer{[&] {
        for (int i = 0; i < 400; ++i) {
            const auto placed = on.place_hold(at(), {o, type("fraud"), 0, 0, {}});
            if (placed) static_cast<void>(on.resolve_hold(at(), {o, placed->lines}));
        }
        is_over = true;
    }};
    std::uint32_t told = 0;
    while (!is_over || told == 0) {
        const auto s = story(on, o);
        if (!s) {
            CHECK(is_transient(s.error().code));
            continue;
        }
        ++told;
        CHECK(s->rows.front().version == 1);
        CHECK(s->rows.back().version == s->version);
        std::uint32_t records = 0;
        position last{};
        for (const trail_row& r : s->rows) records += std::exchange(last, r.at) != r.at ? 1 : 0;
        CHECK(records == s->version);
    }
    writer.join();
    CHECK(tell(o).version == version(o));
}

}  // namespace
}  // namespace earmark
