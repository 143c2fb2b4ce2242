// A CONTEST times its contestants in bursts, many short ones each, in an interleaved order (Google
// Benchmark does both), so that the noise of a shared machine hits all of them alike. The least
// burst is what the code can do; the first quartile shows how far a normal moment is from it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace earmark::bench {

/// Nanoseconds per operation, over the bursts of one contestant.
struct timing {
    double least = 0;
    double quarter = 0;  // a quarter of the bursts were at most this
    double median = 0;
    std::vector<double> bursts{};  // in the order of time
};

/// Requires at least one.
[[nodiscard]] timing summary(std::vector<double> ns);

enum class clock_kind {
    cpu,   // of the thread: what others do in between does not count
    wall,  // for what waits
};

struct contestant {
    std::string name;
    std::size_t operations = 1;      // per burst
    std::function<void()> burst;     // what is timed
    std::function<void()> before{};  // not timed, ahead of each burst
    clock_kind clock = clock_kind::cpu;
    int every = 1;  // one burst where others have so many: for long ones
};

class contest {
public:
    void enter(contestant c) { contestants_.push_back(std::move(c)); }

    /// One burst to warm up, then `bursts` of each that count.
    void run(int bursts);

    /// Requires that it has run.
    [[nodiscard]] const timing& of(const std::string& name) const { return timings_.at(name); }

    /// Runs one contestant alone: a burst to warm up, then `bursts` inside earmark_counted_burst,
    /// which a profiler can be told to watch. Returns the operations of a burst, or 0 where there
    /// is no such name.
    [[nodiscard]] std::size_t drive(const std::string& name, int bursts) const;

private:
    std::vector<contestant> contestants_;
    std::map<std::string, timing> timings_;
};

}  // namespace earmark::bench

/// The one function that bench/instructions counts.
extern "C" void earmark_counted_burst(const std::function<void()>& burst);
