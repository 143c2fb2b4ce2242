// SHELVES: cells of our own and of the rivals, filled alike, and the orders that take from them.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "earmark/stock/take.hpp"
#include "rivals.hpp"
#include "suites.hpp"
#ifdef EARMARK_BENCH_TBB
#include "rival_tbb.hpp"
#endif

namespace earmark::bench {

inline constexpr std::uint32_t self = 0;  // the slot
inline constexpr granules plenty = 1'000'000;

inline void demand(bool held, const char* what) {
    if (!held) throw std::logic_error{what};
}
inline void demand_granted(std::uint64_t refused) {
    demand(refused == 0, "a take was refused although there was stock");
}

/// Our cells alone, for two callers: as many as asked for, each with plenty of stock.
struct our_shelves {
    explicit our_shelves(std::uint32_t count,
                         const stock::lease_rules& rules = stock::leases_of<std_env>)
        : slots{2, 64}, cells{count, 16, rules, 2}, stock{cells, slots} {
        for (std::uint32_t s = 0; s < count / stock::block_cells; ++s) {
            cells.add_sku();
            for (std::uint16_t n = 0; n < stock::block_cells; ++n)
                demand(cells.make(sku_id{s}, node_id{n}).has_value(), "no cell");
        }
        for (std::uint32_t i = 0; i < count; ++i) stock.give(self, cell_id{i}, plenty);
    }
    /// So that a burst of takes from one cell finds enough.
    void restock(cell_id c, granules for_takes) {
        if (stock.free(c) < for_takes) stock.give(self, c, for_takes * 4);
    }

    stock::slot_table<> slots;
    stock::cell_table<> cells;
    stock::taker<> stock;
};

/// The same for us and for the rivals that live in the process.
struct shelves {
    explicit shelves(std::uint32_t count) : ours{count}, rollback{count}, map{count} {
        for (std::uint32_t i = 0; i < count; ++i) {
            rollback.give(cell_id{i}, std::int64_t{1} << 40);
            map.add(cell_id{i}, std::int64_t{1} << 40);
#ifdef EARMARK_BENCH_TBB
            tbb.add(cell_id{i}, std::int64_t{1} << 40);
#endif
        }
    }

    our_shelves ours;
    rollback_stock rollback;
    mutex_map_stock map;
#ifdef EARMARK_BENCH_TBB
    tbb_map_stock tbb;
#endif
};

/// Takes of as many lines each, side by side: one unit from distinct random cells, ascending. Where
/// there is a cell that all want, it is one of them.
class orders {
public:
    orders(std::size_t count, std::uint32_t cells, std::size_t lines,
           std::optional<cell_id> all_want = {})
        : lines_{lines}, all_want_{all_want}, all_(count * lines) {
        for (std::size_t i = 0; i < count; ++i) fill(i, cells);
    }
    [[nodiscard]] std::span<const take_line> operator[](std::size_t i) const noexcept {
        return {all_.data() + i * lines_, lines_};
    }
    [[nodiscard]] std::size_t size() const noexcept { return all_.size() / lines_; }

private:
    void fill(std::size_t i, std::uint32_t cells) {
        const auto one = std::span{all_}.subspan(i * lines_, lines_);
        std::uint64_t attempt = 0;
        for (std::size_t l = 0; l < lines_; ++l) {
            const auto is_new = [&](cell_id c) {
                return std::none_of(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(l),
                                    [&](const take_line& t) { return t.cell == c; });
            };
            do {
                const auto at = static_cast<std::uint32_t>(draw(2, i * 1024 + attempt++, cells));
                one[l] = {l == 0 ? all_want_.value_or(cell_id{at}) : cell_id{at}, 1, 0};
            } while (!is_new(one[l].cell));
        }
        std::sort(one.begin(), one.end(),
                  [](const take_line& a, const take_line& b) { return a.cell < b.cell; });
    }

    std::size_t lines_;
    std::optional<cell_id> all_want_;
    std::vector<take_line> all_;
};

}  // namespace earmark::bench
