// SUITES: each builds its world, enters its contestants, and turns what they did into rows. What is
// timed says so at the head of each suite's file, with its mix of work.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "report.hpp"

namespace earmark::bench {

struct suite {
    virtual ~suite() = default;
    virtual void enter(contest& c) = 0;
    /// Adds rows. The floors stand in the report by then.
    virtual void rows(const contest& c, report& r) = 0;
};

[[nodiscard]] std::unique_ptr<suite> floor_suite();
[[nodiscard]] std::unique_ptr<suite> near_stock_suite();  // cells in L1
[[nodiscard]] std::unique_ptr<suite> far_stock_suite();   // 8 million cells
[[nodiscard]] std::unique_ptr<suite> growth_suite();
[[nodiscard]] std::unique_ptr<suite> key_suite();
[[nodiscard]] std::unique_ptr<suite> basket_suite();
[[nodiscard]] std::unique_ptr<suite> expiry_suite();
[[nodiscard]] std::unique_ptr<suite> contended_suite();
[[nodiscard]] std::unique_ptr<suite> available_suite();
[[nodiscard]] std::unique_ptr<suite> mixed_suite();
[[nodiscard]] std::unique_ptr<suite> commit_suite();
[[nodiscard]] std::unique_ptr<suite> transition_suite();
[[nodiscard]] std::unique_ptr<suite> engine_suite();
[[nodiscard]] std::unique_ptr<suite> decision_suite();
[[nodiscard]] std::unique_ptr<suite> disk_suite(const std::string& folder);

/// A Python that may have the module, and bench/python_rows.py.
struct python_program {
    std::string interpreter, script;
};
[[nodiscard]] std::unique_ptr<suite> sourcing_suite(const python_program& p);
[[nodiscard]] std::unique_ptr<suite> python_suite(const python_program& p);
[[nodiscard]] std::unique_ptr<suite> store_suite(const std::string& folder,
                                                 const python_program& p);

/// Counts, not times.
void count_spurious(report& r, std::uint64_t attempts);
void count_bytes(report& r);
void measure_alone(report& r);
/// Prints what one row of measure_alone gives; its exit code.
int measure_one_alone(const std::string& name);

/// What the machine and the build are, beside `load`.
void describe_machine(report& r);
[[nodiscard]] std::string load_average();

/// The same numbers in every run: the i-th of a stream, below `end`.
[[nodiscard]] std::uint64_t draw(std::uint64_t stream, std::uint64_t i, std::uint64_t end);

}  // namespace earmark::bench
