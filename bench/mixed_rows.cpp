// A MIXED TAKE: one reservation, through the public verb, that takes a unit of stock, a unit of the
// node's picking capacity on a work date and a unit of a channel's quota, all or nothing. To the
// stock room each is a cell; a host that keeps capacity and quota beside its stock loads them as
// rows of the stock table. Beside it, the same verb for the unit of stock alone.
#include <array>

#include "earmark/engine/engine.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

class mixed final : public suite {
public:
    mixed() {
        node_row berlin, marketplace;
        berlin.key = "berlin";
        marketplace.key = "marketplace";
        load(std::vector{berlin, marketplace});
        load(std::vector<sku_row>{{"mug", 0, 1}, {"picks 2026-11-22", 0, 1}, {"quota mug", 0, 1}});
        load(std::vector<stock_row>{{"mug", "berlin", {4'000'000}},
                                    {"picks 2026-11-22", "berlin", {4'000'000}},
                                    {"quota mug", "marketplace", {4'000'000}}});
        held_.reserve(operations);
    }
    void enter(contest& c) override {
        const auto clear = [this] { give_back(); };
        c.enter({"stock.mixed_take", operations, [this] { reserve(3); }, clear});
        c.enter({"stock.mixed_take.stock_alone", operations, [this] { reserve(1); }, clear});
    }
    void rows(const contest& c, report& r) override {
        const auto& alone = c.of("stock.mixed_take.stock_alone");
        r.rows.push_back(
            timed("stock.mixed_take", c.of("stock.mixed_take"), {"stock_alone", alone.least}));
        r.rows.push_back(timed("stock.mixed_take.stock_alone", alone, r.f()));
    }

private:
    static constexpr std::size_t operations = 1'024;

    template <class Row>
    void load(const std::vector<Row>& rows) {
        demand(engine_.load({}, rows).rejected.empty(), "rows are good");
    }
    void reserve(std::size_t cells) {
        for (std::size_t i = 0; i < operations; ++i) {
            const auto done = engine_.reserve({}, {std::span{lines_}.first(cells)});
            demand(done && done->what == outcome::done, "there is enough of all");
            held_.push_back(reservation_id{done->subject});
        }
    }
    void give_back() {
        for (const reservation_id id : held_)
            demand(engine_.unreserve({}, id).has_value(), "a basket that lives can end");
        held_.clear();
        demand(engine_.flush(journal::durability::memory).has_value(), "records can leave");
    }

    engine engine_;
    std::array<reserve_line, 3> lines_{reserve_line{sku_id{0}, node_id{0}, {1}, {}},
                                       reserve_line{sku_id{1}, node_id{0}, {1}, {}},
                                       reserve_line{sku_id{2}, node_id{1}, {1}, {}}};
    std::vector<reservation_id> held_;
};

}  // namespace

std::unique_ptr<suite> mixed_suite() { return std::make_unique<mixed>(); }

}  // namespace earmark::bench
