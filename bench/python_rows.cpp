// WHAT PYTHON ADDS: each verb is called by a Python program (bench/python_rows.py) and by its twin
// here, on a shop of one SKU at one node, in bursts of as many calls, in turns. A row
// `python.scalar.*` (ns a call) or `python.batch.*` (ns an item) is the difference; `.call` is the
// whole of the call from Python, its loop included. The twin's inputs stand ready in C++ vectors;
// Python's stand in NumPy arrays, and to read them and to make the answer's columns is timed.
#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <optional>
#include <stdexcept>

#include "child.hpp"
#include "earmark/engine/engine.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t calls = 2'000, items = 10'000, slice = 256;
constexpr sku_id mug{0};
constexpr node_id berlin{0};

void demand(bool held, const char* what) {
    if (!held) throw std::logic_error{what};
}

/// The same verbs in C++. Who calls here does what Python's wrapper does: flush where the ring of
/// records is full, and look at every answer.
class twin {
public:
    twin() {
        const command host;
        demand(engine_.load(host, std::vector<sku_row>{{"mug", 0, 1}}).rejected.empty(), "a SKU");
        node_row node;
        node.key = "berlin";
        demand(engine_.load(host, std::vector{node}).rejected.empty(), "a node");
        const std::vector<stock_row> stock{{"mug", "berlin", {1'000'000}}};
        demand(engine_.load(host, stock).rejected.empty(), "stock");
        requests_.resize(items);
        for (auto& r : requests_) r.lines = {&line_, 1};
        held_.reserve(items);
        answers_.assign(slice, receipt{});
        units_.resize(items);
    }
    void find_sku() {
        for (std::size_t i = 0; i < calls; ++i)
            demand(engine_.find_sku("mug").value() == mug, "the SKU is known");
    }
    void available() {
        for (std::size_t i = 0; i < calls; ++i)
            demand(engine_.available(mug, berlin).value().atoms == 1'000'000, "all is free");
    }
    void pairs() {
        for (std::size_t i = 0; i < calls / 2; ++i) {
            const auto made = with_room([&] { return engine_.reserve({}, {{&line_, 1}}); });
            give_back(made->subject);
        }
    }
    void all_available() {
        for (std::size_t i = 0; i < items; ++i)
            units_[i] = engine_.available(mug, berlin).value().atoms;
        demand(units_.back() == 1'000'000, "all is free");
    }
    void reserve_all() {
        for (std::size_t first = 0; first < items; first += slice) {
            const std::size_t n = std::min(slice, items - first);
            const std::span some{requests_.data() + first, n};
            const auto out = std::span{answers_}.first(n);
            engine_.reserve({}, some, out);
            for (std::size_t i = 0; i < n; ++i) {
                if (!out[i]) out[i] = with_room([&] { return engine_.reserve({}, some[i]); });
                held_.push_back(out[i]->subject);
            }
        }
    }
    void give_all_back() {
        for (const std::uint64_t held : held_) give_back(held);
        held_.clear();
    }

private:
    template <class Call>
    result<receipt> with_room(Call&& call) {
        auto answer = call();
        if (!answer && answer.error().code == error_code::journal_full) {
            demand(engine_.flush(journal::durability::memory).has_value(), "records are kept");
            answer = call();
        }
        demand(answer && answer->what == outcome::done, "there is stock for all");
        return answer;
    }
    void give_back(std::uint64_t held) {
        static_cast<void>(with_room([&] { return engine_.unreserve({}, reservation_id{held}); }));
    }

    engine engine_;
    reserve_line line_{mug, berlin, {1}, {}};
    std::vector<reserve_request> requests_;
    std::vector<result<receipt>> answers_;
    std::vector<std::uint64_t> held_;
    std::vector<std::int64_t> units_;
};

struct verb_pair {
    const char* name;
    std::size_t operations;
    double goal_ns;
    void (twin::*burst)();
};

constexpr verb_pair verbs[] = {
    {"python.scalar.find_sku", calls, 150, &twin::find_sku},
    {"python.scalar.available", calls, 150, &twin::available},
    {"python.scalar.reserve", calls, 150, &twin::pairs},
    {"python.batch.available", items, 10, &twin::all_available},
    {"python.batch.reserve", items, 10, &twin::reserve_all},
};

class both_languages final : public suite {
public:
    explicit both_languages(const python_program& p) {
        try {
            python_.emplace(std::vector{p.interpreter, p.script, std::string{"--serve"},
                                        std::to_string(calls), std::to_string(items)});
            hello_ = python_->hear();
        } catch (const std::runtime_error& e) {
            hello_ = fmt::format("skipped: {}", e.what());
        }
        if (hello_.empty()) hello_ = fmt::format("skipped: {} ended at once", p.script);
        if (hello_.starts_with("skipped")) python_.reset();
    }
    void enter(contest& c) override {
        if (!python_) return;
        for (const verb_pair& v : verbs) {
            c.enter({twin_name(v), v.operations, [this, &v] { (twin_.*v.burst)(); },
                     [this] { twin_.give_all_back(); }});
            c.enter({v.name, v.operations, [this, &v] { ask(v); }});
        }
    }
    void rows(const contest& c, report& r) override {
        r.context["python rows"] = hello_;
        if (!python_) return;
        for (const verb_pair& v : verbs) {
            auto& bursts = told_[v.name];
            bursts.erase(bursts.begin());  // the one to warm up
            const timing whole = summary(bursts);
            const timing& ours = c.of(twin_name(v));
            r.rows.push_back({v.name,
                              whole.least - ours.least,
                              "ns",
                              whole.quarter - ours.quarter,
                              {},
                              goal::value_at_most(v.goal_ns)});
            const std::string call = std::string{v.name} + ".call";
            r.rows.push_back(timed(call, whole, {"C++", ours.least}));
        }
    }

private:
    static std::string twin_name(const verb_pair& v) { return std::string{v.name} + ".twin"; }

    /// Python times its burst itself, by the CPU clock of its thread.
    void ask(const verb_pair& v) {
        const std::string told = python_->ask(v.name);
        double ns = 0;
        const char* const end = told.data() + told.size();
        const auto read = std::from_chars(told.data(), end, ns);
        if (told.empty() || read.ec != std::errc{} || read.ptr != end)
            throw std::runtime_error{fmt::format("{}: Python answered '{}'", v.name, told)};
        told_[v.name].push_back(ns / static_cast<double>(v.operations));
    }

    std::optional<child> python_;
    std::string hello_;
    twin twin_;
    std::map<std::string, std::vector<double>> told_;  // ns per operation, by burst
};

}  // namespace

std::unique_ptr<suite> python_suite(const python_program& p) {
    return std::make_unique<both_languages>(p);
}

}  // namespace earmark::bench
