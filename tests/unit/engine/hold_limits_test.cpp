// Holds where something is in their way: guards of a workflow, a list that is full, a journal that
// somebody has changed.
#include "earmark/engine/fold.hpp"
#include "earmark/engine/workflows.hpp"
#include "holds_shop.hpp"

namespace earmark::holding {
namespace {

const char* const guarded = R"(workflow = "guarded"
step = [
  { from = "open", on = "allocate", to = "allocated" },
  { from = "open", on = "cancel", to = "cancelled" },
  { from = "allocated", on = "unallocate", to = "open", unless = "order.signed" },
  { from = "allocated", on = "cancel", to = "cancelled", unless = "order.signed" },
  { from = "allocated", on = "release", to = "released" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
]
)";

/// A shop whose orders go by that workflow, and one that is signed.
struct guarded_shop : shop {
    explicit guarded_shop(std::vector<hold_type_row> types = {}) : shop{std::move(types)} {
        REQUIRE(on.load(at(), std::vector<attribute_row>{{"order.signed", value_type::flag}})
                    .accepted == 1);
        REQUIRE(activate_workflow(on, at(), guarded));
    }
    order_id signed_order() {
        return order({{hat, {2}}}, {{*on.find_attribute("order.signed"), 0, "true"}});
    }
    /// Is everything that was due over? Then who asks for too much hears that it is not there.
    bool is_calm() {
        const reserve_line wants[] = {{hat, south, {99}, {}}};
        return on.reserve(at(), {wants}).error().code == insufficient;
    }
};

TEST_CASE("what time does to a held order does not wait for a guard of its workflow") {
    hold_type_row r;
    r.key = "screening";
    r.lasts_s = 60;
    r.keeps_s = 30;
    r.then = hold_expiry::reject;
    guarded_shop s{{r}};
    const order_id o = s.signed_order();
    CHECK(s.sources(o) == ok);
    s.hold(o, "screening");
    s.now = monday + seconds(30);
    CHECK(s.is_calm());
    CHECK(s.seen(o, 1).gave_back);
    CHECK(s.units(o, unit_state::allocated) == 2);
    s.now = monday + seconds(60);
    CHECK(s.is_calm());
    CHECK(s.seen(o, 1).state == hold_state::rejected);
    CHECK(s.units(o, unit_state::allocated) == 2);
    CHECK(s.releases(o) == held);
}

TEST_CASE("a rejection by hand cancels what the workflow lets go, and stops the rest") {
    guarded_shop s;
    const order_id o = s.signed_order();
    CHECK(s.sources(o) == ok);
    s.hold(o, "payment");
    CHECK(s.answer(o, 1, false) == ok);
    CHECK(s.units(o, unit_state::allocated) == 2);
    CHECK(s.seen(o, 1).blocks);
    CHECK(s.releases(o) == held);
}

TEST_CASE("where more lines fit a type than there is room for holds, the whole order is held") {
    hold_type_row r = type_of("papers", {allocate});
    r.scope = hold_scope::line;
    r.apply_when = "lines >= 1";
    shop s{{r}};
    const order_id o = s.order(std::vector<order_line>(max_holds + 100, {hat, {1}}));
    const auto view = s.on.order(o);
    CHECK(view->holds.size() == max_holds + 1);
    CHECK(view->holds.back().line == 0);
    CHECK(std::ranges::all_of(view->lines, [](const line_view& l) { return l.held; }));
    CHECK(s.sources(o) == held);
    CHECK(s.on.place_hold(s.at(), {o, s.type("fraud"), 0, 0, {}}).error().code == out_of_range);
    CHECK(s.answer(o, 1) == ok);
    CHECK(s.sources(o) == held);  // by the one on the order
}

/// An order with as many holds as may be placed by hand, of which the last is fraud on line 1.
order_id full_order(shop& s) {
    const order_id o = s.order({{hat, {1}}, {mug, {1}}});
    for (std::uint32_t i = 1; i < max_holds; ++i) {
        REQUIRE(s.hold(o, "credit") == i);
        REQUIRE(s.answer(o, i) == ok);
    }
    REQUIRE(s.hold(o, "fraud", 1) == max_holds);
    return o;
}

TEST_CASE("what comes after a hold has room where nobody may place one any more") {
    hold_type_row next = type_of("second look", {release});
    next.after = {"fraud"};
    shop s{{next}};
    const order_id o = full_order(s);
    CHECK(s.answer(o, max_holds) == ok);
    CHECK(s.seen(o, max_holds + 1).type == s.type("second look"));
    CHECK(s.seen(o, max_holds + 1).line == 0);
    CHECK(s.answer(o, max_holds + 1) == ok);
}

TEST_CASE("a hold whose successor has no room any more stays, and time goes on for the others") {
    std::vector<hold_type_row> types(max_hold_types - 7);  // and six are known
    for (std::size_t i = 0; i < types.size(); ++i) {
        types[i] = type_of("look " + std::to_string(i), {release});
        types[i].after = {"fraud"};
        types[i].lasts_s = 60;
        types[i].then = hold_expiry::resolve;
    }
    hold_type_row last = type_of("last", {release});
    for (const hold_type_row& t : types) last.after.push_back(t.key);
    types.push_back(last);
    shop s{types};
    const order_id o = full_order(s);
    CHECK(s.answer(o, max_holds) == ok);
    auto number = static_cast<std::uint32_t>(max_holds);
    while (s.on.order(o)->holds.size() < max_holds_in_all) {
        REQUIRE(s.answer(o, ++number) == ok);  // it places `last`, which is let go
        REQUIRE(s.answer(o, static_cast<std::uint32_t>(s.on.order(o)->holds.size())) == ok);
    }
    CHECK(s.answer(o, ++number) == out_of_range);
    CHECK(s.seen(o, number).state == hold_state::active);
    s.now = monday + seconds(60);
    const reserve_line wants[] = {{hat, south, {99}, {}}};
    CHECK(s.on.reserve(s.at(), {wants}).error().code == insufficient);  // not stock_moving
    CHECK(s.seen(o, number).escalated);
    CHECK(s.seen(o, number).state == hold_state::active);
    CHECK(s.answer(o, number, false) == ok);
}

TEST_CASE("a row of the journal that no table of types wrote is refused") {
    using row = std::vector<std::int64_t>;
    const auto read = [](std::uint32_t id, std::string_view key, const row& fields) {
        catalog into;
        return read_hold_type({id, key, fields, {}}, into);
    };
    const row sound = {2, 0, 2, 0, -1, 0, 1, 0, 0, 0};
    CHECK(read(6, "x", sound));
    const auto with = [&](std::size_t field, std::int64_t value) {
        row changed = sound;
        changed[field] = value;
        return read(6, "x", changed);
    };
    CHECK_FALSE(with(0, 0));  // it blocks nothing
    CHECK_FALSE(with(0, 0x10000));
    CHECK(with(1, max_hold_seconds));
    CHECK_FALSE(with(1, max_hold_seconds + 1));
    CHECK(with(4, max_hold_seconds));
    CHECK_FALSE(with(4, max_hold_seconds + 1));
    CHECK_FALSE(with(4, -2));
    CHECK_FALSE(with(9, 1));  // and none follows
    const auto after = [&](std::uint32_t id, std::string_view key,
                           std::vector<std::int64_t> types) {
        row all = sound;
        all[6] = static_cast<std::int64_t>(key.size());
        all[9] = static_cast<std::int64_t>(types.size());
        all.insert(all.end(), types.begin(), types.end());
        return read(id, key, all);
    };
    CHECK(after(0, "fraud", {5}));
    CHECK_FALSE(after(0, "fraud", {6}));  // a type that is not there
    CHECK_FALSE(after(6, "x", {7}));
    CHECK_FALSE(after(6, "x", {6}));     // after itself
    CHECK_FALSE(after(6, "x", {2, 1}));  // they ascend
    row answered = sound;
    answered.push_back(1);
    CHECK_FALSE(read(6, "x", answered));  // an actor who is not there
}

}  // namespace
}  // namespace earmark::holding
