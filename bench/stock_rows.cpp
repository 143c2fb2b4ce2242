// TAKES. Near: 512 cells, 512 different orders of four random distinct cells, all in L1. Far: 8
// million cells (64 MB of words), 131,072 orders, the cells of the fourth order ahead prefetched.
// Orders and handles stand ready before the clock starts; each take asks for one unit a line and is
// granted. The rivals take the same orders from the same number of cells.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "earmark/stock/take.hpp"
#include "rivals.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t self = 0;  // the slot
constexpr std::size_t lines = 4;
using order = std::array<take_line, lines>;

std::vector<order> make_orders(std::size_t count, std::uint32_t cells) {
    std::vector<order> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t attempt = 0;
        for (std::size_t l = 0; l < lines; ++l) {
            const auto is_new = [&](cell_id c) {
                return std::none_of(all[i].begin(), all[i].begin() + l,
                                    [&](const take_line& t) { return t.cell == c; });
            };
            do
                all[i][l] = {
                    cell_id{static_cast<std::uint32_t>(draw(2, i * 1024 + attempt++, cells))}, 1,
                    0};
            while (!is_new(all[i][l].cell));
        }
        std::sort(all[i].begin(), all[i].end(),
                  [](const take_line& a, const take_line& b) { return a.cell < b.cell; });
    }
    return all;
}

/// Cells of our own and of both rivals, filled alike.
struct shelves {
    explicit shelves(std::uint32_t count)
        : slots{2, 16}, cells{count}, ours{cells, slots}, rollback{count}, map{count} {
        for (std::uint32_t s = 0; s < count / stock::block_cells; ++s) {
            cells.add_sku();
            for (std::uint16_t n = 0; n < stock::block_cells; ++n)
                if (!cells.make(sku_id{s}, node_id{n})) throw std::runtime_error{"no cell"};
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            ours.give(self, cell_id{i}, 1'000'000);
            rollback.give(cell_id{i}, std::int64_t{1} << 40);
            map.add(cell_id{i}, std::int64_t{1} << 40);
        }
    }

    stock::slot_table<> slots;
    stock::cell_table<> cells;
    stock::taker<> ours;
    rollback_stock rollback;
    mutex_map_stock map;
};

void demand(bool granted) {
    if (!granted) throw std::logic_error{"a take was refused although there was stock"};
}

// ---- near --------------------------------------------------------------------------------------

class near_stock final : public suite {
public:
    void enter(contest& c) override {
        const take_line hot{cell_id{7}, 1, 0};
        c.enter({"stock.take1.hot", singles,
                 [this, hot] {
                     std::uint64_t refused = 0;  // a sum in memory would be timed with the take
                     for (std::size_t i = 0; i < singles; ++i)
                         refused += s_.ours.take(self, hot).has_value();
                     refused_ += refused;
                 },
                 [this, hot] { restock_if_low(hot.cell); }});
        c.enter({"rival.cas.take1", singles, [this, hot] {
                     std::uint64_t refused = 0;
                     for (std::size_t i = 0; i < singles; ++i) refused += !s_.rollback.take(hot);
                     refused_ += refused;
                 }});
        c.enter({"stock.take4.l1", takes,
                 [this] { each([&](const order& o) { return !s_.ours.take(self, o); }); },
                 [this] { put_back(); }});
        c.enter({"rival.rollback.take4.l1", takes,
                 [this] { each([&](const order& o) { return s_.rollback.take(o); }); }});
        c.enter({"rival.mutex_map.take4.l1", takes,
                 [this] { each([&](const order& o) { return s_.map.take(o); }); }});
    }
    void rows(const contest& c, report& r) override {
        demand(refused_ == 0);
        const auto& ours = c.of("stock.take4.l1");
        const yardstick to{"take4.l1", ours.least};
        r.rows.push_back(
            timed("stock.take1.hot", c.of("stock.take1.hot"), r.f(), goal::ratio_at_most(1.6)));
        r.rows.push_back(timed("stock.take4.l1", ours, r.f(), goal::ratio_at_most(16)));
        for (const char* rival : {"rival.rollback.take4.l1", "rival.mutex_map.take4.l1"})
            r.rows.push_back(timed(rival, c.of(rival), to));
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
            for (const order& o : orders_) refused += !take(o);
        refused_ += refused;
    }
    void put_back() {
        for (const order& o : orders_)
            for (const take_line& l : o) s_.ours.give(self, l.cell, passes);
    }
    void restock_if_low(cell_id c) {
        if (s_.ours.free(c) < static_cast<granules>(singles))
            s_.ours.give(self, c, static_cast<granules>(singles) * 8);
    }

    shelves s_{count};
    std::vector<order> orders_ = make_orders(count, count);
    std::uint64_t refused_ = 0;
};

// ---- far ---------------------------------------------------------------------------------------

class far_stock final : public suite {
public:
    void enter(contest& c) override {
        c.enter({"stock.take4.spread", takes, [this] {
                     each([&](const order& o) { return !s_.ours.take(self, o); },
                          [&](cell_id at) { s_.cells.prefetch(at); });
                 }});
        c.enter({"rival.rollback.take4", takes, [this] {
                     each([&](const order& o) { return s_.rollback.take(o); },
                          [&](cell_id at) { s_.rollback.prefetch(at); });
                 }});
        c.enter({"rival.mutex_map.take4", takes,
                 [this] { each([&](const order& o) { return s_.map.take(o); }, [](cell_id) {}); }});
    }
    void rows(const contest& c, report& r) override {
        demand(refused_ == 0);
        const auto& ours = c.of("stock.take4.spread");
        const auto& rollback = c.of("rival.rollback.take4");
        r.rows.push_back(timed("stock.take4.spread", ours, {"rival.rollback.take4", rollback.least},
                               goal::ratio_at_most(2.5)));
        r.rows.push_back(timed("rival.rollback.take4", rollback, r.f()));
        r.rows.push_back(timed("rival.mutex_map.take4", c.of("rival.mutex_map.take4"),
                               {"take4.spread", ours.least}, goal::ratio_at_least(12)));
    }

private:
    static constexpr std::uint32_t count = 1u << 23;
    static constexpr std::size_t takes = 1u << 12;
    static constexpr std::size_t ahead = 4;

    template <class F, class P>
    void each(F&& take, P&& prefetch) {
        const order* const o = orders_.data() + next_;
        next_ = (next_ + takes) % (orders_.size() - takes);
        for (std::size_t i = 0; i < takes; ++i) {
            for (const take_line& l : o[i + ahead]) prefetch(l.cell);
            refused_ += !take(o[i]);
        }
    }

    shelves s_{count};
    std::vector<order> orders_ = make_orders((1u << 17) + ahead, count);
    std::size_t next_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<suite> near_stock_suite() { return std::make_unique<near_stock>(); }
std::unique_ptr<suite> far_stock_suite() { return std::make_unique<far_stock>(); }

}  // namespace earmark::bench
