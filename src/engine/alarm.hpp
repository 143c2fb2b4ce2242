// THE ALARM of a commit that brings a deadline forward: room for a timer before it, the deadline
// announced to whoever runs short meanwhile, and the timer hung up after it (lifecycle/wheel.hpp
// says why). What came to nothing is taken back.
#pragma once

#include <cstdint>

#include "earmark/lifecycle/wheel.hpp"

namespace earmark {

/// One at a time in a caller slot.
class alarm {
public:
    using wheel = lifecycle::wheel<>;

    /// One that is not needed does nothing.
    alarm(wheel& timers, std::uint32_t slot, bool is_needed)
        : timers_{timers},
          slot_{slot},
          is_needed_{is_needed},
          timer_{is_needed ? timers.make(slot) : wheel::nil} {}
    ~alarm() { take_back(); }
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    /// False: there is no memory for it.
    [[nodiscard]] bool is_ready() const noexcept { return !is_needed_ || timer_ != wheel::nil; }

    /// Before the commit.
    void announce(std::uint64_t subject, time_point at) noexcept {
        if (timer_ == wheel::nil) return;
        subject_ = subject;
        at_ = at;
        timers_.announce(slot_, subject, at);
    }
    /// After it.
    void hang_up() noexcept {
        if (timer_ == wheel::nil) return;
        timers_.push(slot_, timer_, subject_, at_);
        timers_.withdraw(slot_);
        timer_ = wheel::nil;
    }
    /// Where there was none. Before anybody asks what is still to come.
    void take_back() noexcept {
        if (timer_ == wheel::nil) return;
        timers_.withdraw(slot_);
        timers_.drop(slot_, timer_);
        timer_ = wheel::nil;
    }

private:
    wheel& timers_;
    std::uint32_t slot_;
    bool is_needed_;
    wheel::timer timer_;
    std::uint64_t subject_ = 0;
    time_point at_;
};

}  // namespace earmark
