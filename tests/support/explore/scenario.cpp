#include "support/explore/scenario.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>

#include "support/explore/seed.hpp"
#include "support/explore/strategy.hpp"

namespace earmark::explore {

namespace {

// Recorders and names find the scheduler through this while an exploration lasts.
class attachment {
public:
    explicit attachment(scheduler& s) : scheduler_{s} {
        if (scheduler::attached() != nullptr)
            throw std::logic_error{"an exploration may not start within another one"};
        scheduler_.attach(true);
    }
    attachment(const attachment&) = delete;
    attachment& operator=(const attachment&) = delete;
    ~attachment() { scheduler_.attach(false); }

private:
    scheduler& scheduler_;
};

void play(scheduler& s, strategy& choices, detail::subject& what) {
    s.begin();
    try {
        what.once(s);
    } catch (const std::exception& e) {
        s.fail(failure_kind::check, e.what());
    }
    if (choices.diverged())
        s.fail(failure_kind::not_deterministic,
               "the same choices led elsewhere: the scenario depends on more than its schedule, "
               "or the seed belongs to another scenario");
}

failure describe(const schedule& of, detail::subject& what) {
    one_schedule choices{of.answers};
    scheduler s{of.how, choices, true};
    const attachment here{s};
    choices.advance();
    play(s, choices, what);
    return {s.kind(), s.sentence(), to_seed(of), s.events().text()};
}

result explore_with(const options& how, strategy& choices, detail::subject& what) {
    result r;
    std::optional<schedule> failing;
    failure_kind kind{};
    std::string sentence;
    {
        scheduler s{how, choices, false};
        const attachment here{s};
        while (!failing && choices.advance() && r.executions < how.executions) {
            play(s, choices, what);
            ++r.executions;
            r.steps += s.steps();
            r.longest = std::max(r.longest, s.steps());
            r.frozen += s.froze() ? 1U : 0U;
            if (!s.failed()) continue;
            kind = s.kind();
            sentence = s.sentence();
            failing = schedule{how, choices.answers()};
        }
        r.histories = s.judged_histories().size();
        r.complete = choices.exhausted();
    }
    if (!failing) return r;
    r.failure = describe(*failing, what);
    if (r.failure->sentence == sentence) return r;
    r.failure->trace += "(a replay ended otherwise: " + r.failure->sentence + ")\n";
    r.failure->kind = kind;
    r.failure->sentence = sentence;
    return r;
}

std::string grouped(std::uint64_t n) {
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

std::string in_words(const std::optional<failure>& f) {
    if (!f) return "";
    return "\n" + f->sentence + "\nseed " + f->seed + "\n" + f->trace;
}

}  // namespace

namespace detail {

result explore_all(const options& how, subject& what) {
    if (how.random_seed) {
        random_schedule choices{*how.random_seed};
        return explore_with(how, choices, what);
    }
    every_schedule choices;
    return explore_with(how, choices, what);
}

result replay(std::string_view seed, subject& what) {
    const schedule s = parse_seed(seed);
    one_schedule choices{s.answers};
    return explore_with(s.how, choices, what);
}

freeze_result freeze_everywhere(options how, unsigned threads, subject& what) {
    freeze_result all;
    for (unsigned thread = 0; thread < threads; ++thread) {
        for (unsigned step = 1;; ++step) {
            how.freeze = freeze_point{thread, step};
            result r = explore_all(how, what);
            all.executions += r.executions;
            if (r.frozen != 0) ++all.points;
            const bool is_blocked = r.failure && r.failure->kind == failure_kind::blocked;
            if (is_blocked) all.blocked.push_back(*how.freeze);
            if (r.failure && !all.failure) all.failure = r.failure;
            all.complete = all.complete && (r.complete || is_blocked);
            if (r.failure && !is_blocked) return all;  // wrong even where it is not stuck
            if (r.frozen == 0) break;                  // no schedule takes it so far
        }
    }
    return all;
}

}  // namespace detail

bool long_run() noexcept { return std::getenv("EARMARK_LONG") != nullptr; }

std::string result::report() const {
    std::string text = complete ? "complete: " : failure ? "failed: " : "incomplete: ";
    text += grouped(executions) + " executions, " + grouped(steps) + " steps, longest " +
            grouped(longest);
    if (histories != 0) text += ", " + grouped(histories) + " distinct histories";
    return text + in_words(failure);
}

std::string freeze_result::report() const {
    std::string text = lock_free() ? "lock-free: " : "not lock-free: ";
    text += grouped(points) + " points, " + grouped(executions) + " executions";
    for (const freeze_point& p : blocked)
        text += "\n  blocked by thread " + std::to_string(p.thread) + " before its step " +
                std::to_string(p.step);
    return text + in_words(failure);
}

}  // namespace earmark::explore
