// The worklist: units that are stuck are in exactly one row, with what is in their way, and gone
// from it when it is gone.
#include "earmark/engine/worklist.hpp"

#include <doctest/doctest.h>

#include "amend_shop.hpp"
#include "support/source_file.hpp"

namespace earmark {
namespace {

using namespace amending;

struct listed_shop : shop {
    using shop::shop;
    /// As "held o1 1 open - 2 fraud, ".
    std::string list(const worklist_query& q = {}) const {
        std::string out;
        const auto page = worklist(on, q);
        REQUIRE(page);
        for (const stuck_units& u : page->rows) {
            out += std::string{name_of(u.reason)} + ' ' + on.order(u.order)->key + ' ' +
                   std::to_string(u.line) + ' ' + std::string{name_of(u.state)} + ' ';
            out += u.node == none<node_id> ? "-" : std::string{on.node(u.node).key};
            out += ' ' + std::to_string(u.amount.atoms);
            out += (u.owner.empty() ? "" : " " + u.owner) + ", ";
        }
        return out;
    }
    order_id by_day(const char* day, std::int64_t n) {
        const order_line l{hat, {n}, 500};
        order_request r{{&l, 1}, none<place_id>, *currency::parse("USD")};
        r.deliver_by = *parse_day(day);
        return order_id{on.place_order(at("d" + std::to_string(++number)), r).first.subject};
    }
};

}  // namespace

TEST_CASE("LC-04: what goes on by itself is in no row") {
    listed_shop s;
    const order_id o = s.order({{hat, {2}, 500}});
    CHECK(s.list().empty());
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, pick, 1);
    CHECK(s.list().empty());
    s.records(o, ship);
    CHECK(s.list().empty());
}

TEST_CASE("a hold is somebody's, and what waits behind another reason comes after it") {
    listed_shop s;
    const order_id o = s.order({{hat, {20}, 500}, {mug, {1}, 500}});
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.list() == "waiting o1 1 backordered - 20, ");
    const auto fraud = s.hold(o, "fraud");
    CHECK(s.list() == "held o1 1 backordered - 20 fraud, held o1 2 allocated north 1 fraud, ");
    const auto page = worklist(s.on);
    CHECK(page->rows[0].number == fraud);
    CHECK(page->rows[0].since == s.now);
    CHECK(page->rows[0].version == 1);
    CHECK(page->next == order_id{1});
    CHECK(s.answer(o, fraud) == ok);
    CHECK(s.list() == "waiting o1 1 backordered - 20, ");
    hold_type_row soon = holding::type_of("soon", {hold_step::release});
    soon.lasts_s = 60;
    soon.then = hold_expiry::escalate;
    s.load({soon});
    s.hold(o, "soon", 2);
    CHECK(s.list() == "waiting o1 1 backordered - 20, held o1 2 allocated north 1 soon, ");
    CHECK(worklist(s.on)->rows[1].until == s.now + seconds(60));
    s.now = s.now + seconds(60);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.list({.reason = stuck_reason::escalated}) == "escalated o1 2 allocated north 1 soon, ");
}

TEST_CASE("goods that are not there, and nodes that give back or do not say, are told in parts") {
    listed_shop s;
    REQUIRE(s.on.load(s.at(), std::vector<answer_row>{{"", request_kind::cancel, 600}}).accepted);
    const order_id o = s.order({{hat, {8}, 500, north}});
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    REQUIRE(s.on.adjust(s.at(), {hat, north, {-4}, adjust_reason::theft}));
    CHECK(s.list() == "uncovered o1 1 released north 3, ");
    REQUIRE(s.on.cancel(s.at(), {o, 1, {2}}));
    CHECK(s.list() == "uncovered o1 1 released north 3, unanswered o1 1 released north 2 north, ");
    REQUIRE(s.on.load(s.at(), std::vector<answer_row>{{"", request_kind::work, 60}}).accepted);
    const order_id p = s.order({{mug, {1}, 500, north}});
    REQUIRE(s.on.source(s.at(), p));
    REQUIRE(s.on.release(s.at(), p));
    CHECK(s.list({.sku = mug}).empty());  // that it does its work is in nobody's way
    REQUIRE(s.on.record(s.at(), {.kind = reject, .order = o, .line = 1, .node = north}));
    CHECK(s.list() == "rejected o1 1 open - 6, ");
    CHECK(worklist(s.on)->rows[0].retries == 1);
    CHECK(s.list({.node = south}).empty());
    CHECK(s.list({.sku = mug}).empty());
}

TEST_CASE("LC-02c: a day that is near is told before it is over, and one that is over after it") {
    listed_shop s;  // 2027-01-15
    const order_id o = s.by_day("2027-01-17", 2);
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.list({.slack_days = 1}).empty());
    CHECK(s.list({.slack_days = 2}) == "at_risk d1 1 allocated north 2, ");
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, ship, 1);
    CHECK(s.list({.slack_days = 2}) == "at_risk d1 1 released north 1, ");
    s.now = s.now + minutes(72 * 60);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.list() == "late d1 1 released north 1, late d1 1 shipped north 1, ");
    s.records(o, ship);
    s.records(o, deliver);
    CHECK(s.list().empty());
}

TEST_CASE("a long list comes in pages that meet no order twice") {
    listed_shop s;
    for (int i = 0; i < 7; ++i) s.hold(s.order({{hat, {1}, 1}, {mug, {1}, 1}}), "fraud");
    worklist_query q{.limit = 3};
    std::size_t rows = 0, pages = 0;
    for (; raw(q.from) < s.on.orders(); ++pages) {
        const auto page = worklist(s.on, q);
        rows += page->rows.size();
        CHECK(page->next > q.from);
        q.from = page->next;
    }
    CHECK(rows == 14);
    CHECK(pages == 4);
}

TEST_CASE("every reason has its paragraph in the runbook, word for word") {
    std::string page = test::source_file("docs/runbooks/worklist.md");
    if (page.empty()) {
        MESSAGE("skipped: docs/runbooks/worklist.md is not above the working directory");
        return;
    }
    for (char& c : page)
        if (c == '\n') c = ' ';
    for (std::size_t i = 0; i < stuck_reasons; ++i) {
        const auto r = static_cast<stuck_reason>(i);
        CAPTURE(name_of(r));
        CHECK(page.find("## " + std::string{name_of(r)}) != std::string::npos);
        CHECK(page.find(runbook(r)) != std::string::npos);
    }
    CHECK(name_of(static_cast<stuck_reason>(stuck_reasons)) == "unknown");
    CHECK(runbook(static_cast<stuck_reason>(stuck_reasons)).empty());
}

}  // namespace earmark
