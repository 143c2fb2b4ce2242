// SOURCING: the solver alone, on 64 pictures of stock that come in turns: so many lines of 1 to 3
// units, so many nodes (one of five a warehouse), each line at 60 % (dense) or 5 % (sparse) of them
// with 1 to 6 units. One place, whose nodes are ranked; policy: cost, parcels, distance, with rates
// by kind and distance. p50 and p99 are of single calls on the wall clock. `record` adds the
// decision record and its compact form, which every decision of an engine has. The rival `greedy`
// fills line by line from the first node by priority (here: distance) that has enough, as peers do;
// those in Python are in bench/sourcing_rivals.py.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <optional>
#include <sstream>

#include "child.hpp"
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/explain.hpp"
#include "earmark/sourcing/solve.hpp"
#include "shelves.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

using sourcing::scratch;

constexpr std::size_t pictures = 64;

sourcing::policy cheapest(bool divides) {
    auto parsed = sourcing::parse_policy(fmt::format(
        "policy = 'bench'\ncurrency = 'USD'\nrank = ['cost', 'parcels', 'distance']\n[costs]\n"
        "fixed_per_parcel = {{ dc = '6.00', store = '4.50', vendor = '9.00' }}\n"
        "per_unit = {{ dc = '0.35', store = '1.10', vendor = '1.00' }}\n"
        "per_unit_per_1000_km = '0.336'\n[split]\nlines = '{}'\n",
        divides ? "by_quantity" : "whole"));
    demand(parsed.value.has_value(), "the policy is good");
    return *parsed.value;
}

/// Problems of one size.
class stand {
public:
    stand(std::string name, std::size_t lines, std::size_t nodes, std::uint64_t percent,
          bool divides = false)
        : name_{std::move(name)}, by_{cheapest(divides)}, nodes_(nodes) {
        for (std::size_t l = 0; l < lines; ++l)
            lines_.push_back({static_cast<std::uint16_t>(l), sku_id{static_cast<std::uint32_t>(l)},
                              static_cast<granules>((divides ? 5 : 1) + l % 3)});
        for (std::size_t k = 0; k < nodes; ++k) {
            nodes_[k].kind = k % 5 == 0 ? node_kind::dc : node_kind::store;
            nodes_[k].sequence = static_cast<std::uint16_t>(k);
            metres_.push_back(static_cast<std::uint32_t>(draw(61, k, 3'000'000)));
        }
        for (std::size_t i = 0; i < pictures; ++i)
            for (std::size_t at = 0; at < lines * nodes; ++at)
                free_[i].push_back(draw(62 + i, 2 * at, 100) < percent
                                       ? static_cast<granules>(1 + draw(62 + i, 2 * at + 1, 6))
                                       : 0);
        near_.resize(nodes);
        std::iota(near_.begin(), near_.end(), std::size_t{0});
        std::sort(near_.begin(), near_.end(),
                  [this](std::size_t a, std::size_t b) { return metres_[a] < metres_[b]; });
    }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::size_t at_once() const {
        return nodes_.size() * lines_.size() > 5'000 ||
                       by_.terms().lines != sourcing::line_split::whole
                   ? 4
                   : 64;
    }

    void solve_next() {
        const plan& found = sourcing::solve(by_, problem(next_++ % pictures), scratch_);
        demand(found.parts.size() <= lines_.size() * nodes_.size(), "a plan");
    }
    void explain_next() {
        const sourcing_problem p = problem(next_++ % pictures);
        const plan found = sourcing::solve(by_, p, scratch_);
        demand(!sourcing::explain(by_, p, found, {}, scratch_).words.empty(), "words");
    }
    void record_next() {
        sourcing::decide(by_, {}, problem(next_++ % pictures), scratch_, decided_);
        record_.clear();
        sourcing::encode(decided_, record_);
        demand(!record_.empty(), "a record");
    }
    /// What the plan of a picture costs, in 1/10,000.
    [[nodiscard]] std::int64_t cost_of(std::size_t i) {
        return sourcing::solve(by_, problem(i), scratch_).cost.e4;
    }
    void fill_next() {
        const auto parts = fill(problem(next_++ % pictures));
        demand(parts.size() <= lines_.size(), "parts");
    }

    /// What a greedy fill costs, divided by what the plan costs, over pictures that both serve.
    [[nodiscard]] double greedy_ratio() {
        double ours = 0, theirs = 0;
        for (std::size_t i = 0; i < pictures; ++i) {
            const sourcing_problem p = problem(i);
            const auto parts = fill(p);
            const plan& found = sourcing::solve(by_, p, scratch_);
            if (parts.size() != found.parts.size()) continue;
            ours += static_cast<double>(found.cost.e4);
            theirs += static_cast<double>(sourcing::price(by_, p, parts).e4);
        }
        return ours == 0 ? 1 : theirs / ours;
    }
    struct quality {
        double exact = 0;              // plans in 100
        double gap = 0;                // mean of the others, in percent
        double parcels = 0, cost = 0;  // means; in the currency
    };
    [[nodiscard]] quality quality_of() {
        double exact = 0, sum = 0, others = 0, parcels = 0, cost = 0;
        for (std::size_t i = 0; i < pictures; ++i) {
            const plan& found = sourcing::solve(by_, problem(i), scratch_);
            parcels += found.cost.parcels;
            cost += static_cast<double>(found.cost.e4) / 10'000;
            if (found.proof == earmark::quality::exact) {
                ++exact;
            } else if (found.gap.in == plan_term::cost) {
                ++others;
                sum += 100.0 * static_cast<double>(found.gap.value - found.gap.at_least) /
                       static_cast<double>(found.gap.value);
            }
        }
        return {100 * exact / pictures, others == 0 ? 0 : sum / others, parcels / pictures,
                cost / pictures};
    }
    /// The p50 and p99 of single calls.
    template <class Call>
    [[nodiscard]] std::pair<double, double> percentiles(Call&& call) {
        std::vector<double> ns;
        const std::size_t calls = at_once() * 32;
        for (std::size_t i = 0; i < calls; ++i) {
            const auto start = std::chrono::steady_clock::now();
            call();
            ns.push_back(
                std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start)
                    .count());
        }
        std::sort(ns.begin(), ns.end());
        return {ns[ns.size() / 2], ns[ns.size() * 99 / 100]};
    }

private:
    [[nodiscard]] sourcing_problem problem(std::size_t i) const {
        return {lines_, nodes_, metres_, free_[i], 1};
    }
    [[nodiscard]] std::vector<plan_part> fill(const sourcing_problem& p) const {
        std::vector<plan_part> parts;
        for (std::size_t l = 0; l < lines_.size(); ++l)
            for (const std::size_t k : near_) {
                if (p.free[l * nodes_.size() + k] < lines_[l].n) continue;
                parts.push_back(
                    {static_cast<std::uint16_t>(l), static_cast<node_id>(k), lines_[l].n});
                break;
            }
        return parts;
    }

    std::string name_;
    sourcing::policy by_;
    std::vector<wanted_line> lines_;
    std::vector<node_facts> nodes_;
    std::vector<std::uint32_t> metres_;
    std::vector<std::size_t> near_;
    std::array<std::vector<granules>, pictures> free_;
    scratch scratch_;
    sourcing::decision decided_;
    std::vector<std::byte> record_;
    std::size_t next_ = 0;
};

/// bench/sourcing_rivals.py, where Python has what it needs.
class python_rivals {
public:
    explicit python_rivals(const python_program& p) {
        if (p.interpreter.empty()) {
            about_ = "no Python was named";
            return;
        }
        const auto script = std::filesystem::path{p.script}.parent_path() / "sourcing_rivals.py";
        child_.emplace(std::vector{p.interpreter, script.string()});
        about_ = child_->hear();
        if (!about_.starts_with("pandas ")) child_.reset();
    }
    [[nodiscard]] const std::string& about() const { return about_; }
    [[nodiscard]] bool are_there() const { return child_.has_value(); }

    struct answer {
        double ns = 0, cost = 0, parcels = 0;
    };
    [[nodiscard]] answer ask(const char* way, const std::string& size, std::size_t picture) {
        const std::string told = child_->ask(fmt::format("{} {} {}", way, size, picture));
        std::istringstream words{told};
        answer a;
        words >> a.ns >> a.cost >> a.parcels;
        if (!words) throw std::runtime_error{fmt::format("{}: Python answered '{}'", way, told)};
        return a;
    }

private:
    std::optional<child> child_;
    std::string about_;
};

class sourcing_rows final : public suite {
public:
    explicit sourcing_rows(const python_program& p) : python_{p} {
        for (const std::size_t lines : {1, 3, 10})
            for (const std::size_t nodes : {10, 50, 100, 500, 5'000})
                for (const std::uint64_t percent : {60, 5})
                    stands_.push_back(std::make_unique<stand>(
                        fmt::format("sourcing.lines{}.nodes{}.{}", lines, nodes,
                                    percent == 60 ? "dense" : "sparse"),
                        lines, nodes, percent));
        const auto large = [&](const char* name, std::size_t lines, std::size_t nodes,
                               std::uint64_t percent, bool divides) {
            stands_.push_back(std::make_unique<stand>(name, lines, nodes, percent, divides));
            judged_.push_back(stands_.back().get());
        };
        large("sourcing.lines12.nodes1000", 12, 1'000, 5, false);
        large("sourcing.lines12.nodes1000.dense", 12, 1'000, 40, false);
        large("sourcing.lines20.nodes300", 20, 300, 5, false);
        large("sourcing.lines200.nodes50", 200, 50, 40, false);
        large("sourcing.divided.lines3.nodes12", 3, 12, 60, true);
        large("sourcing.divided.lines3.nodes100", 3, 100, 60, true);
    }
    void enter(contest& c) override {
        for (const auto& s : stands_)
            c.enter({s->name(),
                     s->at_once(),
                     [&s] {
                         for (std::size_t i = 0; i < s->at_once(); ++i) s->solve_next();
                     },
                     {},
                     clock_kind::cpu,
                     s->at_once() == 64 ? 1 : 4});
        for (stand* const s : rivals()) {
            c.enter({"rival.greedy." + s->name(), s->at_once(), [s] {
                         for (std::size_t i = 0; i < s->at_once(); ++i) s->fill_next();
                     }});
            c.enter({s->name() + ".record", s->at_once(), [s] {
                         for (std::size_t i = 0; i < s->at_once(); ++i) s->record_next();
                     }});
        }
    }
    void rows(const contest& c, report& r) override {
        for (const auto& s : stands_) {
            r.rows.push_back(timed(s->name(), c.of(s->name()), r.f()));
            const auto [p50, p99] = s->percentiles([&] { s->solve_next(); });
            r.rows.push_back({s->name() + ".p50", p50, "ns", {}, {}, aim_of(s->name())});
            r.rows.push_back({s->name() + ".p99", p99, "ns"});
        }
        for (stand* const s : judged_) {
            const auto q = s->quality_of();
            r.rows.push_back({s->name() + ".exact", q.exact, "%"});
            r.rows.push_back({s->name() + ".gap", q.gap, "%"});
            r.rows.push_back({s->name() + ".parcels", q.parcels, "parcels"});
            r.rows.push_back({s->name() + ".cost", q.cost, "USD"});
        }
        for (stand* const s : rivals()) add_rivals(*s, c, r);
        r.context["python rivals"] = python_.about();
        if (python_.are_there())
            for (const std::size_t nodes : {50, 500}) ask_python(nodes, c, r);
    }

private:
    static std::optional<goal> aim_of(const std::string& name) {
        if (name == "sourcing.lines3.nodes50.dense") return goal::value_at_most(300);
        if (name == "sourcing.lines3.nodes500.dense") return goal::value_at_most(600);
        if (name == "sourcing.lines3.nodes5000.dense") return goal::value_at_most(3'000);
        if (name.starts_with("sourcing.lines12.")) return goal::value_at_most(1'000'000);
        return {};
    }
    void add_rivals(stand& s, const contest& c, report& r) {
        const yardstick ours{s.name(), c.of(s.name()).least};
        const std::string name = "rival.greedy." + s.name(), record = s.name() + ".record";
        r.rows.push_back(timed(name, c.of(name), ours));
        r.rows.push_back({name + ".cost", s.greedy_ratio(), "of ours"});
        r.rows.push_back(timed(record, c.of(record), ours, goal::ratio_at_most(1.1)));
        const auto [p50, p99] = s.percentiles([&] { s.explain_next(); });
        r.rows.push_back({s.name() + ".explain.p50", p50, "ns"});
        r.rows.push_back({s.name() + ".explain.p99", p99, "ns"});
    }
    /// A few pictures: each takes Python tens of milliseconds.
    void ask_python(std::size_t nodes, const contest& c, report& r) {
        constexpr std::size_t asked = 8;
        const std::string twin = fmt::format("sourcing.lines3.nodes{}.dense", nodes);
        stand* const ours = named(twin);
        for (const char* way : {"pandas", "highs"}) {
            std::vector<double> ns;
            double cost = 0, mine = 0;
            for (std::size_t i = 0; i < asked; ++i) {
                const auto a = python_.ask(way, fmt::format("3 {} 60", nodes), i);
                if (i > 0) ns.push_back(a.ns);  // the first one loads what it needs
                cost += a.cost;
                mine += static_cast<double>(ours->cost_of(i));
            }
            const std::string name = fmt::format("rival.{}.{}", way, twin);
            r.rows.push_back(timed(name, summary(ns), {twin, c.of(twin).least}));
            r.rows.push_back({name + ".cost", cost / mine, "of ours"});
        }
    }
    [[nodiscard]] stand* named(const std::string& name) const {
        for (const auto& s : stands_)
            if (s->name() == name) return s.get();
        return nullptr;
    }
    [[nodiscard]] std::vector<stand*> rivals() const {
        return {named("sourcing.lines3.nodes50.dense"), named("sourcing.lines3.nodes100.dense"),
                named("sourcing.lines3.nodes500.dense"), named("sourcing.lines10.nodes100.dense"),
                named("sourcing.lines10.nodes500.dense")};
    }

    std::vector<std::unique_ptr<stand>> stands_;
    std::vector<stand*> judged_;
    python_rivals python_;
};

}  // namespace

std::unique_ptr<suite> sourcing_suite(const python_program& p) {
    return std::make_unique<sourcing_rows>(p);
}

}  // namespace earmark::bench
