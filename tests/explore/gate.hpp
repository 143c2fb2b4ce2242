// THE GATE's scenarios: what is played against every mutant of the lock-free parts, the cheap ones
// first.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/explore/explore.hpp"

namespace earmark::explore {

struct gate_scenario {
    std::string name;
    std::function<result()> run;
};

[[nodiscard]] std::vector<gate_scenario> small_gate();  // slots, numbers, chunks, timers, ring, map
[[nodiscard]] std::vector<gate_scenario> timer_gate();  // timers in blocks
[[nodiscard]] std::vector<gate_scenario> take_gate();
[[nodiscard]] std::vector<gate_scenario> lease_gate();
[[nodiscard]] std::vector<gate_scenario> commit_gate();

template <class Scenario>
void add(std::vector<gate_scenario>& to, const std::string& name, const Scenario& s,
         const options& how) {
    to.push_back({name, [s, how] { return s.run(how); }});
}
/// In both models of memory.
template <class Scenario>
void add_both(std::vector<gate_scenario>& to, const std::string& name, const Scenario& s,
              unsigned preemptions, unsigned stale_reads = 2) {
    add(to, name, s, {.preemptions = preemptions});
    add(to, name + ", weak", s,
        {.preemptions = preemptions, .weak_memory = true, .stale_reads = stale_reads});
}

}  // namespace earmark::explore
