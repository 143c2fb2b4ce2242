// A busy machine lets a thread that was waiting go on waiting for up to a tick of 4 ms; where we
// may, we go to the head of the queue while we measure what waits, or what two threads do at once.
#pragma once

#include <sched.h>

namespace earmark::bench {

/// Real-time priority for the calling thread, and for processes that it starts, for a scope.
class head_of_queue {
public:
    head_of_queue() noexcept {
        const sched_param first{.sched_priority = 1};
        granted = sched_setscheduler(0, SCHED_RR, &first) == 0;
    }
    ~head_of_queue() {
        const sched_param usual{};
        if (granted) sched_setscheduler(0, SCHED_OTHER, &usual);
    }
    head_of_queue(const head_of_queue&) = delete;
    head_of_queue& operator=(const head_of_queue&) = delete;

    bool granted = false;
};

}  // namespace earmark::bench
