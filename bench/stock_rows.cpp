// TAKES. Near: 512 cells, 512 different orders of four random distinct cells, all in L1. Far: 8
// million cells (64 MB of words), 131,072 orders, the cells of the fourth order ahead prefetched.
// Orders and handles stand ready before the clock starts; each take asks for one unit a line and is
// granted. The rivals take the same orders from the same number of cells.
#include <vector>

#include "shelves.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t lines = 4;
using takes_of = std::span<const take_line>;

// ---- near --------------------------------------------------------------------------------------

class near_stock final : public suite {
public:
    void enter(contest& c) override {
        const take_line hot{cell_id{7}, 1, 0};
        c.enter({"stock.take1.hot", singles,
                 [this, hot] {
                     std::uint64_t refused = 0;  // a sum in memory would be timed with the take
                     for (std::size_t i = 0; i < singles; ++i)
                         refused += s_.ours.stock.take(self, hot).has_value();
                     refused_ += refused;
                 },
                 [this, hot] { s_.ours.restock(hot.cell, static_cast<granules>(singles)); }});
        c.enter({"rival.cas.take1", singles, [this, hot] {
                     std::uint64_t refused = 0;
                     for (std::size_t i = 0; i < singles; ++i) refused += !s_.rollback.take(hot);
                     refused_ += refused;
                 }});
        c.enter({"stock.take4.l1", takes,
                 [this] { each([&](const takes_of& o) { return !s_.ours.stock.take(self, o); }); },
                 [this] { put_back(); }});
        c.enter({"rival.rollback.take4.l1", takes,
                 [this] { each([&](const takes_of& o) { return s_.rollback.take(o); }); }});
        c.enter({"rival.mutex_map.take4.l1", takes,
                 [this] { each([&](const takes_of& o) { return s_.map.take(o); }); }});
#ifdef EARMARK_BENCH_TBB
        c.enter({"rival.tbb.take4.l1", takes,
                 [this] { each([&](const takes_of& o) { return s_.tbb.take(o); }); }});
#endif
    }
    void rows(const contest& c, report& r) override {
        demand_granted(refused_);
        const auto& ours = c.of("stock.take4.l1");
        const yardstick to{"take4.l1", ours.least};
        r.rows.push_back(
            timed("stock.take1.hot", c.of("stock.take1.hot"), r.f(), goal::ratio_at_most(1.6)));
        r.rows.push_back(timed("stock.take4.l1", ours, r.f(), goal::ratio_at_most(16)));
        for (const char* rival : {"rival.rollback.take4.l1", "rival.mutex_map.take4.l1"})
            r.rows.push_back(timed(rival, c.of(rival), to));
#ifdef EARMARK_BENCH_TBB
        r.rows.push_back(timed("rival.tbb.take4.l1", c.of("rival.tbb.take4.l1"), to));
#endif
        r.rows.push_back(timed("rival.cas.take1", c.of("rival.cas.take1"), r.f()));
    }

private:
    static constexpr std::size_t singles = 1u << 15;
    static constexpr granules passes = 16;
    static constexpr std::size_t count = 512;
    static constexpr std::size_t takes = count * static_cast<std::size_t>(passes);

    template <class F>
    void each(F&& take) {
        std::uint64_t refused = 0;
        for (granules p = 0; p < passes; ++p)
            for (std::size_t i = 0; i < count; ++i) refused += !take(orders_[i]);
        refused_ += refused;
    }
    void put_back() {
        for (std::size_t i = 0; i < count; ++i)
            for (const take_line& l : orders_[i]) s_.ours.stock.give(self, l.cell, passes);
    }

    shelves s_{count};
    orders orders_{count, count, lines};
    std::uint64_t refused_ = 0;
};

// ---- far ---------------------------------------------------------------------------------------

class far_stock final : public suite {
public:
    void enter(contest& c) override {
        c.enter({"stock.take4.spread", takes, [this] {
                     each([&](const takes_of& o) { return !s_.ours.stock.take(self, o); },
                          [&](cell_id at) { s_.ours.cells.prefetch(at); });
                 }});
        c.enter({"rival.rollback.take4", takes, [this] {
                     each([&](const takes_of& o) { return s_.rollback.take(o); },
                          [&](cell_id at) { s_.rollback.prefetch(at); });
                 }});
        c.enter({"rival.mutex_map.take4", takes, [this] {
                     each([&](const takes_of& o) { return s_.map.take(o); }, [](cell_id) {});
                 }});
#ifdef EARMARK_BENCH_TBB
        c.enter({"rival.tbb.take4", takes, [this] {
                     each([&](const takes_of& o) { return s_.tbb.take(o); }, [](cell_id) {});
                 }});
#endif
    }
    void rows(const contest& c, report& r) override {
        demand_granted(refused_);
        const auto& ours = c.of("stock.take4.spread");
        const auto& rollback = c.of("rival.rollback.take4");
        r.rows.push_back(timed("stock.take4.spread", ours, {"rival.rollback.take4", rollback.least},
                               goal::ratio_at_most(2.5)));
        r.rows.push_back(timed("rival.rollback.take4", rollback, r.f()));
        r.rows.push_back(timed("rival.mutex_map.take4", c.of("rival.mutex_map.take4"),
                               {"take4.spread", ours.least}, goal::ratio_at_least(12)));
#ifdef EARMARK_BENCH_TBB
        r.rows.push_back(timed("rival.tbb.take4", c.of("rival.tbb.take4"),
                               {"take4.spread", ours.least}, goal::ratio_at_least(15)));
#endif
    }

private:
    static constexpr std::uint32_t count = 1u << 23;
    static constexpr std::size_t takes = 1u << 12;
    static constexpr std::size_t ahead = 4;

    template <class F, class P>
    void each(F&& take, P&& prefetch) {
        const std::size_t first = next_;
        next_ = (next_ + takes) % (orders_.size() - takes);
        for (std::size_t i = first; i < first + takes; ++i) {
            for (const take_line& l : orders_[i + ahead]) prefetch(l.cell);
            refused_ += !take(orders_[i]);
        }
    }

    shelves s_{count};
    orders orders_{(1u << 17) + ahead, count, lines};
    std::size_t next_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<suite> near_stock_suite() { return std::make_unique<near_stock>(); }
std::unique_ptr<suite> far_stock_suite() { return std::make_unique<far_stock>(); }

}  // namespace earmark::bench
