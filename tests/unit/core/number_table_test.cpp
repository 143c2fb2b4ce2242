#include "earmark/core/number_table.hpp"

#include <doctest/doctest.h>

#include <new>
#include <unordered_map>
#include <vector>

#include "earmark/core/check.hpp"
#include "earmark/core/digest.hpp"
#include "unit/allocations.hpp"

namespace earmark {
namespace {

constexpr std::uint64_t all_bits = ~std::uint64_t{0};

TEST_CASE("numbers: an empty table knows none, and zero and all bits set are numbers") {
    number_table t;
    for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{1}, all_bits}) {
        CHECK_FALSE(t.find(n));
        CHECK_FALSE(t.erase(n));
    }
    CHECK(t.bytes() == 0);
    CHECK(t.insert(0, 7).fresh);
    CHECK(t.insert(all_bits, 0).fresh);
    CHECK(t.insert(1, number_table::no_handle - 1).fresh);
    CHECK(t.find(0) == 7);
    CHECK(t.find(all_bits) == 0);
    CHECK(t.find(1) == number_table::no_handle - 1);
    CHECK_FALSE(t.find(2));
    CHECK(t.size() == 3);
}

TEST_CASE("numbers: a number that comes again keeps its handle, no handle is refused") {
    number_table t;
    t.insert(5, 50);
    const auto again = t.insert(5, 51);
    CHECK(again.handle == 50);
    CHECK_FALSE(again.fresh);
    CHECK(t.size() == 1);
    CHECK_THROWS_AS(t.insert(6, number_table::no_handle), misuse);
    CHECK_FALSE(t.find(6));
}

TEST_CASE("numbers: a million beside std::unordered_map, while they come and go") {
    number_table t;
    std::unordered_map<std::uint64_t, std::uint32_t> twin;
    const auto number = [](std::uint64_t i) {  // dense, spread, and of a few bits
        return i % 3 == 0 ? i : i % 3 == 1 ? mix(i) : i << 40;
    };
    std::uint64_t wrong = 0;
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
        wrong += t.insert(number(i), i).fresh != twin.emplace(number(i), i).second;
        if (i % 5 == 0) wrong += t.erase(number(i / 2)) != (twin.erase(number(i / 2)) == 1);
    }
    REQUIRE(t.size() == twin.size());
    for (std::uint64_t i = 0; i < 1'100'000; ++i) {
        const auto known = twin.find(number(i));
        const auto found = t.find(number(i));
        wrong += known == twin.end() ? found.has_value() : found != known->second;
    }
    CHECK(wrong == 0);
    std::vector<std::uint64_t> asked;
    for (std::uint64_t i = 0; i < 1'000; ++i) asked.push_back(number(i * 1'009));
    for (const std::size_t n : {0u, 1u, 15u, 16u, 17u, 1'000u}) {
        std::vector<std::uint32_t> handles(n);
        t.find(std::span{asked}.first(n), handles);
        for (std::size_t i = 0; i < n; ++i)
            CHECK(handles[i] == t.find(asked[i]).value_or(number_table::no_handle));
    }
    for (const auto& [n, handle] : twin) wrong += !t.erase(n);
    CHECK(wrong == 0);
    CHECK(t.size() == 0);
    CHECK_FALSE(t.find(number(1)));
}

TEST_CASE("numbers: a table that was made for a million takes 16 bytes for each and never grows") {
    number_table t;
    t.reserve(1u << 20);
    const std::size_t bytes = t.bytes();
    CHECK(bytes == std::size_t{16} << 20);
    for (std::uint32_t i = 0; i < 1u << 20; ++i) t.insert(std::uint64_t{i} << 12, i);
    CHECK(t.bytes() == bytes);
    CHECK(t.size() == 1u << 20);
    t.insert(all_bits, 0);
    CHECK(t.bytes() == 2 * bytes);
}

TEST_CASE("numbers: seed and order of arrival show in no answer") {
    number_table forth{1}, back{2};
    for (std::uint32_t i = 0; i < 5'000; ++i) forth.insert(i * 64, i);
    for (std::uint32_t i = 5'000; i-- > 0;) back.insert(i * 64, i);
    std::uint64_t differ = 0;
    for (std::uint64_t n = 0; n < 5'100 * 64; n += 16) differ += forth.find(n) != back.find(n);
    CHECK(differ == 0);
}

/// Numbers that a table with this seed would put into one line of many.
std::vector<std::uint64_t> crowding(std::uint64_t seed, std::size_t count) {
    // The hash of number_table.hpp, as one who has learned the seed would write it.
    __extension__ typedef unsigned __int128 wide;
    const wide a = wide{mix(seed + 1)} << 64 | mix(seed + 2) | 1;
    const wide b = wide{mix(seed + 3)} << 64 | mix(seed + 4);
    std::vector<std::uint64_t> out;
    for (std::uint64_t n = 0; out.size() < count; ++n)
        if (static_cast<std::uint64_t>((a * n + b) >> 64) >> 52 == 0) out.push_back(n);
    return out;
}

TEST_CASE(
    "numbers: chosen to crowd under a seed that is known, they are all found and none is far") {
    constexpr std::uint64_t seed = 99;
    number_table t{seed};
    t.reserve(1u << 14);  // 4,096 lines: all of the numbers belong to the first one
    const auto numbers = crowding(seed, 2'000);
    for (std::uint32_t i = 0; i < numbers.size(); ++i) CHECK(t.insert(numbers[i], i).fresh);
    for (std::uint32_t i = 0; i < numbers.size(); ++i) CHECK(t.find(numbers[i]) == i);
    CHECK(t.size() == numbers.size());
    CHECK(t.bytes() <= std::size_t{2} * 16 << 14);  // another seed helped, not ever more memory
}

TEST_CASE("numbers: a small full table ends its searches, also after others have come and gone") {
    number_table t{3};
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        t.insert(i, static_cast<std::uint32_t>(i));
        if (i >= 7) CHECK(t.erase(i - 7));
        CHECK_FALSE(t.find(i + 1));
        CHECK_FALSE(t.find(mix(i + 1)));
    }
    CHECK(t.size() == 7);
    CHECK(t.bytes() == 128);
}

TEST_CASE("numbers: memory that is refused leaves the table as it was") {
    number_table t;
    for (std::uint32_t i = 0; i < 1'024; ++i) t.insert(i, i);
    const std::size_t bytes = t.bytes();
    int refused = 0;
    for (std::int64_t n = 0; n < 8; ++n)
        if (allocations::fail_one(n, [&] {
                try {
                    t.insert(5'000, 1);
                } catch (const std::bad_alloc&) {
                    ++refused;
                    CHECK(t.bytes() == bytes);
                    CHECK(t.size() == 1'024);
                    CHECK_FALSE(t.find(5'000));
                }
            }))
            t.erase(5'000);
    CHECK(refused > 0);
    for (std::uint32_t i = 0; i < 1'024; ++i) CHECK(t.find(i) == i);
    CHECK_THROWS_AS(t.reserve(std::size_t{1} << 60), std::bad_alloc);
    CHECK(t.find(3) == 3);
}

TEST_CASE("numbers: a table that is moved is whole, what is left is empty and usable") {
    number_table t;
    for (std::uint32_t i = 0; i < 100; ++i) t.insert(i, i + 1);
    number_table to{std::move(t)};
    CHECK(to.find(99) == 100);
    CHECK(t.size() == 0);  // NOLINT: it is what is tested
    CHECK_FALSE(t.find(99));
    t.insert(99, 3);
    to = std::move(t);
    CHECK(to.size() == 1);
    CHECK(to.find(99) == 3);
}

}  // namespace
}  // namespace earmark
