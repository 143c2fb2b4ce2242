// WHOLE ORDERS through the public verbs: placed under a fresh key (so the idempotency map takes an
// insert), sourced over 50 nodes, taken, released, shipped; batches of 64; the journal is encoded,
// drained at the end of each burst, chained, checksummed and kept in memory. The rows behind it say
// where the time of an order goes; `journal` is the drain. The shop is described in shop.hpp.
#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "earmark/journal/sink.hpp"
#include "shop.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

class stopwatch {
public:
    /// Nanoseconds since the last look.
    double look() {
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::nano> gone = now - last_;
        last_ = now;
        return gone.count();
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

class orders final : public suite {
public:
    /// The first orders of an engine meet memory that the system has not handed out yet.
    orders() {
        shop_.prepare(warm_up);
        shop_.each_batch([&](shop::batch b) {
            shop_.place(b);
            shop_.source(b);
            shop_.release(b);
            shop_.ship(b);
        });
    }
    void enter(contest& c) override {
        c.enter({"engine.order3.nodes50", operations,
                 [this] {
                     double ns[verbs] = {};
                     stopwatch watch;
                     shop_.each_batch([&](shop::batch b) {
                         watch.look();
                         shop_.place(b);
                         ns[0] += watch.look();
                         shop_.source(b);
                         ns[1] += watch.look();
                         shop_.release(b);
                         ns[2] += watch.look();
                         shop_.ship(b);
                         ns[3] += watch.look();
                     });
                     shop_.flush();
                     ns[4] += watch.look();
                     for (std::size_t v = 0; v < verbs; ++v)
                         by_verb_[v].push_back(ns[v] / operations);
                 },
                 [this] { shop_.prepare(operations); }});
    }
    void rows(const contest& c, report& r) override {
        const timing& t = c.of("engine.order3.nodes50");
        row speed{"engine.order3.nodes50",      1e9 / t.least, "orders/s", 1e9 / t.quarter, {},
                  goal::value_at_least(700'000)};
        for (const double ns : t.bursts) speed.bursts.push_back(1e9 / ns);
        r.rows.push_back(std::move(speed));
        r.context["shop"] = fmt::format("{:016x}", shop_.inputs());
        const char* const names[verbs] = {"engine.place3", "engine.source3.nodes50",
                                          "engine.release3", "engine.ship3", "engine.journal3"};
        for (std::size_t v = 0; v < verbs; ++v)
            r.rows.push_back(timed(names[v], summary(by_verb_[v]), r.f()));
        const auto wrong = shop_.core().check_invariants();
        if (!wrong.empty()) throw std::logic_error{wrong.front()};
    }

private:
    static constexpr std::size_t operations = 1'024, warm_up = 20'000;
    static constexpr std::size_t verbs = 5;

    shop shop_;
    std::vector<double> by_verb_[verbs];  // nanoseconds per order, by burst
};

}  // namespace

std::unique_ptr<suite> engine_suite() { return std::make_unique<orders>(); }

/// Bytes that reach a sink, batch headers and lengths included, for orders of the shop.
void count_bytes(report& r) {
    constexpr std::size_t orders = 4'096;
    const auto sink = std::make_shared<journal::memory_sink>();
    shop s{sink};
    const auto stored = [&] {
        s.flush();
        std::size_t bytes = 0;
        for (const auto& b : sink->batches()) bytes += b.size();
        return static_cast<double>(bytes);
    };
    const double empty = stored();
    s.prepare(orders);
    s.each_batch([&](shop::batch b) {
        s.place(b);
        s.source(b);
    });
    const double captured = stored() - empty;
    s.each_batch([&](shop::batch b) {
        s.release(b);
        s.ship(b);
        s.deliver(b);
    });
    const double life = stored() - empty;
    r.rows.push_back({"journal.bytes.order3",
                      captured / orders,
                      "bytes",
                      {},
                      {},
                      goal::value_at_most(192),
                      {},
                      true});
    r.rows.push_back({"journal.bytes.order3.life",
                      life / orders,
                      "bytes",
                      {},
                      {},
                      goal::value_at_most(320),
                      {},
                      true});
}

}  // namespace earmark::bench
