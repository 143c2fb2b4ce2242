#include "contest.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <stdexcept>

namespace earmark::bench {
namespace {

/// Collects nanoseconds per operation by name; prints nothing.
class collector final : public benchmark::BenchmarkReporter {
public:
    std::map<std::string, std::vector<double>> seen;

    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& r : runs) {
            if (r.run_type != Run::RT_Iteration) continue;
            if (r.error_occurred) throw std::runtime_error{r.error_message};
            const double ns =
                r.counters.at("wall") != 0 ? r.real_accumulated_time : r.cpu_accumulated_time;
            seen[r.run_name.function_name].push_back(ns * 1e9 / r.counters.at("operations"));
        }
    }
};

void enlist(const contestant& c, int bursts) {
    const auto body = [&c](benchmark::State& state) {
        if (c.before) c.before();
        for (auto _ : state) c.burst();
        state.counters["operations"] = static_cast<double>(c.operations);
        state.counters["wall"] = c.clock == clock_kind::wall;
    };
    benchmark::RegisterBenchmark(c.name.c_str(), body)
        ->Iterations(1)
        ->Repetitions(std::max(3, bursts / c.every));
}

}  // namespace

timing summary(std::vector<double> ns) {
    std::vector<double> bursts = ns;
    std::sort(ns.begin(), ns.end());
    return {ns.front(), ns[ns.size() / 4], ns[ns.size() / 2], std::move(bursts)};
}

void contest::run(int bursts) {
    if (contestants_.empty()) return;
    std::string arguments[] = {"bench", "--benchmark_enable_random_interleaving=true"};
    char* argv[] = {arguments[0].data(), arguments[1].data()};
    int argc = 2;
    benchmark::Initialize(&argc, argv);
    for (const contestant& c : contestants_) {
        if (c.before) c.before();
        c.burst();
        enlist(c, bursts);
    }
    collector all;
    benchmark::RunSpecifiedBenchmarks(&all, ".*");
    benchmark::ClearRegisteredBenchmarks();
    for (auto& [name, ns] : all.seen) timings_[name] = summary(std::move(ns));
}

std::size_t contest::drive(const std::string& name, int bursts) const {
    for (const contestant& c : contestants_) {
        if (c.name != name) continue;
        if (c.before) c.before();
        c.burst();
        for (int i = 0; i < bursts; ++i) {
            if (c.before) c.before();
            earmark_counted_burst(c.burst);
        }
        return c.operations;
    }
    return 0;
}

}  // namespace earmark::bench

extern "C" [[gnu::noinline]] void earmark_counted_burst(const std::function<void()>& burst) {
    burst();
}
