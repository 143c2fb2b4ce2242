// Who may do what: the table of privileges, what a denial leaves behind, and that it is no way to
// fill the journal.
#include <algorithm>
#include <atomic>
#include <thread>

#include "amend_shop.hpp"
#include "earmark/engine/authority.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/engine/submit.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark::amending {
namespace {

using row = privilege_row;

constexpr const char* short_workflow = R"(workflow = "short"
step = [
  { from = "open", on = "allocate", to = "allocated" },
  { from = ["open", "allocated"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "release", to = "released" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
]
)";

struct desk_shop : shop {
    actor_id clerk = *on.actor("clerk"), boss = *on.actor("boss");

    void grant_rows(const std::vector<row>& rows) {
        const auto report = on.load(at(), rows);
        for (const auto& r : report.rejected) MESSAGE(r.text);
        REQUIRE(report.accepted == rows.size());
    }
    [[nodiscard]] command as(actor_id who, std::string_view key = {}) const { return at(key, who); }
    error_code cancels(order_id o, actor_id who, std::string_view key = {}) {
        return on.cancel(as(who, key), {o, 1, {1}, 0}).error().code;
    }
    /// The trail's denials, as "clerk cancel 1 | ".
    [[nodiscard]] std::string denials() const {
        std::string out;
        for (position from{};;) {
            const auto page = trail(on, {}, from, 1'000);
            REQUIRE(page);
            for (const trail_row& r : page->rows)
                if (r.kind == trail_kind::denied) out += text_of(r) + " | ";
            if (page->next == from) return out;
            from = page->next;
        }
    }
    [[nodiscard]] static std::string text_of(const trail_row& r) {
        std::string out{r.actor_key};
        out += ' ' + r.what;
        if (!r.hold_type.empty()) out.append(" of ").append(r.hold_type);
        if (!r.order_key.empty()) out += " for " + r.order_key;
        if (!r.sku_key.empty()) out.append(" on ").append(r.sku_key);
        if (!r.node_key.empty()) out.append(" at ").append(r.node_key);
        return out + ' ' + r.after;
    }
};

TEST_CASE(
    "without rows everybody may; with a row of a privilege only the host and who is allowed") {
    desk_shop s;
    const order_id o = s.sourced({{hat, {5}}});
    CHECK(s.cancels(o, s.clerk) == ok);
    s.grant_rows({{"boss", privilege::cancel, {}, grant::allow}});
    CHECK(s.cancels(o, s.clerk) == not_authorised);
    CHECK(s.cancels(o, s.boss) == ok);
    CHECK(s.cancels(o, actor_id{}) == ok);
    CHECK(s.on.release(s.as(s.clerk), o));  // another privilege
    CHECK(s.units(o, unit_state::cancelled) == 3);
}

TEST_CASE(
    "a row replaces that of its actor, privilege and type; the last one that goes frees all") {
    desk_shop s;
    const order_id o = s.sourced({{hat, {9}}});
    s.grant_rows({{"boss", privilege::cancel, {}, grant::allow},
                  {"boss", privilege::cancel, {}, grant::deny}});
    CHECK(s.cancels(o, s.boss) == not_authorised);
    CHECK(s.cancels(o, s.clerk) == not_authorised);
    s.grant_rows({{"boss", privilege::cancel, {}, grant::drop}});
    CHECK(s.cancels(o, s.boss) == ok);
    CHECK(s.cancels(o, s.clerk) == ok);
    s.grant_rows({{"boss", privilege::cancel, {}, grant::drop}});  // nothing to take away
    CHECK(s.cancels(o, s.clerk) == ok);
}

TEST_CASE("of holds a type that has rows goes by them alone, the others by rows without a type") {
    desk_shop s;
    s.grant_rows({{"boss", privilege::resolve_hold, "fraud"},
                  {"clerk", privilege::resolve_hold, {}},
                  {"boss", privilege::place_hold, "credit"}});
    const order_id o = s.order({{hat, {1}}});
    s.hold(o, "fraud");
    s.hold(o, "payment");
    s.hold(o, "address");
    CHECK(s.answer(o, 1, true, s.clerk) == not_authorised);
    CHECK(s.answer(o, 2, true, s.boss) == not_authorised);
    CHECK(s.answer(o, 2, true, s.clerk) == ok);
    CHECK(s.answer(o, 1, true, s.boss) == ok);
    CHECK(s.answer(o, 3, true) == ok);  // the host
    CHECK(s.answer(o, 4, true, s.clerk) == unknown_hold);
    CHECK(s.answer(order_id{77}, 1, true, s.boss) == unknown_order);
    const auto places = [&](std::string_view type, actor_id who) {
        return s.on.place_hold(s.as(who), {o, s.type(type)}).error().code;
    };
    CHECK(places("credit", s.clerk) == not_authorised);
    CHECK(places("credit", s.boss) == ok);
    CHECK(places("fraud", s.clerk) == ok);  // no row is about it
    CHECK(s.denials() ==
          "clerk resolve_hold of fraud for o1 1 | boss resolve_hold of payment for o1 1 | "
          "clerk place_hold of credit for o1 1 | ");
}

TEST_CASE(
    "who is not among the actors that a type lists is denied, and that is in the trail, too") {
    desk_shop s;
    hold_type_row fraud;
    fraud.key = "fraud";
    fraud.answers = {"boss"};
    fraud.lasts_s = 60;
    fraud.then = hold_expiry::resolve;
    s.load({fraud});
    const order_id o = s.sourced({{hat, {2}}});
    s.hold(o, "fraud");
    CHECK(s.answer(o, 1, true, s.clerk) == not_authorised);
    CHECK(s.answer(o, 1) == not_authorised);  // the list holds for the host as well
    amend_request r;
    r.order = o;
    const line_change fewer{1, quantity{1}};
    r.lines = {&fewer, 1};
    r.edit = 1;
    const amended no = s.on.amend(s.as(s.clerk), r);
    CHECK(no.first.why.code == not_authorised);
    CHECK(s.on.place_hold(s.as(s.clerk), {o, s.type("fraud"), 0, 0, never}).error().code ==
          not_authorised);
    CHECK(s.denials() ==
          "clerk resolve_hold of fraud for o1 1 | host resolve_hold of fraud for o1 "
          "1 | clerk resolve_hold of fraud for o1 2 | ");
    CHECK(s.on.order(o)->version == 3);
    s.grant_rows({{"clerk", privilege::amend, {}}, {"boss", privilege::resolve_hold, {}}});
    CHECK(s.on.amend(s.as(s.clerk), r).first.why.code == not_authorised);  // he ends a hold
    CHECK(s.on.amend(s.as(s.boss), r).first.why.code == not_authorised);   // he may not amend
    r.preview = true;
    CHECK(s.on.amend(s.as(s.boss), r).first.what != outcome::declined);  // it changes nothing
}

/// A shop where the boss may everything that is guarded, and the clerk nothing.
struct strict_shop : desk_shop {
    order_id o = sourced({{hat, {4}}});
    std::vector<row> all;

    strict_shop() {
        REQUIRE(on.load(at(), std::vector<section_row>{{"kept"}}).accepted == 1);
        for (std::size_t p = 0; p < privileges; ++p)
            all.push_back({"boss", static_cast<privilege>(p), {}, grant::allow});
        grant_rows(all);
    }
};

template <class Answer>
error_code code_of(const Answer& answer) {
    return answer.error().code;
}

TEST_CASE("every verb of orders that is privileged asks, by every way of calling it") {
    strict_shop s;
    const order_id o = s.o, two[] = {o, o};
    const std::uint64_t before = s.on.order(o)->version;
    const command c = s.as(s.clerk);
    CHECK(s.cancels(o, s.clerk) == not_authorised);
    amend_request urgent;
    urgent.order = o;
    urgent.priority = std::uint8_t{9};
    CHECK(s.on.amend(c, urgent).first.why.code == not_authorised);
    CHECK(code_of(s.on.place_hold(c, {o, s.type("fraud"), 0, 0, {}})) == not_authorised);
    CHECK(code_of(s.on.source(c, o)) == not_authorised);
    CHECK(s.on.source(c, o, true));  // a dry run is a question
    result<receipt> released[2] = {fail(ok), fail(ok)};
    s.on.release(c, {two}, released);
    CHECK(code_of(released[0]) == not_authorised);
    CHECK(code_of(released[1]) == not_authorised);
    for (std::size_t k = 0; k < fact_kinds; ++k) {
        const fact f{.kind = static_cast<fact_kind>(k), .order = o, .node = north};
        CHECK(code_of(s.on.record(c, f)) == not_authorised);
    }
    CHECK(code_of(discard(s.on, c, "nobody's", 0)) == not_authorised);
    CHECK(code_of(park_cancel(s.on, c, "not here yet", 0)) == not_authorised);
    CHECK(s.on.order(o)->version == before);
    CHECK(s.on.audit()->clean());
}

TEST_CASE("every verb of stock and of tables that is privileged asks") {
    strict_shop s;
    const command c = s.as(s.clerk);
    CHECK(code_of(s.on.adjust(c, {hat, north, {1}})) == not_authorised);
    transfer_request away;
    away.sku = hat;
    away.node = north;
    away.to = section_id{0};
    away.amount = {1};
    CHECK(code_of(s.on.transfer(c, away)) == not_authorised);
    CHECK(code_of(s.on.count(c, {hat, north, {9}})) == not_authorised);
    const feed_row fed{hat, north, {9}};
    CHECK(s.on.delta(c, {"pos", 1, {&fed, 1}}).why.code == not_authorised);
    snapshot_request all;
    all.source = "wms";
    all.sequence = 1;
    all.as_of = s.on.head();
    all.rows = {&fed, 1};
    CHECK(s.on.snapshot(c, all).why.code == not_authorised);
    const auto loads = s.on.load(c, std::vector<sku_row>{{"vase"}});
    REQUIRE(loads.rejected.size() == 1);
    CHECK(loads.rejected[0].row == 0);
    CHECK(loads.rejected[0].why.code == not_authorised);
    CHECK(s.on.find_sku("vase").error().code == unknown_sku);
    CHECK(s.on.load(c, s.all).rejected.at(0).why.code == not_authorised);  // this table, too
    CHECK(code_of(s.on.activate(c,
                                "policy = \"q\"\ncurrency = \"USD\"\nrank = "
                                "[\"parcels\"]\n")) == not_authorised);
    CHECK(code_of(activate_workflow(s.on, c, short_workflow)) == not_authorised);
    const reserve_line some{hat, north, {1}, {}};
    CHECK(s.on.reserve(c, {{&some, 1}}));  // what customers do
    CHECK(s.on.audit()->clean());
}

TEST_CASE("a denied command with a key is not remembered: allowed later, it is done under it") {
    desk_shop s;
    const order_id o = s.sourced({{hat, {4}}});
    s.grant_rows({{"boss", privilege::cancel, {}}});
    CHECK(s.cancels(o, s.clerk, "once") == not_authorised);
    CHECK(s.cancels(o, s.clerk, "once") == not_authorised);
    s.grant_rows({{"clerk", privilege::cancel, {}}});
    CHECK(s.cancels(o, s.clerk, "once") == ok);
    CHECK(s.on.cancel(s.as(s.clerk, "once"), {o, 1, {1}, 0})->what == outcome::repeat);
    CHECK(s.units(o, unit_state::cancelled) == 1);
    s.grant_rows({{"clerk", privilege::cancel, {}, grant::deny}});
    CHECK(s.cancels(o, s.clerk, "once") == not_authorised);  // nor does he hear what it was
}

TEST_CASE("a thousand attempts leave ten records, which say how often it was") {
    desk_shop s;
    const order_id o = s.sourced({{hat, {4}}}), other = s.sourced({{mug, {4}}});
    s.grant_rows({{"boss", privilege::cancel, {}}, {"boss", privilege::adjust, {}}});
    const std::uint32_t version = s.on.order(o)->version;
    std::string last;
    int records = 0;
    for (int i = 1; i <= 1'000; ++i) {
        const position before = s.on.head();
        CHECK(s.cancels(i % 2 == 0 ? other : o, s.clerk) == not_authorised);
        records += s.on.head() != before;
    }
    CHECK(records == 10);
    CHECK(s.on.adjust(s.as(s.clerk), {hat, south, {1}}).error().code == not_authorised);
    CHECK(s.denials() ==
          "clerk cancel for o1 1 | clerk cancel for o2 2 | clerk cancel for o2 4 | clerk cancel "
          "for o2 8 | clerk cancel for o2 16 | clerk cancel for o2 32 | clerk cancel for o2 64 | "
          "clerk cancel for o2 128 | clerk cancel for o2 256 | clerk cancel for o2 512 | clerk "
          "adjust on hat at south 1 | ");
    CHECK(s.on.order(o)->version == version);
    CHECK(s.on.audit()->clean());
}

TEST_CASE("attempts of several callers at once are counted one by one, beside who reads of them") {
    desk_shop s;
    const order_id o = s.sourced({{hat, {4}}});
    s.grant_rows({{"boss", privilege::cancel, {}}});
    constexpr int callers = 4, times = 250;
    std::atomic<int> others{0};
    {
        std::vector<std::jthread> all;
        for (int t = 0; t < callers; ++t)
            all.emplace_back([&] {
                for (int denied = 0; denied < times;) {
                    const error_code why = s.cancels(o, s.clerk);
                    denied += why == not_authorised;
                    others += why != not_authorised && !is_transient(why);
                }
            });
        for (int i = 0; i < 50; ++i) {
            const auto told = story(s.on, o);
            others += !told && !is_transient(told.error().code);
        }
    }
    CHECK(others == 0);
    const std::string all = s.denials();
    CHECK(std::ranges::count(all, '|') == 10);
    CHECK(all.ends_with("clerk cancel for o1 512 | "));
    CHECK(s.on.audit(audit_how::exact)->clean());
}

TEST_CASE("the story of an order has the attempts that were denied after its last version") {
    desk_shop s;
    const order_id o = s.order({{hat, {1}}});
    s.grant_rows({{"boss", privilege::release, {}}});
    CHECK(s.on.release(s.as(s.clerk), o).error().code == not_authorised);
    CHECK(s.on.release(s.as(s.clerk), o).error().code == not_authorised);
    const auto told = story(s.on, o);
    REQUIRE(told);
    CHECK(told->version == 1);
    const std::string text = report::text_of(*told);
    CHECK(text.find("version 1, release by clerk: clerk may not release, nothing was done.") !=
          std::string::npos);
    CHECK(text.find("nothing was done; time 2.") != std::string::npos);
    CHECK(report::svg_of(*told).find("may not release") != std::string::npos);
    const auto events = s.on.poll(position{}, 1'000);
    REQUIRE(events);
    CHECK(events->back().declined);
    CHECK(events->back().subject == raw(o));
    CHECK(events->back().by == verb::release);
}

TEST_CASE("a recovery has the table and the counts, and goes on from what was noted") {
    auto sink = std::make_shared<journal::memory_sink>();
    config c;
    c.sink = sink;
    std::uint64_t live = 0;
    {
        engine e{c};
        REQUIRE(e.load({}, std::vector<sku_row>{{"hat"}}).accepted == 1);
        REQUIRE(e.load({}, std::vector<privilege_row>{{"boss", privilege::load, {}}}).accepted ==
                1);
        const command clerk{{}, *e.actor("clerk"), {}};
        for (int i = 0; i < 7; ++i)
            CHECK(e.load(clerk, std::vector<sku_row>{{"mug"}}).rejected[0].why.code ==
                  not_authorised);
        REQUIRE(e.flush(journal::durability::memory));
        live = e.state_hash();
    }
    engine e{c};
    CHECK(e.halted() == "");
    CHECK(e.state_hash() == live);
    const command clerk{{}, *e.actor("clerk"), {}};
    const position before = e.head();
    for (int i = 0; i < 3; ++i)
        CHECK(e.load(clerk, std::vector<sku_row>{{"mug"}}).rejected[0].why.code == not_authorised);
    CHECK(e.head() == before);  // the 5th to 7th of what is known
    (void)e.load(clerk, std::vector<sku_row>{{"mug"}});
    CHECK(e.head() != before);
    CHECK(e.audit(audit_how::exact)->clean());
    CHECK(e.load({{}, *e.actor("boss"), {}}, std::vector<sku_row>{{"mug"}}).accepted == 1);
}

TEST_CASE("the note of a denial has fixed bytes, and damaged ones are not read") {
    denied_attempt a{
        privilege::resolve_hold, hold_type_id{2}, node_id{7}, 0x01020304, sku_id{9}, 4};
    const auto bytes = bytes_of(a);
    std::string text;
    for (const std::byte b : bytes) text += std::to_string(std::to_integer<int>(b)) + ' ';
    CHECK(text == "4 3 2 1 9 0 0 0 7 0 2 0 4 0 0 0 0 0 0 0 ");
    denied_attempt back;
    REQUIRE(read_denied(3, bytes, back));
    CHECK(back.may == privilege::resolve_hold);
    CHECK(back.order == a.order);
    CHECK(back.times == 4);
    CHECK_FALSE(read_denied(privileges, bytes, back));
    CHECK_FALSE(read_denied(3, std::span{bytes}.first(19), back));
    auto never = bytes;
    never[12] = std::byte{0};
    CHECK_FALSE(read_denied(3, never, back));
}

TEST_CASE("more actors than the memory has room for are counted together") {
    engine e;
    REQUIRE(e.load({}, std::vector<sku_row>{{"hat"}}).accepted == 1);
    REQUIRE(e.load({}, std::vector<privilege_row>{{"boss", privilege::load, {}}}).accepted == 1);
    const auto denied = [&](std::size_t n) {
        const position before = e.head();
        const actor_id who = *e.actor("a" + std::to_string(n));
        const position named = e.head();
        CHECK(before != named);
        CHECK(e.load({{}, who, {}}, std::vector<sku_row>{{"mug"}}).rejected[0].why.code ==
              not_authorised);
        return e.head() != named;
    };
    std::size_t records = 0;
    constexpr std::size_t room = denial_memory::max_pairs;
    for (std::size_t n = 0; n < room; ++n) records += denied(n);
    CHECK(records == room);
    records = 0;
    for (std::size_t n = room; n < room + 100; ++n) records += denied(n);
    CHECK(records == 7);  // the 1st, 2nd, 4th ... 64th of them all
    CHECK(e.audit(audit_how::exact)->clean());
}

TEST_CASE("an actor that was never made may nothing that is guarded, and is nobody in the trail") {
    desk_shop s;
    s.grant_rows({{"boss", privilege::cancel, {}}});
    const order_id o = s.sourced({{hat, {1}}});
    CHECK(s.cancels(o, actor_id{77'777}) == unknown_actor);
    CHECK(s.denials() == "");
}

TEST_CASE("the table of privileges refuses what cannot be, row by row, and says what") {
    desk_shop s;
    const std::string long_name(256, 'x');
    const auto report =
        s.on.load(s.at(), std::vector<row>{{"", privilege::cancel, {}},
                                           {long_name, privilege::cancel, {}},
                                           {"clerk", static_cast<privilege>(200), {}},
                                           {"clerk", privilege::cancel, {}, static_cast<grant>(7)},
                                           {"clerk", privilege::cancel, "fraud"},
                                           {"clerk", privilege::place_hold, "no such type"},
                                           {"host", privilege::cancel, {}},
                                           {"never seen", privilege::cancel, {}, grant::drop},
                                           {"clerk", privilege::load, {}}});
    CHECK(report.accepted == 1);
    std::string codes;
    for (const auto& r : report.rejected)
        codes += std::to_string(r.row) + ' ' + std::string{name_of(r.why.code)} + ", ";
    CHECK(codes ==
          "1 empty_key, 2 key_too_long, 3 bad_field, 4 bad_field, 5 bad_field, "
          "6 unknown_hold_type, 7 bad_field, 8 unknown_actor, ");
    CHECK(report.rejected[5].text.find("'clerk'") != std::string::npos);
    CHECK(report.rejected[5].text.find("'no such type'") != std::string::npos);
}

TEST_CASE("submit loads privileges, names the nearest word, and says who may not do what") {
    desk_shop s;
    const order_id o = s.sourced({{hat, {1}}});
    (void)o;
    const auto says = [&](const char* line, const char* part) {
        const std::string answer = submit(s.on, line);
        CAPTURE(answer);
        CHECK(answer.find(part) != std::string::npos);
    };
    says(R"({"verb":"load","table":"privileges","rows":[{"actor":"boss","may":"cancle"}]})",
         "cancel");
    says(R"({"verb":"load","table":"privileges","rows":[{"may":"cancel"}]})", "missing_field");
    says(R"({"verb":"load","table":"privileges","rows":[{"actor":"boss","may":"cancel",
             "hold_type":"fraud"}]})",
         "bad_field");
    says(R"({"verb":"load","table":"privileges","rows":[{"actor":"boss","may":"cancel"},
             {"actor":"boss","may":"resolve_hold","hold_type":"fraud","does":"deny"}]})",
         R"("accepted":2)");
    says(R"({"verb":"cancel","order":"o1","actor":"clerk"})", "not_authorised");
    says(R"({"verb":"cancel","order":"o1","actor":"clerk"})", "clerk");
    says(R"({"verb":"story","order":"o1"})", R"("kind":"denied")");
    says(R"({"verb":"cancel","order":"o1","actor":"boss"})", R"("ok":true)");
}

}  // namespace
}  // namespace earmark::amending
