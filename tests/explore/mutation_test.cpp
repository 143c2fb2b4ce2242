// THE GATE: every atomic access of the lock-free parts that the scenarios reach is made weaker by
// one level, every read-modify-write is torn into a load and a store, one at a time. A scenario
// must fail, or the mutant stands in docs/algorithms/mutants.md with the reason why nothing can.
//
// Each mutant lives in a process of its own: a broken structure may do anything.
#include "support/explore/mutation.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "explore/gate.hpp"
#include "support/source_file.hpp"

namespace earmark::explore {
namespace {

const std::vector<std::string> files = {
    "take.hpp",     "claims.hpp",       "slots.hpp",        "leases.hpp",
    "leasing.hpp",  "cells.hpp",        "ledger.hpp",       "numbers.hpp",
    "slab.hpp",     "wheel.hpp",        "timer_blocks.hpp", "timer_room.hpp",
    "slot_set.hpp", "shared_nodes.hpp", "ring.hpp",         "dedupe.hpp"};
constexpr rlim_t most_seconds = 120;  // of work, where a mutant goes round in plain code for ever

/// The mutants of the page, each between back quotes at the head of its row.
std::set<std::string> excused() {
    std::set<std::string> names;
    std::istringstream page{test::source_file("docs/algorithms/mutants.md")};
    for (std::string line; std::getline(page, line);)
        if (line.rfind("| `", 0) == 0) names.insert(line.substr(3, line.find('`', 3) - 3));
    return names;
}

using line_of_code = std::tuple<std::string, std::uint32_t, std::uint32_t>;
line_of_code where(const site& s) { return {s.file, s.line, s.column}; }

struct gate {
    std::vector<gate_scenario> scenarios;
    std::vector<std::set<line_of_code>> reached;  // by each
    std::vector<site> sites;

    gate() : scenarios{small_gate()} {
        for (auto& s : timer_gate()) scenarios.push_back(std::move(s));
        for (auto& s : take_gate()) scenarios.push_back(std::move(s));
        for (auto& s : lease_gate()) scenarios.push_back(std::move(s));
        for (auto& s : commit_gate()) scenarios.push_back(std::move(s));
        const site_watch whole{files};
        std::size_t known = 0;
        for (const gate_scenario& s : scenarios) {
            whole.forget_calls();
            const result r = s.run();
            CHECK_MESSAGE(r.passed(), s.name << ": " << r.report());
            reached.emplace_back();
            for (const site& at : whole.called()) reached.back().insert(where(at));
            known += r.executions;
        }
        sites = whole.reached();
        MESSAGE(sites.size() << " sites, " << scenarios.size() << " scenarios, " << known
                             << " executions without a mutant");
    }

    enum class fate { survived, killed, crashed };
    /// In a process of its own, against the scenarios that reach its site.
    [[nodiscard]] fate judge(const mutant& m) const {
        std::fflush(nullptr);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const rlimit most{most_seconds, most_seconds};
            setrlimit(RLIMIT_CPU, &most);
            const mutant_at_work here{m};
            for (std::size_t i = 0; i < scenarios.size(); ++i)
                if (reached[i].count(where(m.at)) != 0 && !scenarios[i].run().passed()) _exit(1);
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (!WIFEXITED(status)) return fate::crashed;
        return WEXITSTATUS(status) == 0 ? fate::survived : fate::killed;
    }
};

}  // namespace

TEST_CASE("every weaker order and every torn exchange is noticed, or excused with a reason") {
    const gate g;
    std::set<std::string> excuses = excused(), unused = excuses;
    unsigned killed = 0, crashed = 0, survived = 0, left_out = 0, number = 0;
    for (const site& s : g.sites)
        for (const mutant& m : mutants_of(s)) {
            const std::string name = m.name();
            const bool is_excused = excuses.count(name) != 0;
            unused.erase(name);
            // The short form believes the page, and judges one of four of the others.
            if (!long_run() && (is_excused || ++number % 4 != 0)) {
                ++left_out;
                continue;
            }
            const gate::fate f = g.judge(m);
            if (std::getenv("EARMARK_MUTANTS") != nullptr)
                std::printf("%s %s\n", f == gate::fate::survived ? "SURVIVED" : "killed",
                            name.c_str());
            killed += f == gate::fate::killed ? 1U : 0U;
            crashed += f == gate::fate::crashed ? 1U : 0U;
            survived += f == gate::fate::survived ? 1U : 0U;
            CHECK_MESSAGE(
                (f == gate::fate::survived) == is_excused,
                name << (is_excused ? ": is noticed; its excuse can go"
                                    : ": nobody noticed (line " + std::to_string(s.line) + ")"));
        }
    for (const std::string& name : unused)
        CHECK_MESSAGE(!long_run(), "there is no such mutant any more: " << name);
    MESSAGE("mutants: " << killed << " killed by a sentence, " << crashed << " by a crash, "
                        << survived << " excused, " << left_out << " left out");
    CHECK(killed > 0);
}

}  // namespace earmark::explore
