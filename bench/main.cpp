// EARMARK_BENCH measures and reports; bench/run builds it and passes what only a checkout knows.
//
//   earmark_bench [--quick] [--json FILE] [--dir FOLDER] [--commit NAME] [--date TEXT]
//                 [--python PROGRAM --python-rows SCRIPT] [--only sourcing]
//   earmark_bench --drive ROW [--bursts N]        N bursts of one row alone, for bench/instructions
//   earmark_bench --alone ROW                     for itself: one row of alone_rows.cpp
#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "suites.hpp"

namespace {

using namespace earmark::bench;

struct options {
    bool quick = false;
    int bursts = 1;
    std::string json, dir = ".", commit, date, drive, alone, only;
    python_program python;
};

constexpr std::string_view usage =
    "earmark_bench [--quick] [--json FILE] [--dir FOLDER] [--commit NAME] [--date TEXT]\n"
    "              [--python PROGRAM --python-rows SCRIPT] [--only sourcing]\n"
    "earmark_bench --drive ROW [--bursts N]\n";

std::optional<options> parse(int argc, char** argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--quick") {
            o.quick = true;
            continue;
        }
        if (name == "--bursts" && i + 1 < argc) {
            const std::string_view n = argv[++i];
            const auto [end, wrong] = std::from_chars(n.data(), n.data() + n.size(), o.bursts);
            if (wrong != std::errc{} || end != n.data() + n.size() || o.bursts < 1) return {};
            continue;
        }
        std::string* const into = name == "--json"          ? &o.json
                                  : name == "--dir"         ? &o.dir
                                  : name == "--commit"      ? &o.commit
                                  : name == "--date"        ? &o.date
                                  : name == "--drive"       ? &o.drive
                                  : name == "--alone"       ? &o.alone
                                  : name == "--only"        ? &o.only
                                  : name == "--python"      ? &o.python.interpreter
                                  : name == "--python-rows" ? &o.python.script
                                                            : nullptr;
        if (into == nullptr || ++i == argc) return {};
        *into = argv[i];
    }
    if (!o.only.empty() && o.only != "sourcing") return {};
    return o;
}

/// Runs suites beside each other, so that all of them meet the same noise.
void measure(std::vector<std::unique_ptr<suite>> suites, int bursts, report& r) {
    // In a process of one thread the C library leaves the lock out of a mutex, and a rival would
    // look better than it ever is in a server: so there is a second one.
    const std::jthread company{[](const std::stop_token& stop) {
        std::mutex m;
        std::condition_variable_any bell;
        std::unique_lock hold{m};
        bell.wait(hold, stop, [] { return false; });
    }};
    contest c;
    for (auto& s : suites) s->enter(c);
    c.run(bursts);
    for (auto& s : suites) s->rows(c, r);
}

std::vector<std::unique_ptr<suite>> suites_on_cpu(const options& o) {
    std::vector<std::unique_ptr<suite>> all;
    all.push_back(floor_suite());
    all.push_back(decision_suite());
    all.push_back(sourcing_suite(o.python));
    if (!o.only.empty()) return all;
    for (const auto make : {near_stock_suite, far_stock_suite, growth_suite, key_suite,
                            basket_suite, expiry_suite, contended_suite, available_suite,
                            mixed_suite, commit_suite, transition_suite, engine_suite})
        all.push_back(make());
    all.push_back(store_suite(o.dir, o.python));
    return all;
}

/// What is not timed on the CPU alone: Python, counts, the disk.
void run_others(const options& o, report& r) {
    if (!o.python.interpreter.empty()) {
        std::vector<std::unique_ptr<suite>> languages;
        languages.push_back(python_suite(o.python));
        measure(std::move(languages), o.quick ? 40 : 200, r);
    }
    count_spurious(r, o.quick ? 200'000 : 2'000'000);
    count_bytes(r);
    measure_alone(r);

    std::vector<std::unique_ptr<suite>> on_disk;
    on_disk.push_back(disk_suite(o.dir));
    measure(std::move(on_disk), o.quick ? 60 : 1'200, r);
}

report run(const options& o) {
    report r;
    describe_machine(r);
    if (!o.commit.empty()) r.context["commit"] = o.commit;
    if (!o.date.empty()) r.context["date"] = o.date;
    r.context["load before"] = load_average();
    r.context["bursts"] = o.quick ? "40" : "200";

    measure(suites_on_cpu(o), o.quick ? 40 : 200, r);
    if (o.only.empty()) run_others(o, r);
    r.context["load after"] = load_average();
    return r;
}

/// Which suite has a row that runs in one thread: the first whose prefix fits.
struct home {
    std::string_view prefix;
    std::unique_ptr<suite> (*make)();
};
constexpr home homes[] = {
    {"stock.take1.key", key_suite},
    {"stock.take1.text", key_suite},
    {"stock.take.lines", growth_suite},
    {"stock.take4.cells", growth_suite},
    {"stock.reserve_confirm", basket_suite},
    {"stock.ttl", expiry_suite},
    {"stock.available", available_suite},
    {"stock.mixed_take", mixed_suite},
    {"stock.take4.spread", far_stock_suite},
    {"order.commit", commit_suite},
    {"order.transition", transition_suite},
    {"engine.decide.", decision_suite},
    {"policy.", decision_suite},
    {"engine.", engine_suite},
    {"sourcing.", [] { return sourcing_suite({}); }},
    {"rival.greedy.", [] { return sourcing_suite({}); }},
    {"", near_stock_suite},
};

/// Bursts of one row, in a world of its own.
int drive(const std::string& name, int bursts) {
    const auto fits = [&](const home& h) { return name.starts_with(h.prefix); };
    contest c;
    const auto s = std::find_if(std::begin(homes), std::end(homes), fits)->make();
    s->enter(c);
    const std::size_t operations = c.drive(name, bursts);
    if (operations != 0) {
        std::printf("operations %zu\n", operations);
        return 0;
    }
    std::fprintf(stderr, "no such row can be driven: %s\n", name.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    const auto o = parse(argc, argv);
    if (!o) {
        std::fputs(usage.data(), stderr);
        return 2;
    }
    try {
        if (!o->drive.empty()) return drive(o->drive, o->bursts);
        if (!o->alone.empty()) return measure_one_alone(o->alone);
        const report r = run(*o);
        std::fputs(r.table().c_str(), stdout);
        if (o->json.empty()) return 0;
        std::ofstream file{o->json};
        file << r.json();
        if (file.flush()) return 0;
        std::fprintf(stderr, "%s: cannot be written\n", o->json.c_str());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "earmark_bench: %s\n", e.what());
    }
    return 1;
}
