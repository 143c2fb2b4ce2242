// TAKES BY KEY: one unit of a random one of a million cells, named by the text of its SKU and by
// its node: the key is found in the table of keys, the cell in the SKU's row, and then comes the
// take. 131,072 SKUs of eight nodes. The batch finds 16 keys, then their rows, then takes; while
// one of these is waited for, the next is on its way. Rivals find a 64-bit key in a hash map that
// holds the units themselves.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "earmark/core/intern.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t cells = 1u << 20;
constexpr std::size_t takes = 1u << 12, batch = 16, asked = 1u << 17;

struct question {
    std::string_view sku;
    node_id node;
    std::uint64_t key;  // for the rivals
};

class by_key final : public suite {
public:
    by_key() {
        text_.resize(cells / stock::block_cells);
        for (std::size_t s = 0; s < text_.size(); ++s) {
            text_[s] = fmt::format("sku-{:07}", s);
            keys_.insert(text_[s]);
        }
        asked_.resize(asked);
        for (std::size_t i = 0; i < asked; ++i) {
            const auto cell = static_cast<std::uint32_t>(draw(33, i, cells));
            asked_[i] = {text_[cell / stock::block_cells],
                         node_id{static_cast<std::uint16_t>(cell % stock::block_cells)},
                         mutex_map_stock::key_of(cell_id{cell})};
        }
    }
    void enter(contest& c) override {
        c.enter({"stock.take1.key", takes, [this] { singly(); }});
        c.enter({"stock.take1.key.batch", takes, [this] { in_batches(); }});
        c.enter({"rival.mutex_map.take1.key", takes, [this] { rival(s_.map); }});
#ifdef EARMARK_BENCH_TBB
        c.enter({"rival.tbb.take1.key", takes, [this] { rival(s_.tbb); }});
#endif
    }
    void rows(const contest& c, report& r) override {
        demand_granted(refused_);
        const auto& one = c.of("stock.take1.key");
        const yardstick m{"M", r.m_ns};
        r.rows.push_back(timed("stock.take1.key", one, m, goal::ratio_at_most(6)));
        r.rows.push_back(timed("stock.take1.key.batch", c.of("stock.take1.key.batch"), m,
                               goal::ratio_at_most(3)));
        const yardstick ours{"take1.key", one.least};
        r.rows.push_back(
            timed("rival.mutex_map.take1.key", c.of("rival.mutex_map.take1.key"), ours));
#ifdef EARMARK_BENCH_TBB
        r.rows.push_back(timed("rival.tbb.take1.key", c.of("rival.tbb.take1.key"), ours));
#endif
    }

private:
    const question* next() {
        at_ = (at_ + takes) % asked;
        return asked_.data() + at_;
    }
    void singly() {
        const question* const q = next();
        for (std::size_t i = 0; i < takes; ++i) {
            const auto sku = keys_.find(q[i].sku);
            const auto cell = s_.ours.cells.find(sku_id{sku.value()}, q[i].node);
            refused_ += s_.ours.stock.take(self, take_line{cell.value(), 1, 0}).has_value();
        }
    }
    void in_batches() {
        const question* const q = next();
        std::array<std::uint32_t, batch> sku{};
        std::array<cell_id, batch> cell{};
        for (std::size_t first = 0; first < takes; first += batch) {
            for (std::size_t i = 0; i < batch; ++i) sku[i] = keys_.find(q[first + i].sku).value();
            for (std::size_t i = 0; i < batch; ++i) {
                cell[i] = s_.ours.cells.find(sku_id{sku[i]}, q[first + i].node).value();
                s_.ours.cells.prefetch(cell[i]);
            }
            for (std::size_t i = 0; i < batch; ++i)
                refused_ += s_.ours.stock.take(self, take_line{cell[i], 1, 0}).has_value();
        }
    }
    template <class Map>
    void rival(Map& map) {
        const question* const q = next();
        for (std::size_t i = 0; i < takes; ++i) refused_ += !map.take(q[i].key);
    }

    shelves s_{cells};
    key_table keys_;
    std::vector<std::string> text_;
    std::vector<question> asked_;
    std::size_t at_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<suite> key_suite() { return std::make_unique<by_key>(); }

}  // namespace earmark::bench
