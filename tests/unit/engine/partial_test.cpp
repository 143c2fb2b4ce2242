// Baskets that may be partial: what there is, in one step; floors, sections and pools shrink them.
#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr sku_id hat{0}, mug{1};
constexpr node_id dc{0}, store{1};
constexpr time_point monday{1'800'000'000'000'000'000};

/// Ten hats at the DC and three in the store, five mugs at the DC.
struct shop : kept_books {
    explicit shop(const std::vector<pool_row>& pools = {}) {
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}}).accepted == 2);
        std::vector<node_row> nodes(2);
        nodes[0].key = "dc";
        nodes[1].key = "store";
        REQUIRE(on.load(c, nodes).accepted == 2);
        REQUIRE(on.load(c,
                        std::vector<stock_row>{
                            {"hat", "dc", {10}}, {"hat", "store", {3}}, {"mug", "dc", {5}}})
                    .accepted == 3);
        REQUIRE(on.load(c, pools).accepted == pools.size());
    }
    result<receipt> reserve(std::vector<reserve_line> lines, reserve_request r = {},
                            std::string_view key = {}) {
        r.lines = lines;
        r.partial = true;
        return on.reserve({key, {}, monday}, r);
    }
    [[nodiscard]] std::vector<std::int64_t> parts(const result<receipt>& r) const {
        const auto held = on.reservation(reservation_id{r->subject});
        std::vector<std::int64_t> out;
        for (const auto& p : held->parts) out.push_back(p.amount.atoms);
        return out;
    }
};
reserve_line of(sku_id s, node_id n, std::int64_t amount, std::int64_t floor = 0) {
    return {s, n, {amount}, {floor}};
}
using amounts = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a partial basket takes what there is of each line, and says so") {
    shop s;
    const auto all = s.reserve({of(hat, dc, 4), of(mug, dc, 5)});
    REQUIRE(all);
    CHECK(all->what == outcome::done);
    const auto some = s.reserve({of(hat, dc, 7), of(hat, store, 3, 1), of(mug, dc, 1)});
    REQUIRE(some);
    CHECK(some->what == outcome::partial);
    CHECK(s.parts(some) == amounts{6, 2});  // no mug is left: its line falls out
    const auto none = s.reserve({of(hat, dc, 1), of(mug, dc, 1)});
    CHECK(none.error().code == error_code::insufficient);
    CHECK(s.on.check_invariants().empty());
}

TEST_CASE("what is frozen or not kept at a node is left out of a partial basket") {
    shop s;
    floor_row frozen;
    frozen.key = "frozen";
    frozen.sku = "hat";
    frozen.node = "dc";
    frozen.exclude = true;
    REQUIRE(s.on.load({{}, {}, monday}, std::vector{frozen}).accepted == 1);
    const auto got = s.reserve({of(hat, dc, 1), of(mug, store, 1), of(hat, store, 5)});
    REQUIRE(got);
    CHECK(got->what == outcome::partial);
    CHECK(s.parts(got) == amounts{3});
    CHECK(s.reserve({of(sku_id{9}, dc, 1)}).error().code == error_code::unknown_sku);
    CHECK(s.reserve({of(hat, store, -1)}).error().code == error_code::bad_quantity);
}

TEST_CASE("a partial basket may take what the one it supersedes gives back") {
    shop s;
    const auto first = s.reserve({of(hat, dc, 10)});
    reserve_request r;
    r.supersedes = reservation_id{first->subject};
    const auto second = s.reserve({of(hat, dc, 12), of(mug, dc, 2)}, r);
    REQUIRE(second);
    CHECK(second->what == outcome::partial);
    CHECK(s.parts(second) == amounts{10, 2});
    CHECK(s.on.available(hat)->atoms == 3);
}

TEST_CASE("pools shrink a partial basket line by line, the last lines first") {
    pool_row week;
    week.key = "week";
    week.amount = {6};
    week.per_unit = {1};
    pool_row hats = week;
    hats.key = "hats";
    hats.sku = "hat";
    hats.amount = {8};
    hats.per_unit = {2};
    hats.kind = pool_kind::capacity;
    shop s{{week, hats}};
    // Four hats use the capacity up; of the week's six, two are left for mugs.
    const auto got = s.reserve({of(hat, dc, 9), of(mug, dc, 5)});
    REQUIRE(got);
    CHECK(got->what == outcome::partial);
    CHECK(s.parts(got) == amounts{4, 2, 6, 8});
    const auto more = s.reserve({of(mug, dc, 1)});
    CHECK(more.error().code == error_code::pool_exhausted);  // there are mugs
    CHECK(more.error().refs[2] == static_cast<std::int64_t>(raw(*s.on.find_pool("week"))));
    REQUIRE(s.on.unreserve({{}, {}, monday}, reservation_id{got->subject}));
    const auto mugs = s.reserve({of(mug, dc, 5), of(hat, dc, 9)});
    CHECK(s.parts(mugs) == amounts{1, 5, 6, 2});
}

TEST_CASE("pools alone are no basket of what asks for goods, too") {
    pool_row credit;
    credit.key = "credit";
    credit.kind = pool_kind::credit;
    credit.amount = {100};
    shop s{{credit}};
    const reserve_line of_credit{{}, {}, {150}, {}, *s.on.find_pool("credit")};
    const auto both = s.reserve({of_credit, of(mug, dc, 9)});
    REQUIRE(both);
    CHECK(s.parts(both) == amounts{5, 100});
    REQUIRE(s.on.unreserve({{}, {}, monday}, reservation_id{both->subject}));
    REQUIRE(s.reserve({of(mug, dc, 5)}));
    const auto none = s.reserve({of_credit, of(mug, dc, 9)});
    CHECK(none.error().code == error_code::insufficient);
    CHECK(none.error().row == 2);
    CHECK(s.on.pool(*s.on.find_pool("credit"))->free.atoms == 100);
    CHECK(s.parts(s.reserve({of_credit})) == amounts{100});
}

TEST_CASE("a key tells a partial basket from a whole one, and remembers its answer") {
    shop s;
    const auto first = s.reserve({of(mug, dc, 6)}, {}, "k");
    REQUIRE(first);
    CHECK(first->what == outcome::partial);
    const auto again = s.reserve({of(mug, dc, 6)}, {}, "k");
    REQUIRE(again);
    CHECK(again->what == outcome::repeat);
    CHECK(again->subject == first->subject);
    const std::vector<reserve_line> lines{of(mug, dc, 6)};
    CHECK(s.on.reserve({"k", {}, monday}, {lines}).error().code == error_code::duplicate_key);
}

TEST_CASE("sections of a channel serve a partial basket in their order") {
    shop s;
    const command c{{}, {}, monday};
    section_row b;
    b.key = "b-ware";
    b.lot = "L7";
    REQUIRE(s.on.load(c, std::vector{b}).accepted == 1);
    stock_row there{"hat", "store", {4}};
    there.section = "b-ware";
    REQUIRE(s.on.load(c, std::vector{there}).accepted == 1);
    const auto got = s.reserve({of(hat, store, 99), of(mug, store, 1)});
    REQUIRE(got);
    CHECK(got->what == outcome::partial);
    const amounts parts = s.parts(got);
    CHECK(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == 7);
    CHECK(s.on.available(hat)->atoms == 10);
}

TEST_CASE("what a line asks of its section beyond what is there, no other line goes without") {
    const auto total = [](std::int64_t of_section, std::int64_t of_any) {
        shop s;
        section_row b;
        b.key = "b-ware";
        REQUIRE(s.on.load({{}, {}, monday}, std::vector{b}).accepted == 1);
        stock_row there{"hat", "store", {4}};
        there.section = "b-ware";
        REQUIRE(s.on.load({{}, {}, monday}, std::vector{there}).accepted == 1);
        reserve_line named = of(hat, store, of_section);
        named.section = section_id{0};
        const auto got = s.reserve({named, of(hat, store, of_any)});
        REQUIRE(got);
        CHECK(s.on.check_invariants().empty());
        const amounts parts = s.parts(got);
        return std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
    };
    CHECK(total(4, 3) == 7);
    CHECK(total(5, 3) == 7);
    CHECK(total(99, 99) == 7);
    CHECK(total(99, 2) == 6);
    CHECK(total(1, 99) == 7);
}

}  // namespace earmark
