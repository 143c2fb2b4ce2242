#include "earmark/sourcing/condition.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace earmark::sourcing {
namespace {

const std::vector<attribute> known{{"method", value_type::text},
                                   {"customer.tier", value_type::text},
                                   {"goods_value", value_type::money},
                                   {"units", value_type::number},
                                   {"gift", value_type::flag},
                                   {"category", value_type::text, true},
                                   {"weight_kg", value_type::number, true},
                                   {"hazmat", value_type::flag, true}};
enum : std::size_t { method, tier, value, units, gift, category, weight, hazmat };

/// A gold customer's pick-up of 150.00: a hazardous lamp of 2.5 kg, and a coat.
struct order {
    std::vector<attribute_value> own = std::vector<attribute_value>(5);
    std::vector<std::vector<attribute_value>> lines;
    std::vector<std::span<const attribute_value>> seen;

    order() {
        own[method] = {true, 0, "pickup"};
        own[tier] = {true, 0, "gold"};
        own[value] = {true, 1'500'000};
        own[units] = {true, 30'000};
        add("lamp", 25'000, true);
        add("coat", 9'000, false);
    }
    void add(std::string_view is, std::int64_t weighs, bool dangerous) {
        std::vector<attribute_value> line(8);
        line[category] = {true, 0, is};
        line[weight] = {true, weighs};
        line[hazmat] = {true, dangerous ? 1 : 0};
        lines.push_back(line);
    }
    bool meets(std::string_view text) {
        const parsed_condition c = parse_condition(text, known);
        INFO(text << ": " << c.problem);
        REQUIRE(c);
        seen.assign(lines.begin(), lines.end());
        return c.value->holds({own, seen});
    }
};

std::string said(std::string_view text) {
    const parsed_condition c = parse_condition(text, known);
    return c ? "ok" : std::to_string(c.at) + ": " + c.problem;
}
std::string spelt(std::string_view text) { return parse_condition(text, known).value->text(); }

}  // namespace

TEST_CASE("text, numbers, money and flags are compared as what they are") {
    order o;
    CHECK(o.meets(R"(method == "pickup")"));
    CHECK_FALSE(o.meets(R"(method != "pickup")"));
    CHECK(o.meets(R"(customer.tier in ["silver", "gold"])"));
    CHECK_FALSE(o.meets(R"(customer.tier in ["silver"])"));
    CHECK(o.meets(R"(goods_value >= "150.00")"));
    CHECK_FALSE(o.meets(R"(goods_value > "150.00")"));
    CHECK(o.meets(R"(goods_value<="150")"));
    CHECK(o.meets("units == 3"));
    CHECK(o.meets("units < 3.5"));
    CHECK(o.meets("units in [1, 2, 3.0]"));
    CHECK_FALSE(o.meets("units < -1"));
}

TEST_CASE("and binds more than or, not more than both, and parentheses most") {
    order o;
    CHECK(o.meets("units == 3 or units == 4 and units == 5"));
    CHECK_FALSE(o.meets("(units == 3 or units == 4) and units == 5"));
    CHECK(o.meets("not units == 4 and units == 3"));
    CHECK_FALSE(o.meets("not (units == 4 or units == 3)"));
    CHECK(o.meets("not(units==4)and(units==3)"));
}

TEST_CASE("lines are asked with any and every") {
    order o;
    CHECK(o.meets("any(hazmat)"));
    CHECK_FALSE(o.meets("every(hazmat)"));
    CHECK(o.meets("any(hazmat and weight_kg > 2)"));
    CHECK_FALSE(o.meets("any(not hazmat and weight_kg > 2)"));
    CHECK(o.meets(R"(every(category in ["lamp", "coat"] and units == 3))"));
    o.lines.clear();
    CHECK_FALSE(o.meets("any(hazmat)"));
    CHECK_FALSE(o.meets("every(hazmat)"));
}

TEST_CASE("what was not given compares with nothing") {
    order o;
    CHECK_FALSE(o.meets("gift"));
    CHECK_FALSE(o.meets("has(gift)"));
    CHECK_FALSE(o.meets("gift == false"));
    CHECK(o.meets("not gift"));
    CHECK(o.meets("has(customer.tier)"));
    o.own[tier].given = false;
    CHECK_FALSE(o.meets(R"(customer.tier == "gold")"));
    CHECK_FALSE(o.meets(R"(customer.tier != "gold")"));
    o.own.resize(1);  // a short span gives no more
    CHECK_FALSE(o.meets("units == 3"));
}

TEST_CASE("a condition has one spelling, which means the same") {
    CHECK(spelt(R"(  method=="a\"b\\"and(units>1.50 or( gift )) )") ==
          R"(method == "a\"b\\" and (units > 1.5 or gift))");
    CHECK(spelt(R"(goods_value>="150")") == R"(goods_value >= "150.00")");
    CHECK(spelt("not (gift and units==1)") == "not (gift and units == 1)");
    CHECK(spelt(R"(every( hazmat==true ))") == "every(hazmat == true)");
    CHECK(spelt("not (not (gift))") == "gift");
    CHECK(spelt(R"(units in [ 1,2 , -0.5 ])") == "units in [1, 2, -0.5]");
    for (const char* text :
         {"not gift or has(units)", R"(any(category == "x" or hazmat) and not every(hazmat))"})
        CHECK(spelt(spelt(text)) == spelt(text));
    const auto c = parse_condition("gift and units == 1 and not gift", known);
    CHECK(std::vector<int>(c.value->uses().begin(), c.value->uses().end()) ==
          std::vector<int>{units, gift});
}

TEST_CASE("what is no condition is refused with its place and what to do") {
    CHECK(said("metod == \"x\"") == "0: unknown attribute 'metod'; did you mean 'method'?");
    CHECK(said("units == \"3\"") == "9: 'units' is number; write it without quotes");
    CHECK(said("goods_value >= 150").find("15: 'goods_value' is money, which is quoted") == 0);
    CHECK(said("goods_value >= \"1.23456\"").find("at most 4 decimals") != std::string::npos);
    CHECK(said("method < \"a\"").find("compare it with == or !=") != std::string::npos);
    CHECK(said("method").find("compare it with a value, or ask has(method)") != std::string::npos);
    CHECK(said("hazmat").find("'hazmat' is of a line; write any(") != std::string::npos);
    CHECK(said("any(every(hazmat))").find("do not nest") != std::string::npos);
    CHECK(said("gift and").find("8: a comparison") == 0);
    CHECK(said("gift gift").find("5: ") == 0);
    CHECK(said("(gift").find("a ) or") != std::string::npos);
    CHECK(said("method == \"x").find("close it with \"") != std::string::npos);
    CHECK(said("units in [1, 2").find("close it with ]") != std::string::npos);
    CHECK(said("units in 3").find("a list belongs here") != std::string::npos);
    CHECK(said("units ==").find("a value belongs here") != std::string::npos);
    CHECK(said("units = 3") != "ok");
    CHECK(said("") != "ok");
    CHECK(said("and").find("0: a comparison") == 0);
    CHECK(said("units == 99999999999999999999").find("is none") != std::string::npos);
    CHECK(said(std::string(max_condition_bytes + 1, ' ')).find("at most 4096 bytes") !=
          std::string::npos);
    CHECK(said(std::string(33, '(') + "gift" + std::string(33, ')')).find("32 deep") !=
          std::string::npos);
    CHECK(said(std::string(32, '(') + "gift" + std::string(32, ')')) == "ok");
    CHECK(said("not \t not gift") == "0: leave `not not` out");
    CHECK(said("method == \"not not\"") == "ok");
    std::string many = "gift";
    for (int i = 0; i < 600; ++i) many += " or u";
    CHECK(said(many) != "ok");
    many = "gift";
    while (many.size() < max_condition_bytes - 10) many += " or gift";
    CHECK((said(many) == "ok" || said(many).find("at most 512") != std::string::npos));
}

TEST_CASE("no text of bytes makes the reader do more than refuse") {
    std::mt19937 dice{3};
    const std::string parts[] = {
        "gift",   "units", "==",     "<",      "3",  "\"x\"", "and", "or",   "not ",
        "(",      ")",     "any(",   "has(",   "in", "[",     "]",   ",",    " ",
        "method", "-1.5",  "every(", "hazmat", "\\", "\"",    "\n",  "\x80", std::string{"\0", 1}};
    int good = 0;
    for (int round = 0; round < 60'000; ++round) {
        std::string text;
        for (auto n = dice() % 9; n > 0; --n) text += parts[dice() % std::size(parts)];
        const parsed_condition c = parse_condition(text, known);
        if (!c) {
            REQUIRE_FALSE(c.problem.empty());
            REQUIRE(c.at <= text.size());
            continue;
        }
        ++good;
        REQUIRE(parse_condition(c.value->text(), known).value->text() == c.value->text());
    }
    CHECK(good > 50);
}

}  // namespace earmark::sourcing
