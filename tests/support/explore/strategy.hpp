// STRATEGIES answer one question: an execution can go on in `count` ways; which? Their answers are
// the whole difference between two executions, so the list of answers is a replayable schedule.
// Answer 0 is always "as if nothing happened": the running thread goes on, the load is fresh.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "support/explore/options.hpp"

namespace earmark::explore {

class strategy {
public:
    strategy() = default;
    strategy(const strategy&) = delete;
    strategy& operator=(const strategy&) = delete;
    virtual ~strategy() = default;

    /// Makes ready for the next execution; false when there is none.
    virtual bool advance() = 0;
    /// One of 0 .. count - 1. Requires 2 <= count <= 16. `question` names who asks what and when:
    /// the same answers must lead to the same questions.
    virtual unsigned choose(unsigned count, std::uint32_t question) noexcept = 0;

    /// The answers of this execution so far.
    [[nodiscard]] virtual std::vector<std::uint8_t> answers() const = 0;
    /// The last advance() said false because every execution has been seen.
    [[nodiscard]] virtual bool exhausted() const noexcept { return false; }
    /// An answer of before does not fit its question, or was never asked for: the scenario behaves
    /// differently on the same answers, or the schedule belongs to other code.
    [[nodiscard]] virtual bool diverged() const noexcept { return false; }
};

/// Depth first through all answers. Each execution is visited exactly once.
class every_schedule final : public strategy {
public:
    bool advance() override;
    unsigned choose(unsigned count, std::uint32_t question) noexcept override;
    [[nodiscard]] std::vector<std::uint8_t> answers() const override;
    [[nodiscard]] bool exhausted() const noexcept override { return exhausted_; }
    [[nodiscard]] bool diverged() const noexcept override {
        return diverged_ || depth_ < path_.size();
    }

private:
    struct choice {
        std::uint32_t question;
        std::uint8_t count;
        std::uint8_t answer;
    };
    std::vector<choice> path_;
    std::size_t depth_ = 0;
    bool started_ = false;
    bool exhausted_ = false;
    bool diverged_ = false;
};

/// Each answer with the same probability; the same seed gives the same executions.
class random_schedule final : public strategy {
public:
    explicit random_schedule(std::uint64_t seed) noexcept : state_{seed} {}
    bool advance() override;
    unsigned choose(unsigned count, std::uint32_t question) noexcept override;
    [[nodiscard]] std::vector<std::uint8_t> answers() const override { return answers_; }

private:
    std::uint64_t state_;
    std::vector<std::uint8_t> answers_;
};

/// One execution with the answers given; 0 after their end.
class one_schedule final : public strategy {
public:
    explicit one_schedule(std::vector<std::uint8_t> answers) : answers_{std::move(answers)} {}
    bool advance() override { return !std::exchange(started_, true); }
    unsigned choose(unsigned count, std::uint32_t question) noexcept override;
    [[nodiscard]] std::vector<std::uint8_t> answers() const override { return answers_; }
    [[nodiscard]] bool diverged() const noexcept override {
        return diverged_ || depth_ < answers_.size();
    }

private:
    std::vector<std::uint8_t> answers_;
    std::size_t depth_ = 0;
    bool started_ = false;
    bool diverged_ = false;
};

}  // namespace earmark::explore
