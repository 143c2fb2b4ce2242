#include "earmark/core/intern.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace earmark {
namespace {

TEST_CASE("keys are numbered in the order of arrival and a second arrival changes nothing") {
    key_table keys;
    CHECK(keys.insert("red").index == 0);
    CHECK(keys.insert("blue").index == 1);
    const auto again = keys.insert("red");
    CHECK(again.index == 0);
    CHECK_FALSE(again.fresh);
    CHECK(keys.size() == 2);
    CHECK(keys.key(1) == "blue");
    CHECK(keys.find("blue") == 1);
    CHECK_FALSE(keys.find("green"));
}

TEST_CASE("keys are compared byte for byte: case, blanks, separators and zero bytes all count") {
    key_table keys;
    const std::string with_zero("a\0b", 3);
    for (const std::string& key :
         {std::string("a"), std::string("A"), std::string("a "), std::string("a-b"),
          std::string("a_b"), with_zero, std::string("\xC3\xA4"), std::string("a\xCC\x88")})
        CHECK(keys.insert(key).fresh);
    CHECK(keys.size() == 8);
    CHECK(keys.key(5) == with_zero);
}

TEST_CASE("the empty key and a key of 100,000 bytes are keys like any other") {
    key_table keys;
    const std::string huge(100'000, 'x');
    CHECK(keys.insert("").index == 0);
    CHECK(keys.insert(huge).index == 1);
    CHECK(keys.find("") == 0);
    CHECK(keys.find(huge) == 1);
    CHECK_FALSE(keys.find(huge.substr(1)));
}

TEST_CASE("a key's text stays where it is while the table grows and when it is moved") {
    key_table keys;
    keys.insert("first");
    const std::string_view first = keys.key(0);
    for (int i = 0; i < 50'000; ++i) keys.insert("key " + std::to_string(i));
    CHECK(keys.key(0).data() == first.data());
    const key_table moved = std::move(keys);
    CHECK(moved.key(0).data() == first.data());
    CHECK(moved.size() == 50'001);
    for (int i = 0; i < 50'000; i += 997)
        CHECK(moved.find("key " + std::to_string(i)) == static_cast<std::uint32_t>(i + 1));
}

TEST_CASE("the caller's buffer may change after the insert") {
    key_table keys;
    std::string buffer = "short";
    keys.insert(buffer);
    buffer = "other";
    CHECK(keys.key(0) == "short");
    CHECK(keys.find("short") == 0);
    CHECK_FALSE(keys.find("other"));
}

}  // namespace
}  // namespace earmark
