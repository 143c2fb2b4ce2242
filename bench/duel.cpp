#include "duel.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "priority.hpp"

namespace earmark::bench {
namespace {

std::int64_t now(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

/// Looks again and again, and lets others run now and then.
template <class F>
void wait_until(F&& held) {
    for (unsigned look = 1; !held(); ++look)
        if (look % 4'096 == 0) std::this_thread::yield();
}

}  // namespace

duel::duel() : other_{[this] { serve(); }} {}

duel::~duel() {
    stop_ = true;
    call_.fetch_add(1);
    call_.notify_one();
}

void duel::serve() {
    const head_of_queue first;  // it sleeps nearly all the time
    for (std::uint32_t heard = 0;; ++heard) {
        call_.wait(heard);
        if (stop_) return;
        take_part(1);
        done_.store(heard + 1);
    }
}

void duel::take_part(unsigned who) {
    times& t = times_[who];
    ready_.fetch_add(1);
    wait_until([this] { return ready_.load() == 2; });
    const std::int64_t cpu = now(CLOCK_THREAD_CPUTIME_ID);
    t.begin = now(CLOCK_MONOTONIC);
    (*work_)(who);
    t.end = now(CLOCK_MONOTONIC);
    t.cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
}

double duel::round(const work& w) {
    const head_of_queue first;
    work_ = &w;
    ready_.store(0);
    const std::uint32_t call = call_.fetch_add(1) + 1;
    call_.notify_one();
    take_part(0);
    wait_until([&] { return done_.load() == call; });
    const auto [a, b] = times_;
    const std::int64_t together = std::min(a.end, b.end) - std::max(a.begin, b.begin);
    const std::int64_t whole = std::max(a.end, b.end) - std::min(a.begin, b.begin);
    const bool ran = a.cpu * 20 >= (a.end - a.begin) * 19 && b.cpu * 20 >= (b.end - b.begin) * 19;
    return ran && together * 10 >= whole * 9 ? static_cast<double>(whole) : 0;
}

double duel::fight(const work& w) {
    for (int i = 0; i < patience; ++i) {
        ++tried_;
        const double ns = round(w);
        if (ns == 0) continue;
        ++counted_;
        return ns;
    }
    return 0;
}

std::string duel::tally() const {
    return fmt::format("{} of {} rounds ran side by side", counted_, tried_);
}

}  // namespace earmark::bench
