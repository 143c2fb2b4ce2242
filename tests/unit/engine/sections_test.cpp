// Sections: what a line draws from, in which order, in one step; transfers, conditions, lots,
// releases; and a small model that does the same by counting.
#include "earmark/model/sections.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "kept_books.hpp"
#include "support/random_stream.hpp"

namespace earmark {
namespace {

constexpr sku_id hat{0};
constexpr node_id dc{0}, store{1};
constexpr section_id plain = none<section_id>;
constexpr time_point monday{1'800'000'000'000'000'000};
constexpr time_point day(std::int64_t n) { return monday + seconds(86'400 * n); }

segment_row segment(std::string key, std::string channel, std::vector<std::string> overflow = {}) {
    segment_row r;
    r.key = std::move(key);
    r.channel = std::move(channel);
    r.overflow = std::move(overflow);
    return r;
}
section_row section(std::string key, std::string of_segment = {}) {
    section_row r;
    r.key = std::move(key);
    r.segment = std::move(of_segment);
    return r;
}
section_row bad(std::string key, std::string condition) {
    section_row r = section(std::move(key));
    r.condition = std::move(condition);
    return r;
}
section_row lot(std::string key, time_point expires) {
    section_row r = section(std::move(key));
    r.lot = r.key;
    r.expires = expires;
    return r;
}

struct shop : kept_books {
    int number = 0;

    shop(std::vector<segment_row> segments, std::vector<section_row> sections,
         std::vector<stock_row> stock) {
        const command c{{}, {}, monday};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}}).accepted == 1);
        std::vector<node_row> nodes(2);
        nodes[0].key = "dc";
        nodes[1].key = "store";
        REQUIRE(on.load(c, nodes).accepted == 2);
        REQUIRE(on.load(c, segments).accepted == segments.size());
        REQUIRE(on.load(c, sections).accepted == sections.size());
        REQUIRE(on.load(c, stock).accepted == stock.size());
        REQUIRE(on.activate(c,
                            "policy = \"near\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n"
                            "[split]\nlines = \"by_quantity\"\n"));
    }
    [[nodiscard]] channel_id channel(std::string_view key) const {
        return key.empty() ? none<channel_id> : *on.find_channel(key);
    }
    [[nodiscard]] section_id id(std::string_view key) const {
        return key.empty() ? plain : *on.find_section(key);
    }
    std::int64_t available(std::string_view of_channel = {}, node_id n = none<node_id>) {
        const available_request r{hat, n, channel(of_channel), floor_use::selling};
        const auto all = on.available(r);
        REQUIRE(all);
        const auto terms = on.explain_available(r);
        REQUIRE(terms);
        std::int64_t sum = 0;
        for (const available_terms& t : *terms) {
            sum += t.available.atoms;
            CHECK(t.on_hand.atoms ==
                  t.free.atoms + t.reserved.atoms + t.allocated.atoms + t.released.atoms);
        }
        CHECK(sum == all->atoms);
        return all->atoms;
    }
    std::int64_t free(std::string_view key, node_id n = dc) {
        const section_id s = id(key);
        const auto all = on.sections(hat);
        for (const section_view& v : *all)
            if (v.node == n && v.section == s) return v.free.atoms;
        return -1'000;
    }
    result<receipt> reserve(std::int64_t n, std::string_view of_channel = {},
                            std::optional<time_point> date = {}, section_id s = plain) {
        const reserve_line l{hat, dc, {n}, {}, none<pool_id>, s};
        return on.reserve({{}, {}, on.now()},
                          {{&l, 1}, never, none<reservation_id>, channel(of_channel), {}, date});
    }
    result<receipt> transfer(std::string_view from, std::string_view to, std::int64_t n) {
        return on.transfer({{}, {}, on.now()}, {hat, dc, id(from), id(to), {n}});
    }
    bool freeze(section_row row, bool frozen) {
        row.frozen = frozen;
        return on.load(command{}, std::vector<section_row>{row}).accepted == 1;
    }
};

std::vector<stock_row> at_dc(std::vector<std::pair<std::string, std::int64_t>> amounts) {
    std::vector<stock_row> rows;
    for (auto& [s, n] : amounts) rows.push_back({"hat", "dc", {n}, {}, s});
    return rows;
}

TEST_CASE("a channel draws from its own segment, then along its overflow, in one step") {
    shop s{{segment("vip", ""), segment("web", "web", {"", "vip"}), segment("shop", "shop")},
           {section("for web", "web"), section("for shop", "shop"), section("for vip", "vip")},
           at_dc({{"", 3}, {"for web", 2}, {"for shop", 4}, {"for vip", 1}})};
    CHECK(s.available() == 3);        // nobody in particular: what is nobody's
    CHECK(s.available("web") == 6);   // 2 + 3 + 1
    CHECK(s.available("shop") == 4);  // no overflow: its reserve alone
    const auto five = s.reserve(5, "web");
    REQUIRE(five);
    CHECK(s.free("for web") == 0);
    CHECK(s.free("") == 0);
    CHECK(s.free("for vip") == 1);
    const auto view = s.on.reservation(reservation_id{five->subject});
    REQUIRE(view->parts.size() == 2);
    const auto two = s.reserve(2, "web");
    REQUIRE_FALSE(two);
    CHECK(two.error().code == error_code::insufficient);
    CHECK(two.error().refs[0] == 2);
    CHECK(two.error().refs[1] == 1);
    CHECK(two.error().row == 1);
    CHECK_FALSE(s.reserve(1));  // a ring-fence guarantees: the shop's four are not for all
    REQUIRE(s.reserve(4, "shop"));
    REQUIRE(s.on.unreserve({}, reservation_id{five->subject}));
    CHECK(s.available("web") == 6);
}

TEST_CASE("what a ring-fence has not sold by its date is for everybody") {
    segment_row web = segment("web", "web");
    web.released = day(2);
    shop s{{web}, {section("for web", "web")}, at_dc({{"", 1}, {"for web", 5}})};
    REQUIRE(s.reserve(2, "web"));
    CHECK(s.available() == 1);
    REQUIRE(s.on.advance({{}, {}, time_point{day(2).ns - 1}}));
    CHECK(s.available() == 1);
    REQUIRE(s.on.advance({{}, {}, day(2)}));
    CHECK(s.available() == 4);
    REQUIRE(s.reserve(4));
    CHECK(s.available("web") == 0);
}

TEST_CASE("safety stock is left behind by all that a line may draw from, not by each of them") {
    shop s{{}, {section("lot a"), section("lot b")}, at_dc({{"", 2}, {"lot a", 2}, {"lot b", 3}})};
    floor_row two;
    two.key = "two";
    two.units = 2;
    REQUIRE(s.on.load(command{}, std::vector<floor_row>{two}).accepted == 1);
    CHECK(s.available() == 5);
    CHECK_FALSE(s.reserve(6));
    REQUIRE(s.reserve(5));
    CHECK(s.available() == 0);
    CHECK(s.free("lot b") == 2);  // the plain stock goes first
}

TEST_CASE("units move between sections; into a condition it is truth and uncovers promises") {
    shop s{{segment("web", "web")},
           {section("for web", "web"), bad("damaged", "damaged")},
           at_dc({{"", 5}, {"for web", 0}, {"damaged", 0}})};
    REQUIRE(s.transfer("", "for web", 2));
    CHECK(s.free("") == 3);
    CHECK(s.available("web") == 2);
    REQUIRE(s.reserve(3));
    const auto promised = s.transfer("", "for web", 1);
    REQUIRE_FALSE(promised);
    CHECK(promised.error().code == error_code::insufficient);
    const auto broken = s.transfer("", "damaged", 2);
    REQUIRE(broken);
    CHECK(broken->uncovered == 2);
    CHECK(s.free("") == -2);
    CHECK(s.free("damaged") == 2);
    CHECK(s.available() == 0);
    REQUIRE(s.transfer("damaged", "", 1));  // repaired: pays the debt first
    CHECK(s.free("") == -1);
    CHECK(s.transfer("damaged", "", 2).error().code == error_code::insufficient);
    CHECK(s.transfer("", "", 1).error().code == error_code::bad_section);
    CHECK(s.transfer("", "damaged", 0).error().code == error_code::bad_quantity);
    CHECK(s.on.transfer({}, {hat, store, plain, s.id("damaged"), {1}}).error().code ==
          error_code::no_cell);
    CHECK(s.on.transfer({}, {hat, dc, section_id{99}, plain, {1}}).error().code ==
          error_code::unknown_section);
    CHECK(s.reserve(1, {}, {}, s.id("damaged")).error().code == error_code::excluded);
}

TEST_CASE("a freeze of a SKU or a node holds for lines that name a section, too") {
    shop s{{}, {lot("lot a", day(9))}, at_dc({{"lot a", 2}, {"", 2}})};
    floor_row freeze;
    freeze.key = "recall";
    freeze.sku = "hat";
    freeze.exclude = true;
    REQUIRE(s.on.load({{}, {}, monday}, std::vector{freeze}).accepted == 1);
    CHECK(s.reserve(1, {}, {}, s.id("lot a")).error().code == error_code::excluded);
    CHECK(s.available() == 0);
    freeze.active = false;
    REQUIRE(s.on.load({{}, {}, monday}, std::vector{freeze}).accepted == 1);
    CHECK(s.reserve(1, {}, {}, s.id("lot a")));
}

TEST_CASE("a lot is frozen in one row, and is not promised for a date beyond its own") {
    const section_row a = lot("lot a", day(3));
    shop s{{}, {a, lot("lot b", day(9))}, at_dc({{"lot a", 2}, {"lot b", 2}})};
    CHECK(s.available() == 4);
    CHECK(s.reserve(3, {}, day(3)).error().code == error_code::insufficient);
    REQUIRE(s.reserve(2, {}, day(3)));  // lot b alone
    CHECK(s.free("lot b") == 0);
    REQUIRE(s.freeze(a, true));
    CHECK(s.available() == 0);
    CHECK(s.reserve(1, {}, {}, s.id("lot a")).error().code == error_code::excluded);
    REQUIRE(s.freeze(a, false));
    CHECK(s.available() == 2);
    REQUIRE(s.reserve(1, {}, {}, s.id("lot a")));
    CHECK(s.free("lot a") == 1);
    CHECK(s.on.section(s.id("lot a")).lot == "lot a");
    REQUIRE(s.on.advance({{}, {}, day(3)}));
    CHECK(s.available() == 0);
}

TEST_CASE("an order is sourced and handed over from sections, and ships from the right ones") {
    shop s{{},
           {section("lot a"), bad("damaged", "damaged")},
           at_dc({{"", 2}, {"lot a", 3}, {"damaged", 9}})};
    const order_line four{hat, {4}, 100};
    const auto o =
        s.on.place_order({"o1", {}, monday}, {{&four, 1}, none<place_id>, *currency::parse("EUR")});
    REQUIRE(o.first.what == outcome::done);
    const order_id id{o.first.subject};
    const auto found = s.on.source(command{}, id);
    REQUIRE(found);
    CHECK(found->first.what == outcome::done);
    CHECK(s.free("") == 0);
    CHECK(s.free("lot a") == 1);
    const auto r = s.reserve(1);
    REQUIRE(r);
    const order_line one{hat, {1}, 100};
    const auto p = s.on.place_order(
        {"o2", {}, monday},
        {{&one, 1}, none<place_id>, *currency::parse("EUR"), 0, reservation_id{r->subject}});
    REQUIRE(p.first.what == outcome::done);
    REQUIRE(s.on.cancel({}, {id, 1, {1}}));
    REQUIRE(s.on.release({}, id));
    REQUIRE(s.on.record({}, {fact_kind::ship, id, 0, none<node_id>, {}}));
    std::int64_t on_hand = 0;
    const auto all = s.on.sections(hat);
    REQUIRE(all);
    for (const section_view& v : *all) on_hand += v.on_hand.atoms;
    CHECK(on_hand == 14 - 3);
    CHECK(s.on.source(command{}, id)->first.what == outcome::unchanged);
}

TEST_CASE("a move takes its amount once, from one section after the other") {
    std::vector<stock_row> rows = at_dc({{"", 3}, {"lot a", 3}});
    rows.push_back({"hat", "store", {9}});
    rows.push_back({"hat", "store", {9}, {}, "lot a"});
    shop s{{}, {section("lot a")}, rows};
    const auto r = s.reserve(5);
    REQUIRE(r);
    const reservation_id id{r->subject};
    const auto too_much = s.on.move({}, {id, dc, store, hat, {6}});
    REQUIRE_FALSE(too_much);
    CHECK(too_much.error().code == error_code::not_held);
    CHECK(too_much.error().refs[1] == 5);
    REQUIRE(s.on.move({}, {id, dc, store, hat, {4}}));
    CHECK(s.free("", dc) == 3);
    CHECK(s.free("lot a", dc) == 2);
    CHECK(s.free("", store) == 6);
    CHECK(s.free("lot a", store) == 8);
}

TEST_CASE("a frozen section promises nothing to who holds some of it already") {
    const section_row a = section("lot a");
    std::vector<stock_row> rows = at_dc({{"lot a", 9}});
    rows.push_back({"hat", "store", {9}, {}, "lot a"});
    shop s{{}, {a}, rows};
    const auto r = s.reserve(2), brief = s.reserve(2);
    REQUIRE(r);
    REQUIRE(brief);
    const reservation_id id{r->subject}, late{brief->subject};
    REQUIRE(s.on.change({{}, {}, monday}, {late, monday + minutes(1)}));
    REQUIRE(s.freeze(a, true));
    const auto to = [&](std::int64_t n) {
        const reserve_line l{hat, dc, {n}, {}, none<pool_id>, s.id("lot a")};
        return s.on.change({}, {id, {}, {&l, 1}});
    };
    CHECK(to(3).error().code == error_code::excluded);
    CHECK(s.on.move({}, {id, dc, store}).error().code == error_code::excluded);
    REQUIRE(to(1));  // what stands may shrink
    REQUIRE(s.on.advance({{}, {}, monday + minutes(2)}));
    const order_line line{hat, {2}, 100};
    const placed o = s.on.place_order(
        {"late", {}, monday}, {{&line, 1}, none<place_id>, *currency::parse("EUR"), 0, late});
    CHECK(o.first.why.code == error_code::reservation_expired);
}

TEST_CASE("a line of a section and one that draws share a cell, each with its own floor") {
    shop s{{}, {section("lot a"), section("lot b")}, at_dc({{"lot a", 5}, {"lot b", 5}})};
    reserve_line named{hat, dc, {2}, {2}, none<pool_id>, s.id("lot a")};
    reserve_line wide{hat, dc, {6}, {}, none<pool_id>, plain};
    const auto both = [&] {
        const std::vector<reserve_line> lines{named, wide};
        return s.on.reserve({{}, {}, monday}, {lines});
    };
    REQUIRE(both());
    CHECK(s.free("lot a") == 2);
    CHECK(s.free("lot b") == 0);
    wide.amount = {1};
    CHECK(both().error().code == error_code::insufficient);  // and not "look again", for ever
    named.amount = {9};
    CHECK(both().error().code == error_code::insufficient);
}

TEST_CASE("how deep plain stock may be oversold counts what its sections owe, once") {
    shop s{{}, {section("lot a")}, at_dc({{"", 2}, {"lot a", 1}})};
    floor_row f;
    f.key = "all";
    f.units = -5;
    REQUIRE(s.on.load(command{}, std::vector<floor_row>{f}).accepted == 1);
    REQUIRE(s.reserve(1));
    REQUIRE(s.reserve(1, {}, {}, s.id("lot a")));
    CHECK(s.available() == 6);
    const adjust_request lost{hat, dc, {-1}, adjust_reason::damage, none<pool_id>, s.id("lot a")};
    REQUIRE(s.on.adjust({}, lost));
    CHECK(s.free("lot a") == -1);
    CHECK(s.available() == 5);
    REQUIRE(s.reserve(5));
    CHECK(s.available() == 0);
}

TEST_CASE("rows that cannot be are refused one by one") {
    shop s{{segment("web", "web")}, {section("for web", "web")}, {}};
    const auto code = [](const load_report& r) {
        REQUIRE(r.rejected.size() == 1);
        return r.rejected[0].why.code;
    };
    const auto load = [&](const auto& row) { return code(s.on.load(command{}, std::vector{row})); };
    CHECK(load(segment("", "")) == error_code::empty_key);
    CHECK(load(segment("x", "", {"nowhere"})) == error_code::unknown_segment);
    CHECK(load(segment("x", std::string(300, 'c'))) == error_code::key_too_long);
    CHECK(load(segment("x", "", std::vector<std::string>(17, "web"))) ==
          error_code::bad_line_count);
    CHECK(load(section("", "")) == error_code::empty_key);
    CHECK(load(section("x", "nowhere")) == error_code::unknown_segment);
    CHECK(load(section("for web", "")) == error_code::bad_section);
    CHECK(load(bad("x", std::string(300, 'c'))) == error_code::key_too_long);
    CHECK(load(stock_row{"hat", "dc", {1}, {}, "nowhere"}) == error_code::unknown_section);
    CHECK(s.reserve(1, {}, {}, section_id{9}).error().code == error_code::unknown_section);
    CHECK(s.on.adjust({}, {hat, dc, {1}, adjust_reason::count, none<pool_id>, section_id{9}})
              .error()
              .code == error_code::unknown_section);
}

/// The same by counting: what each channel draws from, as the header says it.
struct model {
    std::map<std::string, std::int64_t> free;
    time_point now = monday;

    [[nodiscard]] std::vector<std::string> drawn(const std::string& channel, bool a_frozen) const {
        std::vector<std::string> open{""};
        if (!a_frozen) open.push_back("lot a");
        if (now >= day(1)) open.push_back("for web");
        if (channel == "web") {
            std::vector<std::string> own{"for web", "for vip"};
            for (const std::string& o : open)
                if (std::find(own.begin(), own.end(), o) == own.end()) own.push_back(o);
            return own;
        }
        if (channel == "vip") return {"for vip", "for web"};
        return open;
    }
    [[nodiscard]] std::int64_t room(const std::vector<std::string>& in, std::int64_t floor) const {
        std::int64_t sum = 0;
        for (const std::string& s : in) sum += free.at(s);
        return std::max<std::int64_t>(0, sum - floor);
    }
};

/// The engine and the model, side by side, one random step after the other.
class pair_of_shops {
public:
    explicit pair_of_shops(std::uint64_t seed) : dice_{seed} {}

    void step(int number) {
        const std::string& channel = dice_.pick(channels);
        switch (dice_.below(6)) {
            case 0:
            case 1:
                return reserve(channel);
            case 2:
                return give_back();
            case 3:
                return transfer(dice_.pick(names), dice_.pick(names), dice_.between(1, 3));
            case 4:
                a_frozen_ = dice_.chance(30);
                REQUIRE(s_.freeze(section("lot a"), a_frozen_));
                return;
            default:
                return change_rules(number > 80 && dice_.chance(20));
        }
    }
    void compare() {
        for (const std::string& c : channels)
            CHECK(s_.available(c) == m_.room(m_.drawn(c, a_frozen_), floor_));
        for (const std::string& n : names) CHECK(s_.free(n) == m_.free[n]);
    }

private:
    void reserve(const std::string& channel) {
        const auto in = m_.drawn(channel, a_frozen_);
        const std::int64_t n = dice_.between(1, 8);
        const auto r = s_.reserve(n, channel);
        CHECK(r.has_value() == (m_.room(in, floor_) >= n));
        if (!r) return;
        std::map<std::string, std::int64_t> parts;
        const auto view = s_.on.reservation(reservation_id{r->subject});
        REQUIRE(view);
        for (const bucket_view& b : view->parts)
            parts[b.section == plain ? "" : s_.on.section(b.section).key] += b.amount.atoms;
        for (const auto& [key, count] : parts) {
            CHECK(std::find(in.begin(), in.end(), key) != in.end());
            m_.free[key] -= count;
        }
        held_.emplace_back(reservation_id{r->subject}, parts);
    }
    void give_back() {
        if (held_.empty()) return;
        const std::size_t i = dice_.below(static_cast<std::uint32_t>(held_.size()));
        REQUIRE(s_.on.unreserve({}, held_[i].first));
        for (const auto& [key, count] : held_[i].second) m_.free[key] += count;
        held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    void transfer(const std::string& from, const std::string& to, std::int64_t n) {
        if (from == to) return;
        const bool fits = m_.free[from] - n >= (from.empty() ? floor_ : 0);
        CHECK(s_.transfer(from, to, n).has_value() == fits);
        if (!fits) return;
        m_.free[from] -= n;
        m_.free[to] += n;
    }
    void change_rules(bool releases) {
        floor_row f;
        f.key = "all";
        f.units = floor_ = dice_.between(0, 4);
        REQUIRE(s_.on.load(command{}, std::vector<floor_row>{f}).accepted == 1);
        if (releases) m_.now = day(1);
        REQUIRE(s_.on.advance({{}, {}, m_.now}));
    }
    static segment_row web() {
        segment_row r = segment("web", "web", {"vip", ""});
        r.released = day(1);
        return r;
    }

    static inline const std::vector<std::string> names{"", "lot a", "for web", "for vip"};
    static inline const std::vector<std::string> channels{"", "web", "vip"};
    streams::dice dice_;
    shop s_{{segment("vip", ""), web(), segment("vip", "vip", {"web"})},
            {section("for web", "web"), section("for vip", "vip"), section("lot a"),
             bad("damaged", "broken")},
            at_dc({{"", 6}, {"lot a", 6}, {"for web", 6}, {"for vip", 6}, {"damaged", 0}})};
    model m_{{{"", 6}, {"lot a", 6}, {"for web", 6}, {"for vip", 6}, {"damaged", 0}}};
    std::int64_t floor_ = 0;
    bool a_frozen_ = false;
    std::vector<std::pair<reservation_id, std::map<std::string, std::int64_t>>> held_;
};

TEST_CASE("random draws, transfers and returns do what counting says") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO(seed);
        pair_of_shops both{seed};
        for (int step = 0; step < 120; ++step) {
            both.step(step);
            both.compare();
        }
    }
}

}  // namespace
}  // namespace earmark
