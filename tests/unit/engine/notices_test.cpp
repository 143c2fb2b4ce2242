// Notices: what is to be told about orders, once each.
#include "earmark/engine/notices.hpp"

#include <doctest/doctest.h>

#include <set>

#include "amend_shop.hpp"

namespace earmark {
namespace {

using namespace amending;

struct telling_shop : shop {
    using shop::shop;
    /// As "o1 captured 2, o1 shipped 1, ": how many lines each is about.
    std::string told(const notice_query& q = {}, position cursor = {}) const {
        const auto page = notices(on, q, cursor);
        REQUIRE(page);
        return words(page->rows);
    }
    static std::string words(const std::vector<notice>& all) {
        std::string out;
        for (const notice& n : all)
            out += n.order_key + ' ' + std::string{name_of(n.kind)} + ' ' +
                   std::to_string(n.lines.size()) + ", ";
        return out;
    }
};

}  // namespace

TEST_CASE("NT-01: four lines are one mail, with all of them in it") {
    telling_shop s;
    const auto risk = *s.on.find_attribute("customer.risk");
    const order_id o =
        s.order({{hat, {1}, 500}, {hat, {2}, 500, south}, {mug, {1}, 300}, {mug, {2}, 300}},
                {{risk, 0, "7"}});
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    const position before = s.on.head();
    REQUIRE(s.on.record(s.at(), {.kind = ship, .order = o}));
    CHECK(s.told() == "o1 captured 4, o1 allocated 4, o1 released 4, o1 shipped 4, ");
    const auto page = notices(s.on, {}, before);
    REQUIRE(page->rows.size() == 1);
    const notice& n = page->rows[0];
    CHECK(n.key == "o1/shipped/" + std::to_string(raw(n.first)));
    CHECK(n.order == o);
    CHECK(n.first == n.last);
    CHECK(n.lines[1].node_key == "south");
    CHECK(n.lines[1].sku_key == "hat");
    CHECK(n.lines[1].amount == quantity{2});
    CHECK(n.rows.size() == 4);
    CHECK(n.facts.size() == 1);
    CHECK(n.facts[0].name == "customer.risk");
    CHECK(n.facts[0].value == "7");
    CHECK(page->next == s.on.head());
    CHECK(notices(s.on, {}, page->next)->rows.empty());
    CHECK(notices(s.on, {}, page->next)->next == page->next);
}

TEST_CASE("NT-01: within a slice of time all of a kind is one, and it is told when that is over") {
    telling_shop s;  // at a full minute
    const order_id o = s.order({{mug, {3}, 300}});
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    s.records(o, ship, 1);
    s.now = s.now + seconds(59);
    s.records(o, ship, 1);
    const notice_query by_minute{.within_s = 60};
    CHECK(s.told(by_minute).empty());
    CHECK(notices(s.on, by_minute)->next == position{});
    s.now = s.now + seconds(1);
    s.records(o, ship, 1);
    CHECK(s.told(by_minute) == "o1 captured 1, o1 allocated 1, o1 released 1, o1 shipped 1, ");
    const auto page = notices(s.on, by_minute);
    CHECK(page->rows[3].lines[0].amount == quantity{2});
    CHECK(page->rows[3].until == monday + seconds(59));
    CHECK(s.told(by_minute, page->next).empty());
    s.now = s.now + seconds(60);
    REQUIRE(s.on.advance(s.at()));
    CHECK(s.told(by_minute, page->next) == "o1 shipped 1, ");
    CHECK(s.told() ==
          "o1 captured 1, o1 allocated 1, o1 released 1, o1 shipped 1, o1 shipped 1, "
          "o1 shipped 1, ");
}

TEST_CASE("NT-01: kinds are asked for, and each happening has its own") {
    telling_shop s;
    const order_id o = s.sourced({{hat, {12}, 500}, {mug, {1}, 300}});
    const auto number = s.hold(o, "address", 2);
    CHECK(s.answer(o, number) == ok);
    CHECK(s.amends(o, 1, 3).first.what == outcome::done);
    REQUIRE(s.on.record(s.at(), {.kind = reject, .order = o, .line = 2, .node = north}));
    REQUIRE(s.on.cancel(s.at(), {o}));
    CHECK(s.told() ==
          "o1 captured 2, o1 allocated 1, o1 backordered 1, o1 held 0, o1 hold_ended 0, "
          "o1 amended 1, o1 rejected 1, o1 cancelled 2, ");
    notice_query q;
    q.kinds.reset();
    q.kinds.set(static_cast<std::size_t>(notice_kind::cancelled));
    CHECK(s.told(q) == "o1 cancelled 2, ");
}

TEST_CASE("a notice has one key, however its pages are cut") {
    telling_shop s;
    std::vector<order_id> ids;
    for (int i = 0; i < 40; ++i) {
        ids.push_back(s.sourced({{mug, {0 + 1}, 300}}));
        if (i % 3 == 0) s.now = s.now + seconds(7);
        if (i % 4 == 0) REQUIRE(s.on.cancel(s.at(), {ids.back()}));
    }
    s.now = s.now + seconds(100);
    REQUIRE(s.on.advance(s.at()));
    for (const std::int64_t within : {0, 10}) {
        const notice_query q{.within_s = within};
        std::vector<std::string> whole;
        const auto all = notices(s.on, q);
        for (const notice& n : all->rows) whole.push_back(n.key);
        CHECK(std::set<std::string>{whole.begin(), whole.end()}.size() == whole.size());
        CHECK(whole.size() > 80);
        for (const std::size_t limit : {1u, 2u, 5u}) {
            std::vector<std::string> parts;
            position at{};
            for (;;) {
                const auto page = notices(s.on, q, at, limit);
                REQUIRE(page);
                if (page->next == at) break;
                at = page->next;
                for (const notice& n : page->rows) parts.push_back(n.key);
            }
            CHECK(parts == whole);
        }
    }
    CHECK(notices(s.on, {.within_s = -1}).error().code == out_of_range);
    CHECK(notices(s.on, {.within_s = max_notice_seconds + 1}).error().code == out_of_range);
}

}  // namespace earmark
