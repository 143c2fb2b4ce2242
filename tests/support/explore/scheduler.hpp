// THE SCHEDULER plays one execution: it starts the logical threads, and at every atomic access asks
// the strategy which of them goes on. A step is one access (or pause) with the local code that
// follows it, up to just before the next access; only steps interleave.
//
// Invariants.
// (1) Exactly one logical thread runs. `running()` is null on the main context, where atomics are
//     plain memory.
// (2) A thread that has just been chosen takes its step without another question, so two schedules
//     with the same order of steps are one schedule.
// (3) Nothing here throws through the code under test, which may be noexcept. After a failure the
//     scheduler drains: the threads take turns until all have ended and their stacks are unwound.
//     Only if that takes too long are the stacks abandoned (their destructors never run).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "support/explore/coroutine.hpp"
#include "support/explore/memory.hpp"
#include "support/explore/options.hpp"
#include "support/explore/strategy.hpp"
#include "support/explore/trace.hpp"

namespace earmark::explore {

enum class failure_kind : std::uint8_t {
    check,              // a check or a body threw
    endless,            // no end within options.steps
    blocked,            // no end within options.steps while a thread is frozen
    not_deterministic,  // the same choices led to other questions
};

class scheduler {
public:
    scheduler(const options& how, strategy& choices, bool tracing);
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    /// The scheduler whose logical thread is running; null outside of bodies.
    [[nodiscard]] static scheduler* running() noexcept { return running_; }
    /// The scheduler of the exploration that is going on, also during set-up and check.
    [[nodiscard]] static scheduler* attached() noexcept { return attached_; }

    // For the exploration.
    void attach(bool on) noexcept { attached_ = on ? this : nullptr; }
    void begin();
    /// Runs bodies 0 .. n - 1 to their end. Requires 1 <= n <= max_threads.
    void execute(unsigned threads, const std::function<void(unsigned)>& body);
    void fail(failure_kind kind, std::string sentence);  // the first failure counts
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] failure_kind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& sentence() const noexcept { return sentence_; }
    [[nodiscard]] unsigned steps() const noexcept { return steps_; }
    [[nodiscard]] bool froze() const noexcept { return froze_; }

    // For atomics and the environment; all but the last two require running() == this.
    void reach() noexcept;  // the scheduling point before an access
    void pause() noexcept;
    [[nodiscard]] bool fails_spuriously() noexcept;
    void in_hand(const void* what);  // as a write of a `var` that lies there
    [[nodiscard]] weak_memory* weak() noexcept { return memory_ ? &*memory_ : nullptr; }
    [[nodiscard]] unsigned thread() const noexcept { return current_; }
    [[nodiscard]] bool tracing() const noexcept { return tracing_; }
    [[nodiscard]] trace& events() noexcept { return trace_; }

    // For recorders. Stamps grow with every access; a call is stamped by the first access in it,
    // so that no schedule hides a real-time order which another place of the call would show.
    [[nodiscard]] std::uint32_t tick() noexcept { return ++clock_; }
    [[nodiscard]] std::size_t accesses(unsigned thread) const noexcept;
    [[nodiscard]] std::uint32_t time_of(unsigned thread, std::size_t access) noexcept;
    [[nodiscard]] std::unordered_set<std::uint64_t>& judged_histories() noexcept { return judged_; }

private:
    enum class state : std::uint8_t { ready, frozen, ended };
    enum class leaving : std::uint8_t { access, pause, for_good };
    struct logical_thread {
        explicit logical_thread(std::size_t stack_bytes) : context{stack_bytes} {}
        coroutine context;
        state now = state::ready;
        bool chosen = false;  // (2)
        unsigned steps = 0;
        unsigned stubborn = 0;
        std::vector<std::uint32_t> times;  // the stamp of each access
    };

    static void run_body(void* self);
    void finish() noexcept;
    void stop_if_frozen_here() noexcept;
    void count_step() noexcept;
    void give_up_if_draining_too_long() noexcept;
    [[nodiscard]] std::optional<unsigned> choose(leaving why) noexcept;
    [[nodiscard]] unsigned ask(unsigned count) noexcept {
        return choices_.choose(count, steps_ * 2 * max_threads + current_);
    }
    [[nodiscard]] std::optional<unsigned> next_in_turn() const noexcept;
    [[nodiscard]] std::optional<unsigned> thaw() noexcept;
    void hand_over(unsigned to) noexcept;
    void note(action what, unsigned thread);
    [[nodiscard]] std::string unfinished() const;

    static constinit thread_local scheduler* running_;
    static constinit thread_local scheduler* attached_;

    const options how_;
    strategy& choices_;
    const bool tracing_;
    std::optional<weak_memory> memory_;
    coroutine main_;
    std::vector<logical_thread> threads_;
    unsigned count_ = 0;  // threads of this execution
    const std::function<void(unsigned)>* body_ = nullptr;
    unsigned current_ = 0;
    unsigned steps_ = 0;
    unsigned preempted_ = 0;
    unsigned spurious_ = 0;
    std::uint32_t clock_ = 0;
    bool froze_ = false;
    bool failed_ = false;  // and from then on draining
    failure_kind kind_ = failure_kind::check;
    std::string sentence_;
    trace trace_;
    std::unordered_set<std::uint64_t> judged_;
    struct handed {
        unsigned thread;
        std::uint32_t time;
    };
    std::unordered_map<const void*, handed> hands_;  // looked up, never iterated
};

}  // namespace earmark::explore
