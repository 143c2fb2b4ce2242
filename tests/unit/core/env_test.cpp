#include "earmark/core/env.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace earmark {
namespace {

/// The hint of a call that stands `deep` times 64 KiB further down the stack.
std::uint32_t hint_below(int deep) {
    volatile char frame[65'536];
    frame[0] = static_cast<char>(deep);
    const std::uint32_t hint = deep == 0 ? std_env::slot_hint() : hint_below(deep - 1);
    return frame[0] == static_cast<char>(deep) ? hint : 0;
}

TEST_CASE("a thread's hint is the same at every depth of its stack, and another thread's is not") {
    const std::uint32_t mine = std_env::slot_hint();
    for (int deep = 0; deep < 20; ++deep) CHECK(hint_below(deep) == mine);
    std::uint32_t other = mine;
    std::thread{[&] { other = std_env::slot_hint(); }}.join();
    CHECK(other != mine);
}

}  // namespace
}  // namespace earmark
