// Attributes of a host's own in the engine: declared, captured, kept, asked by policies, told and
// recovered; and nodes that are excluded for a time.
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/journal/batch.hpp"
#include "earmark/journal/record.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr time_point tuesday{monday.ns + 86'400'000'000'000};
constexpr sku_id hat{0}, paint{1};
constexpr std::string_view rules = R"toml(
policy   = "rules"
currency = "EUR"
rank     = ["priority"]

[attributes]
"customer.tier"  = "text"
"customer.score" = "number"
"credit"         = "money"
"line.hazmat"    = "flag"
"node.hazmat"    = "flag"
"node.market"    = "text"
"ship_to.market" = "text"

[always]
require = ["hazmat"]

[[filter]]
name  = "hazmat"
when  = "any(line.hazmat)"
nodes = "node.hazmat"

[[filter]]
name = "own market"
same = ["node.market", "ship_to.market"]

[[strategy]]
name = "gold"
when = 'customer.tier == "gold" and customer.score >= 7.5 and credit > "10.00"'
from = ["any priority 0"]

[[strategy]]
name   = "others"
prefer = ["own market"]
)toml";

/// Three nodes by priority: a (no hazmat, north), b (hazmat, north), c (hazmat, south).
struct shop : kept_books {
    int number = 0;
    const command now{{}, {}, monday};

    shop() {
        REQUIRE(on.load(now, std::vector<sku_row>{{"hat"}, {"paint"}}).accepted == 2);
        std::vector<node_row> nodes(3);
        for (int k = 0; k < 3; ++k) {
            nodes[static_cast<std::size_t>(k)].key = std::string(1, static_cast<char>('a' + k));
            nodes[static_cast<std::size_t>(k)].priority = k;
        }
        REQUIRE(on.load(now, nodes).accepted == 3);
        REQUIRE(on.load(now, std::vector<place_row>{{"pole", {}}, {"cape", {}}}).accepted == 2);
        std::vector<stock_row> stock;
        for (const char* node : {"a", "b", "c"})
            for (const char* sku : {"hat", "paint"}) stock.push_back({sku, node, {5}});
        REQUIRE(on.load(now, stock).accepted == 6);
        std::vector<std::string> findings;
        const auto active = on.activate(now, rules, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(active);
        REQUIRE(on.load(now, std::vector<fact_row>{{"paint", "line.hazmat", "true"},
                                                   {"a", "node.hazmat", "false"},
                                                   {"b", "node.hazmat", "true"},
                                                   {"c", "node.hazmat", "true"},
                                                   {"a", "node.market", "north"},
                                                   {"b", "node.market", "north"},
                                                   {"c", "node.market", "south"},
                                                   {"pole", "ship_to.market", "north"},
                                                   {"cape", "ship_to.market", "south"}})
                    .accepted == 9);
    }
    [[nodiscard]] attribute_id id(std::string_view name) const {
        return on.find_attribute(name).value();
    }
    placed place(sku_id sku, std::vector<order_fact> facts, place_id to, granules n = 1) {
        const std::vector<order_line> lines{{sku, {n}}};
        const std::string key = "o" + std::to_string(++number);
        return on.place_order({key, {}, monday}, {lines, to, currency::parse("EUR").value(), 0,
                                                  none<reservation_id>, facts});
    }
    order_id order(sku_id sku, std::vector<order_fact> facts = {}, place_id to = place_id{0},
                   granules n = 1) {
        const placed p = place(sku, std::move(facts), to, n);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    std::string sourced(order_id o, time_point at = monday) {
        const auto s = on.source({{}, {}, at}, o);
        REQUIRE(s);
        std::string nodes;
        for (const plan_part& p : s->by_line) nodes += on.node(p.node).key;
        return nodes;
    }
    [[nodiscard]] std::string verdict(order_id o, const std::string& node) const {
        const auto told = on.explain(o);
        for (const auto& row : told->rows)
            if (on.node(row.node).key == node) return row.verdict + ": " + row.reason;
        return {};
    }
};

/// A journal that goes on with records of a stranger's making.
struct forged {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    journal::batch_info last;

    explicit forged(journal::sink& from) {
        const auto copy = [&](std::uint64_t number, std::span<const std::byte> b) {
            last = journal::read_batch(b, number == 1 ? nullptr : &last, [](auto, auto) {
                       return error{};
                   }).value();
            return sink->append(number, b).has_value();
        };
        REQUIRE(from.read(copy) == error_code::ok);
    }
    void add(std::span<const std::byte> record) {
        journal::batch_builder b;
        b.begin(last.number + 1, last.last, last.checksum);
        b.add(last.last + 1 + (record.size() + 7) / 8, record);
        REQUIRE(sink->append(last.number + 1, b.finish()));
        last = b.info();
    }
    [[nodiscard]] std::string halted(config c) const {
        c.sink = sink;
        return engine{c}.halted();
    }
};

/// The facts of an order: one number of an attribute and a line.
std::vector<std::byte> one_fact(std::uint16_t attribute, std::uint16_t line) {
    std::vector<std::byte> b(16);
    b[0] = std::byte{16};
    const std::uint16_t place[] = {attribute, line};
    std::memcpy(b.data() + 4, place, sizeof place);
    return b;
}

error_code first(const placed& p) { return p.first.why.code; }

}  // namespace

TEST_CASE("a strategy asks what the order says of itself, a filter what its SKU and nodes have") {
    shop s;
    const std::vector<order_fact> gold{{s.id("customer.tier"), 0, "gold"},
                                       {s.id("customer.score"), 0, "7.5"},
                                       {s.id("credit"), 0, "10.01"}};
    const order_id hats = s.order(hat, gold);
    CHECK(s.sourced(hats) == "a");
    CHECK(s.on.explain(hats)->strategy == "gold");
    auto poor = gold;
    poor[2].value = "10.00";
    const order_id other = s.order(hat, poor);
    CHECK(s.sourced(other) == "a");
    CHECK(s.on.explain(other)->strategy == "others");
    const order_id paints = s.order(paint);
    CHECK(s.sourced(paints) == "b");
    CHECK(s.verdict(paints, "a") == "filtered: The filter 'hazmat' does not let a through.");
    CHECK(s.verdict(paints, "c") == "filtered: The filter 'own market' does not let c through.");
    const order_id said = s.order(hat, {{s.id("line.hazmat"), 1, "true"}});  // of this order's hats
    CHECK(s.sourced(said) == "b");
}

TEST_CASE("a preference is given up where not all can be served with it, and that is told") {
    shop s;
    const order_id south = s.order(paint, {}, place_id{1});
    CHECK(s.sourced(south) == "c");
    CHECK(s.verdict(south, "b") == "filtered: The filter 'own market' does not let b through.");
    const order_id many = s.order(paint, {}, place_id{1}, 5);  // c has four left
    CHECK(s.sourced(many) == "b");
    CHECK(s.on.explain(many)->words.find("with 'own market', which it would prefer. ") !=
          std::string::npos);
    CHECK(s.verdict(many, "a").starts_with("filtered: The filter 'hazmat'"));
    CHECK(s.verdict(many, "c").starts_with("no_stock"));
}

TEST_CASE("what an order said of itself can be read again, in one spelling") {
    shop s;
    const order_id o = s.order(hat, {{s.id("line.hazmat"), 1, "false"},
                                     {s.id("customer.score"), 0, "-7.50"},
                                     {s.id("credit"), 0, "100"},
                                     {s.id("customer.tier"), 0, "a \"tier\""}});
    const auto view = s.on.order(o);
    REQUIRE(view);
    std::string said;
    for (const fact_view& f : view->facts)
        said +=
            s.on.attribute(f.attribute).name + '/' + std::to_string(f.line) + '=' + f.value + ' ';
    CHECK(said ==
          "credit/0=100 customer.score/0=-7.5 customer.tier/0=a \"tier\" "
          "line.hazmat/1=false ");
    CHECK(s.on.order(s.order(hat))->facts.empty());
}

TEST_CASE("an order with what nobody declared, or with what cannot be, is declined") {
    shop s;
    using enum error_code;
    CHECK(first(s.place(hat, {{attribute_id{99}, 0, "x"}}, place_id{0})) == unknown_attribute);
    CHECK(first(s.place(hat, {{s.id("node.hazmat"), 0, "true"}}, place_id{0})) == bad_attribute);
    CHECK(first(s.place(hat, {{s.id("line.hazmat"), 0, "true"}}, place_id{0})) == unknown_line);
    CHECK(first(s.place(hat, {{s.id("line.hazmat"), 2, "true"}}, place_id{0})) == unknown_line);
    CHECK(first(s.place(hat, {{s.id("customer.tier"), 1, "gold"}}, place_id{0})) == unknown_line);
    CHECK(first(s.place(hat, {{s.id("line.hazmat"), 1, "yes"}}, place_id{0})) == bad_field);
    CHECK(first(s.place(hat, {{s.id("customer.tier"), 0, ""}}, place_id{0})) == bad_field);
    CHECK(first(s.place(hat, {{s.id("customer.score"), 0, "1e9"}}, place_id{0})) == bad_number);
    CHECK(first(s.place(hat, {{s.id("credit"), 0, "0.12345"}}, place_id{0})) == too_many_decimals);
    const std::string longer(256, 'x');
    CHECK(first(s.place(hat, {{s.id("customer.tier"), 0, longer}}, place_id{0})) == key_too_long);
    const placed twice = s.place(
        hat, {{s.id("customer.tier"), 0, "gold"}, {s.id("customer.tier"), 0, "gold"}}, place_id{0});
    CHECK(first(twice) == duplicate_row);
    const placed two =
        s.place(hat, {{s.id("line.hazmat"), 1, "yes"}, {attribute_id{99}, 0, "x"}}, place_id{0});
    CHECK(two.violations.size() == 2);
    CHECK(s.on.available(hat)->atoms == 15);
}

TEST_CASE("the same order with other facts is another order; in another order they are the same") {
    shop s;
    const std::vector<order_line> lines{{hat, {1}}};
    const order_fact tier{s.id("customer.tier"), 0, "gold"}, score{s.id("customer.score"), 0, "1"};
    const auto place = [&](std::vector<order_fact> facts) {
        return s.on.place_order(
            {"key", {}, monday},
            {lines, place_id{0}, currency::parse("EUR").value(), 0, none<reservation_id>, facts});
    };
    CHECK(place({tier, score}).first.what == outcome::done);
    CHECK(place({score, tier}).first.what == outcome::repeat);
    CHECK(first(place({tier})) == error_code::duplicate_key);
    CHECK(first(place({})) == error_code::duplicate_key);
}

TEST_CASE("attributes and facts are declared and loaded row by row, and refused row by row") {
    shop s;
    using enum error_code;
    const auto why = [](const load_report& r) {
        return r.rejected.empty() ? ok : r.rejected[0].why.code;
    };
    const auto declare = [&](std::string name, value_type t) {
        return why(s.on.load(s.now, std::vector<attribute_row>{{std::move(name), t}}));
    };
    CHECK(declare("channel", value_type::text) == ok);
    CHECK(declare("channel", value_type::text) == ok);
    CHECK(declare("channel", value_type::flag) == bad_attribute);
    CHECK(declare("units", value_type::number) == bad_attribute);
    CHECK(declare("Node.x", value_type::number) == bad_attribute);
    CHECK(s.on.attribute(s.id("channel")).name == "channel");
    const auto fact = [&](const char* key, const char* name, const char* value) {
        return why(s.on.load(s.now, std::vector<fact_row>{{key, name, value}}));
    };
    CHECK(fact("nobody", "node.hazmat", "true") == unknown_node);
    CHECK(fact("nothing", "line.hazmat", "true") == unknown_sku);
    CHECK(fact("nowhere", "ship_to.market", "x") == unknown_place);
    CHECK(fact("a", "node.size", "1") == unknown_attribute);
    CHECK(fact("a", "customer.tier", "gold") == bad_attribute);
    CHECK(fact("a", "node.hazmat", "1") == bad_field);
    CHECK(fact("a", "node.hazmat", "") == ok);  // it has none any more
    std::vector<std::string> findings;
    const std::string other =
        "policy = 'q'\ncurrency = 'EUR'\nrank = ['priority']\n[attributes]\n'channel' = 'flag'\n";
    CHECK(s.on.activate(s.now, other, &findings).error().code == bad_policy);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].find("'channel' is a text already") != std::string::npos);
}

TEST_CASE("a fact that changes is asked anew, and old decisions are told as they were made") {
    shop s;
    const order_id before = s.order(paint);
    CHECK(s.sourced(before) == "b");
    const std::string told = s.on.explain(before)->words;
    REQUIRE(s.on.load(s.now,
                      std::vector<fact_row>{{"a", "node.hazmat", "true"}, {"b", "node.market", ""}})
                .accepted == 2);
    CHECK(s.sourced(s.order(paint)) == "a");
    CHECK(s.on.explain(before)->words == told);
    CHECK(s.verdict(before, "a") == "filtered: The filter 'hazmat' does not let a through.");
}

TEST_CASE("nothing is sourced from an excluded node, with strategies and without") {
    shop s;
    REQUIRE(
        s.on.load(s.now, std::vector<exclusion_row>{{"a", "flooded", monday, tuesday}}).accepted ==
        1);
    const order_id hats = s.order(hat);
    CHECK(s.sourced(hats) == "b");
    CHECK(s.verdict(hats, "a").starts_with("excluded: a was excluded"));
    CHECK(s.sourced(s.order(hat), tuesday) == "a");
    CHECK(s.on.available(hat, node_id{0})->atoms == 4);  // its stock stays
    REQUIRE(s.on.load(s.now, std::vector<exclusion_row>{{"b", "strike", tuesday}}).accepted == 1);
    REQUIRE(s.on.activate(s.now, "policy = 'p'\ncurrency = 'EUR'\nrank = ['priority']\n"));
    const order_id five = s.order(hat, {}, place_id{0}, 5);
    CHECK(s.sourced(five, tuesday) == "c");
    CHECK(s.verdict(five, "b").starts_with("excluded: b was excluded"));
    using enum error_code;
    const auto report = s.on.load(
        s.now, std::vector<exclusion_row>{{"z", "", {}, never}, {"a", "", tuesday, monday}});
    REQUIRE(report.rejected.size() == 2);
    CHECK(report.rejected[0].why.code == unknown_node);
    CHECK(report.rejected[1].why.code == out_of_range);
}

TEST_CASE("an exclusion is changed, and taken back, by its node and beginning") {
    shop s;
    const auto exclude = [&](const char* node, time_point from, time_point until) {
        return s.on.load(s.now, std::vector<exclusion_row>{{node, "flooded", from, until}})
            .accepted;
    };
    CHECK(exclude("a", monday, monday) == 0);  // there is none to take back
    CHECK(exclude("a", monday, never) == 1);
    CHECK(exclude("b", monday, tuesday) == 1);
    CHECK(s.sourced(s.order(hat)) == "c");
    CHECK(exclude("b", monday, monday) == 1);
    CHECK(s.sourced(s.order(hat)) == "b");
    CHECK(exclude("a", monday, tuesday) == 1);  // is open again tomorrow
    CHECK(s.sourced(s.order(hat), tuesday) == "a");
    CHECK(exclude("a", monday, monday) == 1);
    CHECK(exclude("a", monday, monday) == 0);
}

TEST_CASE("an order's facts have a size that is said") {
    shop s;
    std::vector<attribute_row> rows;
    for (int i = 0; i < 240; ++i) rows.push_back({"line.a" + std::to_string(i), value_type::text});
    REQUIRE(s.on.load(s.now, rows).accepted == 240);
    const std::string value(255, 'x');
    std::vector<order_fact> facts;
    for (int i = 0; i < 240; ++i) facts.push_back({s.id("line.a" + std::to_string(i)), 1, value});
    CHECK(s.place(hat, facts, place_id{0}).first.what == outcome::done);  // 240 x 260 bytes
    const std::vector<order_line> two{{hat, {1}}, {hat, {1}}};
    for (int i = 0; i < 240; ++i) facts.push_back({s.id("line.a" + std::to_string(i)), 2, value});
    const placed more = s.on.place_order(
        {"more", {}, monday},
        {two, place_id{0}, currency::parse("EUR").value(), 0, none<reservation_id>, facts});
    CHECK(first(more) == error_code::input_too_large);
    CHECK(more.first.why.refs[0] == 124'800);
    CHECK(more.first.why.refs[1] == 65'536);
}

TEST_CASE("decisions by filters replay and are told alike after a recovery") {
    shop s;
    const std::vector<order_fact> gold{{s.id("customer.tier"), 0, "gold"},
                                       {s.id("customer.score"), 0, "9"},
                                       {s.id("credit"), 0, "99"},
                                       {s.id("line.hazmat"), 1, "true"}};
    std::vector<order_id> all{s.order(hat, gold), s.order(paint), s.order(paint, {}, place_id{1}),
                              s.order(paint, {}, place_id{1}, 5)};
    std::vector<std::string> before;
    for (const order_id o : all) {
        static_cast<void>(s.sourced(o));
        before.push_back(s.on.explain(o)->words);
    }
    const order_id waits = s.order(hat, gold);  // sourced after the recovery
    REQUIRE(s.on.flush(journal::durability::memory));
    engine again{s.settings()};
    REQUIRE(again.halted() == "");
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(again.explain(all[i])->words == before[i]);
    CHECK(again.source(s.now, waits)->by_line.empty());  // gold asks a alone, which takes no hazmat
    CHECK(again.explain(waits)->strategy == "gold");
}

TEST_CASE("a journal whose facts nobody can have written is refused in words") {
    shop s;
    const order_id bare = s.order(hat), known = s.order(hat, {{s.id("credit"), 0, "1"}});
    REQUIRE(s.on.flush(journal::durability::memory));
    const auto opened = [&](auto&& write) {
        forged f{*s.sink};
        journal::writer w;
        w.begin(verb::load, monday, actor_id{});
        write(w);
        f.add(w.bytes());
        return f.halted(s.settings());
    };
    const auto note = [&](order_id o, std::uint16_t attribute, std::uint16_t line) {
        return opened([&](journal::writer& w) {
            w.note(static_cast<std::uint32_t>(raw(o)), journal::note_kind::facts, 0,
                   one_fact(attribute, line));
        });
    };
    const auto credit = raw(s.id("credit"));
    CHECK(note(bare, credit, 0) == "");
    const std::string wrong = "recovery: ";
    CHECK(note(known, credit, 0).starts_with(wrong));  // twice
    CHECK(note(bare, credit, 5001).starts_with(wrong));
    CHECK(note(bare, credit, 1).starts_with(wrong));  // of the order, not of a line
    CHECK(note(bare, raw(s.id("line.hazmat")), 0).starts_with(wrong));
    CHECK(note(bare, raw(s.id("node.hazmat")), 0).starts_with(wrong));
    CHECK(note(bare, 99, 0).starts_with(wrong));
    const auto policy = [&](std::string_view declares) {
        const std::string text =
            "policy = 'p'\ncurrency = 'EUR'\nrank = ['priority']\n[attributes]\n" +
            std::string{declares};
        return opened([&](journal::writer& w) {
            w.intern(journal::intern_kind::policy, {2, text, {}, {}});
        });
    };
    CHECK(policy("'credit' = 'money'\n") == "");
    CHECK(policy("'stranger' = 'money'\n").starts_with(wrong));
    CHECK(policy("'credit' = 'text'\n").starts_with(wrong));
}

}  // namespace earmark
