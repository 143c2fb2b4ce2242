// OM-07: lines in sets are sourced together where the policy says so, and released together.
#include <string>
#include <vector>

#include "amend_shop.hpp"
#include "earmark/engine/capture.hpp"
#include "earmark/engine/workflows.hpp"

namespace earmark {
namespace {

using namespace amending;

order_line in_set(sku_id sku, std::int64_t n, std::uint16_t set, node_id from = none<node_id>) {
    order_line l{sku, {n}, 500, from};
    l.set = set;
    return l;
}

struct stand : amending::shop {
    using shop::shop;
    std::string releases(order_id o, node_id from = none<node_id>) {
        result<receipt> one = fail(not_allowed);
        on.release(at(), {{&o, 1}, from}, {&one, 1});
        return std::string{one ? name_of(one->what) : name_of(one.error().code)};
    }
    /// Why a line may not take the step.
    std::string may_not(order_id o, std::uint32_t line, std::string_view event) const {
        const auto all = allowed(on, o);
        for (const allowed_view& a : *all)
            if (a.line == line && a.event == event && !a.possible) return a.why_not;
        return {};
    }
    /// "1 allocated 2, " of each line and state.
    std::string states(order_id o) const {
        std::string out;
        const auto seen = *on.order(o);
        for (const bucket_view& b : seen.buckets)
            out += std::to_string(b.line) + ' ' + std::string{name_of(b.state)} + ' ' +
                   std::to_string(b.amount.atoms) + ", ";
        return out;
    }
};

}  // namespace

TEST_CASE("OM-07: a set is released as a whole or not at all, and other lines do not wait for it") {
    stand s;
    const order_id o = s.order({in_set(hat, 2, 1), in_set(mug, 20, 1), in_set(hat, 1, 0)});
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.states(o) == "1 allocated 2, 2 backordered 20, 3 allocated 1, ");
    CHECK(s.releases(o) == "done");
    CHECK(s.states(o) == "1 allocated 2, 2 backordered 20, 3 released 1, ");
    CHECK(s.releases(o) == "waits_for_set");
    const auto why = s.on.release(s.at(), o);
    CHECK(s.on.describe(why.error()).find("line 1 is released together with line 2") !=
          std::string::npos);
    CHECK(s.may_not(o, 1, "release") == "line 2 of its set is not ready");
    REQUIRE(s.amends(o, 2, 3).first.what == outcome::done);
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.may_not(o, 1, "release") == "");
    CHECK(s.releases(o) == "done");
    CHECK(s.states(o) == "1 released 2, 2 released 3, 2 cancelled 17, 3 released 1, ");
}

TEST_CASE("a hold of one line keeps its whole set, and what was given back keeps the rest of it") {
    hold_type_row papers;
    papers.key = "papers", papers.scope = hold_scope::line, papers.blocks = {{hold_step::release}};
    stand s{};
    s.load({papers});
    const order_id o = s.sourced({in_set(hat, 2, 7), in_set(mug, 1, 7), in_set(hat, 1, 8)});
    const std::uint32_t hold = s.hold(o, "papers", 2);
    CHECK(s.releases(o) == "done");
    CHECK(s.states(o) == "1 allocated 2, 2 allocated 1, 3 released 1, ");
    CHECK(s.releases(o) == "waits_for_set");
    CHECK(s.answer(o, hold) == ok);
    CHECK(s.releases(o) == "done");
    CHECK(s.states(o) == "1 released 2, 2 released 1, 3 released 1, ");
    REQUIRE(
        s.on.record(s.at(), {.kind = reject, .order = o, .line = 1, .node = north, .amount = {1}}));
    s.records(o, pick, 1, 1);  // what is with the node goes on; what came back is sourced anew
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.releases(o) == "done");
}

TEST_CASE("a node is told of its part of a set once all of the set is somewhere") {
    stand s;
    const order_id o = s.order({in_set(hat, 1, 1, south), in_set(mug, 1, 1, north)});
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.releases(o, south) == "done");
    CHECK(s.states(o) == "1 released 1, 2 allocated 1, ");
    CHECK(s.releases(o, south) == "unchanged");
    CHECK(s.releases(o) == "done");
    const order_id p = s.order({in_set(hat, 1, 1, south), in_set(mug, 99, 1, north)});
    REQUIRE(s.on.source(s.at(), p));
    CHECK(s.releases(p, south) == "waits_for_set");
    REQUIRE(s.on.cancel(s.at(), {p, 2}));
    CHECK(s.releases(p, south) == "done");  // nothing of it is missing any more
}

TEST_CASE("where the policy keeps sets, a set comes from one node or waits") {
    stand s;
    REQUIRE(s.on.activate(s.at(), R"(
policy = "sets"
currency = "USD"
rank = ["priority"]
split = { lines = "whole", together = ["set"] }
)"));
    // south has no mugs; north has nine hats, and two lines of them are one set by their goods
    const order_id o = s.order({in_set(hat, 5, 2), in_set(mug, 2, 2), in_set(hat, 3, 0)});
    REQUIRE(s.on.source(s.at(), o));
    const order_view seen = *s.on.order(o);
    for (const bucket_view& b : seen.buckets) CHECK(b.node == north);
    const order_id p = s.order({in_set(hat, 9, 2), in_set(mug, 2, 2)});
    REQUIRE(s.on.source(s.at(), p));
    CHECK(s.states(p) == "1 backordered 9, 2 backordered 2, ");
    CHECK(s.on.explain(p)->words != "");
}

TEST_CASE("a set is what an order says: in texts, in amendments, in revisions and in its key") {
    stand s;
    const auto text = [](int revision, int set) {
        return R"({"key":"t","currency":"USD","revision":)" + std::to_string(revision) +
               R"(,"lines":[{"sku":"hat","quantity":"1","unit_price":"5.00","set":)" +
               std::to_string(set) + R"(},{"sku":"mug","quantity":"1","unit_price":"5.00"}]})";
    };
    CHECK(capture(s.on, text(1, 4)).orders.front().state == capture_state::accepted);
    const order_id o = *s.on.find_order("t");
    CHECK(s.on.order(o)->lines[0].set == 4);
    const captured same = capture(s.on, text(2, 4)).orders.front();
    CHECK(same.state == capture_state::unchanged);
    const captured other = capture(s.on, text(3, 5)).orders.front();
    CHECK(other.state == capture_state::amended);  // a line of another set is another line
    CHECK(other.changes.size() == 2);
    line_change more{0, quantity{1}, {}, mug, 100};
    more.set = 5;
    REQUIRE(s.amends(o, {more}).first.what == outcome::done);
    CHECK(s.on.order(o)->lines.back().set == 5);
    CHECK(capture(s.on, text(9, 0)).orders.front().state == capture_state::malformed);
}

TEST_CASE("thousands of lines in sets are told apart in a moment") {
    stand s;
    REQUIRE(s.on.activate(s.at(), R"(
policy = "sets"
currency = "USD"
rank = ["priority"]
split = { together = ["set"] }
)"));
    std::vector<order_line> lines;
    for (std::uint16_t i = 0; i < 5'000; ++i)
        lines.push_back(in_set(i % 2 == 0 ? hat : mug, 1, static_cast<std::uint16_t>(1 + i / 2)));
    const order_id o = s.order(lines);
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.on.order(o)->lines.back().set == 2'500);
}

}  // namespace earmark
