// What an order says of its holds, and what is asked of them without doing anything.
#include "earmark/engine/workflows.hpp"
#include "holds_shop.hpp"

namespace earmark::holding {
namespace {

/// A shop with a type that lifts by itself as soon as hats are harmless.
struct papers_shop : shop {
    explicit papers_shop(std::vector<hold_step> blocks) {
        hold_type_row r = type_of("papers", std::move(blocks));
        r.resolve_when = "not any(line.hazmat)";
        load({r});
        say("true");
    }
    void say(const std::string& hazmat) {
        REQUIRE(on.load(at(), std::vector<fact_row>{{"hat", "line.hazmat", hazmat, {}}}).accepted ==
                1);
    }
};

TEST_CASE("a hold blocks nothing any more when all that it is on has left") {
    hold_type_row next = type_of("second look", {release});
    next.after = {"credit"};
    shop s{{type_of("note", {allocate}), next}};
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    CHECK(s.sources(o) == ok);
    CHECK(s.releases(o) == ok);
    s.hold(o, "note", 1);
    s.hold(o, "note");
    s.hold(o, "credit");
    CHECK(s.answer(o, 3) == ok);
    REQUIRE(s.on.order(o)->holds.size() == 4);
    CHECK(s.answer(o, 4) == ok);
    REQUIRE(s.on.record(s.at(), {.kind = fact_kind::ship, .order = o, .line = 1}));
    CHECK_FALSE(s.seen(o, 1).blocks);
    CHECK(s.seen(o, 2).blocks);
    CHECK(s.on.order(o)->held);
    CHECK_FALSE(s.on.order(o)->lines[0].held);
    CHECK(s.on.order(o)->lines[1].held);
    s.hold(o, "credit", 2);
    s.load({type_of("credit", {release})});
    CHECK(s.ships(o) == ok);
    CHECK_FALSE(s.on.order(o)->held);
    CHECK_FALSE(s.on.order(o)->lines[1].held);
    CHECK_FALSE(s.seen(o, 2).blocks);
    CHECK(s.seen(o, 2).state == hold_state::active);
    const std::size_t holds = s.on.order(o)->holds.size();
    CHECK(s.answer(o, static_cast<std::uint32_t>(holds)) == ok);  // and nothing comes after it
    CHECK(s.on.order(o)->holds.size() == holds);
}

TEST_CASE("a command that comes again lifts no hold") {
    papers_shop s{{release, pick, cancel}};
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    CHECK(s.sources(o) == ok);
    s.hold(o, "papers", 1);
    const auto all = [&] {
        std::vector<outcome> out;
        for (const auto& r :
             {s.on.release(s.at("release"), o),
              s.on.record(s.at("pick"), {.kind = fact_kind::pick, .order = o, .line = 2}),
              s.on.record(s.at("unpick"), {.kind = fact_kind::unpick, .order = o}),
              s.on.cancel(s.at("cancel"), {o})})
            out.push_back(r ? r->what : outcome::declined);
        return out;
    };
    CHECK(all() == std::vector<outcome>(4, outcome::done));
    s.say("false");
    CHECK(all() == std::vector<outcome>(4, outcome::repeat));
    CHECK(s.seen(o, 1).state == hold_state::active);
    CHECK(s.releases(o) == ok);
    CHECK(s.seen(o, 1).state == hold_state::resolved);
}

TEST_CASE("a hold that is over does not keep an order from being cancelled") {
    papers_shop s{{cancel}};
    const order_id o = s.order({{hat, {1}}});
    s.hold(o, "papers");
    CHECK(s.on.cancel(s.at(), {o}).error().code == held);
    s.say("false");
    CHECK(s.on.cancel(s.at(), {o}));
    CHECK(s.seen(o, 1).state == hold_state::resolved);
}

TEST_CASE("a dry run answers what the order would hear, and lifts no hold") {
    papers_shop s{{allocate}};
    const order_id o = s.order({{hat, {1}}});
    s.hold(o, "papers");
    CHECK(s.on.source(s.at(), o, true).error().code == held);
    s.say("false");
    const auto before = s.on.state_hash();
    CHECK(s.on.source(s.at(), o, true)->first.what == outcome::done);
    CHECK(s.on.state_hash() == before);
    CHECK(s.seen(o, 1).state == hold_state::active);
    hold_type_row next = type_of("second look", {allocate});
    next.after = {"papers"};
    s.load({next});
    const error why = s.on.source(s.at(), o, true).error();
    CHECK(why.code == held);
    CHECK(why.refs[2] == raw(s.type("second look")));
    CHECK(s.on.order(o)->holds.size() == 1);
    CHECK(s.sources(o) == held);
    CHECK(s.on.order(o)->holds.size() == 2);
}

TEST_CASE("what may be done with an order is not what a hold stops, and the hold is named") {
    papers_shop s{{release, cancel}};
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    const auto of = [&](std::uint32_t line, std::string_view event) {
        const auto all = allowed(s.on, o);
        for (const allowed_view& a : *all)
            if (a.line == line && a.event == event)
                return a.possible ? std::string{"possible"} : a.why_not;
        return std::string{"no such event"};
    };
    s.hold(o, "fraud", 2);
    CHECK(of(1, "allocate") == "possible");
    CHECK(of(2, "allocate") == "hold 1 (fraud) stops it");
    CHECK(of(2, "backorder") == "hold 1 (fraud) stops it");
    CHECK(of(2, "cancel") == "possible");
    CHECK(of(2, "release") == "no step from open");
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.sources(o) == ok);
    s.hold(o, "papers");
    for (const std::uint32_t line : {1u, 2u}) {
        CHECK(of(line, "release") == "hold 2 (papers) stops it");
        CHECK(of(line, "cancel") == "hold 2 (papers) stops it");
        CHECK(of(line, "unallocate") == "possible");
    }
    s.say("false");
    CHECK(of(1, "release") == "possible");  // it would be lifted
    CHECK(s.seen(o, 2).state == hold_state::active);
    CHECK(s.releases(o) == ok);
    s.hold(o, "credit", 1);
    for (const char* const event : {"pick", "pack", "ship"}) {
        CHECK(of(1, event) == "hold 3 (credit) stops it");
        CHECK(of(2, event) == "possible");
    }
}

}  // namespace
}  // namespace earmark::holding
