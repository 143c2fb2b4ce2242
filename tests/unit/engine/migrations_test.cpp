// Orders go by another version of their workflow: what stays, what is mapped, what is refused.
// After each test the fold of the journal is the live state (kept_books).
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "earmark/engine/story.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/report/order_story.hpp"
#include "kept_books.hpp"
#include "units_text.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0};

constexpr time_point in(std::int64_t hours) { return {monday.ns + hours * 3'600'000'000'000}; }

/// A version whose label of what is looked at has a name, a number and a time of its own.
std::string version(std::string_view label, std::string_view before, std::string_view after) {
    std::string out = "workflow = 'looked'\nevents = ['look']\nstate = [";
    out += before;
    out += "{ name = '";
    out += label;
    out += "', base = 'open' }]\nstep = [\n";
    if (!before.empty())
        out +=
            "{ from = 'open', on = 'look', to = 'other', when = 'urgent' },\n"
            "{ from = 'other', on = 'cancel', to = 'cancelled' },\n";
    out += "{ from = 'open', on = 'look', to = '";
    out += label;
    out += "', unless = 'urgent' },\n{ from = '";
    out += label;
    out += "', on = 'cancel', to = 'cancelled'";
    out += after;
    out +=
        " },\n"
        "{ from = ['open', '";
    out += label;
    out +=
        "'], on = 'allocate', to = 'allocated' },\n"
        "{ from = 'open', on = 'cancel', to = 'cancelled' },\n"
        "{ from = 'allocated', on = 'release', to = 'released' },\n"
        "{ from = 'released', on = 'ship', to = 'shipped' },\n"
        "{ from = 'shipped', on = 'deliver', to = 'delivered' },\n]\n";
    return out;
}

struct shop : kept_books {
    std::uint16_t one = 0, two = 0, three = 0;
    int number = 0;

    shop() {
        stock_up(at(monday), {{"hat"}}, {node("north")}, {{"hat", "north", {9}}});
        go_by(at(monday), "policy = 'p'\ncurrency = 'USD'\nrank = ['priority']\n");
        one = activate(version("seen", "", ", after = '24h'"));
        two = activate(version("seen", "{ name = 'other', base = 'open' }, ", ", after = '48h'"));
        three = activate(version("checked", "", ""));
    }
    static command at(time_point now, std::string_view key = {}) { return {key, {}, now}; }
    std::uint16_t activate(const std::string& text) {
        std::vector<std::string> findings;
        const auto v = activate_workflow(on, at(monday), text, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(v);
        return *v;
    }
    order_id place(std::uint16_t by, std::int64_t n = 4) {
        const std::string key = "o" + std::to_string(++number);
        const std::vector<order_line> lines{{hat, {n}}};
        const auto p =
            on.place_order(at(monday, key), {lines, none<place_id>, *currency::parse("USD"), 0});
        REQUIRE(p.first.what == outcome::done);
        const order_id o{p.first.subject};
        REQUIRE(go(o, by) == error_code::ok);
        return o;
    }
    error_code go(order_id o, std::uint16_t to, std::vector<state_mapping> states = {},
                  time_point now = monday) {
        return migrate(on, at(now), {o, to, states}).error().code;
    }
    void look(order_id o, std::int64_t n) {
        REQUIRE(on.record(at(monday), {fact_kind::mark, o, 1, none<node_id>, {n}, 0, "look"}));
    }
    std::string units(order_id o) const { return units_text(on, o); }
    std::string told(order_id o) {
        const auto all = story(on, o);
        REQUIRE(all);
        return report::text_of(all->rows);
    }
};

bool contains(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

TEST_CASE("an order keeps its version until it is migrated, and then its labels by their names") {
    shop s;
    const order_id o = s.place(s.one);
    s.look(o, 3);
    CHECK(s.on.order(o)->workflow == s.one);
    CHECK(s.go(o, s.two) == error_code::ok);
    CHECK(s.on.order(o)->workflow == s.two);
    CHECK(s.units(o) == "open 1 open/seen 3");
    const std::string told = s.told(o);
    CHECK(contains(told, "goes by workflow looked 2 and no more by looked 1"));
    CHECK(contains(told, "from open to seen"));
}

TEST_CASE("how long units have stood counts on in the other version") {
    shop s;
    const order_id o = s.place(s.one);
    s.look(o, 3);
    REQUIRE(s.go(o, s.two, {}, in(20)) == error_code::ok);
    REQUIRE(s.on.advance(s.at(in(47))));
    CHECK(s.units(o) == "open 1 open/seen 3");
    REQUIRE(s.on.advance(s.at(in(48))));
    CHECK(s.units(o) == "open 1 cancelled 3");
}

TEST_CASE("a version that has no timer takes away those of the one before, and gives them back") {
    shop s;
    const order_id o = s.place(s.one);
    s.look(o, 3);
    REQUIRE(s.go(o, s.three, {}, in(1)) == error_code::state_missing);
    const std::vector<state_mapping> there{{"seen", "checked"}}, back{{"checked", "seen"}};
    REQUIRE(s.go(o, s.three, there, in(1)) == error_code::ok);
    CHECK(s.units(o) == "open 1 open/checked 3");
    REQUIRE(s.on.advance(s.at(in(100))));
    CHECK(s.units(o) == "open 1 open/checked 3");
    REQUIRE(s.go(o, s.one, back, in(100)) == error_code::ok);
    REQUIRE(s.on.advance(s.at(in(123))));
    CHECK(s.units(o) == "open 1 open/seen 3");
    REQUIRE(s.on.advance(s.at(in(124))));
    CHECK(s.units(o) == "open 1 cancelled 3");
}

TEST_CASE("units in a state that the other version lacks are mapped, or the order stays") {
    shop s;
    const order_id o = s.place(s.one);
    s.look(o, 3);
    const auto before = s.on.state_hash();
    const auto refused = migrate(s.on, s.at(monday), {o, s.three, {}});
    CHECK(refused.error().code == error_code::state_missing);
    CHECK(refused.error().refs[0] == 1);
    CHECK(refused.error().refs[1] == s.three);
    CHECK(s.go(o, 0) == error_code::state_missing);
    CHECK(s.on.state_hash() == before);
    const std::vector<state_mapping> plain{{"seen", "open"}};
    CHECK(s.go(o, 0, plain) == error_code::ok);
    CHECK(s.units(o) == "open 4");
    CHECK(s.on.order(o)->workflow == 0);
    REQUIRE(s.on.source(s.at(monday), o));
    CHECK(s.units(o) == "allocated 4");
}

TEST_CASE("two states may become one") {
    shop s;
    const order_id o = s.place(s.one);
    s.look(o, 3);
    const std::vector<state_mapping> both{{"seen", "checked"}, {"open", "checked"}};
    REQUIRE(s.go(o, s.three, both) == error_code::ok);
    CHECK(s.units(o) == "open/checked 4");
}

TEST_CASE("a base state in which the other version leaves units for ever is one that it lacks") {
    shop s;
    std::string text =
        "workflow = 'short'\nstep = [\n"
        "{ from = 'open', on = 'cancel', to = 'cancelled' },\n]\n";
    const std::uint16_t brief = s.activate(text);
    const order_id o = s.place(s.one);
    REQUIRE(s.on.source(s.at(monday), o));
    REQUIRE(s.units(o) == "allocated 4");
    CHECK(s.go(o, brief) == error_code::state_missing);
}

TEST_CASE("a mapping that names no state, or another base, is refused with its number") {
    shop s;
    const order_id o = s.place(s.one);
    const auto why = [&](std::vector<state_mapping> states) {
        const auto done = migrate(s.on, s.at(monday), {o, s.three, states});
        CHECK(done.error().code == error_code::bad_mapping);
        return done.error().refs[0];
    };
    CHECK(why({{"sean", "checked"}}) == 1);
    CHECK(why({{"open", "open"}, {"seen", "seen"}}) == 2);
    CHECK(why({{"seen", "allocated"}}) == 1);
    CHECK(why({{"seen", "checked"}, {"seen", "open"}}) == 2);
}

TEST_CASE("versions that there are not, or for other orders, and the one that it has already") {
    shop s;
    const order_id o = s.place(s.one);
    CHECK(s.go(o, 77) == error_code::unknown_workflow);
    const std::uint16_t service = s.activate(
        "workflow = 'by_mail'\ntype = 'service'\nstep = [\n"
        "{ from = 'open', on = 'fulfil', to = 'delivered' },\n"
        "{ from = 'open', on = 'cancel', to = 'cancelled' },\n]\n");
    CHECK(s.go(o, service) == error_code::other_type);
    CHECK(s.go(order_id{99}, s.one) == error_code::unknown_order);
    const auto again = migrate(s.on, s.at(monday), {o, s.one, {}});
    REQUIRE(again);
    CHECK(again->what == outcome::unchanged);
}

TEST_CASE("a key is for one migration") {
    shop s;
    const order_id o = s.place(s.one);
    const auto go = [&](std::uint16_t to) {
        return migrate(s.on, s.at(monday, "once"), {o, to, {}});
    };
    REQUIRE(go(s.two));
    CHECK(go(s.two)->what == outcome::repeat);
    CHECK(go(s.one).error().code == error_code::duplicate_key);
}

TEST_CASE("a story tells labels by the version of its time") {
    shop s;
    const order_id o = s.place(s.one);
    s.look(o, 3);
    const std::vector<state_mapping> there{{"seen", "checked"}};
    REQUIRE(s.go(o, s.three, there, in(1)) == error_code::ok);
    REQUIRE(s.on.source(s.at(in(2)), o));
    const std::string told = s.told(o);
    CHECK(contains(told, "from open to seen"));
    CHECK(contains(told, "from seen to checked"));
    CHECK(contains(told, "from checked to allocated"));
}

}  // namespace
}  // namespace earmark
