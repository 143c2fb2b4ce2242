// TAKES BY KEY: one unit of a random one of a million cells. By 64-bit key: a table of numbers says
// which cell it is. By text: the text of a SKU is found in the table of keys, the cell of the node
// in the SKU's row, of which there are 131,072 with eight nodes. The batches find 64 numbers, or 16
// texts and then their rows, then take; while one is waited for, the next are on their way. Rivals
// find the same 64-bit key in a hash map that holds the units themselves.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "earmark/core/intern.hpp"
#include "earmark/core/number_table.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t cells = 1u << 20;
constexpr std::size_t takes = 1u << 12, asked = 1u << 17;
constexpr std::size_t numbers = 64, texts = 16;  // of a batch
constexpr std::size_t ahead = 16;                // cells that are asked for

struct question {
    std::string_view sku;
    node_id node;
};

class by_key final : public suite {
public:
    by_key() {
        text_.resize(cells / stock::block_cells);
        for (std::size_t s = 0; s < text_.size(); ++s) {
            text_[s] = fmt::format("sku-{:07}", s);
            keys_.insert(text_[s]);
        }
        for (std::uint32_t i = 0; i < cells; ++i)
            numbers_.insert(mutex_map_stock::key_of(cell_id{i}), i);
        asked_.resize(asked);
        key_.resize(asked);
        for (std::size_t i = 0; i < asked; ++i) {
            const auto cell = static_cast<std::uint32_t>(draw(33, i, cells));
            asked_[i] = {text_[cell / stock::block_cells],
                         node_id{static_cast<std::uint16_t>(cell % stock::block_cells)}};
            key_[i] = mutex_map_stock::key_of(cell_id{cell});
        }
    }
    void enter(contest& c) override {
        c.enter({"stock.take1.key", takes, [this] { numbers_singly(); }});
        c.enter({"stock.take1.key.batch", takes, [this] { numbers_in_batches(); }});
        c.enter({"stock.take1.text", takes, [this] { texts_singly(); }});
        c.enter({"stock.take1.text.batch", takes, [this] { texts_in_batches(); }});
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
        for (const char* text : {"stock.take1.text", "stock.take1.text.batch"})
            r.rows.push_back(timed(text, c.of(text), m));
        const yardstick ours{"take1.key", one.least};
        r.rows.push_back(
            timed("rival.mutex_map.take1.key", c.of("rival.mutex_map.take1.key"), ours));
#ifdef EARMARK_BENCH_TBB
        r.rows.push_back(timed("rival.tbb.take1.key", c.of("rival.tbb.take1.key"), ours));
#endif
    }

private:
    /// Where a burst's questions begin.
    std::size_t next() { return at_ = (at_ + takes) % asked; }
    [[nodiscard]] bool take(std::uint32_t cell) {
        return !s_.ours.stock.take(self, take_line{cell_id{cell}, 1, 0}).has_value();
    }
    void numbers_singly() {
        const std::uint64_t* const key = key_.data() + next();
        for (std::size_t i = 0; i < takes; ++i) refused_ += !take(numbers_.find(key[i]).value());
    }
    void numbers_in_batches() {
        const std::uint64_t* const key = key_.data() + next();
        std::array<std::uint32_t, numbers> cell{};
        for (std::size_t first = 0; first < takes; first += numbers) {
            numbers_.find({key + first, numbers}, cell);
            for (std::size_t i = 0; i < ahead; ++i) s_.ours.cells.prefetch(cell_id{cell[i]});
            for (std::size_t i = 0; i < numbers; ++i) {
                if (i + ahead < numbers) s_.ours.cells.prefetch(cell_id{cell[i + ahead]});
                refused_ += !take(cell[i]);
            }
        }
    }
    void texts_singly() {
        const question* const q = asked_.data() + next();
        for (std::size_t i = 0; i < takes; ++i) {
            const auto sku = keys_.find(q[i].sku);
            refused_ += !take(raw(s_.ours.cells.find(sku_id{sku.value()}, q[i].node).value()));
        }
    }
    void texts_in_batches() {
        const question* const q = asked_.data() + next();
        std::array<std::uint32_t, texts> sku{};
        std::array<cell_id, texts> cell{};
        for (std::size_t first = 0; first < takes; first += texts) {
            for (std::size_t i = 0; i < texts; ++i) sku[i] = keys_.find(q[first + i].sku).value();
            for (std::size_t i = 0; i < texts; ++i) {
                cell[i] = s_.ours.cells.find(sku_id{sku[i]}, q[first + i].node).value();
                s_.ours.cells.prefetch(cell[i]);
            }
            for (const cell_id c : cell) refused_ += !take(raw(c));
        }
    }
    template <class Map>
    void rival(Map& map) {
        const std::uint64_t* const key = key_.data() + next();
        for (std::size_t i = 0; i < takes; ++i) refused_ += !map.take(key[i]);
    }

    shelves s_{cells};
    number_table numbers_;
    key_table keys_;
    std::vector<std::string> text_;
    std::vector<question> asked_;
    std::vector<std::uint64_t> key_;  // of the same cells
    std::size_t at_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<suite> key_suite() { return std::make_unique<by_key>(); }

}  // namespace earmark::bench
