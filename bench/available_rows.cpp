// AVAILABLE of one SKU at 1,000 nodes, through the engine. Hot: the same SKU again and again. Cold:
// each of 512 SKUs once, after 64 MB of other memory were read. The rival looks 1,000 keys up in a
// hash map under a mutex.
#include <fmt/format.h>

#include "earmark/engine/engine.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t nodes = 1'000, skus = 512, at_once = 64;
constexpr std::int64_t units = 3;

class sums final : public suite {
public:
    sums() {
        std::vector<node_row> n(nodes);
        for (std::size_t i = 0; i < nodes; ++i) n[i].key = fmt::format("node-{:03}", i);
        std::vector<sku_row> s;
        for (std::size_t i = 0; i < skus; ++i) s.push_back({fmt::format("sku-{:03}", i), 0, 1});
        load(n);
        load(s);
        std::vector<stock_row> stock;
        for (std::size_t k = 0; k < nodes; ++k) {  // node by node, as feeds come
            stock.clear();
            for (const sku_row& row : s) stock.push_back({row.key, n[k].key, {units}});
            load(stock);
        }
        for (std::uint32_t i = 0; i < nodes; ++i) map_.add(cell_id{i}, units);
    }
    void enter(contest& c) override {
        c.enter({hot, at_once, [this] {
                     for (std::size_t i = 0; i < at_once; ++i) ask(sku_id{7});
                 }});
        c.enter({cold, at_once,
                 [this] {
                     for (std::size_t i = 0; i < at_once; ++i) ask(next());
                 },
                 [this] { forget(); }});
        c.enter({rival, at_once, [this] {
                     for (std::size_t i = 0; i < at_once; ++i) demand(look_up(), "all is free");
                 }});
    }
    void rows(const contest& c, report& r) override {
        const auto& ours = c.of(hot);
        r.rows.push_back(timed(hot, ours, {"F/node", r.f_ns * nodes}, goal::ratio_at_most(0.1)));
        r.rows.push_back(
            timed(cold, c.of(cold), {"F/node", r.f_ns * nodes}, goal::value_at_most(1'200)));
        r.rows.push_back(timed(rival, c.of(rival), {"available.nodes1000.hot", ours.least},
                               goal::ratio_at_least(10)));
    }

private:
    static constexpr const char *hot = "stock.available.nodes1000.hot",
                                *cold = "stock.available.nodes1000.cold",
                                *rival = "rival.mutex_map.lookups1000";

    template <class Row>
    void load(const std::vector<Row>& rows) {
        demand(engine_.load({}, rows).rejected.empty(), "rows are good");
    }
    void ask(sku_id sku) {
        demand(engine_.available(sku).value().atoms == units * std::int64_t{nodes}, "all is free");
    }
    sku_id next() {
        at_ = (at_ + 211) % skus;  // no neighbours, and all before one comes again
        return sku_id{static_cast<std::uint32_t>(at_)};
    }
    void forget() {
        for (std::size_t i = 0; i < other_.size(); i += 8) other_[i] += i;
    }
    bool look_up() {
        std::int64_t sum = 0;
        for (std::uint32_t i = 0; i < nodes; ++i)
            sum += map_.free(mutex_map_stock::key_of(cell_id{i}));
        return sum == units * std::int64_t{nodes};
    }

    engine engine_;
    mutex_map_stock map_{nodes};
    std::vector<std::uint64_t> other_ = std::vector<std::uint64_t>(8u << 20);
    std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<suite> available_suite() { return std::make_unique<sums>(); }

}  // namespace earmark::bench
