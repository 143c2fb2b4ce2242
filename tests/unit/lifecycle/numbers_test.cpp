#include "earmark/lifecycle/numbers.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

namespace earmark::lifecycle {
namespace {

TEST_CASE("what one slot ended another gives again, the oldest first, after its rest") {
    numbers<> n{1'000, 2};  // batches of 62
    for (std::uint32_t i = 0; i < 200; ++i) n.put_ended(1, i);
    CHECK_FALSE(n.take(0, 500));
    for (std::uint32_t i = 0; i < 50; ++i) CHECK(n.take(0, 100) == i);
}

TEST_CASE("a number that became nothing is its slot's next one") {
    numbers<> n{1'000, 2};
    n.put_unused(0, 7);
    n.put_unused(0, 8);
    CHECK(n.take(0, 1'000) == 8);
    CHECK(n.take(0, 1'000) == 7);
    CHECK_FALSE(n.take(1, 0));
}

TEST_CASE("where none is fresh, a number does not rest") {
    numbers<> n{1'000, 2};
    n.put_ended(0, 3);  // not even in the queue yet
    CHECK_FALSE(n.take(0, 0));
    CHECK(n.take_any(0) == 3);
    CHECK_FALSE(n.take_any(0));
}

TEST_CASE("threads that end and take beside each other never get one number twice") {
    constexpr std::uint32_t threads = 3, rounds = 20'000, each = 40;
    numbers<> n{64, threads};  // batches of 2
    std::vector<std::vector<std::uint32_t>> held(threads);
    for (std::uint32_t i = 0; i < threads * each; ++i) held[i % threads].push_back(i);
    std::vector<std::thread> at_work;
    for (std::uint32_t t = 0; t < threads; ++t)
        at_work.emplace_back([&, t] {
            for (std::uint32_t i = 0; i < rounds; ++i) {
                if (!held[t].empty()) {
                    n.put_ended(t, held[t].back());
                    held[t].pop_back();
                }
                if (const auto got = n.take(t, 10)) held[t].push_back(*got);
            }
        });
    for (auto& t : at_work) t.join();
    std::multiset<std::uint32_t> all;
    for (const auto& of : held) all.insert(of.begin(), of.end());
    for (std::uint32_t t = 0; t < threads; ++t)
        while (const auto got = n.take_any(t)) all.insert(*got);
    CHECK(all.size() == threads * each);
    CHECK(std::set<std::uint32_t>(all.begin(), all.end()).size() == all.size());
}

}  // namespace
}  // namespace earmark::lifecycle
