#include "support/explore/scheduler.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

namespace earmark::explore {

namespace {

constexpr std::size_t stack_bytes = std::size_t{256} * 1024;
constexpr unsigned drain_factor = 20;     // of options.steps, before stacks are abandoned
constexpr unsigned most_choices = 16;     // one hexadecimal digit of a seed
constexpr unsigned nobody = max_threads;  // current_ before the first thread is chosen

void validate(const options& how) {
    if (how.steps == 0) throw std::invalid_argument{"options.steps must be at least 1"};
    if (how.staleness >= most_choices)
        throw std::invalid_argument{"options.staleness must be below 16"};
    if (how.freeze && (how.freeze->thread >= max_threads || how.freeze->step == 0))
        throw std::invalid_argument{"options.freeze: threads count from 0 to 7, steps from 1"};
}

}  // namespace

constinit thread_local scheduler* scheduler::running_ = nullptr;
constinit thread_local scheduler* scheduler::attached_ = nullptr;

scheduler::scheduler(const options& how, strategy& choices, bool tracing)
    : how_{how}, choices_{choices}, tracing_{tracing} {
    validate(how_);
    if (how_.weak_memory) memory_.emplace(how_, choices_);
    threads_.reserve(max_threads);
}

void scheduler::begin() {
    count_ = 0;
    current_ = nobody;
    steps_ = preempted_ = spurious_ = 0;
    clock_ = 0;
    froze_ = failed_ = false;
    sentence_.clear();
    if (tracing_) trace_.clear();
    if (memory_) memory_->begin();
    hands_.clear();
    for (logical_thread& t : threads_) t.times.clear();
}

void scheduler::execute(unsigned threads, const std::function<void(unsigned)>& body) {
    if (threads == 0 || threads > max_threads)
        throw std::invalid_argument{"a scenario has 1 to 8 threads"};
    while (threads_.size() < threads) threads_.emplace_back(stack_bytes);
    count_ = threads;
    body_ = &body;
    for (logical_thread& t : threads_) {
        t.now = state::ready;
        t.chosen = false;
        t.steps = t.stubborn = 0;
        t.context.start(&scheduler::run_body, this);
    }
    current_ = *choose(leaving::for_good);
    threads_[current_].chosen = true;
    running_ = this;
    coroutine::transfer(main_, threads_[current_].context);
    running_ = nullptr;
    current_ = nobody;
}

void scheduler::run_body(void* self) {
    scheduler& s = *static_cast<scheduler*>(self);
    const unsigned me = s.current_;
    const auto prefix = [me] { return "thread " + std::to_string(me) + ": "; };
    try {
        (*s.body_)(me);
    } catch (const std::exception& e) {
        s.fail(failure_kind::check, prefix() + e.what());
    } catch (...) {
        s.fail(failure_kind::check, prefix() + "threw something that is no std::exception");
    }
    s.finish();
}

void scheduler::finish() noexcept {
    logical_thread& me = threads_[current_];
    me.now = state::ended;
    if (tracing_) note(action::end, current_);
    std::optional<unsigned> next = choose(leaving::for_good);
    if (!next) next = thaw();
    if (!next) coroutine::leave(me.context, main_);
    current_ = *next;
    threads_[current_].chosen = true;
    coroutine::leave(me.context, threads_[current_].context);
}

void scheduler::fail(failure_kind kind, std::string sentence) {
    if (failed_) return;
    failed_ = true;
    kind_ = kind;
    sentence_ = std::move(sentence);
}

void scheduler::reach() noexcept {
    stop_if_frozen_here();
    logical_thread& me = threads_[current_];
    if (!me.chosen) hand_over(*choose(leaving::access));
    me.chosen = false;
    count_step();
    me.times.push_back(++clock_);
}

void scheduler::pause() noexcept {
    stop_if_frozen_here();
    logical_thread& me = threads_[current_];
    count_step();
    if (tracing_) note(action::pause, current_);
    ++me.stubborn;  // a switch sets it back
    hand_over(*choose(leaving::pause));
    me.chosen = true;
}

bool scheduler::fails_spuriously() noexcept {
    if (failed_ || spurious_ == how_.spurious_failures || ask(2) == 0) return false;
    ++spurious_;
    return true;
}

void scheduler::in_hand(const void* what) {
    if (!memory_) return;
    const auto [last, first] = hands_.try_emplace(what, handed{current_, 0});
    if (!first && last->second.thread != current_ &&
        last->second.time > memory_->clock(current_, last->second.thread))
        fail(failure_kind::check, "data race: plain data went from thread " +
                                      std::to_string(last->second.thread) + " to thread " +
                                      std::to_string(current_) + " without an order");
    last->second = {current_, memory_->clock(current_, current_)};
}

std::size_t scheduler::accesses(unsigned thread) const noexcept {
    return thread < threads_.size() ? threads_[thread].times.size() : 0;
}

std::uint32_t scheduler::time_of(unsigned thread, std::size_t access) noexcept {
    return access < accesses(thread) ? threads_[thread].times[access] : tick();
}

void scheduler::stop_if_frozen_here() noexcept {
    if (!how_.freeze || failed_ || current_ != how_.freeze->thread) return;
    logical_thread& me = threads_[current_];
    if (me.steps + 1 != how_.freeze->step) return;
    froze_ = true;
    me.now = state::frozen;
    if (tracing_) note(action::freeze, current_);
    std::optional<unsigned> next = choose(leaving::for_good);
    if (!next) next = thaw();
    hand_over(*next);
    me.chosen = true;
}

void scheduler::count_step() noexcept {
    ++threads_[current_].steps;
    if (++steps_ <= how_.steps) return;
    if (failed_) {
        give_up_if_draining_too_long();
        return;
    }
    const std::string limit = " (" + std::to_string(how_.steps) + " steps)";
    if (froze_ && threads_[how_.freeze->thread].now == state::frozen) {
        fail(failure_kind::blocked,
             unfinished() + " cannot end while thread " + std::to_string(how_.freeze->thread) +
                 " stands still before its step " + std::to_string(how_.freeze->step) + limit);
    } else {
        fail(failure_kind::endless, unfinished() + " did not end" + limit +
                                        ": a livelock, or a wait that does not call pause()");
    }
}

// (3): the only way out of a thread that never ends, even when everybody gets a turn.
void scheduler::give_up_if_draining_too_long() noexcept {
    if (steps_ / drain_factor <= how_.steps) return;
    coroutine::leave(threads_[current_].context, main_);
}

std::optional<unsigned> scheduler::choose(leaving why) noexcept {
    if (failed_) return next_in_turn();
    if (why == leaving::access && preempted_ == how_.preemptions) return current_;
    std::array<std::uint8_t, max_threads> able = {};
    unsigned count = 0;
    if (why == leaving::access) able[count++] = static_cast<std::uint8_t>(current_);
    for (unsigned t = 0; t < count_; ++t)
        if (t != current_ && threads_[t].now == state::ready)
            able[count++] = static_cast<std::uint8_t>(t);
    const bool may_go_on = why == leaving::pause &&
                           (count == 0 || threads_[current_].stubborn <= how_.stubborn_pauses);
    if (may_go_on) able[count++] = static_cast<std::uint8_t>(current_);
    if (count == 0) return std::nullopt;
    const unsigned answer = count == 1 ? 0 : ask(count);
    if (why == leaving::access && answer != 0) ++preempted_;
    return able[answer];
}

std::optional<unsigned> scheduler::next_in_turn() const noexcept {
    for (unsigned i = 1; i <= count_; ++i) {
        const unsigned t = (current_ + i) % count_;
        if (threads_[t].now != state::ended) return t;
    }
    return std::nullopt;
}

std::optional<unsigned> scheduler::thaw() noexcept {
    for (unsigned t = 0; t < count_; ++t) {
        if (threads_[t].now != state::frozen) continue;
        threads_[t].now = state::ready;
        if (tracing_) note(action::thaw, t);
        return t;
    }
    return std::nullopt;
}

void scheduler::hand_over(unsigned to) noexcept {
    if (to == current_) return;
    logical_thread& me = threads_[current_];
    current_ = to;
    threads_[to].chosen = true;
    coroutine::transfer(me.context, threads_[to].context);
    me.stubborn = 0;
}

void scheduler::note(action what, unsigned thread) {
    trace::event e;
    e.thread = thread;
    e.what = what;
    trace_.add(e);
}

std::string scheduler::unfinished() const {
    std::string names;
    for (unsigned t = 0; t < count_; ++t) {
        if (threads_[t].now != state::ready) continue;
        names += (names.empty() ? "thread " : ", thread ") + std::to_string(t);
    }
    return names;
}

}  // namespace earmark::explore
