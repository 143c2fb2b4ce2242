#include "earmark/core/digest.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "earmark/core/check.hpp"

namespace earmark {
namespace {

TEST_CASE("a content digest is XXH3 with 128 bits, equal on every platform") {
    // Computed with another implementation; the first is the published value of the empty input.
    CHECK(content_digest("") == digest128{0x99AA06D3014798D8, 0x6001C324468D497F});
    CHECK(content_digest("earmark") == digest128{0xF9FF24D04785A6B5, 0x208FC4F28110ACBA});
    CHECK(content_digest("a") != content_digest("b"));
}

TEST_CASE(
    "a state digest depends on every value, their order and the seed, and is fixed for ever") {
    CHECK(digest{}.add(1).add(2).value() != digest{}.add(2).add(1).value());
    CHECK(digest{}.add(0).value() != digest{}.value());
    CHECK(digest{1}.value() != digest{2}.value());
    CHECK(digest{}.add("ab").add("c").value() != digest{}.add("a").add("bc").value());
    CHECK(to_hex(digest{}.add(42).add("stock").value()) == "47ec8902c5ef87d5");
}

TEST_CASE("neighbouring numbers digest to 100,000 different values") {
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < 100'000; ++i) seen.insert(digest{}.add(i).value());
    CHECK(seen.size() == 100'000);
}

TEST_CASE("a digest is written as sixteen hexadecimal digits") {
    CHECK(to_hex(0) == "0000000000000000");
    CHECK(to_hex(0xDEADBEEF) == "00000000deadbeef");
    CHECK(to_hex(~std::uint64_t{0}) == "ffffffffffffffff");
}

TEST_CASE("misuse and broken invariants are thrown with their sentence") {
    CHECK_NOTHROW(EARMARK_CHECK(1 < 2, "never"));
    CHECK_THROWS_WITH_AS(EARMARK_CHECK(2 < 1, "two is less than one"), "two is less than one",
                         misuse);
    CHECK_NOTHROW(EARMARK_INVARIANT(true, "never"));
    try {
        EARMARK_INVARIANT(false, "the sum of units is constant");
        FAIL("a broken invariant must throw");
    } catch (const broken& b) {
        const std::string what = b.what();
        CHECK(what.starts_with("the sum of units is constant ("));
        CHECK(what.find("digest_test.cpp:") != std::string::npos);
    }
}

}  // namespace
}  // namespace earmark
