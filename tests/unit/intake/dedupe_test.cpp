#include "earmark/intake/dedupe.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace earmark::intake {
namespace {

struct memory {
    lifecycle::slab<> chunks{1 << 24, 8, 10};
    key_map<> keys{chunks, 256};
};

TEST_CASE("a key is fresh once, then answers its first receipt") {
    memory m;
    const claim c = m.keys.begin(0, key_space::order, "A-1", {1, 2});
    REQUIRE(c.state == claim_state::fresh);
    CHECK(m.keys.begin(0, key_space::order, "A-1", {1, 2}).state == claim_state::pending);
    receipt first;
    first.subject = 42;
    first.why = fail(error_code::insufficient, 1, 2, 3);
    m.keys.finish(c, first);
    const claim again = m.keys.begin(0, key_space::order, "A-1", {1, 2});
    CHECK(again.state == claim_state::repeat);
    CHECK(again.first.subject == 42);
    CHECK(again.first.why == first.why);
    CHECK(m.keys.key_of(c.block) == "A-1");
}

TEST_CASE("the same key with other content is a conflict, and changes nothing") {
    memory m;
    const claim c = m.keys.begin(0, key_space::order, "A-1", {1, 2});
    m.keys.finish(c, {});
    CHECK(m.keys.begin(0, key_space::order, "A-1", {1, 3}).state == claim_state::conflict);
    CHECK(m.keys.begin(0, key_space::order, "A-1", {1, 2}).state == claim_state::repeat);
}

TEST_CASE("orders and other commands may use the same key") {
    memory m;
    m.keys.finish(m.keys.begin(0, key_space::order, "A-1", {1, 2}), {});
    CHECK(m.keys.begin(0, key_space::command, "A-1", {1, 2}).state == claim_state::fresh);
}

TEST_CASE(
    "a command that did not happen leaves its key to be tried again, also with other content") {
    memory m;
    m.keys.forget(m.keys.begin(0, key_space::order, "A-1", {1, 2}));
    receipt seen;
    CHECK_FALSE(m.keys.find(key_space::order, "A-1", seen));
    const claim c = m.keys.begin(0, key_space::order, "A-1", {9, 9});
    CHECK(c.state == claim_state::fresh);
    m.keys.finish(c, {});
    CHECK(m.keys.begin(0, key_space::order, "A-1", {9, 9}).state == claim_state::repeat);
}

TEST_CASE("keys are compared whole: prefixes, cases, separators and embedded zeros differ") {
    memory m;
    const std::string_view keys[] = {
        "a", "A", "aa", "a-", "a_", std::string_view{"a\0", 2}, "12345678", "123456789"};
    for (const auto k : keys) {
        const claim c = m.keys.begin(0, key_space::order, k, {});
        CHECK(c.state == claim_state::fresh);
        CHECK(m.keys.key_of(c.block) == k);
    }
}

TEST_CASE("a full map says so and still knows every key that it has") {
    memory m;
    std::vector<claim> made;
    for (int i = 0; i < 256; ++i) {
        made.push_back(m.keys.begin(0, key_space::order, "k" + std::to_string(i), {}));
        REQUIRE(made.back().state == claim_state::fresh);
        m.keys.finish(made.back(), {});
    }
    CHECK(m.keys.begin(0, key_space::order, "one more", {}).state == claim_state::full);
    for (int i = 0; i < 256; ++i)
        CHECK(m.keys.begin(0, key_space::order, "k" + std::to_string(i), {}).state ==
              claim_state::repeat);
}

TEST_CASE("of threads that come with one key at once, exactly one is fresh") {
    memory m;
    for (int round = 0; round < 100; ++round) {
        std::atomic<int> fresh{0}, lost{0};
        std::vector<std::thread> threads;
        for (std::uint32_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                const claim c =
                    m.keys.begin(t, key_space::order, "k" + std::to_string(round), {1, 1});
                if (c.state == claim_state::fresh) {
                    ++fresh;
                    m.keys.finish(c, {});
                } else if (c.state == claim_state::full) {
                    ++lost;
                }
            });
        for (auto& t : threads) t.join();
        CHECK(fresh.load() == 1);
        CHECK(lost.load() == 0);
    }
    CHECK(m.keys.size() == 100);
}

}  // namespace
}  // namespace earmark::intake
