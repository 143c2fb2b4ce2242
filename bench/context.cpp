#include <fmt/format.h>
#include <stdlib.h>

#include <fstream>
#include <thread>

#include "earmark/core/digest.hpp"
#include "suites.hpp"

namespace earmark::bench {

void describe_machine(report& r) {
    std::ifstream info{"/proc/cpuinfo"};
    std::string line;
    while (std::getline(info, line))
        if (line.starts_with("model name")) {
            r.context["cpu"] = line.substr(line.find(':') + 2);
            break;
        }
    r.context["cpu"] += fmt::format(", {} cores", std::thread::hardware_concurrency());
#if defined(__clang__)
    r.context["compiler"] = "clang " __clang_version__;
#else
    r.context["compiler"] = "g++ " __VERSION__;
#endif
    r.context["flags"] = EARMARK_BENCH_FLAGS;
}

std::string load_average() {
    double load[3] = {};
    if (getloadavg(load, 3) != 3) return "unknown";
    return fmt::format("{:.2f} {:.2f} {:.2f}", load[0], load[1], load[2]);
}

std::uint64_t draw(std::uint64_t stream, std::uint64_t i, std::uint64_t end) {
    return mix(mix(stream + 1) ^ i) % end;
}

}  // namespace earmark::bench
