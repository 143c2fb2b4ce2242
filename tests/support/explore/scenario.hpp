// A SCENARIO is a small world, two or three threads that act on it, and a check of the end:
//
//     struct world {
//         stock::cell<explore::env> cell{2};
//         explore::recorder<cell_spec> log{2};
//     };
//     const auto buy = [](world& w) { w.log(1, [&] { return w.cell.take(1); }); };
//     const explore::scenario race{[] { return world{}; }, {buy, buy, buy},
//                                  [](world& w) { w.log.check(); }};
//     const explore::result r = race.run({.preemptions = 2});
//     CHECK_MESSAGE(r.passed(), r.report());
//
// The factory makes a new world per execution; it is never moved. Bodies get the world; a body or
// the check fails by throwing (explore::fail, explore::expect). Worlds, bodies and the code under
// test must do the same on the same schedule: no clock, no randomness, no order of addresses.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/explore/failure.hpp"
#include "support/explore/options.hpp"
#include "support/explore/scheduler.hpp"

namespace earmark::explore {

struct result {
    std::uint64_t executions = 0;
    std::uint64_t steps = 0;                  // of all executions
    std::uint64_t histories = 0;              // distinct, judged by recorders
    std::uint64_t frozen = 0;                 // executions in which options.freeze came to pass
    unsigned longest = 0;                     // steps of the longest execution
    bool complete = false;                    // every schedule within the bounds was played
    std::optional<explore::failure> failure;  // the first; the exploration ended there

    [[nodiscard]] bool passed() const noexcept { return !failure; }
    [[nodiscard]] std::string report() const;
};

struct freeze_result {
    std::uint64_t executions = 0;
    std::uint64_t points = 0;           // (thread, step) pairs at which a thread was frozen
    std::vector<freeze_point> blocked;  // those at which the others could not end
    bool complete = true;
    std::optional<explore::failure> failure;  // the first blocked point, or a check that failed

    /// Wherever a thread stops for ever, the others end.
    [[nodiscard]] bool lock_free() const noexcept { return complete && !failure; }
    [[nodiscard]] std::string report() const;
};

namespace detail {

class subject {
public:
    virtual ~subject() = default;
    virtual void once(scheduler& s) = 0;  // make, execute, check
};
result explore_all(const options& how, subject& what);
result replay(std::string_view seed, subject& what);
freeze_result freeze_everywhere(options how, unsigned threads, subject& what);

}  // namespace detail

template <class Make>
class scenario {
public:
    using world = std::invoke_result_t<const Make&>;
    using body = std::function<void(world&)>;

    scenario(Make make, std::vector<body> bodies, body check)
        : make_{std::move(make)}, bodies_{std::move(bodies)}, check_{std::move(check)} {}

    /// Plays the schedules that `how` asks for, up to the first failure.
    [[nodiscard]] result run(const options& how = {}) const {
        player p{*this};
        return detail::explore_all(how, p);
    }
    /// Plays the one schedule of a failure's seed.
    [[nodiscard]] result replay(std::string_view seed) const {
        player p{*this};
        return detail::replay(seed, p);
    }
    /// Stops each thread before each of its steps in turn, for ever, in all schedules of `how`; the
    /// others must end within how.steps. Then the thread goes on, and the check is made.
    [[nodiscard]] freeze_result freeze(const options& how = {.preemptions = 1}) const {
        player p{*this};
        return detail::freeze_everywhere(how, static_cast<unsigned>(bodies_.size()), p);
    }

private:
    class player final : public detail::subject {
    public:
        explicit player(const scenario& of) : of_{of} {}
        void once(scheduler& s) override {
            world w = of_.make_();
            s.execute(static_cast<unsigned>(of_.bodies_.size()),
                      [&](unsigned thread) { of_.bodies_[thread](w); });
            if (!s.failed()) of_.check_(w);
        }

    private:
        const scenario& of_;
    };

    Make make_;
    std::vector<body> bodies_;
    body check_;
};

template <class Make>
using body_of = std::function<void(std::invoke_result_t<const Make&>&)>;
template <class Make>
scenario(Make, std::type_identity_t<std::vector<body_of<Make>>>,
         std::type_identity_t<body_of<Make>>) -> scenario<Make>;

/// Whether EARMARK_LONG is set: scenarios may then look further (`./check --full` sets it).
[[nodiscard]] bool long_run() noexcept;

/// The short form of scenario{make, bodies, check}.run(how).
template <class Make>
[[nodiscard]] result run(const options& how, Make make,
                         std::type_identity_t<std::vector<body_of<Make>>> bodies,
                         std::type_identity_t<body_of<Make>> check) {
    return scenario<Make>{std::move(make), std::move(bodies), std::move(check)}.run(how);
}

}  // namespace earmark::explore
