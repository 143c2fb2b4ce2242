// A VAR is plain shared data in a scenario. Under options.weak_memory two accesses, one of them a
// write, that no release and acquire put in order are reported as a data race, in whatever order
// the schedule happened to run them. Otherwise, and on the main context, it is a plain value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "support/explore/scheduler.hpp"

namespace earmark::explore {

template <class T>
class var {
public:
    var() = default;
    explicit var(T value) : value_{std::move(value)} {}
    var(const var&) = delete;
    var& operator=(const var&) = delete;

    [[nodiscard]] const T& get() const noexcept {
        if (scheduler* const s = tracked()) {
            compare(*s, written_, "a read and a write");
            read_[s->thread()] = s->weak()->clock(s->thread(), s->thread());
        }
        return value_;
    }
    void set(T value) {
        if (scheduler* const s = tracked()) {
            compare(*s, written_, "two writes");
            compare(*s, read_, "a write and a read");
            written_[s->thread()] = s->weak()->clock(s->thread(), s->thread());
        }
        value_ = std::move(value);
    }

private:
    using times = std::array<std::uint32_t, max_threads>;  // by thread; 0 is before all threads

    static scheduler* tracked() noexcept {
        scheduler* const s = scheduler::running();
        return s != nullptr && s->weak() != nullptr ? s : nullptr;
    }
    static void compare(scheduler& s, const times& others, const char* what) {
        for (unsigned t = 0; t < max_threads; ++t) {
            if (t == s.thread() || others[t] <= s.weak()->clock(s.thread(), t)) continue;
            s.fail(failure_kind::check, "data race: " + std::string{what} + " by thread " +
                                            std::to_string(s.thread()) + " and thread " +
                                            std::to_string(t) + " are not ordered");
        }
    }

    T value_{};
    times written_ = {};
    mutable times read_ = {};
};

}  // namespace earmark::explore
