// THE REPORT of one run: floors, rows, and whether a row's goal was met. A goal is only reported,
// never asserted: what a shared machine's clock says fails no build.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contest.hpp"

namespace earmark::bench {

struct goal {
    enum class of { value, ratio } what = of::ratio;
    bool at_most = true;
    double limit = 0;

    static goal ratio_at_most(double x) { return {of::ratio, true, x}; }
    static goal ratio_at_least(double x) { return {of::ratio, false, x}; }
    static goal value_at_most(double x) { return {of::value, true, x}; }
    static goal value_at_least(double x) { return {of::value, false, x}; }
};

/// What a row is compared with.
struct yardstick {
    std::string name;
    double value = 0;
};

struct row {
    std::string name;
    double value = 0;
    std::string unit;
    std::optional<double> quarter{};  // the value at the first quartile of the bursts
    std::optional<yardstick> to{};
    std::optional<bench::goal> aim{};
    std::vector<double> bursts{};  // in the row's unit and the order of time
    bool exact = false;            // a count that a second run repeats
    std::string kept{};            // where what was timed is then; empty and timed: volatile

    [[nodiscard]] std::optional<double> ratio() const;
    [[nodiscard]] std::optional<bool> met() const;  // nothing where there is no goal
    [[nodiscard]] std::string goal_text() const;
    /// volatile, durable, durable later; empty where nothing was timed.
    [[nodiscard]] std::string kept_text() const;
};

/// A row of a timing, in nanoseconds.
[[nodiscard]] row timed(const std::string& name, const timing& t, yardstick to,
                        std::optional<goal> aim = {});

struct report {
    std::map<std::string, std::string> context;
    double f_ns = 0;  // one uncontended locked read-modify-write on a line in L1
    double m_ns = 0;  // one on a random cell of 8 MB, its index known
    double d_us = 0;  // 64 KiB to a preallocated file, synced
    std::map<std::string, std::vector<double>> floor_bursts;  // F and M in ns, D in us
    std::vector<row> rows;

    [[nodiscard]] yardstick f() const { return {"F", f_ns}; }
    [[nodiscard]] std::string table() const;
    [[nodiscard]] std::string json() const;
};

}  // namespace earmark::bench
