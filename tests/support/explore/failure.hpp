// What a scenario says when something is wrong, and what an exploration hands back about it.
#pragma once

#include <stdexcept>
#include <string>

#include "support/explore/scheduler.hpp"

namespace earmark::explore {

class check_failed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Ends the execution with this sentence. Not from within noexcept code.
[[noreturn]] inline void fail(const std::string& sentence) { throw check_failed{sentence}; }
inline void expect(bool condition, const char* sentence) {
    if (!condition) fail(sentence);
}

struct failure {
    failure_kind kind = failure_kind::check;
    std::string sentence;
    std::string seed;   // for scenario::replay
    std::string trace;  // who did what
};

}  // namespace earmark::explore
