// THE SUITE: every scenario of the table (plans.hpp) at the level of the take and at the level of
// the commit, in every interleaving within its bounds, and with each thread stopped at each step.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "explore/plans.hpp"

namespace earmark::explore {
namespace {

/// Counts what was played; its end is a line that `./check` prints.
class tally {
public:
    /// Plays each plan. One cell is cheap: there one preemption more.
    template <class Plan>
    void run(const std::vector<Plan>& plans, const options& how) {
        for (const Plan& p : plans) {
            options mine = how;
            const bool is_cheap = p.cells == shape::one && p.threads.size() == 2;
            if (is_cheap && !how.weak_memory && long_run()) ++mine.preemptions;
            const result r = scenario_of(p).run(mine);
            ++scenarios_;
            executions_ += r.executions;
            CHECK_MESSAGE(r.passed(), p.name << ": " << r.report());
            CHECK_MESSAGE(r.complete, p.name << ": " << r.report());
        }
    }
    /// Stops each thread before each of its steps: the others end, and nothing is lost.
    template <class Plan>
    void freeze(const std::vector<Plan>& plans, const options& how) {
        for (const Plan& p : plans) {
            const freeze_result r = scenario_of(p).freeze(how);
            executions_ += r.executions;
            points_ += r.points;
            CHECK_MESSAGE(r.lock_free(), p.name << ": " << r.report());
        }
    }
    void report(const std::string& what) const {
        MESSAGE(what << ": " << executions_ << " executions of " << scenarios_ << " scenarios, "
                     << points_ << " points of standing still");
    }
    [[nodiscard]] std::uint64_t executions() const noexcept { return executions_; }

private:
    std::uint64_t scenarios_ = 0, executions_ = 0, points_ = 0;
};

constexpr options strong(unsigned preemptions) { return {.preemptions = preemptions}; }
constexpr options weak(unsigned preemptions, unsigned stale_reads) {
    return {.preemptions = preemptions, .weak_memory = true, .stale_reads = stale_reads};
}

/// One plan of `of`.
template <class Plan>
std::vector<Plan> some(std::vector<Plan> all, std::size_t of) {
    std::vector<Plan> chosen;
    for (std::size_t i = 0; i < all.size(); i += of) chosen.push_back(std::move(all[i]));
    return chosen;
}

}  // namespace

TEST_CASE("the suite: takes and whole commits of two and three threads, in every interleaving") {
    tally t;
    t.run(shelf_plans(2), strong(long_run() ? 3 : 2));
    t.run(shelf_plans(2), weak(2, long_run() ? 3 : 1));
    t.run(shelf_plans(3), strong(long_run() ? 2 : 1));
    t.freeze(shelf_plans(2), strong(1));
    t.report("takes");
    tally h;
    h.run(hot_plans(), strong(long_run() ? 2 : 1));
    h.run(some(hot_plans(), long_run() ? 1 : 8), weak(2, 1));
    h.freeze(some(hot_plans(), long_run() ? 1 : 8), strong(long_run() ? 1 : 0));
    h.report("takes of hot cells");
    tally c;
    c.run(house_plans(2), strong(2));
    c.run(house_plans(2), weak(long_run() ? 2 : 1, 1));
    c.run(house_chains(), strong(long_run() ? 2 : 1));
    c.freeze(house_plans(2), strong(long_run() ? 1 : 0));
    c.run(some(house_plans(3), long_run() ? 1 : 40), strong(1));
    c.report("commits");
    const std::uint64_t all = t.executions() + h.executions() + c.executions();
    MESSAGE(all << " executions of the whole suite");
    CHECK(all >= (long_run() ? 5'000'000 : 200'000));
}

}  // namespace earmark::explore
