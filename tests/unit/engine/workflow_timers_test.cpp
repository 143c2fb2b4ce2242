// Timers of workflows in the engine: what time does by itself, since when it counts, and what it
// leaves to people. After each test the fold of the journal is the live state (kept_books).
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "earmark/engine/holds.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/report/order_story.hpp"
#include "kept_books.hpp"
#include "units_text.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
constexpr node_id north{0};

constexpr time_point in(std::int64_t hours, std::int64_t seconds = 0) {
    return {monday.ns + (hours * 3'600 + seconds) * 1'000'000'000};
}

const std::string ageing = R"(workflow = "ageing"
events = ["chase", "look"]
state = [
  { name = "chased", base = "backordered" },
  { name = "seen", base = "open" },
]
step = [
  { from = "open", on = "allocate", to = "allocated" },
  { from = "open", on = "look", to = "seen", when = "urgent" },
  { from = "seen", on = "cancel", to = "cancelled" },
  { from = "open", on = "backorder", to = "backordered" },
  { from = ["backordered", "chased"], on = "allocate", to = "allocated" },
  { from = "backordered", on = "chase", to = "chased", because = "who waits is told" },
  { from = ["open", "backordered", "chased"], on = "cancel", to = "cancelled" },
  { from = ["allocated", "released"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "unallocate", to = "open" },
  { from = "allocated", on = "release", to = "released", unless = "order.blocked" },
  { from = "released", on = "unallocate", to = "open" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
  { from = "shipped", on = "lose", to = "lost" },
]
timer = [
  { from = "backordered", on = "chase", after = "24h" },
  { from = "chased", on = "cancel", after = "48h" },
  { from = "allocated", on = "release", after = "2h" },
  { from = "released", on = "cancel", after = "30d" },
  { from = "shipped", on = "deliver", after = "10d" },
]
)";

struct shop : kept_books {
    int number = 0;

    explicit shop(std::string text = ageing, std::string_view policy = "queue:late") {
        stock_up(at(monday), {{"hat"}, {"mug"}}, {node("north"), node("south", 1)},
                 {{"hat", "north", {9}}, {"hat", "south", {2}}, {"mug", "north", {3}}});
        REQUIRE(on.load(at(monday), std::vector<attribute_row>{{"order.blocked", value_type::flag}})
                    .accepted == 1);
        use(policy);
        follow(text);
    }
    static command at(time_point now, std::string_view key = {}) { return {key, {}, now}; }
    void use(std::string_view none) {
        std::string text = "policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n";
        text += "[split]\nlines = 'by_quantity'\n[outcome]\nnone = '";
        text += none;
        text += "'\npartial = 'allocate_and_backorder'\n";
        go_by(at(monday), text);
    }
    std::uint16_t follow(std::string_view text) {
        std::vector<std::string> findings;
        const auto version = activate_workflow(on, at(monday), text, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(version);
        return *version;
    }
    order_id place(time_point now, std::vector<order_line> lines, const char* blocked = nullptr) {
        const std::string key = "o" + std::to_string(++number);
        order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
        const std::vector<order_fact> facts{{attribute_id{0}, 0, blocked ? blocked : ""}};
        if (blocked != nullptr) r.facts = facts;
        const auto p = on.place_order(at(now, key), r);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    order_id sourced(time_point now, std::vector<order_line> lines, const char* blocked = nullptr) {
        const order_id o = place(now, std::move(lines), blocked);
        REQUIRE(on.source(at(now), o));
        return o;
    }
    void pass(time_point now) { REQUIRE(on.advance(at(now))); }
    std::string units(order_id o) const { return units_text(on, o); }
    /// What the order's last record says.
    std::string last(order_id o) {
        const auto all = story(on, o);
        REQUIRE(all);
        std::vector<trail_row> rows;
        for (const trail_row& r : all->rows)
            if (r.at == all->rows.back().at) rows.push_back(r);
        return report::sentence_of(rows);
    }
    std::optional<allowed_view> step(order_id o, std::string_view event) {
        const auto all = allowed(on, o);
        REQUIRE(all);
        for (const allowed_view& a : *all)
            if (a.event == event && (a.acts_at != never || a.told)) return a;
        return {};
    }
};

bool contains(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

TEST_CASE("what waits too long is labelled, and then cancelled, by nobody's command") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {12}}});
    REQUIRE(s.units(o) == "backordered 1 allocated 9 allocated 2");
    REQUIRE(s.on.cancel(s.at(monday), {o, 1, {1}, 0}));  // the one that waits
    const order_id late = s.sourced(monday, {{hat, {5}}});
    REQUIRE(s.units(late) == "backordered 5");
    s.pass(in(24, -1));
    CHECK(s.units(late) == "backordered 5");
    s.pass(in(24));
    CHECK(s.units(late) == "backordered/chased 5");
    CHECK(contains(s.last(late), "mark"));
    CHECK(contains(s.last(late), "line 1 chase after P1D by itself"));
    s.pass(in(72, -1));
    CHECK(s.units(late) == "backordered/chased 5");
    s.pass(in(72));
    CHECK(s.units(late) == "cancelled 5");
    CHECK(contains(s.last(late), "line 1 cancel after P2D by itself"));
}

TEST_CASE("a timer acts with the first command at or after its time, and counts from there on") {
    shop s;
    const order_id o = s.sourced(monday, {{mug, {4}}});
    REQUIRE(s.on.cancel(s.at(monday), {o, 1, {1}, 0}));
    const order_id late = s.sourced(monday, {{mug, {2}}});
    REQUIRE(s.units(late) == "backordered 2");
    s.pass(in(100));  // chased only now
    CHECK(s.units(late) == "backordered/chased 2");
    s.pass(in(148, -1));
    CHECK(s.units(late) == "backordered/chased 2");
    s.pass(in(148));
    CHECK(s.units(late) == "cancelled 2");
}

TEST_CASE("units that come later have their own time, and what leaves has stood longest") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {9}}});
    REQUIRE(s.units(o) == "allocated 9");
    REQUIRE(s.on.release(s.at(monday), o));
    const auto reject = [&](time_point now, std::int64_t n) {
        return s.on.record(s.at(now), {fact_kind::reject, o, 1, north, {n}, 0, {}}).has_value();
    };
    REQUIRE(reject(in(0), 3));
    s.use("queue:very late");
    REQUIRE(s.on.adjust(s.at(monday), {hat, north, {-3}, adjust_reason::damage}));
    REQUIRE(s.on.adjust(s.at(monday), {hat, node_id{1}, {-2}, adjust_reason::damage}));
    REQUIRE(s.on.source(s.at(monday), o));
    REQUIRE(s.units(o) == "backordered 3 released 6");
    REQUIRE(reject(in(10), 4));
    REQUIRE(s.on.adjust(s.at(in(10)), {hat, north, {-4}, adjust_reason::damage}));
    REQUIRE(s.on.source(s.at(in(10)), o));
    REQUIRE(s.units(o) == "backordered 7 released 2");
    s.pass(in(24));
    CHECK(s.units(o) == "backordered 4 backordered/chased 3 released 2");
    CHECK(s.step(o, "chase")->acts_at == in(34));
    s.pass(in(34));
    CHECK(s.units(o) == "backordered/chased 7 released 2");
    CHECK(s.step(o, "cancel")->acts_at == in(72));
    REQUIRE(s.on.cancel(s.at(in(40)), {o, 1, {3}, 0}));  // those that have stood longest
    CHECK(s.step(o, "cancel")->acts_at == in(82));
}

TEST_CASE("goods that nobody releases are released by time, through the gate of a release") {
    shop s;
    const order_id free = s.sourced(monday, {{hat, {2}}});
    const order_id held = s.sourced(monday, {{hat, {2}}, {mug, {1}}});
    REQUIRE(s.on.place_hold(s.at(monday), {held, hold_type_id{0}, 1, 0, {}}));
    CHECK(s.step(held, "release")->acts_at == in(2));
    s.pass(in(2));
    CHECK(s.units(free) == "released 2");
    CHECK(s.units(held) == "allocated 2 released 1");
    CHECK(contains(s.last(held), "line 1 release after PT2H could not be done: held"));
    CHECK(contains(s.last(held), "line 2 release after PT2H by itself"));
    const auto left = s.step(held, "release");
    REQUIRE(left);
    CHECK(left->told);
    CHECK(left->acts_at == never);
    REQUIRE(s.on.resolve_hold(s.at(in(3)), {held, 1, true, 0}));
    const auto head = s.on.head();
    s.pass(in(300));
    CHECK(s.units(held) == "allocated 2 released 1");  // it is not tried for ever
    CHECK(s.on.head() == head);
    REQUIRE(s.on.release(s.at(in(301)), held));
    CHECK(s.units(held) == "released 2 released 1");
}

TEST_CASE("a hold whose own time is over at that instant is in no timer's way") {
    shop s;
    const order_id o = s.place(monday, {{hat, {2}}});
    REQUIRE(s.on.source(s.at(monday), o));
    hold_type_row short_one{"short"};
    short_one.blocks = {{hold_step::release}};
    short_one.then = hold_expiry::resolve;
    REQUIRE(s.on.load(s.at(monday), std::vector<hold_type_row>{short_one}).accepted == 1);
    REQUIRE(s.on.place_hold(s.at(monday), {o, hold_type_id{6}, 0, 0, in(2)}));
    s.pass(in(2));
    CHECK(s.units(o) == "released 2");
}

TEST_CASE("a guard that does not hold leaves the units where they are, and that is told once") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {2}}}, "true");
    const order_id other = s.sourced(monday, {{hat, {2}}}, "false");
    s.pass(in(5));
    CHECK(s.units(o) == "allocated 2");
    CHECK(contains(s.last(o), "line 1 release after PT2H could not be done: guard_not_met"));
    CHECK(s.units(other) == "released 2");
    const auto head = s.on.head();
    s.pass(in(50));
    CHECK(s.on.head() == head);
}

TEST_CASE("frozen goods stay, and the line with them") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {10}}});
    REQUIRE(s.units(o) == "allocated 9 allocated 1");
    floor_row recall;
    recall.key = "recall";
    recall.sku = "hat";
    recall.node = "south";
    recall.freeze = true;
    REQUIRE(s.on.load(s.at(monday), std::vector<floor_row>{recall}).accepted == 1);
    s.pass(in(2));
    CHECK(s.units(o) == "allocated 9 allocated 1");
    CHECK(contains(s.last(o), "could not be done: excluded"));
}

TEST_CASE("a timed cancellation gives stock back") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {11}}});
    CHECK(s.free(hat, north) == 0);
    s.pass(in(2));
    CHECK(s.units(o) == "released 9 released 2");
    s.pass(in(2 + 30 * 24));
    CHECK(s.units(o) == "cancelled 11");
    CHECK(s.free(hat, north) == 9);
}

TEST_CASE("a node that is to agree to a cancellation is not passed over by time") {
    shop s;
    answer_row row;
    row.node = "north";
    row.request = request_kind::cancel;
    row.within_s = 60;
    REQUIRE(s.on.load(s.at(monday), std::vector<answer_row>{row}).accepted == 1);
    const order_id o = s.sourced(monday, {{hat, {4}}});
    REQUIRE(s.on.release(s.at(monday), o));
    s.pass(in(30 * 24));
    CHECK(s.units(o) == "released 4");
    CHECK(contains(s.last(o), "cancel after P30D could not be done: not_allowed"));
}

TEST_CASE("what was sent is there after a while, where nobody says so") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {4}}});
    REQUIRE(s.on.release(s.at(monday), o));
    REQUIRE(s.on.record(s.at(monday), {fact_kind::ship, o, 1, none<node_id>, {1}, 0, {}}));
    REQUIRE(s.on.record(s.at(in(24)), {fact_kind::ship, o, 0, none<node_id>, {}, 0, {}}));
    s.pass(in(240));
    CHECK(s.units(o) == "shipped 3 delivered 1");
    s.pass(in(264));
    CHECK(s.units(o) == "delivered 4");
}

TEST_CASE("a timer whose guard leaves the step to another one says nothing of it") {
    const auto with = [](std::string_view what, std::string_view by) {
        std::string text = ageing;
        return text.replace(text.find(what), what.size(), by);
    };
    shop s{
        with("  { from = \"seen\", on = \"cancel\", to = \"cancelled\" },\n",
             "  { from = \"seen\", on = \"cancel\", to = \"cancelled\", when = \"urgent\", after = "
             "\"1h\" },\n"
             "  { from = \"seen\", on = \"cancel\", to = \"cancelled\", unless = \"urgent\", "
             "after = \"3h\" },\n")};
    const std::vector<order_line> lines{{hat, {1}}};
    order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
    r.priority = 1;
    const order_id o{s.on.place_order(s.at(monday, "u"), r).first.subject};
    REQUIRE(s.on.record(s.at(monday), {fact_kind::mark, o, 0, none<node_id>, {}, 0, "look"}));
    amend_request calmer;
    calmer.order = o;
    calmer.priority = 0;
    REQUIRE(s.on.amend(s.at(monday), calmer).first.what == outcome::done);
    s.pass(in(1));
    CHECK(s.units(o) == "open/seen 1");
    CHECK_FALSE(s.step(o, "cancel")->told);
    CHECK(contains(s.last(o), "is not for these units"));
    s.pass(in(3));
    CHECK(s.units(o) == "cancelled 1");
}

TEST_CASE("timers stand in the recovered engine as they stood in the one before") {
    shop s;
    const order_id o = s.sourced(monday, {{hat, {2}}});
    const order_id late = s.sourced(in(1), {{mug, {5}}});
    REQUIRE(s.units(late) == "backordered 2 allocated 3");
    REQUIRE(s.on.flush(journal::durability::memory));
    config copied = s.settings();
    const auto copy = std::make_shared<journal::memory_sink>();
    const auto append = [&](std::uint64_t number, std::span<const std::byte> batch) {
        return copy->append(number, batch).has_value();
    };
    REQUIRE(s.sink->read(append) == error_code::ok);
    copied.sink = copy;
    engine again{copied};
    REQUIRE(again.advance(s.at(in(2))));
    s.pass(in(2));
    CHECK(again.state_hash() == s.on.state_hash());
    CHECK(s.units(o) == "released 2");
    REQUIRE(again.advance(s.at(in(60))));
    s.pass(in(60));
    CHECK(again.state_hash() == s.on.state_hash());
    CHECK(s.units(late) == "backordered/chased 2 released 3");
    CHECK(again.audit(audit_how::exact)->clean());
}

TEST_CASE("orders of one instant age in the order of their numbers, in any engine alike") {
    shop s;
    std::vector<order_id> all;
    for (int i = 0; i < 20; ++i) all.push_back(s.place(monday, {{hat, {1}}}));
    for (const order_id o : all) REQUIRE(s.on.source(s.at(monday), o));
    const auto done = s.on.advance(s.at(in(2)));
    REQUIRE(done);
    CHECK(done->lines == 11);  // as many as there are hats; the others wait
    s.pass(in(24));
    CHECK(s.units(all[10]) == "released 1");
    CHECK(s.units(all[11]) == "backordered/chased 1");
}

}  // namespace
}  // namespace earmark
