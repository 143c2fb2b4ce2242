// ALLOCATIONS of the unit tests go through an operator new that can count them and can fail one.
// Per thread, so that other tests' threads do not disturb.
#pragma once

#include <cstdint>

namespace earmark::allocations {

extern thread_local bool counting;
extern thread_local int counted;

/// Allocations that still succeed before one fails; negative: none fails.
extern thread_local std::int64_t until_failure;

/// Runs f while its allocation number `n`, from 0, fails. False where f made fewer.
template <class F>
bool fail_one(std::int64_t n, F&& f) {
    struct guard {
        ~guard() { until_failure = -1; }
    } const off;
    until_failure = n;
    f();
    return until_failure < 0;
}

}  // namespace earmark::allocations
